"""Fares as people read them on the command line."""

from collections.abc import Iterable, Mapping
from typing import Final

from rich.markup import escape
from rich.table import Table

from railfair.application.compare_fares import FareQuery, FaresAnswer, OneWay, TripFares
from railfair.application.trips import FoundTrip, ends_along
from railfair.domain.codes import Crs
from railfair.domain.fares.comparison import Comparison, OfferedFare, Split
from railfair.domain.fares.reason import Reason
from railfair.domain.fares.rulebook import NO_RAILCARD
from railfair.domain.fares.ticket import TicketType
from railfair.domain.fares.trip import Trip
from railfair.domain.operators import operator
from railfair.domain.railtime import instant
from railfair.entrypoints.cli.progress import console, show

QUOTA: Final = "may be sold out"
ROUTE_WIDTH: Final = 36
VALID_WIDTH: Final = 56
NOTE_WORDS: Final = {"minimum-fare": "minimum fare", "no-discounted-fare": "no discount"}
"""What a row says of a note that is about its fare only; the others stand once below the table."""


def pounds(price_p: int) -> str:
    """Return a price as people write it: `£71.20`."""
    return f"£{price_p // 100:,}.{price_p % 100:02}"


def fare_line(offer: OfferedFare, ends: str = "", *, has_restriction: bool = False) -> str:
    """Return the line of a list that says what a fare costs, and is for; *ends* are stations.

    With *has_restriction* it also says which restriction applies.
    """
    words = [f"{ends}{_name(offer.ticket)}", escape(offer.route.text)]
    if has_restriction and offer.restriction is not None:
        words.append(f"restriction {escape(offer.restriction.code)}")
    if offer.is_quota:
        words.append(QUOTA)
    return f"{pounds(offer.total_p):>10}  {', '.join(words)}"


def print_fares(answer: FaresAnswer, query: FareQuery, *, shows_all: bool) -> None:
    """Print the answer to *query*; *shows_all* is for the fares that are not good on the trip."""
    found = answer.found
    console.print(escape(f"{answer.origin.name} to {answer.destination.name}, {_people(query)}"))
    console.print(_way("out", found.out))
    if found.back is not None:
        console.print(_way("back", found.back))
    _print_offers(found.comparison, has_card=query.railcard != NO_RAILCARD)
    _print_singles(found)
    for number, way in enumerate(found.ways):
        if way.split is not None:
            which = "" if found.back is None else f" of the way {('out', 'back')[number]}"
            _print_split(way, way.split, which, found.names)
    _print_cheapest_ways(found)
    if shows_all:
        _print_rejected(found.comparison)
    elif found.comparison.rejected:
        console.print(f"not good on this trip: {len(found.comparison.rejected)}; --all shows why")
    for note in (*(note.text for note in found.notes), *answer.degraded_reasons):
        console.print(f"note: {escape(note)}")
    if answer.provenance.source == "demo":
        console.print("note: made-up fares of the demo railway")


def _people(query: FareQuery) -> str:
    party, words = query.party, []
    if party.adults:
        words.append(f"{party.adults} {'adult' if party.adults == 1 else 'adults'}")
    if party.children:
        words.append(f"{party.children} {'child' if party.children == 1 else 'children'}")
    if query.railcard != NO_RAILCARD:
        words.append(f"railcard {query.railcard}")
    return ", ".join(words)


def _way(which: str, found: FoundTrip) -> str:
    trip = found.trip
    words = [f"{which}: {trip.day:%A %d %B %Y}"]
    if trip.departure_min is not None:
        words.append(f"leaves {_clock(trip, trip.departure_min)}")
    if trip.arrival_min is not None:
        words.append(f"arrives {_clock(trip, trip.arrival_min)}")
    if found.ride is not None:
        schedule = found.ride.train.schedule
        words.append(f"{schedule.headcode} {operator(schedule.toc).name}".strip())
    return escape(", ".join(words))


def _clock(trip: Trip, minute: int) -> str:
    """Return a time of *trip*: `22:30`, or `00:27 next day`."""
    moment = instant(trip.day, minute)
    return f"{moment:%H:%M}{'' if moment.date() == trip.day else ' next day'}"


def _print_offers(comparison: Comparison, *, has_card: bool) -> None:
    if comparison.cheapest is None:
        console.print("no fare is good on this trip")
        return
    table = Table()
    table.add_column("price", justify="right")
    table.add_column("ticket")
    table.add_column("journey")
    table.add_column("route", max_width=ROUTE_WIDTH)
    table.add_column("valid", max_width=VALID_WIDTH)
    for offer in comparison.offers:
        table.add_row(
            pounds(offer.total_p),
            _name(offer.ticket),
            "return" if offer.ticket.is_return else "single",
            escape(offer.route.text),
            _valid(offer, has_card=has_card),
        )
    show(table)
    for text, tickets in _told_below(comparison.offers).items():
        of_which = "" if len(tickets) == len(comparison.offers) else f" ({', '.join(tickets)})"
        console.print(f"note: {escape(text)}{of_which}")
    if comparison.saving_p:
        dearest = max(comparison.by_kind().values(), key=lambda offer: offer.total_p)
        console.print(
            f"the cheapest costs {pounds(comparison.saving_p)} less than {_name(dearest.ticket)}"
        )


def _name(ticket: TicketType) -> str:
    return escape(f"{ticket.name} ({ticket.code})")


def _valid(offer: OfferedFare, *, has_card: bool) -> str:
    words = []
    if offer.validity is not None:
        out, back = offer.validity.text_out or offer.validity.name, offer.validity.text_return
        words.append(out)
        if offer.ticket.is_return and back not in {"", out}:
            words.append(f"back {back}")
    if offer.restriction is not None:
        words.append(offer.restriction.text_out or offer.restriction.name)
    if offer.is_quota:
        words.append(QUOTA)
    if not offer.is_checked:
        words.append("not checked on a train")
    if has_card and offer.railcard is None:
        words.append("without the railcard")
    words += [NOTE_WORDS[note.code] for note in offer.notes if note.code in NOTE_WORDS]
    return escape("; ".join(words))


def _told_below(offers: Iterable[OfferedFare]) -> dict[str, list[str]]:
    """Return what is to be said once of several fares, with their tickets."""
    told: dict[str, list[str]] = {}
    for offer in offers:
        for note in offer.notes:
            if note.code not in NOTE_WORDS:
                told.setdefault(note.text, []).append(offer.ticket.code)
    return told


def _print_singles(found: TripFares) -> None:
    """Print the singles for both ways if they cost less than a return."""
    if found.singles is None:
        return
    total_p = sum(single.total_p for single in found.singles)
    than_return = _than_return(total_p, found.comparison.cheapest)
    if than_return is None:
        return
    console.print(f"two singles: {pounds(total_p)}, {than_return}")
    for which, single in zip(("out", "back"), found.singles, strict=True):
        console.print(fare_line(single, f"{which}: "))


def _than_return(total_p: int, cheapest: OfferedFare | None) -> str | None:
    """Return how much less *total_p* is than the *cheapest* return, `None` if it is not."""
    if cheapest is None:
        return "no return is good on this trip"
    if total_p >= cheapest.total_p:
        return None
    return f"{pounds(cheapest.total_p - total_p)} less than the cheapest return"


def _print_split(way: OneWay, split: Split, which: str, names: Mapping[Crs, str]) -> None:
    """Print the split of *way*, which among two is *which*, with the times of its train."""
    through, saves = way.comparison.cheapest, ""
    if split.saving_p is not None and through is not None:
        saves = f", {pounds(split.saving_p)} less than one ticket"
        saves += f" for that way, {_name(through.ticket)}" if which else ""
    console.print(f"split{which}: {pounds(split.total_p)} in {len(split.tickets)} tickets{saves}")
    trip = way.found.trip
    for ticket, (start, end) in zip(split.tickets, ends_along(trip, split.tickets), strict=True):
        leaves, arrives = _at(trip, start.departure_min), _at(trip, end.arrival_min)
        ends = f"{leaves}{names[ticket.origin]} to {arrives}{names[ticket.destination]}: "
        console.print(fare_line(ticket.offer, escape(ends), has_restriction=True))


def _at(trip: Trip, minute: int | None) -> str:
    return "" if minute is None else f"{_clock(trip, minute)} "


def _print_cheapest_ways(found: TripFares) -> None:
    """Print what both ways of a round trip cost with splits, if that is less than a return."""
    ways_p = [way_p for way in found.ways if (way_p := _least_p(way)) is not None]
    if len(ways_p) == 1 or len(ways_p) < len(found.ways) or not any(w.split for w in found.ways):
        return
    total_p = sum(ways_p)
    than_return = _than_return(total_p, found.comparison.cheapest)
    if than_return is not None:
        console.print(f"both ways, split where that is cheaper: {pounds(total_p)}, {than_return}")


def _least_p(way: OneWay) -> int | None:
    if way.split is not None:
        return way.split.total_p
    return None if way.single is None else way.single.total_p


def _print_rejected(comparison: Comparison) -> None:
    if comparison.rejected:
        console.print("not good on this trip:")
    for fare in comparison.rejected:
        price = "" if fare.total_p is None else pounds(fare.total_p)
        name = f"{_name(fare.ticket)}, {escape(fare.route.text)}"
        console.print(f"{price:>10}  {name}: {_sentence(fare.reasons)}")
    if comparison.unlisted:
        console.print("not sold:")
    for one in comparison.unlisted:
        console.print(f"{'':>10}  {one.ticket}, route {one.route}: {escape(one.reason.text)}")


def _sentence(reasons: Iterable[Reason]) -> str:
    return escape("; ".join(reason.text for reason in reasons))
