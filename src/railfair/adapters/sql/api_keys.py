"""Keys of the API, in the table `api_key`."""

from dataclasses import asdict

from sqlalchemy import RowMapping, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from railfair.adapters.sql.schema import api_key
from railfair.domain.api_key import ApiKey
from railfair.domain.quota import quota


class SqlApiKeys:
    """See `ports.api_keys`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> list[ApiKey]:
        """Return every key, in the order in which they were made."""
        query = select(api_key).order_by(api_key.c.created_at, api_key.c.prefix)
        return [_key(row) for row in (await self._connection.execute(query)).mappings()]

    async def put(self, key: ApiKey) -> None:
        """Set the key with the prefix of *key*, whether it was there or not."""
        row = {**asdict(key), "quota": None if key.quota is None else str(key.quota)}
        await self._connection.execute(delete(api_key).where(api_key.c.prefix == key.prefix))
        await self._connection.execute(insert(api_key).values(**row))


def _key(row: RowMapping) -> ApiKey:
    written = row["quota"]
    return ApiKey(**{**row, "quota": None if written is None else quota(written)})
