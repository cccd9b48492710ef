"""A real Prometheus watches the real service: every panel has data, and a lost Redis is told of."""

import json
import re
import shutil
import sqlite3
from pathlib import Path

import httpx

from e2e.conftest import Demo, settings_for
from support.command import serving
from support.prometheus import ROOT, Prometheus, prometheus_scraping, rules, until
from support.redis_server import redis_server

TRIP = "origin=NRW&destination=LST&date=2026-11-24&time=08:00"
ASKED = (
    f"/api/predict?{TRIP}",
    f"/api/fares/compare?{TRIP}&split=true",
    "/api/journey/plan?origin=NRW&destination=BRI&depart_after=2026-11-24T08:00",
    "/api/statistics",
    "/api/predict?origin=NRW",
)
METRIC = re.compile(r"\b(?:railfair_|process_|http_server_|slo:)[a-z0-9_:]+|\bup(?={)")
JOB = (
    "INSERT INTO job_state VALUES ('fares-update', '2026-11-23 02:30:00', '2026-11-23 02:31:00',"
    " '2026-11-23 02:31:00', 'done', '', 0)"
)


def panel_queries() -> set[str]:
    """Return what all panels ask for, of all instances."""
    return {
        target["expr"].replace("$instance", ".*")
        for file in (ROOT / "deploy" / "grafana" / "dashboards").glob("*.json")
        for panel in json.loads(file.read_text("utf-8"))["panels"]
        for target in panel.get("targets", ())
    }


def without_data(prometheus: Prometheus) -> set[str]:
    """Return what finds no series: panels, recorded rules, and figures that alerts look at."""
    queries = panel_queries()
    for rule in rules():
        queries |= {rule["expr"]} if "record" in rule else set(METRIC.findall(rule["expr"]))
    return {query for query in queries if not prometheus.ask(query)}


def test_panels_have_data_and_a_lost_redis_is_told_of(demo: Demo, tmp_path: Path) -> None:
    database = tmp_path / "railfair.db"
    shutil.copy(demo.database, database)
    with sqlite3.connect(database) as connection:
        connection.execute(JOB)
    connection.close()
    with redis_server(tmp_path) as redis:
        settings = {**settings_for(database), "RAILFAIR_REDIS_URL": redis.url}
        rules_here = tmp_path / "prometheus"
        rules_here.mkdir()
        with (
            serving(settings, tmp_path, "--workers", "2") as service,
            prometheus_scraping(service.url.removeprefix("http://"), rules_here) as prometheus,
        ):

            def ask() -> None:
                for path in ASKED:
                    httpx.get(service.url + path, timeout=30)

            def has_all() -> bool:
                ask()
                return not without_data(prometheus)

            ask()
            until(lambda: bool(prometheus.ask("slo:burn")), "rules are not evaluated")
            try:
                until(has_all, "panels stay without data")
            except AssertionError as late:
                raise AssertionError(without_data(prometheus)) from late
            assert "RedisLost" not in prometheus.firing()
            assert "DatabaseLost" not in prometheus.firing()
            redis.kill()

            def is_told() -> bool:
                ask()
                return prometheus.firing().get("RedisLost") == "warning"

            until(is_told, "nobody is told of the lost Redis")
            assert not {"DatabaseLost", "RailFairDown"} & prometheus.firing().keys()
