"""The trains that usually run, learned from those that did: a timetable where none is loaded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from railfair.domain.codes import Crs
from railfair.domain.delays.arrivals import DayType
from railfair.domain.running import BookedTrain, Run, TrainKey

HALF_LIFE_DAYS: Final = 30.0
"""How fast a train that no longer runs is forgotten."""
HOURS_A_DAY: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualTrain:
    """A train as it was booked last, and how often it ran lately on each kind of day.

    *seen* are numbers of days by `DayType`, faded to *last_day*.
    """

    train: BookedTrain
    seen: tuple[float, float, float]
    last_day: date

    def weight(self, day: date, kind: DayType) -> float:
        """Return how much it counts among the trains of *day*."""
        return self.seen[kind] * _kept(self.last_day, day)

    def ride(self, origin: Crs, destination: Crs) -> tuple[int, int] | None:
        """Return the calls where to board and alight first, or `None` if it does not go there."""
        boarding: int | None = None
        for position, call in enumerate(self.train.calls):
            if call.crs == destination and call.arrival_min is not None and boarding is not None:
                return boarding, position
            if call.crs == origin and call.departure_min is not None:
                boarding = position
        return None


def with_day(
    trains: dict[TrainKey, UsualTrain], day: date, kind: DayType, runs: Iterable[Run]
) -> None:
    """Take the booked trains of *runs*, all of *day*, into *trains*."""
    for run in runs:
        key = run.train.key
        seen = [0.0, 0.0, 0.0]
        if (known := trains.get(key)) is not None:
            kept = _kept(known.last_day, day)
            seen = [kept * number for number in known.seen]
        seen[kind] += 1
        trains[key] = UsualTrain(train=run.train, seen=(seen[0], seen[1], seen[2]), last_day=day)


@lru_cache(maxsize=4096)
def _kept(since: date, day: date) -> float:
    return float(2.0 ** (-max((day - since).days, 0) / HALF_LIFE_DAYS))


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualRide:
    """A usual train between two of its calls; *weight* is how much it counts."""

    usual: UsualTrain
    boarding: int
    alighting: int
    weight: float


def rides_near(
    trains: Sequence[UsualTrain],
    ends: tuple[Crs, Crs],
    day: date,
    kind: DayType,
    hour: int,
) -> list[UsualRide]:
    """Return the rides between *ends* that leave in *hour*, or in the nearest one with any.

    Trains that ran on days of *kind* are preferred to others. Empty only if no train goes there.
    """
    rides = [
        UsualRide(usual=train, boarding=ride[0], alighting=ride[1], weight=weight)
        for train in trains
        if (ride := train.ride(*ends)) is not None
        and (weight := max(train.weight(day, kind), _trace(train, day))) > 0
    ]
    if not rides:
        return []
    nearest = min(_hours_apart(ride, hour) for ride in rides)
    return [ride for ride in rides if _hours_apart(ride, hour) == nearest]


def _trace(train: UsualTrain, day: date) -> float:
    """Return the small weight of a train by the other kinds of day on which it ran."""
    return 0.01 * max(train.weight(day, kind) for kind in DayType)


def _hours_apart(ride: UsualRide, hour: int) -> int:
    departure = ride.usual.train.calls[ride.boarding].departure_min or 0
    apart = abs(departure // 60 % HOURS_A_DAY - hour)
    return min(apart, HOURS_A_DAY - apart)
