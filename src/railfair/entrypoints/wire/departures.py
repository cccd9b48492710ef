"""The departures of a station."""

import msgspec

from railfair.application.departures import Departure, Departures
from railfair.domain.railtime import iso
from railfair.entrypoints.wire.refs import (
    OperatorRef,
    Provenance,
    StationRef,
    operator_ref,
    provenance,
    station_ref,
)


class DepartureAnswer(msgspec.Struct):
    """A train that may be joined here; `calls` are its stops before the destination."""

    uid: str
    headcode: str
    operator: OperatorRef
    departs_at: str
    platform: str | None
    destination: StationRef
    arrives_at: str | None
    calls: int


class DeparturesAnswer(msgspec.Struct):
    """The next departures, earliest first; a `platform` is the booked one, null if not known."""

    station: StationRef
    departures: list[DepartureAnswer]
    provenance: Provenance


def departures(found: Departures) -> DeparturesAnswer:
    """Return the departures of a station."""
    return DeparturesAnswer(
        station=station_ref(found.station),
        departures=[_departure(one) for one in found.departures],
        provenance=provenance(found.provenance),
    )


def _departure(one: Departure) -> DepartureAnswer:
    schedule = one.train.schedule
    return DepartureAnswer(
        uid=schedule.uid,
        headcode=schedule.headcode,
        operator=operator_ref(schedule.toc),
        departs_at=iso(one.departs_at),
        platform=one.call.platform or None,
        destination=station_ref(one.terminus),
        arrives_at=None if one.arrives_at is None else iso(one.arrives_at),
        calls=one.calls,
    )
