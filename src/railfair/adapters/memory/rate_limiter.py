"""Requests counted in this process."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from railfair.domain.quota import US, Allowance, Bucket, Quota, allowance

MAX_CLIENTS: Final = 100_000
"""How many clients are remembered; each takes about 350 bytes."""
FORGOTTEN_AT_ONCE: Final = 2
"""For each that comes, so that their number falls again after a crowd."""
LIMIT: Final = 2
"""Where the limit of the quota stands in the key of a bucket."""


class MemoryRateLimiter:
    """See `ports.rate_limiter`; *now* tells seconds that never run backwards.

    Clients whose buckets are full again are forgotten as others come: a crowd that does not come
    back takes no memory. Of more than *max_clients* the one that did not ask for longest goes.
    """

    def __init__(self, *, now: Callable[[], float], max_clients: int = MAX_CLIENTS) -> None:
        self._now = now
        self._max_clients = max_clients
        self._buckets: OrderedDict[tuple[str, str, int, float], Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, client: str, quota: Quota) -> Allowance:
        """Take a token out of the client's bucket."""
        now_us = int(self._now() * US)
        bucket = self._bucket((client, quota.name, quota.limit, quota.window_s), now_us)
        allowed = bucket.take(quota, now_us) == 1
        return allowance(quota, allowed=allowed, debt=bucket.debt)

    async def lease(self, client: str, quota: Quota) -> Allowance:
        """Return what `take` does."""
        return self.take(client, quota)

    def _bucket(self, key: tuple[str, str, int, float], now_us: int) -> Bucket:
        bucket = self._buckets.get(key)
        if bucket is not None:
            self._buckets.move_to_end(key)
            return bucket
        if len(self._buckets) >= self._max_clients:
            self._buckets.popitem(last=False)
        for _ in range(FORGOTTEN_AT_ONCE):
            self._forget_if_full(now_us)
        bucket = self._buckets[key] = Bucket(at_us=now_us)
        return bucket

    def _forget_if_full(self, now_us: int) -> None:
        """Forget the client that did not ask for longest if that makes no difference to it."""
        oldest = next(iter(self._buckets), None)
        if oldest is not None and self._buckets[oldest].is_full(oldest[LIMIT], now_us):
            del self._buckets[oldest]
