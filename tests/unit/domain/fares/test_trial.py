"""Everything that decides whether a fare is good on a trip, asked at once."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from railfair.domain.codes import Crs, RestrictionCode, RouteCode, TicketCode, TocCode
from railfair.domain.fares.dated import OPEN
from railfair.domain.fares.restriction import Restriction, RestrictionSet, TicketCalendar
from railfair.domain.fares.route import Route
from railfair.domain.fares.rulebook import RuleBook
from railfair.domain.fares.ticket import AdvancePurchase, OperatorTicket, TicketType, Validity
from railfair.domain.fares.trial import Findings, Trial
from railfair.domain.fares.trip import Trip, unknown_trip
from railfair.domain.operators import NAMES
from railfair.domain.railtime import LONDON
from support.fare_rules import SINCE, listed, ticket
from support.restricted_trips import (
    ALL_YEAR,
    BACK,
    DEPARTURE,
    FREE,
    MORNING,
    THURSDAY,
    WEDNESDAY,
    band,
    barring,
    leg,
    out_at,
    trip,
)

PEAKS = barring(MORNING, band(DEPARTURE, "DEE", "16:00", "19:01", direction=BACK))
NO_PEAK = FREE
SINGLE, RETURN = ticket(), ticket("SDR", is_return=True)
ANY = Route(
    code=RouteCode("00000"), name="ANY PERMITTED", starts_on=SINCE, ends_on=OPEN, quote_on=SINCE
)
OUT_AT_TEN = out_at("10:00")
AT_NOON = datetime(2026, 5, 5, 12, 0, tzinfo=LONDON)


def rules(
    restriction: Restriction = PEAKS,
    *,
    last_day: date = OPEN,
    future: Restriction | None = None,
    calendars: Iterable[TicketCalendar] = (),
) -> RuleBook:
    """Return rules with one restriction, `9Z`, which may be another one after *last_day*."""
    current = RestrictionSet(
        first_day=SINCE,
        last_day=last_day,
        restrictions={FREE.code: restriction},
        calendars=tuple(calendars),
    )
    later = RestrictionSet(
        first_day=SINCE,
        last_day=OPEN,
        restrictions={} if future is None else {FREE.code: future},
    )
    return RuleBook(restriction_sets=(current, later), operators=NAMES)


def back_at(leaves: str, *, day: date = WEDNESDAY) -> Trip:
    """Return a direct trip from DEE to AYT."""
    return trip(leg(f"DEE {leaves}", "AYT 23:00"), day=day)


def findings(
    book: RuleBook,
    one: TicketType = SINGLE,
    *,
    out: Trip = OUT_AT_TEN,
    back: Trip | None = None,
    route: Route = ANY,
    restriction: str = FREE.code,
) -> Findings:
    """Return what there is to say of a fare with that restriction, without a railcard."""
    trial = Trial(book, out=out, back=back, card=None, sold_at=AT_NOON)
    fare = replace(listed(ticket=one.code), restriction=RestrictionCode(restriction))
    return trial.findings(fare, one, route)


def codes(found: Findings) -> list[str]:
    """Return why the fare is barred."""
    return [reason.code for reason in found.reasons]


def test_a_fare_without_restriction_is_good_at_any_time() -> None:
    found = findings(rules(), out=out_at("08:00"), restriction="")
    assert found == Findings(
        reasons=(), notes=(), is_checked=True, is_card_good=True, is_minimum_fare=False
    )


def test_a_restriction_bars_the_fare_at_its_times() -> None:
    assert codes(findings(rules(), out=out_at("09:29"))) == ["departs-before-off-peak"]
    assert codes(findings(rules(), out=out_at("09:30"))) == []


def test_a_restriction_that_the_feed_does_not_hold_cannot_be_checked() -> None:
    for book in (rules(), RuleBook()):
        found = findings(book, restriction="8Z")
        assert (found.reasons, found.is_checked) == ((), False)


def test_a_single_is_always_a_way_out() -> None:
    assert codes(findings(rules(), out=back_at("17:00"))) == []


def test_a_return_is_tested_both_ways() -> None:
    book = rules()
    assert codes(findings(book, RETURN, back=back_at("19:02"))) == []
    found = findings(book, RETURN, out=out_at("08:00"), back=back_at("17:00"))
    assert codes(found) == ["departs-before-off-peak", "departs-in-peak"]
    assert found.reasons[1].text.startswith("on the way back, leaves DEE at 17:00")


def test_a_return_may_be_used_one_way() -> None:
    assert codes(findings(rules(), RETURN)) == []


def test_a_single_does_not_cover_the_way_back() -> None:
    found = findings(rules(), SINGLE, back=back_at("17:00"))
    assert codes(found) == ["covers-one-way"]


def test_before_half_past_four_the_set_is_that_of_the_day_before() -> None:
    night = barring(band(DEPARTURE, "AYT", "02:30", "04:29"))
    calendar = TicketCalendar(
        ticket=SINGLE.code, kind="I", route=RouteCode(""), country="", days=ALL_YEAR
    )
    book = rules(night, last_day=WEDNESDAY, future=NO_PEAK, calendars=[calendar])
    found = findings(book, out=out_at("03:00", day=THURSDAY))
    assert codes(found) == ["departs-before-off-peak", "not-sold-that-day"]


def test_the_set_of_restrictions_is_that_of_the_day_of_each_way() -> None:
    book = rules(PEAKS, last_day=WEDNESDAY, future=NO_PEAK)
    assert codes(findings(book, out=out_at("08:00", day=THURSDAY))) == []
    same_day = findings(book, RETURN, back=back_at("17:00"))
    next_day = findings(book, RETURN, back=back_at("17:00", day=THURSDAY))
    assert (codes(same_day), codes(next_day)) == (["departs-in-peak"], [])


def test_a_restriction_that_the_set_of_the_way_back_lacks_cannot_be_checked() -> None:
    book = rules(PEAKS, last_day=WEDNESDAY)
    found = findings(book, RETURN, back=back_at("17:00", day=THURSDAY))
    assert (codes(found), found.is_checked) == ([], False)


def test_a_minimum_fare_of_the_times_is_told() -> None:
    book = rules(barring(replace(MORNING, is_minimum_fare=True)))
    assert findings(book, out=out_at("08:00")).is_minimum_fare
    assert not findings(book, out=out_at("10:00")).is_minimum_fare


def test_the_route_has_to_fit_the_way_out_and_the_way_back() -> None:
    lner = replace(ANY, code=RouteCode("00990"), name="LNER ONLY")
    out, back = (trip(leg("AYT 10:00", "DEE 11:00", toc=toc)) for toc in ("GR", "XC"))
    assert codes(findings(rules(), out=out, route=lner)) == []
    assert codes(findings(rules(), RETURN, out=out, back=back, route=lner)) == ["route-operator"]


def test_what_of_the_route_cannot_be_checked_leaves_the_fare_unchecked() -> None:
    unknown = unknown_trip(Crs("AYT"), Crs("DEE"), WEDNESDAY)
    via = replace(ANY, code=RouteCode("00990"), included=(Crs("FAR"),))
    found = findings(rules(), out=unknown, route=via, restriction="")
    assert (codes(found), found.is_checked) == ([], False)


def test_a_ticket_of_some_operators_is_tested_both_ways() -> None:
    record = OperatorTicket(
        ticket=RETURN.code,
        restriction=RestrictionCode(""),
        restriction_flag="2",
        direction="R",
        toc=TocCode("ZX"),
        is_connecting=False,
        starts_on=SINCE,
        ends_on=OPEN,
    )
    book = replace(rules(), operator_tickets={RETURN.code: (record,)})
    assert codes(findings(book, RETURN)) == []
    assert codes(findings(book, RETURN, back=back_at("19:02"))) == ["operator-not-valid"]
    theirs = replace(book, operator_tickets={SINGLE.code: (record,)})
    assert codes(findings(theirs, SINGLE, back=back_at("19:02"))) == ["covers-one-way"]


def test_calendar_last_day_and_advance_sale_count_for_the_way_out() -> None:
    calendar = TicketCalendar(
        ticket=SINGLE.code, kind="D", route=RouteCode(""), country="", days=ALL_YEAR
    )
    advance = AdvancePurchase(
        ticket=SINGLE.code,
        restriction=RestrictionCode(""),
        restriction_flag="2",
        toc=TocCode(""),
        starts_on=SINCE,
        ends_on=OPEN,
        check="2",
        value="3",
        until_min=None,
    )
    book = replace(rules(calendars=[calendar]), advance_purchases={SINGLE.code: (advance,)})
    assert codes(findings(book, replace(SINGLE, last_day=SINCE))) == [
        "outward-too-late",
        "restricted-that-day",
        "booking-closed",
    ]
    assert codes(findings(book, replace(SINGLE, code=TicketCode("0YY")))) == []


def test_the_validity_of_the_day_decides_when_the_way_back_may_be() -> None:
    day = Validity(
        code="90",
        name="DAY",
        starts_on=SINCE,
        ends_on=WEDNESDAY,
        out_days=1,
        out_months=0,
        return_days=1,
        return_months=0,
    )
    month = replace(day, starts_on=THURSDAY, ends_on=OPEN, return_days=0, return_months=1)
    book = replace(rules(), validities={"90": (day, month)})
    one = replace(RETURN, validity="90")
    late = back_at("19:02", day=WEDNESDAY + timedelta(days=5))
    assert codes(findings(book, one, back=back_at("19:02"))) == []
    assert codes(findings(book, one, back=late)) == ["return-too-late"]
    assert codes(findings(book, one, out=out_at("10:00", day=THURSDAY), back=late)) == []
