"""Writes the restrictions file (RST), once for the current and once for the future set."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from railfair.adapters.demo import rst_layouts as rst
from railfair.adapters.demo.network import Railway
from railfair.adapters.demo.restrictions import (
    BANDS,
    CALENDAR,
    CARD_LOCATIONS,
    MON_FRI,
    RESTRICTIONS,
    Restriction,
    TimeBar,
)
from railfair.adapters.demo.tickets import RAILCARDS

_FUTURE_AFTER_DAYS: Final = 60
_OPEN: Final = "31122999"


def rst_lines(railway: Railway) -> Iterator[str]:
    """Yield RD of both sets, then for each set its codes, railcards and calendar."""
    change = railway.today + timedelta(days=_FUTURE_AFTER_DAYS)
    yield _dates("C", railway.span.first, f"{change - timedelta(days=1):%d%m%Y}")
    yield _dates("F", change, _OPEN)
    uids = _listed_uids(railway)
    for marker in "CF":
        for restriction in RESTRICTIONS:
            yield from _restriction_lines(restriction, marker, uids)
        yield from _railcard_lines(marker)
        yield from _calendar_lines(marker)


def _dates(marker: str, first: date, last: str) -> str:
    return rst.RD.line(
        marker="R", record_type="RD", cf_mkr=marker, start_date=f"{first:%d%m%Y}", end_date=last
    )


def _listed_uids(railway: Railway) -> dict[str, list[str]]:
    """Return the train UIDs of each operator, in order."""
    found: dict[str, list[str]] = {}
    for timetable in railway.corridors:
        for train in timetable.trains:
            found.setdefault(train.pattern.toc, []).append(train.uid)
    return found


def _restriction_lines(
    restriction: Restriction, marker: str, uids: dict[str, list[str]]
) -> Iterator[str]:
    head = {"marker": "R", "cf_mkr": marker, "restriction_code": restriction.code}
    yield rst.RH.line(
        **head,
        record_type="RH",
        description=restriction.name,
        desc_out=restriction.outward,
        desc_rtn=restriction.back,
        type_out=restriction.trains_act,
        type_rtn=restriction.trains_act,
        change_ind="Y",
    )
    for first, last in BANDS:
        yield rst.HD.line(**head, record_type="HD", date_from=first, date_to=last, days=MON_FRI)
    for crs in restriction.only_at:
        yield rst.HL.line(**head, record_type="HL", location=crs)
    for number, bar in enumerate(restriction.bars, start=1):
        yield from _bar_lines(bar, number, head)
    for toc, rank in restriction.listed:
        yield rst.SR.line(
            **head,
            record_type="SR",
            train_no=uids[toc][rank],
            out_ret="O",
            quota_ind="N",
            sleeper_ind="N",
        )


def _bar_lines(bar: TimeBar, number: int, head: dict[str, str]) -> Iterator[str]:
    key: dict[str, str | int] = {**head, "sequence_no": number, "out_ret": bar.direction}
    yield rst.TR.line(
        **key,
        record_type="TR",
        time_from=bar.first,
        time_to=bar.last,
        arr_dep_via=bar.event,
        location=bar.crs,
        rstr_type="T",
        min_fare_flag="Y" if bar.minimum_fare else "N",
    )
    for first, last in bar.bands:
        yield rst.TD.line(**key, record_type="TD", date_from=first, date_to=last, days=MON_FRI)
    for toc in bar.tocs:
        yield rst.TT.line(**key, record_type="TT", toc_code=toc)


def _railcard_lines(marker: str) -> Iterator[str]:
    for card in RAILCARDS:
        if not card.restriction:
            continue
        for number, crs in enumerate(CARD_LOCATIONS.get(card.restriction, ("",)), start=1):
            yield rst.RR.line(
                marker="R",
                record_type="RR",
                cf_mkr=marker,
                railcard_code=card.code,
                sequence_no=number,
                location=crs,
                restriction_code=card.restriction,
            )
    yield rst.RR.line(
        marker="R",
        record_type="RR",
        cf_mkr=marker,
        railcard_code="2TR",
        sequence_no=9,
        ticket_code="EVR",
        total_ban="Y",
    )


def _calendar_lines(marker: str) -> Iterator[str]:
    for ticket, kind, first, last, days in CALENDAR:
        yield rst.CA.line(
            marker="R",
            record_type="CA",
            cf_mkr=marker,
            ticket_code=ticket,
            cal_type=kind,
            date_from=first,
            date_to=last,
            days=days,
        )
