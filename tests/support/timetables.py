"""Readable timetables: literals, and the feeds that would carry them. All places are invented.

The feed's lines are laid out here by column, apart from the reader's own table of fields, so that
a mistake in either shows.
"""

import gzip
import zipfile
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from railfair.domain.codes import Crs, Headcode, Tiploc, TocCode, TrainUid
from railfair.domain.station import Station
from railfair.domain.timetable import Association, CallingPoint, Schedule, Stp

FIRST_DAY = date(2026, 1, 5)
"""A Monday."""
LAST_DAY = date(2026, 12, 13)
VERSION = "RJTTF901"


def minutes(clock: str) -> int:
    """Return rail minutes of `10:46`; `24:10` is ten past midnight of the next day."""
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def call(
    crs: str, *, arr: str | None = None, dep: str | None = None, platform: str = ""
) -> CallingPoint:
    """Return a call: `call("AYT", arr="10:00", dep="10:02")`."""
    return CallingPoint(
        crs=Crs(crs),
        arrival_min=None if arr is None else minutes(arr),
        departure_min=None if dep is None else minutes(dep),
        platform=platform,
    )


def train(
    uid: str,
    *calls: CallingPoint,
    stp: str = "P",
    runs: tuple[date, date] = (FIRST_DAY, LAST_DAY),
    days: str = "1111111",
    bank_holidays: str = "",
    headcode: str = "1A23",
    toc: str = "ZY",
) -> Schedule:
    """Return a schedule: `train("A10001", call("AYT", dep="10:00"), call("CEE", arr="10:46"))`."""
    return Schedule(
        uid=TrainUid(uid),
        stp=Stp(stp),
        runs_from=runs[0],
        runs_to=runs[1],
        days=weekdays(days),
        bank_holidays=bank_holidays,
        toc=TocCode(toc),
        headcode=Headcode(headcode),
        category="OO",
        calls=calls,
    )


def cancelled(
    uid: str, first: date, last: date | None = None, *, days: str = "1111111"
) -> Schedule:
    """Return the record that takes a train out from *first* to *last*."""
    return train(uid, stp="C", runs=(first, last or first), days=days)


def weekdays(flags: str) -> int:
    """Return the bits of `1111100`, Monday first."""
    return sum(1 << day for day, flag in enumerate(flags) if flag == "1")


def station(crs: str, name: str = "", *tiplocs: str, interchange: int = 0) -> Station:
    """Return a station with its timing points."""
    return Station(
        crs=Crs(crs),
        name=name or crs.title(),
        tiplocs=tuple(Tiploc(t) for t in tiplocs),
        interchange=interchange,
    )


def join(base: str, other: str, *, at: str = "BEEFORD", stp: str = "P") -> Association:
    """Return a record by which *other* joins *base*."""
    return Association(
        base_uid=TrainUid(base),
        other_uid=TrainUid(other),
        runs_from=FIRST_DAY,
        runs_to=LAST_DAY,
        days=weekdays("1111111"),
        category="JJ",
        day_offset=0,
        tiploc=Tiploc(at),
        base_suffix="",
        other_suffix="",
        passengers=True,
        stp=Stp(stp),
    )


# --- the lines of a CIF file ---------------------------------------------------------------------


def columns(width: int, fields: Mapping[int, str]) -> str:
    """Return a line with each text at its position, counted from 1."""
    line = [" "] * width
    for start, text in fields.items():
        line[start - 1 : start - 1 + len(text)] = text
    return "".join(line)


def hd(
    *,
    mainframe: str = "TPS.UINVENT.PD260105",
    reference: str = "DFINV1A",
    follows: str = "",
    update: bool = False,
    days: tuple[str, str] = ("050126", "131226"),
) -> str:
    """Return the header."""
    return columns(
        80,
        {1: "HD", 3: mainframe, 23: "0501262100", 33: reference, 40: follows}
        | {47: "U" if update else "F", 48: "A", 49: days[0], 55: days[1]},
    )


def ti(tiploc: str, crs: str = "", name: str = "") -> str:
    """Return a timing point."""
    return columns(80, {1: "TI", 3: tiploc, 19: name, 54: crs, 57: name[:16]})


def ta(tiploc: str, new: str, crs: str = "") -> str:
    """Return a change of a timing point's code."""
    return columns(80, {1: "TA", 3: tiploc, 54: crs, 73: new})


def aa(
    base: str, other: str, *, at: str = "BEEFORD", transaction: str = "N", stp: str = "P",
    category: str = "JJ", day: str = "S", kind: str = "P",
) -> str:  # fmt: skip
    """Return an association."""
    return columns(
        80,
        {1: "AA" + transaction, 4: base, 10: other, 16: "260105261213" + "1111111"}
        | {35: category, 37: day, 38: at, 47: "T", 48: kind, 80: stp},
    )


def bs(
    uid: str,
    *,
    transaction: str = "N",
    runs: tuple[str, str] = ("260105", "261213"),
    days: str = "1111111",
    bank_holidays: str = "",
    status: str = "P",
    category: str = "OO",
    headcode: str = "1A23",
    stp: str = "P",
) -> str:
    """Return a basic schedule."""
    return columns(
        80,
        {1: "BS" + transaction, 4: uid, 10: runs[0], 16: runs[1], 22: days, 29: bank_holidays}
        | {30: status, 31: category, 33: headcode, 67: "B", 69: "S", 80: stp},
    )


def bx(toc: str = "ZY") -> str:
    """Return the extra details."""
    return columns(80, {1: "BX", 12: toc, 14: "Y"})


def lo(
    tiploc: str, dep: str, public: str | None = None, *, activity: str = "TB", platform: str = ""
) -> str:
    """Return an origin; the public time is the working one unless given."""
    public = dep[:4] if public is None else public
    return columns(80, {1: "LO", 3: tiploc, 11: dep, 16: public, 20: platform, 30: activity})


def li(
    tiploc: str, arr: str, dep: str, public: tuple[str, str] | None = None, *, activity: str = "T "
) -> str:
    """Return a call; the public times are the working ones unless given."""
    public = (arr[:4], dep[:4]) if public is None else public
    return columns(
        80,
        {1: "LI", 3: tiploc, 11: arr, 16: dep, 26: public[0], 30: public[1], 43: activity},
    )


def passing(tiploc: str, at: str) -> str:
    """Return a place that the train only passes."""
    return columns(80, {1: "LI", 3: tiploc, 21: at, 26: "00000000"})


def lt(tiploc: str, arr: str, public: str | None = None, *, activity: str = "TF") -> str:
    """Return a terminus; the public time is the working one unless given."""
    public = arr[:4] if public is None else public
    return columns(80, {1: "LT", 3: tiploc, 11: arr, 16: public, 26: activity})


def plain(uid: str, dep: str = "1000", arr: str = "1046") -> list[str]:
    """Return the lines of a train from Ayton to Ceeham that needs no closer description."""
    return [bs(uid), bx(), lo("AYTON", dep), lt("CEEHAM", arr)]


def cif(*lines: str | Iterable[str], header: str | None = None, end: bool = True) -> str:
    """Return a CIF file of *lines*, whole unless it is to lack its *end*."""
    body = [hd() if header is None else header]
    for item in lines:
        body += [item] if isinstance(item, str) else item
    if end:
        body.append(columns(80, {1: "ZZ"}))
    return "".join(f"{line}\n" for line in body)


# --- the small files -----------------------------------------------------------------------------


def msn_row(
    name: str, tiploc: str, crs: str, *, cate: str = "1", own: str = "", change: str = " 5",
    grid: tuple[str, str] = ("15000", "62000"),
) -> str:  # fmt: skip
    """Return a station's row; *own* is the code of a subsidiary row."""
    return columns(
        82,
        {1: "A", 6: name, 36: cate, 37: tiploc, 44: own or crs, 50: crs}
        | {53: grid[0], 59: grid[1], 64: change},
    )


def msn_alias(name: str, alias: str) -> str:
    """Return another name of a station."""
    return columns(82, {1: "L", 6: name, 37: alias})


def msn(*rows: str, end: bool = True) -> str:
    """Return an MSN file with its comments, its file record and what follows the names."""
    lines = [
        "/!! Start of file",
        "/!! Content type:  MSN",
        columns(82, {1: "A", 31: "FILE-SPEC=05 1.00 05/01/26 18.00.00   901"}),
        *rows,
        "-1 0 1 2",
        "E",
    ]
    return trailed(lines) if end else "".join(f"{line}\n" for line in lines)


def flf(*links: str, end: bool = True) -> str:
    """Return an FLF file."""
    lines = ["/!! Start of file", *links, "END"]
    return trailed(lines) if end else "".join(f"{line}\n" for line in lines)


def trailed(lines: list[str]) -> str:
    """Return *lines* with the record that ends the small files."""
    end = f"/!! End of file ({len(lines)} records) (05/01/2026)".ljust(80)
    return "".join(f"{line}\n" for line in lines) + end


AYTON = msn_row("AYTON", "AYTON", "AYT", cate="3", change="10")
BEEFORD = msn_row("BEEFORD", "BEEFORD", "BEE")
CEEHAM = msn_row("CEEHAM PARKWAY", "CEEHAM", "CEE", cate="0")
STATIONS = msn(AYTON, BEEFORD, CEEHAM)


def write_files(folder: Path, texts: Mapping[str, str], *, version: str = VERSION) -> Path:
    """Write a feed as a folder: `write_files(folder, {"MCA": …, "MSN": …})`."""
    folder.mkdir(parents=True, exist_ok=True)
    for extension, text in texts.items():
        (folder / f"{version}.{extension}").write_text(text, encoding="latin-1", newline="")
    return folder


def write_zip(path: Path, texts: Mapping[str, str], *, version: str = VERSION) -> Path:
    """Write a feed as a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for extension, text in texts.items():
            archive.writestr(f"{version}.{extension}", text.encode("latin-1"))
    return path


def write_gzip(path: Path, text: str) -> Path:
    """Write a single compressed file."""
    path.write_bytes(gzip.compress(text.encode("latin-1")))
    return path
