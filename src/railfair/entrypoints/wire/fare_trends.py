"""Prices over the versions of the fares."""

from datetime import date
from typing import Final

import msgspec

from railfair.application.fare_trends import FareTrends
from railfair.domain.fares import trend
from railfair.entrypoints.wire.refs import Provenance, StationRef, provenance, station_ref
from railfair.entrypoints.wire.tickets import RouteRef, TicketRef, route_ref, ticket_ref

NO_QUOTAS: Final = (
    "no quota was observed: the loaded feed lists prices of advance tickets, not which of them"
    " could be had on which day"
)
DIGITS: Final = 4


class PricePoint(msgspec.Struct, rename={"since": "from", "until": "to"}):
    """A price and the days on which the railway's feed held it; `to` is null if it still does."""

    since: date
    until: date | None
    adult_fare_p: int | None


class PastYear(msgspec.Struct):
    """Today's price beside those of the year before, of which `days` are known.

    `difference_p` is how much more it is than the mean, `difference_share` that as a share of it,
    `cheaper_days_share` the share of days on which it was cheaper than now.
    """

    days: int
    mean_p: int
    lowest_p: int
    highest_p: int
    difference_p: int
    difference_share: float
    cheaper_days_share: float


class PriceHistory(msgspec.Struct, rename={"first": "from"}):
    """How much is known of prices; `too_thin` says what cannot be told yet, or is null."""

    editions: int
    first: date
    days: int
    too_thin: str | None


class AdvancePaid(msgspec.Struct):
    """What buyers of advance tickets paid by days ahead: never known from the fares feed.

    It lists advance prices, not which of them could be had; `note` says so.
    """

    by_days_ahead: list[int]
    note: str


class PriceSeries(msgspec.Struct):
    """The price of one ticket by one route over the versions of the feed."""

    ticket: TicketRef
    route: RouteRef
    points: list[PricePoint]
    past_year: PastYear | None


class FareTrendsAnswer(msgspec.Struct):
    """How prices between two stations changed; `advice` only where there is enough history."""

    origin: StationRef
    destination: StationRef
    series: list[PriceSeries]
    advice: str | None
    history: PriceHistory
    advance_paid: AdvancePaid
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
                past_year=None if series.past_year is None else _past_year(series.past_year),
            )
            for series in found.series
        ],
        advice=found.advice,
        history=PriceHistory(
            editions=found.history.editions,
            first=found.history.first,
            days=found.history.days,
            too_thin=found.history.too_thin or None,
        ),
        advance_paid=AdvancePaid(by_days_ahead=[], note=NO_QUOTAS),
        provenance=provenance(found.provenance),
        degraded=bool(found.degraded_reasons),
        degraded_reasons=list(found.degraded_reasons),
    )


def _past_year(found: trend.PastYear) -> PastYear:
    return PastYear(
        days=found.days,
        mean_p=round(found.mean_p),
        lowest_p=found.lowest_p,
        highest_p=found.highest_p,
        difference_p=round(found.difference_p),
        difference_share=round(found.difference_p / found.mean_p, DIGITS) if found.mean_p else 0.0,
        cheaper_days_share=round(found.cheaper_days_share, DIGITS),
    )
