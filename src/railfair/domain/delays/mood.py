"""The mood that a day's trains share: why two forecasts of one day do not err independently.

One factor, a Gaussian copula: behind every train stands a normal number X = l M + sqrt(1 - l^2) E
of the day's mood M, the same for all its trains, and of the train's own luck E. A train's delay is
as far out in its forecast as X is in the normal distribution; cancelled is later than any delay.
Two trains with the loadings l and k have the correlation l k.

The correlation is learned from pairs that could be connections: an arrival, and another train that
leaves the same station within the hour. It is the one that explains in how many pairs both trains
were late, given how likely either was to be by the forecasts made before the day. Trains are more
alike the later they are: small delays are a train's own, great ones have a cause that many trains
share. So the correlation is learned for several degrees of lateness, and a connection goes by the
one that endangers it. Trains that go the same way share more than trains that only meet.

Source: Pearson, 1900, for the tetrachoric series; Vasicek, 1987, for the one factor.
"""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import lru_cache
from typing import Final

import msgspec
import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import NDArray

from railfair.domain.delays.arrivals import BookedArrival
from railfair.domain.delays.departures import BookedDeparture
from railfair.domain.delays.distribution import EDGES, Floats
from railfair.domain.delays.mood_kernel import MINUTE, STATION, TERMS, add_pairs, series_terms

LATE_MIN: Final = (3, 8, 15)
"""Degrees of lateness: by so many minutes or more."""
LATE_EDGES: Final = np.searchsorted(EDGES, np.array(LATE_MIN) - 1)
"""Indexes of the edges above which a train is so late."""
HIGHEST: Final = 0.7
"""No two trains have more in common."""
WITHIN_MIN: Final = 60
MEMORY_DAYS: Final = 365.0
"""The half-life of what was learned."""
PRIOR_PAIRS: Final = 5_000
PRIOR_LATE: Final = (0.15, 0.06, 0.03)
"""The prior counts as so many pairs of trains, each of which is so late with these chances."""
NODES: Final = 16
"""Moods that stand for all."""
_POWERS: Final = np.arange(1, TERMS + 1)


class Relation(IntEnum):
    """How two trains that meet at a station belong together."""

    BEHIND = 0
    """They have the same terminus: the second goes where the first goes, behind it."""
    ALIKE = 1
    """They are of the same operator."""
    APART = 2
    """Neither."""


def relation(arriving: BookedArrival, departing: BookedDeparture) -> Relation:
    """Return how two trains belong together."""
    if arriving.terminus == departing.terminus:
        return Relation.BEHIND
    return Relation.ALIKE if arriving.toc == departing.toc else Relation.APART


def runs_back(arriving: BookedArrival, departing: BookedDeparture) -> bool:
    """Whether the second train may be the carriages of the first, on their way back.

    They are then no two trains that a day's mood has made alike, nor does anyone change.
    """
    at = arriving.crs
    ends = arriving.terminus == at == departing.origin
    return ends and departing.terminus == arriving.origin


@dataclass(frozen=True, slots=True)
class Mood:
    """How much the trains of a day have in common: correlations, within [0, `HIGHEST`].

    Each relation has one for each of `LATE_MIN`.
    """

    behind: tuple[float, ...]
    alike: tuple[float, ...]
    apart: tuple[float, ...]

    def of(self, relation: Relation, slack_min: int = LATE_MIN[0]) -> float:
        """Return the correlation of trains between which there are *slack_min* minutes to spare."""
        correlations = (self.behind, self.alike, self.apart)[relation]
        return float(np.interp(slack_min, LATE_MIN, correlations))

    def between(
        self, arriving: BookedArrival, departing: BookedDeparture, slack_min: int = LATE_MIN[0]
    ) -> float:
        """Return the correlation of two trains with *slack_min* minutes to spare between them."""
        return self.of(relation(arriving, departing), slack_min)


PRIOR: Final = Mood((0.3, 0.3, 0.3), (0.2, 0.2, 0.2), (0.1, 0.1, 0.1))
"""What is taken to be so where nothing was learned."""


def moods(correlation: float) -> tuple[Floats, Floats]:
    """Return moods of a day and their chances; one alone where the *correlation* is 0."""
    return _MOODS if correlation > 0 else _NO_MOOD


def _standing_for_all(number: int) -> tuple[Floats, Floats]:
    """Return the nodes and the weights of Gauss and Hermite."""
    nodes, weights = hermegauss(number)
    return nodes, weights / weights.sum()


_MOODS: Final = _standing_for_all(NODES)
_NO_MOOD: Final = _standing_for_all(1)


@dataclass(frozen=True, kw_only=True)
class Lateness:
    """Trains at stations, how likely they were to be late there, and whether they were.

    *marks* (n, 5) are those of `marks`, *runs* (n,) indexes of the runs; *punctual* (n, degrees) is
    P(less late than that) by the forecast, for each of `LATE_MIN`; *late* (n, degrees) what came.
    """

    marks: NDArray[np.int64]
    runs: NDArray[np.int64]
    punctual: Floats
    late: NDArray[np.bool_]


class _Head(msgspec.Struct, array_like=True):
    day: int
    sums: bytes


class MoodHistory:
    """What was learned of the mood; `learn` takes one day after the other.

    For each relation and degree of lateness it holds, faded, how many more pairs of trains were
    late together than would have been if they had nothing in common, and what a correlation r
    explains of that: the sums of the terms of the tetrachoric series, without their powers of r.
    """

    def __init__(self) -> None:
        self._sums = np.zeros((len(Relation), 1 + TERMS, len(LATE_MIN)))
        self._day: int | None = None

    @property
    def mood(self) -> Mood:
        """What is known by now."""
        return _mood(self._sums.tobytes())

    def learn(self, day: date, arriving: Lateness, departing: Lateness) -> None:
        """Take in a day's trains; days have to come in ascending order."""
        number = day.toordinal()
        if self._day is not None:
            self._sums *= 2.0 ** (-max(number - self._day, 0) / MEMORY_DAYS)
        self._day = number
        by_relation = self._sums.reshape(len(Relation), -1)
        add_pairs(*_in_order(arriving), *_in_order(departing), WITHIN_MIN, by_relation)

    def dump_head(self) -> bytes:
        """Return everything, for `restored`."""
        return msgspec.msgpack.encode(_Head(day=self._day or 0, sums=self._sums.tobytes()))

    @classmethod
    def restored(cls, head: bytes | None) -> "MoodHistory":
        """Return what was dumped as *head*, or without one what has learned nothing."""
        new = cls()
        if head is not None:
            read = msgspec.msgpack.decode(head, type=_Head)
            new._day = read.day or None
            new._sums = np.frombuffer(read.sums).reshape(new._sums.shape).copy()
        return new


@lru_cache(maxsize=16)
def _mood(sums: bytes) -> Mood:
    """Return what *sums* of a history and of the prior say; every forecast asks for the same."""
    learned = np.frombuffer(sums).reshape(_PRIOR_SUMS.shape)
    return Mood(*(tuple(map(_explaining, each.T)) for each in learned + _PRIOR_SUMS))


def marks(one: BookedArrival | BookedDeparture) -> tuple[int, ...]:
    """Return what tells in numbers which trains meet *one*, and how they belong to it."""
    minute = one.arrival_min if isinstance(one, BookedArrival) else one.leaves_min
    return _number(one.crs), minute, *(_number(x) for x in (one.toc, one.origin, one.terminus))


def _number(code: str) -> int:
    return int.from_bytes(code.encode(), "big")


def _in_order(trains: Lateness) -> tuple[NDArray[np.int64], Floats]:
    """Return the marks with the runs, and the numbers, as `add_pairs` wants them."""
    order = np.lexsort((trains.marks[:, MINUTE], trains.marks[:, STATION]))
    short = trains.late - (1.0 - trains.punctual)
    terms = series_terms(np.ascontiguousarray(trains.punctual))
    numbers = np.column_stack([short, *np.moveaxis(terms, -1, 0)])
    return np.column_stack([trains.marks, trains.runs])[order], numbers[order]


def _explaining(sums: Floats) -> float:
    """Return the correlation with which trains are late together as often as they were."""
    low, high = 0.0, HIGHEST
    for _ in range(30):
        middle = (low + high) / 2
        explained = sums[1:] @ middle**_POWERS
        low, high = (middle, high) if explained < sums[0] else (low, middle)
    return low


def _prior_sums() -> Floats:
    terms = PRIOR_PAIRS * series_terms(1 - np.array([PRIOR_LATE]))[0].T ** 2
    correlations = np.array([PRIOR.behind, PRIOR.alike, PRIOR.apart])[:, None, :]
    more = (terms * correlations ** _POWERS[:, None]).sum(axis=1, keepdims=True)
    return np.concatenate([more, np.broadcast_to(terms, (len(Relation), *terms.shape))], axis=1)


_PRIOR_SUMS: Final = _prior_sums()
