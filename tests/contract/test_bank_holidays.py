"""What `ports.bank_holidays` promises, of the real calendar and of one that is given."""

from datetime import date

import pytest

from railfair.adapters.calendar.bank_holidays import GreatBritain
from railfair.adapters.memory.bank_holidays import MemoryBankHolidays
from railfair.ports.bank_holidays import BankHolidays

CHRISTMAS = date(2023, 12, 25)
CORONATION = date(2023, 5, 8)
LATE_SUMMER_IN_ENGLAND = date(2023, 8, 28)
SUMMER_IN_SCOTLAND = date(2023, 8, 7)
GIVEN = MemoryBankHolidays(
    {
        "X": {CHRISTMAS, CORONATION, LATE_SUMMER_IN_ENGLAND},
        "G": {CHRISTMAS, CORONATION, SUMMER_IN_SCOTLAND},
    }
)


@pytest.fixture(params=[GreatBritain(), GIVEN], ids=["calendar", "memory"])
def holidays(request: pytest.FixtureRequest) -> BankHolidays:
    found: BankHolidays = request.param
    return found


@pytest.mark.parametrize("day", [CHRISTMAS, CORONATION])
def test_a_holiday_of_both_countries_has_both_flags(holidays: BankHolidays, day: date) -> None:
    assert holidays.flags(day) == {"X", "G"}


def test_a_holiday_of_england_alone_has_its_flag(holidays: BankHolidays) -> None:
    assert holidays.flags(LATE_SUMMER_IN_ENGLAND) == {"X"}


def test_a_holiday_of_scotland_alone_has_its_flag(holidays: BankHolidays) -> None:
    assert holidays.flags(SUMMER_IN_SCOTLAND) == {"G"}


def test_another_day_has_no_flag(holidays: BankHolidays) -> None:
    assert holidays.flags(date(2023, 8, 29)) == frozenset()
