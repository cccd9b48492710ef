"""Kinds of option that several commands share."""

from collections.abc import Callable
from typing import Any, cast

import click

from railfair.domain import codes, quota, railtime
from railfair.domain.errors import InvalidParameter


class _Parsed[T](click.ParamType[T]):
    """A kind of option that one of the domain's parsers reads."""

    def __init__(self, name: str, parse: Callable[[str], T]) -> None:
        self.name = name
        self._parse = parse

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> T:
        """Return the parsed *value*; a value that cannot be meant ends the command."""
        if not isinstance(value, str):
            return cast("T", value)
        try:
            return self._parse(value)
        except InvalidParameter as error:
            self.fail(error.detail, param, ctx)


DAY = _Parsed("YYYY-MM-DD", railtime.calendar_day)
CLOCK = _Parsed("HH:MM", railtime.clock_time)
MOMENT = _Parsed("YYYY-MM-DDTHH:MM", railtime.local_moment)
CRS = _Parsed("CRS", codes.crs)
TOC = _Parsed("TOC", codes.toc_code)
QUOTA = _Parsed("N/PERIOD", quota.quota)
TRAIN = _Parsed("UID", codes.train_uid)
RAILCARD = _Parsed("CARD", codes.railcard_code)
