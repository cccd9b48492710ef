"""`railfair db`: the tables, and copies of all that is in them."""

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Final

import click

from railfair.bootstrap.database import backups, migrations
from railfair.entrypoints.cli.running import settings

STREAM: Final = "-"
FILE: Final = click.Path(path_type=Path, dir_okay=False, allow_dash=True)


@click.group()
def db() -> None:
    """Make, change, check and copy the tables of the database (RAILFAIR_DATABASE_URL)."""


@db.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the tables up to REVISION; by default, to what this version needs.

    \b
    Examples:
      railfair db upgrade
      RAILFAIR_DATABASE_URL=sqlite+aiosqlite:////srv/railfair.db railfair db upgrade
    """  # noqa: D301 - \b is click's
    reached = migrations(settings()).upgrade(revision)
    click.echo(f"the database is at revision {reached}")


@db.command()
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Take the tables back to REVISION: -1 is one step, base removes them with all data.

    \b
    Examples:
      railfair db downgrade -- -1
      railfair db downgrade base
    """  # noqa: D301
    migrations(settings()).downgrade(revision)
    click.echo(f"the database was taken back to {revision}")


@db.command()
def check() -> None:
    """Say whether the tables are those that this version needs (exit code 6 if not).

    \b
    Example:
      railfair db check && railfair serve
    """  # noqa: D301
    migrations(settings()).check()
    click.echo("the database is as this version needs it")


@db.command()
@click.argument("file", type=FILE)
def backup(file: Path) -> None:
    """Copy all that the SQLite database holds into FILE (-: standard output), and check the copy.

    The database may be read and written meanwhile. Of PostgreSQL, pg_dump makes copies.

    \b
    Examples:
      railfair db backup /srv/backups/railfair.db
      railfair db backup - | gzip > railfair.db.gz
    """  # noqa: D301
    set_ = settings()
    if str(file) == STREAM:
        with TemporaryDirectory(dir=backups(set_).folder()) as folder:
            copy = Path(folder, "copy.db")
            backups(set_).write(copy)
            _streamed(copy, sys.stdout.buffer)
        return
    if file.exists():
        raise click.UsageError(f"{file} is there already")
    backups(set_).write(file)
    click.echo(f"{file}: {file.stat().st_size:,} bytes")


@db.command()
@click.argument("file", type=FILE)
def restore(file: Path) -> None:
    """Put a copy that `railfair db backup` made in the place of ALL that the database holds.

    FILE (-: standard input) is checked first; one that is not whole changes nothing.

    \b
    Examples:
      railfair db restore /srv/backups/railfair.db && railfair db upgrade
      gunzip -c railfair.db.gz | railfair db restore -
    """  # noqa: D301
    set_ = settings()
    if str(file) == STREAM:
        with TemporaryDirectory(dir=backups(set_).folder()) as folder:
            copy = Path(folder, "copy.db")
            with copy.open("wb") as written:
                shutil.copyfileobj(sys.stdin.buffer, written)
            backups(set_).read(copy)
    elif not file.is_file():
        raise click.UsageError(f"there is no {file}")
    else:
        backups(set_).read(file)
    click.echo("the database is as it was when that copy was made")


def _streamed(copy: Path, out: BinaryIO) -> None:
    with copy.open("rb") as read:
        shutil.copyfileobj(read, out)
    out.flush()
