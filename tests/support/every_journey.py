"""Every journey there is on a small railway, tried out one after the other, and what it may cost.

The rules of changes and links are those of `journeys_oracle`; here nothing is searched for, and
nothing is left out because something else is better. Nobody rides a train twice, comes back to
where the journey began or leaves where it ends. Ways without any train are none of these.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Final
from zlib import crc32

from railfair.domain.codes import Crs, TocCode
from railfair.domain.journey import Journey
from railfair.domain.pareto import Criteria
from railfair.domain.planner.search import Terms
from railfair.domain.station import FixedLink
from railfair.domain.timetable import CallingPoint, Schedule
from railfair.domain.tradeoff import Option
from support.journeys_oracle import EARLIEST, NEVER, Oracle, RunningTrain
from support.railways import Railway, between_operators, from_to, place, walk
from support.random_railways import Luck
from support.timetables import train

PLACES: Final = ("AYT", "BEE", "CEE", "DEE", "ELM", "FOX")
OPERATORS: Final = ("ZX", "ZY")
BEGINS_MIN: Final = (8 * 60, 23 * 60 + 20)
"""When trains begin to run: by day, or shortly before midnight."""

type Leg = tuple[str, int, int, Crs, Crs]
"""As in `Journey.key`: what is ridden, when, from where and to where."""
type Ready = Callable[[TocCode], int]
"""Since when one may board a train of an operator."""


@dataclass(frozen=True, slots=True)
class Way:
    """A journey that was tried out."""

    key: tuple[Leg, ...]
    departs_min: int
    arrives_min: int
    changes: int


class EveryJourney:
    """The journeys that keep to *terms*, without places to go via."""

    def __init__(self, oracle: Oracle, terms: Terms) -> None:
        assert not terms.via
        self._oracle = oracle
        self._terms = terms

    def leaving(self, first: int, last: int) -> Iterator[Way]:
        """Yield those that leave from *first* to *last*."""
        terms = self._terms
        for way in self._trains(terms.origin, _since(first), (), ()):
            if way.departs_min <= last:
                yield way
        for reached, link in self._links_from(terms.origin):
            if reached == terms.destination:
                continue
            ready = first + link.duration_min + self._oracle.own_min(reached)
            for way in self._trains(reached, _since(ready), (), ()):
                boards_min = way.key[0][1]
                starts = self._latest_start(link, reached, boards_min)
                if first <= starts <= last:
                    leg = (link.mode, starts, starts + link.duration_min, terms.origin, reached)
                    yield Way((leg, *way.key), starts, way.arrives_min, way.changes)

    def _latest_start(self, link: FixedLink, reached: Crs, boards_min: int) -> int:
        """Return the last minute at which a walk begins that a train is boarded after."""
        latest = boards_min - self._oracle.own_min(reached) - link.duration_min
        return next(
            (minute for minute in range(latest, EARLIEST, -1)
             if self._oracle.may_start(link, minute)),
            -NEVER,
        )  # fmt: skip

    def _trains(
        self, at: Crs, ready: Ready, before: tuple[Leg, ...], used: tuple[RunningTrain, ...]
    ) -> Iterator[Way]:
        """Yield the journeys that go on from *at* by a train."""
        if len(used) > self._terms.most_changes:
            return
        for number, calls in self._oracle.calls.items():
            schedule = self._oracle.trains[number]
            if number in used:
                continue
            for boarding, call in enumerate(calls):
                if call.crs != at or call.leaves is None or call.leaves < ready(schedule.toc):
                    continue
                for left in calls[boarding + 1 :]:
                    if left.crs in self._terms.avoid:
                        break
                    if left.arrives is not None and left.crs != self._terms.origin:
                        leg = (schedule.uid, call.leaves, left.arrives, at, left.crs)
                        yield from self._off(
                            left.crs, left.arrives, schedule.toc, (*before, leg), (*used, number)
                        )

    def _off(
        self, at: Crs, arrives: int, toc: TocCode, ridden: tuple[Leg, ...],
        used: tuple[RunningTrain, ...],
    ) -> Iterator[Way]:  # fmt: skip
        """Yield the journeys of who has left a train at *at*."""
        oracle, terms = self._oracle, self._terms
        if at == terms.destination:
            yield self._ended(ridden, arrives, used)
            return

        def by_change(departing: TocCode) -> int:
            return arrives + oracle.change_min(at, toc, departing) + terms.extra_min

        yield from self._trains(at, by_change, ridden, used)
        sets_out = arrives + oracle.own_min(at)
        for reached, link in self._links_from(at):
            starts = oracle.starts(link, sets_out)
            if starts == NEVER or reached == terms.origin:
                continue
            walked = (*ridden, (link.mode, starts, starts + link.duration_min, at, reached))
            there = starts + link.duration_min
            if reached == terms.destination:
                yield self._ended(walked, there, used)
                continue
            own = oracle.own_min(reached)
            least = sets_out + link.duration_min + own + terms.extra_min
            ready = max(there + own, least)
            yield from self._trains(reached, _since(ready), walked, used)

    def _links_from(self, at: Crs) -> Iterator[tuple[Crs, FixedLink]]:
        for crs in PLACES:
            if crs not in self._terms.avoid:
                for link in self._oracle.links(at, Crs(crs)):
                    yield Crs(crs), link

    @staticmethod
    def _ended(key: tuple[Leg, ...], arrives: int, used: tuple[RunningTrain, ...]) -> Way:
        return Way(key, key[0][1], arrives, len(used) - 1)


def _since(minute: int) -> Ready:
    return lambda _: minute


# --- what journeys may cost, and how sure they may be --------------------------------------------


def priced(one: Way | Journey) -> Option:
    """Return a journey with a price and a chance that its key decides: some are not known."""
    thrown = crc32(repr(one.key).encode())
    price, chance = thrown % 11, thrown // 11 % 7
    return Option(
        key=one.key,
        departs_min=one.departs_min,
        arrives_min=one.arrives_min,
        changes=one.changes,
        price_p=price * 150 if price else None,
        reliability=chance / 8 if chance else None,
        expected_arrival_min=None,
    )


def criteria(option: Option) -> Criteria:
    """Return what options are compared by: lower is better, `None` is unknown."""
    reliability = None if option.reliability is None else -option.reliability
    return (
        -option.departs_min, option.arrives_min, option.changes, option.price_p, reliability,
    )  # fmt: skip


def unbeaten(vectors: Iterable[Criteria]) -> set[Criteria]:
    """Return those that no other one beats, by comparing each with each."""
    each = set(vectors)
    return {one for one in each if not any(_beats(other, one) for other in each)}


def _beats(one: Criteria, other: Criteria) -> bool:
    if one == other:
        return False
    return all(
        mine == theirs or (mine is not None and theirs is not None and mine < theirs)
        for mine, theirs in zip(one, other, strict=True)
    )


def is_sensible(journey: Journey) -> bool:
    """Whether it is one of those that are tried out here."""
    trains = [(leg.first.schedule.uid, leg.first.day) for leg in journey.trains]
    comes_back = any(leg.destination == journey.origin for leg in journey.legs)
    return bool(trains) and len(set(trains)) == len(trains) and not comes_back


# --- small railways ------------------------------------------------------------------------------


def small_railway(seed: int) -> tuple[Railway, Terms, int]:
    """Return a railway, a question and when its trains begin; the same for the same *seed*."""
    luck = Luck(seed)
    places = PLACES[: luck.up_to(6, 3)]
    begin = luck.one(BEGINS_MIN)
    railway = Railway(
        schedules=[_train(luck, number, places, begin) for number in range(luck.up_to(12, 3))],
        stations=[place(crs, luck.up_to(6)) for crs in places if luck.is_so(0.8)],
        links=list(_links(luck, places, begin)),
        interchanges=[
            between_operators(luck.one(places), luck.one(OPERATORS), luck.one(OPERATORS), minutes)
            for minutes in range(0, 2 * luck.up_to(4), 2)
        ],
    )
    origin, destination, *others = _shuffled(luck, places)
    terms = from_to(
        origin,
        destination,
        changes=luck.up_to(3),
        avoid=others[:1] if luck.is_so(0.2) else [],
        extra=luck.one((0, 0, 0, 3)),
    )
    return railway, terms, begin


def _shuffled(luck: Luck, places: tuple[str, ...]) -> list[str]:
    left = list(places)
    return [left.pop(luck.up_to(len(left) - 1)) for _ in places]


def _train(luck: Luck, number: int, places: tuple[str, ...], begin: int) -> Schedule:
    minute = begin + luck.up_to(60)
    crs = luck.one(places)
    calls = [CallingPoint(crs=Crs(crs), arrival_min=None, departure_min=minute)]
    hops = luck.up_to(3, 1)
    for hop in range(hops):
        crs = luck.one([other for other in places if other != crs])
        arrives = minute + luck.up_to(12, 1)
        minute = arrives + luck.up_to(3)
        kind = luck.one("TTTTUD") if hop < hops - 1 else "F"
        calls.append(
            CallingPoint(
                crs=Crs(crs),
                arrival_min=None if kind == "U" else arrives,
                departure_min=None if kind in "DF" else minute,
            )
        )
    return train(f"A{number:05}", *calls, toc=luck.one(OPERATORS))


def _links(luck: Luck, places: tuple[str, ...], begin: int) -> Iterator[FixedLink]:
    """Yield up to two links, each between two places of its own."""
    ends = _shuffled(luck, places)
    for number in count():
        if 2 * number + 1 >= len(ends) or luck.is_so(0.4):
            return
        origin, destination = ends[2 * number : 2 * number + 2]
        opens = (begin + luck.up_to(60)) // 60
        between = ("0:00", "23:59") if luck.is_so(0.7) else (f"{opens % 24}:00", f"{opens % 24}:40")
        yield walk(
            origin, destination, luck.up_to(9), mode=luck.one(("WALK", "TUBE")), between=between
        )
