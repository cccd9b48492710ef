"""Booked departures as the forecast sees them: what a connection is caught by.

A train that arrives late leaves late, less what the booked stop gives away. So the forecast of a
departure starts from that of the arrival at the same call, and learns what really comes of it:
trains take longer than a minute, or are recorded as gone with the seconds before the minute cut
off. Where a train begins, it starts from a departure about on time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from railfair.domain.codes import Crs, TocCode
from railfair.domain.delays.distribution import EARLIEST_MIN, EDGES, LATEST_MIN, Floats
from railfair.domain.running import BookedTrain, TrainKey
from railfair.domain.timetable import CallingPoint, Schedule

DEPARTURE_LEVELS: Final = ("stop", "route", "train")
"""From coarse to fine: the operator's stops as long as this one, the route, the train itself."""
LEAST_STOP_MIN: Final = 1
"""A late train stands at least so long, whatever is booked."""
LONG_STOP_MIN: Final = 4
"""Stops from so long on are alike."""
FIRST_DEPARTURE: Final[Floats] = np.where(
    EDGES < 0, 0.0, np.clip(1 - 0.2 * np.exp(-EDGES / 4.0), 0.0, 0.999)
)
"""P(delay <= edge) expected where a train begins and nothing was learned."""
_POINTS: Final = np.concatenate([[EARLIEST_MIN - 1], EDGES, [LATEST_MIN]])


class BookedDeparture(NamedTuple):
    """A train's booked departure from *crs*: what a forecast may go by before the day.

    *origin*, *departure_min* and *terminus* are those of the whole train, as in `BookedArrival`.
    *leaves_min* is the departure from *crs* in rail minutes, *stop_min* the booked minutes since
    the arrival there; `None` where the train begins, or where nobody may alight.
    """

    toc: TocCode
    crs: Crs
    terminus: Crs
    origin: Crs
    departure_min: int
    leaves_min: int
    stop_min: int | None

    def node_names(self) -> tuple[str, ...]:
        """Return the departure's node at each of `DEPARTURE_LEVELS`."""
        stop = "" if self.stop_min is None else min(self.stop_min, LONG_STOP_MIN)
        route = f"{self.toc}|{self.crs}|{self.terminus}"
        return (
            f"s|{self.toc}|{stop}",
            f"r|{route}",
            f"t|{route}|{self.origin}{self.departure_min}",
        )


@dataclass(frozen=True, kw_only=True)
class ObservedDepartures:
    """Reported departures of a day, by run and call.

    *delays* (n,) are minutes, negative where a train left early. *runs* (n,) are the indexes of the
    runs. *arrivals* (n,) are the indexes of the arrivals at the same calls among those observed
    that day, -1 where none is booked.
    """

    departures: tuple[BookedDeparture, ...]
    delays: NDArray[np.int64]
    runs: NDArray[np.int64]
    arrivals: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.departures)


def booked_departures(train: BookedTrain) -> tuple[BookedDeparture | None, ...]:
    """Return for each call of *train* its booked departure if it has one."""
    key = train.key
    return tuple(_booked(key, call) for call in train.calls)


def departure_of_schedule(schedule: Schedule, position: int) -> BookedDeparture:
    """Return the departure of a timetabled train from its call *position*; it has to have one."""
    train = BookedTrain(toc=schedule.toc, calls=schedule.calls)
    departure = _booked(train.key, train.calls[position])
    if departure is None:
        raise ValueError(f"train {schedule.uid} has no booked departure at call {position}")
    return departure


def _booked(train: TrainKey, call: CallingPoint) -> BookedDeparture | None:
    if call.departure_min is None:
        return None
    toc, origin, departure, terminus = train
    return BookedDeparture(
        toc, call.crs, terminus, origin, departure, call.departure_min,
        None if call.arrival_min is None else call.departure_min - call.arrival_min,
    )  # fmt: skip


def before_learning(departures: Sequence[BookedDeparture], arriving: Floats) -> Floats:
    """Return where the forecasts of *departures* start from: P(delay <= edge), shape (n, 50).

    *arriving* (n, 50) are the forecasts of the arrivals at the same calls, from which `by_stop`
    goes on; its rows mean nothing where none is booked.
    """
    stops = [departure.stop_min for departure in departures]
    found = by_stop(arriving, np.array([stop or 0 for stop in stops], np.int64))
    found[np.array([stop is None for stop in stops], np.bool_)] = FIRST_DEPARTURE
    return found


def by_stop(arriving: Floats, stop_min: NDArray[np.int64]) -> Floats:
    """Return P(a train leaves at most so late) at `EDGES`, (n, 50), by its arrival alone.

    *arriving* (n, 50) is P(delay <= edge), *stop_min* (n,) the booked stops. A train makes up for a
    delay by standing for less, but not for less than `LEAST_STOP_MIN`, and does not leave before
    its time.
    """
    found = arriving.copy()
    number = len(arriving)
    points = np.hstack([np.zeros((number, 1)), arriving, np.ones((number, 1))])
    spare = np.maximum(stop_min - LEAST_STOP_MIN, 0)
    for minutes in set(spare.tolist()) - {0}:
        which = np.flatnonzero(spare == minutes)
        before, after, share = _earlier(minutes)
        left, right = points[np.ix_(which, before)], points[np.ix_(which, after)]
        found[which] = left + share * (right - left)
    found[:, EDGES < 0] = 0.0
    return found


@lru_cache(maxsize=64)
def _earlier(minutes: int) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Return where `EDGES` + *minutes* lie: between which points, and how far from the first."""
    later = np.minimum(EDGES + minutes, LATEST_MIN)
    after = np.searchsorted(_POINTS, later)
    before = after - 1
    return before, after, (later - _POINTS[before]) / (_POINTS[after] - _POINTS[before])
