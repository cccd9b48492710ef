"""The keys of the API that were given out."""

from typing import Protocol

from railfair.domain.api_key import ApiKey


class ApiKeys(Protocol):
    """All keys, within a unit of work; of each only its digest is kept."""

    async def all(self) -> list[ApiKey]:
        """Return every key, revoked and expired ones too, in the order in which they were made."""
        ...

    async def put(self, key: ApiKey) -> None:
        """Set the key with the prefix of *key*, whether it was there or not."""
        ...
