"""Prices as the feed prints them: by pair of codes, not yet by pair of stations.

Money is whole pence. Days are days of travel, both ends included.
"""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from railfair.domain.codes import (
    FareCode,
    RailcardCode,
    RestrictionCode,
    RouteCode,
    TicketCode,
)
from railfair.domain.fares.dated import OPEN

NO_FARE_P = 99_999_999
"""Stands in a flow where there is no such fare, not even by less special codes: never a price."""
ANY_CODE = FareCode("****")
"""Stands for every code in a non-standard discount."""
ANY_ROUTE = RouteCode("*****")
ANY_TICKET = TicketCode("***")
ANY_RAILCARD = RailcardCode("***")


class FlowFare(NamedTuple):
    """One adult price of a flow. Source: FFL T."""

    ticket: TicketCode
    fare_p: int
    restriction: RestrictionCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The prices between two codes by one route; *fares* are in the feed's order.

    A *reversible* flow also holds from its destination to its origin. *has_exceptions* is whether
    its discounts are not standard (NS_DISC_IND 1 or 3): they are in `DiscountException`s.
    *cross_london* is 0 (not via London), 1 (with the Underground), 2 (without) or 3 (Thameslink).
    *setter* is the code of the company that sets the prices. Source: FFL F.
    """

    origin: FareCode
    destination: FareCode
    route: RouteCode
    is_reversible: bool
    starts_on: date
    ends_on: date = OPEN
    setter: str = ""
    cross_london: int = 0
    has_exceptions: bool = False
    fares: tuple[FlowFare, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A price that replaces that of a flow with the same ends, route and ticket, or stands alone.

    A price of `None` says that there is no such fare. With a *railcard* it is that card's final
    price. *quote_on* is the first day of sale. Source: NFO and NDF, COMPOSITE `Y` only; of two with
    the same key NFO's comes first.
    """

    origin: FareCode
    destination: FareCode
    route: RouteCode
    railcard: RailcardCode
    ticket: TicketCode
    starts_on: date
    ends_on: date
    quote_on: date
    adult_p: int | None
    child_p: int | None
    restriction: RestrictionCode


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionalPrice:
    """What takes the place of a discount.

    *flag* is `N` (nothing does), `X` (there is no fare), `D` (no discounted fare), or empty (the
    price from the alternative code plus *add_on_p*). *is_withheld*: there is no fare either.
    """

    flag: str
    add_on_p: int
    is_withheld: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountException:
    """Discounts of a flow that are not standard. Ends, route, railcard and ticket may be any.

    *use_code* is the code whose fare is taken instead. Source: FNS.
    """

    origin: FareCode
    destination: FareCode
    route: RouteCode
    railcard: RailcardCode
    ticket: TicketCode
    starts_on: date
    ends_on: date
    quote_on: date
    use_code: FareCode
    adult: ExceptionalPrice
    child: ExceptionalPrice


type FareRecord = Flow | Override | DiscountException
