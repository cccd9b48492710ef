"""The update of the fares: when it is due, that one does it, and that its end is noted."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

import pytest

from railfair.adapters.memory.storage import MemoryStorage
from railfair.application.update_fares import (
    JOB,
    broken_off,
    claim_if_due,
    conclude,
    is_running,
    next_update,
    update_fares,
)
from railfair.domain.errors import Conflict, FeedServiceFailed
from railfair.domain.fares.edition import EditionState, FareEdition
from railfair.domain.fares.rulebook import RuleBook
from railfair.domain.feed import FeedSource, ImportReport, Rejection
from railfair.domain.railtime import LONDON
from railfair.ports.feed_service import FetchedFeed
from railfair.ports.jobs import JobState

AT = time(2, 30)
NOW = datetime(2026, 1, 6, 12, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Moment:
    """A clock that a test sets."""

    def __init__(self, moment: datetime = NOW) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment.astimezone(LONDON)


def done(at: datetime) -> JobState:
    return JobState(name=JOB, started_at=at).succeeded(at, "RJFAF901 imported")


def failed(times: int, at: datetime = NOW) -> JobState:
    state = JobState(name=JOB, started_at=at)
    for _ in range(times):
        state = state.failed(at, "the portal is silent")
    return state


class TestWhenItIsDue:
    def test_at_once_if_it_never_ran(self) -> None:
        assert next_update(None, NOW, AT) == NOW

    def test_at_the_hour_after_it_last_went_well(self) -> None:
        assert next_update(done(NOW), NOW, AT) == datetime(2026, 1, 7, 2, 30, tzinfo=UTC)
        night = datetime(2026, 1, 6, 1, 0, tzinfo=UTC)
        assert next_update(done(night), NOW, AT) == datetime(2026, 1, 6, 2, 30, tzinfo=UTC)

    def test_on_the_next_day_if_it_went_well_at_the_hour_itself(self) -> None:
        on_time = datetime(2026, 1, 6, 2, 30, tzinfo=UTC)
        assert next_update(done(on_time), NOW, AT) == on_time + 24 * HOUR

    def test_a_service_that_was_down_at_the_hour_catches_up(self) -> None:
        assert next_update(done(NOW - timedelta(days=3)), NOW, AT) < NOW

    def test_the_hour_is_londons_in_summer(self) -> None:
        summer = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
        assert next_update(done(summer), summer, AT) == datetime(2026, 7, 2, 1, 30, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("last", "at", "due"),
        [
            # Clocks go from 01:00 to 02:00 on 29 March 2026: 01:30 is left out.
            ("2026-03-28T12:00", time(1, 30), "2026-03-29T01:30"),
            ("2026-03-29T01:31", time(1, 30), "2026-03-30T00:30"),
            ("2026-03-28T12:00", time(2, 30), "2026-03-29T01:30"),
            # They go from 02:00 back to 01:00 on 25 October 2026: 01:30 comes twice.
            ("2026-10-24T12:00", time(1, 30), "2026-10-25T00:30"),
            ("2026-10-25T00:31", time(1, 30), "2026-10-26T01:30"),
            ("2026-10-25T01:31", time(1, 30), "2026-10-26T01:30"),
            ("2026-10-24T12:00", time(2, 30), "2026-10-25T02:30"),
        ],
    )
    def test_once_a_day_when_the_clocks_change(self, last: str, at: time, due: str) -> None:
        succeeded = datetime.fromisoformat(last).replace(tzinfo=UTC)
        expected = datetime.fromisoformat(due).replace(tzinfo=UTC)
        assert next_update(done(succeeded), succeeded, at) == expected

    @pytest.mark.parametrize(
        ("failures", "pause_min"),
        [(1, 15), (2, 30), (3, 60), (4, 120), (5, 240), (6, 360), (7, 360), (10_000, 360)],
    )
    def test_after_failures_the_pause_doubles_up_to_six_hours(
        self, failures: int, pause_min: int
    ) -> None:
        assert next_update(failed(failures), NOW, AT) == NOW + pause_min * MINUTE

    def test_while_one_runs_only_once_that_is_given_up(self) -> None:
        running = JobState(name=JOB, started_at=NOW)
        assert next_update(running, NOW, AT) == NOW + 3 * HOUR
        assert is_running(running, NOW + 2 * HOUR)
        assert not is_running(running, NOW + 3 * HOUR)
        assert not is_running(running.succeeded(NOW, ""), NOW)
        assert not is_running(None, NOW)

    def test_one_that_was_broken_off_changes_nothing(self) -> None:
        never = JobState(name=JOB, started_at=NOW)
        assert next_update(broken_off(never, Moment()), NOW, AT) == NOW
        again = failed(2)
        assert next_update(broken_off(again, Moment()), NOW, AT) == NOW + 30 * MINUTE


async def state_of(storage: MemoryStorage) -> JobState | None:
    async with storage.reading() as unit:
        return await unit.jobs.get(JOB)


async def put(storage: MemoryStorage, state: JobState) -> None:
    async with storage.writing() as unit:
        await unit.jobs.put(state)


class TestWhoDoesIt:
    async def test_of_many_that_ask_at_once_one_gets_it(self) -> None:
        storage, clock = MemoryStorage(), Moment()
        asked = [claim_if_due(storage=storage, clock=clock, at=AT) for _ in range(10)]
        claims = [claim for claim in await asyncio.gather(*asked) if claim is not None]
        assert claims == [JobState(name=JOB, started_at=NOW)]
        assert await state_of(storage) == claims[0]

    async def test_nobody_gets_what_is_not_due(self) -> None:
        storage = MemoryStorage()
        await put(storage, done(NOW))
        assert await claim_if_due(storage=storage, clock=Moment(), at=AT) is None
        assert await state_of(storage) == done(NOW)

    async def test_one_of_whose_end_nothing_is_known_is_taken_over(self) -> None:
        storage, clock = MemoryStorage(), Moment()
        await claim_if_due(storage=storage, clock=clock, at=AT)
        clock.moment += 3 * HOUR - MINUTE
        assert await claim_if_due(storage=storage, clock=clock, at=AT) is None
        clock.moment += MINUTE
        taken = await claim_if_due(storage=storage, clock=clock, at=AT)
        assert taken is not None
        assert taken.started_at == clock.moment

    async def test_a_claim_remembers_what_was_before(self) -> None:
        storage = MemoryStorage()
        before = done(NOW - timedelta(days=2)).failed(NOW - HOUR, "the portal is silent")
        await put(storage, before)
        claimed = await claim_if_due(storage=storage, clock=Moment(), at=AT)
        assert claimed is not None
        assert (claimed.failures, claimed.outcome) == (1, "RJFAF901 imported")
        assert claimed.succeeded_at == before.succeeded_at

    async def test_an_end_that_is_noted_is_kept(self) -> None:
        storage = MemoryStorage()
        claimed = JobState(name=JOB, started_at=NOW)
        await put(storage, claimed)
        unnoted = claimed.failed(NOW, "ended without a word")
        noted = claimed.succeeded(NOW, "RJFAF901 imported")
        await put(storage, noted)
        assert await conclude(claimed, unnoted, storage=storage) == noted
        await put(storage, claimed)
        assert await conclude(claimed, unnoted, storage=storage) == unnoted
        assert await state_of(storage) == unnoted


class Offered:
    """A service that offers one version of the fares, and an import that may fail."""

    def __init__(self, storage: MemoryStorage, version: str = "RJFAF901") -> None:
        self.storage = storage
        self.version = version
        self.failure: BaseException | None = None
        self.rejected = 0
        self.loaded: list[str] = []

    async def fetch(self) -> FetchedFeed:
        return FetchedFeed(paths=(f"{self.version}.zip",), version=self.version, is_new=True)

    async def load(self, paths: Sequence[str]) -> ImportReport:
        if self.failure is not None:
            raise self.failure
        self.loaded += paths
        async with self.storage.writing() as unit:
            edition = FareEdition(
                number=len(self.loaded),
                version=self.version,
                source=FeedSource.IMPORT,
                generated_on=NOW.date(),
                loaded_at=NOW,
                state=EditionState.CURRENT,
            )
            await unit.fares.put(edition, RuleBook(), [])
        bad = Rejection(file="RJFAF901.FFL", line=1, record="T", why="no price")
        return ImportReport(rejected=[bad] * self.rejected)

    async def update(self, *, is_claimed: bool = False, is_forced: bool = False) -> str:
        return await update_fares(
            self.fetch,
            self.load,
            storage=self.storage,
            clock=Moment(),
            is_claimed=is_claimed,
            is_forced=is_forced,
        )

    async def state(self) -> JobState:
        state = await state_of(self.storage)
        assert state is not None
        return state


@pytest.fixture
def offered() -> Offered:
    return Offered(MemoryStorage())


class TestWhatBecomesOfIt:
    async def test_newer_fares_are_imported_and_that_is_noted(self, offered: Offered) -> None:
        assert await offered.update() == "RJFAF901 imported"
        assert offered.loaded == ["RJFAF901.zip"]
        assert await offered.state() == done(NOW)

    async def test_bad_records_are_counted_in_the_outcome(self, offered: Offered) -> None:
        offered.rejected = 3
        assert await offered.update() == "RJFAF901 imported, without 3 bad records"

    async def test_fares_that_are_there_are_not_imported_again_and_all_is_well(
        self, offered: Offered
    ) -> None:
        await offered.update()
        assert await offered.update() == "nothing newer than RJFAF901"
        assert offered.loaded == ["RJFAF901.zip"]
        assert (await offered.state()).outcome == "nothing newer than RJFAF901"
        assert (await offered.state()).failures == 0

    async def test_fares_that_were_taken_back_are_imported_by_force_only(
        self, offered: Offered
    ) -> None:
        await offered.update()
        offered.version = "RJFAF902"
        await offered.update()
        async with offered.storage.writing() as unit:
            await unit.fares.restore()
        assert "--force" in await offered.update()
        assert len(offered.loaded) == 2
        assert await offered.update(is_forced=True) == "RJFAF902 imported"
        assert len(offered.loaded) == 3

    async def test_failures_are_counted_until_it_goes_well(self, offered: Offered) -> None:
        offered.failure = FeedServiceFailed("fares", "the portal is silent")
        for times in (1, 2):
            with pytest.raises(FeedServiceFailed):
                await offered.update()
            state = await offered.state()
            assert (state.failures, state.failure) == (times, "fares: the portal is silent")
        assert (await offered.state()).ended_at == NOW
        offered.failure = None
        await offered.update()
        assert ((await offered.state()).failures, (await offered.state()).failure) == (0, "")

    async def test_a_crash_is_noted_without_its_cause(self, offered: Offered) -> None:
        offered.failure = KeyError("some secret")
        with pytest.raises(KeyError):
            await offered.update()
        assert (await offered.state()).failure == "the update crashed (KeyError)"

    async def test_one_that_is_interrupted_has_not_failed(self, offered: Offered) -> None:
        offered.failure = asyncio.CancelledError()
        with pytest.raises(asyncio.CancelledError):
            await offered.update()
        state = await offered.state()
        assert (state.ended_at, state.failures, state.succeeded_at) == (NOW, 0, None)

    async def test_a_second_one_at_the_same_time_is_refused(self, offered: Offered) -> None:
        running = JobState(name=JOB, started_at=NOW - HOUR)
        await put(offered.storage, running)
        with pytest.raises(Conflict, match="since 2026-01-06T11:00:00"):
            await offered.update()
        assert await offered.state() == running
        assert offered.loaded == []

    async def test_one_that_the_service_has_claimed_goes_on(self, offered: Offered) -> None:
        await put(offered.storage, JobState(name=JOB, started_at=NOW - HOUR))
        assert await offered.update(is_claimed=True) == "RJFAF901 imported"
        state = await offered.state()
        assert (state.started_at, state.ended_at) == (NOW - HOUR, NOW)
