"""What a person pays: children, overrides, minimum fares, discounts that are not standard."""

from datetime import timedelta

import pytest

from railfair.domain.codes import RailcardCode
from railfair.domain.fares.flow import ExceptionalPrice
from railfair.domain.fares.railcard import MinimumFare
from railfair.domain.fares.rulebook import NO_RAILCARD, RuleBook
from railfair.domain.fares.till import Exceptions, Party, PartyPrice, Rounding
from support.fare_rules import (
    CARD,
    DAY,
    HALF,
    NOTHING,
    band,
    listed,
    minimum,
    nobody,
    pricing_rules,
    railcard,
    status,
    ticket,
)
from support.tills import RULES, price, refused, till

ONE_DAY = timedelta(days=1)


def test_an_adult_without_a_railcard_pays_the_price_as_it_is() -> None:
    found = price(till(card=NO_RAILCARD), listed(1_003))
    assert found == PartyPrice(total_p=1_003, undiscounted_total_p=1_003, is_discounted=False)


def test_an_adult_with_a_railcard_pays_less_and_the_answer_says_what_it_would_be_without() -> None:
    found = price(till())
    assert found == PartyPrice(total_p=665, undiscounted_total_p=1_000, is_discounted=True)


@pytest.mark.parametrize(
    ("party", "pays_p"), [(Party(0, 1), 1_055), (Party(1, 2), 2_110 + 2 * 1_055)]
)
def test_children_pay_what_the_record_without_a_railcard_says(party: Party, pays_p: int) -> None:
    found = price(till(party=party, card=NO_RAILCARD), listed(2_110))
    assert (found.total_p, found.is_discounted) == (pays_p, False)


@pytest.mark.parametrize("child", [NOTHING, "987"])
def test_children_pay_in_full_if_that_record_gives_them_nothing(child: str) -> None:
    rules = pricing_rules(cards=[nobody(child=child)])
    assert price(till(rules, Party(0, 1), card=NO_RAILCARD)).total_p == 1_000


def test_children_pay_in_full_if_there_is_no_such_record() -> None:
    rules = RuleBook(statuses=RULES.statuses)
    assert price(till(rules, Party(0, 1), card=NO_RAILCARD)).total_p == 1_000


def test_children_whom_the_card_gives_nothing_pay_the_child_fare() -> None:
    with_children = railcard(passengers=(1, 4), children=(0, 3), child=NOTHING)
    found = price(till(pricing_rules(cards=[with_children]), Party(1, 2)))
    assert found.total_p == 665 + 2 * 500


def test_children_pay_by_the_child_status_of_the_card_that_covers_them() -> None:
    rules = pricing_rules(
        cards=[railcard(child="CH6", passengers=(1, 4), children=(0, 3))],
        statuses=[status("CH6", 600)],
    )
    assert price(till(rules, Party(1, 2))).total_p == 665 + 2 * 400


def test_a_card_that_would_give_children_less_than_they_have_anyway_leaves_them_that() -> None:
    rules = pricing_rules(
        cards=[railcard(child="CH2", passengers=(1, 4), children=(0, 3))],
        statuses=[status("CH2", 200)],
    )
    assert price(till(rules, Party(1, 2))).total_p == 665 + 2 * 500


@pytest.mark.parametrize("card", [NO_RAILCARD, CARD])
def test_a_ticket_without_a_child_s_version_is_not_for_parties_with_children(
    card: RailcardCode,
) -> None:
    of = ticket(children=(0, 0))
    assert refused(till(party=Party(1, 1), card=card), of=of) == ["no-child-fare"]
    assert price(till(party=Party(2, 0), card=card), of=of).total_p > 0


def test_a_ticket_for_children_only_is_not_for_parties_with_adults() -> None:
    of = ticket(adults=(0, 0))
    assert refused(till(party=Party(1, 1)), of=of) == ["no-adult-fare"]
    assert price(till(party=Party(0, 1)), of=of).total_p == 500


def test_the_child_price_of_an_override_is_used_as_it_stands() -> None:
    fare = listed(1_000, child_p=333, is_override=True)
    assert price(till(party=Party(1, 2), card=NO_RAILCARD), fare).total_p == 1_000 + 2 * 333


def test_the_child_price_of_an_override_is_left_alone_by_a_railcard() -> None:
    rules = pricing_rules(
        cards=[railcard(child="CH9", passengers=(1, 4), children=(0, 3))],
        statuses=[status("CH9", 900)],
    )
    fare = listed(1_000, child_p=333, is_override=True)
    assert price(till(rules, Party(1, 1)), fare).total_p == 665 + 333


def test_an_override_without_a_child_price_is_not_for_children() -> None:
    fare = listed(1_000, child_p=None, is_override=True)
    assert refused(till(party=Party(1, 1)), fare) == ["no-child-fare"]
    assert price(till(party=Party(1, 0)), fare).total_p == 665


def test_an_override_without_an_adult_price_is_for_children_only() -> None:
    fare = listed(None, child_p=333, is_override=True)
    assert refused(till(party=Party(1, 1)), fare) == ["no-adult-fare"]
    assert price(till(party=Party(0, 2)), fare).total_p == 666


def test_the_price_of_an_override_with_the_railcard_is_final() -> None:
    rules = pricing_rules(minimums=[minimum(900)], bands=[band(99_999_999, 50)])
    fare = listed(1_000, is_override=True, cards={CARD: (433, None)})
    found = price(till(rules, rounding=Rounding.UP), fare, minimum_fare=True)
    assert (found.total_p, found.is_discounted) == (433, True)


def test_a_final_price_of_another_railcard_is_of_no_use() -> None:
    fare = listed(1_000, is_override=True, cards={"DEF": (433, None)})
    assert price(till(), fare).total_p == 665


def test_children_pay_the_final_child_price_of_the_railcard_that_covers_them() -> None:
    rules = pricing_rules(cards=[railcard(passengers=(1, 2), children=(0, 1))])
    fare = listed(1_000, cards={CARD: (433, 111)})
    assert price(till(rules, Party(1, 2)), fare).total_p == 433 + 111 + 500


def test_children_without_a_final_price_pay_as_if_without_the_railcard() -> None:
    rules = pricing_rules(cards=[railcard(passengers=(2, 2), children=(1, 1))])
    fare = listed(1_000, cards={CARD: (433, None)})
    assert price(till(rules, Party(1, 1)), fare).total_p == 433 + 500


def test_a_final_price_above_the_public_one_is_not_paid() -> None:
    fare = listed(400, is_override=True, cards={CARD: (433, None)})
    found = price(till(), fare)
    assert (found.total_p, found.is_discounted) == (400, False)


def test_a_fare_for_card_holders_only_is_theirs_and_has_no_undiscounted_price() -> None:
    fare = listed(None, is_override=True, cards={CARD: (433, 200)})
    found = price(till(), fare)
    assert found == PartyPrice(total_p=433, undiscounted_total_p=None, is_discounted=True)


@pytest.mark.parametrize(
    ("party", "card"),
    [(Party(1), NO_RAILCARD), (Party(2), CARD), (Party(0, 1), CARD), (Party(1), RailcardCode("D"))],
)
def test_a_fare_for_card_holders_only_is_nobody_else_s(party: Party, card: RailcardCode) -> None:
    fare = listed(None, is_override=True, cards={CARD: (433, 200)})
    assert refused(till(party=party, card=card), fare) == ["railcard-needed"]


@pytest.mark.parametrize(
    ("full_p", "pays_p"),
    [
        (1_340, 1_100),  # 892.44 is less than the minimum
        (1_900, 1_265),  # more than it already
        (780, 780),  # the minimum is more than the full price
    ],
)
def test_a_minimum_fare_is_paid_if_it_is_more_but_never_above_the_full_price(
    full_p: int, pays_p: int
) -> None:
    rules = pricing_rules(minimums=[minimum(1_100)])
    assert price(till(rules), listed(full_p), minimum_fare=True).total_p == pays_p


def test_a_minimum_fare_is_not_paid_where_no_time_asks_for_it() -> None:
    rules = pricing_rules(minimums=[minimum(1_100)])
    assert price(till(rules), listed(1_340)).total_p == 890


@pytest.mark.parametrize(
    "other",
    [
        minimum(1_100, ticket="SVR"),
        minimum(1_100, card="DEF"),
        minimum(1_100, ends_on=DAY - ONE_DAY),
        minimum(1_100, starts_on=DAY + ONE_DAY),
    ],
    ids=["ticket", "card", "past", "future"],
)
def test_a_minimum_of_another_ticket_card_or_season_does_not_count(other: MinimumFare) -> None:
    rules = pricing_rules(minimums=[other])
    assert price(till(rules), listed(1_340), minimum_fare=True).total_p == 890


def test_of_several_dated_minimum_fares_that_of_the_day_counts() -> None:
    rules = pricing_rules(
        minimums=[minimum(1_100, ends_on=DAY), minimum(1_150, starts_on=DAY + ONE_DAY)]
    )
    fare = listed(1_340)
    assert price(till(rules), fare, minimum_fare=True).total_p == 1_100
    assert price(till(rules, day=DAY + ONE_DAY), fare, minimum_fare=True).total_p == 1_150


def test_of_two_minimum_fares_of_the_same_day_the_first_counts() -> None:
    rules = pricing_rules(minimums=[minimum(1_150), minimum(1_100)])
    assert price(till(rules), listed(1_340), minimum_fare=True).total_p == 1_150


def test_each_adult_pays_the_minimum_and_no_child_does() -> None:
    rules = pricing_rules(
        cards=[railcard(child=HALF, passengers=(1, 4), adults=(1, 2), children=(0, 2))],
        minimums=[minimum(1_100)],
    )
    found = price(till(rules, Party(2, 2)), listed(1_340), minimum_fare=True)
    assert found.total_p == 2 * 1_100 + 2 * 670


def test_those_whom_the_card_does_not_cover_know_no_minimum_fare() -> None:
    rules = pricing_rules(minimums=[minimum(1_100)])
    found = price(till(rules, Party(2, 1)), listed(1_340), minimum_fare=True)
    assert found.total_p == 1_100 + 1_340 + 670


NO_FARE = ExceptionalPrice(flag="X", add_on_p=0, is_withheld=False)
NO_DISCOUNT = ExceptionalPrice(flag="D", add_on_p=0, is_withheld=False)
USUAL = ExceptionalPrice(flag="N", add_on_p=0, is_withheld=False)
ADD_ON = ExceptionalPrice(flag="", add_on_p=50, is_withheld=False)
WITHHELD = ExceptionalPrice(flag="N", add_on_p=0, is_withheld=True)


@pytest.mark.parametrize(
    ("excepted", "pays_p", "notes"),
    [
        (USUAL, 665, []),
        (NO_FARE, 1_000, ["no-discounted-fare"]),
        (NO_DISCOUNT, 1_000, ["no-discounted-fare"]),
        (ADD_ON, 1_000, ["no-discounted-fare"]),
        (WITHHELD, 1_000, ["no-discounted-fare"]),
    ],
    ids=["N", "X", "D", "blank", "withheld"],
)
def test_an_adult_has_the_full_price_where_the_railcard_s_discount_is_not_usual(
    excepted: ExceptionalPrice, pays_p: int, notes: list[str]
) -> None:
    found = price(till(), exceptions=Exceptions(adult_with_card=excepted))
    assert (found.total_p, [note.code for note in found.notes]) == (pays_p, notes)


@pytest.mark.parametrize(
    ("excepted", "pays_p", "notes"),
    [
        (USUAL, 500, []),
        (NO_DISCOUNT, 1_000, ["no-discounted-fare"]),
        (ADD_ON, 1_000, ["no-discounted-fare"]),
    ],
    ids=["N", "D", "blank"],
)
def test_a_child_pays_in_full_where_the_child_discount_is_not_usual(
    excepted: ExceptionalPrice, pays_p: int, notes: list[str]
) -> None:
    at = till(party=Party(0, 1), card=NO_RAILCARD)
    found = price(at, exceptions=Exceptions(child=excepted))
    assert (found.total_p, [note.code for note in found.notes]) == (pays_p, notes)


@pytest.mark.parametrize("excepted", [NO_FARE, WITHHELD], ids=["X", "withheld"])
def test_a_child_cannot_have_a_fare_that_children_are_not_sold(excepted: ExceptionalPrice) -> None:
    at = till(party=Party(1, 1), card=NO_RAILCARD)
    assert refused(at, exceptions=Exceptions(child=excepted)) == ["no-child-fare"]


def test_discounts_that_are_not_usual_concern_only_those_who_would_have_one() -> None:
    everything = Exceptions(child=NO_FARE, adult_with_card=NO_FARE, child_with_card=NO_FARE)
    found = price(till(card=NO_RAILCARD), exceptions=everything)
    assert (found.total_p, found.notes) == (1_000, ())


def test_what_the_railcard_s_children_are_denied_those_without_it_still_have() -> None:
    rules = pricing_rules(
        cards=[railcard(child="CH6", passengers=(1, 4), children=(0, 3))],
        statuses=[status("CH6", 600)],
    )
    found = price(till(rules, Party(1, 2)), exceptions=Exceptions(child_with_card=NO_FARE))
    assert found.total_p == 665 + 2 * 500


@pytest.mark.parametrize(("full_p", "is_told"), [(2_000, False), (1_340, True), (780, True)])
def test_a_minimum_fare_that_is_paid_is_told(full_p: int, *, is_told: bool) -> None:
    at = till(pricing_rules(minimums=[minimum(1_100)]))
    notes = price(at, listed(full_p), minimum_fare=True).notes
    assert [note.text for note in notes] == is_told * [
        "adults pay £11.00 at least with Card ABC at that time"
    ]
    assert price(at, listed(full_p)).notes == ()
