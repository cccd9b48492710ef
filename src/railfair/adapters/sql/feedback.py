"""What passengers say, in the table `feedback`."""

from dataclasses import asdict

from sqlalchemy import case, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from railfair.adapters.sql.schema import feedback as table
from railfair.ports.feedback import Feedback, FeedbackCount


class SqlFeedback:
    """See `ports.feedback`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, feedback: Feedback) -> None:
        """Keep *feedback*."""
        row = {**asdict(feedback), "month": feedback.day.replace(day=1)}
        await self._connection.execute(insert(table).values(**row))

    async def counts(self) -> list[FeedbackCount]:
        """Return what was told by month of the journeys, in order."""
        query = (
            select(
                table.c.month,
                func.count().label("number"),
                func.sum(case((table.c.as_forecast, 1), else_=0)).label("as_forecast"),
                func.sum(case((table.c.cancelled, 1), else_=0)).label("cancelled"),
                func.count(table.c.delay_min).label("told_delays"),
                func.coalesce(func.sum(table.c.delay_min), 0).label("delay_min"),
            )
            .group_by(table.c.month)
            .order_by(table.c.month)
        )
        return [FeedbackCount(**row) for row in (await self._connection.execute(query)).mappings()]
