"""A full fares feed in files: the RJFAF set."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

from railfair.adapters.feeds.fares_fields import listed
from railfair.adapters.feeds.fares_files import (
    MANIFEST,
    by_extension,
    check_beginning,
    check_manifest,
    check_sequence,
    comments,
    end_date,
    unlisted,
    version,
)
from railfair.adapters.feeds.fares_flows import FlowReader
from railfair.adapters.feeds.fares_overrides import discount_exceptions, overrides
from railfair.adapters.feeds.fares_records import RecordFile
from railfair.adapters.feeds.fares_report import FileReport
from railfair.adapters.feeds.fares_rules import rule_book
from railfair.adapters.feeds.files import FeedFile, Progress, feed_files
from railfair.domain.errors import BadFeed
from railfair.domain.fares.flow import FareRecord
from railfair.domain.fares.rulebook import RuleBook
from railfair.domain.feed import FeedSource, ImportReport
from railfair.ports.fares_feed import FaresHeader

FLOWS: Final = "FFL"
OVERRIDES: Final = "NFO"
NEEDED: Final = (FLOWS, "FSC", "LOC", "TTY", "RTE", "RST", "RLC", "DIS")
OPTIONAL: Final = ("NDF", OVERRIDES, "FNS", "TVL", "RCM", "FRR", "TOC", "TSP", "TAP")
DEMO_EXPORTER: Final = "RailFairDemo"


class FileFaresFeed:
    """Reads a fares feed at *paths*; tells *progress* the bytes that it has read."""

    def __init__(self, paths: Iterable[Path], *, progress: Progress = lambda _: None) -> None:
        paths = list(paths)
        self._progress = progress
        self._counted: dict[str, FileReport] = {}
        self._all = by_extension(feed_files(paths), paths)
        wanted = (*NEEDED, *OPTIONAL)
        self._files = {kind: file for kind, file in self._all.items() if kind in wanted}

    @property
    def size(self) -> int:
        """Bytes that will be read."""
        return sum(file.size for file in self._files.values())

    @property
    def counted(self) -> Sequence[FileReport]:
        """The files that have been read so far, and how many of their records are bad."""
        return list(self._counted.values())

    def header(self) -> FaresHeader:
        """Return what the feed says of itself; see `ports.fares_feed`."""
        flows = self._flows()
        check_beginning(flows)
        for file in self._all.values():
            check_sequence(file)
        check_manifest(self._all)
        is_demo = comments(flows).get("Exporter") == DEMO_EXPORTER
        return FaresHeader(
            version=version(flows),
            source=FeedSource.DEMO if is_demo else FeedSource.IMPORT,
            generated_on=self._generated_on(),
        )

    def rules(self, report: ImportReport) -> RuleBook:
        """Return everything but the prices; see `ports.fares_feed`."""
        report.notes.extend(self._notes())
        return rule_book(lambda kind: self._records(kind, report))

    def prices(self, report: ImportReport) -> Iterator[FareRecord]:
        """Yield the flows, the overrides and the discounts; see `ports.fares_feed`."""
        flows = self._flows()
        counted = self._count(flows, report)
        yield from FlowReader(flows, counted, progress=self._progress).flows()
        yield from overrides(self._records(OVERRIDES, report), self._records("NDF", report))
        yield from discount_exceptions(self._records("FNS", report))

    def _flows(self) -> FeedFile:
        """Return the file of the flows; raise `BadFeed` if a file that is needed is missing."""
        missing = [kind for kind in NEEDED if kind not in self._files]
        if missing:
            name = version(next(iter(self._all.values())))
            raise BadFeed(name, f"lacks the files {', '.join(missing)}")
        return self._files[FLOWS]

    def _records(self, kind: str, report: ImportReport) -> RecordFile:
        file = self._files.get(kind)
        counted = FileReport("", report) if file is None else self._count(file, report)
        return RecordFile(file, counted, progress=self._progress)

    def _count(self, file: FeedFile, report: ImportReport) -> FileReport:
        """Return a report of *file* that counts its records from nothing."""
        found = self._counted[file.name] = FileReport(file.name, report)
        return found

    def _notes(self) -> Iterator[str]:
        """Yield what is odd about the files that there are."""
        manifest = self._all.get(MANIFEST)
        if manifest is None and OVERRIDES not in self._files:
            name = version(self._flows())
            yield (
                f"{name} has neither {OVERRIDES} nor {MANIFEST}: if its overrides were lost,"
                " fares are offered that they would replace or take away"
            )
        if manifest is not None and (names := unlisted(self._all)):
            yield f"{manifest.name} does not list all that is there: {listed(names)}"

    def _generated_on(self) -> date:
        """Return the day in the header of the flows, else of another file, else in a last line.

        Small files come first: their last lines are soonest read.
        """
        others = sorted(self._files.values(), key=lambda file: file.size)
        for file in (self._flows(), *others):
            found = _day(comments(file).get("Generated", ""))
            if found is not None:
                return found
        for file in others:
            found = _day(end_date(file))
            if found is not None:
                return found
        raise BadFeed(self._flows().name, "does not say on which day it was generated")


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007 - a calendar day
    except ValueError:
        return None
