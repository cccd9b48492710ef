"""Split tickets: the cheapest chain of tickets along a journey, each good on its own part."""

from collections.abc import Callable
from typing import NamedTuple, Protocol


class Priced(Protocol):
    """A ticket with what the whole party pays for it."""

    @property
    def total_p(self) -> int:
        """Pence."""
        ...


class _Reached[Ticket](NamedTuple):
    """The cheapest way to a point: price, number of tickets, and the last of them."""

    total_p: int
    tickets: int
    ticket: Ticket | None
    before: int


def cheapest_chain[Ticket: Priced](
    points: int, ticket_for: Callable[[int, int], Ticket | None]
) -> tuple[tuple[int, int, Ticket], ...] | None:
    """Return the cheapest chain of tickets from the first of *points* to the last, in order.

    Each is (start, end, ticket), by index of its points. *ticket_for* gives the cheapest ticket
    from a point to a later one, or `None`. Of equal prices the chain with fewer tickets counts. It
    is optimal: every part is tried, and the cheapest way to each point kept. `None`: no chain.
    """
    start: _Reached[Ticket] = _Reached(0, 0, None, 0)
    reached: list[_Reached[Ticket] | None] = [start] + [None] * (points - 1)
    for end in range(1, points):
        for begin in range(end):
            way = reached[begin]
            ticket = None if way is None else ticket_for(begin, end)
            if way is None or ticket is None:
                continue
            found = _Reached(way.total_p + ticket.total_p, way.tickets + 1, ticket, begin)
            best = reached[end]
            if best is None or found[:2] < best[:2]:
                reached[end] = found
    return _walked_back(reached)


def _walked_back[Ticket: Priced](
    reached: list[_Reached[Ticket] | None],
) -> tuple[tuple[int, int, Ticket], ...] | None:
    chain: list[tuple[int, int, Ticket]] = []
    end = len(reached) - 1
    while end:
        way = reached[end]
        if way is None or way.ticket is None:
            return None
        chain.append((way.before, end, way.ticket))
        end = way.before
    return tuple(reversed(chain))
