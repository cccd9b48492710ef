"""What is loaded, in a dict."""

from railfair.domain.feed import FeedKind, LoadedFeed


class MemoryLoadedFeeds:
    """See `ports.loaded_feeds`."""

    def __init__(self) -> None:
        self._feeds: dict[FeedKind, LoadedFeed] = {}

    def copy(self) -> "MemoryLoadedFeeds":
        """Return a copy that can be written without touching this one."""
        other = MemoryLoadedFeeds()
        other._feeds = dict(self._feeds)
        return other

    async def get(self, kind: FeedKind) -> LoadedFeed | None:
        """Return the loaded feed of *kind*, or `None`."""
        return self._feeds.get(kind)

    async def put(self, feed: LoadedFeed) -> None:
        """Set *feed* as the one loaded of its kind."""
        self._feeds[feed.kind] = feed
