"""`/api/fares`: what does the trip cost, and how did prices change?"""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from litestar import Request, Response, Router, get
from litestar.datastructures import State
from litestar.params import QueryParameter

from railfair.application.compare_fares import SAME_STATION, FareQuery
from railfair.application.fare_trends import fare_trends
from railfair.application.questions import Question
from railfair.application.trips import TripQuery
from railfair.bootstrap import RailFair
from railfair.domain import codes
from railfair.domain.cache_keys import Kind
from railfair.domain.codes import TicketCode, TrainUid
from railfair.domain.errors import InvalidParameter
from railfair.domain.fares.ticket import TicketClass
from railfair.domain.railtime import LAST_DAY, LONDON, clock_time
from railfair.entrypoints import wire
from railfair.entrypoints.http.answers import Answers
from railfair.entrypoints.http.parameters import CLASSES, Parameters
from railfair.entrypoints.http.preferences import preferred, with_defaults

MOST_VIA: Final = 10

type Text = str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trends:
    """Prices over time, of one *ticket* only if it is given."""

    ticket: TicketCode | None


@get("/compare", summary="Compare every fare for a trip")
async def compare(  # noqa: PLR0917 - the query's parameters
    request: Request[Any, Any, Any],
    state: State,
    origin: Annotated[Text, QueryParameter(description="station code, such as NRW")] = None,
    destination: Annotated[Text, QueryParameter(description="station code, such as LST")] = None,
    date: Annotated[Text, QueryParameter(description="day of departure, 2026-11-24")] = None,
    time: Annotated[Text, QueryParameter(description="time of departure, 07:00")] = None,
    arrival_time: Annotated[
        Text, QueryParameter(description="time of arrival; up to 12 hours later if past midnight")
    ] = None,
    train: Annotated[Text, QueryParameter(description="the train by its UID, C12345")] = None,
    via: Annotated[
        list[str] | None, QueryParameter(description="the train calls there; repeatable")
    ] = None,
    return_date: Annotated[Text, QueryParameter(description="day of the way back")] = None,
    return_time: Annotated[Text, QueryParameter(description="time of the way back")] = None,
    return_arrival_time: Annotated[
        Text, QueryParameter(description="time of arrival of the way back")
    ] = None,
    return_train: Annotated[Text, QueryParameter(description="the train back by its UID")] = None,
    railcard: Annotated[Text, QueryParameter(description="railcard, such as YNG")] = None,
    adults: Annotated[Text, QueryParameter(description="adults (0-9, 1)")] = None,
    children: Annotated[Text, QueryParameter(description="children of 5-15 (0-9, 0)")] = None,
    ticket_class: Annotated[
        Text, QueryParameter(name="class", description="standard (default), first or any")
    ] = None,
    split: Annotated[Text, QueryParameter(description="split tickets as well")] = None,
) -> Response[wire.FaresAnswer]:
    """Return every fare that is good on the trip, cheapest first, and why the others are not.

    The trip is the train named, else the next direct one at or after the time, where a timetable
    covers the day: its real calls and times are tested. Without one, what is known is tested, and
    fares say of themselves that the rest was not. Advance fares are quotas: shown, never promised.
    A train calls at every `via`, and one that is named leaves no earlier and arrives no later than
    is said. `singles` and splits are for each way of a round trip by itself.
    """
    values: dict[str, Any] = {
        "origin": origin,
        "destination": destination,
        "date": date,
        "time": time,
        "arrival_time": arrival_time,
        "train": train,
        "return_date": return_date,
        "return_time": return_time,
        "return_arrival_time": return_arrival_time,
        "return_train": return_train,
        "railcard": railcard,
        "adults": adults,
        "children": children,
        "class": ticket_class,
        "split": split,
    }
    with_defaults(values, await preferred(request, state), "railcard", "class")
    railfair: RailFair = state.railfair
    query = _query(Parameters(values), via or [])
    answers: Answers = state.answers

    async def made() -> wire.FaresAnswer:
        return wire.fares(await railfair.compare_fares(query))

    question = Question(
        kind=Kind.FARES,
        query=query,
        ends=(query.out.origin, query.out.destination),
        travel=query.out.day,
        is_request=True,
    )
    return await answers.respond(request, question, made)


@get("/trends", summary="How prices between two stations changed")
async def trends(
    request: Request[Any, Any, Any],
    state: State,
    origin: Annotated[Text, QueryParameter(description="station code, such as NRW")] = None,
    destination: Annotated[Text, QueryParameter(description="station code, such as LST")] = None,
    ticket: Annotated[Text, QueryParameter(description="one ticket only, such as SOS")] = None,
) -> Response[wire.FareTrendsAnswer]:
    """Return each fare's price over the versions of the feed that were imported.

    Beside today's price stands how far it is from those of the past year, where these are known.
    """
    parameters = Parameters({"origin": origin, "destination": destination, "ticket": ticket})
    ends = parameters.crs("origin"), parameters.crs("destination")
    only = parameters.optional("ticket", codes.ticket_code, TicketCode("AAA"))
    parameters.check()
    if ends[0] == ends[1]:
        parameters.fault("destination", SAME_STATION)
        parameters.check()
    railfair: RailFair = state.railfair
    answers: Answers = state.answers

    async def made() -> wire.FareTrendsAnswer:
        today = railfair.clock.now().astimezone(LONDON).date()
        return wire.fare_trends(
            await fare_trends(
                *ends,
                ticket=only,
                today=today,
                storage=railfair.storage,
                stations=railfair.stations,
            )
        )

    # As with prices of far days, it is another answer every day.
    question = Question(kind=Kind.FARES, query=_Trends(ticket=only), ends=ends, travel=LAST_DAY)
    return await answers.respond(request, question, made)


def _query(parameters: Parameters, via: list[str]) -> FareQuery:
    """Return what is asked for; raise `FaultyRequest` naming everything that is wrong with it."""
    out = _way_out(parameters, via)
    values: dict[str, Any] = {
        "out": out,
        "back": _way_back(parameters, out),
        "party": parameters.party(),
        "railcard": parameters.railcard("railcard"),
        "ticket_class": parameters.one_of("class", CLASSES, TicketClass.STANDARD),
        "splits": parameters.flag("split", default=False),
    }
    parameters.check()
    try:
        return FareQuery(**values)
    except InvalidParameter as error:
        parameters.fault(error.parameter, error.detail)
        parameters.check()
        raise


def _way_out(parameters: Parameters, via: list[str]) -> TripQuery:
    return TripQuery(
        origin=parameters.crs("origin"),
        destination=parameters.crs("destination"),
        day=parameters.day("date"),
        departure_min=parameters.optional("time", clock_time, 0),
        arrival_min=parameters.optional("arrival_time", clock_time, 0),
        train=parameters.optional("train", codes.train_uid, TrainUid("")),
        via=parameters.stations("via", via, most=MOST_VIA),
    )


def _way_back(parameters: Parameters, out: TripQuery) -> TripQuery | None:
    if not parameters.has("return_date"):
        for name in ("return_time", "return_arrival_time", "return_train"):
            if parameters.has(name):
                parameters.fault(name, "needs a return_date")
        return None
    return TripQuery(
        origin=out.destination,
        destination=out.origin,
        day=parameters.day("return_date"),
        departure_min=parameters.optional("return_time", clock_time, 0),
        arrival_min=parameters.optional("return_arrival_time", clock_time, 0),
        train=parameters.optional("return_train", codes.train_uid, TrainUid("")),
    )


router: Final = Router(path="/api/fares", route_handlers=[compare, trends], tags=["Fares"])
