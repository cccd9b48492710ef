"""The command line: `railfair`."""

import sys
from importlib import import_module
from typing import Final

import click

from railfair import __version__
from railfair.config import InvalidSettings
from railfair.domain import errors

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
COMMANDS: Final = {
    "config": "configuration.config",
    "db": "database.db",
    "import": "imports.import_",
    "demo": "demo.demo",
    "feeds": "feeds.feeds",
    "keys": "keys.keys",
    "predict": "ask.predict",
    "fares": "fares.fares",
    "plan": "plan.plan",
    "backtest": "backtesting.backtest",
    "scorecard": "scorecards.scorecard",
    "serve": "serving.serve",
}
"""Where each command is, of the modules here: what it needs is loaded when it is asked for."""


class _Commands(click.Group):
    """The `COMMANDS`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted({*COMMANDS, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command *cmd_name*, if there is one."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, name = COMMANDS[cmd_name].split(".")
        command: click.Command = getattr(import_module(f"{__name__}.{module}"), name)
        return command


@click.group(cls=_Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="railfair")
def railfair() -> None:
    """Which train, which ticket, and will it be on time?

    Settings are environment variables RAILFAIR_…, also read from .env; RAILFAIR_DATABASE_URL says
    where the data are.
    """


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
