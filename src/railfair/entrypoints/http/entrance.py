"""The outermost layer of the HTTP service: who may come in, for how long, and what is noted of it.

Every request gets an id, a deadline and one line in the log. One that is refused here costs
nothing further: the application has not heard of it.
"""

import asyncio
import math
import os
import re
import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

from litestar import Litestar
from litestar.enums import HttpMethod, ScopeType
from litestar.exceptions import HTTPException
from litestar.types import HTTPScope, Message, Receive, Scope, Send
from litestar.utils.path import normalize_path

from railfair.bootstrap import (
    LONGEST_PROFILE_S,
    Figures,
    RailFair,
    RequestLine,
    figures_of,
    request_log,
)
from railfair.config import Settings
from railfair.domain.errors import DeadlineExceeded, InvalidApiKey, RailFairError, RateLimited
from railfair.domain.popularity import Route
from railfair.domain.quota import Allowance
from railfair.entrypoints.http import problems
from railfair.entrypoints.http.answers import Answers, Kept
from railfair.entrypoints.http.bodies import Body
from railfair.entrypoints.http.clients import UNKNOWN, Client, Clients
from railfair.entrypoints.http.features import feature_of
from railfair.entrypoints.http.headers import Header, Headers
from railfair.entrypoints.http.problems import Problem
from railfair.ports.rate_limiter import RateLimiter
from railfair.ports.tracing import UNTRACED, RequestTrace, Traces

GIVEN_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
HEADER: Final = b"x-request-id"
CACHE: Final = b"x-cache"
ALLOW: Final = b"allow"
NO_METHOD: Final[Any] = "NONE"
"""A method that nothing is served for."""
TRACEPARENT: Final = b"traceparent"
CLOSING: Final = (b"connection", b"close")
OPEN_PATHS: Final = ("/health", "/metrics")
"""Whoever watches the service gets in whatever else goes on."""
SLOW_PATHS: Final = ("/api/admin/profile",)
SLOW_S: Final = LONGEST_PROFILE_S + 10
"""Deadline of what is asked to take long."""
NOT_AT_HAND: Final = frozenset(
    (b"x-api-key", b"authorization", b"content-length", b"transfer-encoding")
)
"""Headers of requests that have to be looked into."""
UNROUTED: Final = "unknown"
"""In the place of a template: nothing is served at that path."""
GONE: Final = 499
"""Status in the log of a request whose client did not wait for the answer."""
WATCH_AFTER_S: Final = 0.05
"""Few requests last as long, and only theirs are worth watching for a client that goes."""


class _Answer:
    """What is sent back, with the headers that every answer has; *status* is 0 before it begins."""

    __slots__ = (
        "_began", "_body", "_entrance", "_send", "allowance", "asked", "is_head", "is_whole",
        "method", "outcome", "request_id", "scope", "status", "took_s", "trace",
    )  # fmt: skip

    def __init__(self, entrance: "Entrance", scope: HTTPScope, body: Body, send: Send) -> None:
        self._entrance = entrance
        self._body = body
        self._send = send
        self.scope = scope
        self.asked = dict(scope["headers"])
        given = self.asked.get(HEADER, b"")
        self.request_id = given.decode() if GIVEN_ID.fullmatch(given) else os.urandom(16).hex()
        self.method = str(scope["method"])
        self.is_head = self.method == "HEAD"
        self.status = 0
        self.allowance: Allowance | None = None
        """What the client may ask for, `None` where that is unlimited."""
        self.is_whole = False
        """The last of it is being sent; the server takes the client for gone when it was."""
        self.outcome = ""
        """What the cache had, in capitals; empty for what is never kept."""
        self.trace: RequestTrace | None = None
        self._began = time.perf_counter()
        self.took_s: float | None = None
        """How long it took, once it is counted."""

    async def __call__(self, message: Message) -> None:
        """Send *message* on, as ASGI has it."""
        if message["type"] == "http.response.start":
            if not self._body.is_whole:
                await self._body.rest()
            self.status = int(message["status"])
            given = message.get("headers", ())
            self.outcome = next((is_.decode() for name, is_ in given if name == CACHE), "")
            if self.status == HTTPStatus.METHOD_NOT_ALLOWED or self.method == "OPTIONS":
                allowed = self._entrance.allowed_at(self.scope["path"])
                given = [(name, allowed if name == ALLOW else is_) for name, is_ in given]
            headers = self._entrance.headers.added(given, self.asked)
            message = {**message, "headers": self._with_ours(headers)}
        elif message["type"] == "http.response.body":
            self.is_whole = not message.get("more_body")
            if self.is_head:
                message = {**message, "body": b""}
            if self.is_whole:
                # Before its client can know of it, and ask another worker for figures.
                self.count()
        await self._send(message)

    def count(self) -> float:
        """Count it unless it was; return how many seconds it took."""
        if self.took_s is None:
            self.took_s = time.perf_counter() - self._began
            self._entrance.count(self, self.took_s)
        return self.took_s

    async def of(self, problem: Problem) -> None:
        """Send *problem*, which no route of the application has answered with."""
        self.scope["state"]["problem"] = problem.code
        headers, content = problems.encoded(problem, self.request_id)
        await self.whole(problem.status, headers, content)

    async def kept(self, kept: Kept) -> None:
        """Send what was *kept*, which no route of the application has seen, and count it."""
        self.scope["path_template"] = kept.route
        self.outcome = kept.outcome
        if kept.counted is not None:
            self._entrance.count_route(kept.counted)
        await self.whole(kept.status, kept.headers, kept.body)

    async def whole(self, status: int, headers: Sequence[Header], content: bytes = b"") -> None:
        """Send a whole answer, none of whose headers says what a page may do."""
        if not self._body.is_whole:
            await self._body.rest()
        self.status = status
        headers = self._with_ours(self._entrance.headers.added_to_ours(headers, self.asked))
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        self.is_whole = True
        self.count()
        content = b"" if self.is_head else content
        await self._send({"type": "http.response.body", "body": content, "more_body": False})

    def _with_ours(self, headers: list[Header]) -> list[Header]:
        """Return *headers* with those that are of this request."""
        headers.append((HEADER, self.request_id.encode()))
        if self.trace is not None:
            headers.append((TRACEPARENT, self.trace.traceparent))
        if self.allowance is not None:
            headers += _quota_headers(self.allowance)
        if self._has_to_close():
            headers.append(CLOSING)
        return headers

    def _has_to_close(self) -> bool:
        is_over = self._entrance.is_leaving or not self._body.is_whole
        return is_over and self.scope["http_version"].startswith("1")


class Entrance:
    """Wraps the application; takes `X-Request-ID` or makes one, and returns it.

    A HEAD is answered as the GET would be, without the body. Requests are counted by *figures*,
    and some of them traced by *traces*.
    """

    def __init__(
        self,
        app: Litestar,
        settings: Settings,
        figures: Figures | None = None,
        traces: Traces | None = None,
    ) -> None:
        self._app = app
        self._log = request_log(settings)
        self._traces = traces
        self._figures = figures or figures_of(settings)
        self._deadline_s = settings.deadline_s
        self._most_bytes = settings.max_body_bytes
        self._clients = Clients(settings.trusted_proxies, settings.rate_limit)
        self.headers = Headers(
            origins=settings.cors_origins, hsts_max_age_s=settings.hsts_max_age_s
        )
        self.is_leaving = False
        """Clients are told with each answer to come back on another connection."""

    def allowed_at(self, path: str) -> bytes:
        """Return the methods that *path* is served for, as an `Allow` has them."""
        try:
            self._app.asgi_router.handle_routing(path=normalize_path(path), method=NO_METHOD)
        except HTTPException as error:
            found = set((error.headers or {}).get("allow", "").split(", "))
            return ", ".join(sorted(found | ({"HEAD"} if "GET" in found else set()))).encode()
        return b""

    def count_route(self, route: Route) -> None:
        """Count a request for *route* that is answered with what is kept."""
        railfair: RailFair = self._app.state.railfair
        railfair.popularity.count(route)

    def leave(self, *, is_ready: bool) -> None:
        """Tell clients to come back on other connections, and those that watch if *is_ready*."""
        self.is_leaving = True
        self._app.state.is_draining = not is_ready

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        body = Body(receive)
        answer = _Answer(self, scope, body, send)
        scope["state"] = {**scope.get("state", {}), "request_id": answer.request_id}
        if answer.is_head:
            scope["method"] = HttpMethod.GET
        if self._traces is not None:
            answer.trace = self._traces.begin(answer.method, answer.asked)
        self._figures.in_work += 1
        try:
            with answer.trace or UNTRACED:
                try:
                    if not await self._at_hand(answer, body):
                        await self._timed(answer, body)
                finally:
                    self._note(answer, answer.count() * 1000)
        finally:
            self._figures.in_work -= 1

    def _note(self, answer: _Answer, took_ms: float) -> None:
        """Write the one line that a request has in the log, and end its trace."""
        state = answer.scope["state"]
        client: Client | None = state.get("client")
        route = answer.scope["path_template"]
        line = RequestLine(
            method=answer.method,
            route=route,
            status=answer.status,
            took_ms=round(took_ms, 2),
            request_id=answer.request_id,
            cache=answer.outcome,
            problem=state.get("problem", ""),
            key="" if client is None or client.key is None else client.key.prefix,
        )
        if answer.trace is not None:
            answer.trace.answered(
                answer.method,
                route,
                answer.status,
                path=answer.scope["path"],
                request_id=answer.request_id,
                **({"cache": answer.outcome} if answer.outcome else {}),
            )
            line.trace_id, line.span_id = answer.trace.ids()
        self._log(line)

    def count(self, answer: _Answer, took_s: float) -> None:
        """Count *answer*, which took so many seconds."""
        scope = answer.scope
        if "path_template" not in scope:
            scope["path_template"] = self._route_of(scope)
        self._figures.answered(
            answer.method, scope["path_template"], answer.status, took_s, answer.outcome
        )
        problem = scope["state"].get("problem")
        if problem is not None:
            self._figures.problem(problem)

    def _route_of(self, scope: HTTPScope) -> str:
        """Return the template of the path that is asked for, whoever would answer."""
        try:
            found = self._app.asgi_router.handle_routing(
                path=normalize_path(scope["path"]), method=scope["method"]
            )
        except HTTPException:
            return UNROUTED
        return str(found[-1])

    async def _at_hand(self, answer: _Answer, body: Body) -> bool:
        """Send the answer and return true if nothing has to be waited for to have it.

        That is a GET without a key or a body, whose answer this process keeps.
        """
        scope = answer.scope
        if scope["method"] != HttpMethod.GET or not answer.asked.keys().isdisjoint(NOT_AT_HAND):
            return False
        if _has_hidden_slash(scope):
            return False
        state = self._app.state
        answers: Answers | None = state.get("answers")
        kept = None if answers is None else answers.remembered(scope, answer.asked)
        if kept is None or self._is_off(scope):
            return False
        client = self._clients.unnamed(_peer(scope), scope["headers"])
        scope["state"]["client"] = client
        if client.quota is not None:
            railfair: RailFair = state.railfair
            answer.allowance = railfair.limiter.take(client.id, client.quota)
            if answer.allowance is None:
                return False
        body.is_whole = True
        if answer.allowance is not None and not answer.allowance.allowed:
            await answer.of(problems.of_error(_refused(answer.allowance)))
            return True
        await answer.kept(kept)
        return True

    def _is_off(self, scope: HTTPScope) -> bool:
        off = self._app.state.railfair.features.off
        return bool(off) and feature_of(scope["path"]) in off

    async def _timed(self, answer: _Answer, body: Body) -> None:
        """Answer, unless the deadline comes first or the client goes; then give the work up."""
        is_slow = answer.scope["path"].startswith(SLOW_PATHS)
        limit = asyncio.timeout(max(self._deadline_s, SLOW_S) if is_slow else self._deadline_s)
        watch = _Watch(body, answer, limit)
        try:
            async with limit:
                await self._checked(answer, body)
        except TimeoutError:
            if not limit.expired():
                raise
            if not body.is_gone and not answer.status:
                await answer.of(_late(body, self._deadline_s))
        finally:
            watch.end()
        if watch.has_seen_it_go or (body.is_gone and not answer.status):
            answer.status = GONE

    async def _checked(self, answer: _Answer, body: Body) -> None:
        told = self.headers.preflight(answer.scope["method"], answer.asked)
        if told is not None:
            await answer.whole(HTTPStatus.NO_CONTENT, told)
        elif _has_hidden_slash(answer.scope):
            answer.scope["path_template"] = UNROUTED
            await answer.of(problems.of_unserved())
        elif answer.scope["path"].startswith(OPEN_PATHS):
            await self._app(answer.scope, body, answer)
        else:
            try:
                await self._admitted(answer, body)
            except RailFairError as error:
                await answer.of(problems.of_error(error))

    async def _admitted(self, answer: _Answer, body: Body) -> None:
        scope = answer.scope
        railfair: RailFair = self._app.state.railfair
        peer, headers = _peer(scope), scope["headers"]
        try:
            client = await self._clients.who(peer, headers, railfair.keys)
        except InvalidApiKey:
            # Whoever guesses keys is slowed down like anybody else.
            await _count(railfair.limiter, self._clients.unnamed(peer, headers), answer)
            raise
        scope["state"]["client"] = client
        await _count(railfair.limiter, client, answer)
        if railfair.features.off:
            railfair.features.check(feature_of(scope["path"]))
        answers: Answers = self._app.state.answers
        kept = answers.remembered(scope, answer.asked) if scope["method"] == "GET" else None
        if kept is not None:
            await answer.kept(kept)
            return
        # A client that sends slowly holds nobody up but itself.
        await body.read_ahead(self._most_bytes)
        if not body.is_gone:
            await self._app(scope, body, answer)


class _Watch:
    """Sees the client of a request that lasts go away, and lets its time run out at once."""

    __slots__ = ("_answer", "_body", "_limit", "_task", "_timer", "has_seen_it_go")

    def __init__(self, body: Body, answer: _Answer, limit: asyncio.Timeout) -> None:
        self._body = body
        self._answer = answer
        self._limit = limit
        self._task: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(WATCH_AFTER_S, self._begin)
        self.has_seen_it_go = False

    def end(self) -> None:
        """Stop watching."""
        self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    def _begin(self) -> None:
        loop = asyncio.get_running_loop()
        if self._body.is_whole:
            self._task = loop.create_task(self._watched())
        else:  # who reads the body sees it as well
            self._timer = loop.call_later(WATCH_AFTER_S, self._begin)

    async def _watched(self) -> None:
        await self._body.gone()
        if not self._answer.is_whole and not self._limit.expired():
            self.has_seen_it_go = True
            self._limit.reschedule(asyncio.get_running_loop().time())


async def _count(limiter: RateLimiter, client: Client, answer: _Answer) -> None:
    """Count the request; raise `RateLimited` where the client has used its quota up."""
    if client.quota is None:
        return
    allowance = limiter.take(client.id, client.quota)
    allowance = allowance or await limiter.lease(client.id, client.quota)
    answer.allowance = allowance
    if not allowance.allowed:
        raise _refused(allowance)


def _refused(allowance: Allowance) -> RateLimited:
    return RateLimited(math.ceil(allowance.retry_s))


def _has_hidden_slash(scope: HTTPScope) -> bool:
    """Return whether a slash of the path was escaped: part of a name, and no name has one."""
    return b"%2f" in scope["raw_path"].partition(b"?")[0].lower()


def _peer(scope: HTTPScope) -> str:
    return scope["client"][0] if scope["client"] else UNKNOWN


def _quota_headers(allowance: Allowance) -> list[tuple[bytes, bytes]]:
    """Return what a client is told of its quota. Source: IETF draft, RateLimit header fields."""
    left_s = allowance.reset_s if allowance.allowed else allowance.retry_s
    headers = [
        (b"ratelimit-policy", b'"default";q=%d;w=%d' % (allowance.limit, allowance.window_s)),
        (
            b"ratelimit",
            b'"default";r=%d;t=%d' % (allowance.remaining, math.ceil(left_s)),
        ),
    ]
    if not allowance.allowed:
        headers.append((b"retry-after", b"%d" % math.ceil(allowance.retry_s)))
    return headers


def _late(body: Body, deadline_s: float) -> Problem:
    if not body.is_whole:
        return problems.of_slow_body()
    return problems.of_error(DeadlineExceeded(deadline_s))
