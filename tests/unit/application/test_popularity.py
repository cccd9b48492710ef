"""Which routes are asked for most: counted here, put together there, decayed with time."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date, timedelta

import pytest

from railfair.adapters.clock.clock import FixedClock
from railfair.adapters.memory.storage import MemoryStorage, MemoryUnitOfWork
from railfair.application.popularity import MOST_PENDING, Popularity
from railfair.application.stations import StationDirectory
from railfair.domain.codes import Crs
from railfair.domain.errors import StorageUnavailable
from railfair.domain.popularity import HALF_LIFE, Route, requests, weight
from support.running import DAY, ayton_to_ceeham, take

ROUTE: Route = (Crs("AYT"), Crs("CEE"))
BACK: Route = (Crs("CEE"), Crs("AYT"))
TODAY = date(2026, 11, 25)


class Busy(MemoryStorage):
    """A storage that another one writes to as long as *is_busy*."""

    is_busy = True

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[MemoryUnitOfWork]:
        if self.is_busy:
            raise StorageUnavailable("another import is writing")
        async with super().writing() as unit:
            yield unit


class Shared:
    """Weights that processes share, as long as it *answers*."""

    def __init__(self) -> None:
        self.answers = True
        self.kept: dict[Route, float] = {}

    async def add(self, weights: Mapping[Route, float]) -> bool:
        if self.answers:
            self.kept |= weights
        return self.answers

    async def heaviest(self, limit: int) -> list[tuple[Route, float]]:
        return list(self.kept.items())[:limit] if self.answers else []


def counted(popularity: Popularity, route: Route, times: int) -> None:
    for _ in range(times):
        popularity.count(route)


async def shown(popularity: Popularity, limit: int = 10) -> dict[Route, float]:
    found = await popularity.popular(limit, StationDirectory())
    return {(r.origin.crs, r.destination.crs): round(r.requests, 9) for r in found.routes}


def test_a_request_counts_half_after_the_half_life() -> None:
    now = FixedClock(TODAY).now()
    assert requests(weight(now - HALF_LIFE), now) == pytest.approx(0.5)
    assert requests(weight(now + 10_000 * HALF_LIFE), now + 10_000 * HALF_LIFE) == 1


async def test_what_was_counted_shows_before_and_after_it_is_put_away() -> None:
    popularity = Popularity(MemoryStorage(), None, FixedClock(TODAY))
    counted(popularity, ROUTE, 3)
    counted(popularity, BACK, 1)
    assert await shown(popularity) == {ROUTE: 3, BACK: 1}
    await popularity.flush()
    counted(popularity, BACK, 3)
    assert list((await shown(popularity)).items()) == [(BACK, 4), (ROUTE, 3)]
    assert await shown(popularity, 1) == {BACK: 4}


async def test_processes_add_up_and_what_is_long_ago_counts_less() -> None:
    storage = MemoryStorage()
    for day in (TODAY - timedelta(days=14), TODAY, TODAY):
        process = Popularity(storage, None, FixedClock(day))
        counted(process, ROUTE, 2)
        await process.flush()
    assert await shown(Popularity(storage, None, FixedClock(TODAY))) == {ROUTE: 5}


async def test_what_cannot_be_put_away_is_kept_with_what_comes_meanwhile() -> None:
    storage = Busy()
    popularity = Popularity(storage, None, FixedClock(TODAY))
    counted(popularity, ROUTE, 2)
    with pytest.raises(StorageUnavailable):
        await popularity.flush()
    counted(popularity, ROUTE, 1)
    storage.is_busy = False
    await popularity.flush()
    await popularity.flush()
    assert await shown(Popularity(storage, None, FixedClock(TODAY))) == {ROUTE: 3}


async def test_while_what_is_shared_is_lost_the_database_takes_its_place() -> None:
    storage, shared = MemoryStorage(), Shared()
    popularity = Popularity(storage, shared, FixedClock(TODAY))
    counted(popularity, ROUTE, 2)
    await popularity.flush()
    shared.answers = False
    counted(popularity, ROUTE, 1)
    await popularity.flush()
    assert await shown(popularity) == {ROUTE: 1}
    shared.answers = True
    assert await shown(popularity) == {ROUTE: 3}


async def test_no_more_routes_are_counted_at_once_than_may_be_kept() -> None:
    popularity = Popularity(MemoryStorage(), None, FixedClock(TODAY))
    for number in range(MOST_PENDING + 10):
        popularity.count((Crs("AYT"), Crs(str(number))))
    assert len(popularity._pending) == MOST_PENDING


async def test_the_share_on_time_follows_what_is_imported() -> None:
    storage = MemoryStorage()
    await take(storage, [ayton_to_ceeham(0), ayton_to_ceeham(5, dep="10:00")])
    popularity = Popularity(storage, None, FixedClock(TODAY))
    counted(popularity, ROUTE, 2)
    counted(popularity, BACK, 1)
    found = (await popularity.popular(10, StationDirectory())).routes
    assert [one.on_time for one in found] == [0.5, None]
    next_day = DAY + timedelta(days=1)
    await take(storage, [ayton_to_ceeham(9, next_day)], today=next_day)
    found = (await popularity.popular(10, StationDirectory())).routes
    assert [one.on_time for one in found] == [1 / 3, None]
