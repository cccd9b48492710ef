"""A forecast of one arrival: a distribution of its delay, and the chance that it is cancelled."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]

EDGES: Final[NDArray[np.int64]] = np.array(
    [*range(-10, 31), 35, 40, 45, 50, 55, 60, 75, 90, 120], dtype=np.int64
)
"""Minutes at which a distribution function is kept, ascending; shape (50,).

Every minute where most arrivals fall, then wider; a class is one edge exclusive to the next one
inclusive. What is later than the last edge is taken to be at most `LATEST_MIN` late.
"""
EARLIEST_MIN: Final = -30
LATEST_MIN: Final = 240
MINUTES: Final[NDArray[np.int64]] = np.arange(EARLIEST_MIN, LATEST_MIN + 1)
ON_TIME_EDGE: Final = int(np.searchsorted(EDGES, 0))
"""Index of the edge that parts on time (less than 1 minute late, so at most 0) from late."""
LATE_MINUTES: Final = (1, 3, 5, 10, 15, 30, 60)
QUANTILES: Final = (0.1, 0.5, 0.8, 0.9, 0.95)


@dataclass(frozen=True, kw_only=True)
class DelayDistribution:
    """The delay of one arrival in whole minutes, given that it runs, and the chance that it does.

    *at_most* holds P(delay <= edge | it runs) for each of `EDGES`, ascending within [0, 1].
    """

    at_most: Floats
    cancelled: float

    @cached_property
    def by_minute(self) -> Floats:
        """P(delay <= m | it runs) for each minute m of `MINUTES`, straight between the edges."""
        xs = np.concatenate([[EARLIEST_MIN - 1], EDGES, [LATEST_MIN]])
        return np.asarray(np.interp(MINUTES, xs, np.concatenate([[0.0], self.at_most, [1.0]])))

    @property
    def on_time(self) -> float:
        """The chance that it runs and arrives less than 1 minute late."""
        return (1 - self.cancelled) * float(self.at_most[ON_TIME_EDGE])

    def late(self, minutes: int) -> float:
        """Return the chance that it runs and arrives at least *minutes* late."""
        before = float(self.by_minute[minutes - 1 - EARLIEST_MIN])
        return (1 - self.cancelled) * (1 - before)

    def expected_delay_min(self) -> float:
        """Return the mean of max(delay, 0) in minutes, given that it runs."""
        shares = np.diff(self.by_minute, prepend=0.0)
        return float(shares @ np.maximum(MINUTES, 0))

    def quantile(self, quantile: float) -> int:
        """Return the smallest delay kept to with chance *quantile*, given that it runs."""
        index = int(np.searchsorted(self.by_minute, quantile - 1e-12))
        return int(MINUTES[min(index, len(MINUTES) - 1)])

    def quantiles(self) -> Mapping[float, int]:
        """Return the delays at `QUANTILES`, ascending."""
        return {quantile: self.quantile(quantile) for quantile in QUANTILES}


def mixed(parts: list[tuple[float, DelayDistribution]]) -> DelayDistribution:
    """Return the distribution of an arrival that is one of *parts*, each with a positive weight.

    A part counts in the delay by the chance that it runs, all alike where none will.
    """
    weights = np.array([weight for weight, _ in parts], np.float64)
    weights /= weights.sum()
    cancelled = float(weights @ np.array([part.cancelled for _, part in parts]))
    running = weights * np.array([1 - part.cancelled for _, part in parts])
    if not running.any():
        running = weights
    at_most = running @ np.stack([part.at_most for _, part in parts]) / running.sum()
    return DelayDistribution(at_most=np.minimum(at_most, 1.0), cancelled=cancelled)
