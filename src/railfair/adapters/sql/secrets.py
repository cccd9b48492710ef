"""Keys of the service, in the table `own_secret`."""

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from railfair.adapters.sql.schema import own_secret


class SqlSecrets:
    """See `ports.secrets`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, name: str) -> bytes | None:
        """Return the key *name*, or `None` if there is none."""
        query = select(own_secret.c.body).where(own_secret.c.name == name)
        found: bytes | None = (await self._connection.execute(query)).scalar_one_or_none()
        return found

    async def put(self, name: str, key: bytes) -> None:
        """Set the key *name*."""
        await self._connection.execute(delete(own_secret).where(own_secret.c.name == name))
        await self._connection.execute(insert(own_secret).values(name=name, body=key))
