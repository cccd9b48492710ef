"""Stations and the ways between them, as the timetable's MSN, ALF, FLF and TSI files give them."""

from dataclasses import dataclass
from datetime import date

from railfair.domain.codes import Crs, Tiploc, TocCode

DEFAULT_CHANGE_MIN = 5
"""Minutes to change trains where no feed says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A place where passengers join and leave trains.

    Source: RSPS5046, MSN `A` (the row with CATE 0-3 is the main one). *easting* and *northing*
    are metres on the British grid; `None` where the feed does not know them.
    """

    crs: Crs
    name: str
    tiplocs: tuple[Tiploc, ...] = ()
    change_min: int = DEFAULT_CHANGE_MIN
    interchange: int = 0
    easting_m: int | None = None
    northing_m: int | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedLink:
    """A way between two stations without a train, usable both ways.

    It may be started from *starts_min* to *ends_min* (minutes after midnight, both included) on
    the weekdays of *days* (bit 0 is Monday) from *first_day* to *last_day*. Source: ALF; FLF for
    pairs that ALF lacks.
    """

    mode: str
    origin: Crs
    destination: Crs
    duration_min: int
    starts_min: int = 0
    ends_min: int = 1439
    days: int = 0b1111111
    first_day: date | None = None
    last_day: date | None = None
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorInterchange:
    """Minutes to change at a station from one operator's train to another's. Source: TSI."""

    crs: Crs
    arriving_toc: TocCode
    departing_toc: TocCode
    change_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """A train operator, such as LE, Greater Anglia."""

    code: TocCode
    name: str
