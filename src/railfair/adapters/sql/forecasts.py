"""What was learned, in the tables `forecast_head`, `forecast_node` and `usual_train`."""

from collections.abc import Mapping
from itertools import groupby
from operator import itemgetter

from sqlalchemy import ColumnElement, delete, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from railfair.adapters.sql.booked_trains import BookedTrains, calls_at_both
from railfair.adapters.sql.bulk import chunks, insert_plain, insert_rows
from railfair.adapters.sql.schema import booked_train, forecast_head, forecast_node, usual_train
from railfair.domain.codes import Crs
from railfair.domain.delays.usual_trains import UsualTrain


class SqlForecasts:
    """See `ports.forecasts`."""

    def __init__(self, connection: AsyncConnection, trains: BookedTrains) -> None:
        self._connection = connection
        self._trains = trains

    async def heads(self) -> Mapping[str, bytes]:
        """Return the head of every hierarchy, by its name."""
        query = select(forecast_head.c.hierarchy, forecast_head.c.body)
        return {row.hierarchy: row.body for row in await self._connection.execute(query)}

    async def nodes(self, wanted: Mapping[str, set[str]]) -> Mapping[str, Mapping[str, bytes]]:
        """Return, by hierarchy and name, those of the nodes *wanted* that are there."""
        found: dict[str, dict[str, bytes]] = {hierarchy: {} for hierarchy in wanted}
        pairs = [(kind, name) for kind, names in wanted.items() for name in sorted(names)]
        for part in chunks(pairs):
            by_hierarchy = [
                select(forecast_node).where(
                    forecast_node.c.hierarchy == hierarchy,
                    forecast_node.c.name.in_([name for _, name in same]),
                )
                for hierarchy, same in groupby(part, key=itemgetter(0))
            ]
            for hierarchy, name, body in await self._connection.execute(union_all(*by_hierarchy)):
                found[hierarchy][name] = body
        return found

    async def all_nodes(self) -> Mapping[str, Mapping[str, bytes]]:
        """Return every node, by hierarchy and name."""
        found: dict[str, dict[str, bytes]] = {}
        for hierarchy, name, body in await self._connection.execute(select(forecast_node)):
            found.setdefault(hierarchy, {})[name] = body
        return found

    async def put(
        self, heads: Mapping[str, bytes], nodes: Mapping[str, Mapping[str, bytes]]
    ) -> None:
        """Set *heads*, and insert *nodes*."""
        for hierarchy, head in heads.items():
            stale = forecast_head.c.hierarchy == hierarchy
            await self._connection.execute(delete(forecast_head).where(stale))
            await insert_plain(self._connection, forecast_head, [(hierarchy, head)])
        for hierarchy, new in nodes.items():
            for part in chunks(sorted(new)):
                await self._connection.execute(
                    delete(forecast_node).where(
                        forecast_node.c.hierarchy == hierarchy, forecast_node.c.name.in_(part)
                    )
                )
            rows = [(hierarchy, name, body) for name, body in sorted(new.items())]
            await insert_plain(self._connection, forecast_node, rows)

    async def usual_trains(self, origin: Crs, destination: Crs) -> list[UsualTrain]:
        """Return the usual trains that call at both, by key."""
        return await self._usual(calls_at_both(origin, destination))

    async def all_usual_trains(self) -> list[UsualTrain]:
        """Return every usual train, by key."""
        return await self._usual(None)

    async def put_usual_trains(self, trains: list[UsualTrain]) -> None:
        """Set *trains* in place of all that are there."""
        await self._connection.execute(delete(usual_train))
        ids = await self._trains.ids(usual.train for usual in trains)
        rows = [
            {
                "train_id": ids[usual.train],
                "seen_weekday": usual.seen[0],
                "seen_saturday": usual.seen[1],
                "seen_sunday": usual.seen[2],
                "last_day": usual.last_day,
            }
            for usual in trains
        ]
        await insert_rows(self._connection, usual_train, rows)

    async def clear(self) -> None:
        """Forget everything."""
        for table in (forecast_head, forecast_node, usual_train):
            await self._connection.execute(delete(table))

    async def _usual(self, condition: ColumnElement[bool] | None) -> list[UsualTrain]:
        booked = await self._trains.all(condition)
        query = select(usual_train)
        if condition is not None:
            query = query.join_from(usual_train, booked_train).where(condition)
        rows = await self._connection.execute(query)
        usual = [
            UsualTrain(
                train=booked[row.train_id],
                seen=(row.seen_weekday, row.seen_saturday, row.seen_sunday),
                last_day=row.last_day,
            )
            for row in rows
            if row.train_id in booked
        ]
        return sorted(usual, key=lambda one: one.train.key)
