"""`/api/predict` with fares: those of the first train beside its forecast."""

from typing import Any

import httpx
import pytest

QUERY = {"origin": "NRW", "destination": "LST", "date": "2026-11-24", "time": "09:00"}


def predict(api: httpx.Client, **changes: str) -> Any:
    asked = {**QUERY, "include_fares": "true", **changes}
    answer = api.get("/api/predict", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("railcard", ["", "YNG"])
def test_a_forecast_brings_the_fares_of_its_first_train(api: httpx.Client, railcard: str) -> None:
    answer = predict(api, time="08:01", railcard=railcard)
    first = answer["forecasts"][0]["train"]
    assert answer["fares"]["trip"]["train"] == first
    params = {**QUERY, "train": first["uid"], "railcard": railcard}
    compared = api.get("/api/fares/compare", params=params).json()
    assert answer["fares"] == {name: compared[name] for name in answer["fares"]}
    assert {"fares", "cheapest", "by_kind", "saving_p"} <= set(answer["fares"])
    assert answer["degraded"] is False


def test_the_fares_are_those_of_the_operators_first_train(api: httpx.Client) -> None:
    asked = {"origin": "EUS", "destination": "BHM"}
    operators = [
        one["train"]["operator"]["code"] for one in predict(api, **asked, limit="50")["forecasts"]
    ]
    for toc in set(operators):
        fares = predict(api, **asked, toc=toc)["fares"]
        assert fares["trip"]["train"]["operator"]["code"] == toc


def test_fares_come_only_to_those_who_ask(api: httpx.Client) -> None:
    for include in ("false", "0", ""):
        assert predict(api, include_fares=include)["fares"] is None
        assert predict(api, include_fares=include, railcard="QQQ")["degraded"] is False


def test_the_fares_are_the_same_however_they_are_asked_for(api: httpx.Client) -> None:
    body = {**QUERY, "include_fares": True, "railcard": "YNG"}
    asked = predict(api, railcard="YNG")
    assert asked["fares"] is not None
    assert api.post("/api/predict", json=body).json() == asked
    plain, wrong = body | {"railcard": None}, body | {"railcard": "QQQ"}
    batch = api.post("/api/predict/batch", json={"requests": [body, plain, wrong]}).json()
    with_card, without, refused = batch["results"]
    assert with_card["body"] == asked
    assert without["body"] == predict(api)
    assert refused["status"] == 422
    assert [fault["pointer"] for fault in refused["problem"]["errors"]] == ["/railcard"]


@pytest.mark.parametrize("railcard", ["QQQ", "YOUNG", "\x00"])
def test_a_railcard_that_is_none_is_refused_with_a_forecast_too(
    api: httpx.Client, railcard: str
) -> None:
    answer = api.get("/api/predict", params={**QUERY, "include_fares": "1", "railcard": railcard})
    assert answer.status_code == 422
    assert [fault["parameter"] for fault in answer.json()["errors"]] == ["railcard"]


def test_a_forecast_of_pair_and_hour_brings_what_is_known_of_the_fares(api: httpx.Client) -> None:
    answer = predict(api, date="2027-06-01")
    assert answer["forecasts"][0]["train"] is None
    assert answer["fares"]["trip"]["train"] is None
    assert answer["fares"]["cheapest"] is not None
    assert answer["degraded_reasons"] == ["no loaded timetable covers 2027-06-01"]


def test_without_a_train_there_are_no_fares_of_it(api: httpx.Client) -> None:
    answer = predict(api, time="23:59")
    assert (answer["forecasts"], answer["fares"]) == ([], None)
    assert answer["degraded_reasons"] == ["no train leaves then that fares could be for"]
