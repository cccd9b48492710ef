"""The real `railfair` in processes of its own: commands that end, and a service that runs.

Commands are forked from a process that has imported the command line already: starting anew takes
seconds, which dozens of commands need not pay. Services start as anybody starts them.
"""

import multiprocessing
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx

from railfair.entrypoints.cli import COMMANDS, main

RAILFAIR: Final = Path(sys.executable).with_name("railfair")
PATIENCE_S: Final = 60.0
"""When a command or service that has not done its part is taken for hung."""
POLL_S: Final = 0.02

_FORKS: Final = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [f"railfair.entrypoints.cli.{place.partition('.')[0]}" for place in COMMANDS.values()]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a command left: its exit code, and what it wrote."""

    code: int
    out: str
    err: str


class Command:
    """A command that runs; `ended` waits for its end."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], cwd: Path) -> None:
        self._written = TemporaryDirectory()
        self._process = _FORKS.Process(
            target=_run,
            args=(tuple(arguments), dict(environment), str(cwd), self._written.name),
        )
        self._process.start()

    def is_running(self) -> bool:
        return self._process.is_alive()

    def ended(self) -> Ended:
        self._process.join(PATIENCE_S)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()
        with self._written as folder:
            out, err = (Path(folder, name).read_text("utf-8") for name in ("out", "err"))
        return Ended(code=self._process.exitcode or 0, out=out, err=err)


def _run(arguments: tuple[str, ...], environment: dict[str, str], cwd: str, written: str) -> None:
    for name in [name for name in os.environ if name.upper().startswith("RAILFAIR_")]:
        del os.environ[name]
    os.environ.update(environment)
    os.chdir(cwd)
    for stream, name in ((sys.stdout, "out"), (sys.stderr, "err")):
        with Path(written, name).open("wb") as file:
            os.dup2(file.fileno(), stream.fileno())
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.argv = ["railfair", *arguments]
    main()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service that runs at *url*."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health/ready").is_success
        except httpx.TransportError:
            return False

    def stop(self) -> int:
        """Ask it to stop, and return its exit code."""
        self.process.terminate()
        return self.process.wait(PATIENCE_S)


@contextmanager
def serving(environment: Mapping[str, str], cwd: Path, *options: str) -> Iterator[Service]:
    """Run `railfair serve` until the block ends; it is ready when the block begins."""
    port = free_port()
    log = cwd / f"serve-{port}.log"
    ours = {name: value for name, value in os.environ.items() if not name.startswith("RAILFAIR_")}
    with log.open("wb") as written:
        process = subprocess.Popen(
            [RAILFAIR, "serve", "--port", str(port), *options],
            env={**ours, **environment}, cwd=cwd, stdout=written, stderr=written,
        )  # fmt: skip
    service = Service(url=f"http://127.0.0.1:{port}", process=process, log=log)
    try:
        _until_ready(service)
        yield service
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _until_ready(service: Service) -> None:
    patience = time.monotonic() + PATIENCE_S
    while not service.is_ready():
        if service.process.poll() is not None or time.monotonic() > patience:
            raise AssertionError(f"not ready: {service.log.read_text()}")
        time.sleep(POLL_S)
