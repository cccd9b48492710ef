"""Fares: those that are good on a trip, those that are not, splits, and prices over time."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, overload

import msgspec

from railfair.application.compare_fares import FaresAnswer as Found
from railfair.application.fare_trends import FareTrends
from railfair.domain.codes import Crs
from railfair.domain.fares import comparison
from railfair.domain.fares.lookup import UnlistedFare
from railfair.domain.fares.railcard import Railcard
from railfair.domain.fares.reason import Reason
from railfair.domain.fares.restriction import Restriction
from railfair.domain.fares.route import Route
from railfair.domain.fares.ticket import TicketKind, TicketType, Validity
from railfair.domain.fares.trip import Trip
from railfair.domain.railtime import instant, iso
from railfair.domain.timetable import DirectTrain
from railfair.entrypoints.wire.refs import (
    Provenance,
    StationRef,
    TrainRef,
    provenance,
    station_ref,
    train_ref,
)

CHECKED: Final = "checked"
UNCHECKED: Final = "unchecked"
SHOWN_KINDS: Final = (TicketKind.ADVANCE, TicketKind.OFF_PEAK, TicketKind.ANYTIME)


class TicketRef(msgspec.Struct):
    """A ticket type; `kind` is by its name."""

    code: str
    name: str
    kind: str
    journey: str
    ticket_class: str = msgspec.field(name="class")


class RouteRef(msgspec.Struct):
    """Which way a fare is for."""

    code: str
    name: str


class CodeText(msgspec.Struct):
    """A code of the feed, with what it says to passengers; or a reason."""

    code: str
    text: str


class CodeName(msgspec.Struct):
    """A railcard."""

    code: str
    name: str


class FareAnswer(msgspec.Struct):
    """A fare that is good on the trip.

    `adult_fare_p` is the public adult price; `total_p` what the party pays, `undiscounted_total_p`
    what it would pay without the railcard. `railcard` is the one that was applied. `trip` says
    whether times, train and route were all `checked`; if `unchecked`, see `notes` and the texts.
    """

    ticket: TicketRef
    route: RouteRef
    adult_fare_p: int | None
    total_p: int
    undiscounted_total_p: int | None
    railcard: CodeName | None
    restriction: CodeText | None
    validity: CodeText | None
    availability: str
    trip: str
    notes: list[CodeText]


class RejectedFareAnswer(msgspec.Struct):
    """A fare that exists, but is not good on the trip or not for the party."""

    ticket: TicketRef
    route: RouteRef
    adult_fare_p: int | None
    total_p: int | None
    reasons: list[CodeText]


class UnlistedFareAnswer(msgspec.Struct):
    """A ticket and route of which the feed holds a record, but no fare."""

    ticket_code: str
    route_code: str
    reason: CodeText


class ByKind(msgspec.Struct):
    """The cheapest fare of each kind; super off-peak ones count as off-peak."""

    advance: FareAnswer | None
    off_peak: FareAnswer | None
    anytime: FareAnswer | None


class SplitTicketAnswer(msgspec.Struct):
    """One ticket of a chain, good on its own part of the trip."""

    origin: StationRef
    destination: StationRef
    ticket: TicketRef
    route: RouteRef
    total_p: int
    restriction: CodeText | None
    railcard: CodeName | None


class SplitAnswer(msgspec.Struct):
    """The cheapest chain of tickets; the train calls at each station where one ends."""

    total_p: int
    saving_p: int | None
    tickets: list[SplitTicketAnswer]


class TripAnswer(msgspec.Struct):
    """One way of the trip as it was tested; what is null was not known."""

    date: date
    departs_at: str | None
    arrives_at: str | None
    train: TrainRef | None


class TripFares(msgspec.Struct):
    """The fares of a trip, cheapest first, and those that are not good on it.

    `saving_p` is the dearest of `by_kind` minus `cheapest`. `return_trip` is null for one way.
    """

    trip: TripAnswer
    return_trip: TripAnswer | None
    fares: list[FareAnswer]
    rejected: list[RejectedFareAnswer]
    unlisted: list[UnlistedFareAnswer]
    cheapest: FareAnswer | None
    by_kind: ByKind
    saving_p: int
    split: SplitAnswer | None
    notes: list[CodeText]


class FaresAnswer(TripFares):
    """The fares between two stations."""

    origin: StationRef
    destination: StationRef
    provenance: Provenance
    degraded: bool
    degraded_reasons: list[str]


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


def trip_fares(found: Found) -> TripFares:
    """Return the fares of a trip."""
    return TripFares(**_trip_fares(found))


def fares(found: Found) -> FaresAnswer:
    """Return the answer to a comparison."""
    return FaresAnswer(
        **_trip_fares(found),
        origin=station_ref(found.origin),
        destination=station_ref(found.destination),
        provenance=provenance(found.provenance),
        degraded=bool(found.degraded_reasons),
        degraded_reasons=list(found.degraded_reasons),
    )


def fare_trends(found: FareTrends) -> FareTrendsAnswer:
    """Return how prices changed."""
    return FareTrendsAnswer(
        origin=station_ref(found.origin),
        destination=station_ref(found.destination),
        series=[
            PriceSeries(
                ticket=_ticket(series.ticket),
                route=_route(series.route),
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


def _trip_fares(found: Found) -> dict[str, Any]:
    compared = found.comparison
    kinds = compared.by_kind()
    return {
        "trip": _trip(found.out.trip, found.out.ride),
        "return_trip": None if found.back is None else _trip(found.back.trip, found.back.ride),
        "fares": [_offer(offer) for offer in compared.offers],
        "rejected": [_rejected(fare) for fare in compared.rejected],
        "unlisted": [_unlisted(fare) for fare in compared.unlisted],
        "cheapest": _offer(compared.cheapest),
        "by_kind": ByKind(**{str(kind): _offer(kinds.get(kind)) for kind in SHOWN_KINDS}),
        "saving_p": compared.saving_p,
        "split": _split(found.split, found.names),
        "notes": _texts(found.notes),
    }


def _trip(trip: Trip, ride: DirectTrain | None) -> TripAnswer:
    departure, arrival = trip.departure_min, trip.arrival_min
    return TripAnswer(
        date=trip.day,
        departs_at=None if departure is None else iso(instant(trip.day, departure)),
        arrives_at=None if arrival is None else iso(instant(trip.day, arrival)),
        train=None if ride is None else train_ref(ride),
    )


@overload
def _offer(offer: comparison.OfferedFare) -> FareAnswer: ...
@overload
def _offer(offer: comparison.OfferedFare | None) -> FareAnswer | None: ...
def _offer(offer: comparison.OfferedFare | None) -> FareAnswer | None:
    if offer is None:
        return None
    return FareAnswer(
        ticket=_ticket(offer.ticket),
        route=_route(offer.route),
        adult_fare_p=offer.adult_fare_p,
        total_p=offer.total_p,
        undiscounted_total_p=offer.undiscounted_total_p,
        railcard=_railcard(offer.railcard),
        restriction=_restriction(offer.restriction, is_return=offer.ticket.is_return),
        validity=_validity(offer.validity, is_return=offer.ticket.is_return),
        availability="quota" if offer.is_quota else "walk_up",
        trip=CHECKED if offer.is_checked else UNCHECKED,
        notes=_texts(offer.notes),
    )


def _rejected(fare: comparison.RejectedFare) -> RejectedFareAnswer:
    return RejectedFareAnswer(
        ticket=_ticket(fare.ticket),
        route=_route(fare.route),
        adult_fare_p=fare.adult_fare_p,
        total_p=fare.total_p,
        reasons=_texts(fare.reasons),
    )


def _unlisted(fare: UnlistedFare) -> UnlistedFareAnswer:
    return UnlistedFareAnswer(
        ticket_code=fare.ticket, route_code=fare.route, reason=_text(fare.reason)
    )


def _split(split: comparison.Split | None, names: Mapping[Crs, str]) -> SplitAnswer | None:
    if split is None:
        return None
    return SplitAnswer(
        total_p=split.total_p,
        saving_p=split.saving_p,
        tickets=[
            SplitTicketAnswer(
                origin=StationRef(crs=one.origin, name=names[one.origin]),
                destination=StationRef(crs=one.destination, name=names[one.destination]),
                ticket=_ticket(one.offer.ticket),
                route=_route(one.offer.route),
                total_p=one.total_p,
                restriction=_restriction(one.offer.restriction, is_return=False),
                railcard=_railcard(one.offer.railcard),
            )
            for one in split.tickets
        ],
    )


def _ticket(ticket: TicketType) -> TicketRef:
    return TicketRef(
        code=ticket.code,
        name=ticket.name,
        kind=ticket.kind,
        journey="return" if ticket.is_return else "single",
        ticket_class=ticket.ticket_class,
    )


def _route(route: Route) -> RouteRef:
    return RouteRef(code=route.code, name=route.text)


def _railcard(card: Railcard | None) -> CodeName | None:
    return None if card is None else CodeName(code=card.code, name=card.name)


def _restriction(restriction: Restriction | None, *, is_return: bool) -> CodeText | None:
    if restriction is None:
        return None
    ways = [restriction.text_out]
    if is_return and restriction.text_return:
        ways.append(f"return: {restriction.text_return}")
    said = "; ".join(way for way in ways if way)
    return CodeText(code=restriction.code, text=said or restriction.name)


def _validity(validity: Validity | None, *, is_return: bool) -> CodeText | None:
    if validity is None:
        return None
    said = validity.text_out or validity.name
    if is_return and validity.text_return:
        said = f"{said}; return: {validity.text_return}"
    return CodeText(code=validity.code, text=said)


def _text(reason: Reason) -> CodeText:
    return CodeText(code=reason.code, text=reason.text)


def _texts(reasons: Iterable[Reason]) -> list[CodeText]:
    return [_text(reason) for reason in reasons]
