"""One suite for every storage: a backend is a name and a way to open an empty one."""

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from railfair.adapters.memory.storage import MemoryStorage
from railfair.adapters.sql.engine import create_engine
from railfair.adapters.sql.migrations import Migrations
from railfair.adapters.sql.storage import SqlStorage


def open_memory(_folder: Path, _migrated: Path) -> MemoryStorage:
    """Return an empty storage in memory."""
    return MemoryStorage()


def open_sqlite(folder: Path, migrated: Path) -> SqlStorage:
    """Return a storage over a file of its own with the tables that the migrations make."""
    file = shutil.copy(migrated, folder / "railfair.db")
    url = f"sqlite+aiosqlite:///{file}"
    return SqlStorage(create_engine(url, pool_size=5, busy_timeout_s=10))


# PostgreSQL goes here: migrate a schema of its own, and drop it when the storage is closed.
BACKENDS: dict[str, Callable[[Path, Path], MemoryStorage | SqlStorage]] = {
    "memory": open_memory,
    "sqlite": open_sqlite,
}


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SQLite file that the real migrations have made, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "template.db"
    Migrations(f"sqlite+aiosqlite:///{file}").upgrade()
    return file


@pytest.fixture(params=BACKENDS)
async def storage(
    request: pytest.FixtureRequest, tmp_path: Path, migrated_sqlite: Path
) -> AsyncIterator[MemoryStorage | SqlStorage]:
    """Yield an empty storage of every kind in turn."""
    opened = BACKENDS[request.param](tmp_path, migrated_sqlite)
    yield opened
    await opened.close()
