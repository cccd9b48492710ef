"""Figures over arrivals that were observed: punctuality, not forecast."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from railfair.domain.codes import Crs
from railfair.domain.running import BookedTrain, Missed, Outcome

ON_TIME_BELOW_MIN = 1
"""An arrival less than a minute late is on time (Office of Rail and Road)."""
TOLERANCE = 1e-6
"""Of an arrival: 0.55 of 100 arrivals is 55 of them, not a little more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeCounts:
    """How many arrivals had which delay (*delays*: minutes to number), or were cancelled or lost.

    Lost reports (*unknown*) are told apart and enter no figure.
    """

    delays: Mapping[int, int] = field(default_factory=dict)
    cancelled: int = 0
    unknown: int = 0

    def __add__(self, other: "OutcomeCounts") -> "OutcomeCounts":
        """Return the counts of both together."""
        return OutcomeCounts(
            delays=Counter(self.delays) + Counter(other.delays),
            cancelled=self.cancelled + other.cancelled,
            unknown=self.unknown + other.unknown,
        )

    @property
    def ran(self) -> int:
        """Arrivals with a delay."""
        return sum(self.delays.values())

    @property
    def trains(self) -> int:
        """Arrivals of which it is known what became of them."""
        return self.ran + self.cancelled

    def late(self, minutes: int) -> int:
        """Arrivals that happened, *minutes* late or later."""
        return sum(number for delay, number in self.delays.items() if delay >= minutes)

    @property
    def on_time(self) -> int:
        """Arrivals that happened less than a minute late."""
        return self.ran - self.late(ON_TIME_BELOW_MIN)

    def mean_delay_min(self) -> float | None:
        """Mean of max(delay, 0) over arrivals that happened, or `None` without any."""
        if not self.ran:
            return None
        return sum(max(delay, 0) * number for delay, number in self.delays.items()) / self.ran

    def quantile(self, quantile: float) -> int | None:
        """Return the smallest delay that at least the share *quantile* of arrivals kept to."""
        wanted = quantile * self.ran - TOLERANCE
        passed = 0
        for delay in sorted(self.delays):
            passed += self.delays[delay]
            if passed >= wanted:
                return delay
        return None


def counted(outcomes: Iterable[Outcome | None]) -> OutcomeCounts:
    """Count *outcomes*; `None`, where no arrival was booked, does not count."""
    counts = Counter(outcomes)
    return OutcomeCounts(
        delays={known: n for known, n in counts.items() if isinstance(known, int)},
        cancelled=counts[Missed.CANCELLED],
        unknown=counts[Missed.UNKNOWN],
    )


def first_arrival(train: BookedTrain, origin: Crs, destination: Crs) -> int | None:
    """Return the call of the first booked arrival at *destination* after leaving *origin*."""
    has_left = False
    for position, call in enumerate(train.calls):
        if has_left and call.crs == destination and call.arrival_min is not None:
            return position
        has_left |= call.crs == origin and call.departure_min is not None
    return None
