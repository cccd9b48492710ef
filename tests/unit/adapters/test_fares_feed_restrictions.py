"""The restrictions of the fares feed: two sets, each put together from many records."""

from datetime import date
from itertools import permutations
from pathlib import Path

import pytest

from railfair.adapters.feeds.fares import FileFaresFeed
from railfair.domain.codes import (
    Crs,
    RailcardCode,
    RestrictionCode,
    RouteCode,
    TicketCode,
    TocCode,
    TrainUid,
)
from railfair.domain.fares.dated import OPEN
from railfair.domain.fares.restriction import (
    At,
    DateBand,
    Direction,
    ListedTrain,
    RailcardRestriction,
    Restriction,
    RestrictionSet,
    TicketCalendar,
    TimeBand,
)
from railfair.domain.feed import ImportReport
from support.fares_feed import write_fares
from support.fares_rst_lines import ca, hc, hd, hl, rd, rh, rr, sd, sq, sr, td, tr, tt

HEADER_LINES = 6
ALL_WEEK = 0b1111111
WORKDAYS = 0b0011111


def read(folder: Path, *lines: str) -> tuple[tuple[RestrictionSet, ...], ImportReport]:
    report = ImportReport()
    found = FileFaresFeed([write_fares(folder, RST=lines)]).rules(report)
    return found.restriction_sets, report


def current(folder: Path, *lines: str) -> RestrictionSet:
    """Return the current set of *lines*, of which none is bad and RD is not one."""
    (found,), report = read(folder, rd(), *lines)
    assert report.rejected == []
    return found


def restriction(folder: Path, *lines: str) -> Restriction:
    """Return the one restriction of *lines*."""
    (found,) = current(folder, *lines).restrictions.values()
    return found


def rejected(folder: Path, *lines: str) -> list[tuple[int, str, str]]:
    """Return record number, record type and reason of what is rejected; the first record is RD."""
    _, report = read(folder, rd(), *lines)
    return [(one.line - HEADER_LINES, one.record, one.why) for one in report.rejected]


# --- sets ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_reversed", [False, True])
def test_the_current_set_comes_before_the_future_one(is_reversed: bool, tmp_path: Path) -> None:
    lines = [
        rd("C", ("02012026", "31032026")),
        rd("F", ("01042026", "31122999")),
        rh("1A", "NOW"),
        rh("1A", "LATER", marker="F"),
    ]
    found, report = read(tmp_path, *(lines[::-1] if is_reversed else lines))
    assert report.rejected == []
    assert [(one.first_day, one.last_day) for one in found] == [
        (date(2026, 1, 2), date(2026, 3, 31)),
        (date(2026, 4, 1), OPEN),
    ]
    names = [one.restrictions[RestrictionCode("1A")].name for one in found]
    assert names == ["NOW", "LATER"]


def test_a_feed_may_lack_restrictions(tmp_path: Path) -> None:
    assert read(tmp_path)[0] == ()
    assert read(tmp_path, rd("F"))[0][0].restrictions == {}


def test_records_of_a_set_without_days_are_rejected(tmp_path: Path) -> None:
    lines = [rh("1A"), rh("1A", marker="F"), tr("1A", 1, "0430", "0929", marker="F")]
    why = "CF_MKR 'F' is of a set without an RD record"
    assert rejected(tmp_path, *lines) == [(3, "RH", why), (4, "TR", why)]


def test_days_of_a_set_that_come_twice_are_rejected(tmp_path: Path) -> None:
    assert rejected(tmp_path, rd()) == [(2, "RD", "there is such a record already")]


# --- one restriction -----------------------------------------------------------------------------


def test_a_header_is_read_field_by_field(tmp_path: Path) -> None:
    line = rh("1A", "OFF-PEAK TO AYTON", out="NOT BEFORE 9", back="ANY", types="PN", change="N")
    assert restriction(tmp_path, line) == Restriction(
        code=RestrictionCode("1A"),
        name="OFF-PEAK TO AYTON",
        text_out="NOT BEFORE 9",
        text_return="ANY",
        lists_good_out=True,
        lists_good_return=False,
        allows_change=False,
    )


def test_listed_trains_may_be_good_on_the_way_back_only(tmp_path: Path) -> None:
    found = restriction(tmp_path, rh("1A", types="NP"))
    assert (found.lists_good_out, found.lists_good_return) == (False, True)
    assert found.allows_change


def test_days_are_parts_of_the_year_that_may_wrap_its_end(tmp_path: Path) -> None:
    found = restriction(tmp_path, rh("1A"), hd("1A", "1227", "0229"), hd("1A", days="NNNNNYN"))
    assert found.days == (
        DateBand(first=1227, last=229, weekdays=WORKDAYS),
        DateBand(first=101, last=1231, weekdays=0b0100000),
    )


def test_places_and_changes_are_kept(tmp_path: Path) -> None:
    lines = [rh("1A"), hl("1A", "AYT"), hl("1A", "BEE"), hc("1A", "CEE")]
    found = restriction(tmp_path, *lines)
    assert (found.places, found.changes) == (("AYT", "BEE"), ("CEE",))


def test_a_time_is_read_field_by_field(tmp_path: Path) -> None:
    found = restriction(
        tmp_path,
        rh("1A"),
        tr("1A", 1, "0430", "0929", "AYT"),
        tr("1A", 2, "0000", "2359", at="A", direction="R", minimum="Y"),
        tr("1A", 3, "0600", "0600", "BEE", at="V"),
    )
    assert found.times == (
        TimeBand(
            direction=Direction.OUTWARD,
            at=At.DEPARTURE,
            from_min=270,
            to_min=569,
            crs=Crs("AYT"),
        ),
        TimeBand(
            direction=Direction.RETURN,
            at=At.ARRIVAL,
            from_min=0,
            to_min=1439,
            crs=None,
            is_minimum_fare=True,
        ),
        TimeBand(
            direction=Direction.OUTWARD, at=At.CHANGE, from_min=360, to_min=360, crs=Crs("BEE")
        ),
    )


def test_times_of_one_number_differ_by_their_direction(tmp_path: Path) -> None:
    lines = [
        rh("1A"),
        tr("1A", 1, "0430", "0929"),
        tr("1A", 1, "1600", "1859", direction="R"),
        td("1A", 1, "0105", "0109", direction="R"),
        tt("1A", 1, "ZY"),
        tt("1A", 1, "ZX"),
    ]
    out, back = restriction(tmp_path, *lines).times
    assert (out.tocs, out.days) == ((TocCode("ZY"), TocCode("ZX")), ())
    assert (back.tocs, back.days) == ((), (DateBand(first=105, last=109, weekdays=WORKDAYS),))


def test_a_listed_train_is_read_with_its_days_and_places(tmp_path: Path) -> None:
    lines = [
        rh("1A"),
        sr("1A", "Z90001"),
        sr("1A", "Z90001", direction="R", sleeper="Y"),
        sd("1A", "Z90001", "0105", "0109", "YYYYYYY"),
        sq("1A", "Z90001", "AYT", "A"),
        sq("1A", "Z90001", "BEE"),
    ]
    assert restriction(tmp_path, *lines).trains == (
        ListedTrain(
            uid=TrainUid("Z90001"),
            direction=Direction.OUTWARD,
            days=(DateBand(first=105, last=109, weekdays=ALL_WEEK),),
            places=((Crs("AYT"), "A"), (Crs("BEE"), "B")),
        ),
        ListedTrain(uid=TrainUid("Z90001"), direction=Direction.RETURN, is_sleeper=True),
    )


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_records_may_stand_in_any_order(order: tuple[int, ...], tmp_path: Path) -> None:
    lines = [rd(), rh("1A", "NAMED"), tr("1A", 1, "0430", "0929"), tt("1A", 1, "ZY")]
    (found,), report = read(tmp_path, *(lines[place] for place in order))
    whole = found.restrictions[RestrictionCode("1A")]
    assert (whole.name, whole.times[0].tocs, report.rejected) == ("NAMED", ("ZY",), [])


def test_times_and_trains_of_a_code_without_a_header_make_a_restriction_without_a_name(
    tmp_path: Path,
) -> None:
    found = current(tmp_path, tr("1A", 1, "0430", "0929"), hd("1A"), sr("1B", "Z90001"))
    assert [(one.code, one.name) for one in found.restrictions.values()] == [("1A", ""), ("1B", "")]
    assert len(found.restrictions[RestrictionCode("1A")].times) == 1
    assert len(found.restrictions[RestrictionCode("1A")].days) == 1


def test_all_kinds_of_record_are_counted(tmp_path: Path) -> None:
    lines = [rd(), rh("1A"), tr("1A", 1, "0430", "0929"), tt("1A", 1, "ZY"), hd("1A")]
    _, report = read(tmp_path, *lines)
    kinds = ("dates", "time", "time operator", "days")
    assert [report.kept[f"restriction {kind}"] for kind in kinds] == [1, 1, 1, 1]
    assert report.read["restriction"] == report.kept["restriction"] == 1


# --- railcards and calendars ---------------------------------------------------------------------


def test_what_a_railcard_brings_is_read_field_by_field(tmp_path: Path) -> None:
    lines = [rr("INV", "1A"), rr("INV", ticket="SDS", route="00700", crs="AYT", ban="Y")]
    assert current(tmp_path, *lines).railcards == (
        RailcardRestriction(
            railcard=RailcardCode("INV"),
            ticket=TicketCode(""),
            route=RouteCode(""),
            origin=None,
            restriction=RestrictionCode("1A"),
            is_ban=False,
        ),
        RailcardRestriction(
            railcard=RailcardCode("INV"),
            ticket=TicketCode("SDS"),
            route=RouteCode("00700"),
            origin=Crs("AYT"),
            restriction=RestrictionCode(""),
            is_ban=True,
        ),
    )


def test_calendars_of_tickets_are_kept_and_those_of_supplements_left_out(tmp_path: Path) -> None:
    lines = [
        rd(),
        ca("SDS", "I", "1225", "1226"),
        ca("SVR", "D", "0101", "0102", "YYYYYNN", route="00700", country="S"),
        ca("SUP", "S", "0101", "1231"),
    ]
    (found,), report = read(tmp_path, *lines)
    assert (report.read["ticket calendar"], report.left_out) == (3, {"ticket calendar": 1})
    assert found.calendars == (
        TicketCalendar(
            ticket=TicketCode("SDS"),
            kind="I",
            route=RouteCode(""),
            country="",
            days=DateBand(first=1225, last=1226, weekdays=ALL_WEEK),
        ),
        TicketCalendar(
            ticket=TicketCode("SVR"),
            kind="D",
            route=RouteCode("00700"),
            country="S",
            days=DateBand(first=101, last=102, weekdays=WORKDAYS),
        ),
    )


@pytest.mark.parametrize("record", ["TP", "TE", "SP", "SE", "EC", "HA"])
def test_records_for_staff_and_texts_are_left_out(record: str, tmp_path: Path) -> None:
    (found,), report = read(tmp_path, rd(), rh("1A"), f"R{record}C1A0001O")
    assert (len(found.restrictions), report.rejected) == (1, [])
    assert report.left_out["other restriction record"] == 1


# --- what is bad ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "record", "why"),
    [
        (hd("1B"), "HD", "RESTRICTION_CODE '1B' is of no RH, TR or SR record"),
        (hl("1B", "AYT"), "HL", "RESTRICTION_CODE '1B' is of no RH, TR or SR record"),
        (hc("1B", "AYT"), "HC", "RESTRICTION_CODE '1B' is of no RH, TR or SR record"),
        (td("1B", 1, "0101", "0102"), "TD", "RESTRICTION_CODE '1B' is of no RH, TR or SR record"),
        (td("1A", 2, "0101", "0102"), "TD", "SEQUENCE_NO and OUT_RET '0002O' are of no TR record"),
        (tt("1A", 1, "ZY", direction="R"), "TT", "SEQUENCE_NO and OUT_RET '0001R' are of no TR"),
        (sd("1A", "Y2", "0101", "0102"), "SD", "TRAIN_NO and OUT_RET 'Y2    O' are of no SR"),
        (sq("1A", "Y1", "AYT", direction="R"), "SQ", "TRAIN_NO and OUT_RET 'Y1    R' are of no SR"),
    ],
)
def test_a_part_of_what_is_not_there_is_rejected(
    line: str, record: str, why: str, tmp_path: Path
) -> None:
    lines = [rh("1A"), tr("1A", 1, "0430", "0929"), sr("1A", "Y1")]
    ((number, found, reason),) = rejected(tmp_path, line, *lines)
    assert (number, found) == (2, record)
    assert reason.startswith(why)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (f"I{rh('1A')[1:]}", "UPDATE_MARKER is 'I', not 'R' as in a full set"),
        ("RXXC1A", "RECORD_TYPE 'XX' is none of this file's"),
        (rh("1A", marker="X"), "CF_MKR is 'X', not one of 'C', 'F'"),
        (rd("F", ("01022026", "01012026")), "START_DATE 01/02/2026 is after END_DATE 01/01/2026"),
        (rh("  "), "RESTRICTION_CODE is blank"),
        (rh("1A", types="XN"), "TYPE_OUT is 'X', not one of 'N', 'P'"),
        (rh("1A", types="N "), "TYPE_RTN is ' ', not one of 'N', 'P'"),
        (rh("1A", change=" "), "CHANGE_IND is ' ', not one of 'N', 'Y'"),
        (hd("1Z", "0230"), "DATE_FROM is '0230', not a day of the form mmdd"),
        (hd("1Z", last="    "), "DATE_TO is '    ', not a day of the form mmdd"),
        (hd("1Z", days="1111100"), "DAYS is '1111100', not 7 x Y or N"),
        (hl("1Z", "1"), "LOCATION_CRS_CODE is '1  ', not a station code of three letters"),
        (hc("1Z", ""), "ALLOWED_CHANGE is '   ', not a station code of three letters"),
        (tr("1A", 1, "2460", "2359"), "TIME_FROM is '2460', not a time of the form HHMM"),
        (tr("1A", 1, "0900", "    "), "TIME_TO is '    ', not a time of the form HHMM"),
        (tr("1A", 1, "0930", "0929"), "TIME_FROM 0930 is after TIME_TO 0929"),
        (tr("1A", 1, "0430", "0929", at="X"), "ARR_DEP_VIA is 'X', not one of 'A', 'D', 'V'"),
        (tr("1A", 1, "0430", "0929", direction=" "), "OUT_RET is ' ', not one of 'O', 'R'"),
        (tr("1A", 1, "0430", "0929", minimum="T"), "MIN_FARE_FLAG is 'T', not one of 'N', 'Y'"),
        (tt("1Z", 9, ""), "TOC_CODE is blank"),
        (sr("1A", "Y1", sleeper=" "), "SLEEPER_IND is ' ', not one of 'N', 'Y'"),
        (sr("1A", ""), "TRAIN_NO is blank"),
        (sq("1Z", "Y1", "AYT", "X"), "ARR_DEP is 'X', not one of 'A', 'B', 'D'"),
        (rh("1\xe9"), "RESTRICTION_CODE is '1\xe9', not a code of letters and digits"),
        (tt("1Z", 9, "?"), "TOC_CODE is '? ', not a code of letters and digits"),
        (sr("1A", "Y 1"), "TRAIN_NO is 'Y 1   ', not a code of letters and digits"),
        (rr(""), "RAILCARD_CODE is blank"),
        (rr("I?V"), "RAILCARD_CODE is 'I?V', not a code of letters and digits"),
        (rr("INV", "\xe9"), "RESTRICTION_CODE is '\xe9 ', not a code of letters and digits"),
        (rr("INV", ticket="***"), "TICKET_CODE is '***', not a code of letters and digits"),
        (rr("INV", route="0000?"), "ROUTE_CODE is '0000?', not a code of letters and digits"),
        (ca("S?S", "I", "0101", "0102"), "TICKET_CODE is 'S?S', not a code of letters"),
        (ca("SDS", "I", "0101", "0102", route="?"), "ROUTE_CODE is '?    ', not a code of letters"),
        (rr("INV", ban="X"), "TOTAL_BAN is 'X', not one of ' ', 'N', 'Y'"),
        (ca("SDS", "X", "0101", "0102"), "CAL_TYPE is 'X', not one of 'D', 'I', 'S'"),
        (ca("SDS", "I", "0101", "0102", country="W"), "COUNTRY_CODE is 'W', not one of"),
    ],
)
def test_a_bad_record_is_rejected_by_the_name_of_its_field(
    line: str, why: str, tmp_path: Path
) -> None:
    ((number, record, reason),) = rejected(tmp_path, rh("1Z"), line)
    assert (number, record) == (3, line[1:3])
    assert reason.startswith(why)


@pytest.mark.parametrize("line", [rh("1A"), tr("1A", 1, "0430", "0929"), sr("1A", "Z90001")])
def test_a_record_that_comes_twice_is_rejected(line: str, tmp_path: Path) -> None:
    why = "there is such a record already"
    assert rejected(tmp_path, line, line) == [(3, line[1:3], why)]
