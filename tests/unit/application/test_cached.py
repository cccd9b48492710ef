"""Answers computed once, served while stale, and never from before an invalidation."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from railfair.adapters.memory.cache import MemoryCache
from railfair.adapters.memory.locks import MemoryLocks
from railfair.adapters.memory.observer import MemoryObserver
from railfair.application.cached import (
    REFRESHES_AT_ONCE,
    Answer,
    CachedAnswers,
    Lifetime,
    Outcome,
)
from railfair.application.tiered_cache import Tier, TieredCache
from railfair.domain.cache_keys import EVERYTHING, Kind, Scope, Subject, cache_key
from railfair.domain.errors import StorageUnavailable, UnknownStation
from railfair.ports.observer import UNOBSERVED, Observer
from support.settable_clock import SettableClock

KEY = cache_key(Kind.FARES, "v1", {}, origin="NRW", destination="LST")
LIFETIMES = dict.fromkeys(Kind, Lifetime(fresh_s=100, stale_s=900))


class Kitchen:
    """Computes what is asked for when the door is open, and counts."""

    def __init__(self) -> None:
        self.door = asyncio.Event()
        self.door.set()
        self.made = 0
        self.error: Exception | None = None

    async def __call__(self) -> bytes:
        self.made += 1
        body = b"%d" % self.made
        await self.door.wait()
        if self.error is not None:
            raise self.error
        return body


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def kitchen() -> Kitchen:
    return Kitchen()


@pytest.fixture
def observer() -> MemoryObserver:
    return MemoryObserver()


def answers_at(
    clock: SettableClock,
    random: Callable[[], float] = lambda: 0.5,
    observer: Observer = UNOBSERVED,
) -> CachedAnswers:
    tiers = TieredCache(MemoryCache(max_bytes=1 << 20, now=clock))
    locks = MemoryLocks(now=clock)
    return CachedAnswers(tiers, locks, LIFETIMES, now=clock, random=random, observer=observer)


@pytest.fixture
async def answers(clock: SettableClock, observer: MemoryObserver) -> AsyncIterator[CachedAnswers]:
    answers = answers_at(clock, observer=observer)
    yield answers
    await answers.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0)


def said(answer: Answer) -> tuple[bytes, Outcome]:
    return answer.entry.body, answer.outcome


async def test_the_first_is_a_miss_and_the_next_a_hit_of_the_same_bytes(
    answers: CachedAnswers, kitchen: Kitchen, observer: MemoryObserver
) -> None:
    first = await answers.get(KEY, kitchen)
    assert said(first) == (b"1", Outcome.MISS)
    second = await answers.get(KEY, kitchen)
    assert said(second) == (b"1", Outcome.HIT)
    assert second.tier is Tier.LOCAL
    assert second.entry.etag == first.entry.etag != ""
    peeked = answers.peek(KEY)
    assert peeked == second
    assert observer.cache == {(Kind.FARES, "HIT", "local"): 2, (Kind.FARES, "MISS", ""): 1}
    assert observer.computations == {Kind.FARES: 1}


async def test_a_thousand_at_once_compute_once(answers: CachedAnswers, kitchen: Kitchen) -> None:
    kitchen.door.clear()
    asked = [asyncio.create_task(answers.get(KEY, kitchen)) for _ in range(1000)]
    await until(lambda: kitchen.made == 1)
    kitchen.door.set()
    found = await asyncio.gather(*asked)
    assert {said(one) for one in found} == {(b"1", Outcome.MISS)}
    assert kitchen.made == 1


async def test_who_stops_waiting_stops_nobody_else(
    answers: CachedAnswers, kitchen: Kitchen
) -> None:
    kitchen.door.clear()
    first = asyncio.create_task(answers.get(KEY, kitchen))
    await until(lambda: kitchen.made == 1)
    other = asyncio.create_task(answers.get(KEY, kitchen))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert first.cancelled()
    kitchen.door.set()
    assert said(await other) == (b"1", Outcome.MISS)


async def test_work_that_nobody_waits_for_any_more_ends_and_is_begun_anew_when_asked_for(
    answers: CachedAnswers, kitchen: Kitchen
) -> None:
    kitchen.door.clear()
    asked = asyncio.create_task(answers.get(KEY, kitchen))
    await until(lambda: kitchen.made == 1)
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    kitchen.door.set()
    assert (await answers.get(KEY, kitchen)).outcome is Outcome.MISS
    assert kitchen.made == 2


async def test_an_error_reaches_all_who_wait_and_is_not_kept(
    answers: CachedAnswers, kitchen: Kitchen, observer: MemoryObserver
) -> None:
    kitchen.door.clear()
    kitchen.error = UnknownStation("XXX")
    asked = [asyncio.create_task(answers.get(KEY, kitchen)) for _ in range(10)]
    await until(lambda: kitchen.made == 1)
    kitchen.door.set()
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert {type(one) for one in found} == {UnknownStation}
    assert observer.failures == {Kind.FARES: 1}
    kitchen.error = None
    assert said(await answers.get(KEY, kitchen)) == (b"2", Outcome.MISS)


async def test_a_stale_answer_goes_out_at_once_and_one_refresh_runs_behind_it(
    answers: CachedAnswers, kitchen: Kitchen, clock: SettableClock
) -> None:
    await answers.get(KEY, kitchen)
    clock.advance(100)
    kitchen.door.clear()
    for _ in range(50):
        assert said(await answers.get(KEY, kitchen)) == (b"1", Outcome.STALE)
    await until(lambda: kitchen.made == 2)
    kitchen.door.set()
    await until(lambda: answers.peek(KEY) is not None)
    assert said(await answers.get(KEY, kitchen)) == (b"2", Outcome.HIT)
    assert kitchen.made == 2


async def test_beyond_its_hard_limit_an_answer_is_gone(
    answers: CachedAnswers, kitchen: Kitchen, clock: SettableClock
) -> None:
    await answers.get(KEY, kitchen)
    clock.advance(1000)
    assert said(await answers.get(KEY, kitchen)) == (b"2", Outcome.MISS)


async def test_while_the_source_is_lost_the_stale_answer_says_so_and_refreshes_rest(
    answers: CachedAnswers, kitchen: Kitchen, clock: SettableClock, observer: MemoryObserver
) -> None:
    await answers.get(KEY, kitchen)
    clock.advance(100)
    kitchen.error = StorageUnavailable("lost")
    assert not (await answers.get(KEY, kitchen)).degraded
    for failures, pause in enumerate((1, 2, 4), 1):
        await until(lambda failures=failures: observer.failures.total() == failures)  # type: ignore[misc]
        await until(lambda: not answers._tasks)
        for _ in range(10):
            answer = await answers.get(KEY, kitchen)
            assert said(answer) == (b"1", Outcome.STALE)
            assert answer.degraded
        assert kitchen.made == failures + 1
        clock.advance(pause)
        await answers.get(KEY, kitchen)
    await until(lambda: not answers._tasks)
    kitchen.error = None
    clock.advance(60)
    await answers.get(KEY, kitchen)
    await until(lambda: answers.peek(KEY) is not None)
    assert not (await answers.get(KEY, kitchen)).degraded


async def test_few_refreshes_run_at_once(
    answers: CachedAnswers, kitchen: Kitchen, clock: SettableClock
) -> None:
    keys = [cache_key(Kind.FARES, "v1", {"n": number}) for number in range(50)]
    for key in keys:
        await answers.get(key, kitchen)
    clock.advance(100)
    kitchen.door.clear()
    for key in keys:
        assert (await answers.get(key, kitchen)).outcome is Outcome.STALE
        await asyncio.sleep(0)
    await until(lambda: kitchen.made >= 50 + REFRESHES_AT_ONCE)
    for _ in range(100):
        await asyncio.sleep(0)
    assert kitchen.made == 50 + REFRESHES_AT_ONCE


@pytest.mark.parametrize("scope", [EVERYTHING, Scope(Subject.FARES), Scope.route("NRW", "LST")])
async def test_what_is_computed_during_an_invalidation_is_neither_kept_nor_joined(
    answers: CachedAnswers, kitchen: Kitchen, scope: Scope
) -> None:
    kitchen.door.clear()
    before = asyncio.create_task(answers.get(KEY, kitchen))
    await until(lambda: kitchen.made == 1)
    assert await answers.invalidate(scope) == 0
    after = asyncio.create_task(answers.get(KEY, kitchen))
    await asyncio.sleep(0)
    kitchen.door.set()
    assert said(await before)[0] == b"1"
    assert said(await after)[0] == b"2"
    assert said(await answers.get(KEY, kitchen)) == (b"2", Outcome.HIT)


async def test_an_invalidation_counts_what_went(answers: CachedAnswers, kitchen: Kitchen) -> None:
    await answers.get(KEY, kitchen)
    assert await answers.invalidate(Scope(Subject.PREDICTIONS)) == 0
    assert await answers.invalidate(Scope(Subject.FARES)) == 1
    assert said(await answers.get(KEY, kitchen)) == (b"2", Outcome.MISS)


@pytest.mark.parametrize(("random", "fresh_s", "kept_s"), [(0, 90, 900), (0.5, 100, 1000)])
async def test_lifetimes_differ_a_little(
    clock: SettableClock, kitchen: Kitchen, random: float, fresh_s: float, kept_s: float
) -> None:
    answers = answers_at(clock, lambda: random)
    entry = (await answers.get(KEY, kitchen)).entry
    assert (entry.fresh_s, entry.kept_s) == pytest.approx((fresh_s, kept_s))
    await answers.close()


async def test_switched_off_every_answer_is_computed(
    clock: SettableClock, kitchen: Kitchen, observer: MemoryObserver
) -> None:
    locks = MemoryLocks(now=clock)
    answers = CachedAnswers(
        None, locks, LIFETIMES, now=clock, random=lambda: 0.5, observer=observer
    )
    await answers.start()
    for body in (b"1", b"2"):
        assert said(await answers.get(KEY, kitchen)) == (body, Outcome.BYPASS)
    assert answers.peek(KEY) is None
    assert await answers.invalidate(EVERYTHING) == 0
    assert observer.cache == {(Kind.FARES, "BYPASS", ""): 2}
    await answers.close()


async def test_closing_gives_up_what_is_being_made(
    answers: CachedAnswers, kitchen: Kitchen
) -> None:
    kitchen.door.clear()
    asked: Awaitable[Answer] = asyncio.ensure_future(answers.get(KEY, kitchen))
    await until(lambda: kitchen.made == 1)
    await answers.close()
    with pytest.raises(asyncio.CancelledError):
        await asked
