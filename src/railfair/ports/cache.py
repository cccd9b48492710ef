"""Answers that were made once, kept as the bytes that go out."""

from dataclasses import dataclass
from typing import Final, Protocol

from railfair.domain.cache_keys import Scope

type Mark = tuple[int, ...]
"""What has been invalidated when it was taken; compared for equality only."""

UNKNOWN: Final = -1
"""In a mark: what has been invalidated could not be learned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An answer: *body*, made at *made_at* (Unix time, seconds), with its *etag* (unquoted).

    Until *fresh_s* of age it is as good as new, from then until *kept_s* it is stale but usable,
    and after that it is gone.
    """

    body: bytes
    made_at: float
    fresh_s: float
    kept_s: float
    etag: str = ""

    def age_s(self, now: float) -> float:
        """Return its age in seconds at the Unix time *now*, never negative."""
        return max(0.0, now - self.made_at)

    def is_fresh(self, now: float) -> bool:
        """Return whether it is as good as new."""
        return now - self.made_at < self.fresh_s

    def is_kept(self, now: float) -> bool:
        """Return whether it is usable at all."""
        return now - self.made_at < self.kept_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Invalidations:
    """What others invalidated (*scopes*) up to *mark*."""

    scopes: tuple[Scope, ...]
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFigures:
    """What a cache holds: *answers* that take *bytes*; *evictions* had to go for want of room."""

    answers: int = 0
    bytes: int = 0
    evictions: int = 0


class Cache(Protocol):
    """Keeps entries by key until they are too old, invalidated, or no longer fit in.

    Nothing here fails or waits for long: a cache that cannot be reached has no entries and keeps
    none.
    """

    async def get(self, key: str) -> Entry | None:
        """Return the entry kept as *key* unless it is older than it is to be kept."""
        ...

    async def mark(self) -> Mark:
        """Return what has been invalidated until now, for a `put` later."""
        ...

    async def put(self, key: str, entry: Entry, *, since: Mark | None = None) -> bool:
        """Keep *entry* as *key*, and return whether it is kept.

        With *since* given, it is not if something may have been invalidated after that mark.
        """
        ...

    async def invalidate(self, scope: Scope) -> int:
        """Forget the entries in *scope*, and return how many there were."""
        ...

    async def close(self) -> None:
        """Let go of what is held open."""
        ...


class LocalCache(Cache, Protocol):
    """A cache in this process."""

    def peek(self, key: str) -> Entry | None:
        """Do as `get`, without awaiting anything."""
        ...

    def figures(self) -> KeptFigures:
        """Return what it holds now."""
        ...


class SharedCache(Cache, Protocol):
    """A cache that processes share."""

    @property
    def is_lost(self) -> bool:
        """Whether it does not answer, and is tried only now and then."""
        ...

    async def invalidated(self, since: Mark) -> Invalidations:
        """Return what others have invalidated since that mark, everything if that is forgotten.

        Nothing when it cannot be reached, with *since* as the mark.
        """
        ...
