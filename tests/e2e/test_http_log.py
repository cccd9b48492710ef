"""The log of the real server: one line a request, and nothing in it of who asked or for what."""

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from e2e.conftest import Demo, key_in, settings_for
from e2e.test_lifecycle import until
from support.command import Service, serving

QUERY = "/api/predict?origin=NRW&destination=LST&date=2026-11-24&time=08:00"
PLAIN = {
    "part",
    "method",
    "route",
    "status",
    "took_ms",
    "request_id",
    "event",
    "level",
    "timestamp",
}


@pytest.fixture(scope="module")
def folder(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("logged")
    shutil.copy(demo.database, folder / "railfair.db")
    return folder


@pytest.fixture(scope="module")
def key(folder: Path) -> str:
    return key_in(folder / "railfair.db", folder)


@pytest.fixture(scope="module")
def logged(folder: Path, key: str) -> Iterator[Service]:
    database = settings_for(folder / "railfair.db")
    with serving({**database, "RAILFAIR_TRUSTED_PROXIES": "127.0.0.0/8"}, folder) as service:
        yield service


def lines_of(service: Service, request_id: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in service.log.read_text().splitlines() if line[:1] == "{"]
    return [line for line in lines if line.get("request_id") == request_id]


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", QUERY, {"route": "/api/predict", "status": 200, "cache": {"HIT", "MISS"}}),
        ("HEAD", QUERY, {"route": "/api/predict", "status": 200, "cache": {"HIT", "MISS"}}),
        ("GET", "/api/predict?origin=NRW", {"route": "/api/predict", "status": 422,
                                            "problem": "invalid-request"}),
        ("GET", "/api/stations/XXX", {"route": "/api/stations/{code}", "status": 404,
                                      "problem": "unknown-station"}),
        ("GET", "/no/such", {"route": "unknown", "status": 404, "problem": "not-found"}),
        ("GET", "/health/live", {"route": "/health/live", "status": 200}),
    ],
)  # fmt: skip
def test_each_request_has_one_line(
    logged: Service, method: str, path: str, expected: dict[str, Any]
) -> None:
    answer = httpx.request(method, logged.url + path)
    request_id = answer.headers["x-request-id"]
    until(lambda: bool(lines_of(logged, request_id)))
    (line,) = lines_of(logged, request_id)
    assert line.keys() == PLAIN | (expected.keys() - {"cache"}) | ({"cache"} & expected.keys())
    assert line["method"] == method
    assert line["event"] == "request"
    assert line["took_ms"] > 0
    for name, value in expected.items():
        assert line[name] in value if isinstance(value, set) else line[name] == value, name


def test_no_line_tells_who_asked_what_or_with_which_key(logged: Service, key: str) -> None:
    asked = {
        "X-API-Key": key,
        "X-Forwarded-For": "203.0.113.77",
        "User-Agent": "PersonalBrowser/7",
        "Cookie": "session=verysecret",
    }
    paths = (QUERY, "/api/stations/IPS?note=private", "/no/such/private?api_key=alsosecret")
    ids = [httpx.get(logged.url + path, headers=asked).headers["x-request-id"] for path in paths]
    until(lambda: all(lines_of(logged, one) for one in ids))
    written = logged.log.read_text()
    for secret in (key, "203.0.113.77", "PersonalBrowser", "verysecret", "private", "alsosecret"):
        assert secret not in written, secret
    assert "127.0.0.1" not in re.sub(r"RailFair serves on .*", "", written)
    (line,) = lines_of(logged, ids[0])
    assert key.startswith(line["key"] + "_")


def test_who_is_refused_has_a_line_with_the_route_all_the_same(demo: Demo, tmp_path: Path) -> None:
    settings = {**settings_for(demo.database), "RAILFAIR_RATE_LIMIT": "2/hour"}
    with serving(settings, tmp_path) as service:
        answers = [httpx.get(service.url + QUERY) for _ in range(4)]
        ids = [one.headers["x-request-id"] for one in answers]
        until(lambda: all(lines_of(service, one) for one in ids))
        lines = [lines_of(service, one)[0] for one in ids]
    assert Counter((line["route"], line["status"]) for line in lines) == {
        ("/api/predict", 200): 2, ("/api/predict", 429): 2,
    }  # fmt: skip
    assert {line.get("problem") for line in lines} == {None, "rate-limited"}
