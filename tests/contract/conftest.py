"""One suite for every storage: a backend is a name and a way to open an empty one."""

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

import pytest

from railfair.adapters.memory.storage import MemoryStorage
from railfair.adapters.sql.engine import PoolSettings, create_engine
from railfair.adapters.sql.migrations import Migrations
from railfair.adapters.sql.schema import metadata
from railfair.adapters.sql.storage import SqlStorage
from support.postgresql import TEMPLATE, Server

type Fixture = Callable[[str], object]
"""Sets up the fixture of that name, and returns what it yields."""

POOL: Final = PoolSettings(size=5)
EMPTY: Final = ";".join(f'DELETE FROM "{t.name}"' for t in reversed(metadata.sorted_tables))


def open_memory(_fixture: Fixture, _folder: Path) -> MemoryStorage:
    """Return an empty storage in memory."""
    return MemoryStorage()


def open_sqlite(fixture: Fixture, folder: Path) -> SqlStorage:
    """Return a storage over a file of its own with the tables that the migrations make."""
    migrated = fixture("migrated_sqlite")
    assert isinstance(migrated, Path)
    file = shutil.copy(migrated, folder / "railfair.db")
    url = f"sqlite+aiosqlite:///{file}"
    return SqlStorage(create_engine(url, pool=POOL, busy_timeout_s=10))


def open_postgresql(fixture: Fixture, _folder: Path) -> SqlStorage:
    """Return a storage over the migrated database, emptied of what the test before left in it."""
    server, url = fixture("postgresql"), fixture("migrated_postgresql")
    assert isinstance(server, Server)
    assert isinstance(url, str)
    server.execute(url, EMPTY)
    return SqlStorage(create_engine(url, pool=POOL, busy_timeout_s=10))


BACKENDS: Final[dict[str, Callable[[Fixture, Path], MemoryStorage | SqlStorage]]] = {
    "memory": open_memory,
    "sqlite": open_sqlite,
    "postgresql": open_postgresql,
}


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SQLite file that the real migrations have made, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "template.db"
    Migrations(f"sqlite+aiosqlite:///{file}").upgrade()
    return file


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql: Server) -> str:
    """Return the address of a PostgreSQL database that the real migrations have made."""
    return postgresql.new_database(TEMPLATE)


@pytest.fixture(params=BACKENDS)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> MemoryStorage | SqlStorage:
    """Return an empty storage of every kind in turn."""
    return BACKENDS[request.param](request.getfixturevalue, tmp_path)


@pytest.fixture
async def storage(
    opened: MemoryStorage | SqlStorage,
) -> AsyncIterator[MemoryStorage | SqlStorage]:
    """Yield an empty storage of every kind in turn; it is closed in the end."""
    yield opened
    await opened.close()
