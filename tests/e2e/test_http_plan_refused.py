"""`/api/journey/plan` of what cannot be meant, and of what would do harm."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Final

import httpx
import pytest

from support.command import Service

PLAN: Final = "/api/journey/plan"
QUERY: Final = {"origin": "NRW", "destination": "LST", "depart_after": "2026-11-24T08:00"}
ARRIVING: Final = {"depart_after": None, "arrive_by": "2026-11-24T12:00"}
WRONG: Final[list[tuple[dict[str, Any], int, str]]] = [
    ({"origin": None}, 422, "origin"),
    ({"destination": ""}, 422, "destination"),
    ({"origin": "ZZZ"}, 404, "origin"),
    ({"destination": "ZZZ"}, 404, "destination"),
    ({"destination": "NRW"}, 422, "destination"),
    ({"destination": "nrw"}, 422, "destination"),
    ({"depart_after": "2030-01-01T08:00"}, 422, "depart_after"),
    ({"depart_after": "2025-11-22T23:59"}, 422, "depart_after"),
    ({"depart_after": None, "arrive_by": "2030-01-01T08:00"}, 422, "arrive_by"),
    ({"depart_after": "1066-10-14T08:00"}, 422, "depart_after"),
    ({"depart_after": "2026-02-31T08:00"}, 422, "depart_after"),
    ({"depart_after": "2026-11-24T25:00"}, 422, "depart_after"),
    ({"depart_after": "2026-11-24T08:61"}, 422, "depart_after"),
    ({"depart_after": "2026-11-24"}, 400, "depart_after"),
    ({"depart_after": "08:00"}, 400, "depart_after"),
    ({"depart_after": "tomorrow at eight"}, 400, "depart_after"),
    ({"depart_after": "2026-11-24T08:00+1"}, 400, "depart_after"),
    ({"depart_after": None, "arrive_by": "late"}, 400, "arrive_by"),
    ({"arrive_by": "2026-11-24T12:00"}, 422, "arrive_by"),
    ({"window_min": 10_080}, 422, "window_min"),
    ({"window_min": 1441}, 422, "window_min"),
    ({"window_min": 0}, 422, "window_min"),
    ({"window_min": -60}, 422, "window_min"),
    ({"window_min": "two hours"}, 400, "window_min"),
    ({"max_changes": 99}, 422, "max_changes"),
    ({"max_changes": 9}, 422, "max_changes"),
    ({"max_changes": -1}, 422, "max_changes"),
    ({"max_changes": "few"}, 400, "max_changes"),
    ({"via": ["IPS", "COL", "IPS"]}, 422, "via"),
    ({"via": ["IPS", "ips"]}, 422, "via"),
    ({"via": ["NRW"]}, 422, "via"),
    ({"via": ["LST"]}, 422, "via"),
    ({"via": ["ZZZ"]}, 404, "via"),
    ({"via": ["🚂"]}, 422, "via"),
    ({"via": ["IPS", "COL", "CHM", "DIS", "SMK", "MNG"]}, 422, "via"),
    ({"avoid": ["NRW"]}, 422, "avoid"),
    ({"avoid": ["LST"]}, 422, "avoid"),
    ({"avoid": ["ZZZ"]}, 404, "avoid"),
    ({"via": ["IPS"], "avoid": ["IPS"]}, 422, "avoid"),
    ({"avoid": ["IPS", "COL", "CHM", "DIS", "SMK", "MNG"]}, 422, "avoid"),
    ({"extra_interchange_min": 121}, 422, "extra_interchange_min"),
    ({"extra_interchange_min": -1}, 422, "extra_interchange_min"),
    ({"railcard": "QQQ"}, 422, "railcard"),
    ({"railcard": "YOUNG"}, 422, "railcard"),
    ({"adults": 10}, 422, "adults"),
    ({"adults": 0}, 422, "adults"),
    ({"adults": "two"}, 400, "adults"),
    ({"adults": 1.5}, 400, "adults"),
    ({"children": -1}, 422, "children"),
    ({"adults": 5, "children": 5}, 422, "children"),
    ({"class": "third"}, 422, "class"),
    ({"arrive_with_certainty": 0.95}, 422, "arrive_with_certainty"),
    ({**ARRIVING, "arrive_with_certainty": 1}, 422, "arrive_with_certainty"),
    ({**ARRIVING, "arrive_with_certainty": 0}, 422, "arrive_with_certainty"),
    ({**ARRIVING, "arrive_with_certainty": 95}, 422, "arrive_with_certainty"),
    ({**ARRIVING, "arrive_with_certainty": -0.5}, 400, "arrive_with_certainty"),
    ({**ARRIVING, "arrive_with_certainty": "nan"}, 400, "arrive_with_certainty"),
    ({"value_of_time_p_per_hour": -1}, 422, "value_of_time_p_per_hour"),
    ({"value_of_time_p_per_hour": 100_001}, 422, "value_of_time_p_per_hour"),
    ({"limit": 0}, 422, "limit"),
    ({"limit": 31}, 422, "limit"),
    ({"cursor": "yesterday"}, 400, "cursor"),
    ({"cursor": "A" * 101}, 400, "cursor"),
]


def params(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in {**QUERY, **asked}.items() if one is not None}


@pytest.mark.parametrize(("asked", "status", "named"), WRONG, ids=str)
def test_what_cannot_be_answered_is_named(
    api: httpx.Client, asked: Mapping[str, Any], status: int, named: str
) -> None:
    by_query = api.get(PLAN, params=params(asked))
    by_body = api.post(PLAN, json=params(asked))
    for answer, where in ((by_query, "parameter"), (by_body, "pointer")):
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        [fault] = answer.json()["errors"]
        assert fault[where].strip("/") == named
        assert fault["detail"].startswith(f"{named}: ")


def test_everything_that_is_wrong_is_named_once(api: httpx.Client) -> None:
    asked = {"origin": None, "depart_after": "soon", "window_min": 0, "max_changes": 99,
             "via": ["🚂"], "adults": 0, "class": "third", "limit": 99}  # fmt: skip
    answer = api.get(PLAN, params=params(asked))
    assert answer.status_code == 400
    named = [fault["parameter"] for fault in answer.json()["errors"]]
    assert named == ["depart_after", "origin", "window_min", "max_changes", "via", "adults",
                     "class", "limit"]  # fmt: skip


def test_a_day_outside_the_timetable_says_which_days_are_inside(api: httpx.Client) -> None:
    answer = api.get(PLAN, params=params({"depart_after": "2030-01-01T08:00"}))
    assert "2025-11-23 to 2027-02-21" in answer.json()["detail"]


# --- harm ----------------------------------------------------------------------------------------

NAMES: Final = [
    "origin", "destination", "depart_after", "arrive_by", "window_min", "max_changes", "via",
    "avoid", "extra_interchange_min", "railcard", "adults", "children", "class",
    "arrive_with_certainty", "value_of_time_p_per_hour", "limit", "cursor",
]  # fmt: skip
LISTS: Final = {"via", "avoid"}


@pytest.mark.parametrize(
    "value", ["x" * 5000, "\x00", "\r\n\t", "'; --", "%", "🚂" * 20, "-1e999", "[]", "٣", "ﬁx"]
)
@pytest.mark.parametrize("name", NAMES)
def test_hostile_values_are_refused_by_name(api: httpx.Client, name: str, value: str) -> None:
    rest = params(ARRIVING if name in {"arrive_by", "arrive_with_certainty"} else {})
    answer = api.get(PLAN, params={**rest, name: value})
    assert answer.status_code in {400, 404, 422}, answer.text
    assert name in {fault["parameter"] for fault in answer.json()["errors"]}
    assert len(answer.content) < 2000


@pytest.mark.parametrize(
    "value",
    [[], {}, [[]], {"$gt": ""}, [None], True, 1e308, 10**30, -(10**30), ["x"] * 500, "\x00"],
    ids=lambda value: repr(value)[:20],
)  # fmt: skip
@pytest.mark.parametrize("name", NAMES)
def test_a_body_of_the_wrong_kinds_is_refused(api: httpx.Client, name: str, value: Any) -> None:
    rest = params(ARRIVING if name in {"arrive_by", "arrive_with_certainty"} else {})
    answer = api.post(PLAN, json={**rest, name: value})
    if name in LISTS and value == []:
        assert answer.status_code == 200
        return
    assert answer.status_code in {400, 404, 422}, answer.text
    assert any(fault["pointer"].startswith(f"/{name}") for fault in answer.json()["errors"]), (
        answer.text
    )
    assert len(answer.content) < 2000


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"7", b'"text"', b"{", b"{}", b'{"origin": "NRW"', b"\xff\xfe\x00",
     b"[" * 5000, b'{"origin":' * 3000, b'{"origin": "\\ud800"}', b'{"via": ["\\u0000"]}',
     b'{"window_min": NaN}', b'{"window_min": 1e99999}'],
    ids=lambda body: repr(body[:20]),
)  # fmt: skip
def test_a_body_that_is_no_question_is_refused(api: httpx.Client, body: bytes) -> None:
    answer = api.post(PLAN, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_has_to_say_that_it_is_json(api: httpx.Client) -> None:
    answer = api.post(PLAN, content=json.dumps(QUERY), headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415


@pytest.mark.parametrize("more", ["{0}=first&{0}=second", "{0}[]=x&{0}[a]=x", "{0}", "{0}=%FF"])
@pytest.mark.parametrize("name", NAMES)
def test_a_parameter_of_an_odd_form_does_no_harm(api: httpx.Client, name: str, more: str) -> None:
    query = "&".join(f"{asked}={value}" for asked, value in QUERY.items())
    answer = api.get(f"{PLAN}?{query}&{more.format(name)}")
    assert answer.status_code in {200, 400, 404, 422}


def cursor(text: str | bytes) -> str:
    """Return a cursor that says *text*, as a forger would write it."""
    written = text.encode() if isinstance(text, str) else text
    return urlsafe_b64encode(written).decode().rstrip("=")


@pytest.mark.parametrize(
    "forged",
    [
        *(cursor(text) for text in (
            "1", "1 df", "2 df 2026-11-24 08:00", "1 xx 2026-11-24 08:00",
            "1 df 2026-02-31 08:00", "1 df 2026-11-24 24:00", "1 df 0000-00-00 00:00",
            "1 df 9999-12-31 23:59", "1 df 2026-11-24 08:00\n", "1 df ٢٠٢٦-11-24 08:00",
        )),
        cursor(b"\xff\xfe\x00"), "=", "====", "A", "é", "\x00", "🚂",
    ],
)  # fmt: skip
def test_a_forged_cursor_is_refused(api: httpx.Client, forged: str) -> None:
    answer = api.get(PLAN, params={**QUERY, "cursor": forged})
    assert answer.status_code == 400, answer.text
    assert [fault["parameter"] for fault in answer.json()["errors"]] == ["cursor"]
    assert "no cursor of an earlier answer" in answer.json()["detail"]


def test_a_cursor_to_a_day_without_timetable_is_as_good_as_that_day(api: httpx.Client) -> None:
    answer = api.get(PLAN, params={**QUERY, "cursor": cursor("1 df 2040-01-01 08:00")})
    assert answer.status_code == 422
    assert "2025-11-23 to 2027-02-21" in answer.json()["detail"]


@pytest.mark.parametrize("offset", ["+24:00", "-24:00", "+99:99", "-9999"])
def test_an_offset_that_no_place_has_is_refused(api: httpx.Client, offset: str) -> None:
    asked = {"depart_after": f"2026-11-24T08:00{offset}"}
    answer = api.get(PLAN, params=params(asked))
    assert answer.status_code in {400, 422}, answer.text
    assert [fault["parameter"] for fault in answer.json()["errors"]] == ["depart_after"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_plans_are_only_read(api: httpx.Client, method: str) -> None:
    assert api.request(method, PLAN, params=QUERY).status_code == 405


def test_a_crowd_of_the_largest_questions_is_answered(service: Service) -> None:
    asked: dict[str, Any] = {
        **QUERY,
        "destination": "EDB",
        "window_min": 1440,
        "max_changes": 8,
        "limit": 30,
    }
    with httpx.Client(base_url=service.url, timeout=60) as api:
        for _ in range(3):
            answer = api.get(PLAN, params=asked)
            assert answer.status_code == 200
            assert answer.json()["journeys"]
