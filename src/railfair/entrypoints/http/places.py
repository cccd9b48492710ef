"""`/api/stations`, `/api/routes` and `/api/statistics`: what is loaded, and how it ran."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from litestar import Request, Response, Router, get
from litestar.datastructures import State
from litestar.params import FromPath, QueryParameter

from railfair.application import statistics as figures
from railfair.application.patterns import Period
from railfair.application.questions import Question
from railfair.bootstrap import RailFair
from railfair.domain.cache_keys import Kind
from railfair.domain.codes import Crs, crs
from railfair.domain.popularity import Route
from railfair.entrypoints import wire
from railfair.entrypoints.http.answers import MOST_WARMED, Answers, Make
from railfair.entrypoints.http.forms import fresh, station_on_map, stations_on_map, table
from railfair.entrypoints.http.parameters import Parameters

LONGEST_QUERY: Final = 60
MOST_STATIONS: Final = 100
MOST_ROUTES: Final = 100
ONE_ROW: Final = table(lambda answer: [answer["statistics"]])
CELLS: Final = table(lambda answer: [_placed(cell) for cell in answer["cells"]])
POINTS: Final = table(lambda answer: answer["points"])
CHANGES: Final = table(lambda answer: answer["changes"])
OPERATORS: Final = table(lambda answer: answer["operators"])
ROUTES: Final = table(lambda answer: answer["routes"])
OF_STATION: Final = table(
    lambda answer: [
        {"operator": {"code": "", "name": ""}, "hour": "", **answer["overall"]},
        *answer["by_operator"],
        *answer["by_hour"],
    ]
)
"""How answers are as tables."""
PERIODS: Final = {period.value: period for period in Period}


def _placed(cell: dict[str, Any]) -> dict[str, Any]:
    """Return a cell of patterns with its weekday and hour before all else."""
    return {"weekday": cell["weekday"], "hour": cell["hour"], **cell}


@dataclass(frozen=True, slots=True)
class _Search:
    """Which stations are looked for."""

    text: str
    limit: int


@dataclass(frozen=True, slots=True)
class _Station:
    """The station that is asked for."""

    crs: Crs


@dataclass(frozen=True, slots=True)
class _Figures:
    """Which figures are asked for."""

    about: str


@dataclass(frozen=True, slots=True)
class _Trend:
    """By what a trend is told."""

    by: Period


@dataclass(frozen=True, slots=True)
class _AtStation:
    """Which figures of which station are asked for."""

    about: str
    crs: Crs


@get("/stations", summary="Find stations by code or by part of a name")
async def find_stations(
    request: Request[Any, Any, Any],
    state: State,
    q: Annotated[str | None, QueryParameter(description="code or part of a name")] = None,
    limit: Annotated[str | None, QueryParameter(description="at most so many (1-100, 10)")] = None,
) -> Response[wire.StationsAnswer]:
    """Return the stations that the text may mean, the likeliest first."""
    parameters = Parameters({"q": q, "limit": limit})
    text = parameters.text("q", longest=LONGEST_QUERY)
    most = parameters.integer("limit", 10, least=1, most=MOST_STATIONS)
    parameters.check()
    railfair: RailFair = state.railfair

    async def made() -> wire.StationsAnswer:
        async with railfair.storage.reading() as unit:
            found = await railfair.stations.find(unit, text, most)
        return wire.StationsAnswer(stations=[wire.station_ref(station) for station in found])

    question = Question(kind=Kind.PLACES, query=_Search(text=text, limit=most))
    answers: Answers = state.answers
    return await answers.respond(request, question, made, forms=stations_on_map(railfair))


@get("/stations/{code:str}", summary="One station")
async def station(
    request: Request[Any, Any, Any], state: State, code: FromPath[str]
) -> Response[wire.StationDetail]:
    """Return all that the timetable feed says of the station."""
    railfair: RailFair = state.railfair
    where = crs(code)

    async def made() -> wire.StationDetail:
        async with railfair.storage.reading() as unit:
            return wire.station_detail(await railfair.stations.get(unit, where))

    question = Question(kind=Kind.PLACES, query=_Station(crs=where))
    answers: Answers = state.answers
    return await answers.respond(request, question, made, forms=station_on_map(railfair))


@get("/routes/{origin:str}/{destination:str}/stats", summary="How a route's trains ran")
async def route_statistics(
    request: Request[Any, Any, Any],
    state: State,
    origin: FromPath[str],
    destination: FromPath[str],
) -> Response[wire.RouteStatisticsAnswer]:
    """Return figures over trains that call at both stations, in that order."""
    railfair: RailFair = state.railfair
    ends = crs(origin, parameter="origin"), crs(destination, parameter="destination")
    answers: Answers = state.answers
    return await answers.respond(request, *_of_route(railfair, ends), forms=ONE_ROW)


def _of_route(railfair: RailFair, ends: Route) -> tuple[Question, Make]:
    async def made() -> wire.RouteStatisticsAnswer:
        return wire.route_statistics(
            await figures.route_statistics(
                *ends, storage=railfair.storage, stations=railfair.stations
            )
        )

    return Question(kind=Kind.STATISTICS, query=_Figures(about="route"), ends=ends), made


@get("/routes/popular", summary="The routes asked for most")
async def popular_routes(
    request: Request[Any, Any, Any],
    state: State,
    limit: Annotated[str | None, QueryParameter(description="at most so many (1-100, 10)")] = None,
) -> Response[wire.PopularRoutesAnswer]:
    """Return the routes that predictions, comparisons and plans were asked for, most first.

    A request counts half after two weeks. Nothing is kept of who asked, or when.
    """
    parameters = Parameters({"limit": limit})
    most = parameters.integer("limit", 10, least=1, most=MOST_ROUTES)
    parameters.check()
    railfair: RailFair = state.railfair
    found = await railfair.popularity.popular(most, railfair.stations)
    return await fresh(request, wire.popular_routes(found), ROUTES)


async def asked_for_most(railfair: RailFair) -> list[tuple[Question, Make]]:
    """Return the questions about figures of the routes that are asked for most."""
    found = await railfair.popularity.popular(MOST_WARMED, railfair.stations)
    ends = [(route.origin.crs, route.destination.crs) for route in found.routes]
    asked = [(_of_route(railfair, one), _patterns_of(railfair, one)) for one in ends]
    return [question for both in asked for question in both]


@get("/routes/{origin:str}/{destination:str}/patterns", summary="When a route's trains are late")
async def route_patterns(
    request: Request[Any, Any, Any],
    state: State,
    origin: FromPath[str],
    destination: FromPath[str],
) -> Response[wire.RoutePatternsAnswer]:
    """Return figures by hour and weekday of departure, over trains that call at both stations.

    `on_time` is the likeliest share: with few trains it is near that of the route, and of a route
    with few trains near that of the network.
    """
    railfair: RailFair = state.railfair
    ends = crs(origin, parameter="origin"), crs(destination, parameter="destination")
    answers: Answers = state.answers
    return await answers.respond(request, *_patterns_of(railfair, ends), forms=CELLS)


def _patterns_of(railfair: RailFair, ends: Route) -> tuple[Question, Make]:
    async def made() -> wire.RoutePatternsAnswer:
        return wire.route_patterns(await railfair.patterns.of_route(*ends))

    return Question(kind=Kind.STATISTICS, query=_Figures(about="patterns"), ends=ends), made


@get("/routes/{origin:str}/{destination:str}/trends", summary="How a route's trains ran over time")
async def route_trends(
    request: Request[Any, Any, Any],
    state: State,
    origin: FromPath[str],
    destination: FromPath[str],
    by: Annotated[str | None, QueryParameter(description="day, week (default) or month")] = None,
) -> Response[wire.RouteTrendAnswer]:
    """Return figures by day, week or month of departure, and a change that is credible."""
    railfair: RailFair = state.railfair
    ends = crs(origin, parameter="origin"), crs(destination, parameter="destination")
    parameters = Parameters({"by": by})
    period = parameters.one_of("by", PERIODS, Period.WEEK)
    parameters.check()

    async def made() -> wire.RouteTrendAnswer:
        return wire.route_trend(await railfair.patterns.trend(*ends, period))

    answers: Answers = state.answers
    question = Question(kind=Kind.STATISTICS, query=_Trend(by=period), ends=ends)
    return await answers.respond(request, question, made, forms=POINTS)


@get("/stations/{code:str}/punctuality", summary="How trains arrived at a station")
async def station_punctuality(
    request: Request[Any, Any, Any], state: State, code: FromPath[str]
) -> Response[wire.StationPunctualityAnswer]:
    """Return figures over all booked arrivals, by operator, and by the hour of arrival."""
    railfair: RailFair = state.railfair
    where = crs(code)

    async def made() -> wire.StationPunctualityAnswer:
        return wire.station_punctuality(await railfair.patterns.of_station(where))

    answers: Answers = state.answers
    question = Question(kind=Kind.STATISTICS, query=_AtStation(about="punctuality", crs=where))
    return await answers.respond(request, question, made, forms=OF_STATION)


@get("/stations/{code:str}/interchanges", summary="How often changes worked at a station")
async def station_interchanges(
    request: Request[Any, Any, Any], state: State, code: FromPath[str]
) -> Response[wire.StationChangesAnswer]:
    """Return for each number of booked minutes how many changes there were, and worked.

    A change is between two trains that were seen there; it worked if the station's minutes for a
    change lay between. Trains that go back to where they came from are not changed to.
    """
    railfair: RailFair = state.railfair
    where = crs(code)

    async def made() -> wire.StationChangesAnswer:
        return wire.station_changes(await railfair.patterns.changes(where))

    answers: Answers = state.answers
    question = Question(kind=Kind.STATISTICS, query=_AtStation(about="interchanges", crs=where))
    return await answers.respond(request, question, made, forms=CHANGES)


@get("/statistics", summary="What is loaded, and how punctual it was")
async def statistics(
    request: Request[Any, Any, Any], state: State
) -> Response[wire.StatisticsAnswer]:
    """Return the sizes and dates of what is loaded, and the network's punctuality by operator."""
    railfair: RailFair = state.railfair

    async def made() -> wire.StatisticsAnswer:
        return wire.statistics(
            await figures.statistics(storage=railfair.storage, stations=railfair.stations)
        )

    question = Question(kind=Kind.STATISTICS, query=_Figures(about="all"))
    answers: Answers = state.answers
    return await answers.respond(request, question, made, forms=OPERATORS)


router: Final = Router(
    path="/api",
    route_handlers=[
        find_stations,
        station,
        station_punctuality,
        station_interchanges,
        popular_routes,
        route_statistics,
        route_patterns,
        route_trends,
        statistics,
    ],
    tags=["Stations and routes"],
)
