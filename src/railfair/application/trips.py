"""Finding the trip that a question about fares is for."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from railfair.domain.codes import Crs, TrainUid
from railfair.domain.errors import InvalidParameter
from railfair.domain.fares.comparison import SplitTicket
from railfair.domain.fares.trip import Trip, TripCall, TripLeg, unknown_trip
from railfair.domain.feed import LoadedFeed
from railfair.domain.railtime import HALF_DAY, MINUTES_A_DAY, instant
from railfair.domain.timetable import DirectTrain
from railfair.ports.bank_holidays import BankHolidays
from railfair.ports.storage import UnitOfWork

ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TripQuery:
    """One way of a trip: minutes are after midnight of *day*, `None` where nothing is said.

    With a *train* it is that one, which leaves no earlier and arrives no later than is said; else
    the next direct one at or after *departure_min*, if the timetable has one and *arrival_min* does
    not say already when the trip ends. The train calls at every station of *via*.
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


def check_trip(query: TripQuery, prefix: str = "") -> None:
    """Raise `InvalidParameter` if *query* contradicts itself; names begin with *prefix*."""
    for number, crs in enumerate(query.via):
        if crs in {query.origin, query.destination}:
            raise InvalidParameter(f"{prefix}via", f"{crs} is an end of the trip")
        if crs in query.via[:number]:
            raise InvalidParameter(f"{prefix}via", f"{crs} is named twice")
    leaves, arrives = query.departure_min, query.arrival_min
    if leaves is None or arrives is None or arrival_after(leaves, arrives) is not None:
        return
    detail = f"is before {prefix}time, and more than 12 hours after it on the next day"
    if arrives == leaves:
        detail = f"is the same as {prefix}time"
    raise InvalidParameter(f"{prefix}arrival_time", detail)


def arrival_after(departure_min: int, arrival_min: int) -> int | None:
    """Return an arrival by the clock in minutes of the day on which the trip leaves.

    It is on the next day if the trip takes 12 hours at most then; else there is none.
    """
    if arrival_min > departure_min:
        return arrival_min
    next_day_min = arrival_min + MINUTES_A_DAY
    return next_day_min if next_day_min - departure_min <= HALF_DAY else None


async def find_trip(
    unit: UnitOfWork,
    query: TripQuery,
    *,
    timetable: LoadedFeed | None,
    holidays: BankHolidays,
    prefix: str = "",
) -> FoundTrip:
    """Return the trip that *query* means.

    Raises:
        InvalidParameter: the train asked for does not run that way on that day, or not at the times
            or by the stations that are said; names begin with *prefix*.
    """
    is_covered = timetable is not None and timetable.covers(query.day)
    ride = None
    if query.train is not None:
        rides = await _rides(unit, query, holidays, not_before_min=0) if is_covered else []
        if not rides:
            detail = _no_such_train(query, is_covered=is_covered)
            raise InvalidParameter(f"{prefix}train", detail)
        ride = _ride_meant(rides, query, prefix)
    elif is_covered and query.departure_min is not None and query.arrival_min is None:
        ride = await _next_train(unit, query, holidays, query.departure_min)
    return trip_with(query, ride)


def trip_with(query: TripQuery, ride: DirectTrain | None) -> FoundTrip:
    """Return the trip that *query* means with *ride*; without one it is what *query* says."""
    return FoundTrip(trip=_unknown(query) if ride is None else _trip_of(ride), ride=ride)


def ends_along(trip: Trip, tickets: Iterable[SplitTicket]) -> Iterator[tuple[TripCall, TripCall]]:
    """Yield for each of *tickets*, which follow each other along *trip*, the calls at its ends."""
    calls = [call for leg in trip.legs for call in leg.calls]
    start = 0
    for ticket in tickets:
        start = _place(calls, ticket.origin, start)
        end = _place(calls, ticket.destination, start + 1)
        yield calls[start], calls[end]
        start = end


def _place(calls: Sequence[TripCall], crs: Crs, first: int) -> int:
    return next(place for place in range(first, len(calls)) if calls[place].crs == crs)


def _trip_of(ride: DirectTrain) -> Trip:
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
    return Trip(day=day, legs=(leg,))


def _shifted(minute: int | None, other: int | None, shift: int) -> int | None:
    """Return a time in the minutes of another day; where nobody may alight or board, the other."""
    known = other if minute is None else minute
    return None if known is None else known + shift


def _unknown(query: TripQuery) -> Trip:
    arrival = query.arrival_min
    if arrival is not None and query.departure_min is not None:
        arrival = arrival_after(query.departure_min, arrival)
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
    limit = None if query.via else 1
    rides = await _rides(unit, query, holidays, not_before_min=not_before_min, limit=limit)
    return next((ride for ride in rides if not _missed(ride, query.via)), None)


def _ride_meant(rides: Sequence[DirectTrain], query: TripQuery, prefix: str) -> DirectTrain:
    """Return the earliest of the *rides* of a train that is by the stations and times asked for.

    There are several if it calls at an end twice.
    """
    passing = [ride for ride in rides if not _missed(ride, query.via)]
    if not passing:
        missed = _missed(rides[0], query.via)[0]
        detail = f"the train {query.train} does not call at {missed} on the way"
        raise InvalidParameter(f"{prefix}via", detail)
    later = [ride for ride in passing if _departure_min(ride) >= (query.departure_min or 0)]
    if not later:
        detail = f"the train {query.train} leaves at {passing[-1].departs_at:%H:%M}, before that"
        raise InvalidParameter(f"{prefix}time", detail)
    for ride in later:
        if query.arrival_min is None or _arrives_by(ride, query.arrival_min):
            return ride
    detail = f"the train {query.train} arrives at {later[0].arrives_at:%H:%M}, not by that time"
    raise InvalidParameter(f"{prefix}arrival_time", detail)


def _missed(ride: DirectTrain, via: Sequence[Crs]) -> list[Crs]:
    """Return those stations of *via* at which the train does not call on the way."""
    calls = ride.train.schedule.calls[ride.boarding : ride.alighting + 1]
    called = {call.crs for call in calls}
    return [crs for crs in via if crs not in called]


def _departure_min(ride: DirectTrain) -> int:
    """Return when it leaves in minutes of that calendar day."""
    return ride.departs_at.hour * 60 + ride.departs_at.minute


def _arrives_by(ride: DirectTrain, clock_min: int) -> bool:
    """Whether it arrives at or before a time on the clock that follows its departure."""
    latest_min = arrival_after(_departure_min(ride), clock_min)
    if latest_min is None:
        return False
    return ride.arrives_at <= instant(ride.departs_at.date(), latest_min)


async def _rides(
    unit: UnitOfWork,
    query: TripQuery,
    holidays: BankHolidays,
    *,
    not_before_min: int,
    limit: int | None = None,
) -> list[DirectTrain]:
    """Return the rides that leave on the calendar day, whichever day their train set out.

    Earliest first; *limit* is for each of the two days.
    """
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
    return sorted(found, key=lambda ride: (ride.departs_at, ride.arrives_at))


def _no_such_train(query: TripQuery, *, is_covered: bool) -> str:
    if not is_covered:
        return f"no loaded timetable covers {query.day}, so no train can be named"
    return f"no train {query.train} runs from {query.origin} to {query.destination} on {query.day}"
