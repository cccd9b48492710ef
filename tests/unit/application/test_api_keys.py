"""Keys of the API: made, revoked, and known again without asking the database."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from railfair.adapters.clock.clock import FixedClock
from railfair.adapters.memory.storage import MemoryStorage, MemoryUnitOfWork
from railfair.application.api_keys import PAUSE_S, KeyRing, NewApiKey, create_key, revoke_key
from railfair.domain.api_key import FORM, prefix_of
from railfair.domain.errors import (
    ApiKeyNameTaken,
    InvalidApiKey,
    InvalidParameter,
    StorageUnavailable,
    UnknownApiKey,
)

TODAY = date(2026, 3, 2)
CLOCK = FixedClock(TODAY)
TOMORROW = datetime(2026, 3, 3, tzinfo=UTC)
REREAD_S = 10.0


class Watched(MemoryStorage):
    """Counts how often it is read, and can be away."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self.is_away = False

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[MemoryUnitOfWork]:
        self.reads += 1
        await asyncio.sleep(0)
        if self.is_away:
            raise StorageUnavailable("the database is away")
        async with super().reading() as unit:
            yield unit


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def storage() -> Watched:
    return Watched()


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def ring(storage: Watched, seconds: Seconds) -> KeyRing:
    return KeyRing(storage, CLOCK, seconds, reread_s=REREAD_S)


async def create(storage: MemoryStorage, name: str = "app", **values: Any) -> NewApiKey:
    return await create_key(
        name, storage=storage, clock=CLOCK, entropy=secrets.token_bytes, **values
    )


async def revoke(storage: MemoryStorage, given: str) -> None:
    await revoke_key(given, storage=storage, clock=CLOCK)


async def test_a_key_has_its_form_and_is_kept_nowhere(storage: Watched) -> None:
    made = await create(storage)
    assert FORM.fullmatch(made.secret)
    assert made.secret.startswith(made.key.prefix + "_")
    assert made.secret not in repr(made.key)
    assert made.key.is_of(made.secret)
    assert not made.key.is_of(made.secret[:-1] + "~")


@pytest.mark.parametrize("name", ["", " ", "a b", "-a", "x" * 65, "rf_abcdefgh", "a/b", "é"])
async def test_a_name_that_could_confuse_is_refused(storage: Watched, name: str) -> None:
    with pytest.raises(InvalidParameter, match="name"):
        await create(storage, name)


async def test_a_key_cannot_have_expired_when_it_is_made(storage: Watched) -> None:
    with pytest.raises(InvalidParameter, match="future"):
        await create(storage, expires_at=CLOCK.now())


async def test_a_name_is_free_again_once_its_key_is_revoked(storage: Watched) -> None:
    first = await create(storage)
    with pytest.raises(ApiKeyNameTaken, match=first.key.prefix):
        await create(storage)
    await revoke(storage, "app")
    second = await create(storage)
    await revoke(storage, "app")
    async with storage.reading() as unit:
        assert all(key.revoked_at for key in await unit.keys.all())
    assert second.key.prefix != first.key.prefix


async def test_a_key_that_is_revoked_twice_stays_as_it_was(storage: Watched) -> None:
    made = await create(storage)
    first = await revoke_key(made.key.prefix, storage=storage, clock=CLOCK)
    later = FixedClock(TODAY + timedelta(days=9))
    assert await revoke_key(made.key.prefix, storage=storage, clock=later) == first


async def test_only_a_key_that_there_is_can_be_revoked(storage: Watched) -> None:
    with pytest.raises(UnknownApiKey, match="nobody"):
        await revoke(storage, "nobody")


async def test_the_ring_knows_a_key(storage: Watched, ring: KeyRing) -> None:
    made = await create(storage, is_admin=True)
    assert await ring.key(made.secret) == made.key


async def test_no_key_needs_the_database_again_before_the_time(
    storage: Watched, ring: KeyRing, seconds: Seconds
) -> None:
    made = await create(storage)
    await ring.key(made.secret)
    for _ in range(50):
        await ring.key(made.secret)
        other = "rf_" + made.secret[3:-8] + "AAAAAAAA"
        with pytest.raises(InvalidApiKey):
            await ring.key(other)
        with pytest.raises(InvalidApiKey):
            await ring.key(f"rf_{secrets.choice('abcdefgh') * 8}_{secrets.token_urlsafe(32)}")
    assert storage.reads == 1
    seconds.now = REREAD_S
    await asyncio.gather(*(ring.key(made.secret) for _ in range(20)))
    assert storage.reads == 2


@pytest.mark.parametrize("given", ["", "rf_", "x" * 100_000, "rf_aaaaaaaa_" + "é" * 43, "\0"])
async def test_what_has_not_the_form_of_a_key_is_refused_unread(
    storage: Watched, ring: KeyRing, given: str
) -> None:
    assert prefix_of(given) is None
    with pytest.raises(InvalidApiKey):
        await ring.key(given)
    assert storage.reads == 0


async def test_a_revoked_key_is_refused_once_the_keys_are_read_again(
    storage: Watched, ring: KeyRing, seconds: Seconds
) -> None:
    made = await create(storage)
    await ring.key(made.secret)
    await revoke(storage, made.key.prefix)
    seconds.now = REREAD_S
    with pytest.raises(InvalidApiKey):
        await ring.key(made.secret)


async def test_a_key_is_refused_from_the_moment_it_expires_on(
    storage: Watched, seconds: Seconds
) -> None:
    made = await create(storage, expires_at=TOMORROW)
    today = KeyRing(storage, CLOCK, seconds, reread_s=REREAD_S)
    assert await today.key(made.secret) == made.key
    tomorrow = KeyRing(storage, FixedClock(TOMORROW.date()), seconds, reread_s=REREAD_S)
    with pytest.raises(InvalidApiKey):
        await tomorrow.key(made.secret)


async def test_while_the_database_is_away_known_keys_go_on(
    storage: Watched, ring: KeyRing, seconds: Seconds
) -> None:
    made = await create(storage)
    await ring.key(made.secret)
    storage.is_away = True
    seconds.now = REREAD_S
    assert await ring.key(made.secret) == made.key
    assert await ring.key(made.secret) == made.key
    assert storage.reads == 2


async def test_a_database_that_never_answered_is_said_to_be_away_until_it_is_back(
    storage: Watched, ring: KeyRing, seconds: Seconds
) -> None:
    made = await create(storage)
    storage.is_away = True
    for _ in range(3):
        with pytest.raises(StorageUnavailable, match="away"):
            await ring.key(made.secret)
    assert storage.reads == 1
    storage.is_away = False
    seconds.now = PAUSE_S
    assert await ring.key(made.secret) == made.key
