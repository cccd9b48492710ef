"""The arrays of a network: turned round, and kept."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from railfair.domain.planner.network import Network
from railfair.domain.planner.search import Planner
from support.railways import Railway, from_to, told, walk
from support.random_railways import DAY, thrown
from support.timetables import call, train


def same(one: Network, other: Network) -> bool:
    arrays = other.arrays()
    return all(
        array.dtype == arrays[name].dtype and np.array_equal(array, arrays[name])
        for name, array in one.arrays().items()
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_a_network_turned_round_twice_is_the_same(seed: int) -> None:
    network = thrown(seed)[0].network(DAY)
    assert same(network, network.reversed.reversed)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32))
def test_a_network_kept_as_arrays_answers_as_before(seed: int) -> None:
    railway, questions = thrown(seed)
    network = railway.network(DAY)
    kept = {name: array.copy() for name, array in network.arrays().items()}
    restored = Network.restored(kept)
    assert same(network, restored)
    timetable = railway.timetable()
    here, there = Planner(timetable, network, DAY), Planner(timetable, restored, DAY)
    for one in questions:
        if all(here.knows(crs) for crs in one.named):
            period = one.at, one.until
            assert here.leaving(one.terms, *period) == there.leaving(one.terms, *period)
            assert here.arriving(one.terms, *period) == there.arriving(one.terms, *period)


@pytest.mark.parametrize("with_link", [True, False])
def test_a_network_without_trains_has_no_journeys(with_link: bool) -> None:
    railway = Railway(
        schedules=[train("A10001", call("AYT", dep="10:00"), call("BEE", arr="10:20"))],
        links=[walk("AYT", "BEE", 10)] * with_link,
    )
    planner = railway.planner(date(2030, 1, 1))
    assert planner.network.patterns == 0
    found = planner.earliest(from_to("AYT", "BEE"), 600)
    assert [told(one) for one in found] == [["walk AYT 10:00 BEE 10:10"]] * with_link


def test_trains_that_call_alike_share_a_pattern_unless_one_overtakes() -> None:
    def one(uid: str, dep: str, arr: str) -> Railway:
        return Railway(schedules=[train(uid, call("AYT", dep=dep), call("BEE", arr=arr))])

    slow, fast = one("A10001", "10:00", "11:00"), one("A10002", "10:10", "10:50")
    later = one("A10003", "10:10", "11:10")
    assert _patterns(slow, later) == 1
    assert _patterns(slow, fast) == 2


def _patterns(*railways: Railway) -> int:
    schedules = [one for railway in railways for one in railway.schedules]
    return Railway(schedules=schedules).network(DAY).patterns
