"""How quick journeys are found: answers first, then clocks.

    railfair import timetable … && railfair import fares … && railfair import performance …
    python tests/bench/journeys.py --date 2026-11-25 [--pairs 500]

Asks the database of RAILFAIR_DATABASE_URL for journeys between random stations, big ones more
often. Earliest arrivals are compared with a search that knows nothing of the planner's arrays; then
it prints how long one search takes, one of a period of two hours, a whole plan with fares and odds
(nothing cached), and, of a service that was started for it, how soon it is ready with and without
networks on disk, and how much memory it holds after as many plans.
"""

import argparse
import asyncio
import os
import random
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

import httpx
import msgspec
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from railfair.application.plan_query import PlanQuery
from railfair.bootstrap import RailFair, opened
from railfair.config import Settings
from railfair.domain.codes import Crs
from railfair.domain.feed import FeedKind
from railfair.domain.planner import kernel
from railfair.domain.planner.network import Network
from railfair.domain.planner.search import END, Planner, Terms
from railfair.entrypoints import wire
from railfair.entrypoints.memory import settle
from support.journeys_oracle import Oracle
from support.railways import Railway

WINDOW_MIN = 120
CHANGES = 4
FIRST_MIN, LAST_MIN = 330, 1320
PLAN_MS, MEMORY_MB = 100, 512
"""What is hoped for: of 95 plans of 100, and of a process that serves."""
READY_S = {"without": 10, "with": 3}
PATIENCE_S = 120

type Question = tuple[Crs, Crs, int]


async def main(day: date, pairs: int, checked: int, seed: int) -> None:
    """Print what was measured."""
    settings = Settings.load()
    chance = random.Random(seed)
    async with opened(settings) as railfair:
        planner = await planner_of(railfair, day)
        asked = questions(planner.network, pairs, chance)
        # As the service does once it has started.
        settle()
        if checked:
            await compare(railfair, planner, day, asked[:checked])
        searches(planner, asked)
        await plans(railfair, day, asked)
    services(day, asked)


async def planner_of(railfair: RailFair, day: date) -> Planner:
    """Return the planner of *day*."""
    async with railfair.storage.reading() as unit:
        feed = await unit.feeds.get(FeedKind.TIMETABLE)
    if feed is None:
        raise SystemExit("no timetable is loaded")
    return (await railfair.networks.planner(day, feed))[0]


def questions(network: Network, number: int, chance: random.Random) -> list[Question]:
    """Return pairs of stations, each by how many trains call there, and minutes of the day."""
    trips = np.repeat(np.diff(network.trip_start), np.diff(network.stop_start))
    calls = np.bincount(network.stop_station, weights=trips, minlength=len(network.crs))
    codes = [Crs(crs.decode()) for crs in network.crs.tolist()]
    found: list[Question] = []
    while len(found) < number:
        origin, destination = chance.choices(codes, calls.tolist(), k=2)
        if origin != destination:
            found.append((origin, destination, chance.randrange(FIRST_MIN, LAST_MIN)))
    return found


async def compare(
    railfair: RailFair, planner: Planner, day: date, asked: Sequence[Question]
) -> None:
    """Compare earliest arrivals with an independent search of the same timetable."""
    async with railfair.storage.reading() as unit:
        timetable = unit.timetable
        columns = await timetable.columns()
        running = {int(number) for number in planner.network.portion_schedule.tolist()}
        railway = Railway(
            schedules=[columns.schedule(number) for number in sorted(running)],
            stations=await timetable.stations(),
            links=await timetable.links(),
            interchanges=await timetable.interchanges(),
            holidays={},
        )
    oracle = Oracle(railway, day)
    for origin, destination, minute in asked:
        terms = Terms(origin=origin, destination=destination, most_changes=CHANGES)
        expected = [one[1:] for one in oracle.earliest(terms, minute)]
        found = [(one.arrives_min, one.changes) for one in planner.earliest(terms, minute)]
        if sorted(found) != sorted(expected):
            raise SystemExit(f"{origin} to {destination} at {minute}: {found}, not {expected}")
    print(f"answers of {len(asked)} questions agree with an independent search")


def searches(planner: Planner, asked: Sequence[Question]) -> None:
    """Time the kernel alone."""
    network = planner.network
    nowhere, no_via = np.zeros(len(network.crs), np.bool_), np.empty(0, np.int32)

    def search(question: Question, last_min: int) -> None:
        origin, destination = (network.index[crs] for crs in question[:2])
        first_min = question[2]
        begins = np.array([first_min], np.int32)
        if last_min > first_min:
            begins = kernel.departures(origin, first_min, last_min, *network.departure_arrays)
        kernel.search(
            begins, origin, destination, CHANGES + 1, END, 0, nowhere, no_via,
            *network.search_arrays,
        )  # fmt: skip

    show("kernel, earliest arrival", [timed(lambda q=q: search(q, q[2])) for q in asked])  # type: ignore[misc]
    name = f"kernel, {WINDOW_MIN // 60} hours"
    show(name, [timed(lambda q=q: search(q, q[2] + WINDOW_MIN)) for q in asked])  # type: ignore[misc]


async def plans(railfair: RailFair, day: date, asked: Sequence[Question]) -> None:
    """Time whole plans, from the question to the bytes of the answer."""
    taken, shown = [], 0
    for origin, destination, minute in asked:
        start = perf_counter()
        query = PlanQuery(origin=origin, destination=destination, day=day, time_min=minute)
        plan = await railfair.plan_journeys(query)
        msgspec.json.encode(wire.plan(plan))
        taken.append(1000 * (perf_counter() - start))
        shown += len(plan.journeys)
    name = "plan with fares and odds"
    show(name, taken)
    p95, p99 = np.quantile(taken, [0.95, 0.99])
    print(f"{'':28} p99 {p99:.1f} ms; {verdict(p95, PLAN_MS, 'ms')} at p95")
    print(f"{'':28} {shown / len(asked):.1f} journeys an answer")


def services(day: date, asked: Sequence[Question]) -> None:
    """Start the service without and with networks on disk; ask it as well, and weigh it."""
    with TemporaryDirectory() as folder:
        environment = os.environ | {
            "RAILFAIR_NETWORKS_DIRECTORY": folder,
            "RAILFAIR_CACHE": "off",
            "RAILFAIR_LOG_LEVEL": "error",
            # One address asks for all of it.
            "RAILFAIR_RATE_LIMIT": "off",
        }
        for how, most_s in READY_S.items():
            start = perf_counter()
            with serving(environment) as (address, process):
                taken_s = perf_counter() - start
                print(
                    f"{f'ready {how} networks on disk':28} {taken_s:6.2f} s; "
                    f"{verdict(taken_s, most_s, 's')}"
                )
                if how == "with":
                    ask(address, day, asked)
                    held = resident_mb(process.pid)
                    verdict_ = verdict(held, MEMORY_MB, "MB")
                    print(f"{'memory after those plans':28} {held:6.0f} MB; {verdict_}")


@contextmanager
def serving(environment: Mapping[str, str]) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Serve until the end of the block, which begins when the service is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "railfair", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        deadline = perf_counter() + PATIENCE_S
        while not is_ready(address):
            if process.poll() is not None or perf_counter() > deadline:
                raise SystemExit("the service did not become ready")
            sleep(0.02)
        yield address, process
    finally:
        process.terminate()
        process.wait()


def is_ready(address: str) -> bool:
    """Whether the service says that it can answer."""
    try:
        return httpx.get(f"{address}/health/ready", timeout=5).is_success
    except httpx.TransportError:
        return False


def ask(address: str, day: date, asked: Sequence[Question]) -> None:
    """Time plans over HTTP."""
    taken = []
    with httpx.Client(base_url=address, timeout=30) as client:
        for origin, destination, minute in asked:
            leaves = f"{day}T{minute // 60:02}:{minute % 60:02}"
            query = {"origin": origin, "destination": destination, "depart_after": leaves}
            start = perf_counter()
            client.get("/api/journey/plan", params=query).raise_for_status()
            taken.append(1000 * (perf_counter() - start))
    show("plan over HTTP", taken)


def verdict(value: float, most: float, unit: str) -> str:
    """Return whether *value* is at most what is hoped for."""
    return f"{'within' if value <= most else 'MISSES'} {most} {unit}"


def timed(work: Callable[[], None]) -> float:
    """Return how many milliseconds *work* took."""
    start = perf_counter()
    work()
    return 1000 * (perf_counter() - start)


def show(name: str, taken: Sequence[float]) -> None:
    """Print the median, the 95th percentile and the worst of *taken*."""
    p50, p95, worst = np.quantile(taken, [0.5, 0.95, 1.0])
    print(f"{name:28} {len(taken)} x  p50 {p50:6.1f} ms  p95 {p95:6.1f} ms  worst {worst:6.1f} ms")


def resident_mb(process: int) -> float:
    """Return how much memory a process holds."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--date", type=date.fromisoformat, required=True)
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("--checked", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    asyncio.run(main(given.date, given.pairs, given.checked, given.seed))
