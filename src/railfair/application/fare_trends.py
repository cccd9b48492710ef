"""How the prices between two stations changed over the imported versions of the feed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from railfair.application.provenance import Provenance, provenance
from railfair.application.stations import StationDirectory
from railfair.domain.codes import Crs, TicketCode
from railfair.domain.errors import InvalidParameter, NothingLoaded
from railfair.domain.fares.edition import EditionState, FareEdition
from railfair.domain.fares.lookup import FareKey, Listing, PriceList
from railfair.domain.fares.route import Route
from railfair.domain.fares.rulebook import RuleBook
from railfair.domain.fares.ticket import TicketType
from railfair.domain.fares.trend import (
    ENOUGH_HISTORY,
    Listed,
    PastYear,
    PricePoint,
    advice,
    past_year,
    price_points,
)
from railfair.domain.feed import FeedKind
from railfair.domain.station import Station
from railfair.ports.storage import Storage, UnitOfWork

ONE_EDITION: Final = "one version of the fares is loaded: changes show from the next one on"


@dataclass(frozen=True, slots=True, kw_only=True)
class FareSeries:
    """The price of one ticket by one route, oldest first."""

    ticket: TicketType
    route: Route
    points: tuple[PricePoint, ...]
    past_year: PastYear | None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """How much is known: *editions* of the fares, the first made on *first*, *days* before today.

    *too_thin* says what cannot be told for want of more; empty where nothing is wanting.
    """

    editions: int
    first: date
    days: int
    too_thin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FareTrends:
    """The answer: a series for each fare, those of today's cheapest fares first."""

    origin: Station
    destination: Station
    series: tuple[FareSeries, ...]
    advice: str | None
    history: History
    provenance: Provenance
    degraded_reasons: tuple[str, ...] = ()


async def fare_trends(
    origin: Crs,
    destination: Crs,
    *,
    ticket: TicketCode | None = None,
    today: date | None = None,
    storage: Storage,
    stations: StationDirectory,
) -> FareTrends:
    """Return how prices from *origin* to *destination* changed, of one *ticket* or of all.

    Prices are compared with those of the year before *today*, the day of the current version if it
    is not given. Every version is looked up on the day it was made, with the stations and clusters
    of the current one: of older versions only the prices are kept.

    Raises:
        UnknownStation: the loaded data know nothing of one of the stations.
        NothingLoaded: no fares have been imported.
        InvalidParameter: both stations are the same, or the fares know no such *ticket*.
    """
    if origin == destination:
        raise InvalidParameter("destination", "is the same station as origin")
    async with storage.reading() as unit:
        loaded = await provenance(unit)
        rules = await unit.fares.rules()
        if loaded.fares is None or rules is None:
            raise NothingLoaded(FeedKind.FARES)
        if ticket is not None and ticket not in rules.tickets:
            raise InvalidParameter("ticket", f"the loaded fares know no ticket {ticket}")
        ends = (
            await stations.get(unit, origin, parameter="origin"),
            await stations.get(unit, destination, parameter="destination"),
        )
        listed = await _listed(unit, rules, origin, destination)
    points = price_points(listed)
    if ticket is not None:
        points = {key: held for key, held in points.items() if key[1] == ticket}
    return FareTrends(
        origin=ends[0],
        destination=ends[1],
        series=_series(points, rules, today or listed[-1][0].generated_on),
        advice=advice(points),
        history=_history(listed, today or listed[-1][0].generated_on),
        provenance=loaded,
        degraded_reasons=() if len(listed) > 1 else (ONE_EDITION,),
    )


async def _listed(
    unit: UnitOfWork, rules: RuleBook, origin: Crs, destination: Crs
) -> list[tuple[FareEdition, Listing]]:
    editions = [one for one in await unit.fares.editions() if one.state is EditionState.CURRENT]
    today = editions[0].generated_on
    ones = rules.codes(origin, day=today, sold_on=today)
    others = rules.codes(destination, day=today, sold_on=today)
    history = await unit.fares.history(tuple(ones), tuple(others))
    return [
        (
            edition,
            PriceList(records, day=edition.generated_on, sold_on=edition.generated_on).between(
                ones, others
            ),
        )
        for edition, records in history
    ]


def _series(
    points: Mapping[FareKey, tuple[PricePoint, ...]], rules: RuleBook, today: date
) -> tuple[FareSeries, ...]:
    """Return a series for each fare that the current version names the ticket and route of."""
    found = [
        FareSeries(
            ticket=tickets[-1],
            route=routes[-1],
            points=held,
            past_year=past_year(held, today),
        )
        for (route, ticket), held in points.items()
        if (tickets := rules.tickets.get(ticket)) and (routes := rules.routes.get(route))
    ]
    found.sort(key=_by_price)
    return tuple(found)


def _history(listed: Listed, today: date) -> History:
    first = listed[0][0].generated_on
    days = max(0, (today - first).days)
    lacking = ENOUGH_HISTORY.days - days
    return History(
        editions=len(listed),
        first=first,
        days=days,
        too_thin=(
            ""
            if lacking <= 0
            else f"prices are known for {days} days: whether today's are high or low can be told"
            f" {lacking} days from now"
        ),
    )


def _by_price(series: FareSeries) -> tuple[bool, int, str, str]:
    newest = series.points[-1]
    is_gone = newest.last_day is not None
    return is_gone, newest.adult_fare_p, series.ticket.code, series.route.code
