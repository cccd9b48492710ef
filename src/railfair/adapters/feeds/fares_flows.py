"""Flows and their fares (FFL): by far the largest file, of millions of lines.

Its lines are read as bytes, and until the last one is read the fares of a flow stay as they stand
in the file.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from struct import iter_unpack
from typing import Final

from railfair.adapters.feeds.fares_fields import code, days, number, one_of, text
from railfair.adapters.feeds.fares_files import raw_records
from railfair.adapters.feeds.fares_layout import LINE_WIDTH, F, T
from railfair.adapters.feeds.fares_records import check_marker
from railfair.adapters.feeds.files import FeedFile, Progress
from railfair.domain.codes import FareCode, RestrictionCode, RouteCode, TicketCode
from railfair.domain.fares.flow import NO_FARE_P, Flow, FlowFare
from railfair.domain.feed import ImportReport, Rejection

FLOW: Final = "flow"
FARE: Final = "fare"
ADULT_FARES: Final = "000"
WITHDRAWN: Final = "C"
"""USAGE_CODE of flows of older feeds that are to be skipped."""
REVERSIBLE: Final = "R"
NOT_STANDARD: Final = frozenset("13")
"""NS_DISC_IND of flows whose discounts are in the FNS."""
FARE_LINE: Final = re.compile(rb"RT(\d{7})(\w{3}\d{8}(?:\w\w|  )?)\s*")
"""A fare that nothing is wrong with: its flow, and what is kept of it until the flow is whole."""
NO_FARE: Final = b"99999999"
WHY_NO_FARE: Final = "FARE is 99999999, which means that there is no such fare: none is offered"
FARE_FIELDS: Final = "3s8s2s"
FARE_WIDTH: Final = 13


class FlowReader:
    """Reads one FFL file."""

    def __init__(self, file: FeedFile, report: ImportReport, *, progress: Progress) -> None:
        self._file = file
        self._report = report
        self._progress = progress
        self._flows: list[tuple[Flow, bytearray]] = []
        self._fares: dict[bytes, bytearray] = {}
        self._left_out: set[bytes] = set()
        self._early: dict[bytes, list[tuple[int, bytes]]] = {}

    def flows(self) -> Iterator[Flow]:
        """Yield the flows that have fares, in the order of `ports.fares_feed`."""
        self._read()
        self._reject_strays()
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
                yield replace(flow, fares=fares)
            else:
                self._report.count_left_out(FLOW)

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
            if NO_FARE in fare:
                self._reject(line, "T", WHY_NO_FARE)
            held = fares.get(flow_id)
            if held is None:
                self._homeless(line, flow_id, fare)
            else:
                held += fare.ljust(FARE_WIDTH)
        self._report.count_read(FARE, matched)

    def _homeless(self, line: int, flow_id: bytes, fare: bytes) -> None:
        """Take a fare whose flow is left out, or has not come yet."""
        if flow_id in self._left_out:
            self._report.count_left_out(FARE)
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
            self._reject(line, record, str(error))

    def _put(self, line: str) -> None:
        flow = _flow(line)
        flow_id = F.FLOW_ID.of(line).encode()
        if flow_id in self._fares or flow_id in self._left_out:
            raise ValueError(f"FLOW_ID {flow_id.decode()!r} is of another flow already")
        early = self._early.pop(flow_id, [])
        if F.STATUS_CODE.of(line) == ADULT_FARES and F.USAGE_CODE.of(line) != WITHDRAWN:
            fares = self._fares[flow_id] = bytearray().join(fare for _, fare in early)
            self._flows.append((flow, fares))
            return
        self._left_out.add(flow_id)
        self._report.count_left_out(FLOW)
        for _ in early:
            self._report.count_left_out(FARE)

    def _reject_strays(self) -> None:
        for flow_id, fares in self._early.items():
            for line, _ in fares:
                why = f"FLOW_ID {flow_id.decode()!r} is of no flow (F record) that could be read"
                self._reject(line, "T", why)

    def _reject(self, line: int, record: str, why: str) -> None:
        self._report.reject(Rejection(file=self._file.name, line=line, record=record, why=why))


def _flow(line: str) -> Flow:
    starts_on, ends_on = days(line, F)
    one_of(line, F.USAGE_CODE, "AGC")
    number(line, F.FLOW_ID)
    return Flow(
        origin=FareCode(code(line, F.ORIGIN_CODE)),
        destination=FareCode(code(line, F.DESTINATION_CODE)),
        route=RouteCode(code(line, F.ROUTE_CODE)),
        is_reversible=one_of(line, F.DIRECTION, "SR") == REVERSIBLE,
        starts_on=starts_on,
        ends_on=ends_on,
        setter=text(line, F.TOC),
        cross_london=int(one_of(line, F.CROSS_LONDON_IND, "0123")),
        has_exceptions=one_of(line, F.NS_DISC_IND, "0123") in NOT_STANDARD,
    )


def _check_fare(line: str) -> None:
    """Raise `ValueError` that says what is wrong with a line that is no `FARE_LINE`."""
    one_of(line, T.RECORD_TYPE, "FT")
    number(line, T.FLOW_ID)
    code(line, T.TICKET_CODE)
    number(line, T.FARE)
    raise ValueError(f"{line[T.TICKET_CODE.place.start :].rstrip()!r} is no ticket, fare and code")


def _order(held: tuple[Flow, bytearray]) -> tuple[object, ...]:
    flow = held[0]
    return flow.origin, flow.destination, flow.route, flow.is_reversible, flow.starts_on


def _fares(packed: bytearray) -> tuple[FlowFare, ...]:
    return tuple(
        FlowFare(TicketCode(_text(ticket)), int(fare), RestrictionCode(_text(restriction)))
        for ticket, fare, restriction in iter_unpack(FARE_FIELDS, packed)
    )


@cache
def _text(field: bytes) -> str:
    """Return a code; those of equal bytes are one object."""
    return field.decode("ascii").rstrip()
