"""`railfair db backup` and `db restore`: what a copy holds comes back, and nothing else."""

import sqlite3
from contextlib import closing
from pathlib import Path

from e2e.conftest import Demo, Run


def stations(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        return int(connection.execute("SELECT count(*) FROM station").fetchone()[0])


def test_a_copy_is_a_database_that_answers(run: Run, demo: Demo, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    done = run("db", "backup", str(copy))
    assert done.code == 0, done.err
    assert str(copy) in done.out
    assert stations(copy) == stations(demo.database)
    assert run("db", "check", database=copy).code == 0


def test_a_copy_does_not_overwrite_a_file(run: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_text("a letter")
    done = run("db", "backup", str(copy))
    assert done.code == 2
    assert "is there already" in done.err
    assert copy.read_text() == "a letter"


def test_what_was_copied_is_restored(run: Run, demo: Demo, tmp_path: Path) -> None:
    copy, other = tmp_path / "copy.db", tmp_path / "other.db"
    run("db", "backup", str(copy))
    assert run("db", "upgrade", database=other).code == 0
    done = run("db", "restore", str(copy), database=other)
    assert done.code == 0, done.err
    assert stations(other) == stations(demo.database)


def test_what_is_no_copy_is_refused_and_named(run: Run, tmp_path: Path) -> None:
    other, letter = tmp_path / "other.db", tmp_path / "letter.db"
    letter.write_text("dear signalman\n" * 100)
    assert run("db", "upgrade", database=other).code == 0
    done = run("db", "restore", str(letter), database=other)
    assert done.code == 3
    assert "letter.db" in done.err
    assert "Traceback" not in done.err
    assert run("db", "restore", str(tmp_path / "nowhere.db"), database=other).code == 2
