"""Simulates how trains really run: moods, incidents, knock-on, cancellations.

Every day is drawn alike and independently, so each call has one true delay distribution. All
arrays are (days,) or (…, days); delays are minutes, positive late. The same code draws the year
that the feed shows and the many days from which the truth is counted.

A run's delay is made of: a late start (exponential, scaled by operator, hour, train and the
day's mood), a late inbound train at the origin, the train ahead within the headway, incidents on
the section, noise and rare long stops, less the slack of the timetable.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from railfair.adapters.demo.corridors import OPERATORS
from railfair.adapters.demo.outcomes import (
    NOT_RUN,
    Flags,
    Minutes,
    Outcome,
    cut_off,
)
from railfair.adapters.demo.timetable import Stop, Train

_MOOD_SHARED, _MOOD_OWN, _MOOD_SCALE = 0.6, 0.8, 0.40
_HEADWAY_MIN, _KNOCK_ON_MOST_MIN = 2.5, 6.0
_TURNROUND_MIN, _TURNROUND_WINDOW_MIN, _TURNROUND_MOST_MIN = 9.0, 75, 25.0
_EARLY_DEPARTURE_MIN = 0.45
_NEEDED_DWELL_MIN = 0.6
_INCIDENT_SLOTS, _INCIDENT_CHANCE = 2, 0.11
_GIVE_UP_MIN, _GIVE_UP_CHANCE = 25.0, 0.35
_PART_WAY_CHANCE, _LATE_START_CHANCE = 0.005, 0.004


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What a corridor's days have in common."""

    temper: float
    national_mood: Minutes
    rng: np.random.Generator

    @property
    def days(self) -> int:
        """Return how many days are drawn."""
        return len(self.national_mood)


@dataclass(slots=True, kw_only=True)
class _Incidents:
    """Trouble at one place of the corridor for a while; one slot is (days,) of each."""

    start_min: Minutes
    lasts_min: Minutes
    severity_min: Minutes
    place: NDArray[np.int16]

    def delay(self, at_min: Minutes, places: tuple[int, int]) -> Minutes:
        """Return the delay met on the section between *places* at *at_min*."""
        since = at_min - self.start_min
        share = 1 - since / self.lasts_min
        here = (self.place >= places[0]) & (self.place < places[1])
        hit: Minutes = self.severity_min * share * (here & (since >= 0) & (share > 0))
        return hit


@dataclass(slots=True, kw_only=True)
class _Run:
    """The state of one train while the days go by."""

    train: Train
    calls: tuple[Stop, ...]
    scale: Minutes
    delay: Minutes
    alive: Flags
    starts_at: NDArray[np.int16]
    ends_at: NDArray[np.int16]
    inbound: "_Run | None" = None
    arr: list[Minutes] = field(default_factory=list)
    dep: list[Minutes] = field(default_factory=list)
    dropped: list[Flags] = field(default_factory=list)


class Simulator:
    """Runs the trains of one corridor on all days at once, event by event in booked order."""

    def __init__(self, trains: tuple[Train, ...], conditions: Conditions) -> None:
        self._conditions: Final = conditions
        self._rng: Final = conditions.rng
        self._days: Final = conditions.days
        self._mood: Final = self._draw_mood()
        self._place: Final = _places(trains)
        self._incidents: Final = [self._draw_incidents() for _ in range(_INCIDENT_SLOTS)]
        self._last_departure: Final[dict[tuple[str, str], Minutes]] = {}
        self._runs: Final = [self._prepare(train) for train in trains]
        _pair_turnrounds(self._runs)

    def outcomes(self) -> Iterator[Outcome]:
        """Run everything and yield the outcome of each train, in the order given."""
        for run, number in _in_booked_order(self._runs):
            self._depart(run, number)
            self._travel(run, number)
        for run in self._runs:
            yield self._outcome(run)

    def _uniform(self) -> Minutes:
        return self._rng.random(self._days, dtype=np.float32)

    def _exponential(self) -> Minutes:
        return self._rng.standard_exponential(self._days, dtype=np.float32)

    def _draw_mood(self) -> Minutes:
        own = self._rng.standard_normal(self._days, dtype=np.float32)
        mood: Minutes = _MOOD_SHARED * self._conditions.national_mood + _MOOD_OWN * own
        return mood

    def _draw_incidents(self) -> _Incidents:
        happens = self._uniform() < _INCIDENT_CHANCE * np.exp(_MOOD_SCALE * self._mood)
        severity = 4 + 14 * self._exponential()
        return _Incidents(
            start_min=300 + 1020 * self._uniform(),
            lasts_min=30 + 60 * self._exponential(),
            severity_min=np.where(happens, severity, np.float32(0)),
            place=(self._uniform() * max(1, len(self._place) - 1)).astype(np.int16),
        )

    def _prepare(self, train: Train) -> _Run:
        calls = train.pattern.calls
        operator = OPERATORS[train.pattern.toc]
        gloom = np.exp(_MOOD_SCALE * self._mood)
        level = operator.lateness * self._conditions.temper * _habit(train) * _hour(train)
        cancelled = self._uniform() < operator.cancelled * gloom
        return _Run(
            train=train,
            calls=calls,
            scale=(level * gloom).astype(np.float32),
            delay=np.zeros(self._days, np.float32),
            alive=~cancelled,
            starts_at=self._cut(_LATE_START_CHANCE, calls, otherwise=0),
            ends_at=self._cut(_PART_WAY_CHANCE, calls, otherwise=len(calls)),
        )

    def _cut(self, chance: float, calls: tuple[Stop, ...], *, otherwise: int) -> NDArray[np.int16]:
        """Draw the call at which a run that is not whole begins, or before which it ends."""
        inside = 1 + (self._uniform() * max(1, len(calls) - 2)).astype(np.int16)
        cut = (self._uniform() < chance) & (len(calls) > 2)
        return np.where(cut, inside, np.int16(otherwise))

    def _depart(self, run: _Run, number: int) -> None:
        booked = run.train.start_min + run.calls[number].dep_min
        if number == 0:
            run.arr.append(np.full(self._days, np.nan, np.float32))
            run.delay = self._late_start(run)
        first_ready = run.delay
        key = (run.calls[number].station.crs, run.train.pattern.direction)
        ahead = self._last_departure.get(key)
        if ahead is not None:
            held = np.clip(ahead + _HEADWAY_MIN - booked - first_ready, 0, _KNOCK_ON_MOST_MIN)
            run.delay = first_ready + held
        running = self._calls_at(run, number)
        before = ahead if ahead is not None else np.full(self._days, -np.inf, np.float32)
        self._last_departure[key] = np.where(
            running, np.maximum(before, booked + run.delay), before
        )
        run.dep.append(run.delay)

    def _late_start(self, run: _Run) -> Minutes:
        late: Minutes = np.maximum(1.25 * run.scale * self._exponential() - 1.9, 0)
        late += 0.9 * self._uniform() - _EARLY_DEPARTURE_MIN + 0.2
        if run.inbound is None:
            return late
        inbound = run.inbound
        wait = run.train.start_min - (inbound.train.start_min + inbound.calls[-1].arr_min)
        owed = np.clip(inbound.arr[-1] + _TURNROUND_MIN - wait, 0, _TURNROUND_MOST_MIN)
        owed = np.where(inbound.alive & (inbound.ends_at == len(inbound.calls)), owed, 0)
        worst: Minutes = np.maximum(late, owed.astype(np.float32))
        return worst

    def _travel(self, run: _Run, number: int) -> None:
        """Move the run to its next call and make it ready to leave."""
        here, there = run.calls[number], run.calls[number + 1]
        section_min = there.arr_min - here.dep_min
        arr = run.delay + self._section_change(run, section_min)
        arr += self._incident_delay(run, number)
        last = number + 2 == len(run.calls)
        slack = 0.25 + 0.016 * section_min + (1.0 if last else 0.0)
        arr -= slack
        arr = np.maximum(arr, -(0.9 + 0.02 * section_min + (1.6 if last else 0.0)))
        arr = np.maximum(arr, run.delay - 0.35 * section_min)
        run.arr.append(arr)
        self._leave_or_give_up(run, number + 1, arr)

    def _section_change(self, run: _Run, section_min: int) -> Minutes:
        noise = self._rng.standard_normal(self._days, dtype=np.float32)
        rare = np.maximum(1.5 * run.scale * self._exponential() - 4.2, 0)
        change: Minutes = noise * (0.40 + 0.012 * section_min) + rare
        return change

    def _incident_delay(self, run: _Run, number: int) -> Minutes:
        here, there = run.calls[number], run.calls[number + 1]
        ends = self._place[here.station.crs], self._place[there.station.crs]
        low, high = min(ends), max(ends)
        at_min = run.delay + (run.train.start_min + here.dep_min)
        total = np.zeros(self._days, np.float32)
        for incidents in self._incidents:
            total += incidents.delay(at_min, (low, high))
        gives_up = (total > _GIVE_UP_MIN) & (self._uniform() < _GIVE_UP_CHANCE)
        run.ends_at = np.where(gives_up, np.minimum(run.ends_at, number + 1), run.ends_at)
        return total

    def _leave_or_give_up(self, run: _Run, number: int, arr: Minutes) -> None:
        stop = run.calls[number]
        if number + 1 == len(run.calls):
            return
        ready = arr + (_NEEDED_DWELL_MIN - (stop.dep_min - stop.arr_min))
        earliest = 0.75 * self._uniform() - _EARLY_DEPARTURE_MIN
        run.delay = np.maximum(ready, earliest)

    def _calls_at(self, run: _Run, number: int) -> Flags:
        calls: Flags = run.alive & (run.starts_at <= number) & (number < run.ends_at)
        return calls

    def _outcome(self, run: _Run) -> Outcome:
        size = (len(run.calls), self._days)
        arr = np.full(size, NOT_RUN, np.int16)
        dep = np.full(size, NOT_RUN, np.int16)
        for number, stop in enumerate(run.calls):
            here = self._calls_at(run, number)
            if stop.public_arr_min >= 0:
                arr[number] = cut_off(run.arr[number], here & (run.starts_at < number))
            if stop.public_dep_min >= 0 and number < len(run.dep):
                leaves = here & (number + 1 < run.ends_at)
                dep[number] = cut_off(run.dep[number], leaves)
        return Outcome(train=run.train, arr_delay_min=arr, dep_delay_min=dep)


def _places(trains: tuple[Train, ...]) -> dict[str, int]:
    """Return the order of the corridor's stations; branches follow the main line."""
    outward = sorted(
        {train.pattern.stops: None for train in trains if train.pattern.direction == "out"},
        key=len,
        reverse=True,
    )
    names = [stop.station.crs for stops in outward for stop in stops]
    names += [stop.station.crs for train in trains for stop in train.pattern.stops[::-1]]
    return {crs: number for number, crs in enumerate(dict.fromkeys(names))}


def _habit(train: Train) -> float:
    """Return the train's own factor of lateness, fixed by its UID (about 0.7 to 1.6)."""
    draw = np.random.default_rng(crc32(train.uid.encode("ascii"))).standard_normal()
    return float(np.exp(0.25 * np.clip(draw, -2, 2)))


def _hour(train: Train) -> float:
    hour = train.start_min % 1440 / 60
    peak = max(np.exp(-(((hour - 7.8) / 1.1) ** 2)), np.exp(-(((hour - 17.3) / 1.4) ** 2)))
    return float(0.85 + 0.55 * peak)


def _in_booked_order(runs: list[_Run]) -> Iterator[tuple[_Run, int]]:
    """Yield every departure (train, call number) by booked time."""
    events = [
        (run.train.start_min + stop.dep_min, order, number)
        for order, run in enumerate(runs)
        for number, stop in enumerate(run.calls[:-1])
    ]
    return ((runs[order], number) for _, order, number in sorted(events))


def _pair_turnrounds(runs: list[_Run]) -> None:
    """Give each train the latest free arrival at its origin that can form it."""
    used: set[str] = set()
    for run in runs:
        ready = [
            other
            for other in runs
            if other.train.uid not in used and _can_form(other.train, run.train)
        ]
        if ready:
            run.inbound = ready[-1]
            used.add(ready[-1].train.uid)


def _can_form(inbound: Train, outbound: Train) -> bool:
    first, last = outbound.pattern.calls[0], inbound.pattern.calls[-1]
    wait = outbound.start_min - inbound.start_min - last.arr_min
    same_place = (
        first.station.crs == last.station.crs and inbound.pattern.toc == outbound.pattern.toc
    )
    return same_place and _TURNROUND_MIN <= wait <= _TURNROUND_WINDOW_MIN
