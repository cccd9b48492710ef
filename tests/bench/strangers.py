"""What a crowd costs that never asks the same twice, nor comes twice: memory and latency.

    PYTHONPATH=tests python tests/bench/strangers.py [--requests 100000]

Serves the database of RAILFAIR_DATABASE_URL with quotas on, behind a proxy that it trusts, and asks
for as many paths that there are not, each for another client. Memory and latency should stay.
"""

import argparse
import asyncio
import os
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlsplit

import psutil

from support.command import serving

SQLITE: Final = "sqlite+aiosqlite:///"
CONNECTIONS: Final = 16
LOOKS: Final = 10
MEGABYTE: Final = 1 << 20


async def crowd(url: str, first: int, number: int) -> list[float]:
    """Ask for the paths from *first* on; return how long each answer took (milliseconds)."""
    parts = urlsplit(url)
    numbers = iter(range(first, first + number))
    took: list[float] = []

    async def hand() -> None:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        for one in numbers:
            client = f"10.{one >> 16 & 255}.{one >> 8 & 255}.{one & 255}"
            begun = time.perf_counter()
            writer.write(
                f"GET /api/nothing/{one} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
                f"X-Forwarded-For: {client}\r\n\r\n".encode()
            )
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):  # it served its number
                writer.close()
                reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
                continue
            if not head.startswith(b"HTTP/1.1 404"):
                raise SystemExit(f"not a 404: {head[:200]!r}")
            await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split()[0]))
            took.append(1000 * (time.perf_counter() - begun))
        writer.close()

    await asyncio.gather(*(hand() for _ in range(CONNECTIONS)))
    return took


def main(requests: int) -> None:
    """Print memory and latency after each tenth of *requests*."""
    ours = {name: value for name, value in os.environ.items() if name.startswith("RAILFAIR_")}
    file = Path(ours.get("RAILFAIR_DATABASE_URL", "").removeprefix(SQLITE) or "var/railfair.db")
    settings = {
        **ours,
        "RAILFAIR_DATABASE_URL": f"{SQLITE}{file.absolute()}",
        "RAILFAIR_TRUSTED_PROXIES": "127.0.0.0/8",
    }
    with TemporaryDirectory() as folder, serving(settings, Path(folder)) as service:
        process = psutil.Process(service.process.pid)
        print(f"{'strangers':>12} {'p50':>8} {'p99':>8} {'memory':>10}")
        for first in range(0, requests, requests // LOOKS):
            took = asyncio.run(crowd(service.url, first, requests // LOOKS))
            p50, p99 = statistics.median(took), statistics.quantiles(took, n=100)[98]
            resident = process.memory_info().rss / MEGABYTE
            seen = first + requests // LOOKS
            print(f"{seen:12} {p50:5.1f} ms {p99:5.1f} ms {resident:7.1f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=100_000)
    main(parser.parse_args().requests)
