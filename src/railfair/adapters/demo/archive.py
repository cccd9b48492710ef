"""Deterministic containers: the same lines give the same bytes (fixed times, no host traces)."""

import gzip
import io
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import IO, Final

EXPORTER: Final = "RailFairDemo"
"""Written as ``/!! Exporter:`` of every file that has one, so that importers know a demo."""
SEQUENCE: Final = "001"

_LINES_AT_ONCE: Final = 20_000
_BYTES_AT_ONCE: Final = 1 << 20
_CRLF: Final = "\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSet:
    """An open zip of feed files ``<prefix><SEQUENCE>.<extension>``."""

    archive: zipfile.ZipFile
    prefix: str
    generated: date

    def name(self, extension: str) -> str:
        """Return the file name of *extension*."""
        return f"{self.prefix}{SEQUENCE}.{extension}"

    @contextmanager
    def entry(self, extension: str) -> Iterator[IO[bytes]]:
        """Open a file of the set for writing; opened by name, its time is 1 January 1980."""
        with self.archive.open(self.name(extension), "w", force_zip64=True) as handle:
            yield handle

    def write(self, extension: str, lines: Iterable[str]) -> int:
        """Write *lines* as a file of the set and return their number."""
        with self.entry(extension) as handle:
            return write_lines(handle, lines)

    def write_counted(
        self, extension: str, lines: Iterable[str], *, header: Callable[[int], list[str]]
    ) -> int:
        """Write *lines* below a header that must know their number; return that number."""
        with tempfile.TemporaryFile() as spool, self.entry(extension) as handle:
            records = write_lines(spool, lines)
            spool.seek(0)
            write_lines(handle, header(records))
            while block := spool.read(_BYTES_AT_ONCE):
                handle.write(block)
            handle.write(f"/!! End of file ({self.generated:%d/%m/%Y}){_CRLF}".encode("ascii"))
        return records


@contextmanager
def feed_set(path: Path, *, prefix: str, generated: date, level: int) -> Iterator[FeedSet]:
    """Open the zip at *path*; its comment names the demo."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        archive.comment = EXPORTER.encode("ascii")
        yield FeedSet(archive=archive, prefix=prefix, generated=generated)


def feed_header(content: str, *, generated: date, records: int | None = None) -> list[str]:
    """Return the ``/!!`` lines at the start of a feed file; *records* counts its other lines."""
    counted = [] if records is None else [f"/!! Records:       {records:07d}"]
    return [
        "/!! Start of file",
        f"/!! Content type:  {content}",
        f"/!! Sequence:      {SEQUENCE}",
        *counted,
        f"/!! Generated:     {generated:%d/%m/%Y}",
        f"/!! Exporter:      {EXPORTER}",
    ]


def write_lines(handle: IO[bytes], lines: Iterable[str]) -> int:
    """Write *lines* in blocks, each ended by CR LF, and return their number."""
    waiting = iter(lines)
    written = 0
    while block := list(islice(waiting, _LINES_AT_ONCE)):
        handle.write((_CRLF.join(block) + _CRLF).encode("ascii"))
        written += len(block)
    return written


@contextmanager
def gzip_writer(path: Path, *, level: int) -> Iterator[IO[bytes]]:
    """Open a gzip file without name and time in its header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=level, mtime=0) as packed,
        io.BufferedWriter(packed, _BYTES_AT_ONCE) as handle,
    ):
        yield handle
