"""The ticket office: tests every fare of a trip on its times, its route and the party.

Made once for a question, then asked for the whole trip and for its parts.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Final

from railfair.domain.codes import Crs, FareCode, RailcardCode, TicketCode
from railfair.domain.fares.comparison import (
    Comparison,
    OfferedFare,
    RejectedFare,
    Split,
    SplitTicket,
)
from railfair.domain.fares.dated import in_force, on_sale
from railfair.domain.fares.flow import FareRecord
from railfair.domain.fares.lookup import Levels, ListedFare, PriceList, UnlistedFare
from railfair.domain.fares.reason import Reason
from railfair.domain.fares.route import Route
from railfair.domain.fares.rulebook import RuleBook
from railfair.domain.fares.split import cheapest_chain
from railfair.domain.fares.ticket import TicketClass, TicketType
from railfair.domain.fares.till import (
    NO_EXCEPTIONS,
    STANDARD,
    Exceptions,
    Party,
    PartyPrice,
    Rounding,
    Till,
)
from railfair.domain.fares.trial import Findings, Trial
from railfair.domain.fares.trip import Trip, part

NOT_ON_SALE: Final = Reason(
    code="ticket-not-on-sale", text="the feed has no such ticket for travel on that day"
)


type _Call = tuple[int, int]
"""A leg of a trip and a call of that leg, by number."""


class TicketOffice:
    """Sells the fares of the trip *out*, and *back* if it is a round trip.

    *ticket_class* `None` is any class. Fares are those of the ticket's day; they are sold at
    *sold_at*, or on the day of travel if that is past.
    """

    def __init__(
        self,
        *,
        rules: RuleBook,
        out: Trip,
        back: Trip | None,
        party: Party,
        railcard: RailcardCode,
        ticket_class: TicketClass | None,
        sold_at: datetime,
        rounding: Rounding,
    ) -> None:
        self._rules = rules
        self._out = out
        self._back = back
        self._class = ticket_class
        self._sold_at = sold_at
        self._day = out.ticket_day
        self._sold_on = min(sold_at.date(), self._day)
        self._levels: dict[Crs, Levels] = {}
        self._tickets: dict[TicketCode, TicketType | None] = {}
        self._till = Till(
            rules,
            day=self._day,
            sold_on=self._sold_on,
            party=party,
            railcard=railcard,
            rounding=rounding,
        )

    @property
    def notes(self) -> tuple[Reason, ...]:
        """What to know of all fares: why the railcard is of no use to the party."""
        return () if self._till.refusal is None else (self._till.refusal,)

    def codes_of_ends(self) -> tuple[Sequence[FareCode], Sequence[FareCode]]:
        """Return the codes of the trip's origin and those of its destination."""
        return tuple(self._codes(self._out.origin)), tuple(self._codes(self._out.destination))

    def codes_along(self) -> Sequence[FareCode]:
        """Return the codes of every station on the way out."""
        return tuple({code: None for crs in self._out.stations() for code in self._codes(crs)})

    def price_list(self, records: Iterable[FareRecord]) -> PriceList:
        """Return those of *records* that hold on the day."""
        return PriceList(records, day=self._day, sold_on=self._sold_on)

    def compare(self, prices: PriceList) -> Comparison:
        """Return all fares of the trip, those that are good on it cheapest first."""
        listing = prices.between(self._codes(self._out.origin), self._codes(self._out.destination))
        trial = self._trial(self._out, self._back)
        offers: list[OfferedFare] = []
        rejected: list[RejectedFare] = []
        unlisted = list(listing.unlisted)
        for fare in listing.fares:
            ticket, route = self._ticket(fare.ticket), self._route(fare)
            if ticket is None:
                one = UnlistedFare(route=fare.route, ticket=fare.ticket, reason=NOT_ON_SALE)
                unlisted.append(one)
            elif self._class in {None, ticket.ticket_class}:
                judged = self._judged(fare, ticket, route, trial, prices)
                if isinstance(judged, OfferedFare):
                    offers.append(judged)
                else:
                    rejected.append(judged)
        offers.sort(key=_by_price)
        return Comparison(offers=tuple(offers), rejected=tuple(rejected), unlisted=tuple(unlisted))

    def split(self, prices: PriceList) -> Split | None:
        """Return the cheapest chain of tickets for the way out, if it is cheaper than any through.

        Tickets end where a train of the trip calls, whose calls all have to be known.
        """
        points = _points(self._out)

        def ticket_for(start: int, end: int) -> SplitTicket | None:
            trip = part(self._out, points[start][1], points[end][0])
            offer = self._cheapest(trip, prices)
            if offer is None:
                return None
            return SplitTicket(origin=trip.origin, destination=trip.destination, offer=offer)

        chain = cheapest_chain(len(points), ticket_for)
        if chain is None or len(chain) == 1:
            return None
        tickets = tuple(ticket for _, _, ticket in chain)
        through = self._cheapest(self._out, prices)
        total_p = sum(ticket.total_p for ticket in tickets)
        saving_p = None if through is None else through.total_p - total_p
        return Split(tickets=tickets, saving_p=saving_p)

    def _cheapest(self, trip: Trip, prices: PriceList) -> OfferedFare | None:
        """Return the cheapest fare that is good one way on *trip*.

        Prices come before trials, which take longer: what costs more even if nothing on the trip
        bars the railcard or brings a minimum fare is not tried once a cheaper fare is good.
        """
        hopes = self._hopes(trip, prices)
        if not hopes:
            return None
        trial = self._trial(trip, None)
        best: OfferedFare | None = None
        for least_p, fare, ticket in hopes:
            if best is not None and best.total_p < least_p:
                break
            judged = self._judged(fare, ticket, self._route(fare), trial, prices)
            if isinstance(judged, OfferedFare) and (
                best is None or _by_price(judged) < _by_price(best)
            ):
                best = judged
        return best

    def _hopes(self, trip: Trip, prices: PriceList) -> list[tuple[int, ListedFare, TicketType]]:
        """Return the fares of *trip* with the least that each can cost there, lowest first."""
        hopes: list[tuple[int, ListedFare, TicketType]] = []
        for fare in prices.between(self._codes(trip.origin), self._codes(trip.destination)).fares:
            ticket = self._ticket(fare.ticket)
            if ticket is None or self._class not in {None, ticket.ticket_class}:
                continue
            exceptions = self._exceptions(fare, trip, prices)
            price = self._till.price(fare, ticket, exceptions=exceptions)
            if isinstance(price, PartyPrice):
                hopes.append((price.total_p, fare, ticket))
        hopes.sort(key=itemgetter(0))
        return hopes

    def _judged(
        self,
        fare: ListedFare,
        ticket: TicketType,
        route: Route,
        trial: Trial,
        prices: PriceList,
    ) -> OfferedFare | RejectedFare:
        findings = trial.findings(fare, ticket, route)
        price = self._price(fare, ticket, findings, trial, prices)
        total_p, no_price = (price.total_p, ()) if isinstance(price, PartyPrice) else (None, price)
        if not isinstance(price, PartyPrice) or findings.reasons:
            return RejectedFare(
                ticket=ticket,
                route=route,
                adult_fare_p=fare.adult_p,
                total_p=total_p,
                reasons=(*findings.reasons, *no_price),
            )
        return OfferedFare(
            ticket=ticket,
            route=route,
            adult_fare_p=fare.adult_p,
            total_p=price.total_p,
            undiscounted_total_p=price.undiscounted_total_p,
            railcard=self._till.card if price.is_discounted else None,
            restriction=self._rules.restriction(fare.restriction, self._day),
            validity=trial.validity(ticket),
            is_checked=findings.is_checked,
            notes=(*findings.notes, *price.notes),
        )

    def _price(
        self,
        fare: ListedFare,
        ticket: TicketType,
        findings: Findings,
        trial: Trial,
        prices: PriceList,
    ) -> PartyPrice | tuple[Reason, ...]:
        return self._till.price(
            fare,
            ticket,
            is_card_good=findings.is_card_good,
            is_minimum_fare=findings.is_minimum_fare,
            exceptions=self._exceptions(fare, trial.out, prices),
        )

    def _exceptions(self, fare: ListedFare, trip: Trip, prices: PriceList) -> Exceptions:
        if not fare.has_exceptions:
            return NO_EXCEPTIONS
        ends = self._codes(trip.origin), self._codes(trip.destination)
        plain = prices.exception(*ends, fare, None)
        card = self._till.card
        with_card = None if card is None else prices.exception(*ends, fare, card.code)
        return Exceptions(
            child=STANDARD if plain is None else plain.child,
            adult_with_card=STANDARD if with_card is None else with_card.adult,
            child_with_card=STANDARD if with_card is None else with_card.child,
        )

    def _trial(self, out: Trip, back: Trip | None) -> Trial:
        return Trial(
            self._rules,
            out=out,
            back=back,
            card=self._till.card,
            sold_at=self._sold_at,
        )

    def _codes(self, crs: Crs) -> Levels:
        if crs not in self._levels:
            self._levels[crs] = self._rules.codes(crs, day=self._day, sold_on=self._sold_on)
        return self._levels[crs]

    def _ticket(self, code: TicketCode) -> TicketType | None:
        if code not in self._tickets:
            types = self._rules.tickets.get(code, ())
            self._tickets[code] = on_sale(types, self._day, self._sold_on)
        return self._tickets[code]

    def _route(self, fare: ListedFare) -> Route:
        """Return the route of a fare; one that the feed does not describe is its code."""
        route = in_force(self._rules.routes.get(fare.route, ()), self._day)
        if route is not None:
            return route
        return Route(
            code=fare.route,
            name=fare.route,
            starts_on=self._day,
            ends_on=self._day,
            quote_on=self._day,
        )


def _by_price(offer: OfferedFare) -> tuple[int, bool, bool, str, str]:
    """Sort by price; of equal ones first what is sure and what is checked, then by code."""
    return (
        offer.total_p,
        offer.is_quota,
        not offer.is_checked,
        offer.ticket.code,
        offer.route.code,
    )


def _points(trip: Trip) -> list[tuple[_Call, _Call]]:
    """Return where tickets may end and begin: for each, the call reached and the call left from.

    They differ where the passenger changes or walks; a walk between two stations needs no ticket.
    """
    points: list[tuple[_Call, _Call]] = []
    for number, leg in enumerate(trip.legs):
        calls = [(number, index) for index in range(len(leg.calls))]
        if points:
            points[-1] = points[-1][0], calls.pop(0)
        points += [(call, call) for call in calls]
    return points
