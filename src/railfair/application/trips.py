"""Finding the trip that a question about fares is for."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from railfair.domain.codes import Crs, TrainUid
from railfair.domain.errors import InvalidParameter
from railfair.domain.fares.trip import Trip, TripCall, TripLeg, unknown_trip
from railfair.domain.feed import LoadedFeed
from railfair.domain.railtime import MINUTES_A_DAY
from railfair.domain.timetable import DirectTrain
from railfair.ports.bank_holidays import BankHolidays
from railfair.ports.storage import UnitOfWork

ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TripQuery:
    """One way of a trip: minutes are after midnight of *day*, `None` where nothing is said.

    With a *train* it is that one; else the next direct one at or after *departure_min*, if the
    timetable has one and *arrival_min* does not say already when the trip ends. *via* are stations
    that the trip passes.
    """

    origin: Crs
    destination: Crs
    day: date
    departure_min: int | None = None
    arrival_min: int | None = None
    train: TrainUid | None = None
    via: tuple[Crs, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTrip:
    """The trip, with the train if there is one."""

    trip: Trip
    ride: DirectTrain | None


async def find_trip(
    unit: UnitOfWork,
    query: TripQuery,
    *,
    timetable: LoadedFeed | None,
    holidays: BankHolidays,
    parameter: str = "train",
) -> FoundTrip:
    """Return the trip that *query* means.

    Raises:
        InvalidParameter: the train asked for does not run that way on that day; names *parameter*.
    """
    is_covered = timetable is not None and timetable.covers(query.day)
    ride = None
    if query.train is not None:
        if is_covered:
            ride = await _that_train(unit, query, holidays)
        if ride is None:
            raise InvalidParameter(parameter, _no_such_train(query, is_covered=is_covered))
    elif is_covered and query.departure_min is not None and query.arrival_min is None:
        ride = await _next_train(unit, query, holidays, query.departure_min)
    return trip_with(query, ride)


def trip_with(query: TripQuery, ride: DirectTrain | None) -> FoundTrip:
    """Return the trip that *query* means with *ride*; without one it is what *query* says."""
    trip = _unknown(query) if ride is None else _trip_of(ride, query.via)
    return FoundTrip(trip=trip, ride=ride)


def _trip_of(ride: DirectTrain, via: tuple[Crs, ...]) -> Trip:
    """Return the trip that a passenger makes with *ride*."""
    schedule = ride.train.schedule
    day = ride.departs_at.date()
    shift = (ride.train.day - day).days * MINUTES_A_DAY
    calls = tuple(
        TripCall(
            crs=call.crs,
            arrival_min=_shifted(call.arrival_min, call.departure_min, shift),
            departure_min=_shifted(call.departure_min, call.arrival_min, shift),
        )
        for call in schedule.calls[ride.boarding : ride.alighting + 1]
    )
    leg = TripLeg(
        calls=calls, uid=schedule.uid, toc=schedule.toc, is_sleeper=bool(schedule.sleepers.strip())
    )
    return Trip(day=day, legs=(leg,), via=via)


def _shifted(minute: int | None, other: int | None, shift: int) -> int | None:
    """Return a time in the minutes of another day; where nobody may alight or board, the other."""
    known = other if minute is None else minute
    return None if known is None else known + shift


def _unknown(query: TripQuery) -> Trip:
    arrival = query.arrival_min
    if arrival is not None and query.departure_min is not None and arrival < query.departure_min:
        arrival += MINUTES_A_DAY
    return unknown_trip(
        query.origin,
        query.destination,
        query.day,
        departure_min=query.departure_min,
        arrival_min=arrival,
        via=query.via,
    )


async def _next_train(
    unit: UnitOfWork, query: TripQuery, holidays: BankHolidays, not_before_min: int
) -> DirectTrain | None:
    """Return the direct train that leaves next on the calendar day, the night's included."""
    rides = await _rides(unit, query, holidays, not_before_min=not_before_min, limit=1)
    return min(rides, key=lambda ride: (ride.departs_at, ride.arrives_at), default=None)


async def _that_train(
    unit: UnitOfWork, query: TripQuery, holidays: BankHolidays
) -> DirectTrain | None:
    """Return the train asked for; of one that passes twice the ride at or after the time."""
    rides = await _rides(unit, query, holidays, not_before_min=0, limit=None)
    rides.sort(key=lambda ride: ride.departs_at)
    earliest = query.departure_min or 0
    later = [ride for ride in rides if _clock_min(ride) >= earliest]
    return next(iter(later or rides), None)


def _clock_min(ride: DirectTrain) -> int:
    return ride.departs_at.hour * 60 + ride.departs_at.minute


async def _rides(
    unit: UnitOfWork,
    query: TripQuery,
    holidays: BankHolidays,
    *,
    not_before_min: int,
    limit: int | None,
) -> list[DirectTrain]:
    """Return the rides that leave on the calendar day, whichever day their train set out."""
    found: list[DirectTrain] = []
    for day, offset in ((query.day - ONE_DAY, MINUTES_A_DAY), (query.day, 0)):
        rides = await unit.timetable.direct_trains(
            query.origin,
            query.destination,
            day,
            not_before_min=not_before_min + offset,
            holiday_flags=holidays.flags(day),
            uid=query.train,
            limit=limit,
        )
        found += [ride for ride in rides if ride.departs_at.date() == query.day]
    return found


def _no_such_train(query: TripQuery, *, is_covered: bool) -> str:
    if not is_covered:
        return f"no loaded timetable covers {query.day}, so no train can be named"
    return f"no train {query.train} runs from {query.origin} to {query.destination} on {query.day}"
