"""The way to Redis: few connections, short waits, and a breaker in front of them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, ResponseError

from railfair.domain.breaker import Breaker, BreakerState
from railfair.ports.tracing import span

RESP: Final = 2
"""Version of the protocol that needs no greeting."""


class RedisLost(Exception):
    """Redis did not do what it was asked, in time; never seen outside of `adapters.redis`."""


class RedisConnection:
    """Connections to the server at *url*, opened when they are needed.

    Nothing waits longer than *timeout_s*. What *breaker* bars is not tried.
    """

    def __init__(
        self, url: str, *, prefix: str, timeout_s: float, max_connections: int, breaker: Breaker
    ) -> None:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=max_connections,
            timeout=timeout_s,
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            retry=Retry(NoBackoff(), 0),
            protocol=RESP,
            driver_info=None,
        )
        self._redis: Redis = Redis.from_pool(pool)
        self._timeout_s = timeout_s
        self.prefix = prefix
        self.breaker = breaker
        self.failures = 0
        """How often it did not answer, or not in time."""
        self.refusals = 0
        """How often it answered that it would not, as when its memory is full."""

    @property
    def is_lost(self) -> bool:
        """Whether it did not answer last, and has not since."""
        return self.breaker.state is not BreakerState.CLOSED

    @property
    def is_barred(self) -> bool:
        """Whether it would not even be tried now."""
        return self.breaker.is_barred

    async def run[T](self, work: Callable[[Redis], Awaitable[Any]], read: Callable[[Any], T]) -> T:
        """Return what *read* makes of the answer to *work*; an answer it cannot read is none.

        Raises:
            RedisLost: it failed, took too long, or was not tried.
        """
        if not self.breaker.allows():
            raise RedisLost
        with span("redis.call", system="redis"):
            return await self._run(work, read)

    async def _run[T](self, work: Callable[[Redis], Awaitable[Any]], read: Callable[[Any], T]) -> T:
        try:
            async with asyncio.timeout(self._timeout_s):
                done = read(await work(self._redis))
        except ResponseError as error:
            # It answers: what it refuses to one, it may do for another.
            self.breaker.succeeded()
            self.refusals += 1
            raise RedisLost from error
        except Exception as error:
            # Rubbish makes the client fail in ways of its own.
            self.breaker.failed()
            self.failures += 1
            raise RedisLost from error
        self.breaker.succeeded()
        return done

    async def script[T](
        self, script: "Script", keys: Sequence[str], *arguments: object, read: Callable[[Any], T]
    ) -> T:
        """Return what *script* does with the prefixed *keys*, like `run`."""
        named = [self.prefix + key for key in keys]
        return await self.run(lambda redis: script.on(redis, named, arguments), read)

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()


class Script:
    """A program in Lua that the server runs as one step."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._sha: str | None = None

    async def on(self, redis: Redis, keys: Sequence[str], arguments: Sequence[object]) -> Any:
        """Run it, and hand it over before where the server does not know it."""
        given: list[Any] = [*keys, *arguments]
        if self._sha is not None:
            try:
                return await redis.evalsha(self._sha, len(keys), *given)
            except NoScriptError:
                pass
        self._sha = await redis.script_load(self._source)
        return await redis.evalsha(self._sha, len(keys), *given)
