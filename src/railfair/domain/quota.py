"""How often somebody may ask: a bucket of tokens that fills up steadily, counted in integers."""

from dataclasses import dataclass
from typing import Final

US: Final = 1_000_000
"""Microseconds in a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """*limit* requests at once, and as many again each *window_s* seconds.

    Quotas of different *name* are counted apart.
    """

    limit: int
    window_s: float
    name: str = "default"

    @property
    def window_us(self) -> int:
        """The window in microseconds, at least one."""
        return max(1, round(self.window_s * US))


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """Whether one request was allowed, and what is left.

    Another *remaining* may follow at once; *reset_s* seconds from now all of *limit* may. *retry_s*
    is when to ask again after a refusal, and 0 otherwise.
    """

    allowed: bool
    limit: int
    remaining: int
    reset_s: float
    retry_s: float
    window_s: float


@dataclass(slots=True)
class Bucket:
    """What a client has used: each token weighs the window's microseconds in *debt*.

    *limit* of debt is paid off each microsecond. *at_us* is when it was last counted.
    """

    debt: int = 0
    at_us: int = 0

    def take(self, quota: Quota, now_us: int, wanted: int = 1) -> int:
        """Take up to *wanted* tokens, and return how many there were. Source: leaky bucket."""
        window_us = quota.window_us
        if now_us > self.at_us:
            self.debt = max(0, self.debt - quota.limit * (now_us - self.at_us))
            self.at_us = now_us
        taken = min(wanted, max(0, quota.limit - -(-self.debt // window_us)))
        self.debt += taken * window_us
        return taken


def allowance(quota: Quota, *, allowed: bool, debt: int, leased: int = 0) -> Allowance:
    """Return what a client with *debt* may do, who has *leased* tokens at hand besides."""
    window_us = quota.window_us
    left = max(0, quota.limit - -(-debt // window_us))
    short = max(0, debt - (quota.limit - 1) * window_us)
    return Allowance(
        allowed=allowed,
        limit=quota.limit,
        remaining=left + leased,
        reset_s=debt / quota.limit / US,
        retry_s=0.0 if allowed else short / quota.limit / US,
        window_s=quota.window_s,
    )
