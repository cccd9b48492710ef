"""Fares: those that are good on a trip, those that are not, and splits."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, overload

import msgspec

from railfair.application import compare_fares
from railfair.application.trips import ends_along
from railfair.domain.codes import Crs
from railfair.domain.fares import comparison
from railfair.domain.fares.lookup import UnlistedFare
from railfair.domain.fares.ticket import TicketKind
from railfair.domain.fares.trip import Trip
from railfair.domain.railtime import instant, iso
from railfair.domain.timetable import DirectTrain
from railfair.entrypoints.wire.refs import (
    OperatorRef,
    Provenance,
    StationRef,
    TrainRef,
    operator_ref,
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


class SplitTrainRef(msgspec.Struct):
    """The train that a ticket of a chain is for."""

    uid: str
    headcode: str
    operator: OperatorRef


class SplitTicketAnswer(msgspec.Struct):
    """One ticket of a chain, good on its own part of the trip.

    `departs_at` and `arrives_at` are when its `train` calls at its ends; they are null where the
    trip around it says so.
    """

    origin: StationRef
    destination: StationRef
    ticket: TicketRef
    route: RouteRef
    adult_fare_p: int | None
    total_p: int
    restriction: CodeText | None
    validity: CodeText | None
    railcard: CodeName | None
    availability: str
    departs_at: str | None = None
    arrives_at: str | None = None
    train: SplitTrainRef | None = None


class SplitAnswer(msgspec.Struct):
    """The cheapest chain of tickets one way; the train calls at each station where one ends.

    `direction` is the way that it is for, `out` or `back`; `through` the cheapest fare for that way
    by itself, which `saving_p` compares it with. A round trip may reject that fare.
    """

    total_p: int
    saving_p: int | None
    tickets: list[SplitTicketAnswer]
    direction: str = "out"
    through: FareAnswer | None = None


class SinglesAnswer(msgspec.Struct):
    """The cheapest single for each way of a round trip, each tested on its own way."""

    total_p: int
    out: FareAnswer
    back: FareAnswer


class TripAnswer(msgspec.Struct):
    """One way of the trip as it was tested; what is null was not known."""

    date: date
    departs_at: str | None
    arrives_at: str | None
    train: TrainRef | None


class TripFares(msgspec.Struct):
    """The fares of a trip, cheapest first, and those that are not good on it.

    `saving_p` is the dearest of `by_kind` minus `cheapest`. `return_trip` is null for one way, as
    are `singles` and `split_back`. `fares` and `rejected` are for the whole trip, `split` is for
    the way out.
    """

    trip: TripAnswer
    return_trip: TripAnswer | None
    fares: list[FareAnswer]
    rejected: list[RejectedFareAnswer]
    unlisted: list[UnlistedFareAnswer]
    cheapest: FareAnswer | None
    by_kind: ByKind
    saving_p: int
    singles: SinglesAnswer | None
    split: SplitAnswer | None
    split_back: SplitAnswer | None
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
        "fares": [fare_answer(offer) for offer in compared.offers],
        "rejected": [_rejected(fare) for fare in compared.rejected],
        "unlisted": [_unlisted(fare) for fare in compared.unlisted],
        "cheapest": fare_answer(compared.cheapest),
        "by_kind": ByKind(**{str(kind): fare_answer(kinds.get(kind)) for kind in SHOWN_KINDS}),
        "saving_p": compared.saving_p,
        "singles": _singles(found.singles),
        "split": _split_of_way(found.ways[0], "out", found.names),
        "split_back": _split_of_way(found.ways[-1], "back", found.names) if found.back else None,
        "notes": text_refs(found.notes),
    }


def _trip(trip: Trip, ride: DirectTrain | None) -> TripAnswer:
    return TripAnswer(
        date=trip.day,
        departs_at=_moment(trip, trip.departure_min),
        arrives_at=_moment(trip, trip.arrival_min),
        train=None if ride is None else train_ref(ride),
    )


def _moment(trip: Trip, minute: int | None) -> str | None:
    return None if minute is None else iso(instant(trip.day, minute))


@overload
def fare_answer(offer: comparison.OfferedFare) -> FareAnswer: ...
@overload
def fare_answer(offer: comparison.OfferedFare | None) -> FareAnswer | None: ...
def fare_answer(offer: comparison.OfferedFare | None) -> FareAnswer | None:
    """Return *offer*, if there is one."""
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


def split_answer(split: comparison.Split | None, names: Mapping[Crs, str]) -> SplitAnswer | None:
    """Return *split*, if there is one, with its tickets as such."""
    if split is None:
        return None
    return SplitAnswer(
        total_p=split.total_p,
        saving_p=split.saving_p,
        tickets=[_split_ticket(ticket, names) for ticket in split.tickets],
    )


def _split_ticket(one: comparison.SplitTicket, names: Mapping[Crs, str]) -> SplitTicketAnswer:
    return SplitTicketAnswer(
        origin=StationRef(crs=one.origin, name=names[one.origin]),
        destination=StationRef(crs=one.destination, name=names[one.destination]),
        ticket=ticket_ref(one.offer.ticket),
        route=route_ref(one.offer.route),
        adult_fare_p=one.offer.adult_fare_p,
        total_p=one.total_p,
        restriction=restriction_ref(one.offer.restriction, is_return=False),
        validity=validity_ref(one.offer.validity, is_return=False),
        railcard=railcard_ref(one.offer.railcard),
        availability=_availability(one.offer),
    )


def _split_of_way(
    way: compare_fares.OneWay, direction: str, names: Mapping[Crs, str]
) -> SplitAnswer | None:
    """Return the split of *way* with its proof: the train, and when it calls where tickets end."""
    answer, trip, ride = split_answer(way.split, names), way.found.trip, way.found.ride
    if answer is None or way.split is None or ride is None:
        return answer
    ends = ends_along(trip, way.split.tickets)
    proven = [
        msgspec.structs.replace(
            ticket,
            departs_at=_moment(trip, start.departure_min),
            arrives_at=_moment(trip, end.arrival_min),
            train=_split_train(ride),
        )
        for ticket, (start, end) in zip(answer.tickets, ends, strict=True)
    ]
    return msgspec.structs.replace(
        answer,
        tickets=proven,
        direction=direction,
        through=fare_answer(way.comparison.cheapest),
    )


def _split_train(ride: DirectTrain) -> SplitTrainRef:
    schedule = ride.train.schedule
    return SplitTrainRef(
        uid=schedule.uid, headcode=schedule.headcode, operator=operator_ref(schedule.toc)
    )


def _singles(
    singles: tuple[comparison.OfferedFare, comparison.OfferedFare] | None,
) -> SinglesAnswer | None:
    if singles is None:
        return None
    out, back = singles
    return SinglesAnswer(
        total_p=out.total_p + back.total_p, out=fare_answer(out), back=fare_answer(back)
    )
