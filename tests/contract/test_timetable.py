"""`ports.timetable`, kept by every storage."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from railfair.adapters.memory.storage import MemoryStorage
from railfair.domain.codes import Crs, Tiploc, TocCode
from railfair.domain.columns import ScheduleColumns
from railfair.domain.overlay import running
from railfair.domain.station import FixedLink, OperatorInterchange
from railfair.domain.timetable import CallingPoint, DirectTrain, Schedule, Stp, Train
from railfair.ports.storage import Storage
from railfair.ports.timetable import Timetable
from support.timetables import FIRST_DAY, LAST_DAY, call, cancelled, join, minutes, station, train

DAY = date(2026, 3, 2)
"""A Monday."""
AYT, BEE, CEE = Crs("AYT"), Crs("BEE"), Crs("CEE")
X = frozenset({"X"})

EARLY = train(
    "A10001", call("AYT", dep="9:00"), call("BEE", arr="9:20", dep="9:22"), call("CEE", arr="9:46")
)
LATE = train(
    "A10002",
    call("AYT", dep="23:50"),
    call("BEE", arr="24:05", dep="24:06"),
    call("CEE", arr="24:30"),
)
BACK = train("A10003", call("CEE", dep="10:00"), call("AYT", arr="10:46"))


@asynccontextmanager
async def holding(storage: Storage, *schedules: Schedule) -> AsyncIterator[Timetable]:
    """Yield the timetable as it reads after *schedules* were committed."""
    async with storage.writing() as unit:
        await unit.timetable.put_schedules(schedules, are_manual=False)
    async with storage.reading() as unit:
        yield unit.timetable


def uids(trains: Sequence[Train]) -> list[str]:
    return [train.schedule.uid for train in trains]


def rides(found: Sequence[DirectTrain]) -> list[tuple[str, int, int]]:
    return [(ride.train.schedule.uid, ride.boarding, ride.alighting) for ride in found]


# --- stations ------------------------------------------------------------------------------------

AYTON = replace(
    station("AYT", "Ayton", "AYTON", "AYTONLL", interchange=3),
    change_min=10,
    easting_m=547_300,
    northing_m=179_000,
    aliases=("Great Ayton", "Ayton-on-Sea"),
)
BEEFORD = station("BEE", "Beeford", "BEEFORD")


async def test_a_station_comes_back_as_it_was_put(storage: Storage) -> None:
    async with storage.writing() as unit:
        await unit.timetable.put_stations([AYTON, BEEFORD])
    async with storage.reading() as unit:
        assert await unit.timetable.station(AYT) == AYTON
        assert await unit.timetable.station(BEE) == BEEFORD


async def test_a_station_that_the_timetable_does_not_have_is_none(storage: Storage) -> None:
    async with storage.reading() as unit:
        assert await unit.timetable.station(CEE) is None


async def test_stations_come_by_code(storage: Storage) -> None:
    async with storage.writing() as unit:
        await unit.timetable.put_stations([BEEFORD, AYTON])
        assert await unit.timetable.stations() == [AYTON, BEEFORD]


async def test_a_station_takes_the_place_of_the_one_with_its_code(storage: Storage) -> None:
    moved = station("AYT", "Ayton New", "AYTONNEW")
    async with storage.writing() as unit:
        await unit.timetable.put_stations([AYTON, BEEFORD])
        await unit.timetable.put_stations([moved])
        assert await unit.timetable.stations() == [moved, BEEFORD]
        assert await unit.timetable.tiplocs() == {"AYTONNEW": "AYT", "BEEFORD": "BEE"}


async def test_a_timing_point_belongs_to_the_station_that_was_put_last(storage: Storage) -> None:
    async with storage.writing() as unit:
        await unit.timetable.put_stations([AYTON])
        await unit.timetable.put_stations([station("BEE", "Beeford", "BEEFORD", "AYTONLL")])
        ayton, beeford = await unit.timetable.stations()
        assert ayton.tiplocs == ("AYTON",)
        assert beeford.tiplocs == ("AYTONLL", "BEEFORD")
        assert (await unit.timetable.tiplocs())[Tiploc("AYTONLL")] == "BEE"


async def test_timing_points_come_with_their_stations(storage: Storage) -> None:
    async with storage.writing() as unit:
        await unit.timetable.put_stations([AYTON, BEEFORD])
        expected = {"AYTON": "AYT", "AYTONLL": "AYT", "BEEFORD": "BEE"}
        assert await unit.timetable.tiplocs() == expected


# --- links, interchanges, associations -----------------------------------------------------------


async def test_links_come_in_the_feed_s_order_and_are_added(storage: Storage) -> None:
    walk = FixedLink(mode="walk", origin=CEE, destination=AYT, duration_min=4)
    tube = FixedLink(
        mode="tube", origin=AYT, destination=BEE, duration_min=13, starts_min=330, ends_min=1400,
        days=0b0111111, first_day=FIRST_DAY, last_day=LAST_DAY, priority=4,
    )  # fmt: skip
    async with storage.writing() as unit:
        await unit.timetable.put_links([walk, tube])
        await unit.timetable.put_links([walk])
        assert await unit.timetable.links() == [walk, tube, walk]


def interchange(crs: Crs, arriving: str, departing: str, change_min: int) -> OperatorInterchange:
    return OperatorInterchange(
        crs=crs,
        arriving_toc=TocCode(arriving),
        departing_toc=TocCode(departing),
        change_min=change_min,
    )


async def test_interchanges_come_by_station_and_operators_the_last_in_place_of_the_first(
    storage: Storage,
) -> None:
    bee, there = interchange(BEE, "ZX", "ZY", 3), interchange(AYT, "ZY", "ZX", 10)
    back = interchange(AYT, "ZX", "ZY", 0)
    async with storage.writing() as unit:
        await unit.timetable.put_interchanges([bee, interchange(AYT, "ZY", "ZX", 5), back])
        await unit.timetable.put_interchanges([there])
        assert await unit.timetable.interchanges() == [back, there, bee]


async def test_associations_come_by_their_trains_first_day_and_letter(storage: Storage) -> None:
    later = replace(join("A10001", "A10002"), runs_from=DAY)
    new = join("A10001", "A10002", stp="N")
    ordered = [
        new,
        join("A10001", "A10002"),
        later,
        join("A10001", "A10003"),
        join("A10002", "A10001"),
    ]
    async with storage.writing() as unit:
        await unit.timetable.put_associations(reversed(ordered))
        assert await unit.timetable.associations() == ordered


async def test_an_association_takes_the_place_of_the_one_with_its_key(storage: Storage) -> None:
    old, elsewhere = join("A10001", "A10002"), join("A10001", "A10002", at="CEEHAM")
    new = replace(old, category="VV", day_offset=1, passengers=False, base_suffix="2")
    async with storage.writing() as unit:
        await unit.timetable.put_associations([old, elsewhere])
        await unit.timetable.put_associations([old, new])
        assert await unit.timetable.associations() == [new, elsewhere]


async def test_removing_associations_counts_those_that_were_there(storage: Storage) -> None:
    one, other = join("A10001", "A10002"), join("A10001", "A10003")
    async with storage.writing() as unit:
        await unit.timetable.put_associations([one, other])
        gone = [replace(one, category="", days=0), join("A10009", "A10008")]
        assert await unit.timetable.remove_associations(gone) == 1
        assert await unit.timetable.remove_associations(gone) == 0
        assert await unit.timetable.associations() == [other]


# --- schedules -----------------------------------------------------------------------------------


async def test_a_schedule_comes_back_as_it_was_put(storage: Storage) -> None:
    full = replace(
        train(
            "A10001",
            call("AYT", dep="0:00", platform="12A"),
            call("BEE", arr="25:10"),
            bank_holidays="G",
            days="1010101",
        ),
        status="B",
        seating="B",
        sleepers="S",
        reservations="A",
    )
    async with holding(storage, full) as timetable:
        assert await timetable.trains(DAY) == [Train(schedule=full, day=DAY)]


async def test_a_schedule_without_calls_or_without_end_may_be_kept(storage: Storage) -> None:
    endless = train("A10001", runs=(FIRST_DAY, date.max))
    async with holding(storage, endless) as timetable:
        assert await timetable.trains(date(2090, 1, 1)) == [
            Train(schedule=endless, day=date(2090, 1, 1))
        ]


async def test_a_schedule_takes_the_place_of_the_one_with_its_key(storage: Storage) -> None:
    new = replace(EARLY, calls=EARLY.calls[1:], toc=TocCode("ZX"))
    async with storage.writing() as unit:
        await unit.timetable.put_schedules([EARLY, LATE], are_manual=False)
    async with holding(storage, new) as timetable:
        assert await timetable.count_schedules() == 2
        assert (await timetable.trains(DAY))[0].schedule == new
        assert await timetable.departures(AYT, DAY) == [(Train(schedule=LATE, day=DAY), 0)]


async def test_of_two_schedules_with_equal_keys_the_last_is_kept(storage: Storage) -> None:
    last = replace(EARLY, calls=BACK.calls)
    async with holding(storage, EARLY, last) as timetable:
        assert [t.schedule for t in await timetable.trains(DAY)] == [last]


async def test_schedules_of_one_train_with_other_days_or_letters_stand_side_by_side(
    storage: Storage,
) -> None:
    overlay = train("A10001", stp="O", runs=(FIRST_DAY, FIRST_DAY))
    later = train("A10001", runs=(DAY, LAST_DAY))
    async with holding(storage, EARLY, overlay, later) as timetable:
        assert await timetable.count_schedules() == 3


async def test_all_schedules_come_as_columns_without_platforms(storage: Storage) -> None:
    full = replace(
        train(
            "A10004",
            call("AYT", dep="0:00"),
            call("BEE", arr="0:20"),
            call("CEE", dep="25:00"),
            call("AYT", arr="25:10"),
            bank_holidays="G",
            days="1010101",
            toc="",
            headcode="",
        ),
        status="B",
        seating="B",
        sleepers="S",
        reservations="A",
    )
    kept = [EARLY, LATE, train("A10005", runs=(DAY, date.max)), cancelled("A10001", DAY), full]
    platform = replace(EARLY, calls=(call("AYT", dep="9:00", platform="12A"), *EARLY.calls[1:]))
    async with holding(storage, platform, *kept[1:]) as timetable:
        columns = await timetable.columns()
        assert len(columns) == len(kept)
        found = {columns.schedule(number).key: columns.schedule(number) for number in range(5)}
        assert found == {one.key: one for one in kept}
        wanted = ScheduleColumns.of(kept).arrays()
        assert {name: array.dtype for name, array in columns.arrays().items()} == {
            name: array.dtype for name, array in wanted.items()
        }


async def test_without_schedules_columns_are_empty(storage: Storage) -> None:
    async with storage.reading() as unit:
        columns = await unit.timetable.columns()
        assert len(columns) == 0
        assert columns.first_call.tolist() == [0]


async def test_removing_schedules_counts_those_that_were_there(storage: Storage) -> None:
    async with storage.writing() as unit:
        await unit.timetable.put_schedules([EARLY, LATE], are_manual=False)
    async with storage.writing() as unit:
        assert await unit.timetable.remove_schedules([EARLY.key, BACK.key, EARLY.key]) == 1
        assert await unit.timetable.remove_schedules([EARLY.key]) == 0
    async with storage.reading() as unit:
        assert await unit.timetable.count_schedules() == 1
        assert uids(await unit.timetable.trains(DAY)) == ["A10002"]
        assert not await unit.timetable.knows_route(CEE, AYT)


async def test_a_schedule_may_be_removed_and_put_again(storage: Storage) -> None:
    async with storage.writing() as unit:
        await unit.timetable.put_schedules([EARLY], are_manual=False)
        await unit.timetable.remove_schedules([EARLY.key])
        await unit.timetable.put_schedules([EARLY], are_manual=False)
        assert uids(await unit.timetable.trains(DAY)) == ["A10001"]


async def test_more_schedules_than_fit_one_question_are_all_found(storage: Storage) -> None:
    many = [
        train(f"B{n:05}", call("AYT", dep="9:00"), call("CEE", arr="9:46")) for n in range(1_100)
    ]
    async with holding(storage, *many) as timetable:
        assert await timetable.trains(DAY) == [Train(schedule=s, day=DAY) for s in many]
    async with storage.writing() as unit:
        assert await unit.timetable.remove_schedules([s.key for s in many]) == 1_100


async def test_schedule_dates_are_those_of_all_schedules_not_entered_by_hand(
    storage: Storage,
) -> None:
    by_hand = train("Z10001", runs=(date(2020, 1, 1), date(2030, 1, 1)))
    async with storage.writing() as unit:
        assert await unit.timetable.schedule_dates() is None
        await unit.timetable.put_schedules([by_hand], are_manual=True)
        assert await unit.timetable.schedule_dates() is None
        short = train("A10001", runs=(DAY, DAY + timedelta(days=3)))
        gone = cancelled("A10001", DAY - timedelta(days=1), DAY)
        await unit.timetable.put_schedules([short, gone], are_manual=False)
        assert await unit.timetable.schedule_dates() == (gone.runs_from, short.runs_to)
        assert await unit.timetable.count_schedules() == 3


async def test_a_schedule_put_again_by_the_feed_is_no_longer_entered_by_hand(
    storage: Storage,
) -> None:
    async with storage.writing() as unit:
        await unit.timetable.put_schedules([EARLY], are_manual=True)
        await unit.timetable.put_schedules([EARLY], are_manual=False)
        assert await unit.timetable.schedule_dates() == (FIRST_DAY, LAST_DAY)


async def test_clearing_removes_everything(storage: Storage) -> None:
    async with storage.writing() as unit:
        timetable = unit.timetable
        await timetable.put_stations([AYTON])
        await timetable.put_links(
            [FixedLink(mode="walk", origin=AYT, destination=BEE, duration_min=4)]
        )
        await timetable.put_interchanges([interchange(AYT, "ZY", "ZX", 10)])
        await timetable.put_associations([join("A10001", "A10002")])
        await timetable.put_schedules([EARLY], are_manual=False)
        await timetable.clear()
    async with storage.reading() as unit:
        timetable = unit.timetable
        assert await timetable.stations() == []
        assert await timetable.tiplocs() == {}
        assert await timetable.links() == []
        assert await timetable.interchanges() == []
        assert await timetable.associations() == []
        assert await timetable.count_schedules() == 0
        assert await timetable.departures(AYT, DAY) == []
    async with holding(storage, EARLY) as refilled:
        assert uids(await refilled.trains(DAY)) == ["A10001"]


# --- which trains run ----------------------------------------------------------------------------


async def test_trains_come_by_uid(storage: Storage) -> None:
    async with holding(storage, BACK, LATE, EARLY) as timetable:
        assert uids(await timetable.trains(DAY)) == ["A10001", "A10002", "A10003"]


async def test_an_overlay_decides_which_schedule_runs(storage: Storage) -> None:
    overlay = replace(BACK, uid=EARLY.uid, stp=Stp.OVERLAY, runs_from=DAY, runs_to=DAY)
    gone = cancelled("A10002", DAY)
    async with holding(storage, EARLY, overlay, LATE, gone) as timetable:
        assert [t.schedule for t in await timetable.trains(DAY)] == [overlay]
        tomorrow = DAY + timedelta(days=1)
        assert [t.schedule for t in await timetable.trains(tomorrow)] == [EARLY, LATE]
        assert await timetable.departures(AYT, DAY) == []
        assert await timetable.direct_trains(AYT, CEE, DAY) == []
        assert rides(await timetable.direct_trains(CEE, AYT, DAY)) == [("A10001", 0, 1)]


async def test_bank_holiday_flags_keep_trains_at_home(storage: Storage) -> None:
    barred, glasgow = replace(EARLY, bank_holidays="X"), replace(LATE, bank_holidays="G")
    async with holding(storage, barred, glasgow, BACK) as timetable:
        assert uids(await timetable.trains(DAY, holiday_flags=X)) == ["A10002", "A10003"]
        both = frozenset({"X", "G"})
        assert uids(await timetable.trains(DAY, holiday_flags=both)) == ["A10003"]
        found = await timetable.departures(AYT, DAY, holiday_flags=X)
        assert uids([t for t, _ in found]) == ["A10002"]
        direct = await timetable.direct_trains(AYT, CEE, DAY, holiday_flags=X)
        assert rides(direct) == [("A10002", 0, 2)]


# --- departures ----------------------------------------------------------------------------------


async def test_departures_come_earliest_first_then_by_uid(storage: Storage) -> None:
    same = replace(EARLY, uid=BACK.uid)
    async with holding(storage, LATE, same, EARLY) as timetable:
        found = await timetable.departures(AYT, DAY)
        assert uids([t for t, _ in found]) == ["A10001", "A10003", "A10002"]


async def test_departures_give_the_call_s_index_once_for_each_call(storage: Storage) -> None:
    loop = train(
        "A10001",
        call("AYT", dep="9:00"),
        call("BEE", arr="9:20", dep="9:22"),
        call("AYT", arr="9:40", dep="9:45"),
        call("CEE", arr="10:00"),
    )
    async with holding(storage, loop) as timetable:
        assert [index for _, index in await timetable.departures(AYT, DAY)] == [0, 2]


async def test_departures_leave_out_calls_where_nobody_may_board(storage: Storage) -> None:
    sets_down = train(
        "A10001", call("BEE", dep="9:00"), call("AYT", arr="9:20"), call("CEE", arr="9:46")
    )
    async with holding(storage, sets_down) as timetable:
        assert await timetable.departures(AYT, DAY) == []


async def test_departures_leave_at_or_after_the_given_minute_and_are_limited(
    storage: Storage,
) -> None:
    async with holding(storage, EARLY, LATE) as timetable:
        nine = minutes("9:00")
        assert len(await timetable.departures(AYT, DAY, not_before_min=nine)) == 2
        after = await timetable.departures(AYT, DAY, not_before_min=nine + 1)
        assert uids([t for t, _ in after]) == ["A10002"]
        first = await timetable.departures(AYT, DAY, limit=1)
        assert uids([t for t, _ in first]) == ["A10001"]
        assert await timetable.departures(AYT, DAY, limit=0) == []


async def test_a_departure_past_midnight_is_on_the_day_the_train_left_its_origin(
    storage: Storage,
) -> None:
    tonight = replace(LATE, runs_from=DAY, runs_to=DAY)
    async with holding(storage, tonight) as timetable:
        late = await timetable.departures(BEE, DAY, not_before_min=minutes("24:06"))
        assert [index for _, index in late] == [1]
        assert await timetable.departures(BEE, DAY, not_before_min=minutes("24:07")) == []
        assert await timetable.departures(BEE, DAY + timedelta(days=1)) == []


# --- direct trains -------------------------------------------------------------------------------


async def test_direct_trains_come_earliest_first_then_by_arrival_then_by_uid(
    storage: Storage,
) -> None:
    slow = train("A10000", call("AYT", dep="9:00"), call("CEE", arr="10:30"))
    same = replace(EARLY, uid=train("A10004").uid)
    async with holding(storage, LATE, slow, same, EARLY) as timetable:
        found = await timetable.direct_trains(AYT, CEE, DAY)
        assert [uid for uid, _, _ in rides(found)] == ["A10001", "A10004", "A10000", "A10002"]
        assert (found[0].boarding, found[0].alighting) == (0, 2)
        assert found[0].train == Train(schedule=EARLY, day=DAY)


async def test_direct_trains_run_in_the_direction_asked_for(storage: Storage) -> None:
    async with holding(storage, EARLY, BACK) as timetable:
        assert rides(await timetable.direct_trains(CEE, AYT, DAY)) == [("A10003", 0, 1)]
        assert await timetable.direct_trains(CEE, BEE, DAY) == []


async def test_direct_trains_may_be_joined_and_left(storage: Storage) -> None:
    pick_up_only = train(
        "A10001", call("AYT", dep="9:00"), call("BEE", dep="9:20"), call("CEE", arr="9:46")
    )
    set_down_only = train(
        "A10002", call("AYT", dep="9:00"), call("BEE", arr="9:20"), call("CEE", arr="9:46")
    )
    async with holding(storage, pick_up_only, set_down_only) as timetable:
        assert rides(await timetable.direct_trains(AYT, BEE, DAY)) == [("A10002", 0, 1)]
        assert rides(await timetable.direct_trains(BEE, CEE, DAY)) == [("A10001", 1, 2)]


async def test_direct_trains_leave_at_or_after_the_given_minute_and_are_limited(
    storage: Storage,
) -> None:
    async with holding(storage, EARLY, LATE) as timetable:
        nine = minutes("9:00")
        found = await timetable.direct_trains(AYT, CEE, DAY, not_before_min=nine, limit=1)
        assert rides(found) == [("A10001", 0, 2)]
        after = await timetable.direct_trains(AYT, CEE, DAY, not_before_min=nine + 1)
        assert rides(after) == [("A10002", 0, 2)]


async def test_direct_trains_can_be_narrowed_to_one_train(storage: Storage) -> None:
    async with holding(storage, EARLY, LATE) as timetable:
        found = await timetable.direct_trains(AYT, CEE, DAY, uid=LATE.uid)
        assert rides(found) == [("A10002", 0, 2)]


async def test_a_train_that_calls_twice_gives_a_ride_for_each_call_before_it_comes_back(
    storage: Storage,
) -> None:
    loop = train(
        "A10001",
        call("AYT", dep="9:00"),
        call("AYT", arr="9:10", dep="9:11"),
        call("BEE", arr="9:20", dep="9:21"),
        call("BEE", arr="9:30", dep="9:31"),
        call("AYT", arr="9:40", dep="9:41"),
        call("BEE", arr="9:50"),
    )
    async with holding(storage, loop) as timetable:
        assert rides(await timetable.direct_trains(AYT, BEE, DAY)) == [
            ("A10001", 1, 2),
            ("A10001", 4, 5),
        ]


async def test_a_direct_train_tells_when_it_leaves_and_arrives(storage: Storage) -> None:
    async with holding(storage, LATE) as timetable:
        (ride,) = await timetable.direct_trains(AYT, BEE, DAY)
        assert ride.departs_at.isoformat() == "2026-03-02T23:50:00+00:00"
        assert ride.arrives_at.isoformat() == "2026-03-03T00:05:00+00:00"


@pytest.mark.parametrize(
    ("origin", "destination", "known"),
    [
        (AYT, CEE, True),
        (CEE, AYT, False),
        (BEE, CEE, True),
        (AYT, AYT, False),
        (AYT, Crs("ZZZ"), False),
    ],
)
async def test_a_route_is_known_if_a_schedule_of_any_day_serves_it(
    storage: Storage, origin: Crs, destination: Crs, known: bool
) -> None:
    once = replace(EARLY, runs_from=DAY, runs_to=DAY)
    async with holding(storage, once) as timetable:
        assert await timetable.knows_route(origin, destination) is known


async def test_a_route_is_not_known_by_calls_that_cannot_be_used(storage: Storage) -> None:
    useless = train(
        "A10001", call("AYT", arr="8:50"), call("BEE", dep="9:20"), call("CEE", arr="9:46")
    )
    async with holding(storage, useless) as timetable:
        assert not await timetable.knows_route(AYT, CEE)
        assert not await timetable.knows_route(AYT, BEE)


# --- every storage answers alike -----------------------------------------------------------------

PLACES = ("AYT", "BEE", "CEE")
DAYS = [DAY + timedelta(days=n) for n in range(4)]


@st.composite
def journeys(draw: st.DrawFn) -> tuple[CallingPoint, ...]:
    """Draw calls whose times do not run backwards, some for boarding or alighting only."""
    moment = draw(st.integers(0, 1500))
    calls = []
    for crs in draw(st.lists(st.sampled_from(PLACES), max_size=6)):
        arrives = moment + draw(st.integers(0, 3))
        moment = arrives + draw(st.integers(0, 1))
        kind = draw(st.sampled_from("TTTUD"))
        calls.append(
            CallingPoint(
                crs=Crs(crs),
                arrival_min=None if kind == "U" else arrives,
                departure_min=None if kind == "D" else moment,
            )
        )
    return tuple(calls)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Draw one of a few trains' schedules, whose dates, letters and holidays often collide."""
    first = draw(st.sampled_from(DAYS))
    stp = draw(st.sampled_from("PPPONC"))
    return train(
        draw(st.sampled_from(["A10001", "A10002", "A10003"])),
        *(() if stp == "C" else draw(journeys())),
        stp=stp,
        runs=(first, first + timedelta(days=draw(st.integers(0, 4)))),
        days=draw(st.sampled_from(["1111111", "1000000", "0111111", "1010000", "0000000"])),
        bank_holidays="" if stp == "C" else draw(st.sampled_from(["", "", "X", "G"])),
    )


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(schedules(), max_size=10),
    st.sampled_from([frozenset[str](), X, frozenset({"X", "G"})]),
    st.sampled_from([0, 1, 700, 1440]),
)
async def test_every_storage_answers_as_the_overlay_rule_and_the_memory_do(
    storage: Storage, drawn: list[Schedule], flags: frozenset[str], earliest: int
) -> None:
    reference = MemoryStorage()
    for one in (storage, reference):
        async with one.writing() as unit:
            await unit.timetable.clear()
            await unit.timetable.put_schedules(drawn, are_manual=False)
    kept = {schedule.key: schedule for schedule in drawn}.values()
    async with storage.reading() as unit, reference.reading() as expected:
        here, there = unit.timetable, expected.timetable
        for day in DAYS:
            trains = await here.trains(day, holiday_flags=flags)
            assert [t.schedule for t in trains] == [
                found
                for uid in sorted({s.uid for s in kept})
                if (found := running([s for s in kept if s.uid == uid], day, holiday_flags=flags))
            ]
            assert trains == await there.trains(day, holiday_flags=flags)
            for origin in PLACES:
                assert await here.departures(
                    Crs(origin), day, not_before_min=earliest, holiday_flags=flags
                ) == await there.departures(
                    Crs(origin), day, not_before_min=earliest, holiday_flags=flags
                )
        for origin, destination in [("AYT", "BEE"), ("BEE", "AYT"), ("CEE", "CEE")]:
            assert await here.direct_trains(
                Crs(origin), Crs(destination), DAY, not_before_min=earliest, holiday_flags=flags
            ) == await there.direct_trains(
                Crs(origin), Crs(destination), DAY, not_before_min=earliest, holiday_flags=flags
            )
            known = await here.knows_route(Crs(origin), Crs(destination))
            assert known is await there.knows_route(Crs(origin), Crs(destination))
