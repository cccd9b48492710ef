"""Answers that are kept: made once for all who ask the same, and sent as the bytes they are.

Every field of the query is in the name of the answer, and so is the edition of the loaded data. An
address that was asked for before finds its answer without being read again: see `remembered`.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, timedelta
from enum import Enum
from heapq import nlargest
from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.enums import HttpMethod, MediaType
from litestar.types import HTTPScope

from railfair.application.cached import Answer, Outcome
from railfair.application.editions import LOOK_EVERY_S
from railfair.bootstrap import RailFair
from railfair.domain.cache_keys import Kind, Parameter, cache_key
from railfair.domain.errors import RailFairError
from railfair.domain.railtime import LONDON
from railfair.entrypoints.http.admission import Gate
from railfair.entrypoints.http.headers import Header

CLIENTS_KEEP_S: Final = 60
"""How long a client may use an answer without asking again: an import makes others."""
CLIENTS_KEEP_STALE_S: Final = 300
MOST_TARGETS: Final = 5_000
MOST_WARMED: Final = 64
LONGEST_TARGET: Final = 512
"""Bytes of a query that is remembered, so that all of them stay small."""
QUARTER_MIN: Final = 15
SECONDS_A_MINUTE: Final = 60
DEGRADED: Final = b"x-degraded"
"""Says why an answer is stale that would have been made anew."""

type Target = tuple[str, bytes]
"""The path and the query of an address."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is sent: the *status*, its *headers* and the *body*; *route* is the path's template."""

    status: int
    headers: list[Header]
    body: bytes
    route: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: a *query*, that is a dataclass all of whose fields count.

    *ends* are the route that it is about. With *travel*, the day of it, the answer holds prices,
    which depend on when they are asked for as well.
    """

    kind: Kind
    query: Any
    ends: tuple[str, str] = ("", "")
    travel: date | None = None


type Make = Callable[[], Awaitable[msgspec.Struct]]


@dataclass(slots=True, kw_only=True)
class _Known:
    """What a target asks for, what makes its answer, the *key* of it; and how often it was asked.

    *route* is the template of its path.
    """

    key: str
    route: str
    question: Question
    make: Make
    times: int = 1


class Answers:
    """The answers of one process; what has to be made has to pass the *gate*."""

    def __init__(self, railfair: RailFair, gate: Gate) -> None:
        self._railfair = railfair
        self._gate = gate
        self._known: OrderedDict[Target, _Known] = OrderedDict()
        self._minute, self._sale = -1, ""
        self._known_in: tuple[str | None, str] = None, ""
        self._hottest: list[tuple[Target, _Known]] = []
        """What was asked for most before the last change, to be made anew."""

    async def get(self, question: Question, make: Make) -> Answer:
        """Return the answer to *question*, which *make* makes if it is not there."""
        return await self._named(await self._current_key(question), make)

    async def respond(
        self,
        request: Request[Any, Any, Any],
        question: Question,
        make: Make,
        *,
        is_fixed: bool = True,
    ) -> Response[Any]:
        """Return the answer to *request*, which asks *question*: 304 where the client has it.

        The address of a GET is kept in mind, unless it asks for something else at another time: if
        it is not *is_fixed*.
        """
        asked_in = self._now_in()
        key = await self._current_key(question)
        answer = await self._named(key, make)
        if is_fixed and self._now_in() == asked_in:
            self._remember(request.scope, key, question, make)
        kept = self._kept(answer, request.headers.get("if-none-match", "").encode())
        return Response(
            kept.body,
            status_code=kept.status,
            media_type=MediaType.JSON,
            headers={
                name.decode(): value.decode()
                for name, value in kept.headers
                if name not in {b"content-type", b"content-length"}
            },
        )

    def remembered(self, scope: HTTPScope, asked: dict[bytes, bytes]) -> Kept | None:
        """Return what the address of *scope* is answered with if that is at hand, else `None`.

        *asked* are the headers of the request.
        """
        target = scope["path"], scope["query_string"]
        self._now_in()
        known = self._known.get(target)
        answer = None if known is None else self._railfair.cache.peek(known.key)
        if known is None or answer is None:
            return None
        known.times += 1
        return self._kept(answer, asked.get(b"if-none-match", b""), known.route)

    def key(self, question: Question) -> str:
        """Return the name of the answer to *question* in the edition that is loaded.

        Raises:
            TypeError: its query has a field of a type that cannot be written into a name.
        """
        parameters = {"about": type(question.query).__name__, **dict(_parameters(question.query))}
        if question.travel is not None:
            parameters["sold"] = self._sold(question.travel)
        origin, destination = question.ends
        return cache_key(
            question.kind,
            self._railfair.edition.name or "",
            parameters,
            origin=origin,
            destination=destination,
        )

    def warnings(self) -> dict[str, str]:
        """Return the headers of an answer made of several, some of which may be kept ones."""
        return {DEGRADED.decode(): "database"} if self._railfair.edition.is_lost else {}

    async def keep_warm(self) -> None:
        """Make anew after each import what is asked for most; does not end."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            self._now_in()
            hottest, self._hottest = self._hottest, []
            for target, known in hottest:
                await self._warm(target, known)

    async def _current_key(self, question: Question) -> str:
        if self._railfair.edition.name is None:
            await self._railfair.edition.look()
        return self.key(question)

    async def _named(self, key: str, make: Make) -> Answer:
        async def compute() -> bytes:
            async with self._gate.passed():
                return msgspec.json.encode(await make())

        return await self._railfair.cache.get(key, compute)

    async def _warm(self, target: Target, known: _Known) -> None:
        """Make the answer of *target*; one that cannot be made now is made when it is asked for."""
        with suppress(RailFairError):
            made_in = self._now_in()
            key = await self._current_key(known.question)
            await self._named(key, known.make)
            if self._now_in() == made_in:
                self._known.setdefault(target, replace(known, key=key, times=1))

    def _remember(self, scope: HTTPScope, key: str, question: Question, make: Make) -> None:
        """Keep in mind that the address of *scope* asks for the answer *key*."""
        target = scope["path"], scope["query_string"]
        if scope["method"] != HttpMethod.GET or sum(map(len, target)) > LONGEST_TARGET:
            return
        route = scope.get("path_template", "")
        self._known[target] = _Known(key=key, route=route, question=question, make=make)
        self._known.move_to_end(target)
        if len(self._known) > MOST_TARGETS:
            self._known.popitem(last=False)

    def _now_in(self) -> tuple[str | None, str]:
        """Return the edition and the time of sale that count now; forget what targets meant before.

        Targets asked for something else in another edition, or when prices were others.
        """
        minute = int(time.time()) // SECONDS_A_MINUTE
        if minute != self._minute:
            self._minute, self._sale = minute, self._quarter()
        now = self._railfair.edition.name, self._sale
        if now != self._known_in:
            known = self._known.items()
            self._hottest = nlargest(MOST_WARMED, known, key=lambda one: one[1].times)
            self._known.clear()
            self._known_in = now
        return now

    def _kept(self, answer: Answer, has: bytes, route: str = "") -> Kept:
        entry = answer.entry
        age_s = int(entry.age_s(time.time()))
        left_s = max(0, min(CLIENTS_KEEP_S, int(entry.fresh_s) - age_s))
        outcome, is_lost = answer.outcome, self._railfair.edition.is_lost
        if is_lost and outcome is Outcome.HIT:
            outcome = Outcome.STALE
        stale_s = min(CLIENTS_KEEP_STALE_S, int(entry.kept_s - entry.fresh_s))
        etag = b'"%s"' % entry.etag.encode()
        headers = [
            (b"etag", etag),
            (b"cache-control", b"public, max-age=%d, stale-while-revalidate=%d"
                % (age_s + left_s, stale_s)),
            (b"age", b"%d" % age_s),
            (b"x-cache", outcome.encode()),
        ]  # fmt: skip
        if is_lost or answer.degraded:
            headers.append((DEGRADED, b"database" if is_lost else b"refresh"))
        if _has(has, etag):
            return Kept(HTTPStatus.NOT_MODIFIED, headers, b"", route)
        headers += (
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(entry.body)),
        )
        return Kept(HTTPStatus.OK, headers, entry.body, route)

    def _sold(self, travel: date) -> str:
        """Return when the prices are asked for, as exactly as they depend on it.

        Tickets are sold until some hours before a train, or until a time some days before: that of
        days further away is told by the day alone.
        """
        today = self._railfair.clock.now().astimezone(LONDON).date()
        if travel < today:
            return "past"
        return self._quarter() if travel <= today + timedelta(days=1) else today.isoformat()

    def _quarter(self) -> str:
        now = self._railfair.clock.now().astimezone(LONDON)
        return f"{now:%Y-%m-%dT%H}.{now.minute // QUARTER_MIN}"


def _has(given: bytes, etag: bytes) -> bool:
    """Return whether *given*, an `If-None-Match`, names *etag*. Source: RFC 9110, 13.1.2."""
    if not given:
        return False
    tags = (one.strip().removeprefix(b"W/") for one in given.split(b","))
    return any(one in {b"*", etag} for one in tags)


def _parameters(query: Any, within: str = "") -> Iterator[tuple[str, Parameter]]:
    """Yield every field of *query* and of the dataclasses in it, by a name of its own."""
    for field in fields(query):
        value = getattr(query, field.name)
        name = within + field.name
        if is_dataclass(value):
            yield name, type(value).__name__
            yield from _parameters(value, f"{name}.")
        else:
            yield name, _parameter(value)


def _parameter(value: Any) -> Parameter:
    match value:
        case Enum():
            return str(value.value)
        case date():
            return value.isoformat()
        case str() | float() | bool() | int() | None:
            return value
        case tuple():
            return tuple(str(one) for one in value)
        case _:
            raise TypeError(f"{type(value).__name__} has no place in the name of an answer")
