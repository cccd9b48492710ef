"""`/api/fares/compare`: what a trip costs, checked against the demo's own book of prices."""

from itertools import pairwise
from typing import Any

import httpx
import pytest

from e2e.conftest import TODAY
from support.demo_prices import PriceBook

TUESDAY, SATURDAY = "2026-11-24", "2026-11-28"
QUERY = {"origin": "NRW", "destination": "LST", "date": TUESDAY, "time": "09:00"}
ANSWER = {
    "origin", "destination", "trip", "return_trip", "fares", "rejected", "unlisted", "cheapest",
    "by_kind", "saving_p", "singles", "split", "split_back", "notes", "provenance", "degraded",
    "degraded_reasons",
}  # fmt: skip
FARE = {
    "ticket", "route", "adult_fare_p", "total_p", "undiscounted_total_p", "railcard",
    "restriction", "validity", "availability", "trip", "notes",
}  # fmt: skip
SPLIT_TICKET = {
    "origin", "destination", "ticket", "route", "adult_fare_p", "total_p", "restriction",
    "validity", "railcard", "availability", "departs_at", "arrives_at", "train",
}  # fmt: skip
KINDS = {"anytime", "off_peak", "super_off_peak", "advance", "other"}


@pytest.fixture(scope="module")
def book() -> PriceBook:
    return PriceBook(TODAY)


def ask(api: httpx.Client, **changes: str) -> Any:
    answer = api.get("/api/fares/compare", params={**QUERY, **changes})
    assert answer.status_code == 200, answer.text
    return answer.json()


def codes(fares: list[dict[str, Any]]) -> list[str]:
    return [fare["ticket"]["code"] for fare in fares]


def by_key(fares: list[dict[str, Any]], figure: str) -> dict[tuple[str, str], int]:
    return {(one["ticket"]["code"], one["route"]["code"]): one[figure] for one in fares}


def reasons(answer: dict[str, Any], ticket: str) -> list[str]:
    [rejected] = [one for one in answer["rejected"] if one["ticket"]["code"] == ticket]
    return [reason["code"] for reason in rejected["reasons"]]


def a_third_off(price_p: int) -> int:
    """Take 33.4 % off, and round down to 5p."""
    return price_p * 666 // 5000 * 5


def half(price_p: int) -> int:
    return price_p // 10 * 5


# --- what an answer is made of -------------------------------------------------------------------


def test_the_answer_says_what_was_asked_and_where_it_comes_from(api: httpx.Client) -> None:
    answer = ask(api)
    assert set(answer) == ANSWER
    assert answer["origin"] == {"crs": "NRW", "name": "Norwich"}
    assert answer["destination"] == {"crs": "LST", "name": "London Liverpool Street"}
    assert answer["trip"]["date"] == TUESDAY
    assert answer["trip"]["departs_at"] == "2026-11-24T09:00:00+00:00"
    assert answer["trip"]["train"]["operator"] == {"code": "LE", "name": "Greater Anglia"}
    assert answer["return_trip"] is None
    assert answer["provenance"]["source"] == "demo"
    assert answer["provenance"]["fares"]["version"] == "RJFAF001"
    assert answer["provenance"]["timetable"]["version"] == "RJTTF001"
    assert (answer["degraded"], answer["degraded_reasons"]) == (False, [])


def test_a_fare_says_everything_of_itself(api: httpx.Client) -> None:
    answer = ask(api)
    assert answer["fares"]
    for fare in answer["fares"]:
        assert set(fare) == FARE
        assert fare["ticket"]["kind"] in KINDS
        assert fare["ticket"]["journey"] in {"single", "return"}
        assert fare["ticket"]["class"] == "standard"
        assert fare["availability"] == (
            "quota" if fare["ticket"]["kind"] == "advance" else "walk_up"
        )
        assert fare["trip"] == "checked"
        assert fare["railcard"] is None
        assert fare["total_p"] == fare["undiscounted_total_p"] == fare["adult_fare_p"]
    [off_peak] = [one for one in answer["fares"] if one["ticket"]["code"] == "SVS"]
    assert off_peak["restriction"] == {
        "code": "B1",
        "text": "NOT ARRIVING LONDON BEFORE 1000 MON-FRI",
    }
    assert off_peak["validity"] == {"code": "01", "text": "ON DATE SHOWN"}
    assert off_peak["route"] == {"code": "00000", "name": "ANY PERMITTED"}


def test_what_a_return_says_of_the_way_back_is_shown(api: httpx.Client) -> None:
    [off_peak] = [one for one in ask(api)["fares"] if one["ticket"]["code"] == "SVR"]
    assert off_peak["validity"]["text"] == "ON DATE SHOWN; return: ONE MONTH"
    assert off_peak["restriction"]["text"] == (
        "NOT ARRIVING LONDON BEFORE 1000 MON-FRI; return: NOT LEAVING LONDON 1629 TO 1833 MON-FRI"
    )


@pytest.mark.parametrize("clock", ["07:00", "09:00", "12:00"])
def test_fares_come_cheapest_first_and_the_best_are_picked_out(
    api: httpx.Client, clock: str
) -> None:
    answer = ask(api, time=clock, **{"class": "any"})
    totals = [fare["total_p"] for fare in answer["fares"]]
    assert totals == sorted(totals)
    assert answer["cheapest"] == answer["fares"][0]
    kinds = {"advance": {"advance"}, "off_peak": {"off_peak", "super_off_peak"},
             "anytime": {"anytime"}}  # fmt: skip
    for kind, meant in kinds.items():
        first = next((one for one in answer["fares"] if one["ticket"]["kind"] in meant), None)
        assert answer["by_kind"][kind] == first
    dearest = max(one["total_p"] for one in answer["by_kind"].values() if one)
    assert answer["saving_p"] == dearest - totals[0]


def test_every_fare_is_either_good_or_rejected_for_a_reason(api: httpx.Client) -> None:
    answer = ask(api, time="07:00")
    assert answer["rejected"]
    for fare in answer["rejected"]:
        assert set(fare) == {"ticket", "route", "adult_fare_p", "total_p", "reasons"}
        assert fare["reasons"]
        assert all(reason["code"] and reason["text"] for reason in fare["reasons"])
    assert not set(by_key(answer["fares"], "total_p")) & set(by_key(answer["rejected"], "total_p"))


# --- prices --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origin", "destination"),
    [("NRW", "LST"), ("LST", "NRW"), ("EUS", "MAN"), ("MAN", "EUS"), ("IPS", "COL"),
     ("LDS", "NCL")],
)  # fmt: skip
def test_prices_are_those_of_the_demos_book(
    api: httpx.Client, book: PriceBook, origin: str, destination: str
) -> None:
    answer = ask(api, origin=origin, destination=destination, **{"class": "any"})
    found = by_key(answer["fares"] + answer["rejected"], "adult_fare_p")
    assert found == book.between(origin, destination)


def test_a_railcard_takes_a_third_off_and_says_so(api: httpx.Client, book: PriceBook) -> None:
    answer = ask(api, railcard="YNG", date=SATURDAY)
    prices = book.between("NRW", "LST")
    assert len(answer["fares"]) > 3
    for key, total_p in by_key(answer["fares"], "total_p").items():
        assert total_p == a_third_off(prices[key])
    assert by_key(answer["fares"], "undiscounted_total_p").items() <= prices.items()
    card = {"code": "YNG", "name": "16-25 RAILCARD"}
    assert all(fare["railcard"] == card for fare in answer["fares"])


def test_a_railcard_in_lower_case_is_the_same(api: httpx.Client) -> None:
    assert ask(api, railcard="yng") == ask(api, railcard="YNG")


@pytest.mark.parametrize(("clock", "least_p"), [("08:00", 1200), ("11:00", 0)])
def test_in_the_morning_a_railcard_has_a_minimum_fare(
    api: httpx.Client, book: PriceBook, clock: str, least_p: int
) -> None:
    answer = ask(api, origin="IPS", destination="COL", time=clock, railcard="YNG")
    full_p = book.between("IPS", "COL")["SDS", "00000"]
    totals = by_key(answer["fares"], "total_p")
    assert totals["SDS", "00000"] == min(full_p, max(a_third_off(full_p), least_p))


@pytest.mark.parametrize(("adults", "children"), [(1, 0), (2, 0), (1, 2), (0, 1), (5, 4)])
def test_everybody_of_the_party_pays(
    api: httpx.Client, book: PriceBook, adults: int, children: int
) -> None:
    answer = ask(api, adults=str(adults), children=str(children))
    full_p = book.between("NRW", "LST")["SVS", "00000"]
    [fare] = [one for one in answer["fares"] if one["ticket"]["code"] == "SVS"]
    assert fare["total_p"] == adults * full_p + children * half(full_p)
    assert fare["adult_fare_p"] == full_p


def test_a_railcard_for_one_leaves_the_others_at_the_full_price(
    api: httpx.Client, book: PriceBook
) -> None:
    answer = ask(api, adults="2", children="1", railcard="YNG", date=SATURDAY)
    full_p = book.between("NRW", "LST")["SVS", "00000"]
    [fare] = [one for one in answer["fares"] if one["ticket"]["code"] == "SVS"]
    assert fare["total_p"] == full_p + a_third_off(full_p) + half(full_p)
    assert fare["undiscounted_total_p"] == 2 * full_p + half(full_p)


def test_a_railcard_that_the_party_cannot_use_is_said_to_be_of_no_use(api: httpx.Client) -> None:
    alone = ask(api, railcard="2TR", date=SATURDAY)
    assert [one["total_p"] for one in alone["fares"]] == [
        one["total_p"] for one in ask(api, date=SATURDAY)["fares"]
    ]
    assert all(one["railcard"] is None for one in alone["fares"])
    assert [note["code"] for note in alone["notes"]]


@pytest.mark.parametrize(
    ("asked", "classes"),
    [({}, {"standard"}), ({"class": "standard"}, {"standard"}), ({"class": "first"}, {"first"}),
     ({"class": "any"}, {"standard", "first"}), ({"class": "ANY"}, {"standard", "first"})],
)  # fmt: skip
def test_only_the_class_asked_for_is_shown(
    api: httpx.Client, asked: dict[str, str], classes: set[str]
) -> None:
    answer = ask(api, **asked)
    assert {one["ticket"]["class"] for one in answer["fares"]} == classes
    assert {one["ticket"]["class"] for one in answer["rejected"]} <= classes


# --- trips ---------------------------------------------------------------------------------------


def test_off_peak_fares_are_for_those_who_arrive_after_the_peak(api: httpx.Client) -> None:
    early, later, weekend = (
        ask(api, **asked)
        for asked in ({"time": "07:00"}, {"time": "09:00"}, {"time": "07:00", "date": SATURDAY})
    )
    assert early["trip"]["arrives_at"] < "2026-11-24T10:00" < later["trip"]["arrives_at"]
    assert reasons(early, "SVS") == ["arrives-before-off-peak"]
    assert "SVS" in codes(later["fares"])
    assert reasons(later, "SSS") == ["arrives-before-off-peak"]
    assert {"SVS", "SSS"} <= set(codes(weekend["fares"]))


def test_a_train_may_be_named(api: httpx.Client) -> None:
    by_time = ask(api)
    uid = by_time["trip"]["train"]["uid"]
    query = {name: value for name, value in QUERY.items() if name != "time"}
    named = api.get("/api/fares/compare", params={**query, "train": uid.lower()})
    assert named.json() == by_time


def test_a_train_that_does_not_call_there_is_refused(api: httpx.Client) -> None:
    uid = ask(api)["trip"]["train"]["uid"]
    params = {**QUERY, "origin": "EUS", "destination": "MAN", "train": uid}
    answer = api.get("/api/fares/compare", params=params)
    assert answer.status_code == 422
    assert [fault["parameter"] for fault in answer.json()["errors"]] == ["train"]
    back = {**QUERY, "return_date": TUESDAY, "return_train": uid}
    answer = api.get("/api/fares/compare", params=back)
    assert answer.status_code == 422
    assert [fault["parameter"] for fault in answer.json()["errors"]] == ["return_train"]


def test_without_a_time_what_depends_on_it_is_unchecked(api: httpx.Client) -> None:
    answer = api.get("/api/fares/compare", params={**QUERY, "time": ""}).json()
    assert answer["trip"] == {
        "date": TUESDAY, "departs_at": None, "arrives_at": None, "train": None,
    }  # fmt: skip
    checked = {one["ticket"]["code"]: one["trip"] for one in answer["fares"]}
    assert checked["SOS"] == "checked"
    assert checked["SVS"] == checked["SSS"] == "unchecked"


def test_a_time_of_arrival_stands_for_a_train(api: httpx.Client) -> None:
    early, later = (ask(api, time="07:00", arrival_time=clock) for clock in ("09:59", "10:00"))
    assert reasons(early, "SVS") == ["arrives-before-off-peak"]
    assert "SVS" in codes(later["fares"])
    assert later["trip"]["train"] is None
    assert later["trip"]["arrives_at"] == "2026-11-24T10:00:00+00:00"


def test_a_round_trip_needs_returns(api: httpx.Client, book: PriceBook) -> None:
    answer = ask(api, return_date=TUESDAY, return_time="20:00")
    assert {one["ticket"]["journey"] for one in answer["fares"]} == {"return"}
    singles = [one for one in answer["rejected"] if one["ticket"]["journey"] == "single"]
    assert singles
    for one in singles:
        assert "covers-one-way" in [reason["code"] for reason in one["reasons"]]
    assert answer["return_trip"]["departs_at"] >= "2026-11-24T20:00:00+00:00"
    assert answer["return_trip"]["train"]["operator"]["code"] == "LE"
    assert answer["cheapest"]["total_p"] == book.between("NRW", "LST")["SVR", "00000"]


def test_the_peak_of_the_evening_bars_the_way_back(api: httpx.Client) -> None:
    peak = ask(api, return_date=TUESDAY, return_time="17:00")
    assert peak["return_trip"]["departs_at"] < "2026-11-24T18:33"
    assert codes(peak["fares"]) == ["SOR"]
    assert len(reasons(peak, "SVR")) == 1
    next_month = ask(api, return_date="2026-12-27", return_time="12:00")
    assert "SOR" not in codes(next_month["fares"])


def test_a_way_back_on_the_next_day_needs_more_than_a_day_return(api: httpx.Client) -> None:
    asked = {"origin": "IPS", "destination": "COL", "return_time": "12:00"}
    same_day = ask(api, **asked, return_date=TUESDAY)
    next_day = ask(api, **asked, return_date="2026-11-25")
    assert {"SDR", "CDR"} <= set(codes(same_day["fares"]))
    assert next_day["fares"] == []
    assert next_day["cheapest"] is None
    assert next_day["by_kind"] == {"advance": None, "off_peak": None, "anytime": None}
    assert next_day["saving_p"] == 0


@pytest.mark.parametrize(
    "asked",
    [{"date": "2027-06-01"}, {"destination": "EDB"}, {"time": "23:58"}],
    ids=["no timetable", "no direct train", "no later train"],
)
def test_where_no_train_is_known_the_answer_says_so(
    api: httpx.Client, asked: dict[str, str]
) -> None:
    answer = ask(api, **asked, split="true")
    assert answer["trip"]["train"] is None
    assert answer["fares"]
    assert answer["degraded"] is True
    assert len(answer["degraded_reasons"]) == 2
    assert answer["split"] is None


def test_a_way_back_that_no_timetable_covers_degrades_the_answer(api: httpx.Client) -> None:
    answer = ask(api, return_date="2027-06-01", return_time="12:00")
    assert answer["degraded_reasons"] == [
        "no loaded timetable covers 2027-06-01: the train's calls are not known"
    ]


def test_stations_that_have_no_fare_between_them_have_an_empty_answer(api: httpx.Client) -> None:
    answer = ask(api, origin="EUS", destination="LST")
    assert (answer["fares"], answer["rejected"], answer["cheapest"]) == ([], [], None)
    assert answer["degraded_reasons"][-1] == (
        "the loaded fares have no such ticket between the two stations"
    )


# --- splits --------------------------------------------------------------------------------------


def test_splits_are_for_those_who_ask(api: httpx.Client) -> None:
    assert ask(api)["split"] is None
    assert ask(api, split="false")["split"] is None


@pytest.mark.parametrize("ends", [("NRW", "LST"), ("EUS", "MAN"), ("KGX", "EDB"), ("PAD", "BRI")])
def test_a_split_is_a_chain_of_tickets_that_costs_less(
    api: httpx.Client, ends: tuple[str, str]
) -> None:
    answer = ask(api, origin=ends[0], destination=ends[1], time="10:00", split="true")
    split, tickets = answer["split"], answer["split"]["tickets"]
    assert len(tickets) >= 2
    assert (tickets[0]["origin"]["crs"], tickets[-1]["destination"]["crs"]) == ends
    assert all(one["destination"] == two["origin"] for one, two in pairwise(tickets))
    assert split["total_p"] == sum(one["total_p"] for one in tickets)
    assert split["saving_p"] == answer["cheapest"]["total_p"] - split["total_p"] > 0


def test_where_one_ticket_is_cheapest_there_is_no_split(api: httpx.Client) -> None:
    answer = ask(api, origin="YRK", destination="LDS", time="10:00", split="true")
    assert answer["trip"]["train"] is not None
    assert answer["split"] is None
    assert answer["degraded"] is False


def test_a_split_is_of_the_books_prices(api: httpx.Client, book: PriceBook) -> None:
    for one in ask(api, time="07:00", split="true")["split"]["tickets"]:
        prices = book.between(one["origin"]["crs"], one["destination"]["crs"])
        assert one["total_p"] == prices[one["ticket"]["code"], one["route"]["code"]]
        assert one["availability"] == ("quota" if one["ticket"]["kind"] == "advance" else "walk_up")


@pytest.mark.parametrize("railcard", ["", "YNG"])
def test_no_chain_of_tickets_is_cheaper_than_the_split(
    api: httpx.Client, book: PriceBook, railcard: str
) -> None:
    line = book.line("PAD", "BRI")
    answer = ask(api, origin="PAD", destination="BRI", split="true", railcard=railcard)
    uid = answer["trip"]["train"]["uid"]
    best = {"PAD": 0}
    for end in line[1:]:
        chains = [
            best[start] + total_p
            for start in line[: line.index(end)]
            if start in best and (total_p := _cheapest(api, uid, start, end, railcard)) is not None
        ]
        if chains:
            best[end] = min(chains)
    assert len(best) > 4
    assert answer["split"]["total_p"] == best["BRI"]


def _cheapest(
    api: httpx.Client, uid: str, origin: str, destination: str, railcard: str
) -> int | None:
    """Return the price of the cheapest ticket between two stations, if the train calls at both."""
    params = {"origin": origin, "destination": destination, "date": TUESDAY, "train": uid}
    answer = api.get("/api/fares/compare", params=params | {"railcard": railcard})
    fare = answer.json().get("cheapest")
    return None if fare is None else int(fare["total_p"])


def test_every_ticket_of_a_split_is_proved(api: httpx.Client) -> None:
    answer = ask(api, origin="PAD", destination="BRI", split="true", railcard="YNG")
    trip, tickets = answer["trip"], answer["split"]["tickets"]
    assert (tickets[0]["departs_at"], tickets[-1]["arrives_at"]) == (
        trip["departs_at"], trip["arrives_at"],
    )  # fmt: skip
    assert all(one["arrives_at"] <= two["departs_at"] for one, two in pairwise(tickets))
    for one in tickets:
        assert set(one) == SPLIT_TICKET
        assert one["train"] == {name: trip["train"][name] for name in one["train"]}
        assert set(one["train"]) == {"uid", "headcode", "operator"}
        part = {"origin": one["origin"]["crs"], "destination": one["destination"]["crs"]}
        alone = ask(api, **part, time="", train=trip["train"]["uid"], railcard="YNG")
        assert alone["trip"]["departs_at"] == one["departs_at"]
        assert alone["trip"]["arrives_at"] == one["arrives_at"]
        shared = SPLIT_TICKET & FARE - {"restriction", "validity"}
        assert {name: one[name] for name in shared} == {
            name: alone["cheapest"][name] for name in shared
        }
        assert one["validity"]["code"] == alone["cheapest"]["validity"]["code"]


def test_the_splits_of_a_round_trip_say_which_way_they_are_for(api: httpx.Client) -> None:
    answer = ask(api, split="true", return_date=TUESDAY, return_time="20:00")
    assert answer["degraded"] is False
    back = {"origin": "LST", "destination": "NRW", "time": "20:00"}
    for name, direction, asked in (("split", "out", {}), ("split_back", "back", back)):
        alone = ask(api, split="true", **asked)
        split = answer[name]
        assert split["direction"] == direction
        assert split["through"] == alone["cheapest"]
        assert split["saving_p"] == split["through"]["total_p"] - split["total_p"]
        assert split == {**alone["split"], "direction": direction}
        assert alone["split_back"] is None


# --- two singles ---------------------------------------------------------------------------------


@pytest.mark.parametrize("railcard", ["", "YNG"])
def test_two_singles_stand_beside_the_returns(api: httpx.Client, railcard: str) -> None:
    asked = {"return_date": TUESDAY, "return_time": "20:00", "railcard": railcard}
    answer = ask(api, **asked)
    back = {"origin": "LST", "destination": "NRW", "time": "20:00", "railcard": railcard}
    for name, alone in (
        ("out", ask(api, railcard=railcard)),
        ("back", ask(api, **back)),
    ):
        single = next(one for one in alone["fares"] if one["ticket"]["journey"] == "single")
        assert answer["singles"][name] == single
    assert answer["singles"]["total_p"] == sum(
        answer["singles"][name]["total_p"] for name in ("out", "back")
    )
    assert ask(api)["singles"] is None


# --- stations on the way and the first day of the fares ------------------------------------------


def test_a_train_calls_where_the_trip_is_said_to_pass(api: httpx.Client) -> None:
    first = ask(api, split="true")
    stops = {one["destination"]["crs"] for one in first["split"]["tickets"][:-1]}
    via = stops.pop()
    assert ask(api, via=via)["trip"] == first["trip"]
    nowhere = ask(api, via="CRE")
    assert nowhere["trip"]["train"] is None
    assert nowhere["trip"]["departs_at"] == first["trip"]["departs_at"]
    [reason] = nowhere["degraded_reasons"]
    assert reason.startswith("no direct train from NRW to LST that calls at CRE leaves then: ")


def test_a_day_before_the_fares_is_said_to_be(api: httpx.Client) -> None:
    answer = ask(api, date="2026-11-20")
    assert answer["degraded_reasons"] == [
        "the loaded fares, RJFAF001, are of 2026-11-23: prices on 2026-11-20 may have been others"
    ]


def test_an_arrival_after_midnight_is_on_the_next_day(api: httpx.Client) -> None:
    answer = ask(api, time="22:30", arrival_time="00:27")
    assert answer["trip"]["arrives_at"] == "2026-11-25T00:27:00+00:00"
