"""The update of the fares: when it is due, who does it, and what became of it."""

from asyncio import CancelledError
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Final

from railfair.application.import_fares import why_not_wanted
from railfair.domain.errors import Conflict, RailFairError, SourceUnavailable
from railfair.domain.feed import ImportReport
from railfair.domain.railtime import LONDON, iso
from railfair.ports.clock import Clock
from railfair.ports.feed_service import FetchedFeed
from railfair.ports.jobs import JobState
from railfair.ports.storage import Storage, UnitOfWork

type Fetch = Callable[[], Awaitable[FetchedFeed]]
type Load = Callable[[Sequence[str]], Awaitable[ImportReport]]
"""Imports the fares at some paths."""

JOB: Final = "fares-update"
LONGEST: Final = timedelta(hours=3)
"""An update that began longer ago, and of whose end nothing is known, is given up."""
PAUSES_MIN: Final = (15, 30, 60, 120, 240, 360)
"""After the first failure, the second, …, and every later one."""


def next_update(state: JobState | None, now: datetime, at: time) -> datetime:
    """Return when the service should update the fares next, in UTC; at once if *now* or earlier.

    That is once a day at *at*, London time, from the last time on that it went well. An hour that
    the clocks leave out is made up for after the gap; of one that comes twice, the first is meant.
    """
    if state is None:
        return now.astimezone(UTC)
    if state.ended_at is None:
        return state.started_at.astimezone(UTC) + LONGEST
    if state.failures:
        pause_min = PAUSES_MIN[min(state.failures, len(PAUSES_MIN)) - 1]
        return state.ended_at.astimezone(UTC) + timedelta(minutes=pause_min)
    if state.succeeded_at is None:
        return now.astimezone(UTC)
    return _first_after(state.succeeded_at.astimezone(UTC), at)


def is_running(state: JobState | None, now: datetime) -> bool:
    """Whether an update is under way, as far as is known."""
    if state is None or state.ended_at is not None:
        return False
    return now.astimezone(UTC) < state.started_at.astimezone(UTC) + LONGEST


async def claim_if_due(*, storage: Storage, clock: Clock, at: time) -> JobState | None:
    """Begin the update if it is due and nobody else has; return its state, or `None` if not so.

    However many ask at once, one of them gets it. Only a unit that reads is opened while nothing
    is due.
    """
    async with storage.reading() as unit:
        if not await _is_due(unit, clock, at):
            return None
    async with storage.writing() as unit:
        return await _begun(unit, clock) if await _is_due(unit, clock, at) else None


async def conclude(claimed: JobState, ended: JobState, *, storage: Storage) -> JobState:
    """Set the update that was *claimed* to *ended*, unless its end is noted; return how it is."""
    async with storage.writing() as unit:
        state = await unit.jobs.get(JOB)
        if state is not None and state != claimed:
            return state
        await unit.jobs.put(ended)
        return ended


def broken_off(claimed: JobState, clock: Clock) -> JobState:
    """Return the state of an update that was stopped from outside: neither done nor failed."""
    return replace(claimed, ended_at=_now(clock))


async def update_fares(
    fetch: Fetch,
    load: Load,
    *,
    storage: Storage,
    clock: Clock,
    is_claimed: bool = False,
    is_forced: bool = False,
) -> str:
    """Fetch the fares, *load* them if they are newer, note how it went; return that as a sentence.

    With *is_claimed* the update that is under way is this one. With *is_forced* the fares are
    imported whether they were there before or not.

    Raises:
        Conflict: an update is under way already.
        RailFairError: whatever *fetch* and *load* raise, which is noted as a failure.
    """
    claimed = await _claimed(storage, clock, is_claimed=is_claimed)
    try:
        outcome = await _fetched_and_loaded(fetch, load, storage, is_forced=is_forced)
    except CancelledError:
        await _note(claimed, broken_off(claimed, clock), storage)
        raise
    except Exception as error:
        is_ours = isinstance(error, RailFairError)
        failure = str(error) if is_ours else f"the update crashed ({type(error).__name__})"
        await _note(claimed, claimed.failed(_now(clock), failure), storage)
        raise
    await conclude(claimed, claimed.succeeded(_now(clock), outcome), storage=storage)
    return outcome


async def _fetched_and_loaded(
    fetch: Fetch, load: Load, storage: Storage, *, is_forced: bool
) -> str:
    fetched = await fetch()
    async with storage.reading() as unit:
        against = "" if is_forced else await why_not_wanted(unit, fetched.version)
    if against:
        return against
    report = await load(fetched.paths)
    rejected = f", without {len(report.rejected):,} bad records" if report.rejected else ""
    return f"{fetched.version} imported{rejected}"


async def _claimed(storage: Storage, clock: Clock, *, is_claimed: bool) -> JobState:
    async with storage.writing() as unit:
        state = await unit.jobs.get(JOB)
        if state is None or not is_running(state, clock.now()):
            return await _begun(unit, clock)
    if not is_claimed:
        raise Conflict(
            f"the fares are being updated since {iso(state.started_at)}; wait until that has ended"
        )
    return state


async def _is_due(unit: UnitOfWork, clock: Clock, at: time) -> bool:
    now = _now(clock)
    return next_update(await unit.jobs.get(JOB), now, at) <= now


async def _begun(unit: UnitOfWork, clock: Clock) -> JobState:
    former = await unit.jobs.get(JOB) or JobState(name=JOB, started_at=_now(clock))
    begun = replace(former, started_at=_now(clock), ended_at=None)
    await unit.jobs.put(begun)
    return begun


async def _note(claimed: JobState, ended: JobState, storage: Storage) -> None:
    # What went wrong with the update matters more than that it cannot be noted.
    with suppress(SourceUnavailable):
        await conclude(claimed, ended, storage=storage)


def _first_after(moment: datetime, at: time) -> datetime:
    """Return the first *at* of the London clock after *moment*; both are UTC."""
    day = moment.astimezone(LONDON).date()
    today = datetime.combine(day, at, LONDON).astimezone(UTC)
    if today > moment:
        return today
    return datetime.combine(day + timedelta(days=1), at, LONDON).astimezone(UTC)


def _now(clock: Clock) -> datetime:
    # Of London's moments, those of the hour that comes twice equal none of any other zone.
    return clock.now().astimezone(UTC)
