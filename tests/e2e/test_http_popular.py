"""`/api/routes/popular`: what two workers were asked for, kept over a restart."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from e2e.conftest import Demo, settings_for
from support.command import PATIENCE_S, POLL_S, serving
from support.redis_server import redis_server

HANDS = 8
AT = "date=2026-11-24&time=08:00"
PREDICTION = f"/api/predict?origin=NRW&destination=LST&{AT}"
COMPARISON = f"/api/fares/compare?origin=MAN&destination=EUS&{AT}"
PLAN = "/api/journey/plan?origin=IPS&destination=LST&depart_after=2026-11-24T08:00"
REFUSED = f"/api/predict?origin=NRW&destination=ZZZ&{AT}"
UNCOUNTED = "/api/routes/KGX/EDB/stats"
ASKED = {PREDICTION: 600, COMPARISON: 300, PLAN: 100, REFUSED: 20, UNCOUNTED: 20}
COUNTED = {("NRW", "LST"): 600, ("MAN", "EUS"): 300, ("IPS", "LST"): 100}


def popular(url: str) -> dict[tuple[str, str], float]:
    answer = httpx.get(f"{url}/api/routes/popular?limit=100").json()
    return {
        (one["origin"]["crs"], one["destination"]["crs"]): one["requests"]
        for one in answer["routes"]
    }


def until(condition: Callable[[], bool]) -> None:
    patience = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < patience
        time.sleep(POLL_S)


def ask(url: str) -> None:
    paths = [path for path, times in ASKED.items() for _ in range(times)]

    def one_hand(paths: list[str]) -> None:
        with httpx.Client(base_url=url, timeout=30) as client:
            for path in paths:
                client.get(path)

    with ThreadPoolExecutor(HANDS) as hands:
        list(hands.map(one_hand, [paths[hand::HANDS] for hand in range(HANDS)]))


def assert_counted(settings: Mapping[str, str], folder: Path) -> None:
    """Ask two workers, and see that what they counted is there, and still after a restart."""
    with serving(settings, folder, "--workers", "2") as service:
        ask(service.url)
        until(lambda: popular(service.url) == pytest.approx(COUNTED, rel=0.01))
        ask(service.url)
        service.stop()
    twice = {route: 2 * number for route, number in COUNTED.items()}
    with serving(settings, folder) as service:
        assert popular(service.url) == pytest.approx(twice, rel=0.01)


@pytest.fixture
def settings(demo: Demo, tmp_path: Path) -> dict[str, str]:
    copy = tmp_path / "railfair.db"
    copy.write_bytes(demo.database.read_bytes())
    return {**settings_for(copy), "RAILFAIR_POPULARITY_FLUSH_S": "0.5"}


def test_requests_of_all_workers_are_counted_in_the_database(
    settings: dict[str, str], tmp_path: Path
) -> None:
    assert_counted(settings, tmp_path)


def test_requests_of_all_workers_are_counted_in_redis(
    settings: dict[str, str], tmp_path: Path
) -> None:
    with redis_server(tmp_path) as server:
        assert_counted({**settings, "RAILFAIR_REDIS_URL": server.url}, tmp_path)


def test_a_batch_counts_each_of_its_predictions(settings: dict[str, str], tmp_path: Path) -> None:
    one = {"origin": "NRW", "destination": "LST", "date": "2026-11-24", "time": "08:00"}
    bad = {**one, "destination": "ZZZ"}
    with serving(settings, tmp_path) as service:
        httpx.post(f"{service.url}/api/predict/batch", json={"requests": [one, one, bad]})
        assert popular(service.url) == pytest.approx({("NRW", "LST"): 2})
        [first] = httpx.get(f"{service.url}/api/routes/popular").json()["routes"]
        stats = httpx.get(f"{service.url}/api/routes/NRW/LST/stats").json()["statistics"]
        assert first["origin"]["name"] == "Norwich"
        assert first["on_time_probability"] == stats["on_time_probability"]


@pytest.mark.parametrize(("limit", "status"), [("0", 422), ("101", 422), ("x", 400)])
def test_a_limit_that_cannot_be_meant_is_refused(
    api: httpx.Client, limit: str, status: int
) -> None:
    answer = api.get("/api/routes/popular", params={"limit": limit})
    assert answer.status_code == status
    assert [fault["parameter"] for fault in answer.json()["errors"]] == ["limit"]
