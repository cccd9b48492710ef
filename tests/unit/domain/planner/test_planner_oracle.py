"""The planner against journeys found the slow way, on small railways thrown at random."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from railfair.domain.codes import TrainUid
from railfair.domain.journey import Journey
from railfair.domain.planner.search import EXHAUSTIVE, Planner, Terms
from support.journeys_oracle import NEVER, Option, Oracle, option
from support.random_railways import DAY, Question, thrown

SEEDS = st.integers(0, 2**32)
MOST_CHANGES = 4


def with_trains(oracle: Oracle, terms: Terms, journeys: list[Journey]) -> set[Option]:
    """Return the options of those journeys that could not as well be walked."""
    found = [option(one) for one in journeys if one.trains]
    assert len(found) == len(set(found))
    return {one for one in found if one[2] > 0 or oracle.on_foot(terms, one[0]) > one[1]}


def arrivals(
    planner: Planner,
    question: Question,
    *,
    most_changes: int = MOST_CHANGES,
    extra_min: int = 0,
) -> list[int]:
    """Return the earliest arrival with up to 0, 1, … changes."""
    terms = replace(question.terms, most_changes=most_changes, extra_min=extra_min)
    found = planner.earliest(terms, question.at)
    return [
        min((one.arrives_min for one in found if one.changes <= changes), default=NEVER)
        for changes in range(MOST_CHANGES + 1)
    ]


@settings(max_examples=150, deadline=None)
@given(SEEDS)
def test_the_planner_finds_what_the_rules_allow(seed: int) -> None:
    railway, questions = thrown(seed)
    planner, oracle = railway.planner(DAY), Oracle(railway, DAY)
    for question in questions:
        terms, at, until = question.terms, question.at, question.until
        if not all(planner.knows(crs) for crs in question.named):
            continue
        earliest, latest = planner.earliest(terms, at), planner.latest(terms, until)
        leaving, arriving = planner.leaving(terms, at, until), planner.arriving(terms, at, until)
        for journey in (*earliest, *latest, *leaving, *arriving):
            oracle.check(terms, journey)
        assert sorted(map(option, earliest)) == oracle.earliest(terms, at)
        assert sorted(map(option, latest)) == oracle.latest(terms, until)
        assert with_trains(oracle, terms, leaving) == oracle.leaving(terms, at, until)
        assert with_trains(oracle, terms, arriving) == oracle.arriving(terms, at, until)
        assert all(at <= one.departs_min <= until for one in leaving)
        assert all(at <= one.arrives_min <= until for one in arriving)


@settings(max_examples=100, deadline=None)
@given(SEEDS)
def test_one_train_more_never_makes_an_arrival_later(seed: int) -> None:
    railway, questions = thrown(seed, questions=6)
    *fewer, last = railway.schedules
    added = replace(railway, schedules=[*fewer, replace(last, uid=TrainUid("B00001"))])
    without = replace(railway, schedules=fewer)
    less, more = without.planner(DAY), added.planner(DAY)
    for question in questions:
        if all(less.knows(crs) for crs in question.named):
            pairs = zip(arrivals(less, question), arrivals(more, question), strict=True)
            assert all(now <= before for before, now in pairs)


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_alternatives_are_possible_and_one_train_more_hides_none(seed: int) -> None:
    railway, questions = thrown(seed)
    added = replace(railway.schedules[0], uid=TrainUid("B00001"))
    oracle = Oracle(railway, DAY)
    planner = railway.planner(DAY)
    more = replace(railway, schedules=[*railway.schedules, added]).planner(DAY)
    for question in questions:
        if all(planner.knows(crs) for crs in question.named):
            terms = replace(question.terms, most_changes=min(question.terms.most_changes, 1))
            asked = terms, question.at, question.until, EXHAUSTIVE
            found = planner.alternatives(*asked)
            for journey in found:
                oracle.check(terms, journey)
            assert len({one.key for one in found}) == len(found)
            if not terms.via:
                assert {one.key for one in found if one.trains} <= {
                    one.key for one in more.alternatives(*asked)
                }


@settings(max_examples=100, deadline=None)
@given(SEEDS)
def test_more_changes_or_fewer_minutes_for_them_never_make_an_arrival_later(seed: int) -> None:
    railway, questions = thrown(seed, questions=6)
    planner = railway.planner(DAY)
    for question in questions:
        if not all(planner.knows(crs) for crs in question.named):
            continue
        best = arrivals(planner, question)
        for changes in range(MOST_CHANGES):
            limited = arrivals(planner, question, most_changes=changes)
            assert limited == [*best[: changes + 1], *[best[changes]] * (MOST_CHANGES - changes)]
        for fewer, more in pairwise([0, 1, 5, 20]):
            pairs = zip(
                arrivals(planner, question, extra_min=fewer),
                arrivals(planner, question, extra_min=more),
                strict=True,
            )
            assert all(quick <= slow for quick, slow in pairs)


def test_the_random_railways_have_what_makes_planning_hard() -> None:
    """Without this a poor throw of the dice would prove nothing."""
    seen = dict.fromkeys(
        ("staying seated", "link", "two changes", "other day", "waiting", "operators"), 0
    )
    for seed in range(60):
        railway, questions = thrown(seed, questions=6)
        planner = railway.planner(DAY)
        for question in questions:
            if not all(planner.knows(crs) for crs in question.named):
                continue
            for one in planner.leaving(question.terms, question.at, question.at + 600):
                seen["staying seated"] += any(len(leg.portions) > 1 for leg in one.trains)
                seen["link"] += len(one.legs) > len(one.trains) > 1
                seen["two changes"] += one.changes > 1
                seen["other day"] += any(leg.first.day != DAY for leg in one.trains)
                seen["waiting"] += any(each.slack_min > 0 for each in one.connections)
                seen["operators"] += any(
                    each.needed_min - question.terms.extra_min != _own_min(planner, each.at)
                    for each in one.connections
                )
    assert min(seen.values()) > 10, seen


def _own_min(planner: Planner, crs: str) -> int:
    return next(
        int(takes)
        for code, takes in zip(planner.network.crs, planner.network.change_min, strict=True)
        if code.decode() == crs
    )
