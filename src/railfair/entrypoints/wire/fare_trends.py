"""Prices over the versions of the fares."""

from datetime import date

import msgspec

from railfair.application.fare_trends import FareTrends
from railfair.entrypoints.wire.refs import Provenance, StationRef, provenance, station_ref
from railfair.entrypoints.wire.tickets import RouteRef, TicketRef, route_ref, ticket_ref


class PricePoint(msgspec.Struct, rename={"since": "from", "until": "to"}):
    """A price and the days on which the railway's feed held it; `to` is null if it still does."""

    since: date
    until: date | None
    adult_fare_p: int | None


class PriceSeries(msgspec.Struct):
    """The price of one ticket by one route over the versions of the feed."""

    ticket: TicketRef
    route: RouteRef
    points: list[PricePoint]


class FareTrendsAnswer(msgspec.Struct):
    """How prices between two stations changed; `advice` only where there is enough history."""

    origin: StationRef
    destination: StationRef
    series: list[PriceSeries]
    advice: str | None
    provenance: Provenance
    degraded: bool
    degraded_reasons: list[str]


def fare_trends(found: FareTrends) -> FareTrendsAnswer:
    """Return how prices changed."""
    return FareTrendsAnswer(
        origin=station_ref(found.origin),
        destination=station_ref(found.destination),
        series=[
            PriceSeries(
                ticket=ticket_ref(series.ticket),
                route=route_ref(series.route),
                points=[
                    PricePoint(
                        since=point.first_day, until=point.last_day, adult_fare_p=point.adult_fare_p
                    )
                    for point in series.points
                ],
            )
            for series in found.series
        ],
        advice=found.advice,
        provenance=provenance(found.provenance),
        degraded=bool(found.degraded_reasons),
        degraded_reasons=list(found.degraded_reasons),
    )
