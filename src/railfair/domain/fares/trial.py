"""Everything that decides whether a fare is good on a trip, put together and asked once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from railfair.domain.codes import RestrictionCode, RouteCode
from railfair.domain.fares.conditions import (
    advance_reasons,
    booking_of,
    calendar_reasons,
    operators_on,
    outward_reasons,
    return_reasons,
    route_on,
)
from railfair.domain.fares.dated import in_force
from railfair.domain.fares.lookup import ListedFare
from railfair.domain.fares.railcard import Railcard
from railfair.domain.fares.reason import Reason
from railfair.domain.fares.restriction import Direction, RailcardRestriction
from railfair.domain.fares.route import Route
from railfair.domain.fares.rulebook import RuleBook
from railfair.domain.fares.ticket import TicketType, Validity
from railfair.domain.fares.trip import Trip
from railfair.domain.fares.verdict import GOOD, UNCHECKED, Verdict, joined, restriction_on

ONE_WAY: Final = Reason(code="covers-one-way", text="a single does not cover the way back")


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a trial found of a fare: barred for *reasons*, good without any.

    *is_card_good* is whether the railcard may be used on the trip; *notes* say why not.
    """

    reasons: tuple[Reason, ...]
    notes: tuple[Reason, ...]
    is_checked: bool
    is_card_good: bool
    is_minimum_fare: bool


class Trial:
    """Tests fares on the trip *out*, and *back* if it is a round trip, with the railcard *card*."""

    def __init__(
        self,
        rules: RuleBook,
        *,
        out: Trip,
        back: Trip | None,
        card: Railcard | None,
        sold_at: datetime,
    ) -> None:
        self.out = out
        self._rules = rules
        self._back = back
        self._card = card
        self._sold_at = sold_at
        self._day = out.ticket_day
        self._booking = booking_of(out)
        self._set = rules.restrictions_on(self._day)
        self._restrictions: dict[tuple[RestrictionCode, bool], Verdict] = {}
        self._routes: dict[RouteCode, Verdict] = {}
        self._outside_area = _outside_area(card, out)

    def findings(self, fare: ListedFare, ticket: TicketType, route: Route) -> Findings:
        """Return what there is to say of *fare* on the trip."""
        has_back = self._back is not None and ticket.is_return
        times = self._restriction(fare.restriction, with_return=has_back)
        verdicts = [times, self._route(route), *self._operators(fare, ticket, has_back=has_back)]
        card, notes = self._of_card(fare, ticket, has_back=has_back)
        reasons = [reason for verdict in verdicts for reason in verdict.reasons]
        reasons += self._of_days(fare, ticket)
        return Findings(
            reasons=tuple(reasons),
            notes=notes,
            is_checked=all(verdict.is_checked for verdict in (*verdicts, card)),
            is_card_good=not notes,
            is_minimum_fare=times.is_minimum_fare or card.is_minimum_fare,
        )

    def validity(self, ticket: TicketType) -> Validity | None:
        """Return on which days *ticket* may be used, if the feed says it."""
        return in_force(self._rules.validities.get(ticket.validity, ()), self._day)

    def _restriction(self, code: RestrictionCode, *, with_return: bool) -> Verdict:
        if not code:
            return GOOD
        key = code, with_return
        if key not in self._restrictions:
            self._restrictions[key] = self._tested(code, with_return=with_return)
        return self._restrictions[key]

    def _tested(self, code: RestrictionCode, *, with_return: bool) -> Verdict:
        out = self._on_trip(code, self.out, Direction.OUTWARD)
        if self._back is None or not with_return:
            return out
        return joined((out, self._on_trip(code, self._back, Direction.RETURN)))

    def _on_trip(self, code: RestrictionCode, trip: Trip, direction: Direction) -> Verdict:
        restriction = self._rules.restriction(code, trip.ticket_day)
        return UNCHECKED if restriction is None else restriction_on(restriction, trip, direction)

    def _route(self, route: Route) -> Verdict:
        if route.code not in self._routes:
            trips = [self.out] if self._back is None else [self.out, self._back]
            self._routes[route.code] = joined(
                route_on(route, trip, self._rules.operators) for trip in trips
            )
        return self._routes[route.code]

    def _operators(
        self, fare: ListedFare, ticket: TicketType, *, has_back: bool
    ) -> Iterator[Verdict]:
        records = self._rules.operator_tickets.get(ticket.code, ())
        if not records:
            return
        yield operators_on(
            records, restriction=fare.restriction, trip=self.out, direction=Direction.OUTWARD
        )
        if has_back and self._back is not None:
            yield operators_on(
                records, restriction=fare.restriction, trip=self._back, direction=Direction.RETURN
            )

    def _of_days(self, fare: ListedFare, ticket: TicketType) -> Iterator[Reason]:
        """Yield why the ticket cannot be had for the days of the trip."""
        yield from outward_reasons(ticket, self.out)
        if self._set is not None and self._set.calendars:
            yield from calendar_reasons(
                self._set.calendars, ticket=ticket.code, route=fare.route, day=self._day
            )
        advance = self._rules.advance_purchases.get(ticket.code, ())
        if advance:
            yield from advance_reasons(
                advance,
                restriction=fare.restriction,
                booked=self._booking,
                sold_at=self._sold_at,
            )
        if self._back is None:
            return
        if ticket.is_return:
            yield from return_reasons(self.validity(ticket), ticket, self.out, self._back)
        else:
            yield ONE_WAY

    def _of_card(
        self, fare: ListedFare, ticket: TicketType, *, has_back: bool
    ) -> tuple[Verdict, tuple[Reason, ...]]:
        """Return what the railcard's own restrictions say, and why it is of no use here."""
        if self._card is None:
            return GOOD, ()
        if self._outside_area is not None:
            return GOOD, (self._outside_area,)
        verdicts: list[Verdict] = []
        for rule in self._set.railcards if self._set else ():
            if not _concerns(rule, self._card, fare, ticket, self.out):
                continue
            if rule.is_ban:
                text = f"{self._card.name} is not accepted for it"
                return GOOD, (Reason(code="railcard-banned", text=text),)
            verdicts.append(self._restriction(rule.restriction, with_return=has_back))
        verdict = joined(verdicts)
        notes = tuple(
            Reason(code="railcard-at-barred-time", text=f"without {self._card.name}: {one.text}")
            for one in verdict.reasons
        )
        return verdict, notes


def _concerns(
    rule: RailcardRestriction, card: Railcard, fare: ListedFare, ticket: TicketType, trip: Trip
) -> bool:
    """Whether a railcard's restriction is about this fare; its empty fields are any."""
    return (
        rule.railcard == card.code
        and rule.ticket in {"", ticket.code}
        and rule.route in {"", fare.route}
        and rule.origin in {None, trip.origin}
    )


def _outside_area(card: Railcard | None, trip: Trip) -> Reason | None:
    """Return why a railcard of an area is of no use on *trip*, if it is not: both ends count."""
    if card is None or card.area is None:
        return None
    outside = [crs for crs in (trip.origin, trip.destination) if crs not in card.area]
    if not outside:
        return None
    text = f"{card.name} is good in its area only, and {outside[0]} is outside"
    return Reason(code="railcard-outside-area", text=text)
