"""Which trains run: the questions to the timetable whose answers are trains."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from railfair.adapters.sql.bulk import chunks
from railfair.adapters.sql.train_queries import (
    ANY_RIDE,
    CALLS,
    DEPARTURES,
    RIDES,
    RIDES_OF_TRAIN,
    RUNNING,
    SCHEDULES,
    on,
)
from railfair.domain.codes import Crs, Headcode, TocCode, TrainUid
from railfair.domain.overlay import NO_HOLIDAY
from railfair.domain.timetable import CallingPoint, DirectTrain, Schedule, Stp, Train


class SqlTrains:
    """The part of `ports.timetable` that finds trains."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def knows_route(self, origin: Crs, destination: Crs) -> bool:
        """Whether any schedule may be joined at *origin* and left at *destination*."""
        asked = {"origin": origin, "destination": destination}
        return bool((await self._connection.execute(ANY_RIDE, asked)).scalar_one())

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
        query = RIDES if uid is None else RIDES_OF_TRAIN
        asked = {"origin": origin, "destination": destination, "not_before_min": not_before_min}
        asked |= on(day, holiday_flags) | ({} if uid is None else {"uid": uid})
        rides = _shortest_rides((await self._connection.execute(query, asked)).all())[:limit]
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
        asked = {"crs": crs, "not_before_min": not_before_min, **on(day, holiday_flags)}
        query = DEPARTURES.limit(limit)
        found = (await self._connection.execute(query, asked)).all()
        schedules = await self._schedules([row.id for row in found])
        return [(Train(schedule=schedules[row.id], day=day), row.position) for row in found]

    async def trains(self, day: date, *, holiday_flags: frozenset[str] = NO_HOLIDAY) -> list[Train]:
        """Return every train of *day*, by UID."""
        ids = list(await self._connection.scalars(RUNNING, on(day, holiday_flags)))
        schedules = await self._schedules(ids)
        return [Train(schedule=schedules[schedule_id], day=day) for schedule_id in ids]

    async def _schedules(self, ids: Sequence[int]) -> dict[int, Schedule]:
        rows: dict[int, Any] = {}
        calls: dict[int, list[CallingPoint]] = {schedule_id: [] for schedule_id in ids}
        for part in chunks(ids):
            found = await self._connection.execute(SCHEDULES, {"ids": part})
            rows |= {row.id: row for row in found}
            for row in await self._connection.execute(CALLS, {"ids": part}):
                calls[row.schedule_id].append(_calling_point(row))
        return {key: _schedule(row, tuple(calls[key])) for key, row in rows.items()}


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
