"""What became of jobs, in the table `job_state`."""

from dataclasses import asdict

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from railfair.adapters.sql.schema import job_state
from railfair.ports.jobs import JobState


class SqlJobs:
    """See `ports.jobs`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, name: str) -> JobState | None:
        """Return the state of the job *name*, or `None` if it never ran."""
        query = select(job_state).where(job_state.c.name == name)
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return None if row is None else JobState(**row)

    async def all(self) -> list[JobState]:
        """Return the states of all jobs, by name."""
        query = select(job_state).order_by(job_state.c.name)
        return [JobState(**row) for row in (await self._connection.execute(query)).mappings()]

    async def put(self, state: JobState) -> None:
        """Set the state of a job."""
        await self._connection.execute(delete(job_state).where(job_state.c.name == state.name))
        await self._connection.execute(insert(job_state).values(**asdict(state)))
