"""Errors as RFC 9457 `application/problem+json`: the one place where they get a status.

A status belongs to a branch of `domain.errors` and is found by walking up the error's classes. The
framework's own errors keep their phrase. A crash says nothing of its cause; it is logged.
"""

import math
import re
from collections.abc import Sequence
from http import HTTPMethod, HTTPStatus
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.exceptions import (
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)
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
    errors.RateLimited: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.SourceUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}

HEADERS: Final[dict[int, dict[str, str]]] = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": 'Bearer realm="railfair"'},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": str(RETRY_AFTER_S)},
}
"""What a status says besides, unless the error says it itself."""

NOT_SERVED: Final = "nothing is served at this address; /docs lists what is"
WITH_BODY: Final = frozenset({HTTPMethod.POST, HTTPMethod.PUT, HTTPMethod.PATCH})
WHOLE_BODY: Final = "data"
"""The framework's key for a fault of the body as such."""
BETWEEN_KEYS: Final = re.compile(r"[\[\].]+")

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

    @property
    def code(self) -> str:
        """The last part of its type."""
        return self.type.removeprefix(TYPE_BASE)


def of_error(error: errors.RailFairError, *, is_body: bool = False) -> Problem:
    """Return the problem that *error* is; parameters of a body are pointed to."""
    return Problem(
        type=TYPE_BASE + error.code,
        title=error.title,
        status=_status(error),
        detail=str(error),
        errors=_faults(error, is_body=is_body),
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


def of_slow_body() -> Problem:
    """Return the problem of a request whose body did not come before the deadline."""
    return Problem(
        type=TYPE_BASE + "request-timeout",
        title="Request Timeout",
        status=HTTPStatus.REQUEST_TIMEOUT,
        detail="body: did not come in time",
        errors=[Fault(detail="body: did not come in time", pointer="")],
    )


def of_unserved() -> Problem:
    """Return the problem of a request for what is not served."""
    return _of_http(NotFoundException())


def of_framework() -> list[Problem]:
    """Return one of every problem that is no error of RailFair's domain."""
    kinds = (NotFoundException(), MethodNotAllowedException(), HTTPException(status_code=415))
    return [*map(_of_http, kinds), _of_large_body(), of_slow_body(), _of_crash()]


def encoded(problem: Problem, request_id: str) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Return the headers and the body of the answer that *problem* is, where no framework is."""
    problem.request_id = request_id
    content = msgspec.json.encode(problem)
    headers = [
        (b"content-type", PROBLEM_JSON.encode()),
        (b"content-length", str(len(content)).encode()),
    ]
    for name, value in HEADERS.get(problem.status, {}).items():
        headers.append((name.lower().encode(), value.encode()))
    return headers, content


def _of_http(error: HTTPException) -> Problem:
    if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return _of_large_body()
    phrase = HTTPStatus(error.status_code).phrase
    code = phrase.lower().replace(" ", "-")
    return Problem(
        type=TYPE_BASE + code,
        title=phrase,
        status=error.status_code,
        detail=NOT_SERVED if error.status_code == HTTPStatus.NOT_FOUND else error.detail or phrase,
    )


def _of_large_body() -> Problem:
    fault = Fault(detail="body: is larger than RAILFAIR_MAX_BODY_BYTES allows", pointer="")
    return Problem(
        type=TYPE_BASE + "content-too-large",
        title="Content Too Large",
        status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        detail=fault.detail,
        errors=[fault],
    )


def _validation_fault(extra: dict[str, str]) -> Fault:
    """Return what the framework found wrong with the body, which had not the form it needs."""
    key, message = extra.get("key", WHOLE_BODY), extra.get("message", "")
    if key == WHOLE_BODY:
        is_absent = message == repr(WHOLE_BODY)
        return Fault(detail=f"body: {'is missing' if is_absent else message}", pointer="")
    return Fault(detail=f"{key}: {message}", pointer="/" + BETWEEN_KEYS.sub("/", key).strip("/"))


def _of_crash() -> Problem:
    return Problem(
        type=TYPE_BASE + "internal-error",
        title="Something went wrong on our side",
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
        detail="the answer could not be made; the request id helps to find out why",
    )


def _status(error: errors.RailFairError) -> int:
    return next(STATUS[branch] for branch in type(error).__mro__ if branch in STATUS)


def _faults(error: errors.RailFairError, *, is_body: bool) -> list[Fault]:
    match error:
        case errors.InvalidParameter(parameter=name) | errors.UnknownStation(parameter=name):
            where = {"pointer": f"/{name}"} if is_body else {"parameter": name}
            return [Fault(detail=str(error), **where)]
        case _:
            return []


def _response(
    request: Request[Any, Any, Any], problem: Problem, headers: dict[str, str] | None = None
) -> Response[Problem]:
    state = request.scope.get("state", {})
    problem.request_id = state.get("request_id", "")
    state["problem"] = problem.code
    given = {**HEADERS.get(problem.status, {}), **(headers or {})}
    return Response(problem, status_code=problem.status, media_type=PROBLEM_JSON, headers=given)


def _on_error(request: Request[Any, Any, Any], error: errors.RailFairError) -> Response[Problem]:
    problem = of_error(error, is_body=request.method in WITH_BODY)
    if isinstance(error, errors.RateLimited):
        return _response(request, problem, {"Retry-After": str(math.ceil(error.retry_s))})
    return _response(request, problem)


def _on_faults(request: Request[Any, Any, Any], error: FaultyRequest) -> Response[Problem]:
    return _response(request, of_faults(error))


def _on_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _on_crash(request, error)
    return _response(request, _of_http(error), dict(error.headers or {}))


def _on_validation(
    request: Request[Any, Any, Any], error: ValidationException
) -> Response[Problem]:
    found = error.extra if isinstance(error.extra, list) else [{}]
    faults = [_validation_fault(extra) for extra in found]
    return _on_faults(request, FaultyRequest(HTTPStatus.BAD_REQUEST, faults))


def _on_nesting(request: Request[Any, Any, Any], error: RecursionError) -> Response[Problem]:
    """Answer a body that nests deeper than its reader can follow."""
    if request.method not in WITH_BODY:
        return _on_crash(request, error)
    fault = Fault(detail="body: nests too deep", pointer="")
    return _on_faults(request, FaultyRequest(HTTPStatus.BAD_REQUEST, [fault]))


def _on_encoding(request: Request[Any, Any, Any], error: UnicodeDecodeError) -> Response[Problem]:
    """Answer a body with text that is not UTF-8."""
    if request.method not in WITH_BODY:
        return _on_crash(request, error)
    fault = Fault(detail="body: is not UTF-8", pointer="")
    return _on_faults(request, FaultyRequest(HTTPStatus.BAD_REQUEST, [fault]))


def _on_crash(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    request_id = request.scope.get("state", {}).get("request_id", "")
    route = request.scope.get("path_template", "unknown")
    log.error("crash", route=route, request_id=request_id, exc_info=error)
    return _response(request, _of_crash())


HANDLERS: Final[ExceptionHandlersMap] = {
    errors.RailFairError: _on_error,
    FaultyRequest: _on_faults,
    ValidationException: _on_validation,
    HTTPException: _on_http,
    RecursionError: _on_nesting,
    UnicodeDecodeError: _on_encoding,
    Exception: _on_crash,
}
