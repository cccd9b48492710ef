"""Restrictions that list trains, or work at some places only, or forbid changing trains."""

from dataclasses import replace

import pytest

from railfair.domain.codes import Crs, TocCode
from railfair.domain.fares.restriction import DateBand
from railfair.domain.fares.trip import unknown_trip
from railfair.domain.fares.verdict import GOOD, UNCHECKED, Verdict, restriction_on
from support.restricted_trips import (
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
    WEDNESDAY,
    WITH_CHANGE,
    band,
    barring,
    codes,
    leg,
    listed,
    listing,
    out_at,
    trip,
)
from support.timetables import minutes


class TestListedTrains:
    def test_one_that_is_barred_is_named_once(self) -> None:
        verdict = restriction_on(
            listing(listed("Z00001"), are_good=False), out_at("08:00", "09:00"), OUT
        )
        assert [(one.code, one.text) for one in verdict.reasons] == [
            ("train-barred", "the train Z00001 is barred for this ticket")
        ]

    def test_of_one_that_is_barred_no_minimum_fare_is_told(self) -> None:
        cheap = replace(MORNING, is_minimum_fare=True)
        barred = listing(listed("Z00001"), are_good=False, bands=(cheap,))
        assert not restriction_on(barred, out_at("08:00"), OUT).is_minimum_fare

    def test_others_are_not(self) -> None:
        barred = listing(listed("Z00009"), listed("Z00001", direction=BACK), are_good=False)
        assert restriction_on(barred, out_at("08:00"), OUT) == GOOD

    def test_one_that_is_good_is_so_in_spite_of_the_times(self) -> None:
        good = listing(listed("Z00001"), are_good=True, bands=(MORNING,))
        assert restriction_on(good, out_at("08:00"), OUT) == GOOD

    def test_being_good_excuses_one_ride_only(self) -> None:
        everywhere = band(DEPARTURE, None, "04:30", "09:29")
        good = listing(listed("Z00001"), are_good=True, bands=(everywhere,))
        verdict = restriction_on(good, WITH_CHANGE, OUT)
        assert [reason.code for reason in verdict.reasons] == ["changes-in-peak"]
        assert verdict.reasons[0].text.startswith("leaves BEE at 08:50")

    def test_being_good_does_not_excuse_the_change(self) -> None:
        changing = band(CHANGE, "BEE", "04:30", "09:29")
        good = listing(listed("Z00001"), listed("Z00002"), are_good=True, bands=(changing,))
        assert codes(good, WITH_CHANGE) == ["changes-in-peak"]

    def test_whether_they_are_good_is_said_for_each_direction(self) -> None:
        mixed = replace(
            listing(listed("Z00001"), listed("Z00001", direction=BACK), are_good=True),
            lists_good_return=False,
        )
        assert codes(mixed, out_at("08:00"), OUT) == []
        assert codes(mixed, out_at("08:00"), BACK) == ["train-barred"]

    def test_they_may_be_listed_for_some_days(self) -> None:
        saturdays = DateBand(first=101, last=1231, weekdays=0b0100000)
        barred = listing(listed("Z00001", days=(saturdays,)), are_good=False)
        assert codes(barred, out_at("08:00", day=WEDNESDAY)) == []
        assert codes(barred, out_at("08:00", day=SATURDAY)) == ["train-barred"]

    def test_without_days_they_are_listed_when_the_restriction_works(self) -> None:
        barred = listing(listed("Z00001"), are_good=False)
        weekdays = replace(barred, days=(replace(ALL_YEAR, weekdays=MON_TO_FRI),))
        assert codes(weekdays, out_at("08:00", day=SATURDAY)) == []

    @pytest.mark.parametrize(
        ("place", "is_barred"),
        [
            (("AYT", "D"), True),
            (("AYT", "B"), True),
            (("AYT", "A"), False),
            (("DEE", "A"), True),
            (("DEE", "D"), False),
            (("PAS", "B"), False),
        ],
    )
    def test_they_may_be_listed_at_some_places(
        self, place: tuple[str, str], is_barred: bool
    ) -> None:
        barred = listing(listed("Z00001", places=(place,)), are_good=False)
        assert bool(codes(barred, out_at("08:00"))) is is_barred

    def test_being_good_at_a_place_excuses_nothing_elsewhere(self) -> None:
        good = listing(
            listed("Z00001", places=(("AYT", "D"),)),
            are_good=True,
            bands=(MORNING, band(ARRIVAL, "DEE", "04:30", "09:29")),
        )
        assert codes(good, out_at("08:00", "09:00")) == ["arrives-before-off-peak"]

    def test_those_for_sleepers_are_not_for_other_trains(self) -> None:
        barred = listing(listed("Z00001", is_sleeper=True), are_good=False)
        sleeper = trip(leg("AYT 23:00", "DEE 31:00", sleeper=True))
        assert codes(barred, out_at("08:00")) == []
        assert codes(barred, sleeper) == ["train-barred"]

    def test_being_good_leaves_a_minimum_fare(self) -> None:
        cheap = replace(MORNING, is_minimum_fare=True)
        good = listing(listed("Z00001"), are_good=True, bands=(MORNING, cheap))
        assert restriction_on(good, out_at("08:00"), OUT) == Verdict(is_minimum_fare=True)

    def test_one_that_is_good_needs_no_operator_to_be_so(self) -> None:
        theirs = replace(MORNING, tocs=(TocCode("ZX"),))
        good = listing(listed("Z00001"), are_good=True, bands=(theirs,))
        unknown = trip(leg("AYT 08:00", "DEE 09:00", toc=None))
        assert restriction_on(good, unknown, OUT) == GOOD

    def test_an_unknown_train_is_not_taken_for_one_that_is_good(self) -> None:
        good = listing(listed("Z00001"), are_good=True, bands=(MORNING,))
        unknown = unknown_trip(Crs("AYT"), Crs("DEE"), WEDNESDAY, departure_min=minutes("08:00"))
        assert codes(good, unknown) == ["departs-before-off-peak"]

    def test_whether_an_unknown_train_is_barred_cannot_be_checked(self) -> None:
        unknown = unknown_trip(
            Crs("AYT"),
            Crs("DEE"),
            WEDNESDAY,
            departure_min=minutes("10:00"),
            arrival_min=minutes("11:00"),
        )
        barred = listing(listed("Z00001"), are_good=False)
        good = listing(listed("Z00001"), are_good=True, bands=(MORNING,))
        elsewhere = listing(listed("Z00001", places=(("BEE", "B"),)), are_good=False)
        found = [restriction_on(one, unknown, OUT).is_checked for one in (barred, good, elsewhere)]
        assert found == [False, True, True]


class TestPlaces:
    def test_it_works_only_for_trips_from_to_or_changing_at_one_of_them(self) -> None:
        morning = barring(band(DEPARTURE, None, "04:30", "09:29"))
        found = {
            crs: bool(codes(replace(morning, places=(Crs(crs), Crs("FAR"))), WITH_CHANGE))
            for crs in ("AYT", "BEE", "DEE", "PAS")
        }
        assert found == {"AYT": True, "BEE": True, "DEE": True, "PAS": False}
        assert restriction_on(replace(morning, places=(Crs("FAR"),)), WITH_CHANGE, OUT) == GOOD

    def test_where_no_change_is_allowed_the_station_is_named(self) -> None:
        direct = replace(FREE, allows_change=False)
        verdict = restriction_on(direct, WITH_CHANGE, BACK)
        assert [(one.code, one.text) for one in verdict.reasons] == [
            (
                "change-not-allowed",
                "on the way back, changes at BEE, where the ticket allows no change",
            )
        ]
        assert restriction_on(direct, out_at("08:00"), BACK) == GOOD

    def test_a_change_is_allowed_at_the_places_named_for_it(self) -> None:
        there = replace(FREE, allows_change=False, changes=(Crs("BEE"),))
        elsewhere = replace(FREE, allows_change=False, changes=(Crs("PAS"),))
        assert codes(there, WITH_CHANGE) == []
        assert codes(elsewhere, WITH_CHANGE) == ["change-not-allowed"]

    def test_where_an_unknown_train_changes_cannot_be_checked(self) -> None:
        unknown = unknown_trip(Crs("AYT"), Crs("DEE"), WEDNESDAY)
        direct = replace(FREE, allows_change=False)
        elsewhere = replace(FREE, places=(Crs("FAR"),))
        at_the_end = replace(FREE, places=(Crs("DEE"),))
        found = [restriction_on(one, unknown, OUT) for one in (direct, elsewhere, at_the_end)]
        assert found == [UNCHECKED, UNCHECKED, GOOD]
