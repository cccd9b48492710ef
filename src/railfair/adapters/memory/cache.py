"""Answers in this process: what was not asked for longest goes first."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from railfair.domain.cache_keys import Scope
from railfair.ports.cache import Entry, KeptFigures, Mark

OVERHEAD_BYTES: Final = 640
"""What an entry takes besides its key and its body, as measured with CPython 3.12."""


class MemoryCache:
    """See `ports.cache.LocalCache`; *now* tells Unix time in seconds.

    All entries together, their keys and what else they take, stay below *max_bytes*.
    """

    def __init__(self, *, max_bytes: int, now: Callable[[], float]) -> None:
        self._max_bytes = max_bytes
        self._now = now
        self._kept: OrderedDict[str, Entry] = OrderedDict()
        self._invalidations = 0
        self.bytes = 0
        """What the entries take now."""
        self.evictions = 0
        """How many had to go for want of room."""

    def __len__(self) -> int:
        return len(self._kept)

    def peek(self, key: str) -> Entry | None:
        """Look it up in the dict."""
        entry = self._kept.get(key)
        if entry is None:
            return None
        if entry.is_kept(self._now()):
            self._kept.move_to_end(key)
            return entry
        self._forget(key)
        return None

    def figures(self) -> KeptFigures:
        """Count them."""
        return KeptFigures(answers=len(self), bytes=self.bytes, evictions=self.evictions)

    async def get(self, key: str) -> Entry | None:
        """Return what `peek` does."""
        return self.peek(key)

    async def mark(self) -> Mark:
        """Return how often something was invalidated."""
        return (self._invalidations,)

    async def put(self, key: str, entry: Entry, *, since: Mark | None = None) -> bool:
        """Keep it, and drop others where there is no room; never what is larger than all."""
        if since is not None and since != (self._invalidations,):
            return False
        if key in self._kept:
            self._forget(key)
        size = _size(key, entry)
        if size > self._max_bytes:
            return False
        self._kept[key] = entry
        self.bytes += size
        while self.bytes > self._max_bytes:
            self._forget(next(iter(self._kept)))
            self.evictions += 1
        return True

    async def invalidate(self, scope: Scope) -> int:
        """Look through all keys."""
        self._invalidations += 1
        gone = [key for key in self._kept if scope.covers(key)]
        for key in gone:
            self._forget(key)
        return len(gone)

    async def close(self) -> None:
        """Let go of everything."""
        self._kept.clear()
        self.bytes = 0

    def _forget(self, key: str) -> None:
        self.bytes -= _size(key, self._kept.pop(key))


def _size(key: str, entry: Entry) -> int:
    return len(key) + len(entry.body) + OVERHEAD_BYTES
