"""How prices changed over the imported versions of the fares."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from railfair.adapters.clock.clock import FixedClock
from railfair.adapters.feeds.fares import FileFaresFeed
from railfair.adapters.memory.storage import MemoryStorage
from railfair.application.fare_trends import FareTrends, fare_trends
from railfair.application.import_fares import import_fares, restore_fares
from railfair.application.stations import StationDirectory
from railfair.domain.codes import Crs, TicketCode
from railfair.domain.errors import InvalidParameter, NothingLoaded, UnknownStation
from railfair.domain.feed import FeedKind, ImportReport
from support.fares_feed import GENERATED, feed_texts, ffl, flow, write_texts

CLOCK = FixedClock(date(2026, 7, 1))
AYT, BEE, CEE = Crs("AYT"), Crs("BEE"), Crs("CEE")


class Versions:
    """A storage, and versions of the fares from AYT to BEE that are imported into it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.storage = MemoryStorage()

    async def take(self, made: date, fares: Mapping[str, int]) -> None:
        """Import a version that was *made* on a day."""
        sequence = f"{made:%m%d}"[-3:]
        texts = feed_texts({"FFL": ffl([flow("0001", "0002", fares=fares)])}, sequence=sequence)
        dated = {kind: text.replace(GENERATED, f"{made:%d/%m/%Y}") for kind, text in texts.items()}
        feed = FileFaresFeed([write_texts(self._folder / sequence, dated, sequence=sequence)])
        await import_fares(feed, ImportReport(), storage=self.storage, clock=CLOCK, tolerance=0.05)

    async def restore(self) -> None:
        await restore_fares(storage=self.storage)

    async def trends(
        self, origin: Crs = AYT, destination: Crs = BEE, *, ticket: str | None = None
    ) -> FareTrends:
        return await fare_trends(
            origin,
            destination,
            ticket=None if ticket is None else TicketCode(ticket),
            storage=self.storage,
            stations=StationDirectory(),
        )


@pytest.fixture
def versions(tmp_path: Path) -> Versions:
    return Versions(tmp_path)


def day(text: str) -> date:
    """Return a day of the year: `day("03-02")`."""
    return date.fromisoformat(f"2026-{text}")


def points(trends: FareTrends) -> dict[str, list[tuple[str, str | None, int]]]:
    return {
        series.ticket.code: [
            (
                f"{point.first_day:%m-%d}",
                None if point.last_day is None else f"{point.last_day:%m-%d}",
                point.adult_fare_p,
            )
            for point in series.points
        ]
        for series in trends.series
    }


async def test_one_version_is_a_price_without_a_past(versions: Versions) -> None:
    await versions.take(day("01-05"), {"SDS": 540})
    trends = await versions.trends()
    assert points(trends) == {"SDS": [("01-05", None, 540)]}
    assert trends.advice is None
    assert trends.degraded_reasons == (
        "one version of the fares is loaded: changes show from the next one on",
    )


async def test_a_price_lasts_until_the_day_before_the_version_that_changed_it(
    versions: Versions,
) -> None:
    await versions.take(day("01-05"), {"SDS": 540})
    await versions.take(day("02-05"), {"SDS": 540})
    await versions.take(day("03-02"), {"SDS": 567})
    trends = await versions.trends()
    assert points(trends) == {"SDS": [("01-05", "03-01", 540), ("03-02", None, 567)]}
    assert trends.degraded_reasons == ()


async def test_fares_that_came_and_went_are_told_too(versions: Versions) -> None:
    await versions.take(day("01-05"), {"SDS": 540})
    await versions.take(day("03-02"), {"SVR": 990})
    await versions.take(day("05-04"), {"SDS": 560, "SVR": 990})
    assert points(await versions.trends()) == {
        "SDS": [("01-05", "03-01", 540), ("05-04", None, 560)],
        "SVR": [("03-02", None, 990)],
    }


async def test_fares_of_today_come_cheapest_first_and_those_that_are_gone_last(
    versions: Versions,
) -> None:
    await versions.take(day("01-05"), {"SDS": 540})
    await versions.take(day("03-02"), {"SVR": 990})
    assert list(points(await versions.trends())) == ["SVR", "SDS"]
    await versions.take(day("05-04"), {"SVR": 990, "SDS": 560})
    assert list(points(await versions.trends())) == ["SDS", "SVR"]


async def test_one_ticket_may_be_asked_for(versions: Versions) -> None:
    await versions.take(day("01-05"), {"SDS": 540, "SVR": 990})
    assert points(await versions.trends(ticket="SVR")) == {"SVR": [("01-05", None, 990)]}


async def test_the_way_back_has_prices_of_its_own(versions: Versions) -> None:
    await versions.take(day("01-05"), {"SDS": 540})
    trends = await versions.trends(BEE, AYT)
    assert trends.series == ()
    assert (trends.origin.crs, trends.destination.crs) == (BEE, AYT)


async def test_advice_says_how_prices_moved_last(versions: Versions) -> None:
    await versions.take(day("01-05"), {"SDS": 500, "SVR": 1000})
    await versions.take(day("03-02"), {"SDS": 550, "SVR": 1000})
    assert (await versions.trends()).advice == (
        "1 of 2 fares last changed on 02 March 2026: on average they rose by 10.0 %"
    )
    await versions.take(day("05-04"), {"SDS": 440, "SVR": 900})
    assert (await versions.trends()).advice == (
        "2 of 2 fares last changed on 04 May 2026: on average they fell by 15.0 %"
    )
    assert (await versions.trends(ticket="SVR")).advice == (
        "1 of 1 fares last changed on 04 May 2026: on average they fell by 10.0 %"
    )


async def test_a_few_weeks_of_prices_are_no_ground_for_advice(versions: Versions) -> None:
    await versions.take(day("01-05"), {"SDS": 500})
    await versions.take(day("01-26"), {"SDS": 550})
    assert (await versions.trends()).advice is None


async def test_prices_that_never_moved_are_no_ground_for_advice(versions: Versions) -> None:
    for made in ("01-05", "03-02", "05-04"):
        await versions.take(day(made), {"SDS": 500})
    assert (await versions.trends()).advice is None


async def test_a_version_that_was_withdrawn_is_not_told(versions: Versions) -> None:
    await versions.take(day("01-05"), {"SDS": 540})
    await versions.take(day("03-02"), {"SDS": 9000})
    await versions.restore()
    trends = await versions.trends()
    assert points(trends) == {"SDS": [("01-05", None, 540)]}
    assert len(trends.degraded_reasons) == 1
    await versions.take(day("05-04"), {"SDS": 560})
    assert points(await versions.trends()) == {
        "SDS": [("01-05", "05-03", 540), ("05-04", None, 560)]
    }


async def test_a_ticket_that_the_fares_do_not_know_is_refused(versions: Versions) -> None:
    await versions.take(day("01-05"), {"SDS": 540})
    with pytest.raises(InvalidParameter) as caught:
        await versions.trends(ticket="QQQ")
    assert caught.value.parameter == "ticket"


async def test_two_stations_are_asked_for(versions: Versions) -> None:
    with pytest.raises(InvalidParameter) as caught:
        await versions.trends(AYT, AYT)
    assert caught.value.parameter == "destination"


@pytest.mark.parametrize(
    ("ends", "parameter"), [((Crs("ZZZ"), AYT), "origin"), ((AYT, Crs("ZZZ")), "destination")]
)
async def test_a_station_that_nothing_mentions_is_not_found(
    versions: Versions, ends: tuple[Crs, Crs], parameter: str
) -> None:
    await versions.take(day("01-05"), {"SDS": 540})
    with pytest.raises(UnknownStation) as caught:
        await versions.trends(*ends)
    assert (caught.value.crs, caught.value.parameter) == ("ZZZ", parameter)


async def test_without_fares_there_is_no_trend(versions: Versions) -> None:
    with pytest.raises(NothingLoaded) as caught:
        await versions.trends()
    assert caught.value.feed is FeedKind.FARES


async def test_todays_price_stands_beside_those_of_the_year(versions: Versions) -> None:
    await versions.take(day("01-05"), {"SDS": 1000, "SVR": 800})
    young = await versions.trends()
    assert [series.past_year for series in young.series] == [None, None]
    assert (young.history.editions, young.history.days) == (1, 0)
    assert "28 days from now" in young.history.too_thin
    await versions.take(day("03-16"), {"SDS": 1100, "SVR": 800})
    old = await versions.trends()
    assert (old.history.editions, old.history.days, old.history.too_thin) == (2, 70, "")
    found = {str(series.ticket.code): series.past_year for series in old.series}
    dearer, same = found["SDS"], found["SVR"]
    assert dearer is not None
    assert same is not None
    assert (dearer.difference_p, dearer.cheaper_days_share) == (100, 1)
    assert (same.difference_p, same.cheaper_days_share) == (0, 0)
