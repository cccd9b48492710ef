"""`railfair scorecard`: how good the forecasts were that were served, or would have been."""

import json
from datetime import date
from typing import Final

import click
from rich.table import Table

from railfair.application.scorecard import GROUPINGS, replay
from railfair.application.scorecard import scorecard as scored
from railfair.bootstrap import RailFair
from railfair.domain.feed import FeedKind
from railfair.entrypoints import wire
from railfair.entrypoints.cli.parsing import DAY
from railfair.entrypoints.cli.progress import console, progress, show
from railfair.entrypoints.cli.running import run
from railfair.ports.scorecard import LogSource

COLUMNS: Final = ("rps", "brier_5", "calibration_gap", "coverage_80", "brier_cancelled")


@click.group()
def scorecard() -> None:
    """How good forecasts were, once the running of their days is known."""


@scorecard.command("show")
@click.option("--by", type=click.Choice(list(GROUPINGS)), default="operator", show_default=True)
@click.option("--source", type=click.Choice([source.value for source in LogSource]),
              default=LogSource.SERVED.value, show_default=True)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show_(by: str, source: str, as_json: bool) -> None:
    """Show the scores of forecasts that were served, or replayed.

    \b
    Examples:
      railfair scorecard show --by horizon
      railfair scorecard show --source replayed --json
    """  # noqa: D301
    found = run(lambda railfair: scored(by, LogSource(source), storage=railfair.storage))
    answer = wire.scorecard(found, by)
    if as_json:
        click.echo(json.dumps(wire.plain(answer), indent=2))
        return
    table = Table(title=f"Forecasts {source}, by {by}", title_justify="left")
    for name in ("", "resolved", *COLUMNS):
        table.add_column(name, justify="right" if name else "left")
    for group in (answer.overall, *answer.groups):
        for method, figures in group.scores.items():
            cells = [f"{figures[name]:.4f}" if name in figures else "-" for name in COLUMNS]
            title = f"{group.title or 'all'} {method}"
            table.add_row(title, f"{group.resolved:,}", *cells)
    show(table)
    console.print(f"{answer.waiting:,} forecasts wait for the running of their days")


@scorecard.command("replay")
@click.option("--from", "first", type=DAY, required=True, help="First day that is forecast.")
@click.option("--to", "last", type=DAY, required=True, help="Last day that is forecast.")
@click.option("--lag", type=click.IntRange(1, 90), default=1, show_default=True,
              help="Days between the last day learned and the day forecast.")  # fmt: skip
def replay_(first: date, last: date, lag: int) -> None:
    """Log and score forecasts of past days as they would have been served.

    They are kept apart from those that were served, and replace those replayed before.

    \b
    Examples:
      railfair scorecard replay --from 2026-11-01 --to 2026-11-22
    """  # noqa: D301
    number = run(lambda railfair: _replayed(railfair, first, last, lag))
    click.echo(f"{number} forecasts replayed and scored: railfair scorecard show --source replayed")


async def _replayed(railfair: RailFair, first: date, last: date, lag: int) -> int:
    async with railfair.storage.reading() as unit:
        loaded = await unit.feeds.get(FeedKind.PERFORMANCE)
    start = first if loaded is None else loaded.first_day
    with progress("Replaying", max(1, (last - start).days + 1)) as advance:
        return await replay(
            first,
            last,
            storage=railfair.storage,
            holidays=railfair.holidays,
            lag_days=lag,
            told=lambda _: advance(1),
        )
