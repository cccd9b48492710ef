"""Units of work over the database."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import QueuePool

from railfair.adapters.sql.api_keys import SqlApiKeys
from railfair.adapters.sql.booked_trains import BookedTrains
from railfair.adapters.sql.engine import options
from railfair.adapters.sql.fares import OpenedFares, SqlFares
from railfair.adapters.sql.feedback import SqlFeedback
from railfair.adapters.sql.forecasts import SqlForecasts
from railfair.adapters.sql.jobs import SqlJobs
from railfair.adapters.sql.loaded_feeds import SqlLoadedFeeds
from railfair.adapters.sql.performance import SqlPerformance
from railfair.adapters.sql.popularity import SqlRouteWeights
from railfair.adapters.sql.postgresql import tell_what_changed
from railfair.adapters.sql.scorecard import SqlScorecard
from railfair.adapters.sql.secrets import SqlSecrets
from railfair.adapters.sql.timetable import SqlTimetable
from railfair.adapters.sql.unavailable import reached, translated
from railfair.ports.storage import PoolFigures
from railfair.ports.tracing import span


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
        self.popularity = SqlRouteWeights(connection)
        self.scorecard = SqlScorecard(connection)
        self.feedback = SqlFeedback(connection)
        self.secrets = SqlSecrets(connection)


class SqlStorage:
    """See `ports.storage`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._opened_fares = OpenedFares()
        self._in_use = 0
        self._waiting = 0

    def reading(self) -> AbstractAsyncContextManager[SqlUnitOfWork]:
        """Open a unit that only reads."""
        return self._unit(writes=False)

    def writing(self) -> AbstractAsyncContextManager[SqlUnitOfWork]:
        """Open a unit that commits when its block ends."""
        return self._unit(writes=True)

    def pool(self) -> PoolFigures:
        """Return how many connections this process has and waits for."""
        pool = self._engine.pool
        if not isinstance(pool, QueuePool):
            return PoolFigures(
                size=0, in_use=self._in_use, idle=0, overflow=0, waiting=0, limit=None
            )
        return PoolFigures(
            size=pool.size(),
            in_use=pool.checkedout(),
            idle=pool.checkedin(),
            overflow=max(pool.overflow(), 0),
            waiting=self._waiting,
            limit=_limit(pool),
        )

    async def close(self) -> None:
        """Give all connections back."""
        await self._engine.dispose()

    @asynccontextmanager
    async def _unit(self, *, writes: bool) -> AsyncIterator[SqlUnitOfWork]:
        # A unit that writes may be rolled back: what it read is not for others.
        opened = OpenedFares() if writes else self._opened_fares
        with translated(), span("storage.write" if writes else "storage.read"):
            async with self._connected() as connection:
                await connection.execution_options(**options(self._engine, writes=writes))
                async with connection.begin():
                    yield SqlUnitOfWork(connection, opened)
                    if writes and connection.dialect.name == "postgresql":
                        await tell_what_changed(connection)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        pool = self._engine.pool
        is_exhausted = isinstance(pool, QueuePool) and pool.checkedout() >= _limit(pool)
        async with AsyncExitStack() as stack:
            self._waiting += is_exhausted
            try:
                with reached():
                    connection = await stack.enter_async_context(self._engine.connect())
            finally:
                self._waiting -= is_exhausted
            self._in_use += 1
            try:
                yield connection
            finally:
                self._in_use -= 1


def _limit(pool: QueuePool) -> int:
    return pool.size() + pool._max_overflow  # noqa: SLF001 - it is told nowhere else
