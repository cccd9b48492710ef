"""What is loaded: the provenance of every answer."""

from typing import Protocol

from railfair.domain.feed import FeedKind, LoadedFeed


class LoadedFeeds(Protocol):
    """The feeds that are loaded, within a unit of work."""

    async def get(self, kind: FeedKind) -> LoadedFeed | None:
        """Return the loaded feed of *kind*, or `None`."""
        ...

    async def put(self, feed: LoadedFeed) -> None:
        """Set *feed* as the one loaded of its kind."""
        ...
