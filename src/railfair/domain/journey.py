"""Journeys: trains one after the other, with the ways between stations that join them.

Minutes are rail minutes of the journey's day: counted from its midnight, negative on the day
before, 1440 and more on the day after.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from railfair.domain.codes import Crs, TocCode, TrainUid
from railfair.domain.railtime import MINUTES_A_DAY
from railfair.domain.timetable import CallingPoint, Schedule, Train


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """A stretch of one train, from its call *boarding* to its call *alighting*, by index."""

    train: Train
    boarding: int
    alighting: int


@dataclass(frozen=True, kw_only=True)
class TrainLeg:
    """A ride without leaving one's seat, on the journey's day *day*.

    It has several *portions* where a train divides or joins another on the way: the place where one
    ends is where the next begins.
    """

    day: date
    portions: tuple[Portion, ...]

    @property
    def first(self) -> Train:
        """The train that is boarded."""
        return self.portions[0].train

    @property
    def last(self) -> Train:
        """The train that is left; another than the first only where it divides or joins."""
        return self.portions[-1].train

    @property
    def origin(self) -> Crs:
        """Where it is boarded."""
        return self.calls[0].crs

    @property
    def destination(self) -> Crs:
        """Where it is left."""
        return self.calls[-1].crs

    @property
    def departs_min(self) -> int:
        """The booked public departure."""
        departure = self.calls[0].departure_min
        assert departure is not None  # noqa: S101 - a boarding call has one by construction
        return departure

    @property
    def arrives_min(self) -> int:
        """The booked public arrival."""
        arrival = self.calls[-1].arrival_min
        assert arrival is not None  # noqa: S101 - an alighting call has one by construction
        return arrival

    @property
    def toc(self) -> TocCode:
        """The operator of the train that is boarded."""
        return self.first.schedule.toc

    @cached_property
    def identity(self) -> tuple[object, ...]:
        """What tells it from other rides: which trains it is boarded from and left, and where."""
        first, last = self.portions[0], self.portions[-1]
        return (
            first.train.schedule.key, first.train.day, first.boarding,
            last.train.schedule.key, last.train.day, last.alighting,
        )  # fmt: skip

    @cached_property
    def calls(self) -> tuple[CallingPoint, ...]:
        """The calls from boarding to alighting, both included, in minutes of the journey's day."""
        calls: list[CallingPoint] = []
        for portion in self.portions:
            found = _shifted(portion, self.day)
            if calls:
                # The two halves of one call: arriving by one portion, leaving by the next.
                joint = calls.pop()
                found[0] = CallingPoint(
                    crs=joint.crs,
                    arrival_min=joint.arrival_min,
                    departure_min=found[0].departure_min,
                    platform=joint.platform,
                )
            calls += found
        return tuple(calls)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferLeg:
    """A way between two stations without a train; *mode* as in the feed (`WALK`, `TUBE`)."""

    mode: str
    origin: Crs
    destination: Crs
    departs_min: int
    duration_min: int

    @property
    def arrives_min(self) -> int:
        """When it ends."""
        return self.departs_min + self.duration_min


type Leg = TrainLeg | TransferLeg


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A change of trains: from *arriving* to *departing*, leaving from the station *at*.

    *needed_min* are the minutes that it takes by the timetable, a link between stations included.
    """

    arriving: TrainLeg
    departing: TrainLeg
    needed_min: int

    @property
    def at(self) -> Crs:
        """Where the next train is boarded."""
        return self.departing.origin

    @property
    def available_min(self) -> int:
        """The minutes between the booked arrival and the booked departure."""
        return self.departing.departs_min - self.arriving.arrives_min

    @property
    def slack_min(self) -> int:
        """The minutes to spare: how late the first train may be for the second to be caught."""
        return self.available_min - self.needed_min


@dataclass(frozen=True, kw_only=True)
class Journey:
    """Legs from an origin to a destination; *connections* are the changes between its trains.

    *departs_min* is when the passenger has to leave, *arrives_min* when it ends by the timetable.
    """

    day: date
    legs: tuple[Leg, ...]
    connections: tuple[Connection, ...]

    @property
    def origin(self) -> Crs:
        """Where it starts."""
        return self.legs[0].origin

    @property
    def destination(self) -> Crs:
        """Where it ends."""
        return self.legs[-1].destination

    @property
    def departs_min(self) -> int:
        """When it starts."""
        return self.legs[0].departs_min

    @property
    def arrives_min(self) -> int:
        """When it ends."""
        return self.legs[-1].arrives_min

    @cached_property
    def trains(self) -> tuple[TrainLeg, ...]:
        """The rides, in order; none where the whole way is walked."""
        return tuple(leg for leg in self.legs if isinstance(leg, TrainLeg))

    @property
    def changes(self) -> int:
        """How often a train is left for another; links do not count."""
        return max(len(self.trains) - 1, 0)

    @cached_property
    def key(self) -> tuple[tuple[TrainUid | str, int, int, Crs, Crs], ...]:
        """What tells it from others: what is ridden, when, from where and to where."""
        return tuple(
            (
                leg.first.schedule.uid if isinstance(leg, TrainLeg) else leg.mode,
                leg.departs_min,
                leg.arrives_min,
                leg.origin,
                leg.destination,
            )
            for leg in self.legs
        )


def _shifted(portion: Portion, day: date) -> list[CallingPoint]:
    shift = (portion.train.day - day).days * MINUTES_A_DAY
    schedule: Schedule = portion.train.schedule
    return [
        CallingPoint(
            crs=call.crs,
            arrival_min=None if call.arrival_min is None else call.arrival_min + shift,
            departure_min=None if call.departure_min is None else call.departure_min + shift,
            platform=call.platform,
        )
        for call in schedule.calls[portion.boarding : portion.alighting + 1]
    ]
