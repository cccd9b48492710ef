"""Weights of routes in Redis: one sorted set."""

from collections.abc import Mapping, Sequence
from typing import Final

from railfair.adapters.redis.connection import RedisConnection, RedisLost, Script
from railfair.domain.codes import Crs
from railfair.domain.popularity import MOST_ROUTES, Route

WEIGHTS: Final = "popularity"
ADD: Final = Script("""
for at = 2, #ARGV, 2 do redis.call('ZINCRBY', KEYS[1], ARGV[at + 1], ARGV[at]) end
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - tonumber(ARGV[1]))
return #ARGV
""")
"""One step, all of it or nothing: ten thousand routes take about 20 ms."""


class RedisRouteWeights:
    """See `ports.popularity`."""

    def __init__(self, connection: RedisConnection) -> None:
        self._connection = connection

    async def add(self, weights: Mapping[Route, float]) -> bool:
        """Add *weights* to what is there."""
        arguments = [
            argument
            for (origin, destination), weight in weights.items()
            for argument in (f"{origin} {destination}", repr(weight))
        ]
        try:
            await self._connection.script(ADD, (WEIGHTS,), MOST_ROUTES, *arguments, read=int)
        except RedisLost:
            return False
        return True

    async def heaviest(self, limit: int) -> list[tuple[Route, float]]:
        """Return up to *limit* routes; which of those with equal weights is left to Redis."""
        name = self._connection.prefix + WEIGHTS
        try:
            return await self._connection.run(
                lambda redis: redis.zrevrange(name, 0, limit - 1, withscores=True), _ranked
            )
        except RedisLost:
            return []


def _ranked(answer: Sequence[tuple[bytes, float]]) -> list[tuple[Route, float]]:
    found: list[tuple[Route, float]] = []
    for name, weight in answer:
        origin, destination = name.decode().split(" ")
        found.append(((Crs(origin), Crs(destination)), float(weight)))
    return sorted(found, key=lambda one: (-one[1], one[0]))
