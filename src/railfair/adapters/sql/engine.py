"""The database engine: one pool a process, and how SQLite is to behave."""

from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

WRITES: Final = "railfair_writes"
"""Execution option of a connection that is about to write."""
CACHE_KIB: Final = 65_536
LOG_BYTES: Final = 16 * 1024 * 1024
"""What is left of the write-ahead log of an import, from the next commit on."""


def create_engine(url: str, *, pool_size: int, busy_timeout_s: float) -> AsyncEngine:
    """Return the engine for *url*; nothing is connected yet."""
    engine = create_async_engine(url, pool_size=pool_size, pool_pre_ping=not _is_sqlite(url))
    if _is_sqlite(url):
        _prepare_sqlite(engine, busy_timeout_s)
    return engine


def sqlite_file(url: str) -> Path | None:
    """Return the file of a SQLite *url*, or `None` for other databases and for memory."""
    database = make_url(url).database
    return Path(database) if _is_sqlite(url) and database and database != ":memory:" else None


def _is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def _prepare_sqlite(engine: AsyncEngine, busy_timeout_s: float) -> None:
    pragmas = (
        f"busy_timeout = {int(busy_timeout_s * 1000)}",
        "journal_mode = WAL",
        f"journal_size_limit = {LOG_BYTES}",
        "synchronous = NORMAL",
        "foreign_keys = ON",
        f"cache_size = -{CACHE_KIB}",
        "temp_store = MEMORY",
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _connected(connection: Any, _entry: ConnectionPoolEntry) -> None:
        # The driver would begin transactions at the first write only: a reader would then see
        # another state with every query.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begun(connection: Connection) -> None:
        # A writer takes its turn at once; one that first read and then wrote could only fail.
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
