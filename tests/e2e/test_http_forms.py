"""GeoJSON for maps and CSV for tables, by `Accept`."""

import csv
import io
from typing import Any

import httpx
import pytest

GEO = {"Accept": "application/geo+json"}
TABLE = {"Accept": "text/csv"}
PLAN = "/api/journey/plan?origin=NRW&destination=BRI&depart_after=2026-11-24T09:00&window_min=60"


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


def on_map(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/geo+json")
    return answer.json()


def test_stations_are_points(api: httpx.Client) -> None:
    found = on_map(api.get("/api/stations?q=norw", headers=GEO))
    assert found["type"] == "FeatureCollection"
    [norwich] = [one for one in found["features"] if one["properties"]["crs"] == "NRW"]
    assert norwich["geometry"]["coordinates"] == pytest.approx([1.307, 52.627], abs=0.01)
    one = on_map(api.get("/api/stations/NRW", headers=GEO))
    assert one["geometry"] == norwich["geometry"]
    assert one["properties"] == api.get("/api/stations/NRW").json()


def test_journeys_are_lines(api: httpx.Client) -> None:
    found = on_map(api.get(PLAN, headers=GEO))
    journeys = api.get(PLAN).json()["journeys"]
    assert [one["properties"] for one in found["features"]] == journeys
    for one, journey in zip(found["features"], journeys, strict=True):
        lines = one["geometry"]["coordinates"]
        assert len(lines) == len(journey["legs"])
        assert lines[0][0] == pytest.approx([1.307, 52.627], abs=0.01)
        assert lines[-1][1] == pytest.approx([-2.581, 51.449], abs=0.01)


def test_figures_are_tables(api: httpx.Client) -> None:
    cells = api.get("/api/routes/NRW/LST/patterns").json()["cells"]
    table = rows(api.get("/api/routes/NRW/LST/patterns", headers=TABLE))
    assert len(table) == len(cells)
    for row, cell in zip(table, cells, strict=True):
        assert (row["weekday"], int(row["hour"])) == (cell["weekday"], cell["hour"])
        assert int(row["statistics.trains"]) == cell["statistics"]["trains"]
        assert float(row["on_time.low"]) == cell["on_time"]["low"]


@pytest.mark.parametrize(
    ("path", "column"),
    [
        ("/api/routes/NRW/LST/stats", "late_probability.5"),
        ("/api/routes/NRW/LST/trends?by=day", "from"),
        ("/api/stations/RDG/punctuality", "operator.code"),
        ("/api/stations/RDG/interchanges", "made_probability"),
        ("/api/statistics", "operator.name"),
    ],
)
def test_every_figure_has_a_table(api: httpx.Client, path: str, column: str) -> None:
    found = rows(api.get(path, headers=TABLE))
    assert found
    assert all(column in row for row in found)


@pytest.mark.parametrize("path", ["/api/routes/popular", "/api/scorecard"])
def test_what_is_not_kept_has_a_table_too(api: httpx.Client, path: str) -> None:
    answer = api.get(path, headers=TABLE)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    assert "Accept" in answer.headers.get_list("vary", split_commas=True)


def test_one_address_has_each_form_whatever_is_kept(api: httpx.Client) -> None:
    path = "/api/routes/MAN/EUS/stats"
    for _ in range(2):
        plain = api.get(path)
        table = api.get(path, headers=TABLE)
        assert plain.headers["content-type"] == "application/json"
        assert rows(table)[0]["trains"] == str(plain.json()["statistics"]["trains"])
        assert plain.headers["etag"] != table.headers["etag"]
        for answer in (plain, table):
            assert "Accept" in answer.headers.get_list("vary", split_commas=True)
    known = {"If-None-Match": api.get(path, headers=TABLE).headers["etag"]}
    assert api.get(path, headers={**TABLE, **known}).status_code == 304
    assert api.get(path, headers=known).status_code == 200
    assert api.get(path, headers={"Accept": "image/png"}).headers["content-type"] == (
        "application/json"
    )
