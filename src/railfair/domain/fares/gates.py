"""Which fares cannot be good on a part of a trip, told by where it begins, changes and ends."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from railfair.domain.codes import Crs, RestrictionCode
from railfair.domain.fares.conditions import Booking, booking
from railfair.domain.fares.hopes import Barred
from railfair.domain.fares.restriction import At, Direction
from railfair.domain.fares.tariff import Tariff
from railfair.domain.fares.trip import Call, Trip, TripLeg
from railfair.domain.fares.verdict import Gate, Moment, moment_of, moments_of
from railfair.domain.railtime import MINUTES_A_DAY

type BarredCodes = Mapping[RestrictionCode, bool]
"""Whether fares with a restriction are barred."""


class _Found[Key](dict[Key, bool]):
    """What *test* says, found when first asked for."""

    def __init__(self, test: Callable[[Key], bool]) -> None:
        super().__init__()
        self._test = test

    def __missing__(self, key: Key) -> bool:
        self[key] = found = self._test(key)
        return found


class Gates:
    """Remembers what bars fares at the calls of trains, of which trips of a day share many.

    What is barred is not good on any such part; what is not may be barred by something else.
    """

    def __init__(self, tariff: Tariff) -> None:
        # What is remembered knows the rules only: all goes at once with who remembers it.
        self._rules = _Rules(tariff)
        self._starts: dict[Hashable, Barred] = {}
        self._others: dict[Hashable, BarredCodes] = {}
        self._between: dict[Hashable, Barred] = {}

    def at_start(self, trip: Trip, call: Call, last_leg: int) -> tuple[Barred, date]:
        """Return what is barred on parts of *trip* from *call* to its *last_leg*, and their day."""
        leg = trip.legs[call[0]]
        at = leg.calls[call[1]]
        tocs = (one.toc for one in trip.legs[call[0] : last_leg + 1])
        booked = booking(trip.day, at.departure_min, tocs)
        key = booked, at.crs, leg.uid, leg.toc, leg.is_sleeper
        if key not in self._starts:
            moment = moment_of(
                At.DEPARTURE, trip, leg, at.crs, at.departure_min, is_at_change=False
            )
            self._starts[key] = self._rules.barred_at_start(moment, booked)
        return self._starts[key], booked.ticket_day

    def at_end(self, trip: Trip, call: Call, ticket_day: date) -> BarredCodes:
        """Return what is barred on parts of *trip* for *ticket_day* that end at *call*."""
        leg = trip.legs[call[0]]
        at = leg.calls[call[1]]
        key = ticket_day, trip.day, at.arrival_min, at.crs, leg.uid, leg.toc, leg.is_sleeper
        if key not in self._others:
            moment = moment_of(At.ARRIVAL, trip, leg, at.crs, at.arrival_min, is_at_change=False)
            self._others[key] = self._rules.barred_at_end(moment, ticket_day)
        return self._others[key]

    def between(self, trip: Trip, first_leg: int, last_leg: int) -> Barred:
        """Return what is barred on all parts of *trip* from one of its legs to a later one.

        By the changes between, or because it is no longer sold.
        """
        # Of trips for one day sales end last for the one that leaves last.
        leaves = sorted((call.departure_min for call in trip.legs[first_leg].calls), key=_order)
        tocs = frozenset(leg.toc for leg in trip.legs[first_leg : last_leg + 1])
        bookings = (booking(trip.day, minute, tocs) for minute in leaves)
        latest = {booked.ticket_day: booked for booked in bookings}
        key = *latest.values(), *_changes(trip, first_leg, last_leg)
        if key not in self._between:
            by_day = [
                (booked, self.at_changes(trip, first_leg, last_leg, day))
                for day, booked in latest.items()
            ]
            self._between[key] = self._rules.barred_between(by_day)
        return self._between[key]

    def at_changes(
        self, trip: Trip, first_leg: int, last_leg: int, ticket_day: date
    ) -> BarredCodes:
        """Return what is barred by changing from *first_leg* of *trip* up to its *last_leg*."""
        key = ticket_day, trip.day, *_changes(trip, first_leg, last_leg)
        if key not in self._others:
            changes = [self._at_change(trip, leg, ticket_day) for leg in range(first_leg, last_leg)]
            stations = [leg.calls[0].crs for leg in trip.legs[first_leg + 1 : last_leg + 1]]
            self._others[key] = self._rules.barred_at_changes(stations, changes, ticket_day)
        return self._others[key]

    def _at_change(self, trip: Trip, leg: int, ticket_day: date) -> BarredCodes:
        """Return what the change from a *leg* bars, on trips that a restriction is about."""
        key = "change", ticket_day, trip.day, *_changes(trip, leg, leg + 1)
        if key not in self._others:
            inner = replace(trip, legs=trip.legs[leg : leg + 2])
            self._others[key] = self._rules.barred_at_change(inner, ticket_day)
        return self._others[key]


class _Rules:
    """The gates of a tariff's restrictions, each made once."""

    def __init__(self, tariff: Tariff) -> None:
        self._tariff = tariff
        self._gates: dict[tuple[RestrictionCode, date], Gate | None] = {}

    def barred_at_start(self, moment: Moment, booked: Booking) -> Barred:
        """Return what is barred, or no longer sold, on parts that begin at *moment*."""
        codes = self.barred_at_end(moment, booked.ticket_day)
        return _Found(lambda kind: codes[kind[1]] or self._tariff.is_closed(*kind, booked))

    def barred_at_end(self, moment: Moment, ticket_day: date) -> BarredCodes:
        """Return what is barred on all trips for *ticket_day* that begin or end at *moment*."""
        return _Found(lambda code: self._bars(code, moment, ticket_day))

    def barred_between(self, by_day: Sequence[tuple[Booking, BarredCodes]]) -> Barred:
        """Return what is, of parts booked each day, barred by their changes or no longer sold."""
        return _Found(
            lambda kind: all(
                at_changes[kind[1]] or self._tariff.is_closed(*kind, booked)
                for booked, at_changes in by_day
            )
        )

    def barred_at_changes(
        self, stations: Sequence[Crs], changes: Sequence[BarredCodes], ticket_day: date
    ) -> BarredCodes:
        """Return what is barred on all trips for *ticket_day* with *changes* at *stations*."""
        return _Found(
            lambda code: (
                self._concerns(code, stations, ticket_day) and any(one[code] for one in changes)
            )
        )

    def barred_at_change(self, trip: Trip, ticket_day: date) -> BarredCodes:
        """Return what the change of *trip* bars on all trips that a restriction is about."""
        changes = trip.changes()
        moments = [moment for moment in moments_of(trip) if moment.is_at_change]
        return _Found(lambda code: self._bars_change(code, changes, moments, ticket_day))

    def _bars(self, code: RestrictionCode, moment: Moment, ticket_day: date) -> bool:
        gate = self._gate(code, ticket_day)
        return gate is not None and gate.concerns(moment.crs) and bool(gate.verdict(moment).reasons)

    def _concerns(self, code: RestrictionCode, stations: Iterable[Crs], ticket_day: date) -> bool:
        # Where one walks away from is no change: it may be a place that the restriction is about.
        gate = self._gate(code, ticket_day)
        return gate is not None and any(map(gate.concerns, stations))

    def _bars_change(
        self,
        code: RestrictionCode,
        changes: Sequence[Crs],
        moments: Iterable[Moment],
        ticket_day: date,
    ) -> bool:
        gate = self._gate(code, ticket_day)
        if gate is None:
            return False
        return gate.forbids(changes) or any(gate.verdict(moment).reasons for moment in moments)

    def _gate(self, code: RestrictionCode, ticket_day: date) -> Gate | None:
        if not code:
            return None
        key = code, ticket_day
        if key not in self._gates:
            restriction = self._tariff.restriction(code, ticket_day)
            self._gates[key] = None if restriction is None else Gate(restriction, Direction.OUTWARD)
        return self._gates[key]


def _order(minute: int | None) -> int:
    """Sort times of departure; ones that are not known last: their sales may never end."""
    return MINUTES_A_DAY * 9 if minute is None else minute


def _changes(trip: Trip, first_leg: int, last_leg: int) -> Iterator[Hashable]:
    """Yield what decides about the changes from a leg of *trip* up to a later one."""
    return (_change(*legs) for legs in pairwise(trip.legs[first_leg : last_leg + 1]))


def _change(arriving: TripLeg, departing: TripLeg) -> Hashable:
    """Return what of two legs decides about the change between them."""
    return (
        *(arriving.uid, arriving.toc, arriving.is_sleeper, arriving.calls[-1]),
        *(departing.uid, departing.toc, departing.is_sleeper, departing.calls[0]),
    )
