"""How the service bears its users: latencies, hit rate, memory and processor under load.

    PYTHONPATH=tests python tests/bench/load.py [mixed light …]

Serves the database of RAILFAIR_DATABASE_URL with a Redis of its own, all protections, figures and
logs on, lets the users of deploy/locust ask, and prints what they got beside what they should.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from support.command import Service, serving
from support.load import Load, Requests, Resources, watched
from support.redis_server import redis_server

SQLITE: Final = "sqlite+aiosqlite:///"
ALL_FROM_ONE_ADDRESS: Final = "1000000/second"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A number of *users* who send *rate* requests a second together, for *seconds*.

    They have done so for *warm_s* before that: caches are empty in the beginning.
    """

    title: str
    users: int
    rate: float
    seconds: float
    warm_s: float = 60
    curve: str = "steady"
    who: tuple[str, ...] = ()
    workers: int = 2
    settings: Mapping[str, str] = field(default_factory=dict)


TRIALS: Final = {
    "mixed": Trial(title="mixed, 200 users", users=200, rate=300, seconds=120),
    "light": Trial(title="mixed, 100 users", users=100, rate=100, seconds=60),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a trial."""

    trial: Trial
    requests: Requests
    resources: Resources


@contextmanager
def service(trial: Trial, folder: Path) -> Iterator[Service]:
    """Serve the database of the environment as *trial* has it."""
    ours = {name: value for name, value in os.environ.items() if name.startswith("RAILFAIR_")}
    file = Path(ours.get("RAILFAIR_DATABASE_URL", "").removeprefix(SQLITE) or "var/railfair.db")
    with redis_server(folder) as redis:
        settings = {
            **ours,
            "RAILFAIR_DATABASE_URL": f"{SQLITE}{file.absolute()}",
            "RAILFAIR_RATE_LIMIT": ALL_FROM_ONE_ADDRESS,
            "RAILFAIR_REDIS_URL": redis.url,
            **trial.settings,
        }
        with serving(settings, folder, "--workers", str(trial.workers)) as running:
            yield running


def tried(trial: Trial) -> Outcome:
    """Run *trial* on a service of its own, whose cache is empty."""
    with (
        TemporaryDirectory() as name,
        service(trial, Path(name)) as running,
        watched(running.process.pid, running.url) as resources,
    ):
        load = Load(
            running.url, Path(name), users=trial.users, rate=trial.rate,
            seconds=trial.warm_s + trial.seconds, curve=trial.curve, who=trial.who,
        )  # fmt: skip
        requests = load.ended()
    return Outcome(trial=trial, requests=requests, resources=resources)


def show(outcome: Outcome) -> None:
    """Print what came of it: the time before, in one line, and then all kinds of requests."""
    trial, resources = outcome.trial, outcome.resources
    begun = float(outcome.requests.at_s.min()) + trial.warm_s
    end = float(outcome.requests.at_s.max())
    requests = outcome.requests.between(begun, end)
    print(f"\n{trial.title}, {trial.workers} workers, {trial.seconds:.0f} s")
    print(f"  {'':16} {'requests':>8} {'errors':>6} {'hits':>6} {'p50':>7} {'p95':>7} {'p99':>7}")
    if trial.warm_s:
        line(f"{trial.warm_s:.0f} s before", outcome.requests.between(0, begun))
    line("all", requests)
    for name in sorted(set(requests.name.tolist())):
        line(f"  {name}", requests.named(name))
    print(f"  {requests.rate:.0f} requests/s", end=", ")
    print(f"{resources.cpu_between(begun, end):.2f} cores in use", end=", ")
    print(f"{max(resources.resident_mb):.0f} MB in the largest process", end=", ")
    print(f"{resources.pool_between(begun, end):.0%} of the pool in use at most")


def line(name: str, some: Requests) -> None:
    """Print how *some* of the requests did."""
    print(
        f"  {name:16} {len(some):8} {some.errors:6} {some.hit_rate:6.0%}"
        f" {some.at(0.5):7.1f} {some.at(0.95):7.1f} {some.at(0.99):7.1f} ms"
    )


def main(names: list[str]) -> None:
    """Run the trials of *names*, all if there is none."""
    for name in names or TRIALS:
        show(tried(TRIALS[name]))
        sys.stdout.flush()
        time.sleep(1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("trial", nargs="*", choices=[*TRIALS, []], help="all of them by default")
    main(parser.parse_args().trial)
