"""How often somebody may ask: a bucket of tokens that fills up steadily, counted in integers."""

import re
from dataclasses import dataclass
from typing import Final

from railfair.domain.errors import MalformedParameter

US: Final = 1_000_000
"""Microseconds in a second."""
PERIODS_S: Final = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
MOST_REQUESTS: Final = 1_000_000_000
WRITTEN: Final = re.compile(r"([1-9]\d{0,9})/(second|minute|hour|day)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """*limit* requests at once, and as many again each *window_s* seconds.

    Quotas of different *name* are counted apart.
    """

    limit: int
    window_s: float
    name: str = "default"

    def __str__(self) -> str:
        """Return the quota as `quota` reads it, such as `600/minute`."""
        names = {float(seconds): name for name, seconds in PERIODS_S.items()}
        return f"{self.limit}/{names.get(self.window_s, f'{self.window_s} s')}"

    @property
    def window_us(self) -> int:
        """The window in microseconds, at least one."""
        return max(1, round(self.window_s * US))


def quota(text: str) -> Quota:
    """Return the quota written as a number, a slash and second, minute, hour or day.

    Raises:
        MalformedParameter: it is written otherwise, or is beyond 1 000 000 000 requests.
    """
    found = WRITTEN.fullmatch(text.strip().lower())
    if found is None or int(found[1]) > MOST_REQUESTS:
        raise MalformedParameter(
            "quota",
            "has to be a number of requests in a second, minute, hour or day, such as 600/minute",
        )
    return Quota(limit=int(found[1]), window_s=PERIODS_S[found[2]])


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

    def is_full(self, limit: int, now_us: int) -> bool:
        """Return whether all that was used of *limit* has come back: it is as a new one."""
        return self.debt <= limit * (now_us - self.at_us)


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
