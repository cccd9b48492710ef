"""Where the pages of journeys begin and end: earlier and later ones than those that are shown."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from railfair.application.plan_query import PlanQuery
from railfair.domain.feed import LoadedFeed
from railfair.domain.journey import Journey
from railfair.domain.railtime import MINUTES_A_DAY
from railfair.domain.tradeoff import Option

ONE_DAY: Final = timedelta(days=1)


def by_night(query: PlanQuery, timetable: LoadedFeed) -> PlanQuery:
    """Return an arrival in the small hours as one late on the day before, whose trains it takes."""
    before = query.day - ONE_DAY
    if not query.arrives or query.period[0] >= 0 or not timetable.covers(before):
        return query
    return replace(query, day=before, time_min=query.time_min + MINUTES_A_DAY)


def begins_again(query: PlanQuery, cut: Iterable[Option]) -> bool:
    """Whether a page that begins with the first of *cut* is the one that is asked for."""
    minutes = _minutes(query, cut)
    first_min, last_min = query.period
    if query.takes_last:
        return max(minutes, default=first_min - 1) >= last_min
    return min(minutes, default=last_min + 1) <= first_min


def _minutes(query: PlanQuery, options: Iterable[Option | Journey]) -> list[int]:
    """Return what decides on which page each of *options* is."""
    return [one.arrives_min if query.arrives else one.departs_min for one in options]


def pages(
    query: PlanQuery, shown: Iterable[Journey], cut: Iterable[Option], timetable: LoadedFeed
) -> tuple[PlanQuery | None, PlanQuery | None]:
    """Return the questions for earlier and for later journeys; those that were cut come first.

    `None` for days that the timetable does not cover, and where a deadline is to be kept to.
    """
    if query.certainty is not None:
        return None, None
    first_min, last_min = query.period
    left_out, there = _minutes(query, cut), _minutes(query, shown)
    before, after = first_min - 1, last_min + 1
    if left_out and query.takes_last:
        before = max(left_out)
    elif left_out:
        after = min(left_out)
    elif there and query.arrives:
        # In place of an empty window the last to arrive is shown, but not all that arrives with it.
        before = min(before, max(there))
    elif there:
        after = max(after, min(there))
    if query.arrives:
        after += query.window_min - 1
    else:
        before -= query.window_min - 1
    return (
        _page(query, before, timetable, latest_first=True),
        _page(query, after, timetable, latest_first=False),
    )


def _page(
    query: PlanQuery, minute: int, timetable: LoadedFeed, *, latest_first: bool
) -> PlanQuery | None:
    days, time_min = divmod(minute, MINUTES_A_DAY)
    day = query.day + timedelta(days=days)
    if not timetable.covers(day):
        return None
    return replace(query, day=day, time_min=time_min, latest_first=latest_first)
