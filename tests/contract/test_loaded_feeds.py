"""`ports.loaded_feeds`, kept by every storage."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

from railfair.domain.feed import FeedKind, FeedSource, LoadedFeed
from railfair.ports.storage import Storage

TIMETABLE = LoadedFeed(
    kind=FeedKind.TIMETABLE,
    version="RJTTF901",
    source=FeedSource.IMPORT,
    loaded_at=datetime(2026, 3, 2, 12, 30, 15, 250_000, tzinfo=UTC),
    first_day=date(2026, 1, 5),
    last_day=date(2026, 12, 13),
    reference="DFINV1A",
)


async def test_a_kind_that_was_never_loaded_is_none(storage: Storage) -> None:
    async with storage.reading() as unit:
        assert [await unit.feeds.get(kind) for kind in FeedKind] == [None, None, None]


async def test_a_feed_comes_back_as_it_was_put(storage: Storage) -> None:
    async with storage.writing() as unit:
        await unit.feeds.put(TIMETABLE)
    async with storage.reading() as unit:
        assert await unit.feeds.get(FeedKind.TIMETABLE) == TIMETABLE


async def test_the_moment_of_loading_is_the_same_whatever_zone_it_was_given_in(
    storage: Storage,
) -> None:
    zone = timezone(timedelta(hours=5, minutes=30))
    async with storage.writing() as unit:
        await unit.feeds.put(replace(TIMETABLE, loaded_at=TIMETABLE.loaded_at.astimezone(zone)))
    async with storage.reading() as unit:
        found = await unit.feeds.get(FeedKind.TIMETABLE)
    assert found is not None
    assert found.loaded_at == TIMETABLE.loaded_at
    assert found.loaded_at.tzinfo is not None


async def test_a_feed_takes_the_place_of_the_one_of_its_kind(storage: Storage) -> None:
    newer = replace(TIMETABLE, version="RJTTF902", source=FeedSource.DEMO, reference="")
    async with storage.writing() as unit:
        await unit.feeds.put(TIMETABLE)
        await unit.feeds.put(newer)
    async with storage.reading() as unit:
        assert await unit.feeds.get(FeedKind.TIMETABLE) == newer


async def test_feeds_of_other_kinds_stay(storage: Storage) -> None:
    fares = replace(TIMETABLE, kind=FeedKind.FARES, version="RJFAF901")
    async with storage.writing() as unit:
        await unit.feeds.put(TIMETABLE)
        await unit.feeds.put(fares)
    async with storage.reading() as unit:
        assert await unit.feeds.get(FeedKind.TIMETABLE) == TIMETABLE
        assert await unit.feeds.get(FeedKind.FARES) == fares
        assert await unit.feeds.get(FeedKind.PERFORMANCE) is None


async def test_a_covered_day_lies_from_the_first_to_the_last_both_included() -> None:
    assert TIMETABLE.covers(date(2026, 1, 5))
    assert TIMETABLE.covers(date(2026, 12, 13))
    assert not TIMETABLE.covers(date(2026, 1, 4))
    assert not TIMETABLE.covers(date(2026, 12, 14))
