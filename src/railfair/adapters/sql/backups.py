"""Copies of a SQLite database: consistent while it is read and written, and checked."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from railfair.adapters.sql.engine import sqlite_file
from railfair.domain.errors import BadFeed, StorageUnavailable

WHOLE: Final = "ok"
PATIENCE_S: Final = 60.0
ELSEWHERE: Final = "PostgreSQL is backed up by its own tools: pg_dump and pg_restore"


class Backups:
    """Copies of the database at *url*, a SQLite file; of another there are none here."""

    def __init__(self, url: str) -> None:
        self._url = url

    def folder(self) -> Path:
        """Return the folder of the database: it has room for another one, where /tmp may not."""
        folder = self._file().parent
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def write(self, copy: Path) -> None:
        """Write all that the database holds now into the new file *copy*.

        Whoever reads or writes meanwhile goes on.

        Raises:
            StorageUnavailable: there is no database, it is no SQLite, or the copy is not whole.
        """
        file = self._file()
        if not file.exists():
            raise StorageUnavailable(f"there is no database {file} yet: railfair db upgrade")
        try:
            with closing(_opened(file)) as source, closing(_opened(copy)) as target:
                source.backup(target)
                # One file, which needs no other beside it.
                target.execute("PRAGMA journal_mode = DELETE")
                said = _checked(target)
        except sqlite3.Error as error:
            raise StorageUnavailable(f"{file}: cannot be copied ({error})") from error
        if said != WHOLE:
            raise StorageUnavailable(f"{file}: the copy is not whole ({said})")

    def read(self, copy: Path) -> None:
        """Put what *copy* holds in the place of all that the database holds, or change nothing.

        Raises:
            BadFeed: *copy* is no database of RailFair's, or not whole.
            StorageUnavailable: the database is no SQLite, or is being written to for too long.
        """
        self.folder()
        file = self._file()
        try:
            with closing(_opened(copy)) as source:
                said = _checked(source)
                source.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.Error as error:
            raise BadFeed(str(copy), f"is no database of RailFair's ({error})") from error
        if said != WHOLE:
            raise BadFeed(str(copy), f"is not whole ({said})")
        try:
            with closing(_opened(copy)) as source, closing(_opened(file)) as target:
                source.backup(target)
                target.execute("PRAGMA journal_mode = WAL")
        except sqlite3.Error as error:
            raise StorageUnavailable(f"{file}: cannot be written to ({error})") from error

    def _file(self) -> Path:
        file = sqlite_file(self._url)
        if file is None:
            raise StorageUnavailable(ELSEWHERE)
        return file


def _opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=PATIENCE_S)


def _checked(connection: sqlite3.Connection) -> str:
    """Return `ok`, or what is wrong with the database. Source: SQLite, PRAGMA quick_check."""
    return str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
