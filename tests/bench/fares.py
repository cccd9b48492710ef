"""How quick fares are found: answers first, then clocks.

    railfair import fares … && railfair import timetable …
    python tests/bench/fares.py --date 2026-11-25 [--trains 200]

Asks the database of RAILFAIR_DATABASE_URL for the fares of trains that call at 12 stations or more:
between two of their stations, with the train given, and split over 12 calls. Nothing is cached but
what a process keeps for good: the rules and the directory of pairs.
"""

import argparse
import asyncio
import random
from dataclasses import replace
from datetime import date
from itertools import combinations
from time import perf_counter

from railfair.application.compare_fares import FareQuery
from railfair.application.trips import TripQuery
from railfair.bootstrap import RailFair, opened
from railfair.config import Settings
from railfair.domain.fares.split import cheapest_chain
from railfair.domain.fares.till import Party
from railfair.domain.timetable import Schedule

CALLS = 12
CHECKED = 3


async def main(day: date, trains: int, seed: int) -> None:
    """Print medians and 95th percentiles in milliseconds."""
    async with opened(Settings.load()) as railfair:
        rides = await some_rides(railfair, day, trains, random.Random(seed))
        for ride in rides[:CHECKED]:
            await check(railfair, ride, day)
        print(f"answers of {CHECKED} trains agree with every way to cut them")
        for name, queries in questions(rides, day).items():
            taken = [await timed(railfair, query) for query in queries]
            print(f"{name:24} {len(taken)} x  p50 {share(taken, 0.5):6.1f} ms", end="")
            print(f"  p95 {share(taken, 0.95):6.1f} ms  worst {max(taken):6.1f} ms")


async def some_rides(
    railfair: RailFair, day: date, number: int, chance: random.Random
) -> list[Schedule]:
    """Return trains of *day*, each cut to 12 calls in a row that passengers may use."""
    async with railfair.storage.reading() as unit:
        trains = await unit.timetable.trains(day)
    found: list[Schedule] = []
    for train in chance.sample(trains, len(trains)):
        calls = train.schedule.calls[:CALLS]
        is_ride = len({call.crs for call in calls}) == CALLS
        if is_ride and calls[0].departure_min is not None and calls[-1].arrival_min is not None:
            found.append(replace(train.schedule, calls=calls))
        if len(found) == number:
            break
    return found


def question(ride: Schedule, day: date, start: int = 0, end: int = CALLS - 1) -> FareQuery:
    """Return the question for a part of *ride*, without its train."""
    origin, destination = ride.calls[start].crs, ride.calls[end].crs
    return FareQuery(
        out=TripQuery(origin=origin, destination=destination, day=day), party=Party(1, 0)
    )


def questions(rides: list[Schedule], day: date) -> dict[str, list[FareQuery]]:
    """Return what is asked, by name."""
    plain = [question(ride, day) for ride in rides]
    named = [
        replace(query, out=replace(query.out, train=ride.uid))
        for query, ride in zip(plain, rides, strict=True)
    ]
    return {
        "two stations": plain,
        "two stations, a train": named,
        "split over 12 calls": [replace(query, splits=True) for query in named],
    }


async def check(railfair: RailFair, ride: Schedule, day: date) -> None:
    """Compare the split with the cheapest chain of separately asked parts."""
    prices = {}
    for start, end in combinations(range(CALLS), 2):
        query = question(ride, day, start, end)
        part = replace(query, out=replace(query.out, train=ride.uid))
        prices[start, end] = (await railfair.compare_fares(part)).found.comparison.cheapest
    chain = cheapest_chain(CALLS, lambda start, end: prices[start, end])
    whole = question(ride, day)
    whole = replace(whole, out=replace(whole.out, train=ride.uid), splits=True)
    answer = (await railfair.compare_fares(whole)).found
    cheapest = answer.split or answer.comparison.cheapest
    expected = None if chain is None else sum(offer.total_p for _, _, offer in chain)
    found = None if cheapest is None else cheapest.total_p
    if found != expected:
        raise SystemExit(f"{ride.uid}: split {found}, but the parts make {expected}")


async def timed(railfair: RailFair, query: FareQuery) -> float:
    """Return how many milliseconds the answer took."""
    start = perf_counter()
    await railfair.compare_fares(query)
    return 1000 * (perf_counter() - start)


def share(taken: list[float], part: float) -> float:
    """Return the quantile *part* of *taken*."""
    return sorted(taken)[int(part * (len(taken) - 1))]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--date", type=date.fromisoformat, required=True)
    parser.add_argument("--trains", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    asyncio.run(main(given.date, given.trains, given.seed))
