"""What bars fares where a part of a trip begins or ends, whatever the rest of it is."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from railfair.domain.codes import Crs, RestrictionCode, TicketCode, TocCode
from railfair.domain.fares.dated import OPEN
from railfair.domain.fares.gates import Gates
from railfair.domain.fares.restriction import At, Restriction
from railfair.domain.fares.rulebook import NO_RAILCARD
from railfair.domain.fares.tariff import Tariff
from railfair.domain.fares.ticket import AdvancePurchase
from railfair.domain.fares.till import Rounding
from railfair.domain.fares.trip import Trip
from railfair.domain.railtime import instant
from support.fare_rules import DAY, SINCE
from support.offices import ONE, barring, office_rules, trip

OUT = trip("ABC", "CD")
FIRST, SECOND, LAST = (0, 0), (0, 1), (1, 1)
CODE = RestrictionCode("R1")
KIND = TicketCode("ADV"), CODE


def gates(
    *, restrictions: Iterable[Restriction] = (), sales: Iterable[AdvancePurchase] = ()
) -> Gates:
    """Return the gates of rules, when it is noon."""
    rules = office_rules(restrictions=restrictions)
    tariff = Tariff(
        replace(rules, advance_purchases={KIND[0]: tuple(sales)}),
        day=DAY,
        party=ONE,
        railcard=NO_RAILCARD,
        ticket_class=None,
        sold_at=instant(DAY, 720),
        rounding=Rounding.DOWN,
    )
    return Gates(tariff)


def sale(check: str, value: str, *, toc: str = "") -> AdvancePurchase:
    """Return until when `KIND` is sold, on the trains of an operator or on all."""
    return AdvancePurchase(
        ticket=KIND[0],
        restriction=RestrictionCode(""),
        restriction_flag="2",
        toc=TocCode(toc),
        starts_on=SINCE,
        ends_on=OPEN,
        check=check,
        value=value,
        until_min=None,
    )


def is_barred_at_start(at: Gates, out: Trip, last_leg: int = 0) -> bool:
    return at.at_start(out, FIRST, last_leg)[0][KIND]


@pytest.mark.parametrize(
    ("kind", "starts", "ends"),
    [(At.DEPARTURE, True, False), (At.ARRIVAL, False, True), (At.CHANGE, False, False)],
)
def test_departures_count_at_the_start_and_arrivals_at_the_end(
    kind: At, starts: bool, ends: bool
) -> None:
    at = gates(restrictions=[barring("R1", at=kind)])
    assert is_barred_at_start(at, OUT) is starts
    assert at.at_end(OUT, LAST, DAY)[CODE] is ends


def test_a_time_is_that_of_the_call() -> None:
    at = gates(restrictions=[barring("R1", until_min=360)])
    assert is_barred_at_start(at, OUT)
    assert not at.at_start(OUT, SECOND, 0)[0][KIND]


def test_a_restriction_of_some_places_may_not_be_about_the_trip() -> None:
    about = {crs: replace(barring("R1"), places=(Crs(crs),)) for crs in ("AAA", "BBB")}
    assert is_barred_at_start(gates(restrictions=[about["AAA"]]), OUT)
    assert not is_barred_at_start(gates(restrictions=[about["BBB"]]), OUT)


def test_what_brings_a_minimum_fare_or_is_not_known_bars_nothing() -> None:
    assert not is_barred_at_start(gates(restrictions=[barring("R1", is_minimum_fare=True)]), OUT)
    assert not is_barred_at_start(gates(), OUT)


@pytest.mark.parametrize("kind", list(At))
def test_changes_count_as_arrivals_departures_and_changes(kind: At) -> None:
    at = gates(restrictions=[barring("R1", at=kind, crs="CCC")])
    assert at.at_changes(OUT, 0, 1, DAY)[CODE]
    assert not at.at_changes(OUT, 0, 0, DAY)[CODE]
    assert not gates(restrictions=[barring("R1", at=kind, crs="BBB")]).at_changes(OUT, 0, 1, DAY)[
        CODE
    ]


def test_a_ticket_without_changes_is_barred_by_all_but_those_that_are_excepted() -> None:
    none = replace(barring("R1", crs="XXX"), allows_change=False)
    assert gates(restrictions=[none]).at_changes(OUT, 0, 1, DAY)[CODE]
    excepted = replace(none, changes=(Crs("CCC"),))
    assert not gates(restrictions=[excepted]).at_changes(OUT, 0, 1, DAY)[CODE]


def test_where_one_walks_away_from_is_no_change_that_a_restriction_can_be_about() -> None:
    walked = trip("AB", "CD")
    about = {
        crs: replace(barring("R1", at=At.ARRIVAL), places=(Crs(crs),)) for crs in ("BBB", "CCC")
    }
    assert gates(restrictions=[about["CCC"]]).at_changes(walked, 0, 1, DAY)[CODE]
    assert not gates(restrictions=[about["BBB"]]).at_changes(walked, 0, 1, DAY)[CODE]


def test_a_ticket_is_barred_where_it_is_too_late_to_buy_it() -> None:
    early, late = (trip("AB", leaves_min=minute) for minute in (839, 840))
    by_the_hour = gates(sales=[sale("1", "2")])
    assert is_barred_at_start(by_the_hour, early)
    assert not is_barred_at_start(by_the_hour, late)
    assert is_barred_at_start(gates(sales=[sale("2", "1")]), late)


def test_of_sales_by_operator_those_of_the_trains_count() -> None:
    at = gates(sales=[sale("2", "0", toc="ZX"), sale("2", "1")])
    out = replace(OUT, legs=(OUT.legs[0], replace(OUT.legs[1], toc=TocCode("ZX"))))
    assert is_barred_at_start(at, out, last_leg=0)
    assert not is_barred_at_start(at, out, last_leg=1)


def test_the_day_of_a_part_is_that_of_its_ticket() -> None:
    night = trip("ABC", leaves_min=260, day=DAY)
    days = [gates().at_start(night, call, 0)[1] for call in (FIRST, SECOND)]
    assert [(DAY - day).days for day in days] == [1, 0]
