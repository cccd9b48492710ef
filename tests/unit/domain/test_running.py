"""What came of each booked arrival."""

import pytest

from railfair.domain.running import Missed, Outcome, Run
from support.running import AYT, CEE, TOC, Called, call, run

LOST, CANCELLED = Missed.UNKNOWN, Missed.CANCELLED


def outcomes(*calls: Called) -> list[Outcome | None]:
    return run(call("AYT", dep="08:00", left="08:00"), *calls).outcomes()[1:]


def test_a_delay_is_what_was_reported_less_what_was_booked() -> None:
    assert outcomes(call("CEE", arr="09:00", came="09:07")) == [7]


def test_an_early_arrival_has_a_negative_delay() -> None:
    assert outcomes(call("CEE", arr="09:00", came="08:57")) == [-3]


def test_a_call_where_nobody_may_alight_has_no_outcome() -> None:
    assert outcomes(
        call("BEE", dep="08:30", left="08:31"), call("CEE", arr="09:00", came="09:00")
    ) == [None, 0]


def test_delays_are_measured_across_midnight() -> None:
    assert outcomes(call("CEE", arr="23:58", came="24:04")) == [6]
    assert outcomes(call("CEE", arr="24:02", came="23:59")) == [-3]
    assert outcomes(call("CEE", arr="23:58", came="00:04")) == [6]


def test_a_run_without_any_report_was_cancelled_everywhere_with_or_without_a_reason() -> None:
    for reason in ("", "501"):
        silent = run(call("AYT", dep="08:00"), call("CEE", arr="09:00", reason=reason))
        assert silent.is_cancelled
        assert silent.outcomes() == [None, CANCELLED]


def test_a_train_that_stopped_short_was_cancelled_from_there_on() -> None:
    assert outcomes(
        call("BEE", arr="08:30", came="08:32", reason="501"),
        call("CEE", arr="09:00", reason="501"),
        call("DEE", arr="09:30", reason="501"),
    ) == [2, CANCELLED, CANCELLED]


def test_a_train_that_started_late_on_the_way_was_cancelled_before() -> None:
    started_late = run(
        call("AYT", dep="08:00", reason="501"),
        call("BEE", arr="08:30", dep="08:31", reason="501"),
        call("CEE", arr="09:00", dep="09:01", left="09:03"),
        call("DEE", arr="09:30", came="09:31"),
    )
    assert started_late.outcomes() == [None, CANCELLED, 2, 1]


def test_a_gap_without_a_reason_is_a_lost_report_and_not_an_arrival_on_time() -> None:
    assert outcomes(call("BEE", arr="08:30"), call("CEE", arr="09:00", came="09:00")) == [LOST, 0]


def test_a_reason_beside_a_time_is_lateness_and_not_a_cancellation() -> None:
    assert outcomes(call("CEE", arr="09:00", came="09:20", reason="501")) == [20]


def test_a_departure_before_the_arrival_is_noise_and_the_arrival_counts() -> None:
    assert outcomes(call("BEE", arr="08:30", came="08:33", dep="08:31", left="08:32")) == [3]


def test_a_reported_departure_stands_in_for_a_missing_arrival() -> None:
    assert outcomes(call("BEE", arr="08:30", dep="08:33", left="08:37")) == [4]
    assert outcomes(call("BEE", arr="08:30", dep="08:33", left="08:37", reason="501")) == [4]


def test_an_arrival_counts_where_no_departure_was_reported() -> None:
    assert outcomes(call("BEE", arr="08:30", came="08:31", dep="08:33")) == [1]


@pytest.mark.parametrize("reason", ["", "501"])
def test_a_train_seen_to_leave_a_set_down_only_call_was_not_cancelled_there(reason: str) -> None:
    assert outcomes(call("BEE", arr="08:30", left="08:33", reason=reason)) == [LOST]


def test_a_train_that_was_only_seen_to_leave_is_not_cancelled_as_a_whole() -> None:
    seen = run(call("AYT", dep="08:00", left="08:00"), call("CEE", arr="09:00"))
    assert not seen.is_cancelled
    assert seen.outcomes() == [None, LOST]


def test_a_train_is_known_by_its_operator_its_ends_and_its_booked_departure() -> None:
    one: Run = run(call("AYT", dep="08:00"), call("CEE", arr="09:00"))
    via: Run = run(call("AYT", dep="08:00"), call("BEE", arr="08:30"), call("CEE", arr="09:02"))
    assert one.train.key == via.train.key == (TOC, AYT, 480, CEE)


def test_a_train_that_nobody_may_join_at_its_first_call_is_known_by_its_arrival_there() -> None:
    assert run(call("AYT", arr="08:05"), call("CEE", arr="09:00")).train.key == (TOC, AYT, 485, CEE)
