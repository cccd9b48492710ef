"""What besides times and route lets a ticket be used: operators, advance sale, calendars."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from railfair.domain.codes import Crs, RestrictionCode, RouteCode, TicketCode, TocCode
from railfair.domain.fares.conditions import (
    advance_reasons,
    booking_of,
    calendar_reasons,
    operators_on,
)
from railfair.domain.fares.dated import OPEN
from railfair.domain.fares.restriction import DateBand, TicketCalendar
from railfair.domain.fares.ticket import AdvancePurchase, OperatorTicket
from railfair.domain.fares.trip import Trip, unknown_trip
from railfair.domain.fares.verdict import GOOD, UNCHECKED
from railfair.domain.railtime import LONDON
from support.restricted_trips import ALL_YEAR, BACK, OUT, WEDNESDAY, leg, out_at, trip
from support.timetables import minutes

ONE_DAY = timedelta(days=1)
TICKET = TicketCode("0ZZ")
NO_RESTRICTION = RestrictionCode("")


def by(*tocs: str | None) -> Trip:
    """Return a trip on a train of each of these operators."""
    return trip(
        *(
            leg(f"ST{n} {8 + n:02}:00", f"ST{n + 1} {8 + n:02}:50", toc=toc)
            for n, toc in enumerate(tocs)
        )
    )


class TestOperatorTickets:
    @staticmethod
    def record(
        toc: str, *, kind: str = "M", flag: str = "2", restriction: str = "", way: str = "B"
    ) -> OperatorTicket:
        return OperatorTicket(
            ticket=TICKET,
            restriction=RestrictionCode(restriction),
            restriction_flag=flag,
            direction=way,
            toc=TocCode(toc),
            is_connecting=kind == "C",
            starts_on=WEDNESDAY,
            ends_on=WEDNESDAY,
        )

    @staticmethod
    def codes(records: list[OperatorTicket], one: Trip, restriction: str = "") -> list[str]:
        verdict = operators_on(
            records, restriction=RestrictionCode(restriction), trip=one, direction=OUT
        )
        assert verdict.is_checked
        return [reason.code for reason in verdict.reasons]

    def test_a_ticket_without_records_is_for_all_operators(self) -> None:
        assert self.codes([], by("ZX")) == []

    def test_a_ticket_for_some_operators_is_not_good_on_the_trains_of_others(self) -> None:
        records = [self.record("ZX"), self.record("ZY")]
        assert self.codes(records, by("ZX", "ZY")) == []
        verdict = operators_on(
            records, restriction=NO_RESTRICTION, trip=by("ZX", "ZW"), direction=BACK
        )
        assert [(reason.code, reason.text) for reason in verdict.reasons] == [
            (
                "operator-not-valid",
                "on the way back, the train is run by ZW; the ticket is for ZX, ZY only",
            )
        ]

    def test_connecting_operators_need_a_train_of_a_main_one(self) -> None:
        records = [self.record("ZX"), self.record("ZY", kind="C")]
        assert self.codes(records, by("ZX")) == []
        assert self.codes(records, by("ZX", "ZY")) == []
        assert self.codes(records, by("ZY")) == ["operator-not-valid"]

    def test_all_operators_may_be_connecting(self) -> None:
        records = [self.record("ZX"), self.record("", kind="C")]
        assert self.codes(records, by("ZW", "ZX")) == []
        assert self.codes(records, by("ZW")) == ["operator-not-valid"]
        assert self.codes(records[1:], by("ZW")) == []

    def test_an_unknown_operator_cannot_be_checked_unless_any_will_do(self) -> None:
        def found(records: list[OperatorTicket], one: Trip) -> object:
            return operators_on(records, restriction=NO_RESTRICTION, trip=one, direction=OUT)

        main, any_other = self.record("ZX"), self.record("", kind="C")
        assert found([main], by("ZX", None)) == UNCHECKED
        assert found([main, any_other], by(None)) == UNCHECKED
        assert found([main, any_other], by("ZW", None)) == UNCHECKED
        assert found([main, any_other], by("ZX", None)) == GOOD
        assert self.codes([main], by("ZW", None)) == ["operator-not-valid"]

    @pytest.mark.parametrize(
        ("flag", "restriction", "is_barred"),
        [
            ("0", "R1", True),
            ("0", "R2", False),
            ("0", "", False),
            ("1", "R1", False),
            ("1", "", True),
            ("2", "R1", True),
            ("2", "", True),
        ],
    )
    def test_a_record_may_be_for_one_restriction_or_for_none(
        self, flag: str, restriction: str, is_barred: bool
    ) -> None:
        records = [self.record("ZX", flag=flag, restriction="R1")]
        assert bool(self.codes(records, by("ZY"), restriction)) is is_barred

    def test_a_record_may_be_for_one_direction(self) -> None:
        records = [self.record("ZX", way="R")]
        back = operators_on(records, restriction=NO_RESTRICTION, trip=by("ZY"), direction=BACK)
        assert self.codes(records, by("ZY")) == []
        assert [reason.code for reason in back.reasons] == ["operator-not-valid"]

    def test_a_record_counts_on_its_days(self) -> None:
        for other in (WEDNESDAY - ONE_DAY, WEDNESDAY + ONE_DAY):
            assert self.codes([self.record("ZX")], replace(by("ZY"), day=other)) == []
        night = out_at("02:00", day=WEDNESDAY + ONE_DAY)
        assert self.codes([self.record("ZX")], night) == ["operator-not-valid"]


class TestAdvance:
    LEAVES = out_at("08:00", "09:00")

    @staticmethod
    def record(
        check: str,
        value: str,
        *,
        until: str | None = None,
        toc: str = "",
        flag: str = "2",
        starts_on: date = WEDNESDAY,
    ) -> AdvancePurchase:
        return AdvancePurchase(
            ticket=TICKET,
            restriction=RestrictionCode("R1"),
            restriction_flag=flag,
            toc=TocCode(toc),
            starts_on=starts_on,
            ends_on=OPEN,
            check=check,
            value=value,
            until_min=None if until is None else minutes(until),
        )

    def texts(self, *records: AdvancePurchase, at: datetime, one: Trip = LEAVES) -> list[str]:
        found = advance_reasons(
            records, restriction=NO_RESTRICTION, booked=booking_of(one), sold_at=at
        )
        assert {reason.code for reason in found} <= {"booking-closed"}
        return [reason.text for reason in found]

    @pytest.mark.parametrize(
        ("until", "last"),
        [
            ("18:00", datetime(2026, 5, 5, 18, 0, tzinfo=LONDON)),
            (None, datetime(2026, 5, 5, 23, 59, tzinfo=LONDON)),
        ],
    )
    def test_it_is_sold_until_the_end_of_a_minute_some_days_before(
        self, until: str | None, last: datetime
    ) -> None:
        record = self.record("2", "00000001", until=until)
        text = f"it had to be bought by {last:%H:%M} on 05 May 2026"
        assert self.texts(record, at=last + timedelta(seconds=59)) == []
        assert self.texts(record, at=last + timedelta(minutes=1)) == [text]

    def test_it_is_sold_until_some_hours_before_departure(self) -> None:
        record = self.record("1", "00000002")
        text = "it had to be bought by 06:00 on 06 May 2026"
        assert self.texts(record, at=datetime(2026, 5, 6, 5, 0, tzinfo=UTC)) == []
        assert self.texts(record, at=datetime(2026, 5, 6, 5, 1, tzinfo=UTC)) == [text]

    def test_hours_are_those_that_pass_when_clocks_change(self) -> None:
        leaves = out_at("04:30", day=date(2026, 10, 25))
        record = self.record("1", "00000006")
        text = "it had to be bought by 23:30 on 24 October 2026"
        at = datetime(2026, 10, 24, 22, 31, tzinfo=UTC)
        assert self.texts(record, at=at - timedelta(minutes=1), one=leaves) == []
        assert self.texts(record, at=at, one=leaves) == [text]

    def test_after_midnight_days_count_from_the_day_before(self) -> None:
        night = out_at("02:00", "03:00")
        last = datetime(2026, 5, 4, 23, 59, tzinfo=LONDON)
        record = self.record("2", "1", starts_on=WEDNESDAY - ONE_DAY)
        text = "it had to be bought by 23:59 on 04 May 2026"
        assert self.texts(record, at=last, one=night) == []
        assert self.texts(record, at=last + ONE_DAY, one=night) == [text]
        assert self.texts(self.record("2", "1"), at=last + ONE_DAY, one=night) == []

    def test_what_the_record_does_not_say_clearly_closes_nothing(self) -> None:
        unknown = unknown_trip(Crs("AYT"), Crs("DEE"), WEDNESDAY)
        at = datetime(2026, 5, 7, 12, 0, tzinfo=LONDON)
        assert self.texts(self.record("0", "05052026"), at=at) == []
        assert self.texts(self.record("2", ""), at=at) == []
        assert self.texts(self.record("1", "2"), at=at, one=unknown) == []

    def test_a_record_of_an_operator_is_for_its_trains(self) -> None:
        at = datetime(2026, 5, 6, 7, 0, tzinfo=LONDON)
        theirs, later = self.record("2", "1", toc="ZX"), self.record("1", "1")
        assert self.texts(theirs, at=at) == []
        assert self.texts(theirs, later, at=at) == []
        assert self.texts(theirs, later, at=at, one=by("ZX")) != []
        assert self.texts(theirs, at=at, one=by(None)) == []

    def test_a_record_of_another_restriction_or_another_time_does_not_count(self) -> None:
        at = datetime(2026, 5, 7, 12, 0, tzinfo=LONDON)
        assert self.texts(self.record("2", "1"), at=at) != []
        assert self.texts(self.record("2", "1", flag="0"), at=at) == []
        assert self.texts(self.record("2", "1", starts_on=WEDNESDAY + ONE_DAY), at=at) == []


class TestCalendars:
    @staticmethod
    def record(kind: str, *, route: str = "", country: str = "") -> TicketCalendar:
        wednesdays = replace(ALL_YEAR, weekdays=0b0000100)
        return TicketCalendar(
            ticket=TICKET, kind=kind, route=RouteCode(route), country=country, days=wednesdays
        )

    @staticmethod
    def found(
        *records: TicketCalendar, ticket: str = TICKET, day: date = WEDNESDAY
    ) -> list[tuple[str, str]]:
        reasons = calendar_reasons(
            records, ticket=TicketCode(ticket), route=RouteCode("00990"), day=day
        )
        return [(reason.code, reason.text) for reason in reasons]

    @pytest.mark.parametrize(
        ("kind", "code"), [("I", "not-sold-that-day"), ("D", "restricted-that-day")]
    )
    def test_a_ticket_is_not_to_be_had_on_the_days_of_its_calendar(
        self, kind: str, code: str
    ) -> None:
        text = "the ticket is not to be had for 06 May 2026"
        assert self.found(self.record(kind)) == [(code, text)]
        assert self.found(self.record(kind), day=WEDNESDAY + ONE_DAY) == []

    def test_supplements_and_other_tickets_are_left_alone(self) -> None:
        assert self.found(self.record("S")) == []
        assert self.found(self.record("I"), ticket="0YY") == []

    def test_a_calendar_may_be_for_one_route(self) -> None:
        assert self.found(self.record("I", route="00991")) == []
        assert self.found(self.record("S"), self.record("I", route="00990")) != []

    def test_a_calendar_for_one_country_is_left_alone(self) -> None:
        assert self.found(self.record("I", country="S")) == []

    def test_its_days_may_wrap_the_end_of_the_year(self) -> None:
        christmas = DateBand(first=1224, last=102, weekdays=0b1111111)
        record = replace(self.record("D"), days=christmas)
        free = [date(2026, 12, 23), date(2027, 1, 3)]
        shut = [date(2026, 12, 24), date(2027, 1, 2)]
        assert [bool(self.found(record, day=day)) for day in (*free, *shut)] == [
            False,
            False,
            True,
            True,
        ]
