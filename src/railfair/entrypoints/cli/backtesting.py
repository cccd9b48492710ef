"""`railfair backtest`: how good forecasts would have been."""

import json
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import click
from rich.markup import escape
from rich.table import Table

from railfair.application.backtest import MODEL, Backtest
from railfair.application.backtest import backtest as replayed
from railfair.application.backtest_connections import ConnectionsBacktest, backtest_connections
from railfair.bootstrap import RailFair
from railfair.bootstrap.demo import DemoTruth
from railfair.domain.delays.baselines import CLIMATOLOGY
from railfair.domain.delays.scoring import Scores
from railfair.domain.feed import FeedKind, FeedSource, LoadedFeed
from railfair.entrypoints.cli import connections as of_connections
from railfair.entrypoints.cli.parsing import DAY
from railfair.entrypoints.cli.progress import console, progress, show
from railfair.entrypoints.cli.running import run

DEMO_TRUTH: Final = Path("var/demo/truth.json.gz")
PLOTS: Final = (".png", ".svg", ".pdf")
SHOWN_ROUTES: Final = 15
COLUMNS: Final = {
    "rps": "rank. prob. score",
    "brier_5": "Brier 5 min",
    "log_loss_5": "log loss 5 min",
    "calibration_gap": "calibration gap",
    "coverage_80": "80 % covers",
    "brier_cancelled": "Brier cancelled",
    "n": "arrivals",
}


@click.command()
@click.option("--from", "first", type=DAY, required=True, help="First day that is forecast.")
@click.option("--to", "last", type=DAY, required=True, help="Last day that is forecast.")
@click.option("--lag", type=click.IntRange(1, 90), default=1, show_default=True,
              help="Days between the last day learned and the day forecast.")  # fmt: skip
@click.option("--connections", is_flag=True,
              help="Score connections between trains instead of arrivals.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--plot", type=click.Path(path_type=Path, dir_okay=False),
              help="Draw the reliability diagram into this file (png, svg, pdf).")  # fmt: skip
@click.option("--truth", type=click.Path(path_type=Path, dir_okay=False, exists=True),
              help="The demo railway's truth.  [default: var/demo/truth.json.gz]")  # fmt: skip
def backtest(  # noqa: PLR0917 - click passes by keyword
    first: date,
    last: date,
    lag: int,
    connections: bool,
    as_json: bool,
    plot: Path | None,
    truth: Path | None,
) -> None:
    """Replay history: forecast each day from the days before it, and score what came.

    Next to the model stand frequencies of the days before the first one: of all arrivals (the
    climatology), by operator, by route, and the table by station, hour and kind of day; on
    the demo railway also its known truth, which nobody can beat in the long run. Lower is better
    for scores and gap; the interval should cover 80 %.

    With --connections: how often a train was caught off another one, and how good the forecasts of
    that are if the two share the mood of the day, and if they had nothing in common.

    \b
    Examples:
      railfair backtest --from 2023-01-01 --to 2023-12-31 --plot reliability.png
      railfair backtest --from 2023-01-01 --to 2023-12-31 --connections
    """  # noqa: D301
    if plot is not None:
        _check_plot(plot)
    if connections:
        if truth is not None:
            raise click.BadParameter("nobody knows it of connections", param_hint="--truth")
        _backtest_connections(first, last, lag, as_json, plot)
        return
    result = run(lambda railfair: _replay(railfair, first, last, lag, truth))
    if plot is not None:
        _draw(result, plot)
    if as_json:
        click.echo(json.dumps(_as_json(result), indent=2))
    else:
        _print(result)


def _backtest_connections(
    first: date, last: date, lag: int, as_json: bool, plot: Path | None
) -> None:
    found = run(lambda railfair: _replay_connections(railfair, first, last, lag))
    if plot is not None:
        of_connections.draw(found, plot)
    if as_json:
        click.echo(json.dumps(of_connections.as_json(found), indent=2))
    else:
        of_connections.show_all(found)


async def _replay_connections(
    railfair: RailFair, first: date, last: date, lag: int
) -> ConnectionsBacktest:
    async with railfair.storage.reading() as unit:
        loaded = await unit.feeds.get(FeedKind.PERFORMANCE)
    with progress("Replaying", _days(loaded, first, last)) as advance:
        return await backtest_connections(
            first,
            last,
            storage=railfair.storage,
            holidays=railfair.holidays,
            lag_days=lag,
            told=lambda _: advance(1),
        )


def _days(loaded: LoadedFeed | None, first: date, last: date) -> int:
    """Return how many days will be replayed."""
    start = first if loaded is None else loaded.first_day
    return max(1, (last - start).days + 1)


def _check_plot(plot: Path) -> None:
    """End the command now rather than after minutes of replaying."""
    if plot.suffix.lower() not in PLOTS:
        raise click.BadParameter(f"has to end in {', '.join(PLOTS)}", param_hint="--plot")
    if find_spec("matplotlib") is None:
        raise click.UsageError("--plot needs matplotlib, which this installation was made without")
    if not plot.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {plot.parent}", param_hint="--plot")


async def _replay(
    railfair: RailFair, first: date, last: date, lag: int, truth: Path | None
) -> Backtest:
    async with railfair.storage.reading() as unit:
        loaded = await unit.feeds.get(FeedKind.PERFORMANCE)
    is_demo = loaded is not None and loaded.source is FeedSource.DEMO
    if truth is None and is_demo and DEMO_TRUTH.exists():
        truth = DEMO_TRUTH
    with progress("Replaying", _days(loaded, first, last)) as advance:
        return await replayed(
            first,
            last,
            storage=railfair.storage,
            holidays=railfair.holidays,
            lag_days=lag,
            truth=None if truth is None else DemoTruth(truth),
            told=lambda _: advance(1),
        )


def _as_json(result: Backtest) -> dict[str, Any]:
    return {
        "from": result.first.isoformat(),
        "to": result.last.isoformat(),
        "lag_days": result.lag_days,
        "overall": _figures(result.overall),
        "by_operator": {name: _figures(scores) for name, scores in result.by_operator.items()},
        "by_route": {name: _figures(scores) for name, scores in result.by_route.items()},
        "reliability": [
            {"forecast": forecast, "frequency": frequency, "n": number}
            for forecast, frequency, number in result.overall[MODEL].reliability()
        ],
    }


def _figures(scores: dict[str, Scores]) -> dict[str, dict[str, float]]:
    return {method: one.figures() for method, one in scores.items()}


def _print(result: Backtest) -> None:
    title = f"{result.first} to {result.last}, forecasts made {result.lag_days} day(s) before"
    show(_table(title, {"": result.overall}))
    model, climatology = (result.overall[m].figures()["rps"] for m in (MODEL, CLIMATOLOGY))
    console.print(f"better than climatology by {1 - model / climatology:.1%}\n")
    show(_table("By operator", result.by_operator))
    routes = sorted(result.by_route.items(), key=lambda route: -route[1][MODEL].n)
    show(_table("By route (station > terminus)", dict(routes[:SHOWN_ROUTES])))
    if len(routes) > SHOWN_ROUTES:
        console.print(f"… and {len(routes) - SHOWN_ROUTES} more routes (--json shows all)")


def _table(title: str, groups: dict[str, dict[str, Scores]]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for name in COLUMNS.values():
        table.add_column(name, justify="right")
    for group, methods in groups.items():
        for method, scores in methods.items():
            figures = scores.figures()
            cells = [_cell(column, figures.get(column)) for column in COLUMNS]
            table.add_row(escape(f"{group} {method}".strip()), *cells)
    return table


def _cell(column: str, value: float | None) -> str:
    if value is None:
        return "-"
    if column == "n":
        return f"{value:,.0f}"
    return f"{value:.1%}" if column == "coverage_80" else f"{value:.4f}"


def _draw(result: Backtest, path: Path) -> None:
    from matplotlib.figure import Figure  # noqa: PLC0415 - half a second that only plots pay

    figure = Figure(figsize=(6, 6), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    for method, scores in result.overall.items():
        forecasts, frequencies, _ = zip(*scores.reliability(), strict=True)
        axes.plot(forecasts, frequencies, marker="o", markersize=3, label=method)
    axes.set(
        xlabel="forecast probability of at most so many minutes late",
        ylabel="how often it came true",
        title=f"Reliability, {result.first} to {result.last}",
    )
    axes.legend()
    figure.savefig(path)
