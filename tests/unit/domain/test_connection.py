"""The chance of catching one train off another."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from railfair.domain.delays.connection import (
    PROMPT,
    Catch,
    catch_probability,
    catches,
    departure_of,
)
from railfair.domain.delays.departures import (
    FIRST_DEPARTURE,
    BookedDeparture,
    before_learning,
    departure_of_schedule,
)
from railfair.domain.delays.distribution import EDGES, MINUTES, DelayDistribution
from railfair.domain.delays.mood import HIGHEST
from support import timetables
from support.odds import delays, drawn, late_by
from support.running import AYT, CEE, TOC

CORRELATIONS = st.floats(0, HIGHEST)
SLACKS = st.integers(-40, 60)
CANCELLED = DelayDistribution(at_most=PROMPT.at_most, cancelled=1.0)


def caught(
    first: DelayDistribution, second: DelayDistribution, slack: int, correlation: float
) -> Catch:
    return catch_probability(first, second, slack, correlation=correlation)


def counted_out(first: DelayDistribution, second: DelayDistribution, slack: int) -> float:
    """Brute force: every delay of the one with every delay of the other."""
    ones, twos = (np.diff(one.by_minute, prepend=0.0) for one in (first, second))
    is_caught = MINUTES[:, None] <= slack + MINUTES[None, :]
    both_run = (1 - first.cancelled) * (1 - second.cancelled)
    return both_run * float((ones[:, None] * twos[None, :] * is_caught).sum())


@settings(deadline=None)
@given(delays(), delays(), SLACKS)
def test_without_correlation_every_delay_meets_every_other(
    first: DelayDistribution, second: DelayDistribution, slack: int
) -> None:
    expected = counted_out(first, second, slack)
    assert caught(first, second, slack, 0.0).probability == pytest.approx(expected, abs=2e-6)


@settings(deadline=None)
@given(delays(), delays(), SLACKS, CORRELATIONS)
def test_more_time_never_lowers_the_chance(
    first: DelayDistribution, second: DelayDistribution, slack: int, correlation: float
) -> None:
    one, more = (caught(first, second, slack + extra, correlation) for extra in (0, 1))
    assert more.probability >= one.probability - 1e-12
    assert more.if_both_run >= one.if_both_run - 1e-12


@settings(deadline=None)
@given(delays(), delays(), SLACKS, CORRELATIONS)
def test_chances_are_chances_and_cancellations_only_lower_them(
    first: DelayDistribution, second: DelayDistribution, slack: int, correlation: float
) -> None:
    found = caught(first, second, slack, correlation)
    assert 0 <= found.probability <= found.if_both_run <= 1
    assert found.probability <= 1 - max(first.cancelled, second.cancelled) + 1e-4
    assert (found.arriving_cancelled, found.departing_cancelled) == (
        first.cancelled,
        second.cancelled,
    )


@settings(deadline=None, max_examples=20)
@given(delays(), delays(), st.integers(0, 20), CORRELATIONS)
def test_it_is_how_often_drawn_trains_are_caught(
    first: DelayDistribution, second: DelayDistribution, slack: int, correlation: float
) -> None:
    luck = np.random.default_rng(11)
    number = 100_000
    mood = luck.standard_normal(number)
    one, two = (
        drawn(each, np.sqrt(correlation) * mood
              + np.sqrt(1 - correlation) * luck.standard_normal(number))
        for each in (first, second)
    )  # fmt: skip
    share = float((one <= slack + two).mean())  # what is cancelled is not a number
    assert caught(first, second, slack, correlation).probability == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize("slack", [0, 5, 15])
def test_trains_that_are_late_together_are_caught_more_often(slack: int) -> None:
    first, second = late_by(4.0, cancelled=0.0), late_by(4.0, cancelled=0.0)
    chances = [caught(first, second, slack, one).probability for one in (0.0, 0.2, 0.4, 0.6)]
    assert chances == sorted(chances)
    assert chances[-1] > chances[0] + 0.005


def test_a_cancelled_train_is_not_caught_nor_caught_from() -> None:
    for first, second in ((CANCELLED, PROMPT), (PROMPT, CANCELLED), (CANCELLED, CANCELLED)):
        found = caught(first, second, 30, 0.3)
        assert found.probability == 0
        assert found.if_both_run == 0


def test_trains_on_time_are_caught_with_time_to_spare_and_not_without() -> None:
    assert [round(caught(PROMPT, PROMPT, slack, 0.3).probability, 6) for slack in (-1, 0, 1)] == [
        0, 1, 1,
    ]  # fmt: skip


def test_the_marginals_stay_what_they_are_in_any_mood() -> None:
    first = late_by(6.0, cancelled=0.05)
    for correlation in (0.1, 0.4, HIGHEST):
        found = caught(first, PROMPT, 7, correlation)
        expected = 0.95 * float(first.by_minute[7 - MINUTES[0]])
        assert found.probability == pytest.approx(expected, abs=1e-4)


def test_many_connections_are_one_by_one_the_same() -> None:
    firsts = [late_by(mean, cancelled=0.01) for mean in (2.0, 5.0, 9.0)]
    second = late_by(3.0, cancelled=0.02)
    slack, correlations = np.array([0, 4, 9]), np.array([0.0, 0.3, 0.6])
    found = catches(
        np.stack([one.at_most for one in firsts]), np.full(3, 0.01),
        np.stack([second.at_most] * 3), np.full(3, 0.02), slack, correlations,
    )  # fmt: skip
    for row, first, minutes, correlation in zip(
        found.tolist(), firsts, slack.tolist(), correlations.tolist(), strict=True
    ):
        alone = caught(first, second, minutes, correlation)
        assert row[0] == pytest.approx(alone.probability, abs=1e-6)
        assert row[0] / row[1] == pytest.approx(alone.if_both_run, abs=1e-6)


def test_no_connections_have_no_chances() -> None:
    none, no_rows = np.empty(0), np.empty((0, len(EDGES)))
    assert catches(no_rows, none, no_rows, none, none.astype(np.int64), none).shape == (0, 2)


@settings(deadline=None)
@given(delays(), st.integers(0, 200))
def test_a_train_makes_up_by_its_stop_but_for_a_minute_and_leaves_no_earlier(
    arrival: DelayDistribution, stop: int
) -> None:
    found = departure_of(arrival, stop)
    spare = max(stop - 1, 0)
    for edge, chance in zip(EDGES.tolist(), found.at_most.tolist(), strict=True):
        arrives = arrival.by_minute[min(edge + spare - int(MINUTES[0]), len(MINUTES) - 1)]
        assert chance == pytest.approx(0 if edge < 0 else float(arrives), abs=1e-9)
    assert found.cancelled == arrival.cancelled


def test_where_a_train_begins_it_leaves_about_on_time() -> None:
    departures = [
        BookedDeparture(TOC, AYT, CEE, AYT, 480, 480, None),
        BookedDeparture(TOC, AYT, CEE, AYT, 480, 480, 1),
    ]
    rows = np.stack([late_by(9.0).at_most] * 2)
    found = before_learning(departures, rows)
    assert found[0].tolist() == FIRST_DEPARTURE.tolist()
    assert found[1].tolist() == np.where(EDGES < 0, 0, rows[1]).tolist()


def test_a_timetabled_departure_knows_its_stop() -> None:
    train = timetables.train(
        "A10001",
        timetables.call("AYT", dep="08:00"),
        timetables.call("BEE", arr="08:30", dep="08:32"),
        timetables.call("CEE", arr="09:00"),
    )
    assert departure_of_schedule(train, 0).stop_min is None
    assert departure_of_schedule(train, 1).stop_min == 2
    assert departure_of_schedule(train, 1).leaves_min == 512
    with pytest.raises(ValueError, match="no booked departure"):
        departure_of_schedule(train, 2)
