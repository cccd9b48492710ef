"""`/api/routes/{origin}/{destination}/stats` and `/api/statistics`: how trains ran."""

from typing import Any

import httpx
import pytest


def assert_adds_up(figures: dict[str, Any]) -> None:
    """On time, late and cancelled are all there is; being later is never likelier."""
    parts = (
        figures["on_time_probability"],
        figures["late_probability"]["1"],
        figures["cancelled_probability"],
    )
    assert sum(parts) == pytest.approx(1, abs=1e-5)
    late = list(figures["late_probability"].values())
    assert list(figures["late_probability"]) == ["1", "3", "5", "10", "15", "30", "60"]
    assert late == sorted(late, reverse=True)
    quantiles = list(figures["quantiles_min"].values())
    assert list(figures["quantiles_min"]) == ["0.1", "0.5", "0.8", "0.9", "0.95"]
    assert quantiles == sorted(quantiles)


def test_a_routes_figures_add_up(api: httpx.Client) -> None:
    answer = api.get("/api/routes/NRW/LST/stats").json()
    assert answer["origin"] == {"crs": "NRW", "name": "Norwich"}
    assert answer["destination"] == {"crs": "LST", "name": "London Liverpool Street"}
    assert answer["statistics"]["trains"] > 100
    assert answer["statistics"]["mean_delay_min"] >= 0
    assert_adds_up(answer["statistics"])
    assert answer["provenance"]["source"] == "demo"
    assert answer["degraded"] is False


def test_a_route_may_be_asked_for_in_lower_case(api: httpx.Client) -> None:
    lower, upper = (api.get(f"/api/routes/{o}/{d}/stats").json()
                    for o, d in (("nrw", "lst"), ("NRW", "LST")))  # fmt: skip
    assert lower == upper


def test_the_two_directions_of_a_route_differ(api: httpx.Client) -> None:
    there, back = (api.get(f"/api/routes/{o}/{d}/stats").json()["statistics"]
                   for o, d in (("NRW", "LST"), ("LST", "NRW")))  # fmt: skip
    assert there != back


@pytest.mark.parametrize(
    ("origin", "destination", "status", "kind", "named"),
    [
        ("NRW", "EDB", 404, "unknown-route", []),
        ("NRW", "ZZZ", 404, "unknown-station", ["destination"]),
        ("ZZZ", "NRW", 404, "unknown-station", ["origin"]),
        ("NRW", "nrw", 422, "invalid-parameter", ["destination"]),
        ("%F0%9F%9A%82", "LST", 422, "invalid-parameter", ["origin"]),
        ("NRW", "L5T", 422, "invalid-parameter", ["destination"]),
    ],
)
def test_a_route_that_is_none_is_refused(
    api: httpx.Client, origin: str, destination: str, status: int, kind: str, named: list[str]
) -> None:
    answer = api.get(f"/api/routes/{origin}/{destination}/stats")
    problem = answer.json()
    assert answer.status_code == status
    assert problem["type"] == f"/problems/{kind}"
    assert [fault["parameter"] for fault in problem.get("errors", [])] == named


def test_the_statistics_say_what_is_loaded(api: httpx.Client) -> None:
    answer = api.get("/api/statistics").json()
    assert answer["stations"] > 50
    assert answer["schedules"] > 1000
    fares = answer["fares"]
    assert fares.pop("loaded_at") == answer["provenance"]["fares"]["loaded_at"]
    assert (fares.pop("stations") > 50, fares.pop("routes") > 1) == (True, True)
    assert fares == {
        "version": "RJFAF001", "generated_on": "2026-11-23", "editions": 1, "tickets": 22,
        "railcards": 8,
    }  # fmt: skip
    assert answer["observed_arrivals"] > 10_000
    assert answer["performance_days"] == {"from": "2026-10-09", "to": "2026-11-22"}
    assert answer["timetable_days"]["to"] == "2027-02-21"
    assert answer["provenance"]["source"] == "demo"


def test_the_networks_punctuality_is_that_of_its_operators_together(api: httpx.Client) -> None:
    answer = api.get("/api/statistics").json()
    figures = [one["statistics"] for one in answer["operators"]]
    network = answer["network"]
    assert len(figures) > 5
    for one in (network, *figures):
        assert_adds_up(one)
    assert network["trains"] == sum(one["trains"] for one in figures)
    on_time = sum(one["trains"] * one["on_time_probability"] for one in figures)
    assert network["on_time_probability"] == pytest.approx(on_time / network["trains"], abs=1e-5)


def test_operators_come_with_code_and_name(api: httpx.Client) -> None:
    operators = [one["operator"] for one in api.get("/api/statistics").json()["operators"]]
    assert {"code": "LE", "name": "Greater Anglia"} in operators
