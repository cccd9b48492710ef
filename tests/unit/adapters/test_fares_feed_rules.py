"""The rules of the fares feed: places, routes, tickets, railcards and operators."""

from collections.abc import Sequence
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest

from railfair.adapters.feeds.fares import FileFaresFeed
from railfair.domain.codes import (
    Crs,
    FareCode,
    RailcardCode,
    RestrictionCode,
    RouteCode,
    TicketCode,
    TocCode,
)
from railfair.domain.fares.dated import OPEN
from railfair.domain.fares.location import FareLocation, Membership
from railfair.domain.fares.railcard import (
    Amounts,
    Discount,
    MinimumFare,
    Railcard,
    RoundingBand,
    Status,
)
from railfair.domain.fares.route import Route
from railfair.domain.fares.rulebook import NO_RAILCARD, RuleBook
from railfair.domain.fares.ticket import (
    AdvancePurchase,
    OperatorTicket,
    TicketClass,
    TicketType,
    Validity,
)
from railfair.domain.feed import ImportReport
from support.fares_feed import NEEDED, feed_texts, write_texts
from support.fares_rule_lines import (
    advance_purchase,
    card_area,
    discount,
    location,
    member,
    minimum,
    operator,
    operator_ticket,
    railcard,
    rounding,
    route,
    route_place,
    setter,
    status,
    ticket,
    validity,
)

HEADER_LINES = 6
SINCE = date(2026, 1, 1)
SPRING = ("02012026", "31032026")
SPRING_STARTS, SPRING_ENDS = date(2026, 1, 2), date(2026, 3, 31)
QUOTE = date(2025, 12, 15)


def read(folder: Path, **files: Sequence[str]) -> tuple[RuleBook, ImportReport]:
    report = ImportReport()
    return FileFaresFeed([write_texts(folder, feed_texts(files))]).rules(report), report


def rules(folder: Path, **files: Sequence[str]) -> RuleBook:
    """Read rules of which none is bad."""
    found, report = read(folder, **files)
    assert report.rejected == []
    return found


def rejected(folder: Path, **files: Sequence[str]) -> list[tuple[int, str, str]]:
    """Return record number, record type and reason of what is rejected."""
    _, report = read(folder, **files)
    return [(one.line - HEADER_LINES, one.record, one.why) for one in report.rejected]


def counts(report: ImportReport, kind: str) -> tuple[int, int, int]:
    """How many records of a kind were read, kept and left out."""
    return report.read.get(kind, 0), report.kept.get(kind, 0), report.left_out.get(kind, 0)


def replaced(line: str, start: int, text: str) -> str:
    """Return *line* with *text* at a position, counted from 1."""
    return line[: start - 1] + text + line[start - 1 + len(text) :]


# --- locations and clusters ----------------------------------------------------------------------


def test_a_location_is_read_field_by_field(tmp_path: Path) -> None:
    line = location(
        "M901", "AYT", "AYTON-ON-THE-HILL (MAIN)", group="0901", county="66", days=SPRING,
        quote="15122025",
    )  # fmt: skip
    assert rules(tmp_path, LOC=[line]).locations == {
        "AYT": (
            FareLocation(
                code=FareCode("M901"),
                crs=Crs("AYT"),
                name="Ayton-On-The-Hill (Main)",
                group=FareCode("0901"),
                starts_on=SPRING_STARTS,
                ends_on=SPRING_ENDS,
                quote_on=QUOTE,
                county="66",
            ),
        )
    }


def test_a_location_without_its_long_name_has_its_short_one(tmp_path: Path) -> None:
    found = rules(tmp_path, LOC=[location("0001", "AYT", short="AYTON UNDER HILL")])
    assert found.locations[Crs("AYT")][0].name == "Ayton under Hill"


def test_a_location_without_a_group_is_its_own(tmp_path: Path) -> None:
    line = replaced(location("0001", "AYT"), 70, "      ")
    assert rules(tmp_path, LOC=[line]).locations[Crs("AYT")][0].group == "0001"


def test_several_locations_of_a_station_stay_in_the_order_of_the_feed(tmp_path: Path) -> None:
    lines = [
        location("0009", "AYT", days=("01022026", "31122999")),
        location("0001", "AYT"),
        location("0009", "AYT", days=("01012026", "31012026")),
    ]
    found = rules(tmp_path, LOC=lines).locations[Crs("AYT")]
    assert [(one.code, one.ends_on.year) for one in found] == [
        ("0009", 2999),
        ("0001", 2999),
        ("0009", 2026),
    ]


def test_locations_that_are_no_stations_in_great_britain_are_left_out(tmp_path: Path) -> None:
    lines = [
        location("0902", name="A GROUP"),
        location("    ", "AYT", uic="8800010", area="80 "),
        location("0001", "AYT", area="80 "),
        location("    ", "AYT", uic="7000010"),
        location("0001", "606"),
    ]
    found, report = read(tmp_path, LOC=lines)
    assert (found.locations, report.rejected) == ({}, [])
    assert counts(report, "location") == (5, 0, 5)


@pytest.mark.parametrize(
    ("record", "kind"),
    [("G", "group"), ("M", "group member"), ("S", "other name"), ("A", "associated station")],
)
def test_records_of_places_that_no_price_needs_are_left_out(
    record: str, kind: str, tmp_path: Path
) -> None:
    found, report = read(tmp_path, LOC=[location("0001", "AYT"), f"R{record}7000010"])
    assert (list(found.locations), report.rejected) == (["AYT"], [])
    assert counts(report, kind) == (1, 0, 1)


def test_clusters_are_kept_by_their_members(tmp_path: Path) -> None:
    lines = [member("Q001", "0001"), member("Q002", "0001", days=SPRING), member("Q001", "0002")]
    always = Membership(cluster=FareCode("Q001"), starts_on=SINCE, ends_on=OPEN)
    spring = Membership(cluster=FareCode("Q002"), starts_on=SPRING_STARTS, ends_on=SPRING_ENDS)
    found, report = read(tmp_path, FSC=lines)
    assert found.clusters == {"0001": (always, spring), "0002": (always,)}
    assert counts(report, "cluster member") == (3, 3, 0)


# --- railcards -----------------------------------------------------------------------------------


def test_a_railcard_is_read_field_by_field(tmp_path: Path) -> None:
    line = railcard(
        "INV", "INVENTED RAILCARD", adult="003", child="XXX", people=(8, 2, 4, 1, 5, 3),
        days=SPRING, quote="15122025",
    )  # fmt: skip
    assert rules(tmp_path, RLC=[line]).railcards == {
        "INV": (
            Railcard(
                code=RailcardCode("INV"),
                name="INVENTED RAILCARD",
                starts_on=SPRING_STARTS,
                ends_on=SPRING_ENDS,
                quote_on=QUOTE,
                adult_status="003",
                child_status="XXX",
                most_passengers=8,
                fewest_passengers=2,
                most_adults=4,
                fewest_adults=1,
                most_children=5,
                fewest_children=3,
                area=None,
            ),
        )
    }


def test_the_railcard_without_a_code_is_for_those_without_a_card(tmp_path: Path) -> None:
    found = rules(tmp_path).railcards[NO_RAILCARD]
    assert [(one.name, one.child_status) for one in found] == [("NO RAILCARD", "001")]


def test_a_card_with_an_area_is_good_at_the_stations_of_its_area(tmp_path: Path) -> None:
    found, report = read(
        tmp_path,
        LOC=[card_area("0002", "INV"), *NEEDED["LOC"], card_area("0001", "INV")],
        RLC=[railcard("INV", "AREA CARD", area="Y"), railcard("ANY", "NO AREA")],
    )
    assert found.railcards[RailcardCode("INV")][0].area == frozenset({"AYT", "BEE"})
    assert found.railcards[RailcardCode("ANY")][0].area is None
    assert (counts(report, "railcard area"), report.rejected) == ((2, 2, 0), [])


def test_a_card_with_an_area_of_no_stations_is_good_nowhere(tmp_path: Path) -> None:
    found = rules(tmp_path, RLC=[railcard("INV", "AREA CARD", area="Y")])
    assert found.railcards[RailcardCode("INV")][0].area == frozenset()


def test_an_area_is_of_the_location_with_the_same_end_else_of_any_with_its_code(
    tmp_path: Path,
) -> None:
    lines = [
        location("0001", "AYT"),
        location("0001", "OLD", days=("01012025", "31122025")),
        card_area("0001", "INV"),
        card_area("0001", "OLD", until="31122025"),
        card_area("0001", "TWO", until="31122030"),
    ]
    cards = [railcard(code, "AREA CARD", area="Y") for code in ("INV", "OLD", "TWO")]
    found = rules(tmp_path, LOC=lines, RLC=cards).railcards
    assert {code: set(cards[0].area or ()) for code, cards in found.items()} == {
        "INV": {"AYT"},
        "OLD": {"OLD"},
        "TWO": {"AYT", "OLD"},
    }


def test_an_area_at_a_place_that_is_no_station_is_left_out(tmp_path: Path) -> None:
    _, report = read(tmp_path, LOC=[location("0902"), card_area("0902", "INV")])
    assert (counts(report, "railcard area"), report.rejected) == ((1, 0, 1), [])


def test_an_area_at_no_location_is_rejected(tmp_path: Path) -> None:
    lines = [location("0001", "AYT"), card_area("0002", "INV")]
    why = "UIC_CODE '7000020' is of no location (L record)"
    assert rejected(tmp_path, LOC=lines) == [(2, "R", why)]


def test_a_status_is_read_with_its_discounts(tmp_path: Path) -> None:
    lines = [
        status("003", flat=(1, 2, 3, 4), least=(5, 6, 7, 8), good_for="NYNY", days=SPRING),
        discount("003", "01", 334, until="31032026"),
        discount("003", "20", 0, indicator="X", until="31032026"),
    ]
    found, report = read(tmp_path, DIS=lines)
    assert found.statuses == {
        "003": (
            Status(
                code="003",
                starts_on=SPRING_STARTS,
                ends_on=SPRING_ENDS,
                flat=Amounts(
                    first_single_p=1, first_return_p=2, standard_single_p=3, standard_return_p=4
                ),
                first_lower_p=5,
                first_higher_p=6,
                standard_lower_p=7,
                standard_higher_p=8,
                good_for=(False, True, False, True),
                discounts={
                    "01": Discount(indicator="0", per_mille=334),
                    "20": Discount(indicator="X", per_mille=0),
                },
            ),
        )
    }
    assert (counts(report, "status"), counts(report, "discount")) == ((1, 1, 0), (2, 2, 0))


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_discounts_belong_to_the_status_with_the_same_end(
    order: tuple[int, ...], tmp_path: Path
) -> None:
    lines = [
        status("003", days=("01012026", "14092026")),
        status("003", days=("15092026", "31122999")),
        discount("003", "01", 340, until="14092026"),
        discount("003", "01", 334),
    ]
    found = rules(tmp_path, DIS=[lines[place] for place in order]).statuses["003"]
    assert {one.ends_on.year: one.discounts["01"].per_mille for one in found} == {
        2026: 340,
        2999: 334,
    }


def test_a_discount_of_no_status_is_rejected(tmp_path: Path) -> None:
    lines = [discount("003", "01", 334, until="31122030"), status("003")]
    why = "STATUS_CODE '003' until 31/12/2030 is of no S record"
    assert rejected(tmp_path, DIS=lines) == [(1, "D", why)]


def test_a_status_or_discount_that_comes_twice_is_rejected(tmp_path: Path) -> None:
    lines = [status("003"), status("003"), discount("003", "01", 1), discount("003", "01", 2)]
    why = "there is such a record already"
    assert rejected(tmp_path, DIS=lines) == [(2, "S", why), (4, "D", why)]


def test_minimum_fares_are_kept_by_railcard(tmp_path: Path) -> None:
    lines = [minimum("INV", "SDS", 1200, days=SPRING), minimum("INV", "SVR", 1300)]
    found = rules(tmp_path, RCM=lines).minimum_fares
    assert found[RailcardCode("INV")][0] == MinimumFare(
        railcard=RailcardCode("INV"),
        ticket=TicketCode("SDS"),
        starts_on=SPRING_STARTS,
        ends_on=SPRING_ENDS,
        fare_p=1200,
    )
    assert [one.fare_p for one in found[RailcardCode("INV")]] == [1200, 1300]


def test_rounding_bands_are_kept_in_the_order_of_the_feed(tmp_path: Path) -> None:
    lines = [rounding("01", 2, 99_999_999, 5), rounding("01", 1, 99, 1, days=SPRING)]
    second, first = rules(tmp_path, FRR=lines).rounding
    assert (second.position, second.up_to_p, second.step_p) == (2, 99_999_999, 5)
    assert first == RoundingBand(
        rule="01", position=1, starts_on=SPRING_STARTS, ends_on=SPRING_ENDS, up_to_p=99, step_p=1
    )


# --- tickets -------------------------------------------------------------------------------------


def test_a_ticket_type_is_read_field_by_field(tmp_path: Path) -> None:
    line = ticket(
        "0ZC", "FIRST ANYTIME R", kind="R", klass="1", package="P", validity="05", category="03",
        reservation="B", last_day="30042026", people=(9, 2, 8, 1, 7, 3), days=SPRING,
        quote="15122025",
    )  # fmt: skip
    assert rules(tmp_path, TTY=[line]).tickets == {
        "0ZC": (
            TicketType(
                code=TicketCode("0ZC"),
                name="FIRST ANYTIME R",
                ticket_class=TicketClass.FIRST,
                is_return=True,
                starts_on=SPRING_STARTS,
                ends_on=SPRING_ENDS,
                quote_on=QUOTE,
                last_day=date(2026, 4, 30),
                validity="05",
                discount_category="03",
                most_passengers=9,
                fewest_passengers=2,
                most_adults=8,
                fewest_adults=1,
                most_children=7,
                fewest_children=3,
                reservation="B",
                package="P",
            ),
        )
    }


def test_a_ticket_without_its_name_has_its_printed_one(tmp_path: Path) -> None:
    line = replaced(ticket("SDS", "ANYTIME DAY S"), 29, " " * 15)
    assert rules(tmp_path, TTY=[line]).tickets[TicketCode("SDS")][0].name == "ANYTIME DAY S"


def test_tickets_that_are_not_for_a_trip_are_left_out(tmp_path: Path) -> None:
    lines = [
        ticket("NFT", klass="9"),
        ticket("7ZS", kind="N"),
        ticket("SUP", package="S"),
        ticket("SDS"),
    ]
    found, report = read(tmp_path, TTY=lines)
    assert (list(found.tickets), report.rejected) == (["SDS"], [])
    assert counts(report, "ticket type") == (4, 1, 3)
    assert found.tickets[TicketCode("SDS")][0].ticket_class is TicketClass.STANDARD


def test_a_validity_is_read_field_by_field(tmp_path: Path) -> None:
    line = validity(
        "05", "OUT AND BACK", spans="050103020401", after="SU", breaks="NY",
        texts=("FIVE DAYS", "ONE MONTH"), days=SPRING,
    )  # fmt: skip
    assert rules(tmp_path, TVL=[line]).validities == {
        "05": (
            Validity(
                code="05",
                name="OUT AND BACK",
                starts_on=SPRING_STARTS,
                ends_on=SPRING_ENDS,
                out_days=5,
                out_months=1,
                return_days=3,
                return_months=2,
                return_after_days=4,
                return_after_months=1,
                return_after_weekday=6,
                breaks_out=False,
                breaks_return=True,
                text_out="FIVE DAYS",
                text_return="ONE MONTH",
            ),
        )
    }


def test_a_validity_need_not_wait_for_a_weekday(tmp_path: Path) -> None:
    found = rules(tmp_path, TVL=[validity("01"), validity("02", after="MO")]).validities
    assert [one[0].return_after_weekday for one in found.values()] == [None, 0]


def test_operators_of_a_ticket_are_kept_by_ticket(tmp_path: Path) -> None:
    lines = [
        operator_ticket("AV1", "ZY", restriction="1A", flag="0", direction="O", days=SPRING),
        operator_ticket("AV1", "", kind="C"),
    ]
    main, connecting = rules(tmp_path, TSP=lines).operator_tickets[TicketCode("AV1")]
    assert main == OperatorTicket(
        ticket=TicketCode("AV1"),
        restriction=RestrictionCode("1A"),
        restriction_flag="0",
        direction="O",
        toc=TocCode("ZY"),
        is_connecting=False,
        starts_on=SPRING_STARTS,
        ends_on=SPRING_ENDS,
    )
    assert (connecting.toc, connecting.is_connecting, connecting.restriction) == ("", True, "")


def test_advance_purchases_are_kept_by_ticket(tmp_path: Path) -> None:
    lines = [
        advance_purchase("AV1", "2", 1, "1800", toc="ZY", restriction="1A", flag="0", days=SPRING),
        advance_purchase("AV1", "1", 2),
    ]
    until_six, hours = rules(tmp_path, TAP=lines).advance_purchases[TicketCode("AV1")]
    assert until_six == AdvancePurchase(
        ticket=TicketCode("AV1"),
        restriction=RestrictionCode("1A"),
        restriction_flag="0",
        toc=TocCode("ZY"),
        starts_on=SPRING_STARTS,
        ends_on=SPRING_ENDS,
        check="2",
        value="00000001",
        until_min=1080,
    )
    assert (hours.check, hours.value, hours.until_min) == ("1", "00000002", None)


# --- routes and operators ------------------------------------------------------------------------


@pytest.mark.parametrize("is_reversed", [False, True])
def test_a_route_is_read_with_its_places(is_reversed: bool, tmp_path: Path) -> None:
    lines = [
        route("00700", "NOT VIA BEEFORD", days=SPRING, quote="15122025"),
        route_place("00700", "AYT", until="31032026"),
        route_place("00700", "BEE", "E", until="31032026"),
        route_place("00700", "CEE", until="31032026"),
    ]
    found, report = read(tmp_path, RTE=lines[::-1] if is_reversed else lines)
    included = (Crs("CEE"), Crs("AYT")) if is_reversed else (Crs("AYT"), Crs("CEE"))
    assert found.routes == {
        "00700": (
            Route(
                code=RouteCode("00700"),
                name="NOT VIA BEEFORD",
                starts_on=SPRING_STARTS,
                ends_on=SPRING_ENDS,
                quote_on=QUOTE,
                included=included,
                excluded=(Crs("BEE"),),
            ),
        )
    }
    assert (counts(report, "route"), counts(report, "route place")) == ((1, 1, 0), (3, 3, 0))


def test_places_belong_to_the_route_with_the_same_end(tmp_path: Path) -> None:
    lines = [
        route("00700", days=("01012026", "31012026")),
        route("00700", days=("01022026", "31122999")),
        route_place("00700", "AYT", until="31012026"),
        route_place("00700", "BEE"),
    ]
    found = rules(tmp_path, RTE=lines).routes[RouteCode("00700")]
    assert [one.included for one in found] == [("AYT",), ("BEE",)]


def test_a_place_of_no_route_is_rejected(tmp_path: Path) -> None:
    lines = [route("00700"), route_place("00700", "AYT", until="31122030")]
    why = "ROUTE_CODE '00700' until 31/12/2030 is of no route (R record)"
    assert rejected(tmp_path, RTE=lines) == [(2, "L", why)]


def test_a_place_without_a_station_is_left_out(tmp_path: Path) -> None:
    found, report = read(tmp_path, RTE=[route("00700"), route_place("00700", "")])
    assert (counts(report, "route place"), report.rejected) == ((1, 0, 1), [])
    assert found.routes[RouteCode("00700")][0].included == ()


def test_operators_and_fare_setters_are_kept_by_their_codes(tmp_path: Path) -> None:
    lines = [setter("ZYX", "ZY"), setter("ALL", "", "ALL OPERATORS"), operator("ZY", "ZYX TRAINS")]
    found, report = read(tmp_path, TOC=lines)
    assert (found.operators, found.setters) == ({"ZY": "ZYX TRAINS"}, {"ZYX": "ZY"})
    assert counts(report, "operator") == (1, 1, 0)
    assert counts(report, "fare setter") == (2, 1, 1)


@pytest.mark.parametrize("is_reversed", [False, True])
def test_of_operators_with_one_code_the_active_one_counts(
    is_reversed: bool, tmp_path: Path
) -> None:
    lines = [operator("ZY", "OLD TRAINS", active="N"), operator("ZY", "NEW TRAINS")]
    found = rules(tmp_path, TOC=lines[::-1] if is_reversed else lines)
    assert found.operators == {"ZY": "NEW TRAINS"}


def test_an_operator_that_is_no_more_still_has_a_name(tmp_path: Path) -> None:
    assert rules(tmp_path, TOC=[operator("ZY", "OLD TRAINS", active="N")]).operators == {
        "ZY": "OLD TRAINS"
    }


# --- what is optional, and what is bad -----------------------------------------------------------


def test_a_feed_without_the_files_that_may_lack_has_no_such_rules(tmp_path: Path) -> None:
    found = rules(tmp_path)
    assert (found.validities, found.minimum_fares, found.rounding) == ({}, {}, ())
    assert (found.operators, found.operator_tickets, found.advance_purchases) == ({}, {}, {})


NO_CODE = "not a code of letters and digits"
BAD = {
    "LOC": (
        location("0001", "AYT"),
        (
            (1, "I", "L", "UPDATE_MARKER is 'I', not 'R' as in a full set"),
            (2, "X", "X", "RECORD_TYPE 'X' is none of this file's"),
            (3, "       ", "L", "UIC_CODE is blank"),
            (3, "70000\xe9 ", "L", f"UIC_CODE is '70000\xe9 ', {NO_CODE}"),
            (37, "\xe9001", "L", f"NLC_CODE is '\xe9001', {NO_CODE}"),
            (57, "A\xe9T", "L", f"CRS_CODE is 'A\xe9T', {NO_CODE}"),
            (70, "\xe9     ", "L", f"FARE_GROUP is '\xe9     ', {NO_CODE}"),
            (26, "00002026", "L", "QUOTE_DATE is '00002026', not a day of the form ddmmyyyy"),
        ),
    ),
    "FSC": (
        member("Q001", "0001"),
        (
            (1, "D", "FSC", "UPDATE_MARKER is 'D', not 'R' as in a full set"),
            (2, "\xe9001", "FSC", f"CLUSTER_ID is '\xe9001', {NO_CODE}"),
            (6, "    ", "FSC", "CLUSTER_NLC is blank"),
            (6, "00?1", "FSC", f"CLUSTER_NLC is '00?1', {NO_CODE}"),
            (10, "29022027", "FSC", "END_DATE is '29022027', not a day of the form ddmmyyyy"),
            (10, "31122025", "FSC", "START_DATE 01/01/2026 is after END_DATE 31/12/2025"),
        ),
    ),
    "TTY": (
        ticket("SDS"),
        (
            (2, "S\xe9S", "TTY", f"TICKET_CODE is 'S\xe9S', {NO_CODE}"),
            (76, "0?", "TTY", f"VALIDITY_CODE is '0?', {NO_CODE}"),
            (44, "3", "TTY", "TKT_CLASS is '3', not one of '1', '2', '9'"),
            (45, "X", "TTY", "TKT_TYPE is 'X', not one of 'N', 'R', 'S'"),
            (55, "  1", "TTY", "MAX_PASSENGERS is '  1', not a whole number"),
            (108, " ", "TTY", "PACKAGE_MKR is ' ', not one of 'F', 'N', 'P', 'S'"),
            (112, "  ", "TTY", "DISCOUNT_CATEGORY is blank"),
        ),
    ),
    "TVL": (
        validity("01"),
        (
            (39, "1 ", "TVL", "OUT_DAYS is '1 ', not a whole number"),
            (53, "?", "TVL", "BREAK_OUT is '?', not one of 'N', 'Y'"),
        ),
    ),
    "RLC": (
        railcard("INV", "INVENTED"),
        (
            (1, "I V", "RLC", f"RAILCARD_CODE is 'I V', {NO_CODE}"),
            (119, "0\xe90", "RLC", f"ADULT_STATUS is '0\xe90', {NO_CODE}"),
            (50, " ", "RLC", "RESTRICTED_BY_AREA is ' ', not one of 'N', 'Y'"),
        ),
    ),
    "DIS": (
        status("003"),
        (
            (1, "X", "X", "RECORD_TYPE 'X' is none of this file's"),
            (96, " ", "S", "FS_MKR is ' ', not one of 'N', 'Y'"),
        ),
    ),
    "RCM": (
        minimum("INV", "SDS", 1200),
        ((23, "   12.00", "RCM", "MINIMUM_FARE is '   12.00', not a whole number"),),
    ),
    "FRR": (
        rounding("01", 1, 99, 1),
        ((11, " 1", "FRR", "RULE_INDEX is ' 1', not a whole number"),),
    ),
    "RTE": (
        route_place("00000", "AYT"),
        (
            (3, "0000\xe9", "L", f"ROUTE_CODE is '0000\xe9', {NO_CODE}"),
            (23, "A1T", "L", "CRS_CODE is 'A1T', not a station code of three letters"),
            (26, "X", "L", "INCL_EXCL is 'X', not one of 'E', 'I'"),
        ),
    ),
    "TOC": (
        operator("ZY", "ZYX TRAINS"),
        ((42, " ", "T", "ACTIVE_INDICATOR is ' ', not one of 'N', 'Y'"),),
    ),
    "TSP": (
        operator_ticket("AV1", "ZY"),
        (
            (8, "Z?", "TSP", f"TOC_ID is 'Z?', {NO_CODE}"),
            (10, "X", "TSP", "TOC_TYPE is 'X', not one of 'C', 'M'"),
        ),
    ),
    "TAP": (
        advance_purchase("AV1", "2", 1),
        (
            (4, "1$", "TAP", f"RESTRICTION_CODE is '1$', {NO_CODE}"),
            (34, "2460", "TAP", "BOOKING_TIME is '2460', not a time of the form HHMM"),
        ),
    ),
}
"""By file: a good line, and what is wrong with it when a position is overwritten."""


@pytest.mark.parametrize(
    ("kind", "start", "text", "record", "why"),
    [(kind, *fault) for kind, (_, faults) in BAD.items() for fault in faults],
)
def test_a_bad_record_is_rejected_by_the_name_of_its_field(
    kind: str, start: int, text: str, record: str, why: str, tmp_path: Path
) -> None:
    good = BAD[kind][0]
    lines = [*NEEDED.get(kind, ()), replaced(good, start, text)]
    assert rejected(tmp_path, **{kind: lines}) == [(len(lines), record, why)]


def test_codes_outside_britain_are_not_minded(tmp_path: Path) -> None:
    lines = [*NEEDED["LOC"], location("9\xe91", "8?7", area="87 ", uic="8700001")]
    assert rejected(tmp_path, LOC=lines) == []


def test_codes_may_have_small_letters(tmp_path: Path) -> None:
    lines = [advance_purchase("AV1", "2", 1, toc="Cs")]
    [found] = rules(tmp_path, TAP=lines).advance_purchases[TicketCode("AV1")]
    assert found.toc == "Cs"


def test_a_rejection_names_the_file_and_the_rest_is_read(tmp_path: Path) -> None:
    found, report = read(tmp_path, FSC=["nonsense", member("Q001", "0001")])
    assert [one.file for one in report.rejected] == ["RJFAF901.FSC"]
    assert found.clusters.keys() == {"0001"}
    assert counts(report, "cluster member") == (2, 1, 0)
