"""Tasks that should run for as long as the service does: started again when they end."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from railfair.bootstrap import logger

type Work = Callable[[], Awaitable[None]]
"""What a task does; it should not end by itself."""

FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 300.0
STEADY_S: Final = 600.0
"""A task that ran for as long has recovered from what ended it before."""
MOST_FAILURES: Final = 20
"""After so many in a row a task is given up: about an hour and a half."""

log = logger("supervision")


class Condition(StrEnum):
    """How a task is."""

    RUNNING = "running"
    BACKING_OFF = "backing_off"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(slots=True, kw_only=True)
class TaskState:
    """How the task *name* is; *last_error* says how it ended last, and is empty if it never did."""

    name: str
    condition: Condition = Condition.RUNNING
    restarts: int = 0
    last_error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pacing:
    """How time passes, and how pauses are spread: *spread* returns a number from 0 to 1."""

    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    seconds: Callable[[], float] = time.monotonic
    spread: Callable[[], float] = random.random


class Supervisor:
    """Runs tasks by their names; one that ends or raises is started again after a pause.

    Pauses double with every failure in a row, and each is from half to the whole of what it would
    be: what failed together does not come back together.
    """

    def __init__(self, works: Mapping[str, Work], pacing: Pacing | None = None) -> None:
        self._works = dict(works)
        self._pacing = pacing or Pacing()
        self._states = {name: TaskState(name=name) for name in works}

    def states(self) -> list[TaskState]:
        """Return how every task is, in the order in which they were given."""
        return list(self._states.values())

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the tasks while the block lasts."""
        tasks = [
            asyncio.create_task(self._kept(work, self._states[name]), name=name)
            for name, work in self._works.items()
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for state in self._states.values():
                state.condition = Condition.STOPPED

    async def _kept(self, work: Work, state: TaskState) -> None:
        failures = 0
        while failures <= MOST_FAILURES:
            state.condition = Condition.RUNNING
            began = self._pacing.seconds()
            state.last_error = await self._ended(work, state)
            lasted_s = self._pacing.seconds() - began
            failures = 1 if lasted_s >= STEADY_S else failures + 1
            if failures <= MOST_FAILURES:
                state.condition = Condition.BACKING_OFF
                await self._pacing.sleep(self._pause_s(failures))
                state.restarts += 1
        state.condition = Condition.FAILED
        log.error("task given up", task=state.name, failures=MOST_FAILURES + 1)

    async def _ended(self, work: Work, state: TaskState) -> str:
        """Do *work*, and return how it ended: without what the error said, which may be secret."""
        try:
            await work()
        except Exception as error:
            log.exception("task crashed", task=state.name)
            return f"crashed ({type(error).__name__})"
        log.warning("task ended by itself", task=state.name)
        return "ended by itself"

    def _pause_s(self, failures: int) -> float:
        whole: float = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** (failures - 1))
        return whole * (1 + self._pacing.spread()) / 2
