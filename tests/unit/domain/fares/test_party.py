"""What people pay together: whom a railcard covers, and tickets for several."""

from datetime import timedelta

import pytest

from railfair.domain.codes import RailcardCode
from railfair.domain.errors import InvalidParameter
from railfair.domain.fares.reason import Reason
from railfair.domain.fares.rulebook import NO_RAILCARD
from railfair.domain.fares.till import Party, PartyPrice
from support.fare_rules import (
    DAY,
    listed,
    pricing_rules,
    railcard,
    status,
    ticket,
)
from support.tills import price, refused, till

ONE_DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("adults", "children", "field"),
    [
        (0, 0, "adults"),
        (10, 0, "adults"),
        (-1, 1, "adults"),
        (0, 10, "children"),
        (5, 5, "children"),
    ],
)
def test_a_party_is_of_one_to_nine_people(adults: int, children: int, field: str) -> None:
    with pytest.raises(InvalidParameter) as caught:
        Party(adults, children)
    assert caught.value.parameter == field


@pytest.mark.parametrize(
    ("party", "pays_p"),
    [
        (Party(1), 665),
        (Party(2), 665 + 1_000),
        (Party(3), 665 + 2_000),
        (Party(1, 2), 665 + 1_000),
    ],
)
def test_a_card_for_one_leaves_the_others_without(party: Party, pays_p: int) -> None:
    assert price(till(party=party)).total_p == pays_p


def test_each_person_s_price_is_rounded_before_they_are_added() -> None:
    rules = pricing_rules(cards=[railcard(passengers=(2, 2), adults=(2, 2))])
    assert price(till(rules, Party(2)), listed(1_001)).total_p == 2 * 665  # 666.67 each


@pytest.mark.parametrize(
    ("party", "needs"),
    [
        (Party(1, 1), "Card ABC needs at least 2 adults"),
        (Party(2, 0), "Card ABC needs at least 1 child"),
        (Party(2, 1), "Card ABC needs at least 4 people"),
    ],
)
def test_a_party_with_too_few_people_for_the_card_pays_without_it_and_is_told_why(
    party: Party, needs: str
) -> None:
    family = railcard(passengers=(4, 8), adults=(2, 4), children=(1, 4))
    at = till(pricing_rules(cards=[family]), party)
    assert at.refusal == Reason(code="railcard-needs-more-people", text=needs)
    assert price(at) == price(till(party=party, card=NO_RAILCARD))


def test_a_family_card_covers_adults_and_children_up_to_its_numbers() -> None:
    rules = pricing_rules(
        cards=[railcard(child="CH6", passengers=(2, 9), adults=(1, 4), children=(1, 4))],
        statuses=[status("CH6", 600)],
    )
    assert price(till(rules, Party(2, 3))).total_p == 2 * 665 + 3 * 400
    assert price(till(rules, Party(4, 5))).total_p == 4 * 665 + 4 * 400 + 500
    assert price(till(rules, Party(5, 1))).total_p == 4 * 665 + 1_000 + 400


def test_a_card_that_cannot_cover_all_covers_those_who_save_most() -> None:
    cards = [railcard(child="CH6", passengers=(1, 2), adults=(0, 2), children=(0, 2))]
    rules = pricing_rules(cards=cards, statuses=[status("CH6", 600)])
    assert price(till(rules, Party(2, 2))).total_p == 2 * 665 + 2 * 500


def test_a_card_that_needs_a_child_covers_one_even_if_adults_save_more() -> None:
    cards = [railcard(child="CH6", passengers=(1, 2), adults=(0, 2), children=(1, 2))]
    rules = pricing_rules(cards=cards, statuses=[status("CH6", 600)])
    assert price(till(rules, Party(2, 1))).total_p == 665 + 1_000 + 400


def test_a_card_that_needs_an_adult_covers_one_even_if_children_save_more() -> None:
    cards = [railcard(child="CH9", passengers=(1, 2), adults=(1, 2), children=(0, 2))]
    rules = pricing_rules(cards=cards, statuses=[status("CH9", 900)])
    assert price(till(rules, Party(1, 2))).total_p == 665 + 100 + 500


def test_a_card_that_needs_more_people_than_it_takes_adults_is_of_no_use_to_adults_alone() -> None:
    cards = [railcard(passengers=(3, 4), adults=(1, 2), children=(0, 2))]
    rules = pricing_rules(cards=cards)
    assert price(till(rules, Party(3, 0))).total_p == 3_000
    assert price(till(rules, Party(2, 1))).total_p == 2 * 665 + 500


def test_a_card_for_children_covers_no_adult() -> None:
    cards = [railcard(child="CH6", adults=(0, 0), children=(0, 1))]
    rules = pricing_rules(cards=cards, statuses=[status("CH6", 600)])
    assert price(till(rules, Party(1, 1))).total_p == 1_000 + 400
    assert price(till(rules, Party(1, 0))).is_discounted is False


def test_a_railcard_that_is_barred_on_the_trip_gives_nothing() -> None:
    found = price(till(), card_good=False)
    assert found == PartyPrice(total_p=1_000, undiscounted_total_p=1_000, is_discounted=False)


def test_a_railcard_that_is_not_on_sale_gives_nothing_and_says_so() -> None:
    at = till(
        pricing_rules(cards=[railcard("OLD", ends_on=DAY - ONE_DAY)]), card=RailcardCode("OLD")
    )
    assert at.refusal is not None
    assert at.refusal.code == "railcard-not-on-sale"
    assert price(at).total_p == 1_000


DUO = ticket("DUO", passengers=(2, 3), adults=(1, 3), children=(0, 1))


@pytest.mark.parametrize("party", [Party(2), Party(1, 1), Party(2, 1), Party(3)])
def test_a_ticket_for_several_is_one_price_for_all_of_them(party: Party) -> None:
    assert price(till(party=party, card=NO_RAILCARD), of=DUO).total_p == 1_000


@pytest.mark.parametrize(
    ("party", "code"),
    [
        (Party(1), "party-too-small"),
        (Party(4), "party-too-large"),
        (Party(1, 2), "party-too-large"),
        (Party(2, 2), "party-too-large"),
    ],
)
def test_a_ticket_for_several_is_for_as_many_as_it_says(party: Party, code: str) -> None:
    assert refused(till(party=party), of=DUO) == [code]


def test_a_ticket_for_a_family_needs_its_children() -> None:
    family = ticket(passengers=(2, 4), adults=(1, 2), children=(1, 3))
    assert refused(till(party=Party(2)), of=family) == ["party-too-small"]
    assert price(till(party=Party(2, 1), card=NO_RAILCARD), of=family).total_p == 1_000


def test_a_ticket_for_several_is_discounted_only_if_the_card_covers_all_of_them() -> None:
    pair = pricing_rules(cards=[railcard(passengers=(1, 2), adults=(1, 2))])
    assert price(till(party=Party(2)), of=DUO).total_p == 1_000
    assert price(till(pair, Party(2)), of=DUO).total_p == 665
