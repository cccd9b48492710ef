"""Feed zips on disk: is what arrived whole and of the right kind, and which ones are kept."""

import filecmp
import lzma
import os
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from railfair.domain.feed import FeedKind

PREFIX: Final = {FeedKind.TIMETABLE: "RJTT", FeedKind.FARES: "RJFA"}
HEART: Final = {FeedKind.TIMETABLE: ("MCA", "CFA"), FeedKind.FARES: ("FFL",)}
"""Endings of which one must be there: a set without it has nothing to import."""
KEPT: Final = 2
"""Zips kept: the current one and the one before."""

BLOCK: Final = 1 << 20
START: Final = 3
TAIL: Final = 512
"""Bytes that hold the last line of a feed file: lines are 80 wide where an end record is due."""


class NotWhole(Exception):
    """The zip cannot be imported; the message completes "what arrived …"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ends:
    start: bytes
    last_line: bytes


def archive_version(path: Path, kind: FeedKind) -> str:
    """Return the name of the set in the zip at *path*, such as `RJTTF900`, having read all of it.

    Raises:
        NotWhole: it is no whole zip, holds no feed of *kind*, or one of its files is missing or
            lacks its end record.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(archive, PREFIX[kind], kind)
            listed = _listed(archive.read(manifest))
            # Reading a file to its end checks its CRC, as `testzip` does.
            ends = {_name(one): _ends(archive, one) for one in archive.infolist()}
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        struct.error,
        EOFError,
        RuntimeError,  # encrypted, or packed in a way that Python cannot unpack
        ValueError,
    ) as error:
        raise NotWhole(f"is no whole zip file ({error})") from error
    version = _name(manifest).removesuffix(".DAT")
    _require_files(ends, listed, version, kind)
    return version


def publish(part: Path, folder: Path, version: str) -> tuple[Path, bool]:
    """Move the zip at *part* into *folder* as the current one; return where, and if it is new.

    It is not new if the current zip has the same version and bytes, which then stays.
    """
    target = folder / f"{version}.zip"
    existing = _newest_first(folder)
    if existing[:1] == [target] and filecmp.cmp(part, target, shallow=False):
        return target, False
    replace_durably(part, target)
    before = [path for path in existing if path != target]
    for outdated in before[KEPT - 1 :]:
        outdated.unlink(missing_ok=True)
    return target, True


def replace_durably(part: Path, target: Path) -> None:
    """Put *part* in the place of *target*, so that even a power cut leaves one of them whole."""
    with part.open("rb") as stream:
        os.fsync(stream.fileno())
    part.replace(target)


def _newest_first(folder: Path) -> list[Path]:
    return sorted(
        folder.glob("RJ*.zip"), key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True
    )


def _name(member: zipfile.ZipInfo) -> str:
    return Path(member.filename).name.upper()


def _manifest(archive: zipfile.ZipFile, prefix: str, kind: FeedKind) -> zipfile.ZipInfo:
    ours = [one for one in archive.infolist() if _name(one).startswith(prefix)]
    manifests = [one for one in ours if _name(one).endswith(".DAT")]
    if not ours:
        inside = ", ".join(_name(one) for one in archive.infolist()[:3]) or "nothing"
        raise NotWhole(f"is no {kind} feed ({prefix}…): it holds {inside}")
    if len(manifests) != 1:
        raise NotWhole(f"holds {len(manifests)} manifests ({prefix}….DAT) instead of one")
    return manifests[0]


def _listed(manifest: bytes) -> list[str]:
    lines = (line.strip().upper() for line in manifest.decode("latin-1").splitlines())
    return [line for line in lines if line and not line.startswith("/")]


def _ends(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> _Ends:
    with archive.open(member) as stream:
        start = stream.read(START)
        tail = start
        while block := stream.read(BLOCK):
            tail = (tail + block)[-TAIL:]
    lines = tail.rstrip().splitlines()
    return _Ends(start=start, last_line=lines[-1] if lines else b"")


def _require_files(ends: dict[str, _Ends], listed: list[str], version: str, kind: FeedKind) -> None:
    if missing := [name for name in listed if name not in ends]:
        raise NotWhole(f"lacks {', '.join(missing)}, which its manifest {version}.DAT names")
    hearts = [f"{version}.{ending}" for ending in HEART[kind]]
    if not any(heart in ends for heart in hearts):
        raise NotWhole(f"is no {kind} feed: it holds no {' or '.join(hearts)}")
    for name, one in ends.items():
        if not one.last_line.startswith(_end_record(name, one.start)):
            raise NotWhole(f"is cut short: the last line of {name} is not its end record")


def _end_record(name: str, start: bytes) -> bytes:
    """Return how the last line must begin; files without a header have no end record either."""
    if start.startswith(b"/!!"):
        return b"/!! End of file"
    if start.startswith(b"HD") or name.endswith((".MCA", ".CFA")):
        return b"ZZ"
    return b""
