"""Small railways thrown at random: dense in ties, near misses and rare rules."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

import numpy as np

from railfair.domain.codes import Crs
from railfair.domain.planner.search import Terms
from railfair.domain.station import FixedLink
from railfair.domain.timetable import Association, CallingPoint, Schedule, Stp
from support.railways import Railway, between_operators, from_to, linked, place, walk
from support.timetables import train, weekdays

DAY: Final = date(2026, 5, 6)
"""A Wednesday."""
PLACES: Final = ("AYT", "BEE", "CEE", "DEE", "ELM", "FOX", "GIL", "HAY", "IVY")
OPERATORS: Final = ("ZX", "ZY")
SPAN_MIN: Final = 100
BEGINS: Final = (0, 8 * 60, 22 * 60 + 50, 23 * 60 + 40)
"""When a railway's trains begin to run; the later ones run past midnight."""
X: Final = frozenset({"X"})


@dataclass
class Luck:
    """A seeded source of choices."""

    seed: int
    _numbers: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self._numbers = np.random.default_rng(self.seed)

    def up_to(self, most: int, least: int = 0) -> int:
        """Return a number from *least* to *most*, both included."""
        return int(self._numbers.integers(least, most + 1))

    def one[T](self, things: Sequence[T]) -> T:
        """Return one of *things*."""
        return things[self.up_to(len(things) - 1)]

    def some[T](self, things: Sequence[T], most: int) -> list[T]:
        """Return up to *most* different ones of *things*."""
        order = self._numbers.permutation(len(things))[: self.up_to(most)]
        return [things[number] for number in order]

    def is_so(self, chance: float) -> bool:
        """Return whether something happens that has this *chance*."""
        return bool(self._numbers.random() < chance)


@dataclass(frozen=True)
class Question:
    """What is asked of a railway, and when."""

    terms: Terms
    at: int
    until: int

    @property
    def named(self) -> set[Crs]:
        """Every station that the terms name."""
        terms = self.terms
        return {terms.origin, terms.destination, *terms.via}


@dataclass
class _Maker:
    luck: Luck
    places: tuple[str, ...]
    begin: int
    schedules: list[Schedule] = field(default_factory=list)
    associations: list[Association] = field(default_factory=list)

    def make(self) -> Railway:
        luck = self.luck
        for _ in range(luck.up_to(14, 3)):
            self._train(luck.one(self.places), self.begin + luck.up_to(SPAN_MIN))
        for one in list(self.schedules):
            self._like(one)
        for one in luck.some(self.schedules, 3):
            self._overlay(one)
        for _ in range(luck.up_to(4)):
            self._stay()
        return Railway(
            schedules=self.schedules,
            stations=[place(crs, luck.up_to(6)) for crs in self.places if luck.is_so(0.8)],
            links=[self._link() for _ in range(luck.up_to(4))],
            interchanges=[
                between_operators(
                    luck.one(self.places), luck.one(OPERATORS), luck.one(OPERATORS), luck.up_to(9)
                )
                for _ in range(luck.up_to(4))
            ],
            associations=self.associations,
            holidays={DAY + timedelta(days=luck.up_to(1, -1)): X} if luck.is_so(0.3) else {},
        )

    @property
    def _uid(self) -> str:
        return f"A{len(self.schedules):05}"

    def _calls(self, origin: str, begin: int, most: int = 5) -> list[CallingPoint]:
        """Return calls from *origin* on; places may come twice."""
        luck, minute, crs = self.luck, begin, origin
        calls = [CallingPoint(crs=Crs(crs), arrival_min=None, departure_min=minute)]
        hops = luck.up_to(most, 1)
        for hop in range(hops):
            crs = luck.one([other for other in self.places if other != crs])
            arrives = minute + luck.up_to(9, 0 if luck.is_so(0.1) else 1)
            minute = arrives + luck.up_to(3)
            kind = luck.one("TTTTTUD") if hop < hops - 1 or luck.is_so(0.1) else "F"
            calls.append(
                CallingPoint(
                    crs=Crs(crs),
                    arrival_min=None if kind == "U" else arrives,
                    departure_min=None if kind in "DF" else minute,
                )
            )
        return calls

    def _train(self, origin: str, begin: int) -> Schedule:
        luck = self.luck
        made = train(
            self._uid,
            *self._calls(origin, begin),
            toc=luck.one(OPERATORS),
            days="1111111" if luck.is_so(0.8) else luck.one(("0010000", "1101111", "0011000")),
            bank_holidays="X" if luck.is_so(0.1) else "",
        )
        self.schedules.append(made)
        return made

    def _like(self, one: Schedule) -> None:
        """Add trains that call alike, some of which overtake it."""
        luck = self.luck
        for _ in range(luck.up_to(2)):
            shift, slower = luck.up_to(40, -10), luck.up_to(1) * luck.up_to(4, -4)
            if (one.calls[0].departure_min or 0) + shift < 0:
                continue
            calls = [
                CallingPoint(
                    crs=call.crs,
                    arrival_min=_later(call.arrival_min, shift + slower * (number > 1)),
                    departure_min=_later(call.departure_min, shift + slower * (number > 1)),
                )
                for number, call in enumerate(one.calls)
            ]
            if _is_in_order(calls):
                made = train(self._uid, *calls, toc=luck.one((one.toc, luck.one(OPERATORS))))
                self.schedules.append(made)

    def _overlay(self, one: Schedule) -> None:
        """Add a record of the same train that may decide on one of the days."""
        luck = self.luck
        stp = luck.one("CCONPP")
        first = DAY + timedelta(days=luck.up_to(1, -2))
        calls = self._calls(luck.one(self.places), self.begin + luck.up_to(SPAN_MIN))
        self.schedules.append(
            train(
                one.uid,
                *(() if stp == "C" else calls),
                stp=stp,
                runs=(first, first + timedelta(days=luck.up_to(2))),
                days="1111111" if luck.is_so(0.7) else "0010000",
                toc=luck.one(OPERATORS),
                bank_holidays="X" if luck.is_so(0.2) and stp != "C" else "",
            )
        )

    def _stay(self) -> None:
        """Add a train that starts from another, or ends in one; at times two that only might."""
        luck = self.luck
        base = luck.one([one for one in self.schedules if one.calls])
        number = luck.up_to(len(base.calls) - 1)
        call = base.calls[number]
        which = sum(other.crs == call.crs for other in base.calls[: number + 1])
        minute = call.arrival_min if call.departure_min is None else call.departure_min
        assert minute is not None
        category = luck.one(("VV", "JJ", "NP", "VV", "JJ"))
        if luck.is_so(0.15):
            other = luck.one([one for one in self.schedules if one.calls])
        elif category == "JJ":
            other = self._joining(call.crs, minute)
        else:
            other = self._train(call.crs, minute + luck.up_to(6))
        made = linked(
            category,
            base.uid,
            other.uid,
            call.crs,
            calls=(str(which) if which > 1 or luck.is_so(0.2) else "", ""),
            passengers=luck.is_so(0.85),
        )
        midnight = 24 * 60
        if category != "JJ" and luck.is_so(0.7) and (other.calls[0].departure_min or 0) >= midnight:
            # The same train, as the next day's.
            number = self.schedules.index(other)
            calls = tuple(
                replace(
                    one,
                    arrival_min=_later(one.arrival_min, -midnight),
                    departure_min=_later(one.departure_min, -midnight),
                )
                for one in other.calls
            )
            self.schedules[number] = replace(other, calls=calls)
            made = replace(made, day_offset=1)
        self.associations.append(made)
        if luck.is_so(0.2):
            first = DAY + timedelta(days=luck.up_to(1, -1))
            self.associations.append(
                replace(
                    made,
                    stp=Stp(luck.one("CNO")),
                    runs_from=first,
                    runs_to=first,
                    passengers=luck.is_so(0.5),
                )
            )

    def _joining(self, crs: Crs, by: int) -> Schedule:
        """Add a train that ends at *crs* by a minute, or just too late."""
        luck = self.luck
        made = self._train(luck.one([one for one in self.places if one != crs]), by)
        calls = [call for call in made.calls if call.crs != crs]
        last = calls[-1].departure_min or calls[-1].arrival_min or 0
        shift = by + luck.up_to(1, -5) - last - 4
        calls = [
            replace(
                call,
                arrival_min=_later(call.arrival_min, shift),
                departure_min=_later(call.departure_min, shift),
            )
            for call in calls
        ]
        if (calls[0].departure_min or 0) < 0:
            return made
        calls.append(CallingPoint(crs=crs, arrival_min=last + shift + 4, departure_min=None))
        number = self.schedules.index(made)
        self.schedules[number] = replace(made, calls=tuple(calls))
        return self.schedules[number]

    def _link(self) -> FixedLink:
        luck = self.luck
        origin, destination = luck.one(self.places), luck.one(self.places)
        made = walk(
            origin,
            destination if destination != origin else self.places[origin == self.places[0]],
            luck.up_to(9),
            mode=luck.one(("walk", "tube")),
        )
        if luck.is_so(0.3):
            return made
        first = (self.begin + luck.up_to(SPAN_MIN, -20)) % 1440
        last = (first + luck.up_to(60)) % 1440
        if luck.is_so(0.3):
            first = 0
        return replace(
            made,
            starts_min=first,
            ends_min=last,
            days=weekdays(luck.one(("1111111", "1111111", "0010000", "1101111", "0011000"))),
            first_day=luck.one((None, None, DAY, DAY + timedelta(days=1))),
            last_day=luck.one((None, None, DAY, DAY + timedelta(days=1))),
        )


def thrown(seed: int, *, questions: int = 3) -> tuple[Railway, list[Question]]:
    """Return a railway and some questions; the same for the same *seed*."""
    luck = Luck(seed)
    places = PLACES[: luck.up_to(9, 4)]
    maker = _Maker(luck, places, luck.one(BEGINS))
    railway = maker.make()
    return railway, [_question(luck, places, maker.begin) for _ in range(questions)]


def _question(luck: Luck, places: tuple[str, ...], begin: int) -> Question:
    origin = luck.one(places)
    others = [crs for crs in places if crs != origin]
    destination = luck.one(others)
    between = [crs for crs in others if crs != destination]
    via = luck.some(between, 2) if luck.is_so(0.25) else []
    avoid = luck.some([crs for crs in between if crs not in via], 2) if luck.is_so(0.2) else []
    days = luck.one((0, 0, 0, 1, -1)) * 1440
    at = begin + luck.up_to(SPAN_MIN, -30) + days
    return Question(
        terms=from_to(
            origin,
            destination,
            changes=luck.up_to(4),
            via=via,
            avoid=avoid,
            extra=luck.one((0, 0, 0, 1, 5, 10)),
        ),
        at=at,
        until=at + luck.up_to(60),
    )


def _later(minute: int | None, shift: int) -> int | None:
    return None if minute is None else minute + shift


def _is_in_order(calls: list[CallingPoint]) -> bool:
    times = [
        minute
        for call in calls
        for minute in (call.arrival_min, call.departure_min)
        if minute is not None
    ]
    return times == sorted(times)
