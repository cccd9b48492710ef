"""The true probabilities of an invented railway, to measure forecasts against."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from railfair.domain.delays.distribution import Floats


class KnownTruth(Protocol):
    """Knows what the best forecast of an arrival would have been before the day."""

    def at_thresholds(
        self, day: date, calls: Sequence[tuple[str, int]]
    ) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """Return the odds of *calls* on *day*, each the rid of a run and a position in it.

        P(delay <= threshold | it runs) at `scoring.THRESHOLDS`, shape (n, 13); P(cancelled),
        shape (n,); and of which calls these are known, shape (n,).
        """
        ...
