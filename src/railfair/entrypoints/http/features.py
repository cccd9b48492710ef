"""Which feature an address belongs to."""

from railfair.domain.features import Feature

BEGINNINGS = {
    ("api", "predict", "batch"): Feature.BATCH,
    ("api", "predict"): Feature.PREDICTIONS,
    ("api", "fares", "trends"): Feature.TRENDS,
    ("api", "fares"): Feature.FARES,
    ("api", "journey"): Feature.JOURNEYS,
    ("api", "stations"): Feature.STATIONS,
    ("api", "routes"): Feature.ROUTES,
    ("api", "statistics"): Feature.STATISTICS,
}
"""How the addresses of a feature begin; the longest that fits counts."""
DEPARTURES = ("api", "stations", "departures")
LONGEST = max(map(len, BEGINNINGS))


def feature_of(path: str) -> Feature | None:
    """Return the feature that *path* is an address of, `None` for what cannot be turned off."""
    parts = tuple(part for part in path.split("/") if part)
    if (*parts[:2], *parts[3:]) == DEPARTURES:
        return Feature.DEPARTURES
    for length in range(LONGEST, 1, -1):
        if (found := BEGINNINGS.get(parts[:length])) is not None:
            return found
    return None
