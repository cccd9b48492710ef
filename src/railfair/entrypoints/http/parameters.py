"""Reading what a client asks for, from a query or a JSON body, with every fault named at once."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from http import HTTPStatus
from typing import Any, Final, Protocol

from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler

from railfair.domain import codes
from railfair.domain.codes import Crs, RailcardCode
from railfair.domain.errors import InvalidParameter, MalformedParameter
from railfair.domain.fares.party import Party
from railfair.domain.fares.rulebook import NO_RAILCARD
from railfair.domain.fares.ticket import TicketClass
from railfair.domain.railtime import FIRST_DAY, calendar_day, clock_time
from railfair.entrypoints.http.problems import Fault, FaultyRequest

WORDS: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}

JSON_TYPE: Final = re.compile(r"application/([a-z0-9.-]+\+)?json")
NUMBER: Final = re.compile(r"[0-9]{0,9}\.?[0-9]{1,30}(e[+-]?[0-9]{1,3})?", re.ASCII | re.IGNORECASE)
MOST_PEOPLE: Final = 9
CLASSES: Final[dict[str, TicketClass | None]] = {
    "standard": TicketClass.STANDARD,
    "first": TicketClass.FIRST,
    "any": None,
}
REPEATABLE: Final = frozenset({"via", "avoid"})
"""Parameters of a query that may be given more than once."""
WHOLE_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,30}")


def takes_json(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Refuse a body that says of itself that it is not JSON; one that says nothing is tried."""
    kind = connection.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and not JSON_TYPE.fullmatch(kind):
        raise HTTPException(
            status_code=HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            detail="the body has to be application/json",
            headers={"Accept": "application/json"},
        )


async def each_once(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Refuse a query that gives twice what can be meant once; which of the two is meant?"""
    if not connection.scope["query_string"]:
        return
    names = (name for name, _ in connection.query_params.multi_items())
    given = Counter(name for name in names if name not in REPEATABLE)
    faults = [
        Fault(detail=f"{name}: is given {times} times", parameter=name)
        for name, times in given.items()
        if times > 1
    ]
    if faults:
        raise FaultyRequest(HTTPStatus.UNPROCESSABLE_ENTITY, faults)


class Parse[T](Protocol):
    """A parser of the domain: raises `InvalidParameter` naming *parameter*."""

    def __call__(self, text: str, *, parameter: str) -> T:
        """Return what *text* means."""
        ...


class Parameters:
    """The *values* of a query or of a JSON body, each read by the kind that it should be of.

    A faulty value is remembered and a stand-in returned; `check` raises before anybody uses it.
    """

    def __init__(self, values: Mapping[str, Any], *, is_body: bool = False) -> None:
        self._values = {name: value for name, value in values.items() if value is not None}
        self._is_body = is_body
        self._faults: list[Fault] = []
        self._is_unreadable = False

    def has(self, name: str) -> bool:
        """Whether *name* is given and not empty."""
        return bool(self._values.get(name, "") != "")

    def crs(self, name: str) -> Crs:
        """Return the station code *name*, which has to be there."""
        return self._read(name, lambda text: codes.crs(text, parameter=name), Crs("AAA"))

    def railcard(self, name: str) -> RailcardCode:
        """Return the railcard code *name*, or `NO_RAILCARD` if it is not given."""
        return self.optional(name, codes.railcard_code, NO_RAILCARD) or NO_RAILCARD

    def day(self, name: str) -> date:
        """Return the date *name*, which has to be there."""
        return self._read(name, lambda text: calendar_day(text, parameter=name), FIRST_DAY)

    def clock(self, name: str) -> int:
        """Return the time of day *name* in minutes after midnight; it has to be there."""
        return self._read(name, lambda text: clock_time(text, parameter=name), 0)

    def optional[T](self, name: str, parse: Parse[T], stand_in: T) -> T | None:
        """Return what *parse* makes of the text of *name*, or `None` if it is not given."""
        if not self.has(name):
            return None
        return self._read(name, lambda text: parse(text, parameter=name), stand_in)

    def one_of[T](self, name: str, choices: Mapping[str, T], default: T) -> T:
        """Return the meaning of *name*, which has to be one of the words *choices*."""
        if not self.has(name):
            return default
        return self._read(name, lambda text: _choice(text, name, choices), default)

    def integer(self, name: str, default: int, *, least: int, most: int) -> int:
        """Return the whole number *name*, from *least* to *most*."""
        if not self.has(name):
            return default
        return self._read(name, lambda text: _integer(text, name, least, most), default)

    def share(self, name: str) -> float | None:
        """Return the number between 0 and 1 *name*, or `None` if it is not given."""
        return self.optional(name, _share, 0.5)

    def party(self) -> Party:
        """Return who travels: *adults* (1) and *children* (0)."""
        adults = self.integer("adults", 1, least=0, most=MOST_PEOPLE)
        children = self.integer("children", 0, least=0, most=MOST_PEOPLE)
        try:
            return Party(adults, children)
        except InvalidParameter as error:
            self.fault(error.parameter, error.detail)
            return Party(1, 0)

    def stations(self, name: str, given: Sequence[str], *, most: int) -> tuple[Crs, ...]:
        """Return the station codes in *given*, which is what the list *name* holds."""
        if len(given) > most:
            self.fault(name, f"has to be at most {most} stations")
            return ()
        found: list[Crs] = []
        for text in given:
            try:
                found.append(codes.crs(text, parameter=name))
            except InvalidParameter as error:
                self.fault(name, error.detail)
        return tuple(found)

    def flag(self, name: str, *, default: bool) -> bool:
        """Return the yes or no of *name*."""
        if not self.has(name):
            return default
        return self._read(name, lambda text: _flag(text, name), default)

    def text(self, name: str, *, longest: int) -> str:
        """Return the text *name*, which has to be there, of up to *longest* characters."""
        return self._read(name, lambda text: _text(text, name, longest), "")

    def fault(self, name: str, detail: str) -> None:
        """Remember that *name* cannot be meant."""
        where = {"pointer": f"/{name}"} if self._is_body else {"parameter": name}
        self._faults.append(Fault(detail=f"{name}: {detail}", **where))

    def check(self) -> None:
        """Raise `FaultyRequest` if anything was at fault."""
        if self._faults:
            status = (
                HTTPStatus.BAD_REQUEST if self._is_unreadable else HTTPStatus.UNPROCESSABLE_ENTITY
            )
            raise FaultyRequest(status, self._faults)

    def _read[T](self, name: str, parse: Callable[[str], T], stand_in: T) -> T:
        if not self.has(name):
            self.fault(name, "is missing")
            return stand_in
        try:
            return parse(_as_text(self._values[name], name))
        except InvalidParameter as error:
            self._is_unreadable |= isinstance(error, MalformedParameter)
            self.fault(name, error.detail)
            return stand_in


def _as_text(value: Any, name: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    raise MalformedParameter(name, "has to be text or a number")


def _integer(text: str, name: str, least: int, most: int) -> int:
    if not WHOLE_NUMBER.fullmatch(text.strip()):
        raise MalformedParameter(name, "has to be a whole number")
    number = int(text)
    if not least <= number <= most:
        raise InvalidParameter(name, f"has to be from {least} to {most}")
    return number


def _share(text: str, *, parameter: str) -> float:
    if not NUMBER.fullmatch(text.strip()):
        raise MalformedParameter(parameter, "has to be a number such as 0.95")
    share = float(text)
    if not 0 < share < 1:
        raise InvalidParameter(parameter, "has to be between 0 and 1")
    return share


def _flag(text: str, name: str) -> bool:
    try:
        return WORDS[text.strip().lower()]
    except KeyError:
        raise MalformedParameter(name, "has to be true or false") from None


def _choice[T](text: str, name: str, choices: Mapping[str, T]) -> T:
    try:
        return choices[text.strip().lower()]
    except KeyError:
        raise InvalidParameter(name, f"has to be one of {', '.join(choices)}") from None


def _text(text: str, name: str, longest: int) -> str:
    if len(text) > longest:
        raise InvalidParameter(name, f"has to be of at most {longest} characters")
    return text
