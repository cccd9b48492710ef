"""Whether the times of a restriction let a trip be made.

Source: RST, and the readings in docs/fares.md. Tested are the departure at the origin, the arrival
at the destination, and both at stations where the passenger changes; never stations passed through.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from railfair.domain.codes import Crs
from railfair.domain.fares.reason import Reason
from railfair.domain.fares.restriction import (
    At,
    DateBand,
    Direction,
    ListedTrain,
    Restriction,
    TimeBand,
)
from railfair.domain.fares.trip import DAY_STARTS_MIN, Trip, TripLeg, ticket_moment
from railfair.domain.railtime import MINUTES_A_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a restriction says of a trip.

    It is barred for *reasons*, good without any; *is_minimum_fare* is whether a minimum fare
    follows; *is_checked* is false if something that might bar it could not be tested.
    """

    reasons: tuple[Reason, ...] = ()
    is_minimum_fare: bool = False
    is_checked: bool = True


GOOD: Final = Verdict()
UNCHECKED: Final = Verdict(is_checked=False)
_WORDS: Final = {At.ARRIVAL: "arrives at", At.DEPARTURE: "leaves", At.CHANGE: "changes at"}


class Moment(NamedTuple):
    """A departure, an arrival or a change on the ticket's *day*.

    *minute* is the clock's, as in bands: at 00:10 it is 10. `None` where it is not known.
    """

    at: At
    crs: Crs
    day: date
    minute: int | None
    leg: TripLeg
    is_at_change: bool


def restriction_on(restriction: Restriction, trip: Trip, direction: Direction) -> Verdict:
    """Return what *restriction* says of *trip* in that *direction*.

    Of a trip with an unknown train the ends are tested; what it says of changes is unchecked then.
    """
    changes = trip.changes()
    if restriction.places and not _touches(restriction, trip, changes):
        return GOOD if trip.is_known else UNCHECKED
    reasons = [*_of_changes(restriction, changes, direction)]
    is_minimum_fare, is_checked = False, restriction.allows_change or trip.is_known
    gate = Gate(restriction, direction)
    for moment in moments_of(trip):
        of_moment = gate.verdict(moment)
        reasons += of_moment.reasons
        is_minimum_fare |= of_moment.is_minimum_fare
        is_checked &= of_moment.is_checked
    found = tuple(dict.fromkeys(reasons))
    return Verdict(reasons=found, is_minimum_fare=is_minimum_fare, is_checked=is_checked)


def joined(verdicts: Iterable[Verdict]) -> Verdict:
    """Return what several verdicts say together."""
    held = tuple(verdicts)
    return Verdict(
        reasons=tuple(reason for one in held for reason in one.reasons),
        is_minimum_fare=any(one.is_minimum_fare for one in held),
        is_checked=all(one.is_checked for one in held),
    )


def _touches(restriction: Restriction, trip: Trip, changes: tuple[Crs, ...]) -> bool:
    return any(crs in restriction.places for crs in (trip.origin, trip.destination, *changes))


def _of_changes(
    restriction: Restriction, changes: Iterable[Crs], direction: Direction
) -> Iterator[Reason]:
    if restriction.allows_change:
        return
    for crs in changes:
        if crs not in restriction.changes:
            text = f"{way(direction)}changes at {crs}, where the ticket allows no change"
            yield Reason(code="change-not-allowed", text=text)


def moments_of(trip: Trip) -> Iterator[Moment]:
    """Yield the moments of *trip* that are tested, in order."""
    last = len(trip.legs) - 1
    for index, leg in enumerate(trip.legs):
        start, end = leg.calls[0], leg.calls[-1]
        yield moment_of(At.DEPARTURE, trip, leg, start.crs, start.departure_min, index > 0)
        yield moment_of(At.ARRIVAL, trip, leg, end.crs, end.arrival_min, index < last)
        if index < last:
            yield moment_of(At.CHANGE, trip, leg, end.crs, end.arrival_min, is_at_change=True)


def moment_of(
    at: At, trip: Trip, leg: TripLeg, crs: Crs, rail_min: int | None, is_at_change: bool
) -> Moment:
    """Return the moment at *rail_min* of *trip*, on board of *leg* at *crs*."""
    if rail_min is None:
        return Moment(at, crs, trip.ticket_day, None, leg, is_at_change)
    day, _ = ticket_moment(trip.day, rail_min)
    return Moment(at, crs, day, rail_min % MINUTES_A_DAY, leg, is_at_change)


def _covers(bands: tuple[DateBand, ...], day: date) -> bool:
    """Whether one of *bands* covers *day*; none at all cover every day."""
    return not bands or any(band.covers(day) for band in bands)


def _met(bands: Iterable[TimeBand], moment: Moment) -> Iterator[tuple[TimeBand, bool]]:
    """Yield those of *bands*, which are of its kind, that a moment meets.

    Each with `False` if time or operator are not known.
    """
    _, crs, day, minute, leg, _ = moment
    toc = leg.toc
    for band in bands:
        if band.crs is not None and band.crs != crs:
            continue
        if minute is not None and not band.from_min <= minute <= band.to_min:
            continue
        is_theirs = not band.tocs or toc is None or toc in band.tocs
        if is_theirs and _covers(band.days, day):
            yield band, minute is not None and (toc is not None or not band.tocs)


class Gate:
    """What a restriction says of single moments of a trip in a *direction*."""

    def __init__(self, restriction: Restriction, direction: Direction) -> None:
        self._restriction = restriction
        self._direction = direction
        self._listed = _Listed(restriction, direction)
        self._bands: dict[At, list[TimeBand]] = {at: [] for at in At}
        for band in restriction.times:
            if band.direction is direction:
                self._bands[band.at].append(band)

    def concerns(self, crs: Crs) -> bool:
        """Whether the restriction is about every trip that begins, ends or changes at *crs*."""
        places = self._restriction.places
        return not places or crs in places

    def forbids(self, changes: Iterable[Crs]) -> bool:
        """Whether it allows no change at one of *changes*, on trips that it is about."""
        return any(_of_changes(self._restriction, changes, self._direction))

    def verdict(self, moment: Moment) -> Verdict:
        """Return what it says of a moment on trips that the restriction is about."""
        if not _covers(self._restriction.days, moment.day):
            return GOOD
        train, is_checked = self._listed.train(moment)
        if train is not None and not self._listed.are_good:
            reason = _train_barred(moment, self._direction)
            return Verdict(reasons=(reason,), is_checked=is_checked)
        reasons: list[Reason] = []
        is_minimum_fare = False
        for band, is_certain in _met(self._bands[moment.at], moment):
            if train is not None and not band.is_minimum_fare:
                continue
            if not is_certain:
                is_checked = False
            elif band.is_minimum_fare:
                is_minimum_fare = True
            else:
                reasons.append(_barred(band, moment, self._direction))
        if is_checked and not reasons and not is_minimum_fare:
            return GOOD
        return Verdict(
            reasons=tuple(reasons), is_minimum_fare=is_minimum_fare, is_checked=is_checked
        )


class _Listed:
    """The trains that a restriction lists in a direction."""

    def __init__(self, restriction: Restriction, direction: Direction) -> None:
        is_outward = direction is Direction.OUTWARD
        self.are_good = restriction.lists_good_out if is_outward else restriction.lists_good_return
        self._trains = [one for one in restriction.trains if one.direction is direction]

    def train(self, moment: Moment) -> tuple[ListedTrain | None, bool]:
        """Return the listed train of a moment, if it is one, and whether that could be told."""
        if not self._trains or moment.at is At.CHANGE:
            return None, True
        if moment.leg.uid is None:
            might_bar = not self.are_good and any(_is_listed_at(t, moment) for t in self._trains)
            return None, not might_bar
        for train in self._trains:
            if train.uid == moment.leg.uid and _is_listed_at(train, moment):
                return train, True
        return None, True


def _is_listed_at(train: ListedTrain, moment: Moment) -> bool:
    if train.is_sleeper and not moment.leg.is_sleeper:
        return False
    if not _covers(train.days, moment.day):
        return False
    if not train.places:
        return True
    return any(crs == moment.crs and at in {moment.at, "B"} for crs, at in train.places)


def _train_barred(moment: Moment, direction: Direction) -> Reason:
    text = f"{way(direction)}the train {moment.leg.uid} is barred for this ticket"
    return Reason(code="train-barred", text=text)


def _barred(band: TimeBand, moment: Moment, direction: Direction) -> Reason:
    minute = moment.minute or 0
    text = (
        f"{way(direction)}{_WORDS[moment.at]} {moment.crs} at {_clock(minute)};"
        f" barred there from {_clock(band.from_min)} to {_clock(band.to_min)}"
    )
    return Reason(code=_code(band, moment), text=text)


def _code(band: TimeBand, moment: Moment) -> str:
    if moment.is_at_change:
        return "changes-in-peak"
    verb = "arrives" if moment.at is At.ARRIVAL else "departs"
    return f"{verb}-{'before-off' if band.from_min <= DAY_STARTS_MIN else 'in'}-peak"


def way(direction: Direction) -> str:
    """Return how a sentence about a trip in that *direction* begins."""
    return "" if direction is Direction.OUTWARD else "on the way back, "


def _clock(minute: int) -> str:
    hour, rest = divmod(minute, 60)
    return f"{hour:02}:{rest:02}"
