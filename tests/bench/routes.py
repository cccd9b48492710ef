"""What figures of routes and stations take, and whether what is asked for is counted exactly.

    PYTHONPATH=tests python tests/bench/routes.py --date 2026-11-26

Serves a copy of the SQLite database of RAILFAIR_DATABASE_URL with two workers. First figures are
asked for that nobody asked for before, then the same again. Then thousands of mixed requests are
sent, and what `/api/routes/popular` says is compared with them: at once, after a restart, and after
both workers were killed.
"""

import argparse
import os
import random
import shutil
import sqlite3
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx
import numpy as np
import psutil

from railfair.adapters.clock.clock import FixedClock
from railfair.adapters.memory.storage import MemoryStorage
from railfair.application.popularity import Popularity
from railfair.domain.codes import Crs
from support.command import Service, serving
from support.load import family

SQLITE: Final = "sqlite+aiosqlite:///"
WORKERS: Final = ("--workers", "2")
HANDS: Final = 8
EACH: Final = 100
"""Routes that figures are asked of."""
LARGE: Final = 20
"""Stations that figures are asked of, those with most trains."""
MIXED: Final = 10_000
HOT: Final = 20
KILLED_AFTER_S: Final = 12.0
COUNTED: Final = 200_000
SEED: Final = 1
TIMES: Final = ("07:00", "08:00", "09:00", "12:00", "17:00", "18:00")
MOST_LOST_S: Final = 10.0
SETTLES_WITHIN_S: Final = 15.0
EXACT: Final = 1e-3
"""Counts are told rounded, and fade from the moment of the request on."""
PAIRS: Final = """
    SELECT one.crs, other.crs FROM booked_call AS one
    JOIN booked_call AS other ON other.train_id = one.train_id AND other.position > one.position
    GROUP BY 1, 2 ORDER BY count(*) DESC, 1, 2
"""
STATIONS: Final = "SELECT crs FROM booked_call GROUP BY 1 ORDER BY count(*) DESC LIMIT ?"

type Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was answered: of which route if it counts, when (monotonic), how long."""

    route: Pair | None
    at_s: float
    took_ms: float


def told(name: str, taken: Sequence[float], target_ms: float | None = None) -> None:
    """Print the quantiles of milliseconds, beside what is wanted."""
    p50, p95 = np.quantile(taken, [0.5, 0.95])
    wanted = "" if target_ms is None else f" (wanted: {target_ms:.0f} ms)"
    print(f"{name:44} p50 {p50:6.1f} ms  p95 {p95:6.1f} ms{wanted}")


def asked(client: httpx.Client, paths: Iterable[str], outcome: str | None) -> list[float]:
    """Ask one after the other; return the milliseconds of answers with that `X-Cache`."""
    taken = []
    for path in paths:
        begun = time.perf_counter()
        answer = client.get(path)
        took_ms = 1000 * (time.perf_counter() - begun)
        answer.raise_for_status()
        if outcome is None or answer.headers["x-cache"] == outcome:
            taken.append(took_ms)
    return taken


def figures(service: Service, pairs: Sequence[Pair], stations: Sequence[str]) -> None:
    """Print what figures take that are made, and that are kept."""
    busy = random.Random(SEED).sample(pairs[: 20 * EACH], min(EACH, len(pairs)))
    kinds: dict[str, tuple[list[str], float | None]] = {
        "patterns": ([f"/api/routes/{a}/{b}/patterns" for a, b in busy], 50),
        "trends": ([f"/api/routes/{a}/{b}/trends" for a, b in busy], None),
        "stats": ([f"/api/routes/{a}/{b}/stats" for a, b in busy], None),
        "punctuality": ([f"/api/stations/{crs}/punctuality" for crs in stations], None),
        "interchanges": ([f"/api/stations/{crs}/interchanges" for crs in stations], None),
    }
    with httpx.Client(base_url=service.url, timeout=60) as client:
        for name, (paths, target_ms) in kinds.items():
            told(f"{name}, made", asked(client, paths, "MISS"), target_ms)
        for name, target_ms in (("patterns", 25), ("stats", 20)):
            told(f"{name}, kept", asked(client, kinds[name][0] * 10, "HIT"), target_ms)


def questions(pairs: Sequence[Pair], day: str, number: int) -> list[tuple[str, Pair | None]]:
    """Return mixed requests, each with the route that it counts for."""
    chance = random.Random(SEED)
    hot = list(pairs[:HOT])
    found: list[tuple[str, Pair | None]] = []
    for _ in range(number):
        origin, destination = pair = chance.choice(hot)
        ends = f"origin={origin}&destination={destination}&date={day}&time={chance.choice(TIMES)}"
        found.append(
            chance.choices(
                [
                    (f"/api/predict?{ends}", pair),
                    (f"/api/routes/{origin}/{destination}/stats", None),
                    (f"/api/routes/{origin}/{destination}/patterns", None),
                    ("/api/routes/popular", None),
                ],
                weights=[60, 20, 10, 10],
            )[0]
        )
    return found


def mixed(url: str, requests: Iterable[tuple[str, Pair | None]]) -> list[Asked]:
    """Send all of *requests* over some connections; return those that were answered."""
    waiting = deque(requests)
    done: list[Asked] = []

    def one_hand() -> None:
        with httpx.Client(base_url=url, timeout=60) as client:
            while waiting:
                try:
                    path, route = waiting.popleft()
                    begun = time.monotonic()
                    answer = client.get(path)
                except (httpx.TransportError, IndexError):  # the workers were killed, or no more
                    return
                took_ms = 1000 * (time.monotonic() - begun)
                done.append(Asked(route if answer.is_success else None, begun, took_ms))

    with ThreadPoolExecutor(HANDS) as hands:
        for hand in [hands.submit(one_hand) for _ in range(HANDS)]:
            hand.result()
    return done


def popular(url: str) -> dict[Pair, float]:
    """Return the routes asked for most, with their numbers of requests."""
    answer = httpx.get(f"{url}/api/routes/popular?limit=100", timeout=60).raise_for_status()
    return {
        (one["origin"]["crs"], one["destination"]["crs"]): one["requests"]
        for one in answer.json()["routes"]
    }


def furthest(counted: Mapping[Pair, float], expected: Mapping[Pair, int]) -> float:
    """Return by what share of itself the count of a route is wrong, at most."""
    return max(abs(counted.get(pair, 0) - n) / n for pair, n in expected.items())


def counts(settings: Mapping[str, str], folder: Path, pairs: Sequence[Pair], day: str) -> None:
    """Compare what is counted with what was asked, over a restart and after a kill."""
    with serving(settings, folder, *WORKERS) as service:
        mixed(service.url, questions(pairs, day, 500))  # so that answers are kept
        settled(service, {})
        before = popular(service.url)
        done = mixed(service.url, questions(pairs, day, MIXED))
        told(f"{len(done)} mixed requests", [one.took_ms for one in done])
        expected = Counter(one.route for one in done if one.route is not None)
        wanted = {pair: round(n + before.get(pair, 0)) for pair, n in expected.items()}
        print(f"counts are wrong by {settled(service, wanted):.3%} at most (wanted: 1 %)")
        with httpx.Client(base_url=service.url) as client:
            told("popular", asked(client, ["/api/routes/popular"] * 500, None), 25)
        begun = time.monotonic()
        more = mixed(service.url, questions(pairs, day, MIXED // 4))
        print(f"stopped after {len(more)} more in {time.monotonic() - begun:.1f} s: ", end="")
        print(f"exit code {service.stop()}")
    for one in more:
        if one.route is not None:
            wanted[one.route] = wanted.get(one.route, 0) + 1
    with serving(settings, folder, *WORKERS) as service:
        wrong = furthest(popular(service.url), wanted)
        print(f"after the restart they are wrong by {wrong:.3%} at most")
        before = popular(service.url)
        killed = killed_while_asked(service, pairs, day)
    with serving(settings, folder) as service:
        after = popular(service.url)
    lost = len(killed[0]) - (sum(after.values()) - sum(before.values()))
    last = sum(killed[1] - one.at_s <= MOST_LOST_S for one in killed[0])
    print(f"killed: {lost:.0f} of {len(killed[0])} counts are lost ({last} of the last 10 s)")


def settled(service: Service, wanted: Mapping[Pair, int]) -> float:
    """Wait until counts of both workers are put together; return the share that is wrong."""
    ends = time.monotonic() + SETTLES_WITHIN_S
    wrong = furthest(popular(service.url), wanted) if wanted else 1.0
    while wrong > EXACT and time.monotonic() < ends:
        time.sleep(0.5)
        wrong = furthest(popular(service.url), wanted) if wanted else 1.0
    return wrong


def killed_while_asked(
    service: Service, pairs: Sequence[Pair], day: str
) -> tuple[list[Asked], float]:
    """Kill all processes in the midst of requests; return those that count, and when it was."""
    with ThreadPoolExecutor(1) as other:
        asking = other.submit(mixed, service.url, questions(pairs, day, 20 * MIXED))
        time.sleep(KILLED_AFTER_S)
        at_s = time.monotonic()
        for process in family(service.process.pid):
            with_kill(process)
        return [one for one in asking.result() if one.route is not None], at_s


def with_kill(process: psutil.Process) -> None:
    """Kill a process that may have gone already."""
    if process.is_running():
        process.kill()


def cost_of_counting(day: str) -> None:
    """Print what a request pays for being counted."""
    popularity = Popularity(MemoryStorage(), None, FixedClock(date.fromisoformat(day)))
    routes = [(Crs("NRW"), Crs("LST")), (Crs("LST"), Crs("NRW"))]
    begun = time.perf_counter()
    for number in range(COUNTED):
        popularity.count(routes[number % 2])
    took_us = 1e6 * (time.perf_counter() - begun) / COUNTED
    print(f"to count a request takes {took_us:.2f} us of it")


@contextmanager
def copied() -> Iterator[tuple[Path, Path]]:
    """Copy the database, and yield the copy and its folder."""
    url = os.environ.get("RAILFAIR_DATABASE_URL", f"{SQLITE}var/railfair.db")
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "railfair.db"
        shutil.copy(url.removeprefix(SQLITE), copy)
        yield copy, Path(folder)


def main(day: str) -> None:
    """Print what was measured."""
    cost_of_counting(day)
    with copied() as (database, folder):
        with closing(sqlite3.connect(database)) as db:
            pairs: list[Pair] = db.execute(PAIRS).fetchall()
            stations = [crs for (crs,) in db.execute(STATIONS, [LARGE])]
        ours = {name: value for name, value in os.environ.items() if name.startswith("RAILFAIR_")}
        settings = {
            **ours,
            "RAILFAIR_DATABASE_URL": f"{SQLITE}{database}",
            "RAILFAIR_RATE_LIMIT": "1000000/second",
        }
        with serving(settings, folder) as service:
            figures(service, pairs, stations)
        counts(settings, folder, pairs, day)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--date", required=True)
    main(parser.parse_args().date)
