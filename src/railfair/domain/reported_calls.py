"""What came of calls in many runs at once, as arrays: for figures over long histories.

What came of an arrival is what `Run.outcomes` says, for all runs at once.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from railfair.domain.codes import Crs, TocCode
from railfair.domain.railtime import HALF_DAY, MINUTES_A_DAY
from railfair.domain.running import CallReport
from railfair.domain.statistics import OutcomeCounts
from railfair.domain.timetable import CallingPoint

NOTHING: Final = -32768
"""Stands for a time that was not reported, or not booked."""

type Ints = NDArray[np.int64]
type Bools = NDArray[np.bool_]


class Fate(IntEnum):
    """What came of an arrival."""

    RAN = 0
    CANCELLED = 1
    UNKNOWN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedCall:
    """The call number *position* of the booked train number *train*.

    *leaves_min* is when it leaves the origin, where the call ends a ride on a route. *begins_at*
    and *ends_at* are the ends of the train, where all calls at a station were asked for.
    """

    train: int
    toc: TocCode
    position: int
    arrival_min: int | None
    departure_min: int | None
    leaves_min: int | None = None
    begins_at: Crs | None = None
    ends_at: Crs | None = None
    begins: bool = False
    ends: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRuns:
    """Booked *calls*, and every run of their trains, (n,) each, in no order.

    A run is one of the train with that number of *trains*, on one of *days*. *reports* are as
    `packed`, and *reasons* are those of all calls joined by commas, or empty where there is none.
    """

    calls: Sequence[BookedCall]
    trains: Sequence[int]
    days: Sequence[date]
    reports: Sequence[bytes]
    reasons: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class ReportedCalls:
    """Calls in single runs, (n,) each: the index of the call and of the run, and what was told.

    *days* are ordinals; *arrived* and *left* are rail minutes, `NOTHING` where none was reported.
    *is_nowhere*: the train was seen at none of its calls.
    """

    calls: Ints
    runs: Ints
    days: Ints
    arrived: Ints
    left: Ints
    has_reason: Bools
    is_nowhere: Bools


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """Booked arrivals, (n,) each: when, how late (0 where it did not run), and the `Fate`.

    *days* are ordinals of the calendar day and *minutes* those after midnight on which the train
    was booked: to leave the origin of a route, or to arrive at a station. *calls* are indexes of
    the booked calls.
    """

    days: Ints
    minutes: Ints
    delays: Ints
    fates: Ints
    calls: Ints

    def __len__(self) -> int:
        return len(self.days)


def packed(reports: Iterable[CallReport]) -> bytes:
    """Return two little-endian 16-bit numbers a call: arrival and departure, or `NOTHING`."""
    return array("h", _numbers(reports)).tobytes()


def joined_reasons(reports: Sequence[CallReport]) -> str:
    """Return the reasons of the calls joined by commas, or nothing where there is none."""
    reasons = [report.reason for report in reports]
    return ",".join(reasons) if any(reasons) else ""


def ride(
    calls: Iterable[tuple[int, CallingPoint]], origin: Crs, destination: Crs
) -> tuple[int, int, CallingPoint] | None:
    """Return when a train leaves *origin*, and its first booked arrival at *destination* then.

    That is its position and the call. *calls* are those of the train at both, by position; it
    leaves when it leaves *origin* last before that.
    """
    leaves_min: int | None = None
    for position, call in calls:
        if call.crs == destination and call.arrival_min is not None and leaves_min is not None:
            return leaves_min, position, call
        if call.crs == origin and call.departure_min is not None:
            leaves_min = call.departure_min
    return None


def reported(runs: CallRuns) -> ReportedCalls:
    """Return what was reported of each call in each run."""
    if not runs.trains:
        none, no = np.zeros(0, np.int64), np.zeros(0, np.bool_)
        return ReportedCalls(
            calls=none, runs=none, days=none, arrived=none, left=none, has_reason=no, is_nowhere=no
        )
    numbers = np.frombuffer(b"".join(runs.reports), "<i2").astype(np.int64)
    lengths = np.fromiter(map(len, runs.reports), np.int64, len(runs.reports)) // 2
    starts = np.cumsum(lengths) - lengths
    of_run, of_call = _pairs(runs)
    positions = np.array([call.position for call in runs.calls], np.int64)
    places = starts[of_run] + 2 * positions[of_call]
    is_seen = np.add.reduceat(numbers != NOTHING, starts, dtype=np.int64) > 0
    days = np.fromiter(map(date.toordinal, runs.days), np.int64, len(runs.days))
    return ReportedCalls(
        calls=of_call,
        runs=of_run,
        days=days[of_run],
        arrived=numbers[places],
        left=numbers[places + 1],
        has_reason=_with_reason(runs.reasons, starts // 2, len(numbers) // 2)[places // 2],
        is_nowhere=~is_seen[of_run],
    )


def fates(seen: ReportedCalls, calls: Sequence[BookedCall]) -> tuple[Ints, Ints]:
    """Return the delays and fates, (n,) each, of the arrivals at calls that have one booked."""
    booked = _minutes(call.arrival_min for call in calls)[seen.calls]
    departs = _minutes(call.departure_min for call in calls)[seen.calls]
    has_come, has_left = seen.arrived != NOTHING, seen.left != NOTHING
    by_departure = has_left & ~has_come & (departs != NOTHING)
    late = np.where(has_come, seen.arrived - booked, seen.left - departs)
    ran = has_come | by_departure
    cancelled = ~ran & ~has_left & (seen.has_reason | seen.is_nowhere)
    which = np.where(ran, Fate.RAN, np.where(cancelled, Fate.CANCELLED, Fate.UNKNOWN))
    return np.where(ran, _wrapped(late), 0), which.astype(np.int64)


def left_late(seen: ReportedCalls, calls: Sequence[BookedCall]) -> tuple[Ints, Bools]:
    """Return by how much booked departures were late (n,), and where that is known."""
    departs = _minutes(call.departure_min for call in calls)[seen.calls]
    known = (seen.left != NOTHING) & (departs != NOTHING)
    return np.where(known, _wrapped(seen.left - departs), 0), known


def arrivals(runs: CallRuns) -> Arrivals:
    """Return the booked arrivals at the calls of *runs*.

    They are on the day and minute when the ride begins, or else of the arrival itself.
    """
    seen = reported(runs)
    delays, which = fates(seen, runs.calls)
    counted = _minutes(
        call.arrival_min if call.leaves_min is None else call.leaves_min for call in runs.calls
    )
    booked = _minutes(call.arrival_min for call in runs.calls)[seen.calls] != NOTHING
    later, minutes = np.divmod(counted[seen.calls], MINUTES_A_DAY)
    return Arrivals(
        days=(seen.days + later)[booked],
        minutes=minutes[booked],
        delays=delays[booked],
        fates=which[booked],
        calls=seen.calls[booked],
    )


def counts_by(found: Arrivals, groups: Ints) -> dict[int, OutcomeCounts]:
    """Return what came of arrivals by the number of their group in *groups* (n,), ascending."""
    names, where = np.unique(groups, return_inverse=True)
    ran = found.fates == Fate.RAN
    cells, numbers = np.unique(where[ran] * _SPAN + found.delays[ran] + _FAR, return_counts=True)
    delays: list[dict[int, int]] = [{} for _ in names]
    for cell, number in zip(cells.tolist(), numbers.tolist(), strict=True):
        group, delay = divmod(cell, _SPAN)
        delays[group][delay - _FAR] = number
    missed = [
        np.bincount(where[found.fates == fate], minlength=len(names)).tolist()
        for fate in (Fate.CANCELLED, Fate.UNKNOWN)
    ]
    return {
        name: OutcomeCounts(
            delays=delays[index], cancelled=missed[0][index], unknown=missed[1][index]
        )
        for index, name in enumerate(names.tolist())
    }


def all_counts(found: Arrivals) -> OutcomeCounts:
    """Return what came of all arrivals together."""
    return counts_by(found, np.zeros(len(found), np.int64)).get(0, OutcomeCounts())


_FAR: Final = 2 * MINUTES_A_DAY
_SPAN: Final = 2 * _FAR
"""Delays are within half a day; so many lie between those of one group and of the next."""


def _pairs(runs: CallRuns) -> tuple[Ints, Ints]:
    """Return the index of the run and of the call for each call in each run."""
    of_calls = np.array([call.train for call in runs.calls], np.int64)
    order = np.argsort(of_calls, kind="stable")
    trains = np.array(runs.trains, np.int64)
    first = np.searchsorted(of_calls[order], trains, side="left")
    each = np.searchsorted(of_calls[order], trains, side="right") - first
    of_run = np.repeat(np.arange(len(trains)), each)
    within = np.arange(len(of_run)) - np.repeat(np.cumsum(each) - each, each)
    return of_run, order[first[of_run] + within]


def _with_reason(reasons: Sequence[str], starts: Ints, calls: int) -> Bools:
    """Return for each of the *calls* of all runs in turn whether it has a reason."""
    found = np.zeros(calls, np.bool_)
    for index, text in enumerate(reasons):
        if text:
            flags = [bool(reason) for reason in text.split(",")]
            found[starts[index] : starts[index] + len(flags)] = flags
    return found


def _minutes(times: Iterable[int | None]) -> Ints:
    return np.array([NOTHING if time is None else time for time in times], np.int64)


def _numbers(reports: Iterable[CallReport]) -> Iterator[int]:
    for report in reports:
        yield NOTHING if report.arrival_min is None else report.arrival_min
        yield NOTHING if report.departure_min is None else report.departure_min


def _wrapped(differences: Ints) -> Ints:
    """Bring differences of clock times into (-720, 720] minutes."""
    return HALF_DAY - (HALF_DAY - differences) % MINUTES_A_DAY
