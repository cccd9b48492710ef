"""Flows and their fares (FFL): by far the largest file, of millions of lines.

Its lines are read as bytes, and until the last one is read the fares of a flow stay as they stand
in the file.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from struct import iter_unpack
from typing import Final

from railfair.adapters.feeds.fares_fields import any_code, code, days, number, one_of, shown
from railfair.adapters.feeds.fares_files import raw_records
from railfair.adapters.feeds.fares_layout import LINE_WIDTH, F, T
from railfair.adapters.feeds.fares_records import check_marker
from railfair.adapters.feeds.fares_report import FileReport
from railfair.adapters.feeds.files import FeedFile, Progress
from railfair.domain.codes import FareCode, RestrictionCode, RouteCode, TicketCode
from railfair.domain.fares.flow import NO_FARE_P, Flow, FlowFare

FLOW: Final = "flow"
FARE: Final = "fare"
ADULT_FARES: Final = "000"
WITHDRAWN: Final = "C"
"""USAGE_CODE of flows of older feeds that are to be skipped."""
REVERSIBLE: Final = "R"
NOT_STANDARD: Final = frozenset("13")
"""NS_DISC_IND of flows whose discounts are in the FNS."""
FARE_LINE: Final = re.compile(rb"RT([0-9]{7})([0-9A-Za-z]{3}[0-9]{8}(?:[0-9A-Za-z]{2}|  )?)\s*")
"""A fare that nothing is wrong with: its flow, and what is kept of it until the flow is whole."""
FARE_PLACE: Final = slice(3, 11)
NO_FARE: Final = b"99999999"
WHY_NO_FARE: Final = "FARE is 99999999, which means that there is no such fare: none is offered"
FARE_FIELDS: Final = "3s8s2s"
FARE_WIDTH: Final = 13
EXAMPLES: Final = 3
"""How many of what is odd a note names."""


class FlowReader:
    """Reads one FFL file."""

    def __init__(self, file: FeedFile, report: FileReport, *, progress: Progress) -> None:
        self._file = file
        self._report = report
        self._progress = progress
        self._flows: list[tuple[Flow, bytearray]] = []
        self._fares: dict[bytes, bytearray] = {}
        self._left_out: dict[bytes, int] = {}
        self._unread: set[bytes] = set()
        self._shared: set[bytes] = set()
        self._early: dict[bytes, list[tuple[int, bytes]]] = {}
        self._no_fares = 0
        self._rivals = 0
        self._rival_examples: list[str] = []

    def flows(self) -> Iterator[Flow]:
        """Yield the flows that have fares, in the order of `ports.fares_feed`."""
        self._read()
        self._reject_shared()
        self._reject_strays()
        self._report.count_left_out(FARE, sum(self._left_out.values()))
        self._fares.clear()
        self._flows.sort(key=_order)
        self._flows.reverse()
        while self._flows:  # what is yielded leaves memory
            flow, packed = self._flows.pop()
            if packed:
                self._report.count_kept(FLOW)
                fares = _fares(packed)
                prices = sum(fare.fare_p != NO_FARE_P for fare in fares)
                self._report.count_kept(FARE, prices)
                if len({fare.ticket for fare in fares}) < len(fares):
                    self._count_rivals(flow, fares)
                yield replace(flow, fares=fares)
            else:
                self._report.count_left_out(FLOW)
        self._note()

    def _read(self) -> None:
        """Read all lines; this loop runs millions of times."""
        fares, fullmatch = self._fares, FARE_LINE.fullmatch
        matched = 0
        for line, raw in raw_records(self._file, self._progress):
            found = fullmatch(raw)
            if found is None:
                self._other(line, raw)
                continue
            matched += 1
            flow_id, fare = found.groups()
            if NO_FARE in fare and _is_no_fare(fare):
                self._no_fares += 1
                self._report.set_aside(line, "T", WHY_NO_FARE)
            held = fares.get(flow_id)
            if held is None:
                self._homeless(line, flow_id, fare)
            else:
                held += fare.ljust(FARE_WIDTH)
        self._report.count_read(FARE, matched)

    def _homeless(self, line: int, flow_id: bytes, fare: bytes) -> None:
        """Take a fare whose flow is left out, or has not come yet."""
        if flow_id in self._left_out:
            self._left_out[flow_id] += 1
        else:
            self._early.setdefault(flow_id, []).append((line, fare.ljust(FARE_WIDTH)))

    def _other(self, line: int, raw: bytes) -> None:
        """Take a flow, or a record that something is wrong with."""
        padded = raw.decode("latin-1").rstrip("\r\n").ljust(LINE_WIDTH)
        record = F.RECORD_TYPE.of(padded)
        self._report.count_read({"F": FLOW, "T": FARE}.get(record, "unknown record"))
        try:
            check_marker(padded)
            if record == "F":
                self._put(padded)
            else:
                _check_fare(padded)
        except ValueError as error:
            self._report.reject(line, record, str(error))

    def _put(self, line: str) -> None:
        flow_id = F.FLOW_ID.of(line).encode("latin-1")
        if flow_id.isdigit():
            self._take(flow_id)
        flow = _flow(line)
        self._unread.discard(flow_id)
        early = self._early.pop(flow_id, [])
        if F.STATUS_CODE.of(line) == ADULT_FARES and F.USAGE_CODE.of(line) != WITHDRAWN:
            fares = self._fares[flow_id] = bytearray().join(fare for _, fare in early)
            self._flows.append((flow, fares))
            return
        self._left_out[flow_id] = len(early)
        self._report.count_left_out(FLOW)

    def _take(self, flow_id: bytes) -> None:
        """Take a number for a flow that is yet to be read; raise `ValueError` if it is taken."""
        if flow_id in self._fares or flow_id in self._left_out or flow_id in self._unread:
            self._shared.add(flow_id)
            raise ValueError(f"FLOW_ID {flow_id.decode()!r} is of another flow already")
        self._unread.add(flow_id)

    def _reject_strays(self) -> None:
        for flow_id, fares in self._early.items():
            why = f"FLOW_ID {flow_id.decode()!r} is of no flow (F record) that could be read"
            for line, fare in fares:
                if not _is_no_fare(fare):
                    self._report.reject(line, "T", why)

    def _reject_shared(self) -> None:
        """Reject the fares of numbers that several flows have: nothing says whose they are.

        Where they stand is found by reading the file again, for such numbers should not be.
        """
        for flow_id in self._shared:
            self._left_out.pop(flow_id, None)
            self._early.pop(flow_id, None)
            self._fares.get(flow_id, bytearray()).clear()
        for line, raw in raw_records(self._file, lambda _: None) if self._shared else ():
            found = FARE_LINE.fullmatch(raw)
            if found and found[1] in self._shared and not _is_no_fare(found[2]):
                why = f"FLOW_ID {found[1].decode()!r} is of several flows (F records)"
                self._report.reject(line, "T", why)

    def _count_rivals(self, flow: Flow, fares: Sequence[FlowFare]) -> None:
        """Count the tickets that have several prices in a flow."""
        prices: dict[TicketCode, set[int]] = {}
        for fare in fares:
            prices.setdefault(fare.ticket, set()).add(fare.fare_p)
        for ticket, several in prices.items():
            if len(several) > 1:
                self._rivals += 1
                if self._rivals <= EXAMPLES:
                    ends = f"{flow.origin} to {flow.destination} by {flow.route}"
                    both = f"{min(several)} and {max(several)}"
                    self._rival_examples.append(f"{ends}, {ticket}: {both}")

    def _note(self) -> None:
        """Note what is odd, but no fault of any one record."""
        if self._no_fares:
            self._report.note(
                f"{self._no_fares:,} x FARE is {NO_FARE.decode()}, which counts as no fault"
            )
        if self._rivals:
            rest = ["…"] if self._rivals > EXAMPLES else []
            self._report.note(
                f"{self._rivals:,} x several prices of one flow and ticket, of which the lowest"
                f" counts ({'; '.join(self._rival_examples + rest)})"
            )


def _flow(line: str) -> Flow:
    starts_on, ends_on = days(line, F)
    one_of(line, F.USAGE_CODE, "AGC")
    code(line, F.STATUS_CODE)
    number(line, F.FLOW_ID)
    return Flow(
        origin=FareCode(code(line, F.ORIGIN_CODE)),
        destination=FareCode(code(line, F.DESTINATION_CODE)),
        route=RouteCode(code(line, F.ROUTE_CODE)),
        is_reversible=one_of(line, F.DIRECTION, "SR") == REVERSIBLE,
        starts_on=starts_on,
        ends_on=ends_on,
        setter=any_code(line, F.TOC),
        cross_london=int(one_of(line, F.CROSS_LONDON_IND, "0123")),
        has_exceptions=one_of(line, F.NS_DISC_IND, "0123") in NOT_STANDARD,
    )


def _check_fare(line: str) -> None:
    """Raise `ValueError` that says what is wrong with a line that is no `FARE_LINE`."""
    one_of(line, T.RECORD_TYPE, "FT")
    number(line, T.FLOW_ID)
    code(line, T.TICKET_CODE)
    number(line, T.FARE)
    any_code(line, T.RESTRICTION_CODE)
    rest = shown(line[T.TICKET_CODE.place.start :].rstrip())
    raise ValueError(f"{rest!r} is no ticket, fare and code")


def _order(held: tuple[Flow, bytearray]) -> tuple[object, ...]:
    flow = held[0]
    return flow.origin, flow.destination, flow.route, flow.is_reversible, flow.starts_on


def _fares(packed: bytearray) -> tuple[FlowFare, ...]:
    return tuple(
        FlowFare(TicketCode(_text(ticket)), int(fare), RestrictionCode(_text(restriction)))
        for ticket, fare, restriction in iter_unpack(FARE_FIELDS, packed)
    )


def _is_no_fare(fare: bytes) -> bool:
    return fare[FARE_PLACE] == NO_FARE


@cache
def _text(field: bytes) -> str:
    """Return a code; those of equal bytes are one object."""
    return field.decode("ascii").rstrip()
