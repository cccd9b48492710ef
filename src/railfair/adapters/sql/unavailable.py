"""What a driver raises when the database is away, busy or bare, as our own error.

What is said names no address, user or statement.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, NoSuchTableError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from railfair.adapters.sql import postgresql
from railfair.domain.errors import StorageUnavailable

NO_TABLES: Final = "the database lacks tables of this version: railfair db upgrade"
NO_TURN: Final = "another import is writing to the database; try again when it has ended"
DISK_FULL: Final = "the disk of the database is full"
AWAY: Final = "the database cannot be reached or refused the query"


@contextmanager
def translated() -> Iterator[None]:
    """Raise `StorageUnavailable` in the place of what the driver raises in the block."""
    try:
        yield
    except PoolTimeoutError as error:
        raise StorageUnavailable(
            "all database connections are in use; try again shortly"
        ) from error
    except NoSuchTableError as error:
        raise StorageUnavailable("the database has no tables yet: railfair db upgrade") from error
    except DBAPIError as error:
        raise StorageUnavailable(sentence(error.orig)) from error
    except postgresql.DRIVER_ERRORS as error:
        raise StorageUnavailable(sentence(error)) from error
    except SQLAlchemyError as error:
        raise StorageUnavailable("the database did not answer as it should") from error


@contextmanager
def reached() -> Iterator[None]:
    """Raise `StorageUnavailable` in the place of an error of the network in the block."""
    try:
        yield
    except OSError as error:
        raise StorageUnavailable(AWAY) from error


def sentence(error: BaseException | None) -> str:
    """Return what to say of a driver's *error*."""
    state = getattr(error, "sqlstate", None)
    return _of_sqlite(str(error).lower()) if state is None else _of_state(state)


def _of_state(state: str) -> str:
    if state in postgresql.NO_TABLE:
        return NO_TABLES
    return {
        postgresql.NO_TURN: NO_TURN,
        postgresql.DISK_FULL: DISK_FULL,
        postgresql.TOO_MANY: "the database has too many connections already; try again shortly",
        postgresql.NO_DATABASE: "the database server has no such database",
    }.get(
        state, "the database refuses user or password" if state in postgresql.NOT_LET_IN else AWAY
    )


def _of_sqlite(said: str) -> str:
    if "no such table" in said or "no such column" in said:
        return NO_TABLES
    if "locked" in said:
        return NO_TURN
    if "unable to open" in said:
        return "there is no database file yet, or it cannot be opened: railfair db upgrade makes it"
    if "disk" in said and "full" in said:
        return DISK_FULL
    return AWAY
