"""Weights of routes, in a dict."""

from collections.abc import Mapping

from railfair.domain.popularity import MOST_ROUTES, Route


class MemoryRouteWeights:
    """See `ports.popularity`."""

    def __init__(self) -> None:
        self._weights: dict[Route, float] = {}

    def copy(self) -> "MemoryRouteWeights":
        """Return a copy that can be written without touching this one."""
        other = MemoryRouteWeights()
        other._weights = dict(self._weights)
        return other

    async def add(self, weights: Mapping[Route, float]) -> None:
        """Add *weights* to what is there."""
        for route, weight in weights.items():
            self._weights[route] = self._weights.get(route, 0.0) + weight
        if len(self._weights) > MOST_ROUTES:
            self._weights = dict(await self.heaviest(MOST_ROUTES))

    async def heaviest(self, limit: int) -> list[tuple[Route, float]]:
        """Return up to *limit* routes and their weights, the heaviest first."""
        ranked = sorted(self._weights.items(), key=lambda one: (-one[1], one[0]))
        return ranked[:limit]
