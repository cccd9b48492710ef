"""The demo railway as a whole: stations, links, corridors with their calendars, associations."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import Final

from railfair.adapters.demo.corridors import (
    SPLIT_AT,
    WORSENS_BEFORE_TODAY_DAYS,
    Corridor,
    real_corridors,
)
from railfair.adapters.demo.daykinds import (
    CorridorCalendar,
    Span,
    christmas_days,
    periods,
    timetable_change,
    weekends,
)
from railfair.adapters.demo.stations import (
    GROUPS,
    Link,
    Station,
    StationGroup,
    by_crs,
    real_links,
    real_stations,
)
from railfair.adapters.demo.timetable import CorridorTimetable, Schedule, Train, UidCounter

HORIZON_DAYS: Final = 90
"""Days of timetable after the demo's today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """*other* joins (JJ) or leaves (VV) *base* at *tiploc*.

    *date_ind* is the other train's day relative to the base train's: S same, N next, P previous.
    """

    base: Train
    other: Train
    category: str
    date_ind: str
    tiploc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Railway:
    """Everything that the feeds describe; *span* is the timetable's."""

    today: date
    span: Span
    stations: tuple[Station, ...]
    links: tuple[Link, ...]
    groups: tuple[StationGroup, ...]
    corridors: tuple[CorridorTimetable, ...]
    associations: tuple[Association, ...]

    def schedules(self) -> Iterator[Schedule]:
        """Yield every schedule record, corridor by corridor."""
        return chain.from_iterable(corridor.schedules() for corridor in self.corridors)

    def booked_on(self, day: date) -> Iterator[Train]:
        """Yield the trains that start on *day*."""
        return chain.from_iterable(corridor.booked_on(day) for corridor in self.corridors)


def corridor_calendar(corridor: Corridor, *, span: Span, today: date) -> CorridorCalendar:
    """Return the days of *corridor*: its works, extra trains, changes and Christmas."""
    worse_from = today - timedelta(days=WORSENS_BEFORE_TODAY_DAYS)
    retimed_from = timetable_change(today - timedelta(days=30))
    extras = (_friday(today + timedelta(days=n)) for n in corridor.extra_offsets)
    works = weekends(today, corridor.works_offsets)
    if corridor.weekday_works:
        works = tuple(_week_after(weekend) for weekend in works)
    closed = christmas_days(span)
    return CorridorCalendar(
        span=span,
        periods=periods(
            span,
            retimed_from=retimed_from if corridor.retimed else None,
            worse_from=worse_from if corridor.worsens > 1 else None,
            worse=corridor.worsens,
        ),
        works=tuple(
            w for w in works if w.first in span and w.last in span and closed.isdisjoint(w.days())
        ),
        extras=frozenset(day for day in extras if day in span),
        closed=closed,
    )


def _week_after(weekend: Span) -> Span:
    """Return Monday to Sunday after *weekend*."""
    return Span(first=weekend.last + timedelta(days=1), last=weekend.last + timedelta(days=7))


def _friday(day: date) -> date:
    return day - timedelta(days=(day.weekday() - 4) % 7)


def make_railway(
    *,
    today: date,
    days: int,
    stations: tuple[Station, ...] = (),
    links: tuple[Link, ...] = (),
    corridors: Iterable[Corridor] = (),
) -> Railway:
    """Return the real railway, with any further *stations*, *links* and *corridors*."""
    span = Span(
        first=today - timedelta(days=max(days, 365)), last=today + timedelta(days=HORIZON_DAYS)
    )
    everywhere = (*real_stations(), *stations)
    places = by_crs(everywhere)
    counter = UidCounter()
    timetables = tuple(
        CorridorTimetable(
            corridor,
            places,
            calendar=corridor_calendar(corridor, span=span, today=today),
            letter=_letter(number),
            counter=counter,
        )
        for number, corridor in enumerate((*real_corridors(), *corridors))
    )
    return Railway(
        today=today,
        span=span,
        stations=everywhere,
        links=(*real_links(), *links),
        groups=GROUPS,
        corridors=timetables,
        associations=tuple(_sleeper_associations(timetables, places[SPLIT_AT])),
    )


def _letter(number: int) -> str:
    return chr(ord("A") + number % 26)


def _sleeper_associations(
    timetables: Iterable[CorridorTimetable], split: Station
) -> Iterator[Association]:
    """Yield the division of the northbound sleeper and the joining of the southbound one."""
    sleepers = next(t.trains for t in timetables if t.corridor.name == "SLEEPER")
    base_north, part_north, base_south, part_south = sleepers
    yield Association(
        base=base_north, other=part_north, category="VV", date_ind="N", tiploc=split.tiploc
    )
    yield Association(
        base=base_south, other=part_south, category="JJ", date_ind="S", tiploc=split.tiploc
    )
