"""Import a timetable feed: a full one in place of the loaded one, or an update to it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Self

from railfair.application.importing import check_rejections, check_source
from railfair.domain.codes import Crs, Tiploc
from railfair.domain.errors import BadFeed, FeedOutOfOrder
from railfair.domain.feed import FeedKind, FeedSource, ImportReport, LoadedFeed
from railfair.domain.station import FixedLink, OperatorInterchange, Station
from railfair.domain.timetable import Association, Schedule, ScheduleKey
from railfair.ports.clock import Clock
from railfair.ports.storage import Storage, UnitOfWork
from railfair.ports.timetable import Timetable
from railfair.ports.timetable_feed import (
    PutAssociation,
    PutSchedule,
    RemoveAssociation,
    RemoveSchedule,
    TimetableFeed,
    TimetableHeader,
    TimetableRecord,
    TiplocStation,
)

BATCH = 2_000


async def import_timetable(
    feed: TimetableFeed,
    report: ImportReport,
    *,
    storage: Storage,
    clock: Clock,
    tolerance: float,
) -> LoadedFeed:
    """Import *feed* as a whole or not at all; count in *report* what was read and kept.

    Readers see the old timetable until the new one is complete.

    Raises:
        BadFeed: it is no whole timetable feed, or more than the share *tolerance* is bad.
        FeedOutOfOrder: it is an update to another feed than the one that is loaded.
    """
    header = feed.header()
    async with storage.writing() as unit:
        known = await _prepared(unit, header)
        writer = await _Writer.over(unit.timetable, report)
        for record in feed.records(report, known=known):
            await writer.take(record)
        await writer.finish()
        check_rejections(report, tolerance)
        if not await unit.timetable.count_schedules():
            raise BadFeed(header.version, "holds no schedule of a passenger train")
        loaded = await _loaded(unit.timetable, header, clock)
        await unit.feeds.put(loaded)
        return loaded


async def _prepared(unit: UnitOfWork, header: TimetableHeader) -> Mapping[Tiploc, Crs]:
    """Make room for the feed; return the stations of timing points that are known already."""
    before = await unit.feeds.get(FeedKind.TIMETABLE)
    if header.source is FeedSource.DEMO:
        check_source(before, header.source)
    if not header.is_update:
        await unit.timetable.clear()
        return {}
    if before is None or (header.follows and before.reference != header.follows):
        raise FeedOutOfOrder(
            header.version,
            expected=header.follows or "a full timetable",
            loaded=None if before is None else before.reference or before.version,
        )
    check_source(before, header.source)
    return await unit.timetable.tiplocs()


async def _loaded(timetable: Timetable, header: TimetableHeader, clock: Clock) -> LoadedFeed:
    first, last = await _covered(timetable, header)
    return LoadedFeed(
        kind=FeedKind.TIMETABLE,
        version=header.version,
        source=header.source,
        loaded_at=clock.now(),
        first_day=first,
        last_day=last,
        reference=header.reference,
    )


async def _covered(timetable: Timetable, header: TimetableHeader) -> tuple[date, date]:
    """Return the days that the timetable speaks of.

    They are those of its header if any schedule falls into them, else those of its schedules:
    public feeds are known whose header is years older than their trains.
    """
    dates = await timetable.schedule_dates()
    if header.first_day is None or header.last_day is None:
        return dates or (date.min, date.max)
    if dates is None or (dates[0] <= header.last_day and dates[1] >= header.first_day):
        return header.first_day, header.last_day
    return dates


class _Writer:
    """Collects the records of a feed and hands them to the timetable in batches."""

    def __init__(
        self,
        timetable: Timetable,
        report: ImportReport,
        *,
        stations: Iterable[Station],
        links: Iterable[FixedLink],
    ) -> None:
        self._timetable = timetable
        self._report = report
        self._stations = {station.crs: station for station in stations}
        self._known_links = frozenset(links)
        self._changed_stations: set[Crs] = set()
        self._timing_points: list[TiplocStation] = []
        self._called: set[Crs] = set()
        self._missing: dict[str, int] = {}
        self._links: list[FixedLink] = []
        self._interchanges: list[OperatorInterchange] = []
        self._schedules: dict[ScheduleKey, Schedule | None] = {}
        self._manual: set[ScheduleKey] = set()
        self._associations: dict[tuple[object, ...], PutAssociation | RemoveAssociation] = {}

    @classmethod
    async def over(cls, timetable: Timetable, report: ImportReport) -> Self:
        """Return a writer that knows what *timetable* holds already."""
        stations, links = await timetable.stations(), await timetable.links()
        return cls(timetable, report, stations=stations, links=links)

    async def take(self, record: TimetableRecord) -> None:
        match record:
            case PutSchedule(schedule=schedule, is_manual=is_manual):
                self._schedules[schedule.key] = schedule
                (self._manual.add if is_manual else self._manual.discard)(schedule.key)
                self._called.update(call.crs for call in schedule.calls)
            case RemoveSchedule(key=key):
                self._schedules[key] = None
            case PutAssociation(association=one) | RemoveAssociation(association=one):
                self._associations[_key(one)] = record
            case TiplocStation():
                self._timing_points.append(record)
            case Station():
                self._put_station(record)
            case FixedLink():
                self._links.append(record)
            case OperatorInterchange():
                self._interchanges.append(record)
        if len(self._schedules) >= BATCH:
            await self._flush_schedules()

    async def finish(self) -> None:
        await self._flush_schedules()
        await self._flush_associations()
        self._add_timing_points()
        changed = [self._stations[crs] for crs in sorted(self._changed_stations)]
        await self._timetable.put_stations(changed)
        new_links = [link for link in self._links if link not in self._known_links]
        await self._timetable.put_links(new_links)
        await self._timetable.put_interchanges(self._interchanges)
        self._report.count_kept("station", len(changed))
        self._report.count_kept("link", len(self._links))
        self._report.count_kept("interchange", len(self._interchanges))
        self._report.notes += [
            f"{number} {record} deletions were for records that are not loaded"
            for record, number in self._missing.items()
            if number
        ]

    def _put_station(self, station: Station) -> None:
        self._stations[station.crs] = station
        self._changed_stations.add(station.crs)

    def _add_timing_points(self) -> None:
        """Give timing points to their stations.

        A feed that names its stations itself (MSN) still has timing points of Amsterdam and of
        closed lines: those become stations only if a train calls there.
        """
        names_stations = bool(self._changed_stations)
        for record in self._timing_points:
            is_station = record.crs in self._stations or record.crs in self._called
            if is_station or not names_stations:
                self._add_tiploc(record)

    def _add_tiploc(self, record: TiplocStation) -> None:
        station = self._stations.get(record.crs) or Station(crs=record.crs, name=record.name)
        if record.tiploc not in station.tiplocs:
            self._put_station(replace(station, tiplocs=(*station.tiplocs, record.tiploc)))

    async def _flush_schedules(self) -> None:
        put = [schedule for schedule in self._schedules.values() if schedule is not None]
        gone = [key for key, schedule in self._schedules.items() if schedule is None]
        removed = await self._timetable.remove_schedules(gone)
        for are_manual in (False, True):
            batch = [one for one in put if (one.key in self._manual) is are_manual]
            await self._timetable.put_schedules(batch, are_manual=are_manual)
        self._report.count_kept("schedule", len(put))
        self._report.count_kept("call", sum(len(schedule.calls) for schedule in put))
        self._count_missing("schedule", len(gone), removed)
        self._schedules, self._manual = {}, set()

    async def _flush_associations(self) -> None:
        records = self._associations.values()
        put = [one.association for one in records if isinstance(one, PutAssociation)]
        gone = [one.association for one in records if isinstance(one, RemoveAssociation)]
        removed = await self._timetable.remove_associations(gone)
        await self._timetable.put_associations(put)
        self._report.count_kept("association", len(put))
        self._count_missing("association", len(gone), removed)

    def _count_missing(self, record: str, wanted: int, removed: int) -> None:
        if removed:
            self._report.count_kept(f"{record} removed", removed)
        self._missing[record] = self._missing.get(record, 0) + wanted - removed


def _key(one: Association) -> tuple[object, ...]:
    return (one.base_uid, one.other_uid, one.tiploc, one.runs_from, one.stp)
