"""Cursors: where a page of journeys begins, as text that clients hand back unread."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date
from typing import Final, NamedTuple

from railfair.application.plan_query import PlanQuery
from railfair.domain.errors import InvalidParameter, MalformedParameter
from railfair.domain.railtime import calendar_day, clock_time

LONGEST: Final = 100
_CURSOR: Final = re.compile(r"1 ([da])([fl]) (\d{4}-\d\d-\d\d) (\d\d:\d\d)", re.ASCII)


class Place(NamedTuple):
    """Where a page begins, in the words of `PlanQuery`."""

    arrives: bool
    latest_first: bool
    day: date
    time_min: int


def written(query: PlanQuery) -> str:
    """Return the cursor to *query*: when it begins, not what else it asks for."""
    way = ("a" if query.arrives else "d") + ("l" if query.latest_first else "f")
    clock = f"{query.time_min // 60:02}:{query.time_min % 60:02}"
    text = f"1 {way} {query.day} {clock}"
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(text: str, *, parameter: str = "cursor") -> Place:
    """Return the place that the cursor *text* says.

    Raises:
        MalformedParameter: it is no cursor.
    """
    try:
        found = _CURSOR.fullmatch(_decoded(text))
        if found is not None:
            return Place(
                arrives=found[1] == "a",
                latest_first=found[2] == "l",
                day=calendar_day(found[3]),
                time_min=clock_time(found[4]),
            )
    except (ValueError, InvalidParameter):
        pass
    raise MalformedParameter(parameter, "is no cursor of an earlier answer")


def _decoded(text: str) -> str:
    if len(text) > LONGEST:
        return ""
    return urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)).decode()
