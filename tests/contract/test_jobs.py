"""`ports.jobs`, kept by every storage."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from railfair.ports.jobs import JobState
from railfair.ports.storage import Storage

BEGUN = datetime(2026, 3, 2, 2, 15, 0, 125_000, tzinfo=UTC)
ENDED = BEGUN + timedelta(minutes=4)
RUNNING = JobState(name="fares", started_at=BEGUN)
DONE = RUNNING.succeeded(ENDED, "RJFAF901 was imported")
FAILED = DONE.failed(ENDED + timedelta(days=1), "the portal did not answer")


async def put(storage: Storage, *states: JobState) -> None:
    async with storage.writing() as unit:
        for state in states:
            await unit.jobs.put(state)


async def get(storage: Storage, name: str) -> JobState | None:
    async with storage.reading() as unit:
        return await unit.jobs.get(name)


async def test_a_job_that_never_ran_has_no_state(storage: Storage) -> None:
    assert await get(storage, "fares") is None
    async with storage.reading() as unit:
        assert await unit.jobs.all() == []


@pytest.mark.parametrize("state", [RUNNING, DONE, FAILED])
async def test_a_state_comes_back_as_it_was_put(storage: Storage, state: JobState) -> None:
    await put(storage, state)
    assert await get(storage, "fares") == state


async def test_moments_are_the_same_whatever_zone_they_were_given_in(storage: Storage) -> None:
    zone = timezone(timedelta(hours=5, minutes=30))
    await put(storage, replace(DONE, started_at=BEGUN.astimezone(zone)))
    found = await get(storage, "fares")
    assert found == DONE
    assert found is not None
    assert found.started_at.tzinfo is not None


async def test_a_state_takes_the_place_of_the_one_before_and_leaves_other_jobs(
    storage: Storage,
) -> None:
    other = replace(DONE, name="timetable")
    await put(storage, RUNNING, other)
    await put(storage, FAILED)
    assert await get(storage, "fares") == FAILED
    assert await get(storage, "timetable") == other


async def test_all_states_come_by_name(storage: Storage) -> None:
    states = [replace(DONE, name=name) for name in ("backup", "fares", "timetable")]
    await put(storage, *states[::-1])
    async with storage.reading() as unit:
        assert await unit.jobs.all() == states


async def test_what_a_job_says_may_be_of_any_length(storage: Storage) -> None:
    talkative = replace(FAILED, outcome="o" * 5_000, failure="f" * 5_000)
    await put(storage, talkative)
    assert await get(storage, "fares") == talkative


def test_a_run_that_goes_well_ends_the_failures() -> None:
    again = FAILED.succeeded(ENDED, "nothing new")
    assert (FAILED.failures, FAILED.outcome) == (1, "RJFAF901 was imported")
    assert FAILED.succeeded_at == ENDED
    assert (again.failures, again.failure, again.outcome) == (0, "", "nothing new")
