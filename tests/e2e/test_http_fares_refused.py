"""`/api/fares/compare` of what cannot be meant, and of what would do harm."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

TUESDAY, SATURDAY = "2026-11-24", "2026-11-28"
QUERY = {"origin": "NRW", "destination": "LST", "date": TUESDAY, "time": "09:00"}
WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"origin": None}, 422, "origin"),
    ({"destination": ""}, 422, "destination"),
    ({"date": None}, 422, "date"),
    ({"date": "2026-02-31"}, 422, "date"),
    ({"date": "tomorrow"}, 400, "date"),
    ({"time": "7am"}, 400, "time"),
    ({"time": "25:00"}, 422, "time"),
    ({"arrival_time": "late"}, 400, "arrival_time"),
    ({"destination": "NRW"}, 422, "destination"),
    ({"destination": "nrw"}, 422, "destination"),
    ({"origin": "ZZZ"}, 404, "origin"),
    ({"destination": "ZZZ"}, 404, "destination"),
    ({"via": "ZZZ"}, 404, "via"),
    ({"via": "🚂"}, 422, "via"),
    ({"via": ["IPS"] * 11}, 422, "via"),
    ({"via": ["IPS", "ips"]}, 422, "via"),
    ({"via": "NRW"}, 422, "via"),
    ({"via": "LST"}, 422, "via"),
    ({"arrival_time": "09:00"}, 422, "arrival_time"),
    ({"arrival_time": "08:59"}, 422, "arrival_time"),
    (
        {"return_date": SATURDAY, "return_time": "09:00", "return_arrival_time": "08:00"},
        422,
        "return_arrival_time",
    ),
    ({"train": "Z99999"}, 422, "train"),
    ({"train": "1B03"}, 422, "train"),
    ({"date": "2027-06-01", "train": "H10368"}, 422, "train"),
    ({"railcard": "QQQ"}, 422, "railcard"),
    ({"railcard": "YOUNG"}, 422, "railcard"),
    ({"adults": "ten"}, 400, "adults"),
    ({"adults": "10"}, 422, "adults"),
    ({"adults": "-1"}, 422, "adults"),
    ({"adults": "0"}, 422, "adults"),
    ({"children": "10"}, 422, "children"),
    ({"adults": "5", "children": "5"}, 422, "children"),
    ({"class": "third"}, 422, "class"),
    ({"split": "maybe"}, 400, "split"),
    ({"return_date": "2026-11-23"}, 422, "return_date"),
    ({"return_date": "soon"}, 400, "return_date"),
    ({"return_time": "18:00"}, 422, "return_time"),
    ({"return_train": "H10368"}, 422, "return_train"),
    ({"return_date": TUESDAY, "return_time": "10:00"}, 422, "return_time"),
    ({"return_date": TUESDAY, "return_train": "Z99999"}, 422, "return_train"),
]


@pytest.mark.parametrize(("asked", "status", "named"), WRONG)
def test_what_cannot_be_answered_is_named(
    api: httpx.Client, asked: Mapping[str, Any], status: int, named: str
) -> None:
    params = {name: value for name, value in {**QUERY, **asked}.items() if value is not None}
    answer = api.get("/api/fares/compare", params=params)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert [fault["parameter"] for fault in answer.json()["errors"]] == [named]


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"via": "CRE"}, "via"),
        ({"time": "09:01"}, "time"),
        ({"time": "08:00", "arrival_time": "10:48"}, "arrival_time"),
    ],
)
def test_a_train_that_is_named_agrees_with_what_else_is_asked(
    api: httpx.Client, asked: Mapping[str, str], named: str
) -> None:
    uid = api.get("/api/fares/compare", params=QUERY).json()["trip"]["train"]["uid"]
    answer = api.get("/api/fares/compare", params={**QUERY, "train": uid, **asked})
    assert answer.status_code == 422, answer.text
    assert [fault["parameter"] for fault in answer.json()["errors"]] == [named]
    assert uid in answer.json()["detail"]


def test_everything_that_is_wrong_is_named_once(api: httpx.Client) -> None:
    params = {"time": "7am", "return_date": TUESDAY, "adults": "0", "class": "third"}
    answer = api.get("/api/fares/compare", params=params)
    assert answer.status_code == 400
    named = [fault["parameter"] for fault in answer.json()["errors"]]
    assert named == ["origin", "destination", "date", "time", "adults", "class"]


NAMES = [
    "origin", "destination", "date", "time", "arrival_time", "train", "via", "return_date",
    "return_time", "return_arrival_time", "return_train", "railcard", "adults", "children",
    "class", "split",
]  # fmt: skip


@pytest.mark.parametrize(
    "value", ["x" * 5000, "\x00", "\r\n\t", "'; --", "%", "🚂" * 20, "-1e999", "[]", "٣", "ﬁx"]
)
@pytest.mark.parametrize("name", NAMES)
def test_hostile_values_are_refused_by_name(api: httpx.Client, name: str, value: str) -> None:
    back = {"return_date": SATURDAY} if name.startswith("return_") else {}
    answer = api.get("/api/fares/compare", params={**QUERY, **back, name: value})
    assert answer.status_code in {400, 404, 422}, answer.text
    assert name in {fault["parameter"] for fault in answer.json()["errors"]}
    assert len(answer.content) < 2000


@pytest.mark.parametrize("more", ["{0}=first&{0}=second", "{0}[]=x&{0}[a]=x", "{0}", "{0}=%FF"])
@pytest.mark.parametrize("name", NAMES)
def test_a_parameter_of_an_odd_form_does_no_harm(api: httpx.Client, name: str, more: str) -> None:
    query = "&".join(f"{asked}={value}" for asked, value in QUERY.items())
    answer = api.get(f"/api/fares/compare?{query}&{more.format(name)}")
    assert answer.status_code in {200, 400, 404, 422}


def test_fares_are_only_read(api: httpx.Client) -> None:
    assert api.post("/api/fares/compare", json=QUERY).status_code == 405
