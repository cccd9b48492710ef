"""When a ticket or a railcard may be used: the records of the RST file.

Minutes are clock minutes after midnight, as the feed has them; days of the year are month * 100 +
day; weekdays are bits, Monday the lowest.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from railfair.domain.codes import (
    Crs,
    RailcardCode,
    RestrictionCode,
    RouteCode,
    TicketCode,
    TocCode,
    TrainUid,
)


class Direction(StrEnum):
    """The way out or the way back; a single is a way out."""

    OUTWARD = "O"
    RETURN = "R"


class At(StrEnum):
    """What of a trip a time is tested against."""

    ARRIVAL = "A"
    DEPARTURE = "D"
    CHANGE = "V"


@dataclass(frozen=True, slots=True, kw_only=True)
class DateBand:
    """Weekdays within a part of the year; one that ends before it begins wraps the year's end."""

    first: int
    last: int
    weekdays: int

    def covers(self, day: date) -> bool:
        """Whether *day* is one of its days."""
        of_year = day.month * 100 + day.day
        if self.first <= self.last:
            is_inside = self.first <= of_year <= self.last
        else:
            is_inside = of_year >= self.first or of_year <= self.last
        return is_inside and bool(self.weekdays >> day.weekday() & 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeBand:
    """A time at which a ticket is barred, or from which a minimum fare follows.

    Both minutes are included. *crs* `None` is every station, no *tocs* every operator, no *days*
    those of the restriction. Source: TR with its TD and TT.
    """

    direction: Direction
    at: At
    from_min: int
    to_min: int
    crs: Crs | None
    is_minimum_fare: bool = False
    tocs: tuple[TocCode, ...] = ()
    days: tuple[DateBand, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTrain:
    """A train that is barred, or good in spite of the times. Source: SR with its SD and SQ.

    No *days*: those of the restriction. *places* limit it to arrivals (`A`), departures (`D`) or
    both (`B`) at these stations.
    """

    uid: TrainUid
    direction: Direction
    is_sleeper: bool = False
    days: tuple[DateBand, ...] = ()
    places: tuple[tuple[Crs, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """All of one restriction code. Source: RH with its HD, HL, HC, TR and SR.

    *lists_good_out* and *lists_good_return*: the listed trains of that direction are good in spite
    of the times (TYPE `P`), else barred (`N`). No *days*: every day. *places*: it works only for
    trips from, to or changing at one of them. *changes*: where a change is allowed although
    *allows_change* is not.
    """

    code: RestrictionCode
    name: str
    text_out: str
    text_return: str
    lists_good_out: bool = False
    lists_good_return: bool = False
    allows_change: bool = True
    days: tuple[DateBand, ...] = ()
    places: tuple[Crs, ...] = ()
    changes: tuple[Crs, ...] = ()
    times: tuple[TimeBand, ...] = ()
    trains: tuple[ListedTrain, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RailcardRestriction:
    """A restriction that a railcard brings, or its ban. Empty fields are any. Source: RR."""

    railcard: RailcardCode
    ticket: TicketCode
    route: RouteCode
    origin: Crs | None
    restriction: RestrictionCode
    is_ban: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketCalendar:
    """Days on which a ticket is not sold (`I`) or restricted (`D`). Source: CA.

    *country* is E, S or empty; an empty *route* is any.
    """

    ticket: TicketCode
    kind: str
    route: RouteCode
    country: str
    days: DateBand


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionSet:
    """All restrictions of some days: the current or the future set. Source: RD."""

    first_day: date
    last_day: date
    restrictions: dict[RestrictionCode, Restriction]
    railcards: tuple[RailcardRestriction, ...] = ()
    calendars: tuple[TicketCalendar, ...] = ()
