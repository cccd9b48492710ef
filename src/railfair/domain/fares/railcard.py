"""Railcards, what they take off, and how prices are rounded."""

from dataclasses import dataclass
from datetime import date

from railfair.domain.codes import Crs, RailcardCode, TicketCode

NO_STATUS = "XXX"
"""The status of people whom a card gives nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Railcard:
    """A railcard; the one with the empty code says what people without one are.

    Numbers of people are those that one card covers. *area* is `None` where the card is good
    everywhere, else the stations it is good at. Source: RLC, LOC R.
    """

    code: RailcardCode
    name: str
    starts_on: date
    ends_on: date
    quote_on: date
    adult_status: str
    child_status: str
    fewest_passengers: int = 1
    most_passengers: int = 1
    fewest_adults: int = 0
    most_adults: int = 1
    fewest_children: int = 0
    most_children: int = 0
    area: frozenset[Crs] | None = None

    def covers(self, adults: int, children: int) -> bool:
        """Whether one card is for so many people."""
        return (
            self.fewest_adults <= adults <= self.most_adults
            and self.fewest_children <= children <= self.most_children
            and self.fewest_passengers <= adults + children <= self.most_passengers
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """Pence by class and journey."""

    first_single_p: int = 0
    first_return_p: int = 0
    standard_single_p: int = 0
    standard_return_p: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """What a status takes off a category of tickets, as *indicator* says.

    `0`: the percentage; `F`: the flat fare is paid; `M`: the percentage, but no more is paid than
    that; `L`, `H`: the percentage, but no less is paid than the lower, higher minimum; `X`, `N`:
    nothing. *per_mille* 334 is 33.4 %. Source: DIS D.
    """

    indicator: str
    per_mille: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What a kind of passenger pays. Source: DIS S, with its D records by ticket category.

    *flat* holds the flat fares (`F`) or the most to be paid (`M`); *lower* and *higher* are the
    least to be paid (`L`, `H`) in first and standard class. *good_for* says for which of first
    single, first return, standard single, standard return it works.
    """

    code: str
    starts_on: date
    ends_on: date
    flat: Amounts
    first_lower_p: int = 0
    first_higher_p: int = 0
    standard_lower_p: int = 0
    standard_higher_p: int = 0
    good_for: tuple[bool, bool, bool, bool] = (True, True, True, True)
    discounts: dict[str, Discount]


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumFare:
    """The least that an adult with a card pays when a minimum-fare time applies. Source: RCM."""

    railcard: RailcardCode
    ticket: TicketCode
    starts_on: date
    ends_on: date
    fare_p: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundingBand:
    """Prices up to *up_to_p* are rounded to whole *step_p*. Source: FRR."""

    rule: str
    position: int
    starts_on: date
    ends_on: date
    up_to_p: int
    step_p: int
