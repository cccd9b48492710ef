"""The parts of the service that can be turned off, each by itself."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

SEPARATORS: Final = re.compile(r"[\s,]+")
COMMENT: Final = re.compile(r"#.*")


class Feature(StrEnum):
    """A part of the service; batches are of predictions, departures are of stations."""

    PREDICTIONS = "predictions"
    BATCH = "batch"
    FARES = "fares"
    TRENDS = "trends"
    JOURNEYS = "journeys"
    DEPARTURES = "departures"
    STATIONS = "stations"
    ROUTES = "routes"
    STATISTICS = "statistics"


RESTS_ON: Final = {
    Feature.BATCH: Feature.PREDICTIONS,
    Feature.TRENDS: Feature.FARES,
    Feature.DEPARTURES: Feature.STATIONS,
}
"""What is off as well where the other is off."""


def features(text: str) -> tuple[frozenset[Feature], tuple[str, ...]]:
    """Return the features that *text* names, and the words in it that name none.

    Words stand apart by commas, spaces or lines; what follows a # is a comment.
    """
    words = [one for one in SEPARATORS.split(COMMENT.sub("", text).lower()) if one]
    known = {feature.value for feature in Feature}
    found = frozenset(Feature(word) for word in words if word in known)
    return found, tuple(word for word in words if word not in known)


def with_dependents(off: Iterable[Feature]) -> frozenset[Feature]:
    """Return what is off where *off* is: that, and what rests on it."""
    told = frozenset(off)
    return told | {feature for feature, other in RESTS_ON.items() if other in told}
