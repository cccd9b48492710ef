"""`/api/preferences`: what a client prefers, in a cookie that only this service can have written.

They are the defaults of questions: see `preferred`. A parameter always wins, be it empty.
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar import Request, Response, Router, delete, get, put
from litestar.datastructures import Cookie, State
from litestar.params import JSONBody

from railfair.bootstrap import RailFair
from railfair.domain import codes
from railfair.domain.codes import RailcardCode
from railfair.domain.errors import InvalidParameter, SourceUnavailable
from railfair.domain.preferences import (
    CLASSES,
    KEPT_DAYS,
    MOST_EXTRA_MIN,
    MOST_FAVOURITES,
    MOST_VALUE_P,
    Preferences,
    UnreadablePreferences,
)
from railfair.entrypoints import wire
from railfair.entrypoints.http.parameters import Parameters, takes_json

COOKIE: Final = "railfair_preferences"
TOLD: Final = "X-Preferences"
"""The header that says what became of the cookie: `used` or `ignored (why)`."""
SECONDS_A_DAY: Final = 86_400
LOCAL: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""Hosts that browsers reach without HTTPS."""
PERSONAL: Final = {"Cache-Control": "no-store", "Vary": "Cookie"}

type Loose = str | int | None


class PreferencesBody(msgspec.Struct, omit_defaults=True):
    """What is preferred; what is left out is no longer preferred."""

    railcard: Loose = None
    ticket_class: Loose = msgspec.field(default=None, name="class")
    value_of_time_p_per_hour: Loose = None
    extra_interchange_min: Loose = None
    favourites: list[str] | None = None


class PreferencesAnswer(msgspec.Struct):
    """What is preferred, null where nothing is, and what was wrong with the cookie if anything."""

    railcard: str | None
    ticket_class: str | None = msgspec.field(name="class")
    value_of_time_p_per_hour: int | None
    extra_interchange_min: int | None
    favourites: list[wire.StationRef]
    warnings: list[str]


def is_sent(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Return whether a request with *headers* may carry preferences."""
    return any(name == b"cookie" and COOKIE.encode() in value for name, value in headers)


async def preferred(request: Request[Any, Any, Any], state: State) -> Preferences:
    """Return what the client prefers, nothing if its cookie cannot be read.

    What became of the cookie is kept with the request, for the answer to tell.
    """
    text = _sent(request.scope["headers"])
    if text is None:
        return Preferences()
    railfair: RailFair = state.railfair
    try:
        found = await railfair.preferences.read(text)
    except UnreadablePreferences as error:
        request.scope["state"]["preferences"] = f"ignored ({error})"
        return Preferences()
    except SourceUnavailable:
        request.scope["state"]["preferences"] = "ignored (cannot be checked now)"
        return Preferences()
    request.scope["state"]["preferences"] = "used"
    return found


def told_of(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Return the header that tells what became of the cookie of *request*, if it had one."""
    told: str | None = request.scope["state"].get("preferences")
    return {} if told is None else {TOLD: told}


def _sent(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Return what the first cookie of ours holds; HTTP/2 may send each in a header of its own."""
    for name, value in headers:
        for part in value.split(b";") if name == b"cookie" else ():
            key, _, text = part.strip().partition(b"=")
            if key == COOKIE.encode():
                return text.strip(b'"').decode("latin-1")
    return None


def with_defaults(values: dict[str, Any], preferences: Preferences, *names: str) -> None:
    """Put what is preferred into *values* under those of *names* that the client did not give."""
    defaults: dict[str, Any] = {
        "railcard": preferences.railcard,
        "class": preferences.ticket_class,
        "value_of_time_p_per_hour": preferences.value_of_time_p_per_hour,
        "extra_interchange_min": preferences.extra_interchange_min,
    }
    for name in names:
        if values.get(name) is None and defaults[name] is not None:
            values[name] = defaults[name]


@get("/", summary="What you prefer")
async def shown(request: Request[Any, Any, Any], state: State) -> Response[PreferencesAnswer]:
    """Return what the cookie says; one that cannot be read is told of, and counts for nothing."""
    found = await preferred(request, state)
    told: str = request.scope["state"].get("preferences", "used")
    warnings = [] if told == "used" else [f"the cookie {COOKIE} was {told}"]
    return Response(await _answer(state, found, warnings), headers=PERSONAL)


@put("/", summary="Prefer something else", guards=[takes_json])
async def changed(
    request: Request[Any, Any, Any], state: State, data: JSONBody[PreferencesBody]
) -> Response[PreferencesAnswer]:
    """Return what is preferred from now on, with the cookie that says so; nothing is kept here.

    It takes the place of all that was preferred before.
    """
    railfair: RailFair = state.railfair
    found = _preferences(data)
    text = await railfair.preferences.written(found)
    answer = await _answer(state, found, [])
    return Response(
        answer,
        headers=PERSONAL,
        cookies=[_cookie(request, text, max_age=KEPT_DAYS * SECONDS_A_DAY)],
    )


@delete("/", status_code=HTTPStatus.NO_CONTENT, summary="Forget what you prefer")
async def forgotten(request: Request[Any, Any, Any]) -> Response[None]:
    """Take the cookie away, in which all is that was preferred."""
    return Response(None, headers=PERSONAL, cookies=[_cookie(request, "", max_age=0)])


def _preferences(data: PreferencesBody) -> Preferences:
    values = msgspec.structs.asdict(data)
    values["class"] = values.pop("ticket_class")
    favourites = values.pop("favourites") or []
    parameters = Parameters(values, is_body=True)

    def number(name: str, most: int) -> int | None:
        read = parameters.integer(name, 0, least=0, most=most)
        return read if parameters.has(name) else None

    found: dict[str, Any] = {
        "railcard": parameters.optional("railcard", codes.railcard_code, RailcardCode("AAA")),
        "ticket_class": parameters.one_of("class", {name: name for name in CLASSES}, "") or None,
        "value_of_time_p_per_hour": number("value_of_time_p_per_hour", MOST_VALUE_P),
        "extra_interchange_min": number("extra_interchange_min", MOST_EXTRA_MIN),
        "favourites": tuple(
            dict.fromkeys(parameters.stations("favourites", favourites, most=MOST_FAVOURITES))
        ),
    }
    parameters.check()
    try:
        return Preferences(**found)
    except InvalidParameter as error:
        parameters.fault(error.parameter, error.detail)
        parameters.check()
        raise


async def _answer(state: State, found: Preferences, warnings: list[str]) -> PreferencesAnswer:
    railfair: RailFair = state.railfair
    return PreferencesAnswer(
        railcard=found.railcard,
        ticket_class=found.ticket_class,
        value_of_time_p_per_hour=found.value_of_time_p_per_hour,
        extra_interchange_min=found.extra_interchange_min,
        favourites=[wire.station_ref(one) for one in await railfair.preferences.stations(found)],
        warnings=warnings,
    )


def _cookie(request: Request[Any, Any, Any], text: str, *, max_age: int) -> Cookie:
    host = request.headers.get("host", "").lower()
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    return Cookie(
        key=COOKIE,
        value=text,
        path="/",
        max_age=max_age,
        httponly=True,
        samesite="lax",
        secure=name not in LOCAL,
    )


router: Final = Router(
    path="/api/preferences", route_handlers=[shown, changed, forgotten], tags=["Preferences"]
)
