"""The scorecard, in the tables `forecast_log`, `forecast_score` and `baseline_count`."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from types import ModuleType
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from railfair.adapters.sql.bulk import BATCH, chunks, insert_rows
from railfair.adapters.sql.schema import baseline_count, forecast_log, forecast_score
from railfair.domain.codes import Crs, TocCode
from railfair.domain.delays.arrivals import BookedArrival, DayType
from railfair.ports.scorecard import LoggedForecast, LogSource, ResolvedForecast, ScoreSums

KEY: Final = tuple(column.name for column in forecast_log.primary_key)
WAITS: Final[ColumnElement[bool]] = forecast_log.c.scored.is_(None)
SERVED: Final[ColumnElement[bool]] = forecast_log.c.source == LogSource.SERVED
"""Those replayed never wait; with the source, the days are found by the primary key."""


class SqlScorecard:
    """See `ports.scorecard`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def log(self, forecasts: Iterable[LoggedForecast]) -> int:
        """Keep *forecasts*, and return how many are new."""
        before = await self._count()
        dialect: ModuleType = (
            postgresql if self._connection.dialect.name == "postgresql" else sqlite
        )
        statement = dialect.insert(forecast_log).on_conflict_do_nothing()
        rows = [_row(one) for one in forecasts]
        for start in range(0, len(rows), BATCH):
            await self._connection.execute(statement, rows[start : start + BATCH])
        return await self._count() - before

    async def waiting(self, first: date, last: date) -> list[LoggedForecast]:
        """Return the forecasts of those days of which it is not known what came of them."""
        of_days = SERVED, forecast_log.c.day.between(first, last)
        query = select(forecast_log).where(WAITS, *of_days).order_by(*_ORDER)
        return [_logged(row) for row in (await self._connection.execute(query)).mappings()]

    async def waiting_days(self, first: date, last: date) -> list[date]:
        """Return those of the days that forecasts wait of, in order."""
        of_days = SERVED, forecast_log.c.day.between(first, last)
        days = select(forecast_log.c.day).where(WAITS, *of_days).distinct()
        return list(await self._connection.scalars(days.order_by(forecast_log.c.day)))

    async def count_waiting(self) -> int:
        """Return how many forecasts wait to be resolved."""
        return await self._count(WAITS)

    async def first_day(self) -> date | None:
        """Return the first day that a served forecast is of, or `None`."""
        served = forecast_log.c.source == LogSource.SERVED
        query = select(func.min(forecast_log.c.day)).where(served)
        found: date | None = (await self._connection.execute(query)).scalar_one()
        return found

    async def resolve(self, forecasts: Collection[ResolvedForecast]) -> None:
        """Note what came of *forecasts*; those that were not logged are from now on."""
        served = [one for one in forecasts if one.logged.source is LogSource.SERVED]
        await self.log(one.logged for one in served)
        statement = (
            update(forecast_log)
            .where(*(forecast_log.c[name] == bindparam(f"of_{name}") for name in KEY))
            .values(
                delay=bindparam("of_delay"),
                is_cancelled=bindparam("of_cancelled"),
                scored=bindparam("of_scored"),
            )
        )
        rows = [
            {
                **{f"of_{name}": value for name, value in _row(one.logged).items() if name in KEY},
                "of_delay": one.delay,
                "of_cancelled": one.cancelled,
                "of_scored": one.scored,
            }
            for one in served
        ]
        if rows:
            await self._connection.execute(statement, rows)
        replayed = [
            {
                **_row(one.logged),
                "delay": one.delay,
                "is_cancelled": one.cancelled,
                "scored": one.scored,
            }
            for one in forecasts
            if one.logged.source is LogSource.REPLAYED
        ]
        await insert_rows(self._connection, forecast_log, replayed)

    async def resolved(self, source: LogSource) -> list[ResolvedForecast]:
        """Return every forecast of *source* that is resolved and still in the log, by day."""
        query = (
            select(forecast_log).where(forecast_log.c.source == source, ~WAITS).order_by(*_ORDER)
        )
        return [
            ResolvedForecast(
                logged=_logged(row),
                delay=row["delay"],
                cancelled=row["is_cancelled"],
                scored=row["scored"],
            )
            for row in (await self._connection.execute(query)).mappings()
        ]

    async def forget(self, before: date) -> int:
        """Take served forecasts of days *before* out of the log."""
        gone = forecast_log.c.day < before, forecast_log.c.source == LogSource.SERVED
        found = await self._count(*gone)
        await self._connection.execute(delete(forecast_log).where(*gone))
        return found

    async def sums(self, source: LogSource) -> list[ScoreSums]:
        """Return all sums, by month, operator, horizon and method."""
        query = (
            select(forecast_score)
            .where(forecast_score.c.source == source)
            .order_by(*forecast_score.primary_key)
        )
        return [
            ScoreSums(**{**row, "source": LogSource(row["source"])})
            for row in (await self._connection.execute(query)).mappings()
        ]

    async def put_sums(self, sums: Iterable[ScoreSums]) -> None:
        """Set *sums*, in place of those of the same month, operator, horizon and method."""
        names = [column.name for column in forecast_score.columns]
        rows = [{name: getattr(one, name) for name in names} for one in sums]
        if not rows:
            return
        same = [
            forecast_score.c[column.name] == bindparam(f"of_{column.name}")
            for column in forecast_score.primary_key
        ]
        keys = [{f"of_{name}": row[name] for name in names if name != "body"} for row in rows]
        await self._connection.execute(delete(forecast_score).where(*same), keys)
        await insert_rows(self._connection, forecast_score, rows)

    async def baselines(self, wanted: Mapping[str, Collection[str]]) -> dict[str, dict[str, bytes]]:
        """Return the counts of the cells *wanted*, by baseline and cell."""
        found: dict[str, dict[str, bytes]] = {}
        for name, cells in wanted.items():
            for part in chunks(sorted(cells)):
                query = select(baseline_count).where(
                    baseline_count.c.baseline == name, baseline_count.c.cell.in_(part)
                )
                for row in await self._connection.execute(query):
                    found.setdefault(name, {})[row.cell] = row.body
        return found

    async def put_baselines(self, counts: Mapping[str, Mapping[str, bytes]]) -> None:
        """Set the counts of baselines, by baseline and cell."""
        await self._connection.execute(delete(baseline_count))
        rows = [
            {"baseline": name, "cell": cell, "body": body}
            for name, cells in counts.items()
            for cell, body in cells.items()
        ]
        await insert_rows(self._connection, baseline_count, rows)

    async def clear(self, source: LogSource) -> None:
        """Forget everything of *source*, and with what was served the baselines as well."""
        for table in (forecast_log, forecast_score):
            await self._connection.execute(delete(table).where(table.c.source == source))
        if source is LogSource.SERVED:
            await self._connection.execute(delete(baseline_count))

    async def _count(self, *conditions: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(forecast_log).where(*conditions)
        return (await self._connection.execute(query)).scalar_one()


_ORDER: Final = (
    forecast_log.c.day,
    *(forecast_log.c[name] for name in BookedArrival._fields),
    forecast_log.c.horizon,
    forecast_log.c.twin,
)


def _row(one: LoggedForecast) -> dict[str, Any]:
    arrival = one.arrival._asdict()
    return {
        "source": str(one.source),
        "day": one.day,
        "horizon": one.horizon,
        "twin": one.twin,
        **arrival,
        "day_type": int(one.arrival.day_type),
        "body": one.body,
    }


def _logged(row: RowMapping) -> LoggedForecast:
    return LoggedForecast(
        source=LogSource(row["source"]),
        day=row["day"],
        horizon=row["horizon"],
        twin=row["twin"],
        arrival=BookedArrival(
            toc=TocCode(row["toc"]),
            crs=Crs(row["crs"]),
            terminus=Crs(row["terminus"]),
            origin=Crs(row["origin"]),
            departure_min=row["departure_min"],
            arrival_min=row["arrival_min"],
            day_type=DayType(row["day_type"]),
        ),
        body=row["body"],
    )
