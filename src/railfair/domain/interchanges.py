"""How often a change of so many minutes worked at a station."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from railfair.domain.codes import Crs
from railfair.domain.railtime import MINUTES_A_DAY
from railfair.domain.run_blocks import Bools, Fate, Ints, RunBlock, came_of, left_late

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


def changes_at(blocks: Sequence[RunBlock], crs: Crs, change_min: int) -> list[Changes]:
    """Return what came of the changes at *crs*, by booked minutes from 1 to `LONGEST_MIN`.

    A change is from a train that arrived to another one that left, both seen. It was made if
    *change_min* minutes lay between. A train that ends there and goes back to where it came from is
    not changed to.
    """
    arrivals, departures = _arrivals(blocks, crs), _departures(blocks, crs)
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


def _arrivals(blocks: Sequence[RunBlock], crs: Crs) -> _Calls:
    parts = []
    for base, block in zip(_bases(blocks), blocks, strict=True):
        for position, call in enumerate(block.train.calls):
            if call.crs == crs and call.arrival_min is not None:
                delays, fates = came_of(block, position)
                known = fates == Fate.RAN
                ends = position == len(block.train.calls) - 1
                far = block.train.calls[0].crs
                parts.append(_part(block, base, call.arrival_min, delays, known, (ends, far)))
    return _together(parts)


def _departures(blocks: Sequence[RunBlock], crs: Crs) -> _Calls:
    parts = []
    for base, block in zip(_bases(blocks), blocks, strict=True):
        for position, call in enumerate(block.train.calls):
            if call.crs == crs and call.departure_min is not None:
                delays, known = left_late(block, position)
                begins = position == 0
                far = block.train.calls[-1].crs
                parts.append(_part(block, base, call.departure_min, delays, known, (begins, far)))
    return _together(parts)


def _bases(blocks: Sequence[RunBlock]) -> Ints:
    """Return for each block the number of its first run."""
    return np.cumsum([0, *(len(block) for block in blocks[:-1])]).astype(np.int64)


def _part(
    block: RunBlock, base: int, booked_min: int, delays: Ints, known: Bools, end: tuple[bool, Crs]
) -> tuple[Ints, ...]:
    booked = block.days[known] * MINUTES_A_DAY + booked_min
    number = len(booked)
    far = int.from_bytes(end[1].encode(), "big")
    return (
        booked,
        booked + delays[known],
        base + np.flatnonzero(known),
        np.full(number, end[0], np.int64),
        np.full(number, far, np.int64),
    )


def _together(parts: Sequence[tuple[Ints, ...]]) -> _Calls:
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else []
    if not columns:
        columns = [np.zeros(0, np.int64)] * 5
    order = np.argsort(columns[0], kind="stable")
    booked, actual, runs, ends, far = (column[order] for column in columns)
    return _Calls(booked=booked, actual=actual, runs=runs, ends=ends.astype(np.bool_), far=far)
