"""What is true of SQLite only: how it fails, and how a connection is set up."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from railfair.adapters.sql.engine import create_engine, sqlite_file
from railfair.adapters.sql.migrations import Migrations
from railfair.adapters.sql.storage import SqlStorage
from railfair.domain.errors import StorageUnavailable
from support.timetables import station


@pytest.fixture
def url(tmp_path: Path) -> str:
    found = f"sqlite+aiosqlite:///{tmp_path / 'railfair.db'}"
    Migrations(found).upgrade()
    return found


@pytest.fixture
async def impatient(url: str) -> AsyncIterator[SqlStorage]:
    """Yield a storage whose writers wait for a twentieth of a second only."""
    storage = SqlStorage(create_engine(url, pool_size=5, busy_timeout_s=0.05))
    yield storage
    await storage.close()


async def count(storage: SqlStorage) -> int:
    async with storage.reading() as unit:
        return len(await unit.timetable.stations())


async def driver_threads_ended() -> None:
    """Wait for the driver's threads: one that could not connect tells the loop so at its end."""
    for thread in threading.enumerate():
        if "_connection_worker_thread" in thread.name:
            await asyncio.to_thread(thread.join)


async def write(storage: SqlStorage) -> None:
    async with storage.writing() as unit:
        await unit.timetable.put_stations([station("BEE")])


async def test_a_writer_that_waits_too_long_says_that_another_one_writes(
    impatient: SqlStorage,
) -> None:
    async with impatient.writing() as unit:
        await unit.timetable.put_stations([station("AYT")])
        with pytest.raises(StorageUnavailable, match="another import is writing"):
            await write(impatient)
    await write(impatient)
    assert await count(impatient) == 2


async def test_two_processes_connections_see_each_other_s_commits(
    impatient: SqlStorage, url: str
) -> None:
    other = SqlStorage(create_engine(url, pool_size=1, busy_timeout_s=1))
    await write(other)
    assert await count(impatient) == 1
    await other.close()


async def test_a_database_without_tables_says_what_makes_them(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'bare.db'}"
    storage = SqlStorage(create_engine(url, pool_size=1, busy_timeout_s=1))
    with pytest.raises(StorageUnavailable, match="railfair db upgrade"):
        await count(storage)
    await storage.close()


async def test_a_database_that_cannot_be_reached_is_unavailable(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'no' / 'such' / 'folder' / 'railfair.db'}"
    storage = SqlStorage(create_engine(url, pool_size=1, busy_timeout_s=1))
    with pytest.raises(StorageUnavailable):
        await count(storage)
    with pytest.raises(StorageUnavailable):
        await write(storage)
    await storage.close()
    await driver_threads_ended()


async def test_connections_write_ahead_keep_foreign_keys_and_wait(url: str) -> None:
    engine = create_engine(url, pool_size=2, busy_timeout_s=1.5)
    async with engine.connect() as connection:
        found = [
            (await connection.execute(text(f"PRAGMA {name}"))).scalar_one()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        ]
    await engine.dispose()
    assert found == ["wal", 1, 1500]


async def test_more_readers_than_connections_take_turns(url: str) -> None:
    storage = SqlStorage(create_engine(url, pool_size=1, busy_timeout_s=1))
    assert await asyncio.gather(*(count(storage) for _ in range(30))) == [0] * 30
    await storage.close()


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite+aiosqlite:///var/railfair.db", Path("var/railfair.db")),
        ("sqlite+aiosqlite:////srv/railfair.db", Path("/srv/railfair.db")),
        ("sqlite+aiosqlite://", None),
        ("sqlite+aiosqlite:///:memory:", None),
        ("postgresql+asyncpg://u:p@db/railfair", None),
    ],
)
def test_the_file_of_a_database_is_told_by_its_url(url: str, file: Path | None) -> None:
    assert sqlite_file(url) == file
