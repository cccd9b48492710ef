"""Why a forecast is what it is, in terms that add up, and how far to trust it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from railfair.domain.delays.arrivals import LEVELS, BookedArrival, DayType, Sighting
from railfair.domain.delays.model import Forecast

DAY_NAMES: Final = {
    DayType.WEEKDAY: "weekday",
    DayType.SATURDAY: "Saturday",
    DayType.SUNDAY: "Sunday or bank holiday",
}
ROUTE: Final = LEVELS.index("route")
TRAIN: Final = LEVELS.index("train")
SEEN: Final = "seen"


class Confidence(StrEnum):
    """How much was seen of arrivals like the one that is forecast."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    VERY_LOW = "very_low"


ENOUGH: Final = float("inf")
NEEDED: Final = (
    (Confidence.HIGH, 100, 12, 30),
    (Confidence.MEDIUM, 40, 0, 5),
    (Confidence.LOW, 8, 0, 0),
)
"""Least numbers of arrivals of the route at the station, of the train itself there, and of trains
seen so late where it was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One term of the chance of being on time: what *level* adds to the levels before it."""

    level: str
    on_time_effect: float
    sample_size: float
    text: str


def confidence(forecast: Forecast) -> Confidence:
    """Return how far to trust *forecast*: no further than any of its parts, a sighting included."""
    route, train = forecast.sample_sizes[ROUTE], forecast.sample_sizes[TRAIN]
    seen = forecast.sample_sizes[-1] if len(forecast.sample_sizes) > len(LEVELS) else ENOUGH
    for level, of_route, of_train, of_seen in NEEDED:
        if route >= of_route and train >= of_train and seen >= of_seen:
            return level
    return Confidence.VERY_LOW


def effective_sample_size(forecast: Forecast) -> float:
    """Return the faded number of arrivals at the station of trains to the same terminus."""
    return forecast.sample_sizes[ROUTE]


def explained(
    forecast: Forecast,
    arrival: BookedArrival,
    names: Mapping[str, str],
    seen: Sighting | None = None,
) -> list[Term]:
    """Return the terms that add up to the chance of being on time, coarsest first.

    *names* are those of the stations and of the operator, by code. The first term is the base rate.
    """
    return list(_terms(forecast, _texts(arrival, names, seen)))


def _terms(forecast: Forecast, texts: Mapping[str, str]) -> Iterator[Term]:
    before = 0.0
    levels = zip((*LEVELS, SEEN), forecast.on_time_path[1:], forecast.sample_sizes, strict=False)
    for level, chance, sample in levels:
        effect = chance - before
        said = f"{effect:.1%}" if level == LEVELS[0] else f"{100 * effect:+.1f} points"
        yield Term(
            level=level,
            on_time_effect=effect,
            sample_size=round(sample, 1),
            text=f"{texts[level]}: {said}",
        )
        before = chance


def _texts(
    arrival: BookedArrival, names: Mapping[str, str], seen: Sighting | None
) -> dict[str, str]:
    hour = arrival.arrival_min // 60 % 24
    departure = f"{arrival.departure_min // 60 % 24:02}:{arrival.departure_min % 60:02}"
    named: dict[str, str] = {code: names.get(code, code) for code in arrival[:4]}
    train = f"the {departure} from {named[arrival.origin]}"
    texts = {
        "network": "trains on time anywhere in the loaded history",
        "operator": f"trains of {named[arrival.toc]}",
        "route": _where(arrival, named),
        "hour": f"from {hour:02}:00 to {hour:02}:59 on a {DAY_NAMES[arrival.day_type]}",
        "train": f"{train} itself",
        "day_type": f"{train} on a {DAY_NAMES[arrival.day_type]}",
    }
    if seen is not None:
        where = names.get(seen.crs, seen.crs)
        texts[SEEN] = f"seen at {where} with a delay of {seen.delay_min} min"
    return texts


def _where(arrival: BookedArrival, names: Mapping[str, str]) -> str:
    if arrival.crs == arrival.terminus:
        return f"trains that end at {names[arrival.crs]}"
    return f"at {names[arrival.crs]} on the way to {names[arrival.terminus]}"
