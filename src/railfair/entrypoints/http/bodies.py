"""Bodies of requests: read before the work begins, and bounded whatever clients send."""

import asyncio
from collections import deque
from contextlib import suppress
from typing import Final

from litestar.types import HTTPReceiveMessage, Receive, WebSocketReceiveMessage

type Received = HTTPReceiveMessage | WebSocketReceiveMessage

REST_BYTES: Final = 4 * 1024 * 1024
REST_S: Final = 1.0
"""How much of a body that nobody wants is read, and for how long, to keep the connection."""


class Body:
    """What a client sends: for the application to receive, and to see when the client goes.

    A body that nobody reads fills the server's queue, and the connection would wait for ever.
    """

    __slots__ = ("_ahead", "_discarding", "_receive", "is_gone", "is_whole")

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._ahead: deque[Received] = deque()
        self._discarding: asyncio.Task[None] | None = None
        self.is_whole = False
        """Nothing more will come but the news that the client has gone."""
        self.is_gone = False

    async def __call__(self) -> Received:
        """Return the next message, as ASGI has it."""
        return self._ahead.popleft() if self._ahead else await self._next()

    async def read_ahead(self, most_bytes: int) -> None:
        """Read the body to its end, or to more than *most_bytes*, and keep it for later."""
        size = 0
        while not self.is_whole and size <= most_bytes:
            message = await self._next()
            self._ahead.append(message)
            if message["type"] == "http.request":
                size += len(message["body"])

    async def rest(self) -> None:
        """Forget what is left of the body; not whole afterwards, the connection has to close."""
        with suppress(TimeoutError):
            async with asyncio.timeout(REST_S):
                await self._skip(REST_BYTES)
        if not self.is_whole:
            # Until the server has closed the connection, something has to empty its queue.
            self._discarding = asyncio.create_task(self.gone())

    async def gone(self) -> None:
        """Return when the client has gone."""
        while not self.is_gone:
            await self._next()

    async def _skip(self, most_bytes: int) -> None:
        size = 0
        while not self.is_whole and size <= most_bytes:
            message = await self._next()
            if message["type"] == "http.request":
                size += len(message["body"])

    async def _next(self) -> Received:
        message = await self._receive()
        if message["type"] != "http.request":
            self.is_gone = self.is_whole = True
        elif not message.get("more_body"):
            self.is_whole = True
        return message
