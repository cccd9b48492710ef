"""Writes the timetable feed: MCA, MSN, ALF, FLF, ZTR, TSI and their list, DAT.

Source of the layouts: RSPS5046 (see rjtt_layouts).
"""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

from railfair.adapters.demo.archive import SEQUENCE, FeedSet, feed_header, feed_set
from railfair.adapters.demo.network import Association, Railway
from railfair.adapters.demo.rjtt_layouts import AA, BS, BX, HD, LI, LO, LT, MSN_A, MSN_L, TI
from railfair.adapters.demo.stations import Link, Station
from railfair.adapters.demo.timetable import DAY_MIN, NO_TIME, Pattern, Schedule, Stop, Train

_ORIGIN_LINE: Final = LO.template(
    "tiploc", "wtt_dep", "public_dep", "platform", record_type="LO", activity="TB"
)
_CALL_LINE: Final = LI.template(
    "tiploc",
    "wtt_arr",
    "wtt_dep",
    "public_arr",
    "public_dep",
    "platform",
    "activity",
    record_type="LI",
)
_PASS_LINE: Final = LI.template(
    "tiploc", "wtt_pass", record_type="LI", public_arr="0000", public_dep="0000"
)
_END_LINE: Final = LT.template(
    "tiploc", "wtt_arr", "public_arr", "platform", record_type="LT", activity="TF"
)
_HHMM: Final = tuple(f"{t % DAY_MIN // 60:02d}{t % 60:02d}" for t in range(3 * DAY_MIN))
_NO_PUBLIC: Final = "0000"
_BLANK_80: Final = 80

_ALIASES: Final = (
    ("LONDON KINGS CROSS", "KINGS X"),
    ("YORK", "EBORACUM"),
    ("GLASGOW CENTRAL", "GLASCHU"),
)
_CHANGES: Final = (
    "BHM,XC,VT,14,(Birmingham New Street)",
    "MAN,XC,VT,7,(Manchester Piccadilly)",
    "RDG,GW,XC,8,(Reading)",
    "YRK,GR,TP,6,(York)",
    "YRK,TP,GR,6,",
)
FILES: Final = ("MCA", "MSN", "ALF", "FLF", "ZTR", "TSI")


def _cif_date(day: date) -> str:
    return f"{day:%y%m%d}"


def _platform(stop: Stop, direction: str) -> str:
    return str(1 + (len(stop.station.name) + (direction == "back")) % 6)


def _public(start: int, offset: int) -> str:
    return _NO_PUBLIC if offset == NO_TIME else _HHMM[start + offset]


def _call_line(stop: Stop, number: int, train: Train) -> str:
    """Return an LI record; some working times are half a minute off the public ones."""
    start = train.start_min
    early, late = number % 3 == 2, number % 3 == 1
    return _CALL_LINE % (
        stop.station.tiploc,
        _HHMM[start + stop.arr_min - early] + ("H" if early else " "),
        _HHMM[start + stop.dep_min] + ("H" if late else " "),
        _public(start, stop.public_arr_min),
        _public(start, stop.public_dep_min),
        _platform(stop, train.pattern.direction),
        stop.activity,
    )


def _middle_lines(train: Train) -> Iterator[str]:
    for number, stop in enumerate(train.pattern.stops[1:-1]):
        if stop.activity:
            yield _call_line(stop, number, train)
        else:
            yield _PASS_LINE % (stop.station.tiploc, _HHMM[train.start_min + stop.arr_min] + " ")


def _place_lines(train: Train) -> Iterator[str]:
    first, last = train.pattern.stops[0], train.pattern.stops[-1]
    direction = train.pattern.direction
    leaves = _HHMM[train.start_min]
    yield _ORIGIN_LINE % (first.station.tiploc, leaves, leaves, _platform(first, direction))
    yield from _middle_lines(train)
    arrives = _HHMM[train.start_min + last.arr_min]
    yield _END_LINE % (last.station.tiploc, arrives, arrives, _platform(last, direction))


def _key(schedule: Schedule) -> dict[str, str]:
    return {
        "record_type": "BS",
        "transaction": "N",
        "uid": schedule.uid,
        "runs_from": _cif_date(schedule.span.first),
        "runs_to": _cif_date(schedule.span.last),
        "days": schedule.days,
        "course_ind": "1",
        "stp": schedule.stp,
    }


def _traits(pattern: Pattern) -> dict[str, str]:
    sleeper = pattern.category == "XZ"
    stopping = pattern.category == "OO"
    return {
        "power_type": "DMU" if pattern.toc in {"NT", "XC", "TP", "CH"} else "EMU",
        "train_class": "S" if pattern.toc in {"NT", "LM"} else "B",
        "sleepers": "B" if sleeper else "",
        "reservations": "A" if sleeper else "" if stopping else "S",
        "catering": "" if stopping else "C",
    }


def schedule_lines(schedule: Schedule) -> Iterator[str]:
    """Yield the records of one schedule: BS alone for C, else BS, BX, LO, LI…, LT."""
    train = schedule.train
    if train is None:
        yield BS.line(**_key(schedule))
        return
    yield BS.line(
        **_key(schedule),
        **_traits(train.pattern),
        status="1" if schedule.stp == "N" else "P",
        category=train.pattern.category,
        identity=train.headcode,
        service_code="10000001",
        speed=100 if train.pattern.category == "OO" else 125,
    )
    toc = train.pattern.toc
    yield BX.line(record_type="BX", toc=toc, timetable_code="Y", rsid=f"{toc}{train.uid[2:]}00")
    yield from _place_lines(train)


def _header_line(railway: Railway) -> str:
    return HD.line(
        record_type="HD",
        mainframe_id=f"TPS.DEMO.PD{_cif_date(railway.today)}",
        extract_date=f"{railway.today:%d%m%y}",
        extract_time="0200",
        current_ref="RFDEMOA",
        update_ind="F",
        version="A",
        start_date=f"{railway.span.first:%d%m%y}",
        end_date=f"{railway.span.last:%d%m%y}",
    )


def _timing_point(number: int, station: Station) -> str:
    return TI.line(
        record_type="TI",
        tiploc=station.tiploc,
        capitals="00",
        nlc=f"{station.nlc}00",
        nlc_check="A",
        tps_description=station.name[:26],
        stanox=number % 90_000 + 10_000,
        po_mcp="0",
        crs=station.crs,
        description=station.name[:16],
    )


def _association_line(association: Association, railway: Railway) -> str:
    return AA.line(
        record_type="AA",
        transaction="N",
        base_uid=association.base.uid,
        assoc_uid=association.other.uid,
        start_date=_cif_date(railway.span.first),
        end_date=_cif_date(railway.span.last),
        days=association.base.days,
        category=association.category,
        date_ind=association.date_ind,
        location=association.tiploc,
        diagram="T",
        assoc_type="P",
        stp="P",
    )


def mca_lines(railway: Railway) -> Iterator[str]:
    """Yield the schedule file: HD, TI, AA, schedules, ZZ."""
    yield _header_line(railway)
    for number, station in enumerate(railway.stations):
        yield _timing_point(number, station)
    for association in railway.associations:
        yield _association_line(association, railway)
    for schedule in railway.schedules():
        yield from schedule_lines(schedule)
    yield "ZZ".ljust(_BLANK_80)


def _station_line(station: Station) -> str:
    return MSN_A.line(
        record_type="A",
        name=station.name,
        category=str(station.category),
        tiploc=station.tiploc,
        subsidiary_crs=station.crs,
        crs=station.crs,
        easting=10_000 + round(station.easting_m / 100),
        northing=60_000 + round(station.northing_m / 100),
        change_time=f"{station.change_min:2d}",
    )


def _msn_body(railway: Railway) -> Iterator[str]:
    yield f"A{'':29}FILE-SPEC=05 1.00 {railway.today:%d/%m/%y} 02.00.00   {SEQUENCE}".ljust(82)
    for station in sorted(railway.stations, key=lambda station: station.name):
        yield _station_line(station)
    for name, alias in _ALIASES:
        yield MSN_L.line(record_type="L", name=name, alias=alias)


def _flf_body(links: Iterable[Link]) -> Iterator[str]:
    for link in links:
        yield (
            f"ADDITIONAL LINK: {link.mode} BETWEEN {link.origin} AND {link.destination}"
            f" IN {link.minutes:3d} MINUTES"
        )
    yield "END"


def _alf_lines(links: Iterable[Link]) -> Iterator[str]:
    for link in links:
        for days in ("1111110", "0000001"):
            yield (
                f"M={link.mode},O={link.origin},D={link.destination},T={link.minutes},"
                f"S={link.first},E={link.last},P=4,R={days}"
            )


def _framed(content: str, body: Iterable[str], *, generated: date) -> list[str]:
    """Return *body* between the ``/!!`` lines of MSN, FLF and DAT, all 80 wide."""
    lines = list(body)
    end = f"/!! End of file ({len(lines)} records) ({generated:%d/%m/%Y})"
    framed = [*feed_header(content, generated=generated), *lines, end]
    return [line.ljust(_BLANK_80) for line in framed]


def _write_small_files(files: FeedSet, railway: Railway) -> None:
    today = railway.today
    shortest = {
        (link.origin, link.destination): link
        for link in sorted(railway.links, key=lambda link: -link.minutes)
    }
    files.write("MSN", _framed("msnf", _msn_body(railway), generated=today))
    files.write("ALF", _alf_lines(railway.links))
    files.write("FLF", _framed("flf", _flf_body(shortest.values()), generated=today))
    files.write("ZTR", ("HD".ljust(38) + "*".ljust(42), "ZZ".ljust(_BLANK_80)))
    files.write("TSI", _CHANGES)
    names = [files.name(extension) for extension in FILES]
    files.write("DAT", _framed("DAT", names, generated=today))


def write_timetable(path: Path, railway: Railway, *, level: int) -> int:
    """Write the zip at *path* and return the number of MCA records."""
    with feed_set(path, prefix="RJTTF", generated=railway.today, level=level) as files:
        records = files.write("MCA", mca_lines(railway))
        _write_small_files(files, railway)
    return records
