"""What is asked, and what its answer is called: by its fields, the edition and the time of sale."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, Final

from railfair.domain.cache_keys import Kind, Parameter, cache_key
from railfair.domain.codes import Crs
from railfair.domain.popularity import Route
from railfair.domain.railtime import LONDON

QUARTER_MIN: Final = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: a *query*, that is a dataclass all of whose fields count.

    *ends* are the route that it is about. With *travel*, the day of it, the answer holds prices,
    which depend on when they are asked for as well. Where it *is_request*, being asked it makes the
    route more popular.
    """

    kind: Kind
    query: Any
    ends: tuple[str, str] = ("", "")
    travel: date | None = None
    is_request: bool = False

    @property
    def counted(self) -> Route | None:
        """The route that it makes more popular, if it does."""
        return (Crs(self.ends[0]), Crs(self.ends[1])) if self.is_request else None


def name_of(question: Question, *, edition: str, now: datetime) -> str:
    """Return the name of the answer to *question* at *now*, by the data of *edition*.

    Raises:
        TypeError: its query has a field of a type that cannot be written into a name.
    """
    parameters = {"about": type(question.query).__name__, **dict(_parameters(question.query))}
    if question.travel is not None:
        parameters["sold"] = _sold(question.travel, now)
    origin, destination = question.ends
    return cache_key(question.kind, edition, parameters, origin=origin, destination=destination)


def quarter(now: datetime) -> str:
    """Return the quarter of an hour that *now* is in, in London."""
    local = now.astimezone(LONDON)
    return f"{local:%Y-%m-%dT%H}.{local.minute // QUARTER_MIN}"


def _sold(travel: date, now: datetime) -> str:
    """Return when prices are asked for, as exactly as those of a trip on *travel* depend on it.

    Tickets are sold until some hours before a train, or until a time some days before: that of
    days further away is told by the day alone.
    """
    today = now.astimezone(LONDON).date()
    if travel < today:
        return "past"
    return quarter(now) if travel <= today + timedelta(days=1) else today.isoformat()


def _parameters(query: Any, within: str = "") -> Iterator[tuple[str, Parameter]]:
    """Yield every field of *query* and of the dataclasses in it, by a name of its own."""
    for field in fields(query):
        value = getattr(query, field.name)
        name = within + field.name
        if is_dataclass(value):
            yield name, type(value).__name__
            yield from _parameters(value, f"{name}.")
        else:
            yield name, _parameter(value)


def _parameter(value: Any) -> Parameter:
    match value:
        case Enum():
            return str(value.value)
        case date():
            return value.isoformat()
        case str() | float() | bool() | int() | None:
            return value
        case tuple():
            return tuple(str(one) for one in value)
        case _:
            raise TypeError(f"{type(value).__name__} has no place in the name of an answer")
