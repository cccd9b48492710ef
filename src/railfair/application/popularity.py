"""Which routes are asked for most: counted in this process, and put together now and then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final

from railfair.application.provenance import Provenance, provenance
from railfair.application.stations import StationDirectory
from railfair.domain.codes import Crs
from railfair.domain.popularity import MOST_ROUTES, Route, requests, weight
from railfair.domain.station import Station
from railfair.ports.clock import Clock
from railfair.ports.popularity import SharedRouteWeights
from railfair.ports.storage import Storage, UnitOfWork

MOST_PENDING: Final = 2 * MOST_ROUTES
"""Routes that are counted before their counts are put away; others are not counted until then."""
READ_MORE: Final = 500
"""A route that is kept in two places may rank so much lower in each than in both together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PopularRoute:
    """A route, its decayed number of *requests*, and the share of its trains that were on time.

    *on_time* is `None` where no direct train was observed.
    """

    origin: Station
    destination: Station
    requests: float
    on_time: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PopularRoutes:
    """The answer: the routes asked for most, most first."""

    routes: tuple[PopularRoute, ...]
    provenance: Provenance


class Popularity:
    """The counts of this process, and of all together.

    They are kept in *shared*, or in *storage* where there is none or it is lost: what is in the one
    and in the other adds up.
    """

    def __init__(self, storage: Storage, shared: SharedRouteWeights | None, clock: Clock) -> None:
        self._storage = storage
        self._shared = shared
        self._clock = clock
        self._pending: dict[Route, int] = {}
        self._on_time: dict[Route, float | None] = {}
        self._on_time_of: datetime | None = None

    def count(self, route: Route) -> None:
        """Count one request for *route*; nothing is waited for."""
        pending = self._pending
        if route in pending:
            pending[route] += 1
        elif len(pending) < MOST_PENDING:
            pending[route] = 1

    async def flush(self) -> None:
        """Put away what was counted; what cannot be put away is kept for the next time.

        Raises:
            SourceUnavailable: the database cannot be written now.
        """
        pending, self._pending = self._pending, {}
        if not pending:
            return
        try:
            await self._put(_weights(pending, self._clock.now()))
        except BaseException:
            for route, number in self._pending.items():
                pending[route] = pending.get(route, 0) + number
            self._pending = pending
            raise

    async def heaviest(self, unit: UnitOfWork, limit: int) -> list[tuple[Route, float]]:
        """Return up to *limit* routes with their decayed numbers of requests, most first."""
        now = self._clock.now()
        parts = [await unit.popularity.heaviest(limit + READ_MORE)]
        if self._shared is not None:
            parts.append(await self._shared.heaviest(limit + READ_MORE))
        parts.append(list(_weights(self._pending, now).items()))
        found: dict[Route, float] = {}
        for route, total in chain.from_iterable(parts):
            found[route] = found.get(route, 0.0) + total
        ranked = sorted(found.items(), key=lambda one: (-one[1], one[0]))
        return [(route, requests(total, now)) for route, total in ranked[:limit]]

    async def popular(self, limit: int, stations: StationDirectory) -> PopularRoutes:
        """Return up to *limit* routes, those asked for most first.

        Raises:
            SourceUnavailable: the database cannot be read.
        """
        async with self._storage.reading() as unit:
            loaded = await provenance(unit)
            self._forget_before(loaded)
            routes = [
                PopularRoute(
                    origin=await _station(unit, stations, route[0]),
                    destination=await _station(unit, stations, route[1]),
                    requests=number,
                    on_time=await self._on_time_share(unit, route),
                )
                for route, number in await self.heaviest(unit, limit)
            ]
            return PopularRoutes(routes=tuple(routes), provenance=loaded)

    async def _put(self, weights: Mapping[Route, float]) -> None:
        if self._shared is not None and await self._shared.add(weights):
            return
        async with self._storage.writing() as unit:
            await unit.popularity.add(weights)

    async def _on_time_share(self, unit: UnitOfWork, route: Route) -> float | None:
        if route not in self._on_time:
            outcomes = await unit.performance.route_outcomes(*route)
            self._on_time[route] = outcomes.on_time / outcomes.trains if outcomes.trains else None
        return self._on_time[route]

    def _forget_before(self, loaded: Provenance) -> None:
        """Forget shares that were read of another history, or of too many routes."""
        state = None if loaded.performance is None else loaded.performance.loaded_at
        if state != self._on_time_of or len(self._on_time) > MOST_ROUTES:
            self._on_time, self._on_time_of = {}, state


def _weights(counts: Mapping[Route, int], now: datetime) -> dict[Route, float]:
    each = weight(now)
    return {route: number * each for route, number in counts.items()}


async def _station(unit: UnitOfWork, stations: StationDirectory, crs: Crs) -> Station:
    return Station(crs=crs, name=await stations.name(unit, crs))
