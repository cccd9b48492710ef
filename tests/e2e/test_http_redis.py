"""The service with a real Redis that goes and comes back."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Event

import httpx
import redis

from e2e.conftest import Demo, settings_for
from support.command import PATIENCE_S, POLL_S, serving
from support.redis_server import redis_server

HANDS = 6
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
    with redis_server(tmp_path) as server:
        settings = {**settings_for(demo.database), "RAILFAIR_REDIS_URL": server.url}
        with serving(settings, tmp_path) as service:
            assert redis_line(service.url) == ("ok", "ok")
            before = httpx.get(service.url + QUERY)
            server.kill()
            until(lambda: redis_line(service.url) == ("degraded", "degraded"))
            assert httpx.get(f"{service.url}/health/ready").status_code == 200
            assert httpx.get(service.url + QUERY).json() == before.json()
            server.start()
            until(lambda: redis_line(service.url) == ("ok", "ok"))
            assert service.stop() == 0
        log = service.log.read_text()
    assert log.count("Redis does not answer") == log.count("Redis answers again") == 1
    assert "Traceback" not in log


def test_no_request_fails_while_redis_goes_stalls_or_is_full(demo: Demo, tmp_path: Path) -> None:
    with redis_server(tmp_path) as server:
        settings = {**settings_for(demo.database), "RAILFAIR_REDIS_URL": server.url}
        with (
            serving(settings, tmp_path, "--workers", "2") as service,
            asked_meanwhile(service.url) as answers,
            from_redis(server.url) as client,
        ):

            def is_lost() -> bool:
                return redis_line(service.url)[1] == "degraded"

            def is_back() -> bool:
                return redis_line(service.url) == ("ok", "ok")

            until(lambda: len(answers) > 50)
            server.kill()
            until(is_lost)
            gone = len(answers)
            until(lambda: len(answers) > gone + 100)
            server.start()
            until(is_back)
            server.pause()
            until(is_lost)
            server.resume()
            until(is_back)
            client.config_set("maxmemory-policy", "noeviction")
            client.config_set("maxmemory", 1)
            full = len(answers)
            until(lambda: len(answers) > full + 100)
        assert set(answers) == {200}
        assert "Traceback" not in service.log.read_text()


@contextmanager
def from_redis(url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(url) as client:
        yield client


@contextmanager
def asked_meanwhile(url: str) -> Iterator[list[int]]:
    """Ask question after question, most of them new, until the block ends; yield the statuses."""
    statuses: list[int] = []
    is_over = Event()

    def ask(hand: int) -> None:
        with httpx.Client(base_url=url, timeout=30) as client:
            for number in count():
                if is_over.is_set():
                    return
                clock = f"{number // 60 % 24:02}:{number % 60:02}"
                query = f"origin=NRW&destination=LST&date=2026-11-24&time={clock}&limit={hand}"
                statuses.append(client.get(f"/api/predict?{query}").status_code)

    with ThreadPoolExecutor(HANDS) as hands:
        asking = [hands.submit(ask, hand + 1) for hand in range(HANDS)]
        try:
            yield statuses
        finally:
            is_over.set()
    for one in asking:
        one.result()
