"""How the service bears its users: latencies, hit rate, memory and processor under load.

    PYTHONPATH=tests python tests/bench/load.py                          # all trials (20 minutes)
    PYTHONPATH=tests python tests/bench/load.py mixed light              # some of them
    PYTHONPATH=tests python tests/bench/load.py soak --soak 7200
    PYTHONPATH=tests python tests/bench/load.py --write docs/performance.md

Serves the database of RAILFAIR_DATABASE_URL with a Redis of its own, all protections, figures and
logs on, lets the users of deploy/locust ask, and prints what they got. Each trial has a service of
its own, whose cache is empty at first; what is counted begins when the caches are warm.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from support import performance_report
from support.command import Service, serving
from support.load import Load, watched
from support.performance_report import Outcome, Trial, share
from support.redis_server import redis_server

SQLITE: Final = "sqlite+aiosqlite:///"
ALL_FROM_ONE_ADDRESS: Final = "1000000/second"
SOAK_S: Final = 1800
STEPS: Final = (100, 200, 400, 600, 800, 1000, 1400)
"""Requests a second, until the service no longer bears them."""
UNBEARABLE_MS: Final = 1000.0
UNBEARABLE_ERRORS: Final = 0.01

NO_REDIS: Final = {"RAILFAIR_CACHE": "local"}
NO_CACHE: Final = {"RAILFAIR_CACHE": "off"}
SMALL_POOL: Final = {
    **NO_CACHE,
    "RAILFAIR_DATABASE_POOL_SIZE": "2",
    "RAILFAIR_DATABASE_POOL_OVERFLOW": "0",
    "RAILFAIR_DATABASE_POOL_TIMEOUT_S": "2",
}
TRIALS: Final = {
    "minute": Trial(title="1 000 requests a minute", users=100, rate=1000 / 60, seconds=60),
    "light": Trial(title="100 requests/s", users=100, rate=100, seconds=60),
    "mixed": Trial(title="300 requests/s", users=200, rate=300, seconds=120, warm_s=120),
    "browse": Trial(title="browsers", users=100, rate=100, seconds=30, who=("Browser",)),
    "commuter": Trial(title="commuters", users=100, rate=100, seconds=30, who=("Commuter",)),
    "traveller": Trial(title="travellers", users=50, rate=30, seconds=30, who=("Traveller",)),
    "batch": Trial(title="batch clients", users=20, rate=30, seconds=30, who=("BatchClient",)),
    "two-tier": Trial(title="cache in two tiers", users=50, rate=50, seconds=30),
    "local": Trial(title="no shared cache", users=50, rate=50, seconds=30, settings=NO_REDIS),
    "no-cache": Trial(title="no cache", users=50, rate=50, seconds=30, settings=NO_CACHE),
    "pool": Trial(title="2 connections, no cache", users=50, rate=50, seconds=30,
                  settings=SMALL_POOL),
    "spike": Trial(title="a spike: 5 x the users", users=200, rate=300, seconds=60, curve="spike"),
}  # fmt: skip
BREAKING: Final = "breaking"
SOAK: Final = "soak"
NAMES: Final = (*TRIALS, BREAKING, SOAK)


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


def tried(*trials: Trial) -> list[Outcome]:
    """Run *trials* one after the other on one service, until one is more than it bears."""
    outcomes: list[Outcome] = []
    with TemporaryDirectory() as name, service(trials[0], Path(name)) as running:
        for trial in trials:
            with watched(running.process.pid, running.url) as resources:
                load = Load(
                    running.url, Path(name), users=trial.users, rate=trial.rate,
                    seconds=trial.warm_s + trial.seconds, curve=trial.curve, who=trial.who,
                )  # fmt: skip
                requests = load.ended()
            outcomes.append(Outcome.of(trial, requests, resources))
            show(outcomes[-1])
            sys.stdout.flush()
            if is_broken(outcomes[-1]):
                break
    return outcomes


def show(outcome: Outcome) -> None:
    """Print what came of it: the time before, in one line, and then all kinds of requests."""
    trial = outcome.trial
    print(f"\n{trial.title}: {trial.users} users, {trial.workers} workers, {trial.seconds:.0f} s")
    print(f"  {'':16} {'requests':>8} {'errors':>6} {'hits':>6} {'p50':>7} {'p95':>7} {'p99':>7}")
    lines = {f"{trial.warm_s:.0f} s before": outcome.before, "all": outcome.everything}
    for name, line in (lines | {f"  {name}": line for name, line in outcome.kinds.items()}).items():
        print(
            f"  {name:16} {line.requests:8} {line.errors:6} {share(line.hit_rate):>6}"
            f" {line.p50_ms:7.1f} {line.p95_ms:7.1f} {line.p99_ms:7.1f} ms"
        )
    print(
        f"  {outcome.rate:.0f} requests/s, {outcome.cores:.2f} cores in use,"
        f" {outcome.resident_mb:.0f} MB in the largest process,"
        f" {share(outcome.pool_share)} of the pool in use at most"
    )


def is_broken(outcome: Outcome) -> bool:
    """Return whether that was more than the service bears."""
    everything = outcome.everything
    return everything.p95_ms > UNBEARABLE_MS or (
        everything.errors > UNBEARABLE_ERRORS * everything.requests
    )


def rising() -> list[Trial]:
    """Return the trials by which the breaking point is found."""
    steps = [
        Trial(title=f"{rate} requests/s", users=rate, rate=rate, seconds=20, warm_s=5)
        for rate in STEPS
    ]
    return [replace(steps[0], warm_s=60), *steps[1:]]


def main(names: list[str], soak_s: float, document: Path | None) -> None:
    """Run the trials of *names*; write *document* if there is one."""
    outcomes: dict[str, list[Outcome]] = {}
    for name in names or NAMES[:-1]:
        match name:
            case "breaking":
                outcomes[name] = tried(*rising())
            case "soak":
                long = Trial(title="soak", users=100, rate=100, seconds=soak_s, curve="soak")
                outcomes[name] = tried(long)
            case _:
                outcomes[name] = tried(TRIALS[name])
    if document is not None:
        performance_report.write(document, outcomes)
        print(f"written: {document}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("trial", nargs="*", help=f"of {', '.join(NAMES)}; all but soak by default")
    parser.add_argument("--soak", type=float, default=SOAK_S, help="seconds that the soak lasts")
    parser.add_argument("--write", type=Path, help="document to put the figures into")
    options = parser.parse_args()
    if unknown := set(options.trial).difference(NAMES):
        parser.error(f"no such trial: {', '.join(sorted(unknown))}")
    main(options.trial, options.soak, options.write)
