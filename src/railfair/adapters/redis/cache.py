"""Answers in Redis, shared by all processes.

Invalidations are numbered. The number and the last of them are kept beside the answers, so that
every process learns what another one invalidated.
"""

import re
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Final
from uuid import uuid4

from railfair.adapters.redis.connection import RedisConnection, RedisLost, Script
from railfair.adapters.redis.values import read, written
from railfair.domain.cache_keys import EVERYTHING, Scope
from railfair.ports.cache import UNKNOWN, Entry, Invalidations, Mark

ANSWERS: Final = "answer:"
NUMBER: Final = "invalidations"
LOG: Final = "invalidations:log"
REMEMBERED: Final = 64
"""Invalidations that are remembered; who missed more forgets everything."""
BATCH: Final = 500
"""Keys that are looked at and deleted in one step."""

SPECIAL: Final = re.compile(r"[\\*?\[\]^-]")
"""What a glob pattern of Redis takes for more than a character."""

PUT: Final = Script("""
if (redis.call('GET', KEYS[2]) or '0') ~= ARGV[3] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
""")
ANNOUNCE: Final = Script(f"""
redis.call('SET', KEYS[1], ARGV[1], 'NX')
local number = redis.call('INCR', KEYS[1])
redis.call('RPUSH', KEYS[2], number .. ' ' .. ARGV[2])
redis.call('LTRIM', KEYS[2], -{REMEMBERED}, -1)
return number
""")


class RedisCache:
    """See `ports.cache.SharedCache`; *now* tells Unix time in seconds.

    What is to be invalidated is neither read nor written until it is; what could not be while Redis
    was away is done when `invalidated` finds it back.
    """

    def __init__(self, connection: RedisConnection, *, now: Callable[[], float]) -> None:
        self._connection = connection
        self._now = now
        self._me = uuid4().hex
        self._owed: list[Scope] = []
        self.unreadable = 0
        """How many values were not what this cache had put there."""

    @property
    def is_lost(self) -> bool:
        """Whether the breaker is open."""
        return self._connection.is_lost

    async def get(self, key: str) -> Entry | None:
        """Ask for it, and believe nothing that is not whole, or that was to be invalidated."""
        if any(scope.covers(key) for scope in self._owed):
            return None
        name = self._name(key)
        try:
            value = await self._connection.run(lambda redis: redis.get(name), _as_it_is)
        except RedisLost:
            return None
        if value is None:
            return None
        entry = read(key, value) if isinstance(value, bytes) else None
        if entry is None:
            self.unreadable += 1
            return None
        return entry if entry.is_kept(self._now()) else None

    async def mark(self) -> Mark:
        """Return the number of the last invalidation."""
        name = self._connection.prefix + NUMBER
        try:
            return (await self._connection.run(lambda redis: redis.get(name), _number),)
        except RedisLost:
            return (UNKNOWN,)

    async def put(self, key: str, entry: Entry, *, since: Mark | None = None) -> bool:
        """Set it with its time to live; with *since*, in one step with the comparison."""
        left_ms = int((entry.made_at + entry.kept_s - self._now()) * 1000)
        if left_ms <= 0 or since == (UNKNOWN,) or self._owed:
            return False
        value = written(key, entry)
        try:
            if since is None:
                name = self._name(key)
                return await self._connection.run(
                    lambda redis: redis.set(name, value, px=left_ms), bool
                )
            keys = (ANSWERS + key, NUMBER)
            return await self._connection.script(
                PUT, keys, value, left_ms, since[0], read=lambda kept: kept == 1
            )
        except RedisLost:
            return False

    async def invalidate(self, scope: Scope) -> int:
        """Announce it, then scan and unlink batch by batch."""
        if scope not in self._owed:
            self._owed.append(scope)
        return await self._pay(scope)

    async def invalidated(self, since: Mark) -> Invalidations:
        """Compare the numbers, and read the log where they differ."""
        for scope in tuple(self._owed):
            await self._pay(scope)
        number_at, log_at = (self._connection.prefix + name for name in (NUMBER, LOG))
        try:
            number = await self._connection.run(lambda redis: redis.get(number_at), _number)
            if (number,) == since:
                return Invalidations(scopes=(), mark=since)
            lines = await self._connection.run(lambda redis: redis.lrange(log_at, 0, -1), _lines)
        except RedisLost:
            return Invalidations(scopes=(), mark=since)
        return Invalidations(scopes=self._missed(lines, since[0], number), mark=(number,))

    async def close(self) -> None:
        """Leave the connection to who opened it."""

    def _name(self, key: str) -> str:
        return f"{self._connection.prefix}{ANSWERS}{key}"

    async def _announce(self, scope: Scope) -> None:
        # Numbers start at the time: an emptied server does not repeat those from before.
        start = int(self._now() * 1000)
        said = f"{self._me} {scope}"
        await self._connection.script(ANNOUNCE, (NUMBER, LOG), start, said, read=int)

    async def _pay(self, scope: Scope) -> int:
        """Return how many answers went; what fails half-way is still owed."""
        gone = 0
        try:
            await self._announce(scope)
            async for batch in self._batches(scope):
                gone += await self._unlinked(batch)
        except RedisLost:
            return gone
        if scope in self._owed:
            self._owed.remove(scope)
        return gone

    async def _unlinked(self, names: list[bytes]) -> int:
        return await self._connection.run(lambda redis: redis.unlink(*names), int)

    async def _scanned(self, cursor: int, pattern: str) -> tuple[int, list[bytes]]:
        return await self._connection.run(
            lambda redis: redis.scan(cursor, match=pattern, count=BATCH), _scan
        )

    async def _batches(self, scope: Scope) -> AsyncIterator[list[bytes]]:
        """Yield the names of the answers in *scope*, in lists that are not empty."""
        start = self._connection.prefix + ANSWERS
        for glob in scope.globs():
            pattern = SPECIAL.sub(r"\\\g<0>", start) + glob
            skipped = len(start.encode())
            cursor, is_over = 0, False
            while not is_over:
                cursor, names = await self._scanned(cursor, pattern)
                is_over = cursor == 0
                if batch := [
                    name for name in names if scope.covers(name[skipped:].decode(errors="replace"))
                ]:
                    yield batch

    def _missed(self, lines: list[bytes], since: int, number: int) -> tuple[Scope, ...]:
        """Return what others invalidated after *since*, everything if one of it is not known."""
        if number == 0 and since != UNKNOWN:
            # The server was emptied: it holds nothing from before, and nothing was invalidated.
            return ()
        logged = {one[0]: one[1:] for one in map(_logged, lines) if one is not None}
        if since == 0 and len(logged) == len(lines) < REMEMBERED:
            since = min(logged, default=1) - 1
        missed = [logged.get(each) for each in range(since + 1, number + 1)[: REMEMBERED + 1]]
        if since == UNKNOWN or not missed or None in missed:
            return (EVERYTHING,)
        return tuple(one[1] for one in missed if one is not None and one[0] != self._me)


def _logged(line: bytes) -> tuple[int, str, Scope] | None:
    """Return the number of an invalidation, who made it and what it covers, if it can be read."""
    number, _, rest = line.decode(errors="replace").partition(" ")
    by, _, text = rest.partition(" ")
    scope = Scope.read(text)
    return None if scope is None or not number.isdecimal() else (int(number), by, scope)


def _as_it_is(value: Any) -> Any:
    return value


def _number(value: bytes | None) -> int:
    """Return the number of the last invalidation, 0 if there was none."""
    return int(value) if value is not None and value.isdigit() else 0


def _lines(values: Sequence[bytes]) -> list[bytes]:
    return [bytes(memoryview(value)) for value in values]


def _scan(answer: tuple[int, Sequence[bytes]]) -> tuple[int, list[bytes]]:
    cursor, names = answer
    return int(cursor), _lines(names)
