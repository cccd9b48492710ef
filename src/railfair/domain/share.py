"""Shares of few or many: how sure they are, and what is likelier where there are few."""

from dataclasses import dataclass
from math import sqrt
from typing import Final

Z_95: Final = 1.959964
"""A normal error is smaller than so many standard deviations in 95 % of cases."""
STRENGTH: Final = 10.0
"""So many trains of the wider group count beside those of a cell, before its own outweigh them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share that is *likeliest*, and lies from *low* to *high* with 95 %."""

    likeliest: float
    low: float
    high: float


def share(hits: float, number: float) -> Share | None:
    """Return *hits* of *number*, or `None` of nothing. Source: Wilson (1927)."""
    if number <= 0:
        return None
    observed, spread = hits / number, Z_95 * Z_95 / number
    middle = (observed + spread / 2) / (1 + spread)
    half = sqrt(spread * (observed * (1 - observed) + spread / 4)) / (1 + spread)
    return Share(
        likeliest=observed,
        low=max(0.0, min(observed, middle - half)),
        high=min(1.0, max(observed, middle + half)),
    )


def shrunk(hits: float, number: float, wider: float) -> Share:
    """Return *hits* of *number* as part of a group in which the share is *wider*.

    It is as if `STRENGTH` more had been seen that went as in the wider group.
    """
    found = share(hits + STRENGTH * wider, number + STRENGTH)
    assert found is not None  # noqa: S101 - the strength is more than nothing
    return found
