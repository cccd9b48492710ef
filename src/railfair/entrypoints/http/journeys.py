"""`/api/journey/plan`: which trains, what they cost, and what becomes of a missed connection."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody, QueryParameter

from railfair.application.departures import departures
from railfair.application.plan_query import (
    LONGEST_WINDOW_MIN,
    MOST_CHANGES,
    MOST_SHOWN,
    MOST_VIA,
    PlanQuery,
)
from railfair.application.questions import Question
from railfair.bootstrap import RailFair
from railfair.domain.cache_keys import Kind
from railfair.domain.codes import Crs, crs
from railfair.domain.errors import InvalidParameter
from railfair.domain.fares.ticket import TicketClass
from railfair.domain.railtime import FIRST_DAY, LONDON, calendar_day, clock_time, local_moment
from railfair.entrypoints import wire
from railfair.entrypoints.http.answers import Answers
from railfair.entrypoints.http.forms import journeys_on_map
from railfair.entrypoints.http.parameters import CLASSES, Parameters, takes_json
from railfair.entrypoints.http.preferences import preferred, with_defaults

LEAST_WINDOW_MIN: Final = 1
MOST_EXTRA_MIN: Final = 120
MOST_VALUE_P: Final = 100_000
START: Final = wire.cursors.Place(arrives=False, latest_first=False, day=FIRST_DAY, time_min=0)
"""Stands in for a cursor that cannot be read."""
MOST_DEPARTURES: Final = 100
PREFERRED: Final = ("railcard", "class", "value_of_time_p_per_hour", "extra_interchange_min")

type Text = str | None
type Loose = str | int | float | bool | None


class PlanBody(msgspec.Struct, omit_defaults=True):
    """A question for journeys; times are London's, such as 2026-11-24T08:00."""

    origin: str | None = None
    destination: str | None = None
    depart_after: str | None = None
    arrive_by: str | None = None
    window_min: Loose = None
    max_changes: Loose = None
    via: list[str] | None = None
    avoid: list[str] | None = None
    extra_interchange_min: Loose = None
    railcard: str | None = None
    adults: Loose = None
    children: Loose = None
    ticket_class: str | None = msgspec.field(default=None, name="class")
    arrive_with_certainty: Loose = None
    value_of_time_p_per_hour: Loose = None
    limit: Loose = None
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Board:
    """The departures from *crs* on *day*, from *since_min* after midnight on, up to *limit*."""

    crs: Crs
    day: dt.date
    since_min: int
    limit: int


@get("/plan", summary="Journeys worth choosing between")
async def plan(  # noqa: PLR0917 - the query's parameters
    request: Request[Any, Any, Any],
    state: State,
    origin: Annotated[Text, QueryParameter(description="station code, such as NRW")] = None,
    destination: Annotated[Text, QueryParameter(description="station code, such as BRI")] = None,
    depart_after: Annotated[
        Text, QueryParameter(description="leave at this moment or later, 2026-11-24T08:00 (now)")
    ] = None,
    arrive_by: Annotated[
        Text, QueryParameter(description="arrive at this moment or earlier, instead")
    ] = None,
    window_min: Annotated[
        Text, QueryParameter(description="length of the window in minutes (1-1440, 120)")
    ] = None,
    max_changes: Annotated[Text, QueryParameter(description="at most so many (0-8, 4)")] = None,
    via: Annotated[
        list[str] | None, QueryParameter(description="stations to pass, in order; repeatable")
    ] = None,
    avoid: Annotated[
        list[str] | None, QueryParameter(description="stations not to call at; repeatable")
    ] = None,
    extra_interchange_min: Annotated[
        Text, QueryParameter(description="minutes more for every change (0-120, 0)")
    ] = None,
    railcard: Annotated[Text, QueryParameter(description="railcard, such as YNG")] = None,
    adults: Annotated[Text, QueryParameter(description="adults (0-9, 1)")] = None,
    children: Annotated[Text, QueryParameter(description="children of 5-15 (0-9, 0)")] = None,
    ticket_class: Annotated[
        Text, QueryParameter(name="class", description="standard (default), first or any")
    ] = None,
    arrive_with_certainty: Annotated[
        Text, QueryParameter(description="with arrive_by: only journeys as sure as this, 0.95")
    ] = None,
    value_of_time_p_per_hour: Annotated[
        Text, QueryParameter(description="what an hour is worth to you, in pence (1200)")
    ] = None,
    limit: Annotated[Text, QueryParameter(description="about so many journeys (1-30, 8)")] = None,
    cursor: Annotated[Text, QueryParameter(description="`earlier` or `later` of an answer")] = None,
) -> Response[wire.PlanAnswer]:
    """Return the journeys that none other makes idle, each with its odds, its price and a reason.

    None is worse than another in all of: departure, arrival, changes, price and the chance that it
    goes to plan. If none leaves in the window, the next one is answered.
    """
    values: dict[str, Any] = {
        "origin": origin,
        "destination": destination,
        "depart_after": depart_after,
        "arrive_by": arrive_by,
        "window_min": window_min,
        "max_changes": max_changes,
        "extra_interchange_min": extra_interchange_min,
        "railcard": railcard,
        "adults": adults,
        "children": children,
        "class": ticket_class,
        "arrive_with_certainty": arrive_with_certainty,
        "value_of_time_p_per_hour": value_of_time_p_per_hour,
        "limit": limit,
        "cursor": cursor,
    }
    railfair: RailFair = state.railfair
    with_defaults(values, await preferred(request, state), *PREFERRED)
    query = _query(railfair, Parameters(values), via or [], avoid or [])
    is_fixed = bool(depart_after or arrive_by or cursor)
    return await _answered(request, state, query, is_fixed=is_fixed)


@post("/plan", status_code=200, summary="The same, asked with a JSON body", guards=[takes_json])
async def plan_from_body(
    request: Request[Any, Any, Any], state: State, data: JSONBody[PlanBody]
) -> Response[wire.PlanAnswer]:
    """Answer as the GET does."""
    values = msgspec.structs.asdict(data)
    values["class"] = values.pop("ticket_class")
    via, avoid = values.pop("via"), values.pop("avoid")
    railfair: RailFair = state.railfair
    with_defaults(values, await preferred(request, state), *PREFERRED)
    query = _query(railfair, Parameters(values, is_body=True), via or [], avoid or [])
    return await _answered(request, state, query, is_fixed=False)


async def _answered(
    request: Request[Any, Any, Any], state: State, query: PlanQuery, *, is_fixed: bool
) -> Response[wire.PlanAnswer]:
    railfair: RailFair = state.railfair
    answers: Answers = state.answers

    async def made() -> wire.PlanAnswer:
        return wire.plan(await railfair.plan_journeys(query))

    question = Question(
        kind=Kind.PLANS,
        query=query,
        ends=(query.origin, query.destination),
        travel=query.day,
        is_request=True,
    )
    forms = journeys_on_map(railfair)
    return await answers.respond(request, question, made, is_fixed=is_fixed, forms=forms)


def _query(
    railfair: RailFair, parameters: Parameters, via: list[str], avoid: list[str]
) -> PlanQuery:
    """Return what is asked for; raise `FaultyRequest` naming everything that is wrong with it."""
    arrives, day, time_min = _moment(railfair, parameters)
    values: dict[str, Any] = {
        "origin": parameters.crs("origin"),
        "destination": parameters.crs("destination"),
        "day": day,
        "time_min": time_min,
        "arrives": arrives,
        "window_min": parameters.integer(
            "window_min", 120, least=LEAST_WINDOW_MIN, most=LONGEST_WINDOW_MIN
        ),
        "max_changes": parameters.integer("max_changes", 4, least=0, most=MOST_CHANGES),
        "via": parameters.stations("via", via, most=MOST_VIA),
        "avoid": parameters.stations("avoid", avoid, most=MOST_VIA),
        "extra_interchange_min": parameters.integer(
            "extra_interchange_min", 0, least=0, most=MOST_EXTRA_MIN
        ),
        "party": parameters.party(),
        "railcard": parameters.railcard("railcard"),
        "ticket_class": parameters.one_of("class", CLASSES, TicketClass.STANDARD),
        "certainty": parameters.share("arrive_with_certainty"),
        "value_of_time_p_per_hour": parameters.integer(
            "value_of_time_p_per_hour", 1200, least=0, most=MOST_VALUE_P
        ),
        "limit": parameters.integer("limit", 8, least=1, most=MOST_SHOWN),
    }
    place = parameters.optional("cursor", wire.cursors.read, START)
    if place is not None:
        values |= place._asdict()
    parameters.check()
    try:
        return PlanQuery(**values)
    except InvalidParameter as error:
        parameters.fault(error.parameter, error.detail)
        parameters.check()
        raise


def _moment(railfair: RailFair, parameters: Parameters) -> tuple[bool, dt.date, int]:
    """Return whether it is an arrival that is asked for, its day and its minute; now if none is."""
    if parameters.has("depart_after") and parameters.has("arrive_by"):
        parameters.fault("arrive_by", "is given together with depart_after: one of the two, please")
    arrives = parameters.has("arrive_by")
    now = railfair.clock.now().astimezone(LONDON)
    name = "arrive_by" if arrives else "depart_after"
    moment: dt.datetime = parameters.optional(name, local_moment, now) or now
    return arrives, moment.date(), moment.hour * 60 + moment.minute


@get("/api/stations/{code:str}/departures", summary="The next departures", tags=["Journeys"])
async def station_departures(
    request: Request[Any, Any, Any],
    state: State,
    code: FromPath[str],
    date: Annotated[Text, QueryParameter(description="day, 2026-11-24 (today)")] = None,
    time: Annotated[Text, QueryParameter(description="leave then or later, 08:00 (now)")] = None,
    limit: Annotated[Text, QueryParameter(description="at most so many (1-100, 20)")] = None,
) -> Response[wire.DeparturesAnswer]:
    """Return the trains that may be joined at the station, earliest first.

    Without a time on today's date they are those from now on, on another date all from midnight.
    """
    railfair: RailFair = state.railfair
    parameters = Parameters({"date": date, "time": time, "limit": limit})
    now = railfair.clock.now().astimezone(LONDON)
    day = parameters.optional("date", calendar_day, now.date()) or now.date()
    since = now.hour * 60 + now.minute if day == now.date() else 0
    clock = parameters.optional("time", clock_time, 0)
    most = parameters.integer("limit", 20, least=1, most=MOST_DEPARTURES)
    parameters.check()
    asked = _Board(crs=crs(code), day=day, since_min=since if clock is None else clock, limit=most)

    async def made() -> wire.DeparturesAnswer:
        found = await departures(
            asked.crs,
            asked.day,
            not_before_min=asked.since_min,
            limit=asked.limit,
            storage=railfair.storage,
            stations=railfair.stations,
            holidays=railfair.holidays,
        )
        return wire.departures(found)

    answers: Answers = state.answers
    question = Question(kind=Kind.PLACES, query=asked)
    return await answers.respond(request, question, made, is_fixed=bool(date and time))


router: Final = Router(
    path="/api/journey", route_handlers=[plan, plan_from_body], tags=["Journeys"]
)
