"""`/health`, and the service under many hands: at once, during an import, with several workers."""

import json
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient

from e2e.conftest import Demo, Run, railfair, settings_for
from railfair.bootstrap import opened
from railfair.config import Settings
from railfair.entrypoints.http.app import litestar_app
from railfair.entrypoints.http.entrance import Entrance
from support.command import PATIENCE_S, POLL_S, Service, serving

QUERY = "/api/predict?origin=NRW&destination=LST&date=2026-11-24&time=08:00"
PATHS = (
    QUERY,
    "/api/predict?origin=EUS&destination=MAN&date=2026-11-24&time=12:00",
    "/api/stations/NRW",
    "/api/routes/NRW/LST/stats",
    "/api/predict?origin=NRW&destination=ZZZ&date=2026-11-24&time=08:00",
)


@contextmanager
def over(database: Path) -> Iterator[httpx.Client]:
    """Run the service in this process over *database*, whether it is there or not."""
    settings = Settings(database_url=f"sqlite+aiosqlite:///{database}")
    app = Entrance(litestar_app(lambda: opened(settings), settings), settings)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def test_the_process_is_alive(api: httpx.Client) -> None:
    answer = api.get("/health/live")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


@pytest.mark.parametrize("path", ["/health", "/health/ready"])
def test_health_has_a_line_for_each_dependency(api: httpx.Client, path: str) -> None:
    answer = api.get(path)
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    states = {one["name"]: one["status"] for one in answer.json()["dependencies"]}
    feeds = {"timetable": "ok", "performance": "ok", "fares": "ok"}
    assert states == {"database": "ok", **feeds, "fares update": "ok"}


def test_metrics_say_when_each_feed_was_loaded(api: httpx.Client) -> None:
    lines = api.get("/metrics").text.splitlines()
    loaded = [line for line in lines if line.startswith("railfair_feed_loaded_timestamp_seconds{")]
    kinds = {line.partition('kind="')[2].partition('"')[0] for line in loaded}
    assert kinds == {"timetable", "performance", "fares"}
    assert "# TYPE railfair_feed_loaded_timestamp_seconds gauge" in lines


@pytest.mark.parametrize("name", ["there-is-none.db", "no/such/folder/railfair.db"])
def test_without_a_database_it_is_alive_but_not_ready(tmp_path: Path, name: str) -> None:
    with over(tmp_path / name) as api:
        assert api.get("/health/live").status_code == 200
        assert_not_ready(api, tmp_path)


def test_with_an_empty_database_it_is_not_ready_until_something_is_imported(
    demo: Demo, run: Run, tmp_path: Path
) -> None:
    database = tmp_path / "empty.db"
    assert run("db", "upgrade", database=database).code == 0
    with over(database) as api:
        assert api.get("/health/ready").status_code == 503
        assert int(api.get("/health/ready").headers["Retry-After"]) > 0
        assert api.get(QUERY).status_code in {404, 503}
        assert run("import", "timetable", demo.folder / "timetable", database=database).code == 0
        assert api.get("/health/ready").status_code == 200
        assert api.get("/health").json()["status"] == "degraded"
        answer = api.get(QUERY).json()
    assert answer["degraded"] is True
    assert answer["forecasts"][0]["train"]["uid"]
    assert answer["forecasts"][0]["arrival"] is None


def assert_not_ready(api: httpx.Client, secret: Path) -> None:
    figures = api.get("/metrics")
    assert figures.status_code == 200
    assert "railfair_db_pool_limit" in figures.text
    assert "railfair_feed_loaded" not in figures.text.replace("# HELP", "")
    for path in ("/health", "/health/ready", *PATHS, "/api/statistics"):
        answer = api.get(path)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert "railfair db upgrade" in answer.text or "cannot be reached" in answer.text
        assert str(secret) not in answer.text
        assert "sql" not in answer.text.lower()


def test_fifty_requests_at_once_get_the_answers_that_each_gets_alone(api: httpx.Client) -> None:
    alone = {path: without_id(api.get(path)) for path in PATHS}
    asked = PATHS * 10
    with ThreadPoolExecutor(max_workers=50) as hands:
        answers = list(
            hands.map(lambda path: without_id(httpx.get(api.base_url.join(path))), asked)
        )
    assert answers == [alone[path] for path in asked]


def without_id(answer: httpx.Response) -> tuple[int, Any]:
    body = answer.json()
    body.pop("request_id", None)
    return answer.status_code, body


def test_two_workers_answer_old_or_new_during_an_import_and_stop_when_told(
    demo: Demo, tmp_path: Path
) -> None:
    database = tmp_path / "railfair.db"
    shutil.copy(demo.october, database)
    with serving(settings_for(database), tmp_path, "--workers", "2") as service:
        before = {path: httpx.get(service.url + path).json() for path in PATHS[:4]}
        importing = railfair(
            "import", "performance", demo.november, database=database, cwd=tmp_path
        )
        during: list[tuple[str, httpx.Response]] = []
        while importing.is_running():
            during += [(path, httpx.get(service.url + path)) for path in PATHS[:4]]
            time.sleep(POLL_S)
        assert importing.ended().code == 0
        until_new(service.url + QUERY, before[QUERY])
        after = {path: httpx.get(service.url + path).json() for path in PATHS[:4]}
        assert before[QUERY] != after[QUERY]
        assert len(during) > 20
        for path, answer in during:
            assert answer.status_code == 200, answer.text
            assert answer.json() in (before[path], after[path])
        assert service.stop() == 0
    assert "Traceback" not in service.log.read_text()
    with pytest.raises(httpx.TransportError):
        httpx.get(service.url + "/health/live")


def until_new(url: str, old: Any) -> None:
    """Wait until every worker knows of an import: none gives the *old* answer any more."""
    patience, in_a_row = time.monotonic() + PATIENCE_S, 0
    while in_a_row < 20:
        in_a_row = 0 if httpx.get(url).json() == old else in_a_row + 1
        assert time.monotonic() < patience


def test_every_request_leaves_one_line_in_the_log(api: httpx.Client, service: Service) -> None:
    headers = {"X-Request-ID": "seen-in-the-log"}
    assert api.get(QUERY, headers=headers).status_code == 200
    # Lines are written in order, each after its answer: another one's line comes behind.
    assert api.get(QUERY, headers={"X-Request-ID": "came-behind"}).status_code == 200
    patience = time.monotonic() + PATIENCE_S
    while "came-behind" not in service.log.read_text() and time.monotonic() < patience:
        time.sleep(POLL_S)
    lines = [line for line in service.log.read_text().splitlines() if "seen-in-the-log" in line]
    [line] = [json.loads(line) for line in lines]
    assert (line["method"], line["route"], line["status"]) == ("GET", "/api/predict", 200)
    assert line["took_ms"] > 0


@pytest.mark.parametrize("path", ["/health", "/health/live", "/api/statistics"])
def test_a_head_is_answered_as_the_get_without_its_body(api: httpx.Client, path: str) -> None:
    head, get = api.head(path), api.get(path)
    assert head.status_code == get.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == str(len(get.content))
