"""`railfair config`: what is set, and what is wrong with it."""

from collections.abc import Sequence
from typing import Final, NoReturn

import click

from railfair.config import (
    FILE_SUFFIX,
    PREFIX,
    InvalidSettings,
    SettingProblem,
    Settings,
    given,
    name_of,
    secrets,
    written,
)

INDENT: Final = "    "


class SettingsRefused(click.ClickException):
    """Something is wrong with the settings; all of it was said."""

    exit_code = 2

    def show(self, _file: object = None) -> None:
        """Say how many problems there are."""
        click.echo(f"railfair: {self.message}", err=True)


@click.group()
def config() -> None:
    """Settings: environment variables RAILFAIR_…, lines of .env, or files that hold secrets."""


@config.command("check")
def check() -> None:
    """Say what is wrong with the settings, all of it (exit code 2); else print what counts.

    A name that is no setting is wrong as well: it is a slip of the pen. Secrets are shown as ***.
    What is printed could be written into .env.

    \b
    Examples:
      railfair config check
      railfair config check && railfair serve
      RAILFAIR_NRDP_PASSWORD_FILE=/run/secrets/nrdp railfair config check
    """  # noqa: D301 - \b is click's
    unknown = Settings.unknown()
    try:
        settings = Settings.load()
    except InvalidSettings as error:
        _refuse([*error.problems, *unknown])
    if unknown:
        _refuse(unknown)
    for doubt in settings.doubts():
        click.echo(f"perhaps: {doubt}", err=True)
    set_ = given()
    for name, value in settings.shown().items():
        comes_from = name + FILE_SUFFIX if name + FILE_SUFFIX in set_ else ""
        where = comes_from or ("" if name in set_ else "default")
        click.echo(f"{name}={value}" + (f"  # {where}" if where else ""))


@config.command("describe")
def describe() -> None:
    """Print every setting, what counts without it, and what it is, as a table of Markdown.

    \b
    Example:
      railfair config describe | less
    """  # noqa: D301
    fields = Settings.model_fields
    may_be_files = secrets(fields)
    click.echo("| setting | default | |\n|---|---|---|")
    for field, info in fields.items():
        default = written(info.get_default(call_default_factory=True))
        shown = f"`{default}`" if default else ""
        file = " Also from a file." if field in may_be_files else ""
        click.echo(f"| `{name_of(field)}` | {shown} | {info.description}{file} |")


def _refuse(problems: Sequence[SettingProblem]) -> NoReturn:
    for problem in problems:
        click.echo(str(problem), err=True)
        if (meaning := _meaning(problem.name)) is not None:
            click.echo(INDENT + meaning, err=True)
    number = len(problems)
    raise SettingsRefused(f"{number} setting{'s' if number > 1 else ''} cannot be meant")


def _meaning(name: str) -> str | None:
    """Return what the variable *name* sets, and what counts without it."""
    field = name.removesuffix(FILE_SUFFIX).removeprefix(PREFIX).lower()
    found = Settings.model_fields.get(field)
    if found is None:
        return None
    default = written(found.get_default(call_default_factory=True))
    return f"{found.description} Without it: {default or 'nothing'}."
