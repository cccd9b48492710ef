"""`railfair fares`: what a trip costs, on the command line."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

import click
from rich.markup import escape
from rich.table import Table

from railfair.application.compare_fares import FareQuery, FaresAnswer
from railfair.application.trips import FoundTrip, TripQuery
from railfair.bootstrap import RailFair
from railfair.domain.codes import Crs, RailcardCode, TrainUid
from railfair.domain.fares.comparison import Comparison, OfferedFare, Split
from railfair.domain.fares.reason import Reason
from railfair.domain.fares.rulebook import NO_RAILCARD
from railfair.domain.fares.ticket import TicketClass, TicketType
from railfair.domain.fares.till import Party
from railfair.domain.operators import operator
from railfair.domain.railtime import instant
from railfair.entrypoints import wire
from railfair.entrypoints.cli.parsing import CLOCK, CRS, DAY, RAILCARD, TRAIN
from railfair.entrypoints.cli.progress import console, show
from railfair.entrypoints.cli.running import run

CLASSES: Final = {"standard": TicketClass.STANDARD, "first": TicketClass.FIRST, "any": None}
PEOPLE: Final = click.IntRange(0, 9)
QUOTA: Final = "may be sold out"


@click.command()
@click.argument("origin", type=CRS)
@click.argument("destination", type=CRS)
@click.option("--date", "day", type=DAY, help="Day of departure.  [default: today]")
@click.option("--time", "clock", type=CLOCK, help="Leave then, with the next direct train.")
@click.option("--arrival-time", "arrival", type=CLOCK, help="Arrive then, if no train is named.")
@click.option("--train", type=TRAIN, help="This train.")
@click.option("--via", type=CRS, multiple=True, help="The trip passes there; repeatable.")
@click.option("--return-date", "back_day", type=DAY, help="Day of the way back.")
@click.option("--return-time", "back_clock", type=CLOCK, help="Leave then on the way back.")
@click.option("--railcard", type=RAILCARD, help="Railcard, such as YNG.")
@click.option("--adults", type=PEOPLE, default=1, show_default=True, help="How many adults.")
@click.option(
    "--children", type=PEOPLE, default=0, show_default=True, help="How many children of 5 to 15."
)
@click.option(
    "--class",
    "ticket_class",
    type=click.Choice(list(CLASSES)),
    default="standard",
    show_default=True,
    help="Tickets of this class.",
)
@click.option("--split", is_flag=True, help="Find the cheapest chain of tickets as well.")
@click.option("--all", "shows_all", is_flag=True, help="Show the fares that are not good, too.")
@click.option("--json", "as_json", is_flag=True, help="Print what the HTTP API answers.")
def fares(  # noqa: PLR0917 - one argument an option
    origin: Crs,
    destination: Crs,
    day: date | None,
    clock: int | None,
    arrival: int | None,
    train: TrainUid | None,
    via: tuple[Crs, ...],
    back_day: date | None,
    back_clock: int | None,
    railcard: RailcardCode | None,
    adults: int,
    children: int,
    ticket_class: str,
    split: bool,
    shows_all: bool,
    as_json: bool,
) -> None:
    """What does the trip from ORIGIN to DESTINATION cost?

    Every fare that is good on the trip, cheapest first. The trip is the train named, else the next
    direct one at or after the time, where a timetable covers the day.

    \b
    Examples:
      railfair fares NRW LST --date 2026-11-24 --time 07:00
      railfair fares NRW LST --time 07:00 --railcard YNG --split
      railfair fares NRW LST --time 09:00 --return-date 2026-11-24 --return-time 18:30 --all
    """  # noqa: D301
    if back_clock is not None and back_day is None:
        raise click.UsageError("--return-time needs --return-date")

    async def ask(railfair: RailFair) -> tuple[FareQuery, FaresAnswer]:
        way_out = TripQuery(
            origin=origin,
            destination=destination,
            day=day or railfair.clock.now().date(),
            departure_min=clock,
            arrival_min=arrival,
            train=train,
            via=via,
        )
        way_back = (
            None
            if back_day is None
            else TripQuery(
                origin=destination, destination=origin, day=back_day, departure_min=back_clock
            )
        )
        query = FareQuery(
            out=way_out,
            back=way_back,
            party=Party(adults, children),
            railcard=railcard or NO_RAILCARD,
            ticket_class=CLASSES[ticket_class],
            splits=split,
        )
        return query, await railfair.compare_fares(query)

    query, answer = run(ask)
    if as_json:
        click.echo(json.dumps(wire.plain(wire.fares(answer)), indent=2, ensure_ascii=False))
    else:
        _print(answer, query, shows_all=shows_all)


def pounds(price_p: int) -> str:
    """Return a price as people write it: `£71.20`."""
    return f"£{price_p // 100:,}.{price_p % 100:02}"


def fare_line(offer: OfferedFare, ends: str = "") -> str:
    """Return the line of a list that says what a fare costs, and is for; *ends* are stations."""
    words = [f"{ends}{_name(offer.ticket)}", escape(offer.route.text)]
    if offer.is_quota:
        words.append(QUOTA)
    return f"{pounds(offer.total_p):>10}  {', '.join(words)}"


def _print(answer: FaresAnswer, query: FareQuery, *, shows_all: bool) -> None:
    found = answer.found
    console.print(escape(f"{answer.origin.name} to {answer.destination.name}, {_people(query)}"))
    console.print(_way("out", found.out))
    if found.back is not None:
        console.print(_way("back", found.back))
    _print_offers(found.comparison, has_card=query.railcard != NO_RAILCARD)
    if found.split is not None:
        _print_split(found.split, found.names)
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
        words.append(f"leaves {instant(trip.day, trip.departure_min):%H:%M}")
    if trip.arrival_min is not None:
        words.append(f"arrives {instant(trip.day, trip.arrival_min):%H:%M}")
    if found.ride is not None:
        schedule = found.ride.train.schedule
        words.append(f"{schedule.headcode} {operator(schedule.toc).name}".strip())
    return escape(", ".join(words))


def _print_offers(comparison: Comparison, *, has_card: bool) -> None:
    if comparison.cheapest is None:
        console.print("no fare is good on this trip")
        return
    table = Table()
    table.add_column("price", justify="right")
    for column in ("ticket", "route", "valid"):
        table.add_column(column)
    for offer in comparison.offers:
        valid = _valid(offer, has_card=has_card)
        table.add_row(pounds(offer.total_p), _name(offer.ticket), escape(offer.route.text), valid)
    show(table)
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
    if has_card and offer.railcard is None and not offer.notes:
        words.append("without the railcard")
    words += [note.text for note in offer.notes]
    return escape("; ".join(words))


def _print_split(split: Split, names: Mapping[Crs, str]) -> None:
    saves = "" if split.saving_p is None else f", {pounds(split.saving_p)} less than one ticket"
    console.print(f"split: {pounds(split.total_p)} in {len(split.tickets)} tickets{saves}")
    for ticket in split.tickets:
        ends = f"{names[ticket.origin]} to {names[ticket.destination]}: "
        console.print(fare_line(ticket.offer, escape(ends)))


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
