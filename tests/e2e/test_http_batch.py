"""`/api/predict/batch`: up to 100 forecasts at once."""

from typing import Any

import httpx
import pytest

GOOD = {"origin": "NRW", "destination": "LST", "date": "2026-11-24", "time": "08:00"}
OTHER = {**GOOD, "origin": "LST", "destination": "NRW"}


def ask(api: httpx.Client, *requests: Any) -> Any:
    answer = api.post("/api/predict/batch", json={"requests": requests})
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


def test_each_request_is_answered_as_it_would_be_alone(api: httpx.Client) -> None:
    requests = [GOOD, OTHER, {**GOOD, "limit": 1}, {**GOOD, "time": "17:30"}]
    results = ask(api, *requests)
    alone = [api.post("/api/predict", json=one).json() for one in requests]
    assert results == [{"status": 200, "body": body} for body in alone]


def test_answers_keep_the_order_of_their_requests(api: httpx.Client) -> None:
    results = ask(api, OTHER, GOOD, OTHER)
    assert [one["body"]["origin"]["crs"] for one in results] == ["LST", "NRW", "LST"]


def test_duplicates_get_the_same_answer(api: httpx.Client) -> None:
    older = {"origin": "NRW", "destination": "LST",
             "departure_date": "2026-11-24", "departure_time": "08:00"}  # fmt: skip
    first, *others = ask(api, GOOD, GOOD, older, dict(reversed(GOOD.items())))
    assert all(one == first for one in others)


def test_bad_requests_get_problems_and_leave_the_good_ones_alone(api: httpx.Client) -> None:
    bad = [
        {**GOOD, "origin": "ZZZ"},
        {**GOOD, "destination": "EDB"},
        {**GOOD, "time": "25:61"},
        {**GOOD, "date": ["2026-11-24"]},
        {},
    ]
    results = ask(api, GOOD, *bad, GOOD)
    assert [one["status"] for one in results] == [200, 404, 404, 422, 400, 422, 200]
    assert results[0] == results[-1]
    for one in results[1:-1]:
        assert "body" not in one
        assert one["problem"]["status"] == one["status"]
        assert one["problem"]["title"]
    assert results[1]["problem"]["errors"][0]["pointer"] == "/origin"
    assert results[2]["problem"]["type"] == "/problems/unknown-route"
    assert results[3]["problem"]["errors"][0]["pointer"] == "/time"
    assert results[4]["problem"]["errors"][0]["pointer"] == "/date"
    assert len(results[5]["problem"]["errors"]) == 4


def test_a_hundred_are_answered(api: httpx.Client) -> None:
    results = ask(api, *({**GOOD, "time": f"{n % 24:02}:{n % 60:02}"} for n in range(100)))
    assert [one["status"] for one in results] == [200] * 100


@pytest.mark.parametrize("number", [0, 101])
def test_none_and_more_than_a_hundred_are_refused(api: httpx.Client, number: int) -> None:
    answer = api.post("/api/predict/batch", json={"requests": [GOOD] * number})
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/requests"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, ""),
        ([], ""),
        ({"requests": GOOD}, "/requests"),
    ],
)
def test_what_is_no_batch_is_refused_with_a_pointer(
    api: httpx.Client, body: Any, pointer: str
) -> None:
    answer = api.post("/api/predict/batch", json=body)
    assert answer.status_code == 400
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def test_an_item_that_is_no_object_is_refused_alone(api: httpx.Client) -> None:
    answer = api.post("/api/predict/batch", json={"requests": [GOOD, 3, None, [GOOD]]})
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [one["status"] for one in results] == [200, 400, 400, 400]
    assert all(one["problem"]["errors"] for one in results[1:])
