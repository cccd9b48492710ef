"""The odds of journeys: forecasts of their trains, and what is taken when one is missed."""

import asyncio
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Final

from railfair.application.forecasting import RideForecasts
from railfair.domain.codes import Crs
from railfair.domain.delays.distribution import DelayDistribution
from railfair.domain.journey import Journey, TrainLeg
from railfair.domain.odds import Fallback, PlannedRide, PlanOdds, plan_odds
from railfair.domain.planner.search import Planner, Terms
from railfair.ports.bank_holidays import BankHolidays
from railfair.ports.storage import UnitOfWork
from railfair.ports.tracing import span

FALLBACKS: Final = 2
"""How many trains are looked at after one that is missed; one where a first train is cancelled."""
LONGEST_DELAY_MIN: Final = 360
"""A fallback that arrives later than this after the plan is none."""

type Fallbacks = list[list[list[Journey]]]
"""By journey and ride: what is taken in its place, the best first."""


@dataclass(frozen=True, kw_only=True)
class JourneyOdds:
    """The odds of a journey: *arrivals* where each train is left, and those of the whole *plan*.

    *fallbacks* are what to take if each connection is missed, from where it is.
    """

    arrivals: tuple[DelayDistribution, ...]
    plan: PlanOdds
    fallbacks: tuple[Journey | None, ...]


class OddsOfJourneys:
    """Weighs journeys; one instance serves the whole process."""

    def __init__(self, holidays: BankHolidays, workers: Executor) -> None:
        self._holidays = holidays
        self._workers = workers

    def weighing(self, planner: Planner, terms: Terms) -> "Weighing":
        """Return what weighs the journeys that *planner* found by *terms*; many share trains."""
        return Weighing(RideForecasts(self._holidays), planner, terms, self._workers)


class Weighing:
    """Weighs journeys one lot after another; what was forecast for one counts for the next."""

    def __init__(
        self, forecasts: RideForecasts, planner: Planner, terms: Terms, workers: Executor
    ) -> None:
        self._forecasts = forecasts
        self._scales = _Scales(forecasts)
        self._search = _FallbackSearch(planner, terms)
        self._workers = workers

    async def as_planned(self, unit: UnitOfWork, journeys: Sequence[Journey]) -> list[float]:
        """Return the chance that each journey goes to plan; a walk alone is sure."""

        def weighed() -> list[float]:
            self._forecasts.forecast()
            return [self._scales.as_planned(one) for one in journeys]

        with span("forecast.connections", journeys=len(journeys)):
            await self._read(unit, journeys)
            return await self._in_worker(weighed)

    async def fallbacks(self, journeys: Sequence[Journey]) -> Fallbacks:
        """Return for each ride of each of *journeys* what is taken if it is missed.

        The best first, by the terms but for what was passed already. It needs no unit of work.
        """
        with span("planner.fallbacks", journeys=len(journeys)):
            return await self._in_worker(lambda: self._search.of_all(journeys))

    async def of_plans(
        self, unit: UnitOfWork, journeys: Sequence[Journey], found: Fallbacks
    ) -> list[JourneyOdds | None]:
        """Return the odds of *journeys* with the fallbacks *found*; `None` for a walk alone."""
        others = [one for rides in found for each in rides for one in each]

        def weighed() -> list[JourneyOdds | None]:
            self._forecasts.forecast()
            return [
                self._scales.odds(journey, rides)
                for journey, rides in zip(journeys, found, strict=True)
            ]

        with span("forecast.journeys", journeys=len(journeys)):
            await self._read(unit, [*journeys, *others])
            return await self._in_worker(weighed)

    async def _read(self, unit: UnitOfWork, journeys: Iterable[Journey]) -> None:
        await self._forecasts.read(unit, [leg for one in journeys for leg in one.trains])

    async def _in_worker[T](self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._workers, work)


class _FallbackSearch:
    """Finds what is taken in place of the rides of journeys; many of them share theirs."""

    def __init__(self, planner: Planner, terms: Terms) -> None:
        self._planner = planner
        self._terms = terms
        self._known: dict[Crs, list[tuple[int, Journey | None]]] = {}

    def of_all(self, journeys: Iterable[Journey]) -> Fallbacks:
        """Return for each ride of each journey what is taken if it is missed, the best first."""
        return [
            [
                list(self._after(leg, journey, FALLBACKS if number else 1))
                for number, leg in enumerate(journey.trains)
            ]
            for journey in journeys
        ]

    def _after(self, leg: TrainLeg, journey: Journey, most: int) -> Iterator[Journey]:
        after_min = leg.departs_min + 1
        for _ in range(most):
            found = self._first(leg.origin, after_min)
            if found is None or found.arrives_min > journey.arrives_min + LONGEST_DELAY_MIN:
                return
            yield found
            after_min = found.departs_min + 1

    def _first(self, origin: Crs, at_min: int) -> Journey | None:
        """Return the first journey from *origin* at *at_min*: it is so until it leaves itself."""
        known = self._known.setdefault(origin, [])
        for asked_min, found in known:
            if asked_min <= at_min and (found is None or at_min <= found.departs_min):
                return found
        terms = replace(self._terms, origin=origin, via=())
        found = self._planner.first(terms, at_min)
        known.append((at_min, found))
        return found


class _Scales:
    """The odds of journeys by *forecasts* of all their rides, which have been made."""

    def __init__(self, forecasts: RideForecasts) -> None:
        self._forecasts = forecasts
        self._known: dict[Hashable, float] = {}

    def as_planned(self, journey: Journey) -> float:
        """Return the chance that *journey* goes to plan; a walk alone is sure."""
        if journey.key not in self._known:
            self._known[journey.key] = self._as_planned(journey)
        return self._known[journey.key]

    def odds(self, journey: Journey, others: Sequence[Sequence[Journey]]) -> JourneyOdds | None:
        """Return the odds of *journey*; *others* are taken in place of each of its rides."""
        plan = self._plan_odds(journey, others)
        if plan is None:
            return None
        return JourneyOdds(
            arrivals=tuple(self._forecasts.arriving(leg) for leg in journey.trains),
            plan=plan,
            fallbacks=tuple(next(iter(each), None) for each in others[1:]),
        )

    def _as_planned(self, journey: Journey) -> float:
        # For one train that is that it runs.
        if len(journey.trains) == 1:
            return 1 - self._forecasts.arriving(journey.trains[0]).cancelled
        odds = self._plan_odds(journey)
        return 1.0 if odds is None else odds.as_planned_probability

    def _plan_odds(
        self, journey: Journey, others: Sequence[Sequence[Journey]] = ()
    ) -> PlanOdds | None:
        if not journey.trains:
            return None
        rides = [
            self._ride(journey, number, others[number] if others else ())
            for number in range(len(journey.trains))
        ]
        return plan_odds(rides, walk_min=journey.arrives_min - journey.trains[-1].arrives_min)

    def _ride(self, journey: Journey, number: int, others: Iterable[Journey]) -> PlannedRide:
        forecasts = self._forecasts
        leg = journey.trains[number]
        slack_min, correlation = 0, forecasts.correlation(leg, leg)
        if number:
            connection = journey.connections[number - 1]
            slack_min = connection.slack_min
            correlation = forecasts.correlation(connection.arriving, leg, slack_min)
        return PlannedRide(
            departs_min=leg.departs_min,
            arrives_min=leg.arrives_min,
            arriving=forecasts.arriving(leg),
            leaving=forecasts.leaving(leg),
            slack_min=slack_min,
            correlation=correlation,
            fallbacks=tuple(self._fallback(one) for one in others if one.trains),
        )

    def _fallback(self, journey: Journey) -> Fallback:
        # That a connection of its own is missed is as if it did not run.
        fails = 1 - self.as_planned(journey)
        return Fallback(
            departs_min=journey.departs_min,
            arrives_min=journey.arrives_min,
            arriving=replace(self._forecasts.arriving(journey.trains[-1]), cancelled=fails),
        )
