"""What tickets between two stations cost at least, whatever else decides about them on a trip."""

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Final, NamedTuple

from railfair.domain.codes import Crs, FareCode, RestrictionCode, TicketCode
from railfair.domain.fares.flow import NO_FARE_P, Flow
from railfair.domain.fares.lookup import DUMMY_P, ListedFare, PriceList
from railfair.domain.fares.tariff import Tariff
from railfair.domain.fares.ticket import TicketType

NO_PRICES: Final = frozenset({NO_FARE_P, DUMMY_P})

type FareKind = tuple[TicketCode, RestrictionCode]
type Ladder = tuple[tuple[int, FareKind], ...]
"""The least that each of some fares can cost, lowest first."""


class Hope(NamedTuple):
    """A fare between two stations, with the least that it can cost on any trip."""

    least_p: int
    fare: ListedFare
    ticket: TicketType

    @property
    def kind(self) -> FareKind:
        """What of it decides when it is good and until when it is sold."""
        return self.fare.ticket, self.fare.restriction


class Hopes:
    """By a *tariff* and its *prices*, between *stations*: each pair is looked up once."""

    def __init__(self, tariff: Tariff, prices: PriceList, stations: Iterable[Crs]) -> None:
        self._tariff = tariff
        self._prices = prices
        self._hopes: dict[tuple[Crs, Crs], list[Hope]] = {}
        self._ladders: dict[Crs, dict[Crs, list[Ladder]]] = {}
        self._of_flows: dict[int, Ladder] = {}
        self._members: dict[FareCode, list[Crs]] = {}
        for crs in dict.fromkeys(stations):
            for code in tariff.codes(crs):
                self._members.setdefault(code, []).append(crs)

    def between(self, origin: Crs, destination: Crs) -> list[Hope]:
        """Return the fares that are wanted, lowest hope first."""
        pair = origin, destination
        if pair not in self._hopes:
            self._hopes[pair] = self._between(origin, destination)
        return self._hopes[pair]

    def ladders(self, origin: Crs) -> Mapping[Crs, list[Ladder]]:
        """Return by destination what tickets from *origin* cost at least, quickly found.

        Less exact than `between`: prices of less special codes count like those that replace them.
        """
        if origin not in self._ladders:
            self._ladders[origin] = self._ladders_from(origin)
        return self._ladders[origin]

    def _between(self, origin: Crs, destination: Crs) -> list[Hope]:
        hopes: list[Hope] = []
        codes = self._tariff.codes(origin), self._tariff.codes(destination)
        for fare in self._prices.between(*codes).fares:
            ticket = self._tariff.wanted(fare.ticket)
            least_p = None if ticket is None else self._tariff.least_p(fare, ticket)
            if ticket is not None and least_p is not None:
                hopes.append(Hope(least_p, fare, ticket))
        hopes.sort(key=itemgetter(0))
        return hopes

    def _ladders_from(self, origin: Crs) -> dict[Crs, list[Ladder]]:
        """Return the ladders from *origin*: of flows, or of looked-up fares where overrides are."""
        ladders: dict[Crs, list[Ladder]] = {}
        overridden: set[FareCode] = set()
        for code in self._tariff.codes(origin):
            overridden |= self._prices.overridden_from(code)
            for destination, flows in self._prices.flows_from(code).items():
                of_flows = [self._of_flow(place, flow) for place, flow in flows]
                for crs in self._members.get(destination, ()):
                    ladders.setdefault(crs, []).extend(of_flows)
        for crs in {crs for code in overridden for crs in self._members.get(code, ())}:
            hopes = self.between(origin, crs)
            ladders[crs] = [tuple((hope.least_p, hope.kind) for hope in hopes)]
        return ladders

    def _of_flow(self, place: int, flow: Flow) -> Ladder:
        if place not in self._of_flows:
            rungs = (
                (floor.least_p(fare_p), (ticket, restriction))
                for ticket, fare_p, restriction in flow.fares
                if fare_p not in NO_PRICES and (floor := self._tariff.floor(ticket)) is not None
            )
            self._of_flows[place] = tuple(sorted(rungs))
        return self._of_flows[place]
