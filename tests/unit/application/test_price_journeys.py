"""What journeys cost: the same as their trips at the ticket office, whatever they share."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings

from railfair.adapters.clock.clock import FixedClock
from railfair.adapters.memory.storage import MemoryStorage
from railfair.application.price_journeys import JourneyPrice, PriceJourneys, trip_of_journey
from railfair.application.trips import TripQuery, trip_with
from railfair.domain.codes import Crs, RailcardCode, TicketCode, TocCode
from railfair.domain.errors import InvalidParameter, NothingLoaded
from railfair.domain.fares.edition import EditionState, FareEdition
from railfair.domain.fares.flow import FareRecord
from railfair.domain.fares.rulebook import NO_RAILCARD, RuleBook
from railfair.domain.fares.ticket import AdvancePurchase, TicketClass
from railfair.domain.fares.till import Party, Rounding
from railfair.domain.fares.trip import Trip
from railfair.domain.feed import FeedKind, FeedSource
from railfair.domain.journey import Connection, Journey, Leg, Portion, TrainLeg, TransferLeg
from railfair.domain.timetable import DirectTrain, Schedule, Train
from support.fare_rules import CARD, DAY, SINCE
from support.offices import PEAK, flow, office_rules, trip
from support.priced_trips import Priced, exhaustive_split, priced_trips
from support.timetables import call, train

NEXT_DAY = DAY + timedelta(days=1)
CLOCK = FixedClock(DAY)
EDITION = FareEdition(
    number=1,
    version="RJFAF901",
    source=FeedSource.IMPORT,
    generated_on=SINCE,
    loaded_at=datetime(2026, 2, 1, tzinfo=UTC),
    state=EditionState.CURRENT,
)
RECORDS = [
    flow("A", "C", {"SDS": 1_000, "FDS": 2_000}),
    flow("A", "C", {"CDS": 800}, restriction=PEAK),
    flow("A", "B", {"SDS": 300}),
    flow("B", "C", {"SDS": 400}),
]


async def loaded(rules: RuleBook, records: Sequence[FareRecord]) -> MemoryStorage:
    storage = MemoryStorage()
    async with storage.writing() as unit:
        await unit.fares.put(EDITION, rules, records)
    return storage


async def priced(
    storage: MemoryStorage, journeys: Sequence[Journey], **asked: Any
) -> list[JourneyPrice]:
    values: dict[str, Any] = {"party": Party(1, 0), "ticket_class": None, "splits": True} | asked
    async with storage.reading() as unit:
        return await PriceJourneys(CLOCK, Rounding.DOWN)(unit, journeys, **values)


def ride(schedule: Schedule, day: date = DAY, *, of: date | None = None) -> TrainLeg:
    """Return the ride from end to end of the train of *day*, in a journey of another day."""
    portion = Portion(
        train=Train(schedule=schedule, day=day), boarding=0, alighting=len(schedule.calls) - 1
    )
    return TrainLeg(day=of or day, portions=(portion,))


def walk(origin: str, destination: str, departs_min: int) -> TransferLeg:
    return TransferLeg(
        mode="WALK",
        origin=Crs(origin),
        destination=Crs(destination),
        departs_min=departs_min,
        duration_min=5,
    )


def journey(*legs: Leg, day: date = DAY) -> Journey:
    trains = [leg for leg in legs if isinstance(leg, TrainLeg)]
    return Journey(
        day=day,
        legs=legs,
        connections=tuple(
            Connection(arriving=one, departing=other, needed_min=5)
            for one, other in pairwise(trains)
        ),
    )


def journey_of(out: Trip) -> Journey:
    """Return the journey that makes the trip *out*."""
    legs: list[Leg] = []
    for leg in out.legs:
        schedule = train(
            leg.uid or "",
            *(
                replace(call(one.crs), arrival_min=one.arrival_min, departure_min=one.departure_min)
                for one in leg.calls
            ),
            toc=leg.toc or "",
        )
        here = ride(schedule, out.day)
        if legs and legs[-1].destination != here.origin:
            legs.append(walk(legs[-1].destination, here.origin, legs[-1].arrives_min))
        legs.append(here)
    return journey(*legs, day=out.day)


@settings(max_examples=60, deadline=None)
@given(priced_trips(trips=6))
async def test_journeys_cost_what_their_trips_cost_one_by_one(drawn: Priced) -> None:
    journeys = [journey_of(out) for out in drawn.trips]
    storage = await loaded(drawn.rules, drawn.records)
    found = await priced(
        storage,
        journeys,
        party=drawn.party,
        railcard=CARD if drawn.has_card else NO_RAILCARD,
    )
    async with storage.reading() as unit:
        for one, price in zip(journeys, found, strict=True):
            out = trip_of_journey(one)
            office = drawn.office(out)
            codes = office.codes_along()
            prices = office.price_list(await unit.fares.between(codes, codes))
            assert price.through == office.compare(prices).cheapest
            assert price.split == office.split(prices)
            assert price.split == exhaustive_split(drawn, out)


async def test_only_the_fares_of_the_ends_are_read_where_no_split_is_asked_for() -> None:
    storage = await loaded(office_rules(), RECORDS)
    (price,) = await priced(storage, [journey_of(trip("ABC"))], splits=False)
    assert price.through is not None
    assert (price.through.total_p, price.split) == (1_000, None)


async def test_each_journey_has_a_price_of_its_own_in_their_order() -> None:
    storage = await loaded(office_rules(), RECORDS)
    outs = [trip("ABC"), trip("ABC", leaves_min=600), trip("AC"), trip("AB", "BC"), trip("BA")]
    found = await priced(storage, [journey_of(out) for out in outs])
    throughs = [None if one.through is None else one.through.total_p for one in found]
    assert throughs == [1_000, 800, 1_000, 1_000, None]
    assert [one.split and one.split.total_p for one in found] == [700, 700, None, 700, None]
    assert [one.split and one.split.saving_p for one in found] == [300, 100, None, 300, None]


async def test_before_half_past_four_a_journey_is_for_the_day_before() -> None:
    ends = [replace(one, ends_on=DAY) for one in RECORDS]
    later = flow("A", "C", {"SDS": 1_234})
    storage = await loaded(office_rules(), [*ends, replace(later, starts_on=NEXT_DAY)])
    outs = [trip("AC", leaves_min=minute, day=NEXT_DAY) for minute in (269, 270)]
    outs.append(trip("AC", leaves_min=1_440 + 270))
    found = await priced(storage, [journey_of(out) for out in outs], splits=False)
    assert [one.through and one.through.total_p for one in found] == [800, 1_234, 1_234]


async def test_a_quota_is_marked_and_gone_when_its_sale_has_closed() -> None:
    sale = AdvancePurchase(
        ticket=TicketCode("ADV"),
        restriction=RECORDS[0].fares[0].restriction,
        restriction_flag="2",
        toc=TocCode(""),
        starts_on=SINCE,
        ends_on=date(2999, 12, 31),
        check="1",
        value="2",
        until_min=None,
    )
    rules = replace(office_rules(), advance_purchases={sale.ticket: (sale,)})
    storage = await loaded(rules, [*RECORDS, flow("A", "C", {"ADV": 500})])
    outs = [trip("AC", leaves_min=minute) for minute in (839, 840)]
    early, late = await priced(storage, [journey_of(out) for out in outs], splits=False)
    assert early.through is not None
    assert late.through is not None
    assert (early.through.total_p, early.through.is_quota) == (800, False)
    assert (late.through.total_p, late.through.is_quota) == (500, True)


async def test_the_class_the_party_and_the_railcard_count() -> None:
    storage = await loaded(office_rules(), RECORDS)
    asked = {"ticket_class": TicketClass.FIRST, "party": Party(2, 1), "railcard": CARD}
    (price,) = await priced(storage, [journey_of(trip("ABC"))], **asked)
    assert price.through is not None
    assert (price.through.ticket.code, price.through.total_p) == ("FDS", 1_330 + 2_000 + 1_000)
    assert price.split is None


async def test_what_is_walked_costs_nothing() -> None:
    storage = await loaded(office_rules(), RECORDS)
    walked = journey(walk("AAA", "BBB", 360))
    first_mile = journey(walk("DDD", "AAA", 350), *journey_of(trip("AB", "BC")).legs)
    found = await priced(storage, [walked, first_mile])
    assert found[0] == JourneyPrice(through=None, split=None)
    assert found[1] == (await priced(storage, [journey_of(trip("AB", "BC"))]))[0]


async def test_no_journeys_have_no_prices() -> None:
    assert await priced(await loaded(office_rules(), RECORDS), []) == []


async def test_what_was_read_can_be_priced_in_another_thread_when_the_unit_is_closed() -> None:
    storage = await loaded(office_rules(), RECORDS)
    use_case = PriceJourneys(CLOCK, Rounding.DOWN)
    async with storage.reading() as unit:
        fares = await use_case.read(unit, [journey_of(trip("ABC"))], party=Party(1, 0), splits=True)
    (price,) = await asyncio.to_thread(fares.prices)
    assert price.split is not None
    assert price.split.total_p == 700


async def test_without_fares_there_is_nothing_to_price() -> None:
    with pytest.raises(NothingLoaded) as caught:
        await priced(MemoryStorage(), [journey_of(trip("ABC"))])
    assert caught.value.feed is FeedKind.FARES


async def test_a_railcard_that_the_fares_do_not_know_is_refused() -> None:
    storage = await loaded(office_rules(), RECORDS)
    with pytest.raises(InvalidParameter, match="know ABC, but no QQQ") as caught:
        await priced(storage, [journey_of(trip("ABC"))], railcard=RailcardCode("QQQ"))
    assert caught.value.parameter == "railcard"


# --- the trip of a journey -----------------------------------------------------------------------

EIGHT = train("A10008", call("AAA", dep="08:00"), call("BBB", dep="08:30"),
              call("CCC", arr="09:00"), toc="ZX")  # fmt: skip
NIGHT = train("N10001", call("AAA", dep="23:50"), call("BBB", arr="24:20", dep="24:21"),
              call("CCC", arr="25:00"))  # fmt: skip


@pytest.mark.parametrize("schedule", [EIGHT, replace(EIGHT, sleepers="B")])
def test_a_journey_by_one_train_is_the_trip_with_it(schedule: Schedule) -> None:
    direct = DirectTrain(train=Train(schedule=schedule, day=DAY), boarding=0, alighting=2)
    query = TripQuery(origin=Crs("AAA"), destination=Crs("CCC"), day=DAY)
    assert trip_of_journey(journey(ride(schedule))) == trip_with(query, direct).trip


def test_its_legs_are_the_trains_and_no_links() -> None:
    other = train("B10009", call("DDD", dep="09:20"), call("EEE", arr="09:40"))
    out = trip_of_journey(journey(ride(EIGHT), walk("CCC", "DDD", 540), ride(other)))
    assert [leg.uid for leg in out.legs] == ["A10008", "B10009"]
    assert [leg.toc for leg in out.legs] == ["ZX", "ZY"]
    assert list(out.stations()) == ["AAA", "BBB", "CCC", "DDD", "EEE"]


def test_a_train_of_the_day_before_keeps_the_minutes_of_the_journey() -> None:
    leg = ride(NIGHT, DAY, of=NEXT_DAY)
    out = trip_of_journey(journey(leg, day=NEXT_DAY))
    assert (out.day, out.departure_min, out.arrival_min) == (NEXT_DAY, -10, 60)
    assert out.ticket_day == DAY


def test_a_train_that_divides_is_one_leg_of_the_train_that_is_boarded() -> None:
    front = train("F10001", call("AAA", dep="08:00"), call("BBB", arr="08:30", dep="08:35"))
    rear = train("R10001", call("BBB", dep="08:40"), call("CCC", arr="09:00"), toc="ZX")
    portions = [
        Portion(train=Train(schedule=one, day=DAY), boarding=0, alighting=1)
        for one in (front, rear)
    ]
    (leg,) = trip_of_journey(journey(TrainLeg(day=DAY, portions=tuple(portions)))).legs
    assert (leg.uid, leg.toc) == ("F10001", "ZY")
    assert [one.crs for one in leg.calls] == ["AAA", "BBB", "CCC"]
    assert (leg.calls[1].arrival_min, leg.calls[1].departure_min) == (510, 520)
