"""Weights of routes, in the table `route_weight`."""

from collections.abc import Mapping
from types import ModuleType

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from railfair.adapters.sql.schema import route_weight
from railfair.domain.codes import Crs
from railfair.domain.popularity import MOST_ROUTES, Route


class SqlRouteWeights:
    """See `ports.popularity`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, weights: Mapping[Route, float]) -> None:
        """Add *weights* to what is there, each in one step."""
        if not weights:
            return
        dialect: ModuleType = (
            postgresql if self._connection.dialect.name == "postgresql" else sqlite
        )
        insert = dialect.insert(route_weight)
        statement = insert.on_conflict_do_update(
            index_elements=[route_weight.c.origin, route_weight.c.destination],
            set_={"weight": route_weight.c.weight + insert.excluded.weight},
        )
        rows = [
            {"origin": origin, "destination": destination, "weight": weight}
            for (origin, destination), weight in weights.items()
        ]
        await self._connection.execute(statement, rows)
        await self._forget_the_lightest()

    async def heaviest(self, limit: int) -> list[tuple[Route, float]]:
        """Return up to *limit* routes and their weights, the heaviest first."""
        query = (
            select(route_weight)
            .order_by(
                route_weight.c.weight.desc(), route_weight.c.origin, route_weight.c.destination
            )
            .limit(limit)
        )
        return [
            ((Crs(row.origin), Crs(row.destination)), row.weight)
            for row in await self._connection.execute(query)
        ]

    async def _forget_the_lightest(self) -> None:
        count = select(func.count()).select_from(route_weight)
        if (await self._connection.execute(count)).scalar_one() <= MOST_ROUTES:
            return
        least = (
            select(route_weight.c.weight)
            .order_by(route_weight.c.weight.desc())
            .offset(MOST_ROUTES - 1)
            .limit(1)
            .scalar_subquery()
        )
        await self._connection.execute(delete(route_weight).where(route_weight.c.weight < least))
