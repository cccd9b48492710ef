"""Bringing the forecasts up to the history."""

from datetime import date, timedelta

import pytest

from railfair.adapters.calendar.bank_holidays import GreatBritain
from railfair.adapters.memory.storage import MemoryStorage
from railfair.application.learning import kind_of, learn_from
from railfair.domain.codes import TocCode
from railfair.domain.delays.arrivals import DayType
from railfair.domain.statistics import OutcomeCounts, counted
from support.running import (
    AYT,
    CEE,
    DAY,
    NoHolidays,
    days_from,
    everything_learned,
    invented_day,
    invented_days,
    learned_model,
    take,
)

DAYS = days_from(DAY, 10)


async def learned(storage: MemoryStorage, first: date) -> list[date]:
    """Learn from *first* on; return the days of which was told."""
    told: list[date] = []
    async with storage.writing() as unit:
        number = await learn_from(unit, first, holidays=NoHolidays(), told=told.append)
    assert number == len(told)
    return told


async def history(days: int = 10) -> MemoryStorage:
    """A history of which nothing was learned yet."""
    storage = MemoryStorage()
    async with storage.writing() as unit:
        await unit.performance.put_runs(invented_days(DAY, days))
    return storage


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 4, 2), DayType.WEEKDAY),
        (date(2026, 4, 3), DayType.SUNDAY),  # Good Friday
        (date(2026, 4, 4), DayType.SATURDAY),
        (date(2026, 12, 28), DayType.SUNDAY),  # in place of Boxing Day
        (date(2026, 1, 2), DayType.WEEKDAY),  # a holiday in Scotland only
    ],
)
def test_english_bank_holidays_run_like_sundays(day: date, kind: DayType) -> None:
    assert kind_of(day, GreatBritain()) is kind


async def test_all_days_of_the_history_are_learned_first() -> None:
    storage = await history()
    assert await learned(storage, DAYS[6]) == DAYS
    assert (await learned_model(storage)).learned_until == DAYS[-1]


async def test_only_new_days_are_learned_next() -> None:
    storage = await history(6)
    await learned(storage, DAY)
    async with storage.writing() as unit:
        await unit.performance.put_runs(invented_days(DAY, 10))
    assert await learned(storage, DAYS[6]) == DAYS[6:]


async def test_a_change_in_the_past_is_learned_from_the_first_day_on() -> None:
    storage = await history()
    await learned(storage, DAY)
    before = await everything_learned(storage)
    assert await learned(storage, DAYS[9]) == DAYS
    assert await everything_learned(storage) == before


async def test_no_history_teaches_nothing() -> None:
    storage = MemoryStorage()
    assert await learned(storage, DAY) == []


async def test_what_came_of_arrivals_is_counted_by_operator_lost_reports_as_well() -> None:
    storage = MemoryStorage()
    for day in DAYS:
        await take(storage, invented_day(day))
    async with storage.reading() as unit:
        found = await unit.performance.operator_outcomes()
    expected: dict[TocCode, OutcomeCounts] = {}
    for one in invented_days(DAY, 10):
        toc = one.train.toc
        expected[toc] = expected.get(toc, OutcomeCounts()) + counted(one.outcomes())
    assert found == expected
    assert sum(counts.unknown for counts in found.values()) > 0


async def test_the_trains_that_usually_run_are_learned_with_the_forecasts() -> None:
    storage = await history()
    await learned(storage, DAY)
    async with storage.reading() as unit:
        usual = await unit.forecasts.usual_trains(AYT, CEE)
    assert len(usual) == 4
    assert {one.last_day for one in usual} == {DAYS[-1]}
    assert all(0 < number <= 8 for one in usual for number in one.seen)


async def test_days_without_running_are_passed_over() -> None:
    storage = MemoryStorage()
    later = DAY + timedelta(days=100)
    async with storage.writing() as unit:
        await unit.performance.put_runs([*invented_day(DAY), *invented_day(later)])
    assert await learned(storage, DAY) == [DAY, later]
