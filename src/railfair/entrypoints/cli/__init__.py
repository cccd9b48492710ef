"""The command line: `railfair`."""

import sys
from typing import Final

import click

from railfair import __version__
from railfair.config import InvalidSettings
from railfair.domain import errors
from railfair.entrypoints.cli.ask import predict
from railfair.entrypoints.cli.backtesting import backtest
from railfair.entrypoints.cli.database import db
from railfair.entrypoints.cli.demo import demo
from railfair.entrypoints.cli.fares import fares
from railfair.entrypoints.cli.feeds import feeds
from railfair.entrypoints.cli.imports import import_
from railfair.entrypoints.cli.keys import keys
from railfair.entrypoints.cli.plan import plan
from railfair.entrypoints.cli.scorecards import scorecard
from railfair.entrypoints.cli.serving import serve

EPILOG: Final = """\b
Examples:
  railfair db upgrade
  railfair import performance hsp/*.jsonl.gz
  railfair predict NRW LST --date 2026-11-24 --time 08:00
  railfair fares NRW LST --time 08:00 --railcard YNG
  railfair plan NRW BRI --depart 2026-11-24T08:00
  railfair serve --port 8000

\b
Exit codes:
  0 done   1 crashed   2 wrong usage or setting   3 bad input
  4 not in the data   5 in conflict with the data   6 not available now
"""
EXIT_CODES: Final[dict[type[Exception], int]] = {
    InvalidSettings: 2,
    errors.InvalidInput: 3,
    errors.NotFound: 4,
    errors.Conflict: 5,
    errors.SourceUnavailable: 6,
}
INTERRUPTED: Final = 130


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="railfair")
def railfair() -> None:
    """Which train, which ticket, and will it be on time?

    Settings are environment variables RAILFAIR_…, also read from .env; RAILFAIR_DATABASE_URL says
    where the data are.
    """


for command in (db, import_, demo, feeds, keys, predict, fares, plan, backtest, scorecard, serve):
    railfair.add_command(command)


def main() -> None:
    """Run the command line; what RailFair says no to becomes one line and an exit code."""
    try:
        sys.exit(railfair.main(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (errors.RailFairError, InvalidSettings) as error:
        click.echo(f"railfair: {error}", err=True)
        sys.exit(next(EXIT_CODES[branch] for branch in type(error).__mro__ if branch in EXIT_CODES))
    except (click.Abort, KeyboardInterrupt):
        click.echo("railfair: interrupted; an import that had not ended changed nothing", err=True)
        sys.exit(INTERRUPTED)
