"""Ticket types and what is said of them: the files TTY, TVL, TSP and TAP."""

from typing import Final

from railfair.adapters.feeds.fares_fields import (
    any_code,
    clock_min,
    code,
    day,
    days,
    is_yes,
    number,
    one_of,
    text,
)
from railfair.adapters.feeds.fares_layout import TAP, TSP, TTY, TVL
from railfair.adapters.feeds.fares_records import RecordKind
from railfair.domain.codes import RestrictionCode, TicketCode, TocCode
from railfair.domain.fares.ticket import (
    AdvancePurchase,
    OperatorTicket,
    TicketClass,
    TicketType,
    Validity,
)

CLASSES: Final = {"1": TicketClass.FIRST, "2": TicketClass.STANDARD}
NOT_FOR_TRAVEL: Final = "9"
SEASON: Final = "N"
RETURN: Final = "R"
SUPPLEMENT: Final = "S"
WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
CONNECTING: Final = "C"
RESTRICTION_FLAGS: Final = "012"


def _ticket_type(line: str) -> TicketType | None:
    ticket_class = one_of(line, TTY.TKT_CLASS, {*CLASSES, NOT_FOR_TRAVEL})
    kind = one_of(line, TTY.TKT_TYPE, "SRN")
    package = one_of(line, TTY.PACKAGE_MKR, "NSFP")
    starts_on, ends_on = days(line, TTY)
    if ticket_class == NOT_FOR_TRAVEL or kind == SEASON or package == SUPPLEMENT:
        return None
    return TicketType(
        code=TicketCode(code(line, TTY.TICKET_CODE)),
        name=text(line, TTY.DESCRIPTION) or text(line, TTY.ATB_DESCRIPTION),
        ticket_class=CLASSES[ticket_class],
        is_return=kind == RETURN,
        starts_on=starts_on,
        ends_on=ends_on,
        quote_on=day(line, TTY.QUOTE_DATE),
        last_day=day(line, TTY.LAST_VALID_DAY),
        validity=any_code(line, TTY.VALIDITY_CODE),
        discount_category=code(line, TTY.DISCOUNT_CATEGORY),
        fewest_passengers=number(line, TTY.MIN_PASSENGERS),
        most_passengers=number(line, TTY.MAX_PASSENGERS),
        fewest_adults=number(line, TTY.MIN_ADULTS),
        most_adults=number(line, TTY.MAX_ADULTS),
        fewest_children=number(line, TTY.MIN_CHILDREN),
        most_children=number(line, TTY.MAX_CHILDREN),
        reservation=one_of(line, TTY.RESERVATION_REQUIRED, "NORBE"),
        package=package,
    )


def _validity(line: str) -> Validity:
    starts_on, ends_on = days(line, TVL)
    return Validity(
        code=code(line, TVL.VALIDITY_CODE),
        name=text(line, TVL.DESCRIPTION),
        starts_on=starts_on,
        ends_on=ends_on,
        out_days=number(line, TVL.OUT_DAYS),
        out_months=number(line, TVL.OUT_MONTHS),
        return_days=number(line, TVL.RET_DAYS),
        return_months=number(line, TVL.RET_MONTHS),
        return_after_days=number(line, TVL.RET_AFTER_DAYS),
        return_after_months=number(line, TVL.RET_AFTER_MONTHS),
        return_after_weekday=_weekday(line),
        breaks_out=is_yes(line, TVL.BREAK_OUT),
        breaks_return=is_yes(line, TVL.BREAK_RTN),
        text_out=text(line, TVL.OUT_DESCRIPTION),
        text_return=text(line, TVL.RTN_DESCRIPTION),
    )


def _weekday(line: str) -> int | None:
    found = one_of(line, TVL.RET_AFTER_DAY, (*WEEKDAYS, "  "))
    return WEEKDAYS.index(found) if found in WEEKDAYS else None


def _operator_ticket(line: str) -> OperatorTicket:
    starts_on, ends_on = days(line, TSP)
    return OperatorTicket(
        ticket=TicketCode(code(line, TSP.TICKET_CODE)),
        restriction=RestrictionCode(any_code(line, TSP.RESTRICTION_CODE)),
        restriction_flag=one_of(line, TSP.RESTRICTION_FLAG, RESTRICTION_FLAGS),
        direction=one_of(line, TSP.DIRECTION, "ORB"),
        toc=TocCode(any_code(line, TSP.TOC_ID)),
        is_connecting=one_of(line, TSP.TOC_TYPE, "MC") == CONNECTING,
        starts_on=starts_on,
        ends_on=ends_on,
    )


def _advance_purchase(line: str) -> AdvancePurchase:
    starts_on, ends_on = days(line, TAP)
    has_time = bool(text(line, TAP.BOOKING_TIME))
    return AdvancePurchase(
        ticket=TicketCode(code(line, TAP.TICKET_CODE)),
        restriction=RestrictionCode(any_code(line, TAP.RESTRICTION_CODE)),
        restriction_flag=one_of(line, TAP.RESTRICTION_FLAG, RESTRICTION_FLAGS),
        toc=TocCode(any_code(line, TAP.TOC_ID)),
        starts_on=starts_on,
        ends_on=ends_on,
        check=one_of(line, TAP.CHECK_TYPE, "012"),
        value=text(line, TAP.AP_DATA),
        until_min=clock_min(line, TAP.BOOKING_TIME) if has_time else None,
    )


TICKET_TYPE: Final = RecordKind(name="ticket type", read=_ticket_type)
VALIDITY: Final = RecordKind(name="validity", read=_validity)
OPERATOR_TICKET: Final = RecordKind(name="operator ticket", read=_operator_ticket)
ADVANCE_PURCHASE: Final = RecordKind(name="advance purchase", read=_advance_purchase)
