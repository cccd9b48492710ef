"""What tickets between two stations cost at least, whatever else decides about them on a trip."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from operator import itemgetter
from typing import Final, NamedTuple

from railfair.domain.codes import Crs, FareCode, RestrictionCode, TicketCode
from railfair.domain.fares.flow import NO_FARE_P, Flow
from railfair.domain.fares.lookup import DUMMY_P, ListedFare, PriceList
from railfair.domain.fares.tariff import Tariff
from railfair.domain.fares.ticket import TicketType
from railfair.domain.fares.till import Floor

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


class _Floors(dict[TicketCode, Floor | None]):
    """The floors of tickets, each looked up once."""

    def __init__(self, tariff: Tariff) -> None:
        super().__init__()
        self._tariff = tariff

    def __missing__(self, ticket: TicketCode) -> Floor | None:
        self[ticket] = floor = self._tariff.floor(ticket)
        return floor


class Hopes:
    """By a *tariff* and its *prices*: each pair of stations is looked up once."""

    def __init__(self, tariff: Tariff, prices: PriceList) -> None:
        self._tariff = tariff
        self._prices = prices
        self._hopes: dict[tuple[Crs, Crs], list[Hope]] = {}
        self._ladders: dict[tuple[Crs, Crs], Sequence[Ladder]] = {}
        self._of_flows: dict[int, Ladder] = {}
        self._floors = _Floors(tariff)
        self._overridden: dict[FareCode, AbstractSet[FareCode]] = {}

    def between(self, origin: Crs, destination: Crs) -> list[Hope]:
        """Return the fares that are wanted, lowest hope first."""
        pair = origin, destination
        if pair not in self._hopes:
            self._hopes[pair] = self._between(origin, destination)
        return self._hopes[pair]

    def ladders(self, origin: Crs, destination: Crs) -> Sequence[Ladder]:
        """Return what tickets between two of the stations cost at least, quickly found.

        Less exact than `between`: prices of less special codes count like those that replace them.
        """
        pair = origin, destination
        if pair not in self._ladders:
            self._ladders[pair] = self._ladders_of(origin, destination)
        return self._ladders[pair]

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

    def _ladders_of(self, origin: Crs, destination: Crs) -> Sequence[Ladder]:
        """Return the ladders of flows, or of looked-up fares where overrides are."""
        ends = self._tariff.codes(destination)
        found: list[Ladder] = []
        for code in self._tariff.codes(origin):
            if not self._overridden_from(code).isdisjoint(ends):
                hopes = self.between(origin, destination)
                return [tuple((hope.least_p, hope.kind) for hope in hopes)]
            flows = self._prices.flows_from(code)
            for end in ends:
                found += [self._of_flow(place, flow) for place, flow in flows.get(end, ())]
        return [ladder for ladder in found if ladder]

    def _overridden_from(self, code: FareCode) -> AbstractSet[FareCode]:
        if code not in self._overridden:
            self._overridden[code] = self._prices.overridden_from(code)
        return self._overridden[code]

    def _of_flow(self, place: int, flow: Flow) -> Ladder:
        ladder = self._of_flows.get(place)
        if ladder is None:
            floors = self._floors
            rungs = [
                (floor.least_p(fare_p), (ticket, restriction))
                for ticket, fare_p, restriction in flow.fares
                if fare_p not in NO_PRICES and (floor := floors[ticket]) is not None
            ]
            rungs.sort()
            ladder = self._of_flows[place] = tuple(rungs)
        return ladder
