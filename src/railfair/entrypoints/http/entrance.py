"""The outermost layer of the HTTP service: every request gets an id and one line in the log."""

import re
import time
from typing import Any, Final
from uuid import uuid4

from litestar.enums import HttpMethod, ScopeType
from litestar.types import (
    ASGIApp,
    HTTPReceiveMessage,
    HTTPScope,
    Message,
    Receive,
    Scope,
    Send,
    WebSocketReceiveMessage,
)

from railfair.bootstrap import logger

GIVEN_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
HEADER: Final = b"x-request-id"

log = logger("http")


class _Received:
    """A request's body as it comes in; `rest` reads what the application left of it.

    A body that nobody reads fills the server's queue, and the connection would wait for ever.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._is_whole = False

    async def __call__(self) -> HTTPReceiveMessage | WebSocketReceiveMessage:
        message = await self._receive()
        self._is_whole = not (message["type"] == "http.request" and message.get("more_body"))
        return message

    async def rest(self) -> None:
        """Read on to the body's end, or until the client has gone, and forget it."""
        while not self._is_whole:
            await self()


class Entrance:
    """Wraps the application; takes `X-Request-ID` or makes one, and returns it.

    A HEAD is answered as the GET would be, without the body.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope["state"] = {**scope.get("state", {}), "request_id": request_id}
        is_head = scope["method"] == HttpMethod.HEAD
        if is_head:
            scope["method"] = HttpMethod.GET
        received = _Received(receive)
        status = 0
        began = time.perf_counter()

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                await received.rest()
                status = message["status"]
                headers = [*message.get("headers", []), (HEADER, request_id.encode())]
                message = {**message, "headers": headers}
            elif is_head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        try:
            await self._app(scope, received, answer)
        finally:
            took_ms = (time.perf_counter() - began) * 1000
            log.info("request", **_line(scope, request_id, status, took_ms))


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == HEADER and GIVEN_ID.fullmatch(value):
            return str(value.decode())
    return uuid4().hex


def _line(scope: HTTPScope, request_id: str, status: int, took_ms: float) -> dict[str, Any]:
    return {
        "method": scope["method"],
        "route": scope.get("path_template", "unknown"),
        "status": status,
        "took_ms": round(took_ms, 2),
        "request_id": request_id,
    }
