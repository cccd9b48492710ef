"""Answers that are kept: made once for all who ask the same, and sent as the bytes they are.

An address that was asked for before finds its answer without being read again: see `remembered`.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from heapq import nlargest
from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.enums import HttpMethod, MediaType
from litestar.types import HTTPScope

from railfair.application.cached import Answer, Outcome
from railfair.application.editions import LOOK_EVERY_S
from railfair.application.questions import Question, name_of, quarter
from railfair.bootstrap import RailFair
from railfair.domain.errors import RailFairError
from railfair.domain.popularity import Route
from railfair.entrypoints.http import preferences
from railfair.entrypoints.http.admission import Gate
from railfair.entrypoints.http.forms import Form, Forms, formed, may_want_other, wanted
from railfair.entrypoints.http.headers import Header
from railfair.ports.cache import Entry
from railfair.ports.observer import UNOBSERVED, Degraded, Observer

CLIENTS_KEEP_S: Final = 60
"""How long a client may use an answer without asking again: an import makes others."""
CLIENTS_KEEP_STALE_S: Final = 300
ASK_AGAIN: Final = b"no-cache"
"""For what is about now: it is another answer the next time."""
MOST_TARGETS: Final = 5_000
MOST_WARMED: Final = 64
LONGEST_TARGET: Final = 512
"""Bytes of a query that is remembered, so that all of them stay small."""
SECONDS_A_MINUTE: Final = 60
DEGRADED: Final = b"x-degraded"
"""Says why an answer is stale that would have been made anew."""

type Target = tuple[str, bytes]
"""The path and the query of an address."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is sent: the *status*, its *headers* and the *body*; *route* is the path's template.

    *outcome* is what the cache had, *counted* the pair of stations for which it counts as a
    request, if it does for one.
    """

    status: int
    headers: list[Header]
    body: bytes
    route: str
    outcome: Outcome
    counted: Route | None = None


type Make = Callable[[], Awaitable[msgspec.Struct]]
type AskedForMost = Callable[[], Awaitable[Sequence[tuple[Question, Make]]]]
"""Returns questions worth answering before they are asked, the likeliest first."""


@dataclass(slots=True, kw_only=True)
class _Known:
    """What a target asks for, what makes its answer, the *key* of it; and how often it was asked.

    *route* is the template of its path; *has_forms* if there are other forms than JSON.
    """

    key: str
    question: Question
    make: Make
    has_forms: bool
    route: str = ""
    times: int = 1
    sent: tuple[Entry, int, bool, Kept] | None = None
    """What was sent last: the entry, its age, whether the database was away."""


class Answers:
    """The answers of one process; what has to be made has to pass the *gate*.

    What is asked about is told to *observer*.
    """

    def __init__(self, railfair: RailFair, gate: Gate, observer: Observer = UNOBSERVED) -> None:
        self._railfair = railfair
        self._gate = gate
        self._observer = observer
        self._known: OrderedDict[Target, _Known] = OrderedDict()
        self._minute, self._sale = -1, ""
        self._known_in: tuple[str | None, str] = None, ""
        self._warmed_in: str | None = ""
        self._hottest: list[tuple[Target, _Known]] = []
        """What was asked for most before the last change, to be made anew."""

    async def get(self, question: Question, make: Make) -> Answer:
        """Return the answer to *question*, which *make* makes if it is not there."""
        self._tell(question)
        return await self._named(await self._current_key(question), make)

    async def respond(
        self,
        request: Request[Any, Any, Any],
        question: Question,
        make: Make,
        *,
        is_fixed: bool = True,
        forms: Forms | None = None,
    ) -> Response[Any]:
        """Return the answer to *request*, which asks *question*: 304 where the client has it.

        It is JSON, or what of *forms* the request prefers.

        The address of a GET is kept in mind, unless it asks for something else at another time: if
        it is not *is_fixed*.
        """
        self._tell(question)
        asked_in = self._now_in()
        key = await self._current_key(question)
        answer = await self._named(key, make)
        self.count(question)
        told: str | None = request.scope["state"].get("preferences")
        if is_fixed and told is None and self._now_in() == asked_in:
            known = _Known(key=key, question=question, make=make, has_forms=forms is not None)
            self._remember(request.scope, known)
        has = request.headers.get("if-none-match", "").encode()
        form = wanted(request.headers.get("accept", ""), forms) if forms else None
        media_type = MediaType.JSON.value
        if forms is not None and form is not None:
            answer, media_type = await _other(answer, form, forms[form]), form
        kept = self._kept(
            answer,
            has,
            question,
            is_fixed=is_fixed,
            is_personal=told is not None,
            has_forms=forms is not None,
        )
        return Response(
            kept.body,
            status_code=kept.status,
            media_type=media_type,
            headers={
                **{
                    name.decode(): value.decode()
                    for name, value in kept.headers
                    if name not in {b"content-type", b"content-length"}
                },
                **preferences.told_of(request),
            },
        )

    def remembered(self, scope: HTTPScope, asked: dict[bytes, bytes]) -> Kept | None:
        """Return what the address of *scope* is answered with if that is at hand, else `None`.

        *asked* are the headers of the request.
        """
        if may_want_other(asked):
            return None
        if b"cookie" in asked and preferences.is_sent(scope["headers"]):
            return None  # who prefers something may have to be answered otherwise
        target = scope["path"], scope["query_string"]
        self._now_in()
        known = self._known.get(target)
        answer = None if known is None else self._railfair.cache.peek(known.key)
        if known is None or answer is None:
            return None
        known.times += 1
        self._tell(known.question)
        has = asked.get(b"if-none-match", b"")
        return self._kept_of(answer, has, known) if has else self._kept_again(answer, known)

    def _kept_again(self, answer: Answer, known: _Known) -> Kept:
        """Return what is sent, which within a second is the same."""
        is_lost = self._railfair.edition.is_lost
        age_s = int(answer.entry.age_s(time.time()))
        sent = known.sent
        if sent is not None and sent[0] is answer.entry and sent[1:3] == (age_s, is_lost):
            if is_lost:
                self._observer.degraded(Degraded.DATABASE)
            return sent[3]
        kept = self._kept_of(answer, b"", known)
        known.sent = answer.entry, age_s, is_lost, kept
        return kept

    def _kept_of(self, answer: Answer, has: bytes, known: _Known) -> Kept:
        return self._kept(answer, has, known.question, known.route, has_forms=known.has_forms)

    def _tell(self, question: Question) -> None:
        if question.ends[0]:
            self._observer.asked_about(*question.ends)

    def count(self, question: Question) -> None:
        """Count *question*, which was answered, for its route if it is a request for one."""
        if question.counted is not None:
            self._railfair.popularity.count(question.counted)

    def warnings(self) -> dict[str, str]:
        """Return the headers of an answer made of several, some of which may be kept ones."""
        return {DEGRADED.decode(): "database"} if self._railfair.edition.is_lost else {}

    async def keep_warm(self, asked_for_most: AskedForMost) -> None:
        """Make after each import, and at the start, what is asked for most; does not end.

        That is what this process was asked for, then what all were by *asked_for_most*.
        """
        while True:
            if self._railfair.edition.name != self._warmed_in:
                self._warmed_in = self._railfair.edition.name
                await self._warm_for_all(asked_for_most)
            await asyncio.sleep(LOOK_EVERY_S)
            self._now_in()
            hottest, self._hottest = self._hottest, []
            for target, known in hottest:
                await self._warm(target, known)

    async def _warm_for_all(self, asked_for_most: AskedForMost) -> None:
        """Make what all ask for most, one after the other; give way to another import."""
        with suppress(RailFairError):
            for question, make in await asked_for_most():
                if self._railfair.edition.name != self._warmed_in:
                    return
                with suppress(RailFairError):
                    await self.get(question, make)

    async def _current_key(self, question: Question) -> str:
        if self._railfair.edition.name is None:
            await self._railfair.edition.look()
        edition = self._railfair.edition.name or ""
        return name_of(question, edition=edition, now=self._railfair.clock.now())

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
                self._known.setdefault(target, replace(known, key=key, times=1, sent=None))

    def _remember(self, scope: HTTPScope, known: _Known) -> None:
        """Keep in mind what the address of *scope* asks for."""
        target = scope["path"], scope["query_string"]
        if scope["method"] != HttpMethod.GET or sum(map(len, target)) > LONGEST_TARGET:
            return
        known.route = scope.get("path_template", "")
        self._known[target] = known
        self._known.move_to_end(target)
        if len(self._known) > MOST_TARGETS:
            self._known.popitem(last=False)

    def _now_in(self) -> tuple[str | None, str]:
        """Return the edition and the time of sale that count now; forget what targets meant before.

        Targets asked for something else in another edition, or when prices were others.
        """
        minute = int(time.time()) // SECONDS_A_MINUTE
        if minute != self._minute:
            self._minute, self._sale = minute, quarter(self._railfair.clock.now())
        now = self._railfair.edition.name, self._sale
        if now != self._known_in:
            known = self._known.items()
            self._hottest = nlargest(MOST_WARMED, known, key=lambda one: one[1].times)
            self._known.clear()
            self._known_in = now
        return now

    def _kept(
        self,
        answer: Answer,
        has: bytes,
        question: Question,
        route: str = "",
        *,
        is_fixed: bool = True,
        is_personal: bool = False,
        has_forms: bool = False,
    ) -> Kept:
        entry = answer.entry
        age_s = int(entry.age_s(time.time()))
        outcome, is_lost = answer.outcome, self._railfair.edition.is_lost
        if is_lost and outcome is Outcome.HIT:
            outcome = Outcome.STALE
        etag = b'"%s"' % entry.etag.encode()
        headers = [
            (b"etag", etag),
            (
                b"cache-control",
                _for_clients(entry, age_s, is_personal=is_personal) if is_fixed else ASK_AGAIN,
            ),
            (b"age", b"%d" % age_s),
            (b"x-cache", outcome.encode()),
        ]
        if is_lost or answer.degraded:
            reason = Degraded.DATABASE if is_lost else Degraded.REFRESH
            self._observer.degraded(reason)
            headers.append((DEGRADED, reason.encode()))
        counted = question.counted
        if varies := _varies(question, has_forms=has_forms):
            headers.append((b"vary", varies))
        if _has(has, etag):
            return Kept(HTTPStatus.NOT_MODIFIED, headers, b"", route, outcome, counted)
        headers += (
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(entry.body)),
        )
        return Kept(HTTPStatus.OK, headers, entry.body, route, outcome, counted)


def _varies(question: Question, *, has_forms: bool) -> bytes:
    """Return by which headers of a request its answer may be another one."""
    by_cookie = b"Cookie" if question.is_request else b""
    return b", ".join(filter(None, (by_cookie, b"Accept" if has_forms else b"")))


async def _other(answer: Answer, media_type: str, form: Form) -> Answer:
    """Return *answer* in another form, which has a tag of its own."""
    entry = answer.entry
    tag = f"{entry.etag}-{media_type.rpartition('/')[2]}"
    return replace(answer, entry=replace(entry, body=await formed(entry.body, form), etag=tag))


def _for_clients(entry: Entry, age_s: int, *, is_personal: bool) -> bytes:
    """Return how long clients may use *entry*, which is of *age_s*. Source: RFC 9111, RFC 5861.

    Caches that many share keep nothing that *is_personal*.
    """
    left_s = max(0, min(CLIENTS_KEEP_S, int(entry.fresh_s) - age_s))
    stale_s = min(CLIENTS_KEEP_STALE_S, int(entry.kept_s - entry.fresh_s))
    whose = b"private" if is_personal else b"public"
    return b"%s, max-age=%d, stale-while-revalidate=%d" % (whose, age_s + left_s, stale_s)


def _has(given: bytes, etag: bytes) -> bool:
    """Return whether *given*, an `If-None-Match`, names *etag*. Source: RFC 9110, 13.1.2."""
    if not given:
        return False
    if given.strip() == b"*":
        return True
    return any(one.strip().removeprefix(b"W/") == etag for one in given.split(b","))
