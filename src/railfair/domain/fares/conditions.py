"""What besides its times lets a ticket be used on a trip: route, operators, days, advance sale."""

import calendar
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from railfair.domain.codes import RestrictionCode, RouteCode, TicketCode, TocCode
from railfair.domain.fares.dated import in_force
from railfair.domain.fares.reason import Reason
from railfair.domain.fares.restriction import Direction, TicketCalendar
from railfair.domain.fares.route import Route
from railfair.domain.fares.ticket import AdvancePurchase, OperatorTicket, TicketType, Validity
from railfair.domain.fares.trip import Trip
from railfair.domain.fares.verdict import GOOD, Verdict, way
from railfair.domain.railtime import LONDON, instant

UNCHECKED: Final = Verdict(is_checked=False)
BRANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "C2C": ("CC",),
    "CH": ("CH",),
    "CROSSCNTRY": ("XC",),
    "EMR": ("EM",),
    "GA": ("LE",),
    "GTR": ("TL", "GN", "SN", "GX"),
    "GWR": ("GW",),
    "LNER": ("GR",),
    "LNR": ("LM", "LN"),
    "NTHN": ("NT",),
    "SCR": ("SR",),
    "SWR": ("SW",),
    "TFW": ("AW",),
    "TFWRS": ("AW",),
    "TPE": ("TP",),
    "WMR": ("LM",),
    "WMT": ("LM",),
    "XC": ("XC",),
}
"""Operators that routes call by a brand which is no part of their name."""
_ONLY: Final = re.compile(r"\bONLY\b")
_PARTS: Final = re.compile(r"[&/]")


def route_on(route: Route, trip: Trip, operators: Mapping[str, str]) -> Verdict:
    """Return whether *trip* is by *route*; *operators* are names by code.

    One of the included places has to be passed, and none of the excluded ones; of a route for one
    operator only every train has to be that operator's. Source: RTE; that any included place will
    do, and which operator a name means, are readings.
    """
    passed = set(trip.stations())
    shut = next((crs for crs in route.excluded if crs in passed), None)
    if shut is not None:
        text = f"the trip passes {shut}, which {route.name} leaves out"
        return Verdict(reasons=(Reason(code="route-place-excluded", text=text),))
    is_checked = not route.excluded or trip.is_known
    if route.included and passed.isdisjoint(route.included):
        if trip.is_known:
            text = f"the trip does not pass {' or '.join(route.included)}, as {route.name} asks"
            return Verdict(reasons=(Reason(code="route-place-missed", text=text),))
        is_checked = False
    allowed = route_operators(route.name, tuple(sorted(operators.items())))
    if allowed is None:
        return GOOD if is_checked else UNCHECKED
    return _by_operators(allowed, trip, route.name, is_checked=is_checked)


def _by_operators(
    allowed: frozenset[TocCode], trip: Trip, name: str, *, is_checked: bool
) -> Verdict:
    tocs = {leg.toc for leg in trip.legs}
    barred = sorted(toc for toc in tocs if toc is not None and allowed and toc not in allowed)
    if barred:
        text = f"the route is {name}, and the train is run by {barred[0]}"
        return Verdict(reasons=(Reason(code="route-operator", text=text),))
    return GOOD if is_checked and allowed and None not in tocs else UNCHECKED


@lru_cache(maxsize=1024)
def route_operators(text: str, operators: tuple[tuple[str, str], ...]) -> frozenset[TocCode] | None:
    """Return the operators that a route is only for, `None` if it is for all.

    An empty set: it is for some only, but the text does not tell whom. No field of the feed names
    them; the words before ONLY are taken as brands, or as the beginnings of an operator's name.
    """
    found = _ONLY.search(text.upper())
    if found is None:
        return None
    allowed: set[TocCode] = set()
    for one in _PARTS.split(text[: found.start()].upper()):
        codes = _called(one.strip(), operators)
        if not codes:
            return frozenset()
        allowed.update(codes)
    return frozenset(allowed)


def _called(name: str, operators: Iterable[tuple[str, str]]) -> list[TocCode]:
    """Return the operators that *name* means."""
    brand = BRANDS.get(name.replace(" ", ""))
    if brand is not None:
        return [TocCode(code) for code in brand]
    words = name.split()
    return [TocCode(code) for code, full in operators if words and _begins(words, full.upper())]


def _begins(words: list[str], name: str) -> bool:
    """Whether *words* abbreviate the first words of *name*, each its own: GRAND CTRL."""
    named = name.split()
    return len(words) <= len(named) and all(
        _abbreviates(word, other) for word, other in zip(words, named, strict=False)
    )


def _abbreviates(short: str, word: str) -> bool:
    letters = iter(word)
    return short[0] == word[0] and all(letter in letters for letter in short)


def calendar_reasons(
    calendars: Iterable[TicketCalendar], *, ticket: TicketCode, route: RouteCode, day: date
) -> tuple[Reason, ...]:
    """Return why the ticket cannot be had on *day*, if it cannot.

    Records for one country only are left alone: the feed has no table of counties. Source: CA.
    """
    for one in calendars:
        if (
            one.ticket == ticket
            and one.kind in {"I", "D"}
            and not one.country
            and one.route in {"", route}
            and one.days.covers(day)
        ):
            text = f"the ticket is not to be had for {day:%d %B %Y}"
            code = "not-sold-that-day" if one.kind == "I" else "restricted-that-day"
            return (Reason(code=code, text=text),)
    return ()


def operators_on(
    records: Iterable[OperatorTicket],
    *,
    restriction: RestrictionCode,
    trip: Trip,
    direction: Direction,
) -> Verdict:
    """Return whether a ticket for some operators only is good on the trains of *trip*.

    Source: TSP; without a record for its restriction and direction a ticket is for all.
    """
    held = [
        one
        for one in records
        if one.starts_on <= trip.ticket_day <= one.ends_on
        and one.direction in {direction, "B"}
        and _concerns(one.restriction_flag, one.restriction, restriction)
    ]
    if not held:
        return GOOD
    allowed = {one.toc for one in held}
    tocs = {leg.toc for leg in trip.legs}
    if "" in allowed:
        return GOOD
    barred = sorted(toc for toc in tocs if toc is not None and toc not in allowed)
    if barred:
        who = ", ".join(sorted(allowed))
        text = f"{way(direction)}the train is run by {barred[0]}; the ticket is for {who} only"
        return Verdict(reasons=(Reason(code="operator-not-valid", text=text),))
    return UNCHECKED if None in tocs else GOOD


def _concerns(flag: str, restriction: RestrictionCode, asked: RestrictionCode) -> bool:
    """Whether a record is about a fare with the restriction *asked*."""
    match flag:
        case "0":
            return restriction == asked
        case "1":
            return not asked
        case _:
            return True


def advance_reasons(
    records: Iterable[AdvancePurchase],
    *,
    restriction: RestrictionCode,
    trip: Trip,
    sold_at: datetime,
) -> tuple[Reason, ...]:
    """Return why the ticket can no longer be bought at *sold_at*, if it cannot. Source: TAP."""
    held = (one for one in records if _concerns(one.restriction_flag, one.restriction, restriction))
    rule = in_force(held, trip.day)
    closes_at = None if rule is None else _closes_at(rule, trip)
    if closes_at is None or sold_at <= closes_at:
        return ()
    text = f"it had to be bought by {closes_at.astimezone(LONDON):%H:%M on %d %B %Y}"
    return (Reason(code="booking-closed", text=text),)


def _closes_at(rule: AdvancePurchase, trip: Trip) -> datetime | None:
    """Return the last moment of sale, `None` if the record does not say it clearly."""
    if not rule.value.strip().isdigit():
        return None
    number = int(rule.value)
    until_min = 1439 if rule.until_min is None else rule.until_min
    match rule.check:
        case "1" if trip.departure_min is not None:
            return instant(trip.day, trip.departure_min) - timedelta(hours=number)
        case "2":
            return instant(trip.day - timedelta(days=number), until_min)
        case _:
            return None


def last_outward_day(validity: Validity, day: date) -> date:
    """Return the last day on which a ticket for *day* may be used outward.

    N days are the day itself and N - 1 more; N months end the day before the same date.
    """
    return _period(day, validity.out_days, validity.out_months)


def return_days(validity: Validity, out: date) -> tuple[date, date]:
    """Return the first and the last day for the way back of a ticket for *out*.

    Without any period for the way back it is the day itself. Source: TVL.
    """
    first = _added_months(out, validity.return_after_months) + timedelta(
        days=validity.return_after_days
    )
    weekday = validity.return_after_weekday
    if weekday is not None:
        first = max(first, out + timedelta(days=(weekday - out.weekday()) % 7 or 7))
    last = _period(out, validity.return_days, validity.return_months)
    return first, last


def return_reasons(
    validity: Validity | None, ticket: TicketType, out: Trip, back: Trip
) -> tuple[Reason, ...]:
    """Return why the ticket is not good for the way *back*, if it is not."""
    day = back.ticket_day
    if day > ticket.last_day:
        text = f"no such ticket is good after {ticket.last_day:%d %B %Y}"
        return (Reason(code="return-too-late", text=text),)
    if validity is None:
        return ()
    first, last = return_days(validity, out.ticket_day)
    if day > last:
        text = f"the way back is good until {last:%d %B %Y}"
        return (Reason(code="return-too-late", text=text),)
    if day < first:
        text = f"the way back is good from {first:%d %B %Y} on"
        return (Reason(code="return-too-early", text=text),)
    return ()


def _period(day: date, days: int, months: int) -> date:
    """Return the last day of so many months and days from *day* on, both ends included."""
    end = _added_months(day, months) + timedelta(days=days)
    return max(day, end - timedelta(days=1))


def _added_months(day: date, months: int) -> date:
    """Return the same date so many months later, or the last day of a month without it."""
    year, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + year, month + 1)[1]
    return date(day.year + year, month + 1, min(day.day, last))
