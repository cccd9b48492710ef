"""Figures for Prometheus: counted in this process, or shared by all workers of a service.

Workers that share figures count in files of one folder, so that any of them tells the sum of all.
What a worker counted stays when it has ended; what was true of it only while it ran goes.
Names follow OpenTelemetry's conventions where there is one, as Prometheus spells them.
"""

import os
import platform
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    disable_created_metrics,
    generate_latest,
    values,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from railfair.adapters.telemetry.processes import memory, processes
from railfair.ports.observer import Degraded, Observer, Unobserved

__all__ = ["CONTENT_TYPE_LATEST", "Figures", "Moment", "Uncounted", "worker_gone"]

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Where the library looks for the folder that processes share."""
REQUEST_BUCKETS_S: Final = (
    0.001, 0.0025, 0.005, 0.01, 0.02, 0.025, 0.03, 0.05, 0.075, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0,
    10.0,
)  # fmt: skip
ANSWER_BUCKETS_S: Final = (0.001, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)
SEARCH_BUCKETS_S: Final = (
    0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0,
)  # fmt: skip
METHODS: Final = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
OTHER_METHOD: Final = "_OTHER"
"""Source: OpenTelemetry, `http.request.method`."""
POPULAR_AFTER: Final = 10
"""Questions about a route before it is counted by its name."""
MOST_ROUTES: Final = 50
"""Routes that a process counts by their names."""
MOST_CANDIDATES: Final = 2_000
OTHER: Final = "other"
BREAKER: Final = ("closed", "half-open", "open")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What is true of a worker at a moment; *breaker* is `None` where Redis is not used."""

    loop_lag_s: float
    pool_in_use: int
    pool_idle: int
    pool_size: int
    pool_overflow: int
    pool_waiting: int
    pool_limit: int | None
    kept_answers: int
    kept_bytes: int
    breaker: str | None
    tasks: tuple[tuple[str, bool], ...]
    """The names of what runs by itself, and whether it does."""


class Figures(Observer):
    """Counts, and tells what was counted. With a *folder* it is shared with other processes.

    A process has one of these.
    """

    def __init__(self, folder: Path | None = None, *, version: str = "") -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        values.ValueClass = values.MutexValue
        if folder is not None:
            os.environ[FOLDER] = str(folder)
            values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]
        self._folder = folder
        self._worker = str(os.getpid())
        self._registry = CollectorRegistry()
        self._answered: dict[tuple[str, str, int], Callable[[float], None]] = {}
        self._kept_or_made: dict[tuple[str, str], Callable[[float], None]] = {}
        self._cache: dict[tuple[str, str, str], Callable[[], None]] = {}
        self._routes: dict[tuple[str, str], Callable[[], None]] = {}
        self._candidates: dict[tuple[str, str], int] = {}
        self._seen: dict[str, float] = {}
        self.in_work = 0
        """Requests that are being answered."""
        self._define_service(version)
        self._define_worker()
        self._define_answers()

    def _define_service(self, version: str) -> None:
        self._duration = self._histogram(
            "http_server_request_duration_seconds",
            "From a request's head to the last of its answer, by template of the path.",
            REQUEST_BUCKETS_S,
            ("http_request_method", "http_route", "http_response_status_code"),
        )
        self._answers = self._histogram(
            "railfair_answer_duration_seconds",
            "The same of answers that can be kept, by what the cache had.",
            ANSWER_BUCKETS_S,
            ("http_route", "outcome"),
        )
        self._problems = self._counter(
            "railfair_problems", "Answers that are problems, or parts of batches, by code.", "code"
        )
        self._jobs = self._counter(
            "railfair_job_runs", "Runs of background jobs that ended.", "job", "outcome"
        )
        self._job_seconds = self._counter(
            "railfair_job_seconds", "How long those runs took together.", "job"
        )
        build = self._gauge("railfair_build_info", "Always 1.", "version", "python_version")
        build.labels(version, platform.python_version()).set(1)

    def _define_worker(self) -> None:
        self._active = self._gauge(
            "http_server_active_requests", "Requests being answered.", "worker"
        )
        self._lag = self._gauge(
            "railfair_event_loop_lag_seconds",
            "Longest delay of what was due in the last 15 seconds.",
            "worker",
        )
        self._pool = self._gauge(
            "railfair_db_pool_connections",
            "Open connections to the database.",
            "worker", "state",
        )  # fmt: skip
        self._pool_size = self._gauge(
            "railfair_db_pool_size", "Connections that are kept open once made.", "worker"
        )
        self._pool_overflow = self._gauge(
            "railfair_db_pool_overflow", "Open connections beyond those.", "worker"
        )
        self._pool_waiting = self._gauge(
            "railfair_db_pool_waiting", "Units of work that wait for a connection.", "worker"
        )
        self._pool_limit = self._gauge(
            "railfair_db_pool_limit", "Connections that there may be at most.", "worker"
        )
        self._kept = self._gauge("railfair_cache_local_answers", "Answers kept.", "worker")
        self._kept_bytes = self._gauge(
            "railfair_cache_local_bytes", "Memory that they take.", "worker"
        )
        self._evictions = self._counter(
            "railfair_cache_local_evictions", "Answers that had to go for want of room."
        )
        self._breaker = self._gauge(
            "railfair_redis_breaker_state", "1 for the state of the breaker.", "worker", "state"
        )
        self._openings = self._counter(
            "railfair_redis_breaker_openings", "How often the breaker opened."
        )
        self._redis_failures = self._counter(
            "railfair_redis_failures", "How often Redis did not answer in time."
        )
        self._tasks = self._gauge(
            "railfair_task_running", "1 while what should run by itself does.", "worker", "task"
        )

    def _define_answers(self) -> None:
        self._asked = self._counter(
            "railfair_cache_requests",
            "Answers that were asked for, by where they were found.",
            "kind", "outcome", "tier",
        )  # fmt: skip
        self._computations = self._counter(
            "railfair_cache_computations", "Answers that were begun to be made.", "kind"
        )
        self._failures = self._counter(
            "railfair_cache_failures", "Answers that could not be made.", "kind"
        )
        self._degraded = self._counter(
            "railfair_degraded_answers", "Answers that are not whole.", "reason"
        )
        for reason in Degraded:
            self._degraded.labels(reason.value)
        self._forecasts = self._counter(
            "railfair_forecasts", "Trains forecast, by how far to trust it.", "confidence"
        )
        self._fares = self._counter(
            "railfair_fares_compared", "Fares that were tested on a trip.", "verdict"
        )
        self._savings = self._counter(
            "railfair_savings_found_pence", "What the cheapest tickets found save."
        )
        self._plans = self._counter("railfair_plans", "Plans made, by what was found.", "outcome")
        for outcome in ("found", "none"):
            self._plans.labels(outcome)
        self._journeys = self._counter("railfair_journeys_planned", "Journeys that they show.")
        self._search = self._histogram(
            "railfair_planner_search_duration_seconds",
            "How long the planner searched for a plan, waiting for a thread included.",
            SEARCH_BUCKETS_S,
        )
        self._route = self._counter(
            "railfair_route_requests",
            "Questions about the routes asked about most; of all others, other.",
            "origin", "destination",
        )  # fmt: skip
        self._other_route = self._route.labels(OTHER, OTHER).inc

    def answered(
        self, method: str, route: str, status: int, took_s: float, outcome: str = ""
    ) -> None:
        """Count an HTTP request that took so many seconds.

        *outcome* is what the cache had, in capitals; empty for what is never kept.
        """
        key = method, route, status
        observe = self._answered.get(key)
        if observe is None:
            known = method if method in METHODS else OTHER_METHOD
            observe = self._duration.labels(known, route, str(status)).observe
            self._answered[key] = observe
            if known == OTHER_METHOD:  # clients make those up
                del self._answered[key]
        observe(took_s)
        if outcome:
            self._answer_took(route, outcome, took_s)

    def _answer_took(self, route: str, outcome: str, took_s: float) -> None:
        key = route, outcome
        observe = self._kept_or_made.get(key)
        if observe is None:
            observe = self._answers.labels(route, outcome.lower()).observe
            self._kept_or_made[key] = observe
        observe(took_s)

    def cache_asked(self, kind: str, outcome: str, tier: str) -> None:
        """Count it."""
        key = kind, outcome, tier
        count = self._cache.get(key)
        if count is None:
            count = self._asked.labels(kind, outcome.lower(), tier).inc
            self._cache[key] = count
        count()

    def computed(self, kind: str) -> None:
        """Count it."""
        self._computations.labels(kind).inc()

    def failed(self, kind: str) -> None:
        """Count it."""
        self._failures.labels(kind).inc()

    def degraded(self, reason: Degraded) -> None:
        """Count it."""
        self._degraded.labels(reason.value).inc()

    def asked_about(self, origin: str, destination: str) -> None:
        """Count it by name once the route has turned out to be popular."""
        route = origin, destination
        count = self._routes.get(route)
        (count or self._other_route)()
        if count is None and len(self._routes) < MOST_ROUTES:
            self._consider(route)

    def _consider(self, route: tuple[str, str]) -> None:
        times = self._candidates.pop(route, 0) + 1
        if times >= POPULAR_AFTER:
            self._routes[route] = self._route.labels(*route).inc
            return
        self._candidates[route] = times
        if len(self._candidates) > MOST_CANDIDATES:
            del self._candidates[next(iter(self._candidates))]

    def forecast(self, confidences: Iterable[str]) -> None:
        """Count them."""
        for confidence in confidences:
            self._forecasts.labels(confidence or "none").inc()

    def fares_compared(self, good: int, rejected: int, saving_p: int) -> None:
        """Count them."""
        self._fares.labels("good").inc(good)
        self._fares.labels("rejected").inc(rejected)
        self._savings.inc(max(0, saving_p))

    def planned(self, journeys: int, saving_p: int) -> None:
        """Count it."""
        self._plans.labels("found" if journeys else "none").inc()
        self._journeys.inc(journeys)
        self._savings.inc(max(0, saving_p))

    def searching(self) -> AbstractContextManager[object]:
        """Time the block."""
        return self._search.time()

    def job_ended(self, job: str, seconds: float, *, is_success: bool) -> None:
        """Count it."""
        self._jobs.labels(job, "success" if is_success else "failure").inc()
        self._job_seconds.labels(job).inc(seconds)

    def problem(self, code: str) -> None:
        """Count it."""
        self._problems.labels(code).inc()

    def told(self, name: str, so_far: float) -> None:
        """Take over a count that is kept elsewhere: *so_far* since this process began.

        *name* is `evictions`, `redis_openings` or `redis_failures`.
        """
        counters = {
            "evictions": self._evictions,
            "redis_openings": self._openings,
            "redis_failures": self._redis_failures,
        }
        counters[name].inc(max(0.0, so_far - self._seen.get(name, 0.0)))
        self._seen[name] = so_far

    def set(self, now: Moment) -> None:
        """Set what is true of this worker *now*."""
        me = self._worker
        self._active.labels(me).set(self.in_work)
        self._lag.labels(me).set(now.loop_lag_s)
        self._pool.labels(me, "in_use").set(now.pool_in_use)
        self._pool.labels(me, "idle").set(now.pool_idle)
        self._pool_size.labels(me).set(now.pool_size)
        self._pool_overflow.labels(me).set(now.pool_overflow)
        self._pool_waiting.labels(me).set(now.pool_waiting)
        if now.pool_limit is not None:
            self._pool_limit.labels(me).set(now.pool_limit)
        self._kept.labels(me).set(now.kept_answers)
        self._kept_bytes.labels(me).set(now.kept_bytes)
        if now.breaker is not None:
            for state in BREAKER:
                self._breaker.labels(me, state).set(state == now.breaker)
        for task, is_running in now.tasks:
            self._tasks.labels(me, task).set(is_running)

    def exposition(self, besides: Collector) -> bytes:
        """Return everything that was counted, and what *besides* has. Source: Prometheus text."""
        registry = CollectorRegistry()
        if self._folder is None:
            registry.register(_Of(self._registry))
            workers = [int(self._worker)]
        else:
            registry.register(_Shared(self._folder))
            workers = _live(self._folder)
        registry.register(_Processes(workers))
        registry.register(besides)
        return generate_latest(registry)

    def _counter(self, name: str, help_: str, *labels: str) -> Counter:
        return Counter(name, help_, labels, registry=self._registry)

    def _gauge(self, name: str, help_: str, *labels: str) -> Gauge:
        return Gauge(name, help_, labels, registry=self._registry, multiprocess_mode="livemax")

    def _histogram(
        self, name: str, help_: str, buckets: tuple[float, ...], labels: tuple[str, ...] = ()
    ) -> Histogram:
        return Histogram(name, help_, labels, registry=self._registry, buckets=buckets)


class Uncounted(Unobserved, Figures):
    """Tells what is true at a moment, and counts nothing that happens."""

    def __init__(self, folder: Path | None = None, *, version: str = "") -> None:
        # A protocol gives classes that are made without arguments an initializer of their own.
        Figures.__init__(self, folder, version=version)

    def answered(
        self, method: str, route: str, status: int, took_s: float, outcome: str = ""
    ) -> None:
        """Do nothing."""

    def told(self, name: str, so_far: float) -> None:
        """Do nothing."""


def worker_gone(folder: Path, pid: int) -> None:
    """Forget what was true of the worker *pid* while it ran; what it counted stays."""
    with suppress(FileNotFoundError):
        mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]


def _live(folder: Path) -> list[int]:
    """Return the workers that set something and have not been forgotten."""
    return sorted({int(file.stem.rpartition("_")[2]) for file in folder.glob("gauge_live*.db")})


class _Of(Collector):
    """What is in another registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterable[Metric]:
        """Return all of it."""
        return self._registry.collect()


class _Shared(Collector):
    """What all processes have counted in *folder*."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterable[Metric]:
        """Add the files up; one that a process has only just made says nothing yet."""
        begun = [str(file) for file in self._folder.glob("*.db") if _size(file)]
        merged = MultiProcessCollector.merge(begun)  # type: ignore[no-untyped-call]
        return list(merged)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


class _Processes(Collector):
    """What the system says of processes."""

    def __init__(self, pids: Iterable[int]) -> None:
        self._pids = pids

    def collect(self) -> Iterator[Metric]:
        """Yield memory, time of the processor, files and age of each that runs; and the limit."""
        yield from processes(self._pids)
        yield from memory()
