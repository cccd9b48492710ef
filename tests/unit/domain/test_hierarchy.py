"""Shrinkage through levels: the compiled arithmetic against a plain one, and what it promises."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from railfair.domain.delays.distribution import Floats
from railfair.domain.delays.hierarchy import GROWTH, Hierarchy, Tuning
from railfair.domain.delays.kernel import LEAST

PRIOR = np.array([0.2, 0.5, 0.7, 0.9])
TUNING = Tuning(prior=PRIOR, half_lives=(60.0, 5.0), strength=4.0, base_strength=10.0)
ALONE = Tuning(prior=np.array([0.02]), half_lives=(60.0, 5.0), strength=4.0)
LEVELS = 2
FIRST = 1000
KNOWN = (("n", "a"), ("n", "b"), ("n", "c"))


class Plain:
    """The same, written down as the docstrings say it, one arrival and one level at a time."""

    def __init__(self, tuning: Tuning) -> None:
        self.tuning = tuning
        edges, scales = len(tuning.prior), len(tuning.half_lives)
        self.nodes: dict[str, tuple[int, Floats, Floats]] = {}
        self.nothing = (0, np.zeros(scales), np.zeros((scales, edges)))
        self.squared = np.zeros((LEVELS, scales, edges))
        self.errors = np.zeros((LEVELS, scales, edges))
        self.base_sum, self.base_weight, self.day = np.zeros(edges), 0.0, FIRST

    def base(self, day: int) -> Floats:
        kept = float(0.5 ** ((day - self.day) / self.tuning.base_days))
        strength = self.tuning.base_strength
        known = self.base_sum * kept + strength * self.tuning.prior
        return np.asarray(known / (self.base_weight * kept + strength))

    def trust(self, level: int, scale: int) -> Floats:
        squared, errors = self.squared[level, scale], self.errors[level, scale]
        inertia, own = self.tuning.inertia, self.tuning.edge_inertia
        shared = (errors.mean() + inertia * self.tuning.trust) / (squared.mean() + inertia)
        trust = (errors + own * max(shared, 0.0)) / (squared + own)
        return np.asarray(np.maximum(trust, 0.0))

    def steps(self, day: int, name: str) -> list[Floats]:
        last, weights, residuals = self.nodes.get(name, self.nothing)
        return [
            0.5 ** (max(day - last, 0) / half_life) * residual / (weight + self.tuning.strength)
            for half_life, weight, residual in zip(
                self.tuning.half_lives, weights, residuals, strict=True
            )
        ]

    def legal(self, forecast: Floats, parent: Floats) -> Floats:
        if len(forecast) == 1:
            return np.clip(forecast, LEAST, 1.0)
        shares = np.diff(forecast, prepend=0.0, append=1.0)
        least = self.tuning.floor * np.diff(parent, prepend=0.0, append=1.0)
        held = np.maximum(shares, least)
        return np.asarray(np.cumsum(held / held.sum())[:-1])

    def path(self, day: int, names: Sequence[str]) -> list[Floats]:
        forecasts = [self.base(day)]
        for level, name in enumerate(names):
            forecast = forecasts[-1].copy()
            for scale, step in enumerate(self.steps(day, name)):
                forecast += self.trust(level, scale) * step
            known = name in self.nodes
            forecasts.append(self.legal(forecast, forecasts[-1]) if known else forecasts[-1])
        return forecasts

    def learn(self, day: int, rows: Sequence[Sequence[str]], outcomes: Floats) -> list[Floats]:
        kept = 0.5 ** ((day - self.day) / self.tuning.memory)
        squared, errors = self.squared * kept, self.errors * kept
        forecasts, short = [], []
        for names, outcome in zip(rows, outcomes, strict=True):
            path = [self.base(day)]
            for level, name in enumerate(names):
                forecast = path[-1].copy()
                for scale, step in enumerate(self.steps(day, name)):
                    squared[level, scale] += step * step
                    errors[level, scale] += step * (outcome - forecast)
                    short.append((name, scale, outcome - forecast))
                    forecast += self.trust(level, scale) * step
                path.append(self.legal(forecast, path[-1]))
            forecasts.append(path[-1])
        for name in {name for names in rows for name in names}:
            last, weights, residuals = self.nodes.get(name, self.nothing)
            faded = 0.5 ** ((day - last) / np.array(self.tuning.half_lives))
            self.nodes[name] = (day, weights * faded, residuals * faded[:, None])
        for name, scale, error in short:
            self.nodes[name][1][scale] += 1
            self.nodes[name][2][scale] += error
        self.squared, self.errors = squared, errors
        base_kept = 0.5 ** ((day - self.day) / self.tuning.base_days)
        self.base_sum = self.base_sum * base_kept + outcomes.sum(axis=0)
        self.base_weight = self.base_weight * base_kept + len(outcomes)
        self.day = day
        return forecasts


def outcomes_of(luck: np.random.Generator, rows: Sequence[Sequence[str]], edges: int) -> Floats:
    """Draw outcomes that depend on the node."""
    odds = {"a": 0.9, "b": 0.5, "c": 0.1}
    drawn = np.array([[luck.random() < odds[names[1]] for _ in range(edges)] for names in rows])
    return np.maximum.accumulate(drawn, axis=1).astype(np.float64)


@pytest.mark.parametrize("tuning", [TUNING, ALONE], ids=["distribution", "probability"])
def test_the_compiled_arithmetic_is_the_plain_one(tuning: Tuning) -> None:
    luck = np.random.default_rng(4)
    compiled, plain = Hierarchy(tuning, LEVELS), Plain(tuning)
    day = FIRST
    for _ in range(25):
        day += int(luck.integers(1, 9))
        rows = [KNOWN[index] for index in luck.integers(0, 3, size=6)]
        outcomes = outcomes_of(luck, rows, len(tuning.prior))
        nodes = np.array([compiled.new_ids(names) for names in rows], np.int64)
        before = compiled.learn(day, nodes, outcomes)
        assert np.allclose(before, plain.learn(day, rows, outcomes), atol=1e-5)
        for ahead in (1, 40):
            wanted = (*KNOWN, ("n", "never seen"), ("neither", "nor"))
            paths = compiled.forecast(day + ahead, compiled.ids(wanted))
            expected = [plain.path(day + ahead, names) for names in wanted]
            assert np.allclose(paths, np.array(expected), atol=1e-5)


def learned(
    outcomes: Floats, names: Sequence[str] = ("n", "a"), *, tuning: Tuning = TUNING
) -> Hierarchy:
    """Return what one arrival a day with these outcomes teaches."""
    hierarchy = Hierarchy(tuning, LEVELS)
    for number, outcome in enumerate(outcomes):
        nodes = np.array([hierarchy.new_ids(names)], np.int64)
        hierarchy.learn(FIRST + number, nodes, outcome[None, :])
    return hierarchy


OUTCOMES = st.lists(st.integers(0, len(PRIOR)), min_size=1, max_size=30).map(
    lambda indexes: np.array([np.arange(len(PRIOR)) >= index for index in indexes], np.float64)
)


@settings(max_examples=50, deadline=None)
@given(OUTCOMES, st.integers(1, 400))
def test_a_forecast_is_a_distribution_function_after_every_level(
    outcomes: Floats, ahead: int
) -> None:
    hierarchy = learned(outcomes)
    paths = hierarchy.forecast(FIRST + len(outcomes) + ahead, hierarchy.ids([("n", "a")]))
    assert (np.diff(paths, axis=2) >= -1e-12).all()
    assert (paths >= 0).all()
    assert (paths <= 1).all()


@settings(max_examples=50, deadline=None)
@given(OUTCOMES)
def test_no_class_is_ever_ruled_out(outcomes: Floats) -> None:
    hierarchy = learned(outcomes)
    final = hierarchy.forecast(FIRST + len(outcomes), hierarchy.ids([("n", "a")]))[0, -1]
    assert (np.diff(final, prepend=0.0, append=1.0) > 0).all()


@settings(deadline=None)
@given(st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=60))
def test_a_probability_stays_within_what_can_still_be_learned_from(outcomes: list[float]) -> None:
    hierarchy = learned(np.array(outcomes)[:, None], tuning=ALONE)
    final = hierarchy.forecast(FIRST + len(outcomes), hierarchy.ids([("n", "a")]))[0, -1, 0]
    assert LEAST <= final <= 1


def test_nothing_learned_is_the_prior() -> None:
    assert Hierarchy(TUNING, LEVELS).forecast(FIRST, np.full((1, 2), -1))[0, -1] == pytest.approx(
        PRIOR
    )


def test_a_name_that_was_never_learned_takes_no_step() -> None:
    hierarchy = learned(np.ones((20, 4)))
    path = hierarchy.forecast(FIRST + 20, hierarchy.ids([("n", "x")]))[0]
    assert (path[1] > path[0]).all()
    assert (path[2] == path[1]).all()


def test_the_further_ahead_the_closer_to_what_is_known_in_general() -> None:
    hierarchy = learned(np.ones((20, 4)))
    nodes = hierarchy.ids([("n", "a")])

    def steps(ahead: int) -> float:
        path = hierarchy.forecast(FIRST + 20 + ahead, nodes)[0]
        return float(np.abs(path[-1] - path[0]).sum())

    assert steps(0) > steps(10) > steps(100) > steps(1000)
    assert steps(1000) < 0.01


def test_a_base_that_is_handed_over_takes_the_place_of_its_own() -> None:
    hierarchy = learned(np.ones((5, 4)))
    base = np.array([[0.1, 0.2, 0.3, 0.4]])
    assert (hierarchy.forecast(FIRST + 5, np.full((1, 2), -1), base=base)[0] == base).all()


def test_sample_sizes_are_faded_counts_and_nothing_where_nothing_was_learned() -> None:
    hierarchy = learned(np.ones((1, 4)))
    nodes = hierarchy.ids([("n", "x")])
    assert hierarchy.sample_sizes(FIRST + 5, nodes, scale=1).tolist() == [[0.5, 0]]


def test_learning_no_arrivals_only_lets_a_day_pass() -> None:
    hierarchy, same = learned(np.ones((9, 4))), learned(np.ones((9, 4)))
    hierarchy.learn(FIRST + 12, np.zeros((0, 2), np.int64), np.zeros((0, 4)))
    assert hierarchy.day == FIRST + 12
    nodes = hierarchy.ids([("n", "a")])
    ours, theirs = (one.forecast(FIRST + 30, nodes)[0] for one in (hierarchy, same))
    assert np.allclose(ours[0], theirs[0])
    assert np.allclose(ours, theirs, atol=1e-3)  # the trust in steps fades a little


def test_what_was_dumped_and_restored_forecasts_and_learns_the_same() -> None:
    hierarchy, other = learned(np.ones((9, 4))), Hierarchy(TUNING, LEVELS)
    other.restore(hierarchy.dump_head(), hierarchy.dump_changed())
    for number in range(3):
        day = FIRST + 20 + number
        forecasts = [
            one.learn(day, np.array([one.new_ids(("n", "a"))]), np.zeros((1, 4)))
            for one in (hierarchy, other)
        ]
        assert (forecasts[0] == forecasts[1]).all()
    assert hierarchy.dump_head() == other.dump_head()
    assert hierarchy.dump_changed() == other.dump_changed()


def test_only_nodes_that_changed_are_dumped_again() -> None:
    hierarchy, other = learned(np.ones((9, 4))), Hierarchy(TUNING, LEVELS)
    other.restore(hierarchy.dump_head(), hierarchy.dump_changed())
    assert other.dump_changed() == {}
    other.learn(FIRST + 20, np.array([other.new_ids(("n", "b"))]), np.ones((1, 4)))
    assert other.dump_changed().keys() == {"n", "b"}


def test_there_is_room_for_any_number_of_nodes() -> None:
    hierarchy = Hierarchy(TUNING, LEVELS)
    names = [("n", str(number)) for number in range(3 * GROWTH)]
    nodes = np.array([hierarchy.new_ids(one) for one in names], np.int64)
    hierarchy.learn(FIRST, nodes, np.ones((len(names), 4)))
    assert len(hierarchy.dump_changed()) == 3 * GROWTH + 1
    assert (hierarchy.sample_sizes(FIRST, nodes, scale=0)[:, 1] == 1).all()
