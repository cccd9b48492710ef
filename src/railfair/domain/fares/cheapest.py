"""The cheapest fares of trips of one day: through, and as a chain of tickets.

What holds for a pair of stations is found once for all trips between them; only what a trip's own
times, trains and route decide is tested trip by trip, and of dearer fares nothing at all.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from railfair.domain.codes import Crs
from railfair.domain.fares.comparison import OfferedFare, Split, SplitTicket
from railfair.domain.fares.gates import BarredCodes, Gates
from railfair.domain.fares.hopes import Barred, Hopes, Ladder, Span
from railfair.domain.fares.kernel import NO_WAY
from railfair.domain.fares.lookup import PriceList
from railfair.domain.fares.split import cheapest_chain
from railfair.domain.fares.tariff import Tariff, by_price
from railfair.domain.fares.trip import Call, Trip, part


class CheapestFares:
    """Finds them by a *tariff* and its *prices*."""

    def __init__(self, tariff: Tariff, prices: PriceList) -> None:
        self._tariff = tariff
        self._prices = prices
        self._hopes = Hopes(tariff, prices)
        self._gates = Gates(tariff)

    def through(self, trip: Trip) -> OfferedFare | None:
        """Return the cheapest fare that is good one way on *trip*.

        Prices come before trials, which take longer: what costs more even if nothing on the trip
        bars the railcard or brings a minimum fare is not tried once a cheaper fare is good.
        """
        hopes = self._hopes.between(trip.origin, trip.destination)
        if not hopes:
            return None
        last = len(trip.legs) - 1
        at_start, day = self._gates.at_start(trip, (0, 0), last)
        at_end = self._gates.at_end(trip, (last, len(trip.legs[last].calls) - 1), day)
        trial = self._tariff.trial(trip, None)
        best: OfferedFare | None = None
        for hope in hopes:
            if best is not None and best.total_p < hope.least_p:
                break
            if at_end[hope.fare.restriction] or at_start[hope.kind]:
                continue
            judged = self._tariff.judged(hope.fare, hope.ticket, trial, self._prices)
            if isinstance(judged, OfferedFare) and (
                best is None or by_price(judged) < by_price(best)
            ):
                best = judged
        return best

    def split(self, trip: Trip, through: OfferedFare | None) -> Split | None:
        """Return the cheapest chain of tickets for *trip*, if it costs less than *through*.

        That is its cheapest fare. Tickets end where a train of the trip calls, whose calls all have
        to be known.
        """
        points = _points(trip)
        whole = 0, len(points) - 1

        def ticket_for(start: int, end: int) -> SplitTicket | None:
            ride = part(trip, points[start][1], points[end][0])
            offer = through if (start, end) == whole else self.through(ride)
            if offer is None:
                return None
            return SplitTicket(origin=ride.origin, destination=ride.destination, offer=offer)

        # A chain with a part that costs as much as the fare through is no cheaper.
        below_p = NO_WAY if through is None else through.total_p
        least_p = self._least_p(trip, points, below_p)
        at_least_p = self._at_least_p(trip, points, below_p)
        chain = cheapest_chain(len(points), ticket_for, least_p, at_least_p)
        if chain is None or len(chain) == 1:
            return None
        tickets = tuple(ticket for _, _, ticket in chain)
        total_p = sum(ticket.total_p for ticket in tickets)
        saving_p = None if through is None else through.total_p - total_p
        return Split(tickets=tickets, saving_p=saving_p)

    def _at_least_p(
        self, trip: Trip, points: list[tuple[Call, Call]], below_p: int
    ) -> NDArray[np.int64]:
        """Return what tickets between two points cost at least if their times do not bar them.

        Of parts that cost *below_p* at least it says that there is none, but not of the whole trip.
        """
        found = self._hopes.least_p(*_ends(trip, points), self._spans(trip, points))
        whole_p = found[0, -1]
        found[found >= below_p] = NO_WAY
        found[0, -1] = whole_p
        return found

    def _spans(self, trip: Trip, points: list[tuple[Call, Call]]) -> Iterator[Span]:
        """Yield the parts of *trip* by the legs that they begin and end on."""
        legs = range(len(trip.legs))
        starts = [bisect_left(points, leg, key=_leg_left) for leg in (*legs, len(trip.legs))]
        stops = [bisect_left(points, leg, key=_leg_reached) for leg in (*legs, len(trip.legs))]
        for first, last in combinations_with_replacement(legs, 2):
            yield Span(
                origins=slice(starts[first], starts[first + 1]),
                destinations=slice(stops[last], stops[last + 1]),
                barred=self._gates.between(trip, first, last),
            )

    def _least_p(
        self, trip: Trip, points: list[tuple[Call, Call]], below_p: int
    ) -> Callable[[int, int], int | None]:
        """Return what tells the least that a ticket between two points can cost.

        Of parts that cost *below_p* at least it says that there is none, but not of the whole trip.
        """
        begins, ends = _ends(trip, points)
        started: dict[tuple[int, int], tuple[Barred, date]] = {}
        reached: dict[tuple[int, date], BarredCodes] = {}
        changed: dict[tuple[int, int, date], BarredCodes] = {}
        last = len(points) - 1

        def least_p(start: int, end: int) -> int | None:
            ladders = self._hopes.ladders(begins[start], ends[end])
            if not ladders:
                return None
            call = points[end][0]
            starts = started.get((start, call[0]))
            if starts is None:
                starts = self._gates.at_start(trip, points[start][1], call[0])
                started[start, call[0]] = starts
            at_start, ticket_day = starts
            at_end = reached.get((end, ticket_day))
            if at_end is None:
                at_end = reached[end, ticket_day] = self._gates.at_end(trip, call, ticket_day)
            legs = points[start][1][0], call[0], ticket_day
            at_changes = changed.get(legs)
            if at_changes is None:
                at_changes = changed[legs] = self._gates.at_changes(trip, *legs)
            is_whole = not start and end == last
            barred = at_start, at_end, at_changes
            return _least_p(ladders, barred, NO_WAY if is_whole else below_p)

        return least_p


def _least_p(
    ladders: Iterable[Ladder], barred: tuple[Barred, BarredCodes, BarredCodes], below_p: int
) -> int | None:
    """Return the least, *below_p*, of fares that none of *barred* bars."""
    at_start, at_end, at_changes = barred
    best_p = below_p
    for ladder in ladders:
        for least_p, kind in ladder:
            if best_p <= least_p:
                break
            code = kind[1]
            if not (at_end[code] or at_changes[code] or at_start[kind]):
                best_p = least_p
                break
    return best_p if best_p < below_p else None


def _leg_reached(point: tuple[Call, Call]) -> int:
    return point[0][0]


def _leg_left(point: tuple[Call, Call]) -> int:
    return point[1][0]


def _ends(trip: Trip, points: list[tuple[Call, Call]]) -> tuple[list[Crs], list[Crs]]:
    """Return the stations where tickets from each of *points* begin, and where those to it end."""
    begins = [trip.legs[leg].calls[call].crs for _, (leg, call) in points]
    ends = [trip.legs[leg].calls[call].crs for (leg, call), _ in points]
    return begins, ends


def _points(trip: Trip) -> list[tuple[Call, Call]]:
    """Return where tickets may end and begin: for each, the call reached and the call left from.

    They differ where the passenger changes or walks; a walk between two stations needs no ticket.
    """
    points: list[tuple[Call, Call]] = []
    for number, leg in enumerate(trip.legs):
        calls = [(number, index) for index in range(len(leg.calls))]
        if points:
            points[-1] = points[-1][0], calls.pop(0)
        points += [(call, call) for call in calls]
    return points
