"""What journeys there are, found the slow way: from the rules alone, train by train.

It knows nothing of the planner's arrays. A passenger who has used n trains may be off one of them
at a station from some minute on; one train more is ridden by looking at every call of every train.
All else is asked of that: the latest departure is the last minute from which one still arrives in
time.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from railfair.domain.codes import Crs, TocCode, TrainUid
from railfair.domain.journey import Connection, Journey, TrainLeg, TransferLeg
from railfair.domain.planner.search import Terms
from railfair.domain.station import FixedLink
from railfair.domain.timetable import Association, CallingPoint, Schedule, Stp
from support.railways import Railway

NEVER: Final = 10**6
DAY_MIN: Final = 24 * 60
EARLIEST: Final = -2 * DAY_MIN
"""Nobody leaves sooner for a train of the day before."""
UNKNOWN_CHANGE_MIN: Final = 5

type RunningTrain = tuple[TrainUid, int]
"""A train, and its service day counted from the one asked for: -1, 0 or 1."""
type Stay = tuple[RunningTrain, int]
"""A train and one of its calls, by number."""
type Place = tuple[Crs, int]
"""A station, and how many of the places to go via were passed before."""
type Option = tuple[int, int, int]
"""Departure, arrival, changes."""


@dataclass(frozen=True)
class Call:
    """A call in minutes of the day asked for."""

    crs: Crs
    arrives: int | None
    leaves: int | None


@dataclass
class Off:
    """Since when a passenger may have been off a train, by its operator, everywhere."""

    by_place: defaultdict[Place, dict[TocCode, int]]

    @classmethod
    def nowhere(cls) -> "Off":
        """Return that of a passenger who has not used any train."""
        return cls(defaultdict(dict))

    def copy(self) -> "Off":
        """Return one to add to."""
        return Off(defaultdict(dict, {place: dict(by) for place, by in self.by_place.items()}))

    def add(self, place: Place, toc: TocCode, minute: int) -> None:
        """Note a train of *toc* left at *minute*."""
        found = self.by_place[place]
        found[toc] = min(minute, found.get(toc, NEVER))

    def first(self, place: Place) -> int:
        """Return the first minute at all, `NEVER` if there is none."""
        return (
            min(self.by_place[place].values(), default=NEVER) if place in self.by_place else NEVER
        )


class Oracle:
    """Answers for the railway's trains of *day* and of both its neighbours."""

    def __init__(self, railway: Railway, day: date) -> None:
        self.day = day
        self.trains = dict(_running(railway, day))
        self.calls = {train: _calls(train, one) for train, one in self.trains.items()}
        self._calling: defaultdict[Crs, list[RunningTrain]] = defaultdict(list)
        for train, calls in self.calls.items():
            for crs in {call.crs for call in calls}:
                self._calling[crs].append(train)
        self._ends = {train: _times(calls)[-1] for train, calls in self.calls.items()}
        self.stays = dict(self._stays(railway))
        self._change = {station.crs: station.change_min for station in railway.stations}
        self._between = {
            (one.crs, one.arriving_toc, one.departing_toc): one.change_min
            for one in railway.interchanges
        }
        self._links: defaultdict[Crs, list[tuple[Crs, FixedLink]]] = defaultdict(list)
        for link in railway.links:
            self._links[link.origin].append((link.destination, link))
            self._links[link.destination].append((link.origin, link))
        self._known: dict[tuple[Terms, int], tuple[int, ...]] = {}

    # --- the rules -------------------------------------------------------------------------------

    def change_min(self, crs: Crs, arriving: TocCode, departing: TocCode) -> int:
        """Return the minutes to change from a train of one operator to one of another."""
        return self._between.get((crs, arriving, departing), self.own_min(crs))

    def own_min(self, crs: Crs) -> int:
        """Return the station's own minutes to change."""
        return self._change.get(crs, UNKNOWN_CHANGE_MIN)

    def links(self, origin: Crs, destination: Crs) -> list[FixedLink]:
        """Return the links from one station to the other."""
        return [link for reached, link in self._links[origin] if reached == destination]

    def may_start(self, link: FixedLink, minute: int) -> bool:
        """Whether the link may be started at *minute*: by its date, its weekdays and its hours."""
        shift, clock = divmod(minute, DAY_MIN)
        day = self.day + timedelta(days=shift)
        if link.starts_min <= link.ends_min:
            return link.starts_min <= clock <= link.ends_min and _is_dated(link, day)
        if clock >= link.starts_min:
            return _is_dated(link, day)
        return clock <= link.ends_min and _is_dated(link, day - timedelta(days=1))

    def starts(self, link: FixedLink, ready: int) -> int:
        """Return when the link is started by who may set out at *ready*, waiting if need be."""
        if self.may_start(link, ready):
            return ready
        midnight = ready // DAY_MIN * DAY_MIN
        opens = (midnight + days * DAY_MIN + link.starts_min for days in range(4))
        return next(
            (m for m in opens if ready < m < 3 * DAY_MIN and self.may_start(link, m)), NEVER
        )

    def _stays(self, railway: Railway) -> Iterator[tuple[tuple[RunningTrain, int], list[Stay]]]:
        """Yield, for calls at which a train goes on as others, these and their calls."""
        found: defaultdict[tuple[RunningTrain, int], list[Stay]] = defaultdict(list)
        for shift in (-1, 0, 1):
            for one in _associations(railway.associations, self.day + timedelta(days=shift)):
                base, other = (one.base_uid, shift), (one.other_uid, shift + one.day_offset)
                if base not in self.trains or other not in self.trains:
                    continue
                crs = railway.station_of.get(one.tiploc)
                base_call = _nth(self.calls[base], crs, one.base_suffix)
                other_call = _nth(self.calls[other], crs, one.other_suffix)
                if base_call is None or other_call is None:
                    continue
                ends = (base, base_call), (other, other_call)
                before, after = ends[::-1] if one.category == "JJ" else ends
                if self._is_there(before) <= self._is_gone(after):
                    found[before].append(after)
        yield from found.items()

    def _is_there(self, stay: Stay) -> int:
        """Return when the train arrives, or the last minute that is known before it does."""
        train, number = stay
        calls = self.calls[train]
        arrives = calls[number].arrives
        known = _times(calls[:number]) if arrives is None else [arrives]
        return known[-1] if known else NEVER

    def _is_gone(self, stay: Stay) -> int:
        """Return when the train leaves, or the first minute that is known after it did."""
        train, number = stay
        calls = self.calls[train]
        leaves = calls[number].leaves
        known = _times(calls[number + 1 :]) if leaves is None else [leaves]
        return known[0] if known else -NEVER

    # --- one train more --------------------------------------------------------------------------

    def with_trains(self, terms: Terms, at: int) -> tuple[int, ...]:
        """Return the earliest arrival of who leaves at *at* or later, by most changes.

        At least one train is ridden; `NEVER` where one does not arrive.
        """
        if (terms, at) not in self._known:
            off = Off.nowhere()
            arrivals: list[int] = []
            new = {terms.origin}
            for _ in range(terms.most_changes + 1):
                more = self._one_more(terms, at, off, new)
                new = {
                    place[0]
                    for place, left in more.by_place.items()
                    if left != off.by_place.get(place)
                }
                off = more
                arrivals.append(self._arrival(terms, off) if new or not arrivals else arrivals[-1])
            self._known[terms, at] = tuple(arrivals)
        return self._known[terms, at]

    def _arrival(self, terms: Terms, off: Off) -> int:
        target = terms.destination, len(terms.via)
        arrivals = [off.first(target)]
        for other, link in self._links[terms.destination]:
            left = off.first((other, len(terms.via)))
            if left < NEVER:
                starts = self.starts(link, left + self.own_min(other))
                arrivals.append(starts + link.duration_min)
        return min(arrivals)

    def _one_more(self, terms: Terms, at: int, before: Off, new: set[Crs]) -> Off:
        """Return where one may be off a train after one more of them.

        Only trains from places that one is *new* at, or from links from there, are worth a look.
        """
        after = before.copy()
        ready = self._ready(terms, at, before)
        near = new | {reached for crs in new for reached, _ in self._links[crs]}
        for train in {train: None for crs in near for train in self._calling[crs]}:
            if self._ends[train] >= at:
                self._ride(terms, train, self.calls[train], ready, after)
        return after

    def _ready(self, terms: Terms, at: int, off: Off) -> "Ready":
        """Return since when one may board, at which place and which operator's train."""
        by_link: dict[Place, int] = {}
        for (crs, passed), left in [*_firsts(off), ((terms.origin, 0), None)]:
            for reached, link in self._links[crs]:
                if reached in terms.avoid:
                    continue
                onto = passed + (terms.via[passed : passed + 1] == (reached,))
                own = self.own_min(reached)
                if left is None:
                    ready = self.starts(link, at) + link.duration_min + own
                else:
                    sets_out = left + self.own_min(crs)
                    ready = max(
                        self.starts(link, sets_out) + link.duration_min + own,
                        sets_out + link.duration_min + own + terms.extra_min,
                    )
                by_link[reached, onto] = min(ready, by_link.get((reached, onto), NEVER))
        return Ready(self, terms, at, off, by_link)

    def _ride(
        self, terms: Terms, train: RunningTrain, calls: Sequence[Call], ready: "Ready", off: Off
    ) -> None:
        """Ride one train from wherever it may be boarded to wherever it may be left."""
        toc = self.trains[train].toc
        aboard: set[int] = set()
        for number, call in enumerate(calls):
            if aboard:
                self._call(terms, (train, number), aboard, off)
            if call.leaves is not None and call.crs not in terms.avoid:
                for passed in range(len(terms.via) + 1):
                    if passed not in aboard and ready.since((call.crs, passed), toc) <= call.leaves:
                        aboard.add(passed)

    def _call(self, terms: Terms, at: Stay, aboard: set[int], off: Off) -> None:
        """Let those *aboard* pass the call, leave, or stay in what goes on as another train."""
        train, number = at
        call = self.calls[train][number]
        if call.crs in terms.avoid:
            aboard.clear()
        if call.crs in terms.via:
            passed = terms.via.index(call.crs)
            if passed in aboard:
                aboard.add(passed + 1)
        if call.arrives is not None:
            for passed in aboard:
                off.add((call.crs, passed), self.trains[train].toc, call.arrives)
        if aboard:
            for other, joint in self.stays.get(at, ()):
                staying = set(aboard)
                for later in range(joint + 1, len(self.calls[other])):
                    self._call(terms, (other, later), staying, off)

    # --- what is asked ---------------------------------------------------------------------------

    def on_foot(self, terms: Terms, at: int) -> int:
        """Return when one arrives who leaves at *at* or later and uses no train at all."""
        if terms.via:
            return NEVER
        return min(
            (
                self.starts(link, at) + link.duration_min
                for link in self.links(terms.origin, terms.destination)
            ),
            default=NEVER,
        )

    def arrivals(self, terms: Terms, at: int) -> tuple[int, ...]:
        """Return the earliest arrival of who leaves at *at* or later, by most changes."""
        on_foot = self.on_foot(terms, at)
        return tuple(min(on_foot, arrives) for arrives in self.with_trains(terms, at))

    def earliest(self, terms: Terms, at: int) -> list[Option]:
        """Return what `Planner.earliest` promises."""
        options: list[Option] = []
        for changes, arrives in enumerate(self.arrivals(terms, at)):
            if arrives < min((known[1] for known in options), default=NEVER):
                leaves = self._last(terms, changes, arrives, at)
                options.append((leaves, arrives, changes))
        return sorted(options)

    def latest(self, terms: Terms, by: int) -> list[Option]:
        """Return what `Planner.latest` promises."""
        options: list[Option] = []
        for changes in range(terms.most_changes + 1):
            leaves = self._last(terms, changes, by, EARLIEST)
            if leaves > max((known[0] for known in options), default=EARLIEST - 1):
                options.append((leaves, self.arrivals(terms, leaves)[changes], changes))
        return sorted(options)

    def _last(self, terms: Terms, changes: int, by: int, first: int) -> int:
        """Return the last minute to leave at to arrive by *by*; before *first* if there is none."""
        low, high = by, by + 1
        while low >= first and self.arrivals(terms, low)[changes] > by:
            low, high = max(by - 2 * (by - low) - 30, first - 1), low
        while high - low > 1:
            middle = (low + high) // 2
            if self.arrivals(terms, middle)[changes] <= by:
                low = middle
            else:
                high = middle
        return low

    def leaving(self, terms: Terms, first: int, last: int) -> set[Option]:
        """Return the options with a train in them that leave from *first* to *last*."""
        return self._options(terms, first, last, (EARLIEST, NEVER))

    def arriving(self, terms: Terms, first: int, last: int) -> set[Option]:
        """Return the options with a train in them that arrive from *first* to *last*."""
        return {
            option
            for option in self._options(terms, EARLIEST, last, (first, last))
            if first <= option[1] <= last
        }

    def _options(
        self, terms: Terms, first: int, last: int, between: tuple[int, int]
    ) -> set[Option]:
        """Return those that leave from *first* to *last*, where arrivals can lie *between*."""
        now, then = self.with_trains(terms, first), self.with_trains(terms, last + 1)
        if now == then or min(now) > between[1] or max(then) < between[0]:
            return set()
        if first < last:
            middle = (first + last) // 2
            return self._options(terms, first, middle, between) | self._options(
                terms, middle + 1, last, between
            )
        return {
            (first, arrives, changes)
            for changes, arrives in enumerate(now)
            if arrives < then[changes]
            and (changes == 0 or arrives < now[changes - 1])
            and arrives < self.on_foot(terms, first)
        }

    # --- whether a journey is one ----------------------------------------------------------------

    def check(self, terms: Terms, journey: Journey) -> None:
        """Fail unless the rules allow *journey* and it keeps to *terms*."""
        assert journey.day == self.day
        assert (journey.origin, journey.destination) == (terms.origin, terms.destination)
        assert all(one.destination == other.origin for one, other in pairwise(journey.legs))
        assert all(
            isinstance(one, TrainLeg) or isinstance(other, TrainLeg)
            for one, other in pairwise(journey.legs)
        )
        for leg in journey.legs:
            if isinstance(leg, TrainLeg):
                self._check_train(leg)
            else:
                self._check_link(leg)
        assert journey.trains == tuple(leg for leg in journey.legs if isinstance(leg, TrainLeg))
        assert journey.changes == max(len(journey.trains) - 1, 0) <= terms.most_changes
        if journey.trains:
            self._check_ends(journey)
        assert [(one.arriving, one.departing) for one in journey.connections] == [
            *pairwise(journey.trains)
        ]
        for connection in journey.connections:
            self._check_connection(terms, journey, connection)
        seen = [crs for leg in journey.legs for crs in _seen(leg)]
        assert not terms.avoid & set(seen)
        left = iter(seen)
        assert all(crs in left for crs in terms.via)

    def _check_train(self, leg: TrainLeg) -> None:
        ridden: list[Call] = []
        before: Stay | None = None
        for portion in leg.portions:
            train = portion.train.schedule.uid, (portion.train.day - self.day).days
            assert portion.train.schedule == self.trains[train]
            assert portion.boarding < portion.alighting
            calls = list(self.calls[train][portion.boarding : portion.alighting + 1])
            if before is not None:
                assert (train, portion.boarding) in self.stays[before]
                joint = ridden.pop()
                calls[0] = replace(calls[0], arrives=joint.arrives)
            ridden += calls
            before = train, portion.alighting
        assert [(one.crs, one.arrives, one.leaves) for one in ridden] == [
            (one.crs, one.arrival_min, one.departure_min) for one in leg.calls
        ]
        assert leg.departs_min == ridden[0].leaves
        assert leg.arrives_min == ridden[-1].arrives
        assert (leg.origin, leg.destination) == (ridden[0].crs, ridden[-1].crs)

    def _check_link(self, leg: TransferLeg) -> None:
        assert any(
            (link.mode, link.duration_min) == (leg.mode, leg.duration_min)
            and self.may_start(link, leg.departs_min)
            for link in self.links(leg.origin, leg.destination)
        )

    def _check_ends(self, journey: Journey) -> None:
        first, last = journey.legs[0], journey.legs[-1]
        if isinstance(first, TransferLeg):
            ready = first.arrives_min + self.own_min(first.destination)
            assert ready <= journey.trains[0].departs_min
        if isinstance(last, TransferLeg):
            ready = journey.trains[-1].arrives_min + self.own_min(last.origin)
            assert ready <= last.departs_min

    def _check_connection(self, terms: Terms, journey: Journey, change: Connection) -> None:
        between = journey.legs[journey.legs.index(change.arriving) + 1]
        if isinstance(between, TransferLeg):
            there, here = self.own_min(between.origin), self.own_min(between.destination)
            needed = there + between.duration_min + here
            assert change.arriving.arrives_min + there <= between.departs_min
            assert between.arrives_min + here <= change.departing.departs_min
        else:
            assert between is change.departing
            needed = self.change_min(
                change.at, change.arriving.last.schedule.toc, change.departing.first.schedule.toc
            )
        assert change.needed_min == needed + terms.extra_min
        assert change.at == change.departing.origin
        assert change.slack_min >= 0


@dataclass
class Ready:
    """Since when one may board; every answer is worked out once."""

    oracle: Oracle
    terms: Terms
    at: int
    off: Off
    by_link: Mapping[Place, int]

    def __post_init__(self) -> None:
        self._known: dict[tuple[Place, TocCode], int] = {}

    def since(self, place: Place, toc: TocCode) -> int:
        """Return since when a train of *toc* may be boarded at *place*."""
        if (place, toc) not in self._known:
            self._known[place, toc] = self._since(place, toc)
        return self._known[place, toc]

    def _since(self, place: Place, toc: TocCode) -> int:
        ready = [self.by_link.get(place, NEVER)]
        if place == (self.terms.origin, 0):
            ready.append(self.at)
        if place in self.off.by_place:
            ready += [
                left + self.oracle.change_min(place[0], arriving, toc) + self.terms.extra_min
                for arriving, left in self.off.by_place[place].items()
            ]
        return min(ready)


def option(journey: Journey) -> Option:
    """Return what a journey is compared by."""
    return journey.departs_min, journey.arrives_min, journey.changes


def _firsts(off: Off) -> list[tuple[Place, int | None]]:
    return [(place, off.first(place)) for place in off.by_place]


def _seen(leg: TrainLeg | TransferLeg) -> list[Crs]:
    """Return the stations at which one is on the leg."""
    if isinstance(leg, TrainLeg):
        return [call.crs for call in leg.calls]
    return [leg.origin, leg.destination]


def _running(railway: Railway, day: date) -> Iterator[tuple[RunningTrain, Schedule]]:
    """Yield the trains that run: the record with the strongest letter decides, then holidays."""
    for shift in (-1, 0, 1):
        date_ = day + timedelta(days=shift)
        deciding: dict[TrainUid, Schedule] = {}
        for one in railway.schedules:
            runs = one.runs_from <= date_ <= one.runs_to and one.days & 1 << date_.weekday()
            known = deciding.get(one.uid)
            if runs and (known is None or _is_stronger(one, known)):
                deciding[one.uid] = one
        for uid, one in deciding.items():
            at_home = one.bank_holidays and one.bank_holidays in railway.holiday_flags(date_)
            if one.stp != "C" and not at_home and len(one.calls) > 1:
                yield (uid, shift), one


def _associations(records: Sequence[Association], day: date) -> list[Association]:
    """Return the associations by which passengers may stay seated in base trains of *day*."""
    deciding: dict[tuple[str, str, str], Association] = {}
    for one in records:
        holds = one.runs_from <= day <= one.runs_to and one.days & 1 << day.weekday()
        key = one.base_uid, one.other_uid, one.tiploc
        known = deciding.get(key)
        if holds and (known is None or _is_stronger(one, known)):
            deciding[key] = one
    return [one for one in deciding.values() if one.stp is not Stp.CANCELLED and one.passengers]


def _is_stronger[Record: (Schedule, Association)](one: Record, other: Record) -> bool:
    if one.stp != other.stp:
        return "CNOP".index(one.stp) < "CNOP".index(other.stp)
    return one.runs_from > other.runs_from


def _calls(train: RunningTrain, schedule: Schedule) -> list[Call]:
    def moved(minute: int | None) -> int | None:
        return None if minute is None else minute + train[1] * DAY_MIN

    def moved_call(call: CallingPoint) -> Call:
        return Call(call.crs, moved(call.arrival_min), moved(call.departure_min))

    return [moved_call(call) for call in schedule.calls]


def _times(calls: Sequence[Call]) -> list[int]:
    return [
        minute for call in calls for minute in (call.arrives, call.leaves) if minute is not None
    ]


def _nth(calls: Sequence[Call], crs: Crs | None, suffix: str) -> int | None:
    """Return the train's call at *crs*: the one that *suffix* counts, or the first."""
    found = [number for number, call in enumerate(calls) if call.crs == crs]
    if suffix.isdigit() and 1 <= int(suffix) <= len(found):
        return found[int(suffix) - 1]
    return found[0] if found else None


def _is_dated(link: FixedLink, day: date) -> bool:
    return (
        (link.first_day is None or link.first_day <= day)
        and (link.last_day is None or day <= link.last_day)
        and bool(link.days & 1 << day.weekday())
    )
