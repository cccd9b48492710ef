"""How a fare's price changed over the editions of the feed."""

from datetime import UTC, date, datetime

from railfair.domain.codes import FareCode, RestrictionCode, RouteCode, TicketCode
from railfair.domain.fares.edition import FareEdition
from railfair.domain.fares.lookup import ListedFare, Listing
from railfair.domain.fares.trend import PricePoint, advice, price_points
from railfair.domain.feed import FeedSource

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
KEY = (RouteCode("00000"), TicketCode("SOS"))


def edition(number: int, day: date) -> FareEdition:
    """Return an edition made on *day*."""
    return FareEdition(
        number=number,
        version=f"RJFAF{number:03}",
        source=FeedSource.IMPORT,
        generated_on=day,
        loaded_at=datetime(day.year, day.month, day.day, 3, tzinfo=UTC),
    )


def listing(price_p: int | None) -> Listing:
    """Return a listing of one fare, or of none."""
    fare = ListedFare(
        origin=FareCode("1000"),
        destination=FareCode("2000"),
        route=KEY[0],
        ticket=KEY[1],
        restriction=RestrictionCode(""),
        adult_p=price_p,
        card_prices={},
    )
    return Listing(fares=() if price_p is None else (fare,), unlisted=())


def points(*prices: tuple[date, int | None]) -> list[tuple[date, date | None, int]]:
    """Return the points of one fare whose editions held these prices."""
    listed = [
        (edition(number, day), listing(price_p))
        for number, (day, price_p) in enumerate(prices, start=1)
    ]
    return [
        (point.first_day, point.last_day, point.adult_fare_p)
        for point in price_points(listed).get(KEY, ())
    ]


def test_a_price_counts_from_the_day_its_edition_was_made() -> None:
    assert points((MARCH, 500)) == [(MARCH, None, 500)]


def test_a_price_that_stays_is_one_point() -> None:
    assert points((MARCH, 500), (APRIL, 500), (MAY, 500)) == [(MARCH, None, 500)]


def test_a_new_price_ends_the_old_one_the_day_before() -> None:
    assert points((MARCH, 500), (APRIL, 520)) == [
        (MARCH, date(2026, 3, 31), 500),
        (APRIL, None, 520),
    ]


def test_a_fare_that_is_gone_has_an_end() -> None:
    assert points((MARCH, 500), (APRIL, None)) == [(MARCH, date(2026, 3, 31), 500)]


def test_a_fare_that_was_away_comes_back_as_a_new_point() -> None:
    assert points((MARCH, 500), (APRIL, None), (MAY, 500)) == [
        (MARCH, date(2026, 3, 31), 500),
        (MAY, None, 500),
    ]


def test_an_edition_replaced_on_its_own_day_leaves_no_point() -> None:
    assert points((MARCH, 500), (MARCH, 520)) == [(MARCH, None, 520)]


def test_advice_says_how_many_fares_moved_and_by_how_much() -> None:
    held = (
        PricePoint(first_day=MARCH, last_day=date(2026, 3, 31), adult_fare_p=500),
        PricePoint(first_day=APRIL, last_day=None, adult_fare_p=525),
    )
    assert advice({KEY: held}) == (
        "1 of 1 fares last changed on 01 April 2026: on average they rose by 5.0 %"
    )


def test_without_history_there_is_no_advice() -> None:
    assert advice({KEY: (PricePoint(first_day=MARCH, last_day=None, adult_fare_p=500),)}) is None
    assert advice({}) is None
