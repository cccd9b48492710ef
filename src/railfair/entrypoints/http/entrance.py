"""The outermost layer of the HTTP service: every request gets an id and one line in the log."""

import re
import time
from typing import Any, Final
from uuid import uuid4

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from railfair.bootstrap import logger

GIVEN_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
HEADER: Final = b"x-request-id"

log = logger("http")


class Entrance:
    """Wraps the application; takes `X-Request-ID` or makes one, and returns it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope["state"] = {**scope.get("state", {}), "request_id": request_id}
        status = 0
        began = time.perf_counter()

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message.get("headers", []), (HEADER, request_id.encode())]
                message = {**message, "headers": headers}
            await send(message)

        try:
            await self._app(scope, receive, answer)
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
