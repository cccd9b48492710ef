"""Errors: problem+json everywhere, with a request id, and nothing of the inside."""

import re
import uuid

import httpx
import pytest

JSON = {"Content-Type": "application/json"}
INSIDE = re.compile(
    r"sqlalchemy|sqlite|litestar|msgspec|hypercorn|traceback|file \"|\.py\b"
    r"|/home/|/tmp/|site-packages",
    re.IGNORECASE,
)
DEEP = b'{"origin":' + b"[" * 100_000
BAD: list[tuple[str, str, int, bytes | None, dict[str, str]]] = [
    ("GET", "/nothing", 404, None, {}),
    ("GET", "/nothing/at/all", 404, None, {}),
    ("POST", "/nothing", 404, b"{}", JSON),
    ("GET", "/docs/nothing", 404, None, {}),
    ("GET", "/docs/assets/nothing.js", 404, None, {}),
    ("GET", "/docs/assets/%2e%2e/%2e%2e/%2e%2e/app.py", 404, None, {}),
    ("GET", "/api/stations/ZZZ", 404, None, {}),
    ("GET", "/api/routes/NRW/EDB/stats", 404, None, {}),
    ("GET", "/api/predict", 422, None, {}),
    ("GET", "/api/predict?origin=%FF&destination=%00&date=%F0&time=%0A", 400, None, {}),
    ("PUT", "/api/predict", 405, b"{}", JSON),
    ("DELETE", "/api/stations/NRW", 405, None, {}),
    ("GET", "/api/predict/batch", 405, None, {}),
    ("POST", "/api/predict", 400, b"{broken", JSON),
    ("POST", "/api/predict", 400, b"\xff\xfe", JSON),
    ("POST", "/api/predict", 400, b"", JSON),
    ("POST", "/api/predict", 400, b"null", JSON),
    ("POST", "/api/predict", 400, b"[]", JSON),
    ("POST", "/api/predict", 400, b'{"origin": {"crs": "NRW"}}', JSON),
    ("POST", "/api/predict", 400, DEEP, JSON),
    ("POST", "/api/predict/batch", 400, b'{"requests": 7}', JSON),
    ("POST", "/api/predict", 413, b" " * 2_000_000, JSON),
    ("POST", "/api/predict/batch", 413, b" " * 2_000_000, JSON),
    ("POST", "/api/predict", 415, b"origin=NRW", {"Content-Type": "text/plain"}),
    ("POST", "/api/predict", 415, b"<x/>", {"Content-Type": "application/xml"}),
    ("POST", "/api/predict/batch", 415, b"a=1",
     {"Content-Type": "application/x-www-form-urlencoded"}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "status", "body", "headers"), BAD)
def test_every_error_is_a_problem_that_tells_nothing_of_the_inside(
    api: httpx.Client,
    method: str,
    path: str,
    status: int,
    body: bytes | None,
    headers: dict[str, str],
) -> None:
    answer = api.request(method, path, content=body, headers=headers)
    problem = answer.json()
    assert answer.status_code == problem["status"] == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["request_id"] == answer.headers["X-Request-ID"]
    assert problem["type"].startswith("/problems/")
    assert problem["title"]
    assert problem["detail"]
    assert not INSIDE.search(answer.text)


def test_a_refused_body_is_described_with_a_pointer(api: httpx.Client) -> None:
    answer = api.post("/api/predict", content=b'{"origin": ["NRW"]}', headers=JSON)
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/origin"]
    missing = api.post("/api/predict", content=b"", headers=JSON)
    assert missing.json()["errors"] == [{"detail": "body: is missing", "pointer": ""}]


def test_a_wrong_method_says_which_are_allowed(api: httpx.Client) -> None:
    allowed = api.put("/api/predict", json={}).headers["Allow"]
    assert {"GET", "POST"} <= set(re.split(r",\s*", allowed))


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/predict", "GET, HEAD, OPTIONS, POST"),
        ("/api/preferences", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("/api/stations/NRW", "GET, HEAD, OPTIONS"),
        ("/api/feedback", "OPTIONS, POST"),
    ],
)
def test_options_and_a_wrong_method_name_the_same_methods(
    api: httpx.Client, path: str, allowed: str
) -> None:
    options, wrong = api.options(path), api.request("PATCH", path)
    assert (options.status_code, wrong.status_code) == (204, 405)
    assert options.headers["Allow"] == wrong.headers["Allow"] == allowed


@pytest.mark.parametrize(
    "path", ["/api/stations/NRW%2Fdepartures", "/api/stations%2fNRW", "/health%2Flive"]
)
def test_an_escaped_slash_parts_nothing(api: httpx.Client, path: str) -> None:
    answer = api.get(path)
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/not-found"


def test_a_slash_may_stand_in_a_query(api: httpx.Client) -> None:
    assert api.get("/api/stations?q=a%2Fb").status_code == 200


def test_what_can_be_meant_once_is_not_given_twice(api: httpx.Client) -> None:
    answer = api.get("/api/stations?q=norw&q=lon&limit=3")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"detail": "q: is given 2 times", "parameter": "q"}]
    path = "/api/journey/plan?origin=NRW&destination=BRI&avoid=MAN&avoid=EUS&depart_after="
    assert api.get(f"{path}2026-11-24T08:00").status_code == 200


@pytest.mark.parametrize(
    ("given", "status"),
    [("*", 304), ("{tag}", 304), ('"x", W/{tag}', 304), ('"x", *', 200), ("*, *", 200)],
)
def test_a_star_stands_for_every_answer_only_by_itself(
    api: httpx.Client, given: str, status: int
) -> None:
    tag = api.get("/api/statistics").headers["ETag"]
    headers = {"If-None-Match": given.format(tag=tag)}
    assert api.get("/api/statistics", headers=headers).status_code == status


@pytest.mark.parametrize("kind", [None, "application/json; charset=utf-8", "application/x+json"])
def test_a_body_of_json_is_taken_under_any_of_its_names(
    api: httpx.Client, kind: str | None
) -> None:
    body = b'{"origin":"NRW","destination":"LST","date":"2026-11-24","time":"08:00"}'
    headers = {} if kind is None else {"Content-Type": kind}
    assert api.post("/api/predict", content=body, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/health/live", "/nothing", "/api/predict"])
@pytest.mark.parametrize("given", ["abc-1", "A.b_c-9", str(uuid.UUID(int=7)), "x" * 64])
def test_a_request_id_that_is_given_is_returned(api: httpx.Client, path: str, given: str) -> None:
    answer = api.get(path, headers={"X-Request-ID": given})
    assert answer.headers.get_list("X-Request-ID") == [given]
    assert answer.json().get("request_id", given) == given


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "<script>", "id;drop", "a\tb", "é"])
def test_a_request_id_that_could_do_harm_is_replaced(api: httpx.Client, given: str) -> None:
    answer = api.get("/nothing", headers={b"X-Request-ID": given.encode()})
    [made] = answer.headers.get_list("X-Request-ID")
    assert re.fullmatch(r"[0-9a-f]{32}", made)
    assert answer.json()["request_id"] == made


def test_every_request_gets_an_id_of_its_own(api: httpx.Client) -> None:
    ids = {api.get("/health/live").headers["X-Request-ID"] for _ in range(5)}
    assert len(ids) == 5


def test_a_connection_goes_on_after_bodies_that_were_refused(api: httpx.Client) -> None:
    for status, content in ((413, b" " * 2_000_000), (415, b" " * 2_000_000)) * 3:
        headers = JSON if status == 413 else {"Content-Type": "text/plain"}
        assert api.post("/api/predict", content=content, headers=headers).status_code == status
        assert api.get("/health/live").status_code == 200


def test_a_body_without_a_length_is_measured_too(api: httpx.Client) -> None:
    pieces = (b" " * 65_536 for _ in range(32))
    assert api.post("/api/predict", content=pieces, headers=JSON).status_code == 413
