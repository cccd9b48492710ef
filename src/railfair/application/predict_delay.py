"""How late the direct trains between two stations will be, and whether they will run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sumprod

from railfair.application.compare_fares import NO_FARES, CompareFares, FareQuery, TripFares
from railfair.application.learning import kind_of
from railfair.application.provenance import Provenance, provenance
from railfair.application.stations import StationDirectory
from railfair.application.trips import TripQuery, trip_with
from railfair.domain.codes import Crs, RailcardCode, TocCode
from railfair.domain.delays.arrivals import (
    BookedArrival,
    DayType,
    Sighting,
    booked_arrivals,
    of_schedule,
)
from railfair.domain.delays.distribution import mixed
from railfair.domain.delays.explanation import Term, confidence, explained
from railfair.domain.delays.model import DelayModel, Forecast, nodes_for
from railfair.domain.delays.usual_trains import UsualRide, rides_near
from railfair.domain.errors import InvalidParameter, UnknownRoute
from railfair.domain.fares.rulebook import NO_RAILCARD
from railfair.domain.fares.till import Party
from railfair.domain.operators import operator
from railfair.domain.railtime import MINUTES_A_DAY
from railfair.domain.station import Station
from railfair.domain.timetable import DirectTrain
from railfair.ports.bank_holidays import BankHolidays
from railfair.ports.observer import UNOBSERVED, Degraded, Observer
from railfair.ports.storage import Storage, UnitOfWork
from railfair.ports.tracing import span

ONE_DAY = timedelta(days=1)
ONE_ADULT = Party(1, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionQuery:
    """Direct trains that leave *origin* for *destination* on *day* at or after *time_min*.

    *time_min* is minutes after midnight; *toc* narrows to one operator. *seen* is what is known of
    the train already; it applies to trains that call there before the destination. Fares are asked
    for with *include_fares*: those of the first train for an adult with *railcard*.
    """

    origin: Crs
    destination: Crs
    day: date
    time_min: int
    toc: TocCode | None = None
    limit: int = 5
    seen: Sighting | None = None
    include_fares: bool = False
    railcard: RailcardCode = NO_RAILCARD

    def __post_init__(self) -> None:
        if self.origin == self.destination:
            raise InvalidParameter("destination", "is the same station as origin")
        if self.seen is not None and self.seen.crs == self.destination:
            raise InvalidParameter("observed_at", "is the destination itself")


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictedTrain:
    """A train and its forecast at the destination.

    *ride* is `None` for a forecast of the pair and hour; *forecast* is `None` without history.
    """

    ride: DirectTrain | None
    forecast: Forecast | None
    explanation: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """The answer: trains earliest first, *fares* of the first, and what could not be had."""

    query: PredictionQuery
    origin: Station
    destination: Station
    trains: tuple[PredictedTrain, ...]
    provenance: Provenance
    fares: TripFares | None = None
    degraded_reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Expected:
    """An arrival to forecast: of a timetabled train, or of a usual one with its weight."""

    arrival: BookedArrival
    day: date
    seen: Sighting | None


class PredictDelay:
    """The use case; one instance serves the whole process."""

    def __init__(
        self,
        storage: Storage,
        holidays: BankHolidays,
        stations: StationDirectory,
        observer: Observer = UNOBSERVED,
    ) -> None:
        self._observer = observer
        self._storage = storage
        self._holidays = holidays
        self._stations = stations

    async def __call__(
        self, query: PredictionQuery, compare_fares: CompareFares | None = None
    ) -> Prediction:
        """Return the forecasts for *query*, and fares by *compare_fares* if it includes them.

        Raises:
            UnknownStation: the loaded data know nothing of one of its stations.
            UnknownRoute: no loaded train goes from the one to the other without a change.
            InvalidParameter: the fares know no such railcard.
        """
        async with self._storage.reading() as unit:
            origin = await self._stations.get(unit, query.origin, parameter="origin")
            destination = await self._stations.get(unit, query.destination, parameter="destination")
            if query.seen is not None:
                await self._stations.get(unit, query.seen.crs, parameter="observed_at")
            loaded = await provenance(unit)
            reasons: list[str] = []
            trains = await self._timetabled(unit, query, loaded, reasons)
            if trains is None:
                trains = [await self._of_pair(unit, query)]
            fares = None
            if query.include_fares:
                fares = await _fares(unit, query, trains, compare_fares)
            if isinstance(fares, str):
                reasons.append(fares)
                fares = None
            self._tell(trains, is_whole=not reasons)
            return Prediction(
                query=query,
                origin=origin,
                destination=destination,
                trains=tuple(trains),
                provenance=loaded,
                fares=fares,
                degraded_reasons=tuple(reasons),
            )

    def _tell(self, trains: Iterable[PredictedTrain], *, is_whole: bool) -> None:
        forecasts = (train.forecast for train in trains)
        self._observer.forecast("" if one is None else confidence(one) for one in forecasts)
        if not is_whole:
            self._observer.degraded(Degraded.INCOMPLETE)

    async def _timetabled(
        self, unit: UnitOfWork, query: PredictionQuery, loaded: Provenance, reasons: list[str]
    ) -> list[PredictedTrain] | None:
        """Return the timetable's trains with forecasts, or `None` if it does not say."""
        if loaded.timetable is None or not loaded.timetable.covers(query.day):
            reasons.append(f"no loaded timetable covers {query.day}")
            return None
        rides = await self._rides(unit, query)
        if not rides and not await unit.timetable.knows_route(query.origin, query.destination):
            reasons.append("the loaded timetable has no direct train between the two")
            return None
        if loaded.performance is None:
            reasons.append("no running has been imported yet: there is nothing to forecast from")
            return [PredictedTrain(ride=ride, forecast=None) for ride in rides]
        expected = [self._expected(ride, query) for ride in rides]
        if query.seen is not None and expected and not any(one.seen for one in expected):
            raise InvalidParameter(
                "observed_at", "is no call of these trains before the destination"
            )
        forecasts = await self._forecast(unit, expected)
        return [
            PredictedTrain(
                ride=ride, forecast=forecast, explanation=await self._explained(unit, one, forecast)
            )
            for ride, one, forecast in zip(rides, expected, forecasts, strict=True)
        ]

    async def _rides(self, unit: UnitOfWork, query: PredictionQuery) -> list[DirectTrain]:
        """Return the trains that leave on the day asked for, those of the day before included."""
        found: list[DirectTrain] = []
        for day, offset in ((query.day - ONE_DAY, MINUTES_A_DAY), (query.day, 0)):
            rides = await unit.timetable.direct_trains(
                query.origin,
                query.destination,
                day,
                not_before_min=query.time_min + offset,
                holiday_flags=self._holidays.flags(day),
                limit=None if query.toc else query.limit,
            )
            found += [
                ride
                for ride in rides
                if ride.departs_at.date() == query.day
                and query.toc in {None, ride.train.schedule.toc}
            ]
        found.sort(key=lambda ride: (ride.departs_at, ride.arrives_at, ride.train.schedule.uid))
        return found[: query.limit]

    def _expected(self, ride: DirectTrain, query: PredictionQuery) -> _Expected:
        schedule, day = ride.train.schedule, ride.train.day
        kind = kind_of(day, self._holidays)
        before = {call.crs for call in schedule.calls[: ride.alighting]}
        return _Expected(
            arrival=of_schedule(schedule, ride.alighting, kind),
            day=day,
            seen=query.seen if query.seen and query.seen.crs in before else None,
        )

    async def _of_pair(self, unit: UnitOfWork, query: PredictionQuery) -> PredictedTrain:
        """Return the forecast of the pair and hour: of the trains that usually run then."""
        ends = (query.origin, query.destination)
        kind = kind_of(query.day, self._holidays)
        trains = await unit.forecasts.usual_trains(*ends)
        if query.toc is not None:
            trains = [usual for usual in trains if usual.train.toc == query.toc]
        rides = rides_near(trains, ends, query.day, kind, query.time_min // 60)
        if not rides:
            raise UnknownRoute(*ends)
        if query.seen is not None and not all(_calls_before(r, query.seen.crs) for r in rides):
            raise InvalidParameter("observed_at", "is no call of the trains that usually run then")
        expected = [
            _Expected(arrival=_booked(ride, kind), day=query.day, seen=query.seen) for ride in rides
        ]
        forecasts = await self._forecast(unit, expected)
        forecast = _mixture([ride.weight for ride in rides], forecasts)
        likeliest = max(range(len(rides)), key=lambda index: rides[index].weight)
        terms = await self._explained(unit, expected[likeliest], forecast)
        return PredictedTrain(ride=None, forecast=forecast, explanation=terms)

    async def _forecast(self, unit: UnitOfWork, expected: Sequence[_Expected]) -> list[Forecast]:
        if not expected:
            return []
        wanted = nodes_for(
            [one.arrival for one in expected],
            [(one.arrival, one.seen) for one in expected if one.seen is not None],
        )
        with span("forecast.trains", trains=len(expected)):
            nodes = await unit.forecasts.nodes(wanted)
            model = DelayModel.restored(await unit.forecasts.heads(), nodes)
            return [model.forecast(one.day, one.arrival, one.seen) for one in expected]

    async def _explained(
        self, unit: UnitOfWork, one: _Expected, forecast: Forecast
    ) -> tuple[Term, ...]:
        arrival = one.arrival
        codes = [arrival.crs, arrival.terminus, arrival.origin]
        if one.seen is not None:
            codes.append(one.seen.crs)
        names: dict[str, str] = {code: await self._stations.name(unit, code) for code in codes}
        names[arrival.toc] = operator(arrival.toc).name
        return tuple(explained(forecast, arrival, names, one.seen))


async def _fares(
    unit: UnitOfWork,
    query: PredictionQuery,
    trains: Sequence[PredictedTrain],
    compare_fares: CompareFares | None,
) -> TripFares | str:
    """Return the fares of the first train, or why there are none."""
    if compare_fares is None or await unit.fares.rules() is None:
        return "no fares feed is loaded"
    if not trains:
        return "no train leaves then that fares could be for"
    asked = TripQuery(
        origin=query.origin,
        destination=query.destination,
        day=query.day,
        departure_min=query.time_min,
    )
    fare_query = FareQuery(out=asked, party=ONE_ADULT, railcard=query.railcard)
    fares = await compare_fares.of_trip(unit, fare_query, trip_with(asked, trains[0].ride))
    return NO_FARES if fares.is_empty else fares


def _calls_before(ride: UsualRide, crs: Crs) -> bool:
    return any(call.crs == crs for call in ride.usual.train.calls[: ride.alighting])


def _booked(ride: UsualRide, kind: DayType) -> BookedArrival:
    arrival = booked_arrivals(ride.usual.train, kind)[ride.alighting]
    if arrival is None:
        raise ValueError(f"{ride} has no booked arrival where it ends")
    return arrival


def _mixture(weights: Sequence[float], forecasts: Sequence[Forecast]) -> Forecast:
    """Return the forecast of a train that is one of several: every figure is their mean."""
    shares = [weight / sum(weights) for weight in weights]

    def mean(figures: Iterable[Sequence[float]]) -> tuple[float, ...]:
        return tuple(sumprod(shares, column) for column in zip(*figures, strict=True))

    return Forecast(
        distribution=mixed(
            [(share, one.distribution) for share, one in zip(shares, forecasts, strict=True)]
        ),
        on_time_path=mean(forecast.on_time_path for forecast in forecasts),
        sample_sizes=mean(forecast.sample_sizes for forecast in forecasts),
    )
