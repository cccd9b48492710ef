"""A circuit breaker: leaves alone what does not answer, and tries it again now and then."""

from collections.abc import Callable
from enum import StrEnum


class BreakerState(StrEnum):
    """Whether calls are let through."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Breaker:
    """Opens after *failures* in a row; from then on one call each *probe_after_s* is let through.

    The first that succeeds closes it. *now* tells seconds that never run backwards; *on_change* is
    told each time it opens or closes.
    """

    def __init__(
        self,
        *,
        failures: int,
        probe_after_s: float,
        now: Callable[[], float],
        on_change: Callable[[BreakerState], None] | None = None,
    ) -> None:
        self._limit = failures
        self._probe_after_s = probe_after_s
        self._now = now
        self._on_change = on_change
        self._in_a_row = 0
        self._probe_at = 0.0
        self.state = BreakerState.CLOSED
        self.openings = 0
        """How often it opened."""

    @property
    def is_barred(self) -> bool:
        """Whether a call would be refused now."""
        return self.state is not BreakerState.CLOSED and self._now() < self._probe_at

    def allows(self) -> bool:
        """Return whether to call now; who was allowed to tells how it went.

        A probe of which nothing is heard is followed by another one.
        """
        if self.state is BreakerState.CLOSED:
            return True
        if self.is_barred:
            return False
        self.state = BreakerState.HALF_OPEN
        self._probe_at = self._now() + self._probe_after_s
        return True

    def succeeded(self) -> None:
        """Take note that a call was answered."""
        self._in_a_row = 0
        if self.state is not BreakerState.CLOSED:
            self._change(BreakerState.CLOSED)

    def failed(self) -> None:
        """Take note that a call was not answered, or not in time."""
        self._in_a_row += 1
        if self.state is BreakerState.HALF_OPEN:
            self.state = BreakerState.OPEN
            self._probe_at = self._now() + self._probe_after_s
        elif self.state is BreakerState.CLOSED and self._in_a_row >= self._limit:
            self.openings += 1
            self._probe_at = self._now() + self._probe_after_s
            self._change(BreakerState.OPEN)

    def _change(self, state: BreakerState) -> None:
        self.state = state
        if self._on_change is not None:
            self._on_change(state)
