"""Shares of few or many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railfair.domain.share import share, shrunk


def test_a_share_of_nothing_is_none() -> None:
    assert share(0, 0) is None


def test_three_of_three_are_not_certain() -> None:
    found = share(3, 3)
    assert found is not None
    assert (found.likeliest, found.high) == (1, 1)
    assert found.low == pytest.approx(0.4385, abs=1e-4)


def test_the_interval_is_wilsons() -> None:
    found = share(81, 263)  # Newcombe (1998), Table I
    assert found is not None
    assert (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_few_are_drawn_to_the_wider_group_and_many_are_not() -> None:
    assert shrunk(3, 3, 0.7).likeliest == pytest.approx(10 / 13)
    assert shrunk(0, 0, 0.7).likeliest == pytest.approx(0.7)
    assert shrunk(5_000, 5_000, 0.7).likeliest > 0.999


@given(st.integers(0, 3), st.floats(0, 1))
def test_three_trains_never_look_certain(on_time: int, wider: float) -> None:
    found = shrunk(on_time, 3, wider)
    assert found.low <= found.likeliest <= found.high
    assert found.high - found.low > 0.2
    raw = share(on_time, 3)
    assert raw is not None
    assert raw.high - raw.low > 0.5
