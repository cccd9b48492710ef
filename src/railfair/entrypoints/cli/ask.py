"""`railfair predict`: a forecast on the command line."""

import json
from datetime import date
from typing import Final

import click
from rich.markup import escape
from rich.table import Table

from railfair.application.compare_fares import TripFares
from railfair.application.predict_delay import PredictedTrain, Prediction, PredictionQuery
from railfair.bootstrap import RailFair
from railfair.domain.codes import Crs, RailcardCode, TocCode
from railfair.domain.delays.arrivals import Sighting
from railfair.domain.delays.explanation import confidence
from railfair.domain.fares.rulebook import NO_RAILCARD
from railfair.domain.operators import operator
from railfair.entrypoints import wire
from railfair.entrypoints.cli.fares import fare_line
from railfair.entrypoints.cli.parsing import CLOCK, CRS, DAY, RAILCARD, TOC
from railfair.entrypoints.cli.progress import console, show
from railfair.entrypoints.cli.running import run

NO_FORECAST: Final = "-"


@click.command()
@click.argument("origin", type=CRS)
@click.argument("destination", type=CRS)
@click.option("--date", "day", type=DAY, help="Day of departure.  [default: today]")
@click.option(
    "--time", "clock", type=CLOCK, default="00:00", show_default=True, help="Leave then or later."
)
@click.option("--toc", type=TOC, help="Only trains of this operator.")
@click.option("--limit", type=click.IntRange(1, 50), default=5, show_default=True)
@click.option("--observed-at", type=CRS, help="The train was seen at this station …")
@click.option("--observed-delay", type=click.IntRange(-60, 600), help="… so many minutes late.")
@click.option("--fares", "include_fares", is_flag=True, help="Show fares of the first train.")
@click.option("--railcard", type=RAILCARD, help="Railcard for the fares, such as YNG.")
@click.option("--explain", is_flag=True, help="Show why each forecast is what it is.")
@click.option("--json", "as_json", is_flag=True, help="Print what the HTTP API answers.")
def predict(  # noqa: PLR0917 - one argument an option
    origin: Crs,
    destination: Crs,
    day: date | None,
    clock: int,
    toc: TocCode | None,
    limit: int,
    observed_at: Crs | None,
    observed_delay: int | None,
    include_fares: bool,
    railcard: RailcardCode | None,
    explain: bool,
    as_json: bool,
) -> None:
    """How late will the direct trains from ORIGIN to DESTINATION be, and will they run?

    \b
    Examples:
      railfair predict NRW LST --date 2026-11-24 --time 08:00
      railfair predict nrw lst --time 17:30 --explain
      railfair predict NRW LST --time 17:30 --fares --railcard YNG
      railfair predict NRW LST --limit 1 --observed-at CHM --observed-delay 7
    """  # noqa: D301
    if (observed_at is None) != (observed_delay is None):
        raise click.UsageError("--observed-at and --observed-delay go together")
    if railcard is not None and not include_fares:
        raise click.UsageError("--railcard needs --fares")
    seen = (
        None
        if observed_at is None or observed_delay is None
        else Sighting(observed_at, observed_delay)
    )

    async def ask(railfair: RailFair) -> Prediction:
        query = PredictionQuery(
            origin=origin,
            destination=destination,
            day=day or railfair.clock.now().date(),
            time_min=clock,
            toc=toc,
            limit=limit,
            seen=seen,
            include_fares=include_fares,
            railcard=railcard or NO_RAILCARD,
        )
        return await railfair.predict(query, railfair.compare_fares)

    answer = run(ask)
    if as_json:
        click.echo(json.dumps(wire.plain(wire.prediction(answer)), indent=2, ensure_ascii=False))
    else:
        _print(answer, explain=explain)


def _print(answer: Prediction, *, explain: bool) -> None:
    title = f"{answer.origin.name} to {answer.destination.name}, {answer.query.day:%A %d %B %Y}"
    table = Table(title=escape(title), title_justify="left")
    for column in ("leaves", "arrives", "train"):
        table.add_column(column)
    for column in ("on time", "5+ late", "15+ late", "cancelled", "usually", "9 in 10 by"):
        table.add_column(column, justify="right")
    table.add_column("confidence")
    for train in answer.trains:
        table.add_row(*_cells(train))
    if answer.trains:
        show(table)
    else:
        console.print(f"{escape(title)}: no such train leaves at that time or later")
    if answer.fares is not None:
        _print_fares(answer.fares)
    for reason in answer.degraded_reasons:
        console.print(f"note: {escape(reason)}")
    if explain:
        for train in answer.trains:
            _print_explanation(train)
    if answer.provenance.source == "demo":
        console.print("note: made-up trains of the demo railway")


def _cells(train: PredictedTrain) -> list[str]:
    leaves, arrives, name = "any", "any", "at this hour"
    if train.ride is not None:
        schedule = train.ride.train.schedule
        leaves, arrives = f"{train.ride.departs_at:%H:%M}", f"{train.ride.arrives_at:%H:%M}"
        name = f"{schedule.headcode} {operator(schedule.toc).name}".strip()
    if train.forecast is None:
        return [leaves, arrives, name, *[NO_FORECAST] * 7]
    odds = train.forecast.distribution
    return [
        leaves,
        arrives,
        escape(name),
        f"{odds.on_time:.0%}",
        f"{odds.late(5):.0%}",
        f"{odds.late(15):.1%}",
        f"{odds.cancelled:.1%}",
        _minutes(odds.quantile(0.5)),
        _minutes(odds.quantile(0.9)),
        confidence(train.forecast).replace("_", " "),
    ]


def _print_fares(fares: TripFares) -> None:
    """Print the cheapest fare of each kind."""
    ride = fares.out.ride
    when = "at this hour" if ride is None else f"of the {ride.departs_at:%H:%M}"
    console.print(f"cheapest fares {when}, one of a kind:")
    offers = fares.comparison.by_kind().values()
    for offer in sorted(offers, key=lambda offer: offer.total_p):
        console.print(fare_line(offer))
    if not offers:
        console.print("            no fare is good on it")


def _minutes(delay: int) -> str:
    if delay == 0:
        return "on time"
    return f"{abs(delay)} min {'late' if delay > 0 else 'early'}"


def _print_explanation(train: PredictedTrain) -> None:
    when = "any train" if train.ride is None else f"the {train.ride.departs_at:%H:%M}"
    console.print(
        f"\nWhy {when} is on time {sum(t.on_time_effect for t in train.explanation):.1%}:"
    )
    for term in train.explanation:
        console.print(f"  {escape(term.text)}  (from {term.sample_size:,.0f} arrivals lately)")
