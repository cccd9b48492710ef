"""Everything of the fares feed but the prices: small enough to be kept at hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from railfair.domain.codes import (
    Crs,
    FareCode,
    RailcardCode,
    RestrictionCode,
    RouteCode,
    TicketCode,
)
from railfair.domain.errors import InvalidParameter
from railfair.domain.fares.location import FareLocation, Membership, codes_of
from railfair.domain.fares.railcard import MinimumFare, Railcard, RoundingBand, Status
from railfair.domain.fares.restriction import Restriction, RestrictionSet
from railfair.domain.fares.route import Route
from railfair.domain.fares.ticket import AdvancePurchase, OperatorTicket, TicketType, Validity

NO_RAILCARD = RailcardCode("")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """The rules, by code; several records of a code hold for different days, in the feed's order.

    *clusters* are by member; *restriction_sets* are the current, then the future one;
    *minimum_fares* are by railcard; *advance_purchases* and *operator_tickets* by ticket.
    """

    locations: dict[Crs, tuple[FareLocation, ...]] = field(default_factory=dict)
    clusters: dict[FareCode, tuple[Membership, ...]] = field(default_factory=dict)
    tickets: dict[TicketCode, tuple[TicketType, ...]] = field(default_factory=dict)
    validities: dict[str, tuple[Validity, ...]] = field(default_factory=dict)
    operator_tickets: dict[TicketCode, tuple[OperatorTicket, ...]] = field(default_factory=dict)
    advance_purchases: dict[TicketCode, tuple[AdvancePurchase, ...]] = field(default_factory=dict)
    routes: dict[RouteCode, tuple[Route, ...]] = field(default_factory=dict)
    railcards: dict[RailcardCode, tuple[Railcard, ...]] = field(default_factory=dict)
    statuses: dict[str, tuple[Status, ...]] = field(default_factory=dict)
    minimum_fares: dict[RailcardCode, tuple[MinimumFare, ...]] = field(default_factory=dict)
    rounding: tuple[RoundingBand, ...] = ()
    restriction_sets: tuple[RestrictionSet, ...] = ()
    setters: dict[str, str] = field(default_factory=dict)
    """Train operators of the fare setters, by the setter's code. Source: TOC F."""
    operators: dict[str, str] = field(default_factory=dict)
    """Names of train operators, by their code. Source: TOC T."""

    def codes(self, crs: Crs, *, day: date, sold_on: date) -> Mapping[FareCode, int]:
        """Return the codes of a station with how special they are; see `location.codes_of`."""
        locations = self.locations.get(crs, ())
        return codes_of(locations, self.clusters, day=day, sold_on=sold_on)

    def require_railcard(self, railcard: RailcardCode) -> None:
        """Raise `InvalidParameter` if there is no such *railcard*; none at all is fine."""
        if railcard not in self.railcards and railcard != NO_RAILCARD:
            known = ", ".join(sorted(code for code in self.railcards if code))
            raise InvalidParameter("railcard", f"the loaded fares know {known}, but no {railcard}")

    def restrictions_on(self, day: date) -> RestrictionSet | None:
        """Return the set that holds on *day*: the current one in its dates, else the future one."""
        current, *future = self.restriction_sets or (None,)
        if current is None or current.first_day <= day <= current.last_day:
            return current
        return future[0] if future else current

    def restriction(self, code: RestrictionCode, day: date) -> Restriction | None:
        """Return the restriction *code* as it is on *day*, or `None`."""
        held = self.restrictions_on(day)
        return None if held is None else held.restrictions.get(code)
