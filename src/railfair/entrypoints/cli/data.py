"""`railfair import`, `railfair demo` and `railfair feeds`: getting data in."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Final, cast

import click
from rich.markup import escape
from rich.table import Table

from railfair.application.import_performance import import_performance
from railfair.application.import_timetable import import_timetable
from railfair.application.provenance import provenance
from railfair.bootstrap import (
    DEFAULT_DAYS,
    FilePerformanceFeed,
    FileTimetableFeed,
    RailFair,
    Scale,
    build_demo,
    feed_service,
    migrations,
)
from railfair.domain import codes
from railfair.domain.feed import FeedKind, ImportReport, LoadedFeed
from railfair.domain.railtime import days_between, iso
from railfair.entrypoints.cli.parsing import DAY
from railfair.entrypoints.cli.progress import Advance, console, progress, show
from railfair.entrypoints.cli.running import run, settings
from railfair.ports.feed_service import FetchedFeed, PerformanceRequest

SHOWN_REJECTIONS: Final = 10
PATHS: Final = click.argument(
    "paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH..."
)


@click.group("import")
def import_() -> None:
    """Import feeds. An import is kept as a whole or not at all, and readers never wait for it."""


@import_.command("timetable")
@PATHS
def import_timetable_command(paths: tuple[Path, ...]) -> None:
    """Import a timetable: an RJTTF set or a CIF file, full or update.

    PATH is a zip, a folder, or single files, gzipped or not.

    \b
    Examples:
      railfair import timetable RJTTF900.zip
      railfair import timetable RJTTF900.MCA RJTTF900.MSN RJTTF900.ALF
      railfair import timetable toc-update-fri.CIF.gz
    """  # noqa: D301 - \b is click's
    run(lambda railfair: load_timetable(railfair, paths))


@import_.command("performance")
@PATHS
def import_performance_command(paths: tuple[Path, ...]) -> None:
    """Import how trains ran (HSP serviceDetails and serviceMetrics), and learn from it.

    PATH is a folder, a zip, or files of JSON or JSON lines, gzipped or not. Runs that are there
    already are updated; the same runs again change nothing.

    \b
    Examples:
      railfair import performance hsp/
      railfair import performance hsp-2026-10.jsonl.gz hsp-2026-11.jsonl.gz
    """  # noqa: D301
    run(lambda railfair: load_performance(railfair, paths))


async def load_timetable(railfair: RailFair, paths: tuple[Path, ...]) -> None:
    """Import the timetable at *paths*, with a progress bar and a closing table."""
    report = ImportReport()
    told = _Teller()
    feed = FileTimetableFeed(paths, progress=told)
    with progress("Importing the timetable", feed.size) as advance:
        told.advance = advance
        loaded = await import_timetable(
            feed,
            report,
            storage=railfair.storage,
            clock=railfair.clock,
            tolerance=railfair.settings.import_tolerance,
        )
    _print_report(loaded, report)


async def load_performance(railfair: RailFair, paths: tuple[Path, ...]) -> None:
    """Import the running at *paths*, with a progress bar and a closing table."""
    report = ImportReport()
    told = _Teller()
    feed = FilePerformanceFeed(paths, progress=told)
    learning = max(1, feed.size // 2)
    with progress("Importing running and learning", feed.size + learning) as advance:
        told.advance = advance
        loaded = await import_performance(
            feed,
            report,
            storage=railfair.storage,
            clock=railfair.clock,
            holidays=railfair.holidays,
            tolerance=railfair.settings.import_tolerance,
            told=lambda _: advance(learning // 365),
        )
    _print_report(loaded, report)


class _Teller:
    """Passes progress on to a bar that is made only once the size of the work is known."""

    advance: Advance

    def __call__(self, steps: int) -> None:
        self.advance(steps)


def _print_report(loaded: LoadedFeed, report: ImportReport) -> None:
    table = Table(title=f"{loaded.kind} {loaded.version}", title_justify="left")
    table.add_column("record")
    for column in ("read", "kept"):
        table.add_column(column, justify="right")
    for record in {**report.read, **report.kept}:
        table.add_row(record, _number(report.read.get(record)), _number(report.kept.get(record)))
    show(table)
    for record, number in report.left_out.items():
        console.print(f"left out: {number:,} x {record}")
    for note in report.notes:
        console.print(f"note: {escape(note)}")
    _print_rejections(report)
    console.print(
        f"{loaded.kind} {loaded.version} covers {loaded.first_day} to {loaded.last_day}"
        f" ({loaded.source} data, loaded {iso(loaded.loaded_at)})"
    )


def _print_rejections(report: ImportReport) -> None:
    if not report.rejected:
        return
    console.print(f"rejected: {len(report.rejected)} records")
    for one in report.rejected[:SHOWN_REJECTIONS]:
        console.print(f"  {escape(one.file)}:{one.line} {one.record}: {escape(one.why)}")
    if len(report.rejected) > SHOWN_REJECTIONS:
        console.print(f"  … and {len(report.rejected) - SHOWN_REJECTIONS} more")


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


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
    """Make the tables, and fill them with the demo railway, unless something is loaded already.

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
    if loaded.timetable is None and loaded.performance is None:
        if not (directory / "demo.json").exists():
            await _build(railfair, directory, "small", 1, None, None)
        await load_timetable(railfair, (directory / "timetable",))
        await load_performance(railfair, (directory / "performance",))


@click.group()
def feeds() -> None:
    """The railway's own feeds."""


@feeds.command()
@click.argument("kind", type=click.Choice([kind.value for kind in FeedKind]))
@click.option("--origin", metavar="CRS", help="performance: runs from this station")
@click.option("--destination", metavar="CRS", help="performance: runs to this station")
@click.option("--from", "first", type=DAY, help="performance: first day")
@click.option("--to", "last", type=DAY, help="performance: last day")
@click.option("--import", "imports", is_flag=True, help="Import what was fetched.")
def fetch(
    kind: str,
    origin: str | None,
    destination: str | None,
    first: date | None,
    last: date | None,
    imports: bool,
) -> None:
    """Fetch a feed from its service into RAILFAIR_FEEDS_DIRECTORY.

    What was fetched before stays until the new feed is whole and sane; a broken download goes on
    where it stopped. Credentials come from the environment only: RAILFAIR_NRDP_USERNAME and
    RAILFAIR_NRDP_PASSWORD, or the keys of the Rail Data Marketplace.

    \b
    Examples:
      railfair feeds fetch timetable --import
      railfair feeds fetch performance --origin NRW --destination LST \\
          --from 2026-11-01 --to 2026-11-07 --import
    """  # noqa: D301
    feed = FeedKind(kind)
    if feed is FeedKind.PERFORMANCE:
        given = {"--origin": origin, "--destination": destination, "--from": first, "--to": last}
        missing = [name for name, value in given.items() if value is None]
        if missing:
            raise click.UsageError(f"performance needs {', '.join(missing)}")
        if cast("date", last) < cast("date", first):
            raise click.UsageError("--to is before --from")
        request = PerformanceRequest(
            origin=codes.crs(origin or "", parameter="--origin"),
            destination=codes.crs(destination or "", parameter="--destination"),
            first=cast("date", first),
            last=cast("date", last),
        )
        fetched = _fetched_performance(request)
    else:
        fetched = _fetched_archive(feed)
    state = "new" if fetched.is_new else "as it was"
    console.print(f"{kind} {fetched.version} ({state}): {', '.join(fetched.paths[:3])}")
    if imports:
        _import_fetched(feed, tuple(Path(path) for path in fetched.paths))


def _fetched_archive(kind: FeedKind) -> FetchedFeed:
    with progress(f"Fetching {kind}", 100) as advance:
        return asyncio.run(feed_service(settings()).fetch_archive(kind, _shares(advance)))


def _fetched_performance(request: PerformanceRequest) -> FetchedFeed:
    days = len(days_between(request.first, request.last))
    with progress(f"Fetching {days} days of running", 100) as advance:
        service = feed_service(settings())
        return asyncio.run(service.fetch_performance(request, _shares(advance)))


def _shares(advance: Advance) -> Callable[[int, int | None], None]:
    done = 0

    def told(there: int, total: int | None) -> None:
        nonlocal done
        reached = 100 * there // total if total else done
        advance(reached - done)
        done = reached

    return told


def _import_fetched(kind: FeedKind, paths: tuple[Path, ...]) -> None:
    imports: dict[FeedKind, Callable[[RailFair, tuple[Path, ...]], Awaitable[None]]] = {
        FeedKind.TIMETABLE: load_timetable,
        FeedKind.PERFORMANCE: load_performance,
    }
    if kind not in imports:
        raise click.UsageError(f"{kind} can be fetched, but not imported yet")
    run(lambda railfair: imports[kind](railfair, paths))
