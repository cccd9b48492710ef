"""`POST /api/feedback`: was a journey as it was forecast?"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from e2e.conftest import Demo, settings_for
from support.command import serving

JOURNEY: dict[str, Any] = {
    "origin": "NRW", "destination": "LST", "date": "2026-11-22", "time": "08:00",
    "as_forecast": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def database(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copy(demo.database, tmp_path_factory.mktemp("feedback") / "copy.db"))


@pytest.fixture(scope="module")
def client(database: Path) -> Iterator[httpx.Client]:
    settings = {**settings_for(database), "RAILFAIR_FEEDBACK_LIMIT": "20/day"}
    with (
        serving(settings, database.parent) as service,
        httpx.Client(base_url=service.url, timeout=30) as client,
    ):
        yield client


@pytest.mark.parametrize(
    ("changed", "status", "named"),
    [
        ({"origin": None}, 422, ["/origin"]),
        ({"as_forecast": None}, 422, ["/as_forecast"]),
        ({"as_forecast": "perhaps"}, 400, ["/as_forecast"]),
        ({"origin": "L5T", "date": "2026-02-31"}, 422, ["/origin", "/date"]),
        ({"date": "2026-11-25"}, 422, ["/date"]),
        ({"date": "2026-10-01"}, 422, ["/date"]),
        ({"delay_min": 5_000}, 422, ["/delay_min"]),
        ({"destination": "NRW"}, 422, ["/destination"]),
        ({"destination": "ZZZ"}, 404, ["/destination"]),
        ({"cancelled": True, "delay_min": 3}, 422, ["/delay_min"]),
    ],
)
def test_what_cannot_be_meant_is_refused(
    client: httpx.Client, changed: dict[str, Any], status: int, named: list[str]
) -> None:
    answer = client.post("/api/feedback", json={**JOURNEY, **changed})
    assert answer.status_code == status
    assert [fault["pointer"] for fault in answer.json()["errors"]] == named


def test_what_is_told_is_counted_without_who_told_it_until_it_is_too_much(
    client: httpx.Client, database: Path
) -> None:
    assert client.get("/api/scorecard").json()["feedback"]["number"] == 0
    answer = client.post("/api/feedback", json=JOURNEY)
    assert (answer.status_code, answer.json()) == (202, {"accepted": True})
    late = {**JOURNEY, "as_forecast": "false", "delay_min": "17"}
    assert client.post("/api/feedback", json=late).status_code == 202
    assert client.get("/api/scorecard").json()["feedback"] == {
        "number": 2, "as_forecast": 1, "as_forecast_probability": 0.5, "cancelled": 0,
        "told_delays": 1, "mean_delay_min": 17.0,
    }  # fmt: skip
    with closing(sqlite3.connect(database)) as db:
        names = [row[1] for row in db.execute("PRAGMA table_info(feedback)")]
        rows = db.execute("SELECT * FROM feedback").fetchall()
    assert names == ["id", "month", "origin", "destination", "day", "time_min", "as_forecast",
                     "delay_min", "cancelled"]  # fmt: skip
    assert rows[1][1:] == ("2026-11-01", "NRW", "LST", "2026-11-22", 480, 0, 17, 0)
    statuses = [client.post("/api/feedback", json=JOURNEY).status_code for _ in range(20)]
    assert statuses[-1] == 429
    assert set(statuses) == {202, 429}
    refused = client.post("/api/feedback", json=JOURNEY)
    assert int(refused.headers["retry-after"]) > 0
    assert refused.json()["type"] == "/problems/rate-limited"
    assert client.get("/api/stations?q=norw").status_code == 200
