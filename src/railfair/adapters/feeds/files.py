"""The files of a feed, wherever they lie: in a zip, in a folder, alone, compressed or not."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from railfair.domain.errors import BadFeed

GZIP_SIZE_FIELD = 4
"""Bytes at the end of a gzip member that hold the size of its content (RFC 1952)."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
TELLING_BYTES = 1 << 20
"""How much is read between two words about progress."""

type Progress = Callable[[int], None]
"""Told how many more bytes of the feed have been read (as they lie on disk, unpacked in a zip)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFile:
    """One file of a feed: *name* without folders and without `.gz`; *size* in bytes to be read."""

    name: str
    path: Path
    member: str | None
    size: int

    @property
    def extension(self) -> str:
        """The ending of the name in capitals, without the dot: `MCA`."""
        return self.name.rpartition(".")[2].upper()

    @contextmanager
    def open(self) -> Iterator[io.BufferedIOBase]:
        """Open the file's content; raise `BadFeed` while reading if it is cut or corrupt."""
        try:
            if self.member is not None:
                with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as stream:
                    yield _unpacked(io.BufferedReader(stream), self.member)  # type: ignore[arg-type]  # ZipExtFile reads like a raw stream
            else:
                with self.path.open("rb") as stream:
                    yield _unpacked(stream, self.path.name)
        except (zipfile.BadZipFile, zlib.error, gzip.BadGzipFile, EOFError) as error:
            raise BadFeed(self.name, f"is cut short or corrupt ({error})") from error
        except OSError as error:
            raise BadFeed(self.name, f"cannot be read ({error.strerror or error})") from error
        except RuntimeError as error:  # how zipfile says that a member is encrypted
            raise BadFeed(self.name, f"cannot be unpacked ({error})") from error

    def raw_lines(self, progress: Progress) -> Iterator[tuple[int, bytes]]:
        """Yield each line with its number from 1, as it stands."""
        told = read = 0
        with self.open() as stream:
            for number, line in enumerate(stream, start=1):
                raw = line.removeprefix(BYTE_ORDER_MARK) if number == 1 else line
                read += len(line)
                if read - told > TELLING_BYTES:
                    progress(read - told)
                    told = read
                yield number, raw
            progress(max(0, self.size - told))

    def lines(self, progress: Progress) -> Iterator[tuple[int, str]]:
        """Yield each line with its number from 1, without its line end, decoded as Latin-1."""
        for number, raw in self.raw_lines(progress):
            yield number, raw.decode("latin-1").rstrip("\r\n")


def feed_files(paths: Iterable[Path]) -> list[FeedFile]:
    """Return the files at *paths* (files, folders, zips), in the order given, folders by name.

    Raises:
        BadFeed: a path does not exist, or a zip is cut short or corrupt.
    """
    found: list[FeedFile] = []
    for path in paths:
        try:
            found.extend(_files_at(path))
        except OSError as error:
            raise BadFeed(str(path), f"cannot be read ({error.strerror or error})") from error
    return found


def _files_at(path: Path) -> Iterator[FeedFile]:
    if not path.exists():
        raise BadFeed(str(path), "no such file or folder")
    for file in sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]:
        yield from _zip_members(file) if _is_zip(file) else [_plain(file)]


def _is_zip(path: Path) -> bool:
    if path.suffix.lower() == ".zip":
        return True
    with path.open("rb") as stream:
        return stream.read(4) == b"PK\x03\x04"


def _zip_members(path: Path) -> list[FeedFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
    except zipfile.BadZipFile as error:
        raise BadFeed(path.name, f"is no whole zip file ({error})") from error
    return [
        FeedFile(
            name=_without_gz(Path(info.filename).name),
            path=path,
            member=info.filename,
            size=info.file_size,
        )
        for info in members
    ]


def _plain(path: Path) -> FeedFile:
    return FeedFile(name=_without_gz(path.name), path=path, member=None, size=_unpacked_size(path))


def _unpacked_size(path: Path) -> int:
    size = path.stat().st_size
    if path.suffix.lower() != ".gz" or size < GZIP_SIZE_FIELD:
        return size
    with path.open("rb") as stream:
        stream.seek(-GZIP_SIZE_FIELD, io.SEEK_END)
        return int.from_bytes(stream.read(), "little")


def _without_gz(name: str) -> str:
    return name[:-3] if name.lower().endswith(".gz") else name


def _unpacked(stream: io.BufferedReader, name: str) -> io.BufferedIOBase:
    if name.lower().endswith(".gz") or stream.peek(2)[:2] == b"\x1f\x8b":
        return gzip.open(stream)
    return stream
