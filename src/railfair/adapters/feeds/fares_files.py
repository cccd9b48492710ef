"""The files of a fares feed: which there are, what their comments say, and their records.

Source: RSPS5045; a line that begins with a stroke is a comment, the first and the last lines are.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from railfair.adapters.feeds.fares_fields import listed, shown
from railfair.adapters.feeds.files import FeedFile, Progress
from railfair.domain.errors import BadFeed

COMMENT: Final = b"/"
END: Final = b"/!! End of file"
MANIFEST: Final = "DAT"
_NAME: Final = re.compile(r"RJFA[FC]\d{3}\.\w+", re.IGNORECASE)
_CHANGES: Final = "RJFAC"
_SAYING: Final = re.compile(rb"/!!\s*(\w[\w ]*):\s*(.*)")
_END_DATE: Final = re.compile(rb"/!! End of file .*\((\d\d/\d\d/\d{4})\)")
_COUNT: Final = re.compile(rb"/!! (?:Records:\s*(.+)|End of file \((.*?) records?\).*)")
"""How many records the file has: in its header, in an older file in its last line."""
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_BEGINNING: Final = re.compile(rb"(?:/|RF|RT)[^\x00-\x08\x0e-\x1f]*")
"""The first line of a file of flows: a comment or a record, and nothing but text."""


def by_extension(files: Iterable[FeedFile], paths: Sequence[Path]) -> dict[str, FeedFile]:
    """Return those of *files*, found at *paths*, that are of a fares feed, by their endings.

    Raises:
        BadFeed: there are none, or they are not all of one full set.
    """
    files = list(files)
    named = [file for file in files if _NAME.fullmatch(file.name)]
    versions = {version(file): file.name for file in named}
    if not named:
        raise BadFeed(_searched(files, paths), "no fares files (RJFAF…) found here")
    for one, name in versions.items():
        if one.startswith(_CHANGES):
            raise BadFeed(name, "is of a changes set (RJFAC); a full set (RJFAF) is needed")
    if len(versions) > 1:
        raise BadFeed(listed([*versions.values()]), "files of different versions do not mix")
    found: dict[str, FeedFile] = {}
    for file in named:
        if found.setdefault(file.extension, file) is not file:
            raise BadFeed(file.name, f"is a second {file.extension} file")
    return found


def _searched(files: Iterable[FeedFile], paths: Sequence[Path]) -> str:
    """Return the names of the zips and of the other files that were looked through."""
    names = [file.name if file.member is None else file.path.name for file in files]
    empty = [path.name for path in paths if path.is_file()]
    return listed([*dict.fromkeys(names or empty)]) or "the folder"


def version(file: FeedFile) -> str:
    """Return the name of the set that *file* is of: `RJFAF900`."""
    return file.name.rpartition(".")[0].upper()


def comments(file: FeedFile) -> dict[str, str]:
    """Return what the comments at the beginning of *file* say: `{"Sequence": "900", …}`."""
    found: dict[str, str] = {}
    for _, raw in file.raw_lines(lambda _: None):
        if not raw.startswith(COMMENT):
            break
        saying = _SAYING.fullmatch(raw.strip())
        if saying is not None:
            found[saying[1].decode("latin-1").strip()] = saying[2].decode("latin-1")
    return found


def end_date(file: FeedFile) -> str:
    """Return the day in the last line of *file*, or nothing: `23/11/2026`."""
    last = b""
    for _, raw in file.raw_lines(lambda _: None):
        last = raw if raw.strip() else last
    found = _END_DATE.search(last)
    return found[1].decode() if found else ""


def raw_records(file: FeedFile, progress: Progress) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of *file* that are records, as they stand, with their numbers.

    Raises:
        BadFeed: it has not as many as it says, or does not end as it should.
    """
    expected: int | None = None
    found = number = 0
    is_ended = False
    for number, raw in file.raw_lines(progress):
        if raw.isspace():
            continue
        if is_ended:
            raise BadFeed(file.name, "is corrupt: it goes on after its end", line=number)
        if raw[:1] != COMMENT:
            found += 1
            yield number, raw
        else:
            is_ended = raw.startswith(END)
            expected = _said_count(file, number, raw, expected)
    if not is_ended:
        detail = "is cut short: its last line is not the end of a file"
        raise BadFeed(file.name, detail, line=number or None)
    if expected is not None and expected != found:
        what = "is cut short" if found < expected else "is corrupt"
        detail = f"{what}: it says that it has {expected} records, but {found} stand there"
        raise BadFeed(file.name, detail, line=number)


def _said_count(file: FeedFile, number: int, raw: bytes, before: int | None) -> int | None:
    """Return how many records the comment *raw* says that there are, else *before*."""
    said = _COUNT.fullmatch(raw.strip())
    if said is None:
        return before
    count = (said[1] or said[2]).decode("latin-1")
    if not _NUMBER.fullmatch(count):
        detail = f"is corrupt: the number of its records is {shown(count)!r}"
        raise BadFeed(file.name, detail, line=number)
    return int(count)


def records(file: FeedFile, progress: Progress) -> Iterator[tuple[int, str]]:
    """Yield what `raw_records` does, without line ends, decoded as Latin-1."""
    for number, raw in raw_records(file, progress):
        yield number, raw.decode("latin-1").rstrip("\r\n")


def check_beginning(file: FeedFile) -> None:
    """Raise `BadFeed` if *file*, the flows, is empty or does not begin as such a file does."""
    for number, raw in file.raw_lines(lambda _: None):
        if raw.isspace():
            continue
        if not _BEGINNING.fullmatch(raw):
            detail = "is no file of fares: it begins with neither a comment nor a record"
            raise BadFeed(file.name, detail, line=number)
        return
    raise BadFeed(file.name, "is cut short: there is nothing in it")


def check_sequence(file: FeedFile) -> None:
    """Raise `BadFeed` if *file* says that it is of another sequence than its name does."""
    said, named = comments(file).get("Sequence", ""), version(file)[-3:]
    if said and said.zfill(3) != named:
        detail = f"is of sequence {shown(said)} by its header, of {named} by its name"
        raise BadFeed(file.name, detail)


def check_manifest(files: Mapping[str, FeedFile]) -> None:
    """Raise `BadFeed` if the manifest among *files* lists one that is not there."""
    manifest = files.get(MANIFEST)
    if manifest is None:
        return
    there = {file.name.upper() for file in files.values()}
    for number, line in records(manifest, lambda _: None):
        if line.strip().upper() not in there:
            detail = f"lists {shown(line.strip())}, which is not there"
            raise BadFeed(manifest.name, detail, line=number)


def unlisted(files: Mapping[str, FeedFile]) -> list[str]:
    """Return the names of those of *files* that the manifest among them does not list."""
    manifest = files.get(MANIFEST)
    if manifest is None:
        return []
    names = {line.strip().upper() for _, line in records(manifest, lambda _: None)}
    others = (file.name for kind, file in files.items() if kind != MANIFEST)
    return [name for name in others if name.upper() not in names]
