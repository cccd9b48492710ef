"""The timetable in tables: writing it, and the questions that need no train.

`trains` holds the questions about trains.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from railfair.adapters.sql import schema
from railfair.adapters.sql.bulk import chunks, insert_plain, insert_rows
from railfair.adapters.sql.schedule_columns import schedule_columns
from railfair.adapters.sql.trains import SqlTrains
from railfair.domain.codes import Crs, Tiploc
from railfair.domain.columns import ScheduleColumns
from railfair.domain.station import FixedLink, OperatorInterchange, Station
from railfair.domain.timetable import Association, Schedule, ScheduleKey, Stp

ASSOCIATION_KEY = (
    schema.association.c.base_uid,
    schema.association.c.other_uid,
    schema.association.c.tiploc,
    schema.association.c.runs_from,
    schema.association.c.stp,
)


class SqlTimetable(SqlTrains):
    """See `ports.timetable`."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection)
        self._ids: dict[ScheduleKey, int] | None = None
        self._next_id = 1

    async def station(self, crs: Crs) -> Station | None:
        """Return the station *crs*, or `None`."""
        query = select(schema.station).where(schema.station.c.crs == crs)
        row = (await self._connection.execute(query)).mappings().one_or_none()
        if row is None:
            return None
        places = select(schema.tiploc.c.tiploc).where(schema.tiploc.c.crs == crs)
        tiplocs = await self._connection.scalars(places.order_by(schema.tiploc.c.tiploc))
        return _station(row, tuple(Tiploc(t) for t in tiplocs))

    async def stations(self) -> list[Station]:
        """Return all stations, by code."""
        tiplocs: dict[str, list[Tiploc]] = {}
        for tiploc, crs in (await self.tiplocs()).items():
            tiplocs.setdefault(crs, []).append(tiploc)
        query = select(schema.station).order_by(schema.station.c.crs)
        rows = (await self._connection.execute(query)).mappings()
        return [_station(row, tuple(sorted(tiplocs.get(row["crs"], ())))) for row in rows]

    async def columns(self) -> ScheduleColumns:
        """Return every schedule as columns."""
        return await schedule_columns(self._connection)

    async def links(self) -> list[FixedLink]:
        """Return the links, in the feed's order."""
        query = select(schema.fixed_link).order_by(schema.fixed_link.c.id)
        rows = (await self._connection.execute(query)).mappings()
        return [FixedLink(**{k: v for k, v in row.items() if k != "id"}) for row in rows]

    async def interchanges(self) -> list[OperatorInterchange]:
        """Return the change times between operators, by station and operators."""
        table = schema.operator_interchange
        query = select(table).order_by(*table.primary_key.columns)
        rows = (await self._connection.execute(query)).mappings()
        return [OperatorInterchange(**row) for row in rows]

    async def associations(self) -> list[Association]:
        """Return the associations, in the order of their keys."""
        c = schema.association.c
        query = select(schema.association).order_by(
            c.base_uid, c.other_uid, c.runs_from, c.stp, c.tiploc
        )
        rows = (await self._connection.execute(query)).mappings()
        return [Association(**{**row, "stp": Stp(row["stp"])}) for row in rows]

    async def tiplocs(self) -> Mapping[Tiploc, Crs]:
        """Return the station of every timing point that has one."""
        rows = await self._connection.execute(select(schema.tiploc.c.tiploc, schema.tiploc.c.crs))
        return {Tiploc(tiploc): Crs(crs) for tiploc, crs in rows}

    async def schedule_dates(self) -> tuple[date, date] | None:
        """Return the first and the last day of any schedule not entered by hand."""
        c = schema.schedule.c
        query = select(func.min(c.runs_from), func.max(c.runs_to)).where(~c.is_manual)
        first, last = (await self._connection.execute(query)).one()
        return None if first is None else (first, last)

    async def count_schedules(self) -> int:
        """Return how many schedules are loaded."""
        query = select(func.count()).select_from(schema.schedule)
        return int((await self._connection.execute(query)).scalar_one())

    async def clear(self) -> None:
        """Remove everything."""
        for table in (
            schema.call,
            schema.schedule,
            schema.association,
            schema.operator_interchange,
            schema.fixed_link,
            schema.tiploc,
            schema.station,
        ):
            await self._connection.execute(delete(table))
        self._ids, self._next_id = {}, 1

    async def put_stations(self, stations: Iterable[Station]) -> None:
        """Insert *stations*, in place of those with the same code."""
        new = {station.crs: station for station in stations}
        for codes in chunks(list(new)):
            for table in (schema.station, schema.tiploc):
                await self._connection.execute(delete(table).where(table.c.crs.in_(codes)))
        places = {t: s.crs for s in new.values() for t in s.tiplocs}
        for tiplocs in chunks(list(places)):
            stale = schema.tiploc.c.tiploc.in_(tiplocs)
            await self._connection.execute(delete(schema.tiploc).where(stale))
        columns = [column.name for column in schema.station.c]
        rows = [{name: getattr(s, name) for name in columns} for s in new.values()]
        await insert_rows(self._connection, schema.station, rows)
        await insert_plain(self._connection, schema.tiploc, list(places.items()))

    async def put_links(self, links: Iterable[FixedLink]) -> None:
        """Add *links*."""
        rows = [asdict(link) for link in links]
        await insert_rows(self._connection, schema.fixed_link, rows)

    async def put_interchanges(self, interchanges: Iterable[OperatorInterchange]) -> None:
        """Insert *interchanges*, in place of those for the same station and operators."""
        table = schema.operator_interchange
        new = {(i.crs, i.arriving_toc, i.departing_toc): i for i in interchanges}
        for keys in chunks(list(new)):
            stale = tuple_(*table.primary_key.columns).in_(keys)
            await self._connection.execute(delete(table).where(stale))
        await insert_rows(self._connection, table, [asdict(i) for i in new.values()])

    async def put_schedules(self, schedules: Iterable[Schedule], *, are_manual: bool) -> None:
        """Insert *schedules*, in place of those with the same key."""
        ids = await self._known_ids()
        new = {schedule.key: schedule for schedule in schedules}
        await self._remove([ids[key] for key in new if key in ids])
        rows, calls = [], []
        for key, schedule in new.items():
            ids[key] = schedule_id = self._next_id
            self._next_id += 1
            rows.append(_schedule_row(schedule, schedule_id, is_manual=are_manual))
            calls += [
                (schedule_id, position, c.crs, c.arrival_min, c.departure_min, c.platform)
                for position, c in enumerate(schedule.calls)
            ]
        await insert_rows(self._connection, schema.schedule, rows)
        await insert_plain(self._connection, schema.call, calls)

    async def remove_schedules(self, keys: Iterable[ScheduleKey]) -> int:
        """Remove the schedules with *keys*; return how many of them were there."""
        ids = await self._known_ids()
        there = {key for key in keys if key in ids}
        await self._remove([ids.pop(key) for key in there])
        return len(there)

    async def put_associations(self, associations: Iterable[Association]) -> None:
        """Insert *associations*, in place of those with the same key."""
        new = {_association_key(a): a for a in associations}
        await self.remove_associations(new.values())
        await insert_rows(self._connection, schema.association, [asdict(a) for a in new.values()])

    async def remove_associations(self, associations: Iterable[Association]) -> int:
        """Remove the associations with the keys of these; return how many were there."""
        removed = 0
        for keys in chunks([_association_key(a) for a in associations]):
            stale = tuple_(*ASSOCIATION_KEY).in_(keys)
            result = await self._connection.execute(delete(schema.association).where(stale))
            removed += result.rowcount
        return removed

    async def _known_ids(self) -> dict[ScheduleKey, int]:
        if self._ids is None:
            c = schema.schedule.c
            rows = await self._connection.execute(select(c.id, c.uid, c.runs_from, c.stp))
            self._ids = {
                ScheduleKey(uid=uid, runs_from=runs_from, stp=Stp(stp)): schedule_id
                for schedule_id, uid, runs_from, stp in rows
            }
            self._next_id = max(self._ids.values(), default=0) + 1
        return self._ids

    async def _remove(self, ids: list[int]) -> None:
        for part in chunks(ids):
            await self._connection.execute(
                delete(schema.call).where(schema.call.c.schedule_id.in_(part))
            )
            await self._connection.execute(
                delete(schema.schedule).where(schema.schedule.c.id.in_(part))
            )


def _station(row: Mapping[Any, Any], tiplocs: tuple[Tiploc, ...]) -> Station:
    return Station(**{**row, "aliases": tuple(row["aliases"]), "tiplocs": tiplocs})


SCHEDULE_COLUMNS = tuple(field.name for field in fields(Schedule) if field.name != "calls")


def _schedule_row(schedule: Schedule, schedule_id: int, *, is_manual: bool) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(schedule, name) for name in SCHEDULE_COLUMNS}
    return {**row, "id": schedule_id, "is_manual": is_manual}


def _association_key(association: Association) -> tuple[Any, ...]:
    return tuple(getattr(association, column.name) for column in ASSOCIATION_KEY)
