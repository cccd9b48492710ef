"""The service with a real Redis that goes and comes back."""

import time
from collections.abc import Callable
from pathlib import Path

import httpx

from e2e.conftest import Demo, settings_for
from support.command import PATIENCE_S, POLL_S, serving
from support.redis_server import redis_server

QUERY = "/api/predict?origin=NRW&destination=LST&date=2026-11-24&time=08:00"


def redis_line(url: str) -> tuple[str, str]:
    """Return the state of the whole, and of Redis."""
    answer = httpx.get(f"{url}/health")
    assert answer.status_code == 200
    body = answer.json()
    [line] = [one for one in body["dependencies"] if one["name"] == "redis"]
    return body["status"], line["status"]


def until(condition: Callable[[], bool]) -> None:
    patience = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < patience
        time.sleep(POLL_S)


def test_a_lost_redis_is_degraded_until_it_is_back(demo: Demo, tmp_path: Path) -> None:
    with redis_server(tmp_path) as redis:
        settings = {**settings_for(demo.database), "RAILFAIR_REDIS_URL": redis.url}
        with serving(settings, tmp_path) as service:
            assert redis_line(service.url) == ("ok", "ok")
            before = httpx.get(service.url + QUERY)
            redis.kill()
            until(lambda: redis_line(service.url) == ("degraded", "degraded"))
            assert httpx.get(f"{service.url}/health/ready").status_code == 200
            assert httpx.get(service.url + QUERY).json() == before.json()
            redis.start()
            until(lambda: redis_line(service.url) == ("ok", "ok"))
            assert service.stop() == 0
        log = service.log.read_text()
    assert log.count("Redis does not answer") == log.count("Redis answers again") == 1
    assert "Traceback" not in log
