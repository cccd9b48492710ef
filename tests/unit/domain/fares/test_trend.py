"""How a fare's price changed over the editions of the feed."""

from datetime import UTC, date, datetime

from railfair.domain.codes import FareCode, RestrictionCode, RouteCode, TicketCode
from railfair.domain.fares.edition import FareEdition
from railfair.domain.fares.lookup import ListedFare, Listing
from railfair.domain.fares.trend import PricePoint, advice, past_year, price_points
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


def held(first: str, last: str | None, price_p: int) -> PricePoint:
    return PricePoint(
        first_day=date.fromisoformat(first),
        last_day=None if last is None else date.fromisoformat(last),
        adult_fare_p=price_p,
    )


TODAY = date(2026, 7, 1)


def test_todays_price_is_compared_with_the_days_of_the_year_before() -> None:
    points = [held("2026-01-01", "2026-04-10", 1000), held("2026-04-11", None, 1200)]
    found = past_year(points, TODAY)
    assert found is not None
    mean = (100 * 1000 + 81 * 1200) / 181
    assert (found.days, found.lowest_p, found.highest_p) == (181, 1000, 1200)
    assert (found.mean_p, found.difference_p) == (mean, 1200 - mean)
    assert found.cheaper_days_share == 100 / 181


def test_days_more_than_a_year_ago_do_not_count() -> None:
    points = [held("2020-01-01", "2025-12-31", 500), held("2026-01-01", None, 1000)]
    found = past_year(points, TODAY)
    assert found is not None
    assert found.days == 365
    assert found.mean_p == (184 * 500 + 181 * 1000) / 365


def test_a_price_that_is_gone_or_young_is_not_compared() -> None:
    assert past_year([], TODAY) is None
    assert past_year([held("2026-01-01", "2026-06-30", 1000)], TODAY) is None
    assert past_year([held("2026-06-04", None, 1000)], TODAY) is None
    assert past_year([held("2026-06-03", None, 1000)], TODAY) is not None
