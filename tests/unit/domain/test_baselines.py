"""Simple forecasts that a good one has to beat."""

import numpy as np
import pytest

from railfair.domain.delays.baselines import CLIMATOLOGY, TABLE, TABLE_STRENGTH, Baseline
from railfair.domain.delays.distribution import ON_TIME_EDGE
from support.running import arrivals_of, ayton_to_ceeham, last_arrival

EIGHT, TEN = ayton_to_ceeham(0), ayton_to_ceeham(9, dep="10:00")
OBSERVED = arrivals_of([EIGHT, TEN, ayton_to_ceeham(None, dep="10:30")])
ARRIVALS = [last_arrival(EIGHT), last_arrival(TEN)]


def test_climatology_says_the_same_of_every_arrival() -> None:
    climatology = Baseline(CLIMATOLOGY)
    climatology.learn(OBSERVED)
    at_most, cancelled = climatology.plain(ARRIVALS)
    assert at_most[:, ON_TIME_EDGE] == pytest.approx([0.5, 0.5])
    assert cancelled == pytest.approx([1 / 3, 1 / 3])


def test_the_table_keeps_a_cell_for_each_station_hour_and_kind_of_day() -> None:
    table = Baseline(TABLE)
    for _ in range(20):
        table.learn(OBSERVED)
    at_most, cancelled = table.plain(ARRIVALS)
    ran, on_time = 20 + TABLE_STRENGTH * 2 / 3, TABLE_STRENGTH / 3
    expected = [(20 + on_time) / ran, on_time / (20 + TABLE_STRENGTH * 2 / 3)]
    assert at_most[:, ON_TIME_EDGE] == pytest.approx(expected)
    lost = TABLE_STRENGTH / 3
    assert cancelled == pytest.approx([lost / 25, (20 + lost) / 45])


def test_a_cell_that_is_empty_says_what_everything_says() -> None:
    climatology, table = Baseline(CLIMATOLOGY), Baseline(TABLE)
    climatology.learn(OBSERVED)
    table.learn(OBSERVED)
    other = [ARRIVALS[0]._replace(arrival_min=60)]
    for ours, theirs in zip(table.plain(other), climatology.plain(other), strict=True):
        assert np.allclose(ours, theirs)


def test_nothing_learned_is_no_error() -> None:
    at_most, cancelled = Baseline(TABLE).plain(ARRIVALS)
    assert np.isfinite(at_most).all()
    assert cancelled.tolist() == [0, 0]
