"""What the tickets of one day cost one party: everything that does not depend on the trip.

Trips for the same day share a tariff, so that it looks up codes, tickets and discounts only once.
"""

from collections.abc import Hashable, Iterable
from datetime import date, datetime

from railfair.domain.codes import (
    Crs,
    FareCode,
    RailcardCode,
    RestrictionCode,
    RouteCode,
    TicketCode,
    TocCode,
)
from railfair.domain.fares.comparison import OfferedFare, RejectedFare
from railfair.domain.fares.conditions import Booking, closed_since
from railfair.domain.fares.dated import in_force, on_sale
from railfair.domain.fares.flow import FareRecord
from railfair.domain.fares.lookup import Levels, ListedFare, PriceList
from railfair.domain.fares.reason import Reason
from railfair.domain.fares.restriction import Restriction
from railfair.domain.fares.route import Route
from railfair.domain.fares.rulebook import RuleBook
from railfair.domain.fares.ticket import AdvancePurchase, TicketClass, TicketType
from railfair.domain.fares.till import (
    NO_EXCEPTIONS,
    STANDARD,
    Exceptions,
    Floor,
    Party,
    PartyPrice,
    Rounding,
    Till,
)
from railfair.domain.fares.trial import Findings, Trial
from railfair.domain.fares.trip import Trip


class Tariff:
    """The fares of the ticket's *day* for a party; *ticket_class* `None` is any class.

    They are sold at *sold_at*, or on the day of travel if that is past.
    """

    def __init__(
        self,
        rules: RuleBook,
        *,
        day: date,
        party: Party,
        railcard: RailcardCode,
        ticket_class: TicketClass | None,
        sold_at: datetime,
        rounding: Rounding,
    ) -> None:
        self._rules = rules
        self._day = day
        self._class = ticket_class
        self._sold_at = sold_at
        self._sold_on = min(sold_at.date(), day)
        self._levels: dict[Crs, Levels] = {}
        self._tickets: dict[TicketCode, TicketType | None] = {}
        self._floors: dict[TicketCode, Floor | None] = {}
        self._routes: dict[RouteCode, Route] = {}
        self._sales: dict[TicketCode, tuple[frozenset[TocCode], bool]] = {}
        self._closed: dict[tuple[TicketCode, RestrictionCode, Hashable], bool] = {}
        self._till = Till(
            rules,
            day=day,
            sold_on=self._sold_on,
            party=party,
            railcard=railcard,
            rounding=rounding,
        )

    @property
    def refusal(self) -> Reason | None:
        """Why the railcard is of no use to the party, if it is not."""
        return self._till.refusal

    def price_list(self, records: Iterable[FareRecord]) -> PriceList:
        """Return those of *records* that hold on the day."""
        return PriceList(records, day=self._day, sold_on=self._sold_on)

    def codes(self, crs: Crs) -> Levels:
        """Return the codes of a station, with how special they are."""
        if crs not in self._levels:
            self._levels[crs] = self._rules.codes(crs, day=self._day, sold_on=self._sold_on)
        return self._levels[crs]

    def codes_of(self, stations: Iterable[Crs]) -> tuple[FareCode, ...]:
        """Return the codes of *stations*, each once."""
        return tuple({code: None for crs in stations for code in self.codes(crs)})

    def ticket(self, code: TicketCode) -> TicketType | None:
        """Return the ticket type *code* if it is sold for the day, of whatever class."""
        if code not in self._tickets:
            types = self._rules.tickets.get(code, ())
            self._tickets[code] = on_sale(types, self._day, self._sold_on)
        return self._tickets[code]

    def wanted(self, code: TicketCode) -> TicketType | None:
        """Return the ticket type *code* if it is sold for the day and of the class asked for."""
        ticket = self.ticket(code)
        return ticket if ticket is not None and self.is_wanted(ticket) else None

    def is_wanted(self, ticket: TicketType) -> bool:
        """Whether a ticket is of the class asked for."""
        return self._class in {None, ticket.ticket_class}

    def route(self, fare: ListedFare) -> Route:
        """Return the route of a fare; one that the feed does not describe is its code."""
        code = fare.route
        if code not in self._routes:
            route = in_force(self._rules.routes.get(code, ()), self._day)
            self._routes[code] = self._unknown_route(code) if route is None else route
        return self._routes[code]

    def floor(self, code: TicketCode) -> Floor | None:
        """Return a line below which the party's price of a flow does not go on any trip.

        `None` if the ticket is not wanted, or not for such a party.
        """
        if code not in self._floors:
            ticket = self.wanted(code)
            self._floors[code] = None if ticket is None else self._till.floor(ticket)
        return self._floors[code]

    def least_p(self, fare: ListedFare, ticket: TicketType) -> int | None:
        """Return what the party pays at least for a fare on any trip, `None` if it cannot have it.

        *ticket* is a wanted one.
        """
        if fare.adult_p is not None and not fare.is_override and not fare.card_prices:
            floor = self.floor(ticket.code)
            return None if floor is None else floor.least_p(fare.adult_p)
        price = self._till.price(fare, ticket)
        return price.total_p if isinstance(price, PartyPrice) else None

    def restriction(self, code: RestrictionCode, day: date) -> Restriction | None:
        """Return the restriction *code* as it is on *day*, or `None`."""
        return self._rules.restriction(code, day)

    def is_closed(self, ticket: TicketCode, restriction: RestrictionCode, booked: Booking) -> bool:
        """Whether it is too late to buy a ticket, with that restriction, for such a trip."""
        records = self._rules.advance_purchases.get(ticket)
        if not records:
            return False
        key = ticket, restriction, self._deciding(ticket, records, booked)
        if key not in self._closed:
            since = closed_since(
                records, restriction=restriction, booked=booked, sold_at=self._sold_at
            )
            self._closed[key] = since is not None
        return self._closed[key]

    def _deciding(
        self, ticket: TicketCode, records: Iterable[AdvancePurchase], booked: Booking
    ) -> Hashable:
        """Return what of a trip makes a difference to the *records* of a ticket."""
        if ticket not in self._sales:
            tocs = frozenset(one.toc for one in records)
            self._sales[ticket] = tocs, any(one.is_by_the_hour for one in records)
        tocs, is_by_the_hour = self._sales[ticket]
        theirs = booked.tocs & tocs
        return (*booked[:3], theirs) if is_by_the_hour else (booked.ticket_day, theirs)

    def trial(self, out: Trip, back: Trip | None) -> Trial:
        """Return what tests fares on the trip *out*, and *back* if it is a round trip."""
        return Trial(self._rules, out=out, back=back, card=self._till.card, sold_at=self._sold_at)

    def judged(
        self, fare: ListedFare, ticket: TicketType, trial: Trial, prices: PriceList
    ) -> OfferedFare | RejectedFare:
        """Return a fare with what the party pays for it, or why it is not good on the trip."""
        route = self.route(fare)
        findings = trial.findings(fare, ticket, route)
        price = self._price(fare, ticket, findings, trial.out, prices)
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
        trip: Trip,
        prices: PriceList,
    ) -> PartyPrice | tuple[Reason, ...]:
        return self._till.price(
            fare,
            ticket,
            is_card_good=findings.is_card_good,
            is_minimum_fare=findings.is_minimum_fare,
            exceptions=self._exceptions(fare, trip, prices),
        )

    def _exceptions(self, fare: ListedFare, trip: Trip, prices: PriceList) -> Exceptions:
        if not fare.has_exceptions:
            return NO_EXCEPTIONS
        ends = self.codes(trip.origin), self.codes(trip.destination)
        plain = prices.exception(*ends, fare, None)
        card = self._till.card
        with_card = None if card is None else prices.exception(*ends, fare, card.code)
        return Exceptions(
            child=STANDARD if plain is None else plain.child,
            adult_with_card=STANDARD if with_card is None else with_card.adult,
            child_with_card=STANDARD if with_card is None else with_card.child,
        )

    def _unknown_route(self, code: RouteCode) -> Route:
        return Route(
            code=code, name=code, starts_on=self._day, ends_on=self._day, quote_on=self._day
        )


def by_price(offer: OfferedFare) -> tuple[int, bool, bool, str, str]:
    """Sort by price; of equal ones first what is sure and what is checked, then by code."""
    return (
        offer.total_p,
        offer.is_quota,
        not offer.is_checked,
        offer.ticket.code,
        offer.route.code,
    )
