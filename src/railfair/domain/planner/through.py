"""Trains that divide or join: rides from one train to another without leaving one's seat.

Source: CIF AA, categories JJ (the other train joins the base train), VV (it starts from it) and NP
(the stock forms it) where passengers may stay seated.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from railfair.domain.codes import Crs, Tiploc, TrainUid
from railfair.domain.timetable import Association, Stp

MOST_PORTIONS: Final = 4
JOINS: Final = "JJ"
SECOND_CALL: Final = 2

type TrainOfDay = tuple[TrainUid, int]
"""A train and its service day, relative to the network's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuation:
    """The train *before* goes on as *after*: at these calls of them, by index."""

    before: TrainOfDay
    before_call: int
    after: TrainOfDay
    after_call: int


type CallsOf = Mapping[TrainOfDay, Sequence[Crs]]
type Stretch = tuple[TrainOfDay, int, int]
"""A train with the first and the last of its calls that are ridden."""


def valid_on(associations: Iterable[Association], day: date) -> list[Association]:
    """Return those that hold for base trains of *day*: the lowest overlay letter decides."""
    deciding: dict[tuple[str, ...], Association] = {}
    for one in associations:
        is_dated = one.runs_from <= day <= one.runs_to and one.days >> day.weekday() & 1
        if not is_dated:
            continue
        key = (one.base_uid, one.other_uid, one.tiploc)
        known = deciding.get(key)
        if known is None or (one.stp, -one.runs_from.toordinal()) < (
            known.stp,
            -known.runs_from.toordinal(),
        ):
            deciding[key] = one
    return [one for one in deciding.values() if one.stp is not Stp.CANCELLED and one.passengers]


def continuations(
    associations: Sequence[Association],
    day: date,
    trains: CallsOf,
    station_of: Mapping[Tiploc, Crs],
) -> Iterator[Continuation]:
    """Yield where trains of *day* and of its neighbours go on as another that runs."""
    for offset in (-1, 0, 1):
        for one in valid_on(associations, day + timedelta(days=offset)):
            base = one.base_uid, offset
            other = one.other_uid, offset + one.day_offset
            place = station_of.get(one.tiploc)
            if place is None or base not in trains or other not in trains:
                continue
            base_call = _call_at(trains[base], place, one.base_suffix)
            other_call = _call_at(trains[other], place, one.other_suffix)
            if base_call is None or other_call is None:
                continue
            if one.category == JOINS:
                yield Continuation(
                    before=other, before_call=other_call, after=base, after_call=base_call
                )
            else:
                yield Continuation(
                    before=base, before_call=base_call, after=other, after_call=other_call
                )


def through_rides(found: Iterable[Continuation], trains: CallsOf) -> Iterator[list[Stretch]]:
    """Yield every way from a train to its last portion that takes more than one train."""
    after: dict[TrainOfDay, list[Continuation]] = {}
    for one in found:
        after.setdefault(one.before, []).append(one)

    def ways(train: TrainOfDay, first: int, portions: int) -> Iterator[list[Stretch]]:
        for one in after.get(train, ()) if portions < MOST_PORTIONS else ():
            if one.before_call <= first and portions > 1:
                continue
            here = (train, first, one.before_call)
            last = len(trains[one.after]) - 1
            if one.after_call < last:
                yield [here, (one.after, one.after_call, last)]
            for rest in ways(one.after, one.after_call, portions + 1):
                yield [here, *rest]

    for train in after:
        for way in ways(train, 0, 1):
            if way[0][2] > 0:
                yield way


def _call_at(calls: Sequence[Crs], place: Crs, suffix: str) -> int | None:
    """Return the call of a train at *place*, the second one where the feed says so."""
    found = [number for number, crs in enumerate(calls) if crs == place]
    which = int(suffix) if suffix.isdigit() else 1
    if not found:
        return None
    return found[which - 1] if SECOND_CALL <= which <= len(found) else found[0]
