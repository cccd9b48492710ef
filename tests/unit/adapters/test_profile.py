"""Profiles of this very process."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from railfair.adapters.telemetry.profile import Profiler
from railfair.domain.errors import ProfileRunning


@pytest.fixture
def busy() -> Iterator[threading.Event]:
    """Have a thread `a; b c` that stays in one function until it is told."""
    enough, begun = threading.Event(), threading.Event()

    def waits_here() -> None:
        begun.set()
        enough.wait()

    thread = threading.Thread(target=waits_here, name="a; b c")
    thread.start()
    begun.wait()
    yield enough
    enough.set()
    thread.join()


async def test_a_profile_is_stacks_from_the_outside_in_and_how_often(
    busy: threading.Event,
) -> None:
    taken = await Profiler().taken(1)
    lines = [line.rpartition(" ") for line in taken.splitlines()]
    assert all(int(times) > 0 for _, _, times in lines)
    (stack,) = [stack for stack, _, _ in lines if stack.startswith("a:_b_c;")]
    frames = stack.split(";")
    assert frames[-1] == "threading.Condition.wait"
    assert f"{__name__}.busy.<locals>.waits_here" in frames
    assert any(stack.startswith("MainThread;") for stack, _, _ in lines)


async def test_one_is_taken_at_a_time_and_one_that_nobody_waits_for_ends() -> None:
    profiler = Profiler()
    first = asyncio.create_task(profiler.taken(60))
    await asyncio.sleep(0)
    with pytest.raises(ProfileRunning):
        await profiler.taken(1)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    async with asyncio.timeout(20):
        while True:
            try:
                assert await profiler.taken(1)
            except ProfileRunning:
                await asyncio.sleep(0.01)
            else:
                break
