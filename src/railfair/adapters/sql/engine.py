"""The database engine: one pool a process, and how the database is to behave."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from railfair.adapters.sql import postgresql
from railfair.adapters.sql.statements import trace_statements

WRITES: Final = "railfair_writes"
"""Execution option of a connection that is about to write."""
CACHE_KIB: Final = 4_096
LOG_BYTES: Final = 16 * 1024 * 1024
"""What is left of the write-ahead log of an import, from the next commit on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSettings:
    """How many connections a process keeps, and how it hands them out.

    *size* are kept open, *overflow* more are opened while those are in use; who finds none free
    waits for *timeout_s* at most. One that is older than *recycle_s* is replaced.
    """

    size: int = 20
    overflow: int = 10
    timeout_s: float = 30.0
    recycle_s: float = 3600.0


def create_engine(url: str, *, pool: PoolSettings | None, busy_timeout_s: float) -> AsyncEngine:
    """Return the engine for *url*; nothing is connected yet, and no file is made.

    Without a *pool*, each unit of work opens a connection and closes it. A writer waits for
    *busy_timeout_s* for another one.
    """
    is_sqlite = _is_sqlite(url)
    kept: dict[str, Any] = {"poolclass": NullPool}
    if pool is not None:
        kept = {
            "pool_size": pool.size,
            "max_overflow": pool.overflow,
            "pool_timeout": pool.timeout_s,
            "pool_recycle": pool.recycle_s,
            "pool_pre_ping": not is_sqlite,
        }
    if is_sqlite:
        engine = create_async_engine(_existing(url), **kept)
        _prepare_sqlite(engine, busy_timeout_s)
    else:
        engine = create_async_engine(url, connect_args=postgresql.CONNECT_ARGUMENTS, **kept)
        postgresql.take_turns(engine, WRITES, busy_timeout_s)
    trace_statements(engine)
    return engine


def options(engine: AsyncEngine, *, writes: bool) -> dict[str, Any]:
    """Return the execution options of a connection that reads only, or also *writes*."""
    ours = {WRITES: writes}
    if engine.dialect.name == "sqlite":
        return ours
    return ours | (postgresql.WRITING if writes else postgresql.READING)


def file_name(url: str) -> str:
    """Return a name for files that belong to the database at *url*; it tells no password."""
    made = make_url(url)
    if _is_sqlite(url):
        return Path(made.database or "memory").stem
    return f"{made.host}-{made.port or postgresql.PORT}-{made.database}"


def sqlite_file(url: str) -> Path | None:
    """Return the file of a SQLite *url*, or `None` for other databases and for memory."""
    database = make_url(url).database
    return Path(database) if _is_sqlite(url) and database and database != ":memory:" else None


def _existing(url: str) -> URL:
    """Return the *url* that opens a file of SQLite only where there is one."""
    made, file = make_url(url), sqlite_file(url)
    if file is None:
        return made
    return made.set(database=f"file:{quote(str(file))}", query={"mode": "rw", "uri": "true"})


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
