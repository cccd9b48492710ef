"""Taking in what passengers say of journeys that were forecast."""

from datetime import timedelta
from typing import Final

from railfair.application.stations import StationDirectory
from railfair.domain.errors import InvalidParameter
from railfair.domain.railtime import LONDON, instant
from railfair.ports.clock import Clock
from railfair.ports.feedback import Feedback
from railfair.ports.storage import Storage

MOST_DAYS: Final = 28
"""So long ago a journey may be; nobody remembers for longer."""


async def take_feedback(
    feedback: Feedback, *, storage: Storage, stations: StationDirectory, clock: Clock
) -> None:
    """Keep *feedback*, without whom it is from.

    Raises:
        InvalidParameter: its stations are the same, the journey has not begun or is too long ago,
            or it was cancelled and late.
        UnknownStation: the loaded data know nothing of one of its stations.
    """
    now = clock.now().astimezone(LONDON)
    if feedback.origin == feedback.destination:
        raise InvalidParameter("destination", "is the same station as origin")
    if instant(feedback.day, feedback.time_min or 0) > now:
        raise InvalidParameter("date", "has to be of a journey that has begun")
    if feedback.day < now.date() - timedelta(days=MOST_DAYS):
        raise InvalidParameter("date", f"has to be within the last {MOST_DAYS} days")
    if feedback.cancelled and feedback.delay_min is not None:
        raise InvalidParameter("delay_min", "cannot be told of a train that was cancelled")
    async with storage.reading() as unit:
        await stations.get(unit, feedback.origin, parameter="origin")
        await stations.get(unit, feedback.destination, parameter="destination")
    async with storage.writing() as unit:
        await unit.feedback.put(feedback)
