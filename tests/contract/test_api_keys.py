"""`ports.api_keys`, kept by every storage."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from railfair.domain.api_key import ApiKey, digest
from railfair.domain.quota import Quota
from railfair.ports.storage import Storage

MADE = datetime(2026, 3, 2, 2, 15, 0, 125_000, tzinfo=UTC)
DAY = timedelta(days=1)
PLAIN = ApiKey(
    prefix="rf_aaaaaaaa",
    name="app",
    digest=digest("one"),
    quota=None,
    is_admin=False,
    created_at=MADE,
)
FULL = ApiKey(
    prefix="rf_bbbbbbbb",
    name="operations",
    digest=digest("two"),
    quota=Quota(limit=5, window_s=3_600),
    is_admin=True,
    created_at=MADE - DAY,
    expires_at=MADE + DAY,
    revoked_at=MADE,
)


async def put(storage: Storage, *keys: ApiKey) -> None:
    async with storage.writing() as unit:
        for key in keys:
            await unit.keys.put(key)


async def every(storage: Storage) -> list[ApiKey]:
    async with storage.reading() as unit:
        return await unit.keys.all()


async def test_there_is_no_key_at_first(storage: Storage) -> None:
    assert await every(storage) == []


@pytest.mark.parametrize("key", [PLAIN, FULL])
async def test_a_key_comes_back_as_it_was_put(storage: Storage, key: ApiKey) -> None:
    await put(storage, key)
    assert await every(storage) == [key]


async def test_keys_come_in_the_order_in_which_they_were_made(storage: Storage) -> None:
    await put(storage, PLAIN, FULL)
    assert await every(storage) == [FULL, PLAIN]


async def test_a_key_takes_the_place_of_that_with_its_prefix(storage: Storage) -> None:
    await put(storage, PLAIN, FULL)
    revoked = replace(PLAIN, revoked_at=MADE + DAY)
    await put(storage, revoked)
    assert await every(storage) == [FULL, revoked]


async def test_moments_are_the_same_whatever_zone_they_were_given_in(storage: Storage) -> None:
    zone = timezone(timedelta(hours=-3))
    await put(storage, replace(PLAIN, created_at=MADE.astimezone(zone)))
    assert await every(storage) == [PLAIN]
