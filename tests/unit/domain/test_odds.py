"""The odds of a whole plan: closed forms, properties, and trains drawn a hundred thousand times."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from railfair.domain.delays.connection import PROMPT, catch_probability
from railfair.domain.delays.distribution import EDGES, LATEST_MIN, DelayDistribution
from railfair.domain.delays.mood import HIGHEST
from railfair.domain.odds import (
    ARRIVAL_QUANTILES,
    LATE_BY_MIN,
    Fallback,
    PlannedRide,
    PlanOdds,
    plan_odds,
)
from support.odds import delays, drawn, late_by, ranks_of

NEVER = np.inf
CANCELLED = DelayDistribution(at_most=PROMPT.at_most, cancelled=1.0)
USUAL = late_by(5.0, cancelled=0.02)


def ride(
    departs: int = 480,
    arrives: int = 540,
    *fallbacks: Fallback,
    arriving: DelayDistribution | None = USUAL,
    leaving: DelayDistribution | None = None,
    slack: int = 5,
    correlation: float = 0.3,
) -> PlannedRide:
    return PlannedRide(
        departs_min=departs,
        arrives_min=arrives,
        arriving=arriving,
        leaving=leaving,
        slack_min=slack,
        correlation=correlation,
        fallbacks=fallbacks,
    )


def instead(departs: int, arrives: int, arriving: DelayDistribution = USUAL) -> Fallback:
    return Fallback(departs_min=departs, arrives_min=arrives, arriving=arriving)


def odds(*rides: PlannedRide, walk: int = 0) -> PlanOdds:
    found = plan_odds(rides, walk_min=walk)
    assert found is not None
    return found


LEAVING = late_by(3.0, earliest=-1, cancelled=0.02)
TWO_CHANGES = (
    ride(480, 540, instead(510, 690), instead(540, 720), leaving=LEAVING),
    ride(550, 580, instead(565, 680), instead(580, 690), slack=5, leaving=LEAVING),
    ride(590, 640, instead(605, 655), instead(635, 700), slack=3, leaving=LEAVING),
)


@dataclass(frozen=True)
class Drawn:
    """A plan that was travelled many times: when one arrived, and how far all went to plan."""

    arrivals: NDArray[np.float64]
    reached: tuple[float, ...]


def travelled(rides: Sequence[PlannedRide], walk: int = 0, number: int = 100_000) -> Drawn:
    """Travel a plan whose rides all have the same correlation, and take what comes."""
    luck = np.random.default_rng(17)
    correlation = rides[-1].correlation
    mood = luck.standard_normal(number)

    def scores() -> NDArray[np.float64]:
        own = luck.standard_normal(number)
        return np.asarray(np.sqrt(correlation) * mood + np.sqrt(1 - correlation) * own)

    arrivals = np.full(number, np.nan)
    planned = np.ones(number, np.bool_)
    late = np.full(number, -np.inf)
    reached = []
    for index, one in enumerate(rides):
        assert one.arriving is not None
        of_train = scores()
        arrives = drawn(one.arriving, of_train)
        # The same luck is behind how late it leaves; it runs or not as a whole.
        leaves = drawn(replace(one.leaving or PROMPT, cancelled=one.arriving.cancelled), of_train)
        boards = planned & ~np.isnan(arrives) & (late <= one.slack_min + leaves)
        stays = planned & ~boards
        ready = one.departs_min - one.slack_min + late if index else np.full(number, -np.inf)
        for other in one.fallbacks:
            other_late = drawn(other.arriving, scores())
            takes = stays & (ready <= other.departs_min) & ~np.isnan(other_late)
            arrivals[takes] = other.arrives_min + other_late[takes]
            stays &= ~takes
        arrivals[stays] = NEVER
        planned, late = boards, arrives
        reached.append(float(planned.mean()))
    arrivals[planned] = rides[-1].arrives_min + walk + late[planned]
    assert not np.isnan(arrivals).any()
    return Drawn(arrivals, tuple(reached))


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.6])
@pytest.mark.parametrize("rides", [1, 2, 3])
def test_the_odds_are_how_often_a_plan_comes_out_so(rides: int, correlation: float) -> None:
    plan = [replace(one, correlation=correlation) for one in TWO_CHANGES[:rides]]
    found, seen = odds(*plan, walk=7), travelled(plan, walk=7)
    for minute in range(560, 800, 5):
        share = float((seen.arrivals <= minute).mean())
        assert found.arrives_by(minute) == pytest.approx(share, abs=0.01)
    reached = [found.first_runs_probability]
    for chance in found.catch_probabilities:
        reached.append(reached[-1] * chance)
    assert reached == pytest.approx(seen.reached, abs=0.01)
    assert found.as_planned_probability == pytest.approx(seen.reached[-1], abs=0.01)
    assert found.stranded_probability == pytest.approx(np.isinf(seen.arrivals).mean(), abs=0.01)
    there = seen.arrivals[np.isfinite(seen.arrivals)]
    assert found.expected_arrival_min == pytest.approx(there.mean(), abs=0.5)


@st.composite
def plans(draw: st.DrawFn) -> tuple[PlannedRide, ...]:
    """Draw a plan of one to three rides with up to two fallbacks each."""
    rides: list[PlannedRide] = []
    at = 480
    correlation = draw(st.sampled_from([0.0, 0.2, 0.5, HIGHEST]))
    for _ in range(draw(st.integers(1, 3))):
        departs = at + draw(st.integers(0, 20))
        arrives = departs + draw(st.integers(1, 90))
        others = [
            instead(departs + draw(st.integers(0, 60)), departs + draw(st.integers(30, 400)),
                    draw(delays()))
            for _ in range(draw(st.integers(0, 2)))
        ]  # fmt: skip
        rides.append(
            ride(
                departs, arrives, *others,
                arriving=draw(delays()), leaving=draw(st.none() | delays()),
                slack=draw(st.integers(0, 20)), correlation=correlation,
            )
        )  # fmt: skip
        at = arrives
    return tuple(rides)


@settings(deadline=None, max_examples=25)
@given(plans())
def test_any_plan_comes_out_as_often_as_its_odds_say(plan: tuple[PlannedRide, ...]) -> None:
    found, seen = odds(*plan), travelled(plan)
    for minute in range(plan[-1].arrives_min - 10, plan[-1].arrives_min + 200, 15):
        share = float((seen.arrivals <= minute).mean())
        assert found.arrives_by(minute) == pytest.approx(share, abs=0.01)
    assert found.as_planned_probability == pytest.approx(seen.reached[-1], abs=0.01)


@settings(deadline=None)
@given(plans())
def test_everything_is_a_chance_and_all_that_may_come_adds_up(
    plan: tuple[PlannedRide, ...],
) -> None:
    found = odds(*plan)
    for chance in (
        found.first_runs_probability,
        *found.catch_probabilities,
        found.all_connections_probability,
        found.as_planned_probability,
        found.stranded_probability,
        *(found.late_probability(minutes) for minutes in LATE_BY_MIN),
    ):
        assert 0 <= chance <= 1
    assert (found.by_minute >= 0).all()
    assert found.by_minute.sum() + found.stranded_probability == pytest.approx(1, abs=1e-6)
    assert len(found.catch_probabilities) == len(plan) - 1


@settings(deadline=None)
@given(plans())
def test_it_never_gets_likelier_to_be_later(plan: tuple[PlannedRide, ...]) -> None:
    found = odds(*plan)
    late = [found.late_probability(minutes) for minutes in range(-60, 300)]
    assert all(after <= before for before, after in pairwise(late))
    by = [found.arrives_by(minute) for minute in range(found.first_min - 5, found.first_min + 900)]
    assert all(after >= before for before, after in pairwise(by))


@settings(deadline=None)
@given(plans())
def test_quantiles_are_the_first_minutes_with_that_chance(plan: tuple[PlannedRide, ...]) -> None:
    found = odds(*plan)
    for quantile in ARRIVAL_QUANTILES:
        minute = found.quantile(quantile)
        if minute is None:
            assert 1 - found.stranded_probability < quantile
            continue
        assert found.arrives_by(minute) >= quantile - 1e-8
        assert found.arrives_by(minute - 1) < quantile
        assert found.late_probability(minute + 1 - found.arrives_min) <= 1 - quantile + 1e-8


@settings(deadline=None)
@given(plans())
def test_a_fallback_more_never_makes_it_likelier_to_be_stranded(
    plan: tuple[PlannedRide, ...],
) -> None:
    last = plan[-1]
    more = replace(last, fallbacks=(*last.fallbacks, instead(last.departs_min + 90, 900)))
    before, after = odds(*plan), odds(*plan[:-1], more)
    assert after.stranded_probability <= before.stranded_probability + 1e-9
    assert after.catch_probabilities == pytest.approx(before.catch_probabilities)


@settings(deadline=None)
@given(delays(), delays(), st.integers(0, 20), st.floats(0, HIGHEST))
def test_one_connection_is_caught_as_often_as_by_itself(
    first: DelayDistribution, second: DelayDistribution, slack: int, correlation: float
) -> None:
    leaving = replace(second, cancelled=0.1)
    found = odds(
        ride(arriving=first, correlation=0.0),
        ride(550, 600, arriving=leaving, leaving=leaving, slack=slack, correlation=correlation),
    )
    alone = catch_probability(first, leaving, slack, correlation=correlation)
    assert found.as_planned_probability == pytest.approx(alone.probability, abs=1e-5)
    assert found.first_runs_probability == pytest.approx(1 - first.cancelled, abs=1e-5)


def test_a_direct_train_arrives_as_forecast() -> None:
    found = odds(ride(correlation=0.0), walk=4)
    assert found.arrives_min == 544
    assert found.catch_probabilities == ()
    assert found.all_connections_probability == 1
    for minutes in (1, 5, 15, 30):
        expected = USUAL.late(minutes) + USUAL.cancelled
        assert found.late_probability(minutes) == pytest.approx(expected, abs=1e-5)
    assert found.stranded_probability == pytest.approx(USUAL.cancelled, abs=1e-5)


def test_what_is_taken_in_place_of_a_cancelled_first_train_counts() -> None:
    found = odds(ride(480, 540, instead(510, 570, PROMPT), arriving=CANCELLED))
    assert found.first_runs_probability == 0
    assert found.as_planned_probability == 0
    assert [found.arrives_by(minute) for minute in (569, 570)] == pytest.approx([0, 1])
    assert found.late_probability(30) == pytest.approx(1)
    assert found.late_probability(31) == pytest.approx(0)


def test_the_first_fallback_that_one_is_in_time_for_is_taken() -> None:
    late = DelayDistribution(at_most=(EDGES >= 20).astype(float), cancelled=0.0)
    plan = odds(
        ride(480, 540, arriving=late),
        ride(550, 600, instead(564, 614, PROMPT), instead(565, 620, PROMPT), arriving=PROMPT),
    )
    assert plan.catch_probabilities == pytest.approx((0,))
    # Ready at 565: 5 minutes to change after the arrival at 560.
    assert [plan.arrives_by(minute) for minute in (619, 620)] == pytest.approx([0, 1])


def test_a_cancelled_fallback_leaves_the_next_one() -> None:
    plan = odds(
        ride(480, 540, arriving=PROMPT),
        ride(550, 600, instead(560, 610, CANCELLED), instead(570, 620, PROMPT),
             arriving=CANCELLED),
    )  # fmt: skip
    assert plan.quantile(0.5) == 620


def test_without_a_fallback_one_is_stranded_and_never_there() -> None:
    plan = odds(ride(480, 540, arriving=PROMPT), ride(550, 600, arriving=CANCELLED))
    assert plan.stranded_probability == 1
    assert plan.late_probability(600) == 1
    assert plan.arrives_by(10_000) == 0
    assert plan.quantile(0.5) is None
    assert plan.expected_arrival_min is None


def test_the_booked_arrival_may_lie_past_midnight() -> None:
    plan = odds(ride(1430, 1500, arriving=PROMPT), ride(1510, 1550, arriving=PROMPT))
    assert plan.quantile(0.5) == 1550
    assert plan.late_probability(1) == pytest.approx(0)


def test_without_a_forecast_of_every_ride_there_are_no_odds() -> None:
    assert plan_odds([ride(), ride(550, 600, arriving=None)]) is None


def test_a_departure_of_which_nothing_is_known_leaves_as_booked() -> None:
    first = ride(arriving=late_by(6.0))
    unknown = odds(first, ride(550, 600, leaving=None))
    prompt = odds(first, ride(550, 600, leaving=PROMPT))
    assert unknown.catch_probabilities == prompt.catch_probabilities


def test_a_train_that_leaves_late_is_caught_more_often_and_arrives_late() -> None:
    first = ride(arriving=late_by(6.0))
    late = late_by(20.0)
    waits = odds(first, ride(550, 600, leaving=late, arriving=late))
    goes = odds(first, ride(550, 600, leaving=PROMPT, arriving=late))
    assert waits.catch_probabilities[0] > goes.catch_probabilities[0]
    others = late_by(20.0, cancelled=0.0)
    caught = waits.as_planned_probability
    # Those who catch it because it is late are late themselves.
    share = 1 - float(others.by_minute[15 - 1 + 30])
    late_and_caught = waits.late_probability(15) - waits.stranded_probability
    assert late_and_caught > share * caught


def test_the_mood_makes_bad_days_worse_and_connections_likelier() -> None:
    shared = odds(*TWO_CHANGES)
    alone = odds(*(replace(one, correlation=0.0) for one in TWO_CHANGES))
    assert shared.all_connections_probability > alone.all_connections_probability
    assert shared.late_probability(15) < alone.late_probability(15)


def test_far_later_trains_are_within_reach() -> None:
    plan = odds(ride(480, 540, instead(1000, 1100, PROMPT), arriving=CANCELLED))
    assert plan.quantile(0.95) == 1100
    assert len(plan.by_minute) == 1100 + LATEST_MIN + 1 - plan.first_min


def test_ranks_of_the_tests_are_normal() -> None:
    assert ranks_of(np.array([-1.0, 0.0, 1.96])) == pytest.approx([0.158655, 0.5, 0.975], abs=1e-4)
