"""Fares: those that are good on a trip, those that are not, and splits."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, overload

import msgspec

from railfair.application import compare_fares
from railfair.domain.codes import Crs
from railfair.domain.fares import comparison
from railfair.domain.fares.lookup import UnlistedFare
from railfair.domain.fares.ticket import TicketKind
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
from railfair.entrypoints.wire.tickets import (
    CodeName,
    CodeText,
    RouteRef,
    TicketRef,
    railcard_ref,
    restriction_ref,
    route_ref,
    text_ref,
    text_refs,
    ticket_ref,
    validity_ref,
)

CHECKED: Final = "checked"
UNCHECKED: Final = "unchecked"
SHOWN_KINDS: Final = (TicketKind.ADVANCE, TicketKind.OFF_PEAK, TicketKind.ANYTIME)


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
    availability: str


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


def trip_fares(found: compare_fares.TripFares) -> TripFares:
    """Return the fares of a trip."""
    return TripFares(**_trip_fares(found))


def fares(answer: compare_fares.FaresAnswer) -> FaresAnswer:
    """Return the answer to a comparison."""
    return FaresAnswer(
        **_trip_fares(answer.found),
        origin=station_ref(answer.origin),
        destination=station_ref(answer.destination),
        provenance=provenance(answer.provenance),
        degraded=bool(answer.degraded_reasons),
        degraded_reasons=list(answer.degraded_reasons),
    )


def _trip_fares(found: compare_fares.TripFares) -> dict[str, Any]:
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
        "notes": text_refs(found.notes),
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
        ticket=ticket_ref(offer.ticket),
        route=route_ref(offer.route),
        adult_fare_p=offer.adult_fare_p,
        total_p=offer.total_p,
        undiscounted_total_p=offer.undiscounted_total_p,
        railcard=railcard_ref(offer.railcard),
        restriction=restriction_ref(offer.restriction, is_return=offer.ticket.is_return),
        validity=validity_ref(offer.validity, is_return=offer.ticket.is_return),
        availability=_availability(offer),
        trip=CHECKED if offer.is_checked else UNCHECKED,
        notes=text_refs(offer.notes),
    )


def _availability(offer: comparison.OfferedFare) -> str:
    return "quota" if offer.is_quota else "walk_up"


def _rejected(fare: comparison.RejectedFare) -> RejectedFareAnswer:
    return RejectedFareAnswer(
        ticket=ticket_ref(fare.ticket),
        route=route_ref(fare.route),
        adult_fare_p=fare.adult_fare_p,
        total_p=fare.total_p,
        reasons=text_refs(fare.reasons),
    )


def _unlisted(fare: UnlistedFare) -> UnlistedFareAnswer:
    return UnlistedFareAnswer(
        ticket_code=fare.ticket, route_code=fare.route, reason=text_ref(fare.reason)
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
                ticket=ticket_ref(one.offer.ticket),
                route=route_ref(one.offer.route),
                total_p=one.total_p,
                restriction=restriction_ref(one.offer.restriction, is_return=False),
                railcard=railcard_ref(one.offer.railcard),
                availability=_availability(one.offer),
            )
            for one in split.tickets
        ],
    )
