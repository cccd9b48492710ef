"""What tickets between two stations cost at least, whatever else decides about them on a trip."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from operator import itemgetter
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from railfair.domain.codes import Crs, FareCode, RestrictionCode, TicketCode
from railfair.domain.fares.discount import NOTHING, least_each_p
from railfair.domain.fares.flow import NO_FARE_P, Flow, FlowFare
from railfair.domain.fares.kernel import NO_WAY
from railfair.domain.fares.lookup import DUMMY_P, ListedFare, PriceList
from railfair.domain.fares.tariff import Tariff
from railfair.domain.fares.ticket import TicketType
from railfair.domain.fares.till import Floor

NO_PRICES: Final = frozenset({NO_FARE_P, DUMMY_P})

type FareKind = tuple[TicketCode, RestrictionCode]
type Ladder = tuple[tuple[int, FareKind], ...]
"""The least that each of some fares can cost, lowest first."""


type Barred = Mapping[FareKind, bool]
"""Whether fares of a kind are barred."""


class Span(NamedTuple):
    """Some of several origins and destinations, and what is barred between all of these."""

    origins: slice
    destinations: slice
    barred: Barred


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
        self._matrices: _Matrices | None = None

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

    def least_p(
        self, origins: Sequence[Crs], destinations: Sequence[Crs], spans: Iterable[Span]
    ) -> NDArray[np.int64]:
        """Return what tickets cost at least from each of *origins* to each of *destinations*.

        That is the lowest of all their `ladders`, or `NO_WAY`, of fares that are not barred there.
        Outside of all *spans* it is `NO_WAY` as well.
        """
        if self._matrices is None:
            self._matrices = _Matrices(self._prices.flows(), self._floors)
        begins = [self._tariff.codes(crs) for crs in origins]
        ends = [self._tariff.codes(crs) for crs in destinations]
        rows, columns = self._matrices.numbers(begins), self._matrices.numbers(ends)
        found = np.full((len(origins), len(destinations)), NO_WAY, np.int64)
        overridden = [
            {end for code in codes for end in self._overridden_from(code)} for codes in begins
        ]
        for span in spans:
            from_first, to_first = span.origins.start, span.destinations.start
            found[span.origins, span.destinations] = self._matrices.least_p(
                rows[span.origins], columns[span.destinations], span.barred
            )
            for start, others in enumerate(overridden[span.origins], from_first):
                for end, codes in enumerate(ends[span.destinations] if others else (), to_first):
                    if not others.isdisjoint(codes):
                        ladders = self.ladders(origins[start], destinations[end])
                        found[start, end] = _lowest(ladders, span.barred)
        return found

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
                return [tuple((hope.least_p, hope.kind) for hope in hopes)] if hopes else []
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


def _lowest(ladders: Iterable[Ladder], barred: Barred) -> int:
    """Return the lowest rung that is not *barred*, or `NO_WAY`."""
    rungs = (rung for ladder in ladders for rung in ladder)
    return min((least_p for least_p, kind in rungs if not barred[kind]), default=NO_WAY)


class _Matrices:
    """What *flows* between codes cost at least, by which kinds of fares do not count."""

    def __init__(
        self,
        flows: Iterable[tuple[FareCode, FareCode, int, Flow]],
        floors: Mapping[TicketCode, Floor | None],
    ) -> None:
        # Number 0 is for codes without flows, and fills up stations that have fewer than others.
        numbers: defaultdict[FareCode, int] = defaultdict(lambda: len(numbers) + 1)
        ways: list[tuple[int, int, int]] = []
        fares: list[FlowFare] = []
        begin: dict[int, int] = {}
        sizes: list[int] = []
        for origin, destination, place, flow in flows:
            if place not in begin:
                begin[place] = len(fares)
                fares += flow.fares
            ways.append((numbers[origin], numbers[destination], begin[place]))
            sizes.append(len(flow.fares))
        of_fares = [(ticket, restriction) for ticket, _, restriction in fares]
        self._kinds = {kind: number for number, kind in enumerate(dict.fromkeys(of_fares))}
        held = [floors[ticket] for ticket, _ in self._kinds]
        kind = np.array(list(map(self._kinds.__getitem__, of_fares)), np.intp)
        price = np.array([fare_p for _, fare_p, _ in fares], np.int64)
        least_p = least_each_p(price, [NOTHING if one is None else one for one in held], kind)
        is_none = np.array([one is None for one in held], bool)[kind]
        is_none |= np.isin(price, list(NO_PRICES))
        origin_of, destination_of, first = np.array(ways, np.intp).reshape(len(ways), 3).T
        way = np.repeat(np.arange(len(ways)), sizes)
        # Where the fares of a way stand, less how many those of all before it are.
        shift = first - np.concatenate([[0], np.cumsum(sizes, dtype=np.intp)])[:-1]
        fare = shift[way] + np.arange(len(way))
        is_fare = ~is_none[fare]
        fare, way = fare[is_fare], way[is_fare]
        # The dearest first: of what is put at one place the last counts.
        order = np.argsort(-least_p[fare], kind="stable")
        fare, way = fare[order], way[order]
        self._ends = origin_of[way], destination_of[way]
        self._least_p, self._kind = least_p[fare], kind[fare]
        self._numbers = dict(numbers)
        self._matrices: dict[tuple[bool, ...], NDArray[np.int64]] = {}

    def numbers(self, stations: Sequence[Collection[FareCode]]) -> NDArray[np.intp]:
        """Return the numbers of the codes of each of *stations*, filled up with 0."""
        most = max(map(len, stations))
        number = self._numbers
        rows = [
            [*(number.get(code, 0) for code in codes), *[0] * (most - len(codes))]
            for codes in stations
        ]
        return np.array(rows, np.intp).reshape(len(stations), most)

    def least_p(
        self, origins: NDArray[np.intp], destinations: NDArray[np.intp], barred: Barred
    ) -> NDArray[np.int64]:
        """Return it for stations, each given by its numbers: the least of all between them."""
        counts = tuple(not barred[kind] for kind in self._kinds)
        matrix = self._matrices.get(counts)
        if matrix is None:
            matrix = self._matrices[counts] = self._of(counts)
        by_code = matrix[origins].min(axis=1)
        return np.asarray(by_code[:, destinations].min(axis=2))

    def _of(self, counts: tuple[bool, ...]) -> NDArray[np.int64]:
        """Return the least by number of codes, of the kinds that count."""
        size = len(self._numbers) + 1
        matrix = np.full((size, size), NO_WAY, np.int64)
        is_taken = np.array(counts, bool)[self._kind]
        origin, destination = (of[is_taken] for of in self._ends)
        matrix[origin, destination] = self._least_p[is_taken]
        return matrix
