"""`railfair backtest --connections`: its tables, its JSON, its picture and its refusals."""

import json
from pathlib import Path

import pytest

from e2e.conftest import Demo, Run

ASKED = ("backtest", "--connections", "--from", "2026-11-16", "--to", "2026-11-22")
METHODS = {"mood", "independent"}
FIGURES = {"n", "log_loss", "brier", "forecast", "realised"}


def test_both_methods_are_scored_side_by_side(run: Run, tmp_path: Path) -> None:
    ended = run(*ASKED, "--json", "--plot", tmp_path / "connections.svg")
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    assert (found["from"], found["to"], found["lag_days"]) == ("2026-11-16", "2026-11-22", 1)
    assert found["overall"].keys() == METHODS
    assert all(scores.keys() == FIGURES for scores in found["overall"].values())
    one, other = (found["overall"][method] for method in sorted(METHODS))
    assert one["n"] == other["n"] > 0
    assert one["realised"] == other["realised"]
    for correlations in found["correlation"].values():
        assert all(0 <= correlation <= 1 for correlation in correlations.values())
    for groups in ("by_slack_min", "by_relation", "by_forecast"):
        assert sum(group["mood"]["n"] for group in found[groups].values()) == one["n"]
    assert (tmp_path / "connections.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_the_figures_are_tables_with_the_correlation_in_the_end(run: Run) -> None:
    ended = run(*ASKED)
    assert ended.code == 0, ended.err
    for words in ("log loss", "shared mood", "independent", "realised", "than independent by",
                  "By minutes to spare", "By forecast", "Correlation of two trains"):  # fmt: skip
        assert words in ended.out
    assert '"done":"100%"' in ended.err


def test_the_help_has_an_example(run: Run) -> None:
    assert "--connections" in run("backtest", "--help").out.split("Examples:")[1]


@pytest.mark.parametrize("window", [("2026-11-22", "2026-11-16"), ("2020-01-01", "2020-02-01")])
def test_a_window_that_cannot_be_replayed_is_refused(run: Run, window: tuple[str, str]) -> None:
    ended = run("backtest", "--connections", "--from", window[0], "--to", window[1])
    assert ended.code == 3
    assert "Traceback" not in ended.err


def test_the_demos_truth_says_nothing_of_connections(run: Run, demo: Demo) -> None:
    truth = next((demo.folder).glob("truth*"))
    ended = run(*ASKED, "--truth", truth)
    assert ended.code == 2
    assert "--truth" in ended.err
