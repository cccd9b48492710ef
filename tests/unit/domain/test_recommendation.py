"""Which journeys are worth choosing between, and what each is more than the others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railfair.domain.recommendation import Advice, advise, labelled, shortlist, worthwhile
from railfair.domain.tradeoff import Label, Option
from support.options import KNOWN, MANY, VALUES_OF_TIME, journey

TWELVE_POUNDS = 1200
EVERY_TEN = tuple(journey(f"08:{minute}-09:{minute}") for minute in (10, 20, 30, 40, 50))


def labels_of(*options: Option, value: int = TWELVE_POUNDS) -> dict[Label, Option]:
    return labelled(options, value_of_time_p_per_hour=value)


def vector(option: Option) -> tuple[float | None, ...]:
    return (
        option.departs_min,
        option.arrives_min,
        option.changes,
        option.price_p,
        option.reliability,
    )


def test_what_leaves_earlier_arrives_later_and_is_no_better_is_not_worth_choosing() -> None:
    good, bad = journey("08:10-09:40"), journey("08:00-09:49")
    assert worthwhile([bad, good]) == (good,)


@pytest.mark.parametrize(
    "other",
    [
        journey("08:01-10:00"),
        journey("07:00-08:59"),
        journey("07:30-09:30", price=1999),
        journey("07:30-09:30", goes_well=0.91),
    ],
    ids=["leaves later", "arrives earlier", "cheaper", "more reliable"],
)
def test_being_better_in_one_thing_is_enough(other: Option) -> None:
    good = journey("08:00-09:00", changes=1)
    assert set(worthwhile([good, other])) == {good, other}


def test_fewer_changes_are_enough() -> None:
    direct, quick = journey("08:00-10:00"), journey("08:10-09:00", changes=1)
    assert worthwhile([quick, direct]) == (direct, quick)


def test_they_come_by_departure_then_arrival() -> None:
    slow, quick = journey("08:00-09:30"), journey("08:00-09:00", changes=1)
    later = journey("08:30-10:00")
    assert worthwhile([later, slow, quick]) == (quick, slow, later)


@given(KNOWN)
def test_they_are_those_that_none_is_as_good_as_in_everything(options: list[Option]) -> None:
    def beats(one: Option, other: Option) -> bool:
        pairs = (
            (one.departs_min, other.departs_min),
            (other.arrives_min, one.arrives_min),
            (other.changes, one.changes),
            (other.price_p or 0, one.price_p or 0),
            (one.reliability or 0, other.reliability or 0),
        )
        return all(mine >= its for mine, its in pairs) and any(mine > its for mine, its in pairs)

    kept = worthwhile(options)
    assert not any(beats(one, other) for one in kept for other in kept)
    for option in options:
        is_beaten = any(beats(one, option) for one in options)
        assert is_beaten != any(vector(option) == vector(one) for one in kept)
    assert len({vector(one) for one in kept}) == len(kept)


def test_where_there_is_room_nothing_is_cut() -> None:
    found = shortlist(EVERY_TEN, 5)
    assert (found.kept, found.cut) == (EVERY_TEN, ())


def test_the_first_to_leave_are_kept() -> None:
    found = shortlist(EVERY_TEN, 2)
    assert (found.kept, found.cut) == (EVERY_TEN[:2], EVERY_TEN[2:])


def test_or_the_last_where_the_arrival_was_asked_for() -> None:
    found = shortlist(EVERY_TEN, 3, latest_first=True)
    # The first is the earliest arrival without a change.
    assert found.kept == (EVERY_TEN[0], *EVERY_TEN[3:])
    assert found.cut == EVERY_TEN[1:3]


def test_what_has_to_be_kept_is_though_it_leaves_last() -> None:
    cheapest = journey("10:00-12:00", price=100)
    reliable = journey("10:10-12:00", goes_well=0.99)
    fastest = journey("10:20-10:50")
    one_change = journey("10:30-12:00", changes=1)
    needed = (cheapest, reliable, fastest, one_change)
    found = shortlist((*EVERY_TEN, *needed), 6)
    assert found.kept == (*EVERY_TEN[:2], *needed)


def test_so_is_what_the_caller_needs() -> None:
    found = shortlist(EVERY_TEN, 2, keep={EVERY_TEN[3]})
    assert found.kept == (EVERY_TEN[0], EVERY_TEN[3])


def test_the_limit_yields_to_what_has_to_be_kept() -> None:
    by_changes = tuple(journey(f"08:{9 - n}0-11:{9 - n}0", changes=n) for n in range(4, 8))
    assert shortlist(by_changes, 1).kept == by_changes[::-1]


def test_of_several_earliest_arrivals_the_last_to_leave_is_kept() -> None:
    early, late = journey("08:00-10:00", price=1), journey("08:30-10:00", price=2)
    cheap = journey("09:55-10:20", price=0, goes_well=0.99)
    assert shortlist((early, late, cheap), 1).kept == (late, cheap)


@given(MANY, st.integers(1, 10), st.booleans())
def test_it_parts_the_options_in_order_and_keeps_the_earliest_arrivals(
    options: list[Option], limit: int, latest_first: bool
) -> None:
    worth = worthwhile(options)
    found = shortlist(worth, limit, latest_first=latest_first)
    assert [one for one in worth if one in found.kept] == list(found.kept)
    assert [one for one in worth if one not in found.kept] == list(found.cut)
    assert len(found.kept) >= min(limit, len(worth))
    for changes in {option.changes for option in options}:
        arrivals = [one.arrives_min for one in worth if one.changes == changes]
        kept = [one.arrives_min for one in found.kept if one.changes == changes]
        assert min(arrivals, default=0) == min(kept, default=0)
    if len(found.kept) > limit:
        assert len(found.kept) <= len({one.changes for one in worth}) + 3


def test_they_go_to_the_best_in_each_thing() -> None:
    fast = journey("08:00-09:00", price=4000)
    cheap = journey("08:30-10:30", price=1000, goes_well=0.8)
    sure = journey("09:00-10:45", price=3000, goes_well=0.99)
    assert labels_of(fast, cheap, sure) == {
        Label.FASTEST: fast,
        Label.CHEAPEST: cheap,
        Label.MOST_RELIABLE: sure,
        Label.BEST: cheap,
    }


def test_the_best_depends_on_what_time_is_worth() -> None:
    fast, cheap = journey("08:00-09:00", price=4000), journey("08:30-10:30", price=1000)
    assert labels_of(fast, cheap, value=2900)[Label.BEST] is cheap
    assert labels_of(fast, cheap, value=3100)[Label.BEST] is fast


def test_a_change_is_worth_avoiding_by_five_minutes() -> None:
    change = journey("08:00-09:00", changes=1)
    assert labels_of(change, journey("08:10-09:14"))[Label.BEST] is not change
    assert labels_of(change, journey("08:10-09:16"))[Label.BEST] is change


def test_the_best_counts_the_arrival_that_is_to_be_expected() -> None:
    risky = journey("08:00-09:00", expected=40)
    steady = journey("08:00-09:20", expected=2)
    assert labels_of(risky, steady)[Label.BEST] is steady


def test_where_one_expected_arrival_is_unknown_the_booked_ones_count() -> None:
    risky = journey("08:00-09:00", expected=40)
    unknown = Option(
        key="unknown",
        departs_min=480,
        arrives_min=560,
        changes=0,
        price_p=2000,
        reliability=None,
        expected_arrival_min=None,
    )
    assert labels_of(risky, unknown)[Label.BEST] is risky


def test_one_journey_alone_has_none() -> None:
    assert labels_of(journey("08:00-09:00")) == {}


def test_what_is_the_same_for_all_is_no_label() -> None:
    assert labels_of(journey("08:00-09:00"), journey("08:30-09:30")) == {}


def test_where_a_price_is_unknown_none_is_the_cheapest_or_best() -> None:
    found = labels_of(journey("08:00-09:00"), journey("08:30-09:20", price=None))
    assert list(found) == [Label.FASTEST]


def test_reliability_that_reads_the_same_is_no_label() -> None:
    one, other = journey("08:00-09:00", goes_well=0.901), journey("08:30-09:30", goes_well=0.9)
    assert labels_of(one, other) == {}


def test_of_equally_cheap_ones_the_quicker_is_the_cheapest() -> None:
    slow, quick = journey("08:00-09:00", price=1000), journey("08:30-09:20", price=1000)
    assert labels_of(slow, quick, journey("09:00-09:40"))[Label.CHEAPEST] is quick


@given(MANY, VALUES_OF_TIME)
def test_each_holder_is_as_good_as_any_and_better_than_some(
    options: list[Option], value: int
) -> None:
    worth = worthwhile(options)
    found = labels_of(*worth, value=value)
    measures: dict[Label, list[float | None]] = {
        Label.FASTEST: [one.arrives_min - one.departs_min for one in worth],
        Label.CHEAPEST: [one.price_p for one in worth],
        Label.MOST_RELIABLE: [
            None if one.reliability is None else -one.reliability for one in worth
        ],
    }
    for label, values in measures.items():
        known = [value for value in values if value is not None]
        if label in found:
            assert len(known) == len(worth)
            assert values[worth.index(found[label])] == min(known) < max(known)
        elif label is not Label.MOST_RELIABLE:
            assert len(known) < len(worth) or len(set(known)) < 2


@given(KNOWN, VALUES_OF_TIME)
def test_the_best_costs_least_in_time_and_money(options: list[Option], value: int) -> None:
    worth = worthwhile(options)
    is_expected = all(one.expected_arrival_min is not None for one in worth)

    def cost_p(one: Option) -> float:
        arrival = one.expected_arrival_min if is_expected else one.arrives_min
        assert arrival is not None
        assert one.price_p is not None
        return one.price_p + value * (arrival - one.departs_min + 5 * one.changes) / 60

    best = labels_of(*worth, value=value).get(Label.BEST)
    costs = [cost_p(one) for one in worth]
    if best is None:
        assert len(set(costs)) < 2
    else:
        assert cost_p(best) == min(costs)


@given(MANY, VALUES_OF_TIME)
def test_the_order_of_the_options_does_not_matter(options: list[Option], value: int) -> None:
    worth = worthwhile(options)
    assert labels_of(*reversed(worth), value=value) == labels_of(*worth, value=value)


@given(MANY, VALUES_OF_TIME, st.integers(1, 8))
def test_labels_do_not_change_with_the_limit(options: list[Option], value: int, limit: int) -> None:
    worth = worthwhile(options)
    found = advise(options, value_of_time_p_per_hour=value, limit=limit)
    if len(found.recommended) > 1:
        given_to = {label: one.option for one in found.recommended for label in one.labels}
        assert given_to == labelled(worth, value_of_time_p_per_hour=value)
    else:
        assert not any(one.labels for one in found.recommended)


def test_of_nothing_nothing_is_recommended() -> None:
    assert advise([], value_of_time_p_per_hour=0) == Advice(recommended=(), cut=())
