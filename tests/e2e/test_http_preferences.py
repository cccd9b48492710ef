"""`/api/preferences`: what a client prefers, honoured, forgotten, and never another's."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from e2e.conftest import Demo, settings_for
from support.command import serving

COOKIE = "railfair_preferences"
COMPARISON = "/api/fares/compare?origin=NRW&destination=LST&date=2026-11-24&time=08:00"
PLAN = "/api/journey/plan?origin=IPS&destination=LST&depart_after=2026-11-24T08:00&window_min=60"
PREDICTION = "/api/predict?origin=NRW&destination=LST&date=2026-11-24&time=08:00&limit=1"
SECRETS = ("a" * 32, "b" * 32)


@pytest.fixture(scope="module")
def database(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copy(demo.database, tmp_path_factory.mktemp("preferences") / "copy.db"))


@pytest.fixture(scope="module")
def url(database: Path) -> Iterator[str]:
    with serving(settings_for(database), database.parent, "--workers", "2") as service:
        yield service.url


@pytest.fixture
def client(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=30) as client:
        yield client


@pytest.fixture
def other(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=30) as client:
        yield client


def railcards(answer: httpx.Response) -> set[str | None]:
    assert answer.status_code == 200, answer.text
    return {fare["railcard"] and fare["railcard"]["code"] for fare in answer.json()["fares"]}


def classes(answer: httpx.Response) -> set[str]:
    return {fare["ticket"]["class"] for fare in answer.json()["fares"]}


def test_nothing_is_preferred_at_first(client: httpx.Client) -> None:
    answer = client.get("/api/preferences")
    assert answer.json() == {
        "railcard": None, "class": None, "value_of_time_p_per_hour": None,
        "extra_interchange_min": None, "favourites": [], "warnings": [],
    }  # fmt: skip
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers


def test_what_is_preferred_is_kept_in_a_cookie_that_scripts_do_not_see(
    client: httpx.Client,
) -> None:
    told = {
        "railcard": "yng", "class": "first", "value_of_time_p_per_hour": 1500,
        "extra_interchange_min": 5, "favourites": ["nrw", "LST", "NRW"],
    }  # fmt: skip
    answer = client.put("/api/preferences", json=told)
    assert answer.status_code == 200
    attributes = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/", "max-age=31536000"} <= attributes
    assert "secure" not in attributes
    shown = client.get("/api/preferences").json()
    assert shown == answer.json()
    assert shown["favourites"] == [
        {"crs": "NRW", "name": "Norwich"},
        {"crs": "LST", "name": "London Liverpool Street"},
    ]
    assert (shown["railcard"], shown["class"], shown["extra_interchange_min"]) == (
        "YNG",
        "first",
        5,
    )
    gone = client.delete("/api/preferences")
    assert gone.status_code == 204
    assert COOKIE not in client.cookies
    assert client.get("/api/preferences").json()["railcard"] is None


def test_elsewhere_than_on_this_machine_the_cookie_goes_by_https_only(
    client: httpx.Client,
) -> None:
    answer = client.put("/api/preferences", json={}, headers={"Host": "fares.example.org"})
    assert "secure" in answer.headers["set-cookie"].lower()


def test_preferences_are_defaults_and_a_parameter_always_wins(client: httpx.Client) -> None:
    plain = client.get(COMPARISON)
    assert (railcards(plain), classes(plain)) == ({None}, {"standard"})
    assert "x-preferences" not in plain.headers
    client.put("/api/preferences", json={"class": "first"})
    assert classes(client.get(COMPARISON)) == {"first"}
    client.put("/api/preferences", json={"railcard": "YNG", "class": "standard"})
    mine = client.get(COMPARISON)
    assert mine.headers["x-preferences"] == "used"
    assert mine.headers["cache-control"].startswith("private")
    assert "YNG" in railcards(mine)
    said = client.get(COMPARISON + "&railcard=&class=standard")
    assert said.json() == plain.json()
    senior = client.get(COMPARISON + "&railcard=SRN")
    assert "SRN" in railcards(senior)
    assert "YNG" not in railcards(senior)


def test_plans_and_predictions_honour_them(client: httpx.Client) -> None:
    body = {"origin": "NRW", "destination": "LST", "date": "2026-11-24", "time": "08:00",
            "include_fares": True, "limit": 1}  # fmt: skip
    asked = PLAN, PREDICTION + "&include_fares=true"
    plain = [client.get(path).json() for path in asked]
    wanted = [client.get(path + "&railcard=YNG").json() for path in asked]
    batch = [client.post("/api/predict/batch", json={"requests": [body]}).json()]
    client.put("/api/preferences", json={"railcard": "YNG"})
    assert [client.get(path).json() for path in asked] == wanted != plain
    posted = client.post("/api/predict", json=body).json()
    assert posted == wanted[1]
    answer = client.post("/api/predict/batch", json={"requests": [body]})
    assert answer.headers["x-preferences"] == "used"
    assert [answer.json()] != batch
    assert answer.json()["results"][0]["body"] == posted
    client.put("/api/preferences", json={"extra_interchange_min": 30})
    longer = client.get(PLAN.replace("IPS", "NRW").replace("LST", "BRI")).json()
    client.delete("/api/preferences")
    said = client.get(
        PLAN.replace("IPS", "NRW").replace("LST", "BRI") + "&extra_interchange_min=30"
    )
    assert longer == said.json()


def test_no_client_is_answered_with_anothers_preferences(
    client: httpx.Client, other: httpx.Client
) -> None:
    address = COMPARISON.replace("08:00", "09:00")
    client.put("/api/preferences", json={"railcard": "YNG"})
    other.put("/api/preferences", json={"railcard": "SRN"})
    with httpx.Client(base_url=client.base_url, timeout=30) as nobody:
        for _ in range(4):  # kept or not, by either worker
            for who, card in ((client, "YNG"), (other, "SRN"), (nobody, None)):
                answer = who.get(address)
                assert railcards(answer) <= {card, None}
                assert card in railcards(answer)
                assert "Cookie" in answer.headers.get_list("vary", split_commas=True)
                is_public = answer.headers["cache-control"].startswith("public")
                assert is_public is (card is None)
        hits = [nobody.get(address).headers["x-cache"] for _ in range(4)]
        assert "HIT" in hits


def forged(text: str) -> dict[str, str]:
    version, payload, mac = text.split(".")
    return {
        "not signed here": f"{version}.{payload[:-2]}AA.{mac}",
        "of an unknown version": f"v0.{payload}.{mac}",
        "too long": f"{version}.{'A' * 2_000}.{mac}",
    }


@pytest.mark.parametrize("reason", ["not signed here", "of an unknown version", "too long"])
def test_a_cookie_that_was_not_written_here_is_ignored_and_told_of(
    client: httpx.Client, reason: str
) -> None:
    plain = client.get(COMPARISON).json()
    client.put("/api/preferences", json={"railcard": "YNG"})
    text = forged(client.cookies[COOKIE])[reason]
    client.cookies.clear()
    headers = {"Cookie": f"theme=dark; {COOKIE}={text}"}
    answer = client.get(COMPARISON, headers=headers)
    assert (answer.status_code, answer.json()) == (200, plain)
    assert answer.headers["x-preferences"] == f"ignored ({reason})"
    shown = client.get("/api/preferences", headers=headers).json()
    assert shown["railcard"] is None
    assert shown["warnings"] == [f"the cookie {COOKIE} was ignored ({reason})"]


@pytest.mark.parametrize("text", ["", "v1", "v1..", "\xff\xfe", "%00", "v1.e30.e30", '"'])
def test_rubbish_is_ignored(client: httpx.Client, text: str) -> None:
    headers = [(b"cookie", f"{COOKIE}={text}".encode("latin-1"))]
    answer = client.get(COMPARISON, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["x-preferences"].startswith("ignored (")


@pytest.mark.parametrize(
    ("changed", "status", "named"),
    [
        ({"railcard": "???"}, 422, "/railcard"),
        ({"railcard": "QQQ"}, 422, "/railcard"),
        ({"class": "second"}, 422, "/class"),
        ({"value_of_time_p_per_hour": "much"}, 400, "/value_of_time_p_per_hour"),
        ({"extra_interchange_min": 121}, 422, "/extra_interchange_min"),
        ({"favourites": ["ZZZ"]}, 404, "/favourites"),
        ({"favourites": ["NRW"] * 21}, 422, "/favourites"),
    ],
)
def test_what_cannot_be_meant_is_not_preferred(
    client: httpx.Client, changed: dict[str, Any], status: int, named: str
) -> None:
    answer = client.put("/api/preferences", json=changed)
    assert answer.status_code == status
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [named]
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"railcard": "\xff"}', 400),
        (b"[" * 50_000, 400),
        (b'{"value_of_time_p_per_hour": 1e999}', 400),
        (b'["YNG"]', 400),
        (b"null", 400),
        (b"", 400),
        (b'{"favourites": [' + b'"NRW",' * 50_000 + b'"LST"]}', 413),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    client: httpx.Client, body: bytes, status: int
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = client.put("/api/preferences", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "set-cookie" not in answer.headers
    form = client.put("/api/preferences", data={"railcard": "YNG"})
    assert form.status_code == 415


@pytest.mark.parametrize("times", [0.5, 2])
def test_a_cookie_of_another_length_is_ignored(client: httpx.Client, times: float) -> None:
    client.put("/api/preferences", json={"railcard": "YNG"})
    text = client.cookies[COOKIE]
    client.cookies.clear()
    changed = (text * 2)[: int(len(text) * times)]
    answer = client.get(COMPARISON, headers={"Cookie": f"{COOKIE}={changed}"})
    assert answer.status_code == 200
    assert answer.headers["x-preferences"] == "ignored (not signed here)"


def test_keys_rotate(database: Path, tmp_path: Path) -> None:
    def ask(secrets: str, cookie: str | None) -> tuple[str, httpx.Response]:
        settings = {**settings_for(database), "RAILFAIR_PREFERENCES_SECRETS": secrets}
        with (
            serving(settings, tmp_path) as service,
            httpx.Client(base_url=service.url, timeout=30) as client,
        ):
            if cookie is None:
                client.put("/api/preferences", json={"railcard": "YNG"})
                cookie = client.cookies[COOKIE]
            answer = client.get(COMPARISON, headers={"Cookie": f"{COOKIE}={cookie}"})
        assert SECRETS[0] not in service.log.read_text()
        return cookie, answer

    cookie, answer = ask(SECRETS[0], None)
    assert answer.headers["x-preferences"] == "used"
    assert ask(f"{SECRETS[1]},{SECRETS[0]}", cookie)[1].headers["x-preferences"] == "used"
    ignored = ask(SECRETS[1], cookie)[1]
    assert ignored.headers["x-preferences"] == "ignored (not signed here)"
