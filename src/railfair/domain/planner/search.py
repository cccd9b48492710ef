"""Searching a network for journeys, and reading what was found back into trains and walks."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from railfair.domain.codes import Crs
from railfair.domain.journey import Connection, Journey, Leg, Portion, TrainLeg, TransferLeg
from railfair.domain.planner import kernel
from railfair.domain.planner.build import windows_of
from railfair.domain.planner.network import Network
from railfair.domain.planner.timetable import PlannerTimetable
from railfair.domain.timetable import Train

END: Final = 3 * 1440 + 1439
"""No train of the network arrives later."""
MOST_LEGS: Final = 1024
"""Rides that a planner remembers: journeys of a question share many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a journey has to keep to, besides its times.

    Its trains pass *via* in this order and never call at *avoid*; every change takes *extra_min*
    longer than the timetable asks for.
    """

    origin: Crs
    destination: Crs
    most_changes: int
    via: tuple[Crs, ...] = ()
    avoid: frozenset[Crs] = frozenset()
    extra_min: int = 0


class Ride(NamedTuple):
    """A trip of a pattern, by number, between two stops of it."""

    pattern: int
    trip: int
    boarding: int
    alighting: int


class Walk(NamedTuple):
    """A link, by its row in the feed, from one station to the other."""

    row: int
    origin: int
    destination: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Generosity:
    """How far a journey may fall behind in time and still be looked at for its price or its odds.

    It arrives within *slack_min* of the first to arrive, with at most *more_changes* than the least
    possible; of the trains of a pattern the next *trips_each* are taken after a change. The search
    works through *period_min* of departures at a time, stops each after *most_labels* ways to
    somewhere, and keeps the *most_journeys* quickest: of those by the same trains the one with the
    most time to spare.
    """

    slack_min: int
    more_changes: int
    trips_each: int
    period_min: int
    most_labels: int
    most_journeys: int | None


GENEROUS: Final = Generosity(
    slack_min=30, more_changes=1, trips_each=2, period_min=30, most_labels=4_000, most_journeys=6
)
EXHAUSTIVE: Final = Generosity(
    slack_min=END,
    more_changes=9,
    trips_each=END,
    period_min=END,
    most_labels=10_000_000,
    most_journeys=None,
)
"""Every journey there is: for small networks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """Steps in the order in which they are made; a walk alone leaves from (or ends by) *bound*."""

    steps: tuple[Ride | Walk, ...]
    bound_min: int
    is_backwards: bool


class Planner:
    """Searches the network of *day*; safe to be used by several threads at once."""

    def __init__(self, timetable: PlannerTimetable, network: Network, day: date) -> None:
        self._timetable = timetable
        self._network = network
        self._day = day
        self.train_leg: Callable[[Ride], TrainLeg] = lru_cache(MOST_LEGS)(self._train_leg)
        """Returns the leg that a ride is."""

    @property
    def day(self) -> date:
        """The day whose network it is."""
        return self._day

    @property
    def network(self) -> Network:
        """The network that is searched."""
        return self._network

    def warm(self) -> None:
        """Prepare what every search needs."""
        _ = self._network.index, self._network.search_arrays, self._network.reversed.index

    def knows(self, crs: Crs) -> bool:
        """Whether the timetable has the station."""
        return crs in self._network.index

    def is_served(self, crs: Crs) -> bool:
        """Whether a train calls at the station, or a link leads there, on the days searched."""
        network = self._network
        station = network.index.get(crs, -1)
        return station >= 0 and bool(
            (network.stop_station == station).any() or (network.link_to == station).any()
        )

    def leaving(self, terms: Terms, first_min: int, last_min: int) -> list[Journey]:
        """Return the journeys leaving from *first_min* to *last_min* that no other makes idle.

        For each there is none that leaves no earlier, arrives no later and has no more changes,
        unless it is as good in all three. By departure, then arrival, then changes.
        """
        return self._period(terms, first_min, last_min, is_backwards=False)

    def arriving(self, terms: Terms, first_min: int, last_min: int) -> list[Journey]:
        """Return the journeys arriving from *first_min* to *last_min*, as `leaving` does."""
        return self._period(terms, -last_min, -first_min, is_backwards=True)

    def earliest(self, terms: Terms, at_min: int) -> list[Journey]:
        """Return the journeys leaving at *at_min* or later that arrive first, by departure.

        One for each number of changes with which one arrives earlier than with fewer. Of those
        that arrive as early it is one that leaves last.
        """
        return self._first(terms, at_min, is_backwards=False)

    def first(self, terms: Terms, at_min: int) -> Journey | None:
        """Return the journey leaving at *at_min* or later that arrives first, if there is one.

        Of those that do it is one with the fewest changes that leaves last.
        """
        begins = np.array([at_min], np.int32)
        found, _, _ = self._kernel_search(terms, begins, is_backwards=False)
        if not len(found):
            return None
        ends_min, trains = min((row[kernel.ARRIVES], row[kernel.TRAINS]) for row in found.tolist())
        return self._back(terms, trains, ends_min, is_backwards=False)

    def latest(self, terms: Terms, by_min: int) -> list[Journey]:
        """Return the journeys arriving by *by_min* that leave last, as `earliest` does."""
        return self._first(terms, -by_min, is_backwards=True)

    def alternatives(
        self, terms: Terms, first_min: int, last_min: int, generosity: Generosity = GENEROUS
    ) -> list[Journey]:
        """Return journeys leaving in the period that others make idle in time, but not by far.

        By departure; each once, together with those that are best in time. *terms* with places to
        go via have none.
        """
        best = self.leaving(terms, first_min, last_min)
        # Where all that leave in the period are idle they are measured by what makes them so.
        measure = best or self.earliest(terms, first_min)
        if terms.via or not measure:
            return best
        found = {journey.key: journey for journey in best}
        for begin in range(first_min, last_min + 1, generosity.period_min):
            end = min(begin + generosity.period_min - 1, last_min)
            later = [one for one in measure if one.departs_min >= begin] or measure
            by_min = min(min(one.arrives_min for one in later) + generosity.slack_min, END)
            changes = min(one.changes for one in measure) + generosity.more_changes
            limited = replace(terms, most_changes=min(changes, terms.most_changes))
            for journey in self._all(limited, begin, end, by_min, generosity):
                if first_min <= journey.departs_min <= last_min:
                    found.setdefault(journey.key, journey)
        return sorted(
            found.values(), key=lambda one: (one.departs_min, one.arrives_min, one.changes)
        )

    def _all(
        self, terms: Terms, first_min: int, last_min: int, by_min: int, generosity: Generosity
    ) -> Iterator[Journey]:
        """Yield the journeys leaving in the period and arriving by *by_min*, up to bounds."""
        back = np.array([-by_min], np.int32)
        # Not only of ways that are best: what makes a journey idle must not hide it here.
        still = self._kernel_search(terms, back, is_backwards=True, within_min=-first_min)[2]
        network = self._network
        found, labels, traits = kernel.alternatives(
            network.index[terms.origin],
            network.index[terms.destination],
            first_min,
            last_min,
            terms.most_changes + 1,
            terms.extra_min,
            generosity.trips_each,
            generosity.most_labels,
            self._avoided(terms),
            still,
            *network.search_arrays,
        )
        if generosity.most_journeys is not None:
            found = found[_worth_a_look(found, traits)[: generosity.most_journeys]]
        for way, _, _ in self._ways(found, labels, is_backwards=False):
            journey = self._journey(terms, way)
            # A train that divides is several trips: nobody leaves it to board it again.
            if all(one.last != other.first for one, other in pairwise(journey.trains)):
                yield journey

    def _period(
        self, terms: Terms, first_min: int, last_min: int, *, is_backwards: bool
    ) -> list[Journey]:
        network = self._network.reversed if is_backwards else self._network
        start = terms.destination if is_backwards else terms.origin
        worth = kernel.departures(
            network.index[start], first_min, last_min, *network.departure_arrays
        )
        # What leaves too late to be returned may still make idle what does not.
        begins = np.append(np.int32(last_min + 1), worth)
        ways = self._search(terms, begins, is_backwards=is_backwards)
        journeys = (self._journey(terms, way) for way, _, _ in ways)
        # One may set out to walk in time, and then do better to wait for a train.
        return _undominated(
            one
            for one in journeys
            if first_min <= (-one.arrives_min if is_backwards else one.departs_min) <= last_min
        )

    def _first(self, terms: Terms, begin_min: int, *, is_backwards: bool) -> list[Journey]:
        begins = np.array([begin_min], np.int32)
        # Where a train ends before a walk it takes its place: neither has a change.
        found = {
            max(trains, 1): ends_min
            for _, trains, ends_min in self._search(terms, begins, is_backwards=is_backwards)
        }
        return _undominated(
            self._back(terms, trains, ends_min, is_backwards=is_backwards)
            for trains, ends_min in found.items()
        )

    def _back(self, terms: Terms, trains: int, ends_min: int, *, is_backwards: bool) -> Journey:
        """Search back from where a search ended: for the least time spent on the way."""
        limited = replace(terms, most_changes=max(trains - 1, 0))
        back = np.array([-ends_min], np.int32)
        *_, (way, _, _) = self._search(limited, back, is_backwards=not is_backwards)
        return self._journey(terms, way)

    def _search(
        self, terms: Terms, begins: NDArray[np.int32], *, is_backwards: bool
    ) -> Iterator[tuple[_Way, int, int]]:
        """Yield what the kernel finds: the way, its number of trains, and when it ends."""
        found, labels, _ = self._kernel_search(terms, begins, is_backwards=is_backwards)
        return self._ways(found, labels, is_backwards=is_backwards)

    def _kernel_search(
        self,
        terms: Terms,
        begins: NDArray[np.int32],
        *,
        is_backwards: bool,
        within_min: int | None = None,
    ) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
        """Search for the way there; with *within_min* for all that is reached by then instead."""
        network = self._network.reversed if is_backwards else self._network
        ends = network.index[terms.origin], network.index[terms.destination]
        via = [network.index[crs] for crs in terms.via]
        start, target = ends[::-1] if is_backwards else ends
        found, labels, ready = kernel.search(
            begins,
            start,
            target if within_min is None else kernel.NOWHERE,
            terms.most_changes + 1,
            END if within_min is None else within_min,
            terms.extra_min,
            self._avoided(terms),
            np.array(via[::-1] if is_backwards else via, np.int32),
            *network.search_arrays,
        )
        return found, labels, ready

    def _avoided(self, terms: Terms) -> NDArray[np.bool_]:
        index = self._network.index
        avoided = np.zeros(len(index), np.bool_)
        avoided[[index[crs] for crs in terms.avoid if crs in index]] = True
        return avoided

    def _ways(
        self, found: NDArray[np.int32], labels: NDArray[np.int32], *, is_backwards: bool
    ) -> Iterator[tuple[_Way, int, int]]:
        for begun, trains, ends_min, label in found.tolist():
            steps = tuple(self._read(label, labels, is_backwards=is_backwards))
            way = _Way(
                steps=steps if is_backwards else steps[::-1],
                bound_min=-begun if is_backwards else begun,
                is_backwards=is_backwards,
            )
            yield way, trains, ends_min

    def _read(
        self, number: int, labels: NDArray[np.int32], *, is_backwards: bool
    ) -> Iterator[Ride | Walk]:
        """Yield the steps to label *number*, the last one that was found first."""
        network = self._network.reversed if is_backwards else self._network
        label = labels[number].tolist()
        while label[kernel.BEFORE] >= 0:
            before = labels[label[kernel.BEFORE]].tolist()
            if label[kernel.LINK] >= 0:
                ends = before[kernel.STATION], label[kernel.STATION]
                yield Walk(
                    int(network.link_row[label[kernel.LINK]]),
                    *(ends[::-1] if is_backwards else ends),
                )
            else:
                ride = Ride(*label[kernel.PATTERN : kernel.LEFT + 1])
                yield self._turned(ride) if is_backwards else ride
            label = before

    def _turned(self, ride: Ride) -> Ride:
        """Return a ride of the network in which time runs backwards as one of this network."""
        network = self._network
        pattern = network.patterns - 1 - ride.pattern
        trips = int(network.trip_start[pattern + 1] - network.trip_start[pattern])
        stops = int(network.stop_start[pattern + 1] - network.stop_start[pattern])
        return Ride(
            pattern, trips - 1 - ride.trip, stops - 1 - ride.alighting, stops - 1 - ride.boarding
        )

    def _journey(self, terms: Terms, way: _Way) -> Journey:
        legs: list[Leg] = []
        connections: list[Connection] = []
        before: tuple[Ride, TrainLeg] | None = None
        for number, step in enumerate(way.steps):
            if isinstance(step, Walk):
                legs.append(self._transfer(way, number, legs))
                continue
            leg = self.train_leg(step)
            if before is not None:
                link = way.steps[number - 1]
                needed = (
                    self._link_change_min(link)
                    if isinstance(link, Walk)
                    else self._change_min(before[0], step)
                )
                connections.append(
                    Connection(
                        arriving=before[1], departing=leg, needed_min=needed + terms.extra_min
                    )
                )
            before = step, leg
            legs.append(leg)
        return Journey(day=self._day, legs=tuple(legs), connections=tuple(connections))

    def _transfer(self, way: _Way, number: int, legs: Sequence[Leg]) -> TransferLeg:
        """Return the walk that is step *number*: as soon as can be, or a first one as late."""
        walk = way.steps[number]
        assert isinstance(walk, Walk)  # noqa: S101 - the caller has looked
        link = self._timetable.links[walk.row]
        windows = windows_of(link, self._day)
        change_min = self._network.change_min
        if legs:
            ready = legs[-1].arrives_min + int(change_min[walk.origin])
            starts = _first_start(windows, ready)
        elif number + 1 < len(way.steps):
            boarded = self.train_leg(way.steps[number + 1]).departs_min  # type: ignore[arg-type]
            spent = int(change_min[walk.destination]) + link.duration_min
            starts = _last_start(windows, boarded - spent)
        elif way.is_backwards:
            starts = _last_start(windows, way.bound_min - link.duration_min)
        else:
            starts = _first_start(windows, way.bound_min)
        return TransferLeg(
            mode=link.mode,
            origin=self._crs(walk.origin),
            destination=self._crs(walk.destination),
            departs_min=starts,
            duration_min=link.duration_min,
        )

    def _change_min(self, arriving: Ride, departing: Ride) -> int:
        """Return the minutes to change between two trains at one station."""
        network = self._network
        left = int(network.stop_start[arriving.pattern]) + arriving.alighting
        boarded = int(network.stop_start[departing.pattern]) + departing.boarding
        station = int(network.stop_station[left])
        first = int(network.slot_start[station])
        many = int(network.slot_start[station + 1]) - first
        row = int(network.stop_slot[left]) - first
        column = int(network.stop_slot[boarded]) - first
        return int(network.change[int(network.change_start[station]) + row * many + column])

    def _link_change_min(self, walk: Walk) -> int:
        """Return the minutes of a change over a link, both its stations' own times included."""
        change_min = self._network.change_min
        takes = self._timetable.links[walk.row].duration_min
        return int(change_min[walk.origin]) + takes + int(change_min[walk.destination])

    def _train_leg(self, ride: Ride) -> TrainLeg:
        network = self._network
        trip = int(network.trip_start[ride.pattern]) + ride.trip
        portions: list[Portion] = []
        first = 0
        for number in range(network.portion_start[trip], network.portion_start[trip + 1]):
            call = int(network.portion_first[number])
            last = first + int(network.portion_last[number]) - call
            if ride.boarding < last and ride.alighting > first:
                portions.append(
                    Portion(
                        train=Train(
                            schedule=self._timetable.schedule(
                                int(network.portion_schedule[number])
                            ),
                            day=self._day + timedelta(days=int(network.portion_day[number])),
                        ),
                        boarding=call + max(ride.boarding - first, 0),
                        alighting=call + min(ride.alighting, last) - first,
                    )
                )
            first = last
        return TrainLeg(day=self._day, portions=tuple(portions))

    def _crs(self, station: int) -> Crs:
        return Crs(self._network.crs[station].decode())


def _worth_a_look(found: NDArray[np.int32], traits: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return what was found by duration; of the same trips that with the most time to spare."""
    traits = traits[found[:, kernel.AT]]
    trips = traits[:, kernel.TRIPS]
    order = np.lexsort((-traits[:, kernel.SPARE], trips))
    is_first = np.ones(len(order), bool)
    is_first[1:] = trips[order[1:]] != trips[order[:-1]]
    kept = order[is_first]
    duration = found[kept, kernel.ARRIVES] - traits[kept, kernel.DEPARTS]
    return np.asarray(kept[np.argsort(duration, kind="stable")])


def _first_start(windows: Iterable[tuple[int, int]], ready_min: int) -> int:
    return next(max(ready_min, first) for first, last in windows if ready_min <= last)


def _last_start(windows: Iterable[tuple[int, int]], latest_min: int) -> int:
    return max(min(latest_min, last) for first, last in windows if first <= latest_min)


def _undominated(journeys: Iterable[Journey]) -> list[Journey]:
    """Return those that no other makes idle, each once, by departure, arrival and changes."""
    kept: list[Journey] = []
    best: list[tuple[int, int]] = []
    ordered = sorted(
        journeys, key=lambda one: (-one.departs_min, one.arrives_min, one.changes, one.key)
    )
    for one in ordered:
        if not any(
            arrives <= one.arrives_min and changes <= one.changes for arrives, changes in best
        ):
            kept.append(one)
            best.append((one.arrives_min, one.changes))
    return sorted(kept, key=lambda one: (one.departs_min, one.arrives_min, one.changes))
