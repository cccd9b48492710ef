"""What is loaded, and how trains ran: figures over the history, not forecasts."""

from dataclasses import dataclass

from railfair.application.provenance import Provenance, provenance
from railfair.application.stations import StationDirectory
from railfair.domain.codes import Crs, TocCode
from railfair.domain.errors import InvalidParameter, UnknownRoute
from railfair.domain.fares.edition import EditionState, FareEdition
from railfair.domain.fares.rulebook import NO_RAILCARD
from railfair.domain.station import Station
from railfair.domain.statistics import OutcomeCounts
from railfair.ports.storage import Storage, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteStatistics:
    """What came of arrivals at *destination* of trains that were to call at both."""

    origin: Station
    destination: Station
    outcomes: OutcomeCounts
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class FaresLoaded:
    """The current fares: how many stations, tickets, routes and railcards they have rules for.

    *editions* is how many are known, those that were taken back aside.
    """

    current: FareEdition
    editions: int
    stations: int
    tickets: int
    routes: int
    railcards: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """What is loaded; *operators* is what came of every booked arrival, by operator."""

    stations: int
    schedules: int
    fares: FaresLoaded | None
    operators: dict[TocCode, OutcomeCounts]
    provenance: Provenance


async def route_statistics(
    origin: Crs, destination: Crs, *, storage: Storage, stations: StationDirectory
) -> RouteStatistics:
    """Return how trains from *origin* to *destination* ran.

    Raises:
        InvalidParameter: the two are the same.
        UnknownStation: the loaded data know nothing of one of the two.
        UnknownRoute: no train was booked to call at both, in that order.
    """
    if origin == destination:
        raise InvalidParameter("destination", "is the same station as origin")
    async with storage.reading() as unit:
        ends = (
            await stations.get(unit, origin, parameter="origin"),
            await stations.get(unit, destination, parameter="destination"),
        )
        outcomes = await unit.performance.route_outcomes(origin, destination)
        if not outcomes.trains + outcomes.unknown:
            raise UnknownRoute(origin, destination)
        return RouteStatistics(
            origin=ends[0],
            destination=ends[1],
            outcomes=outcomes,
            provenance=await provenance(unit),
        )


async def statistics(*, storage: Storage, stations: StationDirectory) -> Statistics:
    """Return what is loaded."""
    async with storage.reading() as unit:
        return Statistics(
            stations=await stations.count(unit),
            schedules=await unit.timetable.count_schedules(),
            fares=await _fares(unit),
            operators=await unit.performance.operator_outcomes(),
            provenance=await provenance(unit),
        )


async def _fares(unit: UnitOfWork) -> FaresLoaded | None:
    rules = await unit.fares.rules()
    editions = [
        one for one in await unit.fares.editions() if one.state is not EditionState.WITHDRAWN
    ]
    current = next((one for one in editions if one.state is EditionState.CURRENT), None)
    if rules is None or current is None:
        return None
    return FaresLoaded(
        current=current,
        editions=len(editions),
        stations=len(rules.locations),
        tickets=len(rules.tickets),
        routes=len(rules.routes),
        railcards=sum(1 for code in rules.railcards if code != NO_RAILCARD),
    )
