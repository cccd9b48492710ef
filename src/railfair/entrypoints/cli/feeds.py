"""`railfair feeds`: the railway's own feeds."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Final, cast

import click
from rich.markup import escape

from railfair.application.update_fares import update_fares
from railfair.bootstrap import RailFair
from railfair.bootstrap.feeds import feed_service
from railfair.config import Settings
from railfair.domain import codes
from railfair.domain.feed import FeedKind, ImportReport
from railfair.domain.railtime import days_between
from railfair.entrypoints.cli.editions import list_, restore
from railfair.entrypoints.cli.imports import load_fares, load_performance, load_timetable
from railfair.entrypoints.cli.parsing import DAY
from railfair.entrypoints.cli.progress import Advance, console, progress
from railfair.entrypoints.cli.running import run, settings
from railfair.ports.feed_service import FetchedFeed, PerformanceRequest

type Load = Callable[[RailFair, tuple[Path, ...]], Awaitable[ImportReport]]

LOADS: Final[dict[FeedKind, Load]] = {
    FeedKind.TIMETABLE: load_timetable,
    FeedKind.PERFORMANCE: load_performance,
}


@click.group()
def feeds() -> None:
    """The railway's own feeds."""


for command in (list_, restore):
    feeds.add_command(command)


@feeds.command()
@click.argument("kind", type=click.Choice([kind.value for kind in FeedKind]))
@click.option("--origin", metavar="CRS", help="performance: runs from this station")
@click.option("--destination", metavar="CRS", help="performance: runs to this station")
@click.option("--from", "first", type=DAY, help="performance: first day")
@click.option("--to", "last", type=DAY, help="performance: last day")
@click.option("--import", "imports", is_flag=True, help="Import what was fetched.")
@click.option("--force", "is_forced", is_flag=True,
              help="fares --import: import them whether they were here before or not.")  # fmt: skip
@click.option("--claimed", "is_claimed", is_flag=True, hidden=True,
              help="The service has begun this update, and ends it by standard input.")  # fmt: skip
def fetch(  # noqa: PLR0917 - one argument an option
    kind: str,
    origin: str | None,
    destination: str | None,
    first: date | None,
    last: date | None,
    imports: bool,
    is_forced: bool,
    is_claimed: bool,
) -> None:
    """Fetch a feed from its service into RAILFAIR_FEEDS_DIRECTORY.

    What was fetched before stays until the new feed is whole and sane; a broken download goes on
    where it stopped. Credentials come from the environment only: RAILFAIR_NRDP_USERNAME and
    RAILFAIR_NRDP_PASSWORD, or the keys of the Rail Data Marketplace.

    Fares are imported only if they are newer than those that are here. Fares that were taken back
    (railfair feeds restore) are not imported again, unless with --force.

    \b
    Examples:
      railfair feeds fetch timetable --import
      railfair feeds fetch fares --import
      railfair feeds fetch performance --origin NRW --destination LST \\
          --from 2026-11-01 --to 2026-11-07 --import
    """  # noqa: D301
    feed = FeedKind(kind)
    if feed is FeedKind.FARES and imports:
        run(lambda railfair: _update(railfair, is_claimed=is_claimed, is_forced=is_forced))
        return
    if is_forced:
        raise click.UsageError("--force goes with fares --import")
    if feed is FeedKind.PERFORMANCE:
        fetched = _fetched_performance(_request(origin, destination, first, last))
    else:
        fetched = asyncio.run(_fetched_archive(feed, settings()))
    if imports:
        run(lambda railfair: LOADS[feed](railfair, _paths(fetched.paths)))


def _request(
    origin: str | None, destination: str | None, first: date | None, last: date | None
) -> PerformanceRequest:
    given = {"--origin": origin, "--destination": destination, "--from": first, "--to": last}
    missing = [name for name, value in given.items() if value is None]
    if missing:
        raise click.UsageError(f"performance needs {', '.join(missing)}")
    if cast("date", last) < cast("date", first):
        raise click.UsageError("--to is before --from")
    return PerformanceRequest(
        origin=codes.crs(origin or "", parameter="--origin"),
        destination=codes.crs(destination or "", parameter="--destination"),
        first=cast("date", first),
        last=cast("date", last),
    )


async def _update(railfair: RailFair, *, is_claimed: bool, is_forced: bool) -> None:
    if is_claimed:
        _stop_with_service()
    outcome = await update_fares(
        lambda: _fetched_archive(FeedKind.FARES, railfair.settings),
        lambda paths: load_fares(railfair, _paths(paths)),
        storage=railfair.storage,
        clock=railfair.clock,
        is_claimed=is_claimed,
        is_forced=is_forced,
    )
    console.print(escape(outcome))


def _stop_with_service() -> None:
    """Cancel the task at hand when standard input closes: the service was killed."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def stop() -> None:
        loop.remove_reader(sys.stdin)
        if task is not None:
            task.cancel()

    loop.add_reader(sys.stdin, stop)


def _paths(paths: Sequence[str]) -> tuple[Path, ...]:
    return tuple(Path(path) for path in paths)


async def _fetched_archive(kind: FeedKind, given: Settings) -> FetchedFeed:
    with progress(f"Fetching {kind}", 100) as advance:
        fetched = await feed_service(given).fetch_archive(kind, _shares(advance))
    _say(kind, fetched)
    return fetched


def _fetched_performance(request: PerformanceRequest) -> FetchedFeed:
    days = len(days_between(request.first, request.last))
    service = feed_service(settings())
    with progress(f"Fetching {days} days of running", 100) as advance:
        fetched = asyncio.run(service.fetch_performance(request, _shares(advance)))
    _say(FeedKind.PERFORMANCE, fetched)
    return fetched


def _say(kind: FeedKind, fetched: FetchedFeed) -> None:
    state = "new" if fetched.is_new else "as it was"
    console.print(f"{kind} {fetched.version} ({state}): {escape(', '.join(fetched.paths[:3]))}")


def _shares(advance: Advance) -> Callable[[int, int | None], None]:
    done = 0

    def told(there: int, total: int | None) -> None:
        nonlocal done
        reached = 100 * there // total if total else done
        advance(reached - done)
        done = reached

    return told
