"""From service patterns to trains, and from trains to the records P, O, N and C.

All minutes are after midnight of the day on which the train starts; they run on past 1440.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import pairwise
from math import ceil
from typing import Final

from railfair.adapters.demo.corridors import Corridor, Service
from railfair.adapters.demo.daykinds import (
    CorridorCalendar,
    DayKind,
    Period,
    Span,
    is_works,
    sample_weekday,
)
from railfair.adapters.demo.stations import Station, distance_km

NO_TIME: Final = -1
DAY_MIN: Final = 1440
MON_FRI: Final = "1111100"
MON_SAT: Final = "1111110"
SUNDAY: Final = "0000001"

_STRETCH: Final = 7 / 6
_START_STOP_MIN: Final = 1.6
_TERMINUS_SLACK_MIN: Final = 2.0
_WORKS_STRETCH: Final = 1.25
_RETIMING_MIN: Final = 3
_PEAKS: Final = ((405, 495), (1005, 1080))
_SUNDAY_START_MIN: Final = 8 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A point on the way; minutes count from the train's start, *activity* is "" if it passes."""

    station: Station
    arr_min: int
    dep_min: int
    activity: str

    @property
    def public_arr_min(self) -> int:
        """Return the advertised arrival or NO_TIME."""
        return NO_TIME if self.activity in {"TB", "U", ""} else self.arr_min

    @property
    def public_dep_min(self) -> int:
        """Return the advertised departure or NO_TIME."""
        return NO_TIME if self.activity in {"TF", "D", ""} else self.dep_min


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """The stops of a service in one direction (``out`` or ``back``)."""

    toc: str
    category: str
    direction: str
    stops: tuple[Stop, ...]

    @cached_property
    def calls(self) -> tuple[Stop, ...]:
        """Return the stops that passengers see."""
        return tuple(stop for stop in self.stops if stop.activity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Train:
    """A train that leaves *start_min* after midnight on the weekdays of *days*."""

    uid: str
    headcode: str
    pattern: Pattern
    start_min: int
    days: str
    number: int
    extra: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A record of the schedule file: *train* is None where *stp* is C."""

    uid: str
    span: Span
    days: str
    stp: str
    train: Train | None


def _hop_min(one: Station, other: Station, speed_kmh: float) -> float:
    return distance_km(one, other) * _STRETCH / speed_kmh * 60


def _dwell_min(station: Station) -> int:
    return 3 if station.change_min >= 8 else 2 if station.change_min >= 6 else 1


_ACTIVITY: Final = {"": "T", "U": "U", "D": "D", "P": ""}


def _activities(tokens: tuple[tuple[str, str], ...]) -> list[str]:
    middle = [_ACTIVITY[mark] for _, mark in tokens[1:-1]]
    return ["TB", *middle, "TF"]


def _swap(tokens: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    other = {"U": "D", "D": "U"}
    return tuple((crs, other.get(mark, mark)) for crs, mark in reversed(tokens))


def make_pattern(
    service: Service, stations: dict[str, Station], *, direction: str, stretch: float = 1.0
) -> Pattern:
    """Return the timed stops of *service*; *stretch* lengthens its running times."""
    tokens = service.stops if direction == "out" else _swap(service.stops)
    places = [stations[crs] for crs, _ in tokens]
    activities = _activities(tokens)
    stops = [Stop(station=places[0], arr_min=0, dep_min=0, activity="TB")]
    clock = 0.0
    for (one, other), activity in zip(pairwise(places), activities[1:], strict=True):
        clock += _hop_min(one, other, service.speed_kmh) * stretch
        clock += _START_STOP_MIN if activity else 0.0
        clock += _TERMINUS_SLACK_MIN if activity == "TF" else 0.0
        arr = max(ceil(clock), stops[-1].dep_min + 1)
        dep = arr + _dwell_min(other) if activity in {"T", "U", "D"} else arr
        stops.append(Stop(station=other, arr_min=arr, dep_min=dep, activity=activity))
        clock = max(clock, float(dep)) if activity else clock
    return Pattern(
        toc=service.toc, category=service.category, direction=direction, stops=tuple(stops)
    )


def _off_midnight(pattern: Pattern, start_min: int) -> int:
    """Return the next start at which no public time is 00:00, which records cannot show."""
    offsets = {t for stop in pattern.calls for t in (stop.public_arr_min, stop.public_dep_min)}
    offsets.discard(NO_TIME)
    while any((start_min + offset) % DAY_MIN == 0 for offset in offsets):
        start_min += 1
    return start_min


def _starts(service: Service) -> Iterator[tuple[int, str]]:
    """Yield start minute and weekdays; the second train of a peak runs Monday to Friday."""
    for number, start in enumerate(
        range(service.first_min, service.last_min + 1, service.every_min)
    ):
        peak = any(low <= start < high for low, high in _PEAKS)
        yield start, service.days or (MON_FRI if peak and number % 2 else MON_SAT)
    if service.days or service.extra:
        return
    every = 60 if service.every_min <= 30 else 120
    for start in range(max(service.first_min, _SUNDAY_START_MIN), service.last_min + 1, every):
        yield start, SUNDAY


@dataclass(slots=True, kw_only=True)
class UidCounter:
    """Hands out train UIDs: a letter and five digits, each used once."""

    used: int = 0

    def next(self, letter: str) -> str:
        """Return a new UID that starts with *letter*."""
        self.used += 1
        return f"{letter}{10_000 + self.used:05d}"


class CorridorTimetable:
    """The trains of one corridor on every kind of day."""

    def __init__(
        self,
        corridor: Corridor,
        stations: dict[str, Station],
        *,
        calendar: CorridorCalendar,
        letter: str,
        counter: UidCounter,
    ) -> None:
        self.corridor: Final = corridor
        self.calendar: Final = calendar
        self._slow: dict[int, Pattern] = {}
        self.trains: Final = tuple(self._make_trains(stations, letter, counter))

    def _make_trains(
        self, stations: dict[str, Station], letter: str, counter: UidCounter
    ) -> Iterator[Train]:
        for index, service in enumerate(self.corridor.services):
            for direction in (service.only,) if service.only else ("out", "back"):
                pattern = make_pattern(service, stations, direction=direction)
                slow = make_pattern(service, stations, direction=direction, stretch=_WORKS_STRETCH)
                self._slow[id(pattern)] = slow
                code = f"{service.headcode_class}{_code_letter(index, direction)}"
                for number, (start, days) in enumerate(_starts(service)):
                    yield Train(
                        uid=counter.next(letter),
                        headcode=f"{code}{number % 100:02d}",
                        pattern=pattern,
                        start_min=_off_midnight(pattern, start),
                        days=days,
                        number=number,
                        extra=service.extra,
                    )

    def _retimed(self, train: Train) -> Train:
        if train.number % 3:
            return train
        start = _off_midnight(train.pattern, train.start_min + _RETIMING_MIN)
        return replace(train, start_min=start)

    def _at_works(self, train: Train) -> Train | None:
        """Return the train as engineering work leaves it: slower, some cancelled."""
        if train.number % self.corridor.works_cancel_every == 1:
            return None
        slow = self._slow[id(train.pattern)]
        return replace(train, pattern=slow, start_min=_off_midnight(slow, train.start_min))

    def _in(self, period: Period) -> Iterator[Train]:
        for train in self.trains:
            yield self._retimed(train) if period.retimed else train

    def on(self, kind: DayKind, period: Period) -> tuple[Train, ...]:
        """Return the trains of a day of *kind* in *period*, in order of departure."""
        weekday = sample_weekday(kind)
        booked = [train for train in self._in(period) if train.days[weekday] == "1"]
        found = [train for train in booked if kind is DayKind.EXTRA or not train.extra]
        if is_works(kind):
            found = [slow for train in found if (slow := self._at_works(train))]
        return tuple(sorted(found, key=lambda train: (train.start_min, train.uid)))

    def schedules(self) -> Iterator[Schedule]:
        """Yield every record, train by train: P or N first, then overlays and cancellations."""
        by_period = [(period, tuple(self._in(period))) for period in self.calendar.periods]
        for number, train in enumerate(self.trains):
            variants = [(period, trains[number]) for period, trains in by_period]
            for span, variant in _joined(variants):
                yield from self._permanent(variant, span)
            if not train.extra:
                yield from self._works_records(train)
                yield from self._closed_records(train)

    def _permanent(self, train: Train, span: Span) -> Iterator[Schedule]:
        if not train.extra:
            yield Schedule(uid=train.uid, span=span, days=train.days, stp="P", train=train)
            return
        for day in sorted(self.calendar.extras):
            if day in span and self.calendar.kind_on(day) is DayKind.EXTRA:
                one = Span(first=day, last=day)
                yield Schedule(uid=train.uid, span=one, days=one.mask(), stp="N", train=train)

    def _works_records(self, train: Train) -> Iterator[Schedule]:
        for works in self.calendar.works:
            days = _both(train.days, works.mask())
            if "1" not in days:
                continue
            period = self.calendar.period_on(works.first)
            slow = self._at_works(self._retimed(train) if period.retimed else train)
            stp = "O" if slow else "C"
            yield Schedule(uid=train.uid, span=works, days=days, stp=stp, train=slow)

    def _closed_records(self, train: Train) -> Iterator[Schedule]:
        for day in sorted(self.calendar.closed):
            if train.days[day.weekday()] == "1":
                one = Span(first=day, last=day)
                yield Schedule(uid=train.uid, span=one, days=one.mask(), stp="C", train=None)

    def booked_on(self, day: date) -> tuple[Train, ...]:
        """Return the trains that start on *day*."""
        kind = self.calendar.kind_on(day)
        return () if kind is DayKind.CLOSED else self.on(kind, self.calendar.period_on(day))


def _both(one: str, other: str) -> str:
    return "".join("01"[a == b == "1"] for a, b in zip(one, other, strict=True))


def _joined(variants: list[tuple[Period, Train]]) -> Iterator[tuple[Span, Train]]:
    """Join neighbouring periods in which the train is the same."""
    start, current, last = variants[0][0].span.first, variants[0][1], variants[0][0].span.last
    for period, variant in variants[1:]:
        if variant != current:
            yield Span(first=start, last=last), current
            start, current = period.span.first, variant
        last = period.span.last
    yield Span(first=start, last=last), current


def _code_letter(index: int, direction: str) -> str:
    return "ABCDEFGHJKLM"[(2 * index + (direction == "back")) % 12]
