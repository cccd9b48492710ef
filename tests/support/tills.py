"""Tills of invented rules, and what they ask of a party for an invented fare."""

from datetime import date

from railfair.domain.codes import RailcardCode
from railfair.domain.fares.lookup import ListedFare
from railfair.domain.fares.rulebook import RuleBook
from railfair.domain.fares.ticket import TicketType
from railfair.domain.fares.till import NO_EXCEPTIONS, Exceptions, Party, PartyPrice, Rounding, Till
from support.fare_rules import (
    CARD,
    DAY,
    listed,
    pricing_rules,
    ticket,
)

RULES = pricing_rules()
FARE = listed(1_000)
DAY_SINGLE = ticket()
ONE = Party(1, 0)


def till(
    rules: RuleBook = RULES,
    party: Party = ONE,
    *,
    card: RailcardCode = CARD,
    rounding: Rounding = Rounding.DOWN,
    day: date = DAY,
) -> Till:
    """Return a till of that day, with a railcard."""
    return Till(rules, day=day, sold_on=day, party=party, railcard=card, rounding=rounding)


def price(
    at: Till,
    fare: ListedFare = FARE,
    of: TicketType = DAY_SINGLE,
    *,
    minimum_fare: bool = False,
    card_good: bool = True,
    exceptions: Exceptions = NO_EXCEPTIONS,
) -> PartyPrice:
    """Return what the party pays; it is an error if it cannot have the fare."""
    found = at.price(
        fare,
        of,
        is_card_good=card_good,
        is_minimum_fare=minimum_fare,
        exceptions=exceptions,
    )
    assert isinstance(found, PartyPrice)
    return found


def refused(
    at: Till,
    fare: ListedFare = FARE,
    of: TicketType = DAY_SINGLE,
    *,
    exceptions: Exceptions = NO_EXCEPTIONS,
) -> list[str]:
    """Return the codes of the reasons why the party cannot have the fare."""
    found = at.price(fare, of, exceptions=exceptions)
    assert not isinstance(found, PartyPrice)
    return [reason.code for reason in found]
