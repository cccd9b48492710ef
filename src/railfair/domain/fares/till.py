"""What a party pays for a fare: discounts, minimum fares, and who of it a railcard covers.

Source: RLC, DIS, RCM, FNS, and the readings in docs/fares.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Final

from railfair.domain.codes import RailcardCode, TicketCode
from railfair.domain.fares.dated import on_sale
from railfair.domain.fares.discount import FULL, Discounts, Floor, Rounding, lowest, total
from railfair.domain.fares.flow import ExceptionalPrice
from railfair.domain.fares.lookup import ListedFare
from railfair.domain.fares.party import Each, Party, least_total_p
from railfair.domain.fares.railcard import NO_STATUS, MinimumFare, Railcard
from railfair.domain.fares.reason import Reason
from railfair.domain.fares.rulebook import NO_RAILCARD, RuleBook
from railfair.domain.fares.ticket import TicketType

__all__ = [
    "NO_EXCEPTIONS",
    "STANDARD",
    "Exceptions",
    "Floor",
    "Party",
    "PartyPrice",
    "Rounding",
    "Till",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyPrice:
    """What a party pays, in pence; *undiscounted_total_p* without the railcard.

    *is_discounted* is whether the railcard made it cheaper.
    """

    total_p: int
    undiscounted_total_p: int | None
    is_discounted: bool
    notes: tuple[Reason, ...] = ()


STANDARD: Final = ExceptionalPrice(flag="N", add_on_p=0, is_withheld=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceptions:
    """What takes the place of a fare's discounts: a child's, and those with the railcard."""

    child: ExceptionalPrice = STANDARD
    adult_with_card: ExceptionalPrice = STANDARD
    child_with_card: ExceptionalPrice = STANDARD


NO_EXCEPTIONS: Final = Exceptions()
NOBODY: Final = Each(None, None)
NO_CHILD_FARE: Final = Reason(code="no-child-fare", text="there is no child's version of it")
NO_ADULT_FARE: Final = Reason(code="no-adult-fare", text="it is sold to children only")
CARD_HOLDERS_ONLY: Final = Reason(
    code="railcard-needed", text="it is sold with a certain railcard only"
)
NOT_DISCOUNTED: Final = Reason(
    code="no-discounted-fare", text="the railcard or child discount does not apply to it"
)


class Till:
    """Prices the fares of one day for one party, with a railcard or without.

    *card* is the railcard if the party can use it at all; *refusal* says why it cannot.
    """

    def __init__(
        self,
        rules: RuleBook,
        *,
        day: date,
        sold_on: date,
        party: Party,
        railcard: RailcardCode,
        rounding: Rounding,
    ) -> None:
        self._party = party
        self._discounts = Discounts(rules.statuses, rules.rounding, day=day, rounding=rounding)
        nobody = on_sale(rules.railcards.get(NO_RAILCARD, ()), day, sold_on)
        self._child_status = NO_STATUS if nobody is None else nobody.child_status
        self.card: Railcard | None = None
        self.refusal: Reason | None = None
        if railcard != NO_RAILCARD:
            card = on_sale(rules.railcards.get(railcard, ()), day, sold_on)
            self.refusal = _refusal(card, party)
            self.card = card if self.refusal is None else None
        self._covered = _covered(self.card, party)
        self._minimums_p = _minimums_p(rules.minimum_fares.get(railcard, ()), day)

    def price(
        self,
        fare: ListedFare,
        ticket: TicketType,
        *,
        is_card_good: bool = True,
        is_minimum_fare: bool = False,
        exceptions: Exceptions = NO_EXCEPTIONS,
    ) -> PartyPrice | tuple[Reason, ...]:
        """Return what the party pays, or the reasons why it cannot have the fare.

        *is_card_good*: nothing bars the railcard on this trip; *is_minimum_fare*: a time applies
        from which minimum fares follow.
        """
        misfit = _misfit(ticket, self._party)
        if misfit is not None:
            return (misfit,)
        card = self.card if is_card_good else None
        with_card = plain = self._plain(fare, ticket, exceptions.child)
        notes = self._notes(card, exceptions)
        if card is not None:
            reduced = self._reduced(card, fare, ticket, exceptions, is_minimum_fare=is_minimum_fare)
            freely = self._reduced(card, fare, ticket, exceptions, is_minimum_fare=False)
            with_card = plain.or_less(reduced)
            if self._total(ticket, plain, with_card) != self._total(
                ticket, plain, plain.or_less(freely)
            ):
                notes = (*notes, _minimum(card, self._minimums_p[ticket.code]))
        undiscounted_p = self._total(ticket, plain, plain)
        total_p = self._total(ticket, plain, with_card)
        if total_p is None:
            return (_why_none(fare),)
        return PartyPrice(
            total_p=total_p,
            undiscounted_total_p=undiscounted_p,
            is_discounted=undiscounted_p is None or total_p < undiscounted_p,
            notes=notes,
        )

    def floor(self, ticket: TicketType) -> Floor | None:
        """Return a line below which no price of a flow goes, whatever is good on the trip.

        `None` if the party cannot travel on such tickets.
        """
        if _misfit(ticket, self._party) is not None:
            return None
        adult, child = self._floors(self.card, ticket)
        if _is_shared(ticket):
            return adult
        plain_child = self._floors(None, ticket)[1]
        return lowest(
            total(
                (adults, adult),
                (self._party.adults - adults, FULL),
                (children, child),
                (self._party.children - children, plain_child),
            )
            for adults, children in ((0, 0), *self._covered)
        )

    def _floors(self, card: Railcard | None, ticket: TicketType) -> tuple[Floor, Floor]:
        """Return the floors of an adult and a child, with a railcard or without."""
        child = self._discounts.floor(ticket, self._child_status)
        if card is None:
            return FULL, child
        with_card = self._discounts.floor(ticket, card.child_status)
        return self._discounts.floor(ticket, card.adult_status), lowest((child, with_card))

    def _plain(self, fare: ListedFare, ticket: TicketType, exception: ExceptionalPrice) -> Each:
        """Return what people without a railcard pay."""
        child_p = fare.child_p
        if self._party.children and fare.adult_p is not None and not fare.is_override:
            child_p = self._less(fare.adult_p, ticket, self._child_status, exception)
        return Each(fare.adult_p, child_p)

    def _reduced(
        self,
        card: Railcard,
        fare: ListedFare,
        ticket: TicketType,
        exceptions: Exceptions,
        *,
        is_minimum_fare: bool,
    ) -> Each:
        """Return what the railcard makes of the fare; `None` where it gives nothing."""
        final = fare.card_prices.get(card.code)
        if final is not None:
            return Each(*final)
        full_p = fare.adult_p
        if full_p is None:
            return NOBODY
        adult_p = self._less(full_p, ticket, card.adult_status, exceptions.adult_with_card)
        if is_minimum_fare and adult_p is not None:
            adult_p = max(adult_p, self._minimums_p.get(ticket.code, 0))
        child_p = None
        if self._party.children and not fare.is_override:
            child_p = self._less(full_p, ticket, card.child_status, exceptions.child_with_card)
        return Each(adult_p, child_p)

    def _less(
        self, full_p: int, ticket: TicketType, status: str, exception: ExceptionalPrice
    ) -> int | None:
        """Return a full price less what a status takes off, `None` if there is no such fare."""
        if exception.is_withheld or exception.flag == "X":
            return None
        if exception.flag != "N":
            return full_p
        return self._discounts.price_p(full_p, ticket, status)

    def _total(self, ticket: TicketType, plain: Each, with_card: Each) -> int | None:
        """Return the least that the party pays for it, whoever of it the railcard covers.

        A ticket for several people is one price, and is discounted if all of them are covered.
        """
        if not _is_shared(ticket):
            return least_total_p(self._party, plain, with_card, self._covered)
        is_covered = (self._party.adults, self._party.children) in self._covered
        return with_card.adult_p if is_covered else plain.adult_p

    def _notes(self, card: Railcard | None, exceptions: Exceptions) -> tuple[Reason, ...]:
        """Return that somebody of the party could expect a discount, but is not given it."""
        concerned: list[ExceptionalPrice] = []
        if self._party.children:
            concerned.append(exceptions.child)
        if card is not None and self._party.adults:
            concerned.append(exceptions.adult_with_card)
        is_noted = any(one.is_withheld or one.flag != "N" for one in concerned)
        return (NOT_DISCOUNTED,) if is_noted else ()


def _why_none(fare: ListedFare) -> Reason:
    if fare.adult_p is not None:
        return NO_CHILD_FARE
    return CARD_HOLDERS_ONLY if fare.card_prices else NO_ADULT_FARE


def _minimum(card: Railcard, fare_p: int) -> Reason:
    text = f"adults pay £{fare_p // 100}.{fare_p % 100:02} at least with {card.name} at that time"
    return Reason(code="minimum-fare", text=text)


def _refusal(card: Railcard | None, party: Party) -> Reason | None:
    """Return why *party* cannot use *card*, if it cannot."""
    if card is None:
        return Reason(code="railcard-not-on-sale", text="there is no such railcard on that day")
    needs = (
        (party.adults, card.fewest_adults, "adult", "adults"),
        (party.children, card.fewest_children, "child", "children"),
        (party.people, card.fewest_passengers, "person", "people"),
    )
    for number, least, one, several in needs:
        if number < least:
            text = f"{card.name} needs at least {least} {one if least == 1 else several}"
            return Reason(code="railcard-needs-more-people", text=text)
    return None


def _covered(card: Railcard | None, party: Party) -> list[tuple[int, int]]:
    """Return the most adults and children of *party* that *card* can cover together.

    Several ways where it cannot cover all; fewer people need not be tried, as to cover one more
    never costs more.
    """
    if card is None:
        return []
    pairs = product(range(party.adults + 1), range(party.children + 1))
    held = [pair for pair in pairs if card.covers(*pair)]
    return [
        (adults, children)
        for adults, children in held
        if (adults + 1, children) not in held and (adults, children + 1) not in held
    ]


def _minimums_p(records: Iterable[MinimumFare], day: date) -> dict[TicketCode, int]:
    """Return the minimum fares of *day* by ticket; the first of a ticket counts."""
    found: dict[TicketCode, int] = {}
    for one in records:
        if one.starts_on <= day <= one.ends_on:
            found.setdefault(one.ticket, one.fare_p)
    return found


def _is_shared(ticket: TicketType) -> bool:
    """Whether a ticket is for several people together."""
    return ticket.fewest_passengers > 1


def _misfit(ticket: TicketType, party: Party) -> Reason | None:
    """Return why *party* cannot travel on such tickets, if it cannot."""
    if party.children and not ticket.most_children:
        return NO_CHILD_FARE
    if party.adults and not ticket.most_adults:
        return NO_ADULT_FARE
    if not _is_shared(ticket):
        return None
    limits = (
        (party.people, ticket.fewest_passengers, ticket.most_passengers, "people"),
        (party.adults, ticket.fewest_adults, ticket.most_adults, "adults"),
        (party.children, ticket.fewest_children, ticket.most_children, "children"),
    )
    for number, fewest, most, who in limits:
        if number < fewest:
            return Reason(code="party-too-small", text=f"it is for at least {fewest} {who}")
        if number > most:
            return Reason(code="party-too-large", text=f"it is for up to {most} {who}")
    return None
