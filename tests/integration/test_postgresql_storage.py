"""What is true of PostgreSQL only: how it fails, how its tables look, how rows get into them."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from railfair.adapters.sql.engine import PoolSettings, create_engine, file_name
from railfair.adapters.sql.migrations import Migrations
from railfair.adapters.sql.postgresql import MANY
from railfair.adapters.sql.schema import metadata
from railfair.adapters.sql.storage import SqlStorage
from railfair.domain.errors import StorageUnavailable
from support.postgresql import PASSWORD, TEMPLATE, Server
from support.timetables import call, station, train

TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
OWN = "alembic_version"


@pytest.fixture
def url(postgresql: Server) -> str:
    return postgresql.new_database(TEMPLATE)


@pytest.fixture
def bare(postgresql: Server) -> str:
    return postgresql.new_database()


@pytest.fixture
async def impatient(url: str) -> AsyncIterator[SqlStorage]:
    """Yield a storage whose writers wait for a twentieth of a second only."""
    storage = storage_at(url)
    yield storage
    await storage.close()


def storage_at(url: str) -> SqlStorage:
    return SqlStorage(create_engine(url, pool=PoolSettings(size=5), busy_timeout_s=0.05))


async def count(storage: SqlStorage) -> int:
    async with storage.reading() as unit:
        return len(await unit.timetable.stations())


async def write(storage: SqlStorage, crs: str = "BEE") -> None:
    async with storage.writing() as unit:
        await unit.timetable.put_stations([station(crs)])


async def refused(url: str) -> str:
    """Return what reading and writing fail with."""
    storage = storage_at(url)
    with pytest.raises(StorageUnavailable) as refusal:
        await write(storage)
    with pytest.raises(StorageUnavailable) as other:
        await count(storage)
    await storage.close()
    assert str(other.value) == str(refusal.value)
    return str(refusal.value)


async def test_a_writer_that_waits_too_long_says_that_another_one_writes(
    impatient: SqlStorage, url: str
) -> None:
    other = storage_at(url)
    async with impatient.writing() as unit:
        await unit.timetable.put_stations([station("AYT")])
        with pytest.raises(StorageUnavailable, match="another import is writing"):
            await write(other)
    await write(other)
    assert await count(impatient) == 2
    await other.close()


async def test_a_reader_cannot_write(impatient: SqlStorage) -> None:
    with pytest.raises(StorageUnavailable):
        async with impatient.reading() as unit:
            await unit.timetable.clear()


async def test_a_database_without_tables_says_what_makes_them(bare: str) -> None:
    assert "railfair db upgrade" in await refused(bare)


async def test_a_database_that_is_not_there_is_told(postgresql: Server) -> None:
    assert "no such database" in await refused(postgresql.url("there-is-none"))


async def test_a_wrong_password_is_told_and_not_shown(postgresql: Server) -> None:
    said = await refused(postgresql.url(TEMPLATE, password="wr0ng"))
    assert said == "the database refuses user or password"


async def test_a_server_that_is_away_is_told() -> None:
    assert "cannot be reached" in await refused("postgresql+asyncpg://a:b@127.0.0.1:1/railfair")


async def test_a_connection_that_breaks_is_told_and_replaced(
    impatient: SqlStorage, url: str, postgresql: Server
) -> None:
    name = url.rpartition("/")[2]
    stop = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"

    async def cut_off() -> None:
        async with impatient.writing() as unit:
            await unit.timetable.put_stations([station("AYT")])
            await asyncio.to_thread(postgresql.execute, postgresql.url("postgres"), stop)
            await unit.timetable.put_stations([station("BEE")])

    with pytest.raises(StorageUnavailable):
        await cut_off()
    assert await count(impatient) == 0
    await asyncio.to_thread(postgresql.execute, postgresql.url("postgres"), stop)
    await write(impatient)
    assert await count(impatient) == 1


async def test_readers_answer_old_while_many_rows_are_replaced_and_new_after(
    impatient: SqlStorage, url: str, postgresql: Server
) -> None:
    trains = [
        train(f"A{number:05}", call("AYT", dep="10:00"), call("BEE", arr="10:20"))
        for number in range(MANY)
    ]
    await write(impatient, "AYT")
    async with impatient.writing() as unit:
        await unit.timetable.clear()
        await unit.timetable.put_stations([station("AYT"), station("BEE")])
        await unit.timetable.put_schedules(trains, are_manual=False)
        assert await asyncio.wait_for(count(impatient), timeout=5) == 1
        async with impatient.reading() as reader:
            assert await asyncio.wait_for(reader.timetable.count_schedules(), timeout=5) == 0
    async with impatient.reading() as reader:
        assert await reader.timetable.count_schedules() == MANY
    query = "SELECT relname, reltuples FROM pg_class WHERE relname IN ('call', 'schedule')"
    counted = dict(await asyncio.to_thread(postgresql.rows, url, query))
    assert counted == {"call": 2 * MANY, "schedule": MANY}


async def test_text_is_kept_however_long_and_ordered_by_its_characters(
    impatient: SqlStorage,
) -> None:
    long = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch-uchaf (Anglesey)"
    assert len(long) > 64
    async with impatient.writing() as unit:
        await unit.timetable.put_stations([station("LPG", long)])
    async with impatient.reading() as unit:
        assert [one.name for one in await unit.timetable.stations()] == [long]


def test_every_key_is_compared_by_the_numbers_of_its_characters(
    url: str, postgresql: Server
) -> None:
    query = """
        SELECT attrelid::regclass::text, attname FROM pg_attribute
        JOIN pg_index ON indrelid = attrelid AND attnum = ANY (indkey)
        JOIN pg_collation ON pg_collation.oid = attcollation
        WHERE collname <> 'C' AND attrelid::regclass::text NOT LIKE 'pg_%'
    """
    assert {row for row in postgresql.rows(url, query) if row[0] != OWN} == set()


def test_upgrading_makes_every_table_and_twice_changes_nothing(
    bare: str, postgresql: Server
) -> None:
    revision = Migrations(bare).upgrade()
    assert {name for (name,) in postgresql.rows(bare, TABLES)} == {*metadata.tables, OWN}
    assert Migrations(bare).upgrade() == revision
    assert postgresql.rows(bare, f"SELECT version_num FROM {OWN}") == [(revision,)]


def test_downgrading_to_base_leaves_no_table_and_upgrading_again_makes_them_anew(
    url: str, postgresql: Server
) -> None:
    columns = (
        "SELECT table_name, column_name, data_type, collation_name FROM information_schema.columns"
        " WHERE table_schema = 'public' ORDER BY 1, 2"
    )
    before = postgresql.rows(url, columns)
    Migrations(url).downgrade("base")
    assert postgresql.rows(url, TABLES) == [(OWN,)]
    Migrations(url).upgrade()
    assert postgresql.rows(url, columns) == before


def test_taking_one_step_back_and_forth_leaves_what_was_there(url: str, postgresql: Server) -> None:
    postgresql.execute(url, "INSERT INTO tiploc VALUES ('AYTON', 'AYT')")
    Migrations(url).downgrade("-1")
    Migrations(url).upgrade()
    assert postgresql.rows(url, "SELECT * FROM tiploc") == [("AYTON", "AYT")]


def test_migrations_and_models_agree(url: str) -> None:
    Migrations(url).check()


@pytest.mark.parametrize(
    "spoil", ["DROP TABLE association", "ALTER TABLE station DROP COLUMN change_min"]
)
def test_the_check_fails_on_tables_of_another_shape(
    url: str, postgresql: Server, spoil: str
) -> None:
    postgresql.execute(url, spoil)
    with pytest.raises(StorageUnavailable, match="db upgrade") as failure:
        Migrations(url).check()
    assert PASSWORD not in str(failure.value)


def test_an_upgrade_waits_for_an_import_to_end(url: str, postgresql: Server) -> None:
    async def both() -> None:
        storage = storage_at(url)
        async with storage.writing() as unit:
            await unit.timetable.put_stations([station("AYT")])
            upgrade = asyncio.create_task(asyncio.to_thread(Migrations(url).downgrade, "-1"))
            waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            while (await asyncio.to_thread(postgresql.rows, url, waits)) == [(0,)]:
                assert not upgrade.done()
        await upgrade
        await storage.close()

    asyncio.run(both())
    Migrations(url).upgrade()


async def test_a_check_does_not_wait_for_an_import(impatient: SqlStorage, url: str) -> None:
    async with impatient.writing() as unit:
        await unit.timetable.put_stations([station("AYT")])
        await asyncio.wait_for(asyncio.to_thread(Migrations(url).check), timeout=5)


def test_files_of_a_database_are_named_after_it_and_not_after_who_may_use_it() -> None:
    assert file_name("postgresql+asyncpg://a:secret@db:5433/rail") == "db-5433-rail"
    assert file_name("postgresql+asyncpg://a:secret@db/rail") == "db-5432-rail"
    assert file_name("sqlite+aiosqlite:////srv/railfair.db") == "railfair"
