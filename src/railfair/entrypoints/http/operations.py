"""`/health`: for the people and machines that run RailFair."""

from http import HTTPStatus
from typing import Final

import msgspec
from litestar import Response, Router, get
from litestar.datastructures import State

from railfair.application.health import Health, health
from railfair.application.health import State as Condition
from railfair.bootstrap import RailFair
from railfair.entrypoints.http.problems import RETRY_AFTER_S


class DependencyAnswer(msgspec.Struct):
    """One thing that answers need, and how it is."""

    name: str
    status: str
    detail: str


class HealthAnswer(msgspec.Struct):
    """How everything is: `ok`, `degraded` (something cannot be answered) or `down`."""

    status: str
    dependencies: list[DependencyAnswer]


class LiveAnswer(msgspec.Struct):
    """The process answers."""

    status: str = "ok"


@get("/live", summary="Is the process alive?")
async def live() -> LiveAnswer:
    """Return that the process answers; it asks nothing else."""
    return LiveAnswer()


@get("/ready", summary="Can it answer?")
async def ready(state: State) -> Response[HealthAnswer]:
    """Return 200 once the database answers and something is loaded, 503 until then."""
    return _response(await _health(state))


@get("/", summary="How is everything?")
async def everything(state: State) -> Response[HealthAnswer]:
    """Return the state of everything that answers need."""
    return _response(await _health(state))


async def _health(state: State) -> Health:
    railfair: RailFair = state.railfair
    return await health(
        railfair.storage,
        now=railfair.clock.now(),
        fares_update_at=railfair.settings.daily_fares_update,
        is_redis_lost=railfair.is_redis_lost,
    )


def _response(found: Health) -> Response[HealthAnswer]:
    is_down = found.state is Condition.DOWN
    answer = HealthAnswer(
        status=found.state,
        dependencies=[
            DependencyAnswer(name=one.name, status=one.state, detail=one.detail)
            for one in found.dependencies
        ],
    )
    return Response(
        answer,
        status_code=HTTPStatus.SERVICE_UNAVAILABLE if is_down else HTTPStatus.OK,
        headers={"Retry-After": str(RETRY_AFTER_S)} if is_down else {},
    )


router: Final = Router(
    path="/health", route_handlers=[live, ready, everything], tags=["Operations"]
)
