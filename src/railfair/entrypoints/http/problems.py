"""Errors as RFC 9457 `application/problem+json`: the one place where they get a status.

A status belongs to a branch of `domain.errors` and is found by walking up the error's classes. The
framework's own errors keep their phrase. A crash says nothing of its cause; it is logged.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from railfair.bootstrap import logger
from railfair.domain import errors

PROBLEM_JSON: Final = "application/problem+json"
TYPE_BASE: Final = "/problems/"
RETRY_AFTER_S: Final = 5
STATUS: Final[dict[type[Exception], HTTPStatus]] = {
    errors.MalformedParameter: HTTPStatus.BAD_REQUEST,
    errors.InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.SourceUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}

log = logger("http")


class Fault(msgspec.Struct, omit_defaults=True, frozen=True):
    """What is wrong with one parameter of the query, or one member of the body (a pointer)."""

    detail: str
    parameter: str | None = None
    pointer: str | None = None


class FaultyRequest(Exception):
    """The request has faults; *status* is 400 where one could not even be read, else 422."""

    def __init__(self, status: HTTPStatus, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(fault.detail for fault in faults))
        self.status = status
        self.faults = list(faults)


class Problem(msgspec.Struct, omit_defaults=True):
    """A problem as clients see it. Source: RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str = ""
    errors: list[Fault] = []


def of_error(error: errors.RailFairError) -> Problem:
    """Return the problem that *error* is."""
    return Problem(
        type=TYPE_BASE + error.code,
        title=error.title,
        status=_status(error),
        detail=str(error),
        errors=_faults(error),
    )


def of_faults(request: FaultyRequest) -> Problem:
    """Return the problem of a request with faults."""
    return Problem(
        type=TYPE_BASE + "invalid-request",
        title="The request cannot be understood",
        status=request.status,
        detail=str(request),
        errors=request.faults,
    )


def _of_http(error: HTTPException) -> Problem:
    phrase = HTTPStatus(error.status_code).phrase
    code = phrase.lower().replace(" ", "-")
    return Problem(
        type=TYPE_BASE + code,
        title=phrase,
        status=error.status_code,
        detail=error.detail or phrase,
    )


def _of_crash() -> Problem:
    return Problem(
        type=TYPE_BASE + "internal-error",
        title="Something went wrong on our side",
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
        detail="the answer could not be made; the request id helps to find out why",
    )


def _status(error: errors.RailFairError) -> int:
    return next(STATUS[branch] for branch in type(error).__mro__ if branch in STATUS)


def _faults(error: errors.RailFairError) -> list[Fault]:
    match error:
        case errors.InvalidParameter(parameter=parameter, detail=detail):
            return [Fault(parameter=parameter, detail=detail)]
        case errors.UnknownStation(parameter=parameter):
            return [Fault(parameter=parameter, detail=str(error))]
        case _:
            return []


def _response(
    request: Request[Any, Any, Any], problem: Problem, headers: dict[str, str] | None = None
) -> Response[Problem]:
    problem.request_id = request.scope.get("state", {}).get("request_id", "")
    given = dict(headers or {})
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        given.setdefault("Retry-After", str(RETRY_AFTER_S))
    return Response(problem, status_code=problem.status, media_type=PROBLEM_JSON, headers=given)


def _on_error(request: Request[Any, Any, Any], error: errors.RailFairError) -> Response[Problem]:
    return _response(request, of_error(error))


def _on_faults(request: Request[Any, Any, Any], error: FaultyRequest) -> Response[Problem]:
    return _response(request, of_faults(error))


def _on_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _on_crash(request, error)
    return _response(request, _of_http(error), dict(error.headers or {}))


def _on_crash(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    log.error("crash", path=request.url.path, exc_info=error)
    return _response(request, _of_crash())


HANDLERS: Final[ExceptionHandlersMap] = {
    errors.RailFairError: _on_error,
    FaultyRequest: _on_faults,
    HTTPException: _on_http,
    Exception: _on_crash,
}
