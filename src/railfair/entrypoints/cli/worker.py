"""One worker of the service: the application under Hypercorn, from listening to its way out."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from shutil import rmtree
from typing import Any, Final

from hypercorn.asyncio.run import worker_serve
from hypercorn.config import Config, Sockets
from hypercorn.utils import wrap_app

from railfair.entrypoints.memory import share_arenas

APPLICATION: Final = "railfair.entrypoints.http.app"
SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SETTLED_S: Final = 0.2
"""From the end of listening on: connections that were just taken get to say what they want."""
END_S: Final = 25.0
"""How long answers that are not ready, and an update of the fares, may take to end."""
READY: Final = "ready"


class Order(StrEnum):
    """What a worker is told: to make place for another one, or that the whole service stops."""

    LEAVE = "leave"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What a worker needs to serve; *drain_s* is from the order to stop to the end of listening.

    *figures_folder* is where workers count together, if there are several.
    """

    config: Config
    sockets: Sockets
    drain_s: float
    figures_folder: Path | None = None

    def pause_s(self, order: Order) -> float:
        """Return how long a worker that got *order* goes on listening, in seconds.

        One that makes place waits until each connection was either told to close or idle for too
        long. When all stop, whoever sends requests here has to see it first.
        """
        if order is Order.LEAVE:
            return float(self.config.keep_alive_timeout)
        return self.drain_s


def serve_here(serving: Serving) -> None:
    """Serve in this process until it is told to stop by a signal."""
    asyncio.run(_serve_here(serving))


def serve_as_worker(serving: Serving, orders: Connection) -> None:
    """Serve in a process of its own until *orders* bring one, or their sender has died.

    Signals go to all processes of a terminal: those to stop or start anew are the parent's to
    follow. They are not ignored, as what is ignored would be so by the update of the fares too.
    """
    for one in SIGNALS:
        signal.signal(one, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    asyncio.run(_serve_as_worker(serving, orders))


async def _serve_here(serving: Serving) -> None:
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, told.set)

    async def order() -> Order:
        await told.wait()
        return Order.STOP

    await _serve(serving, order)


async def _serve_as_worker(serving: Serving, orders: Connection) -> None:
    loop = asyncio.get_running_loop()
    came: asyncio.Future[Order] = loop.create_future()

    def receive() -> None:
        loop.remove_reader(orders.fileno())
        try:
            came.set_result(orders.recv())
        except (EOFError, OSError):  # the parent has died, which would have tidied up
            if serving.figures_folder is not None:
                rmtree(serving.figures_folder, ignore_errors=True)
            came.set_result(Order.STOP)

    async def order() -> Order:
        orders.send(READY)
        return await came

    loop.add_reader(orders.fileno(), receive)
    await _serve(serving, order)


async def _serve(serving: Serving, order: Callable[[], Awaitable[Order]]) -> None:
    """Serve until an *order* has come, which is asked for as soon as it listens."""
    share_arenas()
    loop = asyncio.get_running_loop()
    entrance = import_module(APPLICATION).create_app(serving.figures_folder)

    async def until_told() -> None:
        await _leave(entrance, serving, await order())
        loop.call_later(END_S, server.cancel)

    app = wrap_app(entrance, serving.config.wsgi_max_body_size, "asgi")
    server = asyncio.create_task(
        worker_serve(app, serving.config, sockets=serving.sockets, shutdown_trigger=until_told)
    )
    await asyncio.wait([server])
    if not server.cancelled():
        server.result()


async def _leave(entrance: Any, serving: Serving, order: Order) -> None:
    """Go on for a while with clients told to go elsewhere, then take no more connections.

    Those that nobody has taken yet are the other workers', if there are any.
    """
    entrance.leave(is_ready=order is Order.LEAVE)
    await asyncio.sleep(serving.pause_s(order))
    for one in (*serving.sockets.insecure_sockets, *serving.sockets.secure_sockets):
        asyncio.get_running_loop().remove_reader(one.fileno())
    await asyncio.sleep(SETTLED_S)
