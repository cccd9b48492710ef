"""Writes the fares feed RJFAF. Source of the layouts: RSPS5045 (see fare_layouts)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final

from railfair.adapters.demo import fare_layouts as layout
from railfair.adapters.demo.archive import FeedSet, feed_header, feed_set
from railfair.adapters.demo.corridors import OPERATORS
from railfair.adapters.demo.fares import FareBook, Flow
from railfair.adapters.demo.network import Railway
from railfair.adapters.demo.overrides import NON_DERIVABLE, OVERRIDES, Override
from railfair.adapters.demo.rst import rst_lines
from railfair.adapters.demo.stations import Station, StationGroup, by_crs, real_stations
from railfair.adapters.demo.tickets import CARD_AREA, CLUSTERS, ROUTES
from railfair.adapters.demo.vouchers import (
    discount_lines,
    minimum_lines,
    railcard_lines,
    rounding_lines,
    tap_lines,
    ticket_lines,
    tsp_lines,
    validity_lines,
)

OPEN: Final = "31122999"
SINCE: Final = "01012020"
_DATES: Final = {"end_date": OPEN, "start_date": SINCE}
_QUOTED: Final = {**_DATES, "quote_date": SINCE}
_COUNTY: Final = {"LON": "29", "SC": "66"}
_ELSEWHERE: Final = "10"

_FLOW_LINE: Final = layout.FFL_F.template(
    "origin",
    "destination",
    "route_code",
    "direction",
    "toc",
    "ns_disc",
    "flow_id",
    marker="R",
    record_type="F",
    status_code="000",
    usage_code="A",
    cross_london="0",
    publication="N",
    **_DATES,
)
_FARE_LINE: Final = layout.FFL_T.template(
    "flow_id", "ticket_code", "fare", "restriction_code", marker="R", record_type="T"
)


@dataclass(slots=True, kw_only=True)
class FareCounts:
    """How many flows and fares were written."""

    flows: int = 0
    fares: int = 0


def ffl_lines(flows: Iterable[Flow], counts: FareCounts) -> Iterator[str]:
    """Yield each flow's F record and its T records, counting them."""
    for number, flow in enumerate(flows, start=1):
        counts.flows += 1
        counts.fares += len(flow.fares)
        direction = "R" if flow.reversible else "S"
        yield _FLOW_LINE % (
            flow.origin,
            flow.destination,
            flow.route_code,
            direction,
            flow.fare_toc,
            flow.ns_disc,
            number,
        )
        for code, price_p, restriction in flow.fares:
            yield _FARE_LINE % (number, code, price_p, restriction)


def _uic(nlc: str) -> str:
    return f"70{nlc}0"


def _location_line(nlc: str, name: str, *, crs: str = "", group: str = "", region: str = "") -> str:
    return layout.LOC_L.line(
        **_QUOTED,
        marker="R",
        record_type="L",
        uic_code=_uic(nlc),
        admin_area="70",
        nlc=nlc,
        description=name[:16],
        crs=crs,
        fare_group=group or nlc,
        county=_COUNTY.get(region, _ELSEWHERE),
        cc_desc_out=name,
        cc_desc_rtn=name[:16],
        atb_desc_out=name,
        atb_desc_rtn=name,
    )


def _group_lines(group: StationGroup, stations: dict[str, Station]) -> Iterator[str]:
    key = {"marker": "R", "uic_code": _uic(group.nlc), "end_date": OPEN}
    yield layout.LOC_G.line(
        **key, record_type="G", start_date=SINCE, quote_date=SINCE, description=group.name
    )
    for crs in group.members:
        member_uic = _uic(stations[crs].nlc)
        yield layout.LOC_M.line(**key, record_type="M", member_uic=member_uic, member_crs=crs)


def loc_lines(railway: Railway) -> Iterator[str]:
    """Yield places (L), the card area (R), groups and their members (G, M), a synonym (S)."""
    stations = by_crs(railway.stations)
    group_nlc = {crs: group.nlc for group in railway.groups for crs in group.members}
    for group in railway.groups:
        yield _location_line(group.nlc, group.name)
    for station in railway.stations:
        yield _location_line(
            station.nlc,
            station.name,
            crs=station.crs,
            group=group_nlc.get(station.crs, ""),
            region=station.region,
        )
    for station in railway.stations:
        if station.region in CARD_AREA:
            yield layout.LOC_R.line(
                marker="R",
                record_type="R",
                uic_code=_uic(station.nlc),
                railcard_code="NEW",
                end_date=OPEN,
            )
    for group in railway.groups:
        yield from _group_lines(group, stations)
    yield layout.LOC_S.line(
        **_DATES,
        marker="R",
        record_type="S",
        uic_code=_uic(stations["KGX"].nlc),
        description="KINGS CROSS",
    )


def fsc_lines(clusters: dict[str, tuple[str, ...]], stations: dict[str, Station]) -> Iterator[str]:
    """Yield the members of each cluster."""
    for code, members in clusters.items():
        for crs in members:
            nlc = stations[crs].nlc
            yield layout.FSC.line(**_DATES, marker="R", cluster_id=code, cluster_nlc=nlc)


def _override_line(override: Override, codes: dict[str, str], *, kind: str) -> str:
    return layout.NFO.line(
        **_QUOTED,
        marker="R",
        origin=codes[override.origin],
        destination=codes[override.destination],
        route_code=override.route_code,
        railcard_code=override.railcard,
        ticket_code=override.ticket,
        nd_record_type=kind,
        suppress_mkr="N",
        adult_fare=override.adult_p,
        child_fare=override.child_p,
        restriction_code=override.restriction,
        composite="Y" if override.used else "N",
        cross_london="N",
        ps_ind="N",
    )


def _end_codes(railway: Railway) -> dict[str, str]:
    codes = {station.crs: station.nlc for station in railway.stations}
    return codes | {group.nlc: group.nlc for group in railway.groups}


def fns_lines() -> Iterator[str]:
    """Yield the non-standard discounts of the operator-only route: no advance for children."""
    for ticket, child in (("***", "N"), ("AV3", "D"), ("AD2", "X")):
        yield layout.FNS.line(
            **_QUOTED,
            marker="R",
            origin="****",
            destination="****",
            route_code="00910",
            railcard_code="***",
            ticket_code=ticket,
            adult_nodis="N",
            adult_add_on=0,
            adult_rebook="N",
            child_nodis=child,
            child_add_on=0,
            child_rebook="N",
        )


def rte_lines(stations: dict[str, Station]) -> Iterator[str]:
    """Yield the routes (R) and the places to pass or avoid (L)."""
    for route in ROUTES:
        yield layout.RTE_R.line(
            **_QUOTED,
            marker="R",
            record_type="R",
            route_code=route.code,
            description=route.text,
            atb_desc_1=route.text,
        )
        for crs, include in route.places:
            yield layout.RTE_L.line(
                marker="R",
                record_type="L",
                route_code=route.code,
                end_date=OPEN,
                admin_area="70",
                nlc=stations[crs].nlc,
                crs=crs,
                incl_excl=include,
            )


def toc_lines() -> Iterator[str]:
    """Yield the operators (T) and the fare setters (F)."""
    for operator in OPERATORS.values():
        yield layout.TOC_T.line(
            record_type="T", toc_id=operator.toc, toc_name=operator.name, active="Y"
        )
    for operator in OPERATORS.values():
        yield layout.TOC_F.line(
            record_type="F",
            fare_toc=operator.fare_toc,
            toc_id=operator.toc,
            fare_toc_name=operator.name,
        )


def _small_files(
    railway: Railway, clusters: dict[str, tuple[str, ...]]
) -> dict[str, Iterator[str]]:
    stations = by_crs(railway.stations)
    codes = _end_codes(railway)
    return {
        "FSC": fsc_lines({**CLUSTERS, **clusters}, stations),
        "NDF": iter([_override_line(NON_DERIVABLE, codes, kind="N")]),
        "NFO": (_override_line(override, codes, kind="O") for override in OVERRIDES),
        "FNS": fns_lines(),
        "LOC": loc_lines(railway),
        "TTY": ticket_lines(),
        "TVL": validity_lines(),
        "RLC": railcard_lines(),
        "RCM": minimum_lines(railway.span),
        "DIS": discount_lines(),
        "FRR": rounding_lines(),
        "RST": rst_lines(railway),
        "RTE": rte_lines(stations),
        "TOC": toc_lines(),
        "TSP": tsp_lines(),
        "TAP": tap_lines(),
    }


def _header(extension: str, generated: date, records: int) -> list[str]:
    return feed_header(extension, generated=generated, records=records)


def _write(files: FeedSet, extension: str, lines: Iterable[str]) -> int:
    header = partial(_header, extension, files.generated)
    return files.write_counted(extension, lines, header=header)


def write_fares(
    path: Path,
    railway: Railway,
    *,
    level: int,
    clusters: dict[str, tuple[str, ...]] | None = None,
    more_flows: Iterable[Flow] = (),
) -> FareCounts:
    """Write the zip at *path*; *clusters* and *more_flows* come on top of the real railway's."""
    counts = FareCounts()
    flows = FareBook(railway, real_stations()).flows()
    with feed_set(path, prefix="RJFAF", generated=railway.today, level=level) as files:
        _write(files, "FFL", ffl_lines(chain(flows, more_flows), counts))
        small = _small_files(railway, clusters or {})
        for extension, lines in small.items():
            _write(files, extension, lines)
        _write(files, "DAT", (files.name(extension) for extension in ("FFL", *small)))
    return counts
