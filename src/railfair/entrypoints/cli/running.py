"""Running a piece of the application from a command."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from typing import Final

from railfair.bootstrap import RailFair, log_to_stderr, opened
from railfair.config import Settings

YOUNG_OBJECTS: Final = 200_000


def settings() -> Settings:
    """Read the settings and set up logging."""
    read = Settings.load()
    log_to_stderr(read)
    return read


def run[T](work: Callable[[RailFair], Awaitable[T]]) -> T:
    """Open the application, do *work* with it, and return what that returned."""
    # Imports make millions of small objects, none of them in cycles: looking for cycles as often
    # as by default takes a third of their time.
    gc.set_threshold(YOUNG_OBJECTS)

    async def opened_and_done() -> T:
        async with opened(settings()) as railfair:
            return await work(railfair)

    return asyncio.run(opened_and_done())
