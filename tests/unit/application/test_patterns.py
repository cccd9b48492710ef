"""When trains are late, of few trains and of many."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from railfair.adapters.memory.storage import MemoryStorage
from railfair.application.patterns import Patterns, Period
from railfair.application.stations import StationDirectory
from railfair.domain.codes import Crs
from railfair.domain.errors import UnknownRoute
from support.running import AYT, CEE, DAY, ayton_to_ceeham, call, days_from, run, take

LEAST_WIDTH = 0.3
WORKERS = ThreadPoolExecutor(1)


def patterns(storage: MemoryStorage) -> Patterns:
    return Patterns(storage, StationDirectory(), WORKERS)


async def test_a_route_with_three_trains_never_looks_certain() -> None:
    storage = MemoryStorage()
    others = [
        run(
            call("BEE", dep="10:00", left="10:00"),
            call("DEE", arr="11:00", came="11:04" if number % 5 else "11:00"),
            day=day,
        )
        for number, day in enumerate(days_from(DAY, 50))
    ]
    await take(storage, [*others, *(ayton_to_ceeham(0, day) for day in days_from(DAY, 3))])
    found = await patterns(storage).of_route(AYT, CEE)
    trend = await patterns(storage).trend(AYT, CEE, Period.DAY)
    cells = (found.overall, *found.cells, *found.by_hour, *found.by_weekday)
    for share in [one.on_time for one in cells] + [one.on_time for one in trend.points]:
        assert share.likeliest < 0.7
        assert share.high < 0.95
        assert share.high - share.low > LEAST_WIDTH
    assert trend.change is None


async def test_a_train_after_midnight_counts_on_the_day_it_leaves() -> None:
    storage = MemoryStorage()
    night = run(
        call("DEE", dep="23:00", left="23:00"),
        call("AYT", arr="24:10", came="24:10", dep="24:12", left="24:12"),
        call("CEE", arr="24:50", came="24:55"),
    )
    await take(storage, [night])
    [cell] = (await patterns(storage).of_route(AYT, CEE)).cells
    assert (cell.weekday, cell.hour) == (1, 0)
    [point] = (await patterns(storage).trend(AYT, CEE, Period.WEEK)).points
    assert (point.first, point.last) == (DAY, DAY + timedelta(days=6))


async def test_a_month_ends_with_its_last_day() -> None:
    storage = MemoryStorage()
    await take(storage, [ayton_to_ceeham(0, day) for day in days_from(DAY, 40)])
    points = (await patterns(storage).trend(AYT, CEE, Period.MONTH)).points
    assert [(p.first.isoformat(), p.last.isoformat()) for p in points] == [
        ("2026-01-01", "2026-01-31"),
        ("2026-02-01", "2026-02-28"),
    ]


async def test_a_route_that_gets_worse_for_good_says_since_when() -> None:
    storage = MemoryStorage()
    days = days_from(DAY, 60)
    runs = [
        ayton_to_ceeham(9 if (index + number) % 10 < (2 if index < 30 else 7) else 0, day,
                        dep=f"{6 + number:02}:00")
        for index, day in enumerate(days)
        for number in range(10)
    ]  # fmt: skip
    await take(storage, runs)
    change = (await patterns(storage).trend(AYT, CEE, Period.WEEK)).change
    assert change is not None
    assert change.day == days[30]
    assert (change.found.before, change.found.after) == pytest.approx((0.8, 0.3))


async def test_a_station_where_nothing_arrives_has_no_figures() -> None:
    storage = MemoryStorage()
    await take(storage, [ayton_to_ceeham(0)])
    found = await patterns(storage).of_station(AYT)
    assert found.overall.outcomes.trains == 0
    assert (found.by_operator, found.by_hour) == ({}, ())
    assert (await patterns(storage).changes(AYT)).changes == ()
    with pytest.raises(UnknownRoute):
        await patterns(storage).of_route(Crs("CEE"), AYT)


async def test_a_change_worked_if_there_was_time_for_it() -> None:
    storage = MemoryStorage()
    runs = [
        one
        for day, late in zip(days_from(DAY, 4), (0, 1, 2, None), strict=True)
        for one in (
            ayton_to_ceeham(late, day),
            run(call("CEE", dep="09:06", left="09:06"), call("DEE", arr="09:30", came="09:30"),
                day=day),
            run(call("CEE", dep="09:04", left="09:04"), call("AYT", arr="09:50", came="09:50"),
                day=day),
        )
    ]  # fmt: skip
    await take(storage, runs)
    [change] = (await patterns(storage).changes(CEE)).changes
    assert (change.minutes, change.changes, change.made) == (6, 3, 2)
