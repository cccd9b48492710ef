"""`railfair serve`: the HTTP service, by Hypercorn."""

import asyncio
import socket
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click
from hypercorn.config import Config

from railfair.bootstrap import RailFair
from railfair.bootstrap.database import migrations
from railfair.config import Settings
from railfair.entrypoints.cli.running import run, settings
from railfair.entrypoints.cli.worker import END_S, Serving, serve_here
from railfair.entrypoints.cli.workers import Workers


class PortTaken(click.ClickException):
    """Something else listens where the service should."""

    exit_code = 6


class NowhereToCount(click.ClickException):
    """Workers need a folder, and there is none that may be written to."""

    exit_code = 6


IN_MEMORY: Final = "/dev/shm"  # noqa: S108 - the folder's name is random, and only we may read it


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True,
              help="Processes that share the port.")  # fmt: skip
@click.option("--try", "suggests", is_flag=True, help="Print commands worth trying.")
def serve(host: str, port: int, workers: int, suggests: bool) -> None:
    """Serve the HTTP API until interrupted; its documentation is at /docs.

    SIGTERM ends it once what was asked for is answered. With several workers, SIGHUP replaces them
    one after the other without a request being lost, and one that dies is replaced.

    \b
    Examples:
      railfair serve
      railfair serve --host 0.0.0.0 --port 80 --workers 2
    """  # noqa: D301
    set_ = settings()
    migrations(set_).check()
    _check_free(host, port)
    address = f"http://{host}:{port}"
    click.echo(f"RailFair serves on {address} (documentation: {address}/docs; Ctrl-C stops it)")
    if suggests:
        click.echo(_suggestions(address, run(_tomorrow)))
    serving = _serving(host, port, set_)
    if workers == 1:
        serve_here(serving)
    else:
        sys.exit(asyncio.run(_parent(serving, workers)))


def _serving(host: str, port: int, set_: Settings) -> Serving:
    config = Config()
    config.bind = [f"[{host}]:{port}" if ":" in host else f"{host}:{port}"]
    config.keep_alive_timeout = set_.keep_alive_s
    # The deadline of each request ends it before.
    config.graceful_timeout = END_S
    config.accesslog = None
    config.loglevel = "WARNING"
    return Serving(config=config, sockets=config.create_sockets(), drain_s=set_.drain_s)


async def _parent(serving: Serving, workers: int) -> int:
    """Serve with so many *workers*, which count in a folder of their own."""
    with _shared_folder() as folder:
        return await Workers(replace(serving, figures_folder=Path(folder)), workers).run()


def _shared_folder() -> TemporaryDirectory[str]:
    """Return a new folder on a disk, or in memory where no disk may be written to."""
    for place in (None, IN_MEMORY):
        with suppress(OSError):
            return TemporaryDirectory(prefix="railfair-figures-", dir=place)
    raise NowhereToCount("workers have nowhere to count together; set TMPDIR to a folder")


def _check_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(
                f"cannot listen on {host}:{port} ({error.strerror}); choose another with --port"
            ) from error


async def _tomorrow(railfair: RailFair) -> date:
    return railfair.clock.now().date() + timedelta(days=1)


def _suggestions(address: str, day: date) -> str:
    query = f"origin=NRW&destination=LST&date={day}&time=08:00"
    return f"""
Try:

  curl '{address}/api/predict?{query}'
  curl '{address}/api/fares/compare?{query}&split=true'
  .venv/bin/railfair plan NRW BRI --depart {day}T08:00 --railcard YNG
  .venv/bin/railfair predict KGX EDB --date {day} --time 09:00 --explain
"""
