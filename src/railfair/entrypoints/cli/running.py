"""Running a piece of the application from a command."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Final

from railfair.bootstrap import RailFair, log_to_stderr, logger, opened
from railfair.config import Settings

YOUNG_OBJECTS: Final = 200_000


def settings() -> Settings:
    """Read the settings and set up logging; names that are no settings are told in the log.

    They do not end the program: a setting may be that of the version before or after this one.
    """
    read = Settings.load()
    log_to_stderr(read)
    _tell_of_unknown()
    return read


@cache
def _tell_of_unknown() -> None:
    for problem in Settings.unknown():
        logger("settings").warning("unknown setting", name=problem.name, why=problem.why)


def run[T](work: Callable[[RailFair], Awaitable[T]]) -> T:
    """Open the application, do *work* with it, and return what that returned."""
    # Imports make millions of small objects, none of them in cycles: looking for cycles as often
    # as by default takes a third of their time.
    gc.set_threshold(YOUNG_OBJECTS)

    async def opened_and_done() -> T:
        async with opened(settings()) as railfair:
            return await work(railfair)

    return asyncio.run(opened_and_done())
