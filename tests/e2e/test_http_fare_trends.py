"""`/api/fares/trends`: prices over the versions of the fares, and where there are none."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from e2e.conftest import TODAY, railfair, settings_for
from support.command import PATIENCE_S, POLL_S, serving
from support.demo_prices import PriceBook
from support.fares_feed import GENERATED, feed_texts, ffl, flow, write_texts
from support.timetables import STATIONS, cif, plain, write_files

TUESDAY = "2026-11-24"
TRENDS = {"origin": "AYT", "destination": "BEE"}


class Little:
    """A service over a timetable of one train, which fares of one flow are imported into."""

    def __init__(self, api: httpx.Client, database: Path) -> None:
        self._api = api
        self._database = database

    def get(self, path: str, **params: str) -> httpx.Response:
        return self._api.get(path, params=params)

    def trends(self, **asked: str) -> Any:
        answer = self.get("/api/fares/trends", **TRENDS, **asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def take(self, sequence: str, made: str, **fares: int) -> None:
        """Import fares from AYT to BEE that were *made* on a day, such as `05/01/2026`."""
        flows = [flow("0001", "0002", fares=fares)]
        texts = feed_texts({"FFL": ffl(flows)}, sequence=sequence)
        dated = {kind: text.replace(GENERATED, made) for kind, text in texts.items()}
        folder = write_texts(self._database.parent / sequence, dated, sequence=sequence)
        self.do("import", "fares", folder)

    def do(self, *arguments: str | Path) -> None:
        """Run a command that changes the fares, until the service knows of it."""
        before = self._edition()
        ended = railfair(*arguments, database=self._database, cwd=self._database.parent).ended()
        assert ended.code == 0, ended.err
        patience = time.monotonic() + PATIENCE_S
        while self._edition() == before:
            assert time.monotonic() < patience
            time.sleep(POLL_S)

    def _edition(self) -> Any:
        return self._api.get("/api/statistics").json()["fares"]


@pytest.fixture
def little(tmp_path: Path) -> Iterator[Little]:
    database = tmp_path / "railfair.db"
    timetable = write_files(tmp_path / "timetable", {"MCA": cif(plain("A10001")), "MSN": STATIONS})
    for words in (("db", "upgrade"), ("import", "timetable", timetable)):
        ended = railfair(*words, database=database, cwd=tmp_path).ended()
        assert ended.code == 0, ended.err
    with (
        serving(settings_for(database), tmp_path) as service,
        httpx.Client(base_url=service.url, timeout=30) as api,
    ):
        yield Little(api, database)


def points(trends: Any) -> dict[str, list[tuple[str, str | None, int]]]:
    return {
        one["ticket"]["code"]: [
            (point["from"], point["to"], point["adult_fare_p"]) for point in one["points"]
        ]
        for one in trends["series"]
    }


def test_prices_are_told_over_the_versions_that_were_imported(little: Little) -> None:
    little.take("901", "05/01/2026", SDS=540, SVR=990)
    first = little.trends()
    assert points(first) == {
        "SDS": [("2026-01-05", None, 540)],
        "SVR": [("2026-01-05", None, 990)],
    }
    assert first["advice"] is None
    assert first["degraded_reasons"] == [
        "one version of the fares is loaded: changes show from the next one on"
    ]
    little.take("902", "02/03/2026", SDS=567, SVR=990)
    second = little.trends()
    assert points(second) == {
        "SDS": [("2026-01-05", "2026-03-01", 540), ("2026-03-02", None, 567)],
        "SVR": [("2026-01-05", None, 990)],
    }
    assert second["advice"] == (
        "1 of 2 fares last changed on 02 March 2026: on average they rose by 5.0 %"
    )
    assert (second["degraded"], second["degraded_reasons"]) == (False, [])
    little.take("903", "01/05/2026", SDS=540)
    third = points(little.trends())
    assert third["SDS"][-2:] == [("2026-03-02", "2026-04-30", 567), ("2026-05-01", None, 540)]
    assert third["SVR"] == [("2026-01-05", "2026-04-30", 990)]
    little.do("feeds", "restore", "fares")
    assert points(little.trends()) == points(second)


def test_without_fares_only_forecasts_are_answered(little: Little) -> None:
    for path in ("/api/fares/compare", "/api/fares/trends"):
        answer = little.get(path, **TRENDS, date=TUESDAY)
        assert answer.status_code == 503
        assert answer.json()["type"] == "/problems/nothing-loaded"
        assert "railfair import fares" in answer.json()["detail"]
        assert int(answer.headers["Retry-After"]) > 0
    asked = {**TRENDS, "date": TUESDAY, "time": "09:00", "include_fares": "true", "railcard": "YNG"}
    prediction = little.get("/api/predict", **asked | {"destination": "CEE"}).json()
    assert len(prediction["forecasts"]) == 1
    assert prediction["fares"] is None
    assert "no fares feed is loaded" in prediction["degraded_reasons"]


def test_a_series_names_its_ticket_and_route(api: httpx.Client) -> None:
    params = {"origin": "NRW", "destination": "LST"}
    answer = api.get("/api/fares/trends", params=params).json()
    assert {
        (one["ticket"]["code"], one["route"]["code"]): one["points"] for one in answer["series"]
    } == {
        key: [{"from": TODAY.isoformat(), "to": None, "adult_fare_p": price_p}]
        for key, price_p in PriceBook(TODAY).between("NRW", "LST").items()
    }
    prices = [one["points"][-1]["adult_fare_p"] for one in answer["series"]]
    assert prices == sorted(prices)
    assert answer["origin"] == {"crs": "NRW", "name": "Norwich"}
    assert answer["provenance"]["fares"]["version"] == "RJFAF001"
    [only] = api.get("/api/fares/trends", params={**params, "ticket": "svr"}).json()["series"]
    assert only in answer["series"]
    assert only["ticket"] == {
        "code": "SVR", "name": "OFF-PEAK R", "kind": "off_peak", "journey": "return",
        "class": "standard",
    }  # fmt: skip
    assert only["route"] == {"code": "00000", "name": "ANY PERMITTED"}


@pytest.mark.parametrize(
    ("asked", "status", "named"),
    [
        ({"origin": ""}, 422, "origin"),
        ({"destination": "NRW"}, 422, "destination"),
        ({"origin": "ZZZ"}, 404, "origin"),
        ({"destination": "🚂"}, 422, "destination"),
        ({"ticket": "QQQ"}, 422, "ticket"),
        ({"ticket": "\x00"}, 422, "ticket"),
        ({"ticket": "x" * 5000}, 422, "ticket"),
    ],
)
def test_trends_that_cannot_be_told_are_refused(
    api: httpx.Client, asked: dict[str, str], status: int, named: str
) -> None:
    params = {"origin": "NRW", "destination": "LST", **asked}
    answer = api.get("/api/fares/trends", params=params)
    assert answer.status_code == status
    assert [fault["parameter"] for fault in answer.json()["errors"]] == [named]


def test_the_same_station_twice_is_the_same_problem_everywhere(api: httpx.Client) -> None:
    params = {"origin": "NRW", "destination": "nrw", "date": TODAY.isoformat(), "time": "09:00"}
    problems = [
        api.get(path, params=params).json()
        for path in ("/api/fares/trends", "/api/fares/compare", "/api/predict")
    ]
    for problem in problems:
        problem.pop("request_id")
    assert problems[0] == problems[1] == problems[2]
    assert problems[0]["type"] == "/problems/invalid-request"
