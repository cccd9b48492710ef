"""The demo railway in PostgreSQL: through the same commands, with the same answers as SQLite."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import asyncpg
import httpx
import pytest

from e2e.conftest import TODAY, Demo, Run, railfair
from support.command import serving
from support.figures import Scrape
from support.postgresql import PASSWORD, TEMPLATE, Server

AT = "date=2026-11-24&time=08:00"
PATHS = (
    f"/api/predict?origin=NRW&destination=LST&{AT}",
    f"/api/predict?origin=NRW&destination=LST&{AT}&limit=1&observed_at=IPS&observed_delay_min=9",
    f"/api/fares/compare?origin=NRW&destination=LST&{AT}&railcard=YNG&split=true",
    "/api/fares/trends?origin=NRW&destination=LST&ticket=SOS",
    "/api/journey/plan?origin=NRW&destination=BRI&depart_after=2026-11-24T08:00",
    "/api/stations/IPS/departures?after=2026-11-24T08:00",
    "/api/stations?q=norw",
    "/api/routes/MAN/EUS/stats",
    "/api/statistics",
)
OF_THE_IMPORT = re.compile(r'"loaded_at":"[^"]*"')
OF_THE_REQUEST = re.compile(r'"request_id":"[^"]*"')


@pytest.fixture(scope="session")
def url(postgresql: Server, demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of a database into which the command line has imported the demo."""
    url = postgresql.new_database()
    cwd = tmp_path_factory.mktemp("postgresql")
    for arguments in (
        ("db", "upgrade"),
        ("import", "timetable", demo.folder / "timetable"),
        ("import", "fares", demo.folder / "fares"),
        ("import", "performance", demo.folder / "performance"),
    ):
        ended = railfair(
            *arguments, database=demo.database, cwd=cwd, RAILFAIR_DATABASE_URL=url
        ).ended()
        assert ended.code == 0, ended.err
        assert_tells_no_password(ended.out + ended.err)
    return url


@pytest.fixture(scope="session")
def over_postgresql(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    environment = {"RAILFAIR_DATABASE_URL": url, "RAILFAIR_TODAY": TODAY.isoformat()}
    with (
        serving(environment, tmp_path_factory.mktemp("postgresql-service")) as service,
        httpx.Client(base_url=service.url, timeout=30) as client,
    ):
        yield client
    assert_tells_no_password(service.log.read_text())


def assert_tells_no_password(text: str) -> None:
    assert PASSWORD not in text
    assert quote(PASSWORD, safe="") not in text


@pytest.mark.parametrize("path", PATHS)
def test_answers_are_those_of_sqlite_byte_for_byte(
    api: httpx.Client, over_postgresql: httpx.Client, path: str
) -> None:
    answers = [client.get(path) for client in (api, over_postgresql)]
    for answer in answers:
        assert answer.status_code == 200, answer.text
    sqlite, postgresql = (OF_THE_IMPORT.sub("", OF_THE_REQUEST.sub("", a.text)) for a in answers)
    assert postgresql == sqlite


def test_the_check_of_the_tables_passes(url: str, run: Run) -> None:
    assert run("db", "check", RAILFAIR_DATABASE_URL=url).code == 0


def test_tables_are_counted_when_an_import_ends(url: str, postgresql: Server) -> None:
    query = "SELECT relname FROM pg_class WHERE reltuples > 1000"
    assert {"call", "schedule", "run", "fare_entry"} <= {
        name for (name,) in postgresql.rows(url, query)
    }


@pytest.mark.parametrize(
    ("password", "database", "said"),
    [
        ("wr0ng/secret", TEMPLATE, "refuses user or password"),
        (PASSWORD, "there-is-none", "no such database"),
    ],
)
def test_a_database_that_cannot_be_used_is_named_without_the_password(
    postgresql: Server, run: Run, password: str, database: str, said: str
) -> None:
    url = postgresql.url(database, password=password)
    for arguments in (("db", "upgrade"), ("db", "check")):
        ended = run(*arguments, RAILFAIR_DATABASE_URL=url)
        assert ended.code != 0
        assert said in ended.err
        assert "wr0ng" not in ended.err
        assert_tells_no_password(ended.err)


def test_a_server_that_is_away_is_told_in_one_line(run: Run, demo: Demo, tmp_path: Path) -> None:
    url = "postgresql+asyncpg://me:hidden@127.0.0.1:1/railfair"
    for arguments in (("db", "upgrade"), ("import", "timetable", demo.folder / "timetable")):
        ended = run(*arguments, RAILFAIR_DATABASE_URL=url)
        assert ended.code != 0
        assert "cannot be reached" in ended.err
        assert "hidden" not in ended.err
        assert "Traceback" not in ended.err


async def test_figures_are_told_in_time_while_the_database_is_slow(
    over_postgresql: httpx.Client, url: str
) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", "", 1))
    async with connection.transaction():
        await connection.execute("LOCK TABLE job_state IN ACCESS EXCLUSIVE MODE")
        slow = Scrape((await asyncio.to_thread(over_postgresql.get, "/metrics")).text)
    await connection.close()
    assert slow.of("railfair_db_up") == {(): 0}
    assert not slow.of("railfair_db_read_duration_seconds")
    assert slow.total("railfair_build_info") == 1
    well = Scrape((await asyncio.to_thread(over_postgresql.get, "/metrics")).text)
    assert well.of("railfair_db_up") == {(): 1}
    assert well.of("railfair_db_read_duration_seconds")
