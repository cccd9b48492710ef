"""The service from its start to its end: workers that die, are replaced, and stop, under load."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from e2e.conftest import Demo, settings_for
from support.command import PATIENCE_S, POLL_S, RAILFAIR, Service, free_port, serving

QUERY = "/api/predict?origin=NRW&destination=LST&date=2026-11-24&time=08:00"
CLIENTS = 4
DRAIN = {"RAILFAIR_DRAIN_S": "1.5", "RAILFAIR_KEEP_ALIVE_S": "1"}


class Load:
    """Clients that ask one request after the other, over connections that they keep."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._enough = threading.Event()
        self._lock = threading.Lock()
        self.answered = 0
        self.failed: list[str] = []

    def client(self) -> None:
        with httpx.Client(base_url=self._url, timeout=30) as client:
            while not self._enough.is_set():
                try:
                    answer = client.get(QUERY)
                    failure = "" if answer.status_code == 200 and answer.json() else answer.text
                except httpx.TransportError as error:
                    failure = repr(error)
                with self._lock:
                    self.answered += not failure
                    self.failed += [failure] if failure else []

    def end(self) -> None:
        self._enough.set()


@contextmanager
def load(service: Service) -> Iterator[Load]:
    """Ask while the block lasts; the requests that are open in the end are waited for."""
    loading = Load(service.url)
    threads = [threading.Thread(target=loading.client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        until(lambda: loading.answered > CLIENTS)
        yield loading
    finally:
        loading.end()
        for thread in threads:
            thread.join(PATIENCE_S)


def until(condition: Callable[[], bool]) -> None:
    patience = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < patience, "it never came to that"
        time.sleep(POLL_S)


def workers_of(parent: subprocess.Popen[bytes]) -> set[int]:
    found = subprocess.run(
        ["pgrep", "-P", str(parent.pid), "-f", "spawn_main"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return {int(pid) for pid in found.stdout.split()}


@pytest.fixture
def service(demo: Demo, tmp_path: Path) -> Iterator[Service]:
    environment = {**settings_for(demo.database), **DRAIN}
    with serving(environment, tmp_path, "--workers", "2") as service:
        until(lambda: len(workers_of(service.process)) == 2)
        yield service


@pytest.mark.parametrize("workers", ["1", "2"])
def test_told_to_stop_it_is_not_ready_at_once_and_answers_whatever_is_asked_until_then(
    demo: Demo, tmp_path: Path, workers: str
) -> None:
    environment = {**settings_for(demo.database), **DRAIN}
    with serving(environment, tmp_path, "--workers", workers) as service:
        with load(service) as loading, httpx.Client(base_url=service.url) as watching:
            assert watching.get("/health/ready").status_code == 200
            service.process.send_signal(signal.SIGTERM)
            until(lambda: watching.get("/health/ready").status_code == 503)
            draining = watching.get("/health/ready")
            assert draining.json()["status"] == "draining"
            assert int(draining.headers["Retry-After"]) > 0
            assert draining.headers["Connection"] == "close"
            so_far = loading.answered
            until(lambda: loading.answered > so_far + CLIENTS)
            assert watching.get("/health/live").status_code == 200
        assert service.process.wait(PATIENCE_S) == 0
        assert loading.failed == []
    assert "Traceback" not in service.log.read_text()


def test_a_worker_that_is_killed_is_replaced_while_the_other_serves(service: Service) -> None:
    victim, other = workers_of(service.process)
    with load(service) as loading:
        os.kill(victim, signal.SIGKILL)
        until(lambda: victim not in workers_of(service.process))
        so_far = loading.answered
        until(lambda: loading.answered > so_far + CLIENTS)
        until(lambda: len(workers_of(service.process)) == 2)
        assert other in workers_of(service.process)
    # Only what the one that was killed had begun is lost: at most one request of each client.
    assert len(loading.failed) <= CLIENTS
    died = [json.loads(line) for line in service.log.read_text().splitlines() if "died" in line]
    assert [(line["pid"], line["exit_code"]) for line in died] == [(victim, -signal.SIGKILL)]
    assert service.stop() == 0


def test_workers_are_replaced_one_after_the_other_without_losing_a_request(
    service: Service,
) -> None:
    before = workers_of(service.process)
    with load(service) as loading:
        service.process.send_signal(signal.SIGHUP)
        until(lambda: len(workers_of(service.process) - before) == 2)
        until(lambda: not workers_of(service.process) & before)
        assert service.is_ready()
        so_far = loading.answered
        until(lambda: loading.answered > so_far + CLIENTS)
    assert loading.failed == []
    assert len(workers_of(service.process)) == 2
    assert service.stop() == 0
    assert "Traceback" not in service.log.read_text()


def test_a_service_whose_workers_cannot_start_ends(demo: Demo, tmp_path: Path) -> None:
    written = tmp_path / "serve.log"
    with written.open("wb") as log:
        parent = subprocess.Popen(
            [RAILFAIR, "serve", "--workers", "2", "--port", str(free_port())],
            env={**os.environ, **settings_for(demo.database)}, cwd=tmp_path, stdout=log, stderr=log,
        )  # fmt: skip
        until(lambda: bool(workers_of(parent)))
        for pid in workers_of(parent):
            os.kill(pid, signal.SIGKILL)
        assert parent.wait(PATIENCE_S) == 1
    assert "worker died" in written.read_text()
    assert "Traceback" not in written.read_text()


def test_workers_do_not_outlive_their_parent(service: Service) -> None:
    service.process.kill()
    service.process.wait(PATIENCE_S)

    def is_over() -> bool:
        try:
            httpx.get(service.url + "/health/live")
        except httpx.TransportError:
            return True
        return False

    until(is_over)


def test_the_service_says_how_its_own_tasks_are(demo: Demo, tmp_path: Path) -> None:
    environment = {**settings_for(demo.database), "RAILFAIR_FARES_UPDATE": "on",
                   "RAILFAIR_NRDP_URL": "http://127.0.0.1:1"}  # fmt: skip
    with serving(environment, tmp_path) as service:
        tasks = httpx.get(service.url + "/health").json()["tasks"]
    running = {"status": "running", "restarts": 0, "last_error": ""}
    names = ("loaded edition", "counts and forecasts", "fares update", "kept answers")
    assert tasks == [{"name": name, **running} for name in names]
