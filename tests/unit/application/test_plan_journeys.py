"""Planning journeys: which are answered, what is known of each, and what cannot be had."""

from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from railfair.adapters.clock.clock import FixedClock
from railfair.adapters.memory.storage import MemoryStorage
from railfair.application.compare_fares import CompareFares, FareQuery
from railfair.application.plan_journeys import (
    NO_FARE,
    NO_FARES,
    NO_RUNNING,
    Plan,
    PlannedJourney,
)
from railfair.application.stations import StationDirectory
from railfair.application.trips import TripQuery
from railfair.domain.codes import Crs, RailcardCode, TrainUid
from railfair.domain.delay_repay import Scheme, expected
from railfair.domain.errors import (
    InvalidParameter,
    NothingLoaded,
    StorageUnavailable,
    UnknownStation,
)
from railfair.domain.fares.ticket import TicketClass
from railfair.domain.fares.till import Party, Rounding
from railfair.domain.feed import FeedKind
from railfair.domain.running import Run
from railfair.domain.tradeoff import Label
from railfair.ports.storage import Storage, UnitOfWork
from support.fares_feed import flow
from support.fares_rst_lines import rd, rh, tr
from support.fares_rule_lines import OPEN, discount, railcard, status, ticket
from support.planning import (
    MONDAY,
    TUESDAY,
    Desk,
    put_fares,
    put_railway,
    query,
    ridden,
    shown,
    times,
)
from support.railways import Railway, linked, place, walk
from support.running import NoHolidays, ayton_to_ceeham, days_from, take
from support.timetables import FIRST_DAY, LAST_DAY, call, minutes, train

CARD = RailcardCode("QCD")


def hourly(hour: int, *, toc: str = "LE", **others: Any) -> Any:
    """Return the train from Ayton over Beeford to Ceeham that leaves at the full *hour*."""
    return train(
        f"A100{hour:02}",
        call("AYT", dep=f"{hour}:00"),
        call("BEE", arr=f"{hour}:30", dep=f"{hour}:31"),
        call("CEE", arr=f"{hour + 1}:00"),
        toc=toc,
        **others,
    )


PLACES = [place("AYT", 5), place("BEE", 3), place("CEE", 5), place("DEE", 5), place("EEL", 5),
          place("FOX", 5)]  # fmt: skip
HOURLY = [hourly(hour) for hour in range(7, 13)]
ONWARDS = [
    train(f"D100{hour:02}", call("CEE", dep=f"{hour}:10"), call("DEE", arr=f"{hour}:30"), toc="ZY")
    for hour in range(8, 14)
]
ROUND = train("B10008", call("AYT", dep="8:05"), call("FOX", arr="8:20", dep="8:21"),
              call("DEE", arr="9:50"), toc="ZY")  # fmt: skip
NIGHT = train("N10001", call("AYT", dep="23:30"), call("CEE", arr="24:30"), toc="ZY")
RAILWAY = Railway(schedules=[*HOURLY, *ONWARDS, ROUND, NIGHT], stations=PLACES)

FLOWS = [
    flow("0001", "0003", fares={"SDS": 1000, "CDS": (600, "1A")}),
    flow("0001", "0002", fares={"SDS": 300}),
    flow("0002", "0003", fares={"SDS": 400}),
    flow("0001", "0004", fares={"SDS": 1500}),
    flow("0003", "0004", fares={"SDS": 300}),
]
RULES: dict[str, Any] = {
    "TTY": [ticket("SDS"), ticket("CDS", "OFF-PEAK S")],
    "RST": [rd("C"), rd("F", ("01012027", OPEN)), rh("1A"), tr("1A", 1, "0430", "0929")],
    "RLC": [railcard("", "NO RAILCARD", people=(999, 1, 998, 0, 998, 0)),
            railcard(CARD, "INVENTED CARD", adult="002")],
    "DIS": [status("000"), discount("000", "01", 0), status("001"), discount("001", "01", 500),
            status("002"), discount("002", "01", 300)],
}  # fmt: skip


def running() -> Iterator[Run]:
    """Yield a month in which every fourth day is one on which all trains are 20 minutes late."""
    for number, day in enumerate(days_from(FIRST_DAY, 32)):
        for hour in range(7, 13):
            late = 20 if number % 4 == 0 else 0
            yield ayton_to_ceeham(late, day, dep=f"{hour:02}:00", toc="LE", via=True)


@pytest.fixture(scope="module")
def workers() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as workers:
        yield workers


@pytest.fixture
async def bare() -> MemoryStorage:
    """A timetable alone."""
    storage = MemoryStorage()
    await put_railway(storage, RAILWAY)
    return storage


@pytest.fixture
async def storage(bare: MemoryStorage, tmp_path: Path) -> MemoryStorage:
    """A timetable, fares and running."""
    await put_fares(bare, tmp_path, FLOWS, **RULES)
    await take(bare, running(), today=MONDAY)
    return bare


@pytest.fixture
def timetabled(bare: MemoryStorage, workers: ThreadPoolExecutor) -> Desk:
    return Desk(bare, workers)


@pytest.fixture
def desk(storage: MemoryStorage, workers: ThreadPoolExecutor) -> Desk:
    return Desk(storage, workers)


async def desk_over(railway: Railway, workers: ThreadPoolExecutor, **others: Any) -> Desk:
    storage = MemoryStorage()
    await put_railway(storage, railway, **others)
    return Desk(storage, workers)


def reason(plan: Plan) -> str | None:
    assert (plan.none_found is None) == bool(plan.journeys)
    return None if plan.none_found is None else plan.none_found.code


def price(one: PlannedJourney) -> int | None:
    return None if one.price is None or one.price.through is None else one.price.through.total_p


# --- when ----------------------------------------------------------------------------------------


async def test_journeys_leave_in_the_window_by_departure(timetabled: Desk) -> None:
    plan = await timetabled.ask("AYT", "CEE", "8:00", window_min=121)
    assert shown(plan) == ["08:00-09:00", "09:00-10:00", "10:00-11:00"]
    assert (plan.origin.crs, plan.destination.crs) == ("AYT", "CEE")


async def test_a_window_ends_before_its_last_minute_is_over(timetabled: Desk) -> None:
    assert shown(await timetabled.ask("AYT", "CEE", "8:00", window_min=60)) == ["08:00-09:00"]
    assert shown(await timetabled.ask("AYT", "CEE", "8:01", window_min=59)) == ["09:00-10:00"]


async def test_a_window_of_one_minute_is_that_minute(timetabled: Desk) -> None:
    assert shown(await timetabled.ask("AYT", "CEE", "9:00", window_min=1)) == ["09:00-10:00"]


async def test_journeys_arrive_in_the_window_that_ends_then(timetabled: Desk) -> None:
    plan = await timetabled.ask("AYT", "CEE", "11:00", arrives=True, window_min=120)
    assert shown(plan) == ["09:00-10:00", "10:00-11:00"]
    plan = await timetabled.ask("AYT", "CEE", "10:59", arrives=True, window_min=60)
    assert shown(plan) == ["09:00-10:00"]


async def test_the_next_one_is_answered_if_none_leaves_in_the_window(timetabled: Desk) -> None:
    assert shown(await timetabled.ask("AYT", "CEE", "5:00")) == ["07:00-08:00"]
    assert shown(await timetabled.ask("AYT", "CEE", "13:00")) == ["23:30-24:30"]


async def test_the_last_one_before_is_answered_if_none_arrives_in_the_window(
    timetabled: Desk,
) -> None:
    plan = await timetabled.ask("AYT", "CEE", "20:00", arrives=True, window_min=60)
    assert shown(plan) == ["12:00-13:00"]


async def test_late_in_the_evening_the_next_days_trains_count(timetabled: Desk) -> None:
    plan = await timetabled.ask("AYT", "CEE", "23:45")
    assert shown(plan) == ["31:00-32:00"]
    [one] = plan.journeys
    assert one.journey.day == MONDAY
    assert one.journey.trains[0].first.day == TUESDAY


async def test_in_the_small_hours_the_trains_of_the_day_before_count(workers: Any) -> None:
    late = train("N10002", call("AYT", dep="24:20"), call("CEE", arr="25:10"))
    desk = await desk_over(Railway(schedules=[late], stations=PLACES), workers)
    plan = await desk.ask("AYT", "CEE", "0:10", TUESDAY)
    assert shown(plan)[0] == "00:20-01:10"
    assert plan.journeys[0].journey.trains[0].first.day == MONDAY


async def test_an_arrival_in_the_small_hours_is_of_the_evening_before(timetabled: Desk) -> None:
    plan = await timetabled.ask("AYT", "CEE", "0:45", TUESDAY, arrives=True)
    [one] = plan.journeys
    assert (one.journey.day, times(one.journey)) == (MONDAY, "23:30-24:30")


async def test_the_first_day_has_no_evening_before(timetabled: Desk) -> None:
    plan = await timetabled.ask("AYT", "CEE", "0:45", FIRST_DAY, arrives=True)
    assert reason(plan) == "no-journey"
    assert plan.earlier is None


async def test_trains_do_not_run_on_days_that_are_not_theirs(workers: Any) -> None:
    mondays = Railway(schedules=[hourly(8, days="1000000"), hourly(9)], stations=PLACES)
    desk = await desk_over(mondays, workers)
    assert shown(await desk.ask("AYT", "CEE", "8:00")) == ["08:00-09:00", "09:00-10:00"]
    assert shown(await desk.ask("AYT", "CEE", "8:00", TUESDAY)) == ["09:00-10:00"]


# --- where ---------------------------------------------------------------------------------------


async def test_a_change_is_made_where_trains_meet(timetabled: Desk) -> None:
    plan = await timetabled.ask("AYT", "DEE", "8:00", window_min=60)
    assert shown(plan) == ["08:00-09:30", "08:05-09:50"]
    first, round_about = (one.journey for one in plan.journeys)
    assert ridden(first) == ["A10008", "D10009"]
    assert [(one.at, one.slack_min) for one in first.connections] == [("CEE", 5)]
    assert ridden(round_about) == ["B10008"]


async def test_extra_minutes_make_a_change_impossible(timetabled: Desk) -> None:
    for extra_min, arrives in ((5, "09:30"), (6, "10:30")):
        plan = await timetabled.ask("AYT", "DEE", "8:00", window_min=1, max_changes=1,
                                    extra_interchange_min=extra_min, avoid=["FOX"])  # fmt: skip
        assert shown(plan) == [f"08:00-{arrives}"]


async def test_no_more_changes_are_made_than_allowed(timetabled: Desk) -> None:
    plan = await timetabled.ask("AYT", "DEE", "8:00", max_changes=0)
    assert [ridden(one.journey) for one in plan.journeys] == [["B10008"]]


async def test_journeys_go_via_a_place(timetabled: Desk) -> None:
    plan = await timetabled.ask("AYT", "DEE", "8:00", via=["BEE"], window_min=60)
    assert [ridden(one.journey) for one in plan.journeys] == [["A10008", "D10009"]]


async def test_journeys_avoid_a_place(timetabled: Desk) -> None:
    plan = await timetabled.ask("AYT", "DEE", "8:00", avoid=["CEE"], window_min=60)
    assert [ridden(one.journey) for one in plan.journeys] == [["B10008"]]


async def test_a_way_on_foot_is_a_journey_without_price_or_odds(
    storage: MemoryStorage, workers: ThreadPoolExecutor
) -> None:
    on_foot = Railway(
        schedules=RAILWAY.schedules, stations=PLACES, links=[walk("AYT", "CEE", 50, mode="WALK")]
    )
    await put_railway(storage, on_foot)
    plan = await Desk(storage, workers).ask("AYT", "CEE", "8:00", window_min=1)
    walked, ride = plan.journeys
    assert (ridden(walked.journey), times(walked.journey)) == (["WALK"], "08:00-08:50")
    assert (walked.odds, price(walked), walked.delay_repay) == (None, None, None)
    assert (ridden(ride.journey), price(ride)) == (["A10008"], 1000)
    assert plan.names == {"AYT": "Ayt", "CEE": "Cee", "BEE": "Bee"}


async def test_every_place_that_is_mentioned_is_named(workers: Any) -> None:
    goes_on = train("C10001", call("BEE", dep="8:35"), call("DEE", arr="9:00"))
    divides = Railway(schedules=[hourly(8), goes_on], stations=PLACES,
                      associations=[linked("VV", "A10008", "C10001", "BEE")])  # fmt: skip
    desk = await desk_over(divides, workers)
    plan = await desk.ask("AYT", "DEE", "8:00")
    [one] = plan.journeys
    assert one.journey.changes == 0
    assert len(one.journey.trains[0].portions) == 2
    assert plan.names == {"AYT": "Ayt", "BEE": "Bee", "DEE": "Dee"}


# --- why none ------------------------------------------------------------------------------------


async def test_without_a_journey_the_answer_is_empty_and_says_why(timetabled: Desk) -> None:
    plan = await timetabled.ask("DEE", "AYT", "8:00")
    assert (plan.journeys, reason(plan)) == ((), "no-journey")
    assert (await timetabled.ask("AYT", "DEE", "14:00")).none_found is None


@pytest.mark.parametrize("ends", [("AYT", "EEL"), ("EEL", "AYT")])
async def test_a_station_without_trains_is_said_to_be_one(
    timetabled: Desk, ends: tuple[str, str]
) -> None:
    assert reason(await timetabled.ask(*ends, "8:00")) == "no-trains"


async def test_a_station_that_only_the_fares_know_has_no_trains(
    workers: ThreadPoolExecutor, tmp_path: Path
) -> None:
    storage = MemoryStorage()
    await put_railway(storage, Railway(schedules=[hourly(8)], stations=PLACES[:3]))
    await put_fares(storage, tmp_path, FLOWS, **RULES)
    desk = Desk(storage, workers)
    for arrives in (True, False):
        assert reason(await desk.ask("AYT", "DEE", "8:00", arrives=arrives)) == "no-trains"
    assert reason(await desk.ask("AYT", "CEE", "8:00", via=["DEE"])) == "no-journey"
    assert shown(await desk.ask("AYT", "CEE", "8:00", avoid=["DEE"])) == ["08:00-09:00"]


@pytest.mark.parametrize(("arrives", "parameter"), [(False, "depart_after"), (True, "arrive_by")])
@pytest.mark.parametrize("day", [FIRST_DAY - timedelta(days=1), LAST_DAY + timedelta(days=1)])
async def test_a_day_without_a_timetable_is_refused(
    timetabled: Desk, day: date, arrives: bool, parameter: str
) -> None:
    with pytest.raises(InvalidParameter, match="covers 2026-01-05 to 2026-12-13") as caught:
        await timetabled.ask("AYT", "CEE", "8:00", day, arrives=arrives)
    assert caught.value.parameter == parameter


@pytest.mark.parametrize(
    ("origin", "destination", "others", "parameter"),
    [("ZZZ", "CEE", {}, "origin"), ("AYT", "ZZZ", {}, "destination"),
     ("AYT", "CEE", {"via": ["BEE", "ZZZ"]}, "via"), ("AYT", "CEE", {"avoid": ["ZZZ"]}, "avoid")],
)  # fmt: skip
async def test_a_station_that_nothing_mentions_is_not_found(
    timetabled: Desk, origin: str, destination: str, others: dict[str, Any], parameter: str
) -> None:
    with pytest.raises(UnknownStation) as caught:
        await timetabled.ask(origin, destination, "8:00", **others)
    assert (caught.value.crs, caught.value.parameter) == ("ZZZ", parameter)


@pytest.mark.parametrize(
    ("others", "parameter"),
    [
        ({"destination": "AYT"}, "destination"),
        ({"via": ["BEE", "DEE", "BEE"]}, "via"),
        ({"via": ["AYT"]}, "via"),
        ({"via": ["CEE"]}, "via"),
        ({"avoid": ["AYT"]}, "avoid"),
        ({"avoid": ["CEE"]}, "avoid"),
        ({"via": ["BEE"], "avoid": ["BEE"]}, "avoid"),
        ({"certainty": 0.9}, "arrive_with_certainty"),
    ],
)
def test_what_cannot_be_meant_is_refused(others: dict[str, Any], parameter: str) -> None:
    asked = {"origin": "AYT", "destination": "CEE", "at": "8:00"} | others
    with pytest.raises(InvalidParameter) as caught:
        query(**asked)
    assert caught.value.parameter == parameter


async def test_without_a_timetable_there_is_nothing_to_plan(
    workers: ThreadPoolExecutor, tmp_path: Path
) -> None:
    storage = MemoryStorage()
    await put_fares(storage, tmp_path, FLOWS, **RULES)
    with pytest.raises(NothingLoaded) as caught:
        await Desk(storage, workers).ask("AYT", "CEE", "8:00")
    assert caught.value.feed is FeedKind.TIMETABLE


# --- what is not known ---------------------------------------------------------------------------


async def test_without_fares_and_running_journeys_are_found_and_the_lack_is_told(
    timetabled: Desk,
) -> None:
    plan = await timetabled.ask("AYT", "DEE", "8:00")
    assert plan.degraded_reasons == (NO_FARES, NO_RUNNING)
    assert plan.provenance.fares is None
    assert plan.journeys
    for one in plan.journeys:
        assert (one.price, one.odds, one.delay_repay, one.scheme) == (None, None, None, None)
        assert not {Label.CHEAPEST, Label.MOST_RELIABLE} & set(one.labels)
        assert one.reason


async def test_without_running_there_are_prices(
    bare: MemoryStorage, workers: ThreadPoolExecutor, tmp_path: Path
) -> None:
    await put_fares(bare, tmp_path, FLOWS, **RULES)
    plan = await Desk(bare, workers).ask("AYT", "CEE", "8:00", window_min=121)
    assert plan.degraded_reasons == (NO_RUNNING,)
    assert [price(one) for one in plan.journeys] == [1000, 1000, 600]
    assert all(one.odds is None and one.delay_repay is None for one in plan.journeys)


async def test_without_a_ticket_between_the_two_the_lack_is_told(
    bare: MemoryStorage, workers: ThreadPoolExecutor, tmp_path: Path
) -> None:
    await put_fares(bare, tmp_path, FLOWS, **RULES)
    plan = await Desk(bare, workers).ask("BEE", "DEE", "8:00", window_min=900)
    assert plan.journeys
    assert all(one.price is not None and one.price.through is None for one in plan.journeys)
    assert plan.degraded_reasons == (NO_FARE, NO_RUNNING)


async def test_without_fares_there_are_odds(
    bare: MemoryStorage, workers: ThreadPoolExecutor
) -> None:
    await take(bare, running(), today=MONDAY)
    plan = await Desk(bare, workers).ask("AYT", "DEE", "8:00")
    assert plan.degraded_reasons == (NO_FARES,)
    assert all(one.odds is not None and one.price is None for one in plan.journeys)
    assert all(one.delay_repay is None for one in plan.journeys)


async def test_an_answer_says_what_it_rests_on(desk: Desk, storage: MemoryStorage) -> None:
    plan = await desk.ask("AYT", "CEE", "8:00")
    assert plan.degraded_reasons == ()
    async with storage.reading() as unit:
        assert plan.provenance.timetable == await unit.feeds.get(FeedKind.TIMETABLE)
        assert plan.provenance.fares == await unit.feeds.get(FeedKind.FARES)
        assert plan.provenance.performance == await unit.feeds.get(FeedKind.PERFORMANCE)


async def test_while_a_new_timetable_is_prepared_the_answer_is_of_the_old_one(
    storage: MemoryStorage, desk: Desk
) -> None:
    assert shown(await desk.ask("AYT", "CEE", "8:00", window_min=1)) == ["08:00-09:00"]
    late = Railway(schedules=[hourly(15)], stations=PLACES)
    new = await put_railway(storage, late, version="RJTTF902")
    plan = await desk.ask("AYT", "CEE", "8:00", window_min=1)
    assert plan.provenance.timetable is not None
    assert (shown(plan), plan.provenance.timetable.version) == (["08:00-09:00"], "RJTTF901")
    while plan.provenance.timetable != new:
        plan = await desk.ask("AYT", "CEE", "8:00", window_min=1)
        assert plan.provenance.timetable is not None
    assert shown(plan) == ["15:00-16:00"]


class Counted:
    """A storage that counts how often somebody plans or reads."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.readings = 0

    def reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        self.readings += 1
        return self._storage.reading()

    def writing(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._storage.writing()


async def test_an_answer_is_of_one_state_of_the_data(
    storage: MemoryStorage, workers: ThreadPoolExecutor
) -> None:
    counted = Counted(storage)
    desk = Desk(counted, workers)
    await desk.ask("AYT", "DEE", "8:00")
    counted.readings = 0
    await desk.ask("AYT", "DEE", "8:00", arrives=True, certainty=0.9)
    assert counted.readings == 1


class LosingPart:
    """A part of what is stored that is lost at the *last* call of a method *named*."""

    def __init__(self, part: Any, named: str, last: int) -> None:
        self._part = part
        self._named = named
        self._left = last

    def __getattr__(self, name: str) -> Any:
        if name == self._named:
            self._left -= 1
            if not self._left:
                raise StorageUnavailable("the database is gone")
        return getattr(self._part, name)


class LosingUnit:
    """A unit of work with such a part."""

    def __init__(self, unit: UnitOfWork, part: str, named: str, last: int) -> None:
        self._unit = unit
        setattr(self, part, LosingPart(getattr(unit, part), named, last))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._unit, name)


class Losing:
    """Storage that is lost while journeys are planned."""

    def __init__(self, storage: Storage, part: str, named: str, last: int) -> None:
        self._storage = storage
        self._lost = part, named, last

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[UnitOfWork]:
        async with self._storage.reading() as unit:
            yield cast("UnitOfWork", LosingUnit(unit, *self._lost))

    def writing(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._storage.writing()


@pytest.mark.parametrize(
    ("part", "named", "last"),
    [("fares", "between", 1), ("fares", "between", 2), ("forecasts", "nodes", 2)],
)
async def test_a_database_that_is_lost_meanwhile_is_told_as_such(
    storage: MemoryStorage, workers: ThreadPoolExecutor, part: str, named: str, last: int
) -> None:
    with pytest.raises(StorageUnavailable):
        await Desk(Losing(storage, part, named, last), workers).ask("AYT", "DEE", "8:00")


# --- prices --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "prices"),
    [
        ({}, [1000, 1000, 600, 600]),
        ({"party": Party(2, 1)}, [2500, 2500, 1500, 1500]),
        ({"railcard": CARD}, [700, 700, 420, 420]),
        ({"ticket_class": TicketClass.FIRST}, [None] * 4),
        ({"ticket_class": None}, [1000, 1000, 600, 600]),
    ],
)
async def test_prices_are_those_of_the_party_at_the_time(
    desk: Desk, asked: dict[str, Any], prices: list[int | None]
) -> None:
    plan = await desk.ask("AYT", "CEE", "8:00", window_min=181, **asked)
    assert [price(one) for one in plan.journeys] == prices


async def test_direct_trains_cost_what_a_comparison_of_their_fares_says(
    desk: Desk, storage: MemoryStorage
) -> None:
    compare = CompareFares(
        storage, NoHolidays(), StationDirectory(), FixedClock(MONDAY), Rounding.DOWN
    )
    for asked in ({}, {"railcard": CARD}, {"party": Party(2, 3)}, {"party": Party(0, 1)}):
        plan = await desk.ask("AYT", "CEE", "7:00", window_min=600, limit=20, **asked)
        assert len(plan.journeys) == 6
        for one in plan.journeys:
            [uid] = ridden(one.journey)
            out = TripQuery(
                origin=Crs("AYT"), destination=Crs("CEE"), day=MONDAY, train=TrainUid(uid)
            )
            fares: dict[str, Any] = {"party": Party(1, 0), "splits": True} | asked
            found = (await compare(FareQuery(out=out, **fares))).found
            assert one.price is not None
            assert one.price.through == found.comparison.cheapest
            assert one.price.split == found.split


async def test_a_chain_of_tickets_is_shown_where_it_costs_less(desk: Desk) -> None:
    plan = await desk.ask("AYT", "CEE", "9:00", window_min=61)
    peak, off_peak = (one.price for one in plan.journeys)
    assert peak is not None
    assert peak.split is not None
    assert (peak.split.total_p, peak.split.saving_p) == (700, 300)
    assert [(one.origin, one.destination) for one in peak.split.tickets] == [
        ("AYT", "BEE"), ("BEE", "CEE"),
    ]  # fmt: skip
    assert off_peak is not None
    assert off_peak.split is None
    assert plan.names[Crs("BEE")] == "Bee"


async def test_a_railcard_that_the_fares_do_not_know_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidParameter, match="no QQQ") as caught:
        await desk.ask("AYT", "CEE", "8:00", railcard=RailcardCode("QQQ"))
    assert caught.value.parameter == "railcard"


async def test_a_cheaper_journey_is_worth_a_later_departure(desk: Desk) -> None:
    plan = await desk.ask("AYT", "CEE", "9:00", window_min=61)
    by_label = {label: times(one.journey) for one in plan.journeys for label in one.labels}
    assert by_label[Label.CHEAPEST] == by_label[Label.BEST] == "10:00-11:00"
    assert plan.journeys[1].reason.startswith("The cheapest: £4 cheaper than the 09:00")


# --- odds ----------------------------------------------------------------------------------------


async def test_odds_are_of_every_train_and_of_every_connection(desk: Desk) -> None:
    plan = await desk.ask("AYT", "DEE", "8:00", window_min=1)
    one = next(one for one in plan.journeys if one.journey.changes == 1)
    assert one.odds is not None
    assert len(one.odds.arrivals) == 2
    # 5 minutes to spare: on every fourth day the first train is 20 minutes late.
    [chance] = one.odds.plan.catch_probabilities
    assert chance == pytest.approx(0.75, abs=0.1)
    [fallback] = one.odds.fallbacks
    assert fallback is not None
    assert (ridden(fallback), times(fallback)) == (["D10010"], "10:10-10:30")
    assert one.odds.plan.late_probability(60) == pytest.approx(1 - chance, abs=0.1)


async def test_delay_repay_is_expected_of_listed_operators_alone(desk: Desk) -> None:
    plan = await desk.ask("AYT", "CEE", "8:00", window_min=1)
    [one] = plan.journeys
    assert one.scheme is Scheme.DR15
    assert one.odds is not None
    assert one.delay_repay == expected(
        Scheme.DR15,
        price_p=1000,
        is_return=False,
        late_probability=one.odds.plan.late_probability,
    )
    # A quarter of the price, on every fourth day.
    assert one.delay_repay.probability == pytest.approx(0.25, abs=0.1)
    assert one.delay_repay.expected_p == pytest.approx(250 / 4, abs=25)


async def test_the_operator_of_the_last_train_pays_and_an_unlisted_one_is_not_guessed_at(
    desk: Desk,
) -> None:
    plan = await desk.ask("AYT", "DEE", "8:00")
    assert plan.journeys
    for one in plan.journeys:
        assert one.journey.trains[-1].toc == "ZY"
        assert (one.scheme, one.delay_repay) == (None, None)
        assert one.odds is not None


# --- deadlines -----------------------------------------------------------------------------------


async def test_only_journeys_as_sure_as_asked_are_shown(desk: Desk) -> None:
    sure = await desk.ask("AYT", "CEE", "9:10", arrives=True, certainty=0.95)
    assert shown(sure) == ["07:00-08:00"]
    likely = await desk.ask("AYT", "CEE", "9:10", arrives=True, certainty=0.5)
    assert shown(likely) == ["07:00-08:00", "08:00-09:00"]
    anyhow = await desk.ask("AYT", "CEE", "9:20", arrives=True, certainty=0.95)
    assert shown(anyhow) == ["07:00-08:00", "08:00-09:00"]


async def test_the_last_departures_are_told_for_every_certainty(desk: Desk) -> None:
    plan = await desk.ask("AYT", "CEE", "11:10", arrives=True, certainty=0.5)
    assert [
        (one.certainty, None if one.journey is None else times(one.journey))
        for one in plan.deadlines
    ] == [(0.5, "10:00-11:00"), (0.8, "09:00-10:00"), (0.9, "09:00-10:00"),
          (0.95, "09:00-10:00")]  # fmt: skip
    for one in plan.deadlines:
        assert one.probability is not None
        assert one.probability >= one.certainty
        assert one.price is not None
        assert one.price.through is not None
    assert [one.price and one.price.through and one.price.through.total_p
            for one in plan.deadlines] == [600, 1000, 1000, 1000]  # fmt: skip


async def test_a_certainty_that_no_journey_has_leaves_none_and_says_so(desk: Desk) -> None:
    plan = await desk.ask("AYT", "CEE", "8:00", arrives=True, certainty=0.95)
    assert (plan.journeys, reason(plan)) == ((), "not-certain-enough")
    assert [one.journey for one in plan.deadlines] == [None, None, None]
    assert [one.probability for one in plan.deadlines] == [None, None, None]


async def test_a_certainty_without_running_cannot_be_had(timetabled: Desk) -> None:
    plan = await timetabled.ask("AYT", "CEE", "9:10", arrives=True, certainty=0.95)
    assert NO_RUNNING in plan.degraded_reasons
    assert plan.deadlines == ()


async def test_without_a_deadline_no_departures_are_told(desk: Desk) -> None:
    assert (await desk.ask("AYT", "CEE", "9:10", arrives=True)).deadlines == ()


# --- at once -------------------------------------------------------------------------------------


async def test_whoever_asks_gets_the_same_answer(desk: Desk) -> None:
    first = await desk.ask("AYT", "DEE", "8:00")
    again = await desk.ask("AYT", "DEE", "8:00")
    assert shown(first) == shown(again)
    assert [one.reason for one in first.journeys] == [one.reason for one in again.journeys]
    assert [one.labels for one in first.journeys] == [one.labels for one in again.journeys]


async def test_clocks_that_change_in_the_night_change_no_clock_time(workers: Any) -> None:
    spring = date(2026, 3, 28)
    desk = await desk_over(RAILWAY, workers)
    plan = await desk.ask("AYT", "CEE", "23:00", spring)
    assert shown(plan) == ["23:30-24:30"]
    plan = await desk.ask("AYT", "CEE", "7:00", spring + timedelta(days=1), window_min=1)
    assert shown(plan) == ["07:00-08:00"]
    assert plan.journeys[0].journey.trains[0].departs_min == minutes("7:00")
