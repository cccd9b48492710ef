"""What a hit costs beside a handler that does nothing: throughput and latency as ratios.

    PYTHONPATH=tests python tests/bench/serving.py --date 2026-11-26

Serves the database of RAILFAIR_DATABASE_URL by `railfair serve` with every protection, and an empty
Litestar handler by the same server: once telling nothing of itself (no figures, no log of requests,
no traces), once all of it, with a twentieth of the requests traced to a real receiver. Loads them
in turns from this process over connections that are kept, and prints them side by side. The answers
of a hit and of its miss are compared first.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlsplit

import httpx

from railfair.adapters.telemetry import processes
from support.command import Service, free_port, serving

SQLITE: Final = "sqlite+aiosqlite:///"
CONNECTIONS: Final = 16
ROUND_S: Final = 4.0
ROUNDS: Final = 5
TRACED: Final = 0.05
EMPTY: Final = """
import asyncio
from hypercorn.asyncio import serve
from hypercorn.config import Config
from litestar import Litestar, get


@get("/")
async def nothing() -> dict[str, bool]:
    return {"ok": True}


config = Config()
config.bind = ["127.0.0.1:PORT"]
config.accesslog = None
config.loglevel = "WARNING"
app = Litestar([nothing], openapi_config=None, logging_config=None)
asyncio.run(serve(app, config))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one round measured: requests in a second, and latencies in milliseconds, sorted.

    *cpu_us* is what a request took of the server's processor, whatever else the machine does.
    """

    rate: float
    latencies_ms: list[float]
    cpu_us: float = 0.0

    def at(self, share: float) -> float:
        """Return the latency that *share* of the requests kept to."""
        return self.latencies_ms[
            min(len(self.latencies_ms) - 1, int(share * len(self.latencies_ms)))
        ]


@contextmanager
def empty_service() -> Iterator[tuple[str, int]]:
    """Serve an empty handler, and yield its address and its process."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", EMPTY.replace("PORT", str(port))])
    url = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(500):
            try:
                httpx.get(url)
                break
            except httpx.TransportError:
                time.sleep(0.02)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait()


async def loaded(url: str, connections: int = CONNECTIONS, seconds: float = ROUND_S) -> Load:
    """Ask for *url* over *connections* as quickly as they are answered."""
    parts = urlsplit(url)
    request = (f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n").encode()
    latencies: list[float] = []
    ends = time.perf_counter() + seconds

    async def client() -> None:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        while (begun := time.perf_counter()) < ends:
            writer.write(request)
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):  # it served its number
                writer.close()
                reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
                continue
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"{url} answered {head[:200]!r}")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            latencies.append(1000 * (time.perf_counter() - begun))
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(connections)))
    return Load(rate=len(latencies) / (time.perf_counter() - begun), latencies_ms=sorted(latencies))


def same_answer(url: str) -> None:
    """Compare the bytes of a miss and of hits; end the benchmark if they differ."""
    first, *others = [httpx.get(url) for _ in range(3)]
    outcomes = [one.headers["x-cache"] for one in (first, *others)]
    if outcomes != ["MISS", "HIT", "HIT"] or any(one.content != first.content for one in others):
        raise SystemExit(f"a hit is not its miss: {outcomes}")
    print(f"a hit has the bytes of its miss ({len(first.content)} of them)")


def show(name: str, rounds: list[Load]) -> None:
    """Print the medians over *rounds*."""
    rate = statistics.median(one.rate for one in rounds)
    p50, p99 = (statistics.median(one.at(share) for one in rounds) for share in (0.5, 0.99))
    cpu = statistics.median(one.cpu_us for one in rounds)
    print(
        f"{name:32} {rate:7.0f} requests/s  p50 {p50:5.1f} ms  p99 {p99:5.1f} ms"
        f"  processor {cpu:4.0f} us"
    )


@contextmanager
def receiver() -> Iterator[dict[str, str]]:
    """Receive traces in a process of its own, and yield the settings that have them sent there."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "oteltap", "--port", str(port)], stdout=subprocess.DEVNULL
    )
    try:
        yield {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}",
            "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
            "OTEL_TRACES_SAMPLER_ARG": str(TRACED),
        }
    finally:
        process.terminate()
        process.wait()


def measure(empty: tuple[str, int], quiet: Service, telling: Service, day: str) -> None:
    """Load all in turns, and print them side by side."""
    bare, _ = empty
    query = f"/api/predict?origin=NRW&destination=LST&date={day}&time=08:00"
    off, on = quiet.url + query, telling.url + query
    same_answer(off)
    same_answer(on)
    rounds: dict[str, list[Load]] = {bare: [], off: [], on: []}
    pids = {bare: empty[1], off: quiet.process.pid, on: telling.process.pid}
    for number in range(ROUNDS + 1):
        for url, done in rounds.items():
            began = cpu_s(pids[url])
            load = asyncio.run(loaded(url))
            spent = cpu_s(pids[url]) - began
            load = replace(load, cpu_us=1e6 * spent / len(load.latencies_ms))
            if number:  # the first one warms up
                done.append(load)
    show("an empty handler", rounds[bare])
    show("a hit that is not told of", rounds[off])
    show("a hit that is", rounds[on])
    compare("it has, of the empty handler's", rounds[bare], rounds[on])
    compare("… of the one not told of", rounds[off], rounds[on])


def cpu_s(pid: int) -> float:
    """Return what a process has taken of the processor, in seconds."""
    found = processes.read(pid)
    return 0.0 if found is None else found.cpu_s


def compare(name: str, one: list[Load], other: list[Load]) -> None:
    """Print the median ratios of *other* to *one*, round by round."""
    pairs = list(zip(one, other, strict=True))
    rate = statistics.median(ours.rate / theirs.rate for theirs, ours in pairs)
    p99 = statistics.median(ours.at(0.99) / theirs.at(0.99) for theirs, ours in pairs)
    cpu = statistics.median(theirs.cpu_us / ours.cpu_us for theirs, ours in pairs)
    print(f"{name:32} throughput {rate:4.0%} (by its processor {cpu:4.0%}), p99 {p99:.2f} x")


def main(day: str) -> None:
    """Print what was measured."""
    ours = {name: value for name, value in os.environ.items() if name.startswith("RAILFAIR_")}
    file = Path(ours.get("RAILFAIR_DATABASE_URL", "").removeprefix(SQLITE) or "var/railfair.db")
    ours["RAILFAIR_DATABASE_URL"] = f"{SQLITE}{file.absolute()}"
    settings = {**ours, "RAILFAIR_RATE_LIMIT": "1000000/second"}
    silent = {"RAILFAIR_LOG_LEVEL": "warning", "RAILFAIR_METRICS": "off"}
    with (
        TemporaryDirectory() as folder,
        empty_service() as empty,
        receiver() as traced,
        serving({**settings, **silent}, Path(folder)) as quiet,
        serving({**settings, **traced}, Path(folder)) as telling,
    ):
        measure(empty, quiet, telling, day)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--date", required=True)
    main(parser.parse_args().date)
