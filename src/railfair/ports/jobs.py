"""What became of the work that the service does by itself."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """The last run of the job *name*.

    *ended_at* is `None` while it runs; *failure* is a sentence, empty if the last run that ended
    went well; *outcome* says what the last one that went well did.
    """

    name: str
    started_at: datetime
    ended_at: datetime | None = None
    succeeded_at: datetime | None = None
    outcome: str = ""
    failure: str = ""
    failures: int = 0
    """How often it failed since it last went well."""

    def succeeded(self, at: datetime, outcome: str) -> "JobState":
        """Return the state after a run that went well."""
        return replace(self, ended_at=at, succeeded_at=at, outcome=outcome, failure="", failures=0)

    def failed(self, at: datetime, failure: str) -> "JobState":
        """Return the state after a run that did not."""
        return replace(self, ended_at=at, failure=failure, failures=self.failures + 1)


class Jobs(Protocol):
    """The states of all jobs, within a unit of work."""

    async def get(self, name: str) -> JobState | None:
        """Return the state of the job *name*, or `None` if it never ran."""
        ...

    async def all(self) -> list[JobState]:
        """Return the states of all jobs, by name."""
        ...

    async def put(self, state: JobState) -> None:
        """Set the state of a job."""
        ...
