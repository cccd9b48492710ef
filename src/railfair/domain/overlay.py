"""Which schedule of a train runs on a day.

Source: RSPS5046 overlay rule. Of the schedules of one UID dated for the day the lowest overlay
letter decides (C < N < O < P), among equals the one that starts latest. Then its bank holiday flag
may still keep it at home: the flag belongs to the schedule that decides, it does not bring a weaker
one back.
"""

from collections.abc import Iterable
from datetime import date

from railfair.domain.timetable import Schedule, Stp

NO_HOLIDAY: frozenset[str] = frozenset()
"""Bank holiday flags that keep no train at home: an ordinary day."""


def deciding(schedules: Iterable[Schedule], day: date) -> Schedule | None:
    """Return the one of a train's *schedules* that decides for *day*, or `None`."""
    dated = [schedule for schedule in schedules if schedule.is_dated(day)]
    if not dated:
        return None
    return min(dated, key=lambda schedule: (schedule.stp, -schedule.runs_from.toordinal()))


def running(
    schedules: Iterable[Schedule], day: date, *, holiday_flags: frozenset[str] = NO_HOLIDAY
) -> Schedule | None:
    """Return the schedule by which a train runs on *day*, or `None` if it does not.

    *holiday_flags* are the bank holiday flags (`X`, `G`) that bar running on *day*.
    """
    schedule = deciding(schedules, day)
    if schedule is None or schedule.stp is Stp.CANCELLED:
        return None
    return None if schedule.bank_holidays in holiday_flags else schedule
