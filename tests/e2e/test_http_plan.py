"""`/api/journey/plan`: every field of a journey, checked for what it means."""

from datetime import datetime, timedelta
from itertools import pairwise
from math import prod
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx
import pytest

PLAN: Final = "/api/journey/plan"
LONDON: Final = ZoneInfo("Europe/London")
TUESDAY: Final = "2026-11-24"
QUERY: Final = {"origin": "NRW", "destination": "BRI", "depart_after": f"{TUESDAY}T08:00"}
ANSWER: Final = {
    "origin", "destination", "journeys", "deadlines", "earlier", "later", "none_found",
    "provenance", "degraded", "degraded_reasons",
}  # fmt: skip
JOURNEY: Final = {
    "departs_at", "arrives_at", "duration_min", "changes", "legs", "connections", "reliability",
    "fare", "split", "delay_repay", "labels", "reason",
}  # fmt: skip
TRAIN_LEG: Final = {
    "mode", "train", "origin", "destination", "departs_at", "arrives_at", "duration_min", "calls",
    "arrival", "continues_as",
}  # fmt: skip
OTHER_LEG: Final = {
    "mode", "origin", "destination", "departs_at", "arrives_at", "duration_min",
}  # fmt: skip
CONNECTION: Final = {
    "at", "slack_min", "available_min", "needed_min", "catch_probability", "fallback",
}  # fmt: skip
RELIABILITY: Final = {
    "all_connections_probability", "arrival_quantiles", "late_probability", "expected_arrival_at",
    "stranded_probability",
}  # fmt: skip
ARRIVAL: Final = {
    "on_time_probability", "late_probability", "cancelled_probability", "expected_delay_min",
    "quantiles_min",
}  # fmt: skip
FARE: Final = {
    "ticket", "route", "adult_fare_p", "total_p", "undiscounted_total_p", "railcard",
    "restriction", "validity", "availability", "trip", "notes",
}  # fmt: skip
LABELS: Final = {"fastest", "cheapest", "most_reliable", "best"}
TRIPS: Final[list[dict[str, Any]]] = [
    {},
    {"destination": "LST"},
    {"origin": "EUS", "destination": "EDB", "depart_after": f"{TUESDAY}T23:00"},
    {"origin": "BTH", "destination": "HYM", "window_min": 240, "railcard": "YNG"},
    {"origin": "LIV", "destination": "LDS", "window_min": 180, "adults": 2, "children": 1},
    {"origin": "IPS", "destination": "MAN", "class": "any", "window_min": 60},
    {"origin": "SMK", "destination": "OXF", "via": ["LST"], "max_changes": 3},
    {"origin": "LST", "destination": "PAD", "limit": 3},
    {"depart_after": None, "arrive_by": f"{TUESDAY}T14:00", "extra_interchange_min": 10},
    {"destination": "LST", "depart_after": None, "arrive_by": f"{TUESDAY}T12:00",
     "arrive_with_certainty": 0.95},
    {"depart_after": "2026-07-01T09:00"},
    {"origin": "KGX", "destination": "LDS", "depart_after": "2026-03-28T23:30", "window_min": 10},
]  # fmt: skip


def params(**changes: Any) -> dict[str, Any]:
    return {name: one for name, one in {**QUERY, **changes}.items() if one is not None}


def ask(api: httpx.Client, **changes: Any) -> Any:
    answer = api.get(PLAN, params=params(**changes))
    assert answer.status_code == 200, answer.text
    return answer.json()


def moment(text: str) -> datetime:
    """Return an instant, which has to be written in London's time to the second."""
    read = datetime.fromisoformat(text)
    assert len(text) == len("2026-11-24T08:00:00+00:00")
    assert read.utcoffset() == read.replace(tzinfo=LONDON).utcoffset()
    return read


def minutes(first: str, last: str) -> float:
    return (moment(last) - moment(first)) / timedelta(minutes=1)


def is_chance(value: Any) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool) and 0 <= value <= 1


def is_pence(value: Any) -> bool:
    return type(value) is int and value >= 0


def check_station(one: Any) -> None:
    assert set(one) == {"crs", "name"}
    assert len(one["crs"]) == 3
    assert one["name"] not in {"", one["crs"]}


def check_train(one: Any) -> None:
    assert set(one) == {"uid", "headcode", "operator", "departs_at", "arrives_at"}
    assert len(one["uid"]) == 6
    assert set(one["operator"]) == {"code", "name"}
    assert minutes(one["departs_at"], one["arrives_at"]) > 0


def check_arrival(one: Any) -> None:
    assert set(one) == ARRIVAL
    late = one["late_probability"]
    assert list(late) == ["1", "3", "5", "10", "15", "30", "60"]
    chances = [one["on_time_probability"], one["cancelled_probability"], *late.values()]
    assert all(is_chance(chance) for chance in chances)
    assert sum(chances[:3]) == pytest.approx(1)
    assert list(late.values()) == sorted(late.values(), reverse=True)
    assert list(one["quantiles_min"].values()) == sorted(one["quantiles_min"].values())


def check_leg(one: Any) -> None:
    for end in ("origin", "destination"):
        check_station(one[end])
    assert one["duration_min"] == minutes(one["departs_at"], one["arrives_at"]) > 0
    if one["mode"] != "train":
        assert set(one) == OTHER_LEG
        assert one["mode"] == one["mode"].lower()
        return
    assert set(one) == TRAIN_LEG
    check_train(one["train"])
    assert [one["train"][at] for at in ("departs_at", "arrives_at")] == [
        one["departs_at"], one["arrives_at"],
    ]  # fmt: skip
    assert one["calls"] >= 0
    check_arrival(one["arrival"])
    for portion in one["continues_as"]:
        check_station(portion["at"])


def check_connection(one: Any, before: Any, after: Any) -> None:
    assert set(one) == CONNECTION
    assert one["at"] == after["origin"]
    assert one["available_min"] == minutes(before["arrives_at"], after["departs_at"])
    assert one["slack_min"] == one["available_min"] - one["needed_min"] >= 0
    assert is_chance(one["catch_probability"])
    if one["fallback"] is not None:
        check_train(one["fallback"]["train"])
        assert minutes(after["departs_at"], one["fallback"]["train"]["departs_at"]) > 0
        assert minutes(one["fallback"]["train"]["departs_at"], one["fallback"]["arrives_at"]) > 0


def check_reliability(one: Any, journey: Any) -> None:
    assert set(one) == RELIABILITY
    assert one["all_connections_probability"] == pytest.approx(
        prod(each["catch_probability"] for each in journey["connections"])
    )
    assert list(one["arrival_quantiles"]) == ["0.5", "0.8", "0.95"]
    known = [moment(at) for at in one["arrival_quantiles"].values() if at is not None]
    assert known == sorted(known)
    late = one["late_probability"]
    assert list(late) == ["15", "30", "60", "120"]
    assert all(is_chance(chance) for chance in late.values())
    assert list(late.values()) == sorted(late.values(), reverse=True)
    assert minutes(journey["arrives_at"], one["expected_arrival_at"]) > -60
    assert is_chance(one["stranded_probability"])


def check_fare(one: Any) -> None:
    assert set(one) == FARE
    assert all(is_pence(one[figure]) for figure in ("adult_fare_p", "total_p"))
    assert one["availability"] == ("quota" if one["ticket"]["kind"] == "advance" else "walk_up")
    assert one["trip"] == "checked"


def check_split(one: Any, journey: Any) -> None:
    tickets = one["tickets"]
    assert one["total_p"] == sum(ticket["total_p"] for ticket in tickets)
    assert is_pence(one["total_p"])
    assert one["saving_p"] == journey["fare"]["total_p"] - one["total_p"] > 0
    assert tickets[0]["origin"] == journey["legs"][0]["origin"]
    assert tickets[-1]["destination"] == journey["legs"][-1]["destination"]
    assert all(before["destination"] == after["origin"] for before, after in pairwise(tickets))


def check_journey(one: Any) -> None:
    assert set(one) == JOURNEY
    legs = one["legs"]
    assert (one["departs_at"], one["arrives_at"]) == (
        legs[0]["departs_at"], legs[-1]["arrives_at"],
    )  # fmt: skip
    assert type(one["duration_min"]) is int
    assert one["duration_min"] == minutes(one["departs_at"], one["arrives_at"]) > 0
    for leg in legs:
        check_leg(leg)
    for before, after in pairwise(legs):
        assert before["destination"] == after["origin"]
        assert minutes(before["arrives_at"], after["departs_at"]) >= 0
        assert "train" in {before["mode"], after["mode"]}
    trains = [leg for leg in legs if leg["mode"] == "train"]
    assert one["changes"] == len(one["connections"]) == max(len(trains) - 1, 0)
    for connection, (before, after) in zip(one["connections"], pairwise(trains), strict=True):
        check_connection(connection, before, after)
    if trains:
        check_reliability(one["reliability"], one)
        check_fare(one["fare"])
    else:
        assert one["reliability"] is one["fare"] is one["delay_repay"] is None
    if one["split"] is not None:
        check_split(one["split"], one)
    if one["delay_repay"] is not None:
        assert set(one["delay_repay"]) == {"expected_p", "probability", "scheme"}
        assert is_pence(one["delay_repay"]["expected_p"])
        assert one["delay_repay"]["probability"] == one["reliability"]["late_probability"]["15"]
        assert one["delay_repay"]["scheme"] == "DR15"
    assert set(one["labels"]) <= LABELS
    assert one["reason"][0].isupper() or one["reason"][0].isdigit()
    assert "\n" not in one["reason"]


# --- what an answer is made of -------------------------------------------------------------------


def test_the_answer_says_what_was_asked_and_where_it_comes_from(api: httpx.Client) -> None:
    answer = ask(api)
    assert set(answer) == ANSWER
    assert answer["origin"] == {"crs": "NRW", "name": "Norwich"}
    assert answer["destination"] == {"crs": "BRI", "name": "Bristol Temple Meads"}
    assert answer["provenance"]["source"] == "demo"
    assert answer["provenance"]["timetable"]["version"] == "RJTTF001"
    assert answer["provenance"]["fares"]["version"] == "RJFAF001"
    assert set(answer["provenance"]["performance"]) == {"from", "to", "loaded_at"}
    assert (answer["degraded"], answer["degraded_reasons"]) == (False, [])
    assert (answer["deadlines"], answer["none_found"]) == ([], None)


@pytest.mark.parametrize("trip", TRIPS, ids=str)
def test_a_journey_says_everything_of_itself(api: httpx.Client, trip: dict[str, Any]) -> None:
    answer = ask(api, **trip)
    asked = params(**trip)
    assert answer["journeys"]
    for one in answer["journeys"]:
        check_journey(one)
        ends = one["legs"][0]["origin"]["crs"], one["legs"][-1]["destination"]["crs"]
        assert ends == (asked["origin"], asked["destination"])
        assert one["changes"] <= asked.get("max_changes", 4)
    departures = [moment(one["departs_at"]) for one in answer["journeys"]]
    assert departures == sorted(departures)
    for label in LABELS:
        assert sum(label in one["labels"] for one in answer["journeys"]) <= 1
    for told_apart in ("legs", "reason"):
        each = [repr(one[told_apart]) for one in answer["journeys"]]
        assert len(set(each)) == len(each)


@pytest.mark.parametrize("trip", TRIPS, ids=str)
def test_a_body_asks_what_a_query_does(api: httpx.Client, trip: dict[str, Any]) -> None:
    answer = api.post(PLAN, json=params(**trip))
    assert answer.status_code == 200, answer.text
    assert answer.json() == ask(api, **trip)


def test_a_body_may_hold_nulls_for_what_is_not_said(api: httpx.Client) -> None:
    nothing = dict.fromkeys(
        ["arrive_by", "window_min", "max_changes", "extra_interchange_min", "railcard", "adults",
         "children", "class", "arrive_with_certainty", "value_of_time_p_per_hour", "limit",
         "cursor"]
    )  # fmt: skip
    answer = api.post(PLAN, json={**QUERY, **nothing, "via": [], "avoid": []})
    assert answer.json() == ask(api)


def test_codes_may_be_written_in_lower_case(api: httpx.Client) -> None:
    assert ask(api, origin="nrw", destination="bri", avoid=["ips"], railcard="yng") == ask(
        api, avoid=["IPS"], railcard="YNG"
    )


def test_now_is_meant_unless_a_moment_is_named(api: httpx.Client) -> None:
    answer = ask(api, depart_after=None, window_min=1440)
    assert all(one["departs_at"] >= "2026-11-23" for one in answer["journeys"])
    assert answer["earlier"] is not None


def test_a_moment_may_be_written_with_an_offset(api: httpx.Client) -> None:
    at_eight = ask(api)["journeys"]
    assert ask(api, depart_after=f"{TUESDAY}T08:00Z")["journeys"] == at_eight
    assert ask(api, depart_after=f"{TUESDAY}T09:00+01:00")["journeys"] == at_eight
    summer = ask(api, depart_after="2026-07-01T09:00")["journeys"]
    assert ask(api, depart_after="2026-07-01T08:00Z")["journeys"] == summer


# --- what it means -------------------------------------------------------------------------------


def test_a_window_holds_its_departures(api: httpx.Client) -> None:
    answer = ask(api, destination="LST", window_min=181, limit=20)
    clocks = [one["departs_at"][11:16] for one in answer["journeys"]]
    assert clocks == ["08:00", "09:00", "10:00", "11:00"]


def test_a_window_of_arrivals_ends_at_the_moment(api: httpx.Client) -> None:
    answer = ask(api, destination="LST", depart_after=None, arrive_by=f"{TUESDAY}T10:49",
                 window_min=61)  # fmt: skip
    clocks = [one["arrives_at"][11:16] for one in answer["journeys"]]
    assert clocks == ["09:49", "10:49"]


def test_the_first_train_of_the_day_is_answered_at_night(api: httpx.Client) -> None:
    [one] = ask(api, destination="LST", depart_after=f"{TUESDAY}T02:00")["journeys"]
    assert one["departs_at"] == f"{TUESDAY}T06:00:00+00:00"
    assert (one["labels"], one["reason"]) == ([], "The only one in this window")


def test_a_direct_train_is_forecast_as_its_prediction_says(api: httpx.Client) -> None:
    asked = {"origin": "NRW", "destination": "LST", "date": TUESDAY, "time": "09:00"}
    [forecast] = api.get("/api/predict", params={**asked, "limit": "1"}).json()["forecasts"]
    one = ask(api, destination="LST", depart_after=f"{TUESDAY}T09:00")["journeys"][0]
    assert one["legs"][0]["train"] == forecast["train"]
    assert one["legs"][0]["arrival"] == forecast["arrival"]
    for minutes_late in ("15", "30", "60"):
        late = forecast["arrival"]["late_probability"][minutes_late]
        assert one["reliability"]["late_probability"][minutes_late] >= late


@pytest.mark.parametrize(
    "asked", [{}, {"railcard": "YNG"}, {"adults": "2", "children": "3"}, {"class": "first"}]
)
def test_a_direct_train_costs_what_its_fares_say(api: httpx.Client, asked: dict[str, str]) -> None:
    answer = ask(api, destination="LST", **asked)
    assert answer["journeys"]
    for one in answer["journeys"]:
        compared = {
            "origin": "NRW", "destination": "LST", "date": TUESDAY, "split": "true",
            "train": one["legs"][0]["train"]["uid"], **asked,
        }  # fmt: skip
        fares = api.get("/api/fares/compare", params=compared).json()
        assert one["fare"] == fares["cheapest"]
        figures = ("total_p", "saving_p")
        split, expected = one["split"], fares["split"]
        assert (split is None) == (expected is None)
        if split is not None:
            assert [split[name] for name in figures] == [expected[name] for name in figures]


def test_a_journey_across_the_capital_rides_the_tube(api: httpx.Client) -> None:
    [first, *_] = ask(api)["journeys"]
    assert [leg["mode"] for leg in first["legs"]] == ["train", "tube", "train"]
    tube = first["legs"][1]
    assert (tube["origin"]["crs"], tube["destination"]["crs"]) == ("LST", "PAD")
    [connection] = first["connections"]
    assert connection["needed_min"] > tube["duration_min"]


def test_a_train_that_divides_is_one_leg(api: httpx.Client) -> None:
    answer = ask(api, origin="EUS", destination="EDB", depart_after=f"{TUESDAY}T23:00")
    [one] = answer["journeys"]
    [leg] = one["legs"]
    assert one["changes"] == 0
    [portion] = leg["continues_as"]
    assert portion["at"] == {"crs": "CRS", "name": "Carstairs"}
    assert portion["uid"] != leg["train"]["uid"]
    assert one["arrives_at"].startswith("2026-11-25T")


def test_only_listed_operators_have_a_delay_repay_scheme(api: httpx.Client) -> None:
    for one in ask(api, destination="LST")["journeys"]:
        assert one["delay_repay"]["scheme"] == "DR15"
        assert one["delay_repay"]["expected_p"] <= one["fare"]["total_p"]
    assert all(one["delay_repay"] is None for one in ask(api)["journeys"])


def test_places_to_avoid_and_to_go_via_are_kept_to(api: httpx.Client) -> None:
    def places(**asked: Any) -> list[set[str]]:
        return [
            {leg[end]["crs"] for leg in one["legs"] for end in ("origin", "destination")}
            for one in ask(api, origin="IPS", destination="MAN", window_min=60, **asked)["journeys"]
        ]

    assert all("BRI" in one for one in places(via=["PAD", "BRI"]))
    assert all("EUS" not in one for one in places(avoid=["EUS", "CRE"]))


def test_a_longer_change_is_made_if_asked_for(api: httpx.Client) -> None:
    for one in ask(api, extra_interchange_min=30)["journeys"]:
        assert all(each["needed_min"] >= 30 + 28 for each in one["connections"])
    assert ask(api, extra_interchange_min=30) != ask(api)


def test_when_clocks_change_a_night_is_shorter_in_fact_not_on_the_clock(
    api: httpx.Client,
) -> None:
    night = {"origin": "KGX", "destination": "LDS", "window_min": 10}
    usual, shorter = (
        ask(api, depart_after=f"2026-03-{day}T23:30", **night)["journeys"][0] for day in (21, 28)
    )
    assert usual["arrives_at"][10:16] == shorter["arrives_at"][10:16]
    assert usual["arrives_at"].endswith("+00:00")
    assert shorter["arrives_at"].endswith("+01:00")
    assert shorter["duration_min"] == usual["duration_min"] - 60


def test_no_journey_is_an_empty_list_with_a_reason(api: httpx.Client) -> None:
    answer = ask(api, origin="HFX", destination="NRW", max_changes=0)
    assert answer["journeys"] == []
    assert set(answer["none_found"]) == {"code", "text"}
    assert answer["none_found"]["code"] == "no-journey"
    assert answer["later"] is not None


# --- deadlines -----------------------------------------------------------------------------------

DEADLINE: Final = {"destination": "LST", "depart_after": None, "arrive_by": f"{TUESDAY}T12:00"}


def test_a_deadline_names_the_last_departure_for_each_certainty(api: httpx.Client) -> None:
    answer = ask(api, **DEADLINE, arrive_with_certainty=0.95)
    assert [one["certainty"] for one in answer["deadlines"]] == [0.8, 0.9, 0.95]
    departures = [moment(one["departs_at"]) for one in answer["deadlines"]]
    assert departures == sorted(departures, reverse=True)
    for one in answer["deadlines"]:
        assert set(one) == {"certainty", "departs_at", "arrives_at", "probability", "fare"}
        assert one["certainty"] <= one["probability"] <= 1
        assert moment(one["arrives_at"]) <= moment(f"{TUESDAY}T12:00:00+00:00")
        check_fare(one["fare"])


def test_a_deadline_shows_only_journeys_that_are_sure_to_be_in_time(api: httpx.Client) -> None:
    sure = ask(api, **DEADLINE, arrive_with_certainty=0.95)
    last = sure["journeys"][-1]
    assert last["departs_at"] == sure["deadlines"][-1]["departs_at"]
    for one in sure["journeys"]:
        quantile = one["reliability"]["arrival_quantiles"]["0.95"]
        assert moment(quantile) <= moment(f"{TUESDAY}T12:00:00+00:00")
    likely = ask(api, **DEADLINE, arrive_with_certainty=0.5)
    assert [one["certainty"] for one in likely["deadlines"]] == [0.5, 0.8, 0.9, 0.95]
    assert likely["journeys"][-1]["departs_at"] >= last["departs_at"]


def test_a_certainty_that_cannot_be_had_is_said_to_be_one(api: httpx.Client) -> None:
    answer = ask(api, **{**DEADLINE, "arrive_by": f"{TUESDAY}T07:49"},
                 arrive_with_certainty=0.9999)  # fmt: skip
    assert answer["journeys"] == []
    assert answer["none_found"]["code"] == "not-certain-enough"
    assert answer["deadlines"][-1]["departs_at"] is None


# --- cursors -------------------------------------------------------------------------------------


def clocks(answer: Any, end: str = "departs_at") -> list[str]:
    return [one[end][:16] for one in answer["journeys"]]


def test_cursors_lead_to_later_and_to_earlier_journeys(api: httpx.Client) -> None:
    direct = {"destination": "LST", "window_min": 120}
    first = ask(api, **direct)
    later = ask(api, **direct, cursor=first["later"])
    earlier = ask(api, **direct, cursor=first["earlier"])
    day = [f"{TUESDAY}T{hour:02}:00" for hour in range(6, 12)]
    assert [*clocks(earlier), *clocks(first), *clocks(later)] == day
    assert clocks(ask(api, **direct, cursor=later["earlier"])) == clocks(first)
    assert clocks(ask(api, **direct, cursor=earlier["later"])) == clocks(first)


def test_a_cursor_moves_what_it_is_given_with(api: httpx.Client) -> None:
    later = ask(api, destination="LST")["later"]
    again = ask(api, destination="LST", depart_after=None, cursor=later)
    assert again == ask(api, destination="LST", cursor=later)
    first_class = ask(api, destination="LST", cursor=later, **{"class": "first"})
    assert clocks(first_class) == clocks(again)
    assert all(one["fare"]["ticket"]["class"] == "first" for one in first_class["journeys"])


def test_a_cursor_of_arrivals_leads_to_arrivals(api: httpx.Client) -> None:
    asked = {"destination": "LST", "depart_after": None, "arrive_by": f"{TUESDAY}T10:49"}
    first = ask(api, **asked)
    earlier = ask(api, **asked, cursor=first["earlier"])
    later = ask(api, **asked, cursor=first["later"])
    ends = [clocks(one, "arrives_at") for one in (earlier, first, later)]
    hours = [f"{TUESDAY}T{hour:02}:49" for hour in range(7, 13)]
    assert [*ends[0], *ends[1], *ends[2]] == hours


@pytest.mark.parametrize("limit", [1, 3])
def test_going_on_reaches_every_train_of_the_day(api: httpx.Client, limit: int) -> None:
    asked = {"destination": "LST", "window_min": 600, "limit": limit}
    answer = ask(api, **asked, depart_after=f"{TUESDAY}T05:00")
    seen: set[str] = set()
    for _ in range(60):
        seen |= set(clocks(answer))
        if max(clocks(answer), default="") > f"{TUESDAY}T21:00":
            break
        answer = ask(api, **asked, depart_after=f"{TUESDAY}T05:00", cursor=answer["later"])
    assert {f"{TUESDAY}T{hour:02}:00" for hour in range(6, 20)} <= seen


def test_cursors_cross_midnight(api: httpx.Client) -> None:
    late = ask(api, destination="LST", depart_after=f"{TUESDAY}T22:30", window_min=90)
    early = ask(api, destination="LST", cursor=late["later"], window_min=600)
    assert all(clock >= "2026-11-25T00:00" for clock in clocks(early))
    assert "2026-11-25T06:00" in clocks(early)


def test_what_is_outside_the_timetable_has_no_cursor(api: httpx.Client) -> None:
    last = ask(api, destination="LST", depart_after="2027-02-21T23:00")
    assert last["later"] is None
    assert last["earlier"] is not None
    first = ask(api, destination="LST", depart_after="2025-11-23T01:00")
    assert first["earlier"] is None


def test_the_api_describes_the_plan(api: httpx.Client) -> None:
    paths = api.get("/openapi.json").json()["paths"]
    assert paths[PLAN].keys() >= {"get", "post"}
    named = {one["name"] for one in paths[PLAN]["get"]["parameters"]}
    assert named == {
        "origin", "destination", "depart_after", "arrive_by", "window_min", "max_changes", "via",
        "avoid", "extra_interchange_min", "railcard", "adults", "children", "class",
        "arrive_with_certainty", "value_of_time_p_per_hour", "limit", "cursor",
    }  # fmt: skip
