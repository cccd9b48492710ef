"""The cheapest chain of tickets along a journey."""

from dataclasses import dataclass
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from railfair.domain.fares.split import cheapest_chain


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket that is nothing but its price."""

    total_p: int


type Prices = dict[tuple[int, int], int]


def chain(points: int, prices: Prices) -> list[tuple[int, int, int]] | None:
    """Return the cheapest chain by *prices* of parts, as (start, end, pence)."""
    found = cheapest_chain(
        points, lambda start, end: Ticket(prices[start, end]) if (start, end) in prices else None
    )
    return None if found is None else [(start, end, one.total_p) for start, end, one in found]


def brute_force(points: int, prices: Prices) -> int | None:
    """Return the price of the cheapest of all ways to cut the journey."""
    totals: list[int] = []
    between = range(1, points - 1)
    for cuts in range(points - 1):
        for inner in combinations(between, cuts):
            parts = list(pairwise((0, *inner, points - 1)))
            if all(part in prices for part in parts):
                totals.append(sum(prices[part] for part in parts))
    return min(totals, default=None)


@st.composite
def journeys(draw: st.DrawFn) -> tuple[int, Prices]:
    """Draw a journey of up to 12 calls with a price for most of its parts."""
    points = draw(st.integers(2, 12))
    parts = [(start, end) for end in range(points) for start in range(end)]
    price = st.none() | st.integers(0, 5_000)
    drawn = draw(st.lists(price, min_size=len(parts), max_size=len(parts)))
    priced = zip(parts, drawn, strict=True)
    return points, {part: price_p for part, price_p in priced if price_p is not None}


@given(journeys())
def test_the_chain_costs_what_the_cheapest_of_all_ways_to_cut_costs(
    journey: tuple[int, Prices],
) -> None:
    points, prices = journey
    found = chain(points, prices)
    assert (None if found is None else sum(one[2] for one in found)) == brute_force(points, prices)


@given(journeys())
def test_the_chain_is_never_dearer_than_the_ticket_for_the_whole(
    journey: tuple[int, Prices],
) -> None:
    points, prices = journey
    through = prices.setdefault((0, points - 1), 4_000)
    found = chain(points, prices)
    assert found is not None
    assert sum(one[2] for one in found) <= through


@given(journeys())
def test_each_ticket_begins_where_the_one_before_ends(journey: tuple[int, Prices]) -> None:
    points, prices = journey
    found = chain(points, prices)
    if found is not None:
        stops = [0, *(end for _, end, _ in found)]
        assert [start for start, _, _ in found] == stops[:-1]
        assert stops[-1] == points - 1


def test_of_equal_prices_the_chain_with_fewer_tickets_is_taken() -> None:
    assert chain(3, {(0, 1): 500, (1, 2): 500, (0, 2): 1000}) == [(0, 2, 1000)]


def test_without_a_ticket_for_some_part_there_is_no_chain() -> None:
    assert chain(3, {(0, 1): 500}) is None
