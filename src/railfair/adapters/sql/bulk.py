"""Writing many rows at once."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import JSON, Table, TypeDecorator, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from railfair.adapters.sql.postgresql import copy_rows

BATCH: Final = 20_000
CHUNK: Final = 500
"""Values in one IN list, well under every database's limit."""


async def insert_plain(
    connection: AsyncConnection, table: Table, rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert *rows*, whose values stand in the order of the columns and need no conversion.

    They go to the driver as they are, several times faster than through type processing: for
    tables of numbers and text only.
    """
    if _is_postgresql(connection):
        await copy_rows(connection, table, table.columns.keys(), rows)
        return
    statement = str(insert(table).compile(dialect=connection.dialect))
    for start in range(0, len(rows), BATCH):
        await connection.exec_driver_sql(statement, list(rows[start : start + BATCH]))


async def insert_rows(
    connection: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]]
) -> None:
    """Insert *rows* given by column name, values converted by the columns' types."""
    if rows and _is_postgresql(connection) and not _is_converted(table):
        names = list(rows[0])
        values = itemgetter(*names)
        await copy_rows(connection, table, names, [values(row) for row in rows])
        return
    for start in range(0, len(rows), BATCH):
        await connection.execute(insert(table), list(rows[start : start + BATCH]))


def chunks[T](values: Sequence[T]) -> list[Sequence[T]]:
    """Cut *values* into parts that fit an IN list."""
    return [values[start : start + CHUNK] for start in range(0, len(values), CHUNK)]


def _is_postgresql(connection: AsyncConnection) -> bool:
    return connection.dialect.name == "postgresql"


def _is_converted(table: Table) -> bool:
    """Whether values of *table* reach PostgreSQL's driver in another form than ours."""
    return any(isinstance(column.type, JSON | TypeDecorator) for column in table.columns)
