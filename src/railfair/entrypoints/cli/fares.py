"""`railfair fares`: what a trip costs, on the command line."""

import json
from datetime import date
from typing import Any, Final

import click

from railfair.application.compare_fares import FareQuery, FaresAnswer
from railfair.application.trips import TripQuery
from railfair.bootstrap import RailFair
from railfair.config import InvalidSettings
from railfair.domain.codes import Crs, RailcardCode, TrainUid, crs
from railfair.domain.errors import InvalidParameter, RailFairError
from railfair.domain.fares.rulebook import NO_RAILCARD
from railfair.domain.fares.ticket import TicketClass
from railfair.domain.fares.till import Party
from railfair.domain.station import Station
from railfair.entrypoints import wire
from railfair.entrypoints.cli.fare_lines import fare_line, pounds, print_fares
from railfair.entrypoints.cli.parsing import CLOCK, CRS, DAY, RAILCARD, TRAIN
from railfair.entrypoints.cli.running import run

__all__ = ["CLASSES", "PEOPLE", "fare_line", "fares", "pounds"]

CLASSES: Final = {"standard": TicketClass.STANDARD, "first": TicketClass.FIRST, "any": None}
PEOPLE: Final = click.IntRange(0, 9)
SUGGESTED: Final = 5
LONGEST_NAME: Final = 60


class _Place(click.ParamType[Crs]):
    """A station by its code; of a name it is said which codes it may mean."""

    name = "CRS"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Crs:
        """Return the code *value*; what is none ends the command."""
        try:
            return crs(value)
        except InvalidParameter as error:
            self.fail(f"{error.detail}; {_meant(value)}", param, ctx)


PLACE: Final = _Place()


@click.command()
@click.argument("origin", type=PLACE)
@click.argument("destination", type=PLACE)
@click.option("--date", "day", type=DAY, help="Day of departure.  [default: today]")
@click.option("--time", "clock", type=CLOCK, help="Leave then, with the next direct train.")
@click.option("--arrival-time", "arrival", type=CLOCK, help="Arrive then, at the latest.")
@click.option("--train", type=TRAIN, help="This train.")
@click.option("--via", type=CRS, multiple=True, help="The train calls there; repeatable.")
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
    direct one at or after the time, where a timetable covers the day. A single is good one way, a
    return out and back, or one way only.

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
        print_fares(answer, query, shows_all=shows_all)


def _meant(text: str) -> str:
    """Return which codes a name may mean, or where to find them."""

    async def find(railfair: RailFair) -> list[Station]:
        async with railfair.storage.reading() as unit:
            return await railfair.stations.find(unit, text, SUGGESTED)

    try:
        found = run(find) if len(text) <= LONGEST_NAME else []
    except (RailFairError, InvalidSettings):
        found = []
    if not found:
        return "/api/stations?q= finds codes by name"
    return f"{text} may be {', '.join(f'{one.crs} ({one.name})' for one in found)}"
