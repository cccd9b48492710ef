"""The real server in this process, over an application of a test."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config

from support.command import free_port

PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back: the status, headers by lower-case name, the body; whether it was closed."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True, kw_only=True)
class Connection:
    """One connection, byte by byte."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    sent: int = field(default=0)

    async def send(self, *parts: bytes) -> None:
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()
            self.sent += len(part)

    async def reply(self) -> Reply:
        head = await self.reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").strip().split("\r\n")
        pairs = (line.partition(": ") for line in lines)
        headers = {name.lower(): value for name, _, value in pairs}
        body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return Reply(status=int(first.split()[1]), headers=headers, body=body)

    async def is_closed(self) -> bool:
        """Wait for the server to close, and for nothing else to come."""
        try:
            return await self.reader.read() == b""
        except ConnectionError:
            return True

    async def close(self) -> None:
        self.writer.close()
        with suppress(ConnectionError):
            await self.writer.wait_closed()


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server that runs on *port*."""

    port: int

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        connection = Connection(reader=reader, writer=writer)
        try:
            yield connection
        finally:
            await connection.close()

    async def get(self, path: str, *headers: str) -> Reply:
        async with self.connection() as connection:
            await connection.send(request("GET", path, *headers))
            return await connection.reply()


def request(method: str, path: str, *headers: str) -> bytes:
    lines = (f"{method} {path} HTTP/1.1", "Host: railfair", *headers, "", "")
    return "\r\n".join(lines).encode()


@asynccontextmanager
async def hypercorn(app: Any) -> AsyncIterator[Running]:
    """Serve *app* until the block ends, and no longer than patience lasts."""
    config = Config()
    port = free_port()
    config.bind = [f"127.0.0.1:{port}"]
    config.graceful_timeout = 1.0
    config.accesslog = None
    config.loglevel = "ERROR"
    stop = asyncio.Event()
    server = asyncio.create_task(serve(app, config, shutdown_trigger=stop.wait))
    try:
        async with asyncio.timeout(PATIENCE_S):
            await _listening(port, server)
            yield Running(port=port)
    finally:
        stop.set()
        await server


async def _listening(port: int, server: asyncio.Task[None]) -> None:
    while not server.done():
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionError:
            await asyncio.sleep(0.005)
        else:
            writer.close()
            await writer.wait_closed()
            return
    await server
