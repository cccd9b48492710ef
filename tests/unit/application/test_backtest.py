"""Replaying history: forecasts are made from the days before, then scored."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from railfair.adapters.memory.storage import MemoryStorage
from railfair.application.backtest import MODEL, SEED, TRUTH, Backtest, backtest
from railfair.domain.delays.baselines import CLIMATOLOGY, TABLE, TABLE_STRENGTH
from railfair.domain.delays.distribution import EARLIEST_MIN, DelayDistribution, Floats
from railfair.domain.delays.model import JUDGED, DelayModel
from railfair.domain.delays.scoring import THRESHOLDS
from railfair.domain.errors import InvalidParameter, NothingLoaded
from railfair.domain.running import Run
from railfair.ports.known_truth import KnownTruth
from support.running import (
    DAY,
    NoHolidays,
    arrivals_of,
    ayton_to_ceeham,
    days_from,
    invented_day,
    invented_days,
)

DAYS = days_from(DAY, 30)
FIRST, LAST = DAYS[20], DAYS[29]
RUNS = invented_days(DAY, 30)


async def replayed(
    runs: Iterable[Run] = RUNS,
    first: date = FIRST,
    last: date = LAST,
    *,
    lag: int = 1,
    truth: KnownTruth | None = None,
) -> Backtest:
    storage = MemoryStorage()
    async with storage.writing() as unit:
        await unit.performance.put_runs(runs)
    return await backtest(
        first, last, storage=storage, holidays=NoHolidays(), lag_days=lag, truth=truth
    )


def figures(result: Backtest, method: str = MODEL) -> dict[str, float]:
    return result.overall[method].figures()


class Plainly:
    """Figures added up one arrival at a time."""

    def __init__(self) -> None:
        self.rps: list[float] = []
        self.late_5: list[tuple[float, bool]] = []
        self.inside: list[bool] = []
        self.cancelled: list[float] = []

    def add(
        self, at_most: Floats, cancelled: float, outcome: tuple[int, bool], luck: float
    ) -> None:
        delay, missed = outcome
        self.cancelled.append((cancelled - missed) ** 2)
        if missed:
            return
        distribution = DelayDistribution(at_most=at_most, cancelled=cancelled)
        by_minute = distribution.by_minute
        squares = [
            (by_minute[threshold - EARLIEST_MIN] - (delay <= threshold)) ** 2
            for threshold in THRESHOLDS
        ]
        self.rps.append(sum(squares) / len(squares))
        self.late_5.append((1 - by_minute[4 - EARLIEST_MIN], delay >= 5))
        before, upto = by_minute[delay - 1 - EARLIEST_MIN], by_minute[delay - EARLIEST_MIN]
        self.inside.append(0.1 <= before + luck * (upto - before) <= 0.9)

    def figures(self) -> dict[str, float]:
        return {
            "n": len(self.rps),
            "rps": float(np.mean(self.rps)),
            "brier_5": float(np.mean([(chance - was) ** 2 for chance, was in self.late_5])),
            "log_loss_5": float(
                np.mean([-np.log(chance if was else 1 - chance) for chance, was in self.late_5])
            ),
            "coverage_80": float(np.mean(self.inside)),
            "brier_cancelled": float(np.mean(self.cancelled)),
        }


def by_hand(lag: int = 1) -> dict[str, float]:
    """The model's figures, replayed without the use case."""
    model, luck, sums = DelayModel(), np.random.default_rng(SEED), Plainly()
    for index, day in enumerate(DAYS):
        if index >= lag:
            known = DAYS[index - lag]
            model.learn(known, arrivals_of(invented_day(known), known))
        if day < FIRST:
            continue
        block = arrivals_of(invented_day(day), day)
        for (at_most, cancelled), outcome, place in zip(
            zip(*model.plain(day, block.arrivals), strict=True),
            zip(block.delays.tolist(), block.cancelled.tolist(), strict=True),
            luck.random(len(block)),
            strict=True,
        ):
            sums.add(at_most, cancelled, outcome, place)
    return sums.figures()


@pytest.mark.parametrize("lag", [1, 4])
async def test_the_models_figures_are_those_of_a_plain_replay(lag: int) -> None:
    found, expected = figures(await replayed(lag=lag)), by_hand(lag)
    assert {name: found[name] for name in expected} == pytest.approx(expected)


async def test_climatology_is_the_frequency_of_all_arrivals_before_the_window() -> None:
    before = [arrivals_of(invented_day(day), day) for day in DAYS[:20]]
    ran = np.concatenate([block.delays[~block.cancelled] for block in before])
    late_5 = float((ran >= 5).mean())
    after = [arrivals_of(invented_day(day), day) for day in DAYS[20:]]
    outcomes = np.concatenate([block.delays[~block.cancelled] for block in after])
    expected = float(((late_5 - (outcomes >= 5)) ** 2).mean())
    assert figures(await replayed(), CLIMATOLOGY)["brier_5"] == pytest.approx(expected)


async def test_the_table_is_the_frequency_of_its_cell_shrunk_to_climatology() -> None:
    late = [ayton_to_ceeham(9, day) for day in DAYS]
    even = [ayton_to_ceeham(0, day, dep="15:00") for day in DAYS]
    result = await replayed([*late, *even])
    kinds = [min(max(day.weekday() - 4, 0), 2) for day in DAYS]
    known = [kinds[:20].count(kind) for kind in kinds[20:]]
    errors = [(TABLE_STRENGTH * 0.5 / (TABLE_STRENGTH + number)) ** 2 for number in known]
    assert figures(result, TABLE)["brier_5"] == pytest.approx(np.mean(errors))


async def test_what_comes_later_does_not_change_the_scores_of_a_day() -> None:
    window = (DAYS[20], DAYS[22])
    honest = await replayed(RUNS, *window)
    others = [one for one in RUNS if one.day <= DAYS[22]]
    others += [ayton_to_ceeham(90, day) for day in DAYS[23:]]
    assert figures(await replayed(others, *window)) == figures(honest)


@pytest.mark.parametrize("lag", [1, 2, 5])
async def test_a_forecast_uses_only_days_that_are_as_old_as_the_lag(lag: int) -> None:
    last = DAYS[20]

    def changed(first: date) -> list[Run]:
        """The same history but for the days from *first* to before the last."""
        kept = [one for one in RUNS if one.day < first or one.day == last]
        other = [ayton_to_ceeham(60, day) for day in DAYS[:20] if day >= first]
        return kept + other

    history = [one for one in RUNS if one.day <= last]
    score = figures(await replayed(history, last, last, lag=lag))
    unseen = changed(last - timedelta(days=lag - 1))
    seen = changed(last - timedelta(days=lag))
    assert figures(await replayed(unseen, last, last, lag=lag)) == score
    assert figures(await replayed(seen, last, last, lag=lag)) != score


async def test_baselines_are_frozen_when_the_window_begins() -> None:
    shorter, longer = await replayed(RUNS, FIRST, FIRST), await replayed(RUNS, FIRST, LAST)
    for method in (CLIMATOLOGY, TABLE):
        first = shorter.overall[method]
        rest = await replayed(
            [one for one in RUNS if one.day < FIRST or one.day > FIRST], DAYS[21], LAST
        )
        assert (first + rest.overall[method]).figures()["rps"] == pytest.approx(
            figures(longer, method)["rps"]
        )


async def test_an_older_forecast_of_a_changing_railway_is_a_worse_one() -> None:
    drifting = [ayton_to_ceeham(index // 2, day) for index, day in enumerate(DAYS)]
    scores = [figures(await replayed(drifting, lag=lag))["rps"] for lag in (1, 5, 10)]
    assert scores == sorted(scores)
    assert scores[0] < scores[2]


async def test_the_model_beats_climatology_where_trains_differ() -> None:
    uneven = [
        ayton_to_ceeham(delay, day, dep=dep)
        for day in DAYS
        for dep, delay in (("07:00", 0), ("12:00", 4), ("17:00", 12))
    ]
    result = await replayed(uneven)
    assert figures(result)["rps"] < 0.5 * figures(result, CLIMATOLOGY)["rps"]


async def test_groups_add_up_to_the_whole() -> None:
    result = await replayed()
    assert result.by_operator.keys() == {"ZX", "ZY"}
    assert result.by_route.keys() == {"BEE>CEE", "BEE>DEE", "CEE>CEE", "DEE>DEE"}
    for groups in (result.by_operator, result.by_route):
        for method, whole in result.overall.items():
            parts = [group[method] for group in groups.values()]
            assert sum(part.n for part in parts) == whole.n
            assert sum(part.rps for part in parts) == pytest.approx(whole.rps)
            assert sum(part.covered for part in parts) == whole.covered


async def test_a_route_of_which_nothing_ran_has_no_delays_to_score() -> None:
    missed = [ayton_to_ceeham(None, day, dep="20:00", toc="ZW") for day in DAYS]
    group = (await replayed([*RUNS, *missed])).by_operator["ZW"][MODEL].figures()
    assert group["n"] == 0
    assert group["cancelled_n"] == 10
    assert "rps" not in group


async def test_lost_reports_are_not_scored() -> None:
    expected = sum(
        1
        for one in RUNS
        if one.day >= FIRST
        for outcome in one.outcomes()
        if isinstance(outcome, int)
    )
    assert figures(await replayed())["n"] == expected


async def test_the_same_replay_gives_the_same_figures() -> None:
    assert figures(await replayed()) == figures(await replayed())


class HalfKnown:
    """Knows that every second call is on time, and nothing of the others."""

    def at_thresholds(
        self,
        day: date,  # noqa: ARG002 - the port's
        calls: Sequence[tuple[str, int]],
    ) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        sure = np.tile((THRESHOLDS >= 0).astype(float), (len(calls), 1))
        return sure, np.zeros(len(calls)), np.arange(len(calls)) % 2 == 0


async def test_the_truth_is_scored_where_it_is_known() -> None:
    pairs = [ayton_to_ceeham(0, day, dep=dep) for day in DAYS for dep in ("08:00", "15:00")]
    result = await replayed(pairs, truth=HalfKnown())
    truth = figures(result, TRUTH)
    assert truth["n"] == 10
    assert truth["rps"] == 0
    assert "coverage_80" not in truth
    assert TRUTH not in (await replayed(pairs)).overall


def test_the_thresholds_of_the_scores_are_edges_of_the_model() -> None:
    at_edges = DelayDistribution(at_most=np.linspace(0.01, 0.99, 50), cancelled=0.0)
    assert np.allclose(at_edges.at_most[JUDGED], at_edges.by_minute[THRESHOLDS - EARLIEST_MIN])


@pytest.mark.parametrize(
    ("first", "last", "lag", "parameter"),
    [
        (FIRST, DAYS[19], 1, "to"),
        (FIRST, LAST, 0, "lag"),
        (DAY, LAST, 1, "from"),
        (DAY - timedelta(days=9), LAST, 1, "from"),
        (LAST + timedelta(days=1), LAST + timedelta(days=9), 1, "from"),
    ],
    ids=["backwards", "no lag", "nothing before", "all before", "nothing there"],
)
async def test_a_window_that_cannot_be_replayed_is_refused(
    first: date, last: date, lag: int, parameter: str
) -> None:
    with pytest.raises(InvalidParameter) as caught:
        await replayed(RUNS, first, last, lag=lag)
    assert caught.value.parameter == parameter


async def test_an_empty_history_cannot_be_replayed() -> None:
    with pytest.raises(NothingLoaded):
        await replayed([])
