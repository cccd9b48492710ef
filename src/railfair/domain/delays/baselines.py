"""Simple forecasts that a good one has to beat."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from railfair.domain.delays.arrivals import BookedArrival, ObservedArrivals
from railfair.domain.delays.distribution import EDGES, Floats

TABLE_STRENGTH: Final = 5.0
"""Arrivals of climatology that every cell of the table begins with."""
LEAST_OBSERVED: Final = 1.0


class Baseline:
    """Plain frequencies by cell, each shrunk a little to the frequencies of everything.

    With one cell for all arrivals it is the climatology; with a cell for each station, hour and
    kind of day it is the table that people make by hand.
    """

    def __init__(self, *, by_cell: bool) -> None:
        self._by_cell = by_cell
        self._all = np.zeros(len(EDGES) + 2)
        self._cells: dict[tuple[object, ...], Floats] = {}

    def learn(self, observed: ObservedArrivals) -> None:
        """Take in arrivals and what came of them."""
        for arrival, counts in zip(observed.arrivals, _counts(observed), strict=True):
            self._all += counts
            if self._by_cell:
                cell = self._cells.setdefault(_cell(arrival), np.zeros_like(self._all))
                cell += counts

    def plain(self, arrivals: Sequence[BookedArrival]) -> tuple[Floats, Floats]:
        """Return P(delay <= edge | it runs), shape (n, edges), and P(cancelled), shape (n,)."""
        overall = self._all / max(self._all[-1], LEAST_OBSERVED)
        sums = np.empty((len(arrivals), len(overall)))
        for index, arrival in enumerate(arrivals):
            cell = self._cells.get(_cell(arrival)) if self._by_cell else self._all
            sums[index] = TABLE_STRENGTH * overall + (0.0 if cell is None else cell)
        ran = np.maximum(sums[:, -1] - sums[:, -2], 1e-9)
        return sums[:, :-2] / ran[:, None], sums[:, -2] / np.maximum(sums[:, -1], 1e-9)


def _cell(arrival: BookedArrival) -> tuple[object, ...]:
    return arrival.crs, arrival.arrival_min // 60 % 24, arrival.day_type


def _counts(observed: ObservedArrivals) -> Floats:
    """Return for each arrival 0 or 1: at most each edge (and ran), cancelled, and 1."""
    ran = ~observed.cancelled[:, None]
    at_most = ran & (observed.delays[:, None] <= EDGES)
    every = np.ones((len(observed.arrivals), 1))
    return np.hstack([at_most, observed.cancelled[:, None], every]).astype(np.float64)
