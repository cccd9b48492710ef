"""What is loaded, in the table `loaded_feed`."""

from dataclasses import asdict

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from railfair.adapters.sql.schema import loaded_feed
from railfair.domain.feed import FeedKind, FeedSource, LoadedFeed


class SqlLoadedFeeds:
    """See `ports.loaded_feeds`; reads once a unit of work, since every answer asks often."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._feeds: dict[FeedKind, LoadedFeed] | None = None

    async def get(self, kind: FeedKind) -> LoadedFeed | None:
        """Return the loaded feed of *kind*, or `None`."""
        if self._feeds is None:
            rows = (await self._connection.execute(select(loaded_feed))).mappings()
            feeds = [
                LoadedFeed(
                    **{**row, "kind": FeedKind(row["kind"]), "source": FeedSource(row["source"])}
                )
                for row in rows
            ]
            self._feeds = {feed.kind: feed for feed in feeds}
        return self._feeds.get(kind)

    async def put(self, feed: LoadedFeed) -> None:
        """Set *feed* as the one loaded of its kind."""
        await self._connection.execute(
            delete(loaded_feed).where(loaded_feed.c.kind == feed.kind.value)
        )
        await self._connection.execute(insert(loaded_feed).values(**asdict(feed)))
        self._feeds = None
