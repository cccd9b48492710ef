"""What the threads of this process are doing, looked at again and again while they go on."""

import asyncio
import sys
import threading
from collections import Counter
from types import FrameType
from typing import Final

from railfair.domain.errors import ProfileRunning

EVERY_S: Final = 0.01
LONGEST_S: Final = 60
DEEPEST: Final = 200


class Profiler:
    """Takes one profile at a time; a process has one of these."""

    def __init__(self) -> None:
        self._turn = threading.Lock()

    async def taken(self, seconds: int) -> str:
        """Return the stacks seen in so many *seconds*, and how often: `thread;outer;inner 42`.

        It ends early if nobody waits for it any more. Source: "collapsed" stacks, as
        `flamegraph.pl` and speedscope read them.

        Raises:
            ProfileRunning: another one is being taken.
        """
        if not self._turn.acquire(blocking=False):
            raise ProfileRunning
        enough = threading.Event()
        try:
            return await asyncio.to_thread(self._seen, seconds, enough)
        finally:
            enough.set()

    def _seen(self, seconds: int, enough: threading.Event) -> str:
        try:
            stacks: Counter[str] = Counter()
            for _ in range(round(seconds / EVERY_S)):
                if enough.wait(EVERY_S):
                    break
                stacks.update(_now())
            return "".join(f"{stack} {times}\n" for stack, times in sorted(stacks.items()))
        finally:
            self._turn.release()


def _now() -> list[str]:
    """Return the stacks of all other threads."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    me = threading.get_ident()
    return [
        ";".join((_plain(names.get(ident) or "thread"), *_stack(frame)))
        for ident, frame in sys._current_frames().items()  # noqa: SLF001 - made for this
        if ident != me
    ]


def _stack(frame: FrameType | None) -> list[str]:
    found: list[str] = []
    while frame is not None and len(found) < DEEPEST:
        module = frame.f_globals.get("__name__", "?")
        found.append(_plain(f"{module}.{frame.f_code.co_qualname}"))
        frame = frame.f_back
    return found[::-1]


def _plain(name: str) -> str:
    """Return *name* without what separates stacks."""
    return name.replace(";", ":").replace(" ", "_")
