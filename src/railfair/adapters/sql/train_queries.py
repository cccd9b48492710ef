"""The statements that find trains.

To put one together takes longer than to run it, so each is made once; what is asked are parameters.
Those that ask for the trains of a day take what `on` returns.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Integer,
    and_,
    bindparam,
    exists,
    or_,
    select,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from railfair.adapters.sql.schema import call, schedule
from railfair.domain.timetable import Stp

BOARDING: Final = call.alias("boarding")
ALIGHTING: Final = call.alias("alighting")
STRONGER: Final = schedule.alias("stronger")

type Columns = ReadOnlyColumnCollection[str, Any]


def _same_schedule(boarding: Columns, alighting: Columns) -> ColumnElement[bool]:
    return and_(
        alighting.schedule_id == boarding.schedule_id, alighting.position > boarding.position
    )


def _is_ride(boarding: Columns, alighting: Columns) -> ColumnElement[bool]:
    return and_(
        boarding.crs == bindparam("origin"),
        boarding.departure_min.is_not(None),
        alighting.crs == bindparam("destination"),
        alighting.arrival_min.is_not(None),
    )


def _is_running() -> Sequence[ColumnElement[bool]]:
    """Say in SQL what `domain.overlay.running` says: this schedule decides, and the train runs."""
    return (
        schedule.c.stp != Stp.CANCELLED.value,
        *_is_dated(schedule.c),
        schedule.c.bank_holidays.not_in(bindparam("holiday_flags", expanding=True)),
        ~exists().where(
            STRONGER.c.uid == schedule.c.uid,
            *_is_dated(STRONGER.c),
            or_(
                STRONGER.c.stp < schedule.c.stp,
                and_(
                    STRONGER.c.stp == schedule.c.stp,
                    STRONGER.c.runs_from > schedule.c.runs_from,
                ),
            ),
        ),
    )


def _is_dated(columns: Columns) -> Sequence[ColumnElement[bool]]:
    return (
        columns.runs_from <= bindparam("day"),
        columns.runs_to >= bindparam("day"),
        columns.days.bitwise_and(bindparam("weekday", type_=Integer)) != 0,
    )


def on(day: date, holiday_flags: frozenset[str]) -> dict[str, Any]:
    """Return the parameters by which a statement knows which trains run on *day*."""
    return {"day": day, "weekday": 1 << day.weekday(), "holiday_flags": sorted(holiday_flags)}


ANY_RIDE: Final = select(
    exists()
    .where(_is_ride(BOARDING.c, ALIGHTING.c))
    .select_from(BOARDING.join(ALIGHTING, _same_schedule(BOARDING.c, ALIGHTING.c)))
)
RIDES: Final = (
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
        _is_ride(BOARDING.c, ALIGHTING.c),
        BOARDING.c.departure_min >= bindparam("not_before_min"),
        *_is_running(),
    )
)
RIDES_OF_TRAIN: Final = RIDES.where(schedule.c.uid == bindparam("uid"))
DEPARTURES: Final = (
    select(schedule.c.id, call.c.position)
    .join_from(schedule, call, call.c.schedule_id == schedule.c.id)
    .where(
        call.c.crs == bindparam("crs"),
        call.c.departure_min >= bindparam("not_before_min"),
        *_is_running(),
    )
    .order_by(call.c.departure_min, schedule.c.uid, call.c.position)
)
RUNNING: Final = select(schedule.c.id).where(*_is_running()).order_by(schedule.c.uid)
SCHEDULES: Final = select(schedule).where(schedule.c.id.in_(bindparam("ids", expanding=True)))
CALLS: Final = (
    select(call)
    .where(call.c.schedule_id.in_(bindparam("ids", expanding=True)))
    .order_by(call.c.schedule_id, call.c.position)
)
