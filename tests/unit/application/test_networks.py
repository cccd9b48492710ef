"""Networks: built once, kept, handed out to all, and exchanged for those of a new timetable."""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from datetime import date, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from railfair.adapters.clock.clock import FixedClock
from railfair.adapters.files.array_store import FileArrayStore
from railfair.adapters.memory.array_store import MemoryArrayStore
from railfair.adapters.memory.storage import MemoryStorage
from railfair.application.networks import DAYS_AT_HAND, Networks
from railfair.domain.errors import NothingLoaded, StorageUnavailable
from railfair.domain.feed import FeedKind, FeedSource, LoadedFeed
from railfair.domain.planner.search import Planner
from railfair.domain.timetable import Schedule
from railfair.ports.array_store import ArrayStore
from railfair.ports.storage import Storage, UnitOfWork
from support.railways import from_to, place
from support.running import NoHolidays
from support.timetables import FIRST_DAY, LAST_DAY, call, minutes, train

MONDAY, TUESDAY = date(2026, 2, 9), date(2026, 2, 10)
EIGHT = train("A10008", call("AYT", dep="08:00"), call("CEE", arr="08:30"))
NINE = train("A10009", call("AYT", dep="09:00"), call("CEE", arr="09:30"))
TEN = train("A10010", call("AYT", dep="10:00"), call("CEE", arr="10:30"))


class WatchedStore:
    """A store that remembers what was put, and that may make who asks wait."""

    def __init__(self, store: ArrayStore | None = None) -> None:
        self._store = store or MemoryArrayStore()
        self.put_names: list[str] = []
        self.open = Event()
        self.open.set()

    def get(self, name: str) -> Mapping[str, NDArray[Any]] | None:
        if name.startswith("schedules-"):
            assert self.open.wait(timeout=30)
        return self._store.get(name)

    def put(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        self.put_names.append(name)
        self._store.put(name, arrays)

    def retain(self, names: Collection[str]) -> None:
        self._store.retain(names)


class Failing:
    """A storage that cannot be read while it *fails*."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.fails = False

    def reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        if self.fails:
            raise StorageUnavailable("the database is busy")
        return self._storage.reading()

    def writing(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._storage.writing()


async def load(
    storage: Storage,
    *schedules: Schedule,
    version: str = "RJTTF901",
    loaded_on: date = MONDAY,
    last_day: date = LAST_DAY,
) -> LoadedFeed:
    """Put a timetable in place of what is there."""
    feed = LoadedFeed(
        kind=FeedKind.TIMETABLE,
        version=version,
        source=FeedSource.IMPORT,
        loaded_at=FixedClock(loaded_on).now(),
        first_day=FIRST_DAY,
        last_day=last_day,
    )
    async with storage.writing() as unit:
        await unit.timetable.clear()
        await unit.timetable.put_stations([place("AYT", 5), place("CEE", 5)])
        await unit.timetable.put_schedules(schedules, are_manual=False)
        await unit.feeds.put(feed)
    return feed


@pytest.fixture
def storage() -> MemoryStorage:
    return MemoryStorage()


@pytest.fixture
def store() -> WatchedStore:
    return WatchedStore()


@pytest.fixture
def workers() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(3) as workers:
        yield workers


@pytest.fixture
def networks(storage: MemoryStorage, store: WatchedStore, workers: ThreadPoolExecutor) -> Networks:
    return Networks(storage, NoHolidays(), store, workers)


def departures(planner: Planner) -> list[int]:
    """Return when the trains from Ayton to Ceeham leave."""
    found = planner.leaving(from_to("AYT", "CEE"), 0, minutes("23:59"))
    return [journey.departs_min for journey in found]


def days(number: int) -> list[date]:
    return [MONDAY + timedelta(days=n) for n in range(number)]


async def until_ready(networks: Networks, feed: LoadedFeed) -> None:
    """Let others work until *feed* is ready to be searched."""
    async with asyncio.timeout(30):
        while networks.feed != feed:  # noqa: ASYNC110 - nothing tells when it is
            await asyncio.sleep(0)


def cut_off(folder: Path) -> int:
    """Take the last byte of every file, and return how many there are."""
    files = list(folder.iterdir())
    for file in files:
        file.write_bytes(file.read_bytes()[:-1])
    return len(files)


# --- building, once ------------------------------------------------------------------------------


async def test_a_planner_is_of_the_day_and_of_the_timetable(
    storage: MemoryStorage, networks: Networks
) -> None:
    only_mondays = train("A10011", call("AYT", dep="11:00"), call("CEE", arr="12:00"),
                         days="1000000")  # fmt: skip
    feed = await load(storage, EIGHT, only_mondays)
    assert networks.feed is None
    for day, expected in ((MONDAY, ["08:00", "11:00"]), (TUESDAY, ["08:00"])):
        planner, searched = await networks.planner(day, feed)
        assert planner.day == day
        assert departures(planner) == [minutes(clock) for clock in expected]
        assert searched == networks.feed == feed


async def test_a_planner_is_handed_out_again(storage: MemoryStorage, networks: Networks) -> None:
    feed = await load(storage, EIGHT)
    first, _ = await networks.planner(MONDAY, feed)
    other, _ = await networks.planner(TUESDAY, feed)
    again, _ = await networks.planner(MONDAY, feed)
    assert again is first
    assert other is not first


async def test_who_asks_at_once_gets_the_one_that_is_built(
    storage: MemoryStorage, store: WatchedStore, networks: Networks
) -> None:
    feed = await load(storage, EIGHT)
    asked = [networks.planner(day, feed) for _ in range(8) for day in (MONDAY, TUESDAY)]
    planners = [planner for planner, _ in await asyncio.gather(*asked)]
    assert len({id(planner) for planner in planners}) == 2
    assert {planner.day for planner in planners} == {MONDAY, TUESDAY}
    # The schedules, and two networks.
    assert len(store.put_names) == len(set(store.put_names)) == 3


async def test_the_planners_used_last_are_kept(
    storage: MemoryStorage, store: WatchedStore, networks: Networks
) -> None:
    feed = await load(storage, EIGHT)
    each = {day: (await networks.planner(day, feed))[0] for day in days(DAYS_AT_HAND)}
    await networks.planner(MONDAY, feed)
    await networks.planner(MONDAY + timedelta(days=DAYS_AT_HAND), feed)
    built = list(store.put_names)
    assert (await networks.planner(MONDAY, feed))[0] is each[MONDAY]
    forgotten, _ = await networks.planner(TUESDAY, feed)
    assert forgotten is not each[TUESDAY]
    assert departures(forgotten) == departures(each[TUESDAY])
    # What no process has at hand is not kept for ever in the store either.
    assert len(store.put_names) == len(built) + 1


async def test_today_and_tomorrow_are_prepared_before_anybody_asks(
    storage: MemoryStorage, store: WatchedStore, networks: Networks
) -> None:
    feed = await load(storage, EIGHT)
    await networks.warm(MONDAY)
    assert networks.feed == feed
    built = list(store.put_names)
    assert len(built) == 3
    for day in (MONDAY, TUESDAY):
        await networks.planner(day, feed)
    assert store.put_names == built


@pytest.mark.parametrize(("day", "networks_built"), [(LAST_DAY, 1), (date(2027, 5, 5), 0)])
async def test_days_that_the_timetable_does_not_cover_are_not_prepared(
    storage: MemoryStorage,
    store: WatchedStore,
    networks: Networks,
    day: date,
    networks_built: int,
) -> None:
    await load(storage, EIGHT)
    await networks.warm(day)
    assert sum(name.startswith("network-") for name in store.put_names) == networks_built


async def test_without_a_timetable_there_is_nothing_to_prepare(networks: Networks) -> None:
    await networks.warm(MONDAY)
    assert networks.feed is None


async def test_a_timetable_that_is_gone_cannot_be_searched(
    storage: MemoryStorage, networks: Networks
) -> None:
    feed = await load(storage, EIGHT)
    with pytest.raises(NothingLoaded) as caught:
        await Networks(
            MemoryStorage(), NoHolidays(), MemoryArrayStore(), networks._workers
        ).planner(MONDAY, feed)
    assert caught.value.feed is FeedKind.TIMETABLE


async def test_a_timetable_that_lands_later_is_found(
    storage: MemoryStorage, networks: Networks
) -> None:
    empty = LoadedFeed(
        kind=FeedKind.TIMETABLE, version="RJTTF900", source=FeedSource.IMPORT,
        loaded_at=FixedClock(MONDAY).now(), first_day=FIRST_DAY, last_day=LAST_DAY,
    )  # fmt: skip
    with pytest.raises(NothingLoaded):
        await networks.planner(MONDAY, empty)
    feed = await load(storage, EIGHT)
    planner, searched = await networks.planner(MONDAY, feed)
    assert searched == feed
    assert departures(planner) == [minutes("08:00")]


# --- kept between processes ----------------------------------------------------------------------


async def test_another_process_reads_what_one_has_built(
    storage: MemoryStorage, store: WatchedStore, workers: ThreadPoolExecutor
) -> None:
    feed = await load(storage, EIGHT, NINE)
    first, _ = await Networks(storage, NoHolidays(), store, workers).planner(MONDAY, feed)
    built = list(store.put_names)
    second, _ = await Networks(storage, NoHolidays(), store, workers).planner(MONDAY, feed)
    assert store.put_names == built
    assert second is not first
    for name, array in first.network.arrays().items():
        assert np.array_equal(second.network.arrays()[name], array), name
    assert departures(second) == [minutes("08:00"), minutes("09:00")]


async def test_networks_of_a_timetable_are_not_those_of_the_same_version_loaded_later(
    storage: MemoryStorage, store: WatchedStore, workers: ThreadPoolExecutor
) -> None:
    feed = await load(storage, EIGHT)
    await Networks(storage, NoHolidays(), store, workers).planner(MONDAY, feed)
    feed = await load(storage, NINE, loaded_on=TUESDAY)
    planner, _ = await Networks(storage, NoHolidays(), store, workers).planner(MONDAY, feed)
    assert departures(planner) == [minutes("09:00")]


async def test_what_is_kept_of_an_older_timetable_is_forgotten(
    storage: MemoryStorage, store: WatchedStore, workers: ThreadPoolExecutor
) -> None:
    feed = await load(storage, EIGHT)
    await Networks(storage, NoHolidays(), store, workers).planner(MONDAY, feed)
    older = list(store.put_names)
    feed = await load(storage, NINE, version="RJTTF902")
    await Networks(storage, NoHolidays(), store, workers).planner(MONDAY, feed)
    assert all(store.get(name) is None for name in older)
    assert all(store.get(name) is not None for name in store.put_names[len(older) :])


async def test_what_is_kept_in_another_form_is_built_anew(
    storage: MemoryStorage, store: WatchedStore, workers: ThreadPoolExecutor
) -> None:
    feed = await load(storage, EIGHT)
    await Networks(storage, NoHolidays(), store, workers).planner(MONDAY, feed)
    built = list(store.put_names)
    for name in built:
        arrays = store.get(name)
        assert arrays is not None
        store.put(name, {key: arrays[key] for key in list(arrays)[1:]})
    store.put_names.clear()
    planner, _ = await Networks(storage, NoHolidays(), store, workers).planner(MONDAY, feed)
    assert departures(planner) == [minutes("08:00")]
    assert store.put_names == built


async def test_damaged_files_are_built_anew(
    storage: MemoryStorage, workers: ThreadPoolExecutor, tmp_path: Path
) -> None:
    feed = await load(storage, EIGHT)
    store = WatchedStore(FileArrayStore(tmp_path))
    await Networks(storage, NoHolidays(), store, workers).planner(MONDAY, feed)
    assert cut_off(tmp_path) == 2
    planner, _ = await Networks(storage, NoHolidays(), store, workers).planner(MONDAY, feed)
    assert departures(planner) == [minutes("08:00")]
    assert len(store.put_names) == 4
    # Whole again, they are read.
    await Networks(storage, NoHolidays(), store, workers).planner(MONDAY, feed)
    assert len(store.put_names) == 4


async def test_where_nothing_can_be_kept_networks_are_built_all_the_same(
    storage: MemoryStorage, workers: ThreadPoolExecutor, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")
    feed = await load(storage, EIGHT)
    store = FileArrayStore(tmp_path / "file" / "networks")
    for _ in range(2):
        networks = Networks(storage, NoHolidays(), store, workers)
        assert departures((await networks.planner(MONDAY, feed))[0]) == [minutes("08:00")]


# --- a new timetable -----------------------------------------------------------------------------


async def test_the_old_timetable_is_searched_until_the_new_one_is_ready(
    storage: MemoryStorage, store: WatchedStore, networks: Networks
) -> None:
    old = await load(storage, EIGHT)
    first, _ = await networks.planner(MONDAY, old)
    store.open.clear()
    new = await load(storage, NINE, version="RJTTF902")
    for _ in range(3):
        assert await networks.planner(MONDAY, new) == (first, old)
    # A day that nobody asked for before is of the old one as well.
    other, searched = await networks.planner(TUESDAY, new)
    assert (departures(other), searched) == ([minutes("08:00")], old)
    assert networks.feed == old
    store.open.set()
    await until_ready(networks, new)
    for day in (MONDAY, TUESDAY):
        planner, searched = await networks.planner(day, new)
        assert (departures(planner), searched) == ([minutes("09:00")], new)


async def test_who_has_an_old_planner_may_go_on_with_it(
    storage: MemoryStorage, networks: Networks
) -> None:
    old = await load(storage, EIGHT)
    planner, _ = await networks.planner(MONDAY, old)
    new = await load(storage, NINE, version="RJTTF902")
    await networks.planner(MONDAY, new)
    await until_ready(networks, new)
    assert departures(planner) == [minutes("08:00")]


async def test_no_answer_is_mixed_and_none_fails_while_timetables_come_and_go(
    storage: MemoryStorage, networks: Networks
) -> None:
    leaves = {"RJTTF901": "08:00", "RJTTF902": "09:00", "RJTTF903": "10:00"}
    feed = await load(storage, EIGHT)
    told: list[str] = []

    async def ask(day: date) -> None:
        planner, searched = await networks.planner(day, feed)
        assert planner.day == day
        assert departures(planner) == [minutes(leaves[searched.version])]
        told.append(searched.version)

    for version, schedule in (("RJTTF902", NINE), ("RJTTF903", TEN)):
        await asyncio.gather(*(ask(day) for day in days(4)))
        feed = await load(storage, schedule, version=version)
        while networks.feed != feed:
            await asyncio.gather(*(ask(day) for day in days(4)))
    await asyncio.gather(*(ask(day) for day in days(4)))
    assert list(dict.fromkeys(told)) == list(leaves)
    assert told == sorted(told)


async def test_the_old_timetable_goes_on_if_the_new_one_cannot_be_read_at_first(
    storage: MemoryStorage, store: WatchedStore, workers: ThreadPoolExecutor
) -> None:
    failing = Failing(storage)
    networks = Networks(failing, NoHolidays(), store, workers)
    old = await load(storage, EIGHT)
    first, _ = await networks.planner(MONDAY, old)
    new = await load(storage, NINE, version="RJTTF902")
    failing.fails = True
    for _ in range(5):
        assert await networks.planner(MONDAY, new) == (first, old)
        await asyncio.sleep(0)
    failing.fails = False
    async with asyncio.timeout(30):
        while networks.feed != new:
            await networks.planner(MONDAY, new)
            await asyncio.sleep(0)
    assert departures((await networks.planner(MONDAY, new))[0]) == [minutes("09:00")]
    await networks.close()


async def test_closing_gives_up_what_is_being_prepared(
    storage: MemoryStorage, store: WatchedStore, networks: Networks
) -> None:
    old = await load(storage, EIGHT)
    await networks.planner(MONDAY, old)
    store.open.clear()
    new = await load(storage, NINE, version="RJTTF902")
    await networks.planner(MONDAY, new)
    await asyncio.sleep(0)
    await networks.close()
    store.open.set()
    assert networks.feed == old
    await networks.close()


async def test_closing_what_was_never_used_is_nothing(networks: Networks) -> None:
    await networks.close()
    assert networks.feed is None
