"""When trains are late: by hour and weekday, over time, at stations and where people change."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import numpy as np

from railfair.application.provenance import Provenance, provenance
from railfair.application.stations import StationDirectory
from railfair.domain.change_point import ChangePoint, change_point
from railfair.domain.codes import Crs, TocCode
from railfair.domain.errors import InvalidParameter, UnknownRoute
from railfair.domain.interchanges import Changes, changes_at
from railfair.domain.reported_calls import (
    Arrivals,
    BookedCall,
    CallRuns,
    Fate,
    Ints,
    all_counts,
    arrivals,
    counts_by,
)
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
    """Figures over the history; one instance serves the whole process.

    What is read is counted in *workers*: a large station takes long enough for others to notice.
    """

    def __init__(self, storage: Storage, stations: StationDirectory, workers: Executor) -> None:
        self._storage = storage
        self._stations = stations
        self._workers = workers

    async def of_route(self, origin: Crs, destination: Crs) -> RoutePatterns:
        """Return how trains from *origin* to *destination* ran by hour and weekday of departure.

        Raises:
            InvalidParameter: the two are the same.
            UnknownStation: the loaded data know nothing of one of the two.
            UnknownRoute: no train was booked to call at both, in that order.
        """
        read = await self._route(origin, destination)
        return await self._in_worker(lambda: _route_patterns(read))

    async def trend(self, origin: Crs, destination: Crs, by: Period) -> RouteTrend:
        """Return how trains from *origin* to *destination* ran over time.

        Raises:
            InvalidParameter: the two are the same.
            UnknownStation: the loaded data know nothing of one of the two.
            UnknownRoute: no train was booked to call at both, in that order.
        """
        read = await self._route(origin, destination)
        return await self._in_worker(lambda: _route_trend(read, by))

    async def of_station(self, crs: Crs) -> StationPunctuality:
        """Return how trains arrived at *crs*.

        Raises:
            UnknownStation: the loaded data know nothing of it.
        """
        async with self._storage.reading() as unit:
            station = await self._stations.get(unit, crs)
            runs = await unit.performance.runs_at(crs)
            network, loaded = await _network_on_time(unit), await provenance(unit)
        return await self._in_worker(lambda: _station_punctuality(station, runs, network, loaded))

    async def changes(self, crs: Crs) -> StationChanges:
        """Return how often changes at *crs* worked.

        Raises:
            UnknownStation: the loaded data know nothing of it.
        """
        async with self._storage.reading() as unit:
            station = await self._stations.get(unit, crs)
            runs = await unit.performance.runs_at(crs)
            loaded = await provenance(unit)
        changes = await self._in_worker(lambda: changes_at(runs, station.change_min))
        return StationChanges(station=station, changes=tuple(changes), provenance=loaded)

    async def _route(self, origin: Crs, destination: Crs) -> "_Read":
        if origin == destination:
            raise InvalidParameter("destination", "is the same station as origin")
        async with self._storage.reading() as unit:
            ends = (
                await self._stations.get(unit, origin, parameter="origin"),
                await self._stations.get(unit, destination, parameter="destination"),
            )
            runs = await unit.performance.runs_between(origin, destination)
            if not runs.trains:
                raise UnknownRoute(origin, destination)
            return _Read(
                origin=ends[0],
                destination=ends[1],
                runs=runs,
                network=await _network_on_time(unit),
                provenance=await provenance(unit),
            )

    async def _in_worker[T](self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._workers, work)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What was read of a route; *network* is the share on time of the whole network."""

    origin: Station
    destination: Station
    runs: CallRuns
    network: float
    provenance: Provenance


def _route_patterns(read: _Read) -> RoutePatterns:
    found = arrivals(read.runs)
    overall = _cell(all_counts(found), read.network)
    likely = overall.on_time.likeliest
    weekdays, hours = (found.days - 1) % DAYS_A_WEEK, found.minutes // HOUR_MIN
    return RoutePatterns(
        origin=read.origin,
        destination=read.destination,
        overall=overall,
        cells=tuple(
            _cell(counts, likely, weekday=group // HOURS, hour=group % HOURS)
            for group, counts in counts_by(found, weekdays * HOURS + hours).items()
        ),
        by_hour=_by_hour(found, likely),
        by_weekday=tuple(
            _cell(counts, likely, weekday=weekday)
            for weekday, counts in counts_by(found, weekdays).items()
        ),
        provenance=read.provenance,
    )


def _route_trend(read: _Read, by: Period) -> RouteTrend:
    found = arrivals(read.runs)
    overall = _cell(all_counts(found), read.network)
    return RouteTrend(
        origin=read.origin,
        destination=read.destination,
        by=by,
        points=_points(found, by, overall.on_time.likeliest),
        change=_change(found),
        provenance=read.provenance,
    )


def _station_punctuality(
    station: Station, runs: CallRuns, network: float, loaded: Provenance
) -> StationPunctuality:
    found = arrivals(runs)
    overall = _cell(all_counts(found), network)
    return StationPunctuality(
        station=station,
        overall=overall,
        by_operator=_by_operator(runs.calls, found, overall.on_time.likeliest),
        by_hour=_by_hour(found, overall.on_time.likeliest),
        provenance=loaded,
    )


async def _network_on_time(unit: UnitOfWork) -> float:
    """Return the share of all observed arrivals that were on time."""
    outcomes = (await unit.performance.operator_outcomes()).values()
    trains = sum(one.trains for one in outcomes)
    return sum(one.on_time for one in outcomes) / trains if trains else NO_OPINION


def _cell(
    counts: OutcomeCounts, wider: float, *, weekday: int | None = None, hour: int | None = None
) -> Cell:
    on_time = shrunk(counts.on_time, counts.trains, wider)
    return Cell(outcomes=counts, on_time=on_time, weekday=weekday, hour=hour)


def _by_hour(found: Arrivals, likely: float) -> tuple[Cell, ...]:
    return tuple(
        _cell(counts, likely, hour=hour)
        for hour, counts in counts_by(found, found.minutes // HOUR_MIN).items()
    )


def _by_operator(
    calls: Sequence[BookedCall], found: Arrivals, likely: float
) -> dict[TocCode, Cell]:
    names = sorted({call.toc for call in calls})
    numbers = {toc: number for number, toc in enumerate(names)}
    groups = np.array([numbers[call.toc] for call in calls], np.int64)[found.calls]
    return {
        names[group]: _cell(counts, likely) for group, counts in counts_by(found, groups).items()
    }


def _points(found: Arrivals, by: Period, likely: float) -> tuple[TrendPoint, ...]:
    days, where = np.unique(found.days, return_inverse=True)
    starts = np.array([_start(int(day), by).toordinal() for day in days], np.int64)
    return tuple(
        TrendPoint(
            first=date.fromordinal(start),
            last=_end(date.fromordinal(start), by),
            outcomes=counts,
            on_time=shrunk(counts.on_time, counts.trains, likely),
        )
        for start, counts in counts_by(found, starts[where]).items()
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


def _change(found: Arrivals) -> Change | None:
    known = found.fates != Fate.UNKNOWN
    days, where = np.unique(found.days[known], return_inverse=True)
    is_on_time = (found.fates[known] == Fate.RAN) & (found.delays[known] < 1)
    on_time = np.bincount(where, weights=is_on_time, minlength=len(days))
    trains: Ints = np.bincount(where, minlength=len(days))
    change = change_point(on_time, trains.astype(np.float64))
    if change is None:
        return None
    return Change(day=date.fromordinal(int(days[change.index])), found=change)
