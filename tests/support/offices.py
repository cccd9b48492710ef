"""Ticket offices for invented trips: stations are three equal letters, each with a code of its own.

Trips leave at 06:00 and call every ten minutes, unless said otherwise. Money is pence.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from railfair.domain.codes import (
    Crs,
    FareCode,
    RailcardCode,
    RestrictionCode,
    RouteCode,
    TicketCode,
    TocCode,
    TrainUid,
)
from railfair.domain.fares.comparison import Comparison
from railfair.domain.fares.dated import OPEN
from railfair.domain.fares.flow import FareRecord, Flow, FlowFare
from railfair.domain.fares.location import FareLocation
from railfair.domain.fares.office import TicketOffice
from railfair.domain.fares.restriction import (
    At,
    Direction,
    RailcardRestriction,
    Restriction,
    RestrictionSet,
    TimeBand,
)
from railfair.domain.fares.route import Route
from railfair.domain.fares.rulebook import NO_RAILCARD, RuleBook
from railfair.domain.fares.ticket import TicketClass, TicketType
from railfair.domain.fares.till import Party, Rounding
from railfair.domain.fares.trip import Trip, TripCall, TripLeg
from railfair.domain.railtime import LONDON
from support.fare_rules import CARD, DAY, SINCE, grouped, pricing_rules, ticket

STATIONS = tuple(Crs(3 * letter) for letter in "ABCDEFGHIJKLM")
SIX_MIN = 360
STEP_MIN = 10
ONE = Party(1, 0)
PEAK = "1P"
"""A restriction that bars departures until 09:29."""


def code(crs: str) -> FareCode:
    """Return the fares' code of a station."""
    return FareCode(f"{crs[0]}100")


def flow(
    origin: str,
    destination: str,
    fares: Mapping[str, int],
    *,
    restriction: str = "",
    route: str = "00000",
    has_exceptions: bool = False,
) -> Flow:
    """Return the prices of tickets between two stations, all with the same restriction."""
    return Flow(
        origin=code(origin),
        destination=code(destination),
        route=RouteCode(route),
        is_reversible=False,
        starts_on=SINCE,
        has_exceptions=has_exceptions,
        fares=tuple(
            FlowFare(TicketCode(one), price_p, RestrictionCode(restriction))
            for one, price_p in fares.items()
        ),
    )


def barring(
    name: str = PEAK,
    *,
    at: At = At.DEPARTURE,
    crs: str | None = None,
    until_min: int = 569,
    is_minimum_fare: bool = False,
) -> Restriction:
    """Return a restriction that bars a time from 04:30 on, or brings a minimum fare."""
    time = TimeBand(
        direction=Direction.OUTWARD,
        at=at,
        from_min=270,
        to_min=until_min,
        crs=None if crs is None else Crs(crs),
        is_minimum_fare=is_minimum_fare,
    )
    return Restriction(
        code=RestrictionCode(name), name=name, text_out="", text_return="", times=(time,)
    )


def of_card(
    restriction: str, *, origin: str | None = None, is_ban: bool = False
) -> RailcardRestriction:
    """Return a restriction that `CARD` brings."""
    return RailcardRestriction(
        railcard=CARD,
        ticket=TicketCode(""),
        route=RouteCode(""),
        origin=None if origin is None else Crs(origin),
        restriction=RestrictionCode(restriction),
        is_ban=is_ban,
    )


def route(name: str, *, included: Iterable[str] = (), excluded: Iterable[str] = ()) -> Route:
    """Return a route by its code."""
    return Route(
        code=RouteCode(name),
        name=f"ROUTE {name}",
        starts_on=SINCE,
        ends_on=OPEN,
        quote_on=SINCE,
        included=tuple(Crs(crs) for crs in included),
        excluded=tuple(Crs(crs) for crs in excluded),
    )


TICKETS = (
    ticket("SDS"),
    ticket("CDS", name="OFF-PEAK S"),
    ticket("ADV", name="ADVANCE S"),
    ticket("SDR", is_return=True),
    ticket("NDS", category="07"),
    ticket("FDS", first=True),
)


def office_rules(
    pricing: RuleBook | None = None,
    *,
    tickets: Iterable[TicketType] = TICKETS,
    restrictions: Iterable[Restriction] = (),
    of_cards: Iterable[RailcardRestriction] = (),
    routes: Iterable[Route] = (),
) -> RuleBook:
    """Return rules of the stations, with `pricing_rules` where *pricing* says nothing else."""
    held = RestrictionSet(
        first_day=SINCE,
        last_day=OPEN,
        restrictions={one.code: one for one in (*restrictions, barring())},
        railcards=tuple(of_cards),
    )
    return replace(
        pricing or pricing_rules(),
        locations={crs: (_location(crs),) for crs in STATIONS},
        tickets=grouped(tickets, lambda one: one.code),
        routes=grouped(routes, lambda one: one.code),
        restriction_sets=(held,),
    )


def _location(crs: Crs) -> FareLocation:
    return FareLocation(
        code=code(crs),
        crs=crs,
        name=crs,
        group=code(crs),
        starts_on=SINCE,
        ends_on=OPEN,
        quote_on=SINCE,
    )


def trip(*rides: str, leaves_min: int = SIX_MIN, day: date = DAY) -> Trip:
    """Return a trip whose rides are given by their calls' letters: `trip("ABC", "CD")`."""
    legs: list[TripLeg] = []
    minute = leaves_min
    for number, ride in enumerate(rides):
        legs.append(_leg(ride, f"C{number:05}", minute))
        minute += STEP_MIN * len(ride)
    return Trip(day=day, legs=tuple(legs))


def _leg(calls: str, uid: str, leaves_min: int) -> TripLeg:
    return TripLeg(
        calls=tuple(
            TripCall(
                crs=Crs(3 * letter),
                arrival_min=leaves_min + STEP_MIN * index - 1 if index else None,
                departure_min=leaves_min + STEP_MIN * index if index < len(calls) - 1 else None,
            )
            for index, letter in enumerate(calls)
        ),
        uid=TrainUid(uid),
        toc=TocCode("ZY"),
    )


def office(
    out: Trip,
    rules: RuleBook | None = None,
    *,
    back: Trip | None = None,
    party: Party = ONE,
    card: RailcardCode = NO_RAILCARD,
    ticket_class: TicketClass | None = None,
    sold_on: date = DAY,
) -> TicketOffice:
    """Return the office for a trip, at noon of the day of sale."""
    return TicketOffice(
        rules=rules or office_rules(),
        out=out,
        back=back,
        party=party,
        railcard=card,
        ticket_class=ticket_class,
        sold_at=datetime(sold_on.year, sold_on.month, sold_on.day, 12, tzinfo=LONDON),
        rounding=Rounding.DOWN,
    )


def compared(at: TicketOffice, records: Sequence[FareRecord]) -> Comparison:
    """Return the fares that the office finds in *records*."""
    return at.compare(at.price_list(records))
