"""Reading the records of a fares file: each is counted, and made into something or rejected."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, Never

from railfair.adapters.feeds.fares_files import records
from railfair.adapters.feeds.fares_layout import LINE_WIDTH
from railfair.adapters.feeds.fares_report import FileReport
from railfair.adapters.feeds.files import FeedFile, Progress

WITHOUT_MARKER: Final = frozenset({"TVL", "RLC", "RCM", "DIS", "FRR", "TOC", "TSP", "TAP"})
FULL: Final = "R"
"""The update marker of every record of a full set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordKind[T]:
    """A kind of record: what reports call it, and what makes something of its line.

    *read* returns `None` for a record that is right, but not for passengers who pay for a trip.
    """

    name: str
    read: Callable[[str], T | None]


class _Found[T](NamedTuple):
    """What was made of the record on *line*; *kind* is what reports call it."""

    line: int
    record: str
    kind: str
    value: T


class RecordFile:
    """A file of which every record is counted when it is read; `None` has no records."""

    def __init__(
        self, file: FeedFile | None, report: FileReport, *, progress: Progress = lambda _: None
    ) -> None:
        self._file = file
        self._extension = "" if file is None else file.extension
        self._report = report
        self._progress = progress

    def of_kind[T](self, kind: RecordKind[T]) -> Iterator[T]:
        """Yield what the records of a file with one *kind* only say, in its order."""
        for found in self._found({"": kind}):
            self._report.count_kept(found.kind)
            yield found.value

    def put_each[T](self, kinds: Mapping[str, RecordKind[T]], put: Callable[[T], bool]) -> None:
        """Hand what the records say to *put*: those of the first of *kinds* first.

        *kinds* are by record type. *put* returns whether a record is kept, and not left out; it
        raises `ValueError` for one that is not right beside the others.
        """
        order = {record: place for place, record in enumerate(kinds)}
        for found in sorted(self._found(kinds), key=lambda one: order[one.record]):
            try:
                is_kept = put(found.value)
            except ValueError as error:
                self._reject(found.line, found.record, str(error))
            else:
                count = self._report.count_kept if is_kept else self._report.count_left_out
                count(found.kind)

    def _found[T](self, kinds: Mapping[str, RecordKind[T]]) -> Iterator[_Found[T]]:
        if self._file is None:
            return
        marker = int(self._extension not in WITHOUT_MARKER)
        width = max(len(one) for one in kinds)
        for number, raw in records(self._file, self._progress):
            line = raw.ljust(LINE_WIDTH)
            record = line[marker : marker + width]
            kind = kinds.get(record) or _unknown(record)
            self._report.count_read(kind.name)
            try:
                if marker:
                    check_marker(line)
                value = kind.read(line)
            except ValueError as error:
                self._reject(number, record, str(error))
                continue
            if value is None:
                self._report.count_left_out(kind.name)
            else:
                yield _Found(number, record, kind.name, value)

    def _reject(self, line: int, record: str, why: str) -> None:
        self._report.reject(line, record or self._extension, why)


def _unknown(record: str) -> RecordKind[Never]:
    """Return a kind of record that no file has."""

    def read(_: str) -> Never:
        raise ValueError(f"RECORD_TYPE {record!r} is none of this file's")

    return RecordKind(name="unknown record", read=read)


def check_marker(line: str) -> None:
    """Raise `ValueError` if *line* is a change and not a record of a full set."""
    if line[0] != FULL:
        raise ValueError(f"UPDATE_MARKER is {line[0]!r}, not 'R' as in a full set")


def by_code[K, V](values: Iterable[V], code: Callable[[V], K]) -> dict[K, tuple[V, ...]]:
    """Return *values* by their codes, those of one code in their order."""
    found: dict[K, list[V]] = {}
    for value in values:
        found.setdefault(code(value), []).append(value)
    return {key: tuple(held) for key, held in found.items()}


def put_once[K, V](held: dict[K, V], key: K, value: V) -> bool:
    """Put *value* into *held*, and say so; raise `ValueError` if *key* is taken already."""
    if key in held:
        raise ValueError("there is such a record already")
    held[key] = value
    return True
