"""When trains are late: by hour and weekday, over time, at stations and where people change."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import numpy as np

from railfair.application.provenance import Provenance, provenance
from railfair.application.stations import StationDirectory
from railfair.domain import run_blocks
from railfair.domain.change_point import ChangePoint, change_point
from railfair.domain.codes import Crs, TocCode
from railfair.domain.errors import InvalidParameter, UnknownRoute
from railfair.domain.interchanges import Changes, changes_at
from railfair.domain.run_blocks import Arrivals, Fate, Ints, RunBlock, counts_by
from railfair.domain.share import Share, shrunk
from railfair.domain.station import Station
from railfair.domain.statistics import OutcomeCounts
from railfair.ports.storage import Storage, UnitOfWork

DAYS_A_WEEK: Final = 7
HOURS: Final = 24
HOUR_MIN: Final = 60
NO_OPINION: Final = 0.5
"""The share on time of a network of which nothing is known."""


class Period(StrEnum):
    """By what a trend is told."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What came of the arrivals of one cell, and its share on time as it is likeliest.

    *weekday* is 0 on Mondays, *hour* that of day; `None` where the cell is of all of them.
    """

    outcomes: OutcomeCounts
    on_time: Share
    weekday: int | None = None
    hour: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutePatterns:
    """A route by hour of departure and weekday; a cell in which nothing was observed is absent."""

    origin: Station
    destination: Station
    overall: Cell
    cells: tuple[Cell, ...]
    by_hour: tuple[Cell, ...]
    by_weekday: tuple[Cell, ...]
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPoint:
    """What came of the trains that left from *first* to *last*."""

    first: date
    last: date
    outcomes: OutcomeCounts
    on_time: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """From *day* on the share on time was another one."""

    day: date
    found: ChangePoint


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTrend:
    """A route over time; *change* only where it is credible."""

    origin: Station
    destination: Station
    by: Period
    points: tuple[TrendPoint, ...]
    change: Change | None
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class StationPunctuality:
    """What came of the arrivals booked at a station; by hour of the booked arrival."""

    station: Station
    overall: Cell
    by_operator: dict[TocCode, Cell]
    by_hour: tuple[Cell, ...]
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class StationChanges:
    """How often changes of so many booked minutes worked at a station."""

    station: Station
    changes: tuple[Changes, ...]
    provenance: Provenance


class Patterns:
    """Figures over the history; one instance serves the whole process."""

    def __init__(self, storage: Storage, stations: StationDirectory) -> None:
        self._storage = storage
        self._stations = stations

    async def of_route(self, origin: Crs, destination: Crs) -> RoutePatterns:
        """Return how trains from *origin* to *destination* ran by hour and weekday of departure.

        Raises:
            InvalidParameter: the two are the same.
            UnknownStation: the loaded data know nothing of one of the two.
            UnknownRoute: no train was booked to call at both, in that order.
        """
        async with self._storage.reading() as unit:
            ends, arrivals = await self._route(unit, origin, destination)
            overall = _overall(arrivals, await _network_on_time(unit))
            loaded = await provenance(unit)
        likely = overall.on_time.likeliest
        weekdays, hours = (arrivals.days - 1) % DAYS_A_WEEK, arrivals.minutes // HOUR_MIN
        return RoutePatterns(
            origin=ends[0],
            destination=ends[1],
            overall=overall,
            cells=tuple(
                _cell(counts, likely, weekday=group // HOURS, hour=group % HOURS)
                for group, counts in counts_by(arrivals, weekdays * HOURS + hours).items()
            ),
            by_hour=_by_hour(arrivals, likely),
            by_weekday=tuple(
                _cell(counts, likely, weekday=weekday)
                for weekday, counts in counts_by(arrivals, weekdays).items()
            ),
            provenance=loaded,
        )

    async def trend(self, origin: Crs, destination: Crs, by: Period) -> RouteTrend:
        """Return how trains from *origin* to *destination* ran over time.

        Raises:
            InvalidParameter: the two are the same.
            UnknownStation: the loaded data know nothing of one of the two.
            UnknownRoute: no train was booked to call at both, in that order.
        """
        async with self._storage.reading() as unit:
            ends, arrivals = await self._route(unit, origin, destination)
            overall = _overall(arrivals, await _network_on_time(unit))
            loaded = await provenance(unit)
        return RouteTrend(
            origin=ends[0],
            destination=ends[1],
            by=by,
            points=_points(arrivals, by, overall.on_time.likeliest),
            change=_change(arrivals),
            provenance=loaded,
        )

    async def of_station(self, crs: Crs) -> StationPunctuality:
        """Return how trains arrived at *crs*.

        Raises:
            UnknownStation: the loaded data know nothing of it.
        """
        async with self._storage.reading() as unit:
            station = await self._stations.get(unit, crs)
            blocks = await unit.performance.blocks_at(crs)
            arrivals = run_blocks.at(blocks, crs)
            overall = _overall(arrivals, await _network_on_time(unit))
            loaded = await provenance(unit)
        return StationPunctuality(
            station=station,
            overall=overall,
            by_operator=_by_operator(blocks, arrivals, overall.on_time.likeliest),
            by_hour=_by_hour(arrivals, overall.on_time.likeliest),
            provenance=loaded,
        )

    async def changes(self, crs: Crs) -> StationChanges:
        """Return how often changes at *crs* worked.

        Raises:
            UnknownStation: the loaded data know nothing of it.
        """
        async with self._storage.reading() as unit:
            station = await self._stations.get(unit, crs)
            blocks = await unit.performance.blocks_at(crs)
            loaded = await provenance(unit)
        changes = changes_at(blocks, crs, station.change_min)
        return StationChanges(station=station, changes=tuple(changes), provenance=loaded)

    async def _route(
        self, unit: UnitOfWork, origin: Crs, destination: Crs
    ) -> tuple[tuple[Station, Station], Arrivals]:
        if origin == destination:
            raise InvalidParameter("destination", "is the same station as origin")
        ends = (
            await self._stations.get(unit, origin, parameter="origin"),
            await self._stations.get(unit, destination, parameter="destination"),
        )
        blocks = await unit.performance.blocks_between(origin, destination)
        arrivals = run_blocks.between(blocks, origin, destination)
        if not len(arrivals):
            raise UnknownRoute(origin, destination)
        return ends, arrivals


async def _network_on_time(unit: UnitOfWork) -> float:
    """Return the share of all observed arrivals that were on time."""
    outcomes = (await unit.performance.operator_outcomes()).values()
    trains = sum(one.trains for one in outcomes)
    return sum(one.on_time for one in outcomes) / trains if trains else NO_OPINION


def _overall(arrivals: Arrivals, network: float) -> Cell:
    counts = counts_by(arrivals, np.zeros(len(arrivals), np.int64))
    return _cell(counts.get(0, OutcomeCounts()), network)


def _cell(
    counts: OutcomeCounts, wider: float, *, weekday: int | None = None, hour: int | None = None
) -> Cell:
    on_time = shrunk(counts.on_time, counts.trains, wider)
    return Cell(outcomes=counts, on_time=on_time, weekday=weekday, hour=hour)


def _by_hour(arrivals: Arrivals, likely: float) -> tuple[Cell, ...]:
    return tuple(
        _cell(counts, likely, hour=hour)
        for hour, counts in counts_by(arrivals, arrivals.minutes // HOUR_MIN).items()
    )


def _by_operator(
    blocks: Sequence[RunBlock], arrivals: Arrivals, likely: float
) -> dict[TocCode, Cell]:
    names = sorted({block.train.toc for block in blocks})
    of_blocks = np.array([names.index(block.train.toc) for block in blocks], np.int64)
    groups = of_blocks[arrivals.trains]
    return {
        names[group]: _cell(counts, likely) for group, counts in counts_by(arrivals, groups).items()
    }


def _points(arrivals: Arrivals, by: Period, likely: float) -> tuple[TrendPoint, ...]:
    days, where = np.unique(arrivals.days, return_inverse=True)
    starts = np.array([_start(int(day), by).toordinal() for day in days], np.int64)
    return tuple(
        TrendPoint(
            first=date.fromordinal(start),
            last=_end(date.fromordinal(start), by),
            outcomes=counts,
            on_time=shrunk(counts.on_time, counts.trains, likely),
        )
        for start, counts in counts_by(arrivals, starts[where]).items()
    )


_STARTS: Final[dict[Period, Callable[[date], date]]] = {
    Period.DAY: lambda day: day,
    Period.WEEK: lambda day: day - timedelta(days=day.weekday()),
    Period.MONTH: lambda day: day.replace(day=1),
}


def _start(ordinal: int, by: Period) -> date:
    return _STARTS[by](date.fromordinal(ordinal))


def _end(start: date, by: Period) -> date:
    if by is Period.MONTH:
        return (start.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return start + timedelta(days=6 if by is Period.WEEK else 0)


def _change(arrivals: Arrivals) -> Change | None:
    known = arrivals.fates != Fate.UNKNOWN
    days, where = np.unique(arrivals.days[known], return_inverse=True)
    is_on_time = (arrivals.fates[known] == Fate.RAN) & (arrivals.delays[known] < 1)
    on_time = np.bincount(where, weights=is_on_time, minlength=len(days))
    trains: Ints = np.bincount(where, minlength=len(days))
    found = change_point(on_time, trains.astype(np.float64))
    if found is None:
        return None
    return Change(day=date.fromordinal(int(days[found.index])), found=found)
