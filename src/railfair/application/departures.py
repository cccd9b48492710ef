"""The trains that leave a station next."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from railfair.application.provenance import Provenance, provenance
from railfair.application.stations import StationDirectory
from railfair.domain.codes import Crs
from railfair.domain.errors import InvalidParameter, NothingLoaded
from railfair.domain.feed import FeedKind
from railfair.domain.railtime import MINUTES_A_DAY, instant
from railfair.domain.station import Station
from railfair.domain.timetable import CallingPoint, Train
from railfair.ports.bank_holidays import BankHolidays
from railfair.ports.storage import Storage

ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A train that may be joined; *terminus* is where it goes, *calls* how often it stops before.

    *arrives_at* is when it gets there.
    """

    train: Train
    call: CallingPoint
    departs_at: datetime
    terminus: Station
    arrives_at: datetime | None
    calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Departures:
    """The answer: the next departures from *station*, earliest first."""

    station: Station
    departures: tuple[Departure, ...]
    provenance: Provenance


async def departures(
    crs: Crs,
    day: date,
    *,
    not_before_min: int,
    limit: int,
    storage: Storage,
    stations: StationDirectory,
    holidays: BankHolidays,
) -> Departures:
    """Return up to *limit* trains that leave *crs* on the calendar day *day*, earliest first.

    They leave at or after *not_before_min* (minutes after midnight), whichever day they set out on.

    Raises:
        UnknownStation: the loaded data know nothing of it.
        NothingLoaded: no timetable has been imported.
        InvalidParameter: the timetable does not cover the day.
    """
    async with storage.reading() as unit:
        station = await stations.get(unit, crs)
        loaded = await provenance(unit)
        if loaded.timetable is None:
            raise NothingLoaded(FeedKind.TIMETABLE)
        if not loaded.timetable.covers(day):
            first, last = loaded.timetable.first_day, loaded.timetable.last_day
            raise InvalidParameter("date", f"the loaded timetable covers {first} to {last}")
        found: list[Departure] = []
        for service_day, offset in ((day - ONE_DAY, MINUTES_A_DAY), (day, 0)):
            trains = await unit.timetable.departures(
                crs,
                service_day,
                not_before_min=not_before_min + offset,
                holiday_flags=holidays.flags(service_day),
                limit=limit,
            )
            for train, index in trains:
                schedule = train.schedule
                call, last_call = schedule.calls[index], schedule.calls[-1]
                departs_at = instant(service_day, call.departure_min or 0)
                if departs_at.date() != day or index == len(schedule.calls) - 1:
                    continue
                arrives_min = last_call.arrival_min
                found.append(
                    Departure(
                        train=train,
                        call=call,
                        departs_at=departs_at,
                        terminus=await stations.get(unit, last_call.crs),
                        arrives_at=None
                        if arrives_min is None
                        else instant(service_day, arrives_min),
                        calls=len(schedule.calls) - 2 - index,
                    )
                )
    found.sort(key=lambda one: (one.departs_at, one.train.schedule.uid))
    return Departures(station=station, departures=tuple(found[:limit]), provenance=loaded)
