"""Booked trains, each kept once however many days it ran: tables `booked_train`, `booked_call`."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from railfair.adapters.sql.bulk import insert_plain
from railfair.adapters.sql.schema import booked_call, booked_train
from railfair.domain.codes import Crs, TocCode
from railfair.domain.reported_calls import BookedCall, ride
from railfair.domain.running import BookedTrain
from railfair.domain.timetable import CallingPoint


class BookedTrains:
    """The booked trains within a unit of work; what was read once is remembered."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._ids: dict[BookedTrain, int] | None = None

    async def ids(self, trains: Iterable[BookedTrain]) -> dict[BookedTrain, int]:
        """Return the ids of all booked trains; *trains* that are new are inserted first."""
        if self._ids is None:
            self._ids = {train: key for key, train in (await self.all()).items()}
        known = self._ids
        new = [train for train in dict.fromkeys(trains) if train not in known]
        first = await self._next_id() if new else 0
        known |= {train: key for key, train in enumerate(new, start=first)}
        await insert_plain(self._connection, booked_train, [(known[t], t.toc) for t in new])
        calls = [
            (known[train], position, call.crs, call.arrival_min, call.departure_min)
            for train in new
            for position, call in enumerate(train.calls)
        ]
        await insert_plain(self._connection, booked_call, calls)
        return known

    async def all(self, condition: ColumnElement[bool] | None = None) -> dict[int, BookedTrain]:
        """Return the booked trains by id; with *condition*, those whose `booked_train` meets it."""
        query = (
            select(
                booked_call.c.train_id,
                booked_call.c.crs,
                booked_call.c.arrival_min,
                booked_call.c.departure_min,
                booked_train.c.toc,
            )
            .join_from(booked_call, booked_train, booked_train.c.id == booked_call.c.train_id)
            .order_by(booked_call.c.train_id, booked_call.c.position)
        )
        if condition is not None:
            query = query.where(condition)
        found: dict[int, tuple[str, list[CallingPoint]]] = {}
        rows = (await self._connection.execute(query)).all()
        for key, crs, arrival_min, departure_min, toc in rows:
            train = found.get(key)
            if train is None:
                train = found[key] = toc, []
            train[1].append(
                CallingPoint(crs=crs, arrival_min=arrival_min, departure_min=departure_min)
            )
        return {
            key: BookedTrain(toc=TocCode(toc), calls=tuple(calls))
            for key, (toc, calls) in found.items()
        }

    async def rides(self, origin: Crs, destination: Crs) -> list[BookedCall]:
        """Return the calls at which rides from *origin* to *destination* end, one a train."""
        query = (
            select(*_OF_CALLS)
            .join_from(booked_call, booked_train, booked_train.c.id == booked_call.c.train_id)
            .where(
                booked_call.c.crs.in_([origin, destination]),
                booked_call.c.train_id.in_(_calling_at(origin)),
                booked_call.c.train_id.in_(_calling_at(destination)),
            )
            .order_by(booked_call.c.train_id, booked_call.c.position)
        )
        found: list[BookedCall] = []
        rows = await self._connection.execute(query)
        for (train, toc), calls in groupby(rows, key=lambda row: (row.train_id, row.toc)):
            ends = ride(((row.position, _point(row)) for row in calls), origin, destination)
            if ends is not None:
                leaves_min, position, call = ends
                found.append(
                    BookedCall(
                        train=train,
                        toc=TocCode(toc),
                        position=position,
                        arrival_min=call.arrival_min,
                        departure_min=call.departure_min,
                        leaves_min=leaves_min,
                    )
                )
        return found

    async def calls_at(self, crs: Crs) -> list[BookedCall]:
        """Return all calls at *crs*."""
        first, last = booked_call.alias(), booked_call.alias()
        of_train = booked_call.alias()
        number = (
            select(func.max(of_train.c.position))
            .where(of_train.c.train_id == booked_call.c.train_id)
            .scalar_subquery()
        )
        query = (
            select(*_OF_CALLS, first.c.crs.label("begins_at"), last.c.crs, last.c.position)
            .join_from(booked_call, booked_train, booked_train.c.id == booked_call.c.train_id)
            .join(first, (first.c.train_id == booked_train.c.id) & (first.c.position == 0))
            .join(last, (last.c.train_id == booked_train.c.id) & (last.c.position == number))
            .where(booked_call.c.crs == crs)
        )
        return [
            BookedCall(
                train=train,
                toc=TocCode(toc),
                position=position,
                arrival_min=arrival_min,
                departure_min=departure_min,
                begins_at=Crs(begins_at),
                ends_at=Crs(ends_at),
                begins=position == 0,
                ends=position == the_last,
            )
            for (
                train,
                toc,
                position,
                _,
                arrival_min,
                departure_min,
                begins_at,
                ends_at,
                the_last,
            ) in await self._connection.execute(query)
        ]

    async def _next_id(self) -> int:
        last = (await self._connection.execute(select(func.max(booked_train.c.id)))).scalar_one()
        return (last or 0) + 1


_OF_CALLS: Final = (
    booked_call.c.train_id,
    booked_train.c.toc,
    booked_call.c.position,
    booked_call.c.crs,
    booked_call.c.arrival_min,
    booked_call.c.departure_min,
)


def _point(row: Row[*tuple[Any, ...]]) -> CallingPoint:
    return CallingPoint(crs=row.crs, arrival_min=row.arrival_min, departure_min=row.departure_min)


def calls_at_both(first: Crs, second: Crs) -> ColumnElement[bool]:
    """Say in SQL that a booked train calls at both stations, in whatever order."""
    return booked_train.c.id.in_(_calling_at(first)) & booked_train.c.id.in_(_calling_at(second))


def _calling_at(crs: Crs) -> Select[tuple[int]]:
    return select(booked_call.c.train_id).where(booked_call.c.crs == crs)
