"""`railfair db`: the tables."""

import click

from railfair.bootstrap.database import migrations
from railfair.entrypoints.cli.running import settings


@click.group()
def db() -> None:
    """Make, change and check the tables of the database (RAILFAIR_DATABASE_URL)."""


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
