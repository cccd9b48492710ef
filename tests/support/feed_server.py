"""The railway's services on a free local port, with faults as the test scripts them.

It speaks what is documented of the National Rail data portal (log-in, static feeds), the Rail
Data Marketplace (a key in a header) and HSP (two questions), and keeps what it was asked.
"""

import base64
import json
import threading
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, override
from urllib.parse import parse_qs

USERNAME: Final = "someone@example.org"
PASSWORD: Final = "pass word/äöü&=%"
KEY: Final = "key-5f2a9c"
PORTAL_TIMETABLE: Final = "/api/staticfeeds/3.0/timetable"
PORTAL_FARES: Final = "/api/staticfeeds/2.0/fares"
MARKET_TIMETABLE: Final = "/market/timetable"
MARKET_FARES: Final = "/market/fares"
LOG_IN: Final = "/authenticate"
METRICS: Final = "/hsp/serviceMetrics"
DETAILS: Final = "/hsp/serviceDetails"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What is sent; *cut_after* closes the connection after so many bytes of the body."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_after: int | None = None


@dataclass(frozen=True, kw_only=True)
class Cut:
    """Answer as usual, but close the connection after so many bytes of the body."""

    after: int


class Silence:
    """Answer nothing."""


class Expiry:
    """Forget all tokens, then answer as usual."""


type Fault = Reply | Cut | Silence | Expiry | None
"""None answers as usual."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request as it came in."""

    method: str
    path: str
    headers: Message
    body: bytes

    def json(self) -> dict[str, str]:
        """Return the question in the body."""
        question = json.loads(self.body)
        assert isinstance(question, dict)
        return question


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A file to be had; *validators* are its ETag or Last-Modified headers."""

    content: bytes
    validators: Mapping[str, str]
    ranges: bool = True


class FeedServer:
    """The services; set what they offer, script what goes wrong, and look at what was asked."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.offers: dict[str, Offer] = {}
        self.runs: dict[date, list[str]] = {}
        self.actual = "0101"
        self.tokens: list[str] = []
        self.closing = threading.Event()
        self._valid_tokens: set[str] = set()
        self._script: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.feeds = self

    @property
    def url(self) -> str:
        host, port = self._http.server_address[:2]
        return f"http://{host!s}:{port}"

    def offer(
        self, path: str, content: bytes, *, ranges: bool = True, etag: str = '"one"', date: str = ""
    ) -> None:
        """Offer *content* at *path*."""
        validators = {"ETag": etag, "Last-Modified": date}
        self.offers[path] = Offer(
            content=content, ranges=ranges, validators={k: v for k, v in validators.items() if v}
        )

    def script(self, path: str, *faults: Fault) -> None:
        """Meet the next requests for *path* with *faults*, one each."""
        self._script[path].extend(faults)

    def forget_script(self) -> None:
        """Answer as usual from now on."""
        self._script.clear()

    def asked_for(self, path: str) -> list[Asked]:
        """Return the requests for *path* so far."""
        return [one for one in self.asked if one.path == path]

    @contextmanager
    def running(self) -> Iterator["FeedServer"]:
        """Serve while the context lasts."""
        thread = threading.Thread(target=self._http.serve_forever, args=(0.005,))
        thread.start()
        try:
            yield self
        finally:
            self.closing.set()
            self._http.shutdown()
            thread.join()
            self._http.server_close()

    def reply(self, asked: Asked) -> Reply | None:
        """Return what to send, None for nothing at all."""
        self.asked.append(asked)
        faults = self._script[asked.path]
        match faults.popleft() if faults else None:
            case Reply() as scripted:
                return scripted
            case Cut(after=after):
                usual = self._usual(asked)
                return Reply(
                    status=usual.status, body=usual.body, headers=usual.headers, cut_after=after
                )
            case Silence():
                return None
            case Expiry():
                self._valid_tokens.clear()
        return self._usual(asked)

    def _usual(self, asked: Asked) -> Reply:
        if (asked.method, asked.path) == ("POST", LOG_IN):
            return self._log_in(asked)
        if not self._may(asked):
            return Reply(status=401, body=b"no")
        match asked.method, asked.path:
            case "GET", path if path in self.offers:
                return _file(self.offers[path], asked.headers)
            case "POST", path if path == METRICS:
                return self._metrics(asked.json())
            case "POST", path if path == DETAILS:
                return self._details(asked.json())
        return Reply(status=404)

    def _log_in(self, asked: Asked) -> Reply:
        form = parse_qs(asked.body.decode())
        if form != {"username": [USERNAME], "password": [PASSWORD]}:
            return Reply(status=401, body=asked.body)
        token = f"{USERNAME}:token-{len(self.tokens)}"
        self.tokens.append(token)
        self._valid_tokens.add(token)
        return Reply(body=json.dumps({"username": USERNAME, "token": token}).encode())

    def _may(self, asked: Asked) -> bool:
        if asked.path.startswith("/api/staticfeeds/"):
            return asked.headers["X-Auth-Token"] in self._valid_tokens
        basic = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
        may_by_user = asked.headers["Authorization"] == f"Basic {basic}"
        return asked.headers["x-apikey"] == KEY or (
            may_by_user and not asked.path.startswith("/market/")
        )

    def _metrics(self, question: dict[str, str]) -> Reply:
        day = date.fromisoformat(question["from_date"])
        kinds = ["WEEKDAY"] * 5 + ["SATURDAY", "SUNDAY"]
        expected = {
            "from_loc": question["from_loc"],
            "to_loc": question["to_loc"],
            "from_time": "0000",
            "to_time": "2359",
            "from_date": day.isoformat(),
            "to_date": day.isoformat(),
            "days": kinds[day.weekday()],
        }
        if question != expected:
            return Reply(status=400)
        services = [
            {"serviceAttributesMetrics": {"rids": [rid], "matched_services": "1"}, "Metrics": []}
            for rid in self.runs.get(day, [])
        ]
        header = {"from_location": question["from_loc"], "to_location": question["to_loc"]}
        return Reply(body=json.dumps({"header": header, "Services": services}).encode())

    def _details(self, question: dict[str, str]) -> Reply:
        rid = question["rid"]
        stops = [
            {"location": "NRW", "gbtt_ptd": "0100", "gbtt_pta": "", "actual_td": self.actual},
            {"location": "LST", "gbtt_ptd": "", "gbtt_pta": "0200", "actual_ta": self.actual},
        ]
        day = f"{rid[:4]}-{rid[4:6]}-{rid[6:8]}"
        details = {"date_of_service": day, "toc_code": "LE", "rid": rid, "locations": stops}
        # Spread over lines, as a service may; the files on disk hold one answer a line.
        return Reply(body=json.dumps({"serviceAttributesDetails": details}, indent=2).encode())


def _file(offer: Offer, headers: Message) -> Reply:
    size = len(offer.content)
    asked = headers["Range"]
    same = headers["If-Range"] in offer.validators.values()
    if asked is None or not same or not offer.ranges:
        return Reply(body=offer.content, headers=offer.validators)
    start = int(asked.removeprefix("bytes=").removesuffix("-"))
    if start >= size:
        return Reply(status=416, headers={"Content-Range": f"bytes */{size}"})
    return Reply(
        status=206,
        body=offer.content[start:],
        headers={**offer.validators, "Content-Range": f"bytes {start}-{size - 1}/{size}"},
    )


class _Http(ThreadingHTTPServer):
    feeds: FeedServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Http

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, body: bytes) -> None:
        feeds = self.server.feeds
        reply = feeds.reply(
            Asked(method=self.command, path=self.path, headers=self.headers, body=body)
        )
        if reply is None:
            feeds.closing.wait()
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body[: reply.cut_after])
        if reply.cut_after is not None:
            self.close_connection = True

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output free of requests."""
