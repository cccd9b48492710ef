"""What a day's trains have in common, and how it is learned."""

from datetime import date
from statistics import NormalDist

import numpy as np
import pytest
from numpy.typing import NDArray

from railfair.domain.codes import Crs, TocCode
from railfair.domain.delays.arrivals import BookedArrival, DayType
from railfair.domain.delays.departures import BookedDeparture
from railfair.domain.delays.distribution import EDGES
from railfair.domain.delays.mood import (
    HIGHEST,
    LATE_EDGES,
    LATE_MIN,
    NODES,
    PRIOR,
    Lateness,
    Mood,
    MoodHistory,
    Relation,
    marks,
    moods,
    relation,
    runs_back,
)
from railfair.domain.delays.mood_kernel import TERMS, series_terms
from railfair.domain.delays.normal import below, normal_score
from support.running import AYT, BEE, CEE, DAY, DEE, TOC, days_from

OTHER = TocCode("ZX")
CHANCES = 1 - np.array([0.2, 0.08, 0.04])
"""Of being less late than each of `LATE_MIN`."""


def arriving(
    crs: Crs = BEE, origin: Crs = AYT, terminus: Crs = CEE, *, at: int = 600, toc: TocCode = TOC
) -> BookedArrival:
    return BookedArrival(toc, crs, terminus, origin, at - 60, at, DayType.WEEKDAY)


def departing(
    crs: Crs = BEE, origin: Crs = CEE, terminus: Crs = DEE, *, at: int = 610, toc: TocCode = TOC
) -> BookedDeparture:
    return BookedDeparture(toc, crs, terminus, origin, at - 60, at, 2)


def bivariate(correlation: float, number: int, luck: np.random.Generator) -> NDArray[np.float64]:
    mood = luck.standard_normal((number, 1))
    own = luck.standard_normal((number, 2))
    return np.asarray(np.sqrt(correlation) * mood + np.sqrt(1 - correlation) * own)


def lateness(
    booked: list[BookedArrival] | list[BookedDeparture], scores: NDArray[np.float64], first_run: int
) -> Lateness:
    """Trains that are all as likely to be late, and as late as their *scores* say."""
    limits = np.array([NormalDist().inv_cdf(chance) for chance in CHANCES])
    return Lateness(
        marks=np.array([marks(one) for one in booked], np.int64).reshape(-1, 5),
        runs=np.arange(first_run, first_run + len(booked)),
        punctual=np.tile(CHANCES, (len(booked), 1)),
        late=scores[:, None] > limits,
    )


def learned(correlation: float, *, days: int = 60, pairs: int = 500) -> MoodHistory:
    """A history of days on which pairs of trains met, each pair at a station of its own."""
    history, luck = MoodHistory(), np.random.default_rng(5)
    stations = [Crs(f"{index:03}") for index in range(pairs)]
    first = [arriving(crs) for crs in stations]
    second = [departing(crs) for crs in stations]
    for day in days_from(DAY, days):
        scores = bivariate(correlation, pairs, luck)
        history.learn(
            day, lateness(first, scores[:, 0], 0), lateness(second, scores[:, 1], len(first))
        )
    return history


def learned_from(first: BookedArrival, second: BookedDeparture, *, runs: int = 1) -> Mood:
    """The mood after days on which both were late every time, the second of run number *runs*."""
    history = MoodHistory()
    late = np.full(300, 9.0)
    for day in days_from(DAY, 30):
        history.learn(
            day,
            lateness([first], late[:1], 0),
            lateness([second], late[:1], runs),
        )
    return history.mood


@pytest.mark.parametrize("correlation", [0.0, 0.15, 0.3, 0.5, 0.65])
def test_the_correlation_of_trains_that_meet_is_found(correlation: float) -> None:
    found = learned(correlation).mood
    assert found.alike[:2] == pytest.approx((correlation, correlation), abs=0.05)
    assert found.alike[2] == pytest.approx(correlation, abs=0.07)


def test_what_was_never_seen_is_as_it_is_taken_to_be_at_first() -> None:
    found = learned(0.6).mood
    assert found.behind == pytest.approx(PRIOR.behind, abs=1e-6)
    assert found.apart == pytest.approx(PRIOR.apart, abs=1e-6)
    assert MoodHistory().mood.alike == pytest.approx(PRIOR.alike, abs=1e-6)


def test_a_few_pairs_do_not_move_it_far() -> None:
    one_day = learned(0.65, days=1, pairs=20).mood
    assert one_day.alike == pytest.approx(PRIOR.alike, abs=0.03)


def test_trains_that_are_never_late_together_have_nothing_in_common() -> None:
    history, count = MoodHistory(), 4000
    scores = np.where(np.arange(count) % 2, 9.0, -9.0)
    stations = [Crs(f"{index:04}") for index in range(count)]
    for day in days_from(DAY, 20):
        history.learn(
            day,
            lateness([arriving(crs) for crs in stations], scores, 0),
            lateness([departing(crs) for crs in stations], -scores, count),
        )
    assert history.mood.alike == pytest.approx((0, 0, 0), abs=1e-6)


def test_what_was_learned_fades_by_half_in_a_year() -> None:
    history = learned(0.5)
    before = history._sums.copy()
    nothing = lateness([], np.empty(0), 0)
    last = DAY.toordinal() + 59
    history.learn(date.fromordinal(last + 365), nothing, nothing)
    assert history._sums == pytest.approx(before / 2)


def test_it_is_the_same_after_being_stored() -> None:
    history = learned(0.4, days=10)
    restored = MoodHistory.restored(history.dump_head())
    assert restored.mood == history.mood
    assert restored.dump_head() == history.dump_head()


def test_a_store_from_before_there_was_a_mood_has_learned_nothing() -> None:
    assert MoodHistory.restored(None).mood == MoodHistory().mood


@pytest.mark.parametrize(
    ("first", "second", "runs", "counts"),
    [
        (arriving(), departing(at=600), 1, True),
        (arriving(), departing(at=660), 1, True),
        (arriving(), departing(at=599), 1, False),
        (arriving(), departing(at=661), 1, False),
        (arriving(), departing(crs=DEE), 1, False),
        (arriving(), departing(), 0, False),
        (arriving(terminus=BEE), departing(origin=BEE, terminus=AYT), 1, False),
        (arriving(terminus=BEE), departing(origin=BEE), 1, True),
    ],
    ids=["at once", "an hour", "gone", "too long", "elsewhere", "itself", "back", "onwards"],
)
def test_what_may_be_a_connection_teaches(
    first: BookedArrival, second: BookedDeparture, runs: int, counts: bool
) -> None:
    found = learned_from(first, second, runs=runs)
    assert (found != MoodHistory().mood) is counts


def test_trains_belong_together_by_terminus_then_by_operator() -> None:
    assert relation(arriving(), departing(terminus=CEE)) is Relation.BEHIND
    assert relation(arriving(), departing(terminus=CEE, toc=OTHER)) is Relation.BEHIND
    assert relation(arriving(), departing()) is Relation.ALIKE
    assert relation(arriving(), departing(toc=OTHER)) is Relation.APART


@pytest.mark.parametrize(
    ("second", "changed"),
    [
        (departing(terminus=CEE), "behind"),
        (departing(), "alike"),
        (departing(toc=OTHER), "apart"),
    ],
)
def test_each_relation_learns_for_itself(second: BookedDeparture, changed: str) -> None:
    found, before = learned_from(arriving(), second), MoodHistory().mood
    for name in ("behind", "alike", "apart"):
        assert (getattr(found, name) != getattr(before, name)) is (name == changed)


def test_only_a_train_that_goes_all_the_way_back_runs_back() -> None:
    ending = arriving(terminus=BEE)
    assert runs_back(ending, departing(origin=BEE, terminus=AYT))
    assert not runs_back(ending, departing(origin=BEE))
    assert not runs_back(ending, departing(terminus=AYT))
    assert not runs_back(arriving(), departing(origin=BEE, terminus=AYT))


def test_a_connection_goes_by_the_lateness_that_endangers_it() -> None:
    mood = Mood((0.1, 0.2, 0.4), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    found = [mood.of(Relation.BEHIND, minutes) for minutes in (-5, *LATE_MIN, 60)]
    assert found == pytest.approx([0.1, 0.1, 0.2, 0.4, 0.4])
    assert mood.of(Relation.BEHIND) == pytest.approx(0.1)
    assert mood.between(arriving(), departing(terminus=CEE), 8) == pytest.approx(0.2)
    assert mood.between(arriving(), departing(), 8) == 0


def test_degrees_of_lateness_are_edges() -> None:
    assert (EDGES[LATE_EDGES] + 1).tolist() == list(LATE_MIN)


@pytest.mark.parametrize("correlation", [0.0, 0.2, 0.5, HIGHEST])
def test_the_series_is_the_chance_that_both_are_late(correlation: float) -> None:
    scores = bivariate(correlation, 400_000, np.random.default_rng(7))
    limits = [NormalDist().inv_cdf(chance) for chance in CHANCES]
    terms = series_terms(CHANCES[None, :])[0]
    for limit, chance, one in zip(limits, CHANCES, terms, strict=True):
        both = (1 - chance) ** 2 + one**2 @ correlation ** np.arange(1, TERMS + 1)
        assert both == pytest.approx(float((scores > limit).all(axis=1).mean()), abs=0.002)


def test_moods_stand_for_the_normal_distribution() -> None:
    nodes, weights = moods(0.3)
    assert len(nodes) == NODES
    assert weights.sum() == pytest.approx(1)
    assert weights @ nodes == pytest.approx(0)
    assert weights @ nodes**2 == pytest.approx(1)


def test_without_correlation_there_is_one_mood() -> None:
    nodes, weights = moods(0.0)
    assert (nodes.tolist(), weights.tolist()) == ([0.0], [1.0])


def test_scores_and_chances_belong_together() -> None:
    normal = NormalDist()
    for chance in (1e-5, 0.01, 0.024, 0.3, 0.5, 0.9, 0.98, 1 - 1e-5):
        assert normal_score(chance) == pytest.approx(normal.inv_cdf(chance), abs=1e-6)
        assert below(normal.inv_cdf(chance)) == pytest.approx(chance, abs=1e-6)
    assert below(normal_score(0.0)) == 0
    assert below(normal_score(1.0)) == 1
