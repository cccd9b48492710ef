"""Names of kept answers, and the scopes in which they are invalidated together.

A key is readable and complete: `kind:version:origin-destination:parameters`. Its parts are quoted,
so that it has exactly three colons and no two different requests share one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self
from urllib.parse import quote

type Parameter = str | float | bool | Sequence[str] | None
"""What a parameter may be; one name has values of one type. `None` and no items: not given."""


class Kind(StrEnum):
    """What an answer is about, and so how long it is good."""

    PREDICTIONS = "predictions"
    PRICED_PREDICTIONS = "predictions+fares"
    FARES = "fares"
    PLANS = "plans"
    STATISTICS = "statistics"
    PLACES = "places"


KINDS: Final[Mapping[str, Kind]] = {kind.value: kind for kind in Kind}


class Subject(StrEnum):
    """What can be invalidated: answers that hold such a thing, or those of one route."""

    ALL = "all"
    FARES = "fares"
    PREDICTIONS = "predictions"
    PLANS = "plans"
    STATISTICS = "statistics"
    ROUTE = "route"


HOLDERS: Final[Mapping[Subject, tuple[Kind, ...]]] = {
    Subject.ALL: tuple(Kind),
    Subject.FARES: (Kind.FARES, Kind.PRICED_PREDICTIONS, Kind.PLANS),
    Subject.PREDICTIONS: (Kind.PREDICTIONS, Kind.PRICED_PREDICTIONS, Kind.PLANS),
    Subject.PLANS: (Kind.PLANS,),
    Subject.STATISTICS: (Kind.STATISTICS,),
    Subject.ROUTE: tuple(Kind),
}
"""The kinds of answers that hold a subject: a plan shows both prices and odds."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The answers that hold *subject*; of a route, those from *origin* to *destination*."""

    subject: Subject
    origin: str = ""
    destination: str = ""

    @classmethod
    def route(cls, origin: str, destination: str) -> Self:
        """Return the scope of every answer about that pair, in that direction."""
        return cls(Subject.ROUTE, origin, destination)

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return the scope that is written as *text*, or `None`: the inverse of `str`."""
        subject, *pair = text.split(" ")
        if subject not in tuple(Subject) or len(pair) != (2 if subject == Subject.ROUTE else 0):
            return None
        return cls(Subject(subject), *pair)

    def __str__(self) -> str:
        pair = (_quoted(self.origin), _quoted(self.destination))
        return " ".join((self.subject, *pair)) if self.subject is Subject.ROUTE else self.subject

    def covers(self, key: str) -> bool:
        """Return whether the answer named *key* goes when this scope is invalidated."""
        if self.subject is Subject.ALL:
            return True
        kind, _, rest = key.partition(":")
        if kind not in HOLDERS[self.subject]:
            return False
        return self.subject is not Subject.ROUTE or rest.split(":")[1:2] == [self._pair()]

    def globs(self) -> tuple[str, ...]:
        """Return glob patterns that match all keys of the scope, with nothing to be escaped."""
        if self.subject is Subject.ALL:
            return ("*",)
        if self.subject is Subject.ROUTE:
            return (f"*:*:{self._pair()}:*",)
        return tuple(f"{kind}:*" for kind in HOLDERS[self.subject])

    def _pair(self) -> str:
        return f"{_quoted(self.origin)}-{_quoted(self.destination)}"


EVERYTHING: Final = Scope(Subject.ALL)


def cache_key(
    kind: Kind,
    version: str,
    parameters: Mapping[str, Parameter],
    *,
    origin: str = "",
    destination: str = "",
) -> str:
    """Return the name of the answer to a request, by everything that changes the answer.

    *version* is that of the loaded data. The order of *parameters* does not matter, the order
    within one of them does.
    """
    given = "&".join(
        f"{_quoted(name)}={_written(value)}"
        for name, value in sorted(parameters.items())
        if value is not None and value != ()
    )
    return f"{kind}:{_quoted(version)}:{_quoted(origin)}-{_quoted(destination)}:{given}"


def kind_of(key: str) -> Kind:
    """Return the kind of the answer that *key* names."""
    return KINDS[key[: key.index(":")]]


def _written(value: Parameter) -> str:
    match value:
        case str():
            return _quoted(value)
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case None:
            return ""
        case _:
            return ",".join(map(_quoted, value))


def _quoted(text: str) -> str:
    """Return *text* in letters, digits, and `_.~%`: neither separators nor parts of a glob."""
    if text.isascii() and text.isalnum():
        return text
    return quote(text, safe="", errors="surrogatepass").replace("-", "%2D")
