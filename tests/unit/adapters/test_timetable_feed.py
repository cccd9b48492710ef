"""The timetable feed, read from files: what it yields, and what it refuses."""

import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railfair.adapters.feeds.timetable import FileTimetableFeed
from railfair.domain.codes import Crs, Tiploc, TocCode
from railfair.domain.errors import BadFeed
from railfair.domain.feed import FeedSource, ImportReport, Rejection
from railfair.domain.station import FixedLink, OperatorInterchange, Station
from railfair.domain.timetable import Association, CallingPoint, Schedule, Stp
from railfair.ports.timetable_feed import (
    PutAssociation,
    PutSchedule,
    RemoveAssociation,
    RemoveSchedule,
    TimetableRecord,
    TiplocStation,
)
from support import timetables as feed
from support.timetables import bs, bx, call, cif, li, lo, lt, passing, plain


@dataclass(frozen=True)
class Read:
    """What a feed yielded, by kind, and its report."""

    records: list[TimetableRecord]
    report: ImportReport

    @property
    def schedules(self) -> list[Schedule]:
        return [r.schedule for r in self.records if isinstance(r, PutSchedule)]

    @property
    def calls(self) -> list[tuple[CallingPoint, ...]]:
        return [schedule.calls for schedule in self.schedules]

    @property
    def uids(self) -> list[str]:
        return [schedule.uid for schedule in self.schedules]

    @property
    def stations(self) -> dict[str, Station]:
        return {r.crs: r for r in self.records if isinstance(r, Station)}

    @property
    def links(self) -> list[FixedLink]:
        return [r for r in self.records if isinstance(r, FixedLink)]

    @property
    def rejected(self) -> list[Rejection]:
        return self.report.rejected


def read(*paths: Path, known: Mapping[Tiploc, Crs] | None = None) -> Read:
    report = ImportReport()
    found = FileTimetableFeed(paths)
    found.header()
    return Read(list(found.records(report, known=known or {})), report)


def read_set(folder: Path, **texts: str) -> Read:
    """Read a set of files given by extension, with the three stations unless others are given."""
    return read(feed.write_files(folder, {"MSN": feed.STATIONS, **texts}))


def read_train(folder: Path, *lines: str) -> tuple[CallingPoint, ...]:
    """Return the calls of the one train of *lines*, which lack its BS and BX."""
    found = read_set(folder, MCA=cif(bs("A10001"), bx(), lines))
    assert found.rejected == []
    return found.calls[0]


# --- a schedule ----------------------------------------------------------------------------------


def test_a_schedule_is_read_field_by_field(tmp_path: Path) -> None:
    basic = bs("A10001", days="1111100", bank_holidays="X", headcode="2B34", stp="O")
    found = read_set(
        tmp_path,
        MCA=cif(basic, bx("ZY"), lo("AYTON", "1000", platform="4A"), lt("CEEHAM", "1046")),
    )
    (schedule,) = found.schedules
    assert (schedule.uid, schedule.stp) == ("A10001", Stp.OVERLAY)
    assert (schedule.runs_from, schedule.runs_to) == (feed.FIRST_DAY, feed.LAST_DAY)
    assert (schedule.days, schedule.bank_holidays) == (0b0011111, "X")
    assert (schedule.toc, schedule.headcode) == ("ZY", "2B34")
    assert (schedule.status, schedule.category) == ("P", "OO")
    assert (schedule.seating, schedule.reservations, schedule.sleepers) == ("B", "S", "")
    assert schedule.calls == (
        call("AYT", dep="10:00", platform="4A"),
        call("CEE", arr="10:46"),
    )


def test_calls_come_in_order_of_running_with_arrival_and_departure(tmp_path: Path) -> None:
    calls = read_train(
        tmp_path, lo("AYTON", "1000"), li("BEEFORD", "1020", "1022"), lt("CEEHAM", "1046")
    )
    assert calls[1] == call("BEE", arr="10:20", dep="10:22")


def test_times_past_midnight_count_on(tmp_path: Path) -> None:
    calls = read_train(
        tmp_path, lo("AYTON", "2350"), li("BEEFORD", "2359H", "0001"), lt("CEEHAM", "0040")
    )
    assert calls == (
        call("AYT", dep="23:50"),
        call("BEE", arr="23:59", dep="24:01"),
        call("CEE", arr="24:40"),
    )


def test_a_train_may_pass_midnight_where_it_does_not_call(tmp_path: Path) -> None:
    calls = read_train(
        tmp_path, lo("AYTON", "2350"), passing("BEEFORD", "0010"), lt("CEEHAM", "0040")
    )
    assert calls == (call("AYT", dep="23:50"), call("CEE", arr="24:40"))


def test_a_train_before_four_belongs_to_its_own_calendar_day(tmp_path: Path) -> None:
    calls = read_train(tmp_path, lo("AYTON", "0015"), lt("CEEHAM", "0345"))
    assert calls == (call("AYT", dep="0:15"), call("CEE", arr="3:45"))


def test_a_journey_may_last_longer_than_a_day(tmp_path: Path) -> None:
    calls = read_train(
        tmp_path, lo("AYTON", "1800"), li("BEEFORD", "0600", "1700"), lt("CEEHAM", "1900")
    )
    assert calls == (
        call("AYT", dep="18:00"),
        call("BEE", arr="30:00", dep="41:00"),
        call("CEE", arr="43:00"),
    )


def test_public_times_are_kept_where_working_times_differ(tmp_path: Path) -> None:
    calls = read_train(
        tmp_path,
        lo("AYTON", "1001H", "1000"),
        li("BEEFORD", "1020H", "1022", ("1021", "1021")),
        lt("CEEHAM", "1045", "1047"),
    )
    assert calls == (
        call("AYT", dep="10:00"),
        call("BEE", arr="10:21", dep="10:21"),
        call("CEE", arr="10:47"),
    )


def test_a_public_time_lies_on_the_day_that_brings_it_closest_to_the_working_one(
    tmp_path: Path,
) -> None:
    calls = read_train(
        tmp_path,
        lo("AYTON", "2330"),
        li("BEEFORD", "2358", "0001", ("2358", "2359")),
        lt("CEEHAM", "2359", "0001"),
    )
    assert calls[1] == call("BEE", arr="23:58", dep="23:59")
    assert calls[2] == call("CEE", arr="48:01")


def test_0000_and_blank_are_no_public_times(tmp_path: Path) -> None:
    calls = read_train(
        tmp_path,
        lo("AYTON", "1000"),
        li("BEEFORD", "1010", "1011", ("0000", "0000")),
        li("BEEFORD", "1020", "1021", ("    ", "1021")),
        li("BEEFORD", "1030", "1031", ("1030", "0000")),
        lt("CEEHAM", "1046"),
    )
    assert calls == (
        call("AYT", dep="10:00"),
        call("BEE", dep="10:21"),
        call("BEE", arr="10:30"),
        call("CEE", arr="10:46"),
    )


@pytest.mark.parametrize(
    ("activity", "board", "alight"),
    [
        ("T ", True, True),
        ("R ", True, True),
        ("U ", True, False),
        ("D ", False, True),
        ("T RM-U", True, True),
        ("-T", False, False),
        ("-U", False, False),
        ("-D", False, False),
        ("-DT ", True, True),
        ("OPA C ", False, False),
        ("TW", False, False),
        ("N ", False, False),
        ("T N ", False, False),
        ("N U ", False, False),
        ("", False, False),
    ],
)
def test_whole_activity_codes_say_who_may_board_and_alight(
    tmp_path: Path, activity: str, board: bool, alight: bool
) -> None:
    middle = li("BEEFORD", "1020", "1022", activity=activity)
    calls = read_train(tmp_path, lo("AYTON", "1000"), middle, lt("CEEHAM", "1046"))
    expected = call("BEE", arr="10:20" if alight else None, dep="10:22" if board else None)
    assert [c for c in calls if c.crs == "BEE"] == ([expected] if board or alight else [])


def test_an_origin_or_terminus_that_is_not_advertised_is_no_call(tmp_path: Path) -> None:
    calls = read_train(
        tmp_path,
        lo("AYTON", "1000", activity="TBN "),
        li("BEEFORD", "1020", "1022"),
        lt("CEEHAM", "1046", activity="TFN "),
    )
    assert calls == (call("BEE", arr="10:20", dep="10:22"),)


def test_a_place_without_a_station_is_left_out(tmp_path: Path) -> None:
    calls = read_train(
        tmp_path, lo("AYTON", "1000"), li("NOWHERE", "1010", "1011"), lt("CEEHAM", "1046")
    )
    assert [c.crs for c in calls] == ["AYT", "CEE"]


def test_a_change_en_route_and_notes_leave_the_calls_alone(tmp_path: Path) -> None:
    change = feed.columns(80, {1: "CR", 3: "BEEFORD", 11: "OO", 13: "9Z99"})
    calls = read_train(
        tmp_path,
        lo("AYTON", "1000"),
        feed.columns(80, {1: "LN", 3: "a note"}),
        change,
        li("BEEFORD", "1020", "1022"),
        lt("CEEHAM", "1046"),
    )
    assert [c.crs for c in calls] == ["AYT", "BEE", "CEE"]


@pytest.mark.parametrize(
    ("status", "category"), [("F", "OO"), ("2", "OO"), ("P", "EE"), ("1", "ZZ"), ("T", "  ")]
)
def test_freight_and_empty_trains_are_left_out(tmp_path: Path, status: str, category: str) -> None:
    lines = [bs("A10001", status=status, category=category), *plain("A10001")[1:]]
    found = read_set(tmp_path, MCA=cif(lines, plain("A10002")))
    assert found.uids == ["A10002"]
    assert found.rejected == []


@pytest.mark.parametrize(
    ("status", "category"), [("B", "BR"), ("5", "BS"), ("S", "SS"), ("1", "XX")]
)
def test_buses_ships_and_short_term_trains_are_kept(
    tmp_path: Path, status: str, category: str
) -> None:
    lines = [bs("A10001", status=status, category=category), *plain("A10001")[1:]]
    assert read_set(tmp_path, MCA=cif(lines)).uids == ["A10001"]


def test_an_overlay_that_makes_a_train_empty_still_takes_the_place_of_the_old_one(
    tmp_path: Path,
) -> None:
    lines = [bs("A10001", category="EE", stp="O"), *plain("A10001")[1:]]
    (schedule,) = read_set(tmp_path, MCA=cif(lines)).schedules
    assert (schedule.stp, schedule.calls) == (Stp.OVERLAY, ())


def test_a_revision_that_makes_a_train_empty_takes_the_place_of_the_old_one(
    tmp_path: Path,
) -> None:
    lines = [bs("A10001", category="EE", transaction="R"), *plain("A10001")[1:]]
    (schedule,) = read_set(tmp_path, MCA=cif(lines)).schedules
    assert (schedule.stp, schedule.calls) == (Stp.PERMANENT, ())


def test_a_cancellation_needs_neither_extra_details_nor_stops(tmp_path: Path) -> None:
    found = read_set(
        tmp_path, MCA=cif(bs("A10001", stp="C", status=" ", category="  "), plain("A10002"))
    )
    assert [(s.uid, s.stp, s.calls[:1]) for s in found.schedules] == [
        ("A10001", Stp.CANCELLED, ()),
        ("A10002", Stp.PERMANENT, (call("AYT", dep="10:00"),)),
    ]


def test_years_from_60_are_of_the_last_century_and_999999_is_without_end(tmp_path: Path) -> None:
    lines = [bs("A10001", runs=("991231", "999999")), *plain("A10001")[1:]]
    (schedule,) = read_set(tmp_path, MCA=cif(lines)).schedules
    assert (schedule.runs_from, schedule.runs_to) == (date(1999, 12, 31), date.max)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 240)), min_size=1, max_size=12))
def test_times_never_run_backwards_and_keep_their_clock_face(
    tmp_path_factory: pytest.TempPathFactory, legs: list[tuple[int, int]]
) -> None:
    clock, middle, expected = 600, [], [600]
    for wait, ride in legs:
        arrives = clock + ride
        clock = arrives + wait
        middle.append(li("BEEFORD", _hhmm(arrives), _hhmm(clock), (_hhmm(arrives), "0000")))
        expected.append(arrives)
    lines = [bs("A10001"), bx(), lo("AYTON", "1000"), *middle, lt("CEEHAM", _hhmm(clock + 1))]
    folder = tmp_path_factory.mktemp("feed")
    (calls,) = read_set(folder, MCA=cif(lines)).calls
    shown = [e for e in expected if e % 1440]  # a public call at midnight cannot be written
    times = [c.departure_min if c.arrival_min is None else c.arrival_min for c in calls]
    assert times[: len(shown)] == shown


def _hhmm(rail_min: int) -> str:
    clock = rail_min % 1440
    return f"{clock // 60:02}{clock % 60:02}"


# --- trains entered by hand ----------------------------------------------------------------------


def test_a_train_entered_by_hand_names_stations_instead_of_timing_points(tmp_path: Path) -> None:
    lines = [bs("Z10001"), bx("  "), lo("AYT----", "1027"), lt("CEE----", "1105")]
    blank = feed.columns(80, {1: "HD", 39: "*"})
    found = read_set(tmp_path, MCA=cif(plain("A10001")), ZTR=cif(lines, header=blank))
    by_hand = [r for r in found.records if isinstance(r, PutSchedule) and r.is_manual]
    assert [r.schedule.calls for r in by_hand] == [
        (call("AYT", dep="10:27"), call("CEE", arr="11:05"))
    ]
    assert by_hand[0].schedule.toc == ""


def test_a_loop_calls_at_the_same_place_as_often_as_it_comes_there(tmp_path: Path) -> None:
    lines = [
        *(bs("Z10001"), bx(), lo("AYT----", "1000"), li("BEE----", "1010", "1011")),
        *(li("AYT----", "1020", "1025"), li("BEE----", "1035", "1036"), lt("AYT----", "1045")),
    ]
    found = read_set(tmp_path, MCA=cif(plain("A10001")), ZTR=cif(lines))
    assert [c.crs for c in found.calls[1]] == ["AYT", "BEE", "AYT", "BEE", "AYT"]


# --- stations and the ways between them ----------------------------------------------------------


def test_a_station_is_read_field_by_field(tmp_path: Path) -> None:
    row = feed.msn_row(
        "KING'S DEE-ON-SEA", "KDEE", "KDE", cate="2", change="12", grid=("15473", "61790")
    )
    found = read_set(
        tmp_path, MSN=feed.msn(row, feed.msn_alias("KING'S DEE-ON-SEA", "DEE PIER")), MCA=cif()
    )
    assert found.stations == {
        "KDE": Station(
            crs=Crs("KDE"),
            name="King's Dee-On-Sea",
            tiplocs=(Tiploc("KDEE"),),
            change_min=12,
            interchange=2,
            easting_m=547_300,
            northing_m=179_000,
            aliases=("Dee Pier",),
        )
    }


def test_a_subsidiary_row_gives_its_timing_point_to_the_main_station(tmp_path: Path) -> None:
    low_level = feed.msn_row("AYTON LOW LEVEL", "AYTONLL", "AYT", cate="9", own="AYX", change=" 3")
    lines = [bs("A10001"), bx(), lo("AYTONLL", "1000"), lt("CEEHAM", "1046")]
    for folder, rows in (("after", (feed.AYTON, low_level)), ("before", (low_level, feed.AYTON))):
        found = read_set(tmp_path / folder, MSN=feed.msn(*rows, feed.CEEHAM), MCA=cif(lines))
        ayton = found.stations["AYT"]
        assert (ayton.name, ayton.change_min, ayton.interchange) == ("Ayton", 10, 3)
        assert sorted(ayton.tiplocs) == ["AYTON", "AYTONLL"]
        assert "AYX" not in found.stations
        assert found.calls[0][0].crs == "AYT"


def test_a_station_with_subsidiary_rows_only_is_no_interchange(tmp_path: Path) -> None:
    row = feed.msn_row("BEEFORD BUS", "BEEBUS", "BEB", cate="9")
    assert read_set(tmp_path, MSN=feed.msn(row), MCA=cif()).stations["BEB"].interchange == 0


def test_unknown_grid_and_change_time_are_left_to_the_defaults(tmp_path: Path) -> None:
    row = feed.msn_row("AYTON", "AYTON", "AYT", change="  ", grid=("00000", "00000"))
    ayton = read_set(tmp_path, MSN=feed.msn(row), MCA=cif()).stations["AYT"]
    assert (ayton.change_min, ayton.easting_m, ayton.northing_m) == (5, None, None)


def test_a_timing_point_record_is_used_only_where_the_station_names_lack_it(
    tmp_path: Path,
) -> None:
    points = [feed.ti("AYTON", "XXX", "NOT THIS"), feed.ti("DEEJN", "DEE", "DEE JUNCTION")]
    lines = [bs("A10001"), bx(), lo("AYTON", "1000"), lt("DEEJN", "1046")]
    found = read_set(tmp_path, MCA=cif(points, feed.ti("SIDING"), lines))
    assert [r for r in found.records if isinstance(r, TiplocStation)] == [
        TiplocStation(tiploc=Tiploc("DEEJN"), crs=Crs("DEE"), name="Dee Junction")
    ]
    assert [c.crs for c in found.calls[0]] == ["AYT", "DEE"]


def test_a_changed_timing_point_is_known_by_its_new_code(tmp_path: Path) -> None:
    lines = [bs("A10001"), bx(), lo("AYTON", "1000"), lt("DEENEW", "1046")]
    found = read_set(tmp_path, MCA=cif(feed.ta("DEEOLD", "DEENEW", "DEE"), lines))
    assert [c.crs for c in found.calls[0]] == ["AYT", "DEE"]


def test_a_cif_file_alone_has_its_stations_from_its_timing_points(tmp_path: Path) -> None:
    points = [feed.ti("AYTON", "AYT", "AYTON"), feed.ti("CEEHAM", "CEE", "CEEHAM PARKWAY")]
    path = tmp_path / "toc-full"
    path.write_text(cif(points, plain("A10001")), encoding="latin-1")
    assert read(path).calls == [(call("AYT", dep="10:00"), call("CEE", arr="10:46"))]


def test_timing_points_known_before_serve_an_update_that_lacks_them(tmp_path: Path) -> None:
    path = tmp_path / "update.CIF"
    path.write_text(cif(plain("A10001"), header=feed.hd(update=True)), encoding="latin-1")
    known = {Tiploc("AYTON"): Crs("AYT"), Tiploc("CEEHAM"): Crs("CEE")}
    assert [c.crs for c in read(path, known=known).calls[0]] == ["AYT", "CEE"]
    assert read(path).calls == []


def test_an_additional_link_is_read_whatever_the_order_of_its_keys(tmp_path: Path) -> None:
    lines = (
        "M=TUBE,O=AYT,D=CEE,T=13,S=0530,E=2359,P=4,R=1111110\n"
        "F=01/02/2026,U=28/02/2026,T=7,D=BEE,O=AYT,M=WALK\n"
    )
    tube, walk = read_set(tmp_path, ALF=lines, MCA=cif()).links
    assert tube == FixedLink(
        mode="tube", origin=Crs("AYT"), destination=Crs("CEE"), duration_min=13,
        starts_min=330, ends_min=1439, days=0b0111111, priority=4,
    )  # fmt: skip
    assert (walk.mode, walk.duration_min, walk.days) == ("walk", 7, 0b1111111)
    assert (walk.first_day, walk.last_day) == (date(2026, 2, 1), date(2026, 2, 28))


def test_fixed_links_serve_only_pairs_that_have_no_additional_link(tmp_path: Path) -> None:
    fixed = feed.flf(
        "ADDITIONAL LINK: WALK BETWEEN CEE AND AYT IN   9 MINUTES",
        "ADDITIONAL LINK: METRO BETWEEN AYT AND BEE IN  15 MINUTES",
    )
    found = read_set(tmp_path, ALF="M=WALK,O=AYT,D=CEE,T=4\n", FLF=fixed, MCA=cif())
    assert [(link.mode, link.destination, link.duration_min) for link in found.links] == [
        ("walk", "CEE", 4),
        ("metro", "BEE", 15),
    ]


def test_change_times_between_operators_are_read(tmp_path: Path) -> None:
    found = read_set(tmp_path, TSI="AYT,ZY,ZX,10,\nAYT,ZX,ZY,0,a text\n", MCA=cif())
    assert [r for r in found.records if isinstance(r, OperatorInterchange)] == [
        OperatorInterchange(
            crs=Crs("AYT"),
            arriving_toc=TocCode(one),
            departing_toc=TocCode(other),
            change_min=change,
        )
        for one, other, change in (("ZY", "ZX", 10), ("ZX", "ZY", 0))
    ]


@pytest.mark.parametrize(
    ("extension", "text"),
    [
        ("ALF", "M=WALK,O=AYT,T=4\n"),
        ("ALF", "M=WALK,O=AYTON,D=CEE,T=4\n"),
        ("ALF", "M=WALK,O=AYT,D=CEE,T=soon\n"),
        ("ALF", "M=WALK,O=AYT,D=CEE,T=4,R=12\n"),
        ("ALF", "what is this\n"),
        ("TSI", "AYT,ZY\n"),
        ("TSI", "AYTON,ZY,ZX,10,\n"),
        ("TSI", "AYT,ZY,ZX,ten,\n"),
        ("FLF", feed.trailed(["a walk of five minutes"])),
        ("MSN", feed.msn(feed.AYTON.replace("AYT", "A1T"))),
        ("MSN", feed.msn(feed.msn_row("AYTON", "AYTON", "AYT", cate="?"))),
    ],
)
def test_a_bad_row_of_a_small_file_is_rejected_with_file_and_line(
    tmp_path: Path, extension: str, text: str
) -> None:
    found = read_set(tmp_path, **{extension: text, "MCA": cif()})
    (rejection,) = found.rejected
    assert rejection.file == f"RJTTF901.{extension}"
    assert rejection.line == (4 if extension == "MSN" else 1)
    assert rejection.why


# --- associations and transactions ---------------------------------------------------------------


def test_an_association_is_read_field_by_field(tmp_path: Path) -> None:
    found = read_set(
        tmp_path, MCA=cif(feed.aa("A10001", "A10002", category="NP", day="N", kind="O"))
    )
    (association,) = [r.association for r in found.records if isinstance(r, PutAssociation)]
    assert association == Association(
        base_uid=association.base_uid, other_uid=association.other_uid,
        runs_from=feed.FIRST_DAY, runs_to=feed.LAST_DAY, days=0b1111111, category="NP",
        day_offset=1, tiploc=Tiploc("BEEFORD"), base_suffix="", other_suffix="",
        passengers=False, stp=Stp.PERMANENT,
    )  # fmt: skip
    assert (association.base_uid, association.other_uid) == ("A10001", "A10002")


def test_the_association_s_other_day_may_be_the_one_before_or_blank_on_a_cancellation(
    tmp_path: Path,
) -> None:
    lines = [
        feed.aa("A10001", "A10002", day="P"),
        feed.aa("A10001", "A10002", day=" ", category="  ", kind=" ", stp="C"),
    ]
    found = read_set(tmp_path, MCA=cif(lines))
    kept = [r.association for r in found.records if isinstance(r, PutAssociation)]
    assert [(a.day_offset, a.category, a.stp) for a in kept] == [
        (-1, "JJ", Stp.PERMANENT),
        (0, "", Stp.CANCELLED),
    ]


def test_transactions_insert_revise_and_delete(tmp_path: Path) -> None:
    gone = feed.columns(80, {1: "BSD", 4: "A10003", 10: "260105", 80: "O"})
    unjoined = feed.columns(80, {1: "AAD", 4: "A10001A10002260105", 38: "BEEFORD", 80: "P"})
    revised = [bs("A10002", transaction="R"), *plain("A10002")[1:]]
    found = read_set(tmp_path, MCA=cif(unjoined, plain("A10001"), revised, gone))
    assert found.rejected == []
    assert found.uids == ["A10001", "A10002"]
    (removal,) = [r.key for r in found.records if isinstance(r, RemoveSchedule)]
    assert (removal.uid, removal.runs_from, removal.stp) == ("A10003", feed.FIRST_DAY, Stp.OVERLAY)
    (parted,) = [r.association for r in found.records if isinstance(r, RemoveAssociation)]
    assert (parted.base_uid, parted.other_uid, parted.tiploc) == ("A10001", "A10002", "BEEFORD")


@pytest.mark.parametrize("line", [bs("A10001", transaction="Q"), bs("      ", transaction="D")])
def test_a_transaction_that_cannot_be_meant_is_rejected(tmp_path: Path, line: str) -> None:
    found = read_set(tmp_path, MCA=cif(line, plain("A10001")[1:], plain("A10002")))
    assert found.uids == ["A10002"]
    assert found.rejected[0].line == 2


# --- the header ----------------------------------------------------------------------------------


def test_the_header_says_what_the_feed_is(tmp_path: Path) -> None:
    (tmp_path / "RJTTF901.MCA").write_text(cif(header=feed.hd(follows="DFINV1Z", update=True)))
    header = FileTimetableFeed([tmp_path]).header()
    assert (header.version, header.source) == ("RJTTF901", FeedSource.IMPORT)
    assert (header.reference, header.follows, header.is_update) == ("DFINV1A", "DFINV1Z", True)
    assert (header.first_day, header.last_day) == (feed.FIRST_DAY, feed.LAST_DAY)


def test_the_demo_railway_s_feed_is_told_by_its_header(tmp_path: Path) -> None:
    (tmp_path / "RJTTF901.MCA").write_text(cif(header=feed.hd(mainframe="TPS.DEMO.PD260105")))
    assert FileTimetableFeed([tmp_path]).header().source is FeedSource.DEMO


def test_a_header_without_dates_says_so(tmp_path: Path) -> None:
    (tmp_path / "RJTTF901.ZTR").write_text(cif(header=feed.columns(80, {1: "HD", 39: "*"})))
    header = FileTimetableFeed([tmp_path]).header()
    assert (header.first_day, header.last_day, header.is_update) == (None, None, False)


def test_a_file_without_an_ending_gives_its_whole_name_as_version(tmp_path: Path) -> None:
    (tmp_path / "toc-full").write_text(cif())
    assert FileTimetableFeed([tmp_path / "toc-full"]).header().version == "TOC-FULL"


# --- where the files lie -------------------------------------------------------------------------

WHOLE = {
    "MCA": cif(plain("A10001")),
    "MSN": feed.STATIONS,
    "ALF": "M=WALK,O=AYT,D=CEE,T=4\n",
    "FLF": feed.flf("ADDITIONAL LINK: METRO BETWEEN AYT AND BEE IN  15 MINUTES"),
    "TSI": "AYT,ZY,ZX,10,\n",
    "SET": "UCFCATE\n",
    "DAT": feed.trailed([f"RJTTF901.{kind}" for kind in ("MCA", "MSN", "ALF", "FLF", "TSI")]),
}


def test_a_folder_a_zip_and_single_files_read_the_same(tmp_path: Path) -> None:
    folder = feed.write_files(tmp_path / "folder", WHOLE)
    packed = feed.write_zip(tmp_path / "feed.zip", WHOLE)
    from_folder = read(folder)
    assert from_folder.rejected == []
    assert len(from_folder.schedules) == 1
    assert read(packed) == from_folder
    assert read(*folder.iterdir()) == from_folder


def test_single_files_may_be_gzipped_whatever_their_name(tmp_path: Path) -> None:
    named = feed.write_gzip(tmp_path / "RJTTF901.MCA.gz", WHOLE["MCA"])
    unnamed = feed.write_gzip(tmp_path / "RJTTF901.MSN", WHOLE["MSN"])
    assert read(named, unnamed).calls == [(call("AYT", dep="10:00"), call("CEE", arr="10:46"))]


def test_line_ends_of_either_kind_are_read(tmp_path: Path) -> None:
    texts = {kind: text.replace("\n", "\r\n") for kind, text in WHOLE.items()}
    assert (
        read(feed.write_zip(tmp_path / "feed.zip", texts)).calls
        == read(feed.write_zip(tmp_path / "unix.zip", WHOLE)).calls
    )


def test_files_of_other_kinds_in_a_folder_are_passed_over(tmp_path: Path) -> None:
    folder = feed.write_files(tmp_path, WHOLE)
    (folder / "README.txt").write_text("an invented feed")
    (folder / "empty").touch()
    assert read(folder).uids == ["A10001"]


def test_progress_tells_every_byte_of_the_files_read(tmp_path: Path) -> None:
    told: list[int] = []
    found = FileTimetableFeed([feed.write_files(tmp_path, WHOLE)], progress=told.append)
    found.header()
    list(found.records(ImportReport(), known={}))
    assert sum(told) == found.size


# --- what is no whole feed -----------------------------------------------------------------------


def refusal(*paths: Path) -> BadFeed:
    with pytest.raises(BadFeed) as refused:
        read(*paths)
    return refused.value


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "no such file" in str(refusal(tmp_path / "RJTTF901.zip"))


def test_a_wrong_kind_of_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "details.json"
    path.write_text('{"serviceAttributesDetails": {}}')
    assert "no timetable files" in str(refusal(path))


def test_a_wrong_kind_of_file_under_the_right_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "RJTTF901.MCA"
    path.write_text(feed.STATIONS)
    error = refusal(path)
    assert (error.file, error.line) == ("RJTTF901.MCA", 1)
    assert "does not begin with an HD record" in error.detail


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "RJTTF901.MCA").touch()
    assert "HD record" in refusal(tmp_path).detail


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    assert "no timetable files" in str(refusal(tmp_path))


def test_a_set_without_schedules_is_refused(tmp_path: Path) -> None:
    assert "no schedules" in str(refusal(feed.write_files(tmp_path, {"MSN": feed.STATIONS})))


def test_two_versions_do_not_mix(tmp_path: Path) -> None:
    feed.write_files(tmp_path, {"MCA": WHOLE["MCA"]})
    feed.write_files(tmp_path, {"MSN": WHOLE["MSN"]}, version="RJTTF902")
    error = refusal(tmp_path)
    assert "different versions" in error.detail
    assert "RJTTF902.MSN" in error.file


def test_two_files_of_one_kind_are_refused(tmp_path: Path) -> None:
    feed.write_files(tmp_path, {"MCA": WHOLE["MCA"]})
    feed.write_files(tmp_path, {"MCA": WHOLE["MCA"]}, version="RJTTF902")
    assert "is a second MCA file beside" in str(refusal(tmp_path))


def test_a_manifest_that_names_a_missing_file_is_refused(tmp_path: Path) -> None:
    texts = {kind: text for kind, text in WHOLE.items() if kind != "ALF"}
    error = refusal(feed.write_files(tmp_path, texts))
    assert (error.file, error.detail) == ("RJTTF901.DAT", "lists RJTTF901.ALF, which is not there")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_zip_is_refused(tmp_path: Path, share: float) -> None:
    path = feed.write_zip(tmp_path / "feed.zip", WHOLE)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert refusal(path).file == "feed.zip"


def test_a_page_of_html_called_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "RJTTF901.zip"
    path.write_text("<html>Please log in</html>")
    assert "no whole zip file" in str(refusal(path))


def test_a_zip_with_a_damaged_member_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "feed.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("RJTTF901.MCA", WHOLE["MCA"])
    path.write_bytes(path.read_bytes().replace(b"A10001", b"A10009"))
    error = refusal(path)
    assert error.file == "RJTTF901.MCA"
    assert "cut short or corrupt" in error.detail


@pytest.mark.parametrize("lost", [1, 4, 8, 30, 100])
def test_a_truncated_gzip_is_refused(tmp_path: Path, lost: int) -> None:
    path = feed.write_gzip(
        tmp_path / "RJTTF901.MCA.gz", cif(*(plain(f"A{n:05}") for n in range(99)))
    )
    path.write_bytes(path.read_bytes()[:-lost])
    error = refusal(path)
    assert error.file == "RJTTF901.MCA"
    assert "cut short or corrupt" in error.detail


def test_a_gzip_whose_content_is_not_what_was_packed_is_refused(tmp_path: Path) -> None:
    path = feed.write_gzip(tmp_path / "RJTTF901.MCA.gz", WHOLE["MCA"])
    packed = bytearray(path.read_bytes())
    packed[-8:-4] = zlib.crc32(b"something else").to_bytes(4, "little")
    path.write_bytes(packed)
    assert "cut short or corrupt" in refusal(path).detail


def test_schedules_without_an_end_record_are_refused(tmp_path: Path) -> None:
    path = feed.write_files(tmp_path, {**WHOLE, "MCA": cif(plain("A10001"), end=False)})
    error = refusal(path)
    assert (error.file, "no ZZ record" in error.detail) == ("RJTTF901.MCA", True)


@pytest.mark.parametrize(
    ("extension", "text"), [("MSN", feed.msn(feed.AYTON, end=False)), ("FLF", feed.flf(end=False))]
)
def test_small_files_without_their_end_record_are_refused(
    tmp_path: Path, extension: str, text: str
) -> None:
    error = refusal(feed.write_files(tmp_path, {**WHOLE, extension: text}))
    assert (error.file, "cut short" in error.detail) == (f"RJTTF901.{extension}", True)


# --- garbled lines -------------------------------------------------------------------------------


def garbled(lines: Iterable[str], number: int, line: str) -> str:
    """Return a CIF file of *lines*, one of them replaced, between two sound trains."""
    middle = list(lines)
    middle[number] = line
    return cif(plain("A10001"), middle, plain("A10003"))


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("line", ["~" * 80, "", "QQ9D", "\x00" * 80])
def test_a_garbled_line_costs_the_train_around_it_and_nothing_else(
    tmp_path: Path, number: int, line: str
) -> None:
    lines = [
        bs("A10002"),
        bx(),
        lo("AYTON", "1000"),
        li("BEEFORD", "1020", "1022"),
        lt("CEEHAM", "1046"),
    ]
    found = read_set(tmp_path, MCA=garbled(lines, number, line))
    assert found.uids == ["A10001", "A10003"]
    (rejection,) = found.rejected
    assert (rejection.file, rejection.line) == ("RJTTF901.MCA", 6 + number)


@pytest.mark.parametrize(
    ("line", "number"),
    [
        (bs("A10002", runs=("261305", "261213")), 0),
        (bs("A10002", runs=("260105", "soon  ")), 0),
        (bs("A10002", days="1111112"), 0),
        (bs("A10002", stp="Z"), 0),
        (bs("      "), 0),
        (lo("AYTON", "2500"), 2),
        (lo("AYTON", "1000", "10:0"), 2),
        (li("BEEFORD", "1020", "1060"), 3),
        (li("BEEFORD", "     ", "1022"), 3),
        (lt("CEEHAM", "     "), 4),
    ],
)
def test_a_field_that_is_not_of_the_format_is_rejected_at_its_line(
    tmp_path: Path, line: str, number: int
) -> None:
    lines = [
        bs("A10002"),
        bx(),
        lo("AYTON", "1000"),
        li("BEEFORD", "1020", "1022"),
        lt("CEEHAM", "1046"),
    ]
    found = read_set(tmp_path, MCA=garbled(lines, number, line))
    assert found.uids == ["A10001", "A10003"]
    (rejection,) = found.rejected
    assert rejection.line == 6 + number
    assert rejection.record == line[:2]
    assert "is left out" in rejection.why


@pytest.mark.parametrize("missing", ["LO", "LT"])
def test_a_train_without_its_origin_or_terminus_is_left_out(tmp_path: Path, missing: str) -> None:
    lines = [line for line in plain("A10002") if line[:2] != missing]
    found = read_set(tmp_path, MCA=cif(plain("A10001"), lines, plain("A10003")))
    assert found.uids == ["A10001", "A10003"]
    assert len(found.rejected) == 1


def test_a_garbled_line_between_cancellations_costs_no_cancellation(tmp_path: Path) -> None:
    lines = [bs("A10001", stp="C"), "~" * 80, bs("A10002", stp="C")]
    found = read_set(tmp_path, MCA=cif(lines))
    assert found.uids == ["A10001", "A10002"]
    assert [r.line for r in found.rejected] == [3]


def test_a_garbled_association_is_rejected_alone(tmp_path: Path) -> None:
    bad = feed.aa("A10001", "A10002", day="?")
    found = read_set(tmp_path, MCA=cif(feed.aa("A10001", "A10002"), bad, plain("A10001")))
    assert found.uids == ["A10001"]
    assert [(r.line, r.record) for r in found.rejected] == [(3, "AA")]


def test_what_was_read_is_counted_by_kind(tmp_path: Path) -> None:
    found = read(feed.write_files(tmp_path, WHOLE))
    assert found.report.read == {"station": 3, "link": 2, "interchange": 1, "schedule": 1}
