"""Requests counted in Redis, over all processes.

A process leases a few tokens at once and hands them out by itself, so most requests wait for
nothing. Leased tokens are used up as far as others can see, and what is left of a lease is lost
when it ends: so the first is of one token, and they grow as long as they are used up in time. In
any *t* seconds at most *limit* x (1 + (*t* + lease) / window) requests are allowed.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from railfair.adapters.redis.connection import RedisConnection, RedisLost, Script
from railfair.domain.quota import US, Allowance, Quota, allowance
from railfair.ports.rate_limiter import RateLimiter

BUCKETS: Final = "rate:"
MAX_LEASES: Final = 20_000
"""How many clients have leases at a time."""
SHARE: Final = 20
"""A lease is at most this part of the limit, and a quarter of what is left."""
LEASE_S: Final = 1.0
WINDOW_SHARE: Final = 10
"""A lease lasts at most this part of the window."""

LEASE: Final = Script("""
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local wanted = tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local debt, at = 0, now
local kept = redis.call('GET', KEYS[1])
if kept then
  local d, a = string.match(kept, '^(%d+) (%d+)$')
  if d then debt, at = tonumber(d), tonumber(a) end
end
debt = math.max(0, debt - limit * math.max(0, now - at))
local left = math.max(0, limit - math.ceil(debt / window))
local taken = math.min(left, wanted, math.max(1, math.floor(left / 4)))
debt = debt + taken * window
local ms = math.ceil(debt / limit / 1000) + 1
redis.call('SET', KEYS[1], string.format('%.0f %.0f', debt, math.max(now, at)), 'PX', ms)
return {taken, string.format('%.0f', debt)}
""")


@dataclass(slots=True)
class _Lease:
    """Tokens at hand until *until*, and the *debt* of the bucket as it was seen *at* some time."""

    tokens: int = 0
    size: int = 0
    until: float = 0.0
    refused_until: float = 0.0
    debt: int = 0
    at: float = 0.0
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class RedisRateLimiter:
    """See `ports.rate_limiter`; *now* tells seconds that never run backwards.

    While Redis is lost, *alone* counts.
    """

    def __init__(
        self, connection: RedisConnection, alone: RateLimiter, *, now: Callable[[], float]
    ) -> None:
        self._connection = connection
        self._alone = alone
        self._now = now
        self._leases: OrderedDict[tuple[str, str, int, float], _Lease] = OrderedDict()
        self.leased = 0
        """How often Redis was asked, and answered."""

    def take(self, client: str, quota: Quota) -> Allowance | None:
        """Hand out a leased token, or refuse where Redis did a moment ago."""
        lease = self._leases.get(_key(client, quota))
        if lease is not None:
            now = self._now()
            if now < lease.until and lease.tokens > 0:
                lease.tokens -= 1
                return _allowed(lease, quota, now)
            if now < lease.refused_until:
                return allowance(quota, allowed=False, debt=_debt(lease, quota, now))
        if self._connection.is_barred:
            return self._alone.take(client, quota)
        return None

    async def lease(self, client: str, quota: Quota) -> Allowance:
        """Ask Redis, once at a time for each client."""
        lease = self._lease(_key(client, quota))
        async with lease.asking:
            if (at_hand := self.take(client, quota)) is not None:
                return at_hand
            try:
                taken, debt = await self._asked(client, quota, lease)
            except RedisLost:
                return await self._alone.lease(client, quota)
        now = self._now()
        lease.debt, lease.at = debt, now
        lease.until = now + min(LEASE_S, quota.window_s / WINDOW_SHARE)
        if taken == 0:
            refusal = allowance(quota, allowed=False, debt=debt)
            lease.refused_until = min(lease.until, now + refusal.retry_s)
            lease.tokens = 0
            return refusal
        lease.tokens = taken - 1
        return _allowed(lease, quota, now)

    async def _asked(self, client: str, quota: Quota, lease: _Lease) -> tuple[int, int]:
        """Return how many tokens Redis gave, and the debt of the bucket."""
        is_used_up = lease.tokens == 0 and self._now() < lease.until
        largest = max(1, quota.limit // SHARE)
        lease.size = min(largest, 2 * lease.size) if is_used_up else 1
        name = f"{BUCKETS}{quota.name}:{quota.limit}:{quota.window_us}:{client}"
        arguments = (quota.limit, quota.window_us, lease.size)
        leased = await self._connection.script(LEASE, (name,), *arguments, read=_leased)
        self.leased += 1
        return leased

    def _lease(self, key: tuple[str, str, int, float]) -> _Lease:
        lease = self._leases.get(key)
        if lease is None:
            if len(self._leases) >= MAX_LEASES:
                self._leases.popitem(last=False)
            lease = self._leases[key] = _Lease()
        self._leases.move_to_end(key)
        return lease


def _leased(answer: Sequence[bytes | int]) -> tuple[int, int]:
    taken, debt = answer
    return int(taken), int(debt)


def _key(client: str, quota: Quota) -> tuple[str, str, int, float]:
    return client, quota.name, quota.limit, quota.window_s


def _debt(lease: _Lease, quota: Quota, now: float) -> int:
    return max(0, lease.debt - quota.limit * int((now - lease.at) * US))


def _allowed(lease: _Lease, quota: Quota, now: float) -> Allowance:
    debt = _debt(lease, quota, now)
    return allowance(quota, allowed=True, debt=debt, leased=lease.tokens)
