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


def every_part_tried(points: int, prices: Prices) -> list[tuple[int, int, int]] | None:
    """Return the cheapest chain of known parts: fewer tickets first, then early starts."""
    reached: list[tuple[int, int, list[tuple[int, int, int]]] | None] = [(0, 0, [])]
    for end in range(1, points):
        ways = [
            (way[0] + prices[start, end], way[1] + 1, [*way[2], (start, end, prices[start, end])])
            for start, way in enumerate(reached)
            if way is not None and (start, end) in prices
        ]
        reached.append(min(ways, key=lambda way: way[:2], default=None))
    last = reached[-1]
    return None if last is None else last[2]


@given(journeys(), st.data())
def test_what_is_known_beforehand_changes_nothing_of_the_chain(
    journey: tuple[int, Prices], data: st.DataObject
) -> None:
    points, prices = journey
    asked: list[tuple[int, int]] = []

    def ticket_for(start: int, end: int) -> Ticket | None:
        asked.append((start, end))
        return Ticket(prices[start, end]) if (start, end) in prices else None

    hopes = {part: data.draw(st.integers(-5, price_p)) for part, price_p in prices.items()}
    hopes |= {part: 0 for part in data.draw(st.sets(st.sampled_from([(0, 1), (0, points - 1)])))
              if part not in prices}  # fmt: skip
    found = cheapest_chain(points, ticket_for, lambda start, end: hopes.get((start, end)))
    expected = every_part_tried(points, prices)
    assert found == chain_of(expected)
    assert chain(points, prices) == expected
    assert len(set(asked)) == len(asked)


def test_only_parts_of_chains_that_could_be_the_cheapest_are_asked_for() -> None:
    prices = {(0, 3): 900, (0, 1): 300, (1, 3): 400, (0, 2): 100, (2, 3): 800, (1, 2): 500}
    least = {**prices, (1, 3): 350, (2, 3): 450}
    asked: list[tuple[int, int]] = []

    def ticket_for(start: int, end: int) -> Ticket:
        asked.append((start, end))
        return Ticket(prices[start, end])

    found = cheapest_chain(4, ticket_for, lambda start, end: least.get((start, end)))
    assert found == chain_of([(0, 1, 300), (1, 3, 400)])
    assert asked == [(0, 2), (2, 3), (0, 1), (1, 3)]


def chain_of(
    parts: list[tuple[int, int, int]] | None,
) -> tuple[tuple[int, int, Ticket], ...] | None:
    if parts is None:
        return None
    return tuple((start, end, Ticket(price_p)) for start, end, price_p in parts)


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
