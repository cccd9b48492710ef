"""The trip that a ticket is tested on.

Minutes are rail minutes: counted from midnight of the trip's day, so 25:10 is 1510.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from railfair.domain.codes import Crs, TocCode, TrainUid
from railfair.domain.railtime import MINUTES_A_DAY

DAY_STARTS_MIN: Final = 270
"""A ticket's day starts at 04:30, and ends at 04:29 of the next one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TripCall:
    """A station that the passenger is at; times are `None` where they are not known, or none."""

    crs: Crs
    arrival_min: int | None = None
    departure_min: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TripLeg:
    """A ride from the first of *calls* to the last.

    Of a *train* that is not known only the ends are; *is_sleeper* is whether it carries berths.
    """

    calls: tuple[TripCall, ...]
    uid: TrainUid | None = None
    toc: TocCode | None = None
    is_sleeper: bool = False

    @property
    def is_known(self) -> bool:
        """Whether its train and all its calls are known."""
        return self.uid is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """Rides one after the other on the calendar day *day*, changing between them.

    *via* are stations that the passenger says the trip passes, besides its calls.
    """

    day: date
    legs: tuple[TripLeg, ...]
    via: tuple[Crs, ...] = ()

    @property
    def origin(self) -> Crs:
        """Where it starts."""
        return self.legs[0].calls[0].crs

    @property
    def destination(self) -> Crs:
        """Where it ends."""
        return self.legs[-1].calls[-1].crs

    @property
    def departure_min(self) -> int | None:
        """When it starts."""
        return self.legs[0].calls[0].departure_min

    @property
    def arrival_min(self) -> int | None:
        """When it ends."""
        return self.legs[-1].calls[-1].arrival_min

    @property
    def is_known(self) -> bool:
        """Whether the trains and all their calls are known."""
        return all(leg.is_known for leg in self.legs)

    @property
    def ticket_day(self) -> date:
        """The day that its ticket is for: before 04:30 it is the day before."""
        if self.departure_min is None:
            return self.day
        return ticket_moment(self.day, self.departure_min)[0]

    def stations(self) -> Iterator[Crs]:
        """Yield every station that is known to be passed, in order, then those of *via*."""
        for leg in self.legs:
            yield from (call.crs for call in leg.calls)
        yield from self.via

    def changes(self) -> tuple[Crs, ...]:
        """Return where the passenger changes trains."""
        return tuple(leg.calls[0].crs for leg in self.legs[1:])


type Call = tuple[int, int]
"""A leg of a trip and a call of that leg, by number."""


def ticket_moment(day: date, rail_min: int) -> tuple[date, int]:
    """Return the ticket's day of a moment and its minutes after that day's midnight (270 to 1709).

    Source: ticket days end at 04:29; what runs after midnight counts to the day before.
    """
    days, since_start = divmod(rail_min - DAY_STARTS_MIN, MINUTES_A_DAY)
    return day + timedelta(days=days), since_start + DAY_STARTS_MIN


def unknown_trip(
    origin: Crs,
    destination: Crs,
    day: date,
    *,
    departure_min: int | None = None,
    arrival_min: int | None = None,
    via: tuple[Crs, ...] = (),
) -> Trip:
    """Return a trip of which only the ends are known, and perhaps when it leaves and arrives."""
    start = TripCall(crs=origin, departure_min=departure_min)
    end = TripCall(crs=destination, arrival_min=arrival_min)
    return Trip(day=day, legs=(TripLeg(calls=(start, end)),), via=via)


def part(trip: Trip, start: Call, end: Call) -> Trip:
    """Return *trip* from one of its calls to a later one."""
    first, last = start[0], end[0]
    legs = list(trip.legs[first : last + 1])
    legs[-1] = replace(legs[-1], calls=legs[-1].calls[: end[1] + 1])
    legs[0] = replace(legs[0], calls=legs[0].calls[start[1] :])
    return replace(trip, legs=tuple(legs))
