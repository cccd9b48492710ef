"""Journeys worth choosing between: found by time, then priced and weighed by their odds."""

import asyncio
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from railfair.application.journey_odds import JourneyOdds, OddsOfJourneys, Weighing
from railfair.application.networks import Networks
from railfair.application.plan_pages import begins_again, by_night, pages
from railfair.application.plan_query import PlanQuery
from railfair.application.price_journeys import JourneyFares, JourneyPrice, PriceJourneys
from railfair.application.provenance import Provenance, provenance
from railfair.application.stations import StationDirectory
from railfair.application.together import together
from railfair.domain.codes import Crs
from railfair.domain.delay_repay import Expected, Scheme, expected, scheme_of
from railfair.domain.errors import InvalidParameter, NothingLoaded
from railfair.domain.fares.reason import Reason
from railfair.domain.feed import FeedKind, LoadedFeed
from railfair.domain.journey import Journey
from railfair.domain.planner.search import Planner
from railfair.domain.recommendation import Advice, Recommended, advise, worthwhile
from railfair.domain.station import Station
from railfair.domain.tradeoff import Label, Option
from railfair.ports.observer import UNOBSERVED, Degraded, Observer
from railfair.ports.storage import Storage, UnitOfWork
from railfair.ports.tracing import span

CERTAINTIES: Final = (0.8, 0.9, 0.95)
MOST_LOOKED_AT: Final = 16
"""Journeys whose odds are worked out for a deadline."""
CHANCE_DIGITS: Final = 3
NO_TRAINS: Final = Reason(
    code="no-trains", text="no train of the loaded timetable calls there on these days"
)
NO_JOURNEY: Final = Reason(
    code="no-journey", text="no journey keeps to all that was asked for, then or later that day"
)
NONE_THERE: Final = Reason(
    code="no-journey-there", text="no journey in that time keeps to all that was asked for"
)
NOT_CERTAIN: Final = Reason(
    code="not-certain-enough", text="no journey in the window arrives in time with that certainty"
)
NO_FARES: Final = "no fares feed is loaded"
NO_FARE: Final = "the loaded fares have no ticket that is good on any of the journeys"
NO_RUNNING: Final = "no running has been imported yet: there are no odds"


@dataclass(frozen=True, kw_only=True)
class PlannedJourney:
    """A journey worth choosing, with all that is known of it; *odds* are `None` without history.

    *delay_repay* is what to expect back under *scheme*, the last train's operator's.
    """

    journey: Journey
    odds: JourneyOdds | None
    price: JourneyPrice | None
    scheme: Scheme | None
    delay_repay: Expected | None
    labels: tuple[Label, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The last journey to be there in time with chance *certainty*; `None` if there is none.

    *probability* is its own chance of being there in time.
    """

    certainty: float
    journey: Journey | None
    probability: float | None
    price: JourneyPrice | None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The answer: journeys by departure, and where to look for *earlier* and *later* ones.

    Without any journey *none_found* says why. *names* are those of the stations mentioned.
    """

    query: PlanQuery
    origin: Station
    destination: Station
    journeys: tuple[PlannedJourney, ...]
    deadlines: tuple[Deadline, ...]
    earlier: PlanQuery | None
    later: PlanQuery | None
    none_found: Reason | None
    names: Mapping[Crs, str]
    provenance: Provenance
    degraded_reasons: tuple[str, ...] = ()


type JourneyKey = Hashable


@dataclass(frozen=True, kw_only=True)
class _LookedAt:
    """A journey with all that is known of it, before it is decided whether it is shown."""

    journey: Journey
    odds: JourneyOdds | None
    price: JourneyPrice | None


@dataclass(frozen=True, kw_only=True)
class _Choice:
    """What is shown, and what was cut for want of room."""

    shown: tuple[PlannedJourney, ...]
    cut: tuple[Option, ...]
    deadlines: tuple[Deadline, ...]


class PlanJourneys:
    """The use case; one instance serves the whole process."""

    def __init__(
        self,
        storage: Storage,
        stations: StationDirectory,
        networks: Networks,
        odds: OddsOfJourneys,
        prices: PriceJourneys,
        workers: Executor,
        *,
        observer: Observer = UNOBSERVED,
    ) -> None:
        self._observer = observer
        self._storage = storage
        self._stations = stations
        self._networks = networks
        self._odds = odds
        self._prices = prices
        self._workers = workers

    async def __call__(self, query: PlanQuery) -> Plan:
        """Return the journeys for *query*.

        Raises:
            UnknownStation: the loaded data know nothing of one of its stations.
            NothingLoaded: no timetable has been imported.
            InvalidParameter: the timetable does not cover the day, or the fares know no such
                railcard.
        """
        async with self._storage.reading() as unit:
            origin = await self._stations.get(unit, query.origin, parameter="origin")
            destination = await self._stations.get(unit, query.destination, parameter="destination")
            for parameter, codes in (("via", query.via), ("avoid", query.avoid)):
                for crs in codes:
                    await self._stations.get(unit, crs, parameter=parameter)
            loaded = await provenance(unit)
            if loaded.timetable is None:
                raise NothingLoaded(FeedKind.TIMETABLE)
            _check_day(query, loaded.timetable)
            asked = by_night(query, loaded.timetable)
            with span("planner.network"):
                planner, timetable = await self._networks.planner(asked.day, loaded.timetable)
            loaded = replace(loaded, timetable=timetable)
            with self._observer.searching(), span("planner.search") as search:
                found = await self._in_worker(lambda: _found(planner, asked))
                search.note(journeys=len(found))
            choice = await self._chosen(unit, asked, planner, found, loaded)
            names = await self._names(unit, choice.shown, choice.deadlines)
        earlier, later = pages(asked, (one.journey for one in choice.shown), choice.cut, timetable)
        reasons = tuple(_degraded(loaded, query.day, choice.shown))
        self._tell(choice, is_whole=not reasons)
        return Plan(
            query=query,
            origin=origin,
            destination=destination,
            journeys=choice.shown,
            deadlines=choice.deadlines,
            earlier=earlier,
            later=later,
            none_found=None if choice.shown else _why_none(planner, asked, found),
            names=names,
            provenance=loaded,
            degraded_reasons=reasons,
        )

    def _tell(self, choice: _Choice, *, is_whole: bool) -> None:
        splits = (one.price.split for one in choice.shown if one.price is not None)
        saving_p = sum((split.saving_p or 0) for split in splits if split is not None)
        self._observer.planned(len(choice.shown), saving_p)
        if not is_whole:
            self._observer.degraded(Degraded.INCOMPLETE)

    async def _chosen(
        self,
        unit: UnitOfWork,
        query: PlanQuery,
        planner: Planner,
        found: Sequence[Journey],
        loaded: Provenance,
    ) -> _Choice:
        """Return what of all that was *found* is worth choosing between."""
        has_odds = loaded.performance is not None
        fares = await self._read_fares(unit, query, found, loaded)
        weighing = self._odds.weighing(planner, query.terms)
        prices, catches = await asyncio.gather(
            self._prices_of(fares, len(found)),
            weighing.as_planned(unit, found) if has_odds else _nothing(len(found)),
        )
        options = [
            _option(journey, price, chance)
            for journey, price, chance in zip(found, prices, catches, strict=True)
        ]
        cut: tuple[Option, ...] = ()
        if query.certainty is not None and has_odds:
            kept = _last_to_leave(worthwhile(options))
        else:
            first = _advice(query, options)
            kept, cut = tuple(one.option for one in first.recommended), first.cut
        looked_at = await self._looked_at(unit, query, weighing, found, kept, loaded)
        kept = tuple(_expecting(one, looked_at[one.key].odds) for one in kept)
        deadlines: tuple[Deadline, ...] = ()
        if query.certainty is not None and has_odds:
            deadlines = tuple(_deadlines(query, kept, looked_at))
            kept = tuple(
                one for one in kept if _in_time(query, looked_at[one.key]) >= query.certainty
            )
        advice = _advice(query, kept)
        return _Choice(
            shown=tuple(_planned(looked_at[one.option.key], one) for one in advice.recommended),
            cut=(*cut, *advice.cut),
            deadlines=deadlines,
        )

    async def _looked_at(
        self,
        unit: UnitOfWork,
        query: PlanQuery,
        weighing: Weighing,
        found: Sequence[Journey],
        kept: Sequence[Option],
        loaded: Provenance,
    ) -> dict[JourneyKey, _LookedAt]:
        """Return the journeys *kept* with splits and fallbacks, by key.

        Fallbacks are searched while fares are read; splits are found while forecasts are read.
        """
        keys = {option.key for option in kept}
        journeys = [journey for journey in found if journey.key in keys]
        async with together() as work:
            has_odds = loaded.performance is not None
            search = weighing.fallbacks(journeys if has_odds else [])
            searched = work.create_task(search)
            fares = await self._read_fares(unit, query, journeys, loaded, splits=True)
            priced = work.create_task(self._prices_of(fares, len(journeys)))
            odds: Sequence[JourneyOdds | None] = [None] * len(journeys)
            if has_odds:
                odds = await weighing.of_plans(unit, journeys, await searched)
            prices = await priced
        return {
            journey.key: _LookedAt(journey=journey, odds=each, price=price)
            for journey, each, price in zip(journeys, odds, prices, strict=True)
        }

    async def _read_fares(
        self,
        unit: UnitOfWork,
        query: PlanQuery,
        journeys: Sequence[Journey],
        loaded: Provenance,
        *,
        splits: bool = False,
    ) -> JourneyFares | None:
        if loaded.fares is None:
            return None
        return await self._prices.read(
            unit,
            journeys,
            party=query.party,
            railcard=query.railcard,
            ticket_class=query.ticket_class,
            splits=splits,
        )

    async def _prices_of(
        self, fares: JourneyFares | None, number: int
    ) -> Sequence[JourneyPrice | None]:
        if fares is None:
            return [None] * number
        with span("pricing.journeys", journeys=number):
            return await self._in_worker(fares.prices)

    async def _names(
        self, unit: UnitOfWork, shown: Iterable[PlannedJourney], deadlines: Iterable[Deadline]
    ) -> Mapping[Crs, str]:
        codes = {crs for one in shown for crs in _mentioned(one)}
        for deadline in deadlines:
            if deadline.journey is not None:
                codes |= {leg.destination for leg in deadline.journey.legs}
                codes |= {leg.origin for leg in deadline.journey.legs}
        return {crs: await self._stations.name(unit, crs) for crs in codes}

    async def _in_worker[T](self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._workers, work)


async def _nothing(number: int) -> Sequence[None]:
    """Return that nothing is known of so many."""
    return [None] * number


def _check_day(query: PlanQuery, timetable: LoadedFeed) -> None:
    if not timetable.covers(query.day):
        raise InvalidParameter(
            "arrive_by" if query.arrives else "depart_after",
            f"the loaded timetable covers {timetable.first_day} to {timetable.last_day},"
            f" not {query.day}",
        )


def _found(planner: Planner, query: PlanQuery) -> list[Journey]:
    """Return the journeys to be weighed: those best in time, and those that fall a little behind.

    The first to arrive is among them, and with every number of changes, even if it leaves only
    after the window; not so where what lies after the window was shown already.
    """
    terms = query.terms
    stations = (query.origin, query.destination, *query.via)
    if not all(planner.knows(crs) for crs in stations):
        return []
    first_min, last_min = query.period
    if query.arrives:
        found = planner.arriving(terms, first_min, last_min)
        if found:
            leaves = [one.departs_min for one in found]
            near = planner.alternatives(terms, min(leaves), max(leaves))
            found += [one for one in near if first_min <= one.arrives_min <= last_min]
        best = [] if query.is_beyond else planner.latest(terms, last_min)
    else:
        found = planner.alternatives(terms, first_min, last_min)
        best = [] if query.is_beyond else planner.earliest(terms, first_min)
    found += [one for one in best if not any(_is_as_good(other, one) for other in found)]
    each = {journey.key: journey for journey in found}
    ordered = sorted(each.values(), key=lambda one: (one.departs_min, one.arrives_min, one.changes))
    # Who walks all the way may do so at any minute: once is enough.
    walks = [one for one in ordered if not one.trains]
    shown_walk = walks[-1:] if query.arrives else walks[:1]
    return [one for one in ordered if one.trains or one in shown_walk]


def _is_as_good(one: Journey, other: Journey) -> bool:
    return (
        one.departs_min >= other.departs_min
        and one.arrives_min <= other.arrives_min
        and one.changes <= other.changes
    )


def _option(journey: Journey, price: JourneyPrice | None, chance: float | None) -> Option:
    through = None if price is None else price.through
    return Option(
        key=journey.key,
        departs_min=journey.departs_min,
        arrives_min=journey.arrives_min,
        changes=journey.changes,
        price_p=None if through is None else through.total_p,
        reliability=None if chance is None else round(chance, CHANCE_DIGITS),
        expected_arrival_min=None,
    )


def _advice(query: PlanQuery, options: Sequence[Option]) -> Advice:
    """Return the advice on *options*: on more than the limit where the next page would be this."""
    limit = query.limit
    while True:
        advice = advise(
            options,
            value_of_time_p_per_hour=query.value_of_time_p_per_hour,
            limit=limit,
            latest_first=query.takes_last,
        )
        if not begins_again(query, advice.cut):
            return advice
        limit += 1


def _last_to_leave(options: Iterable[Option]) -> tuple[Option, ...]:
    ordered = sorted(options, key=lambda one: (-one.departs_min, one.arrives_min))
    return tuple(sorted(ordered[:MOST_LOOKED_AT], key=lambda one: one.departs_min))


def _expecting(option: Option, odds: JourneyOdds | None) -> Option:
    """Return *option* with when one may expect to arrive."""
    expected_min = option.arrives_min if odds is None else odds.plan.expected_arrival_min
    return replace(option, expected_arrival_min=expected_min)


def _in_time(query: PlanQuery, one: _LookedAt) -> float:
    """Return the chance of being there by the time asked for; a walk alone is sure."""
    return 1.0 if one.odds is None else one.odds.plan.arrives_by(query.time_min)


def _deadlines(
    query: PlanQuery, kept: Sequence[Option], looked_at: Mapping[JourneyKey, _LookedAt]
) -> Iterator[Deadline]:
    """Yield the last journey to be there in time with each certainty, the least first."""
    asked = () if query.certainty is None else (query.certainty,)
    in_time = {one.key: _in_time(query, looked_at[one.key]) for one in kept}
    for certainty in sorted({*CERTAINTIES, *asked}):
        sure = [one for one in kept if in_time[one.key] >= certainty]
        last = max(sure, key=lambda one: (one.departs_min, -one.arrives_min), default=None)
        yield Deadline(
            certainty=certainty,
            journey=None if last is None else looked_at[last.key].journey,
            probability=None if last is None else in_time[last.key],
            price=None if last is None else looked_at[last.key].price,
        )


def _planned(one: _LookedAt, advice: Recommended) -> PlannedJourney:
    journey, odds = one.journey, one.odds
    scheme, back = None, None
    through = None if one.price is None else one.price.through
    if journey.trains and odds is not None and through is not None:
        last = journey.trains[-1].last
        scheme = scheme_of(last.schedule.toc, last.day)
        if scheme is not None:
            back = expected(
                scheme,
                price_p=through.total_p,
                is_return=through.ticket.is_return,
                late_probability=odds.plan.late_probability,
            )
    return PlannedJourney(
        journey=journey,
        odds=odds,
        price=one.price,
        scheme=scheme,
        delay_repay=back,
        labels=advice.labels,
        reason=advice.reason,
    )


def _why_none(planner: Planner, query: PlanQuery, found: Sequence[Journey]) -> Reason:
    if found:
        return NOT_CERTAIN
    if query.is_beyond and planner.is_served(query.origin) and planner.is_served(query.destination):
        return NONE_THERE
    if not planner.is_served(query.origin) or not planner.is_served(query.destination):
        return NO_TRAINS
    return NO_JOURNEY


def _mentioned(one: PlannedJourney) -> Iterator[Crs]:
    for leg in one.journey.legs:
        yield from (leg.origin, leg.destination)
    for train in one.journey.trains:
        for portion in train.portions:
            yield portion.train.schedule.calls[portion.boarding].crs
    for fallback in () if one.odds is None else one.odds.fallbacks:
        for leg in () if fallback is None else fallback.legs:
            yield from (leg.origin, leg.destination)
    split = None if one.price is None else one.price.split
    for ticket in () if split is None else split.tickets:
        yield from (ticket.origin, ticket.destination)


def _degraded(loaded: Provenance, day: date, shown: Sequence[PlannedJourney]) -> Iterator[str]:
    if loaded.fares is None:
        yield NO_FARES
    yield from loaded.unknown_prices(day)
    rides = [one for one in shown if one.journey.trains and one.price is not None]
    if rides and all(one.price is None or one.price.through is None for one in rides):
        yield NO_FARE
    if loaded.performance is None:
        yield NO_RUNNING
