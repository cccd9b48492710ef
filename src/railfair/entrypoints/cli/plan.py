"""`railfair plan`: journeys worth choosing between, as a person would want to read them."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

import click
from rich.markup import escape

from railfair.application.plan_journeys import (
    Deadline,
    Plan,
    PlannedJourney,
)
from railfair.application.plan_query import (
    LONGEST_WINDOW_MIN,
    MOST_CHANGES,
    MOST_SHOWN,
    PlanQuery,
)
from railfair.bootstrap import RailFair
from railfair.domain.codes import Crs, RailcardCode
from railfair.domain.fares.party import Party
from railfair.domain.fares.rulebook import NO_RAILCARD
from railfair.domain.journey import Connection, Journey, TrainLeg, TransferLeg
from railfair.domain.operators import operator
from railfair.domain.railtime import LONDON, instant
from railfair.entrypoints import wire
from railfair.entrypoints.cli.fares import CLASSES, PEOPLE, pounds
from railfair.entrypoints.cli.parsing import CRS, MOMENT, RAILCARD
from railfair.entrypoints.cli.progress import console
from railfair.entrypoints.cli.running import run

LATE_MIN: Final = 15
SURE: Final = 0.9


@click.command()
@click.argument("origin", type=CRS)
@click.argument("destination", type=CRS)
@click.option("--depart", type=MOMENT, help="Leave then or later, such as 2026-11-24T08:00.")
@click.option("--arrive", type=MOMENT, help="Arrive then or earlier, instead.")
@click.option(
    "--certainty", type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="With --arrive: only journeys as sure to be in time, such as 0.95.",
)  # fmt: skip
@click.option(
    "--window", type=click.IntRange(1, LONGEST_WINDOW_MIN), default=120, show_default=True,
    help="Length of the window in minutes.",
)  # fmt: skip
@click.option(
    "--changes", type=click.IntRange(0, MOST_CHANGES), default=4, show_default=True,
    help="At most so many changes.",
)  # fmt: skip
@click.option("--via", type=CRS, multiple=True, help="Pass there; repeatable, in this order.")
@click.option("--avoid", type=CRS, multiple=True, help="Do not call there; repeatable.")
@click.option("--extra", type=click.IntRange(0, 120), default=0, help="More minutes a change.")
@click.option("--railcard", type=RAILCARD, help="Railcard, such as YNG.")
@click.option("--adults", type=PEOPLE, default=1, show_default=True, help="How many adults.")
@click.option(
    "--children", type=PEOPLE, default=0, show_default=True, help="How many children of 5 to 15."
)
@click.option(
    "--class", "ticket_class", type=click.Choice(list(CLASSES)), default="standard",
    show_default=True, help="Tickets of this class.",
)  # fmt: skip
@click.option(
    "--value-of-time", type=click.IntRange(0, 100_000), default=1200, show_default=True,
    help="What an hour is worth to you, in pence.",
)  # fmt: skip
@click.option(
    "--limit", type=click.IntRange(1, MOST_SHOWN), default=8, show_default=True,
    help="About so many journeys.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print what the HTTP API answers.")
def plan(  # noqa: PLR0917 - one argument an option
    origin: Crs,
    destination: Crs,
    depart: datetime | None,
    arrive: datetime | None,
    certainty: float | None,
    window: int,
    changes: int,
    via: tuple[Crs, ...],
    avoid: tuple[Crs, ...],
    extra: int,
    railcard: RailcardCode | None,
    adults: int,
    children: int,
    ticket_class: str,
    value_of_time: int,
    limit: int,
    as_json: bool,
) -> None:
    """Which journeys from ORIGIN to DESTINATION are worth choosing between?

    Each with its trains, what it costs, how likely its connections are to be made and what to do if
    not, and why it is in the list.

    \b
    Examples:
      railfair plan NRW BRI --depart 2026-11-24T08:00
      railfair plan NRW BRI --depart 2026-11-24T08:00 --railcard YNG --avoid LST
      railfair plan IPS LST --arrive 2026-11-24T10:00 --certainty 0.95
    """  # noqa: D301
    if depart is not None and arrive is not None:
        raise click.UsageError("--depart and --arrive do not go together")

    async def ask(railfair: RailFair) -> Plan:
        moment = arrive or depart or railfair.clock.now().astimezone(LONDON)
        query = PlanQuery(
            origin=origin,
            destination=destination,
            day=moment.date(),
            time_min=moment.hour * 60 + moment.minute,
            arrives=arrive is not None,
            window_min=window,
            max_changes=changes,
            via=via,
            avoid=avoid,
            extra_interchange_min=extra,
            party=Party(adults, children),
            railcard=railcard or NO_RAILCARD,
            ticket_class=CLASSES[ticket_class],
            certainty=certainty,
            value_of_time_p_per_hour=value_of_time,
            limit=limit,
        )
        return await railfair.plan_journeys(query)

    answer = run(ask)
    if as_json:
        click.echo(json.dumps(wire.plain(wire.plan(answer)), indent=2, ensure_ascii=False))
    else:
        _print(answer)


def _print(plan: Plan) -> None:
    query = plan.query
    when = f"{query.day:%A %d %B %Y}"
    console.print(escape(f"{plan.origin.name} to {plan.destination.name}, {when}"))
    for one in plan.journeys:
        console.print()
        for line in _lines(one, plan):
            console.print(line)
    if plan.none_found is not None:
        console.print(escape(plan.none_found.text))
    if plan.deadlines:
        console.print()
        for deadline in plan.deadlines:
            console.print(escape(_deadline(deadline, plan)))
    for reason in plan.degraded_reasons:
        console.print(f"note: {escape(reason)}")
    if plan.provenance.source == "demo":
        console.print("note: made-up trains of the demo railway")


def _lines(one: PlannedJourney, plan: Plan) -> Iterator[str]:
    """Yield the lines of a journey, the headline first."""
    journey = one.journey
    leaves, arrives = (
        _clock(journey.day, minute, plan) for minute in (journey.departs_min, journey.arrives_min)
    )
    words = [
        f"[bold]{leaves} - {arrives}[/bold]",
        _duration(journey),
        "direct" if journey.changes == 0 else _number(journey.changes, "change"),
        _price(one),
    ]
    if one.labels:
        words.append("[green]" + ", ".join(label.replace("_", " ") for label in one.labels))
    yield "  ".join(words)
    yield f"  {escape(one.reason)}"
    arrivals = iter(() if one.odds is None else one.odds.arrivals)
    connections = {id(connection.departing): connection for connection in journey.connections}
    for leg in journey.legs:
        if isinstance(leg, TransferLeg):
            names = f"{plan.names[leg.origin]} to {plan.names[leg.destination]}"
            yield f"    {'':13}  {leg.mode.lower()}, {leg.duration_min} min: {escape(names)}"
            continue
        if id(leg) in connections:
            yield f"    {'':13}  {_connection(connections[id(leg)], one, plan)}"
        arrival = next(arrivals, None)
        punctual = "" if arrival is None else f"  {arrival.on_time:.0%} on time"
        yield f"    {_train(leg, plan)}{punctual}"
    yield from _odds(one, plan)
    split = None if one.price is None else one.price.split
    if split is not None:
        parts = ", ".join(
            f"{plan.names[ticket.origin]} to {plan.names[ticket.destination]}"
            f" {pounds(ticket.total_p)}"
            for ticket in split.tickets
        )
        yield f"  split for {pounds(split.total_p)}: {escape(parts)}"


def _train(leg: TrainLeg, plan: Plan) -> str:
    schedule = leg.first.schedule
    name = f"{schedule.headcode} {operator(schedule.toc).name}".strip()
    ends = f"{plan.names[leg.origin]} to {plan.names[leg.destination]}"
    leaves, arrives = (
        f"{instant(leg.day, minute):%H:%M}" for minute in (leg.departs_min, leg.arrives_min)
    )
    return f"{leaves} - {arrives}  {escape(ends)}  [dim]{escape(name)}[/dim]"


def _connection(one: Connection, planned: PlannedJourney, plan: Plan) -> str:
    number = planned.journey.connections.index(one)
    words = f"change at {plan.names[one.at]}, {one.slack_min} min to spare"
    if planned.odds is None:
        return escape(words)
    chance = planned.odds.plan.catch_probabilities[number]
    words += f", {chance:.0%} caught"
    fallback = planned.odds.fallbacks[number]
    if fallback is not None:
        leaves, arrives = (
            _clock(fallback.day, minute, plan)
            for minute in (fallback.departs_min, fallback.arrives_min)
        )
        words += f"; else the {leaves}, there at {arrives}"
    return escape(words)


def _odds(one: PlannedJourney, plan: Plan) -> Iterator[str]:
    if one.odds is None:
        return
    whole = one.odds.plan
    words = []
    sure = whole.quantile(SURE)
    if sure is not None:
        words.append(f"{SURE:.0%} sure to be there by {_clock(one.journey.day, sure, plan)}")
    words.append(f"{whole.late_probability(LATE_MIN):.0%} at least {LATE_MIN} minutes late")
    if one.delay_repay is not None and one.delay_repay.expected_p:
        words.append(f"{pounds(one.delay_repay.expected_p)} of Delay Repay to expect")
    yield f"  {', '.join(words)}"


def _price(one: PlannedJourney) -> str:
    through = None if one.price is None else one.price.through
    if through is None:
        return "no fare known"
    quota = ", may be sold out" if through.is_quota else ""
    return f"{pounds(through.total_p)} {escape(through.ticket.name.title())}{quota}"


def _deadline(one: Deadline, plan: Plan) -> str:
    if one.journey is None or one.probability is None:
        return f"{one.certainty:.0%} sure: no journey that was looked at"
    leaves = _clock(one.journey.day, one.journey.departs_min, plan)
    through = None if one.price is None else one.price.through
    price = "" if through is None else f", {pounds(through.total_p)}"
    return f"{one.certainty:.0%} sure: leave by {leaves} ({one.probability:.1%} in time{price})"


def _clock(day: date, minute: int, plan: Plan) -> str:
    """Return the time of a minute, with its day if that is not the one asked for."""
    moment = instant(day, minute)
    other = "" if moment.date() == plan.query.day else f" ({moment:%a %d %b})"
    return f"{moment:%H:%M}{other}"


def _duration(journey: Journey) -> str:
    leaves = instant(journey.day, journey.departs_min).timestamp()
    arrives = instant(journey.day, journey.arrives_min).timestamp()
    hours, minutes = divmod(round((arrives - leaves) / 60), 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"


def _number(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
