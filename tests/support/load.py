"""Users of all kinds at a service: Locust's scenarios, what they were answered, what it took.

The users are those of deploy/locust; they run in a process of their own.
"""

import csv
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
import numpy as np
import psutil
from prometheus_client.parser import text_string_to_metric_families

LOCUSTFILE: Final = Path(__file__).parents[2] / "deploy" / "locust" / "locustfile.py"
SAMPLE_EVERY_S: Final = 1.0
MEGABYTE: Final = 1 << 20
FINISHES_WITHIN_S: Final = 90.0
KEPT: Final = ("HIT", "STALE")
MADE: Final = ("HIT", "STALE", "MISS")
IN_USE: Final = "railfair_db_pool_connections"
LIMIT: Final = "railfair_db_pool_limit"
SERVER_ERROR: Final = 500
REFUSED: Final = "ConnectionRefusedError"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """Requests that were answered: arrays of equal length, in the order of the answers.

    *at_s* is when each was sent (Unix time), *took_ms* how long its answer took, *status* 0 where
    there was none, *cache* what `X-Cache` said.
    """

    at_s: np.ndarray
    name: np.ndarray
    status: np.ndarray
    cache: np.ndarray
    took_ms: np.ndarray
    broken: np.ndarray

    def __len__(self) -> int:
        return len(self.at_s)

    def where(self, chosen: np.ndarray) -> "Requests":
        """Return those that are *chosen*, a mask or indices."""
        return Requests(
            at_s=self.at_s[chosen],
            name=self.name[chosen],
            status=self.status[chosen],
            cache=self.cache[chosen],
            took_ms=self.took_ms[chosen],
            broken=self.broken[chosen],
        )

    def between(self, begin_s: float, end_s: float) -> "Requests":
        """Return those sent from *begin_s* until before *end_s* (Unix times)."""
        return self.where((self.at_s >= begin_s) & (self.at_s < end_s))

    def ended_between(self, begin_s: float, end_s: float) -> "Requests":
        """Return those that were answered, or lost, from *begin_s* until before *end_s*."""
        ended_s = self.at_s + self.took_ms / 1000
        return self.where((ended_s >= begin_s) & (ended_s < end_s))

    def named(self, name: str) -> "Requests":
        """Return those of one kind."""
        return self.where(self.name == name)

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self) / max(float(np.ptp(self.at_s)), 1e-9) if len(self) > 1 else 0.0

    @property
    def hit_rate(self) -> float:
        """The share of the answers that can be kept which were."""
        kept, made = (int(np.isin(self.cache, which).sum()) for which in (KEPT, MADE))
        return kept / made if made else float("nan")

    @property
    def refused(self) -> int:
        """How many were not even listened to."""
        return int((self.broken == REFUSED).sum())

    @property
    def unanswered(self) -> int:
        """How many were sent, and got no answer."""
        return int((self.status == 0).sum()) - self.refused

    @property
    def server_errors(self) -> int:
        """How many were answered by a status of 500 or more."""
        return int((self.status >= SERVER_ERROR).sum())

    @property
    def errors(self) -> int:
        """How many were answered by anything but success, or not at all."""
        return int(((self.status < 200) | (self.status >= 400)).sum())

    def at(self, share: float) -> float:
        """Return the milliseconds within which a *share* of them was answered."""
        return float(np.quantile(self.took_ms, share)) if len(self) else float("nan")


def read(file: Path) -> Requests:
    """Return what Locust has recorded in *file*."""
    with file.open(newline="") as lines:
        rows = list(csv.reader(lines))
    at_s, name, status, cache, took_ms, broken = zip(*rows, strict=True) if rows else ([],) * 6
    return Requests(
        at_s=np.array(at_s, dtype=float),
        name=np.array(name, dtype=str),
        status=np.array(status, dtype=int),
        cache=np.array(cache, dtype=str),
        took_ms=np.array(took_ms, dtype=float),
        broken=np.array(broken, dtype=str),
    )


class Load:
    """Users that are asking; `ended` waits until they have."""

    def __init__(
        self,
        url: str,
        folder: Path,
        *,
        users: int,
        rate: float,
        seconds: float,
        curve: str = "steady",
        who: Sequence[str] = (),
        seed: int = 1,
    ) -> None:
        self._file = folder / f"requests-{time.time_ns()}.csv"
        self._seconds = seconds
        self._log = (folder / "locust.log").open("wb")
        self._process = subprocess.Popen(
            [
                sys.executable, "-m", "locust", "--locustfile", str(LOCUSTFILE), "--headless",
                "--only-summary", "--host", url, "--users", str(users), "--rate", str(rate),
                "--run-time", f"{round(seconds)}s", "--curve", curve, "--seed", str(seed),
                "--record", str(self._file), "--exit-code-on-error", "0", *who,
            ],
            stdout=self._log, stderr=subprocess.STDOUT,
        )  # fmt: skip

    @property
    def is_running(self) -> bool:
        """Whether the users are still there."""
        return self._process.poll() is None

    def stop(self) -> Requests:
        """Let the users finish what they are at and go; return what became of all requests."""
        self._process.terminate()
        return self.ended()

    def ended(self) -> Requests:
        """Return what became of all requests once the users have gone.

        Raises:
            SystemExit: Locust failed; its log says why.
        """
        try:
            code = self._process.wait(self._seconds + FINISHES_WITHIN_S)
        finally:
            self._process.kill()
            self._log.close()
        if code or not self._file.exists():
            raise SystemExit(Path(self._log.name).read_text("utf-8"))
        return read(self._file)


@dataclass(slots=True)
class Resources:
    """What a service took, one sample a second."""

    at_s: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    """Cores in use, of all its processes together."""
    resident_mb: list[float] = field(default_factory=list)
    """Memory of the process that held most."""
    pool_share: list[float] = field(default_factory=list)
    """Connections in use, of those there may be; of the worker that uses most."""

    def cpu_between(self, begin_s: float, end_s: float) -> float:
        """Return the mean of the cores in use between two Unix times."""
        cpu = self._between(self.cpu, begin_s, end_s)
        return sum(cpu) / len(cpu) if cpu else float("nan")

    def pool_between(self, begin_s: float, end_s: float) -> float:
        """Return the most of the pool that was in use between two Unix times."""
        return max(self._between(self.pool_share, begin_s, end_s), default=float("nan"))

    def memory_between(self, begin_s: float, end_s: float) -> float:
        """Return the most megabytes that a process held between two Unix times."""
        return max(self._between(self.resident_mb, begin_s, end_s), default=float("nan"))

    def _between(self, figures: list[float], begin_s: float, end_s: float) -> list[float]:
        pairs = zip(self.at_s, figures, strict=True)
        return [figure for at, figure in pairs if begin_s <= at < end_s]


@contextmanager
def watched(pid: int, url: str) -> Iterator[Resources]:
    """Sample what the service of *pid* at *url* takes, its children included."""
    samples = Resources()
    done = threading.Event()
    thread = threading.Thread(target=_sample, args=(pid, url, samples, done), daemon=True)
    thread.start()
    try:
        yield samples
    finally:
        done.set()
        thread.join()


def family(pid: int) -> list[psutil.Process]:
    """Return the processes of a service: *pid*, and its workers."""
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def _sample(pid: int, url: str, samples: Resources, done: threading.Event) -> None:
    used: dict[int, float] = {}
    before = time.monotonic()
    with httpx.Client(timeout=SAMPLE_EVERY_S) as client:
        while not done.wait(SAMPLE_EVERY_S):
            now = time.monotonic()
            busy, most = 0.0, 0.0
            for pid_, (cpu_s, resident) in _taken(pid).items():
                busy += cpu_s - used.get(pid_, cpu_s)
                used[pid_] = cpu_s
                most = max(most, resident)
            samples.at_s.append(time.time())
            samples.cpu.append(busy / (now - before))
            samples.resident_mb.append(most / MEGABYTE)
            samples.pool_share.append(_pool_share(client, url))
            before = now


def _taken(pid: int) -> Mapping[int, tuple[float, float]]:
    found = {}
    try:
        for process in family(pid):
            with process.oneshot():
                times = process.cpu_times()
                found[process.pid] = times.user + times.system, float(process.memory_info().rss)
    except psutil.NoSuchProcess:
        pass
    return found


def _pool_share(client: httpx.Client, url: str) -> float:
    """Return the share of its pool that the busiest worker has in use."""
    try:
        text = client.get(f"{url}/metrics").text
    except httpx.TransportError:
        return float("nan")
    figures: dict[str, dict[str, float]] = {IN_USE: {}, LIMIT: {}}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name in figures and sample.labels.get("state", "in_use") == "in_use":
                figures[sample.name][sample.labels["worker"]] = sample.value
    limits = figures[LIMIT]
    shares = [used / limits[one] for one, used in figures[IN_USE].items() if limits.get(one)]
    return max(shares, default=float("nan"))
