"""What besides its times lets a ticket be used on a trip: route, operators, days, advance sale."""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from railfair.domain.codes import RestrictionCode, RouteCode, TicketCode, TocCode
from railfair.domain.fares.dated import in_force
from railfair.domain.fares.reason import Reason
from railfair.domain.fares.restriction import Direction, TicketCalendar
from railfair.domain.fares.route import Route
from railfair.domain.fares.route_operators import is_for_some, only_operators
from railfair.domain.fares.ticket import AdvancePurchase, OperatorTicket, TicketType, Validity
from railfair.domain.fares.trip import Trip, ticket_moment
from railfair.domain.fares.verdict import GOOD, UNCHECKED, Verdict, joined, way
from railfair.domain.railtime import LONDON, MINUTES_A_DAY, instant

DAYS_A_WEEK: Final = 7


def route_on(route: Route, trip: Trip, operators: Mapping[str, str]) -> Verdict:
    """Return whether *trip* is by *route*; *operators* are names by code.

    One of the included places has to be passed, and none of the excluded ones; of a route for one
    operator only every train has to be that operator's. Source: RTE; that any included place will
    do, and which operator a name means, are readings.
    """
    by_places = _by_places(route, trip)
    if by_places.reasons or not is_for_some(route.name):
        return by_places
    return joined((by_places, _by_operators(route, trip, operators)))


def _by_places(route: Route, trip: Trip) -> Verdict:
    if not route.included and not route.excluded:
        return GOOD
    passed = set(trip.stations())
    shut = next((crs for crs in route.excluded if crs in passed), None)
    if shut is not None:
        text = f"the trip passes {shut}, which {route.name} leaves out"
        return Verdict(reasons=(Reason(code="route-place-excluded", text=text),))
    is_missed = bool(route.included) and passed.isdisjoint(route.included)
    if is_missed and trip.is_known:
        text = f"the trip does not pass {' or '.join(route.included)}, as {route.name} asks"
        return Verdict(reasons=(Reason(code="route-place-missed", text=text),))
    return UNCHECKED if is_missed or (route.excluded and not trip.is_known) else GOOD


def _by_operators(route: Route, trip: Trip, operators: Mapping[str, str]) -> Verdict:
    allowed = only_operators(route.name, tuple(operators.items()))
    tocs = {leg.toc for leg in trip.legs}
    barred = sorted(toc for toc in tocs if toc is not None and allowed and toc not in allowed)
    if barred:
        text = f"the route is {route.name}, and the train is run by {barred[0]}"
        return Verdict(reasons=(Reason(code="route-operator", text=text),))
    return GOOD if allowed and None not in tocs else UNCHECKED


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

    One of the trains has to be a main operator's, the others a main or connecting one's. Source:
    TSP; without a record for its restriction and direction a ticket is for all.
    """
    day = trip.ticket_day
    held = [
        one
        for one in records
        if one.starts_on <= day <= one.ends_on
        and one.direction in {direction, "B"}
        and _concerns(one.restriction_flag, one.restriction, restriction)
    ]
    if not held:
        return GOOD
    allowed = {one.toc for one in held}
    mains = {one.toc for one in held if one.toc and not one.is_connecting}
    tocs = {leg.toc for leg in trip.legs}
    is_any_connecting = "" in allowed
    lacks_main = bool(mains) and mains.isdisjoint(tocs)
    barred = sorted(toc for toc in tocs if toc is not None and toc not in allowed)
    if barred and not is_any_connecting:
        return _not_for(barred[0], allowed, direction)
    if None not in tocs:
        return _not_for(min(tocs, key=str), mains, direction) if lacks_main else GOOD
    return GOOD if is_any_connecting and not lacks_main else UNCHECKED


def _not_for(toc: TocCode | None, others: Iterable[TocCode], direction: Direction) -> Verdict:
    who = ", ".join(sorted(others))
    text = f"{way(direction)}the train is run by {toc}; the ticket is for {who} only"
    return Verdict(reasons=(Reason(code="operator-not-valid", text=text),))


def _concerns(flag: str, restriction: RestrictionCode, asked: RestrictionCode) -> bool:
    """Whether a record is about a fare with the restriction *asked*."""
    match flag:
        case "0":
            return restriction == asked
        case "1":
            return not asked
        case _:
            return True


class Booking(NamedTuple):
    """What of a trip decides how long it can be booked: when it leaves, and by whose trains."""

    day: date
    departure_min: int | None
    ticket_day: date
    tocs: frozenset[TocCode | None]


def booking(day: date, departure_min: int | None, tocs: Iterable[TocCode | None]) -> Booking:
    """Return the booking of a trip that leaves on the calendar day *day*, if it is known when."""
    ticket_day = day if departure_min is None else ticket_moment(day, departure_min)[0]
    return Booking(day, departure_min, ticket_day, frozenset(tocs))


def booking_of(trip: Trip) -> Booking:
    """Return the booking of *trip*."""
    return booking(trip.day, trip.departure_min, (leg.toc for leg in trip.legs))


def advance_reasons(
    records: Iterable[AdvancePurchase],
    *,
    restriction: RestrictionCode,
    booked: Booking,
    sold_at: datetime,
) -> tuple[Reason, ...]:
    """Return why the ticket can no longer be bought at *sold_at*, if it cannot.

    It can be until the last minute of sale is over. Source: TAP; a record of an operator is for its
    trains, one without for all.
    """
    closed_at = closed_since(records, restriction=restriction, booked=booked, sold_at=sold_at)
    if closed_at is None:
        return ()
    text = f"it had to be bought by {closed_at.astimezone(LONDON):%H:%M on %d %B %Y}"
    return (Reason(code="booking-closed", text=text),)


def closed_since(
    records: Iterable[AdvancePurchase],
    *,
    restriction: RestrictionCode,
    booked: Booking,
    sold_at: datetime,
) -> datetime | None:
    """Return the last minute of sale, if it is over at *sold_at*; see `advance_reasons`."""
    held = (
        one
        for one in records
        if (not one.toc or one.toc in booked.tocs)
        and _concerns(one.restriction_flag, one.restriction, restriction)
    )
    rule = in_force(held, booked.ticket_day)
    closes_at = None if rule is None else _closes_at(rule, booked)
    if closes_at is None or sold_at < closes_at + timedelta(minutes=1):
        return None
    return closes_at


def _closes_at(rule: AdvancePurchase, booked: Booking) -> datetime | None:
    """Return the last minute of sale, `None` if the record does not say it clearly."""
    if not rule.value.isdigit():
        return None
    number = int(rule.value)
    until_min = MINUTES_A_DAY - 1 if rule.until_min is None else rule.until_min
    match rule.check:
        case "1" if booked.departure_min is not None:
            leaves = instant(booked.day, booked.departure_min).astimezone(UTC)
            return leaves - timedelta(hours=number)
        case "2":
            return instant(booked.ticket_day - timedelta(days=number), until_min)
        case _:
            return None


def return_days(validity: Validity, out: date) -> tuple[date, date]:
    """Return the first and the last day for the way back of a ticket for *out*.

    N days are the day itself and N - 1 more. N months end the day before the same date, or with a
    month that has no such date. Without any period for the way back it is the day itself.
    Source: TVL.
    """
    waits = timedelta(days=1 + validity.return_after_days)
    first = _end_of_months(out, validity.return_after_months) + waits
    weekday = validity.return_after_weekday
    if weekday is not None:
        passed = out + timedelta(days=(weekday - out.weekday()) % DAYS_A_WEEK)
        first = max(first, passed + timedelta(days=1))
    last = _end_of_months(out, validity.return_months) + timedelta(days=validity.return_days)
    return first, max(out, last)


def outward_reasons(ticket: TicketType, out: Trip) -> tuple[Reason, ...]:
    """Return why the ticket is not good for the way *out*, if it is not. Source: TTY."""
    if out.ticket_day <= ticket.last_day:
        return ()
    return (_too_late("outward-too-late", ticket),)


def return_reasons(
    validity: Validity | None, ticket: TicketType, out: Trip, back: Trip
) -> tuple[Reason, ...]:
    """Return why the ticket is not good for the way *back*, if it is not."""
    day = back.ticket_day
    if day > ticket.last_day:
        return (_too_late("return-too-late", ticket),)
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


def _too_late(code: str, ticket: TicketType) -> Reason:
    return Reason(code=code, text=f"no such ticket is good after {ticket.last_day:%d %B %Y}")


def _end_of_months(day: date, months: int) -> date:
    """Return the last day of so many months that begin on *day*; of none it is the day before."""
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    days = monthrange(first.year, first.month)[1]
    return first + timedelta(days=min(day.day - 1, days) - 1)
