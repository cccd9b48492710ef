"""What became of jobs, in a dict."""

from railfair.ports.jobs import JobState


class MemoryJobs:
    """See `ports.jobs`."""

    def __init__(self) -> None:
        self._states: dict[str, JobState] = {}

    def copy(self) -> "MemoryJobs":
        """Return a copy that can be written without touching this one."""
        other = MemoryJobs()
        other._states = dict(self._states)
        return other

    async def get(self, name: str) -> JobState | None:
        """Return the state of the job *name*, or `None` if it never ran."""
        return self._states.get(name)

    async def all(self) -> list[JobState]:
        """Return the states of all jobs, by name."""
        return [self._states[name] for name in sorted(self._states)]

    async def put(self, state: JobState) -> None:
        """Set the state of a job."""
        self._states[state.name] = state
