"""The cheapest fares of drawn trips: what is found in the order of hopes is what all fares give."""

from collections import defaultdict

from hypothesis import given, settings

from railfair.domain.fares.cheapest import CheapestFares
from railfair.domain.fares.hopes import Hopes, Span
from support.priced_trips import Priced, along, exhaustive_split, hops, priced_trips


@settings(max_examples=150, deadline=None)
@given(priced_trips())
def test_a_split_is_the_one_found_when_every_part_is_priced(priced: Priced) -> None:
    at = priced.office(priced.out)
    assert at.split(at.price_list(priced.records)) == exhaustive_split(priced, priced.out)


@settings(max_examples=60, deadline=None)
@given(priced_trips(trips=5))
def test_trips_of_a_day_may_share_what_is_found(priced: Priced) -> None:
    found: dict[object, CheapestFares] = {}
    for out in priced.trips:
        if out.ticket_day not in found:
            at = priced.tariff(out)
            prices = at.price_list(priced.records)
            found[out.ticket_day] = CheapestFares(at, prices)
        through = found[out.ticket_day].through(out)
        assert through == priced.cheapest(out)
        assert found[out.ticket_day].split(out, through) == exhaustive_split(priced, out)


@settings(max_examples=100, deadline=None)
@given(priced_trips())
def test_nothing_costs_less_than_was_hoped(priced: Priced) -> None:
    at = priced.tariff(priced.out)
    hopes = Hopes(at, at.price_list(priced.records))
    rides = hops(priced.out)
    for start in range(len(rides)):
        ride = along(priced.out, rides[start:])
        cheapest = priced.cheapest(ride)
        if cheapest is None:
            continue
        least_p = min(hope.least_p for hope in hopes.between(ride.origin, ride.destination))
        ladders = hopes.ladders(ride.origin, ride.destination)
        lowest_p = min(ladder[0][0] for ladder in ladders)
        assert lowest_p <= least_p <= cheapest.total_p
        whole = Span(slice(0, 1), slice(0, 1), defaultdict(bool))
        assert hopes.least_p([ride.origin], [ride.destination], [whole]) == lowest_p
