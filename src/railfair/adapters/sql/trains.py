"""Which trains run: the questions to the timetable whose answers are trains."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from railfair.adapters.sql.bulk import chunks
from railfair.adapters.sql.schema import call, schedule
from railfair.domain.codes import Crs, Headcode, TocCode, TrainUid
from railfair.domain.overlay import NO_HOLIDAY
from railfair.domain.timetable import CallingPoint, DirectTrain, Schedule, Stp, Train

BOARDING = call.alias("boarding")
ALIGHTING = call.alias("alighting")
STRONGER = schedule.alias("stronger")


class SqlTrains:
    """The part of `ports.timetable` that finds trains."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def knows_route(self, origin: Crs, destination: Crs) -> bool:
        """Whether any schedule may be joined at *origin* and left at *destination*."""
        query = select(
            exists()
            .where(_is_ride(BOARDING.c, ALIGHTING.c, origin, destination))
            .select_from(BOARDING.join(ALIGHTING, _same_schedule(BOARDING.c, ALIGHTING.c)))
        )
        return bool((await self._connection.execute(query)).scalar_one())

    async def direct_trains(
        self,
        origin: Crs,
        destination: Crs,
        day: date,
        *,
        not_before_min: int = 0,
        holiday_flags: frozenset[str] = NO_HOLIDAY,
        uid: TrainUid | None = None,
        limit: int | None = None,
    ) -> list[DirectTrain]:
        """Return trains of *day* from *origin* to *destination*, earliest first."""
        query = (
            select(
                schedule.c.id,
                schedule.c.uid,
                BOARDING.c.position.label("boarding"),
                BOARDING.c.departure_min,
                ALIGHTING.c.position.label("alighting"),
                ALIGHTING.c.arrival_min,
            )
            .select_from(BOARDING)
            .join(ALIGHTING, _same_schedule(BOARDING.c, ALIGHTING.c))
            .join(schedule, schedule.c.id == BOARDING.c.schedule_id)
            .where(
                _is_ride(BOARDING.c, ALIGHTING.c, origin, destination),
                BOARDING.c.departure_min >= not_before_min,
                *_runs(day, holiday_flags),
            )
        )
        if uid is not None:
            query = query.where(schedule.c.uid == uid)
        rides = _shortest_rides((await self._connection.execute(query)).all())[:limit]
        schedules = await self._schedules(list({ride.id for ride in rides}))
        return [
            DirectTrain(
                train=Train(schedule=schedules[ride.id], day=day),
                boarding=ride.boarding,
                alighting=ride.alighting,
            )
            for ride in rides
        ]

    async def departures(
        self,
        crs: Crs,
        day: date,
        *,
        not_before_min: int = 0,
        holiday_flags: frozenset[str] = NO_HOLIDAY,
        limit: int | None = None,
    ) -> list[tuple[Train, int]]:
        """Return trains of *day* that may be joined at *crs*, earliest first."""
        query = (
            select(schedule.c.id, call.c.position)
            .join_from(schedule, call, call.c.schedule_id == schedule.c.id)
            .where(
                call.c.crs == crs,
                call.c.departure_min >= not_before_min,
                *_runs(day, holiday_flags),
            )
            .order_by(call.c.departure_min, schedule.c.uid, call.c.position)
            .limit(limit)
        )
        found = (await self._connection.execute(query)).all()
        schedules = await self._schedules([row.id for row in found])
        return [(Train(schedule=schedules[row.id], day=day), row.position) for row in found]

    async def trains(self, day: date, *, holiday_flags: frozenset[str] = NO_HOLIDAY) -> list[Train]:
        """Return every train of *day*, by UID."""
        query = select(schedule.c.id).where(*_runs(day, holiday_flags)).order_by(schedule.c.uid)
        ids = list(await self._connection.scalars(query))
        schedules = await self._schedules(ids)
        return [Train(schedule=schedules[schedule_id], day=day) for schedule_id in ids]

    async def _schedules(self, ids: Sequence[int]) -> dict[int, Schedule]:
        rows: dict[int, Any] = {}
        calls: dict[int, list[CallingPoint]] = {schedule_id: [] for schedule_id in ids}
        for part in chunks(ids):
            query = select(schedule).where(schedule.c.id.in_(part))
            rows |= {row.id: row for row in await self._connection.execute(query)}
            called = select(call).where(call.c.schedule_id.in_(part))
            ordered = called.order_by(call.c.schedule_id, call.c.position)
            for row in await self._connection.execute(ordered):
                calls[row.schedule_id].append(_calling_point(row))
        return {key: _schedule(row, tuple(calls[key])) for key, row in rows.items()}


type Columns = ReadOnlyColumnCollection[str, Any]


def _same_schedule(boarding: Columns, alighting: Columns) -> ColumnElement[bool]:
    return and_(
        alighting.schedule_id == boarding.schedule_id, alighting.position > boarding.position
    )


def _is_ride(
    boarding: Columns, alighting: Columns, origin: Crs, destination: Crs
) -> ColumnElement[bool]:
    return and_(
        boarding.crs == origin,
        boarding.departure_min.is_not(None),
        alighting.crs == destination,
        alighting.arrival_min.is_not(None),
    )


def _runs(day: date, holiday_flags: frozenset[str]) -> Sequence[ColumnElement[bool]]:
    """Say in SQL what `domain.overlay.running` says: this schedule decides, and the train runs."""
    return (
        schedule.c.stp != Stp.CANCELLED.value,
        *_is_dated(schedule.c, day),
        schedule.c.bank_holidays.not_in(sorted(holiday_flags)),
        ~exists().where(
            STRONGER.c.uid == schedule.c.uid,
            *_is_dated(STRONGER.c, day),
            or_(
                STRONGER.c.stp < schedule.c.stp,
                and_(
                    STRONGER.c.stp == schedule.c.stp,
                    STRONGER.c.runs_from > schedule.c.runs_from,
                ),
            ),
        ),
    )


def _is_dated(columns: Columns, day: date) -> Sequence[ColumnElement[bool]]:
    return (
        columns.runs_from <= day,
        columns.runs_to >= day,
        columns.days.bitwise_and(1 << day.weekday()) != 0,
    )


def _shortest_rides(rides: Sequence[Row[*tuple[Any, ...]]]) -> list[Row[*tuple[Any, ...]]]:
    """Keep, of a train that calls more than once, only rides without a call at either end."""
    nearest: dict[tuple[int, int], Row[*tuple[Any, ...]]] = {}
    for ride in sorted(rides, key=lambda ride: (ride.alighting, -ride.boarding)):
        nearest.setdefault((ride.id, ride.boarding), ride)
    last: dict[tuple[int, int], Row[*tuple[Any, ...]]] = {}
    for ride in nearest.values():
        key = (ride.id, ride.alighting)
        if key not in last or ride.boarding > last[key].boarding:
            last[key] = ride
    return sorted(last.values(), key=lambda ride: (ride.departure_min, ride.arrival_min, ride.uid))


def _schedule(row: Row[Any], calls: tuple[CallingPoint, ...]) -> Schedule:
    return Schedule(
        uid=TrainUid(row.uid),
        stp=Stp(row.stp),
        runs_from=row.runs_from,
        runs_to=row.runs_to,
        days=row.days,
        bank_holidays=row.bank_holidays,
        toc=TocCode(row.toc),
        headcode=Headcode(row.headcode),
        status=row.status,
        category=row.category,
        seating=row.seating,
        sleepers=row.sleepers,
        reservations=row.reservations,
        calls=calls,
    )


def _calling_point(row: Row[Any]) -> CallingPoint:
    return CallingPoint(
        crs=Crs(row.crs),
        arrival_min=row.arrival_min,
        departure_min=row.departure_min,
        platform=row.platform,
    )
