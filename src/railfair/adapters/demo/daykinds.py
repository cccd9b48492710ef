"""What kind of day it is on a corridor: the demo draws every day of one kind alike.

A corridor's trains and their true probabilities depend on its day kind and its period only.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final


class DayKind(StrEnum):
    """Days with the same trains."""

    WEEKDAY = "weekday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"
    EXTRA = "weekday-extra"
    WORKS_WEEKDAY = "works-weekday"
    WORKS_SATURDAY = "works-saturday"
    WORKS_SUNDAY = "works-sunday"
    CLOSED = "closed"


_PLAIN: Final = (DayKind.WEEKDAY,) * 5 + (DayKind.SATURDAY, DayKind.SUNDAY)
_WORKS: Final = (DayKind.WORKS_WEEKDAY,) * 5 + (DayKind.WORKS_SATURDAY, DayKind.WORKS_SUNDAY)
_SAMPLE_WEEKDAY: Final = {
    **{kind: number for number, kind in reversed(tuple(enumerate(_PLAIN)))},
    **{kind: number for number, kind in reversed(tuple(enumerate(_WORKS)))},
    DayKind.EXTRA: 0,
}
"""A weekday (Monday 0) that stands for each kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days from *first* to *last*, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def days(self) -> Iterator[date]:
        """Yield every day in order."""
        for number in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=number)

    def mask(self) -> str:
        """Return which weekdays occur, Monday first, as ones and zeros."""
        seen = {day.weekday() for day in self.days()}
        return "".join("01"[number in seen] for number in range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A stretch of days with one timetable and one behaviour.

    *lateness* multiplies every delay; *retimed* says that the later timetable is in force.
    """

    name: str
    span: Span
    lateness: float
    retimed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CorridorCalendar:
    """The days of one corridor."""

    span: Span
    periods: tuple[Period, ...]
    works: tuple[Span, ...]
    extras: frozenset[date]
    closed: frozenset[date]

    def kind_on(self, day: date) -> DayKind:
        """Return the kind of *day*; closures win over works, works over extra trains."""
        if day in self.closed:
            return DayKind.CLOSED
        if any(day in works for works in self.works):
            return _WORKS[day.weekday()]
        if day in self.extras:
            return DayKind.EXTRA
        return _PLAIN[day.weekday()]

    def period_on(self, day: date) -> Period:
        """Return the period that holds *day*."""
        return next(period for period in self.periods if day in period.span)

    def days_by_kind(self, span: Span) -> dict[tuple[str, DayKind], tuple[date, ...]]:
        """Return the days of *span* by period name and kind, closed days left out."""
        found: dict[tuple[str, DayKind], list[date]] = {}
        for day in span.days():
            kind = self.kind_on(day)
            if kind is not DayKind.CLOSED:
                found.setdefault((self.period_on(day).name, kind), []).append(day)
        return {key: tuple(days) for key, days in found.items()}


def sample_weekday(kind: DayKind) -> int:
    """Return a weekday (Monday 0) on which days of *kind* fall."""
    return _SAMPLE_WEEKDAY[kind]


def is_works(kind: DayKind) -> bool:
    """Tell whether engineering work is going on."""
    return kind in _WORKS


def christmas_days(span: Span) -> frozenset[date]:
    """Return the Christmas Days inside *span*: nothing runs."""
    years = range(span.first.year, span.last.year + 1)
    return frozenset(day for year in years if (day := date(year, 12, 25)) in span)


def saturday_on_or_before(day: date) -> date:
    """Return the last Saturday that is not after *day*."""
    return day - timedelta(days=(day.weekday() - 5) % 7)


def weekends(anchor: date, offsets_days: Iterable[int]) -> tuple[Span, ...]:
    """Return the weekends *offsets_days* from *anchor*, Christmas ones left out."""
    saturdays = (saturday_on_or_before(anchor + timedelta(days=n)) for n in offsets_days)
    spans = (Span(first=day, last=day + timedelta(days=1)) for day in saturdays)
    return tuple(span for span in spans if not christmas_days(span))


def timetable_change(before: date) -> date:
    """Return the last change of timetable before *before*: a Sunday in May or December."""
    years = (before.year, before.year - 1)
    changes = [sunday for year in years for sunday in (_sunday(year, 5, 15), _sunday(year, 12, 8))]
    return max(day for day in changes if day < before)


def _sunday(year: int, month: int, day: int) -> date:
    start = date(year, month, day)
    return start + timedelta(days=(6 - start.weekday()) % 7)


def periods(
    span: Span, *, retimed_from: date | None, worse_from: date | None, worse: float
) -> tuple[Period, ...]:
    """Return the periods of *span*, cut where the timetable or the behaviour changes."""
    cuts = sorted({cut for cut in (retimed_from, worse_from) if cut and cut > span.first})
    starts = [span.first, *cuts]
    ends = [*(cut - timedelta(days=1) for cut in cuts), span.last]
    return tuple(
        Period(
            name=f"p{number}",
            span=Span(first=first, last=last),
            lateness=worse if worse_from and first >= worse_from else 1.0,
            retimed=retimed_from is not None and first >= retimed_from,
        )
        for number, (first, last) in enumerate(zip(starts, ends, strict=True), start=1)
    )
