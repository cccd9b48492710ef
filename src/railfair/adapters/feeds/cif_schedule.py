"""One schedule of a CIF file, from its BS record to its LT.

What passengers cannot use is left out: places that the train only passes, calls without a public
time, empty and freight trains. Times count on past midnight; working times give the order, and a
public time is taken on the day that brings it closest to the working one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Final

from railfair.adapters.feeds.cif_layout import BS, BX, LI, LO, LT
from railfair.domain.codes import Crs, Headcode, TocCode, TrainUid
from railfair.domain.railtime import hhmm, nearest, not_before
from railfair.domain.timetable import CallingPoint, Schedule, ScheduleKey, Stp

type NumberedLine = tuple[int, str]
type StationOf = Callable[[str], Crs | None]
"""Looks up the station of a 7-character TIPLOC field."""

BOARDING: Final = frozenset({"TB", "T ", "U ", "R "})
ALIGHTING: Final = frozenset({"TF", "T ", "D ", "R "})
NOT_ADVERTISED: Final = "N "
FREIGHT_STATUS: Final = frozenset({"F", "T", "2", "3"})
EMPTY_CATEGORIES: Final = frozenset({"EE", "EL", "ES", "ZZ"})
NO_PUBLIC_TIME: Final = "0000"
WEEK: Final = 7
TRANSACTIONS: Final = frozenset("NRD")


class BadRecord(ValueError):
    """The record on *line* is not what the layout says."""

    def __init__(self, line: int, record: str, why: str) -> None:
        super().__init__(why)
        self.line = line
        self.record = record
        self.why = why


@dataclass(slots=True)
class _Journey:
    """The calls of a train while its location records are read, and the last working time."""

    station_of: StationOf
    calls: list[CallingPoint] = field(default_factory=list)
    moment_min: int = 0

    def add(self, line: str) -> None:
        match line[:2]:
            case "LI":
                if not line[LI.WTT_PASS].strip():
                    self._intermediate(line)
            case "LO":
                self.moment_min = _working(line[LO.WTT_DEP])
                self._departure(line)
            case "LT":
                self._terminus(line)
            case "CR":
                pass
            case _:
                raise ValueError("stands where no such record may stand")

    def _departure(self, line: str) -> None:
        if _may_board(line[LO.ACTIVITY]):
            departure = _public(line[LO.PUBLIC_DEP], self.moment_min)
            self._call(line[LO.TIPLOC], None, departure, line[LO.PLATFORM])

    def _intermediate(self, line: str) -> None:
        arrives = not_before(_working(line[LI.WTT_ARR]), self.moment_min)
        self.moment_min = not_before(_working(line[LI.WTT_DEP]), arrives)
        activity = line[LI.ACTIVITY]
        arrival = _public(line[LI.PUBLIC_ARR], arrives) if _may_alight(activity) else None
        departure = _public(line[LI.PUBLIC_DEP], self.moment_min) if _may_board(activity) else None
        self._call(line[LI.TIPLOC], arrival, departure, line[LI.PLATFORM])

    def _terminus(self, line: str) -> None:
        self.moment_min = not_before(_working(line[LT.WTT_ARR]), self.moment_min)
        if _may_alight(line[LT.ACTIVITY]):
            arrival = _public(line[LT.PUBLIC_ARR], self.moment_min)
            self._call(line[LT.TIPLOC], arrival, None, line[LT.PLATFORM])

    def _call(self, tiploc: str, arrival: int | None, departure: int | None, platform: str) -> None:
        if arrival is None and departure is None:
            return
        crs = self.station_of(tiploc)
        if crs is not None:
            self.calls.append(
                CallingPoint(
                    crs=crs,
                    arrival_min=arrival,
                    departure_min=departure,
                    platform=platform.strip(),
                )
            )


def schedule(lines: list[NumberedLine], station_of: StationOf) -> Schedule:
    """Return the schedule of *lines*, which begin with its BS record.

    Raises:
        BadRecord: a field is not what the layout says, or the terminus is missing.
    """
    first, basic = lines[0]
    if basic[:2] != "BS":
        raise BadRecord(first, basic[:2], "stands where no such record may stand")
    journey = _Journey(station_of)
    toc = ""
    number = first
    try:
        check_transaction(basic[BS.TRANSACTION])
        stp = Stp(basic[BS.STP])
        for number, line in lines[1:]:  # noqa: B007 - the error below names the line
            if line[:2] == "BX":
                toc = line[BX.TOC].strip()
            else:
                journey.add(line)
        if stp is not Stp.CANCELLED and lines[-1][1][:2] != "LT":
            raise ValueError(f"train {basic[BS.UID]} has no terminus (LT)")  # noqa: TRY301
        if stp is not Stp.CANCELLED and all(line[:2] != "LO" for _, line in lines[1:3]):
            raise ValueError(f"train {basic[BS.UID]} has no origin (LO)")  # noqa: TRY301
        number = first
        return _schedule(basic, stp, TocCode(toc), tuple(journey.calls))
    except ValueError as error:
        record = dict(lines)[number][:2]
        why = f"{error}; train {basic[BS.UID]} is left out"
        raise BadRecord(number, record, why) from error


def _schedule(basic: str, stp: Stp, toc: TocCode, calls: tuple[CallingPoint, ...]) -> Schedule:
    is_public = (
        basic[BS.STATUS] not in FREIGHT_STATUS and basic[BS.CATEGORY] not in EMPTY_CATEGORIES
    )
    return Schedule(
        uid=uid(basic[BS.UID]),
        stp=stp,
        runs_from=feed_day(basic[BS.RUNS_FROM]),
        runs_to=feed_day(basic[BS.RUNS_TO]),
        days=weekdays(basic[BS.DAYS]),
        bank_holidays=basic[BS.BANK_HOLIDAYS].strip(),
        toc=toc,
        headcode=Headcode(basic[BS.IDENTITY].strip()),
        status=basic[BS.STATUS].strip(),
        category=basic[BS.CATEGORY].strip(),
        seating=basic[BS.SEATING].strip(),
        sleepers=basic[BS.SLEEPERS].strip(),
        reservations=basic[BS.RESERVATIONS].strip(),
        calls=calls if is_public else (),
    )


def schedule_key(basic: str) -> ScheduleKey:
    """Return the key in a BS record; raise `ValueError` if a field of it is bad."""
    return ScheduleKey(
        uid=uid(basic[BS.UID]), runs_from=feed_day(basic[BS.RUNS_FROM]), stp=Stp(basic[BS.STP])
    )


def check_transaction(text: str) -> None:
    """Raise `ValueError` unless *text* inserts (N), revises (R) or deletes (D) a record."""
    if text not in TRANSACTIONS:
        raise ValueError(f"{text!r} is no transaction (N, R or D)")


def uid(text: str) -> TrainUid:
    """Return a train's UID; raise `ValueError` if the field is blank."""
    if not text.strip():
        raise ValueError("the train UID is blank")
    return TrainUid(text.strip())


@lru_cache(maxsize=4096)
def feed_day(text: str) -> date:
    """Return the day in a `yymmdd` field; raise `ValueError` naming it if it is none.

    Years 60-99 are of the last century, as in the interface description; `999999` stands for a
    day without end.
    """
    if text == "999999":
        return date.max
    if not text.isdigit():
        raise ValueError(f"{text!r} is not a date of the form yymmdd")
    year = int(text[:2])
    try:
        return date(year + (1900 if year >= 60 else 2000), int(text[2:4]), int(text[4:]))  # noqa: PLR2004
    except ValueError:
        raise ValueError(f"{text!r} is not a date of the form yymmdd") from None


@lru_cache(maxsize=256)
def weekdays(text: str) -> int:
    """Return a days-run field as bits (bit 0 is Monday); raise `ValueError` if it is none."""
    if len(text) != WEEK or text.strip("01"):
        raise ValueError(f"{text!r} does not say on which weekdays (7 x 0 or 1)")
    return sum(1 << day for day, flag in enumerate(text) if flag == "1")


@lru_cache(maxsize=8192)
def _working(text: str) -> int:
    return hhmm(text[:4])


def _public(text: str, working_min: int) -> int | None:
    if text in {NO_PUBLIC_TIME, "    "}:
        return None
    return nearest(_working(text), working_min)


@lru_cache(maxsize=1024)
def _codes(activity: str) -> frozenset[str]:
    return frozenset(activity[i : i + 2] for i in range(0, len(activity), 2))


def _may_board(activity: str) -> bool:
    codes = _codes(activity)
    return NOT_ADVERTISED not in codes and not codes.isdisjoint(BOARDING)


def _may_alight(activity: str) -> bool:
    codes = _codes(activity)
    return NOT_ADVERTISED not in codes and not codes.isdisjoint(ALIGHTING)
