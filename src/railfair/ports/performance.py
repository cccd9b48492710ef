"""How trains really ran: the raw history, for learning, scoring and statistics."""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from railfair.domain.codes import Crs, TocCode
from railfair.domain.reported_calls import CallRuns
from railfair.domain.running import Run
from railfair.domain.statistics import OutcomeCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class PutRuns:
    """What became of runs that were put; *first_day* is the first one that anything changed on."""

    added: int
    changed: int
    unchanged: int
    first_day: date | None


class Performance(Protocol):
    """The runs within a unit of work; changes show only once the unit is committed."""

    async def put_runs(self, runs: Iterable[Run]) -> PutRuns:
        """Insert *runs*, in place of those with the same rid; of two equal rids the last counts."""
        ...

    async def has_runs(self, rids: Iterable[str]) -> int:
        """Return how many of *rids* are there."""
        ...

    async def days(self) -> tuple[date, date] | None:
        """Return the first and the last day with runs, or `None`."""
        ...

    def runs(self, first: date, last: date) -> AsyncIterator[tuple[date, list[Run]]]:
        """Yield each day from *first* to *last* that has runs, in order, with its runs by rid."""
        ...

    async def stations(self) -> list[Crs]:
        """Return the stations where runs were booked to call, by code."""
        ...

    async def route_outcomes(self, origin: Crs, destination: Crs) -> OutcomeCounts:
        """Count what came of arrivals at *destination* of runs booked to leave *origin* before.

        A run that calls more than once counts by its first such arrival.
        """
        ...

    async def runs_between(self, origin: Crs, destination: Crs) -> CallRuns:
        """Return the calls that end rides on the route, with the runs of their trains.

        A train that calls more than once has one ride, to its first such arrival.
        """
        ...

    async def runs_at(self, crs: Crs) -> CallRuns:
        """Return all booked calls at *crs*, with the runs of their trains."""
        ...

    async def operator_outcomes(self) -> dict[TocCode, OutcomeCounts]:
        """Return what came of every booked arrival, by operator, as it was put."""
        ...

    async def put_operator_outcomes(self, outcomes: Mapping[TocCode, OutcomeCounts]) -> None:
        """Set what came of every booked arrival, by operator: the history is too long to count."""
        ...
