"""Connections to either database: kept, lent out, waited for, and counted."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.pool import AsyncAdaptedQueuePool, NullPool

from railfair.adapters.sql.engine import PoolSettings, create_engine
from railfair.adapters.sql.migrations import Migrations
from railfair.adapters.sql.storage import SqlStorage
from railfair.bootstrap import RailFair, opened
from railfair.config import Settings
from railfair.domain.errors import StorageUnavailable
from railfair.entrypoints.http.app import litestar_app
from railfair.ports.storage import PoolFigures
from support.postgresql import TEMPLATE, Server

PATIENCE_S = 10.0


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of a migrated database of either kind."""
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgresql")
        return server.new_database(TEMPLATE)
    url = f"sqlite+aiosqlite:///{tmp_path / 'railfair.db'}"
    Migrations(url).upgrade()
    return url


@asynccontextmanager
async def storage_with(url: str, pool: PoolSettings | None) -> AsyncIterator[SqlStorage]:
    storage = SqlStorage(create_engine(url, pool=pool, busy_timeout_s=1))
    yield storage
    await storage.close()


async def read(storage: SqlStorage) -> None:
    async with storage.reading() as unit:
        await unit.timetable.stations()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 - figures of a pool tell nobody that they changed
            await asyncio.sleep(0)


async def test_by_default_twenty_are_kept_ten_more_opened_and_a_free_one_waited_for(
    url: str,
) -> None:
    settings = Settings(database_url=url)
    async with opened(settings) as railfair:
        figures = railfair.storage.pool()
    assert figures == PoolFigures(size=20, in_use=0, idle=0, overflow=0, waiting=0, limit=30)
    assert settings.database_pool_timeout_s == 30
    assert settings.database_pool_recycle_s == 3600
    engine = create_engine(url, pool=PoolSettings(), busy_timeout_s=1)
    assert isinstance(engine.pool, AsyncAdaptedQueuePool)
    assert (engine.pool.timeout(), engine.pool._recycle) == (30, 3600)
    await engine.dispose()


async def test_a_connection_is_kept_when_its_use_ends(url: str) -> None:
    async with storage_with(url, PoolSettings(size=2, overflow=1)) as storage:
        async with storage.reading(), storage.reading(), storage.writing():
            assert storage.pool() == PoolFigures(
                size=2, in_use=3, idle=0, overflow=1, waiting=0, limit=3
            )
        assert storage.pool() == PoolFigures(
            size=2, in_use=0, idle=2, overflow=0, waiting=0, limit=3
        )


async def test_who_finds_all_in_use_waits_and_is_served_when_one_comes_back(url: str) -> None:
    async with storage_with(url, PoolSettings(size=1, overflow=0)) as storage:
        async with storage.reading():
            waiting = [asyncio.create_task(read(storage)) for _ in range(3)]
            await until(lambda: storage.pool().waiting == 3)
            assert storage.pool().in_use == 1
        await asyncio.gather(*waiting)
        assert storage.pool().waiting == 0


async def test_who_waits_too_long_is_told_so_and_the_pool_is_none_the_worse(url: str) -> None:
    pool = PoolSettings(size=1, overflow=1, timeout_s=0.02)
    async with storage_with(url, pool) as storage:
        async with storage.reading(), storage.reading():
            with pytest.raises(StorageUnavailable, match="all database connections are in use"):
                await read(storage)
        assert storage.pool().waiting == 0
        await read(storage)


async def test_who_is_cancelled_while_waiting_waits_no_more(url: str) -> None:
    async with storage_with(url, PoolSettings(size=1, overflow=0)) as storage:
        async with storage.reading():
            task = asyncio.create_task(read(storage))
            await until(lambda: storage.pool().waiting == 1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert storage.pool().waiting == 0
        await read(storage)


async def test_without_a_pool_each_use_has_a_connection_of_its_own(url: str) -> None:
    async with storage_with(url, None) as storage:
        assert isinstance(storage._engine.pool, NullPool)
        async with AsyncExitStack() as stack:
            for _ in range(4):
                await stack.enter_async_context(storage.reading())
            assert storage.pool() == PoolFigures(
                size=0, in_use=4, idle=0, overflow=0, waiting=0, limit=None
            )
        assert storage.pool().in_use == 0


async def test_a_setting_takes_the_pool_away(url: str) -> None:
    async with opened(Settings(database_url=url, database_pool="off")) as railfair:
        figures = railfair.storage.pool()
    assert figures is not None
    assert figures.limit is None


async def test_a_connection_that_is_too_old_is_replaced(postgresql: Server) -> None:
    engine = create_engine(
        postgresql.url(TEMPLATE), pool=PoolSettings(size=1, recycle_s=0), busy_timeout_s=1
    )
    found = set()
    for _ in range(3):
        async with engine.connect() as connection:
            found.add((await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one())
    await engine.dispose()
    assert len(found) == 3


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[tuple[RailFair, httpx.AsyncClient]]:
    """Yield what is served in this process, and a client of it."""
    async with opened(settings) as railfair:

        @asynccontextmanager
        async def handed() -> AsyncIterator[RailFair]:
            yield railfair

        # In this loop, as connections are of one loop only: a test client has another.
        app = litestar_app(handed, settings)
        transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
        async with (
            app.lifespan(),
            httpx.AsyncClient(transport=transport, base_url="http://railfair") as client,
        ):
            yield railfair, client


async def test_a_request_that_finds_no_connection_is_asked_to_come_again(url: str) -> None:
    settings = Settings(
        database_url=url, database_pool_size=1, database_pool_overflow=0,
        database_pool_timeout_s=0.02,
    )  # fmt: skip
    async with served(settings) as (railfair, client):
        async with railfair.storage.reading():
            answer = await client.get("/api/statistics")
        assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert answer.headers["content-type"] == "application/problem+json"
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.json()["type"] == "/problems/storage-unavailable"
        assert "all database connections are in use" in answer.json()["detail"]
        assert (await client.get("/metrics")).status_code == HTTPStatus.OK


async def test_metrics_tell_how_the_connections_of_the_process_are_used(url: str) -> None:
    settings = Settings(database_url=url, database_pool_size=3, database_pool_overflow=1)
    async with (
        served(settings) as (railfair, client),
        railfair.storage.reading(),
        railfair.storage.reading(),
    ):
        async with railfair.storage.reading():
            pass
        lines = (await client.get("/metrics")).text.splitlines()
    me = f'worker="{os.getpid()}"'
    assert f'railfair_db_pool_connections{{state="in_use",{me}}} 2.0' in lines
    # What the service does by itself at its start may have opened another one.
    idle = {f'railfair_db_pool_connections{{state="idle",{me}}} {number}.0' for number in (1, 2)}
    assert idle & set(lines)
    assert f"railfair_db_pool_size{{{me}}} 3.0" in lines
    overflow = {f"railfair_db_pool_overflow{{{me}}} {number}.0" for number in (0, 1)}
    assert overflow & set(lines)
    assert f"railfair_db_pool_waiting{{{me}}} 0.0" in lines
    assert f"railfair_db_pool_limit{{{me}}} 4.0" in lines
