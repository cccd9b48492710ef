"""`/health`: for the people and machines that run RailFair."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

import msgspec
from litestar import Response, Router, get
from litestar.datastructures import State

from railfair.application.health import Health, health
from railfair.application.health import State as Condition
from railfair.bootstrap import RailFair
from railfair.entrypoints.http.problems import RETRY_AFTER_S
from railfair.entrypoints.supervision import Condition as TaskCondition
from railfair.entrypoints.supervision import TaskState


class DependencyAnswer(msgspec.Struct):
    """One thing that answers need, and how it is."""

    name: str
    status: str
    detail: str


class TaskAnswer(msgspec.Struct):
    """One thing that the service does by itself: `running`, `backing_off` or `failed`."""

    name: str
    status: str
    restarts: int
    last_error: str


class HealthAnswer(msgspec.Struct):
    """How everything is: `ok`, `degraded` (something cannot be done), `down`, or `draining`.

    What was turned off is not missing.
    """

    status: str
    dependencies: list[DependencyAnswer]
    tasks: list[TaskAnswer]
    features_off: list[str]


class LiveAnswer(msgspec.Struct):
    """The process answers."""

    status: str = "ok"


@get("/live", summary="Is the process alive?")
async def live() -> LiveAnswer:
    """Return that the process answers; it asks nothing else."""
    return LiveAnswer()


@get("/ready", summary="Can it answer?")
async def ready(state: State) -> Response[HealthAnswer]:
    """Return 200 once the database answers and something is loaded, 503 until then.

    It is 503 again from the order to stop on: send nothing more, what is open will be answered.
    """
    return await _answered(state, is_draining=state.get("is_draining", False))


@get("/", summary="How is everything?")
async def everything(state: State) -> Response[HealthAnswer]:
    """Return the state of everything that answers need."""
    return await _answered(state, is_draining=False)


async def _health(state: State) -> Health:
    railfair: RailFair = state.railfair
    return await health(
        railfair.storage,
        now=railfair.clock.now(),
        fares_update_at=railfair.settings.daily_fares_update,
        is_redis_lost=railfair.is_redis_lost,
    )


async def _answered(state: State, *, is_draining: bool) -> Response[HealthAnswer]:
    found = await _health(state)
    tasks: list[TaskState] = state.background.states()
    is_down = is_draining or found.state is Condition.DOWN
    answer = HealthAnswer(
        status="draining" if is_draining else _state(found, tasks),
        dependencies=[
            DependencyAnswer(name=one.name, status=one.state, detail=one.detail)
            for one in found.dependencies
        ],
        tasks=[
            TaskAnswer(
                name=task.name,
                status=task.condition,
                restarts=task.restarts,
                last_error=task.last_error,
            )
            for task in tasks
        ],
        features_off=sorted(state.railfair.features.off),
    )
    return Response(
        answer,
        status_code=HTTPStatus.SERVICE_UNAVAILABLE if is_down else HTTPStatus.OK,
        headers={"Retry-After": str(RETRY_AFTER_S)} if is_down else {},
    )


def _state(found: Health, tasks: Sequence[TaskState]) -> Condition:
    is_whole = all(task.condition is TaskCondition.RUNNING for task in tasks)
    return Condition.DEGRADED if found.state is Condition.OK and not is_whole else found.state


router: Final = Router(
    path="/health", route_handlers=[live, ready, everything], tags=["Operations"]
)
