"""Whether the times of a restriction let a trip be made."""

from dataclasses import replace
from datetime import date

import pytest

from railfair.domain.codes import Crs, TocCode
from railfair.domain.fares.restriction import At, DateBand
from railfair.domain.fares.trip import unknown_trip
from railfair.domain.fares.verdict import GOOD, Verdict, restriction_on
from railfair.domain.railtime import MINUTES_A_DAY
from support.restricted_trips import (
    ALL_WEEK,
    ALL_YEAR,
    ARRIVAL,
    BACK,
    CHANGE,
    DEPARTURE,
    FREE,
    MON_TO_FRI,
    MORNING,
    OUT,
    SATURDAY,
    THURSDAY,
    WEDNESDAY,
    WITH_CHANGE,
    band,
    barring,
    codes,
    leg,
    out_at,
    trip,
)
from support.timetables import minutes


def test_a_restriction_without_times_or_trains_bars_nothing() -> None:
    assert restriction_on(FREE, WITH_CHANGE, OUT) == GOOD


@pytest.mark.parametrize(
    ("leaves", "is_barred"),
    [("04:29", False), ("04:30", True), ("09:29", True), ("09:30", False)],
)
def test_both_minutes_of_a_band_are_barred(leaves: str, is_barred: bool) -> None:
    assert bool(codes(barring(MORNING), out_at(leaves))) is is_barred


def test_a_gap_of_one_minute_between_two_bands_is_good() -> None:
    gap = barring(band(ARRIVAL, "DEE", "04:30", "09:42"), band(ARRIVAL, "DEE", "09:44", "09:55"))
    found = {clock: codes(gap, out_at("07:00", clock)) for clock in ("09:42", "09:43", "09:44")}
    assert found == {
        "09:42": ["arrives-before-off-peak"],
        "09:43": [],
        "09:44": ["arrives-in-peak"],
    }


@pytest.mark.parametrize(
    ("at", "first", "code"),
    [
        (DEPARTURE, "02:30", "departs-before-off-peak"),
        (DEPARTURE, "04:30", "departs-before-off-peak"),
        (DEPARTURE, "04:31", "departs-in-peak"),
        (ARRIVAL, "04:30", "arrives-before-off-peak"),
        (ARRIVAL, "16:00", "arrives-in-peak"),
    ],
)
def test_the_reason_tells_the_ban_of_the_morning_from_a_peak(at: At, first: str, code: str) -> None:
    barred = barring(band(at, None, first, "19:01"))
    assert codes(barred, out_at("17:05", "23:00" if at is DEPARTURE else "18:00")) == [code]


def test_the_sentence_names_the_station_the_time_and_the_band() -> None:
    peak = barring(
        band(DEPARTURE, "AYT", "16:00", "19:01"),
        band(ARRIVAL, "DEE", "16:30", "18:45", direction=BACK),
    )
    out = restriction_on(peak, out_at("17:05", "18:06"), OUT)
    back = restriction_on(peak, out_at("17:05", "18:06"), BACK)
    assert [reason.text for reason in out.reasons] == [
        "leaves AYT at 17:05; barred there from 16:00 to 19:01"
    ]
    assert [reason.text for reason in back.reasons] == [
        "on the way back, arrives at DEE at 18:06; barred there from 16:30 to 18:45"
    ]


def test_stations_that_the_train_only_calls_at_are_not_tested() -> None:
    passing = barring(
        band(ARRIVAL, "PAS", "04:30", "23:59"),
        band(DEPARTURE, "PAS", "04:30", "23:59"),
        band(CHANGE, None, "04:30", "23:59"),
    )
    assert restriction_on(passing, out_at("08:00", "09:00"), OUT) == GOOD


def test_an_arrival_band_does_not_bar_a_departure_nor_the_other_way_round() -> None:
    swapped = barring(
        band(ARRIVAL, "AYT", "04:30", "23:59"), band(DEPARTURE, "DEE", "04:30", "23:59")
    )
    assert restriction_on(swapped, out_at("08:00", "09:00"), OUT) == GOOD


def test_a_band_without_a_station_holds_at_every_tested_one() -> None:
    everywhere = barring(
        band(DEPARTURE, None, "04:30", "08:55"), band(ARRIVAL, None, "04:30", "09:40")
    )
    assert codes(everywhere, WITH_CHANGE) == [
        "departs-before-off-peak",
        "changes-in-peak",
        "changes-in-peak",
        "arrives-before-off-peak",
    ]


@pytest.mark.parametrize(
    ("at", "first", "last", "sentence"),
    [
        (ARRIVAL, "08:40", "08:40", "arrives at BEE at 08:40"),
        (DEPARTURE, "08:50", "08:50", "leaves BEE at 08:50"),
        (CHANGE, "08:40", "08:40", "changes at BEE at 08:40"),
    ],
)
def test_where_the_passenger_changes_arrival_departure_and_change_are_tested(
    at: At, first: str, last: str, sentence: str
) -> None:
    verdict = restriction_on(barring(band(at, "BEE", first, last)), WITH_CHANGE, OUT)
    assert [reason.code for reason in verdict.reasons] == ["changes-in-peak"]
    assert verdict.reasons[0].text.startswith(f"{sentence}; barred there")


def test_a_band_of_the_way_back_does_not_bar_the_way_out() -> None:
    evening = barring(band(DEPARTURE, "AYT", "16:00", "19:01", direction=BACK))
    assert codes(evening, out_at("17:05", "18:06"), OUT) == []
    assert codes(evening, out_at("17:05", "18:06"), BACK) == ["departs-in-peak"]


def test_without_date_bands_a_restriction_works_every_day() -> None:
    assert codes(barring(MORNING), out_at("08:00", day=SATURDAY)) == ["departs-before-off-peak"]


def test_it_works_only_on_the_weekdays_of_its_date_bands() -> None:
    weekdays = replace(barring(MORNING), days=(replace(ALL_YEAR, weekdays=MON_TO_FRI),))
    assert codes(weekdays, out_at("08:00", day=WEDNESDAY)) != []
    assert codes(weekdays, out_at("08:00", day=SATURDAY)) == []


def test_a_bank_holiday_that_is_cut_out_of_the_date_bands_is_free() -> None:
    cut = (
        DateBand(first=101, last=503, weekdays=MON_TO_FRI),
        DateBand(first=505, last=1231, weekdays=MON_TO_FRI),
    )
    holiday = replace(barring(MORNING), days=cut)
    free = {
        day: not codes(holiday, out_at("08:00", day=date(2026, 5, day))) for day in (1, 4, 5, 6)
    }
    assert free == {1: False, 4: True, 5: False, 6: False}


@pytest.mark.parametrize(
    ("day", "is_barred"),
    [
        (date(2026, 12, 19), False),
        (date(2026, 12, 20), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), True),
        (date(2027, 1, 3), True),
        (date(2027, 1, 4), False),
    ],
)
def test_a_date_band_may_wrap_the_end_of_the_year(day: date, is_barred: bool) -> None:
    christmas = replace(barring(MORNING), days=(DateBand(first=1220, last=103, weekdays=ALL_WEEK),))
    assert bool(codes(christmas, out_at("08:00", day=day))) is is_barred


def test_the_days_of_a_time_narrow_those_of_the_restriction() -> None:
    thursdays = DateBand(first=101, last=1231, weekdays=0b0001000)
    narrowed = replace(
        barring(replace(MORNING, days=(thursdays,))),
        days=(replace(ALL_YEAR, weekdays=MON_TO_FRI),),
    )
    assert codes(narrowed, out_at("08:00", day=WEDNESDAY)) == []
    assert codes(narrowed, out_at("08:00", day=THURSDAY)) != []
    widened = replace(narrowed, days=(replace(ALL_YEAR, weekdays=0b0000001),))
    assert codes(widened, out_at("08:00", day=THURSDAY)) == []


@pytest.mark.parametrize(
    ("arrives", "is_barred"),
    [("23:59", True), ("24:00", False), ("26:29", False), ("26:30", True), ("28:29", True)],
)
def test_what_runs_after_midnight_meets_the_clock_times_of_the_day_before(
    arrives: str, is_barred: bool
) -> None:
    wednesdays = DateBand(first=101, last=1231, weekdays=0b0000100)
    whole_day = replace(barring(band(ARRIVAL, "DEE", "02:30", "23:59")), days=(wednesdays,))
    assert bool(codes(whole_day, out_at("22:30", arrives))) is is_barred


def test_a_band_that_ends_before_half_past_four_bars_the_end_of_the_day_before() -> None:
    wednesdays = DateBand(first=101, last=1231, weekdays=0b0000100)
    night = replace(barring(band(DEPARTURE, "AYT", "02:30", "04:14")), days=(wednesdays,))
    assert codes(night, out_at("03:00", "05:00", day=THURSDAY)) == ["departs-before-off-peak"]
    assert codes(night, out_at("03:00", "05:00", day=WEDNESDAY)) == []


def test_a_trip_that_goes_on_until_the_morning_meets_the_bands_of_the_new_day() -> None:
    thursdays = DateBand(first=101, last=1231, weekdays=0b0001000)
    morning = replace(barring(band(ARRIVAL, "DEE", "04:30", "09:29")), days=(thursdays,))
    assert codes(morning, out_at("23:50", "28:29")) == []
    assert codes(morning, out_at("23:50", "28:30")) == ["arrives-before-off-peak"]


def test_before_half_past_four_the_day_before_decides() -> None:
    wednesdays = DateBand(first=101, last=1231, weekdays=0b0000100)
    late = replace(barring(band(ARRIVAL, "DEE", "04:30", "09:29")), days=(wednesdays,))
    assert codes(late, out_at("03:50", "04:40", day=THURSDAY)) == []
    assert codes(late, out_at("03:50", "04:40", day=WEDNESDAY)) == ["arrives-before-off-peak"]


def test_a_band_for_some_operators_bars_their_trains_only() -> None:
    theirs = barring(replace(MORNING, tocs=(TocCode("ZX"), TocCode("ZY"))))
    by = {toc: trip(leg("AYT 08:00", "DEE 09:00", toc=toc)) for toc in ("ZW", "ZX", "ZY")}
    assert {toc: bool(codes(theirs, one)) for toc, one in by.items()} == {
        "ZW": False,
        "ZX": True,
        "ZY": True,
    }


def test_at_a_change_the_operator_is_that_of_the_train_left_on_or_arrived_on() -> None:
    found = {
        (at, toc): bool(codes(barring(band(at, "BEE", "04:30", "09:29", tocs=(toc,))), WITH_CHANGE))
        for at in (ARRIVAL, DEPARTURE)
        for toc in ("ZX", "ZY")
    }
    assert found == {
        (ARRIVAL, "ZY"): True,
        (ARRIVAL, "ZX"): False,
        (DEPARTURE, "ZY"): False,
        (DEPARTURE, "ZX"): True,
    }


def test_of_a_train_of_an_unknown_operator_such_a_band_cannot_be_checked() -> None:
    theirs = barring(replace(MORNING, tocs=(TocCode("ZX"),)))
    unknown = trip(leg("AYT 08:00", "DEE 09:00", toc=None))
    too_late = trip(leg("AYT 09:30", "DEE 10:00", toc=None))
    assert restriction_on(theirs, unknown, OUT) == Verdict(is_checked=False)
    assert restriction_on(theirs, too_late, OUT) == GOOD


def test_a_minimum_fare_bars_nothing() -> None:
    cheap = barring(replace(MORNING, is_minimum_fare=True))
    assert restriction_on(cheap, out_at("08:00"), OUT) == Verdict(is_minimum_fare=True)
    assert restriction_on(cheap, out_at("10:00"), OUT) == GOOD


def test_an_unknown_time_cannot_be_checked_where_a_band_is_in_force() -> None:
    one = unknown_trip(Crs("AYT"), Crs("DEE"), WEDNESDAY, departure_min=minutes("10:00"))
    fridays = DateBand(first=101, last=1231, weekdays=0b0010000)
    arriving = band(ARRIVAL, "DEE", "04:30", "09:42")
    found = [
        restriction_on(restriction, one, OUT).is_checked
        for restriction in (
            barring(MORNING),
            barring(arriving),
            barring(replace(arriving, direction=BACK)),
            barring(replace(arriving, crs=Crs("BEE"))),
            barring(replace(arriving, days=(fridays,))),
            replace(barring(arriving), days=(fridays,)),
        )
    ]
    assert found == [True, False, True, True, True, True]


def test_a_known_time_bars_although_the_other_is_unknown() -> None:
    one = unknown_trip(Crs("AYT"), Crs("DEE"), WEDNESDAY, departure_min=minutes("08:00"))
    both = barring(MORNING, band(ARRIVAL, "DEE", "04:30", "09:42"))
    verdict = restriction_on(both, one, OUT)
    assert [reason.code for reason in verdict.reasons] == ["departs-before-off-peak"]
    assert not verdict.is_checked


def test_a_time_after_midnight_is_told_by_the_clock() -> None:
    always = barring(band(DEPARTURE, "AYT", "04:30", "23:59"))
    one = trip(leg("AYT 32:05", "DEE 33:00"))
    texts = [reason.text for reason in restriction_on(always, one, OUT).reasons]
    assert minutes("32:05") > MINUTES_A_DAY
    assert texts == ["leaves AYT at 08:05; barred there from 04:30 to 23:59"]
