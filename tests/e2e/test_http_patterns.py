"""Patterns and trends of routes, punctuality and changes of stations: as plain SQL counts them."""

import math
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from e2e.conftest import Demo

WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
"""As SQLite numbers them."""
FATES = """
  SELECT *, CASE
    WHEN came IS NOT NULL THEN 'ran'
    WHEN went IS NOT NULL AND departure IS NOT NULL THEN 'ran'
    WHEN went IS NULL AND (reason <> '' OR NOT seen) THEN 'cancelled'
    ELSE 'unknown' END AS fate,
    CASE WHEN came IS NOT NULL THEN came - arrival
    WHEN went IS NOT NULL AND departure IS NOT NULL THEN went - departure END AS delay
  FROM calls
"""
FIGURES = """
  count(*) FILTER (WHERE fate <> 'unknown') AS trains,
  count(*) FILTER (WHERE fate = 'unknown') AS unknown,
  count(*) FILTER (WHERE delay < 1 AND fate = 'ran') AS on_time,
  count(*) FILTER (WHERE delay >= 5 AND fate = 'ran') AS late_5,
  count(*) FILTER (WHERE fate = 'cancelled') AS cancelled,
  avg(max(delay, 0)) AS mean
"""
RIDES = """
  SELECT there.fate, there.delay, here.departure, here.toc,
    date(here.day, '+' || (here.departure / 1440) || ' days') AS leaves_on
  FROM fates AS here JOIN fates AS there ON here.run = there.run
    AND there.position > here.position
  WHERE here.crs = ? AND there.crs = ?
    AND here.departure IS NOT NULL AND there.arrival IS NOT NULL
"""


@pytest.fixture(scope="module")
def calls(demo: Demo) -> Iterator[sqlite3.Connection]:
    """Yield the sample as one row a call, unpacked without the program."""
    with (
        closing(sqlite3.connect(":memory:")) as made,
        closing(sqlite3.connect(demo.database)) as db,
    ):
        made.execute(
            "CREATE TABLE calls (run, toc, day, position, crs, arrival, departure, came, went,"
            " reason, seen, ends, first, last)"
        )
        booked: dict[int, list[Any]] = {}
        for train, *one in db.execute(
            "SELECT train_id, crs, arrival_min, departure_min, toc FROM booked_call"
            " JOIN booked_train ON id = train_id ORDER BY train_id, position"
        ):
            booked.setdefault(train, []).append(one)
        for run, day, train, reports, reasons in db.execute(
            "SELECT id, day, train_id, reports, reasons FROM run"
        ):
            numbers = [n for (n,) in struct.iter_unpack("<h", reports)]
            times = [None if n == -32768 else n for n in numbers]
            seen = any(time is not None for time in times)
            stops = booked[train]
            whys = reasons.split(",") if reasons else [""] * len(stops)
            made.executemany(
                f"INSERT INTO calls VALUES ({','.join('?' * 14)})",
                [
                    (run, toc, day, place, crs, arrival, departure,
                     times[2 * place], times[2 * place + 1],
                     whys[place], seen, place == len(stops) - 1, stops[0][0], stops[-1][0])
                    for place, (crs, arrival, departure, toc) in enumerate(stops)
                ],
            )  # fmt: skip
        made.execute(f"CREATE TABLE fates AS {FATES}")
        made.execute("CREATE INDEX by_crs ON fates (crs, run)")
        made.execute("CREATE INDEX by_run ON fates (run, crs)")
        yield made


def assert_same(statistics: dict[str, Any], figures: tuple[Any, ...]) -> None:
    trains, unknown, on_time, late_5, cancelled, mean = figures
    assert (statistics["trains"], statistics["unknown"]) == (trains, unknown)
    if trains:
        assert statistics["on_time_probability"] == pytest.approx(on_time / trains, abs=1e-6)
        assert statistics["late_probability"]["5"] == pytest.approx(late_5 / trains, abs=1e-6)
        assert statistics["cancelled_probability"] == pytest.approx(cancelled / trains, abs=1e-6)
    if mean is not None:
        assert statistics["mean_delay_min"] == pytest.approx(mean, abs=0.0051)


def wilson(hits: float, number: float) -> tuple[float, float]:
    z, p = 1.959964, hits / number
    middle = (p + z * z / 2 / number) / (1 + z * z / number)
    half = z * math.sqrt(p * (1 - p) / number + z * z / 4 / number**2) / (1 + z * z / number)
    return middle - half, middle + half


@pytest.mark.parametrize(("origin", "destination"), [("NRW", "LST"), ("MAN", "EUS")])
def test_patterns_are_what_sql_counts(
    api: httpx.Client, calls: sqlite3.Connection, origin: str, destination: str
) -> None:
    answer = api.get(f"/api/routes/{origin}/{destination}/patterns").json()
    rows = calls.execute(
        f"SELECT strftime('%w', leaves_on), departure % 1440 / 60, {FIGURES}"
        f" FROM ({RIDES}) GROUP BY 1, 2",
        (origin, destination),
    ).fetchall()
    wanted = {(WEEKDAYS[int(day)], hour): figures for day, hour, *figures in rows}
    found = {(cell["weekday"], cell["hour"]): cell for cell in answer["cells"]}
    assert found.keys() == wanted.keys()
    assert len(found) > 50
    overall = answer["overall"]["on_time"]["likeliest"]
    for place, figures in wanted.items():
        assert_same(found[place]["statistics"], tuple(figures))
        trains, _, on_time, *_ = figures
        likely = found[place]["on_time"]
        hits, number = on_time + 10 * overall, trains + 10
        assert likely["likeliest"] == pytest.approx(hits / number, abs=2e-6)
        assert (likely["low"], likely["high"]) == pytest.approx(wilson(hits, number), abs=2e-6)
    [whole] = calls.execute(f"SELECT {FIGURES} FROM ({RIDES})", (origin, destination))
    assert_same(answer["overall"]["statistics"], whole)
    assert sum(cell["statistics"]["trains"] for cell in answer["by_hour"]) == whole[0]
    assert sum(cell["statistics"]["trains"] for cell in answer["by_weekday"]) == whole[0]
    stats = api.get(f"/api/routes/{origin}/{destination}/stats").json()["statistics"]
    assert stats == answer["overall"]["statistics"]


@pytest.mark.parametrize(
    ("by", "group"),
    [
        ("day", "leaves_on"),
        ("week", "date(leaves_on, '-6 days', 'weekday 1')"),
        ("month", "date(leaves_on, 'start of month')"),
    ],
)
def test_trends_are_what_sql_counts(
    api: httpx.Client, calls: sqlite3.Connection, by: str, group: str
) -> None:
    answer = api.get("/api/routes/NRW/LST/trends", params={"by": by}).json()
    rows = calls.execute(
        f"SELECT {group}, {FIGURES} FROM ({RIDES}) GROUP BY 1 ORDER BY 1", ("NRW", "LST")
    ).fetchall()
    assert [point["from"] for point in answer["points"]] == [row[0] for row in rows]
    for point, (_, *figures) in zip(answer["points"], rows, strict=True):
        assert_same(point["statistics"], tuple(figures))
        assert point["from"] <= point["to"]
    assert answer["by"] == by
    assert "change" in answer


def test_a_stations_punctuality_is_what_sql_counts(
    api: httpx.Client, calls: sqlite3.Connection
) -> None:
    answer = api.get("/api/stations/RDG/punctuality").json()
    where = "FROM fates WHERE crs = 'RDG' AND arrival IS NOT NULL"
    [whole] = calls.execute(f"SELECT {FIGURES} {where}")
    assert_same(answer["overall"]["statistics"], whole)
    for key, group in (("by_hour", "arrival % 1440 / 60"), ("by_operator", "toc")):
        rows = calls.execute(f"SELECT {group}, {FIGURES} {where} GROUP BY 1 ORDER BY 1").fetchall()
        assert len(rows) == len(answer[key]) > 1
        for cell, (name, *figures) in zip(answer[key], rows, strict=True):
            assert name == (cell["hour"] if key == "by_hour" else cell["operator"]["code"])
            assert_same(cell["statistics"], tuple(figures))


def test_changes_are_what_sql_counts(api: httpx.Client, calls: sqlite3.Connection) -> None:
    answer = api.get("/api/stations/RDG/interchanges").json()
    day = "(julianday(day) * 1440)"
    rows = calls.execute(
        f"""
        WITH arrived AS (SELECT run, first, ends, {day} + arrival AS booked,
               {day} + arrival + delay AS actual FROM fates
               WHERE crs = 'RDG' AND arrival IS NOT NULL AND fate = 'ran'),
             gone AS (SELECT run, last, position = 0 AS begins, {day} + departure AS booked,
               {day} + went AS actual FROM fates
               WHERE crs = 'RDG' AND departure IS NOT NULL AND went IS NOT NULL)
        SELECT CAST(gone.booked - arrived.booked AS INTEGER) AS minutes, count(*),
               sum(gone.actual - arrived.actual >= ?)
        FROM arrived JOIN gone
          ON gone.booked BETWEEN arrived.booked + 1 AND arrived.booked + 30
        WHERE gone.run <> arrived.run AND NOT (ends AND begins AND arrived.first = gone.last)
        GROUP BY 1 ORDER BY 1
        """,
        (answer["change_min"],),
    ).fetchall()
    assert [(one["minutes"], one["changes"], one["made"]) for one in answer["changes"]] == rows
    assert len(rows) > 10
    shares = {one["minutes"]: one["made_probability"] for one in answer["changes"]}
    assert shares[max(shares)] > shares[min(shares)]
    for one in answer["changes"]:
        assert one["low"] <= one["made_probability"] <= one["high"]
        assert one["high"] - one["low"] > 0


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/api/routes/NRW/EDB/patterns", 404, "unknown-route"),
        ("/api/routes/NRW/NRW/trends", 422, "invalid-parameter"),
        ("/api/routes/NRW/LST/trends?by=year", 422, "invalid-request"),
        ("/api/routes/ZZZ/LST/patterns", 404, "unknown-station"),
        ("/api/stations/ZZZ/punctuality", 404, "unknown-station"),
        ("/api/stations/ZZZ/interchanges", 404, "unknown-station"),
        ("/api/stations/Z1/interchanges", 422, "invalid-parameter"),
    ],
)
def test_what_is_not_there_is_refused(api: httpx.Client, path: str, status: int, kind: str) -> None:
    answer = api.get(path)
    assert answer.status_code == status
    assert answer.json()["type"] == f"/problems/{kind}"


def test_figures_are_kept(api: httpx.Client) -> None:
    first, second = (api.get("/api/routes/IPS/LST/patterns") for _ in range(2))
    assert second.headers["x-cache"] == "HIT"
    assert second.content == first.content
