"""Split tickets: the cheapest chain of tickets along a journey, each good on its own part."""

from collections.abc import Callable
from operator import add
from typing import Final, Protocol

NO_WAY: Final = 1 << 60
"""More than any chain weighs: there is no ticket for a part."""
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
) -> tuple[tuple[int, int, Ticket], ...] | None:
    """Return the cheapest chain of tickets from the first of *points* to the last, in order.

    Each is (start, end, ticket), by index of its points. *ticket_for* gives the cheapest ticket
    from a point to a later one, or `None`. Of equal prices the chain with fewer tickets counts, of
    those the one whose last ticket is longest, then the one before it, and so on. `None`: no chain.

    *least_p* is what such a ticket costs at least, `None` if there is none: *ticket_for*, which
    takes longer, is asked only for parts of a chain that could be the cheapest. It is optimal: a
    chain of tickets is only taken if every other one costs as much at least.
    """
    search = _Search(points, least_p)
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

    def __init__(self, points: int, least_p: Callable[[int, int], int | None]) -> None:
        self._scale = points
        self._weights = [
            [self._weight(least_p(start, end)) for start in range(end)] for end in range(points)
        ]

    def settle(self, part: tuple[int, int], price_p: int | None) -> None:
        """Replace what is known of a part by what it costs."""
        start, end = part
        self._weights[end][start] = self._weight(price_p)

    def best(self) -> list[tuple[int, int]] | None:
        """Return the parts of the lightest chain; of equally light ones that with early starts."""
        reached, before = [0], [0]
        for weights in self._weights[1:]:
            ways = list(map(add, reached, weights))
            lightest = min(ways)
            reached.append(lightest)
            before.append(ways.index(lightest))
        if reached[-1] >= NO_WAY:
            return None
        parts: list[tuple[int, int]] = []
        end = len(before) - 1
        while end:
            parts.append((before[end], end))
            end = before[end]
        return parts[::-1]

    def _weight(self, price_p: int | None) -> int:
        return NO_WAY if price_p is None else price_p * self._scale + 1
