"""`/api/stations`: finding stations, and what is known of one."""

import httpx
import pytest


def crs_of(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200
    return [station["crs"] for station in answer.json()["stations"]]


def test_part_of_a_name_finds_stations_with_their_names(api: httpx.Client) -> None:
    answer = api.get("/api/stations", params={"q": "norw"})
    assert answer.json()["stations"] == [{"crs": "NRW", "name": "Norwich"}]


def test_a_code_finds_its_station_first(api: httpx.Client) -> None:
    assert crs_of(api.get("/api/stations", params={"q": "lst"}))[0] == "LST"


def test_no_more_stations_come_than_asked_for(api: httpx.Client) -> None:
    assert len(crs_of(api.get("/api/stations", params={"q": "london"}))) > 2
    assert len(crs_of(api.get("/api/stations", params={"q": "london", "limit": "2"}))) == 2


def test_ten_stations_come_at_most_unless_more_are_asked_for(api: httpx.Client) -> None:
    assert len(crs_of(api.get("/api/stations", params={"q": "o"}))) == 10
    assert len(crs_of(api.get("/api/stations", params={"q": "o", "limit": "100"}))) > 10


@pytest.mark.parametrize("nothing", ["qqqqq", "🚂", "%", "\x00"])
def test_a_text_that_means_no_station_finds_none(api: httpx.Client, nothing: str) -> None:
    assert crs_of(api.get("/api/stations", params={"q": nothing})) == []


@pytest.mark.parametrize("limit", ["0", "101", "-1", "abc", "1.5", "5_0", "\u0665"])
def test_a_limit_that_cannot_be_meant_is_named(api: httpx.Client, limit: str) -> None:
    answer = api.get("/api/stations", params={"q": "norw", "limit": limit})
    assert answer.status_code in {400, 422}
    assert [fault["parameter"] for fault in answer.json()["errors"]] == ["limit"]


@pytest.mark.parametrize("query", [{}, {"q": ""}, {"q": "x" * 61}])
def test_a_text_that_cannot_be_searched_for_is_named(
    api: httpx.Client, query: dict[str, str]
) -> None:
    answer = api.get("/api/stations", params=query)
    assert answer.status_code == 422
    assert [fault["parameter"] for fault in answer.json()["errors"]] == ["q"]


@pytest.mark.parametrize("code", ["NRW", "nrw", "nRw"])
def test_a_station_is_found_by_its_code_in_either_case(api: httpx.Client, code: str) -> None:
    answer = api.get(f"/api/stations/{code}")
    assert answer.status_code == 200
    station = answer.json()
    assert (station["crs"], station["name"]) == ("NRW", "Norwich")
    assert station["change_min"] > 0
    assert station["tiplocs"]


def test_a_station_that_the_data_have_never_seen_is_not_found(api: httpx.Client) -> None:
    answer = api.get("/api/stations/ZZZ")
    assert answer.status_code == 404
    assert answer.json()["type"].endswith("/unknown-station")
    assert answer.json()["errors"][0]["parameter"] == "crs"


@pytest.mark.parametrize("code", ["%F0%9F%9A%82", "NR", "NRWX", "N1W", "%FF", "%00", "%20%20%20"])
def test_what_is_no_station_code_is_refused_by_name(api: httpx.Client, code: str) -> None:
    answer = api.get(f"/api/stations/{code}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "crs"
