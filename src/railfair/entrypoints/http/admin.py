"""`/api/admin`: for those who run RailFair, with the key of an admin."""

import os
from typing import Annotated, Final

import msgspec
from litestar import Response, Router, post
from litestar.datastructures import State
from litestar.enums import MediaType
from litestar.params import JSONBody, QueryParameter

from railfair.bootstrap import LONGEST_PROFILE_S, Profiler, RailFair
from railfair.domain.cache_keys import Scope, Subject
from railfair.domain.codes import Crs
from railfair.entrypoints.http.clients import requires_admin
from railfair.entrypoints.http.parameters import Parameters, takes_json

SCOPES: Final = {subject.value: subject for subject in Subject}


class InvalidateBody(msgspec.Struct):
    """Which kept answers to forget; a route needs its *origin* and *destination*."""

    scope: Annotated[str | None, msgspec.Meta(description=", ".join(SCOPES))] = None
    origin: str | None = None
    destination: str | None = None


class InvalidatedAnswer(msgspec.Struct):
    """How many answers were kept in the *scope*, and are no more."""

    scope: str
    invalidated: int


@post("/cache/invalidate", status_code=200, summary="Forget kept answers", guards=[takes_json])
async def invalidate(state: State, data: JSONBody[InvalidateBody]) -> InvalidatedAnswer:
    """Forget the kept answers of a scope, in Redis and in this process; others follow in a second.

    Without Redis every process keeps its own: only those of the one that answers are forgotten.
    """
    railfair: RailFair = state.railfair
    scope = _scope(Parameters(msgspec.structs.asdict(data), is_body=True))
    return InvalidatedAnswer(
        scope=scope.subject, invalidated=await railfair.cache.invalidate(scope)
    )


@post("/profile", status_code=200, media_type=MediaType.TEXT, summary="See what a worker is doing")
async def profile(
    state: State,
    seconds: Annotated[str | None, QueryParameter(description="for how long (1-60, 10)")] = None,
) -> Response[str]:
    """Return what the threads of the worker that answers did: stacks, and how often each was seen.

    It goes on as before meanwhile. One profile at a time is taken of a worker.
    """
    parameters = Parameters({"seconds": seconds})
    how_long = parameters.integer("seconds", 10, least=1, most=LONGEST_PROFILE_S)
    parameters.check()
    profiler: Profiler = state.profiler
    return Response(await profiler.taken(how_long), headers={"X-Worker": str(os.getpid())})


def _scope(parameters: Parameters) -> Scope:
    if not parameters.has("scope"):
        parameters.fault("scope", f"has to be one of {', '.join(SCOPES)}")
    subject = parameters.one_of("scope", SCOPES, Subject.ALL)
    if subject is not Subject.ROUTE:
        for name in ("origin", "destination"):
            if parameters.has(name):
                parameters.fault(name, "goes with the scope route only")
        parameters.check()
        return Scope(subject)
    ends: list[Crs] = [parameters.crs(name) for name in ("origin", "destination")]
    parameters.check()
    return Scope.route(*ends)


router: Final = Router(
    path="/api/admin",
    route_handlers=[invalidate, profile],
    guards=[requires_admin],
    tags=["Operations"],
)
