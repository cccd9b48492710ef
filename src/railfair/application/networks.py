"""The planner's networks: built once a day and timetable, kept on disk, shared by all who ask."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, fields
from datetime import date, timedelta
from hashlib import blake2b
from typing import Final

from railfair.domain.columns import ScheduleColumns
from railfair.domain.errors import NothingLoaded
from railfair.domain.feed import FeedKind, LoadedFeed
from railfair.domain.planner.build import build_network
from railfair.domain.planner.network import Network
from railfair.domain.planner.search import Planner
from railfair.domain.planner.timetable import PlannerTimetable
from railfair.ports.array_store import ArrayStore
from railfair.ports.bank_holidays import BankHolidays
from railfair.ports.storage import Storage, UnitOfWork

DAYS_AT_HAND: Final = 10
"""Networks that a process keeps; a national one takes 5 to 15 MB, most of it shared."""
LAYOUT: Final = 1
"""Number of what networks are made of: to be raised when `Network` or `ScheduleColumns` change."""


@dataclass(frozen=True, kw_only=True)
class _Prepared:
    """A timetable as the planner reads it, with the feed that it is of and its name on disk."""

    feed: LoadedFeed
    name: str
    timetable: PlannerTimetable


class Networks:
    """Hands out planners; a process has one of these.

    A timetable that was just imported is prepared while planners of the one before it are still
    handed out.
    """

    def __init__(
        self, storage: Storage, holidays: BankHolidays, store: ArrayStore, workers: Executor
    ) -> None:
        self._storage = storage
        self._holidays = holidays
        self._store = store
        self._workers = workers
        self._prepared: _Prepared | None = None
        self._planners: OrderedDict[tuple[str, date], Planner] = OrderedDict()
        self._lock = asyncio.Lock()
        self._refresh: asyncio.Task[None] | None = None

    @property
    def feed(self) -> LoadedFeed | None:
        """The timetable that is ready to be searched, or `None`."""
        return None if self._prepared is None else self._prepared.feed

    async def planner(self, day: date, feed: LoadedFeed) -> tuple[Planner, LoadedFeed]:
        """Return the planner of *day*, and the timetable that it searches.

        That is *feed*, which is loaded now, or the one before it while *feed* is prepared.

        Raises:
            NothingLoaded: there is no timetable any more.
        """
        prepared = await self._current(feed)
        key = prepared.name, day
        if key not in self._planners:
            async with self._lock:
                if key not in self._planners:
                    await self._add(prepared, day)
        self._planners.move_to_end(key)
        return self._planners[key], prepared.feed

    async def warm(self, day: date) -> None:
        """Prepare the loaded timetable and the networks of *day* and of the day after."""
        async with self._storage.reading() as unit:
            feed = await unit.feeds.get(FeedKind.TIMETABLE)
        for each in (day, day + timedelta(days=1)):
            if feed is not None and feed.covers(each):
                await self.planner(each, feed)

    async def close(self) -> None:
        """Give up what is being prepared."""
        if self._refresh is not None:
            self._refresh.cancel()
            await asyncio.gather(self._refresh, return_exceptions=True)

    async def _add(self, prepared: _Prepared, day: date) -> None:
        """Take up the planner of *day*; of those at hand the one not asked for longest goes."""
        self._planners[prepared.name, day] = await self._in_worker(
            lambda: self._planner(prepared, day)
        )
        if len(self._planners) > DAYS_AT_HAND:
            self._planners.popitem(last=False)
            files = [_schedules_file(prepared.name)]
            files += [_network_file(*key) for key in self._planners]
            await self._in_worker(lambda: self._store.retain(files))

    async def _current(self, feed: LoadedFeed) -> _Prepared:
        if self._prepared is None:
            async with self._lock:
                if self._prepared is None:
                    self._prepared = await self._prepare()
        elif self._prepared.feed != feed and (self._refresh is None or self._refresh.done()):
            self._refresh = asyncio.create_task(self._refreshed())
        return self._prepared

    async def _refreshed(self) -> None:
        """Swap in the timetable that is loaded now, together with the days that are at hand."""
        prepared = await self._prepare()
        planners: OrderedDict[tuple[str, date], Planner] = OrderedDict()
        for _, day in list(self._planners):
            if prepared.feed.covers(day):
                planners[prepared.name, day] = await self._in_worker(
                    lambda day=day: self._planner(prepared, day)  # type: ignore[misc]
                )
        self._prepared, self._planners = prepared, planners

    async def _prepare(self) -> _Prepared:
        async with self._storage.reading() as unit:
            feed = await unit.feeds.get(FeedKind.TIMETABLE)
            if feed is None:
                raise NothingLoaded(FeedKind.TIMETABLE)
            name = _name(feed)
            columns = await self._columns(unit, name)
            timetable = unit.timetable
            prepared = PlannerTimetable(
                columns=columns,
                stations=await timetable.stations(),
                links=await timetable.links(),
                interchanges=await timetable.interchanges(),
                associations=await timetable.associations(),
                station_of=await timetable.tiplocs(),
            )
        await self._in_worker(prepared.ready)
        return _Prepared(feed=feed, name=name, timetable=prepared)

    async def _columns(self, unit: UnitOfWork, name: str) -> ScheduleColumns:
        file = _schedules_file(name)
        kept = await self._in_worker(lambda: self._store.get(file))
        if kept is not None and kept.keys() == {field.name for field in fields(ScheduleColumns)}:
            return ScheduleColumns(**kept)
        columns = await unit.timetable.columns()
        # What is kept of other timetables is of no more use.
        self._store.retain([])
        await self._in_worker(lambda: self._store.put(file, columns.arrays()))
        return columns

    def _planner(self, prepared: _Prepared, day: date) -> Planner:
        file = _network_file(prepared.name, day)
        kept = self._store.get(file)
        if kept is not None and kept.keys() == {field.name for field in fields(Network)}:
            network = Network.restored(kept)
        else:
            network = build_network(prepared.timetable, day, self._holidays.flags)
            self._store.put(file, network.arrays())
        planner = Planner(prepared.timetable, network, day)
        planner.warm()
        return planner

    async def _in_worker[T](self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._workers, work)


def _schedules_file(name: str) -> str:
    return f"schedules-{name}"


def _network_file(name: str, day: date) -> str:
    return f"network-{name}-{day}"


def _name(feed: LoadedFeed) -> str:
    """Return what tells this import of a timetable from every other."""
    said = f"{LAYOUT}|{feed.version}|{feed.reference}|{feed.loaded_at.isoformat()}"
    return blake2b(said.encode(), digest_size=8).hexdigest()
