"""The split of invented trips against every way to cut them, priced part by part."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, groupby, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from railfair.domain.codes import RestrictionCode, RouteCode, TicketCode
from railfair.domain.fares.flow import Flow, FlowFare
from railfair.domain.fares.office import TicketOffice
from railfair.domain.fares.restriction import At
from railfair.domain.fares.rulebook import NO_RAILCARD, RuleBook
from railfair.domain.fares.till import Party
from railfair.domain.fares.trip import Trip
from support.fare_rules import CARD, minimum, pricing_rules, railcard
from support.offices import (
    ONE,
    SIX_MIN,
    STATIONS,
    TICKETS,
    barring,
    compared,
    flow,
    of_card,
    office,
    office_rules,
    route,
    trip,
)


@dataclass(frozen=True, slots=True)
class Journey:
    """A trip with all that decides what its parts cost."""

    out: Trip
    rules: RuleBook
    records: tuple[Flow, ...]
    party: Party
    has_card: bool

    def office(self, out: Trip) -> TicketOffice:
        """Return the office for the trip, or for a part of it."""
        card = CARD if self.has_card else NO_RAILCARD
        return office(out, self.rules, party=self.party, card=card)


CODES = ("", "R0", "R1", "R2", "MF")
ROUTES = ("00000", "00001", "00002")
PARTIES = (ONE, Party(2, 0), Party(1, 2))


@st.composite
def journeys(draw: st.DrawFn) -> Journey:
    """Draw a trip of 2 to 12 calls, of one train or two, with fares for most of its parts.

    What there is too much of to be drawn piece by piece is thrown with one drawn seed.
    """
    calls = draw(st.integers(2, 12))
    letters = "ABCDEFGHIJKL"[:calls]
    cut = draw(st.integers(2, calls - 2)) if calls > 3 and draw(st.booleans()) else None
    is_walk = draw(st.booleans())
    rides = [letters]
    if cut is not None:
        rides = [letters[:cut], letters[cut if is_walk else cut - 1 :]]
    throw = draw(st.randoms(use_true_random=True))
    restrictions = [
        replace(
            barring(
                name,
                at=throw.choice([At.DEPARTURE, At.ARRIVAL]),
                crs=throw.choice([None, *STATIONS[:calls]]),
                until_min=SIX_MIN + throw.randrange(130),
                is_minimum_fare=name == "MF",
            ),
            allows_change=throw.random() < 0.8,
        )
        for name in CODES[1:]
    ]
    records = tuple(
        Flow(
            origin=one.origin,
            destination=one.destination,
            route=RouteCode(throw.choice(ROUTES)),
            is_reversible=False,
            starts_on=one.starts_on,
            fares=tuple(
                FlowFare(
                    TicketCode(throw.choice(TICKETS).code),
                    50 * throw.randrange(2, 12 + 4 * distance),
                    RestrictionCode(throw.choice(CODES)),
                )
                for _ in range(throw.randrange(3))
            ),
        )
        for start, end in combinations(range(calls), 2)
        for distance in [end - start]
        for one in [flow(letters[start], letters[end], {})] * 2
    )
    return Journey(
        out=trip(*rides),
        rules=office_rules(
            pricing_rules(
                cards=[railcard(passengers=(1, 2), adults=(1, 2))],
                minimums=[minimum(throw.randrange(900), ticket=one.code) for one in TICKETS],
            ),
            restrictions=restrictions,
            of_cards=[
                of_card(throw.choice(["R0", "MF"])),
                of_card("R1", origin=throw.choice(STATIONS)),
                of_card("", origin=throw.choice(STATIONS), is_ban=True),
            ],
            routes=[
                route("00001", included=throw.sample(STATIONS[:calls], 2)),
                route("00002", excluded=throw.sample(STATIONS, 1)),
            ],
        ),
        records=records,
        party=throw.choice(PARTIES),
        has_card=throw.random() < 0.8,
    )


type Hop = tuple[int, int]
"""From a call to the next: the leg, and the call of it that is left."""


def hops(out: Trip) -> list[Hop]:
    """Return the rides from call to call of which a trip is made; walks are none."""
    return [(number, at) for number, leg in enumerate(out.legs) for at in range(len(leg.calls) - 1)]


def along(out: Trip, some: Sequence[Hop]) -> Trip:
    """Return the trip that is made of *some* rides in a row."""
    legs = []
    for number, group in groupby(some, key=lambda hop: hop[0]):
        ats = [at for _, at in group]
        leg = out.legs[number]
        legs.append(replace(leg, calls=leg.calls[ats[0] : ats[-1] + 2]))
    return replace(out, legs=tuple(legs))


def through_p(journey: Journey, out: Trip) -> int | None:
    """Return what the cheapest single ticket for a trip costs, asked for by itself."""
    cheapest = compared(journey.office(out), journey.records).cheapest
    return None if cheapest is None else cheapest.total_p


def least_p(journey: Journey) -> int | None:
    """Return what the cheapest of all ways to cut the trip costs."""
    rides = hops(journey.out)
    ends = range(len(rides) + 1)
    part_p = {
        (start, end): through_p(journey, along(journey.out, rides[start:end]))
        for start, end in combinations(ends, 2)
    }
    totals: list[int] = []
    for cuts in range(len(rides)):
        for inner in combinations(ends[1:-1], cuts):
            parts = [part_p[part] for part in pairwise((0, *inner, len(rides)))]
            known = [one_p for one_p in parts if one_p is not None]
            if len(known) == len(parts):
                totals.append(sum(known))
    return min(totals, default=None)


@settings(max_examples=300, deadline=None)
@given(journeys())
def test_a_split_costs_what_the_cheapest_of_all_ways_to_cut_the_trip_costs(
    journey: Journey,
) -> None:
    at = journey.office(journey.out)
    found = at.split(at.price_list(journey.records))
    whole_p, expected_p = through_p(journey, journey.out), least_p(journey)
    if found is None:
        assert whole_p == expected_p
    else:
        assert found.total_p == expected_p
        assert found.saving_p == (None if whole_p is None else whole_p - found.total_p)
        assert whole_p is None or found.total_p < whole_p


@settings(max_examples=100, deadline=None)
@given(journeys())
def test_each_ticket_of_a_split_is_good_and_begins_where_the_train_left_the_last(
    journey: Journey,
) -> None:
    at = journey.office(journey.out)
    found = at.split(at.price_list(journey.records))
    if found is None:
        return
    rides = hops(journey.out)
    ends = [
        (journey.out.legs[leg].calls[call].crs, journey.out.legs[leg].calls[call + 1].crs)
        for leg, call in rides
    ]
    done = 0
    for one in found.tickets:
        assert one.origin == ends[done][0]
        last = next(at for at in range(done, len(ends)) if ends[at][1] == one.destination)
        offers = compared(
            journey.office(along(journey.out, rides[done : last + 1])), journey.records
        )
        assert one.offer == offers.cheapest
        assert type(one.total_p) is int
        done = last + 1
    assert done == len(rides)
