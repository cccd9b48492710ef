"""The raw history of running, in a dict."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import date

from railfair.domain.codes import Crs, TocCode
from railfair.domain.reported_calls import BookedCall, CallRuns, joined_reasons, packed, ride
from railfair.domain.running import BookedTrain, Run
from railfair.domain.statistics import OutcomeCounts, counted, first_arrival
from railfair.ports.performance import PutRuns


class MemoryPerformance:
    """See `ports.performance`."""

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}
        self._outcomes: dict[TocCode, OutcomeCounts] = {}

    def copy(self) -> "MemoryPerformance":
        """Return a copy that can be written without touching this one."""
        other = MemoryPerformance()
        other._runs = dict(self._runs)
        other._outcomes = dict(self._outcomes)
        return other

    async def put_runs(self, runs: Iterable[Run]) -> PutRuns:
        """Insert *runs*, in place of those with the same rid."""
        new = {one.rid: one for one in runs}
        there = {rid: self._runs[rid] for rid in new if rid in self._runs}
        changed = {rid for rid, old in there.items() if old != new[rid]}
        touched = [one.day for rid, one in new.items() if rid not in there or rid in changed]
        touched += [there[rid].day for rid in changed]
        self._runs |= new
        return PutRuns(
            added=len(new) - len(there),
            changed=len(changed),
            unchanged=len(there) - len(changed),
            first_day=min(touched, default=None),
        )

    async def has_runs(self, rids: Iterable[str]) -> int:
        """Return how many of *rids* are there."""
        return sum(rid in self._runs for rid in set(rids))

    async def days(self) -> tuple[date, date] | None:
        """Return the first and the last day with runs, or `None`."""
        days = [one.day for one in self._runs.values()]
        return (min(days), max(days)) if days else None

    async def runs(self, first: date, last: date) -> AsyncIterator[tuple[date, list[Run]]]:
        """Yield each day from *first* to *last* that has runs, in order."""
        by_day: dict[date, list[Run]] = {}
        for rid in sorted(self._runs):
            one = self._runs[rid]
            if first <= one.day <= last:
                by_day.setdefault(one.day, []).append(one)
        for day in sorted(by_day):
            yield day, by_day[day]

    async def stations(self) -> list[Crs]:
        """Return the stations where runs were booked to call, by code."""
        return sorted({call.crs for one in self._runs.values() for call in one.train.calls})

    async def route_outcomes(self, origin: Crs, destination: Crs) -> OutcomeCounts:
        """Count what came of arrivals at *destination* of runs booked to leave *origin* before."""
        return counted(
            one.outcomes()[position]
            for one in self._runs.values()
            if (position := first_arrival(one.train, origin, destination)) is not None
        )

    async def runs_between(self, origin: Crs, destination: Crs) -> CallRuns:
        """Return the calls that end rides on the route, with the runs of their trains."""
        calls = []
        for number, train in enumerate(self._trains()):
            found = ride(enumerate(train.calls), origin, destination)
            if found is not None:
                leaves_min, position, _ = found
                calls.append(_booked(number, train, position, leaves_min))
        return self._with_runs(calls)

    async def runs_at(self, crs: Crs) -> CallRuns:
        """Return all booked calls at *crs*, with the runs of their trains."""
        return self._with_runs(
            [
                _booked(number, train, position)
                for number, train in enumerate(self._trains())
                for position, call in enumerate(train.calls)
                if call.crs == crs
            ]
        )

    def _trains(self) -> dict[BookedTrain, int]:
        """Return every booked train, with its number."""
        trains = dict.fromkeys(one.train for one in self._runs.values())
        return {train: number for number, train in enumerate(trains)}

    def _with_runs(self, calls: Sequence[BookedCall]) -> CallRuns:
        numbers, wanted = self._trains(), {call.train for call in calls}
        runs = [one for one in self._runs.values() if numbers[one.train] in wanted]
        return CallRuns(
            calls=calls,
            trains=[numbers[one.train] for one in runs],
            days=[one.day for one in runs],
            reports=[packed(one.reports) for one in runs],
            reasons=[joined_reasons(one.reports) for one in runs],
        )

    async def operator_outcomes(self) -> dict[TocCode, OutcomeCounts]:
        """Return what came of every booked arrival, by operator."""
        return dict(sorted(self._outcomes.items()))

    async def put_operator_outcomes(self, outcomes: Mapping[TocCode, OutcomeCounts]) -> None:
        """Set what came of every booked arrival, by operator."""
        self._outcomes = dict(outcomes)


def _booked(
    number: int, train: BookedTrain, position: int, leaves_min: int | None = None
) -> BookedCall:
    call = train.calls[position]
    return BookedCall(
        train=number,
        toc=train.toc,
        position=position,
        arrival_min=call.arrival_min,
        departure_min=call.departure_min,
        leaves_min=leaves_min,
        begins_at=train.calls[0].crs,
        ends_at=train.calls[-1].crs,
        begins=position == 0,
        ends=position == len(train.calls) - 1,
    )
