"""Units of work over the database."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager

from sqlalchemy.exc import DBAPIError, NoSuchTableError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from railfair.adapters.sql.api_keys import SqlApiKeys
from railfair.adapters.sql.booked_trains import BookedTrains
from railfair.adapters.sql.engine import WRITES
from railfair.adapters.sql.fares import OpenedFares, SqlFares
from railfair.adapters.sql.forecasts import SqlForecasts
from railfair.adapters.sql.jobs import SqlJobs
from railfair.adapters.sql.loaded_feeds import SqlLoadedFeeds
from railfair.adapters.sql.performance import SqlPerformance
from railfair.adapters.sql.timetable import SqlTimetable
from railfair.domain.errors import StorageUnavailable


class SqlUnitOfWork:
    """See `ports.storage`: one connection in one transaction."""

    def __init__(self, connection: AsyncConnection, opened: OpenedFares) -> None:
        self.feeds = SqlLoadedFeeds(connection)
        self.timetable = SqlTimetable(connection)
        trains = BookedTrains(connection)
        self.performance = SqlPerformance(connection, trains)
        self.forecasts = SqlForecasts(connection, trains)
        self.fares = SqlFares(connection, opened)
        self.jobs = SqlJobs(connection)
        self.keys = SqlApiKeys(connection)


class SqlStorage:
    """See `ports.storage`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._opened_fares = OpenedFares()

    def reading(self) -> AbstractAsyncContextManager[SqlUnitOfWork]:
        """Open a unit that only reads."""
        return self._unit(writes=False)

    def writing(self) -> AbstractAsyncContextManager[SqlUnitOfWork]:
        """Open a unit that commits when its block ends."""
        return self._unit(writes=True)

    async def close(self) -> None:
        """Give all connections back."""
        await self._engine.dispose()

    @asynccontextmanager
    async def _unit(self, *, writes: bool) -> AsyncIterator[SqlUnitOfWork]:
        # A unit that writes may be rolled back: what it read is not for others.
        opened = OpenedFares() if writes else self._opened_fares
        with _translated():
            async with self._engine.connect() as connection:
                await connection.execution_options(**{WRITES: writes})
                async with connection.begin():
                    yield SqlUnitOfWork(connection, opened)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what a driver raises when the database is away, busy or bare into our own error."""
    try:
        yield
    except PoolTimeoutError as error:
        raise StorageUnavailable(
            "all database connections are in use; try again shortly"
        ) from error
    except NoSuchTableError as error:
        raise StorageUnavailable("the database has no tables yet: railfair db upgrade") from error
    except DBAPIError as error:
        raise StorageUnavailable(_sentence(error)) from error
    except SQLAlchemyError as error:
        raise StorageUnavailable("the database did not answer as it should") from error


def _sentence(error: DBAPIError) -> str:
    said = str(error.orig).lower()
    if "no such table" in said or "does not exist" in said or "no such column" in said:
        return "the database lacks tables of this version: railfair db upgrade"
    if "locked" in said:
        return "another import is writing to the database; try again when it has ended"
    if "unable to open" in said:
        return "there is no database file yet, or it cannot be opened: railfair db upgrade makes it"
    if "disk" in said and "full" in said:
        return "the disk of the database is full"
    return "the database cannot be reached or refused the query"
