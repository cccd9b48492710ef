"""Every schedule and call at once, as columns."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from railfair.adapters.sql.schema import call, schedule
from railfair.domain.columns import CODE, NO_TIME, ScheduleColumns

BATCH: Final = 50_000


async def schedule_columns(connection: AsyncConnection) -> ScheduleColumns:
    """Return all schedules by id, with their calls."""
    dates = (schedule.c.runs_from, schedule.c.runs_to)
    names = tuple(CODE)
    ids, days, first, last, *texts = await _columns(
        connection,
        select(schedule.c.id, schedule.c.days, *dates, *(schedule.c[name] for name in names))
        .order_by(schedule.c.id),
        ("i4", "u1", "O", "O", *CODE.values()),
    )  # fmt: skip
    schedule_ids, crs, arrival, departure = await _columns(
        connection,
        select(
            call.c.schedule_id,
            call.c.crs,
            func.coalesce(call.c.arrival_min, NO_TIME),
            func.coalesce(call.c.departure_min, NO_TIME),
        ).order_by(call.c.schedule_id, call.c.position),
        ("i4", "S3", "i2", "i2"),
    )
    return ScheduleColumns(
        **dict(zip(names, texts, strict=True)),
        runs_from=_ordinals(first),
        runs_to=_ordinals(last),
        days=days,
        first_call=np.append(np.searchsorted(schedule_ids, ids), len(crs)).astype(np.int32),
        crs=crs,
        arrival=arrival,
        departure=departure,
    )


async def _columns(
    connection: AsyncConnection, query: Select[Any], types: Sequence[str]
) -> list[NDArray[Any]]:
    """Return what *query* finds, an array of its type a column."""
    parts: list[list[NDArray[Any]]] = [[np.empty(0, kind)] for kind in types]
    result = await connection.stream(query)
    async for rows in result.partitions(BATCH):
        for part, kind, values in zip(parts, types, zip(*rows, strict=True), strict=True):
            part.append(np.array(values, kind))
    return [np.concatenate(part) for part in parts]


def _ordinals(days: NDArray[Any]) -> NDArray[np.int32]:
    return np.array([day.toordinal() for day in days], np.int32)
