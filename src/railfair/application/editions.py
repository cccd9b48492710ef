"""Which edition of the data is loaded, known without asking for it at each request."""

import asyncio
from collections.abc import Iterable
from typing import Final

from railfair.application.provenance import provenance
from railfair.domain.errors import SourceUnavailable
from railfair.domain.feed import LoadedFeed
from railfair.ports.storage import Storage

LOOK_EVERY_S: Final = 0.2
"""So long an answer may still be of the edition before."""


class LoadedEdition:
    """Follows what is loaded in *storage*; *besides* is what else decides about answers."""

    def __init__(self, storage: Storage, *, besides: str) -> None:
        self._storage = storage
        self._besides = besides
        self.name: str | None = None
        """Changes whenever something is imported; `None` as long as it could not be read."""
        self.is_lost = False
        """Whether the database did not answer when it was asked last."""

    async def look(self) -> None:
        """Read what is loaded now; while it cannot be read, it is what it was."""
        try:
            async with self._storage.reading() as unit:
                loaded = await provenance(unit)
        except SourceUnavailable:
            self.is_lost = True
            return
        feeds = (loaded.timetable, loaded.fares, loaded.performance)
        self.name = "/".join((*_names(feeds), self._besides))
        self.is_lost = False

    async def follow(self) -> None:
        """Look again and again; does not end."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await self.look()


def _names(feeds: Iterable[LoadedFeed | None]) -> Iterable[str]:
    for feed in feeds:
        yield "" if feed is None else f"{feed.version}.{feed.loaded_at.timestamp() * 1e6:.0f}"
