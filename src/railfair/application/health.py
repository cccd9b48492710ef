"""Whether RailFair can answer, and with what."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from railfair.application import update_fares
from railfair.application.provenance import provenance
from railfair.domain.errors import SourceUnavailable
from railfair.domain.fares.dated import OPEN
from railfair.domain.feed import LoadedFeed
from railfair.domain.railtime import iso
from railfair.ports.jobs import JobState
from railfair.ports.storage import Storage


class State(StrEnum):
    """How a dependency, or the whole, is."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """One thing that answers need."""

    name: str
    state: State
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How everything is: down if nothing can be answered, degraded if something cannot."""

    state: State
    dependencies: tuple[Dependency, ...]


async def health(
    storage: Storage,
    *,
    now: datetime,
    fares_update_at: time | None,
    is_redis_lost: bool | None = None,
) -> Health:
    """Return how the database and what is loaded are; never raises for what is not well.

    *fares_update_at* is when the service updates the fares every day, London time, if it does;
    *is_redis_lost* is `None` where Redis is not used.
    """
    try:
        async with storage.reading() as unit:
            loaded = await provenance(unit)
            job = await unit.jobs.get(update_fares.JOB)
    except SourceUnavailable as error:
        down = Dependency(name="database", state=State.DOWN, detail=str(error))
        return Health(state=State.DOWN, dependencies=(down,))
    feeds = (
        _feed("timetable", loaded.timetable),
        _feed("performance", loaded.performance),
        _feed("fares", loaded.fares),
    )
    database = Dependency(name="database", state=State.OK, detail="answers")
    update = _fares_update(job, now, fares_update_at)
    dependencies = (database, *feeds, update, *_redis(is_redis_lost))
    is_whole = all(one.state is State.OK for one in dependencies)
    state = State.OK if is_whole else State.DEGRADED
    if all(feed.state is not State.OK for feed in feeds):
        state = State.DOWN
    return Health(state=state, dependencies=dependencies)


def days_covered(feed: LoadedFeed) -> str:
    """Return in words the days that *feed* speaks of."""
    if feed.last_day == OPEN:
        return f"{feed.first_day} and later"
    return f"{feed.first_day} to {feed.last_day}"


def _feed(name: str, feed: LoadedFeed | None) -> Dependency:
    if feed is None:
        return Dependency(name=name, state=State.DEGRADED, detail="nothing is loaded")
    detail = f"{feed.version} ({feed.source}), {days_covered(feed)}, loaded {iso(feed.loaded_at)}"
    return Dependency(name=name, state=State.OK, detail=detail)


def _fares_update(job: JobState | None, now: datetime, at: time | None) -> Dependency:
    state, detail = State.OK, "off"
    if at is not None:
        state = State.DEGRADED if job is not None and job.failures else State.OK
        detail = f"{_last(job)}, {_next(job, now, at)}"
    return Dependency(name="fares update", state=state, detail=detail)


def _redis(is_lost: bool | None) -> tuple[Dependency, ...]:
    if is_lost is None:
        return ()
    state = State.DEGRADED if is_lost else State.OK
    detail = "does not answer: nothing is shared until it does" if is_lost else "answers"
    return (Dependency(name="redis", state=state, detail=detail),)


def _last(job: JobState | None) -> str:
    """Return how the update went, without why it failed: that is not for everybody."""
    if job is None:
        return "never done"
    done = "never done" if job.succeeded_at is None else f"last done {iso(job.succeeded_at)}"
    return f"{done}, failed {job.failures} times since" if job.failures else done


def _next(job: JobState | None, now: datetime, at: time) -> str:
    if job is not None and update_fares.is_running(job, now):
        return f"running since {iso(job.started_at)}"
    due = update_fares.next_update(job, now, at)
    return f"next {'now' if due <= now else iso(due)}"
