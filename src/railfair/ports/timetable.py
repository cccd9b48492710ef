"""The loaded timetable: stations, links, and the schedules of trains."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol

from railfair.domain.codes import Crs, Tiploc, TrainUid
from railfair.domain.columns import ScheduleColumns
from railfair.domain.overlay import NO_HOLIDAY
from railfair.domain.station import FixedLink, OperatorInterchange, Station
from railfair.domain.timetable import Association, DirectTrain, Schedule, ScheduleKey, Train


class Timetable(Protocol):
    """The timetable within a unit of work; changes show only once the unit is committed.

    Which schedule of a train runs on a day is decided as in `domain.overlay`; *holiday_flags* are
    the bank holiday flags that bar running on the day asked for.
    """

    async def station(self, crs: Crs) -> Station | None:
        """Return the station *crs*, or `None` if the timetable has no such station."""
        ...

    async def stations(self) -> list[Station]:
        """Return all stations, by code."""
        ...

    async def knows_route(self, origin: Crs, destination: Crs) -> bool:
        """Whether any schedule, on any day, may be joined at *origin* and left at *destination*."""
        ...

    async def direct_trains(
        self,
        origin: Crs,
        destination: Crs,
        day: date,
        *,
        not_before_min: int = 0,
        holiday_flags: frozenset[str] = NO_HOLIDAY,
        uid: TrainUid | None = None,
        limit: int | None = None,
    ) -> list[DirectTrain]:
        """Return trains of service day *day* from *origin* to *destination*, without a change.

        They leave at or after *not_before_min* (rail minutes), earliest first, then by arrival,
        then by UID; only the train *uid* if one is given; at most *limit*. A train that calls at
        either more than once gives one ride for each call at the origin after which it reaches the
        destination before it comes back.
        """
        ...

    async def departures(
        self,
        crs: Crs,
        day: date,
        *,
        not_before_min: int = 0,
        holiday_flags: frozenset[str] = NO_HOLIDAY,
        limit: int | None = None,
    ) -> list[tuple[Train, int]]:
        """Return trains of service day *day* that may be joined at *crs*, with the call's index.

        They leave at or after *not_before_min*, earliest first, then by UID; at most *limit*.
        """
        ...

    async def trains(self, day: date, *, holiday_flags: frozenset[str] = NO_HOLIDAY) -> list[Train]:
        """Return every train of service day *day*, by UID."""
        ...

    async def columns(self) -> ScheduleColumns:
        """Return every schedule, in no certain order, as columns; platforms are left out."""
        ...

    async def links(self) -> list[FixedLink]:
        """Return the links between stations, in the feed's order."""
        ...

    async def interchanges(self) -> list[OperatorInterchange]:
        """Return the change times between operators, by station and operators."""
        ...

    async def associations(self) -> list[Association]:
        """Return the joins and divisions, by base and other UID, first day and overlay letter."""
        ...

    async def tiplocs(self) -> Mapping[Tiploc, Crs]:
        """Return the station of every timing point that has one."""
        ...

    async def schedule_dates(self) -> tuple[date, date] | None:
        """Return the first and the last day of any schedule not entered by hand, or `None`."""
        ...

    async def count_schedules(self) -> int:
        """Return how many schedules are loaded."""
        ...

    async def clear(self) -> None:
        """Remove everything."""
        ...

    async def put_stations(self, stations: Iterable[Station]) -> None:
        """Insert *stations*, in place of those with the same code."""
        ...

    async def put_links(self, links: Iterable[FixedLink]) -> None:
        """Add *links*."""
        ...

    async def put_interchanges(self, interchanges: Iterable[OperatorInterchange]) -> None:
        """Insert *interchanges*, in place of those for the same station and operators."""
        ...

    async def put_schedules(self, schedules: Iterable[Schedule], *, are_manual: bool) -> None:
        """Insert *schedules*, in place of those with the same key; of two equal keys the last."""
        ...

    async def remove_schedules(self, keys: Iterable[ScheduleKey]) -> int:
        """Remove the schedules with *keys*; return how many of them were there."""
        ...

    async def put_associations(self, associations: Iterable[Association]) -> None:
        """Insert *associations*, in place of those with the same trains, place, day and letter."""
        ...

    async def remove_associations(self, associations: Iterable[Association]) -> int:
        """Remove the associations with the keys of these; return how many were there."""
        ...
