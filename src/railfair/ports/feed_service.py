"""The services that offer the railway's feeds for download."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from railfair.domain.codes import Crs
from railfair.domain.feed import FeedKind

type DownloadProgress = Callable[[int, int | None], None]
"""Told how many bytes (or answers) are there now, and of how many, if that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedFeed:
    """A feed on disk, whole and sane: *paths* can be given to an importer as they are."""

    paths: tuple[str, ...]
    version: str
    is_new: bool
    """Whether anything changed since the last fetch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceRequest:
    """The runs to ask for: those between two stations, from *first* to *last* day."""

    origin: Crs
    destination: Crs
    first: date
    last: date


class FeedService(Protocol):
    """Fetches feeds; whatever goes wrong, what was fetched before stays as it is."""

    async def fetch_archive(self, kind: FeedKind, progress: DownloadProgress) -> FetchedFeed:
        """Fetch the current timetable or fares feed.

        Raises:
            FeedServiceFailed: credentials are missing or refused, the service kept failing, or
                what it sent is no whole feed of *kind*.
        """
        ...

    async def fetch_performance(
        self, request: PerformanceRequest, progress: DownloadProgress
    ) -> FetchedFeed:
        """Fetch the runs of *request*, day by day; answers that are there already are kept.

        Raises:
            FeedServiceFailed: as above; the days that arrived are kept, a next call goes on.
        """
        ...
