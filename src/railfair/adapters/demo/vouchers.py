"""Writes the files about tickets and railcards: TTY, TSP, TAP, TVL, RLC, RCM, DIS, FRR."""

from collections.abc import Iterator
from typing import Final

from railfair.adapters.demo import fare_layouts as layout
from railfair.adapters.demo.daykinds import Span
from railfair.adapters.demo.tickets import (
    CATEGORIES,
    FIRST_WALK_UP_CATEGORY,
    FLAT_CHILD_SINGLE_P,
    FLAT_CHILD_STATUS,
    NO_FIRST_WALK_UP,
    RAILCARDS,
    STATUSES,
    THIRD,
    THIRD_BEFORE,
    TICKETS,
    VALIDITIES,
    Railcard,
    Ticket,
)

_OPEN: Final = "31122999"
_SINCE: Final = "01012020"
_LAST_OLD_THIRD, _FIRST_NEW_THIRD = "14092024", "15092024"
_DATES: Final = {"end_date": _OPEN, "start_date": _SINCE}
_QUOTED: Final = {**_DATES, "quote_date": _SINCE}
_NO_UPPER_END: Final = 99_999_999


def ticket_lines() -> Iterator[str]:
    """Yield the ticket types."""
    for ticket in TICKETS:
        yield _ticket_line(ticket)


def _ticket_line(ticket: Ticket) -> str:
    return layout.TTY.line(
        **_QUOTED,
        marker="R",
        ticket_code=ticket.code,
        description=ticket.name,
        ticket_class=ticket.ticket_class,
        kind=ticket.kind,
        group="S",
        last_valid_day=_OPEN,
        max_passengers=1,
        min_passengers=1,
        max_adults=1,
        min_adults=0,
        max_children=1,
        min_children=0,
        restricted_by="NNN",
        validity_code=ticket.validity,
        atb_description=ticket.name,
        lul_xlondon="0",
        reservation="B" if ticket.advance else "N",
        capri_code="ZZZ",
        gates="N000N",
        package_mkr="N",
        fare_multiplier="001",
        discount_category=ticket.category,
    )


def validity_lines() -> Iterator[str]:
    """Yield the validities."""
    for code, name, out_days, ret_days, ret_months, out, back, text_out, text_back in VALIDITIES:
        yield layout.TVL.line(
            **_DATES,
            validity_code=code,
            description=name,
            out_days=out_days,
            out_months=0,
            ret_days=ret_days,
            ret_months=ret_months,
            ret_after_days=0,
            ret_after_months=0,
            break_out=out,
            break_rtn=back,
            out_description=text_out,
            rtn_description=text_back,
        )


def railcard_lines() -> Iterator[str]:
    """Yield the railcards; the blank one supplies the plain child status."""
    for card in RAILCARDS:
        yield _railcard_line(card)


def _railcard_line(card: Railcard) -> str:
    most, fewest, most_adults, fewest_adults, most_children, fewest_children = card.people
    return layout.RLC.line(
        **_QUOTED,
        railcard_code=card.code,
        holder_type="A",
        description=card.name,
        by_issue="N",
        by_area="Y" if card.area else "N",
        by_train="N",
        by_date="N",
        master_code=card.code,
        display_flag="Y" if card.code else "N",
        max_passengers=most,
        min_passengers=fewest,
        max_holders=1,
        min_holders=1 if card.code else 0,
        max_acc_adults=max(0, most_adults - 1),
        min_acc_adults=max(0, fewest_adults - 1),
        max_adults=most_adults,
        min_adults=fewest_adults,
        max_children=most_children,
        min_children=fewest_children,
        price=card.price_p,
        discount_price=0,
        validity_period="1200" if card.code else "",
        last_valid_date="" if card.code else _OPEN,
        physical_card="Y" if card.code else "N",
        capri_ticket_type="ZZZ",
        adult_status=card.adult_status,
        child_status=card.child_status,
        aaa_status="XXX",
    )


def minimum_lines(span: Span) -> Iterator[str]:
    """Yield the minimum fares; a summer gap leaves July and August out."""
    for card in RAILCARDS:
        for first, last in _minimum_dates(card, span):
            for ticket in TICKETS:
                if card.minimum_p and not ticket.advance:
                    yield layout.RCM.line(
                        railcard_code=card.code,
                        ticket_code=ticket.code,
                        end_date=last,
                        start_date=first,
                        minimum_fare=card.minimum_p,
                    )


def _minimum_dates(card: Railcard, span: Span) -> list[tuple[str, str]]:
    if not card.summer_gap:
        return [(_SINCE, _OPEN)]
    years = range(span.first.year, span.last.year + 2)
    return [(f"0109{year - 1}", f"3006{year}") for year in years]


def discount_lines() -> Iterator[str]:
    """Yield each status with its discounts, twice where the third changed in September 2024."""
    for status, (_, per_mille) in STATUSES.items():
        if per_mille == THIRD:
            yield from _status_lines(status, _SINCE, _LAST_OLD_THIRD, THIRD_BEFORE)
            yield from _status_lines(status, _FIRST_NEW_THIRD, _OPEN, THIRD)
        else:
            yield from _status_lines(status, _SINCE, _OPEN, per_mille)


def _status_lines(status: str, start: str, end: str, per_mille: int) -> Iterator[str]:
    flat = FLAT_CHILD_SINGLE_P if status == FLAT_CHILD_STATUS else 0
    yield layout.DIS_S.line(
        record_type="S",
        status_code=status,
        end_date=end,
        start_date=start,
        cc_desc=STATUSES[status][0],
        uts_code="0",
        first_single_flat=flat,
        first_return_flat=2 * flat,
        std_single_flat=flat,
        std_return_flat=2 * flat,
        first_lower_min=0,
        first_higher_min=0,
        std_lower_min=0,
        std_higher_min=0,
        usable="YYYY",
    )
    for category in CATEGORIES:
        indicator = _indicator(status, category)
        yield layout.DIS_D.line(
            record_type="D",
            status_code=status,
            end_date=end,
            discount_category=category,
            indicator=indicator,
            percentage=per_mille if indicator == "0" else 0,
        )


def _indicator(status: str, category: str) -> str:
    if status == FLAT_CHILD_STATUS:
        return "F"
    if category == FIRST_WALK_UP_CATEGORY and status in NO_FIRST_WALK_UP:
        return "X"
    return "0"


def rounding_lines() -> Iterator[str]:
    """Yield rule 01: pence below one pound, then fives; rule 03: fifty pence."""
    for rule, index, most, step in (
        ("01", 1, 99, 1),
        ("01", 2, _NO_UPPER_END, 5),
        ("03", 1, _NO_UPPER_END, 50),
    ):
        yield layout.FRR.line(
            **_DATES, rule_no=rule, rule_index=index, max_amount=most, round_amount=step
        )


def tsp_lines() -> Iterator[str]:
    """Yield the advance tickets as good on the booked operator's trains only."""
    for ticket in TICKETS:
        if ticket.advance:
            yield layout.TSP.line(
                **_DATES,
                ticket_code=ticket.code,
                restriction_flag="2",
                direction="O",
                toc_type="M",
                sleeper_mkr="N",
            )


_CHECKS: Final = {"AD1": ("1", 2), "AD2": ("1", 12), "AV1": ("1", 1), "AV2": ("2", 1)}
"""Advance check by ticket: 1 hours, 2 days; three days for the rest."""


def tap_lines() -> Iterator[str]:
    """Yield how long before travel each advance ticket must be bought."""
    for ticket in TICKETS:
        if ticket.advance:
            kind, amount = _CHECKS.get(ticket.code, ("2", 3))
            yield layout.TAP.line(
                **_DATES,
                ticket_code=ticket.code,
                restriction_flag="2",
                check_type=kind,
                ap_data=amount,
                booking_time="1800" if kind == "2" else "",
            )
