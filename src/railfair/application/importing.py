"""What every import keeps to."""

from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from railfair.domain.errors import BadFeed, MixedSources
from railfair.domain.feed import FeedSource, ImportReport, LoadedFeed, Rejection

SHOWN: Final = 3


class CountedFile(Protocol):
    """A file of a feed: how many of its records were read, and which of them are bad."""

    @property
    def read(self) -> int:
        """How many records were read, bad ones included."""
        ...

    @property
    def bad(self) -> Sequence[Rejection]:
        """The records that count against the file."""
        ...


def check_rejections(report: ImportReport, tolerance: float) -> None:
    """Raise `BadFeed` if more than the share *tolerance* of all records was rejected."""
    read = sum(report.read.values())
    if len(report.rejected) > tolerance * read:
        raise _given_up(report.rejected, read, tolerance)


def check_files(files: Iterable[CountedFile], tolerance: float) -> None:
    """Raise `BadFeed` if more than the share *tolerance* of the records of a file is bad.

    However small a file is, one bad record among others is borne, unless nothing is tolerated.
    """
    for file in files:
        borne = tolerance * file.read
        if tolerance and file.read > 1:
            borne = max(1, borne)
        if len(file.bad) > borne:
            raise _given_up(file.bad, file.read, tolerance)


def _given_up(bad: Sequence[Rejection], read: int, tolerance: float) -> BadFeed:
    first = bad[0]
    others = "; ".join(f"{r.file}:{r.line} {r.why}" for r in bad[1:SHOWN])
    rest = f" ({others} …)" if others else ""
    detail = (
        f"{first.why} - and in all {len(bad)} of {read} records are bad{rest};"
        f" more than {tolerance:.0%}, so nothing was imported"
    )
    return BadFeed(first.file, detail, line=first.line)


def check_source(loaded: LoadedFeed | None, source: FeedSource) -> None:
    """Raise `MixedSources` if data of *source* would be added to *loaded* data of the other."""
    if loaded is not None and loaded.source is not source:
        raise MixedSources(
            f"the database holds {loaded.source} {loaded.kind} data and these are {source} data;"
            " import them into an empty database (RAILFAIR_DATABASE_URL)"
        )
