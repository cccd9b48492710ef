"""Health: what is loaded, how the daily update goes, and when the whole is down."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from railfair.adapters.memory.storage import MemoryStorage
from railfair.application.health import Health, State, health
from railfair.application.update_fares import JOB
from railfair.domain.fares.dated import OPEN
from railfair.domain.feed import FeedKind, FeedSource, LoadedFeed
from railfair.domain.railtime import iso
from railfair.ports.jobs import JobState

NOW = datetime(2026, 1, 6, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
RUNNING = JobState(name=JOB, started_at=NOW - HOUR)
DONE = RUNNING.succeeded(NOW, "RJFAF901 imported")
FAILED = DONE.failed(NOW, "the portal is silent")


async def storage_with(*kinds: FeedKind, job: JobState | None = None) -> MemoryStorage:
    storage = MemoryStorage()
    async with storage.writing() as unit:
        for kind in kinds:
            feed = LoadedFeed(
                kind=kind,
                version="RJFAF901",
                source=FeedSource.IMPORT,
                loaded_at=NOW,
                first_day=date(2026, 1, 5),
                last_day=OPEN if kind is FeedKind.FARES else date(2026, 12, 12),
            )
            await unit.feeds.put(feed)
        if job is not None:
            await unit.jobs.put(job)
    return storage


async def of(storage: MemoryStorage, *, at: time | None = None) -> Health:
    return await health(storage, now=NOW, fares_update_at=at)


def line(found: Health, name: str) -> tuple[State, str]:
    [one] = [one for one in found.dependencies if one.name == name]
    return one.state, one.detail


async def test_with_everything_loaded_all_is_well() -> None:
    found = await of(await storage_with(*FeedKind))
    assert found.state is State.OK
    names = [one.name for one in found.dependencies]
    assert names == ["database", "timetable", "performance", "fares", "fares update"]


@pytest.mark.parametrize(("is_lost", "state"), [(False, State.OK), (True, State.DEGRADED)])
async def test_a_lost_redis_is_degraded_and_not_down(is_lost: bool, state: State) -> None:
    storage = await storage_with(*FeedKind)
    found = await health(storage, now=NOW, fares_update_at=None, is_redis_lost=is_lost)
    assert found.state is state
    assert line(found, "redis")[0] is state


@pytest.mark.parametrize("kind", FeedKind)
async def test_with_one_kind_of_feed_it_is_degraded_but_not_down(kind: FeedKind) -> None:
    assert (await of(await storage_with(kind))).state is State.DEGRADED


async def test_with_nothing_loaded_it_is_down() -> None:
    assert (await of(await storage_with())).state is State.DOWN


async def test_fares_hold_from_the_day_they_were_made() -> None:
    found = await of(await storage_with(FeedKind.FARES))
    assert line(found, "fares") == (
        State.OK,
        "RJFAF901 (import), 2026-01-05 and later, loaded 2026-01-06T12:00:00+00:00",
    )


@pytest.mark.parametrize(
    ("job", "at", "state", "detail"),
    [
        (None, None, "ok", "off"),
        (FAILED, None, "ok", "off"),
        (None, time(2, 30), "ok", "never done, next now"),
        (RUNNING, time(2, 30), "ok", "never done, running since 2026-01-06T11:00:00+00:00"),
        (
            DONE,
            time(2, 30),
            "ok",
            f"last done {iso(NOW)}, next 2026-01-07T02:30:00+00:00",
        ),
        (
            FAILED,
            time(2, 30),
            "degraded",
            f"last done {iso(NOW)}, failed 1 times since, next {iso(NOW + HOUR / 4)}",
        ),
    ],
)
async def test_the_update_of_the_fares_has_its_line(
    job: JobState | None, at: time | None, state: str, detail: str
) -> None:
    found = await of(await storage_with(*FeedKind, job=job), at=at)
    assert line(found, "fares update") == (state, detail)
    assert found.state == state
