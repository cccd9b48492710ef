"""Replaying history: forecast connections from the days before, then see which were made."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from railfair.application.learning import kind_of
from railfair.domain.codes import Crs
from railfair.domain.delays.arrivals import ObservedArrivals, observed
from railfair.domain.delays.connection import catches
from railfair.domain.delays.distribution import EARLIEST_MIN, LATEST_MIN, Floats
from railfair.domain.delays.model import DelayModel
from railfair.domain.delays.mood import Mood, Relation, relation, runs_back
from railfair.domain.delays.scoring import ChanceScores, score_chances
from railfair.domain.errors import InvalidParameter, NothingLoaded
from railfair.domain.feed import FeedKind
from railfair.domain.station import DEFAULT_CHANGE_MIN
from railfair.ports.bank_holidays import BankHolidays
from railfair.ports.storage import Storage

MOOD: Final = "mood"
INDEPENDENT: Final = "independent"
LONGEST_SLACK_MIN: Final = 20
"""Connections with more to spare are hardly ever missed."""
MOST_A_DAY: Final = 100
"""Connections at one station on one day that are scored, evenly spread over those there are."""
SLACKS: Final = ((0, 2), (3, 5), (6, 10), (11, 15), (16, 20))
"""Bands of minutes to spare, ends included."""
CHANCES: Final = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 1.0)
"""Bands of forecasts: from one to before the next; finer above, as most connections are made."""

_SELDOM: Final = 1e-9

type ScoresByMethod = dict[str, ChanceScores]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionsBacktest:
    """Scores by method: overall, by minutes to spare, by relation of the trains, and by forecast.

    Those by forecast are of each method's own forecasts in the band: where they are good, what was
    forecast is what was realised. *mood* is what was known in the end.
    """

    first: date
    last: date
    lag_days: int
    mood: Mood
    overall: ScoresByMethod
    by_slack: dict[str, ScoresByMethod]
    by_relation: dict[str, ScoresByMethod]
    by_forecast: dict[str, ScoresByMethod]


async def backtest_connections(
    first: date,
    last: date,
    *,
    storage: Storage,
    holidays: BankHolidays,
    lag_days: int = 1,
    told: Callable[[date], None] = lambda _: None,
) -> ConnectionsBacktest:
    """Score forecasts of connections from *first* to *last*, each made *lag_days* before.

    A connection is an arrival and another train that leaves the same station, with at least the
    minutes that a change takes there (by the loaded timetable, `DEFAULT_CHANGE_MIN` where it does
    not say) and at most `LONGEST_SLACK_MIN` more; not a train that runs back (`runs_back`). It is
    scored where both trains ran and were reported; the forecast is given that both run. It was made
    if the minutes between the actual times were enough for the change. Both methods have the same
    forecasts of the single trains. *told* hears of every day that is done.

    Raises:
        InvalidParameter: the days are no period, there is no history before or in them, or no
            connection.
        NothingLoaded: there is no history at all.
    """
    if last < first:
        raise InvalidParameter("to", f"{last} is before {first}")
    if lag_days < 1:
        raise InvalidParameter("lag", "a forecast is made at least 1 day before")
    async with storage.reading() as unit:
        span = await unit.performance.days()
        if span is None:
            raise NothingLoaded(FeedKind.PERFORMANCE)
        if span[0] >= first:
            raise InvalidParameter("from", f"there is no running before {first} to learn from")
        stations = await unit.timetable.stations()
        replay = _Replay(first, lag_days, {one.crs: one.change_min for one in stations})
        async for day, runs in unit.performance.runs(span[0], last):
            replay.take(day, observed(runs, day, kind_of(day, holidays)))
            told(day)
    if not replay.is_any:
        raise InvalidParameter("from", f"there are no connections from {first} to {last}")
    return replay.result(last)


class _Connections(NamedTuple):
    """Connections of one day, (n,) each: indexes of arrivals and departures, minutes, relations."""

    arrivals: NDArray[np.int64]
    departures: NDArray[np.int64]
    slack_min: NDArray[np.int64]
    relations: NDArray[np.int64]


class _Replay:
    def __init__(self, first: date, lag_days: int, change_min: Mapping[Crs, int]) -> None:
        self._first = first
        self._lag = timedelta(days=lag_days)
        self._change_min = change_min
        self._model = DelayModel()
        self._waiting: deque[tuple[date, ObservedArrivals]] = deque()
        self._slack_min: list[NDArray[np.int64]] = []
        self._relations: list[NDArray[np.int64]] = []
        self._made: list[NDArray[np.bool_]] = []
        self._chances: dict[str, list[Floats]] = {INDEPENDENT: [], MOOD: []}

    @property
    def is_any(self) -> bool:
        return any(len(made) for made in self._made)

    def take(self, day: date, block: ObservedArrivals) -> None:
        while self._waiting and self._waiting[0][0] <= day - self._lag:
            self._model.learn(*self._waiting.popleft())
        self._waiting.append((day, block))
        if day >= self._first:
            found = _connections(block, self._change_min)
            if len(found.arrivals):
                self._forecast(day, block, found)

    def result(self, last: date) -> ConnectionsBacktest:
        slack_min, relations = np.concatenate(self._slack_min), np.concatenate(self._relations)
        made = np.concatenate(self._made)
        chances = {method: np.concatenate(blocks) for method, blocks in self._chances.items()}

        def scores(which: NDArray[np.bool_]) -> ScoresByMethod:
            return {
                method: score_chances(found[which], made[which])
                for method, found in chances.items()
            }

        return ConnectionsBacktest(
            first=self._first,
            last=last,
            lag_days=self._lag.days,
            mood=self._model.mood,
            overall=scores(np.ones(len(made), np.bool_)),
            by_slack={
                f"{least} to {most}": scores((slack_min >= least) & (slack_min <= most))
                for least, most in SLACKS
            },
            by_relation={
                kind.name.lower(): scores(relations == kind)
                for kind in Relation
                if (relations == kind).any()
            },
            by_forecast={
                f"{least:.1%} to {most:.1%}": {
                    method: score_chances(found[bands == band], made[bands == band])
                    for method, found in chances.items()
                    for bands in [np.searchsorted(CHANCES[1:-1], found, side="right")]
                }
                for band, (least, most) in enumerate(pairwise(CHANCES))
            },
        )

    def _forecast(self, day: date, block: ObservedArrivals, found: _Connections) -> None:
        at_most, cancelled = self._model.plain(day, block.arrivals)
        left = block.departures
        # Where no arrival is booked, the rows of any one stand in, and mean nothing.
        leaving = self._model.leaving(day, left.departures, at_most[left.arrivals])
        not_leaving = np.where(left.arrivals < 0, 0.0, cancelled[left.arrivals])
        mood = self._model.mood
        correlations = np.array(
            [
                [mood.of(kind, slack_min) for slack_min in range(LONGEST_SLACK_MIN + 1)]
                for kind in Relation
            ]
        )
        by_method = {
            INDEPENDENT: np.zeros(len(found.relations)),
            MOOD: correlations[found.relations, found.slack_min],
        }
        for method, of_pairs in by_method.items():
            chances = catches(
                at_most[found.arrivals], cancelled[found.arrivals],
                leaving[found.departures], not_leaving[found.departures],
                found.slack_min, of_pairs,
            )  # fmt: skip
            self._chances[method].append(chances[:, 0] / np.maximum(chances[:, 1], _SELDOM))
        late_min = np.clip(block.delays[found.arrivals], EARLIEST_MIN, LATEST_MIN)
        waits_min = np.clip(left.delays[found.departures], EARLIEST_MIN, LATEST_MIN)
        self._made.append(late_min <= found.slack_min + waits_min)
        self._slack_min.append(found.slack_min)
        self._relations.append(found.relations)


def _connections(block: ObservedArrivals, change_min: Mapping[Crs, int]) -> _Connections:
    """Return the connections of a day: those at each station, by arrival, then departure."""
    leaving: dict[Crs, list[int]] = {}
    for index, departure in enumerate(block.departures.departures):
        leaving.setdefault(departure.crs, []).append(index)
    arriving: dict[Crs, list[int]] = {}
    for index, arrival in enumerate(block.arrivals):
        if arrival.crs in leaving and not block.cancelled[index]:
            arriving.setdefault(arrival.crs, []).append(index)
    found = [
        one
        for crs, indexes in sorted(arriving.items())
        for one in _thinned(
            list(_pairs(block, indexes, leaving[crs], change_min.get(crs, DEFAULT_CHANGE_MIN)))
        )
    ]
    columns = np.array(found, np.int64).reshape(-1, len(_Connections._fields)).T
    return _Connections(*columns)


def _pairs(
    block: ObservedArrivals, arrivals: list[int], departures: list[int], change_min: int
) -> Iterator[tuple[int, int, int, int]]:
    left = block.departures
    for index in sorted(arrivals, key=lambda one: block.arrivals[one].arrival_min):
        arrival = block.arrivals[index]
        for other in departures:
            departure = left.departures[other]
            slack_min = departure.leaves_min - arrival.arrival_min - change_min
            if (
                0 <= slack_min <= LONGEST_SLACK_MIN
                and left.runs[other] != block.runs[index]
                and not runs_back(arrival, departure)
            ):
                yield index, other, slack_min, relation(arrival, departure)


def _thinned[T](found: list[T]) -> list[T]:
    """Return at most `MOST_A_DAY` of what was *found*, evenly spread."""
    if len(found) <= MOST_A_DAY:
        return found
    return [found[index * len(found) // MOST_A_DAY] for index in range(MOST_A_DAY)]
