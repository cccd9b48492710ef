"""Simple forecasts that a good one has to beat."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Self

import numpy as np

from railfair.domain.delays.arrivals import BookedArrival, ObservedArrivals
from railfair.domain.delays.distribution import EDGES, Floats

TABLE_STRENGTH: Final = 5.0
"""Arrivals of climatology that every cell of the table begins with."""
LEAST_OBSERVED: Final = 1.0
CLIMATOLOGY: Final = "climatology"
OPERATOR: Final = "operator"
ROUTE: Final = "route"
TABLE: Final = "table"
EVERYTHING: Final = ""
"""The name of what is counted of all arrivals together."""

type Cell = Callable[[BookedArrival], str]
"""Names the cell of an arrival."""


def _of_operator(arrival: BookedArrival) -> str:
    return arrival.toc


def _of_route(arrival: BookedArrival) -> str:
    return f"{arrival.toc}|{arrival.crs}|{arrival.terminus}"


def _of_table(arrival: BookedArrival) -> str:
    return f"{arrival.crs}|{arrival.arrival_min // 60 % 24}|{arrival.day_type:d}"


CELLS: Final[Mapping[str, Cell | None]] = {
    CLIMATOLOGY: None,
    OPERATOR: _of_operator,
    ROUTE: _of_route,
    TABLE: _of_table,
}
"""The baselines: of all arrivals, by operator, by calling station and terminus, and by table."""


class Baseline:
    """Plain frequencies by cell, each shrunk a little to the frequencies of everything.

    With one cell for all arrivals it is the climatology; with a cell for each station, hour and
    kind of day it is the table that people make by hand.
    """

    def __init__(self, name: str) -> None:
        self._cell = CELLS[name]
        self._all = np.zeros(len(EDGES) + 2)
        self._cells: dict[str, Floats] = {}

    @classmethod
    def every(cls) -> dict[str, Self]:
        """Return all baselines by name; none of them knows anything."""
        return {name: cls(name) for name in CELLS}

    @classmethod
    def restored(cls, name: str, counts: Mapping[str, bytes]) -> Self:
        """Return a baseline that knows *counts*, as `dump` gave them: those of some cells will do.

        They hold the counts of `EVERYTHING` as well.
        """
        found = cls(name)
        read = {
            cell: np.frombuffer(body, "<i4").astype(np.float64) for cell, body in counts.items()
        }
        found._all = read.pop(EVERYTHING, found._all)
        found._cells = read
        return found

    def dump(self) -> dict[str, bytes]:
        """Return what it knows, by cell."""
        counts = {**self._cells, EVERYTHING: self._all}
        return {cell: one.astype("<i4").tobytes() for cell, one in counts.items()}

    def cells_of(self, arrivals: Sequence[BookedArrival]) -> set[str]:
        """Return the names of the counts that forecasts of *arrivals* need."""
        cell = self._cell
        return {EVERYTHING} | ({cell(one) for one in arrivals} if cell is not None else set())

    def learn(self, observed: ObservedArrivals) -> None:
        """Take in arrivals and what came of them."""
        for arrival, counts in zip(observed.arrivals, _counts(observed), strict=True):
            self._all += counts
            if self._cell is not None:
                cell = self._cells.setdefault(self._cell(arrival), np.zeros_like(self._all))
                cell += counts

    def plain(self, arrivals: Sequence[BookedArrival]) -> tuple[Floats, Floats]:
        """Return P(delay <= edge | it runs), shape (n, edges), and P(cancelled), shape (n,)."""
        overall = self._all / max(self._all[-1], LEAST_OBSERVED)
        sums = np.empty((len(arrivals), len(overall)))
        for index, arrival in enumerate(arrivals):
            cell = self._all if self._cell is None else self._cells.get(self._cell(arrival))
            sums[index] = TABLE_STRENGTH * overall + (0.0 if cell is None else cell)
        ran = np.maximum(sums[:, -1] - sums[:, -2], 1e-9)
        return sums[:, :-2] / ran[:, None], sums[:, -2] / np.maximum(sums[:, -1], 1e-9)


def _counts(observed: ObservedArrivals) -> Floats:
    """Return for each arrival 0 or 1: at most each edge (and ran), cancelled, and 1."""
    ran = ~observed.cancelled[:, None]
    at_most = ran & (observed.delays[:, None] <= EDGES)
    every = np.ones((len(observed.arrivals), 1))
    return np.hstack([at_most, observed.cancelled[:, None], every]).astype(np.float64)
