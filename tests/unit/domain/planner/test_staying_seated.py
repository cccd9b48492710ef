"""Trains that divide, join or go on as others: who may stay seated, and where that leads."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from railfair.domain.journey import Journey
from railfair.domain.planner.search import Planner
from railfair.domain.timetable import Association, Schedule
from support.railways import (
    Railway,
    between_operators,
    from_to,
    linked,
    place,
    told,
    walk,
)
from support.timetables import call, minutes, train

DAY = date(2026, 3, 4)
"""A Wednesday."""
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)

BASE = train(
    "A10001",
    call("AYT", dep="10:00"),
    call("BEE", arr="10:20", dep="10:23"),
    call("CEE", arr="10:40"),
)
REAR = train("A10002", call("BEE", dep="10:22"), call("DEE", arr="10:50"))
FEEDER = train("A10003", call("ELM", dep="9:50"), call("BEE", arr="10:19"))


def planned(*schedules: Schedule, stays: Sequence[Association]) -> Planner:
    """Return a planner of `DAY`; a change at Beeford takes too long to be made."""
    stations = [place("BEE", 30)]
    return Railway(schedules=schedules, stations=stations, associations=stays).planner(DAY)


def journeys(planner: Planner, origin: str, destination: str, day: date = DAY) -> list[Journey]:
    """Return what leaves on *day* without a change."""
    start = (day - DAY).days * 1440
    return planner.leaving(from_to(origin, destination, changes=0), start, start + 1439)


def ways(planner: Planner, origin: str, destination: str, day: date = DAY) -> list[list[str]]:
    """Return the same in words."""
    return [told(one) for one in journeys(planner, origin, destination, day)]


def test_one_stays_seated_in_the_part_that_a_train_divides_into() -> None:
    planner = planned(BASE, REAR, stays=[linked("VV", "A10001", "A10002", "BEE")])
    (found,) = journeys(planner, "AYT", "DEE")
    assert told(found) == ["A10001+A10002 AYT 10:00 DEE 10:50"]
    assert (found.changes, found.connections) == (0, ())
    (leg,) = found.trains
    assert (leg.first.schedule, leg.last.schedule) == (BASE, REAR)
    assert [(one.crs, one.arrival_min, one.departure_min) for one in leg.calls] == [
        ("AYT", None, minutes("10:00")),
        ("BEE", minutes("10:20"), minutes("10:22")),
        ("DEE", minutes("10:50"), None),
    ]
    assert ways(planner, "AYT", "CEE") == [["A10001 AYT 10:00 CEE 10:40"]]
    assert ways(planner, "AYT", "BEE") == [["A10001 AYT 10:00 BEE 10:20"]]
    assert ways(planner, "BEE", "DEE") == [["A10002 BEE 10:22 DEE 10:50"]]


def test_one_stays_seated_in_the_train_that_is_joined() -> None:
    planner = planned(BASE, FEEDER, stays=[linked("JJ", "A10001", "A10003", "BEE")])
    assert ways(planner, "ELM", "CEE") == [["A10003+A10001 ELM 9:50 CEE 10:40"]]
    assert ways(planner, "ELM", "BEE") == [["A10003 ELM 9:50 BEE 10:19"]]
    assert ways(planner, "AYT", "CEE") == [["A10001 AYT 10:00 CEE 10:40"]]


@pytest.mark.parametrize("passengers", [True, False])
def test_one_stays_seated_in_the_next_train_if_passengers_may(passengers: bool) -> None:
    ends = train("A10001", *BASE.calls[:2])
    stays = [linked("NP", "A10001", "A10002", "BEE", passengers=passengers)]
    planner = planned(ends, REAR, stays=stays)
    assert ways(planner, "AYT", "DEE") == [["A10001+A10002 AYT 10:00 DEE 10:50"]] * passengers


def test_without_an_association_a_change_is_made() -> None:
    assert ways(planned(BASE, REAR, stays=[]), "AYT", "DEE") == []


def test_an_association_for_operators_only_is_none_for_passengers() -> None:
    stays = [
        linked("VV", "A10001", "A10002", "BEE", passengers=False),
        linked("JJ", "A10001", "A10003", "BEE", passengers=False),
    ]
    planner = planned(BASE, REAR, FEEDER, stays=stays)
    assert ways(planner, "AYT", "DEE") == ways(planner, "ELM", "CEE") == []


def test_one_stays_seated_through_several_trains() -> None:
    on = train("A10004", call("DEE", dep="10:55"), call("FOX", arr="11:10"))
    stays = [
        linked("JJ", "A10001", "A10003", "BEE"),
        linked("VV", "A10001", "A10002", "BEE"),
        linked("NP", "A10002", "A10004", "DEE"),
    ]
    planner = planned(BASE, REAR, FEEDER, on, stays=stays)
    assert ways(planner, "AYT", "FOX") == [["A10001+A10002+A10004 AYT 10:00 FOX 11:10"]]
    assert ways(planner, "BEE", "FOX") == [["A10002+A10004 BEE 10:22 FOX 11:10"]]
    # What joins a train where it divides was not in the part that leaves it.
    assert ways(planner, "ELM", "DEE") == []


def test_an_association_cancelled_for_a_day_holds_on_the_others() -> None:
    stays = [
        linked("VV", "A10001", "A10002", "BEE"),
        linked("", "A10001", "A10002", "BEE", stp="C", runs=(DAY, DAY)),
    ]
    planner = planned(BASE, REAR, stays=stays)
    assert ways(planner, "AYT", "DEE") == []
    assert len(ways(planner, "AYT", "DEE", BEFORE)) == len(ways(planner, "AYT", "DEE", AFTER)) == 1


def test_an_overlay_of_an_association_replaces_it() -> None:
    stays = [
        linked("VV", "A10001", "A10002", "BEE", passengers=False),
        linked("VV", "A10001", "A10002", "BEE", stp="O", runs=(DAY, DAY)),
    ]
    planner = planned(BASE, REAR, stays=stays)
    assert len(ways(planner, "AYT", "DEE")) == 1
    assert ways(planner, "AYT", "DEE", AFTER) == []


def test_the_other_train_may_be_one_of_the_next_day() -> None:
    late = train("A10001", call("AYT", dep="23:30"), call("BEE", arr="24:05"))
    sleeper = train("A10002", call("BEE", dep="0:20"), call("DEE", arr="6:00"))
    stays = [linked("NP", "A10001", "A10002", "BEE", day_offset=1)]
    planner = planned(late, sleeper, stays=stays)
    assert ways(planner, "AYT", "DEE") == [["A10001+A10002 AYT 23:30 DEE 30:00"]]
    (found,) = journeys(planner, "AYT", "DEE")
    (leg,) = found.trains
    assert (leg.first.day, leg.last.day) == (DAY, AFTER)
    assert ways(planner, "AYT", "DEE", BEFORE) == [["A10001+A10002 AYT -0:30 DEE 6:00"]]


def test_the_other_train_may_be_one_of_the_day_before() -> None:
    base = train("A10001", call("BEE", dep="0:20"), call("CEE", arr="1:00"))
    other = train("A10003", call("ELM", dep="23:50"), call("BEE", arr="24:15"))
    stays = [linked("JJ", "A10001", "A10003", "BEE", day_offset=-1)]
    planner = planned(base, other, stays=stays)
    assert ways(planner, "ELM", "CEE") == [["A10003+A10001 ELM 23:50 CEE 25:00"]]


@pytest.mark.parametrize("suffix", ["", "1", "2", "3"])
def test_the_suffix_tells_at_which_of_two_calls_a_train_divides(suffix: str) -> None:
    loop = train(
        "A10001",
        call("AYT", dep="10:00"),
        call("BEE", arr="10:10", dep="10:11"),
        call("CEE", arr="10:14", dep="10:15"),
        call("BEE", arr="10:20", dep="10:21"),
        call("FOX", arr="10:40"),
    )
    stays = [linked("VV", "A10001", "A10002", "BEE", calls=(suffix, ""))]
    planner = planned(loop, REAR, stays=stays)
    assert ways(planner, "AYT", "DEE") == [["A10001+A10002 AYT 10:00 DEE 10:50"]]
    via = from_to("AYT", "DEE", changes=0, via=["CEE"])
    assert bool(planner.earliest(via, minutes("10:00"))) is (suffix == "2")
    assert bool(ways(planner, "CEE", "DEE")) is (suffix == "2")


def test_a_train_that_leaves_before_the_other_is_there_is_not_stayed_in() -> None:
    early = train("A10002", call("BEE", dep="10:19"), call("DEE", arr="10:50"))
    stays = [linked("VV", "A10001", "A10002", "BEE")]
    assert ways(planned(BASE, early, stays=stays), "AYT", "DEE") == []


@pytest.mark.parametrize(("dep", "stays_seated"), [("10:14", False), ("10:15", True)])
def test_nor_where_nobody_may_leave_and_it_is_known_from_the_call_before(
    dep: str, stays_seated: bool
) -> None:
    base = train(
        "A10001",
        call("AYT", dep="10:00"),
        call("CEE", arr="10:14", dep="10:15"),
        call("BEE", dep="10:23"),
        call("FOX", arr="10:30"),
    )
    rear = train("A10002", call("BEE", dep=dep), call("DEE", arr="10:50"))
    planner = planned(base, rear, stays=[linked("VV", "A10001", "A10002", "BEE")])
    assert bool(ways(planner, "AYT", "DEE")) is stays_seated


def test_an_association_with_a_train_that_does_not_run_is_none() -> None:
    once = train("A10002", *REAR.calls, runs=(AFTER, AFTER))
    planner = planned(BASE, once, stays=[linked("VV", "A10001", "A10002", "BEE")])
    assert ways(planner, "AYT", "DEE") == []
    assert len(ways(planner, "AYT", "DEE", AFTER)) == 1


def test_an_association_where_one_of_the_trains_does_not_call_is_none() -> None:
    stays = [linked("VV", "A10001", "A10002", "CEE"), linked("VV", "A10001", "A10009", "BEE")]
    assert ways(planned(BASE, REAR, stays=stays), "AYT", "DEE") == []


def test_places_to_go_via_and_to_avoid_are_those_of_all_portions() -> None:
    planner = planned(BASE, REAR, stays=[linked("VV", "A10001", "A10002", "BEE")])
    via = from_to("AYT", "DEE", via=["BEE"])
    assert len(planner.earliest(via, minutes("10:00"))) == 1
    avoid = from_to("AYT", "DEE", avoid=["BEE"])
    assert planner.earliest(avoid, minutes("10:00")) == []


@pytest.mark.parametrize("toc", ["ZX", "ZY"])
def test_who_leaves_where_a_train_divides_comes_off_the_train_that_arrived(toc: str) -> None:
    rear = train("A10002", *REAR.calls, toc="ZX")
    on = train(
        "A10004", call("BEE", dep="10:24"), call("FOX", arr="11:00"), toc="ZV", runs=(DAY, DAY)
    )
    railway = Railway(
        schedules=[train("A10001", *BASE.calls, toc="ZY"), rear, on],
        stations=[place("BEE", 30)],
        interchanges=[between_operators("BEE", toc, "ZV", 4)],
        associations=[linked("VV", "A10001", "A10002", "BEE")],
    )
    terms = from_to("AYT", "FOX")
    (found,) = railway.planner(DAY).latest(terms, minutes("11:00"))
    assert (
        told(found)
        == {
            "ZX": ["A10001 AYT -14:00 BEE -13:40", "A10004 BEE 10:24 FOX 11:00"],
            "ZY": ["A10001 AYT 10:00 BEE 10:20", "A10004 BEE 10:24 FOX 11:00"],
        }[toc]
    )
    assert bool(railway.planner(DAY).earliest(terms, minutes("10:00"))) is (toc == "ZY")


def test_who_changes_after_staying_seated_comes_off_the_last_portion() -> None:
    on = train("A10004", call("DEE", dep="10:53"), call("FOX", arr="11:00"), toc="ZV")
    railway = Railway(
        schedules=[BASE, train("A10002", *REAR.calls, toc="ZX"), on],
        stations=[place("BEE", 30), place("DEE", 10)],
        interchanges=[between_operators("DEE", "ZX", "ZV", 3)],
        associations=[linked("VV", "A10001", "A10002", "BEE")],
        links=[walk("FOX", "GIL", 2)],
    )
    (found,) = railway.planner(DAY).earliest(from_to("AYT", "GIL"), minutes("10:00"))
    assert told(found) == [
        "A10001+A10002 AYT 10:00 DEE 10:50",
        "A10004 DEE 10:53 FOX 11:00",
        "walk FOX 11:05 GIL 11:07",
    ]
    assert [one.needed_min for one in found.connections] == [3]
