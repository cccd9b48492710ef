"""Railcards, what they take off and how prices are rounded: the files RLC, DIS, RCM and FRR."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from railfair.adapters.feeds.fares_fields import (
    any_code,
    code,
    day,
    days,
    is_yes,
    number,
    one_of,
    text,
)
from railfair.adapters.feeds.fares_layout import DIS_D, DIS_S, FRR, RCM, RLC
from railfair.adapters.feeds.fares_records import RecordFile, RecordKind, by_code, put_once
from railfair.domain.codes import Crs, RailcardCode, TicketCode
from railfair.domain.fares.railcard import (
    Amounts,
    Discount,
    MinimumFare,
    Railcard,
    RoundingBand,
    Status,
)

type _StatusDiscount = tuple[str, date, str, Discount]
"""Status, last day, category and what is taken off."""


def railcard(areas: Mapping[RailcardCode, frozenset[Crs]]) -> RecordKind[Railcard]:
    """Return how railcards are read, those that are good in an area with that of *areas*."""

    def read(line: str) -> Railcard:
        starts_on, ends_on = days(line, RLC)
        card = RailcardCode(any_code(line, RLC.RAILCARD_CODE))
        has_area = is_yes(line, RLC.RESTRICTED_BY_AREA)
        return Railcard(
            code=card,
            name=text(line, RLC.DESCRIPTION),
            starts_on=starts_on,
            ends_on=ends_on,
            quote_on=day(line, RLC.QUOTE_DATE),
            adult_status=any_code(line, RLC.ADULT_STATUS),
            child_status=any_code(line, RLC.CHILD_STATUS),
            fewest_passengers=number(line, RLC.MIN_PASSENGERS),
            most_passengers=number(line, RLC.MAX_PASSENGERS),
            fewest_adults=number(line, RLC.MIN_ADULTS),
            most_adults=number(line, RLC.MAX_ADULTS),
            fewest_children=number(line, RLC.MIN_CHILDREN),
            most_children=number(line, RLC.MAX_CHILDREN),
            area=areas.get(card, frozenset()) if has_area else None,
        )

    return RecordKind(name="railcard", read=read)


def _minimum_fare(line: str) -> MinimumFare:
    starts_on, ends_on = days(line, RCM)
    return MinimumFare(
        railcard=RailcardCode(code(line, RCM.RAILCARD_CODE)),
        ticket=TicketCode(code(line, RCM.TICKET_CODE)),
        starts_on=starts_on,
        ends_on=ends_on,
        fare_p=number(line, RCM.MINIMUM_FARE),
    )


def _rounding_band(line: str) -> RoundingBand:
    starts_on, ends_on = days(line, FRR)
    return RoundingBand(
        rule=code(line, FRR.RULE_NO),
        position=number(line, FRR.RULE_INDEX),
        starts_on=starts_on,
        ends_on=ends_on,
        up_to_p=number(line, FRR.MAX_AMOUNT),
        step_p=number(line, FRR.ROUND_AMOUNT),
    )


MINIMUM_FARE: Final = RecordKind(name="minimum fare", read=_minimum_fare)
ROUNDING_BAND: Final = RecordKind(name="rounding band", read=_rounding_band)


def _status(line: str) -> Status:
    starts_on, ends_on = days(line, DIS_S)
    return Status(
        code=code(line, DIS_S.STATUS_CODE),
        starts_on=starts_on,
        ends_on=ends_on,
        flat=Amounts(
            first_single_p=number(line, DIS_S.FIRST_SINGLE_MAX_FLAT),
            first_return_p=number(line, DIS_S.FIRST_RETURN_MAX_FLAT),
            standard_single_p=number(line, DIS_S.STD_SINGLE_MAX_FLAT),
            standard_return_p=number(line, DIS_S.STD_RETURN_MAX_FLAT),
        ),
        first_lower_p=number(line, DIS_S.FIRST_LOWER_MIN),
        first_higher_p=number(line, DIS_S.FIRST_HIGHER_MIN),
        standard_lower_p=number(line, DIS_S.STD_LOWER_MIN),
        standard_higher_p=number(line, DIS_S.STD_HIGHER_MIN),
        good_for=(
            is_yes(line, DIS_S.FS_MKR),
            is_yes(line, DIS_S.FR_MKR),
            is_yes(line, DIS_S.SS_MKR),
            is_yes(line, DIS_S.SR_MKR),
        ),
        discounts={},
    )


def _discount(line: str) -> _StatusDiscount:
    return (
        code(line, DIS_D.STATUS_CODE),
        day(line, DIS_D.END_DATE),
        code(line, DIS_D.DISCOUNT_CATEGORY),
        Discount(
            indicator=one_of(line, DIS_D.DISCOUNT_INDICATOR, "0FMHLXN"),
            per_mille=number(line, DIS_D.DISCOUNT_PERCENTAGE),
        ),
    )


_DIS: Final[Mapping[str, RecordKind[Status | _StatusDiscount]]] = {
    "S": RecordKind(name="status", read=_status),
    "D": RecordKind(name="discount", read=_discount),
}


def statuses(file: RecordFile) -> dict[str, tuple[Status, ...]]:
    """Return the statuses of a DIS file with their discounts, whatever order they stand in."""
    held: dict[tuple[str, date], Status] = {}

    def put(found: Status | _StatusDiscount) -> bool:
        if isinstance(found, Status):
            return put_once(held, (found.code, found.ends_on), found)
        status, ends_on, category, discount = found
        if (status, ends_on) not in held:
            raise ValueError(f"STATUS_CODE {status!r} until {ends_on:%d/%m/%Y} is of no S record")
        return put_once(held[status, ends_on].discounts, category, discount)

    file.put_each(_DIS, put)
    return by_code(held.values(), lambda status: status.code)
