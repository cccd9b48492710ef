"""A fares feed that is about to be imported."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from railfair.domain.fares.flow import FareRecord
from railfair.domain.fares.rulebook import RuleBook
from railfair.domain.feed import FeedSource, ImportReport


@dataclass(frozen=True, slots=True, kw_only=True)
class FaresHeader:
    """What a feed says of itself: its name (`RJFAF900`) and the day on which it was made."""

    version: str
    source: FeedSource
    generated_on: date


class FaresFeed(Protocol):
    """A full fares feed, read once: the header, then the rules, then the prices."""

    def header(self) -> FaresHeader:
        """Return what the feed says of itself.

        Raises:
            BadFeed: the files are no full fares feed, not all of one version, or some are missing.
        """
        ...

    def rules(self, report: ImportReport) -> RuleBook:
        """Return everything but the prices.

        What is read, kept, left out and rejected is counted in *report*, with file and line.

        Raises:
            BadFeed: a file is cut short, corrupt, or not of the format.
        """
        ...

    def prices(self, report: ImportReport) -> Iterator[FareRecord]:
        """Yield the flows, then the overrides, then the non-standard discounts.

        Flows come by origin, destination, route and whether they are reversible, then by first
        day; overrides and discounts by origin, destination, route and railcard. Reports as `rules`
        does.

        Raises:
            BadFeed: a file is cut short, corrupt, or not of the format.
        """
        ...
