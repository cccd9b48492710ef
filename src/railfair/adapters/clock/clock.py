"""The system's clock, and one that stands where it is set."""

from datetime import date, datetime, time

from railfair.domain.railtime import LONDON


class SystemClock:
    """See `ports.clock`; with *today* given, this time of day on that day."""

    def __init__(self, today: date | None = None) -> None:
        self._today = today

    def now(self) -> datetime:
        """Return this moment, London time."""
        moment = datetime.now(LONDON)  # noqa: TID251 - this is the clock
        if self._today is None:
            return moment
        return datetime.combine(self._today, moment.time(), LONDON)


class FixedClock:
    """See `ports.clock`: always noon of *day*, unless another *clock* time is given."""

    def __init__(self, day: date, clock: time = time(12)) -> None:
        self._moment = datetime.combine(day, clock, LONDON)

    def now(self) -> datetime:
        """Return the moment it was set to."""
        return self._moment
