"""Where an answer comes from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from railfair.domain.feed import FeedKind, FeedSource, LoadedFeed
from railfair.ports.storage import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """The loaded feeds behind an answer; one demo feed makes the whole answer a demo."""

    timetable: LoadedFeed | None
    fares: LoadedFeed | None
    performance: LoadedFeed | None

    @property
    def source(self) -> FeedSource:
        """Whether the answer rests on the railway's feeds or on made-up ones."""
        feeds = (self.timetable, self.fares, self.performance)
        is_demo = any(feed is not None and feed.source is FeedSource.DEMO for feed in feeds)
        return FeedSource.DEMO if is_demo else FeedSource.IMPORT

    def unknown_prices(self, day: date) -> Iterator[str]:
        """Yield that *day* is before the first one of which the fares are known to speak."""
        if self.fares is not None and day < self.fares.first_day:
            yield (
                f"the loaded fares, {self.fares.version}, are of {self.fares.first_day}:"
                f" prices on {day} may have been others"
            )


async def provenance(unit: UnitOfWork) -> Provenance:
    """Return what is loaded."""
    return Provenance(
        timetable=await unit.feeds.get(FeedKind.TIMETABLE),
        fares=await unit.feeds.get(FeedKind.FARES),
        performance=await unit.feeds.get(FeedKind.PERFORMANCE),
    )
