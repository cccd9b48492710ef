"""Readable trips and restrictions: literals. All places, trains and times are invented."""

from dataclasses import replace
from datetime import date

from railfair.domain.codes import Crs, RestrictionCode, TocCode, TrainUid
from railfair.domain.fares.restriction import (
    At,
    DateBand,
    Direction,
    ListedTrain,
    Restriction,
    TimeBand,
)
from railfair.domain.fares.trip import Trip, TripCall, TripLeg
from railfair.domain.fares.verdict import restriction_on
from support.timetables import minutes

WEDNESDAY = date(2026, 5, 6)
THURSDAY = date(2026, 5, 7)
SATURDAY = date(2026, 5, 9)
ALL_WEEK = 0b1111111
MON_TO_FRI = 0b0011111
ALL_YEAR = DateBand(first=101, last=1231, weekdays=ALL_WEEK)
OUT, BACK = Direction.OUTWARD, Direction.RETURN
ARRIVAL, DEPARTURE, CHANGE = At.ARRIVAL, At.DEPARTURE, At.CHANGE
FREE = Restriction(code=RestrictionCode("9Z"), name="INVENTED", text_out="", text_return="")


def band(
    at: At,
    crs: str | None,
    first: str,
    last: str,
    *,
    direction: Direction = OUT,
    tocs: tuple[str, ...] = (),
    days: tuple[DateBand, ...] = (),
    is_minimum_fare: bool = False,
) -> TimeBand:
    """Return a band: `band(DEPARTURE, "AYT", "04:30", "09:29")`."""
    return TimeBand(
        direction=direction,
        at=at,
        from_min=minutes(first),
        to_min=minutes(last),
        crs=None if crs is None else Crs(crs),
        is_minimum_fare=is_minimum_fare,
        tocs=tuple(TocCode(toc) for toc in tocs),
        days=days,
    )


def barring(*bands: TimeBand) -> Restriction:
    """Return a restriction of these times on every day."""
    return replace(FREE, times=bands)


def listing(*trains: ListedTrain, are_good: bool, bands: tuple[TimeBand, ...] = ()) -> Restriction:
    """Return a restriction that lists these trains as good, or as barred."""
    return replace(
        FREE, trains=trains, times=bands, lists_good_out=are_good, lists_good_return=are_good
    )


def listed(
    uid: str,
    *,
    direction: Direction = OUT,
    is_sleeper: bool = False,
    days: tuple[DateBand, ...] = (),
    places: tuple[tuple[str, str], ...] = (),
) -> ListedTrain:
    """Return a train of a restriction's list."""
    return ListedTrain(
        uid=TrainUid(uid),
        direction=direction,
        is_sleeper=is_sleeper,
        days=days,
        places=tuple((Crs(crs), way) for crs, way in places),
    )


def leg(
    start: str, end: str, *, uid: str = "Z00001", toc: str | None = "ZY", sleeper: bool = False
) -> TripLeg:
    """Return a ride with a call on the way: `leg("AYT 08:00", "DEE 09:00")`."""
    (origin, leaves), (destination, arrives) = start.split(), end.split()
    passed_min = (minutes(leaves) + minutes(arrives)) // 2
    calls = (
        TripCall(crs=Crs(origin), departure_min=minutes(leaves)),
        TripCall(crs=Crs("PAS"), arrival_min=passed_min, departure_min=passed_min),
        TripCall(crs=Crs(destination), arrival_min=minutes(arrives)),
    )
    operator = None if toc is None else TocCode(toc)
    return TripLeg(calls=calls, uid=TrainUid(uid), toc=operator, is_sleeper=sleeper)


def trip(*legs: TripLeg, day: date = WEDNESDAY) -> Trip:
    """Return a trip on these rides."""
    return Trip(day=day, legs=legs)


def out_at(leaves: str, arrives: str = "12:00", *, day: date = WEDNESDAY) -> Trip:
    """Return a direct trip from AYT to DEE."""
    return trip(leg(f"AYT {leaves}", f"DEE {arrives}"), day=day)


def codes(restriction: Restriction, one: Trip, direction: Direction = OUT) -> list[str]:
    """Return the codes of the reasons why *one* is barred."""
    return [reason.code for reason in restriction_on(restriction, one, direction).reasons]


MORNING = band(DEPARTURE, "AYT", "04:30", "09:29")
WITH_CHANGE = trip(
    leg("AYT 08:00", "BEE 08:40", uid="Z00001", toc="ZY"),
    leg("BEE 08:50", "DEE 09:40", uid="Z00002", toc="ZX"),
)
