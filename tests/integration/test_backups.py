"""Copies of a SQLite database: made while it is written to, checked, and read back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from railfair.adapters.sql.backups import Backups
from railfair.adapters.sql.migrations import Migrations
from railfair.domain.errors import BadFeed, StorageUnavailable


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "railfair.db"
    Migrations(url(made)).upgrade()
    with closing(sqlite3.connect(made)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    return made


def url(file: Path) -> str:
    return f"sqlite+aiosqlite:///{file}"


def put(file: Path, *tiplocs: str) -> None:
    with closing(sqlite3.connect(file, timeout=30)) as connection, connection:
        connection.executemany("INSERT INTO tiploc VALUES (?, 'AYT')", [(one,) for one in tiplocs])


def held(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return [one for (one,) in connection.execute("SELECT tiploc FROM tiploc ORDER BY 1")]


@contextmanager
def writing_pairs(file: Path) -> Iterator[None]:
    """Put pairs of rows in, each pair in one transaction, until the block ends."""
    ends, begun = Event(), Event()

    def write() -> None:
        number = 0
        while not ends.is_set():
            put(file, f"A{number:06}", f"B{number:06}")
            number += 1
            begun.set()

    thread = Thread(target=write)
    thread.start()
    begun.wait()
    try:
        yield
    finally:
        ends.set()
        thread.join()


def test_a_copy_made_while_the_database_is_written_to_holds_whole_transactions(
    file: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    with writing_pairs(file):
        Backups(url(file)).write(copy)
    found = held(copy)
    assert found
    assert [one[1:] for one in found if one[0] == "A"] == [
        one[1:] for one in found if one[0] == "B"
    ]
    assert not copy.with_name("copy.db-wal").exists()


def test_what_was_copied_comes_back_and_what_came_since_goes(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    put(file, "AYTON")
    Backups(url(file)).write(copy)
    put(file, "BEEFORD")
    with closing(sqlite3.connect(file)) as reader:
        reader.execute("SELECT * FROM tiploc").fetchall()
        Backups(url(file)).read(copy)
        assert reader.execute("SELECT tiploc FROM tiploc").fetchall() == [("AYTON",)]
    Migrations(url(file)).check()


def test_a_copy_is_read_where_there_is_no_database_yet(file: Path, tmp_path: Path) -> None:
    copy, other = tmp_path / "copy.db", tmp_path / "var" / "other.db"
    put(file, "AYTON")
    Backups(url(file)).write(copy)
    Backups(url(other)).read(copy)
    assert held(other) == ["AYTON"]


def cut_short(copy: Path) -> None:
    content = copy.read_bytes()
    copy.write_bytes(content[: len(content) // 2])


def spoil(copy: Path) -> None:
    content = bytearray(copy.read_bytes())
    content[4096 : 4096 * 6] = b"\xff" * (4096 * 5)
    copy.write_bytes(content)


def make_another(copy: Path) -> None:
    copy.unlink()
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("CREATE TABLE letter (text TEXT)")


def make_text(copy: Path) -> None:
    copy.write_text("a letter\n" * 1000)


@pytest.mark.parametrize("spoiled", [cut_short, spoil, make_another, make_text])
def test_a_copy_that_is_not_whole_changes_nothing(
    file: Path, tmp_path: Path, spoiled: object
) -> None:
    copy = tmp_path / "copy.db"
    put(file, *(f"T{number:06}" for number in range(1000)))
    Backups(url(file)).write(copy)
    put(file, "BEEFORD")
    spoiled(copy)  # type: ignore[operator]
    with pytest.raises(BadFeed, match=r"copy\.db"):
        Backups(url(file)).read(copy)
    assert len(held(file)) == 1001


def test_without_a_database_there_is_no_copy(tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    with pytest.raises(StorageUnavailable, match="there is no database"):
        Backups(url(tmp_path / "nowhere.db")).write(copy)
    assert not copy.exists()


def test_postgresql_is_left_to_its_own_tools(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable, match="pg_dump"):
        Backups("postgresql+asyncpg://db/railfair").write(tmp_path / "copy.db")
