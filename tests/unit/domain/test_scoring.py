"""How good forecasts were."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from railfair.domain.delays.scoring import (
    CALIBRATION_BINS,
    LEAST_PROBABILITY,
    THRESHOLDS,
    Scores,
    score_cancellation,
    score_coverage,
    score_delays,
    total,
)

DELAYS = st.lists(st.integers(-20, 90), min_size=1, max_size=20)


def knowing(delays: list[int]) -> Scores:
    """Scores of a forecaster who knew."""
    outcomes = np.array(delays)
    return score_delays((outcomes[:, None] <= THRESHOLDS).astype(float), outcomes)


@given(DELAYS)
def test_who_knows_scores_nothing_but_what_certainty_costs(delays: list[int]) -> None:
    figures = knowing(delays).figures()
    assert figures["rps"] == figures["brier_5"] == figures["calibration_gap"] == 0
    assert figures["log_loss_5"] == pytest.approx(-np.log(1 - LEAST_PROBABILITY))


def test_the_ranked_probability_score_is_the_mean_squared_distance_at_the_thresholds() -> None:
    forecast = np.linspace(0.1, 0.9, len(THRESHOLDS))[None, :]
    by_hand = sum(
        (chance - (1.0 if threshold >= 2 else 0.0)) ** 2
        for chance, threshold in zip(forecast[0], THRESHOLDS, strict=True)
    ) / len(THRESHOLDS)
    assert score_delays(forecast, np.array([2])).figures()["rps"] == pytest.approx(by_hand)


def test_five_minutes_late_is_late_and_four_is_not() -> None:
    half = np.full((2, len(THRESHOLDS)), 0.5)
    half[:, 5] = 0.8  # P(delay <= 4)
    figures = score_delays(half, np.array([4, 5])).figures()
    assert figures["brier_5"] == pytest.approx((0.2**2 + 0.8**2) / 2)
    assert figures["log_loss_5"] == pytest.approx(-(np.log(0.8) + np.log(0.2)) / 2)


def test_the_calibration_gap_is_the_mean_distance_of_forecast_and_frequency() -> None:
    forecasts = np.full((4, len(THRESHOLDS)), 0.62)
    scores = score_delays(forecasts, np.array([-9, -9, -9, 99]))  # 3 of 4 at every threshold
    assert scores.calibration_gap() == pytest.approx(0.75 - 0.62)
    ((forecast, frequency, number),) = scores.reliability()
    assert (forecast, frequency) == pytest.approx((0.62, 0.75))
    assert number == 4 * len(THRESHOLDS)


def test_gaps_of_different_bins_do_not_make_up_for_each_other() -> None:
    low, high = np.full((1, len(THRESHOLDS)), 0.3), np.full((1, len(THRESHOLDS)), 0.7)
    scores = score_delays(np.vstack([low, high]), np.array([-9, 99]))
    assert scores.calibration_gap() == pytest.approx(0.7)


def test_certainty_falls_into_the_last_bin() -> None:
    scores = knowing([-9])
    assert scores.bin_numbers[CALIBRATION_BINS - 1] == len(THRESHOLDS)


def test_the_middle_80_percent_of_places_are_covered() -> None:
    places = np.array([0.0, 0.05, 0.1, 0.5, 0.9, 0.95])
    assert score_coverage(places).figures()["coverage_80"] == 0.5


def test_cancellations_are_scored_apart() -> None:
    scores = score_cancellation(np.array([0.2, 0.2]), np.array([True, False]))
    assert scores.figures() == {
        "n": 0,
        "cancelled_n": 1,
        "brier_cancelled": pytest.approx((0.8**2 + 0.2**2) / 2),
        "log_loss_cancelled": pytest.approx(-(np.log(0.2) + np.log(0.8)) / 2),
    }


def test_nothing_has_no_figures_but_its_number() -> None:
    assert Scores().figures() == {"n": 0}
    assert Scores().reliability() == []


@given(DELAYS, DELAYS, st.floats(0, 1))
def test_scores_of_parts_add_up_to_the_scores_of_the_whole(
    first: list[int], second: list[int], chance: float
) -> None:
    def scored(delays: list[int]) -> Scores:
        return score_delays(np.full((len(delays), len(THRESHOLDS)), chance), np.array(delays))

    parts = total([scored(first), scored(second)])
    assert parts.figures() == pytest.approx(scored(first + second).figures())
