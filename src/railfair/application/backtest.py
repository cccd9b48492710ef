"""Replaying history: forecast every day from the days before it, then see what came."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from railfair.application.learning import kind_of
from railfair.domain.delays.arrivals import BookedArrival, ObservedArrivals, observed
from railfair.domain.delays.baselines import Baseline
from railfair.domain.delays.distribution import Floats
from railfair.domain.delays.model import JUDGED, DelayModel
from railfair.domain.delays.scoring import (
    Scores,
    as_logged,
    places,
    score_cancellation,
    score_coverage,
    score_delays,
)
from railfair.domain.errors import InvalidParameter, NothingLoaded
from railfair.domain.feed import FeedKind
from railfair.ports.bank_holidays import BankHolidays
from railfair.ports.known_truth import KnownTruth
from railfair.ports.storage import Storage

MODEL: Final = "model"
TRUTH: Final = "truth"
SEED: Final = 1
"""Of the luck in the randomised coverage: the same replay gives the same figures."""

type ScoresByMethod = dict[str, Scores]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """Scores by method, overall, by operator, and by route (calling station > terminus)."""

    first: date
    last: date
    lag_days: int
    overall: ScoresByMethod
    by_operator: dict[str, ScoresByMethod]
    by_route: dict[str, ScoresByMethod]


async def backtest(
    first: date,
    last: date,
    *,
    storage: Storage,
    holidays: BankHolidays,
    lag_days: int = 1,
    truth: KnownTruth | None = None,
    told: Callable[[date], None] = lambda _: None,
) -> Backtest:
    """Score forecasts of every arrival from *first* to *last*, each made *lag_days* before.

    The model learns each day once it is *lag_days* old. The baselines (`domain.delays.baselines`)
    know the days before *first* and are then frozen.
    *told* hears of every day that is done.

    Raises:
        InvalidParameter: the days are no period, or there is no history before or in them.
        NothingLoaded: there is no history at all.
    """
    if last < first:
        raise InvalidParameter("to", f"{last} is before {first}")
    if lag_days < 1:
        raise InvalidParameter("lag", "a forecast is made at least 1 day before")
    replay = _Replay(first, lag_days, truth)
    async with storage.reading() as unit:
        span = await unit.performance.days()
        if span is None:
            raise NothingLoaded(FeedKind.PERFORMANCE)
        if span[0] >= first:
            raise InvalidParameter("from", f"there is no running before {first} to learn from")
        async for day, runs in unit.performance.runs(span[0], last):
            replay.take(day, observed(runs, day, kind_of(day, holidays)))
            told(day)
    if not replay.arrivals:
        raise InvalidParameter("from", f"there is no running from {first} to {last}")
    return Backtest(
        first=first,
        last=last,
        lag_days=lag_days,
        overall=replay.scores_by(lambda _: "")[""],
        by_operator=replay.scores_by(lambda arrival: arrival.toc),
        by_route=replay.scores_by(lambda arrival: f"{arrival.crs}>{arrival.terminus}"),
    )


@dataclass(slots=True)
class _Forecasts:
    """Forecasts of one method, a block a day; *places* are drawn where outcomes came in them."""

    at_thresholds: list[Floats] = field(default_factory=list)
    cancelled: list[Floats] = field(default_factory=list)
    places: list[Floats] = field(default_factory=list)
    known: list[NDArray[np.bool_]] = field(default_factory=list)


class _Replay:
    def __init__(self, first: date, lag_days: int, truth: KnownTruth | None) -> None:
        self._first = first
        self._lag = timedelta(days=lag_days)
        self._truth = truth
        self._luck = np.random.default_rng(SEED)
        self._model = DelayModel()
        self._baselines = Baseline.every()
        self._waiting: deque[tuple[date, ObservedArrivals]] = deque()
        self._forecasts: dict[str, _Forecasts] = {}
        self._delays: list[NDArray[np.int64]] = []
        self._cancelled: list[NDArray[np.bool_]] = []
        self.arrivals: list[BookedArrival] = []

    def take(self, day: date, block: ObservedArrivals) -> None:
        while self._waiting and self._waiting[0][0] <= day - self._lag:
            self._model.learn(*self._waiting.popleft())
        self._waiting.append((day, block))
        if day < self._first:
            for baseline in self._baselines.values():
                baseline.learn(block)
        elif block.arrivals:
            self._forecast(day, block)

    def scores_by(self, group: Callable[[BookedArrival], str]) -> dict[str, ScoresByMethod]:
        """Return the scores of every method, by group of arrivals, groups in order of name."""
        names, members = np.unique([group(a) for a in self.arrivals], return_inverse=True)
        delays, cancelled = np.concatenate(self._delays), np.concatenate(self._cancelled)
        found: dict[str, ScoresByMethod] = {str(name): {} for name in names}
        for method, blocks in self._forecasts.items():
            joined = _Joined(blocks)
            for index, name in enumerate(names):
                which = (members == index) & joined.known
                found[str(name)][method] = joined.scores(which, delays, cancelled)
        return found

    def _forecast(self, day: date, block: ObservedArrivals) -> None:
        luck = self._luck.random(len(block.arrivals))
        self._keep(MODEL, self._model.plain(day, block.arrivals), block, luck)
        for method, baseline in self._baselines.items():
            self._keep(method, baseline.plain(block.arrivals), block, luck)
        if self._truth is not None:
            at_thresholds, cancelled, known = self._truth.at_thresholds(day, block.calls)
            kept = self._forecasts.setdefault(TRUTH, _Forecasts())
            kept.at_thresholds.append(at_thresholds)
            kept.cancelled.append(cancelled)
            kept.known.append(known)
        self.arrivals += block.arrivals
        self._delays.append(block.delays)
        self._cancelled.append(block.cancelled)

    def _keep(
        self,
        method: str,
        forecast: tuple[Floats, Floats],
        block: ObservedArrivals,
        luck: Floats,
    ) -> None:
        at_most, cancelled = map(as_logged, forecast)
        kept = self._forecasts.setdefault(method, _Forecasts())
        kept.at_thresholds.append(at_most[:, JUDGED])
        kept.cancelled.append(cancelled)
        kept.places.append(places(at_most, block.delays, luck))
        kept.known.append(np.ones(len(block.arrivals), np.bool_))


class _Joined:
    """The blocks of one method, put together."""

    def __init__(self, blocks: _Forecasts) -> None:
        self._at_thresholds = np.concatenate(blocks.at_thresholds)
        self._cancelled = np.concatenate(blocks.cancelled)
        self._places = np.concatenate(blocks.places) if blocks.places else None
        self.known = np.concatenate(blocks.known)

    def scores(
        self,
        which: NDArray[np.bool_],
        delays: NDArray[np.int64],
        cancelled: NDArray[np.bool_],
    ) -> Scores:
        ran = which & ~cancelled
        scores = score_cancellation(self._cancelled[which], cancelled[which])
        scores += score_delays(self._at_thresholds[ran], delays[ran])
        return scores if self._places is None else scores + score_coverage(self._places[ran])
