"""Historical service performance: files of HSP `serviceDetails` and `serviceMetrics` answers.

A file holds one JSON answer, a list of them, or one a line.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from railfair.adapters.feeds.files import FeedFile, Progress, feed_files
from railfair.adapters.feeds.hsp_run import Details, RunReader
from railfair.domain.errors import BadFeed
from railfair.domain.feed import FeedSource, ImportReport, Rejection
from railfair.domain.running import Run

DEMO_FOLDER_NOTE: Final = "demo.json"
DEMO_GENERATOR: Final = b'"generator":"RailFairDemo"'
PEEKED_BYTES: Final = 256
UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding raises for what is no JSON, or none of ours; text has to be UTF-8."""


class _ServiceAttributes(msgspec.Struct):
    rids: list[str] = []


class _Service(msgspec.Struct):
    serviceAttributesMetrics: _ServiceAttributes  # noqa: N815 - the feed's own name


class _Answer(msgspec.Struct):
    serviceAttributesDetails: Details | None = None  # noqa: N815
    Services: list[_Service] | None = None


_answer = msgspec.json.Decoder(_Answer)
_answers = msgspec.json.Decoder(list[_Answer])


class FilePerformanceFeed:
    """Reads the HSP answers at *paths*; tells *progress* the bytes that it has read."""

    def __init__(self, paths: Iterable[Path], *, progress: Progress = lambda _: None) -> None:
        self._progress = progress
        given = list(paths)
        self._files = [file for file in feed_files(given) if file.extension in {"JSON", "JSONL"}]
        self._files = [file for file in self._files if file.name != DEMO_FOLDER_NOTE]
        if not self._files:
            names = ", ".join(str(path) for path in given)
            raise BadFeed(names, "no performance files (HSP answers, .json or .jsonl) found here")
        self._listed: set[str] = set()
        self._source = FeedSource.DEMO if any(map(_is_demo, self._files)) else FeedSource.IMPORT

    @property
    def size(self) -> int:
        """Bytes that will be read."""
        return sum(file.size for file in self._files)

    @property
    def source(self) -> FeedSource:
        """Where the data come from; every answer of the demo railway says so."""
        return self._source

    @property
    def listed_rids(self) -> frozenset[str]:
        """Runs that `serviceMetrics` answers named so far."""
        return frozenset(self._listed)

    def runs(self, report: ImportReport) -> Iterator[Run]:
        """Yield the runs of all files; see `ports.performance_feed`."""
        reader = RunReader()
        understood = 0
        for file in self._files:
            for line, answer in self._answers(file, report):
                understood += 1
                if answer.Services is not None:
                    self._list_rids(answer.Services, report)
                elif answer.serviceAttributesDetails is not None:
                    details = answer.serviceAttributesDetails
                    report.count_read("run")
                    try:
                        yield reader.run(details)
                    except ValueError as error:
                        why = f"run {details.rid or '?'}: {error}"
                        report.reject(Rejection(file=file.name, line=line, record="run", why=why))
                else:
                    why = "has neither serviceAttributesDetails nor Services"
                    report.count_read("answer")
                    report.reject(Rejection(file=file.name, line=line, record="answer", why=why))
        if not understood:
            names = ", ".join(file.name for file in self._files)
            raise BadFeed(names, "holds no HSP answer at all" + _first_complaint(report))

    def _answers(self, file: FeedFile, report: ImportReport) -> Iterator[tuple[int, _Answer]]:
        if _is_one_document(file):
            yield from self._document(file)
        else:
            yield from self._document_lines(file, report)

    def _document(self, file: FeedFile) -> Iterator[tuple[int, _Answer]]:
        with file.open() as stream:
            content = stream.read()
        self._progress(file.size)
        decoder = _answers if content.lstrip().startswith(b"[") else _answer
        try:
            decoded = decoder.decode(content)
        except UNREADABLE as error:
            raise BadFeed(file.name, f"is no HSP answer: {error}") from error
        yield from ((1, one) for one in (decoded if isinstance(decoded, list) else [decoded]))

    def _document_lines(
        self, file: FeedFile, report: ImportReport
    ) -> Iterator[tuple[int, _Answer]]:
        for number, line in file.raw_lines(self._progress):
            if not line.strip():
                continue
            try:
                yield number, _answer.decode(line)
            except UNREADABLE as error:
                why = f"is no HSP answer: {error}"
                report.count_read("run")
                report.reject(Rejection(file=file.name, line=number, record="answer", why=why))

    def _list_rids(self, services: list[_Service], report: ImportReport) -> None:
        for service in services:
            rids = service.serviceAttributesMetrics.rids
            report.count_read("run listed by serviceMetrics", len(rids))
            self._listed.update(rids)


def _is_demo(file: FeedFile) -> bool:
    """Whether the first answer of *file* says that the demo railway's generator made it."""
    with file.open() as stream:
        return DEMO_GENERATOR in stream.read(PEEKED_BYTES)


def _is_one_document(file: FeedFile) -> bool:
    """Whether the file's first line is not a whole answer by itself."""
    with file.open() as stream:
        first = stream.readline()
    try:
        _answer.decode(first)
    except msgspec.ValidationError:
        return first.lstrip().startswith(b"[")
    except UNREADABLE:
        return file.extension == "JSON"
    return False


def _first_complaint(report: ImportReport) -> str:
    if not report.rejected:
        return ""
    first = report.rejected[0]
    return f" ({first.file}:{first.line} {first.why})"
