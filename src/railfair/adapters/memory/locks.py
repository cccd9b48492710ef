"""Locks among the tasks of one process."""

from collections.abc import Callable
from uuid import uuid4


class MemoryLocks:
    """See `ports.locks`; *now* tells seconds that never run backwards."""

    def __init__(self, *, now: Callable[[], float]) -> None:
        self._now = now
        self._held: dict[str, tuple[str, float]] = {}

    async def acquire(self, name: str, *, held_s: float) -> str | None:
        """Hand it out if it is free, or its time is over."""
        now = self._now()
        if name in self._held and self._held[name][1] > now:
            return None
        token = uuid4().hex
        self._held[name] = (token, now + held_s)
        return token

    async def release(self, name: str, token: str) -> None:
        """Forget it, if it is that one."""
        if self._held.get(name, ("", 0.0))[0] == token:
            del self._held[name]
