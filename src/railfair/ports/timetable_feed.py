"""A timetable feed that is about to be imported."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from railfair.domain.codes import Crs, Tiploc
from railfair.domain.feed import FeedSource, ImportReport
from railfair.domain.station import FixedLink, OperatorInterchange, Station
from railfair.domain.timetable import Association, Schedule, ScheduleKey


@dataclass(frozen=True, slots=True, kw_only=True)
class TimetableHeader:
    """What a feed says of itself before its records.

    An update (*is_update*) follows the feed whose *reference* is *follows*. *first_day* and
    *last_day* are the feed's own word on what it covers, `None` where it has none.
    """

    version: str
    source: FeedSource
    is_update: bool
    reference: str
    follows: str
    first_day: date | None
    last_day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TiplocStation:
    """The station that a timing point belongs to, under the name that CIF gives it there.

    Source: CIF TI and TA, for timing points that the MSN does not list.
    """

    tiploc: Tiploc
    crs: Crs
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PutSchedule:
    """Insert a schedule, in place of the one with the same key (transactions N and R)."""

    schedule: Schedule
    is_manual: bool = False
    """Entered by hand (ZTR): such trains do not say which days a timetable covers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveSchedule:
    """Delete the schedule with this key (transaction D)."""

    key: ScheduleKey


@dataclass(frozen=True, slots=True, kw_only=True)
class PutAssociation:
    """Insert an association, in place of the one with the same key (N and R)."""

    association: Association


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveAssociation:
    """Delete the association with the key of this one (D)."""

    association: Association


type TimetableRecord = (
    Station
    | FixedLink
    | OperatorInterchange
    | TiplocStation
    | PutSchedule
    | RemoveSchedule
    | PutAssociation
    | RemoveAssociation
)


class TimetableFeed(Protocol):
    """A timetable feed, read once from start to end."""

    def header(self) -> TimetableHeader:
        """Return what the feed says of itself.

        Raises:
            BadFeed: the files are no timetable feed, or not a whole one.
        """
        ...

    def records(
        self, report: ImportReport, *, known: Mapping[Tiploc, Crs]
    ) -> Iterator[TimetableRecord]:
        """Yield the feed's records: stations and links, then associations and schedules.

        A schedule's timing points are looked up in the feed's own stations first, then in *known*;
        calls at places that neither knows are left out. What is read and what is
        rejected is counted in *report*, with file and line.

        Raises:
            BadFeed: a file is cut short, corrupt, or not of the format.
        """
        ...
