"""Whether punctuality changed for good on some day, or only went up and down as it always does."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

LEAST_DAYS: Final = 14
"""Days with trains before and after: two weeks, so that weekends are in both."""
LEAST_CHANGE: Final = 0.03
"""A smaller change of the share on time is not worth telling."""
LEAST_SCORE: Final = 5.0
"""Standard errors between the two. Of histories of 60 to 365 days that are all alike, 5 % have
such a score above 3.3 somewhere, 1 % above 4.2 (by simulation, with days like the next or not)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePoint:
    """From the day *index* on the share on time was *after*, before that it was *before*."""

    index: int
    before: float
    after: float
    score: float


def change_point(on_time: NDArray[np.float64], trains: NDArray[np.float64]) -> ChangePoint | None:
    """Return where the share *on_time* of *trains*, (days,) each, changed, if that is credible.

    Days differ by more than chance, and one is like the next: errors are those of the days' own
    ups and downs around the two means, made larger by how alike neighbours are.
    """
    number = len(trains)
    if number < 2 * LEAST_DAYS or (trains <= 0).any():
        return None
    splits = np.arange(LEAST_DAYS, number - LEAST_DAYS + 1)
    hits, weights = np.cumsum(on_time)[splits - 1], np.cumsum(trains)[splits - 1]
    before = hits / weights
    after = (on_time.sum() - hits) / (trains.sum() - weights)
    gained = (after - before) ** 2 * weights * (trains.sum() - weights)
    best = int(np.argmax(gained))
    index = int(splits[best])
    score = _score(on_time / trains, trains, index, float(before[best]), float(after[best]))
    found = ChangePoint(
        index=index, before=float(before[best]), after=float(after[best]), score=score
    )
    is_credible = score >= LEAST_SCORE and abs(found.after - found.before) >= LEAST_CHANGE
    return found if is_credible else None


def _score(
    shares: NDArray[np.float64],
    weights: NDArray[np.float64],
    index: int,
    before: float,
    after: float,
) -> float:
    """Return how many standard errors lie between *before* and *after*."""
    is_after = np.arange(len(shares)) >= index
    left = shares - np.where(is_after, after, before)
    spread = float((left**2).sum()) / (len(left) - 2)
    parts = (weights[:index], weights[index:])
    squares = spread * sum(float((part**2).sum()) / float(part.sum()) ** 2 for part in parts)
    total = float((left**2).sum())
    alike = max(0.0, float((left[1:] * left[:-1]).sum()) / total) if total else 0.0
    inflated = squares * (1 + alike) / max(1 - alike, 0.05)
    return float(abs(after - before) / max(inflated**0.5, 1e-6))
