"""Rail time: minutes after midnight of the day on which a train leaves its origin."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railfair.domain import railtime
from railfair.domain.errors import InvalidParameter, MalformedParameter
from railfair.domain.railtime import LONDON

CLOCKS = st.integers(0, 1439)
RAIL_MINUTES = st.integers(0, 3 * 1440)
DAYS = st.dates(railtime.FIRST_DAY, railtime.LAST_DAY - timedelta(days=1))


@given(CLOCKS)
def test_a_feed_s_clock_time_reads_back_as_written(clock_min: int) -> None:
    assert railtime.hhmm(f"{clock_min // 60:02}{clock_min % 60:02}") == clock_min


@pytest.mark.parametrize(
    "text", ["", "    ", "2400", "1060", "10:0", "100", "10000", "-100", "١٢٣٤"]
)
def test_what_is_no_clock_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time"):
        railtime.hhmm(text)


@given(st.integers(-5000, 5000))
def test_a_difference_is_brought_within_half_a_day_and_stays_the_same_on_the_clock(
    difference_min: int,
) -> None:
    wrapped = railtime.wrapped(difference_min)
    assert -720 < wrapped <= 720
    assert (wrapped - difference_min) % 1440 == 0


@given(CLOCKS, RAIL_MINUTES)
def test_not_before_is_the_first_such_time_that_is_not_earlier(clock: int, earliest: int) -> None:
    moment = railtime.not_before(clock, earliest)
    assert moment >= earliest
    assert moment % 1440 == clock
    assert moment == clock or moment - 1440 < earliest


@given(CLOCKS, RAIL_MINUTES)
def test_the_nearest_time_is_within_half_a_day(clock: int, reference: int) -> None:
    moment = railtime.nearest(clock, reference)
    assert moment % 1440 == clock
    assert abs(moment - reference) <= 720


def test_a_public_time_just_after_midnight_belongs_to_a_working_time_just_before() -> None:
    assert railtime.nearest(1, 1439) == 1441
    assert railtime.nearest(1439, 1441) == 1439


def test_minutes_past_midnight_are_on_the_next_day() -> None:
    assert railtime.instant(date(2026, 3, 2), 1450) == datetime(2026, 3, 3, 0, 10, tzinfo=LONDON)


def test_a_minute_before_midnight_of_the_first_day_is_on_the_day_before() -> None:
    assert railtime.instant(date(2026, 3, 2), -1) == datetime(2026, 3, 1, 23, 59, tzinfo=LONDON)


@given(DAYS, RAIL_MINUTES)
def test_an_instant_shows_the_clock_s_face_whatever_clocks_do_that_day(day: date, at: int) -> None:
    instant = railtime.instant(day, at)
    assert railtime.minutes(instant.time()) == at % 1440
    assert instant.date() == day + timedelta(days=at // 1440)


def test_an_instant_is_written_with_london_s_offset() -> None:
    assert railtime.iso(railtime.instant(date(2026, 7, 1), 600)) == "2026-07-01T10:00:00+01:00"
    assert railtime.iso(railtime.instant(date(2026, 1, 5), 600)) == "2026-01-05T10:00:00+00:00"


def test_days_between_holds_both_ends() -> None:
    first, last = date(2026, 2, 27), date(2026, 3, 1)
    assert railtime.days_between(first, last) == [first, date(2026, 2, 28), last]
    assert railtime.days_between(first, first) == [first]
    assert railtime.days_between(last, first) == []


@given(DAYS)
def test_a_day_reads_back_as_written(day: date) -> None:
    assert railtime.calendar_day(f" {day.isoformat()} ") == day


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-1-5", "20260105", "05/01/2026", "🚂"])
def test_what_has_not_the_form_of_a_date_is_malformed(text: str) -> None:
    with pytest.raises(MalformedParameter, match="when: a date looks like"):
        railtime.calendar_day(text, parameter="when")


@pytest.mark.parametrize("text", ["2026-02-31", "2026-13-01", "2025-02-29"])
def test_a_day_that_is_not_in_the_calendar_is_named(text: str) -> None:
    with pytest.raises(InvalidParameter, match=f"there is no {text}") as refusal:
        railtime.calendar_day(text)
    assert refusal.value.code == "invalid-parameter"


@pytest.mark.parametrize("text", ["1989-12-31", "2100-01-01", "9999-12-31"])
def test_a_day_far_from_any_timetable_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameter, match="has to lie from"):
        railtime.calendar_day(text)


@given(CLOCKS)
def test_a_time_reads_back_as_written(clock_min: int) -> None:
    clock = time(clock_min // 60, clock_min % 60)
    assert railtime.clock_time(f"{clock:%H:%M}") == clock_min
    assert railtime.clock_time(f"{clock:%H:%M:%S}") == clock_min
    assert railtime.minutes(clock) == clock_min


def test_an_hour_needs_no_leading_nought() -> None:
    assert railtime.clock_time(" 7:05 ") == 425


@pytest.mark.parametrize("text", ["", "noon", "1730", "17.30", "17:3", "17:30:5", "🚂"])
def test_what_has_not_the_form_of_a_time_is_malformed(text: str) -> None:
    with pytest.raises(MalformedParameter, match="a time looks like"):
        railtime.clock_time(text)


@pytest.mark.parametrize("text", ["25:61", "24:00", "12:60", "17:30:75"])
def test_a_time_that_is_not_on_the_clock_is_named(text: str) -> None:
    with pytest.raises(InvalidParameter, match=f"there is no {text}"):
        railtime.clock_time(text)


# --- moments -------------------------------------------------------------------------------------


@given(DAYS, CLOCKS)
def test_a_moment_without_an_offset_is_london_s_clock(day: date, clock_min: int) -> None:
    clock = f"{clock_min // 60:02}:{clock_min % 60:02}"
    moment = railtime.local_moment(f"{day}T{clock}")
    assert moment == railtime.instant(day, clock_min)
    assert (moment.date(), railtime.minutes(moment.time())) == (day, clock_min)


@given(st.datetimes(datetime(1990, 1, 2), datetime(2099, 12, 30)), st.integers(-23, 23))  # noqa: DTZ001 - an offset is put to it
def test_a_moment_with_an_offset_is_that_instant(local: datetime, hours: int) -> None:
    there = local.replace(second=0, microsecond=0, tzinfo=timezone(timedelta(hours=hours)))
    moment = railtime.local_moment(there.isoformat(timespec="minutes"))
    assert moment.astimezone(UTC) == there.astimezone(UTC)
    assert moment.tzinfo is LONDON


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("2026-11-24T08:00", "2026-11-24T08:00:00+00:00"),
        ("2026-07-01T08:00", "2026-07-01T08:00:00+01:00"),
        ("2026-07-01T08:00Z", "2026-07-01T09:00:00+01:00"),
        ("2026-11-24T08:00Z", "2026-11-24T08:00:00+00:00"),
        ("2026-11-24T08:00+05:30", "2026-11-24T02:30:00+00:00"),
        ("2026-11-24T08:00-0030", "2026-11-24T08:30:00+00:00"),
        ("2026-11-24T00:10+01:00", "2026-11-23T23:10:00+00:00"),
        ("2026-12-31T23:30-01:00", "2027-01-01T00:30:00+00:00"),
        ("2026-11-24 08:00", "2026-11-24T08:00:00+00:00"),
        (" 2026-11-24T8:00 ", "2026-11-24T08:00:00+00:00"),
        ("2026-11-24T08:00:59", "2026-11-24T08:00:00+00:00"),
        ("2026-11-24T08:00:59.999999Z", "2026-11-24T08:00:00+00:00"),
    ],
)
def test_a_moment_is_read_to_the_minute_in_many_forms(text: str, clock: str) -> None:
    assert railtime.iso(railtime.local_moment(text)) == clock


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        # Clocks go forward from 01:00 to 02:00 …
        ("2026-03-29T00:59Z", "2026-03-29T00:59:00+00:00"),
        ("2026-03-29T01:00Z", "2026-03-29T02:00:00+01:00"),
        ("2026-03-29T02:00+01:00", "2026-03-29T02:00:00+01:00"),
        # … and back from 02:00 to 01:00.
        ("2026-10-25T00:59Z", "2026-10-25T01:59:00+01:00"),
        ("2026-10-25T01:00Z", "2026-10-25T01:00:00+00:00"),
        ("2026-10-25T01:30+01:00", "2026-10-25T01:30:00+01:00"),
        ("2026-10-25T01:30+00:00", "2026-10-25T01:30:00+00:00"),
    ],
)
def test_an_offset_decides_in_the_nights_when_clocks_change(text: str, clock: str) -> None:
    assert railtime.iso(railtime.local_moment(text)) == clock


def test_a_clock_time_that_comes_twice_is_the_first_and_one_that_is_left_out_is_kept() -> None:
    twice = railtime.local_moment("2026-10-25T01:30")
    assert railtime.iso(twice) == "2026-10-25T01:30:00+01:00"
    left_out = railtime.local_moment("2026-03-29T01:30")
    assert railtime.minutes(left_out.time()) == 90


@pytest.mark.parametrize(
    "text",
    ["", "now", "2026-11-24", "08:00", "2026-11-24T08", "2026-11-24T0800", "20261124T08:00",
     "2026-11-24t08:00", "2026-11-24T08:00z", "2026-11-24T08:00+1", "2026-11-24T08:00 +01:00",
     "2026-11-24T08:00 GMT", "2026-11-24T08:00+01:00:00", "2026-11-24T08:00\x00", "🚂"],
)  # fmt: skip
def test_what_has_not_the_form_of_a_moment_is_malformed(text: str) -> None:
    with pytest.raises(MalformedParameter, match="when: a moment looks like 2026-11-24T08:00"):
        railtime.local_moment(text, parameter="when")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-02-31T08:00", "there is no 2026-02-31"),
        ("2026-11-24T24:00", "there is no 24:00"),
        ("2026-11-24T08:60", "there is no 08:60"),
        ("2026-11-24T08:00:60", "there is no 08:00:60"),
        ("1989-12-31T23:59", "has to lie from"),
        ("2100-01-01T00:00", "has to lie from"),
        ("1990-01-01T00:30+01:00", "has to lie from"),
        ("2099-12-31T23:30-01:00", "has to lie from"),
    ],
)
def test_a_moment_that_there_is_not_is_named(text: str, why: str) -> None:
    with pytest.raises(InvalidParameter, match=f"when: {why}"):
        railtime.local_moment(text, parameter="when")


@pytest.mark.parametrize("offset", ["+24:00", "-24:00", "+99:99", "-9999"])
def test_an_offset_that_no_place_has_is_refused(offset: str) -> None:
    with pytest.raises(InvalidParameter, match="when: "):
        railtime.local_moment(f"2026-11-24T08:00{offset}", parameter="when")
