"""What `/openapi.json` says beyond what the framework reads off the handlers.

A name means the same wherever it is asked for, so it is described once, here: in `NAMES`. Errors
come from the tree of errors, examples of answers from `examples.json`, recorded from the demo.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import msgspec

from railfair.application.plan_query import (
    LONGEST_WINDOW_MIN,
    MOST_CHANGES,
    MOST_SHOWN,
    MOST_VIA,
)
from railfair.domain import errors
from railfair.domain.cache_keys import Subject
from railfair.entrypoints.http import problems
from railfair.entrypoints.http.forms import CSV, GEOJSON
from railfair.entrypoints.http.parameters import MOST_PEOPLE, WHOLE_NUMBER, WORDS
from railfair.entrypoints.http.problems import PROBLEM_JSON, Fault, FaultyRequest, Problem

type Node = dict[str, Any]

EXAMPLES: Final = Path(__file__).with_name("examples.json")
METHODS: Final = frozenset({"get", "put", "post", "delete"})


def _text(pattern: str, example: str, **more: Any) -> Node:
    return {"type": "string", "pattern": f"^{pattern}$", "examples": [example], **more}


def _number(least: int, most: int, default: int | None = None) -> Node:
    node: Node = {"type": "integer", "minimum": least, "maximum": most}
    return node if default is None else {**node, "default": default}


def _stations(most: int) -> Node:
    return {"type": "array", "items": STATION, "maxItems": most}


STATION: Final = _text("[A-Za-z]{3}", "NRW")
DAY: Final[Node] = {"type": "string", "format": "date", "examples": ["2026-11-24"]}
CLOCK: Final = _text("[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?", "08:00")
MOMENT: Final = _text(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2})?(\.[0-9]+)?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?",
    "2026-11-24T08:00",
)
TRAIN: Final = _text("[A-Za-z0-9]{6}", "C12345")
TICKET: Final = _text("[A-Za-z0-9]{3}", "SOS")
FLAG: Final[Node] = {"enum": list(WORDS), "type": "string", "default": "false"}
CLASS: Final[Node] = {"enum": ["standard", "first", "any"], "type": "string"}

NAMES: Final[Mapping[str, Node]] = {
    "origin": STATION,
    "destination": {**STATION, "examples": ["LST"]},
    "code": STATION,
    "observed_at": {**STATION, "examples": ["IPS"]},
    "date": DAY,
    "departure_date": DAY,
    "return_date": DAY,
    "time": CLOCK,
    "departure_time": CLOCK,
    "arrival_time": CLOCK,
    "return_time": CLOCK,
    "return_arrival_time": CLOCK,
    "depart_after": MOMENT,
    "arrive_by": {**MOMENT, "examples": []},
    "toc": _text("[A-Za-z0-9]{2}", "LE"),
    "train": TRAIN,
    "return_train": TRAIN,
    "railcard": {**TICKET, "examples": ["YNG"]},
    "ticket": TICKET,
    "class": {**CLASS, "default": "standard"},
    "adults": _number(0, MOST_PEOPLE, 1),
    "children": _number(0, MOST_PEOPLE, 0),
    "via": _stations(MOST_VIA),
    "avoid": _stations(MOST_VIA),
    "favourites": _stations(20),
    "split": FLAG,
    "include_fares": FLAG,
    "as_forecast": FLAG,
    "cancelled": FLAG,
    "observed_delay_min": _number(-60, 600),
    "delay_min": _number(-60, 1440),
    "window_min": _number(1, LONGEST_WINDOW_MIN, 120),
    "max_changes": _number(0, MOST_CHANGES, 4),
    "extra_interchange_min": _number(0, 120, 0),
    "arrive_with_certainty": {
        "type": "number",
        "exclusiveMinimum": 0,
        "exclusiveMaximum": 1,
    },
    "value_of_time_p_per_hour": _number(0, 100_000, 1200),
    "limit": _number(1, 100),
    "cursor": {"type": "string", "minLength": 1, "maxLength": 200},
    "q": {"type": "string", "minLength": 1, "maxLength": 60, "examples": ["norw"]},
    "by": {"type": "string"},
    "source": {"type": "string", "enum": ["served", "replayed"], "default": "served"},
    "seconds": _number(1, 60, 10),
    "scope": {"type": "string", "enum": [subject.value for subject in Subject]},
}
"""The form of what is asked for, by its name."""
PLACES: Final[Mapping[tuple[str, str], Node]] = {
    ("/api/predict", "limit"): _number(1, 50, 5),
    ("/api/journey/plan", "limit"): _number(1, MOST_SHOWN, 8),
    ("/api/journey/plan", "destination"): {**STATION, "examples": ["BRI"]},
    ("/api/fares/compare", "via"): _stations(10),
    ("/api/stations", "limit"): _number(1, 100, 10),
    ("/api/stations/{code}/departures", "limit"): _number(1, 100, 20),
    ("/api/routes/popular", "limit"): _number(1, 100, 10),
    ("/api/routes/{origin}/{destination}/trends", "by"): {
        "type": "string", "enum": ["day", "week", "month"], "default": "week",
    },
    ("/api/scorecard", "by"): {
        "type": "string", "enum": ["operator", "horizon", "month"], "default": "operator",
    },
}  # fmt: skip
"""Where a name has narrower limits, or another default, than elsewhere."""
REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "/api/predict": ("origin", "destination", "date", "time"),
    "/api/fares/compare": ("origin", "destination", "date"),
    "/api/fares/trends": ("origin", "destination"),
    "/api/journey/plan": ("origin", "destination"),
    "/api/stations": ("q",),
    "/api/feedback": ("origin", "destination", "date", "as_forecast"),
    "/api/admin/cache/invalidate": ("scope",),
}
"""What has to be given."""

CSV_PATHS: Final = (
    "/api/routes", "/api/scorecard", "/api/statistics", "/punctuality", "/interchanges",
)  # fmt: skip
GEOJSON_PATHS: Final = ("/api/journey/plan", "/api/stations", "/api/stations/{code}")
ADMIN: Final = "/api/admin/"
OPEN: Final = "/health"
UNCACHED: Final = (
    "/api/predict/batch", "/api/scorecard", "/api/routes/popular", "/api/preferences",
    "/api/feedback", ADMIN, OPEN,
)  # fmt: skip
"""Answers that have no tag."""
KEYS: Final[Mapping[str, Node]] = {
    "ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "Bearer": {"type": "http", "scheme": "bearer"},
}
TAGS: Final[Mapping[str, str]] = {
    "Prediction": "How late will trains be, and will they run?",
    "Fares": "What does a trip cost, and how did prices change?",
    "Journeys": "Which trains, how sure they are, and what becomes of a missed connection.",
    "Stations and routes": "What is loaded, and how it ran.",
    "Scorecard": "How good the forecasts were.",
    "Preferences": "Defaults of a client, kept in its own cookie.",
    "Operations": "For those who run RailFair.",
}

HEADERS: Final[Mapping[str, Node]] = {
    "X-Request-ID": {
        "description": "the id of the request, given or made",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
    },
    "ETag": {"description": "for If-None-Match", "schema": {"type": "string"}},
    "Cache-Control": {"description": "how long to keep it", "schema": {"type": "string"}},
    "Age": {"description": "seconds since it was made", "schema": {"type": "integer"}},
    "X-Cache": {
        "description": "what the cache had",
        "schema": {"enum": ["HIT", "MISS", "STALE", "BYPASS"], "type": "string"},
    },
    "Retry-After": {
        "description": "seconds to wait",
        "required": True,
        "schema": {"type": "integer", "minimum": 0},
    },
    "WWW-Authenticate": {
        "description": "how to say who asks", "required": True, "schema": {"type": "string"},
    },
    "Allow": {
        "description": "what may be done instead", "required": True, "schema": {"type": "string"},
    },
}  # fmt: skip
HEADERS_OF: Final[Mapping[int, tuple[str, ...]]] = {
    HTTPStatus.UNAUTHORIZED: ("WWW-Authenticate",),
    HTTPStatus.METHOD_NOT_ALLOWED: ("Allow",),
    HTTPStatus.TOO_MANY_REQUESTS: ("Retry-After",),
    HTTPStatus.SERVICE_UNAVAILABLE: ("Retry-After",),
}
TAGGED: Final = ("ETag", "Cache-Control", "Age", "X-Cache")

AS_TEXT: Final = {
    "integer": f"^ *({WHOLE_NUMBER.pattern}) *$",
    "number": "^ *[0-9]{0,9}[.]?[0-9]{1,30}([eE][+-]?[0-9]{1,3})? *$",
}
"""How a body may hold a number as text."""
DIGITS: Final[Mapping[str, Node]] = {
    TICKET["pattern"]: {"minimum": 100, "maximum": 999},
    NAMES["toc"]["pattern"]: {"minimum": 10, "maximum": 99},
}
"""Codes that may be all digits, by their pattern: a body may hold them as numbers."""
NOT_GIVEN: Final[Node] = {"enum": [None, ""]}
"""What counts in a body as what is left out."""
LINKS: Final[Mapping[str, Mapping[str, Node]]] = {
    "get /api/stations": {
        "station": {
            "operationId": "ApiStationsCodeStation",
            "parameters": {"code": "$response.body#/stations/0/crs"},
        },
        "departures": {
            "operationId": "ApiStationsCodeDeparturesStationDepartures",
            "parameters": {"code": "$response.body#/stations/0/crs"},
        },
    },
    "get /api/routes/popular": {
        "statistics": {
            "operationId": "ApiRoutesOriginDestinationStatsRouteStatistics",
            "parameters": {
                "origin": "$response.body#/routes/0/origin/crs",
                "destination": "$response.body#/routes/0/destination/crs",
            },
        },
    },
    "get /api/journey/plan": {
        way: {
            "operationId": "ApiJourneyPlanPlan",
            "parameters": {
                "origin": "$request.query.origin",
                "destination": "$request.query.destination",
                "cursor": f"$response.body#/{way}",
            },
        }
        for way in ("earlier", "later")
    },
}
"""Where an answer leads to."""

FAULTS: Final = (
    FaultyRequest(
        HTTPStatus.BAD_REQUEST,
        [Fault(detail="limit: has to be a whole number", parameter="limit")],
    ),
    FaultyRequest(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        [Fault(detail="date: there is no 2026-02-31 in the calendar", parameter="date")],
    ),
)
ERRORS: Final[tuple[errors.RailFairError, ...]] = (
    errors.InvalidParameter("railcard", "there is no railcard ZZZ in the loaded fares"),
    errors.MalformedParameter("date", "a date looks like 2025-05-06"),
    errors.BadFeed("RJTTF900.MCA", "ends without its trailer", line=9021),
    errors.UnknownStation("ZZZ", parameter="origin"),
    errors.UnknownRoute("NRW", "EDB"),
    errors.UnknownApiKey("timetable-screen"),
    errors.FeedOutOfOrder("RJTTC902.ZIP", expected="RJTTF901", loaded="RJTTF900"),
    errors.MixedSources("the demo railway is loaded; use another database"),
    errors.ApiKeyNameTaken("timetable-screen", "rf_4x2k"),
    errors.ProfileRunning(),
    errors.RateLimited(3),
    errors.InvalidApiKey(),
    errors.ApiKeyRequired(),
    errors.AdminOnly(),
    errors.StorageUnavailable("the database is not available"),
    errors.NothingLoaded("timetable"),
    errors.FeedServiceFailed("fares", "answered 503 four times"),
    errors.FeatureOff("journeys"),
    errors.Overloaded(),
    errors.DeadlineExceeded(10),
)
"""One of every error."""
COMMANDS_ONLY: Final = frozenset({
    "bad-feed", "unknown-api-key", "feed-out-of-order", "mixed-sources", "api-key-name-taken",
    "feed-service-failed",
})  # fmt: skip
"""Errors of imports and keys, which no address of the API answers with."""


def described(raw: Node) -> Node:
    """Return *raw*, the framework's description, with all that this page knows."""
    schema: Node = json.loads(json.dumps(raw))
    components = schema["components"]
    components["securitySchemes"] = KEYS
    components["headers"] = HEADERS
    components["examples"] = {
        name: {"summary": problem.title, "value": _built(problem)}
        for name, problem in _samples().items()
    }
    components["responses"] = _all_responses()
    _describe_problem(components["schemas"]["Problem"])
    for path, method, operation in operations(schema):
        _describe_parameters(path, operation)
        _describe_body(path, operation, components["schemas"])
        _describe_answers(path, method, operation)
    schema["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    schema["security"] = [{}, *({name: []} for name in KEYS)]
    return schema


def operations(schema: Node) -> Iterator[tuple[str, str, Node]]:
    """Yield the path, the method and the description of each operation of *schema*."""
    for path, item in schema["paths"].items():
        for method in sorted(METHODS & item.keys()):
            yield path, method, item[method]


def of_name(path: str, name: str) -> Node:
    """Return the form of what is called *name* at *path*."""
    return dict(PLACES.get((path, name)) or NAMES[name])


def _describe_parameters(path: str, operation: Node) -> None:
    for parameter in operation.get("parameters", []):
        name = parameter["name"]
        schema = of_name(path, name)
        described = parameter.pop("description", None) or parameter["schema"].get("description")
        examples = schema.pop("examples", [])
        is_needed = parameter["in"] == "path" or name in REQUIRED.get(path, ())
        parameter |= {
            "description": described or "station code, such as NRW",
            "schema": schema,
            "required": is_needed,
        }
        if not is_needed and schema["type"] != "array":
            parameter["allowEmptyValue"] = True  # it counts as not given
        if examples and is_needed:
            parameter["examples"] = {"example": {"value": examples[0]}}


def _describe_body(path: str, operation: Node, schemas: Node) -> None:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return
    name = content["schema"].get("$ref", "").rpartition("/")[2]
    body = schemas[name]
    if path == "/api/predict/batch":
        # Each is judged by itself: what is no prediction has a problem in its place.
        one = {"anyOf": [_ref("schemas", "PredictionBody"), {}]}
        body["properties"]["requests"] = {
            "type": "array", "items": one, "minItems": 1, "maxItems": 100,
        }  # fmt: skip
        first = _example_body("/api/predict", schemas["PredictionBody"])
        content["example"] = {"requests": [first]}
        return
    needed = [name for name in REQUIRED.get(path, ()) if name in body["properties"]]
    for name in body["properties"]:
        body["properties"][name] = _in_body(of_name(path, name), is_needed=name in needed)
    if path == "/api/predict":
        body["allOf"] = [
            {"anyOf": [{"required": [name]}, {"required": [f"departure_{name}"]}]}
            for name in ("date", "time")
        ]
        needed = ["origin", "destination"]
    if needed:
        body["required"] = needed
    content["example"] = _example_body(path, body)


def _in_body(schema: Node, *, is_needed: bool) -> Node:
    """Return what a body may hold: numbers as text as well, and null for what is not given."""
    schema.pop("default", None)
    forms = [schema]
    if schema == {key: FLAG[key] for key in FLAG if key != "default"}:
        forms = [{"type": "boolean"}, {"type": "integer", "enum": [0, 1]}, schema]
    elif schema["type"] in {"integer", "number"}:
        forms.append({"type": "string", "pattern": AS_TEXT[schema["type"]]})
    elif schema.get("pattern") in DIGITS:
        forms.append({"type": "integer", **DIGITS[schema["pattern"]]})
    if not is_needed:
        forms.append({"type": "null"} if schema["type"] == "array" else NOT_GIVEN)
    return forms[0] if len(forms) == 1 else {"anyOf": forms}


def _example_body(path: str, body: Node) -> Node:
    needed = REQUIRED.get(path, ())
    found: Node = {}
    for name in body["properties"]:
        if name in needed or name in {"railcard", "depart_after"}:
            schema = of_name(path, name)
            is_flag = schema.get("enum") == FLAG["enum"]
            found[name] = True if is_flag else (schema.get("examples") or schema["enum"])[0]
    if path == "/api/feedback":
        found |= {"time": "08:00"}
    return found


def _describe_answers(path: str, method: str, operation: Node) -> None:
    answers = operation["responses"]
    answers.pop("400", None)
    for status, answer in answers.items():
        headers = ["X-Request-ID"]
        if method == "get" and not path.startswith(UNCACHED):
            headers += TAGGED
        answer["headers"] = {name: _ref("headers", name) for name in headers}
        if status == "204":
            answer.pop("content", None)
        _describe_forms(path, method, answer)
        recorded = _recorded().get(f"{method} {path}")
        if links := LINKS.get(f"{method} {path}"):
            answer["links"] = links
        if recorded is not None and "application/json" in answer.get("content", {}):
            answer["content"]["application/json"]["example"] = recorded
    if method == "get" and not path.startswith(UNCACHED):
        answers["304"] = {
            "description": "You have it already",
            "headers": {name: _ref("headers", name) for name in ("X-Request-ID", *TAGGED)},
        }
    if path in {"/health", "/health/ready"}:
        answers["503"] = {
            "description": "It cannot answer",
            "headers": {name: _ref("headers", name) for name in ("X-Request-ID", "Retry-After")},
            "content": {
                "application/json": {"schema": _ref("schemas", "HealthAnswer")},
                PROBLEM_JSON: {"schema": _ref("schemas", "Problem")},
            },
        }
    for status in _statuses(path, operation):
        answers.setdefault(str(status), _ref("responses", _name(status)))
    if path.startswith(ADMIN):
        operation["security"] = [{name: []} for name in KEYS]


def _describe_forms(path: str, method: str, answer: Node) -> None:
    content = answer.get("content", {})
    if method == "get" and (path.startswith(CSV_PATHS) or path.endswith(CSV_PATHS)):
        content[CSV] = {"schema": {"type": "string"}}
    if path in GEOJSON_PATHS:
        content[GEOJSON] = {"schema": {"type": "object", "required": ["type"]}}


def _statuses(path: str, operation: Node) -> list[HTTPStatus]:
    """Return the statuses of the problems that an operation may answer with."""
    found = {HTTPStatus.BAD_REQUEST, HTTPStatus.METHOD_NOT_ALLOWED}
    found |= {HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE}
    if path.startswith(OPEN):
        return sorted(found)
    found |= {HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT}
    found |= {HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.NOT_FOUND}
    if path.startswith(ADMIN):
        found |= {HTTPStatus.FORBIDDEN}
    if path.endswith("/profile"):
        found |= {HTTPStatus.CONFLICT}
    if "requestBody" in operation:
        found |= {HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE}
    return sorted(found)


def _describe_problem(problem: Node) -> None:
    codes = sorted({one.code for one in _samples().values()})
    problem["properties"]["type"] = {
        "type": "string",
        "description": f"/problems/ and what docs/errors.md calls it: {', '.join(codes)}",
        "pattern": "^/problems/[a-z-]+$",
    }


@cache
def _samples() -> Mapping[str, Problem]:
    """Return one of every problem, by its name: its code, and the status where it has two."""
    plain = [*map(problems.of_error, ERRORS), *problems.of_framework()]
    return {one.code: one for one in plain} | {
        f"{one.code}-{one.status}": one for one in map(problems.of_faults, FAULTS)
    }


def _all_responses() -> Node:
    by_status: dict[int, list[str]] = {}
    for name, problem in _samples().items():
        by_status.setdefault(problem.status, []).append(name)
    return {
        _name(HTTPStatus(status)): {
            "description": HTTPStatus(status).phrase,
            "headers": {
                name: _ref("headers", name)
                for name in ("X-Request-ID", *HEADERS_OF.get(status, ()))
            },
            "content": {
                PROBLEM_JSON: {
                    "schema": _ref("schemas", "Problem"),
                    "examples": {name: _ref("examples", name) for name in names},
                }
            },
        }
        for status, names in sorted(by_status.items())
    }


def _name(status: HTTPStatus) -> str:
    return status.name.title().replace("_", "")


def _ref(kind: str, name: str) -> Node:
    return {"$ref": f"#/components/{kind}/{name}"}


def _built(problem: Problem) -> Any:
    return {**msgspec.to_builtins(problem), "request_id": "5f0c1d2e3a4b5c6d7e8f9a0b1c2d3e4f"}


@cache
def _recorded() -> Mapping[str, Any]:
    """Return examples of answers, by method and path."""
    found: Mapping[str, Any] = json.loads(EXAMPLES.read_bytes())
    return found
