"""How many requests are worked on at once: a few more may wait for a moment, others are refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from railfair.domain.errors import Overloaded


class Gate:
    """Lets *most_in_work* in at once; *most_waiting* may wait, each for at most *patience_s*.

    Who came first goes first.
    """

    def __init__(self, *, most_in_work: int, most_waiting: int, patience_s: float) -> None:
        self._places = asyncio.Semaphore(most_in_work)
        self._most_waiting = most_waiting
        self._patience_s = patience_s
        self._waiting = 0

    @asynccontextmanager
    async def passed(self) -> AsyncIterator[None]:
        """Be let in, until the block ends.

        Raises:
            Overloaded: as many wait as may, or the turn did not come in time.
        """
        if self._places.locked():
            await self._wait()
        else:
            await self._places.acquire()
        try:
            yield
        finally:
            self._places.release()

    async def _wait(self) -> None:
        if self._waiting >= self._most_waiting:
            raise Overloaded
        self._waiting += 1
        try:
            async with asyncio.timeout(self._patience_s):
                await self._places.acquire()
        except TimeoutError:
            raise Overloaded from None
        finally:
            self._waiting -= 1
