"""What a hit costs in each tier, and the count of a request.

    PYTHONPATH=tests python tests/bench/cache.py

It starts a Redis of its own.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from railfair.adapters.memory.cache import MemoryCache
from railfair.adapters.memory.locks import MemoryLocks
from railfair.adapters.memory.rate_limiter import MemoryRateLimiter
from railfair.adapters.redis.cache import RedisCache
from railfair.adapters.redis.connection import RedisConnection
from railfair.adapters.redis.rate_limiter import RedisRateLimiter
from railfair.application.cached import CachedAnswers, Lifetime
from railfair.application.tiered_cache import TieredCache
from railfair.domain.breaker import Breaker
from railfair.domain.cache_keys import Kind, Parameter, cache_key
from railfair.domain.quota import Quota
from support.redis_server import redis_server

BODY: Final = b"x" * 8_000
PARAMETERS: Final[Mapping[str, Parameter]] = {
    "date": "2026-11-26",
    "time": "09:00",
    "railcard": "YNG",
    "adults": 1,
}
QUOTA: Final = Quota(limit=1_000_000, window_s=3600)
ROUNDS: Final = 7


def timed(name: str, work: Callable[[], object], times: int = 50_000) -> None:
    """Print what *work* takes, the median of some rounds."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for _ in range(times):
            work()
        taken.append((time.perf_counter() - begun) / times)
    told(name, taken)


async def awaited(name: str, work: Callable[[], Awaitable[object]], times: int = 2_000) -> None:
    """Print what *work* takes, one after the other."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for _ in range(times):
            await work()
        taken.append((time.perf_counter() - begun) / times)
    told(name, taken)


def told(name: str, taken: list[float]) -> None:
    print(f"{name:44}{statistics.median(taken) * 1e6:9.2f} us")


def a_key() -> str:
    return cache_key(Kind.FARES, "RJFAF900", PARAMETERS, origin="NRW", destination="LST")


async def a_body() -> bytes:
    return BODY


async def measured(url: str) -> None:
    breaker = Breaker(failures=3, probe_after_s=1, now=time.monotonic)
    connection = RedisConnection(
        url, prefix="railfair:", timeout_s=5, max_connections=16, breaker=breaker
    )
    shared = RedisCache(connection, now=time.time)
    tiers = TieredCache(MemoryCache(max_bytes=1 << 26, now=time.time), shared)
    lifetimes = dict.fromkeys(Kind, Lifetime(fresh_s=3600, stale_s=3600))
    answers = CachedAnswers(
        tiers, MemoryLocks(now=time.monotonic), lifetimes, now=time.time, random=lambda: 0.5
    )
    key = a_key()
    entry = (await answers.get(key, a_body)).entry
    await shared.put(key, entry)
    alone = MemoryRateLimiter(now=time.monotonic)
    together = RedisRateLimiter(connection, alone, now=time.monotonic)

    async def one_taken() -> object:
        return together.take("192.0.2.1", QUOTA) or await together.lease("192.0.2.1", QUOTA)

    timed("the key of a request", a_key)
    timed("local hit, entry (MemoryCache.peek)", lambda: tiers.peek(key))
    timed("local hit, counted (CachedAnswers.peek)", lambda: answers.peek(key))
    await awaited("local hit, awaited (CachedAnswers.get)", lambda: answers.get(key, a_body))
    await awaited("Redis hit of 8 kB (RedisCache.get)", lambda: shared.get(key))
    await awaited("Redis write of 8 kB (RedisCache.put)", lambda: shared.put(key, entry))
    timed("request counted in memory", lambda: alone.take("192.0.2.1", QUOTA))
    await awaited("request counted in Redis, by leases", one_taken, times=20_000)
    print(f"asked Redis {together.leased} times for {ROUNDS * 20_000} requests")
    await answers.close()
    await connection.close()


def main() -> None:
    with TemporaryDirectory() as folder, redis_server(Path(folder)) as server:
        asyncio.run(measured(server.url))


if __name__ == "__main__":
    main()
