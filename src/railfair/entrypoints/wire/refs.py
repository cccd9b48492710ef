"""What every answer refers to: stations, operators, trains, and where the answer comes from."""

from datetime import date
from typing import Any

import msgspec

from railfair.application.provenance import Provenance as Loaded
from railfair.domain import station
from railfair.domain.feed import LoadedFeed
from railfair.domain.operators import operator
from railfair.domain.railtime import iso
from railfair.domain.timetable import DirectTrain


class StationRef(msgspec.Struct):
    """A station, as other answers refer to it."""

    crs: str
    name: str


class OperatorRef(msgspec.Struct):
    """A train operator."""

    code: str
    name: str


class TrainRef(msgspec.Struct):
    """A timetabled train between the two stations asked for."""

    uid: str
    headcode: str
    operator: OperatorRef
    departs_at: str
    arrives_at: str


class TimetableProvenance(msgspec.Struct):
    """The timetable or fares feed behind an answer."""

    version: str
    loaded_at: str


class PerformanceProvenance(msgspec.Struct, rename={"first": "from", "last": "to"}):
    """The history behind an answer."""

    first: date
    last: date
    loaded_at: str


class Provenance(msgspec.Struct):
    """Where an answer comes from."""

    source: str
    timetable: TimetableProvenance | None
    fares: TimetableProvenance | None
    performance: PerformanceProvenance | None


def plain(answer: msgspec.Struct) -> Any:
    """Return *answer* as JSON's own kinds of value."""
    return msgspec.to_builtins(answer)


def station_ref(one: station.Station) -> StationRef:
    """Return *one* as others refer to it."""
    return StationRef(crs=one.crs, name=one.name)


def provenance(loaded: Loaded) -> Provenance:
    """Return where an answer comes from."""
    return Provenance(
        source=loaded.source,
        timetable=_versioned(loaded.timetable),
        fares=_versioned(loaded.fares),
        performance=_dated(loaded.performance),
    )


def operator_ref(code: Any) -> OperatorRef:
    """Return the operator *code* with its name."""
    named = operator(code)
    return OperatorRef(code=named.code, name=named.name)


def train_ref(ride: DirectTrain) -> TrainRef:
    """Return *ride* as answers refer to it."""
    schedule = ride.train.schedule
    return TrainRef(
        uid=schedule.uid,
        headcode=schedule.headcode,
        operator=operator_ref(schedule.toc),
        departs_at=iso(ride.departs_at),
        arrives_at=iso(ride.arrives_at),
    )


def _versioned(feed: LoadedFeed | None) -> TimetableProvenance | None:
    if feed is None:
        return None
    return TimetableProvenance(version=feed.version, loaded_at=iso(feed.loaded_at))


def _dated(feed: LoadedFeed | None) -> PerformanceProvenance | None:
    if feed is None:
        return None
    return PerformanceProvenance(
        first=feed.first_day, last=feed.last_day, loaded_at=iso(feed.loaded_at)
    )
