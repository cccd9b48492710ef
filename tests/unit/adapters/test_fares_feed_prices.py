"""The prices of the fares feed: flows, overrides, and discounts that are not standard."""

from dataclasses import dataclass
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest

from railfair.adapters.feeds.fares import FileFaresFeed
from railfair.domain.codes import FareCode, RailcardCode, RestrictionCode, RouteCode, TicketCode
from railfair.domain.fares.dated import OPEN
from railfair.domain.fares.flow import (
    ANY_CODE,
    ANY_RAILCARD,
    ANY_ROUTE,
    ANY_TICKET,
    NO_FARE_P,
    DiscountException,
    ExceptionalPrice,
    FareRecord,
    Flow,
    FlowFare,
    Override,
)
from railfair.domain.feed import ImportReport
from support.fares_feed import (
    NO_FARE,
    exception,
    f_line,
    flow,
    override,
    t_line,
    write_fares,
)

HEADER_LINES = 6
SINCE = date(2026, 1, 1)


@dataclass(frozen=True)
class Read:
    """What a feed yielded, and its report."""

    records: list[FareRecord]
    report: ImportReport

    @property
    def flows(self) -> list[Flow]:
        return [one for one in self.records if isinstance(one, Flow)]

    @property
    def overrides(self) -> list[Override]:
        return [one for one in self.records if isinstance(one, Override)]

    @property
    def exceptions(self) -> list[DiscountException]:
        return [one for one in self.records if isinstance(one, DiscountException)]

    @property
    def fares(self) -> list[dict[str, int]]:
        """The fares of each flow, by ticket."""
        return [{fare.ticket: fare.fare_p for fare in one.fares} for one in self.flows]

    @property
    def rejected(self) -> list[tuple[int, str, str]]:
        """Record number, record type and reason of what was rejected."""
        return [(one.line - HEADER_LINES, one.record, one.why) for one in self.report.rejected]

    def counts(self, kind: str) -> tuple[int, int, int]:
        """How many records of a kind were read, kept and left out."""
        report = self.report
        return report.read.get(kind, 0), report.kept.get(kind, 0), report.left_out.get(kind, 0)


def read(path: Path) -> Read:
    report = ImportReport()
    return Read(list(FileFaresFeed([path]).prices(report)), report)


def read_ffl(path: Path, *lines: str) -> Read:
    return read(write_fares(path, FFL=lines))


# --- flows ---------------------------------------------------------------------------------------


def test_a_flow_is_read_field_by_field(tmp_path: Path) -> None:
    found = read(
        write_fares(
            tmp_path,
            flows=[
                flow(
                    "0001",
                    "Q123",
                    "00700",
                    fares={"SDS": 540, "SVR": (1234, "1A")},
                    reversible=True,
                    days=("02012026", "31032026"),
                    setter="ZYX",
                    cross_london="3",
                )
            ],
        )
    )
    assert found.flows == [
        Flow(
            origin=FareCode("0001"),
            destination=FareCode("Q123"),
            route=RouteCode("00700"),
            is_reversible=True,
            starts_on=date(2026, 1, 2),
            ends_on=date(2026, 3, 31),
            setter="ZYX",
            cross_london=3,
            fares=(
                FlowFare(TicketCode("SDS"), 540, RestrictionCode("")),
                FlowFare(TicketCode("SVR"), 1234, RestrictionCode("1A")),
            ),
        )
    ]
    assert found.rejected == []


def test_a_flow_without_an_end_is_open(tmp_path: Path) -> None:
    (found,) = read(write_fares(tmp_path, flows=[flow("0001", "0002", fares={"SDS": 1})])).flows
    assert (found.starts_on, found.ends_on, found.is_reversible) == (SINCE, OPEN, False)


@pytest.mark.parametrize(
    ("discounts", "has_exceptions"), [("0", False), ("1", True), ("2", False), ("3", True)]
)
def test_discounts_of_a_flow_are_not_standard_where_it_says_so(
    discounts: str, has_exceptions: bool, tmp_path: Path
) -> None:
    flows = [flow("0001", "0002", fares={"SDS": 1}, discounts=discounts)]
    assert read(write_fares(tmp_path, flows=flows)).flows[0].has_exceptions is has_exceptions


def test_flows_come_by_ends_route_whether_they_are_reversible_and_first_day(
    tmp_path: Path,
) -> None:
    lines = [
        f_line(1, "0002", "0001"),
        f_line(2, "0001", "Q002"),
        f_line(3, "0001", "0002", "00700"),
        f_line(4, "0001", "0002", reversible=True, days=("01012026", "31012026")),
        f_line(5, "0001", "0002", days=("01022026", "31122026")),
        f_line(6, "0001", "0002", days=("03012026", "31012026")),
    ]
    found = read_ffl(tmp_path, *lines, *(t_line(n, "SDS", n) for n in range(1, 7)))
    assert found.fares == [{"SDS": n} for n in (6, 5, 4, 3, 2, 1)]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_lines_may_stand_in_any_order(order: tuple[int, ...], tmp_path: Path) -> None:
    flows = (f_line(1, "0001", "0002"), f_line(2, "0003", "0002"))
    fares = (t_line(1, "SDS", 1), t_line(2, "SDS", 2))
    lines = [(*flows, *fares)[place] for place in order]
    found = read_ffl(tmp_path, *lines)
    assert (found.fares, found.rejected) == ([{"SDS": 1}, {"SDS": 2}], [])
    assert (found.counts("flow"), found.counts("fare")) == ((2, 2, 0), (2, 2, 0))


def test_fares_stay_in_the_order_of_the_feed(tmp_path: Path) -> None:
    lines = [t_line(1, "SVR", 3), f_line(1, "0001", "0002"), t_line(1, "0ZC", 2)]
    (found,) = read_ffl(tmp_path, *lines, t_line(1, "SDS", 1)).flows
    assert [fare.ticket for fare in found.fares] == ["SVR", "0ZC", "SDS"]


@pytest.mark.parametrize(("status", "usage"), [("001", "A"), ("000", "C")])
@pytest.mark.parametrize("is_early", [False, True])
def test_flows_that_are_not_for_adults_or_withdrawn_are_left_out_with_their_fares(
    status: str, usage: str, is_early: bool, tmp_path: Path
) -> None:
    fares = [t_line(1, "SDS", 1), t_line(1, "SVR", 2)]
    head = f_line(1, "0001", "0002", status=status, usage=usage)
    found = read_ffl(tmp_path, *((*fares, head) if is_early else (head, *fares)))
    assert (found.flows, found.rejected) == ([], [])
    assert (found.counts("flow"), found.counts("fare")) == ((1, 0, 1), (2, 0, 2))


def test_a_flow_that_was_put_together_from_others_is_kept(tmp_path: Path) -> None:
    flows = [flow("0001", "0002", fares={"SDS": 1}, usage="G")]
    assert read(write_fares(tmp_path, flows=flows)).fares == [{"SDS": 1}]


def test_a_flow_without_fares_is_left_out(tmp_path: Path) -> None:
    found = read(write_fares(tmp_path, flows=[flow("0001", "0002", fares={})]))
    assert (found.flows, found.counts("flow")) == ([], (1, 0, 1))


def test_a_fare_of_no_flow_is_rejected_where_it_stands(tmp_path: Path) -> None:
    lines = [f_line(1, "0001", "0002"), t_line(2, "SDS", 1), t_line(1, "SDS", 2)]
    found = read_ffl(tmp_path, *lines)
    why = "FLOW_ID '0000002' is of no flow (F record) that could be read"
    assert (found.fares, found.rejected) == ([{"SDS": 2}], [(2, "T", why)])
    assert found.report.rejected[0].file == "RJFAF901.FFL"
    assert found.counts("fare") == (2, 1, 0)


def test_99999999_is_reported_and_stands_for_no_fare(tmp_path: Path) -> None:
    lines = [f_line(1, "0001", "0002"), t_line(1, "SDS", NO_FARE), t_line(1, "SDR", 2)]
    found = read_ffl(tmp_path, *lines)
    why = "FARE is 99999999, which means that there is no such fare: none is offered"
    assert found.fares == [{"SDS": NO_FARE_P, "SDR": 2}]
    assert found.rejected == [(2, "T", why)]
    assert found.counts("fare") == (2, 1, 0)
    assert found.report.notes == ["RJFAF901.FFL: 1 x FARE is 99999999, which counts as no fault"]


def test_99999999_does_not_count_against_the_file(tmp_path: Path) -> None:
    lines = [f_line(1, "0001", "0002"), t_line(1, "SDS", NO_FARE), "nonsense"]
    feed = FileFaresFeed([write_fares(tmp_path, FFL=lines)])
    assert len(list(feed.prices(ImportReport()))) == 1
    [flows] = feed.counted
    assert (flows.read, [one.line - HEADER_LINES for one in flows.bad]) == (3, [3])


@pytest.mark.parametrize(("code", "restriction"), [("SDS", "99"), ("999", "")])
def test_nines_beside_a_price_are_no_part_of_it(
    code: str, restriction: str, tmp_path: Path
) -> None:
    fares = {code: (999_999 if restriction else 99_999_123, restriction)}
    found = read(write_fares(tmp_path, flows=[flow("0001", "0002", fares=fares)]))
    assert found.fares == [{code: fares[code][0]}]
    assert (found.rejected, found.report.notes) == ([], [])


@pytest.mark.parametrize("head", [[], [f_line(1, "0001", "0002"), f_line(1, "0001", "0003")]])
def test_99999999_of_no_flow_is_reported_once(head: list[str], tmp_path: Path) -> None:
    found = read_ffl(tmp_path, *head, t_line(1, "SDS", NO_FARE))
    assert [record for _, record, _ in found.rejected] == ["F"] * bool(head) + ["T"]


def test_several_prices_of_one_flow_and_ticket_are_noted(tmp_path: Path) -> None:
    lines = [
        f_line(1, "0001", "0002"),
        *(t_line(1, "SDS", price) for price in (620, 540, 600)),
        t_line(1, "SVR", 990),
        t_line(1, "SVR", 990, "1A"),
    ]
    found = read_ffl(tmp_path, *lines)
    [note] = found.report.notes
    assert note.startswith("RJFAF901.FFL: 1 x several prices of one flow and ticket, of which")
    assert note.endswith("the lowest counts (0001 to 0002 by 00000, SDS: 540 and 620)")
    assert (found.rejected, found.counts("fare")) == ([], (5, 5, 0))


def test_of_many_flows_with_several_prices_some_are_named(tmp_path: Path) -> None:
    lines = [f_line(n, f"{n:04}", "Q123") for n in range(1, 5)]
    fares = [t_line(n, "SDS", price) for n in range(1, 5) for price in (1, 2)]
    [note] = read_ffl(tmp_path, *lines, *fares).report.notes
    assert note.startswith("RJFAF901.FFL: 4 x several prices")
    assert note.endswith("0003 to Q123 by 00000, SDS: 1 and 2; …)")
    assert "0004" not in note


def test_a_price_that_is_only_filled_in_is_kept(tmp_path: Path) -> None:
    flows = [flow("0001", "0002", fares={"SDS": 999_999})]
    assert read(write_fares(tmp_path, flows=flows)).fares == [{"SDS": 999_999}]


def replaced(line: str, start: int, text: str) -> str:
    """Return *line* with *text* at a position, counted from 1."""
    return line[: start - 1] + text + line[start - 1 + len(text) :]


@pytest.mark.parametrize(
    ("start", "text", "why"),
    [
        (1, "I", "UPDATE_MARKER is 'I', not 'R' as in a full set"),
        (1, "A", "UPDATE_MARKER is 'A', not 'R' as in a full set"),
        (1, "D", "UPDATE_MARKER is 'D', not 'R' as in a full set"),
        (2, "X", "RECORD_TYPE is 'X', not one of 'F', 'T'"),
        (3, "    ", "ORIGIN_CODE is blank"),
        (3, "\xe9001", "ORIGIN_CODE is '\xe9001', not a code of letters and digits"),
        (3, "00 1", "ORIGIN_CODE is '00 1', not a code of letters and digits"),
        (3, "001~", "ORIGIN_CODE is '001~', not a code of letters and digits"),
        (3, "****", "ORIGIN_CODE is '****', not a code of letters and digits"),
        (3, "\xa0" * 4, r"ORIGIN_CODE is '\xa0\xa0\xa0\xa0', not a code of letters and digits"),
        (7, "    ", "DESTINATION_CODE is blank"),
        (7, "000\xb2", "DESTINATION_CODE is '000\xb2', not a code of letters and digits"),
        (11, "     ", "ROUTE_CODE is blank"),
        (11, "0-000", "ROUTE_CODE is '0-000', not a code of letters and digits"),
        (16, "0\xe90", "STATUS_CODE is '0\xe90', not a code of letters and digits"),
        (37, "Z\xe9R", "TOC is 'Z\xe9R', not a code of letters and digits"),
        (19, "X", "USAGE_CODE is 'X', not one of 'A', 'C', 'G'"),
        (20, "X", "DIRECTION is 'X', not one of 'R', 'S'"),
        (21, "31042026", "END_DATE is '31042026', not a day of the form ddmmyyyy"),
        (21, "20261231", "END_DATE is '20261231', not a day of the form ddmmyyyy"),
        (21, "31122025", "START_DATE 01/01/2026 is after END_DATE 31/12/2025"),
        (29, "0101 026", "START_DATE is '0101 026', not a day of the form ddmmyyyy"),
        (40, "4", "CROSS_LONDON_IND is '4', not one of '0', '1', '2', '3'"),
        (41, " ", "NS_DISC_IND is ' ', not one of '0', '1', '2', '3'"),
        (43, "00000X2", "FLOW_ID is '00000X2', not a whole number"),
    ],
)
def test_a_bad_flow_is_rejected_by_the_name_of_its_field(
    start: int, text: str, why: str, tmp_path: Path
) -> None:
    bad = replaced(f_line(2, "0001", "0003"), start, text)
    found = read_ffl(tmp_path, f_line(1, "0001", "0002"), bad, t_line(1, "SDS", 1))
    assert (found.fares, found.rejected) == ([{"SDS": 1}], [(2, bad[1], why)])


@pytest.mark.parametrize(
    ("start", "text", "why"),
    [
        (1, "A", "UPDATE_MARKER is 'A', not 'R' as in a full set"),
        (3, "      1", "FLOW_ID is '      1', not a whole number"),
        (10, "   ", "TICKET_CODE is blank"),
        (10, "S S", "TICKET_CODE is 'S S', not a code of letters and digits"),
        (10, "S\xe9S", "TICKET_CODE is 'S\xe9S', not a code of letters and digits"),
        (10, "S_S", "TICKET_CODE is 'S_S', not a code of letters and digits"),
        (21, "$1", "RESTRICTION_CODE is '$1', not a code of letters and digits"),
        (13, "   540  ", "FARE is '   540  ', not a whole number"),
        (13, "00005.40", "FARE is '00005.40', not a whole number"),
        (13, "-0000540", "FARE is '-0000540', not a whole number"),
        (21, "1", "'SDS000005401' is no ticket, fare and code"),
        (21, "1AB", "'SDS000005401AB' is no ticket, fare and code"),
        (23, "A" * 99, f"'SDS00000540  {'A' * 27}…' is no ticket, fare and code"),
    ],
)
def test_a_bad_fare_is_rejected_by_the_name_of_its_field(
    start: int, text: str, why: str, tmp_path: Path
) -> None:
    bad = replaced(t_line(1, "SDS", 540), start, text)
    found = read_ffl(tmp_path, f_line(1, "0001", "0002"), t_line(1, "SDR", 1), bad)
    assert (found.fares, found.rejected) == ([{"SDR": 1}], [(3, "T", why)])
    assert found.counts("fare") == (2, 1, 0)


def test_a_line_that_is_too_short_is_rejected(tmp_path: Path) -> None:
    head = f_line(1, "0001", "0002")
    found = read_ffl(tmp_path, head, head[:30], t_line(1, "SDS", 1), "RT0000001SDS")
    assert found.rejected == [
        (2, "F", "START_DATE is '01      ', not a day of the form ddmmyyyy"),
        (4, "T", "FARE is '        ', not a whole number"),
    ]


def test_the_fares_of_a_bad_flow_are_rejected_with_it(tmp_path: Path) -> None:
    found = read_ffl(tmp_path, f_line(1, "0001", "0002", cross_london="9"), t_line(1, "SDS", 1))
    assert [record for _, record, _ in found.rejected] == ["F", "T"]


@pytest.mark.parametrize("status", ["000", "001"])
def test_a_flow_of_a_number_that_is_taken_is_rejected(status: str, tmp_path: Path) -> None:
    found = read_ffl(tmp_path, f_line(1, "0001", "0002", status=status), f_line(1, "0001", "0003"))
    assert found.rejected == [(2, "F", "FLOW_ID '0000001' is of another flow already")]


@pytest.mark.parametrize("status", ["000", "001"])
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (2, 0, 3, 1), (0, 2, 1, 3), (2, 3, 0, 1)])
def test_the_fares_of_a_number_that_two_flows_have_are_rejected(
    order: tuple[int, ...], status: str, tmp_path: Path
) -> None:
    lines = [
        f_line(1, "0001", "0002", status=status),
        f_line(1, "0001", "0003"),
        t_line(1, "SDS", 1),
        t_line(1, "SVR", 2),
    ]
    others = [f_line(2, "0003", "0002"), t_line(2, "SDS", 3)]
    found = read_ffl(tmp_path, *(lines[place] for place in order), *others)
    ambiguous = "FLOW_ID '0000001' is of several flows (F records)"
    assert found.fares == [{"SDS": 3}]
    assert [(line, why) for line, record, why in found.rejected if record == "T"] == [
        (1 + place, ambiguous) for place, line in enumerate(order) if line > 1
    ]
    assert (found.counts("flow"), found.counts("fare")) == ((3, 1, 1), (3, 1, 0))


@pytest.mark.parametrize("is_first", [False, True])
def test_a_number_is_taken_even_by_a_flow_that_is_bad(is_first: bool, tmp_path: Path) -> None:
    heads = [f_line(1, "0001", "0002", cross_london="9"), f_line(1, "0001", "0003")]
    found = read_ffl(tmp_path, *heads[:: 1 if is_first else -1], t_line(1, "SDS", 1))
    assert (found.flows, found.counts("fare")) == ([], (1, 0, 0))
    assert (3, "T", "FLOW_ID '0000001' is of several flows (F records)") in found.rejected


# --- overrides -----------------------------------------------------------------------------------


def test_an_override_is_read_field_by_field(tmp_path: Path) -> None:
    line = override(
        "0001", "0002", "00700", "SVR", 1234, 617, railcard="INV", restriction="1A",
        days=("02012026", "31032026"), quote="15122025",
    )  # fmt: skip
    assert read(write_fares(tmp_path, NFO=[line])).overrides == [
        Override(
            origin=FareCode("0001"),
            destination=FareCode("0002"),
            route=RouteCode("00700"),
            railcard=RailcardCode("INV"),
            ticket=TicketCode("SVR"),
            starts_on=date(2026, 1, 2),
            ends_on=date(2026, 3, 31),
            quote_on=date(2025, 12, 15),
            adult_p=1234,
            child_p=617,
            restriction=RestrictionCode("1A"),
        )
    ]


def test_an_override_says_of_adults_and_children_apart_that_there_is_no_fare(
    tmp_path: Path,
) -> None:
    lines = [
        override("0001", "0002", "00000", "SDR", NO_FARE, 300),
        override("0001", "0002", "00000", "SDS", 540, NO_FARE),
    ]
    found = read(write_fares(tmp_path, NFO=lines)).overrides
    assert [(one.adult_p, one.child_p) for one in found] == [(None, 300), (540, None)]
    assert {(one.railcard, one.restriction) for one in found} == {("", "")}


def test_an_override_that_is_not_to_be_used_is_left_out(tmp_path: Path) -> None:
    lines = [override("0001", "0002", "00000", "SDS", 540, used="N")]
    found = read(write_fares(tmp_path, NFO=lines))
    assert (found.overrides, found.counts("override")) == ([], (1, 0, 1))


def test_overrides_come_after_the_flows_by_ends_route_and_railcard(tmp_path: Path) -> None:
    lines = [
        override("0002", "0001", "00000", "SDS", 7),
        override("0001", "0003", "00000", "SDS", 6),
        override("0001", "0002", "00700", "SDS", 5),
        override("0001", "0002", "00000", "SDS", 4, railcard="INV"),
        override("0001", "0002", "00000", "SVR", 2),
        override("0001", "0002", "00000", "SDS", 3),
    ]
    found = read(write_fares(tmp_path, NFO=lines))
    assert [one.adult_p for one in found.overrides] == [2, 3, 4, 5, 6, 7]
    assert [type(one) for one in found.records] == [Flow] + 6 * [Override]


def test_the_nfo_goes_before_the_ndf_and_takes_the_place_of_what_has_its_key_and_dates(
    tmp_path: Path,
) -> None:
    later = ("01022026", "31122026")
    found = read(
        write_fares(
            tmp_path,
            NDF=[
                override("0001", "0002", "00000", "SDS", 1, kind="N"),
                override("0001", "0002", "00000", "SDS", 2, kind="N", days=later),
                override("0001", "0001", "00000", "SDS", 3, kind="N"),
            ],
            NFO=[override("0001", "0002", "00000", "SDS", 4)],
        )
    )
    assert [one.adult_p for one in found.overrides] == [3, 4, 2]
    assert found.counts("override") == (4, 3, 1)


@pytest.mark.parametrize(
    ("start", "text", "why"),
    [
        (1, "D", "UPDATE_MARKER is 'D', not 'R' as in a full set"),
        (2, "    ", "ORIGIN_CODE is blank"),
        (2, "\xe9001", "ORIGIN_CODE is '\xe9001', not a code of letters and digits"),
        (2, "****", "ORIGIN_CODE is '****', not a code of letters and digits"),
        (15, "Y G", "RAILCARD_CODE is 'Y G', not a code of letters and digits"),
        (18, "   ", "TICKET_CODE is blank"),
        (63, "1?", "RESTRICTION_CODE is '1?', not a code of letters and digits"),
        (21, "N", "ND_RECORD_TYPE is 'N', not one of 'O'"),
        (22, "31122025", "START_DATE 01/01/2026 is after END_DATE 31/12/2025"),
        (38, "00000000", "QUOTE_DATE is '00000000', not a day of the form ddmmyyyy"),
        (47, "        ", "ADULT_FARE is '        ', not a whole number"),
        (55, "0000054O", "CHILD_FARE is '0000054O', not a whole number"),
        (65, " ", "COMPOSITE_INDICATOR is ' ', not one of 'N', 'Y'"),
    ],
)
def test_a_bad_override_is_rejected_by_the_name_of_its_field(
    start: int, text: str, why: str, tmp_path: Path
) -> None:
    good = override("0001", "0002", "00000", "SDS", 540)
    found = read(write_fares(tmp_path, NFO=[good, replaced(good, start, text)]))
    assert (len(found.overrides), found.rejected) == (1, [(2, "NFO", why)])


# --- discounts that are not standard -------------------------------------------------------------


def test_a_discount_that_is_not_standard_is_read_field_by_field(tmp_path: Path) -> None:
    line = exception(
        "0001", "0002", "00700", railcard="INV", ticket="SVR", use="0003",
        adult=" 00000120N", child="D        Y", days=("02012026", "31032026"), quote="15122025",
    )  # fmt: skip
    assert read(write_fares(tmp_path, FNS=[line])).exceptions == [
        DiscountException(
            origin=FareCode("0001"),
            destination=FareCode("0002"),
            route=RouteCode("00700"),
            railcard=RailcardCode("INV"),
            ticket=TicketCode("SVR"),
            starts_on=date(2026, 1, 2),
            ends_on=date(2026, 3, 31),
            quote_on=date(2025, 12, 15),
            use_code=FareCode("0003"),
            adult=ExceptionalPrice(flag="", add_on_p=120, is_withheld=False),
            child=ExceptionalPrice(flag="D", add_on_p=0, is_withheld=True),
        )
    ]


def test_a_discount_may_hold_for_any_ends_route_railcard_and_ticket(tmp_path: Path) -> None:
    (found,) = read(write_fares(tmp_path, FNS=[exception()])).exceptions
    assert (found.origin, found.destination, found.route) == (ANY_CODE, ANY_CODE, ANY_ROUTE)
    assert (found.railcard, found.ticket, found.use_code) == (ANY_RAILCARD, ANY_TICKET, "")


def test_discounts_come_last_by_ends_route_and_railcard(tmp_path: Path) -> None:
    lines = [
        exception("0002", railcard=""),
        exception("0001", railcard="INV"),
        exception("0001", railcard=""),
        exception(),
    ]
    overrides = [override("0001", "0002", "00000", "SDS", 540)]
    found = read(write_fares(tmp_path, FNS=lines, NFO=overrides))
    assert [(one.origin, one.railcard) for one in found.exceptions] == [
        ("****", "***"),
        ("0001", ""),
        ("0001", "INV"),
        ("0002", ""),
    ]
    assert [type(one) for one in found.records[:3]] == [Flow, Override, DiscountException]
    assert found.counts("discount exception") == (4, 4, 0)


@pytest.mark.parametrize(
    ("start", "text", "why"),
    [
        (2, "0***", "ORIGIN_CODE is '0***', not a code of letters and digits"),
        (6, "*** ", "DESTINATION_CODE is '*** ', not a code of letters and digits"),
        (10, "****0", "ROUTE_CODE is '****0', not a code of letters and digits"),
        (15, "Y\xe9G", "RAILCARD_CODE is 'Y\xe9G', not a code of letters and digits"),
        (18, "   ", "TICKET_CODE is blank"),
        (45, "****", "USE_NLC is '****', not a code of letters and digits"),
    ],
)
def test_a_discount_between_no_codes_is_rejected(
    start: int, text: str, why: str, tmp_path: Path
) -> None:
    found = read(write_fares(tmp_path, FNS=[replaced(exception(), start, text)]))
    assert (found.exceptions, found.rejected) == ([], [(1, "FNS", why)])


@pytest.mark.parametrize(
    ("adult", "why"),
    [
        ("Z00000000N", "ADULT_NODIS_FLAG is 'Z', not one of ' ', 'D', 'N', 'X'"),
        ("         N", "ADULT_ADD_ON_AMOUNT is '        ', not a whole number"),
        ("N000001.0N", "ADULT_ADD_ON_AMOUNT is '000001.0', not a whole number"),
        ("N00000000 ", "ADULT_REBOOK_FLAG is ' ', not one of 'N', 'S', 'Y'"),
    ],
)
def test_a_bad_discount_is_rejected_by_the_name_of_its_field(
    adult: str, why: str, tmp_path: Path
) -> None:
    found = read(write_fares(tmp_path, FNS=[exception(adult=adult), exception()]))
    assert (len(found.exceptions), found.rejected) == (1, [(1, "FNS", why)])
