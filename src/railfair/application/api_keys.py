"""Keys of the API: making, revoking, and knowing them again."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from railfair.domain.api_key import (
    ENTROPY_BYTES,
    NAME,
    ApiKey,
    digest,
    prefix_of,
    written,
)
from railfair.domain.errors import (
    ApiKeyNameTaken,
    InvalidApiKey,
    InvalidParameter,
    SourceUnavailable,
    UnknownApiKey,
)
from railfair.domain.quota import Quota
from railfair.ports.clock import Clock
from railfair.ports.storage import Storage, UnitOfWork

type Entropy = Callable[[int], bytes]
"""Returns so many random bytes that nobody can guess."""
type Seconds = Callable[[], float]
"""Seconds of a clock that only goes forward."""

PAUSE_S: Final = 1.0
"""How long keys that could not be read are not asked for again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApiKey:
    """A key that was just made; *secret* is the key itself, and nowhere else."""

    key: ApiKey
    secret: str


async def create_key(
    name: str,
    *,
    storage: Storage,
    clock: Clock,
    entropy: Entropy,
    quota: Quota | None = None,
    is_admin: bool = False,
    expires_at: datetime | None = None,
) -> NewApiKey:
    """Make a key called *name*, and return it; it cannot be had again.

    Raises:
        InvalidParameter: *name* is not of 1 to 64 letters, digits, dots, dashes and underscores
            or begins like a key, or *expires_at* has passed.
        ApiKeyNameTaken: a key that is in use has the name.
    """
    now = clock.now()
    if not NAME.fullmatch(name):
        raise InvalidParameter(
            "name", "has to be of 1 to 64 letters, digits, dots, - and _, and not to begin with rf_"
        )
    if expires_at is not None and expires_at <= now:
        raise InvalidParameter("expires", "has to be in the future")
    secret = written(entropy(ENTROPY_BYTES))
    key = ApiKey(
        prefix=prefix_of(secret) or "",
        name=name,
        digest=digest(secret),
        quota=quota,
        is_admin=is_admin,
        created_at=now,
        expires_at=expires_at,
    )
    async with storage.writing() as unit:
        for other in await unit.keys.all():
            if other.name == name and other.is_valid(now):
                raise ApiKeyNameTaken(name, other.prefix)
        await unit.keys.put(key)
    return NewApiKey(key=key, secret=secret)


async def revoke_key(given: str, *, storage: Storage, clock: Clock) -> ApiKey:
    """Revoke the key with the name or prefix *given*, and return it; once revoked, it stays so.

    Of several with the name, the one that is not revoked is meant.

    Raises:
        UnknownApiKey: there is no such key.
    """
    async with storage.writing() as unit:
        key = await _named(unit, given)
        if key.revoked_at is None:
            key = replace(key, revoked_at=clock.now())
            await unit.keys.put(key)
        return key


async def _named(unit: UnitOfWork, given: str) -> ApiKey:
    found = [key for key in await unit.keys.all() if given in {key.prefix, key.name}]
    if not found:
        raise UnknownApiKey(given)
    return next((key for key in reversed(found) if key.revoked_at is None), found[-1])


class KeyRing:
    """Knows all keys for a while, so that neither a key nor a wrong one needs the database.

    All are read together every *reread_s* seconds, by one reader at a time: keys that somebody
    makes up cost no query. One that is revoked works for at most as long. While the database is
    away, those that were read last go on.
    """

    def __init__(
        self, storage: Storage, clock: Clock, seconds: Seconds, *, reread_s: float
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._seconds = seconds
        self._reread_s = reread_s
        self._keys: dict[str, ApiKey] | None = None
        self._failure: SourceUnavailable | None = None
        self._next_read = 0.0
        self._turn = asyncio.Lock()

    async def key(self, secret: str) -> ApiKey:
        """Return the key that *secret* is.

        Raises:
            InvalidApiKey: it is none, or was revoked, or has expired.
            SourceUnavailable: the keys were never read, and cannot be.
        """
        prefix = prefix_of(secret)
        if prefix is None:
            raise InvalidApiKey
        found = (await self._current()).get(prefix)
        if found is None or not found.is_of(secret) or not found.is_valid(self._clock.now()):
            raise InvalidApiKey
        return found

    async def _current(self) -> dict[str, ApiKey]:
        if self._seconds() >= self._next_read:
            async with self._turn:
                if self._seconds() >= self._next_read:
                    await self.read()
        if self._keys is None:
            raise self._failure or SourceUnavailable("the API keys cannot be read")
        return self._keys

    async def read(self) -> None:
        """Read all keys; where they cannot be read, those that were read last stay."""
        try:
            async with self._storage.reading() as unit:
                self._keys = {key.prefix: key for key in await unit.keys.all()}
            self._next_read = self._seconds() + self._reread_s
        except SourceUnavailable as error:
            self._failure = error
            self._next_read = self._seconds() + PAUSE_S
