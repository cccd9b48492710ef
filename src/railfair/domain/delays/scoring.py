"""How good forecasts were: proper scores, calibration and coverage.

Scores of delays are over arrivals that ran; cancellation is scored apart. `THRESHOLDS` are those
at which a distribution function is compared with what happened.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from railfair.domain.delays.distribution import EARLIEST_MIN, EDGES, LATEST_MIN, Floats

THRESHOLDS: Final[NDArray[np.int64]] = np.array([-1, 0, 1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 60])
"""Minutes, ascending; shape (13,)."""
LATE_5: Final = int(np.searchsorted(THRESHOLDS, 4))
"""Index of the threshold whose complement is "5 minutes late or later"."""
CALIBRATION_BINS: Final = 20
COVERED: Final = (0.1, 0.9)
"""The 80 % interval."""
LEAST_PROBABILITY: Final = 1e-4
"""Forecasts are held this far from certainty in logarithmic scores."""

_POINTS: Final = np.concatenate([[EARLIEST_MIN - 1], EDGES, [LATEST_MIN]])


@dataclass(slots=True)
class Scores:
    """Sums over forecasts, from which the figures come; add them up with `+`.

    *bin_forecasts*, *bin_outcomes* and *bin_numbers* have shape (20,): per bin of the forecast
    probability, over all thresholds, the sums of forecasts and of outcomes, and their number.
    """

    n: int = 0
    placed: int = 0
    rps: float = 0.0
    brier_5: float = 0.0
    log_loss_5: float = 0.0
    covered: float = 0.0
    bin_forecasts: Floats = field(default_factory=lambda: np.zeros(CALIBRATION_BINS))
    bin_outcomes: Floats = field(default_factory=lambda: np.zeros(CALIBRATION_BINS))
    bin_numbers: Floats = field(default_factory=lambda: np.zeros(CALIBRATION_BINS))
    cancellable: int = 0
    cancelled: int = 0
    brier_cancelled: float = 0.0
    log_loss_cancelled: float = 0.0

    def __add__(self, other: Self) -> "Scores":
        return Scores(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    def packed(self) -> bytes:
        """Return the sums as bytes; `unpacked` is the inverse."""
        values = [np.atleast_1d(getattr(self, name)) for name in self.__slots__]
        return np.concatenate(values).astype("<f8").tobytes()

    @classmethod
    def unpacked(cls, body: bytes) -> "Scores":
        """Return the sums that were *packed*."""
        found, at = cls(), 0
        numbers = np.frombuffer(body, "<f8")
        for name in cls.__slots__:
            before = getattr(found, name)
            size = np.size(before)
            part = numbers[at : at + size]
            setattr(found, name, part.copy() if size > 1 else type(before)(part[0]))
            at += size
        return found

    def figures(self) -> dict[str, float]:
        """Return the figures by name; those over no arrivals at all are left out."""
        figures: dict[str, float] = {"n": self.n}
        if self.n:
            figures |= {
                "rps": self.rps / self.n,
                "brier_5": self.brier_5 / self.n,
                "log_loss_5": self.log_loss_5 / self.n,
                "calibration_gap": self.calibration_gap(),
            }
        if self.placed:
            figures["coverage_80"] = self.covered / self.placed
        if self.cancellable:
            figures |= {
                "cancelled_n": self.cancelled,
                "brier_cancelled": self.brier_cancelled / self.cancellable,
                "log_loss_cancelled": self.log_loss_cancelled / self.cancellable,
            }
        return figures

    def calibration_gap(self) -> float:
        """Return the mean distance of forecast and frequency over the bins, weighted by number."""
        return float(np.abs(self.bin_forecasts - self.bin_outcomes).sum() / self.bin_numbers.sum())

    def reliability(self) -> list[tuple[float, float, int]]:
        """Return mean forecast, frequency and number of every bin with forecasts, ascending."""
        return [
            (float(forecast / number), float(outcome / number), int(number))
            for forecast, outcome, number in zip(
                self.bin_forecasts, self.bin_outcomes, self.bin_numbers, strict=True
            )
            if number
        ]


@dataclass(frozen=True, slots=True)
class ChanceScores:
    """How good forecasts of one event were; over no forecasts all but *n* is 0.

    *forecast* is the mean of the forecasts, *realised* how often the event came.
    """

    n: int
    log_loss: float
    brier: float
    forecast: float
    realised: float


def score_chances(chances: Floats, came: NDArray[np.bool_]) -> ChanceScores:
    """Score forecasts (n,) of an event by whether it *came* (n,)."""
    number = max(len(chances), 1)
    outcomes = came.astype(np.float64)
    return ChanceScores(
        n=len(chances),
        log_loss=_log_loss(chances, outcomes) / number,
        brier=float(((chances - outcomes) ** 2).sum() / number),
        forecast=float(chances.sum() / number),
        realised=float(outcomes.sum() / number),
    )


def score_delays(at_thresholds: Floats, delays: NDArray[np.int64]) -> Scores:
    """Score forecasts of arrivals that ran, but for coverage.

    *at_thresholds* has shape (n, 13): P(delay <= threshold); *delays* (n,) is minutes.
    """
    outcomes = (delays[:, None] <= THRESHOLDS[None, :]).astype(np.float64)
    late_5 = 1 - at_thresholds[:, LATE_5]
    was_late_5 = 1 - outcomes[:, LATE_5]
    bins = np.minimum((at_thresholds * CALIBRATION_BINS).astype(np.int64), CALIBRATION_BINS - 1)
    return Scores(
        n=len(delays),
        rps=float(((at_thresholds - outcomes) ** 2).mean(axis=1).sum()),
        brier_5=float(((late_5 - was_late_5) ** 2).sum()),
        log_loss_5=_log_loss(late_5, was_late_5),
        bin_forecasts=_binned(bins, at_thresholds),
        bin_outcomes=_binned(bins, outcomes),
        bin_numbers=_binned(bins, np.ones_like(outcomes)),
    )


def score_coverage(places: Floats) -> Scores:
    """Score the 80 % interval by *places*, where outcomes came in their forecast, each in [0, 1].

    Delays are whole minutes, so a place is drawn between P(delay < outcome) and P(delay <= outcome)
    (a randomised probability integral transform).
    """
    inside = (places >= COVERED[0]) & (places <= COVERED[1])
    return Scores(placed=len(places), covered=float(inside.sum()))


def score_cancellation(probabilities: Floats, cancelled: NDArray[np.bool_]) -> Scores:
    """Score forecasts of cancellation over arrivals of which it is known what became of them."""
    outcomes = cancelled.astype(np.float64)
    return Scores(
        cancellable=len(outcomes),
        cancelled=int(outcomes.sum()),
        brier_cancelled=float(((probabilities - outcomes) ** 2).sum()),
        log_loss_cancelled=_log_loss(probabilities, outcomes),
    )


def as_logged(forecasts: Floats) -> Floats:
    """Return *forecasts* as a log of them keeps them: with seven digits."""
    return forecasts.astype(np.float32).astype(np.float64)


def places(at_most: Floats, delays: NDArray[np.int64], luck: Floats) -> Floats:
    """Return where each delay comes in its forecast, drawn between the minute before and its own.

    Between two edges a distribution function is straight.
    """
    held = np.clip(delays, EARLIEST_MIN, LATEST_MIN)
    edges = np.hstack([np.zeros((len(delays), 1)), at_most, np.ones((len(delays), 1))])
    below, upto = _between(edges, held - 1), _between(edges, held)
    return below + luck * (upto - below)


def _between(at_points: Floats, minutes: NDArray[np.int64]) -> Floats:
    index = np.clip(np.searchsorted(_POINTS, minutes), 1, len(_POINTS) - 1)
    rows = np.arange(len(at_points))
    left, right = at_points[rows, index - 1], at_points[rows, index]
    share = (minutes - _POINTS[index - 1]) / (_POINTS[index] - _POINTS[index - 1])
    return np.asarray(left + share * (right - left))


def total(scores: Iterable[Scores]) -> Scores:
    """Add up *scores*."""
    return sum(scores, start=Scores())


def _log_loss(probabilities: Floats, outcomes: Floats) -> float:
    held = np.clip(probabilities, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)
    return float(-(outcomes * np.log(held) + (1 - outcomes) * np.log(1 - held)).sum())


def _binned(bins: NDArray[np.int64], values: Floats) -> Floats:
    return np.bincount(bins.ravel(), weights=values.ravel(), minlength=CALIBRATION_BINS)
