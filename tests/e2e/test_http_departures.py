"""`/api/stations/{crs}/departures`: the next trains, over the demo railway."""

from datetime import datetime
from typing import Any

import httpx
import pytest

DAY = "2026-11-24"


def board(api: httpx.Client, crs: str = "IPS", **asked: str) -> Any:
    answer = api.get(f"/api/stations/{crs}/departures", params={"date": DAY, **asked})
    assert answer.status_code == 200, answer.text
    return answer.json()


def moments(found: Any) -> list[datetime]:
    return [datetime.fromisoformat(one["departs_at"]) for one in found["departures"]]


def test_departures_come_in_order_from_the_time_on(api: httpx.Client) -> None:
    found = board(api, time="08:00", limit="30")
    assert found["station"] == {"crs": "IPS", "name": "Ipswich"}
    leaves = moments(found)
    assert len(leaves) == 30
    assert leaves == sorted(leaves)
    assert all(one.strftime("%Y-%m-%d %H:%M") >= f"{DAY} 08:00" for one in leaves)
    assert found["provenance"]["source"] == "demo"


def test_a_departure_says_where_to_and_when_it_gets_there(api: httpx.Client) -> None:
    for one in board(api, time="08:00")["departures"]:
        assert one["destination"]["crs"] != "IPS"
        assert one["arrives_at"] > one["departs_at"]
        assert one["calls"] >= 0
        assert one["operator"].keys() == {"code", "name"}


def test_a_train_to_london_is_the_one_that_is_forecast(api: httpx.Client) -> None:
    forecast = api.get(
        "/api/predict",
        params={"origin": "IPS", "destination": "LST", "date": DAY, "time": "08:00", "limit": "1"},
    ).json()["forecasts"][0]["train"]
    [same] = [
        one
        for one in board(api, time="08:00", limit="50")["departures"]
        if one["uid"] == forecast["uid"]
    ]
    assert same["departs_at"] == forecast["departs_at"]


def test_on_another_day_than_today_the_board_begins_at_midnight(api: httpx.Client) -> None:
    assert board(api, limit="1") == board(api, time="00:00", limit="1")


def test_late_in_the_evening_none_may_be_left(api: httpx.Client) -> None:
    assert board(api, time="23:59")["departures"] == []


@pytest.mark.parametrize(
    ("crs", "asked", "status", "names"),
    [
        ("QQQ", {}, 404, "crs"),
        ("IPS", {"date": "2029-01-01"}, 422, "date"),
        ("IPS", {"date": "tomorrow"}, 400, "date"),
        ("IPS", {"time": "25:00"}, 422, "time"),
        ("IPS", {"limit": "101"}, 422, "limit"),
        ("IPS", {"limit": "0"}, 422, "limit"),
        ("ips1", {}, 422, "crs"),
    ],
)
def test_what_cannot_be_meant_is_named(
    api: httpx.Client, crs: str, asked: dict[str, str], status: int, names: str
) -> None:
    answer = api.get(f"/api/stations/{crs}/departures", params={"date": DAY, **asked})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert names in answer.json()["detail"]
