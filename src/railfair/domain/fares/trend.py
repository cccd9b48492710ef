"""How a fare's price changed from one edition of the feed to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from railfair.domain.fares.edition import FareEdition
from railfair.domain.fares.lookup import FareKey, Listing

ENOUGH_HISTORY: Final = timedelta(days=28)
"""Below this, prices are too young to say how they move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PricePoint:
    """An adult price in pence, and the days on which editions held it.

    *last_day* is `None` while the current edition holds it.
    """

    first_day: date
    last_day: date | None
    adult_fare_p: int


YEAR: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastYear:
    """A price beside those of the year before, or of as much of it as is known: *days*.

    *mean_p* is by days; *difference_p* is how much more the price is now, and *cheaper_days_share*
    the share of days on which it was cheaper than now.
    """

    days: int
    mean_p: float
    lowest_p: int
    highest_p: int
    difference_p: float
    cheaper_days_share: float


type Listed = Sequence[tuple[FareEdition, Listing]]
"""The fares of a pair of stations in each edition, oldest first."""


def price_points(listed: Listed) -> dict[FareKey, tuple[PricePoint, ...]]:
    """Return the price of every route and ticket over the editions, oldest first.

    A price counts from the day on which the first edition with it was made to the day before the
    first one without it; an edition that was replaced on the day it was made leaves no point.
    """
    points: dict[FareKey, list[PricePoint]] = {}
    for index, (edition, listing) in enumerate(listed):
        following = listed[index + 1][0] if index + 1 < len(listed) else None
        last_day = None if following is None else following.generated_on - timedelta(days=1)
        if last_day is not None and last_day < edition.generated_on:
            continue
        for fare in listing.fares:
            if fare.adult_p is not None:
                held = points.setdefault((fare.route, fare.ticket), [])
                _extend(held, edition.generated_on, last_day, fare.adult_p)
    return {key: tuple(held) for key, held in points.items()}


def _extend(points: list[PricePoint], first: date, last: date | None, price_p: int) -> None:
    before = points[-1] if points else None
    continues = (
        before is not None
        and before.adult_fare_p == price_p
        and before.last_day is not None
        and before.last_day + timedelta(days=1) >= first
    )
    if continues and before is not None:
        first = before.first_day
        points.pop()
    points.append(PricePoint(first_day=first, last_day=last, adult_fare_p=price_p))


def past_year(points: Sequence[PricePoint], today: date) -> PastYear | None:
    """Return how far today's price is from those of the year before *today*.

    `None` if there is no price today, or too little is known of it before.
    """
    if not points or points[-1].last_day is not None:
        return None
    now_p, since = points[-1].adult_fare_p, today - YEAR
    held: list[tuple[int, int]] = []
    for point in points:
        last = min(point.last_day or today, today - timedelta(days=1))
        days = (last - max(point.first_day, since)).days + 1
        if days > 0:
            held.append((point.adult_fare_p, days))
    known = sum(days for _, days in held)
    if known < ENOUGH_HISTORY.days:
        return None
    mean_p = sum(price_p * days for price_p, days in held) / known
    return PastYear(
        days=known,
        mean_p=mean_p,
        lowest_p=min(price_p for price_p, _ in held),
        highest_p=max(price_p for price_p, _ in held),
        difference_p=now_p - mean_p,
        cheaper_days_share=sum(days for price_p, days in held if price_p < now_p) / known,
    )


def advice(points: dict[FareKey, tuple[PricePoint, ...]]) -> str | None:
    """Return a sentence on how prices moved lately, or `None` if history is too short for one."""
    first = min((held[0].first_day for held in points.values()), default=None)
    newest = max((held[-1].first_day for held in points.values()), default=None)
    if first is None or newest is None or newest - first < ENOUGH_HISTORY:
        return None
    moves = [
        (held[-2].adult_fare_p, held[-1].adult_fare_p)
        for held in points.values()
        if len(held) > 1 and held[-1].first_day == newest and held[-2].adult_fare_p
    ]
    if not moves:
        return None
    per_cent = 100 * sum((after - before) / before for before, after in moves) / len(moves)
    way = "rose" if per_cent > 0 else "fell"
    return (
        f"{len(moves)} of {len(points)} fares last changed on {newest:%d %B %Y}: on average they"
        f" {way} by {abs(per_cent):.1f} %"
    )
