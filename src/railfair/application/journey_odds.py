"""The odds of journeys: forecasts of their trains, and what is taken when one is missed."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
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

    async def as_planned(self, unit: UnitOfWork, journeys: Sequence[Journey]) -> list[float]:
        """Return the chance that each journey goes to plan; a walk alone is sure."""
        forecasts = await self._forecasts(unit, journeys)

        def weighed() -> list[float]:
            forecasts.forecast()
            return [_as_planned(one, forecasts) for one in journeys]

        return await self._in_worker(weighed)

    async def fallbacks(
        self, journeys: Sequence[Journey], planner: Planner, terms: Terms
    ) -> Fallbacks:
        """Return for each ride of each of *journeys* what is taken if it is missed.

        The best first, by *terms* but for what was passed already. It needs no unit of work.
        """
        return await self._in_worker(lambda: _FallbackSearch(planner, terms).of_all(journeys))

    async def of_plans(
        self, unit: UnitOfWork, journeys: Sequence[Journey], found: Fallbacks
    ) -> list[JourneyOdds | None]:
        """Return the odds of *journeys* with the fallbacks *found*; `None` for a walk alone."""
        others = [one for rides in found for each in rides for one in each]
        forecasts = await self._forecasts(unit, [*journeys, *others])

        def weighed() -> list[JourneyOdds | None]:
            forecasts.forecast()
            return [
                _journey_odds(journey, rides, forecasts)
                for journey, rides in zip(journeys, found, strict=True)
            ]

        return await self._in_worker(weighed)

    async def _forecasts(self, unit: UnitOfWork, journeys: Iterable[Journey]) -> RideForecasts:
        legs = (leg for journey in journeys for leg in journey.trains)
        forecasts = RideForecasts(self._holidays, legs)
        await forecasts.read(unit)
        return forecasts

    async def _in_worker[T](self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._workers, work)


class _FallbackSearch:
    """Finds what is taken in place of the rides of journeys; many of them share theirs."""

    def __init__(self, planner: Planner, terms: Terms) -> None:
        self._planner = planner
        self._terms = terms
        self._known: dict[tuple[Crs, int], Journey | None] = {}

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
        key = origin, at_min
        if key not in self._known:
            terms = replace(self._terms, origin=origin, via=())
            self._known[key] = self._planner.first(terms, at_min)
        return self._known[key]


def _journey_odds(
    journey: Journey, others: Sequence[Sequence[Journey]], forecasts: RideForecasts
) -> JourneyOdds | None:
    plan = _plan_odds(journey, forecasts, others)
    if plan is None:
        return None
    return JourneyOdds(
        arrivals=tuple(forecasts.arriving(leg) for leg in journey.trains),
        plan=plan,
        fallbacks=tuple(next(iter(each), None) for each in others[1:]),
    )


def _plan_odds(
    journey: Journey, forecasts: RideForecasts, others: Sequence[Sequence[Journey]] = ()
) -> PlanOdds | None:
    """Return the odds of *journey*; *others* are what is taken in place of each of its rides."""
    if not journey.trains:
        return None
    rides = [
        _ride(journey, number, forecasts, others[number] if others else ())
        for number in range(len(journey.trains))
    ]
    return plan_odds(rides, walk_min=journey.arrives_min - journey.trains[-1].arrives_min)


def _ride(
    journey: Journey, number: int, forecasts: RideForecasts, others: Iterable[Journey]
) -> PlannedRide:
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
        fallbacks=tuple(_fallback(one, forecasts) for one in others if one.trains),
    )


def _as_planned(journey: Journey, forecasts: RideForecasts) -> float:
    """Return the chance that *journey* goes to plan; for one train that is that it runs."""
    if len(journey.trains) == 1:
        return 1 - forecasts.arriving(journey.trains[0]).cancelled
    odds = _plan_odds(journey, forecasts)
    return 1.0 if odds is None else odds.as_planned_probability


def _fallback(journey: Journey, forecasts: RideForecasts) -> Fallback:
    # That a connection of its own is missed is as if it did not run.
    fails = 1 - _as_planned(journey, forecasts)
    return Fallback(
        departs_min=journey.departs_min,
        arrives_min=journey.arrives_min,
        arriving=replace(forecasts.arriving(journey.trains[-1]), cancelled=fails),
    )
