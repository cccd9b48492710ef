"""What is worth choosing between is the same whether searched for or picked from every journey."""

from collections import Counter

import pytest

from railfair.domain.pareto import Criteria
from railfair.domain.planner.search import EXHAUSTIVE, Planner, Terms
from railfair.domain.recommendation import worthwhile
from railfair.domain.tradeoff import Option
from support.every_journey import (
    EveryJourney,
    criteria,
    is_sensible,
    priced,
    small_railway,
    unbeaten,
)
from support.journeys_oracle import Oracle
from support.railways import Railway, from_to, place, walk
from support.random_railways import DAY
from support.timetables import call, minutes, train

RAILWAYS, AT_ONCE = 300, 30
SPANS = {"all": (-10, 130), "some": (10, 40)}
"""Periods of departures, from the minute on at which trains begin to run."""


def chosen(planner: Planner, terms: Terms, first_min: int, last_min: int) -> list[Option]:
    """Return the Pareto set of what the planner finds."""
    found = planner.alternatives(terms, first_min, last_min, EXHAUSTIVE)
    return list(worthwhile([priced(one) for one in found if is_sensible(one)]))


def vectors(options: list[Option]) -> set[Criteria]:
    """Return what the options are compared by; no two have the same."""
    counted = Counter(criteria(option) for option in options)
    assert set(counted.values()) <= {1}
    return set(counted)


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("first", range(0, RAILWAYS, AT_ONCE))
def test_the_pareto_set_is_that_of_every_journey_there_is(first: int, span: str) -> None:
    tried = 0
    for seed in range(first, first + AT_ONCE):
        railway, terms, begin = small_railway(seed)
        planner = railway.planner(DAY)
        first_min, last_min = (begin + minute for minute in SPANS[span])
        ways = EveryJourney(Oracle(railway, DAY), terms).leaving(first_min, last_min)
        every = [criteria(priced(way)) for way in ways]
        if planner.knows(terms.origin) and planner.knows(terms.destination):
            found = vectors(chosen(planner, terms, first_min, last_min))
            assert found == unbeaten(every), seed
            tried += len(every)
        else:
            assert every == []
    assert tried > AT_ONCE


# --- cases that chance brings seldom -------------------------------------------------------------

STATIONS = [place(crs, 5) for crs in ("AYT", "BEE", "CEE", "DEE")]


def departures(railway: Railway, terms: Terms, first: str, last: str) -> list[str]:
    """Return when the journeys leave and arrive that an exhaustive search finds."""
    found = railway.planner(DAY).alternatives(terms, minutes(first), minutes(last), EXHAUSTIVE)
    return [
        " ".join(
            f"{minute // 60}:{minute % 60:02}" for minute in (one.departs_min, one.arrives_min)
        )
        for one in found
    ]


def test_a_walk_at_the_end_takes_no_change_away() -> None:
    railway = Railway(
        schedules=[
            train("A10001", call("AYT", dep="8:00"), call("BEE", arr="8:40")),
            train("A10002", call("AYT", dep="8:10"), call("BEE", arr="8:30")),
        ],
        stations=STATIONS,
        links=[walk("BEE", "CEE", 7)],
    )
    found = departures(railway, from_to("AYT", "CEE", changes=0), "8:00", "9:00")
    assert found == ["8:00 8:52", "8:10 8:42"]


def test_who_walks_first_leaves_when_the_walk_begins() -> None:
    railway = Railway(
        schedules=[
            train("A10001", call("BEE", dep="8:40"), call("CEE", arr="9:40")),
            train("A10002", call("BEE", dep="8:45"), call("CEE", arr="9:20")),
        ],
        stations=STATIONS,
        links=[walk("AYT", "BEE", 20)],
    )
    terms = from_to("AYT", "CEE")
    assert departures(railway, terms, "8:00", "8:20") == ["8:15 9:40", "8:20 9:20"]


def test_a_walk_that_may_begin_until_a_certain_hour_may_be_long_before_the_train() -> None:
    railway = Railway(
        schedules=[
            train("A10001", call("BEE", dep="9:40"), call("CEE", arr="10:40")),
            train("A10002", call("BEE", dep="9:45"), call("CEE", arr="10:20")),
        ],
        stations=STATIONS,
        links=[walk("AYT", "BEE", 20, between=("8:00", "8:10"))],
    )
    assert departures(railway, from_to("AYT", "CEE"), "8:05", "8:30") == [
        "8:10 10:20",
        "8:10 10:40",
    ]


def test_what_a_later_train_makes_idle_is_found_all_the_same() -> None:
    railway = Railway(
        schedules=[
            train("A10001", call("AYT", dep="8:00"), call("CEE", arr="10:00")),
            train("A10002", call("AYT", dep="8:31"), call("CEE", arr="9:30")),
        ],
        stations=STATIONS,
    )
    terms = from_to("AYT", "CEE")
    assert departures(railway, terms, "8:00", "9:00") == ["8:00 10:00", "8:31 9:30"]
    assert departures(railway, terms, "8:00", "8:30") == ["8:00 10:00"]
