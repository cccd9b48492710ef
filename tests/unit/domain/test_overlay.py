"""Which schedule of a train runs on a day."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railfair.domain.overlay import deciding, running
from railfair.domain.timetable import Schedule, Stp
from support.timetables import FIRST_DAY, LAST_DAY, call, cancelled, train

MONDAY = date(2026, 3, 2)
TUESDAY = date(2026, 3, 3)
SATURDAY = date(2026, 3, 7)
SUNDAY = date(2026, 3, 8)

PERMANENT = train("A10001", call("AYT", dep="10:00"), call("CEE", arr="10:46"))
OVERLAY = train(
    "A10001", call("AYT", dep="10:05"), call("BEE", arr="10:50"), stp="O", runs=(MONDAY, TUESDAY)
)
NEW = train(
    "A10001", call("BEE", dep="9:00"), call("CEE", arr="9:20"), stp="N", runs=(MONDAY, MONDAY)
)


def test_a_permanent_schedule_runs_when_nothing_overlays_it() -> None:
    assert running([PERMANENT], MONDAY) == PERMANENT


def test_an_overlay_replaces_the_whole_permanent_schedule() -> None:
    assert running([PERMANENT, OVERLAY], TUESDAY) == OVERLAY


def test_an_overlay_does_nothing_outside_its_dates() -> None:
    assert running([PERMANENT, OVERLAY], SATURDAY) == PERMANENT


def test_a_new_schedule_beats_an_overlay() -> None:
    assert running([PERMANENT, OVERLAY, NEW], MONDAY) == NEW


def test_a_new_schedule_stands_alone() -> None:
    assert running([NEW], MONDAY) == NEW
    assert running([NEW], TUESDAY) is None


def test_a_cancellation_beats_everything() -> None:
    assert running([PERMANENT, OVERLAY, NEW, cancelled("A10001", MONDAY)], MONDAY) is None


def test_a_cancellation_on_some_weekdays_leaves_the_others() -> None:
    gone = cancelled("A10001", FIRST_DAY, LAST_DAY, days="0000001")
    assert running([PERMANENT, gone], SUNDAY) is None
    assert running([PERMANENT, gone], SATURDAY) == PERMANENT


@pytest.mark.parametrize(("day", "runs"), [(MONDAY, False), (SATURDAY, True), (SUNDAY, False)])
def test_a_train_runs_only_on_its_weekdays(day: date, runs: bool) -> None:
    saturdays = train("A10001", call("AYT", dep="10:00"), call("CEE", arr="10:46"), days="0000010")
    assert (running([saturdays], day) is saturdays) is runs


def test_the_first_and_the_last_day_are_included() -> None:
    assert running([OVERLAY], MONDAY) == running([OVERLAY], TUESDAY) == OVERLAY
    assert running([OVERLAY], MONDAY - timedelta(days=1)) is None
    assert running([OVERLAY], TUESDAY + timedelta(days=1)) is None


def test_of_equal_letters_the_one_that_starts_latest_decides() -> None:
    later = train(
        "A10001", call("AYT", dep="11:00"), call("CEE", arr="11:46"), runs=(MONDAY, LAST_DAY)
    )
    assert running([PERMANENT, later], TUESDAY) == running([later, PERMANENT], TUESDAY) == later


def test_a_schedule_that_starts_later_but_does_not_run_that_day_decides_nothing() -> None:
    later = train("A10001", runs=(MONDAY, LAST_DAY), days="0000010")
    assert running([PERMANENT, later], TUESDAY) == PERMANENT


@pytest.mark.parametrize("flag", ["X", "G"])
def test_a_bank_holiday_flag_keeps_its_train_at_home_on_that_holiday(flag: str) -> None:
    barred = train("A10001", bank_holidays=flag)
    assert running([barred], MONDAY, holiday_flags=frozenset({flag})) is None
    assert running([barred], MONDAY) == barred


def test_the_flag_of_another_holiday_keeps_no_train_at_home() -> None:
    glasgow = train("A10001", bank_holidays="G")
    assert running([glasgow], MONDAY, holiday_flags=frozenset({"X"})) == glasgow
    assert running([PERMANENT], MONDAY, holiday_flags=frozenset({"X", "G"})) == PERMANENT


def test_a_barred_overlay_does_not_bring_the_permanent_schedule_back() -> None:
    barred = train("A10001", stp="O", runs=(MONDAY, MONDAY), bank_holidays="X")
    assert running([PERMANENT, barred], MONDAY, holiday_flags=frozenset({"X"})) is None


def test_an_overlay_without_the_flag_runs_although_the_permanent_schedule_is_barred() -> None:
    barred = train("A10001", bank_holidays="X")
    assert running([barred, OVERLAY], MONDAY, holiday_flags=frozenset({"X"})) == OVERLAY


SCHEDULES = st.builds(
    lambda stp, start, length, mask: train(
        "A10001",
        stp=stp,
        runs=(MONDAY + timedelta(days=start), MONDAY + timedelta(days=start + length)),
        days=f"{mask:07b}",
    ),
    st.sampled_from("CNOP"),
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 127),
)


@given(st.lists(SCHEDULES, max_size=6), st.integers(0, 19), st.randoms(use_true_random=False))
def test_the_decision_is_a_dated_schedule_that_no_other_beats_in_whatever_order_they_come(
    schedules: list[Schedule], after: int, shuffler: Random
) -> None:
    day = MONDAY + timedelta(days=after)
    dated = [s for s in schedules if s.runs_from <= day <= s.runs_to and s.is_dated(day)]
    found = deciding(schedules, day)
    assert (found is None) is (not dated)
    if found is not None:
        assert found in dated
        assert all(found.stp <= other.stp for other in dated)
        equal = [other for other in dated if other.stp is found.stp]
        assert found.runs_from == max(other.runs_from for other in equal)
        assert (running(schedules, day) is None) is (found.stp is Stp.CANCELLED)
        shuffled = list(schedules)
        shuffler.shuffle(shuffled)
        again = deciding(shuffled, day)
        assert again is not None
        assert again.key == found.key
