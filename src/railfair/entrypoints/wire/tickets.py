"""What every answer about fares refers to: tickets, routes, railcards, and what codes say."""

from collections.abc import Iterable

import msgspec

from railfair.domain.fares.railcard import Railcard
from railfair.domain.fares.reason import Reason
from railfair.domain.fares.restriction import Restriction
from railfair.domain.fares.route import Route
from railfair.domain.fares.ticket import TicketType, Validity


class TicketRef(msgspec.Struct):
    """A ticket type; `kind` is by its name."""

    code: str
    name: str
    kind: str
    journey: str
    ticket_class: str = msgspec.field(name="class")


class RouteRef(msgspec.Struct):
    """Which way a fare is for."""

    code: str
    name: str


class CodeText(msgspec.Struct):
    """A code of the feed, with what it says to passengers; or a reason."""

    code: str
    text: str


class CodeName(msgspec.Struct):
    """A railcard."""

    code: str
    name: str


def ticket_ref(ticket: TicketType) -> TicketRef:
    """Return *ticket* as answers refer to it."""
    return TicketRef(
        code=ticket.code,
        name=ticket.name,
        kind=ticket.kind,
        journey="return" if ticket.is_return else "single",
        ticket_class=ticket.ticket_class,
    )


def route_ref(route: Route) -> RouteRef:
    """Return *route* with what it says to passengers."""
    return RouteRef(code=route.code, name=route.text)


def railcard_ref(card: Railcard | None) -> CodeName | None:
    """Return *card*, if there is one."""
    return None if card is None else CodeName(code=card.code, name=card.name)


def restriction_ref(restriction: Restriction | None, *, is_return: bool) -> CodeText | None:
    """Return when a ticket may be used, of the way back only if it *is_return*."""
    if restriction is None:
        return None
    ways = [restriction.text_out]
    if is_return and restriction.text_return:
        ways.append(f"return: {restriction.text_return}")
    said = "; ".join(way for way in ways if way)
    return CodeText(code=restriction.code, text=said or restriction.name)


def validity_ref(validity: Validity | None, *, is_return: bool) -> CodeText | None:
    """Return on which days a ticket may be used, of the way back only if it *is_return*."""
    if validity is None:
        return None
    said = validity.text_out or validity.name
    if is_return and validity.text_return:
        said = f"{said}; return: {validity.text_return}"
    return CodeText(code=validity.code, text=said)


def text_ref(reason: Reason) -> CodeText:
    """Return a reason."""
    return CodeText(code=reason.code, text=reason.text)


def text_refs(reasons: Iterable[Reason]) -> list[CodeText]:
    """Return reasons in their order."""
    return [text_ref(reason) for reason in reasons]
