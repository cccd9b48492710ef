"""`railfair keys`: who may ask for more, and who may administer."""

import json
import secrets
from datetime import date, datetime, time
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from railfair.application.api_keys import create_key, revoke_key
from railfair.bootstrap import RailFair
from railfair.domain.api_key import ApiKey
from railfair.domain.quota import Quota
from railfair.domain.railtime import LONDON, iso
from railfair.entrypoints.cli.parsing import DAY, QUOTA
from railfair.entrypoints.cli.progress import console, show
from railfair.entrypoints.cli.running import run


@click.group()
def keys() -> None:
    """Keys of the API: quotas of their own, and the right to administer.

    A client sends its key as X-API-Key or as Authorization: Bearer; without one it is known by its
    network address. What is made or revoked here is known to a running service within seconds.
    """


@keys.command()
@click.argument("name")
@click.option("--quota", type=QUOTA, help="Requests in a second, minute, hour or day: 600/minute.")
@click.option("--admin", "is_admin", is_flag=True, help="The key may use /api/admin.")
@click.option("--expires", type=DAY, help="The key is valid until this day begins in London.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def create(
    name: str, quota: Quota | None, is_admin: bool, expires: date | None, as_json: bool
) -> None:
    """Make a key called NAME and print it, once: only a digest of it is kept.

    \b
    Examples:
      railfair keys create timetable-app --quota 6000/minute
      railfair keys create operations --admin --expires 2027-01-01
    """  # noqa: D301
    made = run(
        lambda railfair: create_key(
            name,
            storage=railfair.storage,
            clock=railfair.clock,
            entropy=secrets.token_bytes,
            quota=quota,
            is_admin=is_admin,
            expires_at=None if expires is None else datetime.combine(expires, time(), LONDON),
        )
    )
    if as_json:
        shown = {"key": made.secret, **_shown(made.key, made.key.created_at)}
        click.echo(json.dumps(shown, indent=2))
        return
    click.echo(made.secret)
    click.echo(f"That is the key of {name}. Keep it: it is not shown again.", err=True)


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(as_json: bool) -> None:
    """Show every key that was made, in that order, without the keys themselves.

    \b
    Examples:
      railfair keys list
      railfair keys list --json
    """  # noqa: D301
    shown = run(_all)
    if as_json:
        click.echo(json.dumps(shown, indent=2))
    elif shown:
        _print(shown)
    else:
        console.print("no key was made yet: railfair keys create NAME")


@keys.command()
@click.argument("key", metavar="NAME|PREFIX")
def revoke(key: str) -> None:
    """Take a key out of use for ever, by its name or by the prefix it begins with.

    \b
    Examples:
      railfair keys revoke timetable-app
      railfair keys revoke rf_5xkq2m7a
    """  # noqa: D301
    revoked = run(lambda railfair: revoke_key(key, storage=railfair.storage, clock=railfair.clock))
    click.echo(f"{revoked.prefix} ({revoked.name}) is revoked")


async def _all(railfair: RailFair) -> list[dict[str, Any]]:
    now = railfair.clock.now()
    async with railfair.storage.reading() as unit:
        return [_shown(key, now) for key in await unit.keys.all()]


def _shown(key: ApiKey, now: datetime) -> dict[str, Any]:
    return {
        "prefix": key.prefix,
        "name": key.name,
        "state": _state(key, now),
        "is_admin": key.is_admin,
        "quota": None if key.quota is None else str(key.quota),
        "created_at": iso(key.created_at),
        "expires_at": None if key.expires_at is None else iso(key.expires_at),
        "revoked_at": None if key.revoked_at is None else iso(key.revoked_at),
    }


def _state(key: ApiKey, now: datetime) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "valid" if key.is_valid(now) else "expired"


def _print(shown: list[dict[str, Any]]) -> None:
    table = Table(title="API keys", title_justify="left")
    for column in ("prefix", "name", "state", "admin", "quota", "created", "expires", "revoked"):
        table.add_column(column)
    for one in shown:
        cells = {**one, "is_admin": "yes" if one["is_admin"] else ""}
        table.add_row(*(escape(str(cell or "")) for cell in cells.values()))
    show(table)
