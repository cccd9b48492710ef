"""Stations, and how trains ran."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec

from railfair.application.popularity import PopularRoutes
from railfair.application.statistics import FaresLoaded, RouteStatistics, Statistics
from railfair.domain import station
from railfair.domain.delays.distribution import LATE_MINUTES, QUANTILES
from railfair.domain.feed import LoadedFeed
from railfair.domain.railtime import iso
from railfair.domain.share import share as seen_share
from railfair.domain.statistics import OutcomeCounts
from railfair.entrypoints.wire.refs import (
    OperatorRef,
    Provenance,
    StationRef,
    operator_ref,
    provenance,
    station_ref,
)

DIGITS: Final = 6
"""Decimal places of probabilities."""
MINUTE_DIGITS: Final = 2


class StationDetail(msgspec.Struct):
    """A station with all that the timetable feed says of it."""

    crs: str
    name: str
    aliases: list[str]
    tiplocs: list[str]
    change_min: int
    interchange: int
    easting_m: int | None
    northing_m: int | None


class Punctuality(msgspec.Struct):
    """How arrivals went: shares of `trains`, which ran or were cancelled.

    `unknown` arrivals, whose report was lost, are in no share. `on_time_interval` holds the share
    of all such trains, of which these are some, with 95 %. Mean and quantiles are of those that
    ran; the mean is of max(delay, 0).
    """

    trains: int
    unknown: int
    on_time_probability: float | None
    on_time_interval: tuple[float, float] | None
    late_probability: dict[str, float]
    cancelled_probability: float | None
    mean_delay_min: float | None
    quantiles_min: dict[str, int]


class RouteStatisticsAnswer(msgspec.Struct):
    """How trains that call at both stations arrived at the second."""

    origin: StationRef
    destination: StationRef
    statistics: Punctuality
    provenance: Provenance
    degraded: bool = False


class OperatorStatistics(msgspec.Struct):
    """How an operator's trains arrived, over all stations."""

    operator: OperatorRef
    statistics: Punctuality


class FaresStatistics(msgspec.Struct):
    """The fares that are loaded: how many stations, tickets, routes and railcards they know.

    `generated_on` is the day on which the railway made them, `editions` how many were imported.
    """

    version: str
    generated_on: date
    loaded_at: str
    editions: int
    stations: int
    tickets: int
    routes: int
    railcards: int


class StatisticsAnswer(msgspec.Struct):
    """What is loaded, and how punctual it was."""

    stations: int
    schedules: int
    fares: FaresStatistics | None
    observed_arrivals: int
    timetable_days: dict[str, date] | None
    performance_days: dict[str, date] | None
    network: Punctuality
    operators: list[OperatorStatistics]
    provenance: Provenance
    degraded: bool = False


class PopularRoute(msgspec.Struct):
    """A route that is asked for; `requests` counts each half after two weeks.

    `on_time_probability` is the share of its direct trains that were, null if none was observed.
    """

    origin: StationRef
    destination: StationRef
    requests: float
    on_time_probability: float | None


class PopularRoutesAnswer(msgspec.Struct):
    """The routes asked for most, most first."""

    routes: list[PopularRoute]
    provenance: Provenance
    degraded: bool = False


class StationsAnswer(msgspec.Struct):
    """Stations that a query may mean, the likeliest first."""

    stations: list[StationRef]


def station_detail(one: station.Station) -> StationDetail:
    """Return all that is known of *one*."""
    return StationDetail(
        crs=one.crs,
        name=one.name,
        aliases=list(one.aliases),
        tiplocs=list(one.tiplocs),
        change_min=one.change_min,
        interchange=max(one.interchange, 0),
        easting_m=one.easting_m,
        northing_m=one.northing_m,
    )


def route_statistics(answer: RouteStatistics) -> RouteStatisticsAnswer:
    """Return how a route's trains ran."""
    return RouteStatisticsAnswer(
        origin=station_ref(answer.origin),
        destination=station_ref(answer.destination),
        statistics=punctuality(answer.outcomes),
        provenance=provenance(answer.provenance),
    )


def popular_routes(answer: PopularRoutes) -> PopularRoutesAnswer:
    """Return the routes asked for most."""
    return PopularRoutesAnswer(
        routes=[
            PopularRoute(
                origin=station_ref(route.origin),
                destination=station_ref(route.destination),
                requests=round(route.requests, MINUTE_DIGITS),
                on_time_probability=None if route.on_time is None else round(route.on_time, DIGITS),
            )
            for route in answer.routes
        ],
        provenance=provenance(answer.provenance),
    )


def statistics(answer: Statistics) -> StatisticsAnswer:
    """Return what is loaded."""
    network = _network(answer.operators)
    loaded = answer.provenance
    return StatisticsAnswer(
        stations=answer.stations,
        schedules=answer.schedules,
        fares=None if answer.fares is None else _fares(answer.fares),
        observed_arrivals=network.trains,
        timetable_days=_days(loaded.timetable),
        performance_days=_days(loaded.performance),
        network=punctuality(network),
        operators=[
            OperatorStatistics(operator=operator_ref(toc), statistics=punctuality(outcomes))
            for toc, outcomes in answer.operators.items()
        ],
        provenance=provenance(loaded),
    )


def punctuality(outcomes: OutcomeCounts) -> Punctuality:
    """Return the figures of observed arrivals; shares are `None` or absent without any."""
    trains = outcomes.trains

    def share(number: int) -> float:
        return round(number / trains, DIGITS)

    mean = outcomes.mean_delay_min()
    likely = seen_share(outcomes.on_time, trains)
    return Punctuality(
        trains=trains,
        unknown=outcomes.unknown,
        on_time_probability=share(outcomes.on_time) if trains else None,
        on_time_interval=(
            None if likely is None else (round(likely.low, DIGITS), round(likely.high, DIGITS))
        ),
        late_probability={
            str(minutes): share(outcomes.late(minutes)) for minutes in LATE_MINUTES if trains
        },
        cancelled_probability=share(outcomes.cancelled) if trains else None,
        mean_delay_min=None if mean is None else round(mean, MINUTE_DIGITS),
        quantiles_min={
            str(quantile): delay
            for quantile in QUANTILES
            if (delay := outcomes.quantile(quantile)) is not None
        },
    )


def _fares(loaded: FaresLoaded) -> FaresStatistics:
    return FaresStatistics(
        version=loaded.current.version,
        generated_on=loaded.current.generated_on,
        loaded_at=iso(loaded.current.loaded_at),
        editions=loaded.editions,
        stations=loaded.stations,
        tickets=loaded.tickets,
        routes=loaded.routes,
        railcards=loaded.railcards,
    )


def _days(feed: LoadedFeed | None) -> dict[str, date] | None:
    return None if feed is None else {"from": feed.first_day, "to": feed.last_day}


def _network(operators: Mapping[Any, OutcomeCounts]) -> OutcomeCounts:
    delays: dict[int, int] = {}
    for outcomes in operators.values():
        for delay, number in outcomes.delays.items():
            delays[delay] = delays.get(delay, 0) + number
    return OutcomeCounts(
        delays=delays,
        cancelled=sum(outcomes.cancelled for outcomes in operators.values()),
        unknown=sum(outcomes.unknown for outcomes in operators.values()),
    )
