"""The restrictions file (RST): the sets of now and of the future, each put together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from railfair.adapters.feeds import fares_rst_layout as rst
from railfair.adapters.feeds.fares_fields import (
    any_code,
    any_crs,
    clock_min,
    code,
    crs,
    date_band,
    days,
    is_yes,
    one_of,
    text,
)
from railfair.adapters.feeds.fares_records import RecordFile, RecordKind, put_once
from railfair.domain.codes import (
    RailcardCode,
    RestrictionCode,
    RouteCode,
    TicketCode,
    TocCode,
    TrainUid,
)
from railfair.domain.fares.restriction import (
    At,
    Direction,
    ListedTrain,
    RailcardRestriction,
    Restriction,
    RestrictionSet,
    TicketCalendar,
    TimeBand,
)

SETS: Final = "CF"
"""The current set, then the future one."""
RECORD_TYPE: Final = slice(1, 3)
DATES: Final = "RD"
GOOD: Final = "P"
"""TYPE of a restriction whose listed trains are good in spite of the times."""
SUPPLEMENT: Final = "S"
"""CAL_TYPE of the days of a supplement."""
TIME_KEY: Final = slice(rst.OfTime.SEQUENCE_NO.place.start, rst.OfTime.OUT_RET.place.stop)
TRAIN_KEY: Final = slice(rst.OfTrain.TRAIN_NO.place.start, rst.OfTrain.OUT_RET.place.stop)


@dataclass(slots=True)
class _Code:
    """A restriction while its times and trains are read, each by its key."""

    header: Restriction
    times: dict[str, TimeBand] = field(default_factory=dict)
    trains: dict[str, ListedTrain] = field(default_factory=dict)

    def whole(self) -> Restriction:
        times, trains = tuple(self.times.values()), tuple(self.trains.values())
        return replace(self.header, times=times, trains=trains)


@dataclass(slots=True)
class _Set:
    """A set while its records are read."""

    dates: RestrictionSet
    codes: dict[RestrictionCode, _Code] = field(default_factory=dict)
    railcards: list[RailcardRestriction] = field(default_factory=list)
    calendars: list[TicketCalendar] = field(default_factory=list)

    def whole(self) -> RestrictionSet:
        return replace(
            self.dates,
            restrictions={one: held.whole() for one, held in self.codes.items()},
            railcards=tuple(self.railcards),
            calendars=tuple(self.calendars),
        )

    def named_or_not(self, line: str) -> _Code:
        """Return the restriction of a TR or SR record; without an RH record it has no name."""
        wanted = _code(line)
        nameless = Restriction(code=wanted, name="", text_out="", text_return="")
        return self.codes.setdefault(wanted, _Code(nameless))

    def known(self, line: str) -> _Code:
        """Return the restriction of a record that says more of it."""
        wanted = _code(line)
        if wanted not in self.codes:
            raise ValueError(f"RESTRICTION_CODE {wanted!r} is of no RH, TR or SR record")
        return self.codes[wanted]


def _code(line: str) -> RestrictionCode:
    return RestrictionCode(code(line, rst.OfCode.RESTRICTION_CODE))


def _dates(line: str) -> _Set:
    first, last = days(line, rst.RD)
    return _Set(RestrictionSet(first_day=first, last_day=last, restrictions={}))


def _put_header(held: _Set, line: str) -> None:
    header = Restriction(
        code=_code(line),
        name=text(line, rst.RH.DESCRIPTION),
        text_out=text(line, rst.RH.DESC_OUT),
        text_return=text(line, rst.RH.DESC_RTN),
        lists_good_out=one_of(line, rst.RH.TYPE_OUT, "PN") == GOOD,
        lists_good_return=one_of(line, rst.RH.TYPE_RTN, "PN") == GOOD,
        allows_change=is_yes(line, rst.RH.CHANGE_IND),
    )
    put_once(held.codes, header.code, _Code(header))


def _put_days(held: _Set, line: str) -> None:
    band = date_band(line, rst.HD)
    one = held.known(line)
    one.header = replace(one.header, days=(*one.header.days, band))


def _put_place(held: _Set, line: str) -> None:
    place = crs(line, rst.HL.LOCATION_CRS_CODE)
    one = held.known(line)
    one.header = replace(one.header, places=(*one.header.places, place))


def _put_change(held: _Set, line: str) -> None:
    place = crs(line, rst.HC.ALLOWED_CHANGE)
    one = held.known(line)
    one.header = replace(one.header, changes=(*one.header.changes, place))


def _put_time(held: _Set, line: str) -> None:
    band = TimeBand(
        direction=Direction(one_of(line, rst.TR.OUT_RET, "OR")),
        at=At(one_of(line, rst.TR.ARR_DEP_VIA, "ADV")),
        from_min=clock_min(line, rst.TR.TIME_FROM),
        to_min=clock_min(line, rst.TR.TIME_TO),
        crs=any_crs(line, rst.TR.LOCATION),
        is_minimum_fare=is_yes(line, rst.TR.MIN_FARE_FLAG),
    )
    if band.from_min > band.to_min:
        first, last = rst.TR.TIME_FROM.of(line), rst.TR.TIME_TO.of(line)
        raise ValueError(f"TIME_FROM {first} is after TIME_TO {last}")
    put_once(held.named_or_not(line).times, line[TIME_KEY], band)


def _put_time_days(held: _Set, line: str) -> None:
    band = date_band(line, rst.TD)
    times = _times(held, line)
    time = times[line[TIME_KEY]]
    times[line[TIME_KEY]] = replace(time, days=(*time.days, band))


def _put_time_operator(held: _Set, line: str) -> None:
    toc = TocCode(code(line, rst.TT.TOC_CODE))
    times = _times(held, line)
    time = times[line[TIME_KEY]]
    times[line[TIME_KEY]] = replace(time, tocs=(*time.tocs, toc))


def _times(held: _Set, line: str) -> dict[str, TimeBand]:
    """Return the times of a restriction, among which is that of the TD or TT record *line*."""
    times = held.known(line).times
    if line[TIME_KEY] not in times:
        raise ValueError(f"SEQUENCE_NO and OUT_RET {line[TIME_KEY]!r} are of no TR record")
    return times


def _put_train(held: _Set, line: str) -> None:
    train = ListedTrain(
        uid=TrainUid(code(line, rst.SR.TRAIN_NO)),
        direction=Direction(one_of(line, rst.SR.OUT_RET, "OR")),
        is_sleeper=is_yes(line, rst.SR.SLEEPER_IND),
    )
    put_once(held.named_or_not(line).trains, line[TRAIN_KEY], train)


def _put_train_days(held: _Set, line: str) -> None:
    band = date_band(line, rst.SD)
    trains = _trains(held, line)
    train = trains[line[TRAIN_KEY]]
    trains[line[TRAIN_KEY]] = replace(train, days=(*train.days, band))


def _put_train_place(held: _Set, line: str) -> None:
    place = crs(line, rst.SQ.LOCATION), one_of(line, rst.SQ.ARR_DEP, "ADB")
    trains = _trains(held, line)
    train = trains[line[TRAIN_KEY]]
    trains[line[TRAIN_KEY]] = replace(train, places=(*train.places, place))


def _trains(held: _Set, line: str) -> dict[str, ListedTrain]:
    """Return the trains of a restriction, among which is that of the SD or SQ record *line*."""
    trains = held.known(line).trains
    if line[TRAIN_KEY] not in trains:
        raise ValueError(f"TRAIN_NO and OUT_RET {line[TRAIN_KEY]!r} are of no SR record")
    return trains


def _put_railcard(held: _Set, line: str) -> None:
    held.railcards.append(
        RailcardRestriction(
            railcard=RailcardCode(code(line, rst.RR.RAILCARD_CODE)),
            ticket=TicketCode(any_code(line, rst.RR.TICKET_CODE)),
            route=RouteCode(any_code(line, rst.RR.ROUTE_CODE)),
            origin=any_crs(line, rst.RR.LOCATION),
            restriction=RestrictionCode(any_code(line, rst.RR.RESTRICTION_CODE)),
            is_ban=one_of(line, rst.RR.TOTAL_BAN, "YN ") == "Y",
        )
    )


def _put_calendar(held: _Set, line: str) -> None:
    held.calendars.append(
        TicketCalendar(
            ticket=TicketCode(code(line, rst.CA.TICKET_CODE)),
            kind=rst.CA.CAL_TYPE.of(line),
            route=RouteCode(any_code(line, rst.CA.ROUTE_CODE)),
            country=one_of(line, rst.CA.COUNTRY_CODE, "ES ").strip(),
            days=date_band(line, rst.CA),
        )
    )


def _unless_supplement(line: str) -> str | None:
    return None if one_of(line, rst.CA.CAL_TYPE, "IDS") == SUPPLEMENT else line


def _nothing(_: str) -> None:
    """Leave a record out that is for staff, or only text."""


_PUT: Final[Mapping[str, Callable[[_Set, str], None]]] = {
    "RH": _put_header,
    "TR": _put_time,
    "SR": _put_train,
    "HD": _put_days,
    "HL": _put_place,
    "HC": _put_change,
    "TD": _put_time_days,
    "TT": _put_time_operator,
    "SD": _put_train_days,
    "SQ": _put_train_place,
    "RR": _put_railcard,
    "CA": _put_calendar,
}

_RST: Final[Mapping[str, RecordKind[str]]] = {
    DATES: RecordKind(name="restriction dates", read=str),
    "RH": RecordKind(name="restriction", read=str),
    "TR": RecordKind(name="restriction time", read=str),
    "SR": RecordKind(name="restriction train", read=str),
    "HD": RecordKind(name="restriction days", read=str),
    "HL": RecordKind(name="restriction place", read=str),
    "HC": RecordKind(name="restriction change", read=str),
    "TD": RecordKind(name="restriction time days", read=str),
    "TT": RecordKind(name="restriction time operator", read=str),
    "SD": RecordKind(name="restriction train days", read=str),
    "SQ": RecordKind(name="restriction train place", read=str),
    "RR": RecordKind(name="railcard restriction", read=str),
    "CA": RecordKind(name="ticket calendar", read=_unless_supplement),
    **dict.fromkeys(
        ("TP", "TE", "SP", "SE", "EC", "HA"),
        RecordKind(name="other restriction record", read=_nothing),
    ),
}
"""What belongs to nothing else first, then what says more of it."""


def restriction_sets(file: RecordFile) -> tuple[RestrictionSet, ...]:
    """Return the current set of an RST file, then the future one, whatever order they stand in."""
    sets: dict[str, _Set] = {}

    def put(line: str) -> bool:
        marker = one_of(line, rst.RST.CF_MKR, SETS)
        if line[RECORD_TYPE] == DATES:
            return put_once(sets, marker, _dates(line))
        if marker not in sets:
            raise ValueError(f"CF_MKR {marker!r} is of a set without an RD record")
        _PUT[line[RECORD_TYPE]](sets[marker], line)
        return True

    file.put_each(_RST, put)
    return tuple(sets[marker].whole() for marker in SETS if marker in sets)
