"""The raw history of running, in the table `run`: one row a run, its reports packed."""

from array import array
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from railfair.adapters.sql.booked_trains import BookedTrains
from railfair.adapters.sql.bulk import chunks, insert_rows
from railfair.adapters.sql.schema import booked_call, booked_train, operator_outcome, run
from railfair.domain.codes import Crs, TocCode
from railfair.domain.reported_calls import (
    NOTHING,
    BookedCall,
    CallRuns,
    all_counts,
    arrivals,
    joined_reasons,
    packed,
)
from railfair.domain.running import BookedTrain, CallReport, Run
from railfair.domain.statistics import OutcomeCounts
from railfair.ports.performance import PutRuns

_report: Final = partial(tuple.__new__, CallReport)
"""Makes a `CallReport` of an iterable, without the interpreter: there are millions of them."""


def _stations() -> Select[Any]:
    """Return the statement that hops from one station to the next by the index of the calls.

    To find distinct stations among all calls and runs would mean to read them all.
    """
    first = select(func.min(booked_call.c.crs).label("crs")).cte("known", recursive=True)
    beyond = select(func.min(booked_call.c.crs)).where(booked_call.c.crs > first.c.crs)
    known = first.union_all(
        select(beyond.correlate(first).scalar_subquery()).where(first.c.crs.is_not(None))
    )
    ran = (
        exists()
        .select_from(booked_call.join(run, run.c.train_id == booked_call.c.train_id))
        .where(booked_call.c.crs == known.c.crs)
    )
    return select(known.c.crs).where(known.c.crs.is_not(None), ran).order_by(known.c.crs)


STATIONS: Final = _stations()
AT_ONCE: Final = 2_000
"""Rows that are made in one go: a few milliseconds, in which nobody else is served."""


class SqlPerformance:
    """See `ports.performance`."""

    def __init__(self, connection: AsyncConnection, trains: BookedTrains) -> None:
        self._connection = connection
        self._trains = trains
        self._next_id: int | None = None
        self._looked = False
        self._begun: set[str] | None = None

    async def put_runs(self, runs: Iterable[Run]) -> PutRuns:
        """Insert *runs*, in place of those with the same rid."""
        new = {one.rid: one for one in runs}
        there = {one.rid: one for one in await self._with_rids(list(new))}
        changed = [rid for rid, stored in there.items() if stored != new[rid]]
        await self._remove(changed)
        fresh = [one for rid, one in new.items() if rid not in there] + [new[r] for r in changed]
        await self._insert(fresh)
        touched = [one.day for one in fresh] + [there[rid].day for rid in changed]
        return PutRuns(
            added=len(new) - len(there),
            changed=len(changed),
            unchanged=len(there) - len(changed),
            first_day=min(touched, default=None),
        )

    async def has_runs(self, rids: Iterable[str]) -> int:
        """Return how many of *rids* are there."""
        found = 0
        for part in chunks(sorted(set(rids))):
            query = select(func.count()).select_from(run).where(run.c.rid.in_(part))
            found += (await self._connection.execute(query)).scalar_one()
        return found

    async def days(self) -> tuple[date, date] | None:
        """Return the first and the last day with runs, or `None`."""
        query = select(func.min(run.c.day), func.max(run.c.day))
        first, last = (await self._connection.execute(query)).one()
        return None if first is None else (first, last)

    async def runs(self, first: date, last: date) -> AsyncIterator[tuple[date, list[Run]]]:
        """Yield each day from *first* to *last* that has runs, in order."""
        trains = await self._trains.all()
        days = select(run.c.day).where(run.c.day.between(first, last)).distinct()
        for day in list(await self._connection.scalars(days.order_by(run.c.day))):
            query = select(run).where(run.c.day == day).order_by(run.c.rid)
            rows = await self._connection.execute(query)
            yield day, [_run(row, trains[row.train_id]) for row in rows]

    async def stations(self) -> list[Crs]:
        """Return the stations where runs were booked to call, by code."""
        return [Crs(crs) for crs in await self._connection.scalars(STATIONS)]

    async def route_outcomes(self, origin: Crs, destination: Crs) -> OutcomeCounts:
        """Count what came of arrivals at *destination* of runs booked to leave *origin* before."""
        return all_counts(arrivals(await self.runs_between(origin, destination)))

    async def runs_between(self, origin: Crs, destination: Crs) -> CallRuns:
        """Return the calls that end rides on the route, with the runs of their trains."""
        return await self._with_runs(await self._trains.rides(origin, destination))

    async def runs_at(self, crs: Crs) -> CallRuns:
        """Return all booked calls at *crs*, with the runs of their trains."""
        return await self._with_runs(await self._trains.calls_at(crs))

    async def _with_runs(self, calls: Sequence[BookedCall]) -> CallRuns:
        trains: list[int] = []
        days: list[date] = []
        reports: list[bytes] = []
        reasons: list[str] = []
        for part in chunks(sorted({call.train for call in calls})):
            query = select(run.c.train_id, run.c.day, run.c.reports, run.c.reasons)
            async with self._connection.stream(query.where(run.c.train_id.in_(part))) as rows:
                async for some in rows.partitions(AT_ONCE):
                    columns = tuple(zip(*some, strict=True))
                    trains += columns[0]
                    days += columns[1]
                    reports += columns[2]
                    reasons += columns[3]
        return CallRuns(calls=calls, trains=trains, days=days, reports=reports, reasons=reasons)

    async def operator_outcomes(self) -> dict[TocCode, OutcomeCounts]:
        """Return what came of every booked arrival, by operator."""
        query = select(operator_outcome).order_by(operator_outcome.c.toc)
        return {
            TocCode(row.toc): OutcomeCounts(
                delays={int(delay): number for delay, number in row.delays.items()},
                cancelled=row.cancelled,
                unknown=row.unknown,
            )
            for row in await self._connection.execute(query)
        }

    async def put_operator_outcomes(self, outcomes: Mapping[TocCode, OutcomeCounts]) -> None:
        """Set what came of every booked arrival, by operator."""
        await self._connection.execute(delete(operator_outcome))
        rows = [
            {
                "toc": toc,
                "delays": {str(delay): number for delay, number in counts.delays.items()},
                "cancelled": counts.cancelled,
                "unknown": counts.unknown,
            }
            for toc, counts in outcomes.items()
        ]
        await insert_rows(self._connection, operator_outcome, rows)

    async def _rows(self, condition: ColumnElement[bool]) -> Sequence[Row[*tuple[Any, ...]]]:
        return (await self._connection.execute(select(run).where(condition))).all()

    async def _with_rids(self, rids: list[str]) -> list[Run]:
        rids = await self._perhaps_there(rids)
        rows = [row for part in chunks(rids) for row in await self._rows(run.c.rid.in_(part))]
        if not rows:
            return []
        needed = sorted({row.train_id for row in rows})
        trains: dict[int, BookedTrain] = {}
        for part in chunks(needed):
            trains |= await self._trains.all(booked_train.c.id.in_(part))
        return [_run(row, trains[row.train_id]) for row in rows]

    async def _perhaps_there(self, rids: list[str]) -> list[str]:
        """Return those of *rids* that have to be looked for: none in a history just begun."""
        if self._begun is None and not self._looked:
            self._looked = True
            self._begun = set() if await self.days() is None else None
        begun = self._begun
        return rids if begun is None else [rid for rid in rids if rid in begun]

    async def _remove(self, rids: list[str]) -> None:
        for part in chunks(rids):
            await self._connection.execute(delete(run).where(run.c.rid.in_(part)))

    async def _insert(self, runs: Sequence[Run]) -> None:
        if self._next_id is None:
            last = (await self._connection.execute(select(func.max(run.c.id)))).scalar_one()
            self._next_id = (last or 0) + 1
        ids = await self._trains.ids(one.train for one in runs)
        rows = [
            {
                "id": key,
                "rid": one.rid,
                "day": one.day,
                "train_id": ids[one.train],
                "reports": packed(one.reports),
                "reasons": joined_reasons(one.reports),
            }
            for key, one in enumerate(runs, start=self._next_id)
        ]
        self._next_id += len(rows)
        if self._begun is not None:
            self._begun.update(one.rid for one in runs)
        await insert_rows(self._connection, run, rows)


def _run(row: Row[*tuple[Any, ...]], train: BookedTrain) -> Run:
    numbers = array("h")
    numbers.frombytes(row.reports)
    minutes = [None if number == NOTHING else number for number in numbers]
    reasons = row.reasons.split(",") if row.reasons else [""] * len(train.calls)
    reports = tuple(map(_report, zip(minutes[::2], minutes[1::2], reasons, strict=True)))
    return Run(rid=row.rid, day=row.day, train=train, reports=reports)
