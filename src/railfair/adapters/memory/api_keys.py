"""Keys of the API, in a dict."""

from railfair.domain.api_key import ApiKey


class MemoryApiKeys:
    """See `ports.api_keys`."""

    def __init__(self) -> None:
        self._keys: dict[str, ApiKey] = {}

    def copy(self) -> "MemoryApiKeys":
        """Return a copy that can be written without touching this one."""
        other = MemoryApiKeys()
        other._keys = dict(self._keys)
        return other

    async def all(self) -> list[ApiKey]:
        """Return every key, in the order in which they were made."""
        return sorted(self._keys.values(), key=lambda key: (key.created_at, key.prefix))

    async def put(self, key: ApiKey) -> None:
        """Set the key with the prefix of *key*, whether it was there or not."""
        self._keys[key.prefix] = key
