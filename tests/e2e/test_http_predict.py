"""`/api/predict`: forecasts of the direct trains between two stations."""

from datetime import datetime
from typing import Any

import httpx
import pytest

QUERY = {"origin": "NRW", "destination": "LST", "date": "2026-11-24", "time": "08:00"}
FAULTY: list[tuple[dict[str, str], str]] = [
    ({"origin": "ZZZ"}, "origin"),
    ({"destination": "ZZZ"}, "destination"),
    ({"origin": ""}, "origin"),
    ({"origin": "   "}, "origin"),
    ({"origin": "🚂"}, "origin"),
    ({"origin": "NRWICH"}, "origin"),
    ({"destination": "nrw"}, "destination"),
    ({"date": "2026-02-31"}, "date"),
    ({"date": "24/11/2026"}, "date"),
    ({"date": "0001-01-01"}, "date"),
    ({"date": "9999-12-31"}, "date"),
    ({"date": ""}, "date"),
    ({"time": "25:61"}, "time"),
    ({"time": "24:00"}, "time"),
    ({"time": "half past five"}, "time"),
    ({"limit": "0"}, "limit"),
    ({"limit": "51"}, "limit"),
    ({"limit": "abc"}, "limit"),
    ({"limit": "5_0"}, "limit"),
    ({"toc": "🚂"}, "toc"),
    ({"include_fares": "maybe"}, "include_fares"),
    ({"observed_at": "CHM"}, "observed_delay_min"),
    ({"observed_delay_min": "7"}, "observed_at"),
    ({"observed_at": "CHM", "observed_delay_min": "late"}, "observed_delay_min"),
    ({"observed_at": "CHM", "observed_delay_min": "601"}, "observed_delay_min"),
    ({"observed_at": "ZZZ", "observed_delay_min": "7"}, "observed_at"),
    ({"observed_at": "EDB", "observed_delay_min": "7"}, "observed_at"),
    ({"observed_at": "LST", "observed_delay_min": "7"}, "observed_at"),
]


def ask(api: httpx.Client, **changes: str) -> Any:
    answer = api.get("/api/predict", params={**QUERY, **changes})
    assert answer.status_code == 200, answer.text
    return answer.json()


def assert_is_a_forecast(forecast: dict[str, Any]) -> None:
    arrival = forecast["arrival"]
    late = list(arrival["late_probability"].values())
    assert list(arrival["late_probability"]) == ["1", "3", "5", "10", "15", "30", "60"]
    assert late == sorted(late, reverse=True)
    total = arrival["on_time_probability"] + late[0] + arrival["cancelled_probability"]
    assert total == pytest.approx(1, abs=1e-9)
    assert all(0 <= p <= 1 for p in (arrival["on_time_probability"], *late))
    quantiles = list(arrival["quantiles_min"].values())
    assert list(arrival["quantiles_min"]) == ["0.1", "0.5", "0.8", "0.9", "0.95"]
    assert quantiles == sorted(quantiles)
    assert arrival["expected_delay_min"] >= 0
    effects = sum(term["on_time_effect"] for term in forecast["explanation"])
    assert effects == pytest.approx(arrival["on_time_probability"], abs=1e-6)
    assert forecast["explanation"][0]["level"] == "network"
    assert all(term["text"] and term["sample_size"] >= 0 for term in forecast["explanation"])
    assert forecast["confidence"]["level"] in {"high", "medium", "low", "very_low"}
    assert forecast["confidence"]["effective_sample_size"] >= 0


def test_the_answer_repeats_what_was_asked_with_names(api: httpx.Client) -> None:
    answer = ask(api)
    assert answer["origin"] == {"crs": "NRW", "name": "Norwich"}
    assert answer["destination"] == {"crs": "LST", "name": "London Liverpool Street"}
    assert (answer["date"], answer["time"]) == ("2026-11-24", "08:00")
    assert answer["fares"] is None
    assert answer["degraded"] is False


def test_trains_leave_at_or_after_the_time_earliest_first(api: httpx.Client) -> None:
    trains = [one["train"] for one in ask(api)["forecasts"]]
    leaving = [train["departs_at"] for train in trains]
    assert len(trains) == 5
    assert leaving == sorted(leaving)
    assert leaving[0] >= "2026-11-24T08:00:00+00:00"
    assert all(train["arrives_at"] > train["departs_at"] for train in trains)


def test_a_train_comes_with_identity_and_operator(api: httpx.Client) -> None:
    train = ask(api, limit="1")["forecasts"][0]["train"]
    assert train["operator"] == {"code": "LE", "name": "Greater Anglia"}
    assert len(train["uid"]) == 6
    assert len(train["headcode"]) == 4


@pytest.mark.parametrize(
    ("origin", "destination"), [("NRW", "LST"), ("EUS", "MAN"), ("KGX", "EDB"), ("LDS", "MCV")]
)
def test_every_forecast_adds_up(api: httpx.Client, origin: str, destination: str) -> None:
    answer = ask(api, origin=origin, destination=destination, limit="50", time="00:00")
    assert answer["forecasts"]
    for forecast in answer["forecasts"]:
        assert_is_a_forecast(forecast)


@pytest.mark.parametrize(("day", "offset"), [("2026-11-24", "+00:00"), ("2026-07-01", "+01:00")])
def test_instants_carry_londons_offset_of_their_day(
    api: httpx.Client, day: str, offset: str
) -> None:
    answer = ask(api, date=day)
    moments = [
        one["train"][end] for one in answer["forecasts"] for end in ("departs_at", "arrives_at")
    ]
    moments += [] if offset != "+00:00" else [answer["provenance"]["timetable"]["loaded_at"]]
    assert moments
    assert all(moment.endswith(offset) for moment in moments)
    assert all(datetime.fromisoformat(moment).tzinfo for moment in moments)


def test_the_answer_says_that_it_rests_on_the_demo(api: httpx.Client) -> None:
    provenance = ask(api)["provenance"]
    assert provenance["source"] == "demo"
    assert provenance["timetable"]["version"] == "RJTTF001"
    assert provenance["fares"]["version"] == "RJFAF001"
    assert provenance["performance"]["from"] == "2026-10-09"
    assert provenance["performance"]["to"] == "2026-11-22"
    assert datetime.fromisoformat(provenance["performance"]["loaded_at"]).tzinfo


def test_lower_case_codes_mean_the_same(api: httpx.Client) -> None:
    assert ask(api, origin="nrw", destination="lst", toc="le") == ask(api, toc="LE")


def test_only_the_trains_of_the_operator_asked_for_are_shown(api: httpx.Client) -> None:
    everyone = ask(api, origin="EUS", destination="BHM", limit="50")["forecasts"]
    codes = {one["train"]["operator"]["code"] for one in everyone}
    for code in codes:
        only = ask(api, origin="EUS", destination="BHM", limit="50", toc=code)["forecasts"]
        assert only == [one for one in everyone if one["train"]["operator"]["code"] == code]
    assert ask(api, toc="ZZ")["forecasts"] == []


@pytest.mark.parametrize("limit", [1, 3, 50])
def test_no_more_trains_come_than_asked_for(api: httpx.Client, limit: int) -> None:
    assert 1 <= len(ask(api, limit=str(limit), time="00:00")["forecasts"]) <= limit


def test_after_the_last_train_of_the_day_there_is_none(api: httpx.Client) -> None:
    answer = ask(api, time="23:59")
    assert answer["forecasts"] == []
    assert answer["degraded"] is False


def test_a_date_without_timetable_gets_one_degraded_forecast_of_pair_and_hour(
    api: httpx.Client,
) -> None:
    answer = ask(api, date="2027-06-01")
    assert answer["degraded"] is True
    assert "2027-06-01" in answer["degraded_reasons"][0]
    [forecast] = answer["forecasts"]
    assert forecast["train"] is None
    assert_is_a_forecast(forecast)


def test_a_train_known_to_be_late_is_expected_later(api: httpx.Client) -> None:
    punctual, late, very_late = (
        ask(api, limit="1", observed_at="IPS", observed_delay_min=delay)["forecasts"][0]
        for delay in ("0", "7", "30")
    )
    medians = [one["arrival"]["quantiles_min"]["0.5"] for one in (punctual, late, very_late)]
    assert medians == sorted(medians)
    assert medians[2] > medians[0] + 10
    for forecast in (punctual, late, very_late):
        assert_is_a_forecast(forecast)


def test_a_post_answers_as_the_get_does(api: httpx.Client) -> None:
    body = {**QUERY, "limit": 2, "toc": "LE"}
    posted = api.post("/api/predict", json=body)
    assert posted.status_code == 200
    assert posted.json() == ask(api, limit="2", toc="LE")


def test_a_post_takes_the_older_names_of_date_and_time(api: httpx.Client) -> None:
    body = {"origin": "NRW", "destination": "LST",
            "departure_date": "2026-11-24", "departure_time": "08:00"}  # fmt: skip
    assert api.post("/api/predict", json=body).json() == ask(api)


def test_the_names_of_today_win_over_the_older_ones(api: httpx.Client) -> None:
    body = {**QUERY, "departure_date": "2020-01-01", "departure_time": "23:00"}
    assert api.post("/api/predict", json=body).json() == ask(api)


def test_null_in_a_body_means_not_given(api: httpx.Client) -> None:
    body = {**QUERY, "toc": None, "limit": None, "observed_at": None}
    assert api.post("/api/predict", json=body).json() == ask(api)


@pytest.mark.parametrize(("changes", "named"), FAULTY)
def test_a_parameter_that_cannot_be_meant_is_named(
    api: httpx.Client, changes: dict[str, str], named: str
) -> None:
    answer = api.get("/api/predict", params={**QUERY, **changes})
    assert answer.status_code in {400, 404, 422}
    assert [fault["parameter"] for fault in answer.json()["errors"]] == [named]
    assert named in answer.json()["detail"]


@pytest.mark.parametrize(("changes", "named"), FAULTY)
def test_a_member_of_a_body_that_cannot_be_meant_is_pointed_to(
    api: httpx.Client, changes: dict[str, str], named: str
) -> None:
    by_get = api.get("/api/predict", params={**QUERY, **changes})
    by_post = api.post("/api/predict", json={**QUERY, **changes})
    assert by_post.status_code == by_get.status_code
    assert [fault["pointer"] for fault in by_post.json()["errors"]] == [f"/{named}"]


def test_everything_that_is_wrong_is_named_at_once(api: httpx.Client) -> None:
    answer = api.get("/api/predict", params={"origin": "🚂", "date": "soon", "limit": "0"})
    assert answer.status_code == 400
    named = {fault["parameter"] for fault in answer.json()["errors"]}
    assert named == {"origin", "destination", "date", "time", "limit"}


@pytest.mark.parametrize(("origin", "destination"), [("NRW", "EDB"), ("EDB", "CHM")])
def test_a_pair_that_no_train_serves_is_unknown_and_no_confident_number(
    api: httpx.Client, origin: str, destination: str
) -> None:
    for day in ("2026-11-24", "2027-06-01"):
        query = {**QUERY, "origin": origin, "destination": destination, "date": day}
        answer = api.get("/api/predict", params=query)
        assert answer.status_code == 404
        assert answer.json()["type"] == "/problems/unknown-route"
        assert "forecasts" not in answer.json()
