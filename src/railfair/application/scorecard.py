"""How good the forecasts were that were served: logged, resolved by the running, and scored.

A forecast is logged when it is made, once for each arrival, day and horizon. When the running of
the day is imported, it is scored beside the baselines; what is scored is not scored again. The
baselines know the three months before the first served forecast and are then frozen.
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b
from itertools import batched
from typing import Final

import numpy as np
from numpy.typing import NDArray

from railfair.application.backtest import MODEL, SEED
from railfair.application.learning import kind_of
from railfair.application.predict_delay import Prediction
from railfair.application.provenance import Provenance, provenance
from railfair.domain.delays.arrivals import BookedArrival, ObservedArrivals, observed, of_schedule
from railfair.domain.delays.baselines import CELLS, Baseline
from railfair.domain.delays.distribution import EDGES, Floats
from railfair.domain.delays.model import JUDGED, DelayModel
from railfair.domain.delays.scoring import (
    THRESHOLDS,
    Scores,
    as_logged,
    places,
    score_cancellation,
    score_coverage,
    score_delays,
)
from railfair.domain.errors import InvalidParameter, NothingLoaded
from railfair.domain.feed import FeedKind
from railfair.domain.railtime import LONDON
from railfair.ports.bank_holidays import BankHolidays
from railfair.ports.clock import Clock
from railfair.ports.feedback import FeedbackCount
from railfair.ports.scorecard import LoggedForecast, LogSource, ResolvedForecast, ScoreSums
from railfair.ports.storage import Storage, UnitOfWork

METHODS: Final = (MODEL, *CELLS)
COLUMNS: Final = len(THRESHOLDS) + 2
"""What is scored of a forecast: at each threshold, cancelled, and the place of the outcome."""
LOGGED_FOR: Final = timedelta(days=366)
"""So long forecasts stay in the log, whether they could be resolved or not; sums stay for ever."""
AT_ONCE: Final = 5_000
"""Forecasts that are scored in one step: about 10 MB."""
FROZEN_DAYS: Final = 91
"""So many days before the first served forecast the baselines know: at national scale reading
them takes minutes, reading years would take hours within an import."""
MOST_PENDING: Final = 20_000
"""Forecasts that wait in this process to be logged: 4 MB; more are not logged."""

type Scored = NDArray[np.float32]
type Group = tuple[date, str, int]
"""The first day of a month, an operator, and a horizon in days."""


@dataclass(frozen=True, kw_only=True)
class ScoreGroup:
    """Scores by method of the forecasts of one group."""

    name: str
    scores: Mapping[str, Scores]


@dataclass(frozen=True, kw_only=True)
class Scorecard:
    """The answer: *overall* and by group; *waiting* forecasts are of days yet to be imported.

    *feedback* is what passengers said of any journeys, by month.
    """

    source: LogSource
    overall: ScoreGroup
    groups: tuple[ScoreGroup, ...]
    waiting: int
    feedback: Sequence[FeedbackCount]
    provenance: Provenance


GROUPINGS: Final[Mapping[str, Callable[[ScoreSums], str]]] = {
    "operator": lambda sums: sums.toc,
    "horizon": lambda sums: f"{sums.horizon:03}",
    "month": lambda sums: f"{sums.month:%Y-%m}",
}
"""By what scores are told apart, and the name of a group, in whose order they come."""


class ForecastLog:
    """The forecasts that this process served and has yet to put away."""

    def __init__(
        self, storage: Storage, holidays: BankHolidays, clock: Clock, *, is_on: bool
    ) -> None:
        self._storage = storage
        self._holidays = holidays
        self._clock = clock
        self._is_on = is_on
        self._pending: dict[tuple[date, BookedArrival, int], LoggedForecast] = {}

    def note(self, prediction: Prediction) -> None:
        """Log the forecasts of trains in *prediction*; nothing is waited for.

        Not those that rest on where the train was seen, nor of days whose running is known.
        """
        loaded = prediction.provenance.performance
        if not self._is_on or loaded is None or prediction.query.seen is not None:
            return
        today = self._clock.now().astimezone(LONDON).date()
        for one in prediction.trains:
            if one.ride is None or one.forecast is None:
                continue
            schedule, day = one.ride.train.schedule, one.ride.train.day
            if day < today or day <= loaded.last_day or len(self._pending) >= MOST_PENDING:
                continue
            kind = kind_of(day, self._holidays)
            arrival = of_schedule(schedule, one.ride.alighting, kind)
            horizon = (day - today).days
            odds = one.forecast.distribution
            self._pending.setdefault(
                (day, arrival, horizon),
                LoggedForecast(
                    source=LogSource.SERVED,
                    day=day,
                    horizon=horizon,
                    arrival=arrival,
                    body=_body(odds.at_most, odds.cancelled),
                ),
            )

    async def flush(self) -> None:
        """Put away what was noted; what cannot be put away is kept for the next time.

        Raises:
            SourceUnavailable: the database cannot be written now.
        """
        pending, self._pending = self._pending, {}
        if not pending:
            return
        try:
            async with self._storage.writing() as unit:
                await unit.scorecard.log(pending.values())
        except BaseException:
            self._pending = pending | self._pending
            raise


async def resolve(unit: UnitOfWork, first: date, last: date, *, holidays: BankHolidays) -> int:
    """Score the served forecasts of those days whose running is known; return how many were."""
    days = await unit.scorecard.waiting_days(first, last)
    if not days:
        return 0
    await _freeze_baselines(unit, holidays)
    number = 0
    async for day, runs in unit.performance.runs(days[0], days[-1]):
        if day in days:
            waiting = await unit.scorecard.waiting(day, day)
            block = observed(runs, day, kind_of(day, holidays))
            came: dict[BookedArrival, tuple[int, bool]] = {}
            for arrival, delay, cancelled in zip(
                block.arrivals, block.delays, block.cancelled, strict=True
            ):
                came.setdefault(arrival, (int(delay), bool(cancelled)))
            for some in batched((one for one in waiting if one.arrival in came), AT_ONCE):
                resolved = await _resolved(unit, some, [came[one.arrival] for one in some])
                await _keep(unit, resolved)
                number += len(resolved)
    await unit.scorecard.forget(last - LOGGED_FOR)
    return number


async def replay(
    first: date,
    last: date,
    *,
    storage: Storage,
    holidays: BankHolidays,
    lag_days: int = 1,
    told: Callable[[date], None] = lambda _: None,
) -> int:
    """Log and score every arrival's forecast as it would have been served; return how many.

    They are those of a backtest of the same days, and take the place of those replayed before.

    Raises:
        InvalidParameter: the days are no period, or there is no history before or in them.
        NothingLoaded: there is no history at all.
    """
    if last < first:
        raise InvalidParameter("to", f"{last} is before {first}")
    made = _Replay(first, lag_days)
    number = 0
    async with storage.writing() as unit:
        span = await unit.performance.days()
        if span is None:
            raise NothingLoaded(FeedKind.PERFORMANCE)
        if span[0] >= first:
            raise InvalidParameter("from", f"there is no running before {first} to learn from")
        await unit.scorecard.clear(LogSource.REPLAYED)
        async for day, runs in unit.performance.runs(span[0], last):
            found = made.take(day, observed(runs, day, kind_of(day, holidays)))
            number += len(found)
            await _keep(unit, found)
            told(day)
        if not number:
            raise InvalidParameter("from", f"there is no running from {first} to {last}")
    return number


class _Replay:
    """Makes forecasts of days from *first* on, each *lag_days* before."""

    def __init__(self, first: date, lag_days: int) -> None:
        self._first = first
        self._lag_days = lag_days
        self._model = DelayModel()
        self._every = Baseline.every()
        self._luck = np.random.default_rng(SEED)
        self._unlearned: deque[tuple[date, ObservedArrivals]] = deque()

    def take(self, day: date, block: ObservedArrivals) -> list[ResolvedForecast]:
        """Return the forecasts of *day* with what came of them, then learn it in its time."""
        while self._unlearned and self._unlearned[0][0] <= day - timedelta(days=self._lag_days):
            self._model.learn(*self._unlearned.popleft())
        self._unlearned.append((day, block))
        if day < self._first:
            for baseline in self._every.values():
                baseline.learn(block)
            return []
        return self._forecast(day, block) if block.arrivals else []

    def _forecast(self, day: date, block: ObservedArrivals) -> list[ResolvedForecast]:
        luck = self._luck.random(len(block.arrivals))
        at_most, cancelled = map(as_logged, self._model.plain(day, block.arrivals))
        forecasts = [(at_most, cancelled), *_plain(self._every, block.arrivals)]
        scored = _scored(forecasts, block.delays, luck)
        twins: Counter[BookedArrival] = Counter()
        numbers = []
        for arrival in block.arrivals:
            numbers.append(twins[arrival])
            twins[arrival] += 1
        return [
            ResolvedForecast(
                logged=LoggedForecast(
                    source=LogSource.REPLAYED,
                    day=day,
                    horizon=self._lag_days,
                    arrival=arrival,
                    twin=numbers[index],
                    body=_body(at_most[index], float(cancelled[index])),
                ),
                delay=int(block.delays[index]),
                cancelled=bool(block.cancelled[index]),
                scored=scored[index].tobytes(),
            )
            for index, arrival in enumerate(block.arrivals)
        ]


async def scorecard(by: str, source: LogSource, *, storage: Storage) -> Scorecard:
    """Return how good the forecasts of *source* were, told apart by one of `GROUPINGS`."""
    name_of = GROUPINGS[by]
    overall: dict[str, Scores] = {}
    groups: dict[str, dict[str, Scores]] = {}
    async with storage.reading() as unit:
        for one in await unit.scorecard.sums(source):
            scores = Scores.unpacked(one.body)
            for where in (overall, groups.setdefault(name_of(one), {})):
                before = where.get(one.method)
                where[one.method] = scores if before is None else before + scores
        return Scorecard(
            source=source,
            overall=ScoreGroup(name="", scores=overall),
            groups=tuple(ScoreGroup(name=name, scores=groups[name]) for name in sorted(groups)),
            waiting=await unit.scorecard.count_waiting(),
            feedback=await unit.feedback.counts(),
            provenance=await provenance(unit),
        )


async def recomputed(source: LogSource, *, storage: Storage) -> dict[str, Scores]:
    """Return the scores by method of every resolved forecast that is in the log."""
    async with storage.reading() as unit:
        resolved = await unit.scorecard.resolved(source)
    return _scores(resolved) if resolved else {}


async def _keep(unit: UnitOfWork, resolved: Sequence[ResolvedForecast]) -> None:
    """Keep what came of forecasts, and add their scores to the sums."""
    if not resolved:
        return
    await unit.scorecard.resolve(resolved)
    source = resolved[0].logged.source
    groups: dict[Group, list[ResolvedForecast]] = {}
    for one in resolved:
        of = one.logged
        group = of.day.replace(day=1), of.arrival.toc, of.horizon
        groups.setdefault(group, []).append(one)
    before = {
        (sums.month, sums.toc, sums.horizon, sums.method): Scores.unpacked(sums.body)
        for sums in await unit.scorecard.sums(source)
    }
    await unit.scorecard.put_sums(
        ScoreSums(
            source=source,
            month=month,
            toc=toc,
            horizon=horizon,
            method=method,
            body=(before.get((month, toc, horizon, method), Scores()) + scores).packed(),
        )
        for (month, toc, horizon), members in groups.items()
        for method, scores in _scores(members).items()
    )


async def _resolved(
    unit: UnitOfWork, known: Sequence[LoggedForecast], came: Sequence[tuple[int, bool]]
) -> list[ResolvedForecast]:
    if not known:
        return []
    arrivals = [one.arrival for one in known]
    rows = np.stack([np.frombuffer(one.body, "<f4").astype(np.float64) for one in known])
    delays = np.array([delay for delay, _ in came], np.int64)
    drawn = np.array([_luck(one) for one in known])
    empty = Baseline.every()
    counts = await unit.scorecard.baselines(
        {name: baseline.cells_of(arrivals) for name, baseline in empty.items()}
    )
    every = {name: Baseline.restored(name, counts.get(name, {})) for name in CELLS}
    forecasts = [(rows[:, :-1], rows[:, -1]), *_plain(every, arrivals)]
    scored = _scored(forecasts, delays, drawn)
    return [
        ResolvedForecast(logged=one, delay=delay, cancelled=cancelled, scored=row.tobytes())
        for one, (delay, cancelled), row in zip(known, came, scored, strict=True)
    ]


async def _freeze_baselines(unit: UnitOfWork, holidays: BankHolidays) -> None:
    """Let the baselines know the days before the first served forecast, unless they do.

    These are up to `FROZEN_DAYS` days, read one after the other.
    """
    first, span = await unit.scorecard.first_day(), await unit.performance.days()
    if first is None or span is None or await unit.scorecard.baselines({MARK: [""]}):
        return
    every = Baseline.every()
    begin = max(span[0], first - timedelta(days=FROZEN_DAYS))
    async for day, runs in unit.performance.runs(begin, first - timedelta(days=1)):
        block = observed(runs, day, kind_of(day, holidays))
        for baseline in every.values():
            baseline.learn(block)
    counts: dict[str, dict[str, bytes]] = {name: one.dump() for name, one in every.items()}
    await unit.scorecard.put_baselines({**counts, MARK: {"": b""}})


MARK: Final = "frozen"
"""Beside the baselines: they know what they are to know, be it nothing."""


def _plain(
    every: Mapping[str, Baseline], arrivals: Sequence[BookedArrival]
) -> list[tuple[Floats, Floats]]:
    forecasts = (every[name].plain(arrivals) for name in CELLS)
    return [(as_logged(at_most), as_logged(cancelled)) for at_most, cancelled in forecasts]


def _scored(
    forecasts: Sequence[tuple[Floats, Floats]], delays: NDArray[np.int64], luck: Floats
) -> Scored:
    """Return what is scored, shape (n, methods, columns)."""
    columns = [
        np.column_stack([at_most[:, JUDGED], cancelled, places(at_most, delays, luck)])
        for at_most, cancelled in forecasts
    ]
    return np.stack(columns, axis=1).astype("<f4")


def _scores(resolved: Sequence[ResolvedForecast]) -> dict[str, Scores]:
    """Return the scores by method of *resolved* forecasts."""
    shape = len(resolved), len(METHODS), COLUMNS
    joined = np.frombuffer(b"".join(one.scored for one in resolved), "<f4").reshape(shape)
    delays = np.array([one.delay for one in resolved], np.int64)
    cancelled = np.array([one.cancelled for one in resolved], np.bool_)
    found: dict[str, Scores] = {}
    for index, method in enumerate(METHODS):
        rows = joined[:, index].astype(np.float64)
        ran = rows[~cancelled]
        found[method] = (
            score_cancellation(rows[:, -2], cancelled)
            + score_delays(ran[:, :-2], delays[~cancelled])
            + score_coverage(ran[:, -1])
        )
    return found


def _body(at_most: Floats, cancelled: float) -> bytes:
    body: bytes = np.append(at_most, cancelled).astype("<f4").tobytes()
    assert len(body) == 4 * (len(EDGES) + 1)  # noqa: S101 - as it will be read
    return body


def _luck(one: LoggedForecast) -> float:
    """Return a number in [0, 1) that is drawn by what the forecast is of, the same every time."""
    named = f"{one.day}|{one.horizon}|{'|'.join(map(str, one.arrival))}".encode()
    return int.from_bytes(blake2b(named, digest_size=6).digest(), "big") / 2**48
