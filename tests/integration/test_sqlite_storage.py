"""What is true of SQLite only: how it fails, how a connection is set up, how fares lie in it."""

import asyncio
import sqlite3
import threading
import zlib
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from railfair.adapters.sql.engine import LOG_BYTES, PoolSettings, create_engine, sqlite_file
from railfair.adapters.sql.migrations import Migrations
from railfair.adapters.sql.storage import SqlStorage
from railfair.domain.codes import FareCode, RestrictionCode, RouteCode, TicketCode
from railfair.domain.errors import StorageUnavailable
from railfair.domain.fares.edition import FareEdition
from railfair.domain.fares.flow import Flow, FlowFare
from railfair.domain.fares.rulebook import RuleBook
from railfair.domain.feed import FeedSource
from support.timetables import station


@pytest.fixture
def url(tmp_path: Path) -> str:
    found = f"sqlite+aiosqlite:///{tmp_path / 'railfair.db'}"
    Migrations(found).upgrade()
    return found


@pytest.fixture
async def impatient(url: str) -> AsyncIterator[SqlStorage]:
    """Yield a storage whose writers wait for a twentieth of a second only."""
    storage = SqlStorage(create_engine(url, pool=PoolSettings(size=5), busy_timeout_s=0.05))
    yield storage
    await storage.close()


async def count(storage: SqlStorage) -> int:
    async with storage.reading() as unit:
        return len(await unit.timetable.stations())


@pytest.fixture(autouse=True)
async def _driver_threads_end() -> AsyncIterator[None]:
    """Wait for the driver's threads: each tells the loop, which has to be there, of its end."""
    yield
    for thread in threading.enumerate():
        if "_connection_worker_thread" in thread.name:
            await asyncio.to_thread(thread.join)


async def write(storage: SqlStorage) -> None:
    async with storage.writing() as unit:
        await unit.timetable.put_stations([station("BEE")])


async def test_a_writer_that_waits_too_long_says_that_another_one_writes(
    impatient: SqlStorage,
) -> None:
    async with impatient.writing() as unit:
        await unit.timetable.put_stations([station("AYT")])
        with pytest.raises(StorageUnavailable, match="another import is writing"):
            await write(impatient)
    await write(impatient)
    assert await count(impatient) == 2


async def test_two_processes_connections_see_each_other_s_commits(
    impatient: SqlStorage, url: str
) -> None:
    other = SqlStorage(create_engine(url, pool=PoolSettings(size=1), busy_timeout_s=1))
    await write(other)
    assert await count(impatient) == 1
    await other.close()


async def test_a_database_without_tables_says_what_makes_them(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'bare.db'}"
    storage = SqlStorage(create_engine(url, pool=PoolSettings(size=1), busy_timeout_s=1))
    with pytest.raises(StorageUnavailable, match="railfair db upgrade"):
        await count(storage)
    await storage.close()


async def test_a_database_that_cannot_be_reached_is_unavailable(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'no' / 'such' / 'folder' / 'railfair.db'}"
    storage = SqlStorage(create_engine(url, pool=PoolSettings(size=1), busy_timeout_s=1))
    with pytest.raises(StorageUnavailable):
        await count(storage)
    with pytest.raises(StorageUnavailable):
        await write(storage)
    await storage.close()


@pytest.mark.parametrize("pool", [PoolSettings(size=1), None])
async def test_no_file_is_made_where_the_database_is_missing(
    pool: PoolSettings | None, tmp_path: Path
) -> None:
    file = tmp_path / "100% of #1?.db"
    storage = SqlStorage(create_engine(f"sqlite+aiosqlite:///{file}", pool=pool, busy_timeout_s=1))
    with pytest.raises(StorageUnavailable):
        await count(storage)
    assert not file.exists()
    await storage.close()


async def test_connections_write_ahead_keep_foreign_keys_and_wait(url: str) -> None:
    engine = create_engine(url, pool=PoolSettings(size=2), busy_timeout_s=1.5)
    async with engine.connect() as connection:
        found = [
            (await connection.execute(text(f"PRAGMA {name}"))).scalar_one()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "journal_size_limit")
        ]
    await engine.dispose()
    assert found == ["wal", 1, 1500, LOG_BYTES]


async def test_more_readers_than_connections_take_turns(url: str) -> None:
    storage = SqlStorage(create_engine(url, pool=PoolSettings(size=1), busy_timeout_s=1))
    assert await asyncio.gather(*(count(storage) for _ in range(30))) == [0] * 30
    await storage.close()


AYTON, BEEFORD = FareCode("0A01"), FareCode("0B01")
ANOTHER_VERSION = "imported by another version of RailFair: import them again"


def flow(destination: FareCode, fare_p: int) -> Flow:
    return Flow(
        origin=AYTON,
        destination=destination,
        route=RouteCode("00000"),
        is_reversible=True,
        starts_on=date(2026, 3, 1),
        setter="ZYX",
        fares=(FlowFare(TicketCode("SQS"), fare_p, RestrictionCode("1Q")),),
    )


async def put_fares(storage: SqlStorage, number: int, *flows: Flow) -> None:
    edition = FareEdition(
        number=number,
        version=f"RJFAF{900 + number}",
        source=FeedSource.IMPORT,
        generated_on=date(2026, 1, number),
        loaded_at=datetime(2026, 1, number, tzinfo=UTC),
    )
    async with storage.writing() as unit:
        await unit.fares.put(edition, RuleBook(operators={"ZY": "Ayton Railway"}), flows)


async def read_fares(storage: SqlStorage) -> None:
    async with storage.reading() as unit:
        await unit.fares.between({AYTON}, {BEEFORD})


async def read_rules(storage: SqlStorage) -> RuleBook | None:
    async with storage.reading() as unit:
        return await unit.fares.rules()


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    file = sqlite_file(url)
    assert file is not None
    with closing(sqlite3.connect(file)) as connection, connection:
        return connection.execute(query).fetchall()


async def test_fares_lie_in_the_file_in_the_form_that_is_agreed(
    impatient: SqlStorage, url: str
) -> None:
    await put_fares(impatient, 1, flow(BEEFORD, 1234))
    [(entry, body)] = rows(url, "SELECT entry, body FROM fare_entry")
    assert entry == "F0A010B01"
    assert body == (
        b"\x91\x98\xa500000\xc3\xaa2026-03-01\xaa2999-12-31\xa3ZYX\x00\xc2"
        b"\x91\x93\xa3SQS\xcd\x04\xd2\xa21Q"
    )


async def test_two_editions_are_kept_whole_and_of_others_what_changed(
    impatient: SqlStorage, url: str
) -> None:
    for number in (1, 2, 3, 4):
        await put_fares(impatient, number, flow(AYTON, 5), flow(BEEFORD, number))
    for table in ("fare_entry", "fare_rules", "fare_directory"):
        found = rows(url, f"SELECT DISTINCT edition FROM {table} ORDER BY edition")
        assert found == [(3,), (4,)], table
    changes = rows(url, "SELECT entry, edition FROM fare_change ORDER BY edition")
    assert changes == [("F0A010B01", number) for number in (2, 3, 4)]


async def test_nothing_is_left_of_an_edition_that_was_withdrawn(
    impatient: SqlStorage, url: str
) -> None:
    for number in (1, 2):
        await put_fares(impatient, number, flow(BEEFORD, number))
    async with impatient.writing() as unit:
        await unit.fares.restore()
    for table in ("fare_entry", "fare_rules", "fare_directory", "fare_change"):
        assert rows(url, f"SELECT 1 FROM {table} WHERE edition = 2") == [], table


async def test_rules_are_read_once_an_edition(impatient: SqlStorage) -> None:
    await put_fares(impatient, 1)
    first = await read_rules(impatient)
    assert await read_rules(impatient) is first
    await put_fares(impatient, 2)
    assert await read_rules(impatient) is not first


@pytest.mark.parametrize("document", [b"", b"\x93", zlib.compress(b'{"operators": 1}')])
async def test_rules_of_another_form_say_that_they_have_to_be_imported_again(
    impatient: SqlStorage, url: str, document: bytes
) -> None:
    await put_fares(impatient, 1)
    rows(url, f"UPDATE fare_rules SET document = x'{document.hex()}'")
    with pytest.raises(StorageUnavailable, match=ANOTHER_VERSION):
        await read_rules(impatient)
    await put_fares(impatient, 2)
    assert await read_rules(impatient) == RuleBook(operators={"ZY": "Ayton Railway"})


async def test_prices_of_another_form_say_that_they_have_to_be_imported_again(
    impatient: SqlStorage, url: str
) -> None:
    await put_fares(impatient, 1, flow(BEEFORD, 1234))
    rows(url, "UPDATE fare_entry SET body = x'9192a5'")
    with pytest.raises(StorageUnavailable, match=ANOTHER_VERSION):
        await read_fares(impatient)
    await put_fares(impatient, 2, flow(BEEFORD, 1234))
    await read_fares(impatient)


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite+aiosqlite:///var/railfair.db", Path("var/railfair.db")),
        ("sqlite+aiosqlite:////srv/railfair.db", Path("/srv/railfair.db")),
        ("sqlite+aiosqlite://", None),
        ("sqlite+aiosqlite:///:memory:", None),
        ("postgresql+asyncpg://u:p@db/railfair", None),
    ],
)
def test_the_file_of_a_database_is_told_by_its_url(url: str, file: Path | None) -> None:
    assert sqlite_file(url) == file
