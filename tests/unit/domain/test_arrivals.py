"""Booked arrivals as the forecast sees them."""

from datetime import date

import pytest

from railfair.domain.delays.arrivals import (
    FINE,
    LEVELS,
    SIGHTING_LEVELS,
    BookedArrival,
    DayType,
    Sighting,
    booked_arrivals,
    day_type,
    of_schedule,
)
from support import timetables
from support.running import (
    AYT,
    BEE,
    CEE,
    DAY,
    DEE,
    TOC,
    arrivals_of,
    ayton_to_ceeham,
    call,
    last_arrival,
    run,
)

LATE = run(
    call("AYT", dep="08:00", left="08:04"),
    call("BEE", arr="08:30", came="08:33", dep="08:31", left="08:35"),
    call("CEE", arr="09:00", came="09:01", dep="09:01", left="09:02"),
    call("DEE", arr="09:30", came="09:30"),
)
SEEN = [Sighting(AYT, 4), Sighting(BEE, 3), Sighting(CEE, 1)]


@pytest.mark.parametrize(
    ("day", "is_holiday", "kind"),
    [
        (date(2026, 1, 9), False, DayType.WEEKDAY),
        (date(2026, 1, 10), False, DayType.SATURDAY),
        (date(2026, 1, 11), False, DayType.SUNDAY),
        (date(2026, 4, 3), True, DayType.SUNDAY),
        (date(2026, 12, 26), True, DayType.SUNDAY),
    ],
)
def test_a_bank_holiday_runs_like_a_sunday(day: date, is_holiday: bool, kind: DayType) -> None:
    assert day_type(day, is_holiday=is_holiday) is kind


def test_every_booked_arrival_and_what_came_of_it_is_observed() -> None:
    block = arrivals_of([LATE, ayton_to_ceeham(None, dep="10:00")])
    assert [one.crs for one in block.arrivals] == [BEE, CEE, DEE, CEE]
    assert block.delays.tolist() == [3, 1, 0, 0]
    assert block.cancelled.tolist() == [False, False, False, True]
    assert block.calls[:3] == ((LATE.rid, 1), (LATE.rid, 2), (LATE.rid, 3))
    assert len(block) == 4


def test_lost_reports_teach_nothing_and_are_counted_by_operator() -> None:
    lost = run(
        call("AYT", dep="08:00", left="08:00"),
        call("BEE", arr="08:30"),
        call("CEE", arr="09:00", came="09:02"),
    )
    block = arrivals_of([lost])
    assert [one.crs for one in block.arrivals] == [CEE]
    assert block.lost == {TOC: 1}


def test_a_day_of_nothing_is_observed_as_nothing() -> None:
    block = arrivals_of([])
    assert (len(block), block.delays.shape, block.cancelled.shape) == (0, (0,), (0,))


def test_a_sighting_is_of_an_earlier_call_of_the_same_train() -> None:
    for ordinal in range(6):
        day = date.fromordinal(DAY.toordinal() + ordinal)
        earlier = {0: SEEN[:1], 1: SEEN[:2], 2: SEEN}
        for index, sighting in arrivals_of([LATE], day).sightings:
            assert sighting in earlier[index]


def test_all_earlier_calls_teach_in_turn() -> None:
    taught = {
        sighting
        for ordinal in range(6)
        for index, sighting in arrivals_of(
            [LATE], date.fromordinal(DAY.toordinal() + ordinal)
        ).sightings
        if index == 2
    }
    assert taught == set(SEEN)


def test_a_train_that_was_cancelled_on_the_way_was_seen_before() -> None:
    stopped = run(
        call("AYT", dep="08:00", left="08:20", reason="501"),
        call("CEE", arr="09:00", reason="501"),
    )
    assert arrivals_of([stopped]).sightings == ((0, Sighting(AYT, 20)),)


def test_an_arrival_has_a_node_at_every_level_and_shares_the_coarse_ones() -> None:
    first, second = (last_arrival(ayton_to_ceeham(0, dep=dep)) for dep in ("08:00", "08:10"))
    names = first.node_names(), second.node_names()
    assert len(names[0]) == len(set(names[0])) == len(LEVELS)
    shared = [one == other for one, other in zip(*names, strict=True)]
    assert shared == [True, True, True, True, False, False]  # both arrive between 9 and 10


def test_trains_that_arrive_in_the_same_hour_share_it_across_midnight() -> None:
    today = BookedArrival(TOC, CEE, CEE, AYT, 0, 20, DayType.WEEKDAY)
    night = today._replace(departure_min=1400, arrival_min=1440 + 20)
    assert today.node_names()[3] == night.node_names()[3]


def test_the_kind_of_day_parts_the_hour_and_the_train_but_not_the_route() -> None:
    weekday = last_arrival(ayton_to_ceeham(0))
    sunday = weekday._replace(day_type=DayType.SUNDAY)
    pairs = zip(weekday.node_names(), sunday.node_names(), strict=True)
    assert [one == other for one, other in pairs] == [True, True, True, False, True, False]


def test_sightings_of_about_the_same_delay_share_their_nodes() -> None:
    names = [Sighting(AYT, delay).node_names(TOC, CEE) for delay in (20, 21, 45, 300)]
    assert all(len(one) == len(SIGHTING_LEVELS) for one in names)
    assert names[0] == names[1]
    assert names[2] == names[3]
    assert names[0][2] != names[2][2]


def test_however_early_a_train_was_seen_there_is_a_node_for_it() -> None:
    early = [Sighting(AYT, delay).node_names(TOC, CEE) for delay in (FINE[0] - 1, -60)]
    assert early[0] == early[1]


def test_a_timetabled_train_is_the_same_arrival_as_its_runs() -> None:
    booked = timetables.train(
        "A10001", timetables.call("AYT", dep="08:00"), timetables.call("CEE", arr="09:00")
    )
    assert of_schedule(booked, 1, DayType.WEEKDAY) == last_arrival(ayton_to_ceeham(0))


def test_a_call_where_nobody_may_alight_is_no_arrival() -> None:
    booked = timetables.train(
        "A10001", timetables.call("AYT", dep="08:00"), timetables.call("CEE", arr="09:00")
    )
    with pytest.raises(ValueError, match="A10001 has no booked arrival at call 0"):
        of_schedule(booked, 0, DayType.WEEKDAY)
    assert booked_arrivals(ayton_to_ceeham(0).train, DayType.WEEKDAY)[0] is None
