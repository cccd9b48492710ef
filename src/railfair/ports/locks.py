"""Locks that processes share, so that one of them does what all need."""

from typing import Protocol


class Locks(Protocol):
    """Hands out locks that end by themselves.

    They save work and protect nothing: when they cannot be had, everyone gets one.
    """

    async def acquire(self, name: str, *, held_s: float) -> str | None:
        """Return a token if nobody holds *name*, else `None`; it ends after *held_s* seconds."""
        ...

    async def release(self, name: str, token: str) -> None:
        """Give up *name* if it is still held with *token*."""
        ...
