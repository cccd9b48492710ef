"""`ports.popularity`: weights of routes, kept by every storage and in Redis."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping

import pytest

from railfair.adapters.memory.storage import MemoryStorage
from railfair.adapters.redis.connection import RedisConnection
from railfair.adapters.redis.popularity import RedisRouteWeights
from railfair.adapters.sql.storage import SqlStorage
from railfair.domain.codes import Crs
from railfair.domain.popularity import MOST_ROUTES, Route
from support.redis_server import RedisServer, connection_to, redis_server

AB: Route = (Crs("AYT"), Crs("BEE"))
BA: Route = (Crs("BEE"), Crs("AYT"))
AC: Route = (Crs("AYT"), Crs("CEE"))
HUGE = 2.0**900

type Add = Callable[[Mapping[Route, float]], Awaitable[None]]
type Heaviest = Callable[[int], Awaitable[list[tuple[Route, float]]]]


class OfStorage:
    """Weights in units of work."""

    def __init__(self, storage: MemoryStorage | SqlStorage) -> None:
        self._storage = storage

    async def add(self, weights: Mapping[Route, float]) -> None:
        async with self._storage.writing() as unit:
            await unit.popularity.add(weights)

    async def heaviest(self, limit: int) -> list[tuple[Route, float]]:
        async with self._storage.reading() as unit:
            return await unit.popularity.heaviest(limit)


class OfRedis:
    """Weights in Redis."""

    def __init__(self, connection: RedisConnection) -> None:
        self._weights = RedisRouteWeights(connection)

    async def add(self, weights: Mapping[Route, float]) -> None:
        assert await self._weights.add(weights)

    async def heaviest(self, limit: int) -> list[tuple[Route, float]]:
        return await self._weights.heaviest(limit)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
async def in_redis(
    server: RedisServer, request: pytest.FixtureRequest
) -> AsyncIterator[RedisConnection]:
    connection = connection_to(server.url, prefix=f"{request.node.name}:")
    yield connection
    await connection.close()


@pytest.fixture(params=["stored", "shared"])
def weights(
    request: pytest.FixtureRequest,
    storage: MemoryStorage | SqlStorage,
    in_redis: RedisConnection,
) -> OfStorage | OfRedis:
    return OfStorage(storage) if request.param == "stored" else OfRedis(in_redis)


async def test_nothing_is_popular_at_first(weights: OfStorage | OfRedis) -> None:
    assert await weights.heaviest(10) == []


async def test_weights_add_up_and_the_heaviest_come_first(weights: OfStorage | OfRedis) -> None:
    await weights.add({AB: 1.5, BA: 2.0})
    await weights.add({AB: 1.0, AC: 0.25})
    assert await weights.heaviest(10) == [(AB, 2.5), (BA, 2.0), (AC, 0.25)]
    assert await weights.heaviest(1) == [(AB, 2.5)]


async def test_weights_of_far_days_are_kept_as_they_are(weights: OfStorage | OfRedis) -> None:
    await weights.add({AB: HUGE, BA: 1 / HUGE})
    await weights.add({AB: HUGE, BA: 1 / HUGE})
    assert await weights.heaviest(2) == [(AB, 2 * HUGE), (BA, 2 / HUGE)]


async def test_nothing_added_changes_nothing(weights: OfStorage | OfRedis) -> None:
    await weights.add({})
    assert await weights.heaviest(2) == []


async def test_only_the_heaviest_of_too_many_are_kept(weights: OfStorage | OfRedis) -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    codes = [Crs(a + b + c) for a in letters for b in letters for c in letters]
    many = {(Crs("AYT"), one): float(n + 1) for n, one in enumerate(codes[: MOST_ROUTES + 50])}
    await weights.add(many)
    kept = await weights.heaviest(MOST_ROUTES + 50)
    assert len(kept) == MOST_ROUTES
    assert min(weight for _, weight in kept) == 51


async def test_without_redis_nothing_is_added_and_nothing_known(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    connection = connection_to(server.url, timeout_s=0.5)
    weights = RedisRouteWeights(connection)
    assert await weights.add({AB: 1.0}) is False
    assert await weights.heaviest(10) == []
    await connection.close()
