"""Draws the running that the performance feed shows, and the many days behind the truth."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from zlib import crc32

import numpy as np

from railfair.adapters.demo.daykinds import DayKind, Period, Span
from railfair.adapters.demo.outcomes import Minutes, Outcome
from railfair.adapters.demo.running import Conditions, Simulator
from railfair.adapters.demo.timetable import CorridorTimetable

TRUTH_DAYS: Final = 2000
"""Independent days behind each true probability: its standard error is at most 1.1 points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnDays:
    """One corridor's running on days of one kind and period; *days* is empty for the truth."""

    corridor: str
    kind: DayKind
    period: Period
    days: tuple[date, ...]
    outcomes: tuple[Outcome, ...]


def seeded(seed: int, *labels: str) -> np.random.Generator:
    """Return the random numbers that belong to *labels*."""
    return np.random.default_rng([seed, crc32("/".join(labels).encode("ascii"))])


def national_moods(seed: int, span: Span) -> Minutes:
    """Return one shared mood a day of *span*, (days,), standard normal."""
    size = (span.last - span.first).days + 1
    return seeded(seed, "mood").standard_normal(size, dtype=np.float32)


def _draw(
    timetable: CorridorTimetable,
    *,
    kind: DayKind,
    period: Period,
    moods: Minutes,
    rng: np.random.Generator,
) -> tuple[Outcome, ...]:
    conditions = Conditions(
        temper=timetable.corridor.temper * period.lateness, national_mood=moods, rng=rng
    )
    return tuple(Simulator(timetable.on(kind, period), conditions).outcomes())


def _groups(
    timetable: CorridorTimetable, span: Span
) -> Iterator[tuple[DayKind, Period, tuple[date, ...]]]:
    calendar = timetable.calendar
    for (_, kind), days in sorted(calendar.days_by_kind(span).items()):
        yield kind, calendar.period_on(days[0]), days


def draw_history(
    timetable: CorridorTimetable, *, span: Span, seed: int, moods: Minutes, mood_start: date
) -> Iterator[DrawnDays]:
    """Yield the running of every day of *span*; *moods* begins on *mood_start*."""
    name = timetable.corridor.name
    for kind, period, days in _groups(timetable, span):
        shared = moods[np.array([(day - mood_start).days for day in days])]
        rng = seeded(seed, "history", name, kind, period.name)
        outcomes = _draw(timetable, kind=kind, period=period, moods=shared, rng=rng)
        yield DrawnDays(corridor=name, kind=kind, period=period, days=days, outcomes=outcomes)


def draw_truth(timetable: CorridorTimetable, *, seed: int, days: int) -> Iterator[DrawnDays]:
    """Yield *days* independent days of every kind and period that the timetable has."""
    name = timetable.corridor.name
    for kind, period, _ in _groups(timetable, timetable.calendar.span):
        rng = seeded(seed, "truth", name, kind, period.name)
        moods = rng.standard_normal(days, dtype=np.float32)
        outcomes = _draw(timetable, kind=kind, period=period, moods=moods, rng=rng)
        yield DrawnDays(corridor=name, kind=kind, period=period, days=(), outcomes=outcomes)
