"""The timetable in dicts; finding a train looks at every schedule."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from railfair.domain.codes import Crs, Tiploc, TrainUid
from railfair.domain.columns import ScheduleColumns
from railfair.domain.overlay import NO_HOLIDAY, running
from railfair.domain.station import FixedLink, OperatorInterchange, Station
from railfair.domain.timetable import Association, DirectTrain, Schedule, ScheduleKey, Train


class MemoryTimetable:
    """See `ports.timetable`."""

    def __init__(self) -> None:
        self._stations: dict[Crs, Station] = {}
        self._links: list[FixedLink] = []
        self._interchanges: dict[tuple[str, ...], OperatorInterchange] = {}
        self._associations: dict[tuple[object, ...], Association] = {}
        self._schedules: dict[ScheduleKey, Schedule] = {}
        self._manual: set[ScheduleKey] = set()

    def copy(self) -> "MemoryTimetable":
        """Return a copy that can be written without touching this one."""
        other = MemoryTimetable()
        other._stations = dict(self._stations)
        other._links = list(self._links)
        other._interchanges = dict(self._interchanges)
        other._associations = dict(self._associations)
        other._schedules = dict(self._schedules)
        other._manual = set(self._manual)
        return other

    async def station(self, crs: Crs) -> Station | None:
        """Return the station *crs*, or `None`."""
        return self._stations.get(crs)

    async def stations(self) -> list[Station]:
        """Return all stations, by code."""
        return [self._stations[crs] for crs in sorted(self._stations)]

    async def knows_route(self, origin: Crs, destination: Crs) -> bool:
        """Whether any schedule may be joined at *origin* and left at *destination*."""
        return any(
            True
            for schedule in self._schedules.values()
            for _ in _rides(schedule, origin, destination)
        )

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
        """Return trains of *day* from *origin* to *destination*, earliest first."""
        found = [
            DirectTrain(train=train, boarding=boarding, alighting=alighting)
            for train in await self.trains(day, holiday_flags=holiday_flags)
            if uid in {None, train.schedule.uid}
            for boarding, alighting in _rides(train.schedule, origin, destination)
            if (train.schedule.calls[boarding].departure_min or 0) >= not_before_min
        ]
        found.sort(key=lambda ride: (ride.departs_at, ride.arrives_at, ride.train.schedule.uid))
        return found[:limit]

    async def departures(
        self,
        crs: Crs,
        day: date,
        *,
        not_before_min: int = 0,
        holiday_flags: frozenset[str] = NO_HOLIDAY,
        limit: int | None = None,
    ) -> list[tuple[Train, int]]:
        """Return trains of *day* that may be joined at *crs*, earliest first."""
        found = [
            (call.departure_min, train.schedule.uid, position, train)
            for train in await self.trains(day, holiday_flags=holiday_flags)
            for position, call in enumerate(train.schedule.calls)
            if call.crs == crs
            and call.departure_min is not None
            and call.departure_min >= not_before_min
        ]
        found.sort(key=lambda departure: departure[:3])
        return [(train, position) for _, _, position, train in found[:limit]]

    async def trains(self, day: date, *, holiday_flags: frozenset[str] = NO_HOLIDAY) -> list[Train]:
        """Return every train of *day*, by UID."""
        by_uid: dict[TrainUid, list[Schedule]] = {}
        for schedule in self._schedules.values():
            by_uid.setdefault(schedule.uid, []).append(schedule)
        return [
            Train(schedule=deciding, day=day)
            for uid in sorted(by_uid)
            if (deciding := running(by_uid[uid], day, holiday_flags=holiday_flags)) is not None
        ]

    async def columns(self) -> ScheduleColumns:
        """Return every schedule as columns."""
        return ScheduleColumns.of(self._schedules.values())

    async def links(self) -> list[FixedLink]:
        """Return the links, in the feed's order."""
        return list(self._links)

    async def interchanges(self) -> list[OperatorInterchange]:
        """Return the change times between operators, by station and operators."""
        return [self._interchanges[key] for key in sorted(self._interchanges)]

    async def associations(self) -> list[Association]:
        """Return the associations, in the order of their keys."""
        return sorted(
            self._associations.values(),
            key=lambda a: (a.base_uid, a.other_uid, a.runs_from, a.stp, a.tiploc),
        )

    async def tiplocs(self) -> Mapping[Tiploc, Crs]:
        """Return the station of every timing point that has one."""
        return {t: station.crs for station in self._stations.values() for t in station.tiplocs}

    async def schedule_dates(self) -> tuple[date, date] | None:
        """Return the first and the last day of any schedule not entered by hand."""
        dated = [s for key, s in self._schedules.items() if key not in self._manual]
        if not dated:
            return None
        return min(s.runs_from for s in dated), max(s.runs_to for s in dated)

    async def count_schedules(self) -> int:
        """Return how many schedules are loaded."""
        return len(self._schedules)

    async def clear(self) -> None:
        """Remove everything."""
        self.__init__()  # type: ignore[misc]  # back to the state of a new one

    async def put_stations(self, stations: Iterable[Station]) -> None:
        """Insert *stations*, in place of those with the same code."""
        new = {station.crs: station for station in stations}
        places = {tiploc: s.crs for s in new.values() for tiploc in s.tiplocs}
        for station in (*self._stations.values(), *new.values()):
            theirs = {t for t in station.tiplocs if places.get(t, station.crs) == station.crs}
            if station.crs not in new or new[station.crs] is station:
                self._stations[station.crs] = replace(station, tiplocs=tuple(sorted(theirs)))

    async def put_links(self, links: Iterable[FixedLink]) -> None:
        """Add *links*."""
        self._links += links

    async def put_interchanges(self, interchanges: Iterable[OperatorInterchange]) -> None:
        """Insert *interchanges*, in place of those for the same station and operators."""
        self._interchanges |= {
            (one.crs, one.arriving_toc, one.departing_toc): one for one in interchanges
        }

    async def put_schedules(self, schedules: Iterable[Schedule], *, are_manual: bool) -> None:
        """Insert *schedules*, in place of those with the same key."""
        for schedule in schedules:
            self._schedules[schedule.key] = schedule
            (self._manual.add if are_manual else self._manual.discard)(schedule.key)

    async def remove_schedules(self, keys: Iterable[ScheduleKey]) -> int:
        """Remove the schedules with *keys*; return how many of them were there."""
        there = {key for key in keys if key in self._schedules}
        for key in there:
            del self._schedules[key]
        return len(there)

    async def put_associations(self, associations: Iterable[Association]) -> None:
        """Insert *associations*, in place of those with the same key."""
        self._associations |= {_association_key(one): one for one in associations}

    async def remove_associations(self, associations: Iterable[Association]) -> int:
        """Remove the associations with the keys of these; return how many were there."""
        there = {_association_key(one) for one in associations} & self._associations.keys()
        for key in there:
            del self._associations[key]
        return len(there)


def _rides(schedule: Schedule, origin: Crs, destination: Crs) -> Iterator[tuple[int, int]]:
    """Yield where to board and alight, without a call at either end in between."""
    boarding: int | None = None
    for position, call in enumerate(schedule.calls):
        if call.crs == destination and call.arrival_min is not None and boarding is not None:
            yield boarding, position
            boarding = None
        if call.crs == origin and call.departure_min is not None:
            boarding = position


def _association_key(one: Association) -> tuple[object, ...]:
    return (one.base_uid, one.other_uid, one.tiploc, one.runs_from, one.stp)
