"""A railway of Great Britain's size: invented lines between the real stations as hubs.

Each line runs from a hub to one of its neighbours in a wide curve past invented stations, so that
everything is reachable. Names, codes and positions are made up; codes of real stations are left
free. Fares: clusters of neighbours price every pair, own flows lie above them for near pairs.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations, count, islice, product
from math import pi, sin
from typing import Final

from railfair.adapters.demo.corridors import Corridor, Service, minutes
from railfair.adapters.demo.fares import (
    FareBook,
    FareEnd,
    Flow,
    anytime_single_p,
    make_flows,
    middle,
)
from railfair.adapters.demo.network import Railway
from railfair.adapters.demo.stations import Link, Station, distance_km, real_stations

STATIONS: Final = 2600
STATIONS_A_LINE: Final = 21
CLUSTER_SIZE: Final = 7
OWN_FLOWS_A_STATION: Final = 241
"""Together with the clusters about 700 000 flows."""

_FIRST_PARTS: Final = """
ALDERN ALVER BREND CORVE DRAYN ELSTER FARRIN GOSTER HALVER ISLEN JARREL KELVER LORN MARRICK
NETHEN ORRIS PELVER QUEN RAVEL SORREN TARVER ULLEN VENNER WHARREL YELDER ZEAL BOSTREL CALDRE
DUNNER EVERSH FENWIN GRINDEL HOLLEN INGLE KERRID LANGRE MELDER NORRIM OAKEL PENDRE
"""
_ENDINGS: Final = """
BURY FORD HAM LEY MERE STOKE THORPE TON WICK WORTH BY COMBE DALE FIELD GATE HURST LOW MINSTER
OVER STEAD
"""
_SUFFIXES: Final = ("", " ROAD", " PARKWAY", " JUNCTION")
_LETTERS: Final = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
_OPERATORS: Final = ("NT", "LM", "LE", "GW", "SR", "TP", "CH", "XC")
_BULGE_SHARE, _LEAST_BULGE_M = 0.25, 14_000.0
_POWER: Final = 0.95
_UNSOLD_NEARBY: Final = frozenset({"FOR", "AF2", "AV3"})
_FARE_TOCS: Final = ("NTH", "LMD", "LER", "GWR", "SCR", "TPE", "CHR", "XCR")


def _names() -> Iterator[str]:
    for suffix, first, ending in product(_SUFFIXES, _FIRST_PARTS.split(), _ENDINGS.split()):
        yield f"{first}{ending}{suffix}"


def _free_crs(taken: frozenset[str]) -> Iterator[str]:
    for letters in product("QXZVJKY", _LETTERS, _LETTERS):
        code = "".join(letters)
        if code not in taken:
            yield code


def _free_nlc(taken: frozenset[str]) -> Iterator[str]:
    return (code for number in count(2000) if (code := f"{number:04d}") not in taken)


def _hub_pairs(hubs: tuple[Station, ...]) -> Iterator[tuple[Station, Station]]:
    """Yield each hub with its nearest neighbours, then the second nearest, and so on."""
    seen: set[frozenset[str]] = set()
    near = {
        hub.crs: sorted(
            (other for other in hubs if other is not hub),
            key=lambda other, hub=hub: (distance_km(hub, other), other.crs),  # type: ignore[misc]
        )
        for hub in hubs
    }
    for rank in range(len(hubs) - 1):
        for hub in hubs:
            pair = frozenset((hub.crs, near[hub.crs][rank].crs))
            if pair not in seen:
                seen.add(pair)
                yield hub, near[hub.crs][rank]


def _between(one: Station, other: Station, share: float, side: int) -> tuple[int, int]:
    """Return the grid position at *share* of a curve between two hubs."""
    east, north = other.easting_m - one.easting_m, other.northing_m - one.northing_m
    length = max(1.0, (east**2 + north**2) ** 0.5)
    bulge = max(_BULGE_SHARE * length, _LEAST_BULGE_M) * sin(pi * share) * side
    return (
        round(one.easting_m + east * share - north / length * bulge),
        round(one.northing_m + north * share + east / length * bulge),
    )


type Line = tuple[Station, Station, tuple[Station, ...]]


def make_lines() -> tuple[Line, ...]:
    """Return the lines: two hubs and the invented stations between them."""
    hubs = real_stations()
    names = _names()
    crs_codes = _free_crs(frozenset(hub.crs for hub in hubs))
    nlc_codes = _free_nlc(frozenset(hub.nlc for hub in hubs))
    missing = STATIONS - len(hubs)
    lines: list[Line] = []
    for number, (one, other) in enumerate(_hub_pairs(hubs)):
        size = min(STATIONS_A_LINE, missing)
        if not size:
            break
        places = (
            _between(one, other, (k + 1) / (size + 1), 1 - 2 * (number % 2)) for k in range(size)
        )
        stations = tuple(
            Station(
                crs=crs,
                name=name,
                tiploc=f"Z{crs}{nlc[:3]}",
                nlc=nlc,
                easting_m=easting,
                northing_m=northing,
                change_min=3 + (easting + northing) % 3,
                region=one.region,
            )
            for crs, name, nlc, (easting, northing) in zip(
                islice(crs_codes, size),
                islice(names, size),
                islice(nlc_codes, size),
                places,
                strict=True,
            )
        )
        missing -= size
        lines.append((one, other, stations))
    return tuple(lines)


def _services(line: Line, toc: str) -> Iterator[Service]:
    one, other, stations = line
    every = (one, *stations, other)
    for places, headway, klass, speed in (
        (every, 18, "2", 75.0),
        ((one, *stations[::2], other), 36, "1", 110.0),
    ):
        yield Service(
            toc=toc,
            stops=tuple((station.crs, "") for station in places),
            every_min=headway,
            first_min=minutes("0520"),
            last_min=minutes("2320"),
            headcode_class=klass,
            speed_kmh=speed,
            category="OO",
        )


def line_corridors(lines: Iterable[Line]) -> Iterator[Corridor]:
    """Yield a corridor for each line, with two weeks of engineering work."""
    for number, line in enumerate(lines):
        toc = _OPERATORS[number % len(_OPERATORS)]
        shift = 7 * (number % 8)
        offsets = (-300 + shift, -140 + shift) if number % 2 else (-140 + shift, 10 + shift)
        yield Corridor(
            name=f"LINE-{number:03d}",
            services=tuple(_services(line, toc)),
            works_offsets=offsets,
            weekday_works=True,
            works_cancel_every=6,
        )


def line_links(lines: Iterable[Line]) -> tuple[Link, ...]:
    """Return walks between the middles of neighbouring lines."""
    middles = [stations[len(stations) // 2] for *_, stations in lines]
    return tuple(
        Link(mode="TRANSFER", origin=one.crs, destination=other.crs, minutes=25)
        for one, other in zip(middles[::8], middles[1::8], strict=False)
    )


def line_clusters(lines: Iterable[Line]) -> dict[str, tuple[Station, ...]]:
    """Return clusters of neighbouring invented stations by code."""
    chunks = (
        stations[start : start + CLUSTER_SIZE]
        for *_, stations in lines
        for start in range(0, len(stations), CLUSTER_SIZE)
    )
    return {f"R{number:03d}": chunk for number, chunk in enumerate(chunks)}


def _plain_flows(
    one: FareEnd, other: FareEnd, *, unsold: frozenset[str] = frozenset()
) -> Iterator[Flow]:
    single_p = anytime_single_p(one, other, power=_POWER)
    toc = _FARE_TOCS[(len(one.code) + int(other.northing_m)) % len(_FARE_TOCS)]
    return make_flows(one, other, single_p=single_p, fare_toc=toc, unsold=unsold)


def line_flows(railway: Railway, lines: Iterable[Line]) -> Iterator[Flow]:
    """Yield flows between clusters, from clusters to real ends, and between near stations."""
    lines = tuple(lines)
    nowhere = frozenset[str]()
    clusters = [middle(code, found, nowhere) for code, found in line_clusters(lines).items()]
    real_ends = FareBook(railway, real_stations()).ends.values()
    for one, other in combinations(clusters, 2):
        yield from _plain_flows(one, other)
    for one, other in product(clusters, real_ends):
        yield from _plain_flows(one, other)
    yield from _own_flows([middle(s.nlc, (s,), nowhere) for *_, found in lines for s in found])


def _own_flows(ends: list[FareEnd]) -> Iterator[Flow]:
    for number, one in enumerate(ends):
        for step in range(1, min(OWN_FLOWS_A_STATION, (len(ends) - 1) // 2) + 1):
            other = ends[(number + step) % len(ends)]
            yield from _plain_flows(one, other, unsold=_UNSOLD_NEARBY)
