"""Split tickets: the cheapest chain of tickets along a journey, each good on its own part."""

from collections.abc import Callable
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from railfair.domain.fares.kernel import NO_WAY, lightest

NOTHING_KNOWN: Final = 0


class Priced(Protocol):
    """A ticket with what the whole party pays for it."""

    @property
    def total_p(self) -> int:
        """Pence."""
        ...


def nothing_known(_start: int, _end: int) -> int:
    """Return what a ticket costs at least of which nothing is known."""
    return NOTHING_KNOWN


def cheapest_chain[Ticket: Priced](
    points: int,
    ticket_for: Callable[[int, int], Ticket | None],
    least_p: Callable[[int, int], int | None] = nothing_known,
    at_least_p: NDArray[np.int64] | None = None,
) -> tuple[tuple[int, int, Ticket], ...] | None:
    """Return the cheapest chain of tickets from the first of *points* to the last, in order.

    Each is (start, end, ticket), by index of its points. *ticket_for* gives the cheapest ticket
    from a point to a later one, or `None`. Of equal prices the chain with fewer tickets counts, of
    those the one whose last ticket is longest, then the one before it, and so on. `None`: no chain.

    *least_p* is what such a ticket costs at least, `None` if there is none: *ticket_for*, which
    takes longer, is asked only for parts of a chain that could be the cheapest. It is optimal: a
    chain of tickets is only taken if every other one costs as much at least. Likewise *at_least_p*,
    by start, then by end, holds no more than that, `NO_WAY` for none, and *least_p* is asked only
    where a chain could be the cheapest by it.
    """
    search = _Search(points, least_p, at_least_p)
    tickets: dict[tuple[int, int], Ticket] = {}
    while (parts := search.best()) is not None:
        untested = [part for part in parts if part not in tickets]
        if not untested:
            return tuple((start, end, tickets[start, end]) for start, end in parts)
        for part in untested:
            ticket = ticket_for(*part)
            search.settle(part, None if ticket is None else ticket.total_p)
            if ticket is not None:
                tickets[part] = ticket
    return None


class _Search:
    """The shortest path by weights: pence times a number that no chain has tickets of, plus 1."""

    def __init__(
        self,
        points: int,
        least_p: Callable[[int, int], int | None],
        at_least_p: NDArray[np.int64] | None,
    ) -> None:
        self._scale = points
        self._least_p = least_p
        self._known: set[tuple[int, int]] = set()
        if at_least_p is None:
            at_least_p = np.full((points, points), NOTHING_KNOWN, np.int64)
        weights = np.where(at_least_p < NO_WAY, at_least_p * points + 1, NO_WAY)
        self._weights = np.ascontiguousarray(weights.T)

    def settle(self, part: tuple[int, int], price_p: int | None) -> None:
        """Replace what is known of a part by what it costs."""
        start, end = part
        self._weights[end, start] = NO_WAY if price_p is None else price_p * self._scale + 1

    def best(self) -> list[tuple[int, int]] | None:
        """Return the parts of the lightest chain; of equally light ones that with early starts.

        Of each of them it is known what it costs at least.
        """
        while (parts := self._lightest()) is not None:
            unknown = [part for part in parts if part not in self._known]
            if not unknown:
                break
            for part in unknown:
                self._known.add(part)
                self.settle(part, self._least_p(*part))
        return parts

    def _lightest(self) -> list[tuple[int, int]] | None:
        before = lightest(self._weights).tolist()
        parts: list[tuple[int, int]] = []
        end = len(before) - 1
        while end > 0:
            parts.append((before[end], end))
            end = before[end]
        return None if end < 0 else parts[::-1]
