"""The timetable set's small files: stations (MSN), links (ALF, FLF) and interchanges (TSI)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final

from railfair.adapters.feeds.cif_layout import MSN, MSN_ALIAS
from railfair.adapters.feeds.cif_schedule import NumberedLine, weekdays
from railfair.domain.codes import Crs, Tiploc, TocCode
from railfair.domain.feed import ImportReport, Rejection
from railfair.domain.railtime import hhmm
from railfair.domain.station import (
    DEFAULT_CHANGE_MIN,
    FixedLink,
    OperatorInterchange,
    Station,
)

SUBSIDIARY: Final = "9"
"""CATE of a row that gives a station another TIPLOC."""
FILE_SPEC: Final = "FILE-SPEC="
GRID_UNIT_M: Final = 100
EASTING_BASE: Final = 10_000
NORTHING_BASE: Final = 60_000
MSN_WIDTH: Final = 82
SMALL_WORDS: Final = frozenset({"and", "by", "for", "in", "le", "of", "on", "the", "under", "upon"})
KEY_AND_VALUE: Final = re.compile(r"(\w)=([^,\s]*)")
CRS: Final = re.compile(r"[A-Z]{3}")
FLF_LINK: Final = re.compile(
    r"ADDITIONAL LINK: (\w+) BETWEEN (\w{3}) AND (\w{3}) IN +(\d+) MINUTES"
)


@dataclass(slots=True)
class _Rows:
    """The MSN's rows of one station."""

    station: Station | None = None
    has_main: bool = False
    tiplocs: list[Tiploc] = field(default_factory=list)


def stations(name: str, lines: Iterable[NumberedLine], report: ImportReport) -> list[Station]:
    """Return the stations of an MSN file in file order, with all their TIPLOCs and other names."""
    rows: dict[Crs, _Rows] = {}
    aliases: dict[str, list[str]] = {}
    for number, raw in lines:
        line = raw.ljust(MSN_WIDTH)
        if line[0] == "L":
            aliases.setdefault(line[MSN_ALIAS.NAME].strip(), []).append(
                displayed_name(line[MSN_ALIAS.ALIAS])
            )
        elif line[0] == "A" and FILE_SPEC not in line:
            report.count_read("station")
            try:
                _add_row(rows, line)
            except ValueError as error:
                report.reject(Rejection(file=name, line=number, record="A", why=str(error)))
    return [
        replace(
            row.station,
            tiplocs=tuple(row.tiplocs),
            aliases=tuple(aliases.get(row.station.name.upper(), ())),
        )
        for row in rows.values()
        if row.station is not None
    ]


def _add_row(rows: dict[Crs, _Rows], line: str) -> None:
    crs = _crs(line[MSN.CRS])
    category = line[MSN.CATE]
    is_main = category != SUBSIDIARY
    found = _station(crs, line, int(category) if is_main else 0)
    row = rows.setdefault(crs, _Rows())
    row.tiplocs.append(Tiploc(line[MSN.TIPLOC].strip()))
    if row.station is None or (is_main and not row.has_main):
        row.station, row.has_main = found, is_main


def _station(crs: Crs, line: str, interchange: int) -> Station:
    change = line[MSN.CHANGE_TIME].strip()
    return Station(
        crs=crs,
        name=displayed_name(line[MSN.NAME]),
        change_min=int(change) if change else DEFAULT_CHANGE_MIN,
        interchange=interchange,
        easting_m=_grid_m(line[MSN.EASTING], EASTING_BASE),
        northing_m=_grid_m(line[MSN.NORTHING], NORTHING_BASE),
    )


def _crs(text: str) -> Crs:
    if not CRS.fullmatch(text):
        raise ValueError(f"{text!r} is not a station code of three letters")
    return Crs(text)


def _grid_m(text: str, base: int) -> int | None:
    value = int(text) if text.strip().isdigit() else 0
    return (value - base) * GRID_UNIT_M if value else None


def displayed_name(feed_name: str) -> str:
    """Return a feed's capitals as people write the name: `KING'S LYNN` is `King's Lynn`."""
    words = feed_name.strip().lower().split(" ")
    return " ".join(
        word if index and word in SMALL_WORDS else _capitalised(word)
        for index, word in enumerate(words)
    )


def _capitalised(word: str) -> str:
    return re.sub(r"(^|[-(/&.])(\w)", lambda found: found[1] + found[2].upper(), word)


def additional_links(
    name: str, lines: Iterable[NumberedLine], report: ImportReport
) -> Iterator[FixedLink]:
    """Yield the links of an ALF file: `M=WALK,O=EUS,D=KGX,T=12,S=0530,E=2359,P=4,R=1111110`."""
    for number, line in lines:
        if not line.strip() or line.startswith("/"):
            continue
        report.count_read("link")
        try:
            yield _additional_link(dict(KEY_AND_VALUE.findall(line)))
        except (ValueError, KeyError) as error:
            why = f"lacks the key {error}" if isinstance(error, KeyError) else str(error)
            report.reject(Rejection(file=name, line=number, record="ALF", why=why))


def _additional_link(keys: dict[str, str]) -> FixedLink:
    return FixedLink(
        mode=keys["M"].lower(),
        origin=_crs(keys["O"]),
        destination=_crs(keys["D"]),
        duration_min=int(keys["T"]),
        starts_min=hhmm(keys.get("S", "0000")),
        ends_min=hhmm(keys.get("E", "2359")),
        priority=int(keys.get("P", "0")),
        days=weekdays(keys.get("R", "1111111")),
        first_day=_calendar_day(keys.get("F")),
        last_day=_calendar_day(keys.get("U")),
    )


def _calendar_day(text: str | None) -> date | None:
    if text is None:
        return None
    return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007 - a calendar day


def fixed_links(
    name: str, lines: Iterable[NumberedLine], report: ImportReport
) -> Iterator[FixedLink]:
    """Yield the links of an FLF file, usable all day."""
    for number, line in lines:
        if not line.strip() or line.startswith(("/", "END")):
            continue
        report.count_read("link")
        found = FLF_LINK.match(line)
        if found is None:
            why = "is no line of the form ADDITIONAL LINK: … BETWEEN … AND … IN … MINUTES"
            report.reject(Rejection(file=name, line=number, record="FLF", why=why))
            continue
        mode, origin, destination, duration = found.groups()
        yield FixedLink(
            mode=mode.lower(),
            origin=Crs(origin),
            destination=Crs(destination),
            duration_min=int(duration),
        )


def interchanges(
    name: str, lines: Iterable[NumberedLine], report: ImportReport
) -> Iterator[OperatorInterchange]:
    """Yield the change times of a TSI file: `VIC,SN,SE,10,`."""
    for number, line in lines:
        if not line.strip():
            continue
        report.count_read("interchange")
        fields = line.split(",")
        try:
            crs, arriving, departing, change = fields[:4]
            yield OperatorInterchange(
                crs=_crs(crs),
                arriving_toc=TocCode(arriving),
                departing_toc=TocCode(departing),
                change_min=int(change),
            )
        except ValueError as error:
            report.reject(Rejection(file=name, line=number, record="TSI", why=str(error)))
