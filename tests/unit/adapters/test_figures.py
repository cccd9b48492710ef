"""What is counted, and what is said of it."""

import os
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from railfair.adapters.telemetry.figures import (
    MOST_ROUTES,
    POPULAR_AFTER,
    Figures,
    Moment,
    Uncounted,
    worker_gone,
)
from railfair.adapters.telemetry.processes import memory_limit
from railfair.application.provenance import Provenance
from railfair.domain.feed import FeedKind, FeedSource, LoadedFeed
from railfair.entrypoints.http.metrics import Look, Stored
from railfair.ports.jobs import JobState
from railfair.ports.observer import Degraded
from support.figures import Scrape

PAGE = Path(__file__).parents[3] / "docs" / "observability.md"
ROW = re.compile(r"^\| `(?P<name>\w+)` \| (?P<type>counter|gauge|histogram) \| (?P<labels>.*?) \|")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MOMENT = Moment(
    loop_lag_s=0.01, pool_in_use=2, pool_idle=1, pool_size=3, pool_overflow=0, pool_waiting=0,
    pool_limit=4, kept_answers=7, kept_bytes=700, breaker="open",
    tasks=(("loaded edition", True), ("fares update", False)),
)  # fmt: skip


class Nothing(Collector):
    def collect(self) -> Iterator[Metric]:
        yield from ()


@pytest.fixture
def figures() -> Figures:
    return Figures(version="1.2.3")


def said(figures: Figures) -> Scrape:
    return Scrape(figures.exposition(Nothing()).decode())


def feed(kind: FeedKind) -> LoadedFeed:
    return LoadedFeed(
        kind=kind, version="RJFAF900", source=FeedSource.IMPORT, loaded_at=NOON,
        first_day=date(2026, 11, 1), last_day=date(2026, 12, 1),
    )  # fmt: skip


def all_of(figures: Figures) -> str:
    """Return what is said once everything has happened that is counted."""
    figures.answered("GET", "/api/predict", 200, 0.02, "HIT")
    figures.cache_asked("plans", "HIT", "local")
    figures.computed("plans")
    figures.failed("plans")
    figures.degraded(Degraded.DATABASE)
    figures.asked_about("NRW", "LST")
    figures.forecast(["high"])
    figures.fares_compared(3, 5, 200)
    figures.planned(4, 100)
    figures.job_ended("fares update", 3.0, is_success=True)
    figures.problem("overloaded")
    figures.set(MOMENT)
    loaded = Provenance(
        timetable=feed(FeedKind.TIMETABLE), fares=feed(FeedKind.FARES),
        performance=feed(FeedKind.PERFORMANCE),
    )  # fmt: skip
    job = JobState(name="fares update", started_at=NOON).succeeded(NOON, "done")
    return figures.exposition(Stored(loaded, [job], NOON, Look(took_s=0.002))).decode()


def test_the_page_lists_all_figures_with_their_types_and_labels(figures: Figures) -> None:
    told: dict[str, tuple[str, set[str]]] = {}
    for family in text_string_to_metric_families(all_of(figures)):
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        told[name] = family.type, labels
    rows = [found for line in PAGE.read_text().splitlines() if (found := ROW.match(line))]
    listed = {
        row["name"]: (row["type"], set(re.findall(r"`(\w+)`", row["labels"]))) for row in rows
    }
    assert listed == told
    assert len(rows) == len(listed)


def test_requests_are_counted_by_route_and_time(figures: Figures) -> None:
    for took_s in (0.004, 0.021, 0.026, 0.04, 0.09):
        figures.answered("GET", "/api/predict", 200, took_s)
    buckets = said(figures).of(
        "http_server_request_duration_seconds_bucket", http_route="/api/predict",
        http_request_method="GET", http_response_status_code="200",
    )  # fmt: skip
    below = {dict(key)["le"]: number for key, number in buckets.items()}
    assert [below[le] for le in ("0.02", "0.025", "0.03", "0.05", "0.1")] == [1, 2, 3, 4, 5]


def test_answers_that_can_be_kept_are_counted_by_what_the_cache_had(figures: Figures) -> None:
    for outcome, took_s in (("HIT", 0.001), ("HIT", 0.04), ("MISS", 0.04), ("", 0.04)):
        figures.answered("GET", "/api/predict", 200, took_s, outcome)
    name, route = "railfair_answer_duration_seconds", "/api/predict"
    found = said(figures)
    assert found.total(f"{name}_count", http_route=route) == 3
    assert found.total(f"{name}_bucket", outcome="hit", le="0.03") == 1
    assert found.total(f"{name}_bucket", outcome="miss", le="0.03") == 0
    assert found.total(f"{name}_bucket", outcome="miss", le="0.05") == 1


@pytest.mark.parametrize(("look", "up"), [(Look(took_s=None), {0.0}), (None, set())])
def test_a_database_that_does_not_answer_is_down_and_one_that_is_not_asked_is_unknown(
    figures: Figures, look: Look | None, up: set[float]
) -> None:
    found = Scrape(figures.exposition(Stored(None, (), NOON, look)).decode())
    assert set(found.of("railfair_db_up").values()) == up
    assert not found.of("railfair_db_read_duration_seconds")


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        ({"memory.max": "1000\n"}, 1000),
        ({"memory/memory.limit_in_bytes": "9223372036854771712\n"}, 2_048_000),
        ({"memory.max": "max\n"}, 2_048_000),
    ],
)
def test_the_limit_of_memory_is_that_of_the_container_or_of_the_machine(
    tmp_path: Path, files: dict[str, str], limit: int
) -> None:
    (tmp_path / "meminfo").write_text("MemTotal:        2000 kB\nMemFree:         10 kB\n")
    for name, text in files.items():
        (tmp_path / "cgroup" / name).parent.mkdir(parents=True)
        (tmp_path / "cgroup" / name).write_text(text)
    assert memory_limit(tmp_path, tmp_path / "cgroup") == limit
    assert memory_limit(tmp_path / "nothing", tmp_path / "nothing") is None


def test_methods_that_clients_make_up_are_one(figures: Figures) -> None:
    for method in ("BREW", "WHEN", "BREW"):
        figures.answered(method, "unknown", 405, 0.001)
    name = "http_server_request_duration_seconds_count"
    assert said(figures).total(name, http_request_method="_OTHER") == 3
    assert said(figures).total(name) == 3


def test_routes_have_a_name_once_they_are_popular_and_never_too_many_have(
    figures: Figures,
) -> None:
    asked = 0
    for number in range(MOST_ROUTES + 20):
        for _ in range(POPULAR_AFTER + 1):
            figures.asked_about("NRW", f"X{number:02}")
            asked += 1
    for number in range(3_000):
        figures.asked_about(f"{number}", "LST")
        asked += 1
    name = "railfair_route_requests_total"
    found = said(figures)
    assert found.total(name) == asked
    assert len(found.of(name)) == MOST_ROUTES + 1
    assert found.total(name, destination="X00") == 1
    assert not found.of(name, destination=f"X{MOST_ROUTES + 1:02}")


def test_what_is_counted_elsewhere_is_taken_over_once(figures: Figures) -> None:
    for so_far in (3, 3, 5):
        figures.told("redis_failures", so_far)
    assert said(figures).total("railfair_redis_failures_total") == 5


def test_the_breaker_is_in_one_state(figures: Figures) -> None:
    figures.set(MOMENT)
    states = said(figures).of("railfair_redis_breaker_state", worker=str(os.getpid()))
    assert {dict(key)["state"] for key, is_it in states.items() if is_it} == {"open"}
    assert len(states) == 3


def test_switched_off_nothing_that_happens_is_counted_and_the_rest_is_told() -> None:
    figures = Uncounted(version="1.2.3")
    all_of(figures)
    found = said(figures)
    assert not found.of("http_server_request_duration_seconds_count")
    assert not found.of("railfair_forecasts_total")
    assert found.total("railfair_db_pool_limit") == 4


def test_in_a_folder_counts_of_the_gone_stay_and_the_rest_goes(tmp_path: Path) -> None:
    figures = Figures(tmp_path, version="1.2.3")
    figures.answered("GET", "/api/predict", 200, 0.02)
    figures.set(MOMENT)
    assert said(figures).total("railfair_db_pool_limit") == 4
    (tmp_path / f"counter_{os.getpid() + 1}.db").touch()  # a worker that has only just begun
    worker_gone(tmp_path, os.getpid())
    found = said(figures)
    assert not found.of("railfair_db_pool_limit")
    assert found.total("http_server_request_duration_seconds_count") == 1
