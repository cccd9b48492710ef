"""Redis killed, stalled, full, and talking rubbish: nobody notices but the counters."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from railfair.adapters.memory.cache import MemoryCache
from railfair.adapters.memory.rate_limiter import MemoryRateLimiter
from railfair.adapters.redis.cache import RedisCache
from railfair.adapters.redis.connection import RedisConnection, RedisLost
from railfair.adapters.redis.locks import RedisLocks
from railfair.adapters.redis.rate_limiter import RedisRateLimiter
from railfair.application.cached import CachedAnswers, Lifetime, Outcome
from railfair.application.tiered_cache import Tier, TieredCache
from railfair.domain.cache_keys import EVERYTHING, Kind, Scope, Subject, cache_key
from railfair.domain.quota import Quota
from railfair.ports.cache import Entry
from support.redis_server import RedisServer, connection_to, redis_server

LIFETIMES = dict.fromkeys(Kind, Lifetime(fresh_s=1000, stale_s=1000))
SHORT_S = 0.1
QUOTA = Quota(limit=10, window_s=3600)


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """Yield a server to be ill-treated."""
    with redis_server(tmp_path) as server:
        yield server


def a_key(number: int = 0) -> str:
    return cache_key(Kind.FARES, "v1", {"n": number}, origin="NRW", destination="LST")


def an_entry(body: bytes = b"body") -> Entry:
    return Entry(body=body, made_at=time.time(), fresh_s=1000, kept_s=2000)


@asynccontextmanager
async def process(
    url: str, *, prefix: str = "railfair:", timeout_s: float = 5.0
) -> AsyncIterator[tuple[CachedAnswers, RedisConnection]]:
    """Open what one process has."""
    connection = connection_to(url, prefix=prefix, timeout_s=timeout_s)
    tiers = TieredCache(
        MemoryCache(max_bytes=1 << 20, now=time.time),
        RedisCache(connection, now=time.time),
        poll_s=0.05,
    )
    answers = CachedAnswers(
        tiers, RedisLocks(connection), LIFETIMES, now=time.time, random=lambda: 0.5
    )
    await answers.start()
    try:
        yield answers, connection
    finally:
        await answers.close()
        await connection.close()


def computing(body: bytes, made: list[bytes]) -> Callable[[], Awaitable[bytes]]:
    async def compute() -> bytes:
        made.append(body)
        await asyncio.sleep(0.05)
        return body

    return compute


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await condition():  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0.01)


async def assert_it_does_without(answers: CachedAnswers, connection: RedisConnection) -> None:
    """Check that everything works at once, and that the breaker opens."""
    limiter = RedisRateLimiter(
        connection, MemoryRateLimiter(now=time.monotonic), now=time.monotonic
    )
    client = uuid4().hex
    for number in range(100, 110):
        made: list[bytes] = []
        async with asyncio.timeout(20 * SHORT_S):
            answer = await answers.get(a_key(number), computing(b"new", made))
        assert (answer.outcome, made) == (Outcome.MISS, [b"new"])
        answer = await answers.get(a_key(number), computing(b"newer", made))
        assert (answer.outcome, answer.tier) == (Outcome.HIT, Tier.LOCAL)
    allowed = [
        (limiter.take(client, QUOTA) or await limiter.lease(client, QUOTA)).allowed
        for _ in range(12)
    ]
    assert allowed == [True] * 10 + [False] * 2
    assert connection.breaker.openings >= 1
    assert connection.failures >= 3


async def is_shared_again(answers: CachedAnswers, number: int) -> bool:
    assert answers.tiers is not None
    return await answers.tiers.put_shared(a_key(number), an_entry())


async def test_killed_and_back_again(server: RedisServer) -> None:
    async with process(server.url, timeout_s=SHORT_S) as (answers, connection):
        await answers.get(a_key(), computing(b"old", []))
        server.kill()
        assert (await answers.get(a_key(), computing(b"x", []))).outcome is Outcome.HIT
        await assert_it_does_without(answers, connection)
        assert answers.is_degraded or connection.breaker.openings
        server.start()
        await until(lambda: is_shared_again(answers, 1))
        assert not answers.is_degraded
        assert answers.tiers is not None
        assert answers.tiers.shared is not None
        assert await answers.tiers.shared.get(a_key(1)) is not None


async def test_stalled_and_back_again(server: RedisServer) -> None:
    async with process(server.url, timeout_s=SHORT_S) as (answers, connection):
        await answers.get(a_key(), computing(b"old", []))
        server.pause()
        try:
            await assert_it_does_without(answers, connection)
        finally:
            server.resume()
        await until(lambda: is_shared_again(answers, 1))


async def test_an_invalidation_while_redis_is_stalled_is_made_up_for(server: RedisServer) -> None:
    async with process(server.url, timeout_s=SHORT_S) as (answers, _):
        assert answers.tiers is not None
        shared = answers.tiers.shared
        assert shared is not None
        await until(lambda: is_shared_again(answers, 1))
        await answers.tiers.get(a_key(1))
        server.pause()
        try:
            assert await answers.invalidate(Scope(Subject.FARES)) == 1
        finally:
            server.resume()
        assert await shared.get(a_key(1)) is None
        await until(lambda: is_shared_again(answers, 2))
        assert await shared.get(a_key(1)) is None
        assert await shared.get(a_key(2)) is not None


async def test_full_it_is_read_but_not_written(tmp_path: Path) -> None:
    options = ("--maxmemory", "3mb", "--maxmemory-policy", "noeviction")
    with redis_server(tmp_path, *options) as server:
        async with process(server.url) as (answers, connection):
            assert answers.tiers is not None
            shared = answers.tiers.shared
            assert shared is not None
            kept = 0
            while await shared.put(a_key(kept), an_entry(b"x" * 100_000)):
                kept += 1
            assert kept > 0
            assert connection.refusals > 0
            assert not shared.is_lost
            assert await shared.get(a_key(0)) is not None
            assert (await answers.get(a_key(0), computing(b"y", []))).outcome is Outcome.HIT
            made: list[bytes] = []
            for number in range(1000, 1010):
                await answers.get(a_key(number), computing(b"new", made))
            assert len(made) == 10
            assert not shared.is_lost
            await answers.invalidate(EVERYTHING)
            await until(lambda: is_shared_again(answers, 5))


async def garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while await reader.read(1 << 16):
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n$-7\r\n*3\r\n\xff\xfe")
            await writer.drain()
    writer.close()


async def test_a_server_that_talks_rubbish_is_left_alone() -> None:
    rubbish = await asyncio.start_server(garbage, "127.0.0.1", 0)
    port = rubbish.sockets[0].getsockname()[1]
    async with process(f"redis://127.0.0.1:{port}", timeout_s=SHORT_S) as (answers, connection):
        await assert_it_does_without(answers, connection)
    rubbish.close()


@pytest.mark.parametrize(
    "said", [b":5", b"+OK", b"*0", b"*1\r\n:1", b"*2\r\n:1\r\n:1", b"*2\r\n$1\r\nx\r\n$-1"]
)
async def test_a_server_that_answers_something_else_harms_nobody(said: bytes) -> None:
    async def something_else(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while asked := await reader.read(1 << 16):
                # One answer for each command, which begins with the number of its words.
                writer.write(
                    (said + b"\r\n") * sum(each.startswith(b"*") for each in asked.split(b"\r\n"))
                )
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(something_else, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    url = f"redis://127.0.0.1:{port}"
    async with process(url, timeout_s=SHORT_S) as (answers, connection):
        for number in range(5):
            answer = await answers.get(a_key(number), computing(b"new", []))
            assert answer.entry.body == b"new"
        assert await answers.invalidate(EVERYTHING) == 5
        assert answers.tiers is not None
        assert answers.tiers.shared is not None
        await answers.tiers.follow(answers.tiers.shared)
        alone = MemoryRateLimiter(now=time.monotonic)
        limiter = RedisRateLimiter(connection, alone, now=time.monotonic)
        for _ in range(3):
            allowance = limiter.take("one", QUOTA) or await limiter.lease("one", QUOTA)
            assert allowance.remaining <= QUOTA.limit
    server.close()


@pytest.mark.parametrize("damage", ["nothing", "other", "cut", "flipped", "swapped", "list"])
async def test_a_damaged_value_is_a_miss(shared_server: RedisServer, damage: str) -> None:
    prefix = f"{uuid4().hex}:"
    async with (
        process(shared_server.url, prefix=prefix) as (answers, _),
        Redis.from_url(shared_server.url) as redis,
    ):
        assert answers.tiers is not None
        shared = answers.tiers.shared
        assert isinstance(shared, RedisCache)
        await shared.put(a_key(0), an_entry())
        await shared.put(a_key(1), an_entry(b"other"))
        name, other = (f"{prefix}answer:{a_key(number)}" for number in (0, 1))
        value = await redis.get(name)
        assert isinstance(value, bytes)
        damaged = {
            "nothing": b"",
            "other": b"\x80\x04\x95 a pickle",
            "cut": value[:-1],
            "flipped": value[:-1] + bytes([value[-1] ^ 1]),
            "swapped": await redis.get(other),
            "list": None,
        }[damage]
        await redis.delete(name)
        if damaged is None:
            await redis.rpush(name, "a", "b")
        else:
            await redis.set(name, damaged)
        assert await shared.get(a_key(0)) is None
        assert shared.unreadable == (damaged is not None)
        answer = await answers.get(a_key(0), computing(b"new", []))
        assert answer.outcome is Outcome.MISS
        await until(lambda: _is_kept(shared, b"new"))


async def _is_kept(shared: RedisCache, body: bytes) -> bool:
    entry = await shared.get(a_key(0))
    return entry is not None and entry.body == body


async def test_callers_that_give_up_do_not_mix_up_answers(shared_server: RedisServer) -> None:
    connection = connection_to(shared_server.url, prefix=f"{uuid4().hex}:")
    cache = RedisCache(connection, now=time.time)
    for number in range(20):
        await cache.put(a_key(number), an_entry(b"%d" % number))
    for turn in range(20):
        asked = [asyncio.create_task(cache.get(a_key(number))) for number in range(20)]
        for _ in range(turn):
            await asyncio.sleep(0)
        for task in asked[::2]:
            task.cancel()
        found = await asyncio.gather(*asked, return_exceptions=True)
        for number, entry in enumerate(found):
            assert isinstance(entry, asyncio.CancelledError) or (
                isinstance(entry, Entry) and entry.body == b"%d" % number
            )
    assert cache.unreadable == connection.failures == 0
    await connection.close()


# --- two processes -------------------------------------------------------------------------------


async def test_two_processes_compute_once(shared_server: RedisServer) -> None:
    prefix, made = f"{uuid4().hex}:", list[bytes]()
    async with (
        process(shared_server.url, prefix=prefix) as (one, _),
        process(shared_server.url, prefix=prefix) as (other, _),
    ):
        asked = [each.get(a_key(), computing(b"a", made)) for each in (one, other) * 50]
        found = await asyncio.gather(*asked)
    assert made == [b"a"]
    assert {one.entry.body for one in found} == {b"a"}
    assert {one.outcome for one in found} == {Outcome.MISS, Outcome.HIT}


async def test_when_the_one_that_computes_fails_the_other_does_it(
    shared_server: RedisServer,
) -> None:
    prefix = f"{uuid4().hex}:"
    begun = asyncio.Event()

    async def failing() -> bytes:
        begun.set()
        await asyncio.sleep(0.05)
        raise ValueError

    async with (
        process(shared_server.url, prefix=prefix) as (one, _),
        process(shared_server.url, prefix=prefix) as (other, _),
    ):
        failed = asyncio.create_task(one.get(a_key(), failing))
        await begun.wait()
        answer = await other.get(a_key(), computing(b"a", []))
        with pytest.raises(ValueError, match=r"^$"):
            await failed
    assert answer.entry.body == b"a"


async def test_a_process_that_died_holds_nobody_up_for_long(shared_server: RedisServer) -> None:
    prefix = f"{uuid4().hex}:"
    async with process(shared_server.url, prefix=prefix) as (answers, connection):
        assert await RedisLocks(connection).acquire(a_key(), held_s=0.2)
        answer = await answers.get(a_key(), computing(b"a", []))
        assert answer.outcome is Outcome.MISS
        assert await RedisLocks(connection).acquire("another", held_s=60)


async def test_an_answer_of_one_process_is_a_hit_in_another_until_it_is_invalidated(
    shared_server: RedisServer,
) -> None:
    prefix = f"{uuid4().hex}:"
    async with (
        process(shared_server.url, prefix=prefix) as (one, _),
        process(shared_server.url, prefix=prefix) as (other, _),
    ):
        await one.get(a_key(), computing(b"a", []))
        assert one.tiers is not None
        assert one.tiers.shared is not None
        shared = one.tiers.shared
        assert isinstance(shared, RedisCache)
        await until(lambda: _is_kept(shared, b"a"))
        answer = await other.get(a_key(), computing(b"b", []))
        assert (answer.outcome, answer.tier) == (Outcome.HIT, Tier.SHARED)
        assert other.peek(a_key()) is not None
        assert await one.invalidate(EVERYTHING) == 1
        await until(lambda: _is_forgotten(other))
        answer = await other.get(a_key(), computing(b"c", []))
        assert (answer.entry.body, answer.outcome) == (b"c", Outcome.MISS)


async def _is_forgotten(answers: CachedAnswers) -> bool:
    return answers.peek(a_key()) is None


async def test_what_one_process_computes_while_another_invalidates_is_not_kept(
    shared_server: RedisServer,
) -> None:
    prefix = f"{uuid4().hex}:"
    begun, door = asyncio.Event(), asyncio.Event()

    async def slowly() -> bytes:
        begun.set()
        await door.wait()
        return b"old"

    async with (
        process(shared_server.url, prefix=prefix) as (one, _),
        process(shared_server.url, prefix=prefix) as (other, connection),
    ):
        asked = asyncio.create_task(one.get(a_key(), slowly))
        await begun.wait()
        await other.invalidate(EVERYTHING)
        door.set()
        assert (await asked).entry.body == b"old"
        await until(lambda: _is_forgotten(one))
        await until(lambda: _is_free(connection))
        assert other.tiers is not None
        assert await other.tiers.fetch(a_key()) is None


async def _is_free(connection: RedisConnection) -> bool:
    return await RedisLocks(connection).acquire(a_key(), held_s=60) is not None


async def test_nothing_is_tried_while_the_breaker_bars_the_way(server: RedisServer) -> None:
    connection = connection_to(server.url, probe_after_s=3600)
    server.kill()
    for _ in range(10):
        with pytest.raises(RedisLost):
            await connection.run(lambda redis: redis.ping(), bool)
    assert connection.failures == 3
    assert connection.is_lost
    await connection.close()
