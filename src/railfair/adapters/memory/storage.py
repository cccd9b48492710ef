"""Units of work over plain Python: readers keep the state that was current when they began."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from railfair.adapters.memory.api_keys import MemoryApiKeys
from railfair.adapters.memory.fares import MemoryFares
from railfair.adapters.memory.feedback import MemoryFeedback
from railfair.adapters.memory.forecasts import MemoryForecasts
from railfair.adapters.memory.jobs import MemoryJobs
from railfair.adapters.memory.loaded_feeds import MemoryLoadedFeeds
from railfair.adapters.memory.performance import MemoryPerformance
from railfair.adapters.memory.popularity import MemoryRouteWeights
from railfair.adapters.memory.scorecard import MemoryScorecard
from railfair.adapters.memory.secrets import MemorySecrets
from railfair.adapters.memory.timetable import MemoryTimetable


class MemoryUnitOfWork:
    """See `ports.storage`."""

    def __init__(self) -> None:
        self.feeds = MemoryLoadedFeeds()
        self.timetable = MemoryTimetable()
        self.performance = MemoryPerformance()
        self.forecasts = MemoryForecasts()
        self.fares = MemoryFares()
        self.jobs = MemoryJobs()
        self.keys = MemoryApiKeys()
        self.popularity = MemoryRouteWeights()
        self.scorecard = MemoryScorecard()
        self.feedback = MemoryFeedback()
        self.secrets = MemorySecrets()

    def copy(self) -> "MemoryUnitOfWork":
        """Return a copy that can be written without touching this one."""
        other = MemoryUnitOfWork()
        other.feeds = self.feeds.copy()
        other.timetable = self.timetable.copy()
        other.performance = self.performance.copy()
        other.forecasts = self.forecasts.copy()
        other.fares = self.fares.copy()
        other.jobs = self.jobs.copy()
        other.keys = self.keys.copy()
        other.popularity = self.popularity.copy()
        other.scorecard = self.scorecard.copy()
        other.feedback = self.feedback.copy()
        other.secrets = self.secrets.copy()
        return other


class MemoryStorage:
    """See `ports.storage`."""

    def __init__(self) -> None:
        self._committed = MemoryUnitOfWork()
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[MemoryUnitOfWork]:
        """Open a unit that only reads."""
        yield self._committed

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[MemoryUnitOfWork]:
        """Open a unit that commits when its block ends."""
        async with self._turn:
            unit = self._committed.copy()
            yield unit
            self._committed = unit

    def pool(self) -> None:
        """There are no connections."""
        return

    async def close(self) -> None:
        """Nothing to give back."""
