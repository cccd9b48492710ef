"""Whether punctuality changed for good."""

import numpy as np
import pytest

from railfair.domain.change_point import LEAST_DAYS, change_point

DAYS = 120


def history(
    shares: np.ndarray[tuple[int], np.dtype[np.float64]], seed: int = 1
) -> tuple[
    np.ndarray[tuple[int], np.dtype[np.float64]], np.ndarray[tuple[int], np.dtype[np.float64]]
]:
    luck = np.random.default_rng(seed)
    trains = luck.integers(15, 30, len(shares))
    noisy = np.clip(shares + luck.normal(0, 0.05, len(shares)), 0, 1)
    return luck.binomial(trains, noisy).astype(float), trains.astype(float)


def test_a_change_is_found_where_it_was() -> None:
    shares = np.where(np.arange(DAYS) < 70, 0.85, 0.65)
    found = change_point(*history(shares))
    assert found is not None
    assert abs(found.index - 70) <= 3
    assert (found.before, found.after) == pytest.approx((0.85, 0.65), abs=0.04)


def test_days_that_are_alike_have_no_change() -> None:
    alike = np.full(DAYS, 0.75)
    assert [change_point(*history(alike, seed)) for seed in range(100)] == [None] * 100


def test_days_that_wander_have_no_change() -> None:
    """Weeks of snow and leaves are not for good."""
    wave = 0.75 + 0.1 * np.sin(np.arange(DAYS) / 5)
    assert change_point(*history(wave)) is None


def test_a_change_too_small_to_matter_is_not_told() -> None:
    on_time = np.where(np.arange(DAYS) < 60, 800.0, 790.0)
    assert change_point(on_time, np.full(DAYS, 1000.0)) is None


def test_a_short_history_has_no_change() -> None:
    number = 2 * LEAST_DAYS - 1
    on_time = np.where(np.arange(number) < LEAST_DAYS, 20.0, 0.0)
    assert change_point(on_time, np.full(number, 20.0)) is None
    assert change_point(np.zeros(0), np.zeros(0)) is None


def test_days_without_any_noise_may_change_too() -> None:
    on_time = np.where(np.arange(DAYS) < 60, 20.0, 10.0)
    found = change_point(on_time, np.full(DAYS, 20.0))
    assert found is not None
    assert (found.index, found.before, found.after) == (60, 1.0, 0.5)
