"""What is known of a feed that was imported, and what an import has to say for itself."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class FeedKind(StrEnum):
    """The three kinds of feed that RailFair reads."""

    TIMETABLE = "timetable"
    FARES = "fares"
    PERFORMANCE = "performance"


class FeedSource(StrEnum):
    """Whether data came from the railway's feeds or was made up by the demo generator."""

    IMPORT = "import"
    DEMO = "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedFeed:
    """A feed as it is loaded now; *first_day* to *last_day* are the days that it speaks of.

    *version* is the feed's own name (`RJTTF900`); *reference* is the CIF file reference that the
    next update has to follow, empty where the feed has none.
    """

    kind: FeedKind
    version: str
    source: FeedSource
    loaded_at: datetime
    first_day: date
    last_day: date
    reference: str = ""

    def covers(self, day: date) -> bool:
        """Whether the feed speaks of *day*."""
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A record that was not imported: where it stands (*line* counts from 1) and why."""

    file: str
    line: int
    record: str
    why: str


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """What an import read, kept and rejected, by kind of record; grows while the import runs.

    *left_out* are records that are right, but not for passengers.
    """

    read: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    rejected: list[Rejection] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def count_read(self, record: str, number: int = 1) -> None:
        """Count *number* records of the kind *record* as read."""
        self.read[record] = self.read.get(record, 0) + number

    def count_kept(self, record: str, number: int = 1) -> None:
        """Count *number* records of the kind *record* as kept."""
        self.kept[record] = self.kept.get(record, 0) + number

    def count_left_out(self, record: str) -> None:
        """Count a record of the kind *record* as left out."""
        self.left_out[record] = self.left_out.get(record, 0) + 1

    def reject(self, rejection: Rejection) -> None:
        """Remember a record that is not imported."""
        self.rejected.append(rejection)
