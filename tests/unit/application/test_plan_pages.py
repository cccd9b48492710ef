"""Earlier and later journeys: page after page, until all have been shown."""

from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest

from railfair.adapters.memory.storage import MemoryStorage
from railfair.application.plan_journeys import NONE_THERE, Plan
from railfair.application.plan_query import PlanQuery
from railfair.domain.journey import Journey
from support.fares_feed import flow
from support.fares_rst_lines import rd, rh, tr
from support.fares_rule_lines import OPEN, ticket
from support.planning import MONDAY, Desk, put_fares, put_railway, query, shown
from support.railways import Railway, place
from support.random_railways import DAY, PLACES, thrown
from support.timetables import FIRST_DAY, LAST_DAY, call, minutes, train

type Way = Literal["earlier", "later"]

MOST_PAGES = 400
HOURS = range(6, 21)
DIRECT = [
    train(
        f"{letter}{hour:05}",
        call("AYT", dep=f"{hour}:{leaves}"),
        call("CEE", arr=f"{hour}:{arrives}"),
    )
    for hour in HOURS
    for letter, leaves, arrives in (("A", "00", "40"), ("B", "30", "50"))
]
CHANGING = [
    train(
        f"{letter}{hour:05}",
        call(origin, dep=f"{hour}:{leaves}"),
        call(destination, arr=f"{hour}:{arrives}"),
    )
    for hour in HOURS
    for letter, origin, leaves, destination, arrives in (
        ("C", "AYT", "15", "BEE", "25"),
        ("D", "BEE", "35", "CEE", "45"),
    )
]
STATIONS = [place(crs, 5) for crs in ("AYT", "BEE", "CEE", "DEE")]
RAILWAY = Railway(schedules=[*DIRECT, *CHANGING], stations=STATIONS)


@pytest.fixture(scope="module")
def workers() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as workers:
        yield workers


async def desk_over(railway: Railway, workers: ThreadPoolExecutor, **others: Any) -> Desk:
    storage = MemoryStorage()
    await put_railway(storage, railway, **others)
    return Desk(storage, workers)


@pytest.fixture
async def desk(workers: ThreadPoolExecutor) -> Desk:
    return await desk_over(RAILWAY, workers)


async def pages(desk: Desk, first: PlanQuery, way: Way) -> AsyncIterator[Plan]:
    """Yield the pages from *first* on, one day at most."""
    asked: PlanQuery | None = first
    for _ in range(MOST_PAGES):
        if asked is None or abs((asked.day - first.day).days) > 1:
            return
        plan = await desk.plan(asked)
        yield plan
        following = plan.earlier if way == "earlier" else plan.later
        assert following != asked, "a page that leads to itself"
        asked = following
    raise AssertionError("pages without end")


async def seen(desk: Desk, first: PlanQuery, way: Way) -> dict[object, Journey]:
    """Return all journeys of the pages that begin or end on the day asked for, by what they are."""
    return {
        _identity(one.journey): one.journey
        async for plan in pages(desk, first, way)
        for one in plan.journeys
    }


def _identity(journey: Journey) -> object:
    """Return what tells it from others, on whichever day's network it was found."""
    legs = [(leg.origin, leg.destination, leg.departs_min % 1440) for leg in journey.legs]
    starts = journey.day.toordinal() * 1440 + journey.departs_min
    return starts, *legs


# --- one page after the other --------------------------------------------------------------------


async def test_later_journeys_begin_where_the_window_ends(desk: Desk) -> None:
    first = await desk.ask("AYT", "CEE", "8:00", window_min=60)
    assert shown(first) == ["08:00-08:40", "08:15-08:45", "08:30-08:50"]
    assert first.later is not None
    second = await desk.plan(first.later)
    assert shown(second) == ["09:00-09:40", "09:15-09:45", "09:30-09:50"]


async def test_earlier_journeys_end_where_the_window_begins(desk: Desk) -> None:
    first = await desk.ask("AYT", "CEE", "8:00", window_min=60)
    assert first.earlier is not None
    before = await desk.plan(first.earlier)
    assert shown(before) == ["07:00-07:40", "07:15-07:45", "07:30-07:50"]
    assert before.later is not None
    assert shown(await desk.plan(before.later)) == shown(first)


async def test_a_question_for_more_is_the_same_question_at_another_time(desk: Desk) -> None:
    asked = query("AYT", "CEE", "8:00", window_min=60, avoid=["DEE"], limit=3, max_changes=1,
                  extra_interchange_min=3)  # fmt: skip
    plan = await desk.plan(asked)
    assert plan.later == replace(asked, time_min=minutes("9:00"), latest_first=False)
    assert plan.earlier == replace(asked, time_min=minutes("7:00"), latest_first=True)


async def test_an_arrival_leads_to_arrivals(desk: Desk) -> None:
    plan = await desk.ask("AYT", "CEE", "8:50", arrives=True, window_min=60)
    assert shown(plan) == ["08:00-08:40", "08:15-08:45", "08:30-08:50"]
    assert plan.earlier is not None
    assert plan.later is not None
    assert shown(await desk.plan(plan.earlier)) == ["07:00-07:40", "07:15-07:45", "07:30-07:50"]
    assert shown(await desk.plan(plan.later)) == ["09:00-09:40", "09:15-09:45", "09:30-09:50"]


async def test_what_there_was_no_room_for_comes_first_on_the_next_page(desk: Desk) -> None:
    first = await desk.ask("AYT", "CEE", "8:00", window_min=240, limit=4)
    assert shown(first)[-1] < "12:00"
    assert first.later is not None
    assert first.later.time_min < minutes("12:00")
    second = await desk.plan(first.later)
    left_out = {one for one in shown(await desk.ask("AYT", "CEE", "8:00", window_min=240, limit=30))
                if one not in shown(first)}  # fmt: skip
    assert shown(second)[0] == min(left_out)


async def test_after_an_empty_window_the_next_page_goes_on_from_what_was_shown(
    desk: Desk,
) -> None:
    first = await desk.ask("AYT", "CEE", "1:00", window_min=30)
    assert shown(first) == ["06:00-06:40"]
    assert first.later is not None
    assert first.later.time_min > minutes("1:30")
    assert shown(await desk.plan(first.later))[-1] == "06:15-06:45"


async def test_a_journey_long_after_the_window_does_not_hide_those_between(workers: Any) -> None:
    direct = train("A20000", call("AYT", dep="19:55"), call("CEE", arr="20:40"))
    desk = await desk_over(Railway(schedules=[*CHANGING, direct], stations=STATIONS), workers)
    first = await desk.ask("AYT", "CEE", "8:00", window_min=60)
    assert shown(first) == ["08:15-08:45", "19:55-20:40"]
    assert first.later is not None
    assert shown(await desk.plan(first.later)) == ["09:15-09:45", "19:55-20:40"]


async def test_in_place_of_an_empty_window_of_arrivals_the_next_page_goes_back_from_what_was_shown(
    desk: Desk,
) -> None:
    first = await desk.ask("AYT", "CEE", "23:50", arrives=True, window_min=60)
    assert shown(first) == ["20:30-20:50"]
    assert first.earlier is not None
    assert first.earlier.time_min == minutes("20:50")
    assert shown(await desk.plan(first.earlier)) == ["20:00-20:40", "20:15-20:45", "20:30-20:50"]


@pytest.mark.parametrize(
    ("way", "at", "arrives"), [("earlier", "6:00", False), ("later", "20:50", True)]
)
async def test_a_page_before_the_first_or_after_the_last_does_not_repeat_them(
    desk: Desk, way: Way, at: str, arrives: bool
) -> None:
    first = await desk.ask("AYT", "CEE", at, arrives=arrives, window_min=60)
    following = first.earlier if way == "earlier" else first.later
    assert following is not None
    page = await desk.plan(following)
    assert (page.journeys, page.none_found) == ((), NONE_THERE)
    assert (page.earlier if way == "earlier" else page.later) is not None


async def test_later_arrivals_begin_where_those_before_ended(desk: Desk) -> None:
    first = await desk.ask("AYT", "CEE", "8:50", arrives=True, window_min=120, limit=2)
    assert first.later is not None
    page = await desk.plan(first.later)
    assert shown(page)[0] == "09:00-09:40"
    assert page.later is not None
    assert page.later.time_min < first.later.time_min + 120


async def test_days_follow_each_other(desk: Desk) -> None:
    late = await desk.ask("AYT", "CEE", "20:00", window_min=240)
    assert late.later is not None
    assert late.later.day == date(2026, 2, 10)
    early = await desk.ask("AYT", "CEE", "0:30", window_min=60)
    assert early.earlier is not None
    assert (early.earlier.day, early.earlier.time_min) == (date(2026, 2, 8), minutes("23:30"))


async def test_there_is_nothing_before_the_first_day_and_after_the_last(desk: Desk) -> None:
    first = await desk.ask("AYT", "CEE", "0:30", FIRST_DAY)
    assert first.earlier is None
    assert first.later is not None
    last = await desk.ask("AYT", "CEE", "22:30", LAST_DAY)
    assert last.later is None
    assert last.earlier is not None


async def test_a_page_without_journeys_leads_on(desk: Desk) -> None:
    plan = await desk.ask("DEE", "AYT", "8:00", window_min=60)
    assert plan.journeys == ()
    assert (plan.earlier, plan.later) == (
        query("DEE", "AYT", "7:00", window_min=60, latest_first=True),
        query("DEE", "AYT", "9:00", window_min=60, latest_first=False),
    )


# --- all of them ---------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 4])
@pytest.mark.parametrize("window_min", [30, 720])
@pytest.mark.parametrize("way", ["earlier", "later"])
async def test_going_on_shows_every_journey_of_the_day(
    desk: Desk, way: Way, window_min: int, limit: int
) -> None:
    at = "5:00" if way == "later" else "21:00"
    asked = query("AYT", "CEE", at, window_min=window_min, limit=limit)
    found = await seen(desk, asked, way)
    planner, _ = await desk.networks.planner(MONDAY, _feed(await desk.plan(asked)))
    expected = planner.leaving(asked.terms, minutes("6:00"), minutes("20:59"))
    assert len(expected) == 45
    assert {_identity(one) for one in expected} <= found.keys()


@pytest.mark.parametrize("limit", [1, 8])
@pytest.mark.parametrize(("way", "at"), [("earlier", "21:00"), ("later", "5:00")])
async def test_going_on_from_an_arrival_shows_every_journey_of_the_day(
    desk: Desk, way: Way, at: str, limit: int
) -> None:
    asked = query("AYT", "CEE", at, arrives=True, limit=limit)
    found = await seen(desk, asked, way)
    planner, _ = await desk.networks.planner(MONDAY, _feed(await desk.plan(asked)))
    expected = planner.leaving(asked.terms, minutes("6:00"), minutes("20:59"))
    assert {_identity(one) for one in expected} <= found.keys()


def _feed(plan: Plan) -> Any:
    assert plan.provenance.timetable is not None
    return plan.provenance.timetable


async def test_journeys_that_leave_together_are_all_shown_however_few_there_is_room_for(
    workers: ThreadPoolExecutor, tmp_path: Path
) -> None:
    # The later one arrives, the less it costs; and one more train that is the quickest of all.
    together = [
        train(f"A1000{number}", call("AYT", dep=leaves), call("CEE", arr=arrives))
        for number, (leaves, arrives) in enumerate(
            (("8:00", "8:50"), ("8:00", "9:05"), ("8:00", "9:20"), ("8:40", "9:25"))
        )
    ]
    storage = MemoryStorage()
    await put_railway(storage, Railway(schedules=together, stations=STATIONS))
    flows = [flow("0001", "0003", fares={"SDS": 1000, "CDS": (800, "1A"), "DDS": (600, "1B")})]
    await put_fares(
        storage, tmp_path, flows,
        TTY=[ticket("SDS"), ticket("CDS"), ticket("DDS")],
        RST=[rd("C"), rd("F", ("01012027", OPEN)), rh("1A"), rh("1B"),
             tr("1A", 1, "0430", "0859", "CEE", at="A"), tr("1B", 1, "0430", "0910", "CEE", at="A"),
             tr("1B", 2, "0921", "0959", "CEE", at="A")],
    )  # fmt: skip
    desk = Desk(storage, workers)
    everything = await desk.ask("AYT", "CEE", "8:00", window_min=60, limit=30)
    assert shown(everything) == ["08:00-08:50", "08:00-09:05", "08:00-09:20", "08:40-09:25"]
    asked = query("AYT", "CEE", "8:00", window_min=60, limit=1)
    ways: list[tuple[PlanQuery, Way]] = [
        (asked, "later"), (replace(asked, latest_first=True), "earlier"),
    ]  # fmt: skip
    for one, way in ways:
        found = await seen(desk, one, way)
        assert {_identity(one.journey) for one in everything.journeys} <= found.keys()


@pytest.mark.parametrize("seed", range(10))
async def test_going_on_loses_no_journey_of_a_random_railway(
    workers: ThreadPoolExecutor, seed: int
) -> None:
    railway, questions = thrown(seed, questions=2)
    known = {station.crs: station for station in railway.stations}
    stations = [known.get(place(crs, 5).crs, place(crs, 5)) for crs in PLACES]
    desk = await desk_over(replace(railway, stations=stations), workers)
    for question in questions:
        terms = question.terms
        asked = query(
            terms.origin, terms.destination, "0:00", DAY, via=terms.via, avoid=terms.avoid,
            extra_interchange_min=terms.extra_min, max_changes=terms.most_changes,
            window_min=240, limit=1 + seed % 4,
        )  # fmt: skip
        planner, _ = await desk.networks.planner(DAY, _feed(await desk.plan(asked)))
        expected = {_identity(one) for one in planner.leaving(terms, 0, 1439) if one.trains}
        found = await seen(desk, asked, "later")
        assert expected <= found.keys()
        last = replace(asked, time_min=1440 - 240, latest_first=True)
        found = await seen(desk, last, "earlier")
        assert expected <= found.keys()
