"""Rules of fares, invented, for tests of what a party pays and of the ticket office.

Everything holds from `DAY`'s year on and is sold, unless said otherwise. Money is pence.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from railfair.domain.codes import (
    Crs,
    FareCode,
    RailcardCode,
    RestrictionCode,
    RouteCode,
    TicketCode,
)
from railfair.domain.fares.dated import OPEN
from railfair.domain.fares.lookup import ListedFare, PersonPrices
from railfair.domain.fares.railcard import (
    Amounts,
    Discount,
    MinimumFare,
    Railcard,
    RoundingBand,
    Status,
)
from railfair.domain.fares.rulebook import NO_RAILCARD, RuleBook
from railfair.domain.fares.ticket import TicketClass, TicketType

DAY = date(2026, 5, 6)
"""A Wednesday."""
SINCE = date(2026, 1, 1)
CARD = RailcardCode("ABC")
CATEGORY = "01"
HALF = "CHD"
"""The status of children without a card: half the price."""
THIRD = "TRD"
"""The status of adults with `CARD`: 33.4 % less."""
NOTHING = "XXX"


def ticket(
    code: str = "SDS",
    *,
    first: bool = False,
    is_return: bool = False,
    name: str = "ANYTIME DAY S",
    passengers: tuple[int, int] = (1, 1),
    adults: tuple[int, int] = (0, 1),
    children: tuple[int, int] = (0, 1),
    ends_on: date = OPEN,
    category: str = CATEGORY,
) -> TicketType:
    """Return a ticket type; numbers of people are the fewest and the most."""
    return TicketType(
        code=TicketCode(code),
        name=name,
        ticket_class=TicketClass.FIRST if first else TicketClass.STANDARD,
        is_return=is_return,
        starts_on=SINCE,
        ends_on=ends_on,
        quote_on=SINCE,
        last_day=OPEN,
        validity="",
        discount_category=category,
        fewest_passengers=passengers[0],
        most_passengers=passengers[1],
        fewest_adults=adults[0],
        most_adults=adults[1],
        fewest_children=children[0],
        most_children=children[1],
    )


def railcard(
    code: str = CARD,
    *,
    adult: str = THIRD,
    child: str = NOTHING,
    passengers: tuple[int, int] = (1, 1),
    adults: tuple[int, int] = (1, 1),
    children: tuple[int, int] = (0, 0),
    ends_on: date = OPEN,
    area: Iterable[str] | None = None,
) -> Railcard:
    """Return a railcard for one adult; numbers of people are the fewest and the most."""
    return Railcard(
        code=RailcardCode(code),
        name=f"Card {code}",
        starts_on=SINCE,
        ends_on=ends_on,
        quote_on=SINCE,
        adult_status=adult,
        child_status=child,
        fewest_passengers=passengers[0],
        most_passengers=passengers[1],
        fewest_adults=adults[0],
        most_adults=adults[1],
        fewest_children=children[0],
        most_children=children[1],
        area=None if area is None else frozenset(Crs(crs) for crs in area),
    )


def nobody(child: str = HALF) -> Railcard:
    """Return the record of people without a railcard."""
    return railcard(NO_RAILCARD, adult=NOTHING, child=child)


def status(
    code: str = THIRD,
    per_mille: int = 334,
    *,
    indicator: str = "0",
    category: str = CATEGORY,
    flat_p: tuple[int, int, int, int] = (0, 0, 0, 0),
    lower_p: tuple[int, int] = (0, 0),
    higher_p: tuple[int, int] = (0, 0),
    good_for: tuple[bool, bool, bool, bool] = (True, True, True, True),
    starts_on: date = SINCE,
    ends_on: date = OPEN,
) -> Status:
    """Return a status with one discount.

    *flat_p* are of first single, first return, standard single, standard return; *lower_p* and
    *higher_p* of first and standard class.
    """
    return Status(
        code=code,
        starts_on=starts_on,
        ends_on=ends_on,
        flat=Amounts(
            first_single_p=flat_p[0],
            first_return_p=flat_p[1],
            standard_single_p=flat_p[2],
            standard_return_p=flat_p[3],
        ),
        first_lower_p=lower_p[0],
        standard_lower_p=lower_p[1],
        first_higher_p=higher_p[0],
        standard_higher_p=higher_p[1],
        good_for=good_for,
        discounts={category: Discount(indicator=indicator, per_mille=per_mille)},
    )


def minimum(
    fare_p: int,
    *,
    ticket: str = "SDS",
    card: str = CARD,
    starts_on: date = SINCE,
    ends_on: date = OPEN,
) -> MinimumFare:
    """Return the least that adults pay."""
    return MinimumFare(
        railcard=RailcardCode(card),
        ticket=TicketCode(ticket),
        starts_on=starts_on,
        ends_on=ends_on,
        fare_p=fare_p,
    )


def band(
    up_to_p: int, step_p: int, *, position: int = 1, rule: str = "01", ends_on: date = OPEN
) -> RoundingBand:
    """Return a band of a rounding rule."""
    return RoundingBand(
        rule=rule,
        position=position,
        starts_on=SINCE,
        ends_on=ends_on,
        up_to_p=up_to_p,
        step_p=step_p,
    )


def pricing_rules(
    *,
    cards: Iterable[Railcard] = (),
    statuses: Iterable[Status] = (),
    minimums: Iterable[MinimumFare] = (),
    bands: Iterable[RoundingBand] = (),
) -> RuleBook:
    """Return rules with `nobody`, `CARD` and their statuses, where *cards* and such say no more."""
    return RuleBook(
        railcards=grouped([*cards, nobody(), railcard()], lambda one: one.code),
        statuses=grouped([*statuses, status(), status(HALF, 500)], lambda one: one.code),
        minimum_fares=grouped(minimums, lambda one: one.railcard),
        rounding=tuple(bands),
    )


def listed(
    adult_p: int | None = 1_000,
    *,
    ticket: str = "SDS",
    child_p: int | None = None,
    is_override: bool = False,
    has_exceptions: bool = False,
    cards: Mapping[str, tuple[int | None, int | None]] | None = None,
) -> ListedFare:
    """Return a fare; *cards* are final prices of adults and children by railcard."""
    return ListedFare(
        origin=FareCode("1000"),
        destination=FareCode("2000"),
        route=RouteCode("00000"),
        ticket=TicketCode(ticket),
        restriction=RestrictionCode(""),
        adult_p=adult_p,
        child_p=child_p,
        is_override=is_override,
        has_exceptions=has_exceptions,
        card_prices={
            RailcardCode(card): PersonPrices(*prices) for card, prices in (cards or {}).items()
        },
    )


def grouped[Key: str, Record](
    records: Iterable[Record], key: Callable[[Record], Key]
) -> dict[Key, tuple[Record, ...]]:
    """Return *records* by *key*, those of the same key in their order."""
    held: dict[Key, tuple[Record, ...]] = {}
    for one in records:
        held[key(one)] = (*held.get(key(one), ()), one)
    return held
