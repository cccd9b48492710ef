"""What is loaded, and how trains ran."""

from datetime import date
from pathlib import Path

import pytest

from railfair.adapters.clock.clock import FixedClock
from railfair.adapters.feeds.fares import FileFaresFeed
from railfair.adapters.memory.storage import MemoryStorage
from railfair.application.import_fares import import_fares, restore_fares
from railfair.application.stations import StationDirectory
from railfair.application.statistics import RouteStatistics, route_statistics, statistics
from railfair.domain.codes import Crs
from railfair.domain.errors import InvalidParameter, UnknownRoute, UnknownStation
from railfair.domain.feed import FeedSource, ImportReport
from railfair.domain.statistics import OutcomeCounts
from support.fares_feed import write_fares
from support.running import DAY, GivenRuns, ayton_to_ceeham, call, days_from, run, take
from support.timetables import station, train

DAYS = days_from(DAY, 4)


@pytest.fixture
async def storage() -> MemoryStorage:
    """Four days of a train that was on time, late, cancelled and lost."""
    storage = MemoryStorage()
    runs = [ayton_to_ceeham(delay, day) for delay, day in zip((0, 8, None), DAYS, strict=False)]
    lost = run(call("AYT", dep="08:00", left="08:00"), call("CEE", arr="09:00"), day=DAYS[3])
    await take(storage, GivenRuns([*runs, lost], source=FeedSource.DEMO))
    return storage


async def of_route(storage: MemoryStorage, origin: str, destination: str) -> RouteStatistics:
    return await route_statistics(
        Crs(origin), Crs(destination), storage=storage, stations=StationDirectory()
    )


async def test_a_route_is_what_came_of_its_arrivals(storage: MemoryStorage) -> None:
    found = await of_route(storage, "AYT", "CEE")
    assert found.outcomes == OutcomeCounts(delays={0: 1, 8: 1}, cancelled=1, unknown=1)
    assert (found.origin.crs, found.destination.crs) == ("AYT", "CEE")
    assert found.provenance.source is FeedSource.DEMO


async def test_a_route_of_which_all_reports_were_lost_is_still_a_route() -> None:
    storage = MemoryStorage()
    await take(storage, [run(call("AYT", dep="08:00", left="08:00"), call("CEE", arr="09:00"))])
    assert (await of_route(storage, "AYT", "CEE")).outcomes == OutcomeCounts(unknown=1)


async def test_the_other_way_round_is_another_route(storage: MemoryStorage) -> None:
    with pytest.raises(UnknownRoute):
        await of_route(storage, "CEE", "AYT")


async def test_a_station_that_nothing_mentions_is_not_found(storage: MemoryStorage) -> None:
    with pytest.raises(UnknownStation) as caught:
        await of_route(storage, "AYT", "ZZZ")
    assert caught.value.parameter == "destination"


async def test_a_route_has_two_ends(storage: MemoryStorage) -> None:
    with pytest.raises(InvalidParameter) as caught:
        await of_route(storage, "AYT", "AYT")
    assert caught.value.parameter == "destination"


async def test_what_is_loaded_is_counted(storage: MemoryStorage) -> None:
    async with storage.writing() as unit:
        await unit.timetable.put_stations([station("AYT", "Ayton"), station("BEE", "Beeford")])
        await unit.timetable.put_schedules([train("A10001")], are_manual=False)
    found = await statistics(storage=storage, stations=StationDirectory())
    assert (found.stations, found.schedules) == (3, 1)
    assert found.operators == {"ZY": OutcomeCounts(delays={0: 1, 8: 1}, cancelled=1, unknown=1)}


async def test_the_fares_that_are_loaded_are_counted(tmp_path: Path) -> None:
    storage = MemoryStorage()
    for sequence in ("901", "902"):
        await import_fares(
            FileFaresFeed([write_fares(tmp_path / sequence, sequence=sequence)]),
            ImportReport(),
            storage=storage,
            clock=FixedClock(DAY),
            tolerance=0.05,
        )
    fares = (await statistics(storage=storage, stations=StationDirectory())).fares
    assert fares is not None
    assert (fares.current.version, fares.current.generated_on) == ("RJFAF902", date(2026, 1, 5))
    assert (fares.stations, fares.tickets, fares.routes, fares.railcards) == (3, 2, 1, 0)
    assert fares.editions == 2
    await restore_fares(storage=storage)
    fares = (await statistics(storage=storage, stations=StationDirectory())).fares
    assert fares is not None
    assert (fares.current.version, fares.editions) == ("RJFAF901", 1)


async def test_nothing_is_loaded_at_first() -> None:
    found = await statistics(storage=MemoryStorage(), stations=StationDirectory())
    assert found.fares is None
    assert (found.stations, found.schedules, found.operators) == (0, 0, {})
    assert found.provenance.performance is None


async def test_the_directory_follows_what_is_imported(storage: MemoryStorage) -> None:
    directory = StationDirectory()
    assert (await statistics(storage=storage, stations=directory)).stations == 2
    await take(
        storage,
        GivenRuns([ayton_to_ceeham(0, DAYS[3], dep="10:00", via=True)], source=FeedSource.DEMO),
        today=DAYS[3],
    )
    assert (await statistics(storage=storage, stations=directory)).stations == 3
