"""`ports.fares`: rules come back from every storage as they were put."""

from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any

from railfair.domain.codes import (
    Crs,
    FareCode,
    RailcardCode,
    RestrictionCode,
    RouteCode,
    TicketCode,
    TocCode,
    TrainUid,
)
from railfair.domain.fares.dated import OPEN
from railfair.domain.fares.edition import FareEdition
from railfair.domain.fares.location import FareLocation, Membership
from railfair.domain.fares.railcard import (
    Amounts,
    Discount,
    MinimumFare,
    Railcard,
    RoundingBand,
    Status,
)
from railfair.domain.fares.restriction import (
    At,
    DateBand,
    Direction,
    ListedTrain,
    RailcardRestriction,
    Restriction,
    RestrictionSet,
    TicketCalendar,
    TimeBand,
)
from railfair.domain.fares.route import Route
from railfair.domain.fares.rulebook import RuleBook
from railfair.domain.fares.ticket import (
    AdvancePurchase,
    OperatorTicket,
    TicketClass,
    TicketType,
    Validity,
)
from railfair.domain.feed import FeedSource
from railfair.ports.storage import Storage

SPRING = date(2026, 3, 1)
AUTUMN = date(2026, 9, 6)
ANY_PERMITTED = RouteCode("00000")
AY, CE, DE = (FareCode(code) for code in ("0A01", "0C01", "Q0D1"))
EDITION = FareEdition(
    number=1,
    version="RJFAF901",
    source=FeedSource.IMPORT,
    generated_on=SPRING,
    loaded_at=datetime(2026, 3, 2, 4, 5, 6, tzinfo=UTC),
)


async def test_rules_come_back_as_they_were_put(storage: Storage) -> None:
    async with storage.writing() as unit:
        await unit.fares.put(EDITION, full_rules(), [])
        assert await unit.fares.rules() == full_rules()
    async with storage.reading() as unit:
        assert await unit.fares.rules() == full_rules()


def test_no_kind_of_rule_is_left_out_here() -> None:
    assert all(getattr(full_rules(), field.name) for field in fields(RuleBook))


def full_rules() -> RuleBook:
    """Return rules that hold every kind of record, with every field filled in."""
    dates: dict[str, Any] = {"starts_on": SPRING, "ends_on": AUTUMN}
    quoted: dict[str, Any] = {**dates, "quote_on": date(2026, 2, 2)}
    ayton, beeford = Crs("AYT"), Crs("BEE")
    card, ticket, restriction = RailcardCode("QNG"), TicketCode("SQS"), RestrictionCode("1Q")
    weekdays = DateBand(first=301, last=1224, weekdays=0b11111)
    return RuleBook(
        locations={
            ayton: (
                FareLocation(code=AY, crs=ayton, name="AYTON", group=DE, county="07", **quoted),
            )
        },
        clusters={AY: (Membership(cluster=CE, **dates), Membership(cluster=DE, **dates))},
        tickets={
            ticket: (
                TicketType(
                    code=ticket,
                    name="ANYTIME DAY S",
                    ticket_class=TicketClass.FIRST,
                    is_return=True,
                    last_day=OPEN,
                    validity="01",
                    discount_category="02",
                    most_passengers=9,
                    reservation="Y",
                    **quoted,
                ),
            )
        },
        validities={
            "01": (
                Validity(
                    code="01",
                    name="1 MONTH",
                    out_days=5,
                    out_months=0,
                    return_days=0,
                    return_months=1,
                    return_after_weekday=6,
                    breaks_return=False,
                    text_out="WITHIN 5 DAYS",
                    **dates,
                ),
            )
        },
        operator_tickets={
            ticket: (
                OperatorTicket(
                    ticket=ticket,
                    restriction=restriction,
                    restriction_flag="0",
                    direction="B",
                    toc=TocCode("ZY"),
                    is_connecting=True,
                    **dates,
                ),
            )
        },
        advance_purchases={
            ticket: (
                AdvancePurchase(
                    ticket=ticket,
                    restriction=restriction,
                    restriction_flag="1",
                    toc=TocCode(""),
                    check="2",
                    value="1",
                    until_min=1080,
                    **dates,
                ),
            )
        },
        routes={
            ANY_PERMITTED: (
                Route(
                    code=ANY_PERMITTED,
                    name="ANY PERMITTED",
                    included=(ayton,),
                    excluded=(beeford,),
                    **quoted,
                ),
            )
        },
        railcards={
            card: (
                Railcard(
                    code=card,
                    name="QUITE YOUNG",
                    adult_status="001",
                    child_status="XXX",
                    area=frozenset({ayton, beeford}),
                    **quoted,
                ),
                Railcard(code=card, name="YOUNG", adult_status="001", child_status="XXX", **quoted),
            )
        },
        statuses={
            "001": (
                Status(
                    code="001",
                    flat=Amounts(first_single_p=1, standard_return_p=2),
                    first_lower_p=3,
                    good_for=(True, False, True, False),
                    discounts={"02": Discount(indicator="0", per_mille=334)},
                    **dates,
                ),
            )
        },
        minimum_fares={card: (MinimumFare(railcard=card, ticket=ticket, fare_p=1111, **dates),)},
        rounding=(RoundingBand(rule="2", position=1, up_to_p=9_999, step_p=5, **dates),),
        restriction_sets=(
            RestrictionSet(
                first_day=SPRING,
                last_day=AUTUMN,
                restrictions={
                    restriction: Restriction(
                        code=restriction,
                        name="NOT EARLY",
                        text_out="NOT BEFORE 0900",
                        text_return="",
                        lists_good_out=True,
                        allows_change=False,
                        days=(weekdays,),
                        places=(ayton,),
                        changes=(beeford,),
                        times=(
                            TimeBand(
                                direction=Direction.RETURN,
                                at=At.CHANGE,
                                from_min=270,
                                to_min=539,
                                crs=None,
                                is_minimum_fare=True,
                                tocs=(TocCode("ZY"),),
                                days=(weekdays,),
                            ),
                        ),
                        trains=(
                            ListedTrain(
                                uid=TrainUid("A10001"),
                                direction=Direction.OUTWARD,
                                is_sleeper=True,
                                days=(weekdays,),
                                places=((ayton, "A"), (beeford, "B")),
                            ),
                        ),
                    )
                },
                railcards=(
                    RailcardRestriction(
                        railcard=card,
                        ticket=TicketCode(""),
                        route=RouteCode(""),
                        origin=None,
                        restriction=restriction,
                        is_ban=True,
                    ),
                ),
                calendars=(
                    TicketCalendar(
                        ticket=ticket, kind="I", route=RouteCode(""), country="E", days=weekdays
                    ),
                ),
            ),
        ),
        setters={"ZYX": "ZY"},
        operators={"ZY": "Ayton Railway"},
    )
