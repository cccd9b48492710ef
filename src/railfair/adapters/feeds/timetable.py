"""A timetable feed in files: the RJTTF set, or Network Rail's CIF, full or update."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Final

from railfair.adapters.feeds import station_files
from railfair.adapters.feeds.cif import CifReader
from railfair.adapters.feeds.cif_layout import HD, LINE_WIDTH
from railfair.adapters.feeds.files import FeedFile, Progress, feed_files
from railfair.domain.codes import Crs, Tiploc
from railfair.domain.errors import BadFeed
from railfair.domain.feed import FeedSource, ImportReport
from railfair.domain.station import FixedLink, Station
from railfair.ports.timetable_feed import TimetableHeader, TimetableRecord

MANUAL: Final = "ZTR"
SCHEDULE_FILES: Final = ("MCA", "CFA", "CIF", MANUAL)
KNOWN_FILES: Final = frozenset({*SCHEDULE_FILES, "MSN", "ALF", "FLF", "TSI", "DAT", "SET", "REJ"})
UNREAD: Final = frozenset({"SET", "REJ"})
TRAILERS: Final = {"MSN": "/!! End of file", "FLF": "/!! End of file"}
DEMO_MAINFRAME_ID: Final = "TPS.DEMO"
UPDATE: Final = "U"


class FileTimetableFeed:
    """Reads a timetable feed at *paths*; tells *progress* the bytes that it has read."""

    def __init__(self, paths: Iterable[Path], *, progress: Progress = lambda _: None) -> None:
        self._progress = progress
        self._files = _by_kind(feed_files(paths))

    @property
    def size(self) -> int:
        """Bytes that will be read."""
        return sum(file.size for kind, file in self._files.items() if kind not in UNREAD)

    def header(self) -> TimetableHeader:
        """Return what the HD record of the schedule file says; see `ports.timetable_feed`."""
        file = self._schedule_file()
        first = next(file.lines(lambda _: None), (1, ""))[1].ljust(LINE_WIDTH)
        if not first.startswith("HD"):
            raise BadFeed(file.name, "is no CIF file: it does not begin with an HD record", line=1)
        self._check_manifest()
        start, end = _day(first[HD.START_DATE]), _day(first[HD.END_DATE])
        return TimetableHeader(
            version=_version(file),
            source=_source(first),
            is_update=first[HD.UPDATE_IND] == UPDATE,
            reference=first[HD.CURRENT_REF].strip(),
            follows=first[HD.LAST_REF].strip(),
            first_day=start,
            last_day=end,
        )

    def records(
        self, report: ImportReport, *, known: Mapping[Tiploc, Crs]
    ) -> Iterator[TimetableRecord]:
        """Yield stations, links and interchanges, then associations and schedules."""
        tiplocs = dict(known)
        for station in self._stations(report):
            tiplocs.update(dict.fromkeys(station.tiplocs, station.crs))
            yield station
        yield from self._links(report)
        if "TSI" in self._files:
            name = self._files["TSI"].name
            yield from station_files.interchanges(name, self._lines("TSI"), report)
        for kind in SCHEDULE_FILES:
            if kind in self._files:
                reader = CifReader(
                    self._files[kind].name,
                    tiplocs=tiplocs,
                    report=report,
                    is_manual=kind == MANUAL,
                )
                yield from reader.records(self._lines(kind))

    def _schedule_file(self) -> FeedFile:
        for kind in SCHEDULE_FILES:
            if kind in self._files:
                return self._files[kind]
        found = ", ".join(sorted(file.name for file in self._files.values()))
        raise BadFeed(found, "no schedules among these files (MCA, CFA, ZTR or CIF)")

    def _check_manifest(self) -> None:
        if "DAT" not in self._files:
            return
        there = {file.name.upper() for file in self._files.values()}
        for _, line in self._files["DAT"].lines(self._progress):
            listed = line.strip().upper()
            if listed and not listed.startswith("/") and listed not in there:
                raise BadFeed(self._files["DAT"].name, f"lists {listed}, which is not there")

    def _stations(self, report: ImportReport) -> list[Station]:
        if "MSN" not in self._files:
            return []
        name = self._files["MSN"].name
        return station_files.stations(name, self._lines("MSN"), report)

    def _links(self, report: ImportReport) -> Iterator[FixedLink]:
        """Yield the links of the ALF, then those of FLF for pairs that the ALF lacks."""
        linked: set[frozenset[Crs]] = set()
        if "ALF" in self._files:
            name = self._files["ALF"].name
            for link in station_files.additional_links(name, self._lines("ALF"), report):
                linked.add(frozenset({link.origin, link.destination}))
                yield link
        if "FLF" in self._files:
            name = self._files["FLF"].name
            for link in station_files.fixed_links(name, self._lines("FLF"), report):
                if frozenset({link.origin, link.destination}) in linked:
                    report.count_left_out("link of the FLF that the ALF has already")
                else:
                    yield link
        if not linked and not self.header().is_update:
            report.notes.append("no links (ALF, FLF): ways between stations are not known")

    def _lines(self, kind: str) -> Iterator[tuple[int, str]]:
        """Yield the lines of a file; raise `BadFeed` if its end record is missing."""
        file = self._files[kind]
        line = ""
        for number, line in file.lines(self._progress):
            yield number, line
        if not line.startswith(TRAILERS.get(kind, "")):
            raise BadFeed(file.name, "has no end record: the file is cut short")


def _by_kind(files: list[FeedFile]) -> dict[str, FeedFile]:
    found: dict[str, FeedFile] = {}
    for file in files:
        kind = file.extension if file.extension in KNOWN_FILES else _sniffed(file)
        if kind in found:
            raise BadFeed(file.name, f"is a second {kind} file beside {found[kind].name}")
        if kind:
            found[kind] = file
    if not found:
        names = ", ".join(file.name for file in files) or "the folder"
        raise BadFeed(names, "no timetable files (RJTTF… or CIF) found here")
    _check_one_version(found)
    return found


def _sniffed(file: FeedFile) -> str:
    """Tell a CIF file without a known ending by its HD record; other files are not ours."""
    with file.open() as stream:
        return "CIF" if stream.read(5) == b"HDTPS" else ""


def _check_one_version(files: Mapping[str, FeedFile]) -> None:
    versions = {
        file.name.rpartition(".")[0].upper()[-3:]: file.name
        for file in files.values()
        if file.name.upper().startswith("RJTT")
    }
    if len(versions) > 1:
        raise BadFeed(", ".join(versions.values()), "files of different versions do not mix")


def _version(file: FeedFile) -> str:
    """Return the feed's name: its file's, without what follows the last dot."""
    return (file.name.rpartition(".")[0] or file.name).upper()


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%d%m%y").date()  # noqa: DTZ007 - a calendar day
    except ValueError:
        return None


def _source(header: str) -> FeedSource:
    is_demo = header[HD.MAINFRAME_ID].startswith(DEMO_MAINFRAME_ID)
    return FeedSource.DEMO if is_demo else FeedSource.IMPORT
