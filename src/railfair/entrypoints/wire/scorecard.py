"""How good the forecasts were."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from railfair.application.backtest import MODEL
from railfair.application.scorecard import Scorecard, ScoreGroup
from railfair.domain.codes import TocCode
from railfair.domain.delays.baselines import CELLS
from railfair.domain.delays.scoring import Scores
from railfair.domain.operators import operator
from railfair.entrypoints.wire.refs import Provenance, provenance
from railfair.ports.feedback import FeedbackCount

SKILLS: Final = ("rps", "brier_5", "brier_cancelled")
"""Scores of which skill is told: lower is better."""
DIGITS: Final = 6


class ReliabilityBin(msgspec.Struct):
    """Forecasts of like probability: their mean, how often they came true, their number."""

    forecast: float
    frequency: float
    forecasts: int


class ScoreGroupAnswer(msgspec.Struct):
    """Scores of one group of forecasts.

    `scored` ran and have a delay, `resolved` have run or been cancelled. `scores` are by method:
    `model` is what was served, the others are simple forecasts of the same arrivals. `skill` is how
    much lower a score of the model is, by baseline: 0 is no better, 1 perfect.
    """

    name: str
    title: str
    resolved: int
    scored: int
    scores: dict[str, dict[str, float]]
    skill: dict[str, dict[str, float]]
    reliability: list[ReliabilityBin]


class FeedbackAnswer(msgspec.Struct):
    """What passengers said of their journeys; these are whoever cares to say, not a sample."""

    number: int
    as_forecast: int
    as_forecast_probability: float | None
    cancelled: int
    told_delays: int
    mean_delay_min: float | None


class ScorecardAnswer(msgspec.Struct):
    """How good forecasts were, that were served or replayed; `waiting` are yet to be resolved."""

    by: str
    source: str
    overall: ScoreGroupAnswer
    groups: list[ScoreGroupAnswer]
    waiting: int
    feedback: FeedbackAnswer
    provenance: Provenance
    degraded: bool = False


def scorecard(answer: Scorecard, by: str) -> ScorecardAnswer:
    """Return how good forecasts were."""
    return ScorecardAnswer(
        by=by,
        source=answer.source,
        overall=_group(answer.overall, ""),
        groups=[_group(group, by) for group in answer.groups],
        waiting=answer.waiting,
        feedback=_feedback(answer.feedback),
        provenance=provenance(answer.provenance),
    )


def _feedback(months: Sequence[FeedbackCount]) -> FeedbackAnswer:
    number = sum(one.number for one in months)
    as_forecast = sum(one.as_forecast for one in months)
    told = sum(one.told_delays for one in months)
    delay_min = sum(one.delay_min for one in months)
    return FeedbackAnswer(
        number=number,
        as_forecast=as_forecast,
        as_forecast_probability=round(as_forecast / number, DIGITS) if number else None,
        cancelled=sum(one.cancelled for one in months),
        told_delays=told,
        mean_delay_min=round(delay_min / told, 2) if told else None,
    )


def _group(group: ScoreGroup, by: str) -> ScoreGroupAnswer:
    model = group.scores.get(MODEL, Scores())
    figures = {method: scores.figures() for method, scores in group.scores.items()}
    return ScoreGroupAnswer(
        name=group.name if by != "horizon" else str(int(group.name)),
        title=_title(group.name, by),
        resolved=int(model.cancellable),
        scored=int(model.n),
        scores={
            method: {name: round(value, DIGITS) for name, value in found.items()}
            for method, found in figures.items()
        },
        skill={
            baseline: _skill(figures[MODEL], figures[baseline])
            for baseline in CELLS
            if baseline in figures and MODEL in figures
        },
        reliability=[
            ReliabilityBin(
                forecast=round(forecast, DIGITS),
                frequency=round(frequency, DIGITS),
                forecasts=number,
            )
            for forecast, frequency, number in model.reliability()
        ],
    )


def _skill(model: Mapping[str, float], baseline: Mapping[str, float]) -> dict[str, float]:
    return {
        name: round(1 - model[name] / baseline[name], DIGITS)
        for name in SKILLS
        if name in model and baseline.get(name)
    }


def _title(name: str, by: str) -> str:
    if by == "operator":
        return operator(TocCode(name)).name
    if by == "horizon":
        days = int(name)
        return "on the day" if not days else f"{days} day{'s' * (days > 1)} before"
    return name
