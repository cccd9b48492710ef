"""Prometheus' programs, and a real Prometheus that scrapes what tests start."""

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import httpx
import yaml

from support.command import free_port

ROOT: Final = Path(__file__).resolve().parents[2]
RULES: Final = ROOT / "deploy" / "prometheus" / "rules"
EVERY: Final = "1s"
"""How often everything is done that takes its time in earnest."""
PATIENCE_S: Final = 25.0
POLL_S: Final = 0.2


@cache
def programs() -> Path:
    """Return the folder with prometheus, promtool and amtool; they are fetched if need be."""
    done = subprocess.run(
        [ROOT / "deploy" / "prometheus" / "programs"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for *condition*."""
    patience = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < patience, what
        time.sleep(POLL_S)


def rules() -> Iterator[dict[str, Any]]:
    """Yield the rules of all files."""
    for file in sorted(RULES.glob("*.yml")):
        for group in yaml.safe_load(file.read_text("utf-8"))["groups"]:
            yield from group["rules"]


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A Prometheus that runs at *url*."""

    url: str

    def ask(self, query: str) -> list[dict[str, Any]]:
        """Return the series that *query* finds now."""
        answer = httpx.get(f"{self.url}/api/v1/query", params={"query": query}, timeout=30).json()
        assert answer["status"] == "success", (query, answer)
        return list(answer["data"]["result"])

    def firing(self) -> Mapping[str, str]:
        """Return the severities of the alerts that fire, by name."""
        found = self.ask('ALERTS{alertstate="firing"}')
        return {one["metric"]["alertname"]: one["metric"]["severity"] for one in found}


@contextmanager
def prometheus_scraping(target: str, folder: Path) -> Iterator[Prometheus]:
    """Scrape *target*, a host and port, by our rules, which wait for 2 seconds here."""
    for file in RULES.glob("*.yml"):
        given = yaml.safe_load(file.read_text("utf-8"))
        for group in given["groups"]:
            group["interval"] = EVERY
            for rule in group["rules"]:
                if "alert" in rule:
                    rule["for"] = "2s"
        (folder / file.name).write_text(yaml.safe_dump(given), encoding="utf-8")
    configuration = {
        "global": {"scrape_interval": EVERY, "scrape_timeout": EVERY, "evaluation_interval": EVERY},
        "rule_files": ["*.yml"],
        "scrape_configs": [{"job_name": "railfair", "static_configs": [{"targets": [target]}]}],
    }
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(configuration), encoding="utf-8")
    port = free_port()
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(
            [programs() / "prometheus", f"--config.file={folder / 'prometheus.yaml'}",
             f"--storage.tsdb.path={folder / 'series'}", f"--web.listen-address=127.0.0.1:{port}"],
            stdout=log, stderr=log,
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"

    def is_ready() -> bool:
        assert process.poll() is None, (folder / "prometheus.log").read_text("utf-8")
        try:
            return httpx.get(f"{url}/-/ready").is_success
        except httpx.TransportError:
            return False

    try:
        until(is_ready, "Prometheus does not start")
        yield Prometheus(url)
    finally:
        process.terminate()
        process.wait()
