"""The odds of a whole plan: will every train be caught, and when does one arrive if not?"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from math import prod
from typing import Final

import numpy as np

from railfair.domain.delays.connection import PROMPT
from railfair.domain.delays.distribution import (
    EARLIEST_MIN,
    EDGES,
    LATEST_MIN,
    DelayDistribution,
    Floats,
)
from railfair.domain.delays.mood import HIGHEST, moods
from railfair.domain.delays.odds_kernel import ALWAYS, plan_chances

ARRIVAL_QUANTILES: Final = (0.5, 0.8, 0.95)
LATE_BY_MIN: Final = (15, 30, 60, 120)
_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """What is taken in place of a ride: it leaves where the ride does, and goes all the way.

    *departs_min* is booked; *arrives_min* is the booked arrival at the plan's destination, a walk
    at the end included, and *arriving* the delay there and the chance that nothing comes of it.
    """

    departs_min: int
    arrives_min: int
    arriving: DelayDistribution


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRide:
    """A train of a plan from where it is boarded to where it is left, and what to do without it.

    *arriving* is the forecast where it is left, *leaving* that of its departure where it is
    boarded; `None` if nothing is known. *slack_min* are the minutes to spare when it is boarded off
    the ride before, as in `journey.Connection`; for the first ride they mean nothing. *correlation*
    is that with the ride before, for the first ride that with its fallbacks. *fallbacks* are in
    order of preference: the first that one is in time for and that runs is taken when the ride is
    missed or cancelled.
    """

    departs_min: int
    arrives_min: int
    arriving: DelayDistribution | None
    leaving: DelayDistribution | None = None
    slack_min: int = 0
    correlation: float = 0.0
    fallbacks: tuple[Fallback, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PlanOdds:
    """The odds of a plan; minutes are rail minutes of the journey's day.

    *arrives_min* is the booked arrival. *catch_probabilities* are those of the connections, each
    given that everything before went to plan: a train that is cancelled is not caught.
    *first_runs_probability* is the chance that the first train runs. *by_minute* holds P(arrival at
    the destination in that minute) from *first_min* on; what it lacks to 1 is the chance of being
    stranded, with no fallback left.
    """

    arrives_min: int
    first_runs_probability: float
    catch_probabilities: tuple[float, ...]
    first_min: int
    by_minute: Floats

    @property
    def all_connections_probability(self) -> float:
        """The chance of catching every connection if the first train runs; 1 without any."""
        return prod(self.catch_probabilities)

    @property
    def as_planned_probability(self) -> float:
        """The chance that every train runs and is caught."""
        return self.first_runs_probability * self.all_connections_probability

    @cached_property
    def _at_most(self) -> Floats:
        at_most = np.minimum(np.cumsum(self.by_minute), 1.0)
        if at_most[-1] > 1.0 - _ROUNDING:
            at_most[-1] = 1.0
        return at_most

    @property
    def stranded_probability(self) -> float:
        """The chance of not getting there by any train of the plan or its fallbacks."""
        return 1.0 - float(self._at_most[-1])

    def arrives_by(self, rail_min: int) -> float:
        """Return the chance of having arrived by *rail_min*."""
        index = rail_min - self.first_min
        return float(self._at_most[min(index, len(self._at_most) - 1)]) if index >= 0 else 0.0

    def late_probability(self, minutes: int) -> float:
        """Return the chance of arriving at least *minutes* after the booked arrival, or never."""
        return 1.0 - self.arrives_by(self.arrives_min + minutes - 1)

    def quantile(self, quantile: float) -> int | None:
        """Return the first minute by which one has arrived with chance *quantile*, if any."""
        index = int(np.searchsorted(self._at_most, quantile - _ROUNDING))
        return self.first_min + index if index < len(self._at_most) else None

    @property
    def expected_arrival_min(self) -> float | None:
        """The mean of the arrival, given that one arrives at all; `None` if one cannot."""
        arriving = float(self.by_minute.sum())
        if arriving <= _ROUNDING:
            return None
        minutes = self.first_min + np.arange(len(self.by_minute))
        return float(self.by_minute @ minutes) / arriving


def plan_odds(rides: Sequence[PlannedRide], *, walk_min: int = 0) -> PlanOdds | None:
    """Return the odds of a plan of one *ride* or more, with a walk of *walk_min* at its end.

    `None` if any of the rides has no forecast. All trains of the plan share the mood of the day. A
    ride that is cancelled is known to be where it is boarded, and the fallback is then taken there.
    A fallback leaves no later than booked: so one is never counted on that only its delay would
    make possible.
    """
    known = [ride.arriving for ride in rides if ride.arriving is not None]
    if len(known) < len(rides):
        return None
    arrives_min = rides[-1].arrives_min + walk_min
    others = [fallback for ride in rides for fallback in ride.fallbacks]
    ends = [arrives_min, *(other.arrives_min for other in others)]
    first_min = min(ends) + EARLIEST_MIN
    at_end = np.zeros(max(ends) + LATEST_MIN + 1 - first_min)
    loadings = _loadings([ride.correlation for ride in rides])
    leaving = [ride.leaving or PROMPT for ride in rides]
    reached = plan_chances(
        np.stack([one.at_most for one in known]),
        np.array([one.cancelled for one in known]),
        np.stack([one.at_most for one in leaving]),
        np.array([ALWAYS, *(ride.slack_min for ride in rides[1:])]),
        loadings,
        arrives_min + EARLIEST_MIN - first_min,
        np.array([other.arriving.at_most for other in others]).reshape(-1, len(EDGES)),
        np.array([other.arriving.cancelled for other in others]),
        np.array(_latest(rides), np.int64),
        np.array([other.arrives_min + EARLIEST_MIN - first_min for other in others], np.int64),
        np.array([0, *accumulate(len(ride.fallbacks) for ride in rides)]),
        *moods(float(loadings.max())),
        at_end,
    ).tolist()
    return PlanOdds(
        arrives_min=arrives_min,
        first_runs_probability=min(reached[0], 1.0),
        catch_probabilities=tuple(
            min(after / before, 1.0) if before > 0 else 0.0 for before, after in pairwise(reached)
        ),
        first_min=first_min,
        by_minute=np.maximum(at_end, 0.0),
    )


def _loadings(correlations: Sequence[float]) -> Floats:
    """Return how much each ride goes by the mood of the day.

    A ride lies between two connections; what it goes by is the geometric mean of the two. So two
    rides have the correlation that they were given, and more of them have it if it is the same for
    all.
    """
    held = np.clip(np.array([*correlations, correlations[-1]], np.float64), 0.0, HIGHEST)
    if len(correlations) > 1:
        held[0] = held[1]
    return np.asarray(np.sqrt(np.sqrt(held[:-1] * held[1:])))


def _latest(rides: Sequence[PlannedRide]) -> list[int]:
    """Return by how much the ride before each fallback may be late, as indexes of minutes."""
    found: list[int] = []
    for index, ride in enumerate(rides):
        # Nobody comes late to the first ride.
        slack_min = ALWAYS if index == 0 else ride.slack_min
        found += [
            other.departs_min - ride.departs_min + slack_min - EARLIEST_MIN
            for other in ride.fallbacks
        ]
    return found
