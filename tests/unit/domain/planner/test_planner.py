"""Journeys on small readable railways, rule by rule."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from railfair.domain.planner.search import EXHAUSTIVE, GENEROUS, Planner, Terms
from railfair.domain.railtime import instant
from railfair.domain.station import FixedLink, OperatorInterchange
from railfair.domain.timetable import Schedule
from support.railways import Railway, between_operators, clock, from_to, place, told, walk
from support.timetables import call, cancelled, minutes, train

DAY = date(2026, 3, 4)
"""A Wednesday."""
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
OUT = train("A10001", call("AYT", dep="10:00"), call("BEE", arr="10:20"))


def on_to_ceeham(dep: str, *, uid: str = "A10002", toc: str = "ZY") -> Schedule:
    return train(uid, call("BEE", dep=dep), call("CEE", arr="11:00"), toc=toc)


def first(planner: Planner, terms: Terms, at: str) -> list[str]:
    """Return the journey that arrives first, in words; empty if there is none."""
    found = planner.earliest(terms, minutes(at))
    return told(min(found, key=lambda one: one.arrives_min)) if found else []


def arrivals(planner: Planner, terms: Terms, at: str) -> list[tuple[int, str]]:
    """Return changes and arrivals."""
    found = planner.earliest(terms, minutes(at))
    return sorted((one.changes, clock(one.arrives_min)) for one in found)


def planned(
    *schedules: Schedule,
    change: dict[str, int] | None = None,
    links: Sequence[FixedLink] = (),
    interchanges: Sequence[OperatorInterchange] = (),
) -> Planner:
    """Return a planner of `DAY`; *change* are stations with their own minutes to change."""
    stations = [place(crs, takes) for crs, takes in (change or {}).items()]
    railway = Railway(
        schedules=schedules, stations=stations, links=links, interchanges=interchanges
    )
    return railway.planner(DAY)


# --- leaving and arriving ------------------------------------------------------------------------


@pytest.mark.parametrize(("at", "found"), [("10:00", True), ("10:01", False)])
def test_one_leaves_at_the_minute_asked_or_later(at: str, found: bool) -> None:
    once = train("A10001", *OUT.calls, runs=(DAY, DAY))
    journeys = planned(once).earliest(from_to("AYT", "BEE"), minutes(at))
    assert [told(one) for one in journeys] == [["A10001 AYT 10:00 BEE 10:20"]] * found


@pytest.mark.parametrize(("by", "found"), [("10:20", True), ("10:19", False)])
def test_one_arrives_by_the_minute_asked(by: str, found: bool) -> None:
    once = train("A10001", *OUT.calls, runs=(DAY, DAY))
    journeys = planned(once).latest(from_to("AYT", "BEE"), minutes(by))
    assert [told(one) for one in journeys] == [["A10001 AYT 10:00 BEE 10:20"]] * found


def test_no_minutes_are_needed_where_one_starts_and_where_one_ends() -> None:
    planner = planned(OUT, change={"AYT": 99, "BEE": 99})
    assert first(planner, from_to("AYT", "BEE"), "10:00") == ["A10001 AYT 10:00 BEE 10:20"]


def test_one_journey_comes_for_each_number_of_changes_that_arrives_earlier() -> None:
    planner = planned(
        train("A10001", call("AYT", dep="10:00"), call("CEE", arr="12:00")),
        train("A10002", call("AYT", dep="10:10"), call("BEE", arr="10:30")),
        train("A10003", call("BEE", dep="10:40"), call("CEE", arr="11:30")),
        train("A10004", call("BEE", dep="10:36"), call("DEE", arr="10:40")),
        train("A10006", call("DEE", dep="10:50"), call("CEE", arr="11:29")),
    )
    found = planner.earliest(from_to("AYT", "CEE"), minutes("9:00"))
    assert {one.changes: told(one) for one in found} == {
        0: ["A10001 AYT 10:00 CEE 12:00"],
        1: ["A10002 AYT 10:10 BEE 10:30", "A10003 BEE 10:40 CEE 11:30"],
        2: [
            "A10002 AYT 10:10 BEE 10:30",
            "A10004 BEE 10:36 DEE 10:40",
            "A10006 DEE 10:50 CEE 11:29",
        ],
    }


def test_of_journeys_that_arrive_as_early_one_leaves_last() -> None:
    planner = planned(
        OUT,
        train("A10003", call("AYT", dep="10:15"), call("BEE", arr="10:35")),
        on_to_ceeham("10:40"),
    )
    assert first(planner, from_to("AYT", "CEE"), "9:00") == [
        "A10003 AYT 10:15 BEE 10:35",
        "A10002 BEE 10:40 CEE 11:00",
    ]


def test_of_journeys_that_leave_as_late_one_arrives_first() -> None:
    planner = planned(
        OUT,
        on_to_ceeham("10:30"),
        train("A10003", call("BEE", dep="10:25"), call("CEE", arr="10:50")),
    )
    (found,) = planner.latest(from_to("AYT", "CEE"), minutes("12:00"))
    assert told(found) == ["A10001 AYT 10:00 BEE 10:20", "A10003 BEE 10:25 CEE 10:50"]


def test_where_nothing_goes_there_is_no_journey() -> None:
    planner = planned(OUT)
    terms = from_to("BEE", "AYT")
    assert planner.earliest(terms, 0) == []
    assert planner.latest(terms, 1439) == []
    assert planner.leaving(terms, 0, 1439) == []
    assert planner.arriving(terms, 0, 1439) == []


def test_a_train_that_calls_twice_is_boarded_and_left_where_it_is_best() -> None:
    loop = train(
        "A10001",
        call("AYT", dep="10:00"),
        call("BEE", arr="10:10", dep="10:11"),
        call("AYT", arr="10:20", dep="10:25"),
        call("BEE", arr="10:35", dep="10:36"),
        call("CEE", arr="10:50"),
    )
    planner = planned(loop)
    assert first(planner, from_to("AYT", "BEE"), "9:00") == ["A10001 AYT 10:00 BEE 10:10"]
    assert first(planner, from_to("AYT", "CEE"), "9:00") == ["A10001 AYT 10:25 CEE 10:50"]


def test_a_train_that_overtakes_another_is_found() -> None:
    planner = planned(
        train("A10001", call("AYT", dep="10:00"), call("BEE", arr="11:00")),
        train("A10002", call("AYT", dep="10:10"), call("BEE", arr="10:40")),
        train("A10003", call("AYT", dep="10:20"), call("BEE", arr="11:10")),
    )
    terms = from_to("AYT", "BEE")
    assert first(planner, terms, "9:00") == ["A10002 AYT 10:10 BEE 10:40"]
    found = planner.leaving(terms, minutes("9:00"), minutes("12:00"))
    assert [told(one) for one in found] == [
        ["A10002 AYT 10:10 BEE 10:40"],
        ["A10003 AYT 10:20 BEE 11:10"],
    ]


# --- activities ----------------------------------------------------------------------------------


def test_nobody_boards_where_a_train_only_sets_down_or_leaves_where_it_only_picks_up() -> None:
    planner = planned(
        train(
            "A10001",
            call("AYT", dep="10:00"),
            call("BEE", dep="10:10"),
            call("CEE", arr="10:20"),
            call("DEE", arr="10:30"),
        )
    )
    assert first(planner, from_to("BEE", "CEE"), "9:00") == ["A10001 BEE 10:10 CEE 10:20"]
    assert first(planner, from_to("AYT", "BEE"), "9:00") == []
    assert first(planner, from_to("CEE", "DEE"), "9:00") == []


# --- changes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("takes", "dep", "found"),
    [
        (7, "10:27", True),
        (7, "10:26", False),
        (0, "10:20", True),
        (None, "10:25", True),
        (None, "10:24", False),
    ],
    ids=str,
)
def test_a_change_takes_the_station_s_minutes_and_five_where_they_are_not_known(
    takes: int | None, dep: str, found: bool
) -> None:
    change = {} if takes is None else {"BEE": takes}
    planner = planned(OUT, train("A10002", *on_to_ceeham(dep).calls), change=change)
    journeys = planner.leaving(from_to("AYT", "CEE"), minutes("9:00"), minutes("10:00"))
    caught = [one for one in journeys if one.arrives_min == minutes("11:00")]
    assert bool(caught) is found
    for one in caught:
        (connection,) = one.connections
        assert connection.needed_min == (5 if takes is None else takes)
        assert connection.slack_min == 0


@pytest.mark.parametrize(
    ("arriving", "departing", "needed"),
    [("ZX", "ZY", 2), ("ZY", "ZX", 9), ("ZX", "ZX", 7), ("ZV", "ZY", 7), ("ZX", "ZV", 7)],
)
def test_two_operators_may_have_their_own_minutes(
    arriving: str, departing: str, needed: int
) -> None:
    pairs = [between_operators("BEE", "ZX", "ZY", 2), between_operators("BEE", "ZY", "ZX", 9)]
    out = train("A10001", *OUT.calls, toc=arriving)
    for late in (0, 1):
        dep = clock(minutes("10:20") + needed - late)
        planner = planned(
            out, on_to_ceeham(dep, toc=departing), change={"BEE": 7}, interchanges=pairs
        )
        found = planner.leaving(from_to("AYT", "CEE"), minutes("9:00"), minutes("10:00"))
        same_day = [one for one in found if one.arrives_min == minutes("11:00")]
        assert [[each.needed_min for each in one.connections] for one in same_day] == [[needed]] * (
            not late
        )


@pytest.mark.parametrize("changes", [0, 1, 2])
def test_no_more_changes_are_made_than_asked(changes: int) -> None:
    planner = planned(
        OUT,
        on_to_ceeham("10:40"),
        train("A10003", call("CEE", dep="11:10"), call("DEE", arr="11:30")),
    )
    found = first(planner, from_to("AYT", "DEE", changes=changes), "9:00")
    assert len(found) == (3 if changes == 2 else 0)


# --- links ---------------------------------------------------------------------------------------

FAR = train("A10005", call("CEE", dep="10:45"), call("DEE", arr="11:00"))


@pytest.mark.parametrize(("dep", "found"), [("10:45", True), ("10:44", False)])
def test_a_link_takes_the_minutes_of_both_its_stations_as_well(dep: str, found: bool) -> None:
    far = train("A10005", call("CEE", dep=dep), call("DEE", arr="11:00"), runs=(DAY, DAY))
    planner = planned(OUT, far, change={"BEE": 12, "CEE": 5}, links=[walk("BEE", "CEE", 8)])
    journeys = planner.earliest(from_to("AYT", "DEE", changes=1), minutes("10:00"))
    assert [told(one) for one in journeys] == [
        [
            "A10001 AYT 10:00 BEE 10:20",
            "walk BEE 10:32 CEE 10:40",
            "A10005 CEE 10:45 DEE 11:00",
        ]
    ] * found
    assert [each.needed_min for one in journeys for each in one.connections] == [25] * found


def test_the_minutes_of_operators_do_not_count_over_a_link() -> None:
    pairs = [between_operators(crs, "ZY", "ZY", 0) for crs in ("BEE", "CEE")]
    planner = planned(
        OUT,
        FAR,
        train("A10003", call("CEE", dep="10:44"), call("DEE", arr="10:50")),
        change={"BEE": 12, "CEE": 5},
        links=[walk("BEE", "CEE", 8)],
        interchanges=pairs,
    )
    assert first(planner, from_to("AYT", "DEE"), "10:00")[-1] == "A10005 CEE 10:45 DEE 11:00"


def test_a_link_at_the_start_takes_the_minutes_of_the_station_reached_only() -> None:
    planner = planned(FAR, change={"BEE": 12, "CEE": 5}, links=[walk("CEE", "BEE", 8)])
    terms = from_to("BEE", "DEE")
    assert first(planner, terms, "10:32") == [
        "walk BEE 10:32 CEE 10:40",
        "A10005 CEE 10:45 DEE 11:00",
    ]
    (found,) = planner.leaving(terms, minutes("9:00"), minutes("11:00"))
    assert (clock(found.departs_min), found.changes, found.connections) == ("10:32", 0, ())
    assert planner.leaving(terms, minutes("10:33"), minutes("11:00")) == []


def test_a_link_at_the_end_takes_the_minutes_of_the_station_left_only() -> None:
    planner = planned(OUT, change={"BEE": 12, "CEE": 5}, links=[walk("BEE", "CEE", 8)])
    (found,) = planner.arriving(from_to("AYT", "CEE"), minutes("9:00"), minutes("11:00"))
    assert told(found) == ["A10001 AYT 10:00 BEE 10:20", "walk BEE 10:32 CEE 10:40"]
    assert planner.arriving(from_to("AYT", "CEE"), minutes("9:00"), minutes("10:39")) == []


def test_links_are_no_changes() -> None:
    links = [walk("ELM", "AYT", 4), walk("BEE", "CEE", 8), walk("DEE", "FOX", 1)]
    planner = planned(OUT, FAR, change={"BEE": 12}, links=links)
    (found,) = planner.earliest(from_to("ELM", "FOX", changes=1), minutes("9:00"))
    assert [type(leg).__name__ for leg in found.legs] == [
        "TransferLeg", "TrainLeg", "TransferLeg", "TrainLeg", "TransferLeg",
    ]  # fmt: skip
    assert found.changes == 1


def test_two_links_never_follow_each_other() -> None:
    links = [walk("BEE", "CEE", 1), walk("CEE", "DEE", 1), walk("AYT", "ELM", 1)]
    planner = planned(OUT, links=links)
    assert first(planner, from_to("AYT", "CEE"), "10:00") != []
    assert first(planner, from_to("AYT", "DEE"), "10:00") == []
    assert first(planner, from_to("BEE", "DEE"), "10:00") == []


def test_a_link_alone_is_a_journey() -> None:
    planner = planned(OUT, change={"BEE": 12}, links=[walk("CEE", "BEE", 8, mode="tube")])
    assert first(planner, from_to("BEE", "CEE", changes=0), "10:03") == ["tube BEE 10:03 CEE 10:11"]
    (back,) = planner.latest(from_to("CEE", "BEE"), minutes("10:11"))
    assert told(back) == ["tube CEE 10:03 BEE 10:11"]
    assert (back.changes, back.trains, back.connections) == (0, (), ())


def test_of_a_walk_and_a_train_without_a_change_the_one_that_arrives_first_is_taken() -> None:
    planner = planned(OUT, links=[walk("AYT", "BEE", 8, between=("12:00", "13:00"))])
    terms = from_to("AYT", "BEE")
    assert arrivals(planner, terms, "9:00") == [(0, "10:20")]
    assert arrivals(planner, terms, "10:01") == [(0, "12:08")]
    assert [told(one) for one in planner.latest(terms, minutes("11:00"))] == [
        ["A10001 AYT 10:00 BEE 10:20"]
    ]


@pytest.mark.parametrize(
    ("between", "starts"),
    [
        (("6:00", "10:25"), "10:25"),
        (("10:25", "10:25"), "10:25"),
        (("10:40", "23:00"), "10:40"),
        (("6:00", "10:24"), "30:00"),
        (("22:00", "10:25"), "10:25"),
        (("22:00", "10:24"), "22:00"),
    ],
    ids=str,
)
def test_a_link_is_started_within_its_hours_or_waited_for(
    between: tuple[str, str], starts: str
) -> None:
    planner = planned(OUT, links=[walk("BEE", "CEE", 8, between=between)])
    assert first(planner, from_to("AYT", "CEE"), "10:00") == [
        "A10001 AYT 10:00 BEE 10:20",
        f"walk BEE {starts} CEE {clock(minutes(starts) + 8)}",
    ]


@pytest.mark.parametrize(
    ("days", "dates", "starts"),
    [
        ("0010000", (None, None), "10:25"),
        ("0001000", (None, None), "24:00"),
        ("0000100", (None, None), "48:00"),
        ("1111111", (DAY, DAY), "10:25"),
        ("1111111", (AFTER, None), "24:00"),
        ("1111111", (None, BEFORE), None),
        ("1100000", (None, None), None),
    ],
    ids=str,
)
def test_a_link_is_started_on_its_days(
    days: str, dates: tuple[date | None, date | None], starts: str | None
) -> None:
    planner = planned(OUT, links=[walk("BEE", "CEE", 8, days=days, dates=dates)])
    found = first(planner, from_to("AYT", "CEE"), "10:00")
    assert [leg.split()[2] for leg in found[1:]] == [starts] * (starts is not None)


def test_hours_past_midnight_belong_to_the_day_they_begin_on() -> None:
    link = walk("AYT", "BEE", 8, between=("23:00", "2:00"), days="0010000")
    planner = planned(OUT, links=[link])
    assert first(planner, from_to("AYT", "BEE", changes=0), "0:10") != ["walk AYT 0:10 BEE 0:18"]
    assert first(planner, from_to("AYT", "BEE"), "24:10") == ["walk AYT 24:10 BEE 24:18"]


def test_after_trains_that_end_two_days_later_there_are_links_as_well() -> None:
    night = train("A10001", call("AYT", dep="23:30"), call("BEE", arr="24:10"))
    planner = planned(night, links=[walk("BEE", "CEE", 8)])
    assert first(planner, from_to("AYT", "CEE"), "47:00") == [
        "A10001 AYT 47:30 BEE 48:10",
        "walk BEE 48:15 CEE 48:23",
    ]


# --- via, avoid, extra minutes -------------------------------------------------------------------

STOPPING = train(
    "A10001",
    call("AYT", dep="10:00"),
    call("BEE", arr="10:20", dep="10:21"),
    call("CEE", arr="10:40", dep="10:41"),
    call("DEE", arr="11:00"),
)
FAST = train("A10002", call("AYT", dep="10:05"), call("DEE", arr="10:40"))


@pytest.mark.parametrize(
    ("via", "arrives"),
    [([], "10:40"), (["BEE"], "11:00"), (["BEE", "CEE"], "11:00"), (["CEE", "BEE"], None)],
    ids=str,
)
def test_trains_pass_the_places_to_go_via_in_their_order(
    via: list[str], arrives: str | None
) -> None:
    found = planned(STOPPING, FAST).earliest(from_to("AYT", "DEE", via=via), 0)
    assert [clock(one.arrives_min) for one in found] == [arrives] * (arrives is not None)


def test_a_place_to_go_via_may_be_where_one_changes_or_walks_to() -> None:
    planner = planned(OUT, on_to_ceeham("10:40"), FAR, links=[walk("BEE", "CEE", 8)])
    assert first(planner, from_to("AYT", "CEE", via=["BEE"]), "9:00")[0].split()[3] == "BEE"
    assert first(planner, from_to("AYT", "DEE", via=["BEE", "CEE"]), "9:00") == [
        "A10001 AYT 10:00 BEE 10:20",
        "walk BEE 10:25 CEE 10:33",
        "A10005 CEE 10:45 DEE 11:00",
    ]


def test_a_place_where_a_train_only_picks_up_is_passed_as_well() -> None:
    planner = planned(
        train(
            "A10001", call("AYT", dep="10:00"), call("BEE", dep="10:10"), call("CEE", arr="10:20")
        )
    )
    assert first(planner, from_to("AYT", "CEE", via=["BEE"]), "9:00") != []


def test_no_train_is_ridden_to_a_place_to_avoid_though_it_may_be_left_before() -> None:
    planner = planned(STOPPING, on_to_ceeham("10:50"), change={"BEE": 5})
    assert first(planner, from_to("AYT", "DEE", avoid=["CEE"]), "9:00") == []
    assert first(planner, from_to("AYT", "BEE", avoid=["CEE"]), "9:00") != []
    assert first(planner, from_to("AYT", "CEE", avoid=["BEE"]), "9:00") == []
    walked = planned(STOPPING, FAR, links=[walk("AYT", "CEE", 8)])
    assert first(walked, from_to("AYT", "DEE", avoid=["CEE"]), "9:00") == []


@pytest.mark.parametrize(("extra", "found"), [(0, True), (15, True), (16, False)])
def test_extra_minutes_are_added_to_every_change_but_not_to_the_ends(
    extra: int, found: bool
) -> None:
    links = [walk("ELM", "AYT", 4), walk("CEE", "FOX", 3)]
    once = train("A10002", *on_to_ceeham("10:40").calls, runs=(DAY, DAY))
    planner = planned(train("A10001", *OUT.calls, runs=(DAY, DAY)), once, links=links)
    journeys = planner.earliest(from_to("ELM", "FOX", extra=extra), minutes("9:51"))
    assert [(clock(one.departs_min), clock(one.arrives_min)) for one in journeys] == [
        ("9:51", "11:08")
    ] * found
    assert [each.needed_min for one in journeys for each in one.connections] == [5 + extra] * found


@pytest.mark.parametrize(
    ("between", "extra", "found"),
    [
        (("0:00", "23:59"), 7, True),
        (("0:00", "23:59"), 8, False),
        (("10:30", "23:59"), 7, True),
        (("0:00", "10:25"), 7, True),
        (("10:33", "23:59"), 0, False),
    ],
    ids=str,
)
def test_over_a_link_waiting_for_it_counts_towards_the_extra_minutes(
    between: tuple[str, str], extra: int, found: bool
) -> None:
    links = [walk("BEE", "CEE", 8, between=between)]
    far = train("A10005", *FAR.calls, runs=(DAY, DAY))
    planner = planned(train("A10001", *OUT.calls, runs=(DAY, DAY)), far, links=links)
    terms = from_to("AYT", "DEE", extra=extra)
    assert bool(planner.earliest(terms, minutes("10:00"))) is found
    assert bool(planner.latest(terms, minutes("11:00"))) is found


# --- periods -------------------------------------------------------------------------------------


def test_all_that_leave_in_a_period_come_unless_another_makes_them_idle() -> None:
    planner = planned(
        *(
            train(f"A1000{n}", call("AYT", dep=dep), call("BEE", arr=arr))
            for n, (dep, arr) in enumerate(
                [("10:00", "10:20"), ("10:10", "10:50"), ("10:20", "10:40"), ("10:30", "11:00")]
            )
        )
    )
    terms = from_to("AYT", "BEE")
    found = planner.leaving(terms, minutes("10:00"), minutes("10:30"))
    assert [clock(one.departs_min) for one in found] == ["10:00", "10:20", "10:30"]
    # The second is idle even where the one that makes it so leaves too late to be shown.
    found = planner.leaving(terms, minutes("10:00"), minutes("10:19"))
    assert [clock(one.departs_min) for one in found] == ["10:00"]
    found = planner.arriving(terms, minutes("10:21"), minutes("11:00"))
    assert [clock(one.arrives_min) for one in found] == ["10:40", "11:00"]


def test_a_train_is_idle_if_a_later_one_arrives_as_early() -> None:
    planner = planned(
        train("A10001", call("AYT", dep="10:00"), call("BEE", arr="11:00")),
        train(
            "A10002", call("AYT", dep="10:30"), call("CEE", arr="10:31"), call("BEE", arr="11:00")
        ),
    )
    assert planner.leaving(from_to("AYT", "BEE"), minutes("9:00"), minutes("10:10")) == []


# --- alternatives --------------------------------------------------------------------------------


def test_what_makes_a_journey_idle_does_not_hide_it() -> None:
    trains = [
        train("A10001", call("AYT", dep="10:00"), call("DEE", arr="11:30")),
        train("A10002", call("AYT", dep="10:02"), call("BEE", arr="10:07")),
        train("A10003", call("BEE", dep="10:15"), call("CEE", arr="10:40")),
        train("A10004", call("CEE", dep="10:50"), call("DEE", arr="12:00")),
    ]
    slow = [
        "A10002 AYT 10:02 BEE 10:07",
        "A10003 BEE 10:15 CEE 10:40",
        "A10004 CEE 10:50 DEE 12:00",
    ]
    quick = train("A10005", call("AYT", dep="10:20"), call("DEE", arr="12:00"))
    terms, period = from_to("AYT", "DEE"), (minutes("10:00"), minutes("10:29"))
    generous = replace(GENEROUS, more_changes=2)
    for planner in (planned(*trains), planned(*trains, quick)):
        found = planner.alternatives(terms, *period, generous)
        assert slow in [told(one) for one in found]


def test_extra_minutes_do_not_hide_an_alternative_that_begins_or_goes_on_over_a_link() -> None:
    hours = ("10:30", "23:59")
    links = [walk("ELM", "AYT", 4), walk("BEE", "CEE", 8, between=hours)]
    planner = planned(
        OUT,
        train("A10005", call("CEE", dep="10:43"), call("DEE", arr="11:00")),
        train("A10006", call("AYT", dep="10:00"), call("DEE", arr="10:59")),
        links=links,
    )
    period = minutes("9:50"), minutes("9:51")
    found = planner.alternatives(from_to("ELM", "DEE", extra=5), *period, EXHAUSTIVE)
    assert [
        "walk ELM 9:51 AYT 9:55",
        "A10001 AYT 10:00 BEE 10:20",
        "walk BEE 10:30 CEE 10:38",
        "A10005 CEE 10:43 DEE 11:00",
    ] in [told(one) for one in found]


def test_an_alternative_may_end_over_a_link_after_the_last_change_that_is_allowed() -> None:
    links = [walk("CEE", "DEE", 4)]
    quick = train("A10006", call("AYT", dep="10:00"), call("DEE", arr="10:30"))
    slow = train("A10001", call("AYT", dep="10:00"), call("CEE", arr="10:25"))
    planner = planned(quick, slow, links=links)
    period = minutes("10:00"), minutes("10:00")
    found = planner.alternatives(from_to("AYT", "DEE", changes=0), *period)
    assert [told(one) for one in found] == [
        ["A10006 AYT 10:00 DEE 10:30"],
        ["A10001 AYT 10:00 CEE 10:25", "walk CEE 10:30 DEE 10:34"],
    ]


# --- days ----------------------------------------------------------------------------------------

NIGHT = train(
    "A10001",
    call("AYT", dep="23:50"),
    call("BEE", arr="24:15", dep="24:20"),
    call("CEE", arr="25:45"),
)


@pytest.mark.parametrize(
    ("at", "legs"),
    [
        ("0:10", ["A10001 BEE 0:20 CEE 1:45"]),
        ("0:21", ["A10001 BEE 24:20 CEE 25:45"]),
        ("23:50", ["A10001 BEE 24:20 CEE 25:45"]),
        ("24:21", ["A10001 BEE 48:20 CEE 49:45"]),
    ],
)
def test_trains_of_the_day_before_and_of_the_day_after_are_there(at: str, legs: list[str]) -> None:
    assert first(planned(NIGHT), from_to("BEE", "CEE"), at) == legs


def test_one_changes_from_a_train_of_one_day_to_one_of_the_next() -> None:
    early = train("A10002", call("CEE", dep="1:50"), call("DEE", arr="2:30"))
    planner = planned(NIGHT, early)
    (found,) = planner.earliest(from_to("AYT", "DEE"), minutes("23:50"))
    assert told(found) == ["A10001 AYT 23:50 CEE 25:45", "A10002 CEE 25:50 DEE 26:30"]
    assert [leg.first.day for leg in found.trains] == [DAY, AFTER]
    assert first(planner, from_to("CEE", "DEE"), "25:30") == ["A10002 CEE 25:50 DEE 26:30"]


def test_who_has_to_arrive_just_after_midnight_leaves_on_the_day_before() -> None:
    planner = planned(OUT, train("A10002", *NIGHT.calls))
    terms = from_to("AYT", "BEE")
    (found,) = planner.latest(terms, minutes("0:15"))
    assert told(found) == ["A10002 AYT -0:10 BEE 0:15"]
    (found,) = planner.latest(terms, minutes("0:14"))
    assert told(found) == ["A10001 AYT -14:00 BEE -13:40"]


@pytest.mark.parametrize(
    ("day", "elapsed"),
    [(date(2026, 3, 28), 70), (date(2026, 10, 24), 190)],
    ids=["clocks go forward", "clocks go back"],
)
def test_on_the_nights_when_clocks_change_minutes_are_those_of_the_clock(
    day: date, elapsed: int
) -> None:
    late = train("A10002", call("CEE", dep="25:50"), call("DEE", arr="26:30"))
    planner = Railway(schedules=[NIGHT, late]).planner(day)
    (found,) = planner.earliest(from_to("BEE", "DEE"), minutes("24:00"))
    assert told(found) == ["A10001 BEE 24:20 CEE 25:45", "A10002 CEE 25:50 DEE 26:30"]
    assert found.connections[0].available_min == 5
    left, arrived = instant(day, found.departs_min), instant(day, found.arrives_min)
    assert (arrived.timestamp() - left.timestamp()) / 60 == elapsed
    on_that_day = Railway(schedules=[NIGHT, late]).planner(day + timedelta(days=1))
    (same,) = on_that_day.earliest(from_to("BEE", "DEE"), 0)
    assert told(same) == ["A10001 BEE 0:20 CEE 1:45", "A10002 CEE 1:50 DEE 2:30"]


@pytest.mark.parametrize(
    ("day", "uids"),
    [(BEFORE, ["A10001", "A10002"]), (DAY, ["A10002"]), (AFTER, ["A10001", "A10002"])],
)
def test_a_cancellation_takes_its_day_s_train_out(day: date, uids: list[str]) -> None:
    later = train("A10002", call("AYT", dep="11:00"), call("BEE", arr="11:20"))
    planner = Railway(schedules=[OUT, later, cancelled("A10001", DAY)]).planner(DAY)
    start = (day - DAY).days * 1440
    found = planner.leaving(from_to("AYT", "BEE"), start, start + 1439)
    assert [one.trains[0].first.schedule.uid for one in found] == uids


@pytest.mark.parametrize(
    ("stp", "departs"), [("O", "10:30"), ("N", "10:30"), ("P", "10:30"), ("C", None)]
)
def test_the_strongest_record_of_a_train_decides_for_its_days(
    stp: str, departs: str | None
) -> None:
    other = train(
        "A10001", call("AYT", dep="10:30"), call("BEE", arr="10:50"), stp=stp, runs=(DAY, DAY)
    )
    records = [OUT, cancelled("A10001", DAY) if stp == "C" else other]
    planner = Railway(schedules=records).planner(DAY)
    found = planner.leaving(from_to("AYT", "BEE"), 0, 1439)
    assert [clock(one.departs_min) for one in found] == [departs] * (departs is not None)
    found = planner.leaving(from_to("AYT", "BEE"), 1440, 2879)
    assert [clock(one.departs_min) for one in found] == ["34:00"]


@pytest.mark.parametrize(("flag", "runs"), [("X", False), ("G", True), ("", True)])
def test_a_train_stays_at_home_on_its_bank_holidays(flag: str, runs: bool) -> None:
    out = train("A10001", *OUT.calls, bank_holidays=flag)
    planner = Railway(schedules=[out], holidays={DAY: frozenset({"X"})}).planner(DAY)
    departures = [
        one.departs_min // 1440 for one in planner.leaving(from_to("AYT", "BEE"), -1440, 2879)
    ]
    assert departures == [-1, *[0] * runs, 1]


def test_a_train_of_one_weekday_is_there_on_that_day_only() -> None:
    planner = planned(train("A10001", *OUT.calls, days="0001000"))
    assert first(planner, from_to("AYT", "BEE"), "0:00") == ["A10001 AYT 34:00 BEE 34:20"]


# --- the planner itself --------------------------------------------------------------------------


def test_a_station_is_known_if_it_is_listed_called_at_or_linked() -> None:
    planner = planned(OUT, change={"DEE": 3}, links=[walk("ELM", "FOX", 3)])
    terms = from_to("DEE", "FOX")
    known = [planner.knows(crs) for crs in (terms.origin, terms.destination)]
    assert known == [True, True]
    assert not planner.knows(from_to("GIL", "AYT").origin)
    assert planner.day == DAY
