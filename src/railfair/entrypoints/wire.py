"""Answers as they go over the wire: the JSON of the HTTP API and of `--json`.

Instants carry London's offset, probabilities end in `_probability`, durations in `_min`.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec

from railfair.application.predict_delay import PredictedTrain, Prediction
from railfair.application.provenance import Provenance as Loaded
from railfair.application.statistics import RouteStatistics, Statistics
from railfair.domain import station
from railfair.domain.delays.distribution import LATE_MINUTES, QUANTILES, DelayDistribution
from railfair.domain.delays.explanation import confidence, effective_sample_size
from railfair.domain.delays.model import Forecast
from railfair.domain.feed import LoadedFeed
from railfair.domain.operators import operator
from railfair.domain.railtime import iso
from railfair.domain.statistics import OutcomeCounts
from railfair.domain.timetable import DirectTrain

DIGITS: Final = 6
"""Decimal places of probabilities."""
MINUTE_DIGITS: Final = 2


class StationRef(msgspec.Struct):
    """A station, as other answers refer to it."""

    crs: str
    name: str


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


class OperatorRef(msgspec.Struct):
    """A train operator."""

    code: str
    name: str


class TimetableProvenance(msgspec.Struct):
    """The timetable or fares feed behind an answer."""

    version: str
    loaded_at: str


class PerformanceProvenance(msgspec.Struct, rename={"first": "from", "last": "to"}):
    """The history behind an answer."""

    first: date
    last: date
    loaded_at: str


class Provenance(msgspec.Struct):
    """Where an answer comes from."""

    source: str
    timetable: TimetableProvenance | None
    fares: TimetableProvenance | None
    performance: PerformanceProvenance | None


class TrainRef(msgspec.Struct):
    """A timetabled train between the two stations asked for."""

    uid: str
    headcode: str
    operator: OperatorRef
    departs_at: str
    arrives_at: str


class Arrival(msgspec.Struct):
    """The forecast of an arrival.

    `on_time_probability`: it runs and arrives less than 1 minute late. `late_probability`: it runs
    and is at least so many minutes late. `cancelled_probability`: it does not arrive there. The
    expectation and quantiles (of the delay, early being negative) are given that it runs.
    """

    on_time_probability: float
    late_probability: dict[str, float]
    cancelled_probability: float
    expected_delay_min: float
    quantiles_min: dict[str, int]


class Confidence(msgspec.Struct):
    """How much a forecast rests on: faded counts of arrivals like it."""

    level: str
    effective_sample_size: float


class ExplanationTerm(msgspec.Struct):
    """One term of the chance of being on time; all terms add up to it."""

    level: str
    on_time_effect: float
    sample_size: float
    text: str


class ForecastAnswer(msgspec.Struct):
    """A train (or none, for the pair and hour) with its forecast."""

    train: TrainRef | None
    arrival: Arrival | None
    confidence: Confidence | None
    explanation: list[ExplanationTerm]


class PredictionAnswer(msgspec.Struct):
    """Direct trains, earliest first, each with its forecast."""

    origin: StationRef
    destination: StationRef
    date: date
    time: str
    forecasts: list[ForecastAnswer]
    fares: None
    provenance: Provenance
    degraded: bool
    degraded_reasons: list[str]


class Punctuality(msgspec.Struct):
    """How arrivals went: shares of `trains`, which ran or were cancelled.

    `unknown` arrivals, whose report was lost, are in no share. Mean and quantiles are of those that
    ran; the mean is of max(delay, 0).
    """

    trains: int
    unknown: int
    on_time_probability: float | None
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


class StatisticsAnswer(msgspec.Struct):
    """What is loaded, and how punctual it was."""

    stations: int
    schedules: int
    observed_arrivals: int
    timetable_days: dict[str, date] | None
    performance_days: dict[str, date] | None
    network: Punctuality
    operators: list[OperatorStatistics]
    provenance: Provenance
    degraded: bool = False


class StationsAnswer(msgspec.Struct):
    """Stations that a query may mean, the likeliest first."""

    stations: list[StationRef]


def plain(answer: msgspec.Struct) -> Any:
    """Return *answer* as JSON's own kinds of value."""
    return msgspec.to_builtins(answer)


def station_ref(one: station.Station) -> StationRef:
    """Return *one* as others refer to it."""
    return StationRef(crs=one.crs, name=one.name)


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


def provenance(loaded: Loaded) -> Provenance:
    """Return where an answer comes from."""
    return Provenance(
        source=loaded.source,
        timetable=_versioned(loaded.timetable),
        fares=_versioned(loaded.fares),
        performance=_dated(loaded.performance),
    )


def prediction(answer: Prediction) -> PredictionAnswer:
    """Return the answer to a prediction."""
    query = answer.query
    return PredictionAnswer(
        origin=station_ref(answer.origin),
        destination=station_ref(answer.destination),
        date=query.day,
        time=f"{query.time_min // 60:02}:{query.time_min % 60:02}",
        forecasts=[_forecast(train) for train in answer.trains],
        fares=None,
        provenance=provenance(answer.provenance),
        degraded=bool(answer.degraded_reasons),
        degraded_reasons=list(answer.degraded_reasons),
    )


def route_statistics(answer: RouteStatistics) -> RouteStatisticsAnswer:
    """Return how a route's trains ran."""
    return RouteStatisticsAnswer(
        origin=station_ref(answer.origin),
        destination=station_ref(answer.destination),
        statistics=punctuality(answer.outcomes),
        provenance=provenance(answer.provenance),
    )


def statistics(answer: Statistics) -> StatisticsAnswer:
    """Return what is loaded."""
    network = _network(answer.operators)
    loaded = answer.provenance
    return StatisticsAnswer(
        stations=answer.stations,
        schedules=answer.schedules,
        observed_arrivals=network.trains,
        timetable_days=_days(loaded.timetable),
        performance_days=_days(loaded.performance),
        network=punctuality(network),
        operators=[
            OperatorStatistics(operator=_operator(toc), statistics=punctuality(outcomes))
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
    return Punctuality(
        trains=trains,
        unknown=outcomes.unknown,
        on_time_probability=share(outcomes.on_time) if trains else None,
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


def _forecast(train: PredictedTrain) -> ForecastAnswer:
    forecast = train.forecast
    return ForecastAnswer(
        train=None if train.ride is None else _train(train.ride),
        arrival=None if forecast is None else _arrival(forecast.distribution),
        confidence=None if forecast is None else _confidence(forecast),
        explanation=[
            ExplanationTerm(
                level=term.level,
                on_time_effect=term.on_time_effect,
                sample_size=term.sample_size,
                text=term.text,
            )
            for term in train.explanation
        ],
    )


def _train(ride: DirectTrain) -> TrainRef:
    schedule = ride.train.schedule
    return TrainRef(
        uid=schedule.uid,
        headcode=schedule.headcode,
        operator=_operator(schedule.toc),
        departs_at=iso(ride.departs_at),
        arrives_at=iso(ride.arrives_at),
    )


def _arrival(odds: DelayDistribution) -> Arrival:
    return Arrival(
        on_time_probability=odds.on_time,
        late_probability={str(minutes): odds.late(minutes) for minutes in LATE_MINUTES},
        cancelled_probability=odds.cancelled,
        expected_delay_min=round(odds.expected_delay_min(), MINUTE_DIGITS),
        quantiles_min={str(q): delay for q, delay in odds.quantiles().items()},
    )


def _confidence(forecast: Forecast) -> Confidence:
    return Confidence(
        level=confidence(forecast),
        effective_sample_size=round(effective_sample_size(forecast), 1),
    )


def _operator(code: Any) -> OperatorRef:
    named = operator(code)
    return OperatorRef(code=named.code, name=named.name)


def _versioned(feed: LoadedFeed | None) -> TimetableProvenance | None:
    if feed is None:
        return None
    return TimetableProvenance(version=feed.version, loaded_at=iso(feed.loaded_at))


def _dated(feed: LoadedFeed | None) -> PerformanceProvenance | None:
    if feed is None:
        return None
    return PerformanceProvenance(
        first=feed.first_day, last=feed.last_day, loaded_at=iso(feed.loaded_at)
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
