"""Schedules as the timetable feed gives them, and the trains that they make on a day.

A `Schedule` is one CIF record with its public calls. A `Train` is a schedule on one service day.
Which schedule of a train runs on a day is decided in `overlay`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from railfair.domain.codes import Crs, Headcode, Tiploc, TocCode, TrainUid
from railfair.domain.railtime import instant

EVERY_DAY = 0b1111111


class Stp(StrEnum):
    """Overlay indicator; the lowest letter decides. Source: CIF BS and AA, position 80."""

    CANCELLED = "C"
    NEW = "N"
    OVERLAY = "O"
    PERMANENT = "P"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallingPoint:
    """A call that passengers may use; times are public, in rail minutes of the service day.

    *arrival_min* is `None` where nobody may alight, *departure_min* where nobody may board.
    """

    crs: Crs
    arrival_min: int | None
    departure_min: int | None
    platform: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleKey:
    """What identifies a schedule among all: UID, first day and overlay indicator."""

    uid: TrainUid
    runs_from: date
    stp: Stp


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """One schedule record; *days* has bit 0 for Monday; *runs_to* is included.

    *bank_holidays* is `X` (does not run on English ones), `G` (Glasgow ones) or empty. Calls are in
    order of running. A cancellation (`Stp.CANCELLED`) has no calls. Source: CIF BS, BX, LO, LI, LT.
    """

    uid: TrainUid
    stp: Stp
    runs_from: date
    runs_to: date
    days: int = EVERY_DAY
    bank_holidays: str = ""
    toc: TocCode = TocCode("")
    headcode: Headcode = Headcode("")
    status: str = "P"
    category: str = ""
    seating: str = ""
    sleepers: str = ""
    reservations: str = ""
    calls: tuple[CallingPoint, ...] = ()

    @property
    def key(self) -> ScheduleKey:
        """The schedule's identity."""
        return ScheduleKey(uid=self.uid, runs_from=self.runs_from, stp=self.stp)

    def is_dated(self, day: date) -> bool:
        """Whether *day* lies in its period and on one of its weekdays."""
        return self.runs_from <= day <= self.runs_to and bool(self.days >> day.weekday() & 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """Two trains that join, divide or follow each other at a place.

    *day_offset* is the other train's day relative to the base train's: -1, 0 or 1. *category* is
    `JJ`, `VV`, `NP` or empty on a cancellation; *passengers* is whether they may stay seated.
    Source: CIF AA.
    """

    base_uid: TrainUid
    other_uid: TrainUid
    runs_from: date
    runs_to: date
    days: int
    category: str
    day_offset: int
    tiploc: Tiploc
    base_suffix: str
    other_suffix: str
    passengers: bool
    stp: Stp


@dataclass(frozen=True, slots=True, kw_only=True)
class Train:
    """A schedule on the service day *day* on which it leaves its origin."""

    schedule: Schedule
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectTrain:
    """A train between two of its calls: *boarding* and *alighting* index its schedule's calls."""

    train: Train
    boarding: int
    alighting: int

    @property
    def departs_at(self) -> datetime:
        """The booked public departure from the boarding call."""
        departure = self.train.schedule.calls[self.boarding].departure_min
        assert departure is not None  # noqa: S101 - a boarding call has one by construction
        return instant(self.train.day, departure)

    @property
    def arrives_at(self) -> datetime:
        """The booked public arrival at the alighting call."""
        arrival = self.train.schedule.calls[self.alighting].arrival_min
        assert arrival is not None  # noqa: S101 - an alighting call has one by construction
        return instant(self.train.day, arrival)
