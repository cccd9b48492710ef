"""Answers that are kept: the same bytes again, named, counted and forgotten."""

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from e2e.conftest import Demo, Run, settings_for
from support.command import Service, serving
from support.figures import Scrape
from support.redis_server import redis_server

PREDICT: Final = "/api/predict?origin=NRW&destination=LST&date=2026-11-24&time=08:00"
FARES: Final = "/api/fares/compare?origin=NRW&destination=LST&date=2026-11-24&time=08:00"
PLAN: Final = "/api/journey/plan?origin=NRW&destination=LST&depart_after=2026-11-24T08:00"
KEPT: Final = (
    PREDICT,
    PREDICT + "&include_fares=true",
    FARES,
    FARES + "&split=true",
    "/api/fares/trends?origin=NRW&destination=LST",
    PLAN,
    "/api/stations?q=nor",
    "/api/stations/NRW",
    "/api/stations/NRW/departures?date=2026-11-24&time=08:00",
    "/api/routes/NRW/LST/stats",
    "/api/statistics",
)


@pytest.fixture(scope="module")
def own(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Serve with nothing kept yet, nor anything to be made because it was asked for before."""
    folder = tmp_path_factory.mktemp("own")
    database = folder / "railfair.db"
    shutil.copy(demo.database, database)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("DELETE FROM route_weight")
    with serving(settings_for(database), folder) as service:
        yield service


@pytest.mark.parametrize("path", KEPT)
def test_an_answer_is_made_once_and_then_sent_as_the_same_bytes(own: Service, path: str) -> None:
    first, *others = [httpx.get(own.url + path) for _ in range(3)]
    assert first.status_code == 200, first.text
    assert [one.headers["x-cache"] for one in (first, *others)] == ["MISS", "HIT", "HIT"]
    assert {one.content for one in others} == {first.content}
    assert {one.headers["etag"] for one in others} == {first.headers["etag"]}
    assert int(others[0].headers["age"]) >= 0
    assert "max-age=" in first.headers["cache-control"]
    assert "stale-while-revalidate=" in first.headers["cache-control"]


@pytest.mark.parametrize("path", KEPT)
def test_who_has_the_answer_is_told_so_without_its_body(own: Service, path: str) -> None:
    etag = httpx.get(own.url + path).headers["etag"]
    for has in (etag, f'W/{etag}, "other"', "*"):
        again = httpx.get(own.url + path, headers={"If-None-Match": has})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
    other = httpx.get(own.url + path, headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


def test_a_head_has_the_headers_of_its_get(own: Service) -> None:
    got, head = httpx.get(own.url + PREDICT), httpx.head(own.url + PREDICT)
    assert head.content == b""
    for name in ("etag", "content-length", "content-type"):
        assert head.headers[name] == got.headers[name]


def test_a_body_asks_for_the_same_answer_as_the_address(own: Service) -> None:
    asked = {"origin": "NRW", "destination": "LST", "date": "2026-11-24", "time": "08:00"}
    by_address = httpx.get(own.url + PREDICT)
    by_body = httpx.post(own.url + "/api/predict", json=asked)
    assert by_body.headers["x-cache"] == "HIT"
    assert by_body.content == by_address.content


def test_every_parameter_makes_another_question(own: Service) -> None:
    others = ("&limit=1", "&toc=LE", "&observed_at=NRW&observed_delay_min=3", "&railcard=YNG")
    for one in (*others, "&include_fares=true&railcard=YNG"):
        httpx.get(own.url + PREDICT)
        assert httpx.get(own.url + PREDICT + one).headers["x-cache"] == "MISS"
    for one in (
        "&adults=2",
        "&children=1",
        "&class=first",
        "&railcard=YNG",
        "&return_date=2026-11-25",
    ):
        assert httpx.get(own.url + FARES + one).headers["x-cache"] == "MISS"
    for one in ("&max_changes=1", "&via=IPS", "&avoid=IPS", "&limit=1", "&window_min=60"):
        assert httpx.get(own.url + PLAN + one).headers["x-cache"] == "MISS"


@pytest.mark.parametrize(
    "path", ["/api/journey/plan?origin=NRW&destination=DIS", "/api/stations/NRW/departures"]
)
def test_what_is_asked_for_without_a_time_has_to_be_asked_for_again(
    own: Service, path: str
) -> None:
    for _ in range(2):
        answer = httpx.get(own.url + path)
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-cache"


async def test_a_thousand_at_once_who_miss_the_same_answer_have_it_made_once(
    demo: Demo, tmp_path: Path
) -> None:
    with (
        redis_server(tmp_path) as redis,
        serving(
            {**settings_for(demo.database), "RAILFAIR_REDIS_URL": redis.url},
            tmp_path, "--workers", "2",
        ) as service,
    ):  # fmt: skip
        limits = httpx.Limits(max_connections=200)
        async with httpx.AsyncClient(timeout=60, limits=limits) as client:

            async def hand() -> list[httpx.Response]:
                return [await client.get(service.url + PLAN) for _ in range(5)]

            hands = await asyncio.gather(*(hand() for _ in range(200)))
            answers = list(chain.from_iterable(hands))
            metrics = Scrape((await client.get(service.url + "/metrics")).text)
    assert {one.status_code for one in answers} == {200}
    assert len({one.content for one in answers}) == 1
    assert metrics.total("railfair_cache_computations_total", kind="plans") == 1


def test_without_a_cache_every_answer_is_made_and_says_so(demo: Demo, tmp_path: Path) -> None:
    with serving({**settings_for(demo.database), "RAILFAIR_CACHE": "off"}, tmp_path) as service:
        answers = [httpx.get(service.url + PREDICT) for _ in range(2)]
    assert [one.headers["x-cache"] for one in answers] == ["BYPASS"] * 2
    assert answers[0].content == answers[1].content


def test_a_database_that_is_lost_leaves_what_is_kept_and_that_is_marked(
    demo: Demo, tmp_path: Path
) -> None:
    database = tmp_path / "railfair.db"
    database.write_bytes(demo.database.read_bytes())
    settings = {**settings_for(database), "RAILFAIR_DATABASE_POOL": "off"}
    with serving(settings, tmp_path) as service:
        kept = httpx.get(service.url + PREDICT)
        database.rename(tmp_path / "elsewhere.db")
        while httpx.get(service.url + "/health/ready").status_code == 200:
            pass
        while (again := httpx.get(service.url + PREDICT)).headers["x-cache"] == "HIT":
            pass
        assert (again.status_code, again.headers["x-cache"]) == (200, "STALE")
        assert again.headers["x-degraded"] == "database"
        assert again.content == kept.content
        asked = {"origin": "NRW", "destination": "LST", "date": "2026-11-24", "time": "08:00"}
        batch = httpx.post(service.url + "/api/predict/batch", json={"requests": [asked]})
        assert batch.headers["x-degraded"] == "database"
        assert httpx.get(service.url + PREDICT + "&limit=2").status_code == 503
        database.unlink(missing_ok=True)
        (tmp_path / "elsewhere.db").rename(database)
        while httpx.get(service.url + PREDICT).headers["x-cache"] == "STALE":
            pass
        assert httpx.get(service.url + PREDICT + "&limit=2").status_code == 200


def test_a_key_is_known_by_a_service_that_lost_its_database_at_once(
    demo: Demo, run: Run, tmp_path: Path
) -> None:
    database = tmp_path / "railfair.db"
    database.write_bytes(demo.database.read_bytes())
    secret = run("keys", "create", "app", database=database).out.strip().splitlines()[0]
    settings = {**settings_for(database), "RAILFAIR_DATABASE_POOL": "off"}
    with serving(settings, tmp_path) as service:
        httpx.get(service.url + PREDICT)
        database.rename(tmp_path / "elsewhere.db")
        answer = httpx.get(service.url + PREDICT, headers={"X-API-Key": secret})
    assert answer.status_code == 200, answer.text


def test_a_client_that_asks_too_often_is_told_when_to_come_back(demo: Demo, tmp_path: Path) -> None:
    settings = {**settings_for(demo.database), "RAILFAIR_RATE_LIMIT": "3/hour"}
    with serving(settings, tmp_path) as service:
        answers = [httpx.get(service.url + PREDICT) for _ in range(5)]
        health = httpx.get(service.url + "/health")
    assert [one.status_code for one in answers] == [200, 200, 200, 429, 429]
    left = [one.headers["ratelimit"].split(";")[1] for one in answers]
    assert left == ["r=2", "r=1", "r=0", "r=0", "r=0"]
    assert {one.headers["ratelimit-policy"] for one in answers} == {'"default";q=3;w=3600'}
    refused = answers[-1]
    assert 0 < int(refused.headers["retry-after"]) <= 1_200
    assert refused.json()["type"] == "/problems/rate-limited"
    assert health.status_code == 200


def test_admins_have_kept_answers_forgotten(demo: Demo, run: Run, tmp_path: Path) -> None:
    database = tmp_path / "railfair.db"
    database.write_bytes(demo.database.read_bytes())
    admin, other = (
        run("keys", "create", name, *more, database=database).out.strip().splitlines()[0]
        for name, more in (("ops", ("--admin",)), ("app", ()))
    )
    with serving(settings_for(database), tmp_path) as service:

        def asked(body: Any, key: str = admin) -> httpx.Response:
            headers = {"X-API-Key": key} if key else {}
            address = service.url + "/api/admin/cache/invalidate"
            return httpx.post(address, json=body, headers=headers)

        def outcomes() -> list[str]:
            return [
                httpx.get(service.url + one).headers["x-cache"] for one in (PREDICT, FARES, PLAN)
            ]

        assert outcomes() == ["MISS"] * 3
        assert asked({"scope": "all"}, key="").status_code == 401
        assert asked({"scope": "all"}, key=other).status_code == 403
        assert asked({"scope": "fares"}).json() == {"scope": "fares", "invalidated": 2}
        assert outcomes() == ["HIT", "MISS", "MISS"]
        route = {"scope": "route", "origin": "LST", "destination": "NRW"}
        assert asked(route).json()["invalidated"] == 0
        assert asked({**route, "origin": "NRW", "destination": "LST"}).json()["invalidated"] == 3
        assert outcomes() == ["MISS"] * 3
        assert asked({"scope": "all"}).json() == {"scope": "all", "invalidated": 3}
        for body in ({}, {"scope": "some"}, {"scope": "route"}, {"scope": "all", "origin": "NRW"}):
            refused = asked(body)
            assert refused.status_code in {400, 422}
            assert refused.json()["errors"][0]["pointer"]


def test_what_is_asked_for_is_made_anew_after_an_import(
    demo: Demo, run: Run, tmp_path: Path
) -> None:
    database = tmp_path / "railfair.db"
    database.write_bytes(demo.october.read_bytes())
    with serving(settings_for(database), tmp_path) as service:

        def made() -> int:
            figures = httpx.get(service.url + "/metrics").text
            name = 'railfair_cache_computations_total{kind="predictions"} '
            return int(float(figures.partition(name)[2].partition("\n")[0]))

        old = httpx.get(service.url + PREDICT)
        assert made() == 1
        assert run("import", "performance", demo.november, database=database).code == 0
        while made() == 1:
            pass
        new = httpx.get(service.url + PREDICT)
        assert new.headers["x-cache"] == "HIT"
        assert made() == 2
    assert old.json()["provenance"] != new.json()["provenance"]


def test_without_threads_the_answers_are_the_same(
    demo: Demo, api: httpx.Client, tmp_path: Path
) -> None:
    with serving({**settings_for(demo.database), "RAILFAIR_THREADS": "0"}, tmp_path) as service:
        assert httpx.get(service.url + PLAN).content == api.get(PLAN).content
