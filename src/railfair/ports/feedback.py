"""What passengers say of journeys that were forecast."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from railfair.domain.codes import Crs


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """Whether a journey on *day* was *as_forecast*; nothing says whose it was, or when it was told.

    *time_min* is the booked departure in minutes after midnight, *delay_min* how late it arrived;
    each is `None` where that was not told.
    """

    origin: Crs
    destination: Crs
    day: date
    as_forecast: bool
    time_min: int | None = None
    delay_min: int | None = None
    cancelled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackCount:
    """How much was told of journeys in a *month* (its first day), and what.

    *told_delays* said how late they were, *delay_min* in all.
    """

    month: date
    number: int
    as_forecast: int
    cancelled: int
    told_delays: int
    delay_min: int


class FeedbackBox(Protocol):
    """What was told, within a unit of work."""

    async def put(self, feedback: Feedback) -> None:
        """Keep *feedback*."""
        ...

    async def counts(self) -> Sequence[FeedbackCount]:
        """Return what was told by month of the journeys, in order."""
        ...
