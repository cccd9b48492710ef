"""The demo's flows and prices: from distance, operator and chance, never from a real fare.

London flows are stored one way each (their restrictions differ), others reversibly. Distant pairs
of small stations share a cluster's flow, and some of them have a flow of their own above it.
Long-distance operators charge for their market power, so that several through fares are dearer
than tickets that meet half-way.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import hypot
from typing import Final
from zlib import crc32

from railfair.adapters.demo.corridors import OPERATORS
from railfair.adapters.demo.network import Railway
from railfair.adapters.demo.restrictions import restriction_code
from railfair.adapters.demo.stations import Station, by_crs
from railfair.adapters.demo.tickets import CLUSTERS, ROUTED, TICKETS

LONDON_GROUP: Final = "1072"
ANY_PERMITTED: Final = "00000"

_SHORT_KM: Final = 75.0
_CLUSTER_KM: Final = 100.0
_OWN_FLOW_EVERY: Final = 6
_BASE_P, _PER_KM_P, _TAPER = 240.0, 33.0, 0.94
_LONDON_SHARE, _CHANCE_SHARE, _JOINED_POWER = 1.22, 0.16, 1.05
_STEP_P: Final = 10
_LOWEST_P: Final = 150
_NORTH: Final = frozenset({"NW", "YH"})

type TicketFare = tuple[str, int, str]
"""Ticket code, pence, restriction code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FareEnd:
    """One end of flows: a station, a group or a cluster, by its *code*."""

    code: str
    easting_m: float
    northing_m: float
    region: str
    corridors: frozenset[str]
    cluster: str = ""

    @property
    def london(self) -> bool:
        """Tell whether this is the group of London's terminals."""
        return self.code == LONDON_GROUP


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A flow with its fares; *reversible* flows hold with the ends swapped."""

    origin: str
    destination: str
    route_code: str
    reversible: bool
    fare_toc: str
    ns_disc: str
    fares: tuple[TicketFare, ...]


def middle(code: str, members: Iterable[Station], corridors: frozenset[str]) -> FareEnd:
    """Return the end that stands for *members*, placed at their centre."""
    found = tuple(members)
    return FareEnd(
        code=code,
        easting_m=sum(s.easting_m for s in found) / len(found),
        northing_m=sum(s.northing_m for s in found) / len(found),
        region=found[0].region,
        corridors=corridors,
    )


def _noise(one: str, other: str) -> float:
    """Return a factor around 1 that belongs to the pair."""
    low, high = sorted((one, other))
    return 1 + _CHANCE_SHARE * (crc32(f"{low}{high}".encode("ascii")) % 2001 / 1000 - 1)


def anytime_single_p(one: FareEnd, other: FareEnd, *, power: float) -> float:
    """Return the anytime single in pence before rounding."""
    km = distance_km(one, other)
    share = _LONDON_SHARE if (one.london or other.london) and km > _SHORT_KM else 1.0
    usual_p: float = _BASE_P + _PER_KM_P * km**_TAPER * power * share
    return usual_p * _noise(one.code, other.code)


def distance_km(one: FareEnd, other: FareEnd) -> float:
    """Return the straight distance in kilometres."""
    return hypot(one.easting_m - other.easting_m, one.northing_m - other.northing_m) / 1000


def _rounded(price_p: float) -> int:
    return max(_LOWEST_P, round(price_p / _STEP_P) * _STEP_P)


_BY_REACH: Final = {
    reach: tuple(ticket for ticket in TICKETS if ticket.reach == reach)
    for reach in ("short", "long")
}


def ticket_fares(
    one: FareEnd, other: FareEnd, *, single_p: float, route_code: str = ANY_PERMITTED
) -> tuple[TicketFare, ...]:
    """Return the fares from *one* to *other* around the anytime single *single_p*."""
    reach = "short" if distance_km(one, other) < _SHORT_KM else "long"
    north = one.region in _NORTH and other.region in _NORTH
    sold = (t for t in _BY_REACH[reach] if not (t.advance and route_code == "00700"))
    codes = {
        band: restriction_code(band, to_london=other.london, from_london=one.london, north=north)
        for band in ("", "OFF", "SUPER", "DAY", "EVE")
    }
    return tuple((t.code, _rounded(single_p * t.factor), codes[t.restriction]) for t in sold)


class FareBook:
    """Every flow between *stations*, their groups and clusters."""

    def __init__(self, railway: Railway, stations: tuple[Station, ...]) -> None:
        self._railway: Final = railway
        self._stations: Final = by_crs(stations)
        self._corridor_tocs: Final = {
            t.corridor.name: min(
                (OPERATORS[service.toc] for service in t.corridor.services),
                key=lambda operator: -operator.power,
            )
            for t in railway.corridors
        }

    def _corridors_of(self, crs: str) -> frozenset[str]:
        return self._serving.get(crs, frozenset())

    @cached_property
    def _serving(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for timetable in self._railway.corridors:
            for crs in timetable.corridor.crs_codes:
                found.setdefault(crs, set()).add(timetable.corridor.name)
        return {crs: frozenset(names) for crs, names in found.items()}

    def _joined(self, code: str, members: Iterable[str]) -> FareEnd:
        names = tuple(members)
        corridors = frozenset[str]().union(*(self._corridors_of(crs) for crs in names))
        return middle(code, (self._stations[crs] for crs in names), corridors)

    @cached_property
    def ends(self) -> dict[str, FareEnd]:
        """Return stations by CRS and groups by NLC; members of groups have no end of their own."""
        grouped = {crs for group in self._railway.groups for crs in group.members}
        cluster_of = {crs: code for code, members in CLUSTERS.items() for crs in members}
        ends = {group.nlc: self._joined(group.nlc, group.members) for group in self._railway.groups}
        for station in self._stations.values():
            if station.crs in self._serving and station.crs not in grouped:
                ends[station.crs] = FareEnd(
                    code=station.nlc,
                    easting_m=station.easting_m,
                    northing_m=station.northing_m,
                    region=station.region,
                    corridors=self._corridors_of(station.crs),
                    cluster=cluster_of.get(station.crs, ""),
                )
        return ends

    @cached_property
    def clusters(self) -> dict[str, FareEnd]:
        """Return the clusters by code."""
        return {code: self._joined(code, members) for code, members in CLUSTERS.items()}

    def flows(self) -> Iterator[Flow]:
        """Yield every flow between real stations, groups and clusters."""
        seen: set[tuple[str, str]] = set()
        for one, other in combinations(self.ends.values(), 2):
            shared = self._shared_ends(one, other)
            if shared != (one, other):
                key = (shared[0].code, shared[1].code)
                if key not in seen and key[::-1] not in seen:
                    seen.add(key)
                    yield from self.pair_flows(*shared)
            if shared == (one, other) or _has_own_flow(one, other):
                yield from self.pair_flows(one, other)
        yield from self._routed_flows()

    def _shared_ends(self, one: FareEnd, other: FareEnd) -> tuple[FareEnd, FareEnd]:
        """Return the clusters that price a distant pair, or the pair itself."""
        far = distance_km(one, other) > _CLUSTER_KM
        if not far or one.london or other.london or one.cluster == other.cluster:
            return one, other
        return self.clusters.get(one.cluster, one), self.clusters.get(other.cluster, other)

    def _power(self, one: FareEnd, other: FareEnd) -> tuple[float, str]:
        """Return the price level and the fare setter of a pair."""
        shared = sorted(one.corridors & other.corridors)
        if not shared:
            return _JOINED_POWER, "XCR"
        operator = min((self._corridor_tocs[name] for name in shared), key=lambda o: o.power)
        return operator.power, operator.fare_toc

    def pair_flows(self, one: FareEnd, other: FareEnd) -> Iterator[Flow]:
        """Yield the flows on ANY PERMITTED: one if reversible, two to and from London."""
        power, fare_toc = self._power(one, other)
        single_p = anytime_single_p(one, other, power=power)
        yield from make_flows(one, other, single_p=single_p, fare_toc=fare_toc)

    def _routed_flows(self) -> Iterator[Flow]:
        for first, second, route_code, toc, share in ROUTED:
            one, other = self.ends[first], self.ends[second]
            single_p = anytime_single_p(one, other, power=self._power(one, other)[0]) * share
            yield from make_flows(
                one,
                other,
                single_p=single_p,
                fare_toc=OPERATORS[toc].fare_toc,
                route_code=route_code,
            )


def make_flows(
    one: FareEnd,
    other: FareEnd,
    *,
    single_p: float,
    fare_toc: str,
    route_code: str = ANY_PERMITTED,
    unsold: frozenset[str] = frozenset(),
) -> Iterator[Flow]:
    """Yield the flow of a pair, or both one-way flows where London is an end.

    Tickets whose codes are in *unsold* are left out.
    """
    london = one.london or other.london
    for start, end in ((one, other), (other, one)) if london else ((one, other),):
        yield Flow(
            origin=start.code,
            destination=end.code,
            route_code=route_code,
            reversible=not london,
            fare_toc=fare_toc,
            ns_disc="1" if route_code == "00910" else "0",
            fares=tuple(
                fare
                for fare in ticket_fares(start, end, single_p=single_p, route_code=route_code)
                if fare[0] not in unsold
            ),
        )


def _has_own_flow(one: FareEnd, other: FareEnd) -> bool:
    return crc32(f"{one.code}{other.code}".encode("ascii")) % _OWN_FLOW_EVERY == 0
