"""Which fares there are between two stations, given by their codes."""

from datetime import date, timedelta

import pytest

from railfair.domain.codes import (
    FareCode,
    RailcardCode,
    RestrictionCode,
    RouteCode,
    TicketCode,
)
from railfair.domain.fares.dated import OPEN
from railfair.domain.fares.flow import NO_FARE_P, FareRecord, Flow, FlowFare, Override
from railfair.domain.fares.location import (
    CLUSTER_OF_GROUP,
    CLUSTER_OF_STATION,
    GROUP,
    STATION,
    FareLocation,
    Membership,
    codes_of,
)
from railfair.domain.fares.lookup import DUMMY_P, Listing, PriceList

DAY = date(2026, 5, 6)
ONE_DAY = timedelta(days=1)
ORIGIN = {
    FareCode("1000"): STATION,
    FareCode("G100"): GROUP,
    FareCode("Q001"): CLUSTER_OF_STATION,
    FareCode("Q002"): CLUSTER_OF_STATION,
    FareCode("Q101"): CLUSTER_OF_GROUP,
}
DESTINATION = {
    FareCode("2000"): STATION,
    FareCode("G200"): GROUP,
    FareCode("Q003"): CLUSTER_OF_STATION,
}


def flow(
    origin: str,
    destination: str,
    *,
    fares: dict[str, int],
    route: str = "00000",
    reversible: bool = False,
    starts_on: date = DAY,
    ends_on: date = OPEN,
    restriction: str = "",
) -> Flow:
    """Return a flow with an adult price for each ticket."""
    return Flow(
        origin=FareCode(origin),
        destination=FareCode(destination),
        route=RouteCode(route),
        is_reversible=reversible,
        starts_on=starts_on,
        ends_on=ends_on,
        fares=tuple(
            FlowFare(TicketCode(ticket), price_p, RestrictionCode(restriction))
            for ticket, price_p in fares.items()
        ),
    )


def override(
    origin: str,
    destination: str,
    ticket: str,
    adult_p: int | None,
    *,
    child_p: int | None = None,
    railcard: str = "",
    route: str = "00000",
    quote_on: date = DAY,
    restriction: str = "",
) -> Override:
    """Return an override of one ticket."""
    return Override(
        origin=FareCode(origin),
        destination=FareCode(destination),
        route=RouteCode(route),
        railcard=RailcardCode(railcard),
        ticket=TicketCode(ticket),
        starts_on=DAY,
        ends_on=OPEN,
        quote_on=quote_on,
        adult_p=adult_p,
        child_p=child_p,
        restriction=RestrictionCode(restriction),
    )


def listing(*records: FareRecord, day: date = DAY, sold_on: date = DAY) -> Listing:
    """Look *records* up between the two stations."""
    return PriceList(records, day=day, sold_on=sold_on).between(ORIGIN, DESTINATION)


def prices(found: Listing) -> dict[tuple[str, str], int | None]:
    """Return the adult prices by route and ticket."""
    return {(fare.route, fare.ticket): fare.adult_p for fare in found.fares}


def test_a_flow_gives_a_fare_for_each_of_its_tickets_cheapest_first() -> None:
    found = listing(flow("1000", "2000", fares={"SOS": 900, "CDS": 400}))
    assert [(fare.ticket, fare.adult_p) for fare in found.fares] == [("CDS", 400), ("SOS", 900)]


def test_a_reversible_flow_holds_the_other_way_round_too() -> None:
    assert prices(listing(flow("2000", "1000", fares={"SOS": 900}, reversible=True))) == {
        ("00000", "SOS"): 900
    }


def test_a_one_way_flow_does_not_hold_the_other_way_round() -> None:
    assert prices(listing(flow("2000", "1000", fares={"SOS": 900}))) == {}


def test_every_route_stays_a_fare_of_its_own() -> None:
    found = listing(
        flow("1000", "2000", fares={"SOS": 900}),
        flow("1000", "2000", fares={"SOS": 700}, route="00700"),
    )
    assert prices(found) == {("00000", "SOS"): 900, ("00700", "SOS"): 700}


@pytest.mark.parametrize(
    ("special", "general"),
    [
        (("1000", "2000"), ("1000", "G200")),
        (("1000", "G200"), ("1000", "Q003")),
        (("1000", "Q003"), ("G100", "2000")),
        (("G100", "2000"), ("Q001", "2000")),
        (("Q001", "Q003"), ("Q101", "2000")),
    ],
)
def test_the_most_special_codes_count_the_origin_s_first(
    special: tuple[str, str], general: tuple[str, str]
) -> None:
    records = [flow(*general, fares={"SOS": 100}), flow(*special, fares={"SOS": 900})]
    assert prices(listing(*records)) == {("00000", "SOS"): 900}
    assert prices(listing(*reversed(records))) == {("00000", "SOS"): 900}


def test_a_less_special_flow_still_gives_the_tickets_that_a_better_one_lacks() -> None:
    found = listing(
        flow("1000", "2000", fares={"SOS": 900}), flow("Q001", "2000", fares={"SOS": 1, "SVR": 50})
    )
    assert prices(found) == {("00000", "SOS"): 900, ("00000", "SVR"): 50}


def test_of_two_clusters_of_the_same_standing_the_lower_price_counts() -> None:
    found = listing(
        flow("Q001", "2000", fares={"SOS": 900}), flow("Q002", "2000", fares={"SOS": 800})
    )
    assert prices(found) == {("00000", "SOS"): 800}


@pytest.mark.parametrize("places", [("Q001", "Q002"), ("Q002", "Q001")])
def test_of_clusters_with_the_same_price_the_first_record_counts(places: tuple[str, str]) -> None:
    records = [
        flow("2000", place, fares={"SOS": 900}, restriction=f"R{number}")
        for number, place in enumerate(places)
    ]
    found = PriceList(records, day=DAY, sold_on=DAY).between(DESTINATION, ORIGIN)
    assert [fare.restriction for fare in found.fares] == ["R0"]


@pytest.mark.parametrize(
    ("day", "holds"), [(DAY - ONE_DAY, False), (DAY, True), (DAY + ONE_DAY, False)]
)
def test_a_flow_holds_from_its_first_day_to_its_last(day: date, holds: bool) -> None:
    found = listing(flow("1000", "2000", fares={"SOS": 900}, ends_on=DAY), day=day, sold_on=day)
    assert bool(found.fares) is holds


def test_an_override_takes_the_place_of_the_flow_s_price_and_restriction() -> None:
    found = listing(
        flow("1000", "2000", fares={"SOS": 900, "SVR": 500}, restriction="1A"),
        override("1000", "2000", "SVR", 450, child_p=200, restriction="2B"),
    )
    assert prices(found) == {("00000", "SOS"): 900, ("00000", "SVR"): 450}
    [fare] = [fare for fare in found.fares if fare.ticket == "SVR"]
    assert (fare.restriction, fare.child_p, fare.is_override) == ("2B", 200, True)


def test_an_override_of_less_special_codes_does_not_touch_a_better_flow() -> None:
    found = listing(flow("1000", "2000", fares={"SOS": 900}), override("Q001", "2000", "SOS", 100))
    assert prices(found) == {("00000", "SOS"): 900}


def test_an_override_without_a_flow_is_a_fare_of_its_own() -> None:
    assert prices(listing(override("G100", "Q003", "SVR", 450))) == {("00000", "SVR"): 450}


def test_an_override_of_no_fare_takes_the_ticket_out_and_says_so() -> None:
    found = listing(
        flow("1000", "2000", fares={"SOS": 900, "SVR": 500}),
        override("1000", "2000", "SVR", None),
    )
    assert prices(found) == {("00000", "SOS"): 900}
    assert [(one.ticket, one.reason.code) for one in found.unlisted] == [("SVR", "suppressed")]


def test_a_suppression_on_the_stations_hides_the_fares_of_their_clusters() -> None:
    found = listing(flow("Q001", "Q003", fares={"SOS": 900}), override("1000", "2000", "SOS", None))
    assert prices(found) == {}


def test_a_suppression_on_one_cluster_leaves_the_fare_of_another() -> None:
    found = listing(
        flow("Q001", "2000", fares={"SOS": 900}),
        flow("Q002", "2000", fares={"SOS": 950}),
        override("Q001", "2000", "SOS", None),
    )
    assert prices(found) == {("00000", "SOS"): 950}


def test_an_override_that_is_not_sold_yet_changes_nothing() -> None:
    found = listing(
        flow("1000", "2000", fares={"SOS": 900}),
        override("1000", "2000", "SOS", 450, quote_on=DAY + ONE_DAY),
    )
    assert prices(found) == {("00000", "SOS"): 900}


def test_an_override_holds_one_way_only() -> None:
    found = listing(
        flow("1000", "2000", fares={"SOS": 900}, reversible=True),
        override("2000", "1000", "SOS", 450),
    )
    assert prices(found) == {("00000", "SOS"): 900}


def test_an_override_with_a_railcard_leaves_the_public_price_and_adds_the_card_s() -> None:
    found = listing(
        flow("1000", "2000", fares={"SOS": 900}),
        override("1000", "2000", "SOS", 450, child_p=200, railcard="ABC"),
    )
    [fare] = found.fares
    assert fare.adult_p == 900
    assert fare.card_prices == {"ABC": (450, 200)}


def test_a_railcard_s_price_of_less_special_codes_does_not_count() -> None:
    found = listing(
        flow("1000", "2000", fares={"SOS": 900}),
        override("Q001", "2000", "SOS", 450, railcard="ABC"),
    )
    assert found.fares[0].card_prices == {}


def test_a_fare_that_only_a_railcard_has_is_listed_without_a_public_price() -> None:
    [fare] = listing(override("1000", "2000", "SOS", 450, railcard="ABC")).fares
    assert (fare.adult_p, fare.card_prices) == (None, {"ABC": (450, None)})


def test_a_placeholder_is_no_fare() -> None:
    found = listing(flow("1000", "2000", fares={"SOS": DUMMY_P, "SVR": DUMMY_P - 1}))
    assert prices(found) == {("00000", "SVR"): DUMMY_P - 1}
    assert [one.reason.code for one in found.unlisted] == ["dummy-price"]


def location(code: str, *, group: str = "", ends_on: date = OPEN) -> FareLocation:
    """Return a place with the station code ABC."""
    return FareLocation(
        code=FareCode(code),
        crs="ABC",  # type: ignore[arg-type]  # a code, for the test
        name="Abbey Crossing",
        group=FareCode(group or code),
        starts_on=DAY,
        ends_on=ends_on,
        quote_on=DAY,
    )


def member(cluster: str, *, ends_on: date = OPEN) -> Membership:
    """Return a place in a cluster."""
    return Membership(cluster=FareCode(cluster), starts_on=DAY, ends_on=ends_on)


def test_a_station_stands_for_itself_its_group_and_the_clusters_of_both() -> None:
    clusters = {
        FareCode("1000"): (member("Q001"), member("Q009", ends_on=DAY)),
        FareCode("G100"): (member("Q101"), member("Q001")),
    }
    found = codes_of(
        [location("1000", group="G100")], clusters, day=DAY + ONE_DAY, sold_on=DAY + ONE_DAY
    )
    assert found == {
        "1000": STATION,
        "G100": GROUP,
        "Q001": CLUSTER_OF_STATION,
        "Q101": CLUSTER_OF_GROUP,
    }


def test_a_station_without_a_group_does_not_count_as_its_own_group() -> None:
    clusters = {FareCode("1000"): (member("Q001"),)}
    found = codes_of([location("1000")], clusters, day=DAY, sold_on=DAY)
    assert found == {"1000": STATION, "Q001": CLUSTER_OF_STATION}


def test_a_code_of_a_station_that_is_no_longer_in_force_does_not_count() -> None:
    places = [location("1000", ends_on=DAY), location("3000")]
    assert set(codes_of(places, {}, day=DAY + ONE_DAY, sold_on=DAY + ONE_DAY)) == {"3000"}


def test_no_fare_in_a_flow_hides_the_ticket_of_less_special_flows() -> None:
    found = listing(
        flow("1000", "2000", fares={"SOS": NO_FARE_P}), flow("Q001", "2000", fares={"SOS": 900})
    )
    assert prices(found) == {}
    assert [one.reason.code for one in found.unlisted] == ["suppressed"]


def test_a_placeholder_for_a_railcard_is_no_fare_either() -> None:
    assert not listing(override("1000", "2000", "SOS", DUMMY_P, railcard="ABC")).fares
