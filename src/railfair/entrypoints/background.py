"""Work that the service does by itself, while it answers."""

import asyncio
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Mapping
from contextlib import suppress
from datetime import time
from typing import Final, cast

from railfair.application.update_fares import (
    LONGEST,
    broken_off,
    claim_if_due,
    conclude,
    next_update,
)
from railfair.bootstrap import RailFair, logger
from railfair.domain.errors import SourceUnavailable
from railfair.domain.railtime import iso
from railfair.entrypoints.supervision import Work
from railfair.ports.jobs import JobState

UPDATE: Final = ("-m", "railfair", "feeds", "fetch", "fares", "--import", "--claimed")
"""A process of its own: an import takes memory, and a processor for minutes."""
LOOK_EVERY_S: Final = 60
GRACE_S: Final = 10
"""How long an update that is told to stop may take to do so."""
LAST_S: Final = 5.0
"""How long the end of the service waits for counts to be put away: an import may be writing."""
SHOWN: Final = 2_000
"""Last characters of what an update wrote that are logged if it failed."""

log = logger("background")


def background_works(railfair: RailFair) -> Mapping[str, Work]:
    """Return what the service does by itself as the settings say, by name, to be supervised."""
    at = railfair.settings.daily_fares_update
    works: dict[str, Work] = {
        "loaded edition": railfair.edition.follow,
        "counts and forecasts": lambda: _put_away(railfair),
    }
    if railfair.settings.features_file is not None:
        works["features"] = railfair.features.follow
    if at is not None:
        works["fares update"] = lambda: _watch(railfair, at)
    return works


async def put_away_the_last(railfair: RailFair) -> None:
    """Put away what was counted and served since, if that can be done shortly."""
    with suppress(SourceUnavailable, TimeoutError):
        async with asyncio.timeout(LAST_S):
            await railfair.popularity.flush()
            await railfair.forecast_log.flush()


async def _put_away(railfair: RailFair) -> None:
    """Put away what was counted and served, again and again; what cannot be now is later."""
    while True:
        await asyncio.sleep(railfair.settings.popularity_flush_s)
        with suppress(SourceUnavailable):
            await railfair.popularity.flush()
            await railfair.forecast_log.flush()


async def _watch(railfair: RailFair, at: time) -> None:
    """Look every minute whether the update is due: another worker or a person may have done it."""
    while True:
        try:
            claimed = await claim_if_due(storage=railfair.storage, clock=railfair.clock, at=at)
            if claimed is not None:
                await _update(railfair, claimed, at)
        except SourceUnavailable as error:
            log.warning("fares update cannot begin", failure=str(error))
        await asyncio.sleep(LOOK_EVERY_S)


async def _update(railfair: RailFair, claimed: JobState, at: time) -> None:
    """Run the update that was *claimed*, see that its end is noted, and log it in one line."""
    try:
        end, written = await _run()
    except asyncio.CancelledError:
        with suppress(SourceUnavailable):
            stopped = broken_off(claimed, railfair.clock)
            await conclude(claimed, stopped, storage=railfair.storage)
        raise
    unnoted = claimed.failed(railfair.clock.now(), f"the update ended without a word ({end})")
    state = await _concluded(railfair, claimed, unnoted)
    is_success = state.succeeded_at != claimed.succeeded_at
    lasted = (state.ended_at or railfair.clock.now()) - claimed.started_at
    railfair.figures.job_ended(state.name, lasted.total_seconds(), is_success=is_success)
    if is_success:
        log.info("fares update", outcome=state.outcome)
        return
    log.warning(
        "fares update failed",
        failure=state.failure or "broken off",
        failures=state.failures,
        next_try=iso(next_update(state, railfair.clock.now(), at)),
        output=railfair.settings.without_secrets(written)[-SHOWN:],
    )


async def _concluded(railfair: RailFair, claimed: JobState, unnoted: JobState) -> JobState:
    """Return how the update ended; while the database is busy, wait."""
    while True:
        with suppress(SourceUnavailable):
            return await conclude(claimed, unnoted, storage=railfair.storage)
        await asyncio.sleep(LOOK_EVERY_S)


async def _run() -> tuple[str, str]:
    """Run the update to its end; return how it ended, and what it wrote.

    It is stopped if it takes too long, or if this is cancelled. If this process is killed, its end
    of the standard input closes, by which the update knows.
    """
    try:
        child = await asyncio.create_subprocess_exec(
            sys.executable, *UPDATE, stdin=PIPE, stdout=PIPE, stderr=STDOUT
        )
    except OSError as error:
        return f"it cannot be started: {error.strerror}", ""
    written = b""
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST.total_seconds()):
                written = await cast("asyncio.StreamReader", child.stdout).read()
                await child.wait()
    finally:
        await _stop(child)
    return f"exit code {child.returncode}", written.decode(errors="replace")


async def _stop(child: Process) -> None:
    if child.returncode is not None:
        return
    with suppress(ProcessLookupError):
        child.terminate()
    try:
        async with asyncio.timeout(GRACE_S):
            await child.wait()
    except TimeoutError:
        child.kill()
        await child.wait()
