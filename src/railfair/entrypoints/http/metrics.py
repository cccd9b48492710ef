"""`/metrics`: figures for Prometheus, read from the database at each scrape.

So they are right with any number of workers, and after a restart. Connections to the database and
counts of kept answers are those of the process that answers; these are told without the database.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time

from litestar import Response, get
from litestar.datastructures import State
from prometheus_client import Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from railfair.application.cached import CacheCounts
from railfair.application.provenance import Provenance, provenance
from railfair.bootstrap import RailFair
from railfair.domain.errors import SourceUnavailable
from railfair.domain.railtime import LONDON
from railfair.ports.jobs import JobState
from railfair.ports.storage import PoolFigures


@get("/metrics", include_in_schema=False)
async def metrics(state: State) -> Response[bytes]:
    """Return what is loaded, and what became of jobs. Source: Prometheus text format."""
    railfair: RailFair = state.railfair
    pool = railfair.storage.pool()
    loaded: Provenance | None = None
    jobs: Sequence[JobState] = ()
    # Where all connections are in use, that is what whoever watches has to see.
    if pool is None or not pool.waiting:
        with suppress(SourceUnavailable):
            async with railfair.storage.reading() as unit:
                loaded, jobs = await provenance(unit), await unit.jobs.all()
    figures = _Figures(loaded, jobs, pool, railfair.cache.counts)
    return Response(generate_latest(figures), media_type=CONTENT_TYPE_LATEST)


class _Figures(Collector):
    """One reading of all figures."""

    def __init__(
        self,
        loaded: Provenance | None,
        jobs: Sequence[JobState],
        pool: PoolFigures | None,
        counts: CacheCounts,
    ) -> None:
        self._loaded = loaded
        self._jobs = jobs
        self._pool = pool
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        """Yield every figure; moments are Unix times in seconds."""
        if self._loaded is not None:
            yield from _of_feeds(self._loaded)
        yield from self._of_jobs()
        if self._pool is not None:
            yield from _of_pool(self._pool)
        yield from _of_cache(self._counts)

    def _of_jobs(self) -> Iterator[Metric]:
        yield _gauge(
            "railfair_job_last_start_timestamp_seconds",
            "When the job last began.",
            "job",
            {job.name: job.started_at.timestamp() for job in self._jobs},
        )
        yield _gauge(
            "railfair_job_last_success_timestamp_seconds",
            "When the job last ended well.",
            "job",
            {job.name: job.succeeded_at.timestamp() for job in self._jobs if job.succeeded_at},
        )
        yield _gauge(
            "railfair_job_consecutive_failures",
            "How often the job failed since it last ended well.",
            "job",
            {job.name: job.failures for job in self._jobs},
        )


def _of_pool(pool: PoolFigures) -> Iterator[Metric]:
    """Yield the connections without the one that the scrape itself takes."""
    yield _gauge(
        "railfair_db_pool_connections",
        "Open connections of this process to the database.",
        "state",
        {"in_use": pool.in_use, "idle": pool.idle},
    )
    waiting = "Requests of this process that wait for a connection."
    yield GaugeMetricFamily("railfair_db_pool_waiting", waiting, pool.waiting)
    if pool.limit is not None:
        limit = "Connections that this process may have at most."
        yield GaugeMetricFamily("railfair_db_pool_limit", limit, pool.limit)


def _of_feeds(loaded: Provenance) -> Iterator[Metric]:
    feeds = (loaded.timetable, loaded.fares, loaded.performance)
    yield _gauge(
        "railfair_feed_loaded_timestamp_seconds",
        "When the feed that is loaded was imported.",
        "kind",
        {feed.kind: feed.loaded_at.timestamp() for feed in feeds if feed is not None},
    )
    fares = loaded.fares
    yield _gauge(
        "railfair_feed_generated_timestamp_seconds",
        "The day on which the railway made the feed that is loaded.",
        "kind",
        {} if fares is None else {fares.kind: _midnight(fares.first_day).timestamp()},
    )


def _of_cache(counts: CacheCounts) -> Iterator[Metric]:
    found = CounterMetricFamily(
        "railfair_cache_requests",
        "Answers that were asked for, by where they were found.",
        labels=["kind", "outcome", "tier"],
    )
    for outcome, tiers in (("hit", counts.hits), ("stale", counts.stale)):
        for (tier, kind), number in tiers.items():
            found.add_metric([kind, outcome, tier], number)
    for outcome, kinds in (("miss", counts.misses), ("bypass", counts.bypasses)):
        for kind, number in kinds.items():
            found.add_metric([kind, outcome, ""], number)
    yield found
    made = CounterMetricFamily(
        "railfair_cache_computations", "Answers that were made.", labels=["kind"]
    )
    for kind, number in counts.computations.items():
        made.add_metric([kind], number)
    yield made


def _gauge(name: str, help_: str, label: str, values: Mapping[str, float]) -> Metric:
    gauge = GaugeMetricFamily(name, help_, labels=[label])
    for value, figure in values.items():
        gauge.add_metric([value], figure)
    return gauge


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)
