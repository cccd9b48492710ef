"""Two caches as one: that of this process first, then the one that processes share."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from railfair.domain.cache_keys import Scope
from railfair.ports.cache import UNKNOWN, Entry, LocalCache, Mark, SharedCache


class Tier(StrEnum):
    """Where an answer was found."""

    LOCAL = "local"
    SHARED = "shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An entry, and where it was."""

    entry: Entry
    tier: Tier


class TieredCache:
    """See `ports.cache.Cache`. Without a shared cache, or while it is lost, it is local only.

    From `start` to `close`, what other processes invalidate is forgotten here within *poll_s*.
    """

    def __init__(
        self, local: LocalCache, shared: SharedCache | None = None, *, poll_s: float = 1.0
    ) -> None:
        self.local = local
        self.shared = shared
        self.on_invalidated: Callable[[Scope], None] = _nothing
        """Told of each scope that is forgotten."""
        self._poll_s = poll_s
        self._seen: Mark = (UNKNOWN,)
        self._watch: asyncio.Task[None] | None = None

    @property
    def is_degraded(self) -> bool:
        """Whether the shared cache is lost."""
        return self.shared is not None and self.shared.is_lost

    async def start(self) -> None:
        """Begin to follow what others invalidate."""
        if self.shared is not None:
            self._seen = await self.shared.mark()
            self._watch = asyncio.create_task(self._watched(self.shared))

    def peek(self, key: str) -> Entry | None:
        """Return what this process keeps, without awaiting anything."""
        return self.local.peek(key)

    async def fetch(self, key: str) -> Entry | None:
        """Return what is shared, which is then kept here as well."""
        if self.shared is None:
            return None
        here = await self.local.mark()
        entry = await self.shared.get(key)
        if entry is not None:
            await self.local.put(key, entry, since=here)
        return entry

    async def find(self, key: str) -> Found | None:
        """Return the entry and where it was, the nearest first."""
        if (entry := self.local.peek(key)) is not None:
            return Found(entry=entry, tier=Tier.LOCAL)
        entry = await self.fetch(key)
        return None if entry is None else Found(entry=entry, tier=Tier.SHARED)

    async def get(self, key: str) -> Entry | None:
        """Return the entry of the nearest tier that has one."""
        found = await self.find(key)
        return None if found is None else found.entry

    async def mark(self) -> Mark:
        """Return the marks of both."""
        here = await self.local.mark()
        return here if self.shared is None else here + await self.shared.mark()

    async def put(self, key: str, entry: Entry, *, since: Mark | None = None) -> bool:
        """Keep it in both; return whether one of them does."""
        here = await self.put_here(key, entry, since=since)
        return await self.put_shared(key, entry, since=since) or here

    async def put_here(self, key: str, entry: Entry, *, since: Mark | None = None) -> bool:
        """Keep it in this process; nothing is waited for."""
        return await self.local.put(key, entry, since=None if since is None else since[:1])

    async def put_shared(self, key: str, entry: Entry, *, since: Mark | None = None) -> bool:
        """Keep it where others find it, too."""
        if self.shared is None:
            return False
        return await self.shared.put(key, entry, since=None if since is None else since[1:])

    async def invalidate(self, scope: Scope) -> int:
        """Forget it in both; an entry that is in both counts once."""
        here = await self._forget(scope)
        shared = 0 if self.shared is None else await self.shared.invalidate(scope)
        # What was found in the shared cache meanwhile may have been from before.
        return max(here + await self._forget(scope), shared)

    async def close(self) -> None:
        """Stop following, and close both."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        await self.local.close()
        if self.shared is not None:
            await self.shared.close()

    async def _forget(self, scope: Scope) -> int:
        gone = await self.local.invalidate(scope)
        self.on_invalidated(scope)
        return gone

    async def _watched(self, shared: SharedCache) -> None:
        while True:
            await asyncio.sleep(self._poll_s)
            await self.follow(shared)

    async def follow(self, shared: SharedCache) -> None:
        """Forget what others have invalidated since the last time."""
        news = await shared.invalidated(self._seen)
        self._seen = news.mark
        for scope in news.scopes:
            await self._forget(scope)


def _nothing(_: Scope) -> None:
    """Do nothing."""
