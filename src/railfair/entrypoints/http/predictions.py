"""`/api/predict`: how late will trains be, and will they run?"""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final, cast

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.params import JSONBody, QueryParameter

from railfair.application.predict_delay import PredictionQuery
from railfair.application.questions import Question
from railfair.application.together import together
from railfair.bootstrap import RailFair
from railfair.domain import codes
from railfair.domain.cache_keys import Kind
from railfair.domain.codes import TocCode
from railfair.domain.delays.arrivals import Sighting
from railfair.domain.errors import InvalidParameter, RailFairError
from railfair.domain.preferences import Preferences
from railfair.entrypoints import wire
from railfair.entrypoints.http import problems
from railfair.entrypoints.http.answers import Answers, Make
from railfair.entrypoints.http.parameters import Parameters, takes_json
from railfair.entrypoints.http.preferences import preferred, told_of, with_defaults
from railfair.entrypoints.http.problems import Fault, FaultyRequest, Problem

MOST_TRAINS: Final = 50
MOST_REQUESTS: Final = 100
AT_ONCE: Final = 4
"""Predictions of a batch that are made at the same time."""
SYNONYMS: Final = {"departure_date": "date", "departure_time": "time"}
EARLIEST_SIGHTING_MIN: Final = -60
LATEST_SIGHTING_MIN: Final = 600

type Text = str | None
type Value = str | int | bool | None


class PredictionBody(msgspec.Struct, omit_defaults=True):
    """What to predict, as JSON: the same names as in the query of the GET."""

    origin: Value = None
    destination: Value = None
    date: Value = None
    time: Value = None
    departure_date: Value = None
    departure_time: Value = None
    toc: Value = None
    limit: Value = None
    include_fares: Value = None
    railcard: Value = None
    observed_at: Value = None
    observed_delay_min: Value = None


class BatchBody(msgspec.Struct):
    """Up to 100 predictions to make at once."""

    requests: list[Any]


class BatchResult(msgspec.Struct, omit_defaults=True):
    """One answer of a batch: the body of a 200, or the problem of anything else."""

    status: int
    body: wire.PredictionAnswer | None = None
    problem: Problem | None = None


class BatchAnswer(msgspec.Struct):
    """The answers of a batch, in the order of its requests."""

    results: list[BatchResult]


@get("/", summary="Forecast the direct trains between two stations")
async def predict(  # noqa: PLR0917 - the query's parameters
    request: Request[Any, Any, Any],
    state: State,
    origin: Annotated[Text, QueryParameter(description="station code, such as NRW")] = None,
    destination: Annotated[Text, QueryParameter(description="station code, such as LST")] = None,
    date: Annotated[Text, QueryParameter(description="day of departure, 2026-11-24")] = None,
    time: Annotated[Text, QueryParameter(description="leave at this time or later, 17:30")] = None,
    toc: Annotated[Text, QueryParameter(description="only trains of this operator")] = None,
    limit: Annotated[Text, QueryParameter(description="at most so many trains (1-50, 5)")] = None,
    include_fares: Annotated[
        Text, QueryParameter(description="fares of the first train as well")
    ] = None,
    railcard: Annotated[Text, QueryParameter(description="railcard for the fares")] = None,
    observed_at: Annotated[
        Text, QueryParameter(description="the train was seen at this station …")
    ] = None,
    observed_delay_min: Annotated[
        Text, QueryParameter(description="… so many minutes late")
    ] = None,
) -> Response[wire.PredictionAnswer]:
    """Return the direct trains that leave at or after a time on a day, each with its forecast.

    Where no timetable covers the date there is one forecast for the pair and hour, and the answer
    is marked degraded.
    """
    values: dict[str, Any] = {
        "origin": origin,
        "destination": destination,
        "date": date,
        "time": time,
        "toc": toc,
        "limit": limit,
        "include_fares": include_fares,
        "railcard": railcard,
        "observed_at": observed_at,
        "observed_delay_min": observed_delay_min,
    }
    _prefer(values, await preferred(request, state))
    question, made = _asked(state, _query(Parameters(values)))
    answers: Answers = state.answers
    return await answers.respond(request, question, made)


@post("/", status_code=200, summary="The same, asked with a JSON body")
async def predict_from_body(
    request: Request[Any, Any, Any], state: State, data: JSONBody[PredictionBody]
) -> Response[wire.PredictionAnswer]:
    """Answer as the GET does; `departure_date` and `departure_time` are taken as well."""
    values = _canonical(msgspec.structs.asdict(data))
    _prefer(values, await preferred(request, state))
    question, made = _asked(state, _query(Parameters(values, is_body=True)))
    answers: Answers = state.answers
    return await answers.respond(request, question, made)


@post("/batch", status_code=200, summary="Up to 100 forecasts at once")
async def predict_batch(
    request: Request[Any, Any, Any], state: State, data: JSONBody[BatchBody]
) -> Response[BatchAnswer]:
    """Return an answer or a problem for each request, in their order; equal ones count once."""
    if not 1 <= len(data.requests) <= MOST_REQUESTS:
        detail = f"requests: has to hold 1 to {MOST_REQUESTS} predictions"
        raise FaultyRequest(
            HTTPStatus.UNPROCESSABLE_ENTITY, [Fault(detail=detail, pointer="/requests")]
        )
    turns = asyncio.Semaphore(AT_ONCE)
    likes = await preferred(request, state)
    async with together() as work:
        tasks = [
            work.create_task(_batched(state, values, turns, likes)) for values in data.requests
        ]
    content = msgspec.json.encode({"results": [task.result() for task in tasks]})
    answers: Answers = state.answers
    return Response(
        cast("BatchAnswer", content),
        status_code=HTTPStatus.OK,
        headers=answers.warnings() | told_of(request),
    )


def _asked(state: State, query: PredictionQuery) -> tuple[Question, Make]:
    """Return what is asked with *query*, and what makes its answer."""
    railfair: RailFair = state.railfair

    async def made() -> wire.PredictionAnswer:
        prediction = await railfair.predict(query, railfair.compare_fares)
        railfair.forecast_log.note(prediction)
        return wire.prediction(prediction)

    question = Question(
        kind=Kind.PRICED_PREDICTIONS if query.include_fares else Kind.PREDICTIONS,
        query=query,
        ends=(query.origin, query.destination),
        travel=query.day if query.include_fares else None,
        is_request=True,
    )
    return question, made


def _prefer(values: dict[str, Any], preferences: Preferences) -> None:
    """Put what is preferred into *values* where it changes the answer: where fares are wanted."""
    if values.get("include_fares"):
        with_defaults(values, preferences, "railcard")


async def _batched(
    state: State, values: Any, turns: asyncio.Semaphore, preferences: Preferences
) -> dict[str, Any]:
    """Return the answer or the problem of one request; equal ones share what is made."""
    answers: Answers = state.answers
    try:
        given = _canonical(_object(values))
        _prefer(given, preferences)
        query = _query(Parameters(given, is_body=True))
        async with turns:
            question, made = _asked(state, query)
            answer = await answers.get(question, made)
        answers.count(question)
        return {"status": HTTPStatus.OK, "body": msgspec.Raw(answer.entry.body)}
    except FaultyRequest as error:
        problem = problems.of_faults(error)
    except RailFairError as error:
        problem = problems.of_error(error, is_body=True)
    railfair: RailFair = state.railfair
    railfair.figures.problem(problem.code)
    return {"status": problem.status, "problem": problem}


def _object(values: Any) -> Mapping[str, Any]:
    if not isinstance(values, Mapping):
        fault = Fault(detail="a prediction has to be an object", pointer="")
        raise FaultyRequest(HTTPStatus.BAD_REQUEST, [fault])
    return values


def _canonical(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return *values* under their own names, where synonyms stand for missing ones."""
    given = {name: value for name, value in values.items() if value is not None}
    for synonym, name in SYNONYMS.items():
        if synonym in given:
            given.setdefault(name, given.pop(synonym))
    return given


def _query(parameters: Parameters) -> PredictionQuery:
    """Return what is asked for; raise `FaultyRequest` naming everything that is wrong with it."""
    values: dict[str, Any] = {
        "origin": parameters.crs("origin"),
        "destination": parameters.crs("destination"),
        "day": parameters.day("date"),
        "time_min": parameters.clock("time"),
        "toc": parameters.optional("toc", codes.toc_code, TocCode("AA")),
        "limit": parameters.integer("limit", 5, least=1, most=MOST_TRAINS),
        "seen": _sighting(parameters),
        "include_fares": parameters.flag("include_fares", default=False),
        "railcard": parameters.railcard("railcard"),
    }
    parameters.check()
    try:
        return PredictionQuery(**values)
    except InvalidParameter as error:
        parameters.fault(error.parameter, error.detail)
        parameters.check()
        raise


def _sighting(parameters: Parameters) -> Sighting | None:
    if not parameters.has("observed_at") and not parameters.has("observed_delay_min"):
        return None
    where = parameters.crs("observed_at")
    if not parameters.has("observed_delay_min"):
        parameters.fault("observed_delay_min", "has to come with observed_at")
    delay = parameters.integer(
        "observed_delay_min", 0, least=EARLIEST_SIGHTING_MIN, most=LATEST_SIGHTING_MIN
    )
    return Sighting(where, delay)


router: Final = Router(
    path="/api/predict",
    route_handlers=[predict, predict_from_body, predict_batch],
    guards=[takes_json],
    tags=["Prediction"],
)
