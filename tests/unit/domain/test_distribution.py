"""A forecast of one arrival."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from railfair.domain.delays.distribution import (
    EARLIEST_MIN,
    EDGES,
    LATE_MINUTES,
    LATEST_MIN,
    MINUTES,
    DelayDistribution,
    mixed,
)

SHARES = st.lists(st.floats(0, 1), min_size=len(EDGES) + 1, max_size=len(EDGES) + 1)


@st.composite
def distributions(draw: st.DrawFn) -> DelayDistribution:
    """Any distribution function at the edges, and any chance of a cancellation."""
    shares = np.array(draw(SHARES)) + 1e-9
    at_most = np.minimum(np.cumsum(shares)[:-1] / shares.sum(), 1.0)
    return DelayDistribution(at_most=at_most, cancelled=draw(st.floats(0, 1)))


def certain(delay: int, *, cancelled: float = 0.0) -> DelayDistribution:
    """An arrival that will be exactly *delay* late, a minute of the edges before 31."""
    return DelayDistribution(at_most=(delay <= EDGES).astype(float), cancelled=cancelled)


@given(distributions(), st.lists(st.floats(0, 1), min_size=2, max_size=9))
def test_quantiles_never_decrease(one: DelayDistribution, shares: list[float]) -> None:
    delays = [one.quantile(share) for share in sorted(shares)]
    assert all(first <= second for first, second in pairwise(delays))
    assert all(first <= second for first, second in pairwise(one.quantiles().values()))


@given(distributions())
def test_on_time_late_and_cancelled_make_up_everything(one: DelayDistribution) -> None:
    assert one.on_time + one.late(1) + one.cancelled == pytest.approx(1)


@given(distributions())
def test_the_more_minutes_the_less_likely_a_train_is_that_late(one: DelayDistribution) -> None:
    chances = [one.late(minutes) for minutes in LATE_MINUTES]
    assert chances == sorted(chances, reverse=True)
    assert all(0 <= chance <= 1 for chance in chances)


@given(distributions())
def test_the_function_by_minute_climbs_to_one_and_passes_through_the_edges(
    one: DelayDistribution,
) -> None:
    assert (np.diff(one.by_minute) >= -1e-12).all()
    assert one.by_minute[-1] == 1
    assert np.allclose(one.by_minute[EDGES - EARLIEST_MIN], one.at_most)


@given(distributions(), st.floats(0.001, 0.999))
def test_a_quantile_is_the_smallest_minute_that_is_likely_enough(
    one: DelayDistribution, share: float
) -> None:
    index = one.quantile(share) - EARLIEST_MIN
    assert one.by_minute[index] >= share - 1e-9
    assert index == 0 or one.by_minute[index - 1] < share + 1e-9


@given(distributions())
def test_the_expected_delay_lies_within_what_is_possible(one: DelayDistribution) -> None:
    assert 0 <= one.expected_delay_min() <= LATEST_MIN


def test_a_certain_delay_is_every_quantile_and_the_mean() -> None:
    one = certain(7)
    assert set(one.quantiles().values()) == {7}
    assert one.expected_delay_min() == pytest.approx(7)
    assert (one.on_time, one.late(7), one.late(8)) == (0, 1, 0)


def test_early_arrivals_count_as_no_delay_in_the_mean() -> None:
    assert certain(-4).expected_delay_min() == pytest.approx(0)


def test_chances_are_of_running_and_being_late_but_delays_suppose_that_it_runs() -> None:
    one = certain(7, cancelled=0.25)
    assert one.late(5) == 0.75
    assert one.quantile(0.5) == 7
    assert certain(0, cancelled=0.25).on_time == 0.75


def test_what_is_later_than_the_last_edge_is_spread_over_the_minutes_after_it() -> None:
    never = DelayDistribution(at_most=np.zeros(len(EDGES)), cancelled=0.0)
    assert EDGES[-1] < never.quantile(0.5) < MINUTES[-1]


@given(distributions())
def test_a_mixture_of_one_part_is_that_part(one: DelayDistribution) -> None:
    alone = mixed([(0.3, one)])
    assert np.allclose(alone.at_most, one.at_most)
    assert alone.cancelled == pytest.approx(one.cancelled)


@given(distributions(), distributions(), st.floats(0.01, 10), st.floats(0.01, 10))
def test_every_chance_of_a_mixture_is_the_mean_of_its_parts(
    one: DelayDistribution, other: DelayDistribution, first: float, second: float
) -> None:
    both = mixed([(first, one), (second, other)])
    share = first / (first + second)
    found, ours, theirs = (
        np.array([part.on_time, part.late(10), part.cancelled]) for part in (both, one, other)
    )
    assert found == pytest.approx(share * ours + (1 - share) * theirs, abs=1e-9)


def test_a_part_that_hardly_runs_hardly_counts_in_the_delay() -> None:
    both = mixed([(1, certain(0)), (1, certain(20, cancelled=0.99))])
    assert both.late(20) / (1 - both.cancelled) == pytest.approx(0.01 / 1.01)


def test_a_mixture_of_trains_that_are_sure_to_be_cancelled_is_still_a_distribution() -> None:
    none = mixed([(1, certain(0, cancelled=1.0)), (3, certain(20, cancelled=1.0))])
    assert none.cancelled == 1
    assert none.on_time == none.late(1) == 0
    assert none.quantile(0.2) == 0
    assert none.quantile(0.3) == 20
