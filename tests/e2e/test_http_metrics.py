"""`/metrics` of several workers is right to the last request, whoever of them answers."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import gettempdir

import httpx
import pytest

from e2e.conftest import Demo, settings_for
from e2e.test_lifecycle import until, workers_of
from support.command import Service, serving
from support.figures import scrape

REQUESTS = "http_server_request_duration_seconds_count"
TRIP = "origin=NRW&destination=LST"
QUERY = f"/api/predict?{TRIP}&date=2026-11-24&time=08:00"
ASKED = (
    ("GET", QUERY, "/api/predict", 200),
    ("HEAD", QUERY, "/api/predict", 200),
    ("GET", f"/api/fares/compare?{TRIP}&date=2026-11-24&time=08:00", "/api/fares/compare", 200),
    ("GET", "/api/predict?origin=NRW&destination=XXX&date=2026-11-24&time=08:00",
     "/api/predict", 404),
    ("GET", "/api/predict?origin=NRW", "/api/predict", 422),
    ("GET", "/api/journey/plan?origin=NRW&destination=BRI&depart_after=2026-11-24T08:00",
     "/api/journey/plan", 200),
    ("GET", "/api/stations/IPS", "/api/stations/{code}", 200),
    ("POST", "/api/predict", "/api/predict", 400),
    ("GET", "/no/such/path?of=nobody", "unknown", 404),
    ("GET", "/wp-login.php", "unknown", 404),
    ("OPTIONS", "/api/predict", "/api/predict", 204),
)  # fmt: skip
WORKERS = 3


@pytest.fixture(scope="module")
def several(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    settings = {**settings_for(demo.database), "RAILFAIR_KEEP_ALIVE_S": "1"}
    folder = tmp_path_factory.mktemp("several")
    with serving(settings, folder, "--workers", str(WORKERS)) as service:
        until(lambda: len(workers_of(service.process)) == WORKERS)
        yield service


def ask(url: str, asked: tuple[str, str, str, int]) -> tuple[str, str, str]:
    """Ask over a connection of its own, and return what is to be counted."""
    method, path, route, _ = asked
    answer = httpx.request(method, url + path)
    return method, route, str(answer.status_code)


def counted(url: str, **labels: str) -> Counter[tuple[str, str, str]]:
    found = scrape(url).of(REQUESTS, **labels)
    return Counter(
        {
            (by["http_request_method"], by["http_route"], by["http_response_status_code"]): int(n)
            for by, n in ((dict(key), n) for key, n in found.items())
            if by["http_route"] != "/metrics" and not by["http_route"].startswith("/health")
        }
    )


def test_every_request_is_counted_once_whichever_worker_answered_or_is_asked(
    several: Service,
) -> None:
    before = counted(several.url)
    rounds = ASKED * 12
    with ThreadPoolExecutor(8) as hands:
        asked = Counter(hands.map(lambda one: ask(several.url, one), rounds))
        during = list(hands.map(lambda _: counted(several.url), range(8)))
    for _ in range(8):
        assert counted(several.url) - before == asked
    assert all(one - before == asked for one in during)
    assert {(m, route, str(status)) for m, _, route, status in ASKED} == set(asked)


def test_what_several_workers_kept_and_made_adds_up(several: Service) -> None:
    path = f"/api/predict?{TRIP}&date=2026-11-24&time=10:00"
    before = scrape(several.url)
    outcomes = Counter(httpx.get(several.url + path).headers["x-cache"] for _ in range(30))
    after = scrape(several.url)
    for outcome, number in outcomes.items():
        labels = {"kind": "predictions", "outcome": outcome.lower()}
        name = "railfair_cache_requests_total"
        assert after.total(name, **labels) - before.total(name, **labels) == number
    made = {"name": "railfair_cache_computations_total", "kind": "predictions"}
    assert after.total(**made) - before.total(**made) == outcomes["MISS"] <= WORKERS
    forecast = "railfair_forecasts_total"
    assert after.total(forecast) - before.total(forecast) == 5 * outcomes["MISS"]


def test_what_was_found_is_counted_when_it_is_made(several: Service) -> None:
    before = scrape(several.url)
    plan = "/api/journey/plan?origin=NRW&destination=BRI&depart_after=2026-11-24T09:30"
    journeys = httpx.get(several.url + plan, timeout=30).json()["journeys"]
    compare = f"/api/fares/compare?{TRIP}&date=2026-11-24&time=11:00&split=true"
    fares = httpx.get(several.url + compare).json()
    after = scrape(several.url)

    def more(name: str, **labels: str) -> float:
        return after.total(name, **labels) - before.total(name, **labels)

    assert more("railfair_plans_total", outcome="found") == 1
    assert more("railfair_plans_total", outcome="none") == 0
    assert more("railfair_journeys_planned_total") == len(journeys) > 0
    assert more("railfair_planner_search_duration_seconds_count") == 1
    assert more("railfair_fares_compared_total", verdict="good") == len(fares["fares"]) > 0
    assert more("railfair_fares_compared_total", verdict="rejected") == len(fares["rejected"])
    assert more("railfair_savings_found_pence_total") > 0


def test_problems_are_counted_by_their_codes(several: Service) -> None:
    before = scrape(several.url)
    batch = {"requests": [{"origin": "NRW"}, {"origin": "NRW", "destination": "LST",
                                              "date": "2026-11-24", "time": "08:00"}]}  # fmt: skip
    assert httpx.post(f"{several.url}/api/predict/batch", json=batch).status_code == 200
    assert httpx.get(f"{several.url}/api/predict?origin=NRW").status_code == 422
    after = scrape(several.url)
    name = "railfair_problems_total"
    assert after.total(name) - before.total(name) == 2
    assert after.total(name, code="invalid-request") >= 2


def test_a_route_is_named_once_it_is_popular(several: Service) -> None:
    before = scrape(several.url)
    for _ in range(10 * WORKERS):
        httpx.get(
            f"{several.url}/api/predict?origin=IPS&destination=LST&date=2026-11-24&time=09:00"
        )
    after = scrape(several.url)
    name = "railfair_route_requests_total"
    assert after.total(name) - before.total(name) == 10 * WORKERS
    assert after.total(name, origin="IPS", destination="LST") > 0


def test_gauges_tell_of_each_worker(several: Service) -> None:
    workers = {str(pid) for pid in workers_of(several.process)}
    found = scrape(several.url)
    for name in (
        "process_resident_memory_bytes",
        "process_cpu_seconds_total",
        "railfair_event_loop_lag_seconds",
        "railfair_db_pool_connections",
        "http_server_active_requests",
    ):
        assert found.values(name, "worker") == workers, name
    assert found.total("http_server_active_requests") >= 1
    assert found.total("railfair_task_running", task="loaded edition") == WORKERS
    assert found.total("railfair_build_info") == 1
    assert min(found.of("process_resident_memory_bytes").values()) > 10_000_000


def test_counts_outlive_workers_and_gauges_do_not(several: Service) -> None:
    old = workers_of(several.process)
    before = counted(several.url)
    assert before
    several.process.send_signal(signal.SIGHUP)
    until(lambda: not workers_of(several.process) & old)
    until(lambda: len(workers_of(several.process)) == WORKERS)
    workers = {str(pid) for pid in workers_of(several.process)}
    until(lambda: scrape(several.url).values("railfair_db_pool_limit", "worker") == workers)
    assert counted(several.url) == before
    assert ask(several.url, ASKED[0])[2] == "200"
    assert counted(several.url) - before == Counter({("GET", "/api/predict", "200"): 1})
    os.kill(victim := min(workers_of(several.process)), signal.SIGKILL)
    until(lambda: victim not in workers_of(several.process))
    until(lambda: str(victim) not in scrape(several.url).values("railfair_db_pool_limit", "worker"))
    assert counted(several.url) - before == Counter({("GET", "/api/predict", "200"): 1})


def test_who_asks_too_much_is_counted_and_nothing_is_left_behind(
    demo: Demo, tmp_path: Path
) -> None:
    folders = set(Path(gettempdir()).glob("railfair-figures-*"))
    settings = {**settings_for(demo.database), "RAILFAIR_RATE_LIMIT": "5/hour"}
    with serving(settings, tmp_path, "--workers", "2") as service:
        asked = Counter(ask(service.url, ASKED[0]) for _ in range(20))
        assert asked.keys() == {("GET", "/api/predict", code) for code in ("200", "429")}
        assert counted(service.url) == asked
        refused = scrape(service.url).total("railfair_problems_total", code="rate-limited")
        assert refused == asked["GET", "/api/predict", "429"]
        assert set(Path(gettempdir()).glob("railfair-figures-*")) - folders
        assert service.stop() == 0
    assert set(Path(gettempdir()).glob("railfair-figures-*")) <= folders
