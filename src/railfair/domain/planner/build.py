"""Building the network of a day from the timetable."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from railfair.domain.codes import Crs, TrainUid
from railfair.domain.columns import NO_TIME, ScheduleColumns
from railfair.domain.planner.network import Network, boardings, spread, starts
from railfair.domain.planner.through import (
    Stretch,
    TrainOfDay,
    continuations,
    through_rides,
)
from railfair.domain.planner.timetable import PlannerTimetable, fingerprints
from railfair.domain.railtime import MINUTES_A_DAY
from railfair.domain.station import FixedLink

NEIGHBOURS: Final = (-1, 0, 1)
LINK_DAYS: Final = (-2, -1, 0, 1, 2)
"""Days on which links may be started: trains of the neighbours run on past them."""

type HolidayFlags = Callable[[date], frozenset[str]]


@dataclass(frozen=True, kw_only=True)
class _Trips:
    """Trips before they are put into patterns: each a row of calls of the timetable.

    Portions are those of `Network`; *call* are calls of the timetable's columns, *shift* the
    minutes that its times are moved by, *departs_from* the call that its departure is taken from.
    """

    portion_start: NDArray[np.int32]
    schedule: NDArray[np.int32]
    day: NDArray[np.int8]
    first: NDArray[np.int16]
    last: NDArray[np.int16]


def build_network(timetable: PlannerTimetable, day: date, holiday_flags: HolidayFlags) -> Network:
    """Return the network of *day*: its trains, and those of the day before and of the day after."""
    trips = _trips(timetable, day, holiday_flags)
    arrivals, departures = _call_of_each_end(timetable, trips)
    sizes = np.diff(arrivals.start)
    slot = timetable.call_slot[departures.call]
    board = timetable.may_board[departures.call]
    # Where one portion ends the train of that portion alone is left: its operator counts.
    alight = timetable.may_alight[arrivals.call] & (arrivals.call == departures.call)
    arrival = timetable.columns.arrival[arrivals.call] + arrivals.shift
    departure = timetable.columns.departure[departures.call] + departures.shift
    position = np.arange(len(slot)) - np.repeat(arrivals.start[:-1], sizes)
    marks = fingerprints(slot, board, alight, position, arrivals.start, len(sizes))
    first_min = departure[arrivals.start[:-1]]
    last_min = arrival[arrivals.start[1:] - 1]
    order = np.lexsort((last_min, first_min, marks))
    pattern_of = _patterns(order, marks, arrivals.start, slot, board, alight, arrival, departure)
    order = order[np.argsort(pattern_of, kind="stable")]
    pattern_of = np.sort(pattern_of)
    trip_start = starts(np.bincount(pattern_of))
    models = order[trip_start[:-1]]
    stops = spread(arrivals.start[models], sizes[models])
    events = spread(arrivals.start[order], sizes[order])
    stop_start = starts(sizes[models])
    portions = np.diff(trips.portion_start)[order]
    portion = spread(trips.portion_start[order], portions)
    change = timetable.change_times
    pattern_start, pattern, place = boardings(
        stop_start, slot[stops], board[stops], slots=int(change.slot_start[-1])
    )
    return Network(
        crs=timetable.crs,
        change_min=change.change_min,
        slot_start=change.slot_start,
        change_start=change.change_start,
        change=change.change,
        stop_start=stop_start,
        stop_slot=slot[stops],
        stop_station=timetable.call_station[departures.call][stops],
        may_board=board[stops],
        may_alight=alight[stops],
        event_start=starts(np.diff(trip_start) * np.diff(stop_start))[:-1],
        trip_start=trip_start,
        arrival=arrival[events].astype(np.int16),
        departure=departure[events].astype(np.int16),
        slot_pattern_start=pattern_start,
        slot_pattern=pattern,
        slot_position=place,
        portion_start=starts(portions),
        portion_schedule=trips.schedule[portion],
        portion_day=trips.day[portion],
        portion_first=trips.first[portion],
        portion_last=trips.last[portion],
        **_links(timetable.links, timetable.crs, day),
    )


def _trips(timetable: PlannerTimetable, day: date, holiday_flags: HolidayFlags) -> _Trips:
    running = [
        timetable.running(date_, holiday_flags(date_))
        for date_ in (day + timedelta(days=offset) for offset in NEIGHBOURS)
    ]
    joined = _through(timetable, day, running)
    schedule = np.concatenate(running).astype(np.int32)
    offsets = np.repeat(np.array(NEIGHBOURS, np.int8), [len(found) for found in running])
    calls = np.diff(timetable.columns.first_call)[schedule]
    stretches = [stretch for way in joined for stretch in way]
    return _Trips(
        portion_start=starts(np.append(np.ones(len(schedule), int), [len(way) for way in joined])),
        schedule=np.append(schedule, [one[0] for one in stretches]).astype(np.int32),
        day=np.append(offsets, [one[1] for one in stretches]).astype(np.int8),
        first=np.append(np.zeros(len(schedule)), [one[2] for one in stretches]).astype(np.int16),
        last=np.append(calls - 1, [one[3] for one in stretches]).astype(np.int16),
    )


def _through(
    timetable: PlannerTimetable, day: date, running: Sequence[NDArray[np.int64]]
) -> list[list[tuple[int, int, int, int]]]:
    """Return the rides over more than one train: schedule, day, first and last call of each."""
    named = {uid for one in timetable.associations for uid in (one.base_uid, one.other_uid)}
    columns = timetable.columns
    schedules: dict[TrainOfDay, int] = {}
    calls: dict[TrainOfDay, Sequence[Crs]] = {}
    wanted = np.array(sorted(uid.encode() for uid in named), columns.uid.dtype)
    for offset, found in zip(NEIGHBOURS, running, strict=True):
        for schedule in found[np.isin(columns.uid[found], wanted)].tolist():
            train = TrainUid(columns.uid[schedule].decode()), offset
            called = slice(columns.first_call[schedule], columns.first_call[schedule + 1])
            schedules[train] = schedule
            calls[train] = [Crs(crs.decode()) for crs in columns.crs[called].tolist()]
    found_ways = through_rides(
        continuations(timetable.associations, day, calls, timetable.station_of), calls
    )
    return [
        [(schedules[train], train[1], first, last) for train, first, last in way]
        for way in found_ways
        if _is_in_order(timetable, schedules, way)
    ]


def _is_in_order(
    timetable: PlannerTimetable, schedules: Mapping[TrainOfDay, int], way: Sequence[Stretch]
) -> bool:
    """Whether each portion leaves no earlier than the one before it arrives."""
    columns = timetable.columns
    for before, after in pairwise(way):
        arrives = _is_there_min(columns, columns.first_call[schedules[before[0]]] + before[2])
        leaves = _is_gone_min(columns, columns.first_call[schedules[after[0]]] + after[1])
        if leaves + (after[0][1] - before[0][1]) * MINUTES_A_DAY < arrives:
            return False
    return True


def _is_there_min(columns: ScheduleColumns, call: int) -> int:
    """Return when a train is at its *call*: at the one before it where no arrival is known."""
    arrives = columns.arrival[call]
    if arrives == NO_TIME:
        arrives = max(columns.arrival[call - 1], columns.departure[call - 1])
    return int(arrives)


def _is_gone_min(columns: ScheduleColumns, call: int) -> int:
    """Return when a train leaves its *call*: the one after it where no departure is known."""
    leaves = columns.departure[call]
    if leaves == NO_TIME:
        after = columns.arrival[call + 1]
        leaves = columns.departure[call + 1] if after == NO_TIME else after
    return int(leaves)


@dataclass(frozen=True, kw_only=True)
class _Calls:
    """The calls of trips, one trip after the other: which call, and what to add to its times."""

    start: NDArray[np.int32]
    call: NDArray[np.int64]
    shift: NDArray[np.int32]


def _call_of_each_end(timetable: PlannerTimetable, trips: _Trips) -> tuple[_Calls, _Calls]:
    """Return the calls that arrivals are taken from, and those that departures are taken from.

    They differ only where one portion ends and the next begins: one arrives, the other leaves.
    """
    count = len(trips.portion_start) - 1
    portions = np.diff(trips.portion_start)
    trip = np.repeat(np.arange(count), portions)
    is_later = np.ones(len(trip), bool)
    is_later[trips.portion_start[:-1]] = False
    is_continued = np.append(is_later[1:], False)
    base = timetable.columns.first_call[trips.schedule].astype(np.int64)
    found = []
    for first, last in (
        (trips.first + is_later, trips.last.astype(np.int64)),
        (trips.first.astype(np.int64), trips.last - is_continued),
    ):
        sizes = last - first + 1
        calls = np.bincount(trip, weights=sizes, minlength=count).astype(np.int64)
        found.append(
            _Calls(
                start=starts(calls),
                call=spread(base + first, sizes),
                shift=np.repeat(trips.day.astype(np.int32) * MINUTES_A_DAY, sizes),
            )
        )
    return found[0], found[1]


@njit(
    "i4[::1](i8[::1],u8[::1],i4[::1],i4[::1],b1[::1],b1[::1],i4[::1],i4[::1])",
    cache=True,
    nogil=True,
)
def _patterns(order, marks, start, slot, board, alight, arrival, departure):  # type: ignore[no-untyped-def]
    """Return the pattern of each trip, in the order *order*: by mark, then by time.

    A trip joins the first pattern with its calls whose latest trip it does not overtake.
    """
    trips = order.shape[0]
    pattern = np.empty(trips, np.int32)
    latest = np.empty(trips, np.int64)  # the last trip of every pattern
    patterns = 0
    first = 0
    for number in range(trips):
        trip = order[number]
        if number == 0 or marks[trip] != marks[order[number - 1]]:
            first = patterns
        begin = start[trip]
        size = start[trip + 1] - begin
        chosen = -1
        for candidate in range(first, patterns):
            other = start[latest[candidate]]
            fits = start[latest[candidate] + 1] - other == size
            for k in range(size):
                if not fits:
                    break
                fits = (
                    slot[begin + k] == slot[other + k]
                    and board[begin + k] == board[other + k]
                    and alight[begin + k] == alight[other + k]
                    and (not alight[begin + k] or arrival[begin + k] >= arrival[other + k])
                    and (not board[begin + k] or departure[begin + k] >= departure[other + k])
                )
            if fits:
                chosen = candidate
                break
        if chosen < 0:
            chosen = patterns
            patterns += 1
        latest[chosen] = trip
        pattern[number] = chosen
    return pattern


def _links(
    links: Sequence[FixedLink], crs: NDArray[np.bytes_], day: date
) -> dict[str, NDArray[Any]]:
    """Return the links as both their ends see them, with the periods of all days."""
    index = {Crs(code.decode()): number for number, code in enumerate(crs.tolist())}
    directed: list[tuple[int, int, int, int, list[tuple[int, int]]]] = []
    for row, link in enumerate(links):
        windows = windows_of(link, day)
        ends = index[link.origin], index[link.destination]
        if windows and ends[0] != ends[1]:
            for station, reached in (ends, ends[::-1]):
                directed.append((station, reached, link.duration_min, row, windows))
    directed.sort(key=lambda one: one[:2])
    left = np.array([one[0] for one in directed], np.int64)
    periods = [period for one in directed for period in one[4]]
    return {
        "link_start": starts(np.bincount(left, minlength=len(crs))),
        "link_to": np.array([one[1] for one in directed], np.int32),
        "link_min": np.array([one[2] for one in directed], np.int16),
        "link_row": np.array([one[3] for one in directed], np.int32),
        "window_start": starts(np.array([len(one[4]) for one in directed], np.int64)),
        "window_from": np.array([begin for begin, _ in periods], np.int16),
        "window_to": np.array([end for _, end in periods], np.int16),
    }


def windows_of(link: FixedLink, day: date) -> list[tuple[int, int]]:
    """Return when *link* may be started on the days around *day*, in minutes of *day*.

    Hours that end before they begin run past midnight: they belong to the day they begin on.
    """
    ends_min = link.ends_min + MINUTES_A_DAY * (link.ends_min < link.starts_min)
    found = []
    for offset in LINK_DAYS:
        other = day + timedelta(days=offset)
        is_dated = (link.first_day is None or link.first_day <= other) and (
            link.last_day is None or other <= link.last_day
        )
        if is_dated and link.days >> other.weekday() & 1:
            shift = offset * MINUTES_A_DAY
            found.append((link.starts_min + shift, ends_min + shift))
    return found
