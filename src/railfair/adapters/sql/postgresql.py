"""How PostgreSQL is to behave, and its fast way to take many rows.

Readers are transactions that see one state (`REPEATABLE READ`, read only). A writer is a
transaction that holds a lock of ours, which nobody but another writer asks for; its statements see
what was committed when it got its turn.
"""

from collections.abc import Sequence
from typing import Any, Final

import asyncpg
from sqlalchemy import Connection, Table, event, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from railfair.adapters.sql.schema import metadata

TURN: Final = 0x7261696C
"""The advisory lock that a writer holds until its transaction ends."""
READING: Final = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
WRITING: Final = {"isolation_level": "READ COMMITTED", "postgresql_readonly": False}
PORT: Final = 5432
CONNECT_S: Final = 10.0
CONNECT_ARGUMENTS: Final = {
    "timeout": CONNECT_S,
    # Compiling a query takes longer than any that is asked here.
    "server_settings": {"application_name": "railfair", "jit": "off"},
}
MANY: Final = 1_000
"""Rows put into a table, from which on the server has to be told what it now holds."""

DRIVER_ERRORS: Final = (asyncpg.PostgresError, asyncpg.InterfaceError)
"""What the driver raises where it is called without SQLAlchemy in between."""
NO_TABLE: Final = frozenset({"42P01", "42703", "3F000"})
"""States of an error by which a table, a column or a schema is missing. Source: PostgreSQL, A."""
NO_DATABASE: Final = "3D000"
NOT_LET_IN: Final = frozenset({"28P01", "28000"})
NO_TURN: Final = "55P03"
DISK_FULL: Final = "53100"
TOO_MANY: Final = "53300"


def take_turns(engine: AsyncEngine, option: str, patience_s: float) -> None:
    """Let connections with the execution option *option* write one after the other.

    Who waits for longer than *patience_s* fails with the state `NO_TURN`.
    """

    @event.listens_for(engine.sync_engine, "begin")
    def _begun(connection: Connection) -> None:
        if connection.get_execution_options().get(option, False):
            wait_for_turn(connection, patience_s)


def wait_for_turn(connection: Connection, patience_s: float) -> None:
    """Hold the writers' lock until the transaction of *connection* ends."""
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(patience_s * 1000)}")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({TURN})")


async def copy_rows(
    connection: AsyncConnection, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert *rows*, whose values stand in the order of the columns *names*, by `COPY`.

    The transaction has begun: a writer's has, with its lock.
    """
    driver = (await connection.get_raw_connection()).driver_connection
    if driver is None:
        raise RuntimeError("the connection is closed")
    await driver.copy_records_to_table(table.name, records=rows, columns=names)


async def tell_what_changed(connection: AsyncConnection) -> None:
    """Count anew what stands in tables that this transaction put many rows into.

    Readers' queries are planned by these counts from the commit on, not from whenever the server
    gets round to it.
    """
    query = text("SELECT relname FROM pg_stat_xact_user_tables WHERE n_tup_ins >= :many")
    changed = await connection.scalars(query, {"many": MANY})
    for name in sorted(set(changed) & set(metadata.tables)):
        await connection.exec_driver_sql(f'ANALYZE "{name}"')
