"""The fares of a trip side by side."""

from dataclasses import replace
from datetime import timedelta

import pytest

from railfair.domain.codes import FareCode, RailcardCode, RouteCode, TicketCode
from railfair.domain.fares.dated import OPEN
from railfair.domain.fares.flow import DiscountException, ExceptionalPrice
from railfair.domain.fares.ticket import TicketClass
from railfair.domain.fares.till import Party
from support.fare_rules import (
    CARD,
    DAY,
    SINCE,
    minimum,
    pricing_rules,
    railcard,
    status,
    ticket,
)
from support.offices import (
    PEAK,
    STATIONS,
    barring,
    code,
    compared,
    flow,
    of_card,
    office,
    office_rules,
    route,
    trip,
)

ONE_DAY = timedelta(days=1)
OUT = trip("ABC")


def test_the_fares_that_are_good_come_cheapest_first() -> None:
    found = compared(office(OUT), [flow("A", "C", {"SDS": 900, "CDS": 700, "SDR": 800})])
    assert [(one.ticket.code, one.total_p) for one in found.offers] == [
        ("CDS", 700),
        ("SDR", 800),
        ("SDS", 900),
    ]
    assert found.cheapest == found.offers[0]


def test_of_equal_prices_what_is_sure_comes_first_then_the_lower_codes() -> None:
    records = [
        flow("A", "C", {"ADV": 700, "SDS": 700, "CDS": 700}),
        flow("A", "C", {"CDS": 700}, route="00001"),
    ]
    found = compared(office(OUT), records)
    assert [(one.ticket.code, one.route.code) for one in found.offers] == [
        ("CDS", "00000"),
        ("CDS", "00001"),
        ("SDS", "00000"),
        ("ADV", "00000"),
    ]


def test_of_equal_prices_what_could_be_tested_comes_first() -> None:
    records = [
        flow("A", "C", {"CDS": 700}, restriction="??"),  # no such restriction
        flow("A", "C", {"SDS": 700}, route="00001"),
    ]
    found = compared(office(OUT), records)
    assert [(one.ticket.code, one.is_checked) for one in found.offers] == [
        ("SDS", True),
        ("CDS", False),
    ]


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        (None, {"SDS", "FDS"}),
        (TicketClass.STANDARD, {"SDS"}),
        (TicketClass.FIRST, {"FDS"}),
    ],
)
def test_only_fares_of_the_class_asked_for_are_shown(
    asked: TicketClass | None, codes: set[str]
) -> None:
    records = [flow("A", "C", {"SDS": 900, "FDS": 1_900})]
    assert {
        one.ticket.code for one in compared(office(OUT, ticket_class=asked), records).offers
    } == codes
    barred = [flow("A", "C", {"SDS": 900, "FDS": 1_900}, restriction=PEAK)]
    found = compared(office(OUT, ticket_class=asked), barred)
    assert {one.ticket.code for one in found.rejected} == codes


def test_a_ticket_that_the_feed_does_not_know_is_unlisted() -> None:
    found = compared(office(OUT), [flow("A", "C", {"SDS": 900, "7DS": 4_000})])
    assert [one.ticket.code for one in found.offers] == ["SDS"]
    assert [(one.ticket, one.route, one.reason.code) for one in found.unlisted] == [
        ("7DS", "00000", "ticket-not-on-sale")
    ]


def test_a_ticket_that_is_no_longer_sold_on_the_day_is_unlisted() -> None:
    rules = office_rules(tickets=[ticket("SDS", ends_on=DAY)])
    records = [flow("A", "C", {"SDS": 900})]
    assert len(compared(office(OUT, rules), records).offers) == 1
    later = compared(office(replace(OUT, day=DAY + ONE_DAY), rules), records)
    assert [one.reason.code for one in later.unlisted] == ["ticket-not-on-sale"]


def test_a_placeholder_is_unlisted() -> None:
    found = compared(office(OUT), [flow("A", "C", {"SDS": 999_999})])
    assert [one.reason.code for one in found.unlisted] == ["dummy-price"]


def test_a_fare_that_is_not_good_on_the_trip_is_rejected_with_what_it_would_cost() -> None:
    records = [flow("A", "C", {"CDS": 1_000}, restriction=PEAK), flow("A", "C", {"SDS": 1_900})]
    found = compared(office(OUT, card=CARD, party=Party(1, 1)), records)
    assert [one.ticket.code for one in found.offers] == ["SDS"]
    [barred] = found.rejected
    assert (barred.ticket.code, barred.adult_fare_p, barred.total_p) == ("CDS", 1_000, 665 + 500)
    assert [reason.code for reason in barred.reasons] == ["departs-before-off-peak"]


def test_a_fare_that_the_party_cannot_have_is_rejected_without_a_total() -> None:
    rules = office_rules(tickets=[ticket("SDS", children=(0, 0))])
    [barred] = compared(
        office(OUT, rules, party=Party(1, 1)), [flow("A", "C", {"SDS": 900}, restriction=PEAK)]
    ).rejected
    assert (barred.adult_fare_p, barred.total_p) == (900, None)
    assert [one.code for one in barred.reasons] == ["departs-before-off-peak", "no-child-fare"]


def test_an_offer_names_the_railcard_only_if_it_made_it_cheaper() -> None:
    rules = office_rules(tickets=[ticket("SDS"), ticket("CDS", category="07")])
    found = compared(office(OUT, rules, card=CARD), [flow("A", "C", {"SDS": 1_000, "CDS": 900})])
    used = {one.ticket.code: one.railcard and one.railcard.code for one in found.offers}
    assert used == {"SDS": CARD, "CDS": None}
    assert [one.undiscounted_total_p for one in found.offers] == [1_000, 900]


def test_a_route_that_the_feed_does_not_describe_is_called_by_its_code() -> None:
    [offer] = compared(office(OUT), [flow("A", "C", {"SDS": 900}, route="00777")]).offers
    assert (offer.route.code, offer.route.name) == ("00777", "00777")


def test_a_fare_by_a_route_that_the_trip_does_not_take_is_rejected() -> None:
    rules = office_rules(
        routes=[route("00001", included=["BBB"]), route("00002", excluded=["BBB"])]
    )
    records = [
        flow("A", "C", {"SDS": 900}, route="00001"),
        flow("A", "C", {"SDS": 700}, route="00002"),
    ]
    found = compared(office(OUT, rules), records)
    assert [one.route.code for one in found.offers] == ["00001"]
    assert [one.reasons[0].code for one in found.rejected] == ["route-place-excluded"]


def test_a_minimum_fare_is_paid_at_the_times_that_the_railcard_brings() -> None:
    rules = office_rules(
        pricing_rules(minimums=[minimum(900)]),
        restrictions=[barring("MF", until_min=599, is_minimum_fare=True)],
        of_cards=[of_card("MF")],
    )
    records = [flow("A", "C", {"SDS": 1_000})]
    early, late = (trip("ABC", leaves_min=leaves_min) for leaves_min in (599, 600))
    assert [one.total_p for one in compared(office(early, rules, card=CARD), records).offers] == [
        900
    ]
    assert [one.total_p for one in compared(office(late, rules, card=CARD), records).offers] == [
        665
    ]


def test_a_railcard_that_is_barred_on_the_trip_leaves_the_full_price_and_says_why() -> None:
    rules = office_rules(of_cards=[of_card(PEAK)])
    [offer] = compared(office(OUT, rules, card=CARD), [flow("A", "C", {"SDS": 1_000})]).offers
    assert (offer.total_p, offer.railcard) == (1_000, None)
    assert [note.code for note in offer.notes] == ["railcard-at-barred-time"]


def test_a_railcard_that_the_party_cannot_use_is_a_note_to_all_fares() -> None:
    rules = office_rules(pricing_rules(cards=[railcard(passengers=(2, 2), adults=(2, 2))]))
    alone = office(OUT, rules, card=CARD)
    assert [note.code for note in alone.notes] == ["railcard-needs-more-people"]
    assert compared(alone, [flow("A", "C", {"SDS": 1_000})]).offers[0].total_p == 1_000
    assert office(OUT, rules, card=CARD, party=Party(2)).notes == ()


NO_FARE = ExceptionalPrice(flag="X", add_on_p=0, is_withheld=False)
USUAL = ExceptionalPrice(flag="N", add_on_p=0, is_withheld=False)


def not_usual(
    card: str, *, adult: ExceptionalPrice = USUAL, child: ExceptionalPrice = USUAL
) -> DiscountException:
    """Return a discount from AAA to CCC that is not standard."""
    return DiscountException(
        origin=code("A"),
        destination=code("C"),
        route=RouteCode("*****"),
        railcard=RailcardCode(card),
        ticket=TicketCode("***"),
        starts_on=SINCE,
        ends_on=OPEN,
        quote_on=SINCE,
        use_code=FareCode(""),
        adult=adult,
        child=child,
    )


@pytest.mark.parametrize(("has_exceptions", "pays_p"), [(True, 1_000), (False, 665)])
def test_discounts_that_are_not_standard_are_those_of_flows_that_say_so(
    has_exceptions: bool, pays_p: int
) -> None:
    prices = flow("A", "C", {"SDS": 1_000}, has_exceptions=has_exceptions)
    found = compared(office(OUT, card=CARD), [prices, not_usual(CARD, adult=NO_FARE)])
    assert found.offers[0].total_p == pays_p


def test_what_is_not_standard_with_the_railcard_leaves_people_without_it_alone() -> None:
    rules = office_rules(
        pricing_rules(
            cards=[railcard(child="CH6", passengers=(1, 4), children=(0, 3))],
            statuses=[status("CH6", 600)],
        )
    )
    prices = flow("A", "C", {"SDS": 1_000}, has_exceptions=True)
    at = office(OUT, rules, card=CARD, party=Party(1, 1))
    with_card = compared(at, [prices, not_usual(CARD, child=NO_FARE)])
    assert with_card.offers[0].total_p == 665 + 500
    without = compared(at, [prices, not_usual("", child=NO_FARE)])
    assert without.offers[0].total_p == 665 + 400


def test_a_return_is_good_one_way_too() -> None:
    found = compared(office(OUT), [flow("A", "C", {"SDS": 900, "SDR": 800})])
    assert found.cheapest is not None
    assert found.cheapest.ticket.code == "SDR"


def test_a_single_is_not_good_for_the_way_back() -> None:
    back = trip("CBA", leaves_min=1_000)
    found = compared(office(OUT, back=back), [flow("A", "C", {"SDS": 900, "SDR": 1_150})])
    assert [one.ticket.code for one in found.offers] == ["SDR"]
    assert [one.reasons[0].code for one in found.rejected] == ["covers-one-way"]


def test_a_trip_before_half_past_four_costs_what_the_day_before_costs() -> None:
    today = replace(flow("A", "C", {"SDS": 900}), ends_on=DAY)
    tomorrow = replace(flow("A", "C", {"SDS": 950}), starts_on=DAY + ONE_DAY)
    totals = [
        compared(office(trip("ABC", leaves_min=leaves_min, day=DAY + ONE_DAY)), [today, tomorrow])
        for leaves_min in (269, 270)
    ]
    assert [one.offers[0].total_p for one in totals] == [900, 950]


def test_a_trip_of_the_past_is_sold_as_on_its_day() -> None:
    quoted_later = replace(not_usual(CARD, adult=NO_FARE), quote_on=DAY + ONE_DAY)
    prices = flow("A", "C", {"SDS": 1_000}, has_exceptions=True)
    found = compared(office(OUT, card=CARD, sold_on=DAY + 9 * ONE_DAY), [prices, quoted_later])
    assert found.offers[0].total_p == 665


def test_the_codes_to_ask_for_are_those_of_the_ends_or_of_every_call() -> None:
    at = office(trip("ABC", "CD"))
    assert at.codes_of_ends() == ((code("A"),), (code("D"),))
    assert at.codes_along() == tuple(code(crs) for crs in STATIONS[:4])


def test_between_stations_without_records_there_is_nothing() -> None:
    found = compared(office(OUT), [flow("A", "B", {"SDS": 900})])
    assert (found.offers, found.rejected, found.unlisted) == ((), (), ())
    assert found.cheapest is None


def test_children_of_a_party_pay_the_child_fare() -> None:
    found = compared(office(OUT, party=Party(2, 1)), [flow("A", "C", {"SDS": 900})])
    assert found.offers[0].total_p == 2 * 900 + 450
