"""How often routes are asked for, where what is long ago counts less.

A request weighs more the later it comes, by a fixed scale, instead of less the older it gets: so
sums of weights only ever grow, can be added up wherever they are kept, and compare as they are.
Source: Cormode, Shkapenyuk, Srivastava, Xu (2009), Forward Decay.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from railfair.domain.codes import Crs

type Route = tuple[Crs, Crs]
"""From where to where."""

HALF_LIFE: Final = timedelta(days=14)
"""After so long a request counts half."""
SCALE_FROM: Final = datetime(2026, 1, 1, tzinfo=UTC)
LARGEST_EXPONENT: Final = 960.0
"""Reached in 2062: from then on nothing decays, and no sum overflows."""
MOST_ROUTES: Final = 10_000
"""So many routes are kept, those asked for most."""


def weight(at: datetime) -> float:
    """Return what a request at the moment *at* weighs."""
    return float(2.0 ** min((at - SCALE_FROM) / HALF_LIFE, LARGEST_EXPONENT))


def requests(weights: float, now: datetime) -> float:
    """Return as how many requests those that weigh *weights* together count at *now*."""
    return weights / weight(now)
