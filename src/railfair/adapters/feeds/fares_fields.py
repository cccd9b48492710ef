"""What the fields of the fares feed's records say.

Every function raises `ValueError` with a sentence that names the field and what stands in it.
"""

import re
from collections.abc import Collection, Sequence
from datetime import date
from functools import lru_cache
from sys import intern
from typing import Final, Protocol

from railfair.adapters.feeds.fares_layout import Field
from railfair.domain.codes import Crs
from railfair.domain.fares.restriction import DateBand
from railfair.domain.railtime import hhmm

NO_FARE: Final = "99999999"
"""Stands where there is no such fare: never a price."""
LEAP_YEAR: Final = 2000
SHOWN: Final = 40
"""How many characters of a line a sentence shows."""
LISTED: Final = 5
"""How many names a sentence lists."""
ANY: Final = "*"
_CRS: Final = re.compile(r"[A-Z]{3}")
_DIGITS: Final = re.compile(r"[0-9]+")
_DAYS: Final = re.compile(r"[YN]{7}")


class Dated(Protocol):
    """The layout of a record that holds for some days."""

    START_DATE: Field
    END_DATE: Field


class Banded(Protocol):
    """The layout of a record with a part of the year and its weekdays."""

    DATE_FROM: Field
    DATE_TO: Field
    DAYS: Field


def shown(text: str) -> str:
    """Return *text*, cut where it is too long for a sentence."""
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def listed(names: Sequence[str]) -> str:
    """Return *names* as a sentence lists them, without those that are too many."""
    return ", ".join([*map(shown, names[:LISTED]), *(["…"] if len(names) > LISTED else [])])


def is_not(field: Field, line: str, what: str) -> ValueError:
    """Return the error that says that *field* of *line* is not *what*."""
    return ValueError(f"{field.name} is {field.of(line)!r}, not {what}")


def text(line: str, field: Field) -> str:
    """Return a text without the blanks around it; may be empty."""
    return intern(field.of(line).strip())


def code(line: str, field: Field, *, may_be_any: bool = False) -> str:
    """Return a code without the blanks around it; see `any_code`."""
    found = any_code(line, field, may_be_any=may_be_any)
    if not found:
        raise ValueError(f"{field.name} is blank")
    return found


def any_code(line: str, field: Field, *, may_be_any: bool = False) -> str:
    """Return a code without the blanks around it, or nothing where the field is blank.

    Codes are letters and digits; stars all over the field are one only where it *may be any*.
    """
    found = field.of(line).strip(" ")
    is_any = may_be_any and not field.of(line).strip(ANY)
    if found and not is_any and not (found.isascii() and found.isalnum()):
        raise is_not(field, line, "a code of letters and digits")
    return intern(found)


def one_of(line: str, field: Field, known: Collection[str]) -> str:
    """Return a field that has to hold one of *known*."""
    found = field.of(line)
    if found not in known:
        raise is_not(field, line, f"one of {', '.join(repr(one) for one in sorted(known))}")
    return found


def is_yes(line: str, field: Field) -> bool:
    """Whether a field that has to be Y or N is Y."""
    return one_of(line, field, ("Y", "N")) == "Y"


def number(line: str, field: Field) -> int:
    """Return a whole number, of pence or of anything else."""
    if not _DIGITS.fullmatch(field.of(line)):
        raise is_not(field, line, "a whole number")
    return int(field.of(line))


def fare_p(line: str, field: Field) -> int | None:
    """Return a price, or `None` where the field says that there is no such fare."""
    return None if field.of(line) == NO_FARE else number(line, field)


def day(line: str, field: Field) -> date:
    """Return a `ddmmyyyy` date."""
    found = calendar_day(field.of(line))
    if found is None:
        raise is_not(field, line, "a day of the form ddmmyyyy")
    return found


@lru_cache(maxsize=8192)
def calendar_day(ddmmyyyy: str) -> date | None:
    """Return the day, or `None` if it is none; days of equal text are one object."""
    if not _DIGITS.fullmatch(ddmmyyyy):
        return None
    try:
        return date(int(ddmmyyyy[4:]), int(ddmmyyyy[2:4]), int(ddmmyyyy[:2]))
    except ValueError:
        return None


def days(line: str, layout: type[Dated]) -> tuple[date, date]:
    """Return the first and the last day of a record."""
    first, last = day(line, layout.START_DATE), day(line, layout.END_DATE)
    if first > last:
        raise ValueError(f"START_DATE {first:%d/%m/%Y} is after END_DATE {last:%d/%m/%Y}")
    return first, last


def crs(line: str, field: Field) -> Crs:
    """Return a station's code."""
    if not _CRS.fullmatch(field.of(line)):
        raise is_not(field, line, "a station code of three letters")
    return Crs(intern(field.of(line)))


def any_crs(line: str, field: Field) -> Crs | None:
    """Return a station's code, or `None` where the field is blank."""
    return crs(line, field) if text(line, field) else None


def clock_min(line: str, field: Field) -> int:
    """Return the minutes after midnight of an `HHMM` time."""
    try:
        return hhmm(field.of(line))
    except ValueError:
        raise is_not(field, line, "a time of the form HHMM") from None


def date_band(line: str, layout: type[Banded]) -> DateBand:
    """Return the weekdays of a part of the year, which may wrap the year's end."""
    flags = layout.DAYS.of(line)
    if not _DAYS.fullmatch(flags):
        raise is_not(layout.DAYS, line, "7 x Y or N")
    return DateBand(
        first=_day_of_year(line, layout.DATE_FROM),
        last=_day_of_year(line, layout.DATE_TO),
        weekdays=sum(1 << weekday for weekday, flag in enumerate(flags) if flag == "Y"),
    )


def _day_of_year(line: str, field: Field) -> int:
    mmdd = field.of(line)
    if calendar_day(f"{mmdd[2:]}{mmdd[:2]}{LEAP_YEAR}") is None:
        raise is_not(field, line, "a day of the form mmdd")
    return int(mmdd)
