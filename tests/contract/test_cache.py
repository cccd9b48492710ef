"""`ports.cache` and `ports.locks`: one suite for the memory, Redis, and both as two tiers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from uuid import uuid4

import pytest

from railfair.adapters.memory.cache import MemoryCache
from railfair.adapters.memory.locks import MemoryLocks
from railfair.adapters.redis.cache import RedisCache
from railfair.adapters.redis.connection import RedisConnection
from railfair.adapters.redis.locks import RedisLocks
from railfair.application.tiered_cache import TieredCache
from railfair.domain.cache_keys import EVERYTHING, Kind, Scope, Subject, cache_key
from railfair.ports.cache import Cache, Entry
from railfair.ports.locks import Locks
from support.redis_server import RedisServer, connection_to, redis_server
from support.settable_clock import SettableClock

CLOCK = SettableClock()
ENTRY = Entry(body=b'{"a":1}', made_at=CLOCK.at, fresh_s=60, kept_s=600, etag="abc")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
async def connection(server: RedisServer) -> AsyncIterator[RedisConnection]:
    # A prefix full of what globs make something of.
    connection = connection_to(server.url, prefix=f"[r]?*\\{uuid4().hex}:")
    yield connection
    await connection.close()


def in_memory(clock: SettableClock, _: RedisConnection) -> Cache:
    return MemoryCache(max_bytes=1 << 20, now=clock)


def in_redis(clock: SettableClock, connection: RedisConnection) -> Cache:
    return RedisCache(connection, now=clock)


def in_both(clock: SettableClock, connection: RedisConnection) -> Cache:
    return TieredCache(MemoryCache(max_bytes=1 << 20, now=clock), RedisCache(connection, now=clock))


BACKENDS: dict[str, Callable[[SettableClock, RedisConnection], Cache]] = {
    "memory": in_memory,
    "redis": in_redis,
    "two-tier": in_both,
}


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture(params=BACKENDS)
async def cache(
    request: pytest.FixtureRequest, clock: SettableClock, connection: RedisConnection
) -> AsyncIterator[Cache]:
    cache = BACKENDS[request.param](clock, connection)
    yield cache
    await cache.close()


def key(kind: Kind, origin: str = "NRW", destination: str = "LST", **more: str) -> str:
    return cache_key(kind, "v1", more, origin=origin, destination=destination)


FARES = key(Kind.FARES)
PREDICTION = key(Kind.PREDICTIONS)


async def test_nothing_is_there_at_first(cache: Cache) -> None:
    assert await cache.get(FARES) is None


@pytest.mark.parametrize("body", [b"", b"\x00\xff\r\n", b"x" * 100_000])
async def test_an_entry_comes_back_as_it_was(cache: Cache, body: bytes) -> None:
    entry = replace(ENTRY, body=body, etag="\N{POUND SIGN}")
    assert await cache.put(FARES, entry)
    assert await cache.get(FARES) == entry
    assert await cache.get(PREDICTION) is None


async def test_a_later_entry_takes_the_place_of_an_earlier_one(cache: Cache) -> None:
    await cache.put(FARES, ENTRY)
    later = replace(ENTRY, body=b"later")
    await cache.put(FARES, later)
    assert await cache.get(FARES) == later


async def test_an_entry_is_there_while_stale_and_gone_after_that(
    cache: Cache, clock: SettableClock
) -> None:
    await cache.put(FARES, ENTRY)
    clock.advance(599)
    found = await cache.get(FARES)
    assert found == ENTRY
    assert not found.is_fresh(clock())
    clock.advance(1)
    assert await cache.get(FARES) is None


ALL = [
    FARES,
    key(Kind.FARES, "LST", "NRW"),
    PREDICTION,
    key(Kind.PRICED_PREDICTIONS),
    key(Kind.PLANS),
    key(Kind.STATISTICS, time="NRW-LST:x"),
    key(Kind.PLACES, "", "", q=":NRW-LST:"),
]


@pytest.mark.parametrize(
    ("scope", "gone"),
    [
        (EVERYTHING, [0, 1, 2, 3, 4, 5, 6]),
        (Scope(Subject.FARES), [0, 1, 3, 4]),
        (Scope(Subject.PREDICTIONS), [2, 3, 4]),
        (Scope(Subject.PLANS), [4]),
        (Scope(Subject.STATISTICS), [5]),
        (Scope.route("NRW", "LST"), [0, 2, 3, 4, 5]),
        (Scope.route("N*", "LST"), []),
        (Scope.route("NR?", "LST"), []),
        (Scope.route("[N]RW", "LST"), []),
        (Scope.route("NRW-LST:*", ""), []),
    ],
)
async def test_an_invalidation_forgets_its_scope_and_counts(
    cache: Cache, scope: Scope, gone: list[int]
) -> None:
    for each in ALL:
        await cache.put(each, ENTRY)
    assert await cache.invalidate(scope) == len(gone)
    left = [index for index, each in enumerate(ALL) if await cache.get(each) is not None]
    assert left == [index for index in range(len(ALL)) if index not in gone]


async def test_thousands_of_entries_go_at_once(cache: Cache) -> None:
    for number in range(1_200):
        await cache.put(key(Kind.FARES, time=str(number)), ENTRY)
    await cache.put(PREDICTION, ENTRY)
    assert await cache.invalidate(Scope(Subject.FARES)) == 1_200
    assert await cache.get(PREDICTION) == ENTRY


async def test_what_was_begun_before_an_invalidation_is_not_kept_after_it(cache: Cache) -> None:
    mark = await cache.mark()
    assert await cache.put(FARES, ENTRY, since=mark)
    await cache.invalidate(EVERYTHING)
    assert not await cache.put(FARES, ENTRY, since=mark)
    assert await cache.get(FARES) is None
    assert await cache.put(FARES, ENTRY, since=await cache.mark())
    assert await cache.get(FARES) == ENTRY


async def test_other_processes_learn_what_was_invalidated(
    connection: RedisConnection, clock: SettableClock
) -> None:
    one, other = RedisCache(connection, now=clock), RedisCache(connection, now=clock)
    start = await other.mark()
    await one.invalidate(Scope.route("NRW", "LST"))
    await one.invalidate(Scope(Subject.FARES))
    news = await other.invalidated(start)
    assert news.scopes == (Scope.route("NRW", "LST"), Scope(Subject.FARES))
    assert (await other.invalidated(news.mark)).scopes == ()
    assert (await one.invalidated(start)).scopes == ()


async def test_who_missed_too_many_invalidations_forgets_everything(
    connection: RedisConnection, clock: SettableClock
) -> None:
    one, other = RedisCache(connection, now=clock), RedisCache(connection, now=clock)
    await one.invalidate(Scope(Subject.PLANS))
    start = await other.mark()
    for _ in range(65):
        await one.invalidate(Scope(Subject.FARES))
    assert (await other.invalidated(start)).scopes == (EVERYTHING,)


async def test_tiers_of_two_processes_forget_together(
    connection: RedisConnection, clock: SettableClock
) -> None:
    here, there = in_both(clock, connection), in_both(clock, connection)
    assert isinstance(there, TieredCache)
    assert there.shared is not None
    await there.follow(there.shared)
    await here.put(FARES, ENTRY)
    assert await there.get(FARES) == ENTRY
    assert there.peek(FARES) == ENTRY
    await here.invalidate(Scope(Subject.FARES))
    await there.follow(there.shared)
    assert there.peek(FARES) is None


# --- locks ---------------------------------------------------------------------------------------


@pytest.fixture(params=["memory", "redis"])
def locks(request: pytest.FixtureRequest, connection: RedisConnection) -> Locks:
    if request.param == "memory":
        return MemoryLocks(now=lambda: asyncio.get_running_loop().time())
    return RedisLocks(connection)


async def test_a_lock_has_one_holder_until_it_is_released(locks: Locks) -> None:
    token = await locks.acquire("a", held_s=60)
    assert token is not None
    assert await locks.acquire("a", held_s=60) is None
    assert await locks.acquire("b", held_s=60) is not None
    await locks.release("a", "somebody else's")
    assert await locks.acquire("a", held_s=60) is None
    await locks.release("a", token)
    assert await locks.acquire("a", held_s=60) is not None


async def test_a_lock_ends_by_itself_and_its_old_holder_cannot_release_the_next(
    locks: Locks,
) -> None:
    old = await locks.acquire("a", held_s=0.05)
    assert old is not None
    new = None
    async with asyncio.timeout(10):
        while new is None:
            await asyncio.sleep(0.01)
            new = await locks.acquire("a", held_s=60)
    await locks.release("a", old)
    assert await locks.acquire("a", held_s=60) is None
