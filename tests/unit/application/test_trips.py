"""Finding the trip that a question about fares is for."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest

from railfair.adapters.clock.clock import FixedClock
from railfair.adapters.memory.storage import MemoryStorage
from railfair.application.trips import (
    FoundTrip,
    TripQuery,
    arrival_after,
    check_trip,
    find_trip,
)
from railfair.domain.codes import Crs, TrainUid
from railfair.domain.errors import InvalidParameter
from railfair.domain.feed import FeedKind, FeedSource, LoadedFeed
from railfair.domain.timetable import Schedule
from support import timetables
from support.running import NoHolidays
from support.timetables import call, minutes, station, train

MONDAY = date(2026, 2, 9)
YESTERDAY = MONDAY - timedelta(days=1)
AYT, BEE, CEE = Crs("AYT"), Crs("BEE"), Crs("CEE")
STATIONS = [station("AYT", "Ayton"), station("BEE", "Beeford"), station("CEE", "Ceeham")]
LOADED = LoadedFeed(
    kind=FeedKind.TIMETABLE,
    version="RJTTF901",
    source=FeedSource.IMPORT,
    loaded_at=FixedClock(MONDAY).now(),
    first_day=timetables.FIRST_DAY,
    last_day=timetables.LAST_DAY,
)
EIGHT = train("A10008", call("AYT", dep="08:00"), call("BEE", arr="08:30", dep="08:31"),
              call("CEE", arr="09:00"))  # fmt: skip
TEN = train("A10010", call("AYT", dep="10:00"), call("CEE", arr="10:46"))
NIGHT = train("N10001", call("BEE", dep="23:30"), call("AYT", arr="24:10", dep="24:12"),
              call("CEE", arr="25:00"))  # fmt: skip
LATE = train("N10002", call("AYT", dep="23:50"), call("BEE", arr="24:20", dep="24:21"),
             call("CEE", arr="24:50"))  # fmt: skip
RING = train("R10001", call("AYT", dep="08:00"), call("CEE", arr="08:20", dep="08:21"),
             call("AYT", arr="08:40", dep="08:41"), call("CEE", arr="09:00"))  # fmt: skip


async def find(
    schedules: Iterable[Schedule], *, loaded: LoadedFeed | None = LOADED, **asked: Any
) -> FoundTrip:
    """Find a trip from AYT to CEE on Monday, unless *asked* otherwise."""
    storage = MemoryStorage()
    async with storage.writing() as unit:
        await unit.timetable.put_stations(STATIONS)
        await unit.timetable.put_schedules(list(schedules), are_manual=False)
    values: dict[str, Any] = {"origin": AYT, "destination": CEE, "day": MONDAY} | asked
    async with storage.reading() as unit:
        prefix = values.pop("prefix", "")
        query = TripQuery(**values)
        return await find_trip(unit, query, timetable=loaded, holidays=NoHolidays(), prefix=prefix)


def times(found: FoundTrip) -> tuple[date, int | None, int | None]:
    return found.trip.day, found.trip.departure_min, found.trip.arrival_min


def uid(found: FoundTrip) -> str | None:
    return None if found.ride is None else found.ride.train.schedule.uid


async def test_the_next_direct_train_at_or_after_the_time_is_taken() -> None:
    for asked, expected in (("08:00", "A10008"), ("08:01", "A10010"), ("00:00", "A10008")):
        assert uid(await find([TEN, EIGHT], departure_min=minutes(asked))) == expected


async def test_a_train_brings_all_its_calls_between_the_ends() -> None:
    found = await find([EIGHT], departure_min=0)
    assert tuple(found.trip.stations()) == (AYT, BEE, CEE)
    assert times(found) == (MONDAY, minutes("08:00"), minutes("09:00"))
    [leg] = found.trip.legs
    assert (leg.uid, leg.toc, leg.is_sleeper) == ("A10008", "ZY", False)
    assert found.trip.is_known


async def test_of_two_trains_that_leave_together_the_faster_is_taken() -> None:
    slow = train("A10009", call("AYT", dep="08:00"), call("CEE", arr="09:30"))
    assert uid(await find([slow, EIGHT], departure_min=0)) == "A10008"


async def test_after_the_last_train_of_the_day_the_trip_is_not_known() -> None:
    found = await find([EIGHT, NIGHT], departure_min=minutes("23:00"))
    assert found.ride is None
    assert times(found) == (MONDAY, minutes("23:00"), None)
    assert not found.trip.is_known


async def test_a_train_that_set_out_the_day_before_counts_from_midnight() -> None:
    found = await find([EIGHT, NIGHT], departure_min=0)
    assert uid(found) == "N10001"
    assert times(found) == (MONDAY, 12, 60)
    assert found.trip.ticket_day == YESTERDAY
    assert found.ride is not None
    assert found.ride.train.day == YESTERDAY


async def test_a_train_that_left_before_midnight_is_not_taken_after_it() -> None:
    assert uid(await find([EIGHT, LATE], departure_min=0)) == "A10008"


async def test_a_train_may_arrive_after_midnight() -> None:
    found = await find([LATE], departure_min=minutes("23:00"))
    assert times(found) == (MONDAY, minutes("23:50"), minutes("24:50"))
    assert found.trip.ticket_day == MONDAY


async def test_a_train_of_the_night_may_be_named() -> None:
    found = await find([EIGHT, NIGHT], train=TrainUid("N10001"))
    assert times(found) == (MONDAY, 12, 60)


async def test_a_train_that_is_named_is_taken_whatever_leaves_before_it() -> None:
    for clock in (None, "07:00", "10:00"):
        asked = None if clock is None else minutes(clock)
        found = await find([EIGHT, TEN], train=TrainUid("A10010"), departure_min=asked)
        assert times(found) == (MONDAY, minutes("10:00"), minutes("10:46"))


@pytest.mark.parametrize("prefix", ["", "return_"])
@pytest.mark.parametrize(
    ("named", "asked", "parameter"),
    [
        ("A10010", {"departure_min": "10:01"}, "time"),
        ("A10010", {"departure_min": "23:59"}, "time"),
        ("R10001", {"departure_min": "08:42"}, "time"),
        ("A10010", {"arrival_min": "10:45"}, "arrival_time"),
        ("A10010", {"arrival_min": "09:59"}, "arrival_time"),
        ("N10002", {"arrival_min": "00:49"}, "arrival_time"),
        ("R10001", {"departure_min": "08:30", "arrival_min": "08:59"}, "arrival_time"),
    ],
)
async def test_a_train_that_is_named_contradicts_no_time(
    named: str, asked: dict[str, str], parameter: str, prefix: str
) -> None:
    clocks: dict[str, Any] = {name: minutes(clock) for name, clock in asked.items()}
    with pytest.raises(InvalidParameter, match=named) as caught:
        await find([EIGHT, TEN, LATE, RING], train=TrainUid(named), prefix=prefix, **clocks)
    assert caught.value.parameter == prefix + parameter


@pytest.mark.parametrize(
    ("named", "clock"),
    [("A10010", "10:46"), ("A10010", "11:00"), ("N10002", "00:50"), ("R10001", "08:20")],
)
async def test_a_train_that_is_named_arrives_by_the_time(named: str, clock: str) -> None:
    found = await find([TEN, LATE, RING], train=TrainUid(named), arrival_min=minutes(clock))
    assert uid(found) == named


@pytest.mark.parametrize(
    ("asked", "leaves"), [(None, "08:00"), ("08:00", "08:00"), ("08:30", "08:41")]
)
async def test_a_train_that_passes_twice_is_boarded_at_or_after_the_time(
    asked: str | None, leaves: str
) -> None:
    clock = None if asked is None else minutes(asked)
    found = await find([RING], train=TrainUid("R10001"), departure_min=clock)
    assert found.trip.departure_min == minutes(leaves)


@pytest.mark.parametrize(
    "asked",
    [
        {"train": "Z99999"},
        {"train": "A10010", "origin": BEE},
        {"train": "A10010", "destination": BEE},
        {"train": "A10008", "origin": CEE, "destination": AYT},
    ],
)
async def test_a_train_that_does_not_run_that_way_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(InvalidParameter, match="no train") as caught:
        await find([EIGHT, TEN], **asked)
    assert caught.value.parameter == "train"


async def test_a_train_that_does_not_run_that_day_is_refused() -> None:
    weekend = train("A10009", call("AYT", dep="08:00"), call("CEE", arr="09:00"), days="0000011")
    gone = timetables.cancelled("A10008", MONDAY)
    for named in ("A10009", "A10008"):
        with pytest.raises(InvalidParameter, match=named):
            await find([weekend, EIGHT, gone], train=TrainUid(named))


@pytest.mark.parametrize("loaded", [None, LOADED])
async def test_no_train_can_be_named_where_no_timetable_covers_the_day(
    loaded: LoadedFeed | None,
) -> None:
    day = timetables.LAST_DAY + timedelta(days=1)
    with pytest.raises(InvalidParameter, match="no loaded timetable covers"):
        await find([EIGHT], loaded=loaded, day=day, train=TrainUid("A10008"))


async def test_without_a_timetable_the_trip_is_what_was_said_of_it() -> None:
    departure, arrival = minutes("08:00"), minutes("09:10")
    found = await find(
        [EIGHT], loaded=None, departure_min=departure, arrival_min=arrival, via=(BEE,)
    )
    assert found.ride is None
    assert times(found) == (MONDAY, minutes("08:00"), minutes("09:10"))
    assert tuple(found.trip.stations()) == (AYT, CEE, BEE)


async def test_who_says_when_the_trip_ends_is_given_no_train() -> None:
    found = await find([EIGHT], departure_min=minutes("08:00"), arrival_min=minutes("09:10"))
    assert found.ride is None


async def test_who_says_when_the_trip_ends_may_still_name_the_train() -> None:
    found = await find([EIGHT], train=TrainUid("A10008"), arrival_min=minutes("09:10"))
    assert times(found) == (MONDAY, minutes("08:00"), minutes("09:00"))


async def test_without_a_time_there_is_no_next_train() -> None:
    found = await find([EIGHT])
    assert found.ride is None
    assert times(found) == (MONDAY, None, None)


async def test_an_arrival_before_the_departure_is_on_the_day_after() -> None:
    found = await find([], departure_min=minutes("23:30"), arrival_min=40)
    assert times(found) == (MONDAY, minutes("23:30"), minutes("24:40"))


async def test_an_arrival_alone_is_on_the_day_itself() -> None:
    assert times(await find([], arrival_min=40)) == (MONDAY, None, 40)


async def test_the_next_train_that_calls_on_the_way_is_taken() -> None:
    later = train("A10011", call("AYT", dep="11:00"), call("BEE", arr="11:30", dep="11:31"),
                  call("CEE", arr="12:00"))  # fmt: skip
    found = await find([TEN, later], departure_min=minutes("09:00"), via=(BEE,))
    assert uid(found) == "A10011"
    assert tuple(found.trip.stations()) == (AYT, BEE, CEE)
    assert uid(await find([NIGHT, LATE, EIGHT], departure_min=0, via=(BEE,))) == "A10008"


async def test_without_a_train_that_calls_on_the_way_the_trip_is_not_known() -> None:
    beyond = train("A10012", call("AYT", dep="10:00"), call("CEE", arr="10:40", dep="10:41"),
                   call("BEE", arr="11:00"))  # fmt: skip
    found = await find([TEN, beyond, NIGHT], departure_min=0, via=(BEE,))
    assert found.ride is None
    assert tuple(found.trip.stations()) == (AYT, CEE, BEE)


async def test_a_train_that_is_named_calls_on_the_way() -> None:
    assert uid(await find([EIGHT], train=TrainUid("A10008"), via=(BEE,))) == "A10008"
    with pytest.raises(InvalidParameter, match="A10010 does not call at BEE") as caught:
        await find([TEN], train=TrainUid("A10010"), via=(BEE,))
    assert caught.value.parameter == "via"


@pytest.mark.parametrize(
    ("via", "why"), [((AYT,), "AYT is an end"), ((BEE, CEE), "CEE is an end"),
                     ((BEE, BEE), "BEE is named twice")],
)  # fmt: skip
def test_a_station_on_the_way_is_another_one_each_time(via: tuple[Crs, ...], why: str) -> None:
    with pytest.raises(InvalidParameter, match=why) as caught:
        check_trip(TripQuery(origin=AYT, destination=CEE, day=MONDAY, via=via))
    assert caught.value.parameter == "via"


@pytest.mark.parametrize(
    ("leaves", "arrives", "found"),
    [("08:00", "08:01", "08:01"), ("00:00", "23:59", "23:59"), ("22:30", "00:27", "24:27"),
     ("12:00", "00:00", "24:00"), ("18:00", "06:00", "30:00"), ("18:00", "06:01", None),
     ("08:00", "07:00", None), ("08:00", "08:00", None)],
)  # fmt: skip
def test_past_midnight_a_trip_takes_half_a_day_at_most(
    leaves: str, arrives: str, found: str | None
) -> None:
    clocks = minutes(leaves), minutes(arrives)
    assert arrival_after(*clocks) == (None if found is None else minutes(found))
    query = TripQuery(
        origin=AYT, destination=CEE, day=MONDAY, departure_min=clocks[0], arrival_min=clocks[1]
    )
    if found is not None:
        check_trip(query)
        return
    with pytest.raises(InvalidParameter, match="return_time") as caught:
        check_trip(query, "return_")
    assert caught.value.parameter == "return_arrival_time"


async def test_a_call_where_nobody_may_alight_has_the_time_of_its_departure() -> None:
    pick_up = train("A10011", call("AYT", dep="08:00"), call("BEE", dep="08:31"),
                    call("CEE", arr="09:00"))  # fmt: skip
    [leg] = (await find([pick_up], departure_min=0)).trip.legs
    assert (leg.calls[1].arrival_min, leg.calls[1].departure_min) == (511, 511)
