"""Forecasts of direct trains."""

from datetime import date
from typing import Final

import msgspec

from railfair.application.predict_delay import PredictedTrain, Prediction
from railfair.domain.delays.distribution import LATE_MINUTES, DelayDistribution
from railfair.domain.delays.explanation import confidence, effective_sample_size
from railfair.domain.delays.model import Forecast
from railfair.entrypoints.wire.fares import TripFares, trip_fares
from railfair.entrypoints.wire.refs import (
    Provenance,
    StationRef,
    TrainRef,
    provenance,
    station_ref,
    train_ref,
)

MINUTE_DIGITS: Final = 2


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
    """Direct trains, earliest first, each with its forecast; `fares` are those of the first."""

    origin: StationRef
    destination: StationRef
    date: date
    time: str
    forecasts: list[ForecastAnswer]
    fares: TripFares | None
    provenance: Provenance
    degraded: bool
    degraded_reasons: list[str]


def prediction(answer: Prediction) -> PredictionAnswer:
    """Return the answer to a prediction."""
    query = answer.query
    return PredictionAnswer(
        origin=station_ref(answer.origin),
        destination=station_ref(answer.destination),
        date=query.day,
        time=f"{query.time_min // 60:02}:{query.time_min % 60:02}",
        forecasts=[_forecast(train) for train in answer.trains],
        fares=None if answer.fares is None else trip_fares(answer.fares),
        provenance=provenance(answer.provenance),
        degraded=bool(answer.degraded_reasons),
        degraded_reasons=list(answer.degraded_reasons),
    )


def _forecast(train: PredictedTrain) -> ForecastAnswer:
    forecast = train.forecast
    return ForecastAnswer(
        train=None if train.ride is None else train_ref(train.ride),
        arrival=None if forecast is None else arrival_answer(forecast.distribution),
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


def arrival_answer(odds: DelayDistribution) -> Arrival:
    """Return the forecast of an arrival."""
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
