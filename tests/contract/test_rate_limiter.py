"""`ports.rate_limiter`: one suite for counting in this process and in Redis."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railfair.adapters.memory.rate_limiter import MemoryRateLimiter
from railfair.adapters.redis.connection import RedisConnection
from railfair.adapters.redis.rate_limiter import RedisRateLimiter
from railfair.domain.quota import US, Allowance, Bucket, Quota
from railfair.ports.rate_limiter import RateLimiter
from support.redis_server import RedisServer, connection_to, redis_server
from support.settable_clock import SettableClock

HOURLY = Quota(limit=100, window_s=3600)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
async def connection(
    server: RedisServer, request: pytest.FixtureRequest
) -> AsyncIterator[RedisConnection]:
    connection = connection_to(server.url, prefix=f"{request.node.name}:")
    yield connection
    await connection.close()


def alone(_: RedisConnection) -> RateLimiter:
    return MemoryRateLimiter(now=time.monotonic)


def together(connection: RedisConnection) -> RateLimiter:
    return RedisRateLimiter(connection, MemoryRateLimiter(now=time.monotonic), now=time.monotonic)


BACKENDS: dict[str, Callable[[RedisConnection], RateLimiter]] = {
    "memory": alone,
    "redis": together,
}


@pytest.fixture(params=BACKENDS)
def limiter(request: pytest.FixtureRequest, connection: RedisConnection) -> RateLimiter:
    return BACKENDS[request.param](connection)


async def taken(limiter: RateLimiter, client: str, quota: Quota) -> Allowance:
    return limiter.take(client, quota) or await limiter.lease(client, quota)


async def test_as_many_as_the_limit_are_allowed_and_no_more(limiter: RateLimiter) -> None:
    allowances = [await taken(limiter, "a", HOURLY) for _ in range(110)]
    assert [one.allowed for one in allowances] == [True] * 100 + [False] * 10
    remaining = [one.remaining for one in allowances]
    assert remaining == [*range(99, -1, -1), *[0] * 10]


async def test_an_allowance_says_when_there_will_be_more(limiter: RateLimiter) -> None:
    first = await taken(limiter, "a", HOURLY)
    assert (first.limit, first.window_s, first.retry_s) == (100, 3600, 0)
    assert 0 < first.reset_s <= 36
    last = [await taken(limiter, "a", HOURLY) for _ in range(100)][-1]
    assert not last.allowed
    assert 3500 < last.reset_s <= 3600
    assert 0 < last.retry_s <= 36


async def test_clients_and_quotas_are_counted_apart(limiter: RateLimiter) -> None:
    one = Quota(limit=1, window_s=3600)
    assert (await taken(limiter, "a", one)).allowed
    assert not (await taken(limiter, "a", one)).allowed
    assert (await taken(limiter, "b", one)).allowed
    assert (await taken(limiter, "a", Quota(limit=1, window_s=3600, name="plans"))).allowed
    assert (await taken(limiter, "a", Quota(limit=2, window_s=3600))).allowed


async def test_after_a_refusal_there_is_more_in_time(limiter: RateLimiter) -> None:
    quota = Quota(limit=5, window_s=0.5)
    while (await taken(limiter, "a", quota)).allowed:
        pass
    async with asyncio.timeout(10):
        while not (allowance := await taken(limiter, "a", quota)).allowed:  # noqa: ASYNC110 - time
            await asyncio.sleep(allowance.retry_s)


async def test_requests_at_once_are_counted_each(limiter: RateLimiter) -> None:
    allowances = await asyncio.gather(*(taken(limiter, "a", HOURLY) for _ in range(300)))
    assert sum(one.allowed for one in allowances) == 100


async def test_replicas_together_allow_the_limit_exactly(
    server: RedisServer, request: pytest.FixtureRequest
) -> None:
    links = [connection_to(server.url, prefix=f"{request.node.name}:") for _ in range(3)]
    replicas = [together(link) for link in links]
    asked = (taken(replicas[number % 3], "a", HOURLY) for number in range(600))
    allowances = await asyncio.gather(*asked)
    assert sum(one.allowed for one in allowances) == 100
    for link in links:
        await link.close()


async def test_most_requests_wait_for_nothing(connection: RedisConnection) -> None:
    limiter = RedisRateLimiter(
        connection, MemoryRateLimiter(now=time.monotonic), now=lambda: 1000.0
    )
    quota = Quota(limit=1000, window_s=3600)
    for _ in range(500):
        assert (await taken(limiter, "a", quota)).allowed
    assert limiter.leased < 50


async def test_a_slow_client_loses_nothing_to_leases(connection: RedisConnection) -> None:
    clock = SettableClock()
    limiter = RedisRateLimiter(connection, MemoryRateLimiter(now=clock), now=clock)
    allowed = 0
    for _ in range(110):
        allowed += (await taken(limiter, "a", HOURLY)).allowed
        clock.advance(30)
    assert allowed >= 100


def test_a_hundred_thousand_clients_are_the_most_that_is_remembered() -> None:
    limiter = MemoryRateLimiter(now=SettableClock(), max_clients=1000)
    for number in range(5000):
        limiter.take(str(number), HOURLY)
    assert len(limiter) == 1000
    assert limiter.take("4999", HOURLY).remaining == 98


def test_a_crowd_that_does_not_come_back_is_forgotten() -> None:
    clock = SettableClock()
    limiter = MemoryRateLimiter(now=clock)
    for number in range(1000):
        limiter.take(str(number), HOURLY)
    clock.advance(35)  # in 36 s a token comes back
    limiter.take("late", HOURLY)
    assert len(limiter) == 1001
    clock.advance(2)
    for number in range(1100):
        limiter.take(f"later {number}", HOURLY)
    assert len(limiter) == 1 + 1100  # the late one has not got its token back
    assert limiter.take("late", HOURLY).remaining == 98


@given(
    limit=st.integers(1, 50),
    window_s=st.floats(0.001, 1000),
    wanted=st.integers(1, 60),
    pause_us=st.integers(0, 10**7),
)
def test_a_bucket_that_is_full_is_as_a_new_one(
    limit: int, window_s: float, wanted: int, pause_us: int
) -> None:
    quota, used, new = Quota(limit=limit, window_s=window_s), Bucket(), Bucket()
    used.take(quota, 0, wanted=wanted)
    assert not used.is_full(limit, 0)
    if used.is_full(limit, pause_us):
        assert used.take(quota, pause_us, wanted=60) == new.take(quota, pause_us, wanted=60)
        assert used == new


@given(
    limit=st.integers(1, 50),
    window_s=st.floats(0.001, 1000),
    pauses_us=st.lists(st.integers(0, 10**7), max_size=60),
)
def test_never_more_than_a_full_bucket_and_what_has_come_since(
    limit: int, window_s: float, pauses_us: list[int]
) -> None:
    quota, bucket, now_us, taken_at = Quota(limit=limit, window_s=window_s), Bucket(), 0, [0]
    taken_at.clear()
    for pause in pauses_us:
        now_us += pause
        taken_at += [now_us] * bucket.take(quota, now_us, wanted=3)
    for index, start in enumerate(taken_at):
        for count, end in enumerate(taken_at[index:], 1):
            assert (count - limit) * quota.window_us <= limit * (end - start)


def test_a_full_bucket_is_full_again_after_the_window() -> None:
    quota, bucket = Quota(limit=7, window_s=1), Bucket()
    assert bucket.take(quota, 0, wanted=100) == 7
    assert bucket.take(quota, US // 7 - 1) == 0
    assert bucket.take(quota, US // 7 + 1) == 1
    assert bucket.take(quota, 3 * US, wanted=100) == 7
