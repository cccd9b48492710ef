"""What passengers say, in a list."""

from railfair.ports.feedback import Feedback, FeedbackCount


class MemoryFeedback:
    """See `ports.feedback`."""

    def __init__(self) -> None:
        self._told: list[Feedback] = []

    def copy(self) -> "MemoryFeedback":
        """Return a copy that can be written without touching this one."""
        other = MemoryFeedback()
        other._told = list(self._told)
        return other

    async def put(self, feedback: Feedback) -> None:
        """Keep *feedback*."""
        self._told.append(feedback)

    async def counts(self) -> list[FeedbackCount]:
        """Return what was told by month of the journeys, in order."""
        found = []
        for month in sorted({one.day.replace(day=1) for one in self._told}):
            told = [one for one in self._told if one.day.replace(day=1) == month]
            delays = [one.delay_min for one in told if one.delay_min is not None]
            found.append(
                FeedbackCount(
                    month=month,
                    number=len(told),
                    as_forecast=sum(one.as_forecast for one in told),
                    cancelled=sum(one.cancelled for one in told),
                    told_delays=len(delays),
                    delay_min=sum(delays),
                )
            )
        return found
