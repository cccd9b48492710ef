"""Which fares there are between two stations: one price for each route and ticket.

A station stands for several codes, so several flows can hold the same route and ticket. The most
special one counts: the origin's code decides before the destination's (see `location`). Overrides
replace the price of a flow with the same codes, route and ticket, take it away, or stand alone;
that takes the route and ticket away from less special codes, too.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Final, NamedTuple

from railfair.domain.codes import (
    FareCode,
    RailcardCode,
    RestrictionCode,
    RouteCode,
    TicketCode,
)
from railfair.domain.fares.flow import (
    ANY_CODE,
    ANY_RAILCARD,
    ANY_ROUTE,
    ANY_TICKET,
    NO_FARE_P,
    DiscountException,
    FareRecord,
    Flow,
    Override,
)
from railfair.domain.fares.reason import Reason
from railfair.domain.fares.rulebook import NO_RAILCARD

DUMMY_P: Final = 999_999
"""A price that the feed fills in where there is none to be had."""
LEVELS: Final = 4

type Levels = Mapping[FareCode, int]
"""The codes of a station, with how special each is."""
type FareKey = tuple[RouteCode, TicketCode]


class PersonPrices(NamedTuple):
    """Final prices of an override for an adult and a child; `None`: no such fare."""

    adult_p: int | None
    child_p: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFare:
    """A fare that exists, before anybody asked whether it is good on a trip.

    *child_p* is a price to be used as it stands, and counts only where *is_override*; else children
    pay what the rules take off *adult_p*. *card_prices* are final prices with a railcard.
    *origin* and *destination* are the codes it was found under.
    """

    origin: FareCode
    destination: FareCode
    route: RouteCode
    ticket: TicketCode
    restriction: RestrictionCode
    adult_p: int | None
    child_p: int | None = None
    is_override: bool = False
    has_exceptions: bool = False
    setter: str = ""
    card_prices: Mapping[RailcardCode, PersonPrices]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlistedFare:
    """A route and ticket of which the feed holds a record, but no fare; *reason* says why."""

    route: RouteCode
    ticket: TicketCode
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The fares of a pair of stations, by price, route and ticket; and those that are none."""

    fares: tuple[ListedFare, ...]
    unlisted: tuple[UnlistedFare, ...]


SUPPRESSED: Final = Reason(code="suppressed", text="the feed says that there is no such fare")
DUMMY: Final = Reason(code="dummy-price", text="the feed holds a placeholder, not a price")
NO_CARDS: Final[Mapping[RailcardCode, PersonPrices]] = {}


class _Candidate(NamedTuple):
    """A fare under one pair of codes; the lowest *rank*, then the lowest *sort_p* counts."""

    rank: int
    sort_p: int
    adult_p: int | None
    child_p: int | None
    restriction: RestrictionCode
    source: Flow | Override
    ends: tuple[FareCode, FareCode]


_NO_PRICE: Final = 1 << 40
"""Sorts a suppression behind every price of the same rank."""


class PriceList:
    """The records of some codes that hold for travel on *day* if bought on *sold_on*."""

    def __init__(self, records: Iterable[FareRecord], *, day: date, sold_on: date) -> None:
        self._flows: dict[FareCode, dict[FareCode, list[tuple[int, Flow]]]] = {}
        self._overrides: dict[FareCode, dict[FareCode, dict[FareKey, Override]]] = {}
        self._card_prices: dict[FareCode, list[Override]] = {}
        self.exceptions: list[DiscountException] = []
        for place, record in enumerate(records):
            if record.starts_on <= day <= record.ends_on:
                self._add(place, record, sold_on)

    def _add(self, place: int, record: FareRecord, sold_on: date) -> None:
        match record:
            case Flow(origin=one, destination=other):
                self._flows.setdefault(one, {}).setdefault(other, []).append((place, record))
                if record.is_reversible and one != other:
                    self._flows.setdefault(other, {}).setdefault(one, []).append((place, record))
            case Override() if record.quote_on <= sold_on:
                if record.railcard == NO_RAILCARD:
                    held = self._overrides.setdefault(record.origin, {})
                    by_key = held.setdefault(record.destination, {})
                    by_key.setdefault((record.route, record.ticket), record)
                elif record.adult_p != DUMMY_P:
                    self._card_prices.setdefault(record.origin, []).append(record)
            case DiscountException() if record.quote_on <= sold_on:
                self.exceptions.append(record)
            case _:
                pass

    def between(self, origins: Levels, destinations: Levels) -> Listing:
        """Return the fares from a station to another, each given by its codes."""
        best: dict[FareKey, _Candidate] = {}
        for key, candidate in self._candidates(origins, destinations):
            other = best.get(key)
            if other is None or candidate[:2] < other[:2]:
                best[key] = candidate
        cards = self._cards(origins, destinations)
        for key in cards:
            best.setdefault(key, _card_only(cards[key]))
        fares: list[ListedFare] = []
        unlisted: list[UnlistedFare] = []
        for key, candidate in best.items():
            reason = _no_fare(candidate, key in cards)
            if reason is None:
                fares.append(_listed(key, candidate, cards.get(key)))
            else:
                unlisted.append(UnlistedFare(route=key[0], ticket=key[1], reason=reason))
        fares.sort(key=_by_price)
        return Listing(fares=tuple(fares), unlisted=tuple(unlisted))

    def exception(
        self, origins: Levels, destinations: Levels, fare: ListedFare, railcard: RailcardCode | None
    ) -> DiscountException | None:
        """Return the non-standard discount of *fare*: the one with the most exact fields.

        The origin counts before the destination, that before route, railcard and ticket.
        """
        best: DiscountException | None = None
        wildest: tuple[bool, ...] = (True,) * 5
        for one in self.exceptions:
            fields = (
                (one.origin in origins, one.origin == ANY_CODE),
                (one.destination in destinations, one.destination == ANY_CODE),
                (one.route == fare.route, one.route == ANY_ROUTE),
                (one.railcard == (railcard or NO_RAILCARD), one.railcard == ANY_RAILCARD),
                (one.ticket == fare.ticket, one.ticket == ANY_TICKET),
            )
            if not all(is_exact or is_any for is_exact, is_any in fields):
                continue
            wild = tuple(not is_exact for is_exact, _ in fields)
            if best is None or wild < wildest:
                best, wildest = one, wild
        return best

    def flows_from(self, origin: FareCode) -> Mapping[FareCode, list[tuple[int, Flow]]]:
        """Return the flows from a code by destination, each with a number of its own."""
        return self._flows.get(origin, {})

    def flows(self) -> Iterator[tuple[FareCode, FareCode, int, Flow]]:
        """Yield all flows, each from a code to another with its number, as `flows_from` has them.

        One that is reversible comes twice.
        """
        for origin, others in self._flows.items():
            for destination, flows in others.items():
                for place, flow in flows:
                    yield origin, destination, place, flow

    def overridden_from(self, origin: FareCode) -> set[FareCode]:
        """Return the codes to which there are overrides from *origin*, railcards' included."""
        with_card = (one.destination for one in self._card_prices.get(origin, ()))
        return {*self._overrides.get(origin, ()), *with_card}

    def _candidates(
        self, origins: Levels, destinations: Levels
    ) -> Iterator[tuple[FareKey, _Candidate]]:
        for origin, origin_level in origins.items():
            overrides = self._overrides.get(origin, {})
            for destination, by_key in overrides.items():
                level = destinations.get(destination)
                if level is not None:
                    rank = origin_level * LEVELS + level
                    yield from _of_overrides(by_key, rank)
            for destination, flow in self._flows_to(origin, destinations):
                rank = origin_level * LEVELS + destinations[destination]
                replaced = overrides.get(destination, {})
                yield from _of_flow(flow, rank, replaced, (origin, destination))

    def _flows_to(self, origin: FareCode, destinations: Levels) -> Iterator[tuple[FareCode, Flow]]:
        """Yield the flows from a code to one of *destinations*, in the order of the records."""
        flows = self._flows.get(origin, {})
        found = [
            (place, destination, flow)
            for destination in flows.keys() & destinations.keys()
            for place, flow in flows[destination]
        ]
        found.sort(key=itemgetter(0))
        return ((destination, flow) for _, destination, flow in found)

    def _cards(
        self, origins: Levels, destinations: Levels
    ) -> dict[FareKey, dict[RailcardCode, tuple[int, Override]]]:
        """Return the most special override of each railcard, with its rank."""
        found: dict[FareKey, dict[RailcardCode, tuple[int, Override]]] = {}
        if not self._card_prices:
            return found
        for origin, origin_level in origins.items():
            for override in self._card_prices.get(origin, ()):
                level = destinations.get(override.destination)
                if level is None:
                    continue
                rank = origin_level * LEVELS + level
                of_key = found.setdefault((override.route, override.ticket), {})
                other = of_key.get(override.railcard)
                if other is None or rank < other[0]:
                    of_key[override.railcard] = rank, override
        return found


def _of_overrides(
    by_key: Mapping[FareKey, Override], rank: int
) -> Iterator[tuple[FareKey, _Candidate]]:
    for key, override in by_key.items():
        sort_p = _NO_PRICE if override.adult_p is None else override.adult_p
        yield (
            key,
            _Candidate(
                rank,
                sort_p,
                override.adult_p,
                override.child_p,
                override.restriction,
                override,
                (override.origin, override.destination),
            ),
        )


def _of_flow(
    flow: Flow, rank: int, replaced: Mapping[FareKey, Override], ends: tuple[FareCode, FareCode]
) -> Iterator[tuple[FareKey, _Candidate]]:
    route = flow.route
    for ticket, fare_p, restriction in flow.fares:
        key = route, ticket
        if key in replaced:
            continue
        if fare_p == NO_FARE_P:
            yield key, _Candidate(rank, _NO_PRICE, None, None, restriction, flow, ends)
        else:
            yield key, _Candidate(rank, fare_p, fare_p, None, restriction, flow, ends)


def _card_only(prices: Mapping[RailcardCode, tuple[int, Override]]) -> _Candidate:
    """Return a fare that is sold with a railcard only."""
    rank, override = min(prices.values(), key=lambda one: one[0])
    ends = override.origin, override.destination
    return _Candidate(rank, _NO_PRICE, None, None, override.restriction, override, ends)


def _no_fare(candidate: _Candidate, has_card_prices: bool) -> Reason | None:
    if candidate.adult_p == DUMMY_P:
        return DUMMY
    is_gone = candidate.adult_p is None and candidate.child_p is None
    return SUPPRESSED if is_gone and not has_card_prices else None


def _listed(
    key: FareKey,
    candidate: _Candidate,
    cards: Mapping[RailcardCode, tuple[int, Override]] | None,
) -> ListedFare:
    flow = candidate.source if isinstance(candidate.source, Flow) else None
    return ListedFare(
        origin=candidate.ends[0],
        destination=candidate.ends[1],
        route=key[0],
        ticket=key[1],
        restriction=candidate.restriction,
        adult_p=candidate.adult_p,
        child_p=candidate.child_p,
        is_override=flow is None,
        has_exceptions=flow is not None and flow.has_exceptions,
        setter="" if flow is None else flow.setter,
        card_prices=NO_CARDS if not cards else _card_prices(cards, candidate.rank),
    )


def _card_prices(
    cards: Mapping[RailcardCode, tuple[int, Override]], rank: int
) -> dict[RailcardCode, PersonPrices]:
    """Return the final prices by railcard that are not less special than the fare itself."""
    return {
        card: PersonPrices(override.adult_p, override.child_p)
        for card, (of_card, override) in cards.items()
        if of_card <= rank
    }


def _by_price(fare: ListedFare) -> tuple[int, RouteCode, TicketCode]:
    return _NO_PRICE if fare.adult_p is None else fare.adult_p, fare.route, fare.ticket
