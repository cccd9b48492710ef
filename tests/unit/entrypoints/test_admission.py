"""The gate: so many at once, a few that wait for a moment, and nobody else."""

import asyncio

import pytest

from railfair.domain.errors import Overloaded
from railfair.entrypoints.http.admission import Gate

LONG_S = 60.0


class Work:
    """Goes through a gate and stays until it is let go."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self.is_in = False
        self.may_go = asyncio.Event()
        self.task = asyncio.create_task(self._done())

    async def _done(self) -> None:
        async with self._gate.passed():
            self.is_in = True
            await self.may_go.wait()


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_came_first_goes_first_and_no_more_than_may_are_in() -> None:
    gate = Gate(most_in_work=2, most_waiting=3, patience_s=LONG_S)
    works = [Work(gate) for _ in range(5)]
    await settled()
    assert [work.is_in for work in works] == [True, True, False, False, False]
    with pytest.raises(Overloaded):
        await Work(gate).task
    for position, work in enumerate(works):
        work.may_go.set()
        await work.task
        await settled()
        assert sum(one.is_in for one in works) == min(5, position + 3)
    async with gate.passed():
        pass


async def test_nobody_waits_for_longer_than_its_patience() -> None:
    gate = Gate(most_in_work=1, most_waiting=1, patience_s=0.001)
    async with gate.passed():
        with pytest.raises(Overloaded):
            await Work(gate).task
    async with gate.passed():
        pass


async def test_who_is_cancelled_leaves_its_place_to_others() -> None:
    gate = Gate(most_in_work=1, most_waiting=2, patience_s=LONG_S)
    first, second, third = Work(gate), Work(gate), Work(gate)
    await settled()
    second.task.cancel()
    await settled()
    first.task.cancel()
    await settled()
    assert (second.is_in, third.is_in) == (False, True)
    fourth = Work(gate)
    third.may_go.set()
    fourth.may_go.set()
    await fourth.task


async def test_without_a_queue_more_than_may_are_refused_at_once() -> None:
    gate = Gate(most_in_work=1, most_waiting=0, patience_s=LONG_S)
    async with gate.passed():
        with pytest.raises(Overloaded):
            await Work(gate).task
