"""Random keys that the service makes for itself, and its processes share."""

from typing import Protocol


class Secrets(Protocol):
    """Keys by name, within a unit of work."""

    async def get(self, name: str) -> bytes | None:
        """Return the key *name*, or `None` if there is none."""
        ...

    async def put(self, name: str, key: bytes) -> None:
        """Set the key *name*."""
        ...
