"""Locks in Redis. Source: "SET resource token NX PX", Redis documentation on distributed locks."""

from typing import Final
from uuid import uuid4

from railfair.adapters.redis.connection import RedisConnection, RedisLost, Script

LOCKS: Final = "lock:"
RELEASE: Final = Script("""
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
""")


def _is_set(answer: bool | None) -> bool:
    """Return whether it was set; another one holds it if nothing is said. Source: SET, NX."""
    if answer not in {True, None}:
        raise ValueError("no answer to SET")
    return answer is True


class RedisLocks:
    """See `ports.locks`."""

    def __init__(self, connection: RedisConnection) -> None:
        self._connection = connection

    async def acquire(self, name: str, *, held_s: float) -> str | None:
        """Set it if it is not there."""
        token = uuid4().hex
        at = self._connection.prefix + LOCKS + name
        held_ms = max(1, int(held_s * 1000))
        try:
            is_mine = await self._connection.run(
                lambda redis: redis.set(at, token, nx=True, px=held_ms), _is_set
            )
        except RedisLost:
            return token
        return token if is_mine else None

    async def release(self, name: str, token: str) -> None:
        """Delete it, if it holds *token*."""
        try:
            await self._connection.script(RELEASE, (LOCKS + name,), token, read=int)
        except RedisLost:
            return
