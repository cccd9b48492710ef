"""The users of the load tests, at a real service."""

from pathlib import Path

from e2e.conftest import Demo, settings_for
from support.command import serving
from support.load import Load, watched
from support.performance_report import BEGINS, ENDS, Outcome, Trial, write

KINDS = {
    "batch", "departures", "fares", "patterns", "plan", "popular", "predict", "search", "station",
    "statistics", "stats",
}  # fmt: skip


def test_users_of_all_kinds_are_answered_and_told_of(demo: Demo, tmp_path: Path) -> None:
    with (
        serving(settings_for(demo.database), tmp_path) as service,
        watched(service.process.pid, service.url) as resources,
    ):
        load = Load(service.url, tmp_path, users=40, rate=40, seconds=7)
        requests = load.ended()
    assert set(requests.name.tolist()) == KINDS
    assert requests.errors == requests.unanswered == requests.refused == 0
    assert 0 < requests.hit_rate < 1
    trial = Trial(title="forty users", users=40, rate=40, seconds=5, warm_s=2, workers=1)
    outcome = Outcome.of(trial, requests, resources)
    assert outcome.before.requests + outcome.everything.requests == len(requests)
    assert outcome.cores > 0
    assert outcome.resident_mb > 100
    assert 0 <= outcome.pool_share <= 1
    document = tmp_path / "performance.md"
    document.write_text(f"by hand\n\n{BEGINS}\nold\n{ENDS}\n\nalso by hand\n")
    for _ in range(2):
        write(document, {"mixed": [outcome], "breaking": [outcome, outcome]})
    text = document.read_text()
    assert text.startswith("by hand\n")
    assert text.endswith("\nalso by hand\n")
    assert "old" not in text
    assert "| forty users | 40 |" in text
    assert "## Beside the run before" in text
    assert {file.name for file in (tmp_path / "performance").iterdir()} == {
        "figures.json", "by-load.svg", "over-time.svg", "memory-mixed.svg",
    }  # fmt: skip
