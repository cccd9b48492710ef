"""`railfair import`: getting feeds in."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, Protocol

import click
from rich.markup import escape
from rich.table import Table

from railfair.application.health import days_covered
from railfair.application.import_fares import import_fares
from railfair.application.import_performance import import_performance
from railfair.application.import_timetable import import_timetable
from railfair.bootstrap import RailFair
from railfair.bootstrap.feeds import FileFaresFeed, FilePerformanceFeed, FileTimetableFeed
from railfair.domain.feed import ImportReport, LoadedFeed
from railfair.domain.railtime import iso
from railfair.entrypoints.cli.progress import Advance, console, progress, show
from railfair.entrypoints.cli.running import run

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


@import_.command("fares")
@PATHS
def import_fares_command(paths: tuple[Path, ...]) -> None:
    """Import fares: a full RJFAF set. The fares before can be brought back: railfair feeds restore.

    PATH is a zip, a folder, or single files, gzipped or not.

    \b
    Examples:
      railfair import fares RJFAF900.zip
      railfair import fares unpacked/
    """  # noqa: D301
    run(lambda railfair: load_fares(railfair, paths))


async def load_timetable(railfair: RailFair, paths: tuple[Path, ...]) -> ImportReport:
    """Import the timetable at *paths*, with a progress bar and a closing table."""
    return await _load(railfair, "the timetable", FileTimetableFeed, import_timetable, paths)


async def load_fares(railfair: RailFair, paths: tuple[Path, ...]) -> ImportReport:
    """Import the fares at *paths*, with a progress bar and a closing table."""
    return await _load(railfair, "the fares", FileFaresFeed, import_fares, paths)


async def load_performance(railfair: RailFair, paths: tuple[Path, ...]) -> ImportReport:
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
    return report


class _Sized(Protocol):
    @property
    def size(self) -> int: ...


async def _load[Feed: _Sized](
    railfair: RailFair,
    what: str,
    opened: Callable[..., Feed],
    imported: Callable[..., Awaitable[LoadedFeed]],
    paths: tuple[Path, ...],
) -> ImportReport:
    report = ImportReport()
    told = _Teller()
    feed = opened(paths, progress=told)
    with progress(f"Importing {what}", feed.size) as advance:
        told.advance = advance
        loaded = await imported(
            feed,
            report,
            storage=railfair.storage,
            clock=railfair.clock,
            tolerance=railfair.settings.import_tolerance,
        )
    _print_report(loaded, report)
    return report


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
        f"{loaded.kind} {loaded.version} covers {days_covered(loaded)}"
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
