"""Migrations of a SQLite file: up, down, and whether they make what the program expects."""

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from railfair.adapters.sql.migrations import Migrations
from railfair.adapters.sql.schema import metadata
from railfair.domain.errors import StorageUnavailable

REPOSITORY = Path(__file__).resolve().parents[2]
OWN = "alembic_version"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "railfair.db"


@pytest.fixture
def migrations(file: Path) -> Migrations:
    return Migrations(f"sqlite+aiosqlite:///{file}")


def structure(file: Path) -> dict[str, str]:
    """Return the definition of every table and index in *file*, by name."""
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {name: re.sub(r"\s+", " ", sql) for name, sql in found}


def tables(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name for (name,) in found}


def test_upgrading_makes_every_table_and_names_the_revision(
    migrations: Migrations, file: Path
) -> None:
    revision = migrations.upgrade()
    assert tables(file) == {*metadata.tables, OWN}
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute(f"SELECT version_num FROM {OWN}").fetchall() == [(revision,)]


def test_upgrading_makes_the_folder_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "var" / "lib" / "railfair.db"
    Migrations(f"sqlite+aiosqlite:///{file}").upgrade()
    assert "schedule" in tables(file)


def test_upgrading_twice_changes_nothing(migrations: Migrations, file: Path) -> None:
    revision = migrations.upgrade()
    before = structure(file)
    assert migrations.upgrade() == revision
    assert structure(file) == before


def test_downgrading_to_base_leaves_no_table_and_upgrading_again_makes_them_anew(
    migrations: Migrations, file: Path
) -> None:
    migrations.upgrade()
    before = structure(file)
    migrations.downgrade("base")
    assert tables(file) == {OWN}
    migrations.upgrade()
    assert structure(file) == before
    migrations.check()


def test_taking_one_step_back_leaves_what_was_there_before_it(
    migrations: Migrations, file: Path
) -> None:
    migrations.upgrade("0001")
    before = structure(file)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("INSERT INTO tiploc VALUES ('AYTON', 'AYT')")
    migrations.upgrade()
    migrations.downgrade("0001")
    assert structure(file) == before
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT * FROM tiploc").fetchall() == [("AYTON", "AYT")]


def test_migrations_and_models_agree(migrations: Migrations) -> None:
    migrations.upgrade()
    migrations.check()


def test_bulk_tables_are_kept_in_the_order_of_their_keys(
    migrations: Migrations, file: Path
) -> None:
    migrations.upgrade()
    found = structure(file)
    for table in metadata.tables.values():
        wanted = table.dialect_options["sqlite"]["with_rowid"] is False
        assert ("WITHOUT ROWID" in found[table.name]) is wanted, table.name


def drop_the_column(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("ALTER TABLE station DROP COLUMN change_min")


def drop_the_table(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TABLE association")


@pytest.mark.parametrize("spoil", [drop_the_column, drop_the_table])
def test_the_check_fails_on_tables_of_another_shape(
    migrations: Migrations, file: Path, spoil: Callable[[Path], None]
) -> None:
    migrations.upgrade()
    spoil(file)
    with pytest.raises(StorageUnavailable):
        migrations.check()


def later_version(file: Path, *statements: str) -> None:
    """Make the tables those of a version that comes after this one."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(f"UPDATE {OWN} SET version_num = '9000'")
        for statement in statements:
            connection.execute(statement)


ADDITIONS = (
    "CREATE TABLE platform (crs TEXT PRIMARY KEY, name TEXT)",
    "ALTER TABLE station ADD COLUMN operator TEXT",
    "ALTER TABLE station ADD COLUMN lifts INTEGER NOT NULL DEFAULT 0",
)


def test_a_version_runs_on_what_the_next_one_added(migrations: Migrations, file: Path) -> None:
    migrations.upgrade()
    later_version(file, *ADDITIONS)
    before = structure(file)
    migrations.check()
    assert migrations.upgrade() == "9000"
    assert structure(file) == before


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE station DROP COLUMN change_min",
        "ALTER TABLE association RENAME TO joining",
        "CREATE UNIQUE INDEX one_name ON station (name)",
    ],
)
def test_a_version_does_not_run_on_tables_of_a_later_one_that_lack_something(
    migrations: Migrations, file: Path, change: str
) -> None:
    migrations.upgrade()
    later_version(file, *ADDITIONS, change)
    with pytest.raises(StorageUnavailable, match=r"later version \(9000\)"):
        migrations.check()
    with pytest.raises(StorageUnavailable, match=r"later version \(9000\)"):
        migrations.upgrade()


def test_the_check_fails_clearly_where_there_is_no_database(
    migrations: Migrations, file: Path
) -> None:
    with pytest.raises(StorageUnavailable, match=r"there is no database .*: railfair db upgrade"):
        migrations.check()
    assert not file.exists()


def test_the_check_fails_clearly_on_an_empty_database(migrations: Migrations, file: Path) -> None:
    file.touch()
    with pytest.raises(StorageUnavailable, match=r"not up to date.*railfair db upgrade") as failure:
        migrations.check()
    assert "\n" not in str(failure.value)


def test_a_file_that_is_no_database_is_named(migrations: Migrations, file: Path) -> None:
    file.write_text("this is a letter to the signalman, and no database at all\n" * 40)
    with pytest.raises(StorageUnavailable, match=r"railfair\.db"):
        migrations.upgrade()


def test_an_unknown_revision_is_refused(migrations: Migrations) -> None:
    migrations.upgrade()
    with pytest.raises(StorageUnavailable, match="9999"):
        migrations.downgrade("9999")


def test_alembic_on_the_command_line_does_the_same(
    migrations: Migrations, file: Path, tmp_path: Path
) -> None:
    migrations.upgrade()
    other = tmp_path / "by-alembic.db"
    run_alembic("upgrade", "head", file=other)
    assert structure(other) == structure(file)
    Migrations(f"sqlite+aiosqlite:///{other}").check()


def run_alembic(*arguments: str, file: Path) -> None:
    environment = {**os.environ, "RAILFAIR_DATABASE_URL": f"sqlite+aiosqlite:///{file}"}
    command = [sys.executable, "-m", "alembic", *arguments]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
