"""Keys of the service, in a dict."""


class MemorySecrets:
    """See `ports.secrets`."""

    def __init__(self) -> None:
        self._keys: dict[str, bytes] = {}

    def copy(self) -> "MemorySecrets":
        """Return a copy that can be written without touching this one."""
        other = MemorySecrets()
        other._keys = dict(self._keys)
        return other

    async def get(self, name: str) -> bytes | None:
        """Return the key *name*, or `None` if there is none."""
        return self._keys.get(name)

    async def put(self, name: str, key: bytes) -> None:
        """Set the key *name*."""
        self._keys[name] = key
