"""`/metrics`: figures for Prometheus, read from the database at each scrape.

So they are right with any number of workers, and after a restart. The connections to the database
are those of the process that answers.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time

from litestar import Response, get
from litestar.datastructures import State
from prometheus_client import Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from railfair.application.provenance import Provenance, provenance
from railfair.bootstrap import RailFair
from railfair.domain.railtime import LONDON
from railfair.ports.jobs import JobState
from railfair.ports.storage import PoolFigures


@get("/metrics", include_in_schema=False)
async def metrics(state: State) -> Response[bytes]:
    """Return what is loaded, and what became of jobs. Source: Prometheus text format."""
    railfair: RailFair = state.railfair
    pool = railfair.storage.pool()
    async with railfair.storage.reading() as unit:
        figures = _Figures(await provenance(unit), await unit.jobs.all(), pool)
    return Response(generate_latest(figures), media_type=CONTENT_TYPE_LATEST)


class _Figures(Collector):
    """One reading of all figures."""

    def __init__(
        self, loaded: Provenance, jobs: Sequence[JobState], pool: PoolFigures | None
    ) -> None:
        self._loaded = loaded
        self._jobs = jobs
        self._pool = pool

    def collect(self) -> Iterator[Metric]:
        """Yield every figure; moments are Unix times in seconds."""
        loaded = (self._loaded.timetable, self._loaded.fares, self._loaded.performance)
        yield _gauge(
            "railfair_feed_loaded_timestamp_seconds",
            "When the feed that is loaded was imported.",
            "kind",
            {feed.kind: feed.loaded_at.timestamp() for feed in loaded if feed is not None},
        )
        fares = self._loaded.fares
        yield _gauge(
            "railfair_feed_generated_timestamp_seconds",
            "The day on which the railway made the feed that is loaded.",
            "kind",
            {} if fares is None else {fares.kind: _midnight(fares.first_day).timestamp()},
        )
        yield from self._of_jobs()
        if self._pool is not None:
            yield from _of_pool(self._pool)

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


def _gauge(name: str, help_: str, label: str, values: Mapping[str, float]) -> Metric:
    gauge = GaugeMetricFamily(name, help_, labels=[label])
    for value, figure in values.items():
        gauge.add_metric([value], figure)
    return gauge


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)
