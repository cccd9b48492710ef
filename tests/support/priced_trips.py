"""Drawn trips with all that decides what they and their parts cost; and every way to cut them.

Stations and times are those of `offices`. What there is too much of to be drawn piece by piece is
thrown with one drawn seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, groupby
from random import Random

from hypothesis import strategies as st

from railfair.domain.codes import (
    Crs,
    FareCode,
    RestrictionCode,
    RouteCode,
    TicketCode,
    TocCode,
)
from railfair.domain.fares.comparison import OfferedFare, Split, SplitTicket
from railfair.domain.fares.dated import OPEN
from railfair.domain.fares.flow import (
    ANY_CODE,
    ANY_RAILCARD,
    ANY_ROUTE,
    ANY_TICKET,
    DiscountException,
    ExceptionalPrice,
    FareRecord,
    Flow,
    FlowFare,
    Override,
)
from railfair.domain.fares.location import Membership
from railfair.domain.fares.lookup import DUMMY_P, PriceList
from railfair.domain.fares.office import TicketOffice
from railfair.domain.fares.restriction import At, Restriction
from railfair.domain.fares.rulebook import NO_RAILCARD, RuleBook
from railfair.domain.fares.tariff import Tariff, by_price
from railfair.domain.fares.ticket import AdvancePurchase
from railfair.domain.fares.till import Party, Rounding
from railfair.domain.fares.trip import Trip
from railfair.domain.railtime import instant
from support.fare_rules import CARD, DAY, SINCE, minimum, pricing_rules, railcard, status
from support.offices import (
    ONE,
    SIX_MIN,
    STATIONS,
    TICKETS,
    barring,
    code,
    compared,
    flow,
    of_card,
    office,
    office_rules,
    route,
    trip,
)

CODES = ("", "R0", "R1", "R2", "MF")
ROUTES = ("00000", "00001", "00002")
PARTIES = (ONE, Party(2, 0), Party(1, 2), Party(0, 1))
CLUSTERS = (FareCode("Q001"), FareCode("Q002"))


@dataclass(frozen=True, slots=True, repr=False)
class Priced:
    """Trips with all that decides what they and their parts cost."""

    trips: tuple[Trip, ...]
    rules: RuleBook
    records: tuple[FareRecord, ...]
    party: Party
    has_card: bool

    def __repr__(self) -> str:
        return f"Priced({self.trips}, …)"

    @property
    def out(self) -> Trip:
        """The first of the trips."""
        return self.trips[0]

    def office(self, out: Trip) -> TicketOffice:
        """Return the office for a trip, or for a part of it."""
        card = CARD if self.has_card else NO_RAILCARD
        return office(out, self.rules, party=self.party, card=card)

    def cheapest(self, out: Trip) -> OfferedFare | None:
        """Return the cheapest of all fares of a trip, asked for by itself."""
        return compared(self.office(out), self.records).cheapest

    def tariff(self, out: Trip) -> Tariff:
        """Return the tariff of a trip's day."""
        return Tariff(
            self.rules,
            day=out.ticket_day,
            party=self.party,
            railcard=CARD if self.has_card else NO_RAILCARD,
            ticket_class=None,
            sold_at=instant(DAY, 720),
            rounding=Rounding.DOWN,
        )


@st.composite
def priced_trips(draw: st.DrawFn, *, trips: int = 1) -> Priced:
    """Draw trips of 2 to 12 calls, of one train or two, with fares for most of their parts."""
    calls = draw(st.integers(2, 12))
    letters = "ABCDEFGHIJKL"[:calls]
    throw = draw(st.randoms(use_true_random=True))
    drawn = [_rides(draw, letters) for _ in range(draw(st.integers(1, trips)))]
    return Priced(
        trips=tuple(_trip(throw, rides) for rides in drawn),
        rules=_rules(throw, calls),
        records=_records(throw, letters),
        party=throw.choice(PARTIES),
        has_card=throw.random() < 0.7,
    )


def _rides(draw: st.DrawFn, letters: str) -> list[str]:
    if len(letters) < 4 or not draw(st.booleans()):
        return [letters]
    cut = draw(st.integers(2, len(letters) - 2))
    is_walk = draw(st.booleans())
    return [letters[:cut], letters[cut if is_walk else cut - 1 :]]


def _trip(throw: Random, rides: list[str]) -> Trip:
    """Return a trip on these rides, mostly at six, else at any time of the day or the night."""
    leaves_min = SIX_MIN if throw.random() < 0.6 else throw.randrange(-60, 1_600, 10)
    one = trip(*rides, leaves_min=leaves_min)
    tocs = [TocCode(throw.choice(["ZY", "ZX"])) for _ in one.legs]
    legs = zip(one.legs, tocs, strict=True)
    return replace(one, legs=tuple(replace(leg, toc=toc) for leg, toc in legs))


def _rules(throw: Random, calls: int) -> RuleBook:
    here = STATIONS[:calls]
    rules = office_rules(
        pricing_rules(
            cards=[railcard(child="CWC", passengers=(1, 3), adults=(1, 2), children=(0, 1))],
            statuses=[
                status(per_mille=throw.choice([0, 334]), indicator=throw.choice("0FMLHX"),
                       flat_p=(100, 200, 300, 400), lower_p=(250, 250), higher_p=(500, 500)),
                status("CWC", 600),
            ],
            minimums=[minimum(throw.randrange(900), ticket=one.code) for one in TICKETS],
        ),
        restrictions=[_restriction(throw, name, here) for name in CODES[1:]],
        of_cards=[
            of_card(throw.choice(["R0", "MF"])),
            of_card("R1", origin=throw.choice(STATIONS)),
            of_card("", origin=throw.choice(STATIONS), is_ban=True),
        ],
        routes=[
            route("00001", included=throw.sample(here, 2)),
            route("00002", excluded=throw.sample(STATIONS, 1)),
        ],
    )  # fmt: skip
    members: dict[FareCode, tuple[Membership, ...]] = {
        code(crs): (Membership(cluster=throw.choice(CLUSTERS), starts_on=SINCE, ends_on=OPEN),)
        for crs in here
        if throw.random() < 0.5
    }
    sales = {TicketCode(name): _sales(throw, name) for name in ("ADV", "CDS")}
    return replace(rules, clusters=members, advance_purchases=sales)


def _restriction(throw: Random, name: str, here: Sequence[Crs]) -> Restriction:
    one = barring(
        name,
        at=throw.choice(list(At)),
        crs=throw.choice([None, *here]),
        until_min=SIX_MIN + throw.randrange(130),
        is_minimum_fare=name == "MF",
    )
    return replace(
        one,
        allows_change=throw.random() < 0.8,
        places=tuple(throw.sample(here, 2)) if throw.random() < 0.4 else (),
    )


def _sales(throw: Random, ticket: str) -> tuple[AdvancePurchase, ...]:
    """Return until when a ticket is sold, by operators; the office sells at noon of `DAY`."""
    return tuple(
        AdvancePurchase(
            ticket=TicketCode(ticket),
            restriction=RestrictionCode(throw.choice(CODES)),
            restriction_flag=throw.choice("012"),
            toc=TocCode(toc),
            starts_on=SINCE,
            ends_on=OPEN,
            check=throw.choice("012"),
            value=str(throw.randrange(4)),
            until_min=throw.choice([None, 800]),
        )
        for toc in throw.sample(["", "ZX", "ZY"], throw.randrange(3))
    )


def _records(throw: Random, letters: str) -> tuple[FareRecord, ...]:
    found: list[FareRecord] = []
    for (start, one), (end, other) in combinations(enumerate(letters), 2):
        found += [_flow(throw, one, other, end - start) for _ in range(2)]
        if throw.random() < 0.1:
            found.append(_override(throw, one, other))
    if throw.random() < 0.5:
        found += [_exception(throw) for _ in range(3)]
    return tuple(found)


def _flow(throw: Random, one: str, other: str, distance: int) -> Flow:
    ends = [throw.choice([code(3 * end), code(3 * end), *CLUSTERS]) for end in (one, other)]
    fares = tuple(
        FlowFare(
            TicketCode(throw.choice([*TICKETS, *TICKETS[:3]]).code),
            throw.choice([50 * throw.randrange(2, 12 + 4 * distance)] * 9 + [DUMMY_P]),
            RestrictionCode(throw.choice(CODES)),
        )
        for _ in range(throw.randrange(4))
    )
    return replace(
        flow(one, other, {}, route=throw.choice(ROUTES), has_exceptions=throw.random() < 0.2),
        origin=ends[0],
        destination=ends[1],
        is_reversible=throw.random() < 0.3,
        fares=fares,
    )


def _override(throw: Random, one: str, other: str) -> Override:
    return Override(
        origin=code(3 * one),
        destination=code(3 * other),
        route=RouteCode(throw.choice(ROUTES)),
        railcard=throw.choice([CARD, NO_RAILCARD]),
        ticket=TicketCode(throw.choice(TICKETS).code),
        starts_on=SINCE,
        ends_on=OPEN,
        quote_on=SINCE,
        adult_p=throw.choice([None, 50 * throw.randrange(1, 30)]),
        child_p=throw.choice([None, 50 * throw.randrange(1, 15)]),
        restriction=RestrictionCode(throw.choice(CODES)),
    )


def _exception(throw: Random) -> DiscountException:
    adult, child = (
        ExceptionalPrice(flag=throw.choice("NXD"), add_on_p=0, is_withheld=throw.random() < 0.2)
        for _ in range(2)
    )
    return DiscountException(
        origin=ANY_CODE,
        destination=ANY_CODE,
        route=ANY_ROUTE,
        railcard=throw.choice([ANY_RAILCARD, CARD, NO_RAILCARD]),
        ticket=TicketCode(throw.choice([ANY_TICKET, *(one.code for one in TICKETS)])),
        starts_on=SINCE,
        ends_on=OPEN,
        quote_on=SINCE,
        use_code=FareCode(""),
        adult=adult,
        child=child,
    )


# --- every way to cut a trip ---------------------------------------------------------------------

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


def cheapest_of_all(tariff: Tariff, prices: PriceList, ride: Trip) -> OfferedFare | None:
    """Return the cheapest of all fares of a part of a trip, each of them tried."""
    trial = tariff.trial(ride, None)
    offers: list[OfferedFare] = []
    ends = tariff.codes(ride.origin), tariff.codes(ride.destination)
    for fare in prices.between(*ends).fares:
        ticket = tariff.wanted(fare.ticket)
        judged = None if ticket is None else tariff.judged(fare, ticket, trial, prices)
        if isinstance(judged, OfferedFare):
            offers.append(judged)
    return min(offers, key=by_price, default=None)


def exhaustive_split(priced: Priced, out: Trip) -> Split | None:
    """Return the split of a trip when every part of it has been priced.

    Of equal prices fewer tickets count, then the one whose last ticket is longest, and so on.
    """
    rides = hops(out)
    tariff = priced.tariff(out)
    prices = tariff.price_list(priced.records)
    reached: list[tuple[int, int, list[SplitTicket]] | None] = [(0, 0, [])]
    for end in range(1, len(rides) + 1):
        best: tuple[int, int, list[SplitTicket]] | None = None
        for start, way in enumerate(reached):
            ride = along(out, rides[start:end])
            offer = None if way is None else cheapest_of_all(tariff, prices, ride)
            if way is None or offer is None:
                continue
            ticket = SplitTicket(origin=ride.origin, destination=ride.destination, offer=offer)
            found = (way[0] + offer.total_p, way[1] + 1, [*way[2], ticket])
            if best is None or found[:2] < best[:2]:
                best = found
        reached.append(best)
    chain = reached[-1]
    if chain is None or chain[1] == 1:
        return None
    through = cheapest_of_all(tariff, prices, out)
    saving_p = None if through is None else through.total_p - chain[0]
    return Split(tickets=tuple(chain[2]), saving_p=saving_p)
