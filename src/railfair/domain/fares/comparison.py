"""The fares of a trip side by side: those that are good on it, and those that are not."""

from dataclasses import dataclass
from typing import Final

from railfair.domain.codes import Crs
from railfair.domain.fares.lookup import UnlistedFare
from railfair.domain.fares.railcard import Railcard
from railfair.domain.fares.reason import Reason
from railfair.domain.fares.restriction import Restriction
from railfair.domain.fares.route import Route
from railfair.domain.fares.ticket import TicketKind, TicketType, Validity


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedFare:
    """A fare that is good on the trip. Pence.

    *adult_fare_p* is the public price for an adult (`None` where only card holders are sold it),
    *total_p* what the party pays, *undiscounted_total_p* what it would without the railcard.
    *railcard* is the one that made it cheaper. *is_checked* is whether times, train and route could
    all be tested; *notes* say what else to know.
    """

    ticket: TicketType
    route: Route
    adult_fare_p: int | None
    total_p: int
    undiscounted_total_p: int | None
    railcard: Railcard | None
    restriction: Restriction | None
    validity: Validity | None
    is_checked: bool
    notes: tuple[Reason, ...] = ()

    @property
    def is_quota(self) -> bool:
        """Whether it is sold in limited numbers: a price that may be gone."""
        return self.ticket.kind is TicketKind.ADVANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedFare:
    """A fare that exists, but is not good on the trip or not for the party, and why."""

    ticket: TicketType
    route: Route
    adult_fare_p: int | None
    total_p: int | None
    reasons: tuple[Reason, ...]


_KINDS: Final = {
    TicketKind.ADVANCE: TicketKind.ADVANCE,
    TicketKind.OFF_PEAK: TicketKind.OFF_PEAK,
    TicketKind.SUPER_OFF_PEAK: TicketKind.OFF_PEAK,
    TicketKind.ANYTIME: TicketKind.ANYTIME,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The fares by price; of *unlisted* ones the feed holds records that are no fares."""

    offers: tuple[OfferedFare, ...]
    rejected: tuple[RejectedFare, ...]
    unlisted: tuple[UnlistedFare, ...]

    @property
    def cheapest(self) -> OfferedFare | None:
        """The cheapest fare that is good on the trip."""
        return self.offers[0] if self.offers else None

    def by_kind(self) -> dict[TicketKind, OfferedFare]:
        """Return the cheapest advance, off-peak (super or not) and anytime fare."""
        found: dict[TicketKind, OfferedFare] = {}
        for offer in self.offers:
            kind = _KINDS.get(offer.ticket.kind)
            if kind is not None:
                found.setdefault(kind, offer)
        return found

    @property
    def saving_p(self) -> int:
        """How much the cheapest fare saves against the dearest of `by_kind`."""
        dearest = max((offer.total_p for offer in self.by_kind().values()), default=None)
        if dearest is None or self.cheapest is None:
            return 0
        return dearest - self.cheapest.total_p


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitTicket:
    """One ticket of a chain, with the stations it is for."""

    origin: Crs
    destination: Crs
    offer: OfferedFare

    @property
    def total_p(self) -> int:
        """What the party pays for it."""
        return self.offer.total_p


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A chain of tickets that costs less than any through ticket.

    *saving_p* is `None` where there is no through ticket to compare with.
    """

    tickets: tuple[SplitTicket, ...]
    saving_p: int | None

    @property
    def total_p(self) -> int:
        """What the party pays for all of them."""
        return sum(ticket.total_p for ticket in self.tickets)
