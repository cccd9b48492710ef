"""The ticket office: tests every fare of a trip on its times, its route and the party.

Made once for a question, then asked for the whole trip and for its parts.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from railfair.domain.codes import FareCode, RailcardCode
from railfair.domain.fares.cheapest import CheapestFares
from railfair.domain.fares.comparison import Comparison, OfferedFare, RejectedFare, Split
from railfair.domain.fares.flow import FareRecord
from railfair.domain.fares.lookup import PriceList, UnlistedFare
from railfair.domain.fares.reason import Reason
from railfair.domain.fares.rulebook import RuleBook
from railfair.domain.fares.tariff import Tariff, by_price
from railfair.domain.fares.ticket import TicketClass
from railfair.domain.fares.till import Party, Rounding
from railfair.domain.fares.trip import Trip

NOT_ON_SALE: Final = Reason(
    code="ticket-not-on-sale", text="the feed has no such ticket for travel on that day"
)


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
        self._out = out
        self._back = back
        self._tariff = Tariff(
            rules,
            day=out.ticket_day,
            party=party,
            railcard=railcard,
            ticket_class=ticket_class,
            sold_at=sold_at,
            rounding=rounding,
        )

    @property
    def notes(self) -> tuple[Reason, ...]:
        """What to know of all fares: why the railcard is of no use to the party."""
        return () if self._tariff.refusal is None else (self._tariff.refusal,)

    def codes_of_ends(self) -> tuple[Sequence[FareCode], Sequence[FareCode]]:
        """Return the codes of the trip's origin and those of its destination."""
        origin, destination = self._out.origin, self._out.destination
        return tuple(self._tariff.codes(origin)), tuple(self._tariff.codes(destination))

    def codes_along(self) -> Sequence[FareCode]:
        """Return the codes of every station on the way out."""
        return self._tariff.codes_of(self._out.stations())

    def price_list(self, records: Iterable[FareRecord]) -> PriceList:
        """Return those of *records* that hold on the day."""
        return self._tariff.price_list(records)

    def compare(self, prices: PriceList) -> Comparison:
        """Return all fares of the trip, those that are good on it cheapest first."""
        tariff = self._tariff
        ends = tariff.codes(self._out.origin), tariff.codes(self._out.destination)
        listing = prices.between(*ends)
        trial = tariff.trial(self._out, self._back)
        offers: list[OfferedFare] = []
        rejected: list[RejectedFare] = []
        unlisted = list(listing.unlisted)
        for fare in listing.fares:
            ticket = tariff.ticket(fare.ticket)
            if ticket is None:
                one = UnlistedFare(route=fare.route, ticket=fare.ticket, reason=NOT_ON_SALE)
                unlisted.append(one)
            elif tariff.is_wanted(ticket):
                judged = tariff.judged(fare, ticket, trial, prices)
                if isinstance(judged, OfferedFare):
                    offers.append(judged)
                else:
                    rejected.append(judged)
        offers.sort(key=by_price)
        return Comparison(offers=tuple(offers), rejected=tuple(rejected), unlisted=tuple(unlisted))

    def split(self, prices: PriceList) -> Split | None:
        """Return the cheapest chain of tickets for the way out, if it is cheaper than any through.

        Tickets end where a train of the trip calls, whose calls all have to be known.
        """
        cheapest = CheapestFares(self._tariff, prices)
        return cheapest.split(self._out, cheapest.through(self._out))
