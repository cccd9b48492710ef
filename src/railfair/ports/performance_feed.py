"""A feed of how trains really ran that is about to be imported."""

from collections.abc import Iterator
from typing import Protocol

from railfair.domain.feed import FeedSource, ImportReport
from railfair.domain.running import Run


class PerformanceFeed(Protocol):
    """A performance feed, read once from start to end."""

    @property
    def source(self) -> FeedSource:
        """Where the data come from."""
        ...

    @property
    def listed_rids(self) -> frozenset[str]:
        """Runs that `serviceMetrics` answers named; complete once `runs` is exhausted."""
        ...

    def runs(self, report: ImportReport) -> Iterator[Run]:
        """Yield the runs in the feed's order; a run may come again, then the later one counts.

        What is read and what is rejected is counted in *report*, with file and line.

        Raises:
            BadFeed: a file is cut short, corrupt, or holds no performance data at all.
        """
        ...
