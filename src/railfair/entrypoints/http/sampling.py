"""What is true of this worker at a moment, and how long what is due here waits."""

import asyncio
from collections import deque
from typing import Final

from railfair.bootstrap import Moment, RailFair
from railfair.entrypoints.supervision import Condition, Supervisor
from railfair.ports.storage import PoolFigures

EVERY_S: Final = 0.5
REMEMBERED: Final = 30
"""Looks of which the longest delay is told: those of 15 seconds."""
NO_POOL: Final = PoolFigures(size=0, in_use=0, idle=0, overflow=0, waiting=0, limit=None)


class Sampler:
    """Tells the figures of *railfair*, and how the *tasks* are, twice a second and when asked."""

    def __init__(self, railfair: RailFair, tasks: Supervisor) -> None:
        self._railfair = railfair
        self._tasks = tasks
        self._lags_s: deque[float] = deque([0.0], maxlen=REMEMBERED)

    async def follow(self) -> None:
        """Look again and again; does not end."""
        loop = asyncio.get_running_loop()
        while True:
            self.look()
            due = loop.time() + EVERY_S
            await asyncio.sleep(EVERY_S)
            self._lags_s.append(max(0.0, loop.time() - due))

    def look(self) -> None:
        """Tell what is true now."""
        railfair = self._railfair
        pool = railfair.storage.pool() or NO_POOL
        kept = railfair.cache.kept
        redis = railfair.redis
        railfair.figures.set(
            Moment(
                loop_lag_s=max(self._lags_s),
                pool_in_use=pool.in_use,
                pool_idle=pool.idle,
                pool_size=pool.size,
                pool_overflow=pool.overflow,
                pool_waiting=pool.waiting,
                pool_limit=pool.limit,
                kept_answers=kept.answers,
                kept_bytes=kept.bytes,
                breaker=None if redis is None else redis.breaker.state.value,
                tasks=tuple(
                    (task.name, task.condition is Condition.RUNNING)
                    for task in self._tasks.states()
                ),
            )
        )
        railfair.figures.told("evictions", kept.evictions)
        if redis is not None:
            railfair.figures.told("redis_openings", redis.breaker.openings)
            railfair.figures.told("redis_failures", redis.failures)
