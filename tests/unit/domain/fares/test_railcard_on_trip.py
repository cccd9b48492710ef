"""Where and when a railcard may be used: its area, its bans and its own restrictions."""

from datetime import UTC, datetime

import pytest

from railfair.domain.codes import Crs, RailcardCode, RestrictionCode, RouteCode, TicketCode
from railfair.domain.fares.dated import OPEN
from railfair.domain.fares.railcard import Railcard
from railfair.domain.fares.restriction import (
    At,
    Direction,
    RailcardRestriction,
    Restriction,
    RestrictionSet,
    TimeBand,
)
from railfair.domain.fares.route import Route
from railfair.domain.fares.rulebook import RuleBook
from railfair.domain.fares.trial import Findings, Trial
from railfair.domain.fares.trip import unknown_trip
from support.fare_rules import CARD, DAY, SINCE, listed, railcard, ticket

AYT, BEE, CEE = Crs("AYT"), Crs("BEE"), Crs("CEE")
PEAK = RestrictionCode("P1")
CHEAP = RestrictionCode("M1")
NINE_MIN = 540
ANY_PERMITTED = Route(
    code=RouteCode("00000"), name="ANY PERMITTED", starts_on=SINCE, ends_on=OPEN, quote_on=SINCE
)


def rule(
    *,
    restriction: str = "",
    is_ban: bool = False,
    card: str = CARD,
    ticket_code: str = "",
    route: str = "",
    origin: Crs | None = None,
) -> RailcardRestriction:
    """Return a restriction of a railcard, for any fare unless said otherwise."""
    return RailcardRestriction(
        railcard=RailcardCode(card),
        ticket=TicketCode(ticket_code),
        route=RouteCode(route),
        origin=origin,
        restriction=RestrictionCode(restriction),
        is_ban=is_ban,
    )


def until_nine(code: RestrictionCode, *, is_minimum_fare: bool) -> Restriction:
    """Return a restriction that holds for departures before 9:00, anywhere."""
    band = TimeBand(
        direction=Direction.OUTWARD,
        at=At.DEPARTURE,
        from_min=270,
        to_min=NINE_MIN - 1,
        crs=None,
        is_minimum_fare=is_minimum_fare,
    )
    return Restriction(code=code, name="", text_out="", text_return="", times=(band,))


RESTRICTIONS = {
    PEAK: until_nine(PEAK, is_minimum_fare=False),
    CHEAP: until_nine(CHEAP, is_minimum_fare=True),
}


def findings(
    *rules: RailcardRestriction,
    card: Railcard | None = None,
    departure_min: int | None = NINE_MIN - 1,
    destination: Crs = BEE,
) -> Findings:
    """Return what there is to say of a fare from AYT, with a card good everywhere."""
    held = RestrictionSet(
        first_day=SINCE, last_day=OPEN, restrictions=RESTRICTIONS, railcards=rules
    )
    trial = Trial(
        RuleBook(restriction_sets=(held,)),
        out=unknown_trip(AYT, destination, DAY, departure_min=departure_min),
        back=None,
        card=card or railcard(),
        sold_at=datetime(2026, 5, 1, 12, tzinfo=UTC),
    )
    return trial.findings(listed(), ticket(), ANY_PERMITTED)


def notes(found: Findings) -> list[str]:
    """Return why the railcard is of no use; it has to be of none for a reason."""
    assert found.is_card_good == (not found.notes)
    return [note.code for note in found.notes]


@pytest.mark.parametrize(
    ("area", "expected"),
    [
        (None, []),
        ({AYT, BEE}, []),
        ({AYT, CEE}, ["railcard-outside-area"]),
        ({BEE, CEE}, ["railcard-outside-area"]),
        ({CEE}, ["railcard-outside-area"]),
    ],
)
def test_a_card_of_an_area_is_good_if_both_ends_lie_in_it(
    area: set[Crs] | None, expected: list[str]
) -> None:
    assert notes(findings(card=railcard(area=area))) == expected


def test_a_ban_takes_the_card_away_but_not_the_fare() -> None:
    found = findings(rule(is_ban=True))
    assert notes(found) == ["railcard-banned"]
    assert not found.reasons


@pytest.mark.parametrize(
    "one",
    [
        rule(is_ban=True, ticket_code="SDS"),
        rule(is_ban=True, route="00000"),
        rule(is_ban=True, origin=AYT),
        rule(is_ban=True, ticket_code="SDS", route="00000", origin=AYT),
    ],
)
def test_a_ban_holds_for_the_ticket_route_and_origin_that_it_names(
    one: RailcardRestriction,
) -> None:
    assert notes(findings(one)) == ["railcard-banned"]


@pytest.mark.parametrize(
    "other",
    [
        rule(is_ban=True, card="ZYX"),
        rule(is_ban=True, ticket_code="OTH"),
        rule(is_ban=True, route="00500"),
        rule(is_ban=True, origin=BEE),
        rule(is_ban=True, ticket_code="SDS", route="00500", origin=AYT),
    ],
)
def test_a_ban_of_another_card_ticket_route_or_origin_does_not_matter(
    other: RailcardRestriction,
) -> None:
    assert notes(findings(other)) == []


def test_at_a_barred_time_the_card_is_of_no_use_and_the_note_says_why() -> None:
    found = findings(rule(restriction=PEAK))
    assert notes(found) == ["railcard-at-barred-time"]
    assert "08:59" in found.notes[0].text
    assert not found.reasons


def test_after_the_barred_time_the_card_is_good() -> None:
    assert notes(findings(rule(restriction=PEAK), departure_min=NINE_MIN)) == []


def test_a_minimum_fare_time_leaves_the_card_good_and_asks_for_the_minimum() -> None:
    found = findings(rule(restriction=CHEAP))
    assert notes(found) == []
    assert found.is_minimum_fare
    assert not findings(rule(restriction=CHEAP), departure_min=NINE_MIN).is_minimum_fare


def test_of_several_rules_each_is_tested() -> None:
    found = findings(rule(restriction=CHEAP), rule(restriction=PEAK, origin=AYT))
    assert notes(found) == ["railcard-at-barred-time"]
    assert notes(findings(rule(restriction=CHEAP), rule(is_ban=True))) == ["railcard-banned"]


def test_times_that_are_not_known_are_not_counted_against_the_card_but_said() -> None:
    found = findings(rule(restriction=PEAK), departure_min=None)
    assert notes(found) == []
    assert not found.is_checked


def test_without_rules_of_its_own_nothing_bars_the_card() -> None:
    found = findings()
    assert notes(found) == []
    assert not found.is_minimum_fare
