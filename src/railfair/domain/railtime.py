"""Rail time: whole minutes after midnight, London clock time, of the day a train leaves its origin.

A train that runs past midnight keeps counting: 00:10 of the next day is 1450. Clock times are what
the timetable prints, so on the two days when clocks change a minute count is still the clock's
face, not elapsed time.
"""

import re
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from railfair.domain.errors import InvalidParameter, MalformedParameter

LONDON: Final = ZoneInfo("Europe/London")
MINUTES_A_DAY: Final = 1440
HALF_DAY: Final = 720
FIRST_DAY: Final = date(1990, 1, 1)
LAST_DAY: Final = date(2100, 1, 1)
"""Days that can be asked for lie from the first to before the last."""
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{1,2}:\d{2}(?::\d{2})?)(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?", re.ASCII
)
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)


def minutes(clock: time) -> int:
    """Return *clock* as minutes after midnight."""
    return clock.hour * 60 + clock.minute


def hhmm(text: str) -> int:
    """Return the minutes after midnight of `HHMM`; raise `ValueError` if it is no clock time."""
    if len(text) != 4 or not text.isascii() or not text.isdigit():  # noqa: PLR2004
        raise ValueError(f"{text!r} is not a time of the form HHMM")
    hour, minute = int(text[:2]), int(text[2:])
    if hour > 23 or minute > 59:  # noqa: PLR2004
        raise ValueError(f"{text!r} is not a time of the day")
    return hour * 60 + minute


def instant(day: date, rail_min: int) -> datetime:
    """Return the London instant of *rail_min* minutes of the service day *day*."""
    days, minute = divmod(rail_min, MINUTES_A_DAY)
    clock = time(minute // 60, minute % 60)
    return datetime.combine(day + timedelta(days=days), clock, LONDON)


def wrapped(difference_min: int) -> int:
    """Bring a difference of clock times into (-720, 720] minutes."""
    return HALF_DAY - (HALF_DAY - difference_min) % MINUTES_A_DAY


def not_before(clock_min: int, earliest_min: int) -> int:
    """Return *clock_min* on the first day on which it is not before *earliest_min*."""
    behind = earliest_min - clock_min
    return clock_min if behind <= 0 else clock_min - (-behind // MINUTES_A_DAY) * MINUTES_A_DAY


def nearest(clock_min: int, reference_min: int) -> int:
    """Return *clock_min* on the day that brings it closest to *reference_min*."""
    return reference_min + wrapped(clock_min - reference_min)


def iso(moment: datetime) -> str:
    """Return *moment* in ISO 8601 with London's offset, to the second."""
    return moment.astimezone(LONDON).isoformat(timespec="seconds")


def days_between(first: date, last: date) -> list[date]:
    """Return every day from *first* to *last*, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def calendar_day(text: str, *, parameter: str = "date") -> date:
    """Return the day in *text* (`2025-05-06`); raise `InvalidParameter` if there is none."""
    if not _DAY.fullmatch(text.strip()):
        raise MalformedParameter(parameter, "a date looks like 2025-05-06")
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidParameter(parameter, f"there is no {text.strip()} in the calendar") from None
    if not FIRST_DAY <= day < LAST_DAY:
        raise InvalidParameter(parameter, f"has to lie from {FIRST_DAY} to before {LAST_DAY}")
    return day


def clock_time(text: str, *, parameter: str = "time") -> int:
    """Return the minutes after midnight of *text* (`17:30`); raise `InvalidParameter` if none."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise MalformedParameter(parameter, "a time looks like 17:30")
    try:
        hhmm("00" + (found[3] or "00"))  # seconds go as far as minutes do
        return hhmm(found[1].zfill(2) + found[2])
    except ValueError:
        raise InvalidParameter(parameter, f"there is no {text.strip()} on the clock") from None


def local_moment(text: str, *, parameter: str = "moment") -> datetime:
    """Return the London time of *text* (`2026-11-24T08:00`); raise `InvalidParameter` if none.

    With an offset it is that instant, else London's clock.
    """
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        raise MalformedParameter(parameter, "a moment looks like 2026-11-24T08:00")
    day = calendar_day(found[1], parameter=parameter)
    at = instant(day, clock_time(found[2], parameter=parameter))
    if found[3] is None:
        return at
    try:
        offset = datetime.fromisoformat(f"2000-01-01T00:00{found[3]}").tzinfo
    except ValueError:
        raise InvalidParameter(parameter, f"there is no offset {found[3]}") from None
    local = at.replace(tzinfo=offset).astimezone(LONDON)
    calendar_day(local.date().isoformat(), parameter=parameter)
    return local
