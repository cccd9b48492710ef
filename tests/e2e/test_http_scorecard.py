"""The scorecard: forecasts that were served, and those that history replays."""

import json
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest

from e2e.conftest import Demo, Run, settings_for
from support.command import serving

METHODS = ["climatology", "model", "operator", "route", "table"]
DAYS = ("--from", "2026-11-20", "--to", "2026-11-22")
SCORES = ("rps", "brier_5", "log_loss_5", "calibration_gap", "coverage_80", "brier_cancelled")


def test_the_scorecard_of_the_sample_is_its_backtest(demo: Demo, tmp_path: Path, run: Run) -> None:
    copy = Path(shutil.copy(demo.database, tmp_path / "copy.db"))
    ended = run("scorecard", "replay", *DAYS, database=copy)
    assert ended.code == 0, ended.err
    tested = json.loads(run("backtest", *DAYS, "--json", database=copy).out)
    shown = run("scorecard", "show", "--source", "replayed", "--json", database=copy)
    card = json.loads(shown.out)
    assert_same(card["overall"], tested["overall"])
    assert {group["name"] for group in card["groups"]} == set(tested["by_operator"])
    for group in card["groups"]:
        assert_same(group, tested["by_operator"][group["name"]])
    for found, wanted in zip(card["overall"]["reliability"], tested["reliability"], strict=True):
        assert found["forecasts"] == wanted["n"]
        assert found["frequency"] == pytest.approx(wanted["frequency"], abs=1e-6)
    assert 0 < card["overall"]["skill"]["climatology"]["rps"] < 1
    table = run("scorecard", "show", "--source", "replayed", "--by", "horizon", database=copy).out
    assert "1 day before model" in table


def assert_same(group: dict[str, Any], tested: dict[str, Any]) -> None:
    assert sorted(group["scores"]) == METHODS
    for method in METHODS:
        for name in SCORES:
            assert group["scores"][method].get(name) == pytest.approx(
                tested[method].get(name), abs=1e-6
            )
    assert group["scored"] == tested["model"]["n"]


def test_forecasts_that_were_served_are_scored_when_their_day_is_imported(
    demo: Demo, tmp_path: Path, run: Run
) -> None:
    copy = Path(shutil.copy(demo.october, tmp_path / "copy.db"))
    settings = {**settings_for(copy), "RAILFAIR_TODAY": "2026-11-02"}
    days = [f"2026-11-{day:02}" for day in range(2, 5)]
    with serving(settings, tmp_path) as service:
        for _ in range(2):
            for day in days:
                path = f"/api/predict?origin=NRW&destination=LST&date={day}&time=08:00&limit=5"
                assert httpx.get(service.url + path).status_code == 200
        empty = httpx.get(f"{service.url}/api/scorecard").json()
        assert empty["overall"]["scores"] == {}
    imported = run("import", "performance", demo.november, database=copy)
    assert imported.code == 0, imported.err
    assert "forecasts that were served can now be scored" in imported.out + imported.err
    with serving(settings, tmp_path) as service:
        card = httpx.get(f"{service.url}/api/scorecard?by=horizon").json()
        assert [group["name"] for group in card["groups"]] == ["0", "1", "2"]
        assert card["groups"][0]["title"] == "on the day"
        assert sum(group["resolved"] for group in card["groups"]) == card["overall"]["resolved"]
        assert card["overall"]["resolved"] + card["waiting"] == 15
        assert sorted(card["overall"]["scores"]) == METHODS
        by_month = httpx.get(f"{service.url}/api/scorecard?by=month").json()
        assert [group["name"] for group in by_month["groups"]] == ["2026-11"]
        assert httpx.get(f"{service.url}/api/scorecard?source=replayed").json()["groups"] == []
        for query in ("by=route", "source=made-up"):
            assert httpx.get(f"{service.url}/api/scorecard?{query}").status_code == 422
