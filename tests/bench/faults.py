"""What users notice when parts fail under load: Redis, a worker, the feeds, the service itself.

    PYTHONPATH=tests python tests/bench/faults.py --railway var/bench [--users 200 --rate 300]

Serves a copy of the database of RAILFAIR_DATABASE_URL by two workers, lets the users of
deploy/locust ask, breaks one part after the other, and prints what they were answered meanwhile. It
ends with an error if any request failed that should not have.
"""

import argparse
import os
import shutil
import signal
import socketserver
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx
import psutil
import redis

from support.command import RAILFAIR, Service, serving
from support.load import Load, Requests, family
from support.redis_server import RedisServer, redis_server

SQLITE: Final = "sqlite+aiosqlite:///"
WORKERS: Final = 2
LOOKS: Final = 12
"""Answers of `/health` in a row that have to be good, so that each worker has given some."""
PATIENCE_S: Final = 60.0
REST_S: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What is there to break."""

    service: Service
    redis: RedisServer
    settings: Mapping[str, str]
    railway: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What was done: when (Unix times), and how long afterwards all was well again."""

    name: str
    begun_s: float
    end_s: float
    well_after_s: float


def redis_killed(stage: Stage) -> None:
    """Kill Redis, and start it again half a minute later."""
    stage.redis.kill()
    time.sleep(30)
    stage.redis.start()


def redis_stalled(stage: Stage) -> None:
    """Let Redis say nothing for two seconds."""
    stage.redis.pause()
    time.sleep(2)
    stage.redis.resume()


def redis_full(stage: Stage) -> None:
    """Let Redis refuse to take anything for ten seconds."""
    with redis.Redis.from_url(stage.redis.url) as client:
        before = client.config_get("maxmemory*")
        client.config_set("maxmemory-policy", "noeviction")
        client.config_set("maxmemory", 1)
        time.sleep(10)
        for name in ("maxmemory", "maxmemory-policy"):
            client.config_set(name, before[name])


def redis_talks_garbage(stage: Stage) -> None:
    """Let something else listen where Redis was, for ten seconds."""
    stage.redis.kill()
    with garbage(stage.redis.port):
        time.sleep(10)
    stage.redis.start()


def feed_imported(stage: Stage) -> None:
    """Import the running of trains, which makes everything that is kept old."""
    subprocess.run(
        [RAILFAIR, "import", "performance", stage.railway / "performance"],
        env={**os.environ, **stage.settings},
        check=True,
        capture_output=True,
    )


def worker_killed(stage: Stage) -> None:
    """Kill a worker, and wait until another one has taken its place."""
    victim = workers(stage)[0]
    os.kill(victim, signal.SIGKILL)
    until(lambda: victim not in workers(stage) and len(workers(stage)) == WORKERS)


def workers_replaced(stage: Stage) -> None:
    """Replace the workers one by one."""
    before = set(workers(stage))
    stage.service.process.send_signal(signal.SIGHUP)
    until(lambda: before.isdisjoint(workers(stage)) and len(workers(stage)) == WORKERS)


FAULTS: Final[tuple[Callable[[Stage], None], ...]] = (
    redis_killed, redis_stalled, redis_full, redis_talks_garbage, feed_imported, worker_killed,
    workers_replaced,
)  # fmt: skip


def workers(stage: Stage) -> list[int]:
    """Return the processes that answer."""
    found = []
    for one in family(stage.service.process.pid)[1:]:
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            if "spawn_main" in " ".join(one.cmdline()):
                found.append(one.pid)
    return found


def until(condition: Callable[[], bool]) -> float:
    """Wait until *condition* holds; return how many seconds that took."""
    begun = time.monotonic()
    while not condition():
        if time.monotonic() > begun + PATIENCE_S:
            raise SystemExit("it did not come back")
        time.sleep(0.05)
    return time.monotonic() - begun


def is_well(stage: Stage) -> bool:
    """Return whether every worker says that nothing is missing."""
    with suppress(httpx.TransportError):
        return all(
            httpx.get(f"{stage.service.url}/health").json().get("status") == "ok"
            for _ in range(LOOKS)
        )
    return False


def done(fault: Callable[[Stage], None], stage: Stage) -> Act:
    """Do *fault*, wait until all is well, and a little longer."""
    begun = time.time()
    fault(stage)
    after = until(lambda: is_well(stage))
    time.sleep(REST_S)
    return Act(name=name_of(fault), begun_s=begun, end_s=time.time(), well_after_s=after)


def stopped(stage: Stage) -> Act:
    """Tell the service to stop; what it has accepted it has to answer."""
    begun = time.time()
    stage.service.stop()
    return Act(name="service stopped", begun_s=begun, end_s=time.time() + 1, well_after_s=0)


def name_of(fault: Callable[[Stage], None]) -> str:
    """Return what the table calls it."""
    return fault.__name__.replace("_", " ")


class _Rubbish(socketserver.StreamRequestHandler):
    """Answers every line by what no client understands."""

    def handle(self) -> None:
        with suppress(ConnectionError):
            while self.rfile.readline():
                self.wfile.write(b"?!\xff\r\n" * 3)


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


@contextmanager
def garbage(port: int) -> Iterator[None]:
    """Let rubbish be talked at *port*."""
    with _Listener(("127.0.0.1", port), _Rubbish) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


def copied(url: str, folder: Path) -> str:
    """Return the address of a copy of the SQLite database at *url*, made in *folder*."""
    file = Path(url.removeprefix(SQLITE) or "var/railfair.db").absolute()
    copy = folder / file.name
    with sqlite3.connect(file) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    arrays = file.with_name(f"{file.stem}-networks")
    if arrays.exists():
        shutil.copytree(arrays, copy.with_name(arrays.name))
    return f"{SQLITE}{copy}"


def show(requests: Requests, acts: list[Act]) -> bool:
    """Print what was answered during each act; return whether all was answered well."""
    print(f"{'':22} {'requests':>8} {'5xx':>5} {'unanswered':>10} {'p95':>9}   well again after")
    good = True
    for act in acts:
        some = requests.ended_between(act.begun_s, act.end_s)
        # What a worker was answering when it was killed is lost with it.
        lost = some.unanswered if act.name != name_of(worker_killed) else 0
        good = good and not some.server_errors and not lost
        print(
            f"{act.name:22} {len(some) - some.refused:8} {some.server_errors:5}"
            f" {some.unanswered:10} {some.at(0.95):6.1f} ms {act.well_after_s:6.1f} s"
        )
    return good


def main(railway: Path, users: int, rate: float, warm_s: float) -> bool:
    """Break one part after the other; return whether all requests were answered well."""
    with TemporaryDirectory() as name, redis_server(Path(name)) as server:
        folder = Path(name)
        url = copied(os.environ.get("RAILFAIR_DATABASE_URL", ""), folder)
        ours = {key: value for key, value in os.environ.items() if key.startswith("RAILFAIR_")}
        settings = {
            **ours,
            "RAILFAIR_DATABASE_URL": url,
            "RAILFAIR_RATE_LIMIT": "1000000/second",
            "RAILFAIR_REDIS_URL": server.url,
        }
        with serving(settings, folder, "--workers", str(WORKERS)) as service:
            stage = Stage(service=service, redis=server, settings=settings, railway=railway)
            load = Load(service.url, folder, users=users, rate=rate, seconds=3600)
            begun = time.time()
            time.sleep(warm_s)
            acts = [Act(name="nothing", begun_s=begun + warm_s / 2, end_s=time.time(),
                        well_after_s=until(lambda: is_well(stage)))]  # fmt: skip
            for fault in FAULTS:
                acts.append(done(fault, stage))
                print(f"{acts[-1].name}: done", file=sys.stderr)
            acts.append(stopped(stage))
            requests = load.stop()
    return show(requests, acts)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--railway", type=Path, required=True, help="folder with performance/")
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--rate", type=float, default=300, help="requests a second")
    parser.add_argument("--warm", type=float, default=60, help="seconds before the first fault")
    options = parser.parse_args()
    sys.exit(not main(options.railway.absolute(), options.users, options.rate, options.warm))
