"""What keeps the service up and its clients apart, over the real server."""

import asyncio
import json
import random
import secrets
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import httpx
import msgspec
import pytest
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State
from litestar.params import JSONBody
from litestar.response import Stream

from e2e.conftest import Demo, settings_for
from railfair.adapters.clock.clock import FixedClock
from railfair.adapters.memory.locks import MemoryLocks
from railfair.adapters.memory.rate_limiter import MemoryRateLimiter
from railfair.adapters.memory.storage import MemoryStorage
from railfair.application.api_keys import KeyRing, create_key
from railfair.application.cached import CachedAnswers
from railfair.application.editions import LoadedEdition
from railfair.application.questions import Question
from railfair.bootstrap import lifetimes
from railfair.config import Settings
from railfair.domain.cache_keys import Kind
from railfair.entrypoints.http import problems
from railfair.entrypoints.http.admission import Gate
from railfair.entrypoints.http.answers import Answers
from railfair.entrypoints.http.bodies import REST_BYTES
from railfair.entrypoints.http.clients import requires_admin
from railfair.entrypoints.http.entrance import Entrance
from support.command import serving
from support.hypercorn import Reply, Running, hypercorn, request

CLOCK: Final = FixedClock(date(2026, 3, 2))
JSON: Final = "Content-Type: application/json"


class Work:
    """What the slow handlers do, and what became of it."""

    def __init__(self) -> None:
        self.begun = 0
        self.cancelled = 0
        self.may_end = asyncio.Event()
        self.changed = asyncio.Event()

    async def done(self) -> None:
        self.begun += 1
        self.changed.set()
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            self.changed.set()
            raise

    async def until(self, *, begun: int = 0, cancelled: int = 0) -> None:
        while self.begun < begun or self.cancelled < cancelled:
            self.changed.clear()
            await self.changed.wait()


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def storage() -> MemoryStorage:
    return MemoryStorage()


class Fine(msgspec.Struct):
    """An answer."""

    ok: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """A question."""

    path: str


def behind(storage: MemoryStorage) -> Any:
    """Return what of the application the entrance and the answers use; nothing is kept."""
    return SimpleNamespace(
        keys=KeyRing(storage, CLOCK, lambda: 0.0, reread_s=1),
        limiter=MemoryRateLimiter(now=time.monotonic),
        cache=CachedAnswers(
            None,
            MemoryLocks(now=time.monotonic),
            lifetimes(Settings()),
            now=time.time,
            random=random.random,
        ),
        edition=LoadedEdition(storage, besides="test"),
        features=SimpleNamespace(off=frozenset()),
        clock=CLOCK,
    )


async def answered(
    state: State, request: Request[Any, Any, Any], make: Callable[[], Awaitable[Fine]]
) -> Response[Fine]:
    answers: Answers = state.answers
    question = Question(kind=Kind.PLACES, query=Asked(request.url.path))
    return await answers.respond(request, question, make)


@asynccontextmanager
async def protected(work: Work, storage: MemoryStorage, **settings: Any) -> AsyncIterator[Running]:
    """Serve a few handlers behind the entrance."""

    async def at_once() -> Fine:
        return Fine()

    async def in_the_end() -> Fine:
        await work.done()
        return Fine()

    @get("/quick")
    async def quick(request: Request[Any, Any, Any], state: State) -> Response[Fine]:
        return await answered(state, request, at_once)

    @get("/slow")
    async def slow(request: Request[Any, Any, Any], state: State) -> Response[Fine]:
        return await answered(state, request, in_the_end)

    watched = get("/health/slow")(in_the_end)

    @get("/stream")
    async def stream() -> Stream:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"begun"
            await work.done()

        return Stream(pieces())

    @post("/taking")
    async def taking(data: JSONBody[dict[str, Any]]) -> dict[str, Any]:
        return data

    @post("/ignoring")
    async def ignoring() -> dict[str, bool]:
        return {"ok": True}

    @post("/api/admin/task", guards=[requires_admin])
    async def administered() -> dict[str, bool]:
        return {"ok": True}

    set_ = Settings(max_body_bytes=65_536, log_format="json", **settings)
    app = Litestar(
        [quick, slow, watched, stream, taking, ignoring, administered],
        exception_handlers=problems.HANDLERS,
        request_max_body_size=set_.max_body_bytes,
        openapi_config=None,
        logging_config=None,
    )
    gate = Gate(
        most_in_work=set_.max_in_work, most_waiting=set_.max_waiting, patience_s=set_.max_wait_s
    )
    railfair = behind(storage)
    app.state.railfair, app.state.answers = railfair, Answers(railfair, gate)
    async with hypercorn(Entrance(app, set_)) as running:
        yield running
        work.may_end.set()


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return the lines of requests that were written."""
    written = capsys.readouterr().err.splitlines()
    lines = [json.loads(line) for line in written if line.startswith("{")]
    return [line for line in lines if line["event"] == "request"]


def problem(reply: Reply) -> str:
    body = json.loads(reply.body)
    assert reply.headers["content-type"] == "application/problem+json"
    assert body["status"] == reply.status
    assert body["request_id"] == reply.headers["x-request-id"]
    return str(body["type"].removeprefix("/problems/"))


# Time


async def test_work_that_takes_too_long_is_cancelled_and_said_to_be(
    work: Work, storage: MemoryStorage
) -> None:
    async with protected(work, storage, deadline_s=0.2) as service:
        reply = await service.get("/slow")
        assert (reply.status, problem(reply)) == (503, "deadline-exceeded")
        assert int(reply.headers["retry-after"]) > 0
        assert (work.begun, work.cancelled) == (1, 1)
        assert (await service.get("/quick")).status == 200


async def test_an_answer_that_has_begun_is_cut_off_at_the_deadline(
    work: Work, storage: MemoryStorage
) -> None:
    async with protected(work, storage, deadline_s=0.2) as service, service.connection() as one:
        await one.send(request("GET", "/stream"))
        whole = await one.reader.read()
        assert whole.startswith(b"HTTP/1.1 200")
        assert not whole.endswith(b"0\r\n\r\n")
        await work.until(cancelled=1)


@pytest.mark.parametrize("path", ["/slow", "/stream"])
async def test_the_work_for_a_client_that_has_gone_is_cancelled_and_logged_as_499(
    work: Work, storage: MemoryStorage, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with protected(work, storage) as service:
        async with service.connection() as one:
            await one.send(request("GET", path, "X-Request-ID: gone"))
            await work.until(begun=1)
        await work.until(cancelled=1)
        assert (await service.get("/quick")).status == 200
    statuses = {line["request_id"]: line["status"] for line in logged(capsys)}
    assert statuses["gone"] == 499 or path == "/stream"


async def test_a_client_that_stays_gets_an_answer_that_took_long(
    work: Work, storage: MemoryStorage, capsys: pytest.CaptureFixture[str]
) -> None:
    async with protected(work, storage) as service, service.connection() as one:
        for _ in range(3):
            work.may_end.clear()
            await one.send(request("GET", "/slow"))
            await work.until(begun=1)
            await asyncio.sleep(0.15)  # longer than nobody watches whether it is there
            work.may_end.set()
            assert (await one.reply()).status == 200
            work.begun = 0
    assert [line["status"] for line in logged(capsys)] == [200] * 3
    assert work.cancelled == 0


async def test_a_body_that_does_not_come_is_waited_for_until_the_deadline_outside_the_gate(
    work: Work, storage: MemoryStorage
) -> None:
    async with (
        protected(work, storage, deadline_s=0.3, max_in_work=1, max_waiting=0) as service,
        service.connection() as one,
    ):
        await one.send(request("POST", "/taking", JSON, "Content-Length: 100"), b'{"a": ')
        assert (await service.get("/quick")).status == 200
        reply = await one.reply()
        assert (reply.status, problem(reply)) == (408, "request-timeout")
        assert await one.is_closed()


# Size


async def test_a_body_without_an_end_is_given_up_and_the_connection_closed(
    work: Work, storage: MemoryStorage
) -> None:
    piece = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    async with protected(work, storage) as service:
        for path in ("/ignoring", "/taking", "/nothing"):
            async with service.connection() as one:
                await one.send(request("POST", path, JSON, "Transfer-Encoding: chunked"))
                sending = asyncio.create_task(endlessly(one.send, piece))
                reply = await one.reply()
                assert reply.headers["connection"] == "close"
                assert await one.is_closed()
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)
                assert one.sent < 8 * REST_BYTES
        assert (await service.get("/quick")).status == 200


async def endlessly(send: Any, piece: bytes) -> None:
    while True:
        await send(piece)


async def test_a_body_that_nobody_reads_and_that_stops_coming_ends_with_the_connection(
    work: Work, storage: MemoryStorage
) -> None:
    async with (
        protected(work, storage, deadline_s=0.2) as service,
        service.connection() as one,
    ):
        length = f"Content-Length: {10 * REST_BYTES}"
        await one.send(request("POST", "/ignoring", length), b" " * 200_000)
        assert (await one.reply()).status in {201, 408}
        assert await one.is_closed()


async def test_a_connection_goes_on_after_a_body_was_read_or_skipped(
    work: Work, storage: MemoryStorage
) -> None:
    async with protected(work, storage) as service, service.connection() as one:
        for path, size, status in (
            ("/ignoring", 1_000_000, 201), ("/taking", 1_000_000, 413), ("/taking", 10, 201),
            ("/nothing", 1_000_000, 404),
        ):  # fmt: skip
            body = b"{" + b" " * (size - 2) + b"}"
            await one.send(request("POST", path, JSON, f"Content-Length: {size}"), body)
            assert (await one.reply()).status == status


# Load


async def test_more_than_may_wait_is_refused_at_once_and_who_watches_gets_in(
    work: Work, storage: MemoryStorage
) -> None:
    async with protected(work, storage, max_in_work=2, max_waiting=1, max_wait_s=20) as service:
        asked = [asyncio.create_task(service.get("/slow")) for _ in range(2)]
        await work.until(begun=2)
        more = [asyncio.create_task(service.get("/quick")) for _ in range(2)]
        [first], [waiting] = await asyncio.wait(more, return_when=asyncio.FIRST_COMPLETED)
        refused = first.result()
        assert (refused.status, problem(refused)) == (503, "overloaded")
        assert int(refused.headers["retry-after"]) > 0
        watcher = asyncio.create_task(service.get("/health/slow"))
        await work.until(begun=3)
        work.may_end.set()
        assert [(await one).status for one in (*asked, waiting, watcher)] == [200] * 4


async def test_who_waited_for_longer_than_anybody_should_is_refused(
    work: Work, storage: MemoryStorage
) -> None:
    async with protected(work, storage, max_in_work=1, max_waiting=9, max_wait_s=0.05) as service:
        first = asyncio.create_task(service.get("/slow"))
        await work.until(begun=1)
        replies = await asyncio.gather(*(service.get("/quick") for _ in range(5)))
        assert [problem(reply) for reply in replies] == ["overloaded"] * 5
        work.may_end.set()
        assert (await first).status == 200
        assert (await service.get("/quick")).status == 200


# Keys


async def test_keys_open_what_they_are_for(work: Work, storage: MemoryStorage) -> None:
    def made(name: str, *, is_admin: bool) -> Any:
        return create_key(
            name, storage=storage, clock=CLOCK, entropy=secrets.token_bytes, is_admin=is_admin
        )

    admin, plain = await made("ops", is_admin=True), await made("app", is_admin=False)
    async with protected(work, storage) as service:
        for key, status, code in (
            (admin.secret, 201, ""), (plain.secret, 403, "admin-only"),
            ("rf_made_up", 401, "invalid-api-key"), (None, 401, "api-key-required"),
        ):  # fmt: skip
            for form in ("X-API-Key: {}", "Authorization: Bearer {}"):
                headers = [form.format(key)] if key else []
                async with service.connection() as one:
                    await one.send(
                        request("POST", "/api/admin/task", *headers, "Content-Length: 0")
                    )
                    reply = await one.reply()
                assert reply.status == status
                assert not code or problem(reply) == code
                assert ("www-authenticate" in reply.headers) is (status == 401)
        assert (await service.get("/quick", f"X-API-Key: {plain.secret}")).status == 200
        refused = await service.get("/quick", "X-API-Key: rf_made_up")
        assert (refused.status, problem(refused)) == (401, "invalid-api-key")
        assert (await service.get("/quick", "Authorization: Basic Zm9vOmJhcg==")).status == 200
        for without in ("Authorization: Bearer", "Authorization: bearer  ", "X-API-Key:"):
            assert (await service.get("/quick", without)).status == 401


async def test_who_guesses_keys_uses_up_the_quota_of_the_address(
    work: Work, storage: MemoryStorage
) -> None:
    async with protected(work, storage, rate_limit="3/hour") as service:
        statuses = [
            (await service.get("/quick", f"X-API-Key: rf_guess_{number}")).status
            for number in range(5)
        ]
        assert statuses == [401, 401, 401, 429, 429]
        assert (await service.get("/quick")).status == 429


# Browsers


async def test_pages_of_the_origins_that_are_set_may_ask_and_read_errors_too(
    work: Work, storage: MemoryStorage
) -> None:
    ours, theirs = "Origin: https://app.example", "Origin: https://evil.example"
    async with protected(work, storage, cors_origins=("https://app.example",)) as service:
        for path, status in (("/quick", 200), ("/nothing", 404)):
            reply = await service.get(path, ours)
            assert reply.status == status
            assert reply.headers["access-control-allow-origin"] == "https://app.example"
            assert "X-Request-ID" in reply.headers["access-control-expose-headers"]
            assert reply.headers["vary"] == "Origin"
            other = await service.get(path, theirs)
            assert other.status == status
            assert not [name for name in other.headers if name.startswith("access-control")]
            assert other.headers["vary"] == "Origin"
        refused = await service.get("/quick", ours, "X-API-Key: rf_made_up")
        assert refused.headers["access-control-allow-origin"] == "https://app.example"


@pytest.mark.parametrize("origins", [(), ("https://app.example",), ("*",)])
async def test_a_browser_that_asks_first_is_told_what_it_may(
    work: Work, storage: MemoryStorage, origins: tuple[str, ...]
) -> None:
    async with (
        protected(work, storage, cors_origins=origins) as service,
        service.connection() as one,
    ):
        asking = ("Origin: https://app.example", "Access-Control-Request-Method: POST")
        await one.send(request("OPTIONS", "/taking", *asking))
        reply = await one.reply()
        allowed = reply.headers.get("access-control-allow-origin")
        if not origins:
            assert allowed is None
            return
        assert reply.status == 204
        assert allowed == ("*" if origins == ("*",) else "https://app.example")
        assert "POST" in reply.headers["access-control-allow-methods"]
        assert "X-API-Key" in reply.headers["access-control-allow-headers"]


@pytest.mark.parametrize("path", ["/quick", "/nothing"])
async def test_every_answer_tells_browsers_to_be_careful(
    work: Work, storage: MemoryStorage, path: str
) -> None:
    async with protected(work, storage, hsts_max_age_s=7) as service:
        headers = (await service.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"].startswith("default-src 'none'; frame-ancestors")
    assert headers["strict-transport-security"] == "max-age=7"


# The whole service


def test_clients_that_go_leave_no_connection_to_the_database_behind(
    demo: Demo, tmp_path: Path
) -> None:
    plan = "/api/journey/plan?origin=NRW&destination=BRI&depart_after=2026-11-24T08:00"
    environment = {**settings_for(demo.database), "RAILFAIR_DATABASE_POOL_SIZE": "1"}
    with serving(environment, tmp_path) as service:
        address = ("127.0.0.1", httpx.URL(service.url).port or 0)
        going = [socket.create_connection(address) for _ in range(60)]
        for number, one in enumerate(going):
            one.sendall(request("GET", f"{plan}&window_min={300 + number}"))
        for one in going:
            one.settimeout(0.005)
            with suppress(TimeoutError):
                one.recv(1)
            one.close()
        answers = [httpx.get(service.url + plan, timeout=30) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200] * 3
        assert all(answer.json()["journeys"] for answer in answers)
        assert service.stop() == 0
    log = service.log.read_text()
    assert '"status":499' in log
    assert "Traceback" not in log
    assert "non-checked-in" not in log
