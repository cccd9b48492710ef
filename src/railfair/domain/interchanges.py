"""How often a change of so many minutes worked at a station."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from railfair.domain.codes import Crs
from railfair.domain.railtime import MINUTES_A_DAY
from railfair.domain.reported_calls import (
    Bools,
    CallRuns,
    Fate,
    Ints,
    ReportedCalls,
    fates,
    left_late,
    reported,
)

LONGEST_MIN: Final = 30
"""Booked minutes; longer changes hardly ever fail."""
AT_ONCE: Final = 20_000
"""Arrivals that are put beside departures in one step, to bound the memory it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Changes with *minutes* booked between the trains: how many there were, and were *made*."""

    minutes: int
    changes: int
    made: int


@dataclass(frozen=True, kw_only=True)
class _Calls:
    """Arrivals or departures at the station, (n,) each, in absolute minutes.

    *ends*: the train ends or begins there; *far* is a number for its other end.
    """

    booked: Ints
    actual: Ints
    runs: Ints
    ends: Bools
    far: Ints


def changes_at(runs: CallRuns, change_min: int) -> list[Changes]:
    """Return what came of the changes at a station, by booked minutes from 1 to `LONGEST_MIN`.

    *runs* are those of all calls there.

    A change is from a train that arrived to another one that left, both seen. It was made if
    *change_min* minutes lay between. A train that ends there and goes back to where it came from is
    not changed to.
    """
    arrivals, departures = _calls(runs)
    numbers = np.zeros((2, LONGEST_MIN + 1), np.int64)
    for start in range(0, len(arrivals.booked), AT_ONCE):
        numbers += _counted(arrivals, slice(start, start + AT_ONCE), departures, change_min)
    return [
        Changes(minutes=minutes, changes=int(numbers[0, minutes]), made=int(numbers[1, minutes]))
        for minutes in range(1, LONGEST_MIN + 1)
        if numbers[0, minutes]
    ]


def _counted(arrivals: _Calls, part: slice, departures: _Calls, change_min: int) -> Ints:
    """Return numbers by booked minutes: of changes, and of those that were made."""
    booked = arrivals.booked[part]
    first = np.searchsorted(departures.booked, booked + 1, side="left")
    beyond = np.searchsorted(departures.booked, booked + LONGEST_MIN, side="right")
    each = beyond - first
    one = np.repeat(np.arange(len(booked)), each)
    other = np.arange(each.sum()) - np.repeat(np.cumsum(each) - each, each) + first[one]
    runs_back = (
        arrivals.ends[part][one]
        & departures.ends[other]
        & (arrivals.far[part][one] == departures.far[other])
    )
    counts = (arrivals.runs[part][one] != departures.runs[other]) & ~runs_back
    minutes = departures.booked[other] - booked[one]
    made = departures.actual[other] - arrivals.actual[part][one] >= change_min
    return np.stack(
        [
            np.bincount(minutes[counts], minlength=LONGEST_MIN + 1),
            np.bincount(minutes[counts & made], minlength=LONGEST_MIN + 1),
        ]
    )


def _calls(runs: CallRuns) -> tuple[_Calls, _Calls]:
    """Return the arrivals and the departures that were seen."""
    seen, calls = reported(runs), runs.calls
    delays, came = fates(seen, calls)
    has_arrival = np.array([call.arrival_min is not None for call in calls], np.bool_)
    came_late = delays, (came == Fate.RAN) & has_arrival[seen.calls]
    booked = [
        (call.arrival_min or 0, call.departure_min or 0, call.ends, call.begins) for call in calls
    ]
    arrives, departs, ends, begins = np.array(booked, np.int64).reshape(-1, 4).T
    origins = _numbered(call.begins_at for call in calls)
    termini = _numbered(call.ends_at for call in calls)
    return (
        _put(seen, came_late, (arrives, ends, origins)),
        _put(seen, left_late(seen, calls), (departs, begins, termini)),
    )


def _put(
    seen: ReportedCalls, late: tuple[Ints, Bools], of_calls: tuple[Ints, Ints, Ints]
) -> _Calls:
    delays, known = late
    minutes, ends, far = (column[seen.calls] for column in of_calls)
    booked = seen.days * MINUTES_A_DAY + minutes
    order = np.flatnonzero(known)
    order = order[np.argsort(booked[order], kind="stable")]
    return _Calls(
        booked=booked[order],
        actual=(booked + delays)[order],
        runs=seen.runs[order],
        ends=ends[order].astype(np.bool_),
        far=far[order],
    )


def _numbered(stations: Iterable[Crs | None]) -> Ints:
    return np.array([int.from_bytes((crs or "").encode(), "big") for crs in stations], np.int64)
