"""`/api/stations`, `/api/routes` and `/api/statistics`: what is loaded, and how it ran."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from litestar import Request, Response, Router, get
from litestar.datastructures import State
from litestar.params import FromPath, QueryParameter

from railfair.application import statistics as figures
from railfair.application.questions import Question
from railfair.bootstrap import RailFair
from railfair.domain.cache_keys import Kind
from railfair.domain.codes import Crs, crs
from railfair.domain.popularity import Route
from railfair.entrypoints import wire
from railfair.entrypoints.http.answers import MOST_WARMED, Answers, Make
from railfair.entrypoints.http.parameters import Parameters

LONGEST_QUERY: Final = 60
MOST_STATIONS: Final = 100
MOST_ROUTES: Final = 100


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
    return await answers.respond(request, question, made)


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
    return await answers.respond(request, question, made)


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
    return await answers.respond(request, *_of_route(railfair, ends))


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
    return Response(wire.popular_routes(found), headers={"Cache-Control": "no-cache"})


async def asked_for_most(railfair: RailFair) -> list[tuple[Question, Make]]:
    """Return the questions about figures of the routes that are asked for most."""
    found = await railfair.popularity.popular(MOST_WARMED, railfair.stations)
    ends = [(route.origin.crs, route.destination.crs) for route in found.routes]
    return [_of_route(railfair, one) for one in ends]


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
    return await answers.respond(request, question, made)


router: Final = Router(
    path="/api",
    route_handlers=[find_stations, station, popular_routes, route_statistics, statistics],
    tags=["Stations and routes"],
)
