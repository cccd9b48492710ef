"""What `railfair backtest --connections` prints and draws."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from rich.table import Table

from railfair.application.backtest_connections import INDEPENDENT, MOOD, ConnectionsBacktest
from railfair.domain.delays.mood import LATE_MIN, Mood
from railfair.domain.delays.scoring import ChanceScores
from railfair.entrypoints.cli.progress import console, show

TITLES: Final = {MOOD: "shared mood", INDEPENDENT: "independent"}
RELATIONS: Final = {
    "behind": "the second goes where the first goes",
    "alike": "same operator, other ways",
    "apart": "two operators",
}
COLUMNS: Final = ("log loss", "Brier", "forecast", "realised", "connections")


def as_json(result: ConnectionsBacktest) -> dict[str, Any]:
    """Return the figures for JSON."""
    return {
        "from": result.first.isoformat(),
        "to": result.last.isoformat(),
        "lag_days": result.lag_days,
        "correlation": {
            relation: dict(zip(map(str, LATE_MIN), correlations, strict=True))
            for relation, correlations in asdict(result.mood).items()
        },
        "overall": _figures(result.overall),
        "by_slack_min": {name: _figures(scores) for name, scores in result.by_slack.items()},
        "by_relation": {name: _figures(scores) for name, scores in result.by_relation.items()},
        "by_forecast": {name: _figures(scores) for name, scores in result.by_forecast.items()},
    }


def _figures(scores: Mapping[str, ChanceScores]) -> dict[str, dict[str, float]]:
    return {method: asdict(one) for method, one in scores.items()}


def show_all(result: ConnectionsBacktest) -> None:
    """Print the figures as tables."""
    title = f"{result.first} to {result.last}, forecasts made {result.lag_days} day(s) before"
    show(_table(title, {"": result.overall}))
    mood, independent = (result.overall[method].log_loss for method in (MOOD, INDEPENDENT))
    if independent:
        gain = 1 - mood / independent
        console.print(
            f"{'better' if gain > 0 else 'worse'} than independent by {abs(gain):.2%} of log loss\n"
        )
    show(_table("By minutes to spare", result.by_slack))
    show(_table("By relation", {RELATIONS[one]: each for one, each in result.by_relation.items()}))
    show(_table("By forecast", result.by_forecast))
    show(_correlations(result.mood))


def _table(title: str, groups: Mapping[str, Mapping[str, ChanceScores]]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for name in COLUMNS:
        table.add_column(name, justify="right")
    for group, methods in groups.items():
        for method, scores in methods.items():
            table.add_row(f"{group} {TITLES[method]}".strip(), *_cells(scores))
    return table


def _cells(scores: ChanceScores) -> tuple[str, ...]:
    if not scores.n:
        return ("-",) * (len(COLUMNS) - 1) + ("0",)
    return (
        f"{scores.log_loss:.5f}",
        f"{scores.brier:.5f}",
        f"{scores.forecast:.2%}",
        f"{scores.realised:.2%}",
        f"{scores.n:,}",
    )


def _correlations(mood: Mood) -> Table:
    table = Table(title="Correlation of two trains in the end", title_justify="left")
    table.add_column("")
    for minutes in LATE_MIN:
        table.add_column(f"{minutes}+ min late", justify="right")
    for relation, correlations in asdict(mood).items():
        table.add_row(RELATIONS[relation], *(f"{one:.2f}" for one in correlations))
    return table


def draw(result: ConnectionsBacktest, path: Path) -> None:
    """Draw the reliability diagram into *path*."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - half a second that only plots pay

    figure = Figure(figsize=(6, 6), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    for method, title in TITLES.items():
        bands = [scores[method] for scores in result.by_forecast.values() if scores[method].n]
        forecasts, realised = [one.forecast for one in bands], [one.realised for one in bands]
        axes.plot(forecasts, realised, marker="o", markersize=3, label=title)
    axes.set(
        xlabel="forecast probability of making the connection",
        ylabel="how often it was made",
        title=f"Connections, {result.first} to {result.last}",
    )
    axes.legend()
    figure.savefig(path)
