"""What is paid back for a delay, and how much of it to expect."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railfair.domain.codes import TocCode
from railfair.domain.delay_repay import (
    SCHEMES,
    DatedScheme,
    Scheme,
    compensation_p,
    expected,
    scheme_of,
)

DR15, DR30 = Scheme.DR15, Scheme.DR30
MINUTES = (14, 15, 29, 30, 59, 60, 119, 120)
PRICES = st.integers(0, 50_000)
CHANCES = st.lists(st.floats(0, 1), min_size=4, max_size=4).map(
    lambda chances: sorted(chances, reverse=True)
)


def lateness(chances: list[float]) -> Callable[[int], float]:
    """The chances of being at least 15, 30, 60 and 120 minutes late."""
    return dict(zip((15, 30, 60, 120), chances, strict=True)).__getitem__


@pytest.mark.parametrize(
    ("scheme", "is_return", "paid"),
    [
        (DR15, False, (0, 1000, 1000, 2000, 2000, 4000, 4000, 4000)),
        (DR15, True, (0, 500, 500, 1000, 1000, 2000, 2000, 4000)),
        (DR30, False, (0, 0, 0, 2000, 2000, 4000, 4000, 4000)),
        (DR30, True, (0, 0, 0, 1000, 1000, 2000, 2000, 4000)),
    ],
)
def test_a_delay_pays_the_share_of_its_band(
    scheme: Scheme,
    is_return: bool,
    paid: tuple[int, ...],
) -> None:
    found = [
        compensation_p(scheme, price_p=4000, is_return=is_return, delay_min=minutes)
        for minutes in MINUTES
    ]
    assert tuple(found) == paid


def test_arriving_early_pays_nothing() -> None:
    assert compensation_p(DR15, price_p=4000, is_return=False, delay_min=-3) == 0


def test_parts_of_a_penny_are_not_paid() -> None:
    # An eighth of 60.20 pounds is 752.5 pence.
    assert compensation_p(DR15, price_p=6020, is_return=True, delay_min=16) == 752


def test_what_to_expect_is_the_mean_over_the_bands() -> None:
    # A fifth of the time 10 pounds, a tenth 20, a tenth all 40.
    found = expected(
        DR15, price_p=4000, is_return=False, late_probability=lateness([0.4, 0.2, 0.1, 0.05])
    )
    assert found == (800, 0.4)


def test_a_return_pays_the_way_back_only_from_two_hours_on() -> None:
    found = expected(
        DR15, price_p=4000, is_return=True, late_probability=lateness([0.4, 0.2, 0.1, 0.05])
    )
    assert found == (100 + 100 + 100 + 200, 0.4)


def test_where_half_an_hour_is_needed_the_chance_is_that_of_half_an_hour() -> None:
    found = expected(
        DR30, price_p=4000, is_return=False, late_probability=lateness([0.4, 0.2, 0.1, 0.05])
    )
    assert found == (600, 0.2)


@given(st.sampled_from(Scheme), PRICES, st.booleans(), st.integers(0, 300))
def test_to_expect_of_a_delay_that_is_certain_is_what_is_paid_for_it(
    scheme: Scheme, price_p: int, is_return: bool, delay_min: int
) -> None:
    paid_p = compensation_p(scheme, price_p=price_p, is_return=is_return, delay_min=delay_min)
    found = expected(
        scheme,
        price_p=price_p,
        is_return=is_return,
        late_probability=lambda minutes: float(delay_min >= minutes),
    )
    assert found == (paid_p, float(delay_min >= (15 if scheme is DR15 else 30)))


@given(PRICES, st.booleans(), CHANCES)
def test_no_more_than_the_price_is_expected_and_of_the_stricter_scheme_no_more_than_of_the_other(
    price_p: int, is_return: bool, chances: list[float]
) -> None:
    late = lateness(chances)
    early, strict = (
        expected(scheme, price_p=price_p, is_return=is_return, late_probability=late)
        for scheme in (DR15, DR30)
    )
    assert 0 <= strict.expected_p <= early.expected_p <= price_p
    assert strict.probability <= early.probability


@given(PRICES, CHANCES)
def test_a_return_never_pays_more_than_a_single_of_its_price(
    price_p: int, chances: list[float]
) -> None:
    late = lateness(chances)
    of_return = expected(DR15, price_p=price_p, is_return=True, late_probability=late)
    of_single = expected(DR15, price_p=price_p, is_return=False, late_probability=late)
    assert of_return.expected_p <= of_single.expected_p


def test_a_scheme_is_that_of_the_day() -> None:
    anglia = TocCode("LE")
    assert scheme_of(anglia, date(2019, 3, 31)) is None
    assert scheme_of(anglia, date(2019, 4, 1)) is DR15
    assert scheme_of(anglia, date(2026, 11, 24)) is DR15


def test_a_later_line_replaces_an_earlier_one_whatever_their_order() -> None:
    toc = TocCode("ZZ")
    known = (
        DatedScheme(toc, date(2020, 1, 1), DR15, "invented"),
        DatedScheme(toc, date(2010, 1, 1), DR30, "invented"),
    )
    found = [scheme_of(toc, date(year, 1, 1), known=known) for year in (2009, 2010, 2020)]
    assert found == [None, DR30, DR15]


def test_an_operator_that_is_not_listed_gives_no_figure() -> None:
    assert scheme_of(TocCode("ZZ"), date(2026, 11, 24)) is None


@pytest.mark.parametrize("line", SCHEMES, ids=lambda line: f"{line.toc} {line.since}")
def test_every_line_counts_from_its_day_on_and_has_a_source(line: DatedScheme) -> None:
    assert line.source
    assert scheme_of(line.toc, line.since) is line.scheme
    assert scheme_of(line.toc, line.since - timedelta(days=1)) is not line.scheme
