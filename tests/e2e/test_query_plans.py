"""How SQLite finds what the service reads for an answer: through an index, however much there is.

Statements are those that real requests send; how each is carried out is what SQLite says itself.
"""

import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from typing import Any, Final

import pytest
from litestar.testing import AsyncTestClient
from sqlalchemy import Engine, event

from e2e.conftest import TODAY, Demo, settings_for
from railfair.bootstrap import opened
from railfair.config import Settings
from railfair.entrypoints.http.app import litestar_app

AT: Final = "date=2026-11-24&time=08:00"
HOT: Final = {
    "predict": f"/api/predict?origin=NRW&destination=LST&{AT}",
    "predict, without a timetable of the day": (
        "/api/predict?origin=NRW&destination=LST&date=2027-11-24&time=08:00"
    ),
    "predict, seen under way": (
        f"/api/predict?origin=NRW&destination=LST&{AT}&limit=1&observed_at=IPS&observed_delay_min=9"
    ),
    "fares": f"/api/fares/compare?origin=NRW&destination=LST&{AT}&railcard=YNG&split=true",
    "trends": "/api/fares/trends?origin=NRW&destination=LST&ticket=SOS",
    "plan": "/api/journey/plan?origin=NRW&destination=BRI&depart_after=2026-11-24T08:00",
    "plan, arriving": (
        "/api/journey/plan?origin=IPS&destination=LST&arrive_by=2026-11-24T10:00"
        "&arrive_with_certainty=0.95"
    ),
    "departures": "/api/stations/IPS/departures?after=2026-11-24T08:00",
    "stations": "/api/stations?q=norw",
    "station": "/api/stations/NRW",
    "route": "/api/routes/NRW/LST/stats",
    "statistics": "/api/statistics",
    "health": "/health/ready",
    "metrics": "/metrics",
}
LARGE: Final = frozenset(
    {
        "association",
        "booked_call",
        "booked_train",
        "call",
        "fare_change",
        "fare_entry",
        "forecast_node",
        "run",
        "schedule",
        "usual_train",
    }
)
"""Tables that grow with the railway or with time."""
COUNTS: Final = frozenset({"SELECT count(*) AS count_1 \nFROM schedule"})
"""What has to go through a table, and is asked by `/api/statistics` only."""
SCANNED: Final = re.compile(r"SCAN (\w+)")
ALIAS: Final = re.compile(r"\b(?:FROM|JOIN) \"?(\w+)\"? (?:AS )?\"?(\w+)\"?", re.IGNORECASE)

type Sent = dict[str, Any]
"""Parameters by statement."""


@contextmanager
def recorded() -> Iterator[Sent]:
    """Yield what is sent to any database, until the block ends."""
    sent: Sent = {}

    def remember(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        sent[statement] = parameters

    event.listen(Engine, "before_cursor_execute", remember)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", remember)


def scans(demo: Demo, statement: str, parameters: Any) -> list[str]:
    """Return the steps of the plan of *statement* that go through the whole of a large table."""
    if not statement.lstrip().upper().startswith(("SELECT", "WITH")):
        return []
    with closing(sqlite3.connect(demo.database)) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
    names = {alias: table for table, alias in ALIAS.findall(statement)}
    steps = [detail for *_, detail in plan]
    return [
        step
        for step in steps
        if (found := SCANNED.match(step)) and names.get(found[1], found[1]) in LARGE
    ]


@pytest.fixture
async def client(demo: Demo) -> AsyncIterator[AsyncTestClient[Any]]:
    """Yield a client of the service in this process, its networks prepared."""
    environment = settings_for(demo.database)
    settings = Settings(database_url=environment["RAILFAIR_DATABASE_URL"],
                        today=TODAY)  # fmt: skip
    async with AsyncTestClient(litestar_app(lambda: opened(settings), settings)) as client:
        yield client


@pytest.mark.parametrize("path", HOT.values(), ids=HOT)
async def test_an_answer_reads_no_large_table_from_end_to_end(
    demo: Demo, client: AsyncTestClient[Any], path: str
) -> None:
    with recorded() as sent:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    assert sent
    asked = {statement: sent[statement] for statement in sent if statement not in COUNTS}
    found = {statement: scans(demo, statement, given) for statement, given in asked.items()}
    assert {statement: steps for statement, steps in found.items() if steps} == {}


def test_a_scan_of_a_large_table_is_seen(demo: Demo) -> None:
    assert scans(demo, "SELECT count(*) FROM run AS r WHERE r.reasons = ?", ("x",)) == ["SCAN r"]
    assert scans(demo, "SELECT * FROM run WHERE id = ?", (1,)) == []
