"""What a status takes off a price, and how the rest is rounded."""

from datetime import timedelta

import pytest

from railfair.domain.fares.railcard import RoundingBand
from railfair.domain.fares.rulebook import NO_RAILCARD
from railfair.domain.fares.ticket import TicketType
from railfair.domain.fares.till import Party, Rounding
from support.fare_rules import (
    DAY,
    HALF,
    NOTHING,
    band,
    listed,
    pricing_rules,
    railcard,
    status,
    ticket,
)
from support.tills import price, till

ONE_DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("indicator", "pays_p"),
    [
        ("0", 665),  # 1000 less 33.4 %, down to 5p
        ("F", 250),
        ("M", 250),
        ("L", 700),
        ("H", 800),
        ("X", 1_000),
        ("N", 1_000),
    ],
)
def test_the_indicator_says_how_the_discount_is_made(indicator: str, pays_p: int) -> None:
    third = status(indicator=indicator, flat_p=(0, 0, 250, 0), lower_p=(0, 700), higher_p=(0, 800))
    assert price(till(pricing_rules(statuses=[third]))).total_p == pays_p


@pytest.mark.parametrize(
    ("indicator", "bound_p"), [("M", 700), ("L", 600), ("H", 600)], ids=["most", "low", "high"]
)
def test_a_bound_that_the_percentage_keeps_changes_nothing(indicator: str, bound_p: int) -> None:
    third = status(
        indicator=indicator,
        flat_p=(0, 0, bound_p, 0),
        lower_p=(0, bound_p),
        higher_p=(0, bound_p),
    )
    assert price(till(pricing_rules(statuses=[third]))).total_p == 665


@pytest.mark.parametrize("indicator", ["F", "L", "H"])
def test_an_amount_above_the_full_price_leaves_the_full_price(indicator: str) -> None:
    third = status(
        indicator=indicator,
        flat_p=(0, 0, 1_150, 0),
        lower_p=(0, 1_150),
        higher_p=(0, 1_150),
    )
    found = price(till(pricing_rules(statuses=[third])))
    assert (found.total_p, found.is_discounted) == (1_000, False)


def test_children_never_pay_more_than_the_full_price() -> None:
    rules = pricing_rules(statuses=[status(HALF, indicator="F", flat_p=(0, 0, 1_150, 0))])
    assert price(till(rules, Party(0, 1), card=NO_RAILCARD)).total_p == 1_000


@pytest.mark.parametrize(
    ("of", "pays_p"),
    [
        (ticket(first=True), 110),
        (ticket(first=True, is_return=True), 220),
        (ticket(), 330),
        (ticket(is_return=True), 440),
    ],
)
def test_flat_fares_are_by_class_and_by_single_or_return(of: TicketType, pays_p: int) -> None:
    flat = status(indicator="F", flat_p=(110, 220, 330, 440))
    assert price(till(pricing_rules(statuses=[flat])), of=of).total_p == pays_p


@pytest.mark.parametrize(("indicator", "pays_p"), [("L", 810), ("H", 820)])
def test_the_least_to_be_paid_in_first_class_is_its_own(indicator: str, pays_p: int) -> None:
    third = status(indicator=indicator, lower_p=(810, 700), higher_p=(820, 800))
    assert price(till(pricing_rules(statuses=[third])), of=ticket(first=True)).total_p == pays_p


@pytest.mark.parametrize(
    ("column", "of"),
    [
        (0, ticket(first=True)),
        (1, ticket(first=True, is_return=True)),
        (2, ticket()),
        (3, ticket(is_return=True)),
    ],
)
def test_a_status_works_only_for_the_classes_and_journeys_that_it_is_marked_for(
    column: int, of: TicketType
) -> None:
    marks = [True] * 4
    marks[column] = False
    barred = status(good_for=(marks[0], marks[1], marks[2], marks[3]))
    only = status(good_for=(not marks[0], not marks[1], not marks[2], not marks[3]))
    assert price(till(pricing_rules(statuses=[barred])), of=of).total_p == 1_000
    assert price(till(pricing_rules(statuses=[only])), of=of).total_p == 665


def test_a_category_of_tickets_without_a_discount_costs_the_full_price() -> None:
    assert price(till(), of=ticket(category="07")).total_p == 1_000


def test_a_status_that_the_feed_does_not_hold_takes_nothing_off() -> None:
    rules = pricing_rules(cards=[railcard(adult="987")])
    assert price(till(rules), listed(1_003)).total_p == 1_003


def test_adults_whom_the_card_gives_nothing_pay_the_full_price() -> None:
    assert price(till(pricing_rules(cards=[railcard(adult=NOTHING)]))).total_p == 1_000


@pytest.mark.parametrize(("days", "pays_p"), [(0, 3_300), (1, 3_330)])
def test_the_percentage_is_that_of_the_day_of_travel(days: int, pays_p: int) -> None:
    rules = pricing_rules(
        statuses=[
            status(per_mille=340, ends_on=DAY),
            status(per_mille=334, starts_on=DAY + ONE_DAY),
        ]
    )
    assert price(till(rules, day=DAY + days * ONE_DAY), listed(5_000)).total_p == pays_p


@pytest.mark.parametrize(
    ("full_p", "down_p", "nearest_p", "up_p"),
    [
        (7_230, 4_815, 4_815, 4_820),  # 4815.18
        (7_240, 4_820, 4_820, 4_825),  # 4821.84
        (7_255, 4_830, 4_830, 4_835),  # 4831.83
        (7_250, 4_825, 4_830, 4_830),  # 4828.50
        (5_000, 3_330, 3_330, 3_330),  # exactly
        (1_250, 830, 835, 835),  # 832.50, halfway
    ],
)
def test_a_discounted_price_goes_to_the_step_that_the_setting_says(
    full_p: int, down_p: int, nearest_p: int, up_p: int
) -> None:
    paid = [price(till(rounding=one), listed(full_p)).total_p for one in Rounding]
    assert paid == [down_p, nearest_p, up_p]


BANDS = [band(99_999_999, 50, position=3), band(500, 1), band(2_000, 10, position=2)]


@pytest.mark.parametrize(
    ("full_p", "pays_p"),
    [
        (750, 499),  # 499.50 is up to 500: 1p
        (751, 500),  # 500.166 is above: 10p
        (3_003, 1_990),  # 1999.998: 10p
        (3_004, 2_000),  # 2000.664: 50p
        (3_100, 2_050),  # 2064.60: 50p
    ],
)
def test_the_step_is_that_of_the_band_of_the_discounted_price(full_p: int, pays_p: int) -> None:
    assert price(till(pricing_rules(bands=BANDS)), listed(full_p)).total_p == pays_p


@pytest.mark.parametrize(
    "bands",
    [
        [],
        [band(99_999_999, 50, rule="03")],
        [band(99_999_999, 50, ends_on=DAY - ONE_DAY)],
        [band(600, 50)],
        [band(99_999_999, 0)],
    ],
    ids=["none", "other rule", "past", "too low", "no step"],
)
def test_the_step_is_5p_where_no_band_says_otherwise(bands: list[RoundingBand]) -> None:
    rules = pricing_rules(bands=bands)
    assert price(till(rules), listed(1_003)).total_p == 665


def test_the_half_fare_of_a_child_is_rounded_too() -> None:
    at = till(party=Party(0, 1), card=NO_RAILCARD)
    assert price(at, listed(1_015)).total_p == 505


@pytest.mark.parametrize("rounding", Rounding)
def test_a_price_that_nothing_is_taken_off_is_never_rounded(rounding: Rounding) -> None:
    rules = pricing_rules(statuses=[status(per_mille=0)], bands=[band(99_999_999, 50)])
    assert price(till(rules, rounding=rounding), listed(1_003)).total_p == 1_003
    assert price(till(rules, card=NO_RAILCARD, rounding=rounding), listed(1_003)).total_p == 1_003


def test_rounding_up_never_goes_above_the_full_price() -> None:
    rules = pricing_rules(statuses=[status(per_mille=1)])
    assert price(till(rules, rounding=Rounding.UP), listed(1_003)).total_p == 1_003
