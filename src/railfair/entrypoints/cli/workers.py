"""The parent of several workers: starts them, replaces those that die, and stops them all.

SIGHUP replaces them one after the other: a new one listens before an old one makes place.
"""

import asyncio
import signal
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context, resource_tracker
from typing import Final

from railfair.bootstrap import logger, worker_gone
from railfair.entrypoints.cli.worker import END_S, READY, SIGNALS, Order, Serving, serve_as_worker

FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 30.0
STEADY_S: Final = 60.0
"""A worker that lived for as long did not die of how it began."""
SPARE_S: Final = 5.0
SPAWN: Final = get_context("spawn")

log = logger("workers")


class Worker:
    """A worker's process, and the line to it; it starts when this is made."""

    def __init__(self, serving: Serving) -> None:
        loop = asyncio.get_running_loop()
        self._figures_folder = serving.figures_folder
        self._line, theirs = SPAWN.Pipe()
        self._process = SPAWN.Process(target=serve_as_worker, args=(serving, theirs))
        with _no_signals():
            self._process.start()
        theirs.close()
        self.began = time.monotonic()
        self.has_ended = asyncio.Event()
        self.has_settled = asyncio.Event()
        """It listens, or has ended."""
        loop.add_reader(self._line.fileno(), self._heard)
        loop.add_reader(self._process.sentinel, self._died)

    @property
    def pid(self) -> int | None:
        """Which process it is."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended; negative is the signal that ended it."""
        return self._process.exitcode

    def tell(self, order: Order) -> None:
        """Give *order*; one that has ended does not mind."""
        with suppress(OSError):
            self._line.send(order)

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def _heard(self) -> None:
        try:
            is_ready = self._line.recv() == READY
        except (EOFError, OSError):
            is_ready = False
        asyncio.get_running_loop().remove_reader(self._line.fileno())
        if is_ready:
            self.has_settled.set()

    def _died(self) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._process.sentinel)
        loop.remove_reader(self._line.fileno())
        self._process.join()
        self._line.close()
        if self._figures_folder is not None and self._process.pid is not None:
            worker_gone(self._figures_folder, self._process.pid)
        self.has_ended.set()
        self.has_settled.set()


class Workers:
    """As many workers as there should be, whatever becomes of each."""

    def __init__(self, serving: Serving, count: int) -> None:
        self._serving = serving
        self._count = count
        self._told = asyncio.Event()
        self._turn = asyncio.Lock()
        self._alive: set[Worker] = set()
        self._leaving: set[Worker] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._has_served = False
        self._has_failed = False

    async def run(self) -> int:
        """Serve until a signal says to stop; return the exit code.

        That is 1 if a worker ended before any of them had come to listen.
        """
        loop = asyncio.get_running_loop()
        for one in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(one, self._told.set)
        loop.add_signal_handler(signal.SIGHUP, lambda: self._do(self._replace_all()))
        for _ in range(self._count):
            self._do(self._kept(self._started()))
        await self._told.wait()
        await self._stop()
        return 1 if self._has_failed else 0

    def _started(self) -> Worker:
        worker = Worker(self._serving)
        self._alive.add(worker)
        return worker

    def _do(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _kept(self, worker: Worker) -> None:
        """See that another takes the place of *worker* once it has died, and so on."""
        pause_s = FIRST_PAUSE_S
        while True:
            await worker.has_settled.wait()
            self._has_served |= not worker.has_ended.is_set()
            await worker.has_ended.wait()
            self._alive.discard(worker)
            if worker in self._leaving or self._told.is_set():
                self._leaving.discard(worker)
                return
            log.error("worker died", pid=worker.pid, exit_code=worker.exit_code)
            if not self._has_served:
                self._has_failed = True
                self._told.set()
                return
            lived_s = time.monotonic() - worker.began
            pause_s = FIRST_PAUSE_S if lived_s > STEADY_S else min(pause_s * 2, LONGEST_PAUSE_S)
            await asyncio.sleep(pause_s)
            worker = self._started()

    async def _replace_all(self) -> None:
        """Put a new worker in the place of each, the next once the one before listens."""
        async with self._turn:
            for old in [one for one in self._alive if one not in self._leaving]:
                new = self._started()
                await new.has_settled.wait()
                if new.has_ended.is_set():
                    self._alive.discard(new)
                    log.error("worker not replaced: the new one did not start", pid=old.pid)
                    return
                self._do(self._kept(new))
                self._leaving.add(old)
                old.tell(Order.LEAVE)
            log.info("workers replaced")

    async def _stop(self) -> None:
        """Tell all workers to stop, and end those that take too long."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for worker in self._alive:
            worker.tell(Order.STOP)
        with suppress(TimeoutError):
            async with asyncio.timeout(self._serving.pause_s(Order.STOP) + END_S + SPARE_S):
                for worker in self._alive:
                    await worker.has_ended.wait()
        for worker in self._alive:
            if not worker.has_ended.is_set():
                log.error("worker killed: it did not stop", pid=worker.pid)
                worker.kill()
                await worker.has_ended.wait()


@contextmanager
def _no_signals() -> Iterator[None]:
    """Keep signals from a process that is started here until it can deal with them itself."""
    resource_tracker.ensure_running()  # else starting it would let them through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
