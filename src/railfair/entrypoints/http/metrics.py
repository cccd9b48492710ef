"""`/metrics`: figures for Prometheus: what all workers counted, and what the database says.

What is loaded and what became of jobs is read from the database at each scrape, so that it is right
after a restart, too; the rest is told without the database.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from time import perf_counter
from typing import Final

from litestar import Response, get
from litestar.datastructures import State
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from railfair.application.provenance import Provenance, provenance
from railfair.bootstrap import CONTENT_TYPE_LATEST, RailFair
from railfair.domain.errors import SourceUnavailable
from railfair.domain.feed import LoadedFeed
from railfair.domain.railtime import LONDON
from railfair.entrypoints.http.sampling import Sampler
from railfair.ports.jobs import JobState

PATIENCE_S: Final = 3.0
"""How long the database may take, so that whoever watches is told of a slow one in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How the database was when it was asked; *took_s* is `None` if it did not answer in time."""

    took_s: float | None


@get("/metrics", include_in_schema=False)
async def metrics(state: State) -> Response[bytes]:
    """Return all figures. Source: Prometheus text format."""
    railfair: RailFair = state.railfair
    sampler: Sampler = state.sampler
    sampler.look()
    pool = railfair.storage.pool()
    loaded: Provenance | None = None
    jobs: Sequence[JobState] = ()
    look: Look | None = None
    # Where all connections are in use, that is what whoever watches has to see.
    if pool is None or not pool.waiting:
        look, began = Look(took_s=None), perf_counter()
        with suppress(SourceUnavailable, TimeoutError):
            async with asyncio.timeout(PATIENCE_S), railfair.storage.reading() as unit:
                loaded, jobs = await provenance(unit), await unit.jobs.all()
            look = Look(took_s=perf_counter() - began)
    stored = Stored(loaded, jobs, railfair.clock.now(), look)
    # Adding up what many workers counted takes a while.
    text = await asyncio.to_thread(railfair.figures.exposition, stored)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


class Stored(Collector):
    """What the database says at the moment *now*, and how it was; *look*: `None` if not asked."""

    def __init__(
        self,
        loaded: Provenance | None,
        jobs: Sequence[JobState],
        now: datetime,
        look: Look | None = None,
    ) -> None:
        self._look = look
        self._loaded = loaded
        self._jobs = jobs
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """Yield every figure; moments are Unix times in seconds."""
        if self._look is not None:
            yield from _of_database(self._look)
        if self._loaded is not None:
            yield from _of_feeds(self._loaded, self._now)
        yield from self._of_jobs()

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
            "railfair_job_last_duration_seconds",
            "How long the last run took that has ended.",
            "job",
            {
                job.name: (job.ended_at - job.started_at).total_seconds()
                for job in self._jobs
                if job.ended_at is not None
            },
        )
        yield _gauge(
            "railfair_job_consecutive_failures",
            "How often the job failed since it last ended well.",
            "job",
            {job.name: job.failures for job in self._jobs},
        )


def _of_database(look: Look) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "railfair_db_up", "1 if the database answered for these figures.", look.took_s is not None
    )
    if look.took_s is not None:
        yield GaugeMetricFamily(
            "railfair_db_read_duration_seconds", "How long it took to answer.", look.took_s
        )


def _of_feeds(loaded: Provenance, now: datetime) -> Iterator[Metric]:
    found = (loaded.timetable, loaded.fares, loaded.performance)
    feeds = [feed for feed in found if feed is not None]
    yield _gauge(
        "railfair_feed_loaded_timestamp_seconds",
        "When the feed that is loaded was imported.",
        "kind",
        {feed.kind: feed.loaded_at.timestamp() for feed in feeds},
    )
    yield _gauge(
        "railfair_feed_age_seconds",
        "How long ago that was.",
        "kind",
        {feed.kind: (now - feed.loaded_at).total_seconds() for feed in feeds},
    )
    yield _gauge(
        "railfair_feed_last_day_timestamp_seconds",
        "The beginning of the last day that the loaded feed speaks of.",
        "kind",
        {feed.kind: _midnight(feed.last_day) for feed in feeds if _has_end(feed)},
    )
    fares = loaded.fares
    yield _gauge(
        "railfair_feed_generated_timestamp_seconds",
        "The day on which the railway made the feed that is loaded.",
        "kind",
        {} if fares is None else {fares.kind: _midnight(fares.first_day)},
    )


def _has_end(feed: LoadedFeed) -> bool:
    return feed.last_day != date.max


def _gauge(name: str, help_: str, label: str, values: Mapping[str, float]) -> Metric:
    gauge = GaugeMetricFamily(name, help_, labels=[label])
    for value, figure in values.items():
        gauge.add_metric([value], figure)
    return gauge


def _midnight(day: date) -> float:
    return datetime.combine(day, time(), LONDON).timestamp()
