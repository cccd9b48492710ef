"""What is loaded, in the table `loaded_feed`."""

from dataclasses import asdict

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from railfair.adapters.sql.schema import loaded_feed
from railfair.domain.feed import FeedKind, FeedSource, LoadedFeed


class SqlLoadedFeeds:
    """See `ports.loaded_feeds`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, kind: FeedKind) -> LoadedFeed | None:
        """Return the loaded feed of *kind*, or `None`."""
        query = select(loaded_feed).where(loaded_feed.c.kind == kind.value)
        row = (await self._connection.execute(query)).mappings().one_or_none()
        if row is None:
            return None
        return LoadedFeed(
            **{**row, "kind": FeedKind(row["kind"]), "source": FeedSource(row["source"])}
        )

    async def put(self, feed: LoadedFeed) -> None:
        """Set *feed* as the one loaded of its kind."""
        await self._connection.execute(
            delete(loaded_feed).where(loaded_feed.c.kind == feed.kind.value)
        )
        await self._connection.execute(insert(loaded_feed).values(**asdict(feed)))
