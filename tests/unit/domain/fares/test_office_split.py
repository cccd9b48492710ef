"""Split tickets of a trip: each good on its own part, and together the cheapest."""

import pytest

from railfair.domain.fares.flow import FareRecord
from railfair.domain.fares.office import TicketOffice
from support.fare_rules import CARD, minimum, pricing_rules, railcard, ticket
from support.offices import (
    PEAK,
    TICKETS,
    barring,
    flow,
    of_card,
    office,
    office_rules,
    trip,
)


def split(at: TicketOffice, *records: FareRecord) -> list[tuple[str, str, str, int]] | None:
    """Return the tickets of the split, each with its ends, its code and its price."""
    found = at.split(at.price_list(records))
    if found is None:
        return None
    assert found.total_p == sum(one.total_p for one in found.tickets)
    return [
        (one.origin, one.destination, one.offer.ticket.code, one.total_p) for one in found.tickets
    ]


def test_two_tickets_that_cost_less_than_one_are_a_split() -> None:
    records = [
        flow("A", "C", {"SDS": 1_000}),
        flow("A", "B", {"SDS": 300}),
        flow("B", "C", {"SDS": 400, "CDS": 350}),
    ]
    at = office(trip("ABC"))
    assert split(at, *records) == [("AAA", "BBB", "SDS", 300), ("BBB", "CCC", "CDS", 350)]
    found = at.split(at.price_list(records))
    assert found is not None
    assert found.saving_p == 350


@pytest.mark.parametrize("parts_p", [(500, 500), (500, 501)])
def test_tickets_that_cost_as_much_as_one_or_more_are_none(parts_p: tuple[int, int]) -> None:
    records = [flow("A", "C", {"SDS": 1_000})]
    records += [flow("A", "B", {"SDS": parts_p[0]}), flow("B", "C", {"SDS": parts_p[1]})]
    assert split(office(trip("ABC")), *records) is None


def test_a_split_without_any_through_ticket_saves_nothing_that_could_be_named() -> None:
    at = office(trip("ABC"))
    found = at.split(at.price_list([flow("A", "B", {"SDS": 1}), flow("B", "C", {"SDS": 2})]))
    assert found is not None
    assert (found.total_p, found.saving_p) == (3, None)


def test_tickets_end_only_where_the_train_calls() -> None:
    records = [
        flow("A", "C", {"SDS": 1_000}),
        flow("A", "B", {"SDS": 1}),
        flow("B", "C", {"SDS": 1}),
    ]
    assert split(office(trip("AC")), *records) is None


def test_a_ticket_that_is_barred_on_its_part_is_not_used() -> None:
    records = [
        flow("A", "C", {"SDS": 1_000}),
        flow("A", "B", {"SDS": 300}),
        flow("B", "C", {"SDS": 600}),
        flow("B", "C", {"CDS": 100}, restriction="1B"),
    ]
    rules = office_rules(restrictions=[barring("1B", crs="BBB")])
    early, late = (trip("ABC", leaves_min=leaves_min) for leaves_min in (559, 560))
    assert split(office(early, rules), *records) == [
        ("AAA", "BBB", "SDS", 300),
        ("BBB", "CCC", "SDS", 600),
    ]
    assert split(office(late, rules), *records) == [
        ("AAA", "BBB", "SDS", 300),
        ("BBB", "CCC", "CDS", 100),
    ]


def test_a_ticket_is_tested_on_its_part_and_not_on_the_whole_trip() -> None:
    records = [
        flow("A", "C", {"SDS": 1_000}),
        flow("A", "B", {"SDS": 300}),
        flow("B", "C", {"CDS": 100}, restriction="1A"),
    ]
    rules = office_rules(restrictions=[barring("1A", crs="AAA")])
    assert split(office(trip("ABC"), rules), *records) == [
        ("AAA", "BBB", "SDS", 300),
        ("BBB", "CCC", "CDS", 100),
    ]


def test_the_railcard_counts_on_each_part_by_its_own_area_and_times() -> None:
    records = [flow(one, two, {"SDS": 500}) for one, two in ("AB", "BC", "CD")]
    rules = office_rules(
        pricing_rules(cards=[railcard(area=["AAA", "BBB", "CCC"])]),
        of_cards=[of_card(PEAK, origin="AAA")],
    )
    found = split(office(trip("ABCD"), rules, card=CARD), *records)
    assert found is not None
    assert [price_p for _, _, _, price_p in found] == [500, 330, 500]  # barred, good, outside


def test_a_dearer_fare_that_the_railcard_makes_the_cheapest_is_used() -> None:
    records = [
        flow("A", "B", {"NDS": 600, "SDS": 800}),
        flow("A", "B", {"NDS": 650}, route="00001"),
        flow("B", "C", {"NDS": 600, "SDS": 800}),
    ]
    assert split(office(trip("ABC"), card=CARD), *records) == [
        ("AAA", "BBB", "SDS", 530),
        ("BBB", "CCC", "SDS", 530),
    ]


def test_a_fare_that_a_minimum_makes_dearer_gives_way_to_the_next() -> None:
    rules = office_rules(
        pricing_rules(minimums=[minimum(900, ticket="CDS")]),
        restrictions=[barring("MF", is_minimum_fare=True)],
        of_cards=[of_card("MF")],
    )
    records = [
        flow("A", "C", {"SDS": 3_000}),
        flow("A", "B", {"SDS": 1_100, "CDS": 1_000}),  # 730; 665, but at least 900
        flow("B", "C", {"SDS": 500}),
    ]
    assert split(office(trip("ABC"), rules, card=CARD), *records) == [
        ("AAA", "BBB", "SDS", 730),
        ("BBB", "CCC", "SDS", 330),
    ]


def test_tickets_end_where_the_passenger_changes_trains() -> None:
    records = [
        flow("A", "D", {"SDS": 1_000}),
        flow("A", "B", {"SDS": 200}),
        flow("B", "D", {"SDS": 300}),
    ]
    assert split(office(trip("AB", "BCD")), *records) == [
        ("AAA", "BBB", "SDS", 200),
        ("BBB", "DDD", "SDS", 300),
    ]


def test_one_ticket_of_a_split_may_cover_a_change_of_trains() -> None:
    records = [
        flow("A", "D", {"SDS": 1_000}),
        flow("A", "C", {"SDS": 200}),
        flow("C", "D", {"SDS": 300}),
    ]
    assert split(office(trip("AB", "BCD")), *records) == [
        ("AAA", "CCC", "SDS", 200),
        ("CCC", "DDD", "SDS", 300),
    ]


def test_a_walk_between_two_stations_needs_no_ticket() -> None:
    records = [
        flow("A", "D", {"SDS": 1_000}),
        flow("A", "B", {"SDS": 200}),
        flow("C", "D", {"SDS": 300}),
    ]
    assert split(office(trip("AB", "CD")), *records) == [
        ("AAA", "BBB", "SDS", 200),
        ("CCC", "DDD", "SDS", 300),
    ]


def test_one_ticket_of_a_split_may_cover_a_walk() -> None:
    records = [
        flow("A", "E", {"SDS": 1_000}),
        flow("A", "D", {"SDS": 200}),
        flow("D", "E", {"SDS": 300}),
    ]
    assert split(office(trip("AB", "CDE")), *records) == [
        ("AAA", "DDD", "SDS", 200),
        ("DDD", "EEE", "SDS", 300),
    ]


def test_a_ticket_of_the_class_asked_for_only_is_used() -> None:
    rules = office_rules(tickets=[*TICKETS, ticket("FDX", first=True)])
    records = [flow("A", "B", {"FDX": 1}), flow("B", "C", {"FDX": 1}), flow("A", "C", {"SDS": 900})]
    only = TICKETS[0].ticket_class
    assert split(office(trip("ABC"), rules, ticket_class=only), *records) is None
    assert split(office(trip("ABC"), rules), *records) is not None
