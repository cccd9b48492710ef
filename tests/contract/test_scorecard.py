"""`ports.scorecard`: forecasts, what came of them and sums of scores, kept by every storage."""

from dataclasses import replace
from datetime import date, timedelta

from railfair.domain.codes import Crs, TocCode
from railfair.domain.delays.arrivals import BookedArrival, DayType
from railfair.ports.scorecard import LoggedForecast, LogSource, ResolvedForecast, ScoreSums
from railfair.ports.storage import Storage

DAY = date(2026, 11, 24)
NEXT = DAY + timedelta(days=1)
ARRIVAL = BookedArrival(
    toc=TocCode("LE"),
    crs=Crs("IPS"),
    terminus=Crs("LST"),
    origin=Crs("NRW"),
    departure_min=480,
    arrival_min=520,
    day_type=DayType.WEEKDAY,
)
ONE = LoggedForecast(
    source=LogSource.SERVED, day=DAY, horizon=1, arrival=ARRIVAL, body=b"\x00\x01\xff"
)
OTHER = replace(ONE, horizon=0)
LATER = replace(ONE, day=NEXT, arrival=ARRIVAL._replace(crs=Crs("LST"), arrival_min=590))
REPLAYED = replace(ONE, source=LogSource.REPLAYED)
SUMS = ScoreSums(
    source=LogSource.SERVED, month=date(2026, 11, 1), toc="LE", horizon=1, method="model", body=b"1"
)


def came(one: LoggedForecast, delay: int = 7) -> ResolvedForecast:
    return ResolvedForecast(logged=one, delay=delay, cancelled=delay == 0, scored=b"\x02")


async def test_forecasts_wait_until_it_is_known_what_came_of_them(storage: Storage) -> None:
    async with storage.writing() as unit:
        assert await unit.scorecard.first_day() is None
        assert await unit.scorecard.log([LATER, ONE, OTHER]) == 3
    async with storage.writing() as unit:
        assert await unit.scorecard.waiting(DAY, NEXT) == [OTHER, ONE, LATER]
        assert await unit.scorecard.waiting(NEXT, NEXT) == [LATER]
        assert await unit.scorecard.waiting_days(DAY, NEXT) == [DAY, NEXT]
        assert await unit.scorecard.waiting_days(NEXT, NEXT) == [NEXT]
        assert (await unit.scorecard.count_waiting(), await unit.scorecard.first_day()) == (3, DAY)
        await unit.scorecard.resolve([came(ONE, -3), came(LATER, 0)])
    async with storage.reading() as unit:
        assert await unit.scorecard.waiting(DAY, NEXT) == [OTHER]
        assert await unit.scorecard.resolved(LogSource.SERVED) == [came(ONE, -3), came(LATER, 0)]
        assert await unit.scorecard.resolved(LogSource.REPLAYED) == []


async def test_the_first_forecast_of_an_arrival_stays(storage: Storage) -> None:
    again = replace(ONE, body=b"\x09")
    async with storage.writing() as unit:
        await unit.scorecard.log([ONE])
        assert await unit.scorecard.log([again]) == 0
        assert await unit.scorecard.waiting(DAY, DAY) == [ONE]
        await unit.scorecard.resolve([came(ONE)])
        assert await unit.scorecard.log([again]) == 0
        assert await unit.scorecard.resolved(LogSource.SERVED) == [came(ONE)]


async def test_replayed_forecasts_are_logged_with_what_came_of_them(storage: Storage) -> None:
    async with storage.writing() as unit:
        await unit.scorecard.log([ONE])
        await unit.scorecard.resolve([came(REPLAYED), came(replace(REPLAYED, twin=1), 0)])
    async with storage.writing() as unit:
        replayed = await unit.scorecard.resolved(LogSource.REPLAYED)
        assert replayed == [came(REPLAYED), came(replace(REPLAYED, twin=1), 0)]
        assert await unit.scorecard.count_waiting() == 1
        await unit.scorecard.clear(LogSource.REPLAYED)
        assert await unit.scorecard.resolved(LogSource.REPLAYED) == []
        assert await unit.scorecard.waiting(DAY, DAY) == [ONE]


async def test_old_forecasts_that_were_served_leave_the_log(storage: Storage) -> None:
    async with storage.writing() as unit:
        await unit.scorecard.log([ONE, OTHER, LATER])
        await unit.scorecard.resolve([came(ONE), came(LATER)])
        await unit.scorecard.resolve([came(REPLAYED)])
        assert await unit.scorecard.forget(NEXT) == 2
        assert await unit.scorecard.resolved(LogSource.SERVED) == [came(LATER)]
        assert await unit.scorecard.resolved(LogSource.REPLAYED) == [came(REPLAYED)]
        assert await unit.scorecard.count_waiting() == 0


async def test_sums_take_the_place_of_those_before(storage: Storage) -> None:
    other = replace(SUMS, method="table", body=b"2")
    async with storage.writing() as unit:
        await unit.scorecard.put_sums([other, SUMS, replace(SUMS, source=LogSource.REPLAYED)])
        await unit.scorecard.put_sums([replace(SUMS, body=b"3")])
        await unit.scorecard.put_sums([])
    async with storage.writing() as unit:
        assert await unit.scorecard.sums(LogSource.SERVED) == [replace(SUMS, body=b"3"), other]
        await unit.scorecard.clear(LogSource.SERVED)
        assert await unit.scorecard.sums(LogSource.SERVED) == []
        assert len(await unit.scorecard.sums(LogSource.REPLAYED)) == 1


async def test_baselines_are_found_by_their_cells(storage: Storage) -> None:
    counts = {"table": {"": b"all", "NRW|8|0": b"cell"}, "route": {"": b"all"}}
    async with storage.writing() as unit:
        assert await unit.scorecard.baselines({"table": [""]}) == {}
        await unit.scorecard.put_baselines(counts)
    async with storage.writing() as unit:
        found = await unit.scorecard.baselines({"table": ["", "NRW|8|0", "no"], "route": [""]})
        assert found == counts
        await unit.scorecard.clear(LogSource.SERVED)
        assert await unit.scorecard.baselines({"table": [""]}) == {}
