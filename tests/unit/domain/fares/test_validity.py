"""On which days the way out and the way back of a ticket may be made."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from railfair.domain.fares.conditions import outward_reasons, return_days, return_reasons
from railfair.domain.fares.dated import OPEN
from railfair.domain.fares.ticket import Validity
from support.fare_rules import ticket
from support.restricted_trips import WEDNESDAY, out_at

ONE_DAY = timedelta(days=1)
VALIDITY = Validity(
    code="90",
    name="INVENTED",
    starts_on=WEDNESDAY,
    ends_on=OPEN,
    out_days=1,
    out_months=0,
    return_days=0,
    return_months=0,
)


@pytest.mark.parametrize(
    ("days", "months", "out", "last"),
    [
        (0, 0, date(2026, 5, 6), date(2026, 5, 6)),
        (1, 0, date(2026, 5, 6), date(2026, 5, 6)),
        (5, 0, date(2026, 5, 29), date(2026, 6, 2)),
        (0, 1, date(2026, 5, 6), date(2026, 6, 5)),
        (0, 1, date(2026, 5, 1), date(2026, 5, 31)),
        (0, 1, date(2026, 12, 6), date(2027, 1, 5)),
        (0, 12, date(2026, 5, 6), date(2027, 5, 5)),
        (3, 1, date(2026, 5, 6), date(2026, 6, 8)),
        (0, 1, date(2027, 1, 28), date(2027, 2, 27)),
        (0, 1, date(2027, 1, 29), date(2027, 2, 28)),
        (0, 1, date(2027, 1, 31), date(2027, 2, 28)),
        (0, 1, date(2028, 1, 31), date(2028, 2, 29)),
        (0, 1, date(2027, 2, 28), date(2027, 3, 27)),
        (0, 1, date(2026, 3, 31), date(2026, 4, 30)),
    ],
)
def test_the_last_day_counts_the_first_and_months_end_before_the_same_date(
    days: int, months: int, out: date, last: date
) -> None:
    validity = replace(VALIDITY, return_days=days, return_months=months)
    assert return_days(validity, out) == (out, last)


@pytest.mark.parametrize(
    ("days", "months", "out", "first"),
    [
        (1, 0, date(2026, 5, 6), date(2026, 5, 7)),
        (7, 0, date(2026, 5, 29), date(2026, 6, 5)),
        (0, 1, date(2026, 5, 6), date(2026, 6, 6)),
        (2, 1, date(2026, 5, 6), date(2026, 6, 8)),
        (0, 1, date(2027, 1, 31), date(2027, 3, 1)),
    ],
)
def test_the_first_day_is_when_days_and_months_have_passed(
    days: int, months: int, out: date, first: date
) -> None:
    validity = replace(VALIDITY, return_after_days=days, return_after_months=months)
    assert return_days(validity, out)[0] == first


@pytest.mark.parametrize(
    ("weekday", "first"),
    [
        (5, date(2026, 5, 10)),  # out on Wednesday, back when Saturday has passed
        (2, date(2026, 5, 7)),
        (1, date(2026, 5, 13)),
    ],
)
def test_a_weekday_has_to_have_passed(weekday: int, first: date) -> None:
    validity = replace(VALIDITY, return_months=1, return_after_weekday=weekday)
    assert return_days(validity, WEDNESDAY) == (first, date(2026, 6, 5))


def test_the_later_of_a_weekday_and_some_days_counts() -> None:
    validity = replace(VALIDITY, return_after_weekday=5, return_after_days=6)
    assert return_days(validity, WEDNESDAY)[0] == date(2026, 5, 12)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 5, 7), ("return-too-early", "the way back is good from 08 May 2026 on")),
        (date(2026, 5, 8), None),
        (date(2026, 6, 5), None),
        (date(2026, 6, 6), ("return-too-late", "the way back is good until 05 June 2026")),
    ],
)
def test_the_way_back_is_good_from_the_first_day_to_the_last(
    day: date, expected: tuple[str, str] | None
) -> None:
    validity = replace(VALIDITY, return_months=1, return_after_days=2)
    found = return_reasons(validity, ticket(), out_at("08:00"), out_at("18:00", day=day))
    assert [(one.code, one.text) for one in found] == ([expected] if expected else [])


def test_before_half_past_four_the_day_before_counts_both_ways() -> None:
    night = out_at("01:00", "02:00")
    assert return_reasons(VALIDITY, ticket(), out_at("08:00"), night) != ()
    assert return_reasons(VALIDITY, ticket(), night, night) == ()
    after = out_at("01:00", "02:00", day=WEDNESDAY + ONE_DAY)
    assert return_reasons(VALIDITY, ticket(), out_at("08:00"), after) == ()


def test_without_a_validity_any_day_is_good() -> None:
    later = out_at("18:00", day=date(2027, 5, 6))
    assert return_reasons(None, ticket(), out_at("08:00"), later) == ()


def test_after_the_last_day_of_its_type_no_ticket_is_good_either_way() -> None:
    ended = replace(ticket(), last_day=WEDNESDAY - ONE_DAY)
    text = "no such ticket is good after 05 May 2026"
    out = outward_reasons(ended, out_at("08:00"))
    back = return_reasons(None, ended, out_at("08:00"), out_at("18:00"))
    assert [(one.code, one.text) for one in out] == [("outward-too-late", text)]
    assert [(one.code, one.text) for one in back] == [("return-too-late", text)]
    assert outward_reasons(ended, out_at("04:29")) == ()
    assert return_reasons(None, ended, out_at("01:00"), out_at("04:29")) == ()
