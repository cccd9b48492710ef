"""Supervised tasks: started again, more and more patiently, and given up in the end."""

import asyncio
from collections.abc import Callable

import pytest

from railfair.entrypoints.supervision import (
    FIRST_PAUSE_S,
    LONGEST_PAUSE_S,
    MOST_FAILURES,
    STEADY_S,
    Condition,
    Pacing,
    Supervisor,
)


class Time:
    """Passes when somebody sleeps or works, and remembers the pauses."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    async def sleep(self, pause_s: float) -> None:
        self.pauses.append(pause_s)
        self.now += pause_s
        await asyncio.sleep(0)

    def seconds(self) -> float:
        return self.now

    def pacing(self, spread: float = 1.0) -> Pacing:
        return Pacing(sleep=self.sleep, seconds=self.seconds, spread=lambda: spread)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - steps of the loop, not time
            await asyncio.sleep(0)


async def forever() -> None:
    await asyncio.Event().wait()


async def test_tasks_run_while_the_block_lasts() -> None:
    ended = []

    async def work() -> None:
        try:
            await forever()
        finally:
            ended.append(True)

    supervisor = Supervisor({"one": work, "two": work})
    async with supervisor.running():
        await asyncio.sleep(0)
        assert [state.name for state in supervisor.states()] == ["one", "two"]
        assert {state.condition for state in supervisor.states()} == {Condition.RUNNING}
    assert ended == [True, True]
    assert {state.condition for state in supervisor.states()} == {Condition.STOPPED}


async def test_a_task_that_fails_is_started_again_after_pauses_that_double() -> None:
    clock, runs = Time(), []

    async def work() -> None:
        runs.append(clock.now)
        if len(runs) < 5:
            raise ValueError("secret")
        await forever()

    supervisor = Supervisor({"work": work}, clock.pacing())
    async with supervisor.running():
        await until(lambda: len(runs) == 5)
        [state] = supervisor.states()
        assert (state.condition, state.restarts) == (Condition.RUNNING, 4)
        assert state.last_error == "crashed (ValueError)"
    assert clock.pauses == [FIRST_PAUSE_S * factor for factor in (1, 2, 4, 8)]


async def test_a_task_that_ends_by_itself_is_started_again_too() -> None:
    clock, runs = Time(), []

    async def work() -> None:
        runs.append(clock.now)
        if len(runs) > 1:
            await forever()

    supervisor = Supervisor({"work": work}, clock.pacing())
    async with supervisor.running():
        await until(lambda: len(runs) == 2)
        assert supervisor.states()[0].last_error == "ended by itself"


async def test_a_task_that_keeps_failing_is_given_up_and_leaves_the_others_alone() -> None:
    clock, runs = Time(), []

    async def work() -> None:
        runs.append(clock.now)
        raise OSError

    supervisor = Supervisor({"bad": work, "good": forever}, clock.pacing())
    async with supervisor.running():
        bad, good = supervisor.states()
        await until(lambda: bad.condition is Condition.FAILED)
        assert good.condition is Condition.RUNNING
    assert len(runs) == MOST_FAILURES + 1
    assert bad.restarts == MOST_FAILURES
    assert max(clock.pauses) == LONGEST_PAUSE_S


async def test_a_task_that_ran_for_long_begins_with_the_first_pause_again() -> None:
    clock, runs = Time(), []

    async def work() -> None:
        runs.append(clock.now)
        if len(runs) == 4:
            clock.now += STEADY_S
        if len(runs) == 6:
            await forever()
        raise OSError

    supervisor = Supervisor({"work": work}, clock.pacing())
    async with supervisor.running():
        await until(lambda: len(runs) == 6)
    assert clock.pauses == [FIRST_PAUSE_S * factor for factor in (1, 2, 4, 1, 2)]


@pytest.mark.parametrize(("spread", "share"), [(0.0, 0.5), (0.5, 0.75), (1.0, 1.0)])
async def test_pauses_are_spread_from_half_to_the_whole(spread: float, share: float) -> None:
    clock = Time()
    runs: list[float] = []

    async def work() -> None:
        runs.append(clock.now)
        if len(runs) == 3:
            await forever()
        raise OSError

    async with Supervisor({"work": work}, clock.pacing(spread)).running():
        await until(lambda: len(runs) == 3)
    assert clock.pauses == [FIRST_PAUSE_S * share, FIRST_PAUSE_S * 2 * share]


async def test_stopping_does_not_wait_for_a_pause_to_end() -> None:
    async def work() -> None:
        raise OSError

    pacing = Pacing(sleep=lambda _: asyncio.sleep(3_600))
    supervisor = Supervisor({"work": work}, pacing)
    async with asyncio.timeout(10), supervisor.running():
        await until(lambda: supervisor.states()[0].condition is Condition.BACKING_OFF)
