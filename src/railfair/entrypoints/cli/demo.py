"""`railfair demo`: the invented railway."""

from datetime import date
from pathlib import Path
from typing import cast

import click

from railfair.application.provenance import provenance
from railfair.bootstrap import RailFair
from railfair.bootstrap.database import migrations
from railfair.bootstrap.demo import DEFAULT_DAYS, Scale, build_demo
from railfair.domain.feed import FeedSource
from railfair.entrypoints.cli.imports import load_fares, load_performance, load_timetable
from railfair.entrypoints.cli.parsing import DAY
from railfair.entrypoints.cli.progress import console, progress
from railfair.entrypoints.cli.running import run, settings


@click.group()
def demo() -> None:
    """An invented railway in the official formats, free of any licence."""


@demo.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--scale", type=click.Choice(["small", "national"]), default="small")
@click.option("--seed", type=int, default=1, show_default=True, help="Another railway's luck.")
@click.option("--days", type=click.IntRange(1, 1000), help="Days of running, up to yesterday.")
@click.option("--today", type=DAY, help="Build it as on this day.  [default: today]")
def build(directory: Path, scale: str, seed: int, days: int | None, today: date | None) -> None:
    """Write the demo railway into DIRECTORY: timetable, fares, running, and the truth about it.

    The same options write the same bytes. `small` has about 70 real stations on 12 corridors and
    a year of running; `national` is as large as Britain's railway and a week long.

    \b
    Examples:
      railfair demo build var/demo
      railfair demo build /tmp/national --scale national --seed 7
    """  # noqa: D301
    run(lambda railfair: _build(railfair, directory, cast("Scale", scale), seed, days, today))


async def _build(
    railfair: RailFair,
    directory: Path,
    scale: Scale,
    seed: int,
    days: int | None,
    today: date | None,
) -> None:
    steps = 1000
    with progress(f"Building the {scale} demo railway", steps) as advance:
        done = 0

        def told(_: str, share: float) -> None:
            nonlocal done
            advance(int(share * steps) - done)
            done = int(share * steps)

        summary = build_demo(
            directory,
            scale=scale,
            seed=seed,
            days=DEFAULT_DAYS[scale] if days is None else days,
            today=today or railfair.clock.now().date(),
            progress=told,
        )
    console.print(
        f"{directory}: {summary.stations:,} stations, {summary.schedules:,} schedules,"
        f" {summary.fares:,} fares, {summary.runs:,} runs with {summary.calls:,} calls"
        f" ({summary.seconds:.1f} s)"
    )


@demo.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
def load(directory: Path) -> None:
    """Make the tables, and fill what is empty with the demo railway, unless something is real.

    The demo is built in DIRECTORY first if it is not there yet.

    \b
    Example:
      railfair demo load var/demo
    """  # noqa: D301
    migrations(settings()).upgrade()
    run(lambda railfair: _load(railfair, directory))


async def _load(railfair: RailFair, directory: Path) -> None:
    async with railfair.storage.reading() as unit:
        loaded = await provenance(unit)
    feeds = {
        "timetable": (loaded.timetable, load_timetable),
        "performance": (loaded.performance, load_performance),
        "fares": (loaded.fares, load_fares),
    }
    if any(feed is not None and feed.source is not FeedSource.DEMO for feed, _ in feeds.values()):
        return
    missing = {folder: load for folder, (feed, load) in feeds.items() if feed is None}
    if missing and not (directory / "demo.json").exists():
        await _build(railfair, directory, "small", 1, None, None)
    for folder, load_feed in missing.items():
        await load_feed(railfair, (directory / folder,))
