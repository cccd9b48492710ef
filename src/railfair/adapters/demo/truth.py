"""The known true probabilities of the demo railway: ``truth.json.gz``.

One JSON object::

    {"generator": "railfair demo", "seed": 7, "sampled_days": 2000,
     "thresholds_min": [-1, 0, 1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 60],
     "corridors": {"EUS-MAN": {"first": "2025-11-23",
                               "types": [["weekday", "p1"], …],
                               "days": [0, 0, 0, 0, 1, 2, -1, …],
                               "uids": ["A10001", …]}},
     "odds": {"A10001": {"weekday": {"p1": [["EUS", "D", 0.024, 0.1, …], …]}}}}

``days`` gives for each date from ``first`` an index into ``types`` (-1: nothing runs). ``odds``
holds one row for each public call in order (the position counts from 0): CRS, event, the chance
that the event does not happen, then P(delay <= threshold | it happens). The event is ``A``, the
arrival, or ``D``, the departure, where no arrival is advertised. Delay is actual less booked time
in whole minutes, seconds cut off. The figures are frequencies over ``sampled_days`` independent
days: the best that anyone who knows nothing of the day itself can say.
"""

import gzip
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from railfair.adapters.demo.archive import gzip_writer
from railfair.adapters.demo.daykinds import CorridorCalendar, DayKind
from railfair.adapters.demo.history import DrawnDays
from railfair.adapters.demo.outcomes import NOT_RUN, Outcome
from railfair.adapters.demo.timetable import NO_TIME, CorridorTimetable

THRESHOLDS_MIN: Final = (-1, 0, 1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 60)

type Row = list[str | float]
type OddsByKind = dict[str, dict[str, TrueOdds]]

_LEVEL: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueOdds:
    """*cancelled* in 0 to 1; *at_most* holds P(delay <= t | not cancelled) by threshold."""

    crs: str
    event: str
    cancelled: float
    at_most: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The true odds by (uid, position), day kind and period, and the days' kinds."""

    thresholds_min: tuple[int, ...]
    sampled_days: int
    odds: Mapping[tuple[str, int], OddsByKind]
    day_types: Mapping[str, Mapping[date, tuple[str, str]]]
    corridor_of: Mapping[str, str]

    def on(self, uid: str, position: int, day: date) -> TrueOdds | None:
        """Return the odds of a call on *day*, or None where the train is not booked."""
        day_type = self.day_types[self.corridor_of[uid]].get(day)
        if day_type is None:
            return None
        kind, period = day_type
        return self.odds.get((uid, position), {}).get(kind, {}).get(period)


def outcome_rows(outcome: Outcome) -> list[Row]:
    """Return the rows of one train, counted over its days."""
    delay = outcome.delay_min()
    ran = delay != NOT_RUN
    happened = ran.sum(axis=1)
    cancelled = 1 - happened / delay.shape[1]
    counts = [((delay <= limit) & ran).sum(axis=1) for limit in THRESHOLDS_MIN]
    at_most = np.stack(counts, axis=1) / np.maximum(happened, 1)[:, None]
    return [
        [
            stop.station.crs,
            "D" if stop.public_arr_min == NO_TIME else "A",
            round(float(cancelled[number]), 4),
            *(round(float(share), 4) for share in at_most[number]),
        ]
        for number, stop in enumerate(outcome.train.pattern.calls)
    ]


class TruthBook:
    """Gathers the odds corridor by corridor."""

    def __init__(self, *, seed: int, sampled_days: int) -> None:
        self._head: Final = {
            "generator": "railfair demo",
            "seed": seed,
            "sampled_days": sampled_days,
            "thresholds_min": THRESHOLDS_MIN,
        }
        self._corridors: Final[dict[str, dict[str, Any]]] = {}
        self._odds: Final[dict[str, dict[str, dict[str, list[Row]]]]] = {}

    def add(self, timetable: CorridorTimetable, drawn: Iterable[DrawnDays]) -> None:
        """Add the drawn days of one corridor."""
        uids = [train.uid for train in timetable.trains]
        self._corridors[timetable.corridor.name] = {**_days(timetable.calendar), "uids": uids}
        for days in drawn:
            for outcome in days.outcomes:
                kinds = self._odds.setdefault(outcome.train.uid, {})
                kinds.setdefault(days.kind, {})[days.period.name] = outcome_rows(outcome)

    def write(self, path: Path) -> int:
        """Write the file and return its number of rows."""
        book = {**self._head, "corridors": self._corridors, "odds": self._odds}
        with gzip_writer(path, level=_LEVEL) as handle:
            handle.write(json.dumps(book, separators=(",", ":")).encode("ascii"))
        return sum(
            len(rows)
            for kinds in self._odds.values()
            for periods in kinds.values()
            for rows in periods.values()
        )


def _days(calendar: CorridorCalendar) -> dict[str, Any]:
    types: list[tuple[str, str]] = []
    numbers: list[int] = []
    for day in calendar.span.days():
        kind = calendar.kind_on(day)
        day_type = (str(kind), calendar.period_on(day).name)
        if kind is DayKind.CLOSED:
            numbers.append(-1)
            continue
        if day_type not in types:
            types.append(day_type)
        numbers.append(types.index(day_type))
    return {"first": calendar.span.first.isoformat(), "types": types, "days": numbers}


def _true_odds(row: Row) -> TrueOdds:
    crs, event, cancelled, *at_most = row
    return TrueOdds(
        crs=str(crs),
        event=str(event),
        cancelled=float(cancelled),
        at_most=tuple(float(share) for share in at_most),
    )


def _day_types(corridor: Mapping[str, Any]) -> dict[date, tuple[str, str]]:
    first = date.fromisoformat(corridor["first"])
    types = [(kind, period) for kind, period in corridor["types"]]
    return {
        first + timedelta(days=number): types[index]
        for number, index in enumerate(corridor["days"])
        if index >= 0
    }


def _odds_by_call(
    book: Mapping[str, Mapping[str, Mapping[str, list[Row]]]],
) -> dict[tuple[str, int], OddsByKind]:
    found: dict[tuple[str, int], OddsByKind] = {}
    for uid, kinds in book.items():
        for kind, periods in kinds.items():
            for period, rows in periods.items():
                for position, row in enumerate(rows):
                    by_kind = found.setdefault((uid, position), {})
                    by_kind.setdefault(kind, {})[period] = _true_odds(row)
    return found


def read_truth(path: Path) -> Truth:
    """Return the truth written at *path*."""
    with gzip.open(path, "rt", encoding="ascii") as handle:
        book = json.load(handle)
    corridors = book["corridors"]
    return Truth(
        thresholds_min=tuple(book["thresholds_min"]),
        sampled_days=book["sampled_days"],
        odds=_odds_by_call(book["odds"]),
        day_types={name: _day_types(corridor) for name, corridor in corridors.items()},
        corridor_of={uid: name for name, found in corridors.items() for uid in found["uids"]},
    )
