"""Booked arrivals as the forecast sees them, and the levels that each belongs to."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from railfair.domain.codes import Crs, TocCode
from railfair.domain.delays.departures import (
    BookedDeparture,
    ObservedDepartures,
    booked_departures,
)
from railfair.domain.railtime import wrapped
from railfair.domain.running import BookedTrain, Missed, Outcome, Run
from railfair.domain.timetable import Schedule

LEVELS: Final = ("network", "operator", "route", "hour", "train", "day_type")
"""From coarse to fine; a route is a calling station on the way to a terminus."""
SATURDAY: Final = 5
UNKNOWN: Final = Missed.UNKNOWN
COARSE: Final = (-2, -1, 0, 1, 2, 3, 5, 8, 12, 17, 25, 40)
FINE: Final = (*range(-3, 13), 15, 20, 30, 45)
"""Lower ends of the classes of a delay that was seen, in minutes."""
SIGHTING_LEVELS: Final = ("seen_by_operator", "seen_coarsely", "seen")


class DayType(IntEnum):
    """Kinds of day that run alike; a bank holiday runs like a Sunday."""

    WEEKDAY = 0
    SATURDAY = 1
    SUNDAY = 2


type DayTypes = Callable[[date], DayType]


def day_type(day: date, *, is_holiday: bool) -> DayType:
    """Return what kind of day *day* is."""
    if is_holiday or day.weekday() > SATURDAY:
        return DayType.SUNDAY
    return DayType.SATURDAY if day.weekday() == SATURDAY else DayType.WEEKDAY


class BookedArrival(NamedTuple):
    """A train's booked call at *crs*: what a forecast may go by before the day.

    *origin*, *departure_min* and *terminus* are those of the whole train; together they are the
    train's identity through the weeks. *arrival_min* is in rail minutes.
    """

    toc: TocCode
    crs: Crs
    terminus: Crs
    origin: Crs
    departure_min: int
    arrival_min: int
    day_type: DayType

    def node_names(self) -> tuple[str, ...]:
        """Return the arrival's node at each of `LEVELS`."""
        route = f"{self.toc}|{self.crs}|{self.terminus}"
        train = f"{route}|{self.origin}{self.departure_min}"
        hour = self.arrival_min // 60 % 24
        return (
            "n",
            f"o|{self.toc}",
            f"r|{route}",
            f"h|{route}|{self.day_type:d}|{hour}",
            f"t|{train}",
            f"d|{train}|{self.day_type:d}",
        )


class Sighting(NamedTuple):
    """A train known to be *delay_min* late at *crs*, before a call that is forecast."""

    crs: Crs
    delay_min: int

    def node_names(self, toc: TocCode, there: Crs) -> tuple[str, ...]:
        """Return the sighting's nodes for a later call *there* of a train of *toc*."""
        delay = max(min(self.delay_min, FINE[-1]), FINE[0] - 1)
        coarse, fine = bisect_right(COARSE, delay), bisect_right(FINE, delay)
        pair = f"{self.crs}|{there}"
        return (f"o|{toc}|{coarse}", f"c|{pair}|{coarse}", f"f|{pair}|{fine}")


@dataclass(frozen=True, kw_only=True)
class ObservedArrivals:
    """Arrivals of one day and what came of them, without those whose report was lost.

    *calls* name the run and the position of each call in it, *runs* (n,) are the indexes of the
    runs; *delays* (n,) are minutes, 0 where cancelled; *cancelled* is (n,). *lost* counts arrivals
    whose report was lost, by operator. *sightings* are trains that were seen on their way: what was
    seen, and the index of a later arrival of the same train. *departures* are those of the day.
    """

    arrivals: tuple[BookedArrival, ...]
    calls: tuple[tuple[str, int], ...]
    runs: NDArray[np.int64]
    delays: NDArray[np.int64]
    cancelled: NDArray[np.bool_]
    lost: Mapping[TocCode, int]
    sightings: tuple[tuple[int, Sighting], ...]
    departures: ObservedDepartures

    def __len__(self) -> int:
        return len(self.arrivals)


def observed(runs: Iterable[Run], day: date, kind: DayType) -> ObservedArrivals:
    """Return the arrivals of *runs*, all of *day*, in the order of runs and calls."""
    arrivals: list[BookedArrival] = []
    calls: list[tuple[str, int]] = []
    numbers: list[int] = []
    outcomes: list[Outcome] = []
    sightings: list[tuple[int, Sighting]] = []
    departures: list[_Left] = []
    lost: Counter[TocCode] = Counter()
    turn = day.toordinal()
    for number, run in enumerate(runs):
        seen: list[Sighting] = []
        booked = zip(*_booked(run.train, kind), run.reports, run.outcomes(), strict=True)
        for position, (arrival, departure, report, known) in enumerate(booked):
            index = -1
            if known is UNKNOWN:
                lost[run.train.toc] += 1
            elif arrival is not None and known is not None:
                if seen:
                    # Another earlier call every day, so that all of them teach in turn.
                    sightings.append((len(arrivals), seen[(turn + position) % len(seen)]))
                index = len(arrivals)
                arrivals.append(arrival)
                calls.append((run.rid, position))
                numbers.append(number)
                outcomes.append(known)
            delay = known
            if departure is not None and report.departure_min is not None:
                left = wrapped(report.departure_min - departure.leaves_min)
                # With a departure, what came of the arrival is known as well.
                departures.append((departure, left, number, index))
                if known is None:
                    # No arrival is booked here, as at the origin.
                    delay = left
            if isinstance(delay, int):
                seen.append(Sighting(run.train.calls[position].crs, delay))
    delays = [0 if isinstance(known, Missed) else known for known in outcomes]
    return ObservedArrivals(
        arrivals=tuple(arrivals),
        calls=tuple(calls),
        runs=np.array(numbers, np.int64),
        delays=np.array(delays, np.int64),
        cancelled=np.array([known is Missed.CANCELLED for known in outcomes], np.bool_),
        lost=lost,
        sightings=tuple(sightings),
        departures=_observed_departures(departures),
    )


type _Left = tuple[BookedDeparture, int, int, int]
"""A departure, its delay, the number of its run, the index of the arrival at the same call."""


def _observed_departures(left: Sequence[_Left]) -> ObservedDepartures:
    departures, delays, runs, arrivals = zip(*left, strict=True) if left else ((), (), (), ())
    return ObservedDepartures(
        departures=departures,
        delays=np.array(delays, np.int64),
        runs=np.array(runs, np.int64),
        arrivals=np.array(arrivals, np.int64),
    )


def booked_arrivals(train: BookedTrain, kind: DayType) -> tuple[BookedArrival | None, ...]:
    """Return for each call of *train*, on a day of *kind*, its booked arrival if it has one."""
    return _booked(train, kind)[0]


@lru_cache(maxsize=65_536)
def _booked(
    train: BookedTrain, kind: DayType
) -> tuple[tuple[BookedArrival | None, ...], tuple[BookedDeparture | None, ...]]:
    """Return for each call of *train* its booked arrival and departure, if it has them."""
    toc, origin, departure, terminus = train.key
    arrivals = tuple(
        None
        if call.arrival_min is None
        else BookedArrival(toc, call.crs, terminus, origin, departure, call.arrival_min, kind)
        for call in train.calls
    )
    return arrivals, booked_departures(train)


def of_schedule(schedule: Schedule, position: int, kind: DayType) -> BookedArrival:
    """Return the arrival of a timetabled train at its call *position*; it has to have one."""
    train = BookedTrain(toc=schedule.toc, calls=schedule.calls)
    arrival = booked_arrivals(train, kind)[position]
    if arrival is None:
        raise ValueError(f"train {schedule.uid} has no booked arrival at call {position}")
    return arrival
