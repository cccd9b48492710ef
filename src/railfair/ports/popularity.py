"""How often routes were asked for, by all processes together."""

from collections.abc import Mapping
from typing import Protocol

from railfair.domain.popularity import Route


class RouteWeights(Protocol):
    """Sums of weights by route, within a unit of work; at least the heaviest `MOST_ROUTES`."""

    async def add(self, weights: Mapping[Route, float]) -> None:
        """Add *weights* to what is there; the lightest routes beyond the most are forgotten."""
        ...

    async def heaviest(self, limit: int) -> list[tuple[Route, float]]:
        """Return up to *limit* routes and their weights, the heaviest first, equal ones by name."""
        ...


class SharedRouteWeights(Protocol):
    """The same beside the database; nothing here fails, or waits for long."""

    async def add(self, weights: Mapping[Route, float]) -> bool:
        """Add *weights* to what is there; return whether that was done, and all of it."""
        ...

    async def heaviest(self, limit: int) -> list[tuple[Route, float]]:
        """Return up to *limit* routes, as above; none if they cannot be reached."""
        ...
