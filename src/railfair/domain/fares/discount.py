"""What a status takes off a price, and how the rest is rounded.

All arithmetic is in whole pence and per mille; nothing is rounded twice. Source: DIS, FRR, and the
readings in docs/fares.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from railfair.domain.fares.dated import in_force
from railfair.domain.fares.railcard import Amounts, Discount, RoundingBand, Status
from railfair.domain.fares.ticket import TicketClass, TicketType

PER_MILLE: Final = 1000
RULE: Final = "01"
"""The rounding rule that discounts follow; no record says which one, this is the one of 5p."""
DEFAULT_STEP_P: Final = 5


class Rounding(StrEnum):
    """Which way a discounted price goes to a whole step: the feed does not say."""

    DOWN = "down"
    NEAREST = "nearest"
    UP = "up"


def rounded(thousandths_p: int, *, step_p: int, rounding: Rounding) -> int:
    """Return a price in thousandths of a penny as pence, in whole steps of *step_p*.

    Halfway between two steps, nearest goes up.
    """
    step = step_p * PER_MILLE
    if rounding is Rounding.UP:
        return -(-thousandths_p // step) * step_p
    more = step // 2 if rounding is Rounding.NEAREST else 0
    return (thousandths_p + more) // step * step_p


class Floor(NamedTuple):
    """A line that prices do not lie below: a share of the full price, less *off_p*."""

    per_mille: int
    off_p: int

    def least_p(self, full_p: int) -> int:
        """Return what is paid at least for a fare of *full_p*."""
        return full_p * self.per_mille // PER_MILLE - self.off_p


def least_each_p(
    full_p: NDArray[np.int64], floors: Sequence[Floor], floor: NDArray[np.intp]
) -> NDArray[np.int64]:
    """Return what is paid at least for fares of *full_p*, whose floors are given by number."""
    per_mille, off_p = np.array(floors, np.int64).reshape(len(floors), 2).T
    return np.asarray(full_p * per_mille[floor] // PER_MILLE - off_p[floor])


def total(*parts: tuple[int, Floor]) -> Floor:
    """Return the floor of what several people pay together; each part is a number of them."""
    return Floor(
        sum(people * floor.per_mille for people, floor in parts),
        sum(people * floor.off_p for people, floor in parts),
    )


def lowest(floors: Iterable[Floor]) -> Floor:
    """Return a line below which none of *floors* goes."""
    shares, offs_p = zip(*floors, strict=True)
    return Floor(min(shares), max(offs_p))


FULL: Final = Floor(PER_MILLE, 0)
NOTHING: Final = Floor(0, 0)


class Discounts:
    """Takes discounts off the prices of one day, by the bands of the rounding rule."""

    def __init__(
        self,
        statuses: Mapping[str, Iterable[Status]],
        bands: Iterable[RoundingBand],
        *,
        day: date,
        rounding: Rounding,
    ) -> None:
        self._records = statuses
        self._statuses: dict[str, Status | None] = {}
        held = [one for one in bands if one.rule == RULE and one.starts_on <= day <= one.ends_on]
        self._bands = sorted(held, key=lambda one: one.position)
        self._longest_step_p = max((DEFAULT_STEP_P, *(band.step_p for band in self._bands)))
        self._day = day
        self._rounding = rounding

    def price_p(self, full_p: int, ticket: TicketType, code: str) -> int:
        """Return the full price of a ticket less what the status *code* takes off."""
        status = self._status(code)
        discount = None if status is None else _discount(status, ticket)
        if status is None or discount is None:
            return full_p
        return min(full_p, self._discounted(full_p, ticket, status, discount))

    def floor(self, ticket: TicketType, code: str) -> Floor:
        """Return a line below which `price_p` does not go, whatever the full price."""
        status = self._status(code)
        discount = None if status is None else _discount(status, ticket)
        if discount is None:
            return FULL
        match discount.indicator:
            case "0" | "L" | "H" if discount.per_mille:
                return Floor(min(PER_MILLE, PER_MILLE - discount.per_mille), self._longest_step_p)
            case "F" | "M":
                return NOTHING
            case _:
                return FULL

    def _status(self, code: str) -> Status | None:
        if code not in self._statuses:
            self._statuses[code] = in_force(self._records.get(code, ()), self._day)
        return self._statuses[code]

    def _discounted(
        self, full_p: int, ticket: TicketType, status: Status, discount: Discount
    ) -> int:
        less_p = self._less(full_p, discount.per_mille)
        flat_p = _amount(status.flat, ticket)
        is_first = ticket.ticket_class is TicketClass.FIRST
        match discount.indicator:
            case "0":
                return less_p
            case "F":
                return flat_p
            case "M":
                return min(less_p, flat_p)
            case "L":
                return max(less_p, status.first_lower_p if is_first else status.standard_lower_p)
            case "H":
                return max(less_p, status.first_higher_p if is_first else status.standard_higher_p)
            case _:
                return full_p

    def _less(self, full_p: int, per_mille: int) -> int:
        """Return a price less a share of it; what nothing is taken off is not rounded."""
        if not per_mille:
            return full_p
        thousandths = full_p * (PER_MILLE - per_mille)
        return rounded(thousandths, step_p=self._step_p(thousandths), rounding=self._rounding)

    def _step_p(self, thousandths_p: int) -> int:
        for band in self._bands:
            if thousandths_p <= band.up_to_p * PER_MILLE:
                return band.step_p or DEFAULT_STEP_P
        return DEFAULT_STEP_P


def _discount(status: Status, ticket: TicketType) -> Discount | None:
    """Return what a status takes off a ticket, if it is good for it."""
    return (
        status.discounts.get(ticket.discount_category) if status.good_for[_column(ticket)] else None
    )


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
