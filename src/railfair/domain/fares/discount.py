"""What a status takes off a price, and how the rest is rounded.

All arithmetic is in whole pence and per mille; nothing is rounded twice. Source: DIS, FRR, and the
readings in docs/fares.md.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Final

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
        self._day = day
        self._rounding = rounding

    def price_p(self, full_p: int, ticket: TicketType, code: str) -> int:
        """Return the full price of a ticket less what the status *code* takes off."""
        if code not in self._statuses:
            self._statuses[code] = in_force(self._records.get(code, ()), self._day)
        status = self._statuses[code]
        discount = None if status is None else status.discounts.get(ticket.discount_category)
        if status is None or discount is None or not status.good_for[_column(ticket)]:
            return full_p
        return min(full_p, self._discounted(full_p, ticket, status, discount))

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
