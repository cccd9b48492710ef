"""Places and ways: the files LOC, FSC and RTE."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from railfair.adapters.feeds.fares_fields import (
    any_code,
    any_crs,
    code,
    crs,
    day,
    days,
    one_of,
    text,
)
from railfair.adapters.feeds.fares_layout import FSC, LOC_L, LOC_R, RTE_L, RTE_R
from railfair.adapters.feeds.fares_records import RecordFile, RecordKind, by_code, put_once
from railfair.adapters.feeds.station_files import CRS, displayed_name
from railfair.domain.codes import Crs, FareCode, RailcardCode, RouteCode
from railfair.domain.fares.location import FareLocation, Membership
from railfair.domain.fares.route import Route

GREAT_BRITAIN: Final = "70 "
INCLUDED: Final = "I"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A location by its UIC code; *location* is `None` where it is no station in Great Britain."""

    uic: str
    ends_on: date
    location: FareLocation | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _CardPlace:
    """A location at which a railcard is good."""

    uic: str
    ends_on: date
    railcard: RailcardCode


@dataclass(slots=True)
class Places:
    """The stations of a LOC file, and the stations at which railcards are good."""

    locations: dict[Crs, tuple[FareLocation, ...]] = field(default_factory=dict)
    areas: dict[RailcardCode, frozenset[Crs]] = field(default_factory=dict)


def _place(line: str) -> _Place:
    starts_on, ends_on = days(line, LOC_L)
    quote_on = day(line, LOC_L.QUOTE_DATE)
    uic = code(line, LOC_L.UIC_CODE)
    location = None
    if LOC_L.ADMIN_AREA_CODE.of(line) == GREAT_BRITAIN:
        nlc = FareCode(any_code(line, LOC_L.NLC_CODE))
        group = FareCode(any_code(line, LOC_L.FARE_GROUP) or nlc)
        station = any_code(line, LOC_L.CRS_CODE)
        name = LOC_L.ATB_DESC_OUT.of(line).strip() or LOC_L.DESCRIPTION.of(line)
        if nlc and CRS.fullmatch(station):
            location = FareLocation(
                code=nlc,
                crs=Crs(station),
                name=displayed_name(name),
                group=group,
                starts_on=starts_on,
                ends_on=ends_on,
                quote_on=quote_on,
                county=text(line, LOC_L.COUNTY),
            )
    return _Place(uic=uic, ends_on=ends_on, location=location)


def _card_place(line: str) -> _CardPlace:
    return _CardPlace(
        uic=code(line, LOC_R.UIC_CODE),
        ends_on=day(line, LOC_R.END_DATE),
        railcard=RailcardCode(code(line, LOC_R.RAILCARD_CODE)),
    )


def _nothing(_: str) -> None:
    """Leave a record out that no price or rule needs."""


_LOC: Final[Mapping[str, RecordKind[_Place | _CardPlace]]] = {
    "L": RecordKind(name="location", read=_place),
    "R": RecordKind(name="railcard area", read=_card_place),
    "G": RecordKind(name="group", read=_nothing),
    "M": RecordKind(name="group member", read=_nothing),
    "S": RecordKind(name="other name", read=_nothing),
    "A": RecordKind(name="associated station", read=_nothing),
}


def places(file: RecordFile) -> Places:
    """Return the stations of a LOC file, and those of each railcard's area."""
    by_uic: dict[str, list[_Place]] = {}
    located: list[FareLocation] = []
    areas: dict[RailcardCode, set[Crs]] = {}

    def put(found: _Place | _CardPlace) -> bool:
        if isinstance(found, _Place):
            by_uic.setdefault(found.uic, []).append(found)
            located.extend([found.location] if found.location else [])
            return found.location is not None
        stations = _stations(by_uic.get(found.uic, []), found)
        areas.setdefault(found.railcard, set()).update(stations)
        return bool(stations)

    file.put_each(_LOC, put)
    return Places(
        locations=by_code(located, lambda one: one.crs),
        areas={card: frozenset(stations) for card, stations in areas.items()},
    )


def _stations(known: Sequence[_Place], found: _CardPlace) -> set[Crs]:
    """Return the stations among the places *known* by the UIC code of *found*."""
    if not known:
        raise ValueError(f"UIC_CODE {found.uic!r} is of no location (L record)")
    same = [place for place in known if place.ends_on == found.ends_on] or known
    return {place.location.crs for place in same if place.location is not None}


def _member(line: str) -> tuple[FareCode, Membership]:
    starts_on, ends_on = days(line, FSC)
    cluster = FareCode(code(line, FSC.CLUSTER_ID))
    member = FareCode(code(line, FSC.CLUSTER_NLC))
    return member, Membership(cluster=cluster, starts_on=starts_on, ends_on=ends_on)


CLUSTER_MEMBER: Final = RecordKind(name="cluster member", read=_member)


@dataclass(frozen=True, slots=True, kw_only=True)
class _RoutePlace:
    """A station that trips by a route pass, or do not."""

    route: RouteCode
    ends_on: date
    crs: Crs
    is_included: bool


def _route(line: str) -> Route:
    starts_on, ends_on = days(line, RTE_R)
    return Route(
        code=RouteCode(code(line, RTE_R.ROUTE_CODE)),
        name=text(line, RTE_R.DESCRIPTION) or text(line, RTE_R.ATB_DESC_1),
        starts_on=starts_on,
        ends_on=ends_on,
        quote_on=day(line, RTE_R.QUOTE_DATE),
    )


def _route_place(line: str) -> _RoutePlace | None:
    route = RouteCode(code(line, RTE_L.ROUTE_CODE))
    ends_on = day(line, RTE_L.END_DATE)
    is_included = one_of(line, RTE_L.INCL_EXCL, "IE") == INCLUDED
    if any_crs(line, RTE_L.CRS_CODE) is None:
        return None
    station = crs(line, RTE_L.CRS_CODE)
    return _RoutePlace(route=route, ends_on=ends_on, crs=station, is_included=is_included)


_RTE: Final[Mapping[str, RecordKind[Route | _RoutePlace]]] = {
    "R": RecordKind(name="route", read=_route),
    "L": RecordKind(name="route place", read=_route_place),
}


def routes(file: RecordFile) -> dict[RouteCode, tuple[Route, ...]]:
    """Return the routes of an RTE file with their places, whatever order they stand in."""
    held: dict[tuple[RouteCode, date], Route] = {}

    def put(found: Route | _RoutePlace) -> bool:
        if isinstance(found, Route):
            return put_once(held, (found.code, found.ends_on), found)
        key = found.route, found.ends_on
        if key not in held:
            until = f"{found.ends_on:%d/%m/%Y}"
            raise ValueError(f"ROUTE_CODE {found.route!r} until {until} is of no route (R record)")
        held[key] = _with_place(held[key], found)
        return True

    file.put_each(_RTE, put)
    return by_code(held.values(), lambda route: route.code)


def _with_place(route: Route, place: _RoutePlace) -> Route:
    if place.is_included:
        return replace(route, included=(*route.included, place.crs))
    return replace(route, excluded=(*route.excluded, place.crs))
