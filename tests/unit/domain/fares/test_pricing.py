"""The edges of the rounding of a child's price, which no railcard makes cheaper."""

import pytest

from railfair.domain.fares.discount import Rounding
from railfair.domain.fares.party import Party
from railfair.domain.fares.railcard import RoundingBand
from railfair.domain.fares.rulebook import NO_RAILCARD
from railfair.domain.fares.till import PartyPrice, Till
from support.fare_rules import DAY, band, listed, pricing_rules, ticket


def child_p(full_p: int, *bands: RoundingBand, rounding: Rounding = Rounding.DOWN) -> int:
    """Return what a child pays of a full price: half of it, rounded."""
    till = Till(
        pricing_rules(bands=bands),
        day=DAY,
        sold_on=DAY,
        party=Party(0, 1),
        railcard=NO_RAILCARD,
        rounding=rounding,
    )
    found = till.price(listed(full_p), ticket())
    assert isinstance(found, PartyPrice)
    return found.total_p


@pytest.mark.parametrize(("full_p", "expected_p"), [(4_010, 2_005), (4_011, 2_000)])
def test_a_band_holds_up_to_its_last_penny(full_p: int, expected_p: int) -> None:
    assert child_p(full_p, band(2_005, 5), band(99_999_999, 50, position=2)) == expected_p


def test_a_child_never_pays_more_than_the_full_price_when_prices_are_rounded_up() -> None:
    assert child_p(3, rounding=Rounding.UP) == 3
