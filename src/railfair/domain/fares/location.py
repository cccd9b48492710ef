"""Which codes of the fares feed a station stands for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from railfair.domain.codes import Crs, FareCode
from railfair.domain.fares.dated import on_sale


@dataclass(frozen=True, slots=True, kw_only=True)
class FareLocation:
    """A place that fares are for: its own code, and the code of its group, which may be the same.

    *county* tells Scotland from England and Wales. Source: LOC L, rows of Great Britain.
    """

    code: FareCode
    crs: Crs
    name: str
    group: FareCode
    starts_on: date
    ends_on: date
    quote_on: date
    county: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A cluster that a code belongs to. Source: FSC."""

    cluster: FareCode
    starts_on: date
    ends_on: date


STATION, GROUP, CLUSTER_OF_STATION, CLUSTER_OF_GROUP = range(4)
"""How special a code is to a station: the lower, the more a fare of it counts."""


def codes_of(
    locations: Iterable[FareLocation],
    clusters: Mapping[FareCode, tuple[Membership, ...]],
    *,
    day: date,
    sold_on: date,
) -> dict[FareCode, int]:
    """Return the codes that stand for a station on *day*, each with how special it is.

    A station is its own code, its group, and the clusters of both; a code reached in two ways
    counts as the more special. *locations* are those of one CRS.
    """
    levels: dict[FareCode, int] = {}
    here: dict[FareCode, list[FareLocation]] = {}
    for location in locations:
        here.setdefault(location.code, []).append(location)
    for records in here.values():
        place = on_sale(records, day, sold_on)
        if place is None:
            continue
        _reach(levels, place.code, STATION)
        for cluster in _clusters(clusters, place.code, day):
            _reach(levels, cluster, CLUSTER_OF_STATION)
        if place.group == place.code:
            continue
        _reach(levels, place.group, GROUP)
        for cluster in _clusters(clusters, place.group, day):
            _reach(levels, cluster, CLUSTER_OF_GROUP)
    return levels


def _clusters(
    clusters: Mapping[FareCode, tuple[Membership, ...]], code: FareCode, day: date
) -> Iterable[FareCode]:
    members = clusters.get(code, ())
    return (one.cluster for one in members if one.starts_on <= day <= one.ends_on)


def _reach(levels: dict[FareCode, int], code: FareCode, level: int) -> None:
    levels[code] = min(level, levels.get(code, level))
