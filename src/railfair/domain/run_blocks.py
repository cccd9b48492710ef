"""Many runs of one booked train as arrays, for figures over long histories.

What came of an arrival is what `Run.outcomes` says, for all runs at once.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from railfair.domain.codes import Crs
from railfair.domain.railtime import HALF_DAY, MINUTES_A_DAY
from railfair.domain.running import BookedTrain, Run
from railfair.domain.statistics import OutcomeCounts

NOTHING: Final = -32768
"""Stands for a time that was not reported."""

type Ints = NDArray[np.int64]
type Bools = NDArray[np.bool_]


class Fate(IntEnum):
    """What came of an arrival."""

    RAN = 0
    CANCELLED = 1
    UNKNOWN = 2


@dataclass(frozen=True, kw_only=True)
class RunBlock:
    """Runs of *train*: their *days* (n,) as ordinals, and what was reported.

    *reports* (n, calls, 2) are arrival and departure in rail minutes, `NOTHING` where none was;
    *has_reason* (n, calls) says where a reason was.
    """

    train: BookedTrain
    days: Ints
    reports: NDArray[np.int16]
    has_reason: Bools

    def __len__(self) -> int:
        return len(self.days)


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """Booked arrivals, (n,) each: when, how late (0 where it did not run), and the `Fate`.

    *days* are ordinals of the calendar day and *minutes* those after midnight on which the train
    was booked: to leave the origin of a route, or to arrive at a station. *trains* are indexes
    of the blocks that they come from.
    """

    days: Ints
    minutes: Ints
    delays: Ints
    fates: Ints
    trains: Ints

    def __len__(self) -> int:
        return len(self.days)


def block_of(train: BookedTrain, runs: Sequence[Run]) -> RunBlock:
    """Return *runs* of *train* as a block, by day."""
    ordered = sorted(runs, key=lambda run: (run.day, run.rid))
    reports = [
        [
            (
                NOTHING if report.arrival_min is None else report.arrival_min,
                NOTHING if report.departure_min is None else report.departure_min,
            )
            for report in run.reports
        ]
        for run in ordered
    ]
    return RunBlock(
        train=train,
        days=np.array([run.day.toordinal() for run in ordered], np.int64),
        reports=np.array(reports, np.int16).reshape(len(ordered), len(train.calls), 2),
        has_reason=np.array(
            [[bool(report.reason) for report in run.reports] for run in ordered], np.bool_
        ).reshape(len(ordered), len(train.calls)),
    )


def came_of(block: RunBlock, position: int) -> tuple[Ints, Ints]:
    """Return the delays and fates, (n,) each, of the booked arrival at the call *position*."""
    call = block.train.calls[position]
    if call.arrival_min is None:
        raise ValueError(f"no arrival is booked at call {position}")
    arrived = block.reports[:, position, 0].astype(np.int64)
    left = block.reports[:, position, 1].astype(np.int64)
    has_come, has_left = arrived != NOTHING, left != NOTHING
    delays = np.where(has_come, _wrapped(arrived - call.arrival_min), 0)
    ran = has_come
    if call.departure_min is not None:
        by_departure = has_left & ~has_come
        delays = np.where(by_departure, _wrapped(left - call.departure_min), delays)
        ran = has_come | by_departure
    is_nowhere = (block.reports == NOTHING).all(axis=(1, 2))
    cancelled = ~ran & ~has_left & (block.has_reason[:, position] | is_nowhere)
    fates = np.where(ran, Fate.RAN, np.where(cancelled, Fate.CANCELLED, Fate.UNKNOWN))
    return delays, fates.astype(np.int64)


def left_late(block: RunBlock, position: int) -> tuple[Ints, Bools]:
    """Return by how much the booked departure at *position* was late, and where that is known."""
    departure_min = block.train.calls[position].departure_min
    left = block.reports[:, position, 1].astype(np.int64)
    known = left != NOTHING
    if departure_min is None:
        return np.zeros(len(block), np.int64), np.zeros(len(block), np.bool_)
    return np.where(known, _wrapped(left - departure_min), 0), known


def between(blocks: Sequence[RunBlock], origin: Crs, destination: Crs) -> Arrivals:
    """Return the arrivals at *destination* of runs booked to leave *origin* before.

    A run that calls more than once counts by its first such arrival, and leaves when it leaves
    *origin* last before that.
    """
    found: list[tuple[Ints, ...]] = []
    for index, block in enumerate(blocks):
        ride = _ride(block.train, origin, destination)
        if ride is not None:
            leaves_min, position = ride
            found.append(_column(block, index, leaves_min, *came_of(block, position)))
    return _joined(found)


def at(blocks: Sequence[RunBlock], crs: Crs) -> Arrivals:
    """Return every booked arrival at *crs*."""
    found = [
        _column(block, index, call.arrival_min, *came_of(block, position))
        for index, block in enumerate(blocks)
        for position, call in enumerate(block.train.calls)
        if call.crs == crs and call.arrival_min is not None
    ]
    return _joined(found)


def counts_by(arrivals: Arrivals, groups: Ints) -> dict[int, OutcomeCounts]:
    """Return what came of *arrivals* by the number of their group in *groups* (n,), ascending."""
    counts: dict[int, OutcomeCounts] = {}
    for group, delays, fates in _by_group(arrivals, groups):
        minutes, numbers = np.unique(delays[fates == Fate.RAN], return_counts=True)
        counts[group] = OutcomeCounts(
            delays=dict(zip(minutes.tolist(), numbers.tolist(), strict=True)),
            cancelled=int((fates == Fate.CANCELLED).sum()),
            unknown=int((fates == Fate.UNKNOWN).sum()),
        )
    return counts


def _by_group(arrivals: Arrivals, groups: Ints) -> Iterator[tuple[int, Ints, Ints]]:
    order = np.argsort(groups, kind="stable")
    names, starts = np.unique(groups[order], return_index=True)
    delays = np.split(arrivals.delays[order], starts[1:])
    fates = np.split(arrivals.fates[order], starts[1:])
    yield from zip(names.tolist(), delays, fates, strict=False)


def _ride(train: BookedTrain, origin: Crs, destination: Crs) -> tuple[int, int] | None:
    """Return when *train* leaves *origin*, and its first arrival at *destination* after that."""
    leaves_min: int | None = None
    for position, call in enumerate(train.calls):
        if call.crs == destination and call.arrival_min is not None and leaves_min is not None:
            return leaves_min, position
        if call.crs == origin and call.departure_min is not None:
            leaves_min = call.departure_min
    return None


def _column(
    block: RunBlock, index: int, booked_min: int, delays: Ints, fates: Ints
) -> tuple[Ints, ...]:
    later, minute = divmod(booked_min, MINUTES_A_DAY)
    number = len(block)
    return (
        block.days + later,
        np.full(number, minute, np.int64),
        delays,
        fates,
        np.full(number, index, np.int64),
    )


def _joined(columns: Iterable[tuple[Ints, ...]]) -> Arrivals:
    parts = list(columns)
    if not parts:
        parts = [(np.zeros(0, np.int64),) * 5]
    days, minutes, delays, fates, trains = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    return Arrivals(days=days, minutes=minutes, delays=delays, fates=fates, trains=trains)


def _wrapped(differences: Ints) -> Ints:
    """Bring differences of clock times into (-720, 720] minutes."""
    return HALF_DAY - (HALF_DAY - differences) % MINUTES_A_DAY
