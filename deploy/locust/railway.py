"""What a railway that is served can be asked about: found out from the service itself.

So the same load runs against any data that is loaded.
"""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Any, Final

import requests

TIMEOUT_S: Final = 60
SEARCHES: Final = ("an", "ar", "ba", "br", "ca", "ch", "du", "el", "ha", "le", "no", "st", "wa")
"""What station names begin with; a railway without any of it is too small to load."""
STATIONS: Final = 40
PAIRS: Final = 100
HOT_PAIRS: Final = 20
"""What commuters ask for: few routes, all the time."""
TRIPS: Final = 60
LATEST: Final = 25
"""Departures looked at for each station."""

type Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Railway:
    """What users ask about.

    *stations* are codes, those where most trains end first; *direct* are pairs with direct trains
    and *trips* pairs of big stations, both in the order of how often they are asked for; *today*
    is the first day that is asked about.
    """

    stations: tuple[str, ...]
    direct: tuple[Pair, ...]
    trips: tuple[Pair, ...]
    today: date

    @property
    def days(self) -> tuple[date, ...]:
        """Return the days that are asked about, the nearest first."""
        return tuple(self.today + timedelta(days=ahead) for ahead in (1, 2, 7))


def discovered(host: str, *, seed: int = 1) -> Railway:
    """Return what the service at *host* knows, the same each time for the same data.

    Raises:
        SystemExit: too little is loaded there.
    """
    chance = random.Random(seed)
    with requests.Session() as session:
        known = _searched(session, host)
        ends: Counter[str] = Counter()
        pairs: list[Pair] = []
        today = None
        for station in chance.sample(known, min(STATIONS, len(known))):
            for departure in _departures(session, host, station):
                today = today or date.fromisoformat(departure["departs_at"][:10])
                end = departure["destination"]["crs"]
                ends[end] += 1
                pairs.append((station, end))
        chance.shuffle(pairs)
        direct = _observed(session, host, dict.fromkeys(pairs))
    if today is None or len(ends) < 2:  # noqa: PLR2004 - a trip has two ends
        raise SystemExit(f"no railway to ask about at {host}: load one (railfair demo load)")
    big = [station for station, _ in ends.most_common(STATIONS)]
    trips = [(here, there) for here in big for there in big if here != there]
    chance.shuffle(trips)
    return Railway(
        stations=tuple(dict.fromkeys(big + known))[: 3 * STATIONS],
        direct=tuple(direct),
        trips=tuple(trips[:TRIPS]),
        today=today,
    )


def picked[T](chance: random.Random, ranked: Sequence[T]) -> T:
    """Return one of *ranked*, each the more often the earlier it stands (Zipf's law)."""
    return chance.choices(ranked, cum_weights=_weights(len(ranked)))[0]


@lru_cache
def _weights(number: int) -> list[float]:
    return list(accumulate(1 / rank for rank in range(1, number + 1)))


def _searched(session: requests.Session, host: str) -> list[str]:
    found = {
        one["crs"]: None
        for text in SEARCHES
        for one in _json(session, f"{host}/api/stations?q={text}&limit=20")["stations"]
    }
    return list(found)


def _departures(session: requests.Session, host: str, station: str) -> list[dict[str, Any]]:
    answer = session.get(
        f"{host}/api/stations/{station}/departures?limit={LATEST}", timeout=TIMEOUT_S
    )
    # A station that no train calls at is not an error here.
    return answer.json().get("departures", []) if answer.ok else []


def _observed(session: requests.Session, host: str, pairs: Iterable[Pair]) -> list[Pair]:
    """Return the first of *pairs* that trains have been seen to run between."""
    found = []
    for origin, destination in pairs:
        url = f"{host}/api/routes/{origin}/{destination}/stats"
        if session.get(url, timeout=TIMEOUT_S).ok:
            found.append((origin, destination))
        if len(found) == PAIRS:
            break
    return found


def _json(session: requests.Session, url: str) -> dict[str, Any]:
    answer = session.get(url, timeout=TIMEOUT_S)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found
