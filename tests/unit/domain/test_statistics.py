"""Figures over arrivals that were observed."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railfair.domain.running import Missed
from railfair.domain.statistics import OutcomeCounts, counted, first_arrival
from support.running import AYT, BEE, CEE, Called, call, run

OUTCOMES = (0, -2, 0, 5, 30, Missed.CANCELLED, Missed.UNKNOWN, None)
SOME = counted(OUTCOMES)


def test_outcomes_are_counted_by_kind_and_calls_without_arrival_are_not() -> None:
    expected = OutcomeCounts(delays={-2: 1, 0: 2, 5: 1, 30: 1}, cancelled=1, unknown=1)
    assert counted(OUTCOMES) == expected


def test_lost_reports_enter_no_figure() -> None:
    assert (SOME.ran, SOME.trains) == (5, 6)


def test_on_time_is_less_than_a_minute_late() -> None:
    assert SOME.on_time == 3
    assert counted([1]).on_time == 0


def test_late_counts_from_the_minute_given_on() -> None:
    assert [SOME.late(minutes) for minutes in (1, 5, 6, 30, 31)] == [2, 2, 1, 1, 0]


def test_early_arrivals_do_not_make_up_for_late_ones_in_the_mean() -> None:
    assert SOME.mean_delay_min() == 7


def test_nothing_has_no_mean_and_no_quantile() -> None:
    nothing = counted([Missed.CANCELLED])
    assert nothing.mean_delay_min() is None
    assert nothing.quantile(0.5) is None
    assert nothing.on_time == 0


def test_counts_of_two_places_add_up() -> None:
    both = SOME + counted([0, 7, Missed.CANCELLED])
    assert both == counted(
        [0, -2, 0, 5, 30, Missed.CANCELLED, Missed.UNKNOWN, 0, 7, Missed.CANCELLED]
    )


def test_a_share_that_floats_cannot_hold_is_no_arrival_more() -> None:
    assert counted([0] * 55 + [9] * 45).quantile(0.55) == 0


@given(
    st.lists(st.integers(-20, 200), min_size=1, max_size=60),
    st.sampled_from(["0.1", "0.5", "0.8", "0.9", "0.95"]),
)
def test_a_quantile_is_the_smallest_delay_that_the_share_of_arrivals_kept_to(
    delays: list[int], share: str
) -> None:
    found = counted(delays).quantile(float(share))
    kept_to = [
        delay
        for delay in sorted(delays)
        if sum(one <= delay for one in delays) >= Fraction(share) * len(delays)
    ]
    assert found == kept_to[0]


@pytest.mark.parametrize(
    ("calls", "position"),
    [
        ((call("AYT", dep="08:00"), call("CEE", arr="09:00")), 1),
        ((call("CEE", dep="08:00"), call("AYT", arr="09:00")), None),
        ((call("AYT", arr="08:00"), call("CEE", arr="09:00")), None),
        ((call("AYT", dep="08:00"), call("CEE", dep="09:00"), call("DEE", arr="10:00")), None),
        ((call("AYT", dep="08:00"), call("BEE", arr="08:30")), None),
    ],
    ids=["there", "the other way", "nobody may board", "nobody may alight", "elsewhere"],
)
def test_an_arrival_counts_for_a_pair_if_one_may_board_before(
    calls: tuple[Called, ...], position: int | None
) -> None:
    assert first_arrival(run(*calls).train, AYT, CEE) == position


def test_of_a_loop_the_first_arrival_after_leaving_counts() -> None:
    loop = run(
        call("BEE", dep="08:00"),
        call("AYT", arr="08:10", dep="08:11"),
        call("BEE", arr="08:20", dep="08:21"),
        call("AYT", arr="08:30", dep="08:31"),
        call("BEE", arr="08:40"),
    )
    assert first_arrival(loop.train, AYT, BEE) == 2
    assert first_arrival(loop.train, BEE, BEE) == 2
