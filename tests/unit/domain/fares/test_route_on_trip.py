"""Whether a trip is by the route of a fare: the places it passes, and whose trains it is on."""

import pytest

from railfair.domain.codes import Crs, RouteCode
from railfair.domain.fares.conditions import route_on
from railfair.domain.fares.dated import OPEN
from railfair.domain.fares.route import Route
from railfair.domain.fares.trip import Trip, unknown_trip
from railfair.domain.fares.verdict import GOOD, UNCHECKED
from railfair.domain.operators import NAMES
from support.restricted_trips import WEDNESDAY, leg, trip

DIRECT = trip(leg("AYT 08:00", "DEE 09:00"))
UNKNOWN = unknown_trip(Crs("AYT"), Crs("DEE"), WEDNESDAY)


def route(name: str = "INVENTED", *, passes: str = "", avoids: str = "") -> Route:
    """Return a route by its name and places, with blanks between them."""
    return Route(
        code=RouteCode("00990"),
        name=name,
        starts_on=WEDNESDAY,
        ends_on=OPEN,
        quote_on=WEDNESDAY,
        included=tuple(Crs(crs) for crs in passes.split()),
        excluded=tuple(Crs(crs) for crs in avoids.split()),
    )


def reasons(one: Route, made: Trip) -> list[tuple[str, str]]:
    """Return why a trip is not by a route, as codes and sentences."""
    return [(reason.code, reason.text) for reason in route_on(one, made, NAMES).reasons]


def by(*tocs: str | None) -> Trip:
    """Return a trip on a train of each of these operators."""
    return trip(
        *(
            leg(f"ST{n} {8 + n:02}:00", f"ST{n + 1} {8 + n:02}:50", toc=toc)
            for n, toc in enumerate(tocs)
        )
    )


class TestPlaces:
    def test_a_route_without_places_is_any_way(self) -> None:
        assert route_on(route(), UNKNOWN, NAMES) == GOOD

    @pytest.mark.parametrize("place", ["AYT", "PAS", "DEE"])
    def test_where_the_train_calls_is_passed_as_are_both_ends(self, place: str) -> None:
        assert route_on(route(passes=place), DIRECT, NAMES) == GOOD

    def test_one_of_several_included_places_is_enough(self) -> None:
        assert route_on(route(passes="FAR PAS"), DIRECT, NAMES) == GOOD

    def test_a_trip_that_passes_none_of_them_is_not_by_the_route(self) -> None:
        text = "the trip does not pass FAR or FER, as VIA FARAWAY asks"
        via = route("VIA FARAWAY", passes="FAR FER")
        assert reasons(via, DIRECT) == [("route-place-missed", text)]

    def test_a_trip_that_passes_an_excluded_place_is_not_either(self) -> None:
        text = "the trip passes PAS, which NOT VIA PASSAGE leaves out"
        avoiding = route("NOT VIA PASSAGE", passes="AYT", avoids="FAR PAS")
        assert reasons(avoiding, DIRECT) == [("route-place-excluded", text)]

    def test_a_trip_that_passes_no_excluded_place_is(self) -> None:
        assert route_on(route(avoids="FAR"), DIRECT, NAMES) == GOOD

    @pytest.mark.parametrize(
        "one",
        [route(passes="PAS"), route(avoids="PAS"), route(passes="AYT", avoids="PAS")],
    )
    def test_what_an_unknown_train_passes_cannot_be_checked(self, one: Route) -> None:
        assert route_on(one, UNKNOWN, NAMES) == UNCHECKED

    def test_what_the_passenger_says_of_the_way_counts(self) -> None:
        said = unknown_trip(Crs("AYT"), Crs("DEE"), WEDNESDAY, via=(Crs("PAS"),))
        excluded = [code for code, _ in reasons(route(avoids="PAS"), said)]
        assert route_on(route(passes="PAS"), said, NAMES) == GOOD
        assert excluded == ["route-place-excluded"]


class TestOperators:
    def test_every_train_of_the_trip_has_to_be_one_of_theirs(self) -> None:
        both = route("LUMO & GA ONLY")
        text = "the route is LUMO & GA ONLY, and the train is run by XC"
        assert route_on(both, by("LD", "LE"), NAMES) == GOOD
        assert reasons(both, by("LD", "XC", "LE")) == [("route-operator", text)]

    def test_without_the_word_only_a_route_is_for_all(self) -> None:
        for name in ("LUMO & GA", "VIA LONLYWOOD"):
            assert route_on(route(name), by("XC"), NAMES) == GOOD

    def test_an_unknown_operator_cannot_be_checked_but_another_one_bars(self) -> None:
        barred = [code for code, _ in reasons(route("LNER ONLY"), by(None, "XC"))]
        assert route_on(route("LNER ONLY"), by("GR", None), NAMES) == UNCHECKED
        assert barred == ["route-operator"]

    def test_a_name_that_is_not_understood_cannot_be_checked(self) -> None:
        assert route_on(route("SLOW TRAINS ONLY"), by("XC"), NAMES) == UNCHECKED

    def test_places_count_as_well(self) -> None:
        via = route("LNER ONLY", passes="FAR")
        avoiding = route("LNER ONLY", avoids="FAR")
        unknown = unknown_trip(Crs("ST0"), Crs("ST1"), WEDNESDAY)
        assert [code for code, _ in reasons(via, by("GR"))] == ["route-place-missed"]
        assert route_on(avoiding, by("GR"), NAMES) == GOOD
        assert route_on(avoiding, unknown, NAMES) == UNCHECKED
