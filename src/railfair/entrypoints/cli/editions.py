"""`railfair feeds list` and `railfair feeds restore`: the fares that were imported."""

import json
from collections.abc import Sequence
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from railfair.application.import_fares import restore_fares
from railfair.application.update_fares import JOB
from railfair.bootstrap import RailFair
from railfair.domain.fares.edition import FareEdition
from railfair.domain.feed import FeedKind, LoadedFeed
from railfair.domain.railtime import iso
from railfair.entrypoints.cli.progress import console, show
from railfair.entrypoints.cli.running import run
from railfair.ports.jobs import JobState


@click.command()
@click.argument("kind", type=click.Choice([FeedKind.FARES.value]))
def restore(kind: str) -> None:  # noqa: ARG001 - fares are the one kind that has editions
    """Bring back the fares before the last import; the last ones are withdrawn.

    The daily update does not import those again: railfair feeds fetch fares --import --force does.

    \b
    Example:
      railfair feeds restore fares
    """  # noqa: D301
    loaded = run(lambda railfair: restore_fares(storage=railfair.storage))
    console.print(f"the fares are those of {_described(loaded)} again")


def _described(loaded: LoadedFeed) -> str:
    return (
        f"{escape(loaded.version)}, generated on {loaded.first_day}, loaded {iso(loaded.loaded_at)}"
    )


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(as_json: bool) -> None:
    """Show every fares feed that was imported, and how the last update of the fares went.

    The current one answers, and the previous one can be brought back; of past ones the prices that
    changed are kept; a withdrawn one was taken back.

    \b
    Examples:
      railfair feeds list
      railfair feeds list --json
    """  # noqa: D301
    editions, job = run(_kept)
    if as_json:
        shown = {"fares": [_edition(one) for one in editions], "fares_update": _job(job)}
        click.echo(json.dumps(shown, indent=2, ensure_ascii=False))
    else:
        _print(editions, job)


async def _kept(railfair: RailFair) -> tuple[Sequence[FareEdition], JobState | None]:
    async with railfair.storage.reading() as unit:
        return await unit.fares.editions(), await unit.jobs.get(JOB)


def _edition(one: FareEdition) -> dict[str, Any]:
    return {
        "number": one.number,
        "version": one.version,
        "state": one.state,
        "source": one.source,
        "generated_on": one.generated_on.isoformat(),
        "loaded_at": iso(one.loaded_at),
    }


def _job(job: JobState | None) -> dict[str, Any] | None:
    if job is None:
        return None
    moments = {
        "started_at": job.started_at,
        "ended_at": job.ended_at,
        "succeeded_at": job.succeeded_at,
    }
    shown = {name: None if moment is None else iso(moment) for name, moment in moments.items()}
    return {
        **shown,
        "outcome": job.outcome or None,
        "failure": job.failure or None,
        "failures": job.failures,
    }


def _print(editions: Sequence[FareEdition], job: JobState | None) -> None:
    table = Table(title="Fares", title_justify="left")
    table.add_column("number", justify="right")
    for column in ("version", "state", "source", "generated", "loaded"):
        table.add_column(column)
    for one in reversed(editions):
        table.add_row(*(escape(str(cell)) for cell in _edition(one).values()))
    if editions:
        show(table)
    else:
        console.print("no fares were imported yet: railfair import fares PATH")
    if job is not None and job.succeeded_at is not None:
        console.print(f"last update {iso(job.succeeded_at)}: {escape(job.outcome)}")
    if job is not None and job.failures:
        console.print(f"failed {job.failures} times since: {escape(job.failure)}")
