"""What a party pays for a fare: discounts, minimum fares, rounding.

All arithmetic is in whole pence and per mille; nothing is rounded twice. Source: RLC, DIS, RCM,
FRR, and the readings in docs/fares.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from railfair.domain.codes import RailcardCode
from railfair.domain.errors import InvalidParameter
from railfair.domain.fares.dated import in_force, on_sale
from railfair.domain.fares.flow import DiscountException, ExceptionalPrice
from railfair.domain.fares.lookup import ListedFare
from railfair.domain.fares.railcard import NO_STATUS, Amounts, Railcard, RoundingBand, Status
from railfair.domain.fares.reason import Reason
from railfair.domain.fares.rulebook import NO_RAILCARD, RuleBook
from railfair.domain.fares.ticket import TicketClass, TicketType

MOST_PEOPLE: Final = 9
PER_MILLE: Final = 1000
RULE: Final = "01"
"""The rounding rule that discounts follow; no record says which one, this is the one of 5p."""
DEFAULT_STEP_P: Final = 5


class Rounding(StrEnum):
    """Which way a discounted price goes to a whole step: the feed does not say."""

    DOWN = "down"
    NEAREST = "nearest"
    UP = "up"


@dataclass(frozen=True, slots=True)
class Party:
    """Who travels: up to nine people, children being 5 to 15 years old.

    Raises:
        InvalidParameter: nobody travels, or too many.
    """

    adults: int = 1
    children: int = 0

    def __post_init__(self) -> None:
        for name, number in (("adults", self.adults), ("children", self.children)):
            if not 0 <= number <= MOST_PEOPLE:
                raise InvalidParameter(name, f"has to be from 0 to {MOST_PEOPLE}")
        if self.people == 0:
            raise InvalidParameter("adults", "is 0, and there are no children either")
        if self.people > MOST_PEOPLE:
            detail = f"with the adults that makes {self.people} people, more than {MOST_PEOPLE}"
            raise InvalidParameter("children", detail)

    @property
    def people(self) -> int:
        """How many travel."""
        return self.adults + self.children


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyPrice:
    """What a party pays, in pence; *undiscounted_total_p* without the railcard.

    *is_discounted* is whether the railcard made it cheaper.
    """

    total_p: int
    undiscounted_total_p: int | None
    is_discounted: bool
    notes: tuple[Reason, ...] = ()


class _Each(NamedTuple):
    """What an adult and a child pay; `None`: there is no such fare."""

    adult_p: int | None
    child_p: int | None


NO_CHILD_FARE: Final = Reason(code="no-child-fare", text="there is no child's version of it")
NO_ADULT_FARE: Final = Reason(code="no-adult-fare", text="it is sold to children only")
CARD_HOLDERS_ONLY: Final = Reason(
    code="railcard-needed", text="it is sold with a certain railcard only"
)
NOT_DISCOUNTED: Final = Reason(
    code="no-discounted-fare", text="the railcard or child discount does not apply to it"
)


def rounded(thousandths_p: int, *, step_p: int, rounding: Rounding) -> int:
    """Return a price in thousandths of a penny as pence, in whole steps of *step_p*.

    Halfway between two steps, nearest goes up.
    """
    step = step_p * PER_MILLE
    if rounding is Rounding.UP:
        return -(-thousandths_p // step) * step_p
    more = step // 2 if rounding is Rounding.NEAREST else 0
    return (thousandths_p + more) // step * step_p


class Till:
    """Prices the fares of one day for one party, with a railcard or without.

    *refusal* says why the party cannot use its railcard on any fare, `None` if it can.
    """

    def __init__(
        self,
        rules: RuleBook,
        *,
        day: date,
        sold_on: date,
        party: Party,
        railcard: RailcardCode,
        rounding: Rounding,
    ) -> None:
        self._rules = rules
        self._day = day
        self._party = party
        self._rounding = rounding
        self._bands = _bands(rules.rounding, day)
        plain = on_sale(rules.railcards.get(NO_RAILCARD, ()), day, sold_on)
        self._child_status = NO_STATUS if plain is None else plain.child_status
        self.card, self.refusal = None, None
        if railcard != NO_RAILCARD:
            self.card = on_sale(rules.railcards.get(railcard, ()), day, sold_on)
            self.refusal = _not_for(self.card, party)

    def price(
        self,
        fare: ListedFare,
        ticket: TicketType,
        *,
        is_card_good: bool = True,
        is_minimum_fare: bool = False,
        exception: DiscountException | None = None,
    ) -> PartyPrice | tuple[Reason, ...]:
        """Return what the party pays, or the reasons why it cannot have the fare.

        *is_card_good*: nothing bars the railcard on this trip; *is_minimum_fare*: a time applies
        from which minimum fares follow; *exception*: the fare's non-standard discount.
        """
        misfit = _misfit(ticket, self._party)
        if misfit is not None:
            return (misfit,)
        plain = self._plain(fare, ticket, exception)
        card = self.card if is_card_good and self.refusal is None else None
        with_card = None
        if card is not None:
            with_card = self._with_card(
                card, fare, ticket, plain, exception, is_minimum_fare=is_minimum_fare
            )
        undiscounted_p = _total(self._party, ticket, plain)
        best = _best(self._party, ticket, plain, card, with_card)
        if best is None:
            return (self._why_none(fare, plain),)
        notes = (NOT_DISCOUNTED,) if _is_noted(exception, self._party, card) else ()
        is_discounted = undiscounted_p is None or best < undiscounted_p
        return PartyPrice(
            total_p=best,
            undiscounted_total_p=undiscounted_p,
            is_discounted=card is not None and is_discounted,
            notes=notes,
        )

    def _why_none(self, fare: ListedFare, plain: _Each) -> Reason:
        if self._party.adults and fare.adult_p is None:
            return CARD_HOLDERS_ONLY if fare.card_prices else NO_ADULT_FARE
        if self._party.children and plain.child_p is None:
            return NO_CHILD_FARE
        return NOT_DISCOUNTED

    def _plain(
        self, fare: ListedFare, ticket: TicketType, exception: DiscountException | None
    ) -> _Each:
        """Return what people without a railcard pay."""
        if fare.adult_p is None or fare.is_override:
            return _Each(fare.adult_p, fare.child_p)
        if not self._party.children:
            return _Each(fare.adult_p, None)
        excepted = None if exception is None else exception.child
        child_p = self._less(fare.adult_p, ticket, self._child_status, excepted)
        return _Each(fare.adult_p, child_p)

    def _with_card(
        self,
        card: Railcard,
        fare: ListedFare,
        ticket: TicketType,
        plain: _Each,
        exception: DiscountException | None,
        *,
        is_minimum_fare: bool,
    ) -> _Each:
        """Return what people whom the card covers pay."""
        final = fare.card_prices.get(card.code)
        if final is not None:
            return _Each(*final)
        adult_p = fare.adult_p
        if adult_p is not None:
            excepted = None if exception is None else exception.adult
            adult_p = self._less(adult_p, ticket, card.adult_status, excepted)
            if is_minimum_fare and adult_p is not None:
                adult_p = self._at_least(adult_p, fare.adult_p or 0, card, ticket)
        child_p = plain.child_p
        if self._party.children and not fare.is_override and card.child_status != NO_STATUS:
            excepted = None if exception is None else exception.child
            less_p = self._less(fare.adult_p or 0, ticket, card.child_status, excepted)
            child_p = less_p if child_p is None or less_p is None else min(child_p, less_p)
        return _Each(adult_p, child_p)

    def _less(
        self, full_p: int, ticket: TicketType, code: str, excepted: ExceptionalPrice | None
    ) -> int | None:
        """Return a full price less what a status takes off, `None` if there is no such fare."""
        if excepted is not None:
            if excepted.is_withheld or excepted.flag == "X":
                return None
            if excepted.flag != "N":
                return full_p
        status = in_force(self._rules.statuses.get(code, ()), self._day)
        return full_p if status is None else self._discounted(full_p, ticket, status)

    def _discounted(self, full_p: int, ticket: TicketType, status: Status) -> int:
        discount = status.discounts.get(ticket.discount_category)
        if discount is None or not status.good_for[_column(ticket)]:
            return full_p
        thousandths = full_p * (PER_MILLE - discount.per_mille)
        less_p = full_p
        if discount.per_mille:
            less_p = rounded(thousandths, step_p=self._step_p(thousandths), rounding=self._rounding)
        flat_p = _amount(status.flat, ticket)
        is_first = ticket.ticket_class is TicketClass.FIRST
        match discount.indicator:
            case "0":
                found = less_p
            case "F":
                found = flat_p
            case "M":
                found = min(less_p, flat_p)
            case "L":
                found = max(less_p, status.first_lower_p if is_first else status.standard_lower_p)
            case "H":
                found = max(less_p, status.first_higher_p if is_first else status.standard_higher_p)
            case _:
                found = full_p
        return min(found, full_p)

    def _step_p(self, thousandths_p: int) -> int:
        for band in self._bands:
            if thousandths_p <= band.up_to_p * PER_MILLE:
                return band.step_p
        return DEFAULT_STEP_P

    def _at_least(self, price_p: int, full_p: int, card: Railcard, ticket: TicketType) -> int:
        """Return *price_p*, or the card's minimum fare if that is more, but never above full."""
        minimum = in_force(
            (
                one
                for one in self._rules.minimum_fares.get(card.code, ())
                if one.ticket == ticket.code
            ),
            self._day,
        )
        return price_p if minimum is None else min(full_p, max(price_p, minimum.fare_p))


def _bands(bands: Iterable[RoundingBand], day: date) -> list[RoundingBand]:
    held = [one for one in bands if one.rule == RULE and one.starts_on <= day <= one.ends_on]
    return sorted(held, key=lambda one: one.position)


def _not_for(card: Railcard | None, party: Party) -> Reason | None:
    """Return why *party* cannot use *card*, if it cannot."""
    if card is None:
        return Reason(code="railcard-not-on-sale", text="there is no such railcard on that day")
    needs = (
        (party.adults, card.fewest_adults, "adults"),
        (party.children, card.fewest_children, "children"),
        (party.people, card.fewest_passengers, "people"),
    )
    for number, least, who in needs:
        if number < least:
            text = f"{card.name} needs at least {least} {who}"
            return Reason(code="railcard-needs-more-people", text=text)
    return None


def _misfit(ticket: TicketType, party: Party) -> Reason | None:
    """Return why *party* cannot travel on such tickets, if it cannot."""
    if party.children and ticket.most_children == 0:
        return NO_CHILD_FARE
    if ticket.fewest_passengers <= 1:
        return None
    if party.people < ticket.fewest_passengers or party.adults < ticket.fewest_adults:
        text = f"it is for {ticket.fewest_passengers} people or more"
        return Reason(code="party-too-small", text=text)
    if party.people > ticket.most_passengers or party.adults > ticket.most_adults:
        text = f"it is for up to {ticket.most_passengers} people"
        return Reason(code="party-too-large", text=text)
    return None


def _total(party: Party, ticket: TicketType, each: _Each) -> int | None:
    """Return what *party* pays if everybody pays *each*; `None` if somebody cannot have it."""
    if ticket.fewest_passengers > 1:
        return each.adult_p
    total = 0
    for number, price_p in ((party.adults, each.adult_p), (party.children, each.child_p)):
        if number and price_p is None:
            return None
        total += number * (price_p or 0)
    return total


def _best(
    party: Party, ticket: TicketType, plain: _Each, card: Railcard | None, with_card: _Each | None
) -> int | None:
    """Return the least that the party can pay, whoever of it the card covers."""
    totals = [_total(party, ticket, plain)]
    if card is not None and with_card is not None:
        totals += [
            _mixed(party, ticket, plain, with_card, adults, children)
            for adults in range(card.fewest_adults, min(party.adults, card.most_adults) + 1)
            for children in range(card.fewest_children, min(party.children, card.most_children) + 1)
            if card.fewest_passengers <= adults + children <= card.most_passengers
        ]
    return min((total for total in totals if total is not None), default=None)


def _mixed(
    party: Party, ticket: TicketType, plain: _Each, with_card: _Each, adults: int, children: int
) -> int | None:
    if ticket.fewest_passengers > 1:
        return with_card.adult_p
    parts = (
        (adults, with_card.adult_p),
        (children, with_card.child_p),
        (party.adults - adults, plain.adult_p),
        (party.children - children, plain.child_p),
    )
    if any(number and price_p is None for number, price_p in parts):
        return None
    return sum(number * (price_p or 0) for number, price_p in parts)


def _is_noted(exception: DiscountException | None, party: Party, card: Railcard | None) -> bool:
    """Whether a discount that somebody of the party could expect is not given."""
    if exception is None:
        return False
    concerned = [exception.adult] if card is not None and party.adults else []
    if party.children:
        concerned.append(exception.child)
    return any(one.flag != "N" for one in concerned)


def _column(ticket: TicketType) -> int:
    """Return which of first single, first return, standard single, standard return it is."""
    return 2 * (ticket.ticket_class is TicketClass.STANDARD) + ticket.is_return


def _amount(amounts: Amounts, ticket: TicketType) -> int:
    columns = (
        amounts.first_single_p,
        amounts.first_return_p,
        amounts.standard_single_p,
        amounts.standard_return_p,
    )
    return columns[_column(ticket)]
