"""Runs migrations on the database of the settings, or on the URL that the caller handed over."""

import asyncio

from alembic import context
from sqlalchemy import Connection, pool
from sqlalchemy.ext.asyncio import create_async_engine

from railfair.adapters.sql.postgresql import wait_for_turn
from railfair.adapters.sql.schema import metadata
from railfair.config import Settings

PATIENCE_S = 30.0
ONLY_CHECKS = context.config.attributes.get("only_checks", False)
URL = context.config.attributes.get("database_url") or Settings.load().database_url


def run_offline() -> None:
    """Print the SQL instead of running it (`alembic upgrade head --sql`)."""
    context.configure(url=URL, target_metadata=metadata, literal_binds=True, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


def run_on(connection: Connection) -> None:
    """Run the migrations in one transaction on *connection*."""
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        if connection.dialect.name == "postgresql" and not ONLY_CHECKS:
            # After an import that is under way, or another upgrade.
            wait_for_turn(connection, PATIENCE_S)
        context.run_migrations()


async def run_online() -> None:
    """Connect, and run the migrations."""
    engine = create_async_engine(URL, poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run_on)
    await engine.dispose()


if context.is_offline_mode():
    run_offline()
else:
    asyncio.run(run_online())
