"""Invented forecasts, and luck to draw delays from them."""

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from railfair.domain.delays.distribution import EDGES, MINUTES, DelayDistribution


def late_by(mean: float, *, earliest: int = -2, cancelled: float = 0.01) -> DelayDistribution:
    """Return delays from *earliest* on that fall off with *mean* minutes."""
    at_most = np.where(earliest > EDGES, 0.0, 1 - 0.8 * np.exp((earliest - EDGES) / mean))
    return DelayDistribution(at_most=at_most, cancelled=cancelled)


@st.composite
def delays(draw: st.DrawFn) -> DelayDistribution:
    """Draw any forecast: of a shape, or with jumps anywhere."""
    cancelled = draw(st.sampled_from([0.0, 0.01, 0.1, 0.5]))
    if draw(st.booleans()):
        mean, earliest = draw(st.floats(0.5, 30)), draw(st.integers(-5, 3))
        return late_by(mean, earliest=earliest, cancelled=cancelled)
    steps = draw(st.lists(st.sampled_from(range(len(EDGES))), min_size=1, max_size=6))
    at_most = np.zeros(len(EDGES))
    for step in steps:
        at_most[step:] += 1 / len(steps)
    return DelayDistribution(at_most=np.minimum(at_most, 1.0), cancelled=cancelled)


def drawn(forecast: DelayDistribution, scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the delays that normal *scores* stand for; not a number where cancelled."""
    ranks = ranks_of(scores)
    index = np.searchsorted((1 - forecast.cancelled) * forecast.by_minute, ranks)
    delays = MINUTES[np.minimum(index, len(MINUTES) - 1)].astype(np.float64)
    return np.where(ranks > 1 - forecast.cancelled, np.nan, delays)


def ranks_of(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return P(X <= score) of a standard normal X."""
    grid = np.linspace(-8, 8, 16_001)
    density = np.exp(-(grid**2) / 2)
    below = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
    return np.asarray(np.interp(scores, grid, below / below[-1]))
