"""`/api/feedback`: was a journey as it was forecast?"""

from dataclasses import replace
from typing import Any, Final

import msgspec
from litestar import Request, Router, post
from litestar.datastructures import State
from litestar.params import JSONBody

from railfair.application.feedback import take_feedback
from railfair.bootstrap import RailFair
from railfair.domain.errors import RateLimited
from railfair.domain.quota import Quota
from railfair.domain.railtime import clock_time
from railfair.entrypoints.http.clients import Client
from railfair.entrypoints.http.parameters import Parameters, takes_json
from railfair.ports.feedback import Feedback

EARLIEST_MIN: Final = -60
LATEST_MIN: Final = 1_440

type Loose = str | int | bool | None


class FeedbackBody(msgspec.Struct, omit_defaults=True):
    """A journey, and whether it was `as_forecast`; `time` is its booked departure."""

    origin: Loose = None
    destination: Loose = None
    date: Loose = None
    time: Loose = None
    as_forecast: Loose = None
    delay_min: Loose = None
    cancelled: Loose = None


class FeedbackAnswer(msgspec.Struct):
    """What was told is kept, and nothing of who told it."""

    accepted: bool = True


@post("/feedback", status_code=202, summary="Was this journey as forecast?", guards=[takes_json])
async def feedback(
    request: Request[Any, Any, Any], state: State, data: JSONBody[FeedbackBody]
) -> FeedbackAnswer:
    """Take in whether a journey of the last four weeks was as it was forecast.

    It is kept without anything that tells who you are, and counted in the scorecard by itself: it
    changes no forecast.
    """
    railfair: RailFair = state.railfair
    told = _feedback(Parameters(msgspec.structs.asdict(data), is_body=True))
    await _count(railfair, request.scope["state"]["client"])
    await take_feedback(
        told, storage=railfair.storage, stations=railfair.stations, clock=railfair.clock
    )
    return FeedbackAnswer()


def _feedback(parameters: Parameters) -> Feedback:
    if not parameters.has("as_forecast"):
        parameters.fault("as_forecast", "is missing")
    delay = parameters.has("delay_min")
    delay_min = parameters.integer("delay_min", 0, least=EARLIEST_MIN, most=LATEST_MIN)
    values: dict[str, Any] = {
        "origin": parameters.crs("origin"),
        "destination": parameters.crs("destination"),
        "day": parameters.day("date"),
        "time_min": parameters.optional("time", clock_time, 0),
        "as_forecast": parameters.flag("as_forecast", default=False),
        "delay_min": delay_min if delay else None,
        "cancelled": parameters.flag("cancelled", default=False),
    }
    parameters.check()
    return Feedback(**values)


async def _count(railfair: RailFair, client: Client) -> None:
    """Count what a client tells apart from what it asks; raise `RateLimited` if that is enough."""
    limit = railfair.settings.feedback_limit
    if limit is None:
        return
    quota: Quota = replace(limit, name="feedback")
    allowed = railfair.limiter.take(client.id, quota) or await railfair.limiter.lease(
        client.id, quota
    )
    if not allowed.allowed:
        raise RateLimited(allowed.retry_s)


router: Final = Router(path="/api", route_handlers=[feedback], tags=["Scorecard"])
