"""Restrictions against the rules taken word by word: slow, minute by minute."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from railfair.domain.codes import Crs, RestrictionCode, TocCode, TrainUid
from railfair.domain.fares.restriction import (
    At,
    DateBand,
    Direction,
    ListedTrain,
    Restriction,
    TimeBand,
)
from railfair.domain.fares.trip import Trip, TripCall, TripLeg
from railfair.domain.fares.verdict import restriction_on

PLACES = [Crs(crs) for crs in ("AYT", "BEE", "CEE", "DEE")]
TOCS = [TocCode(toc) for toc in ("ZX", "ZY")]
UIDS = [TrainUid(uid) for uid in ("Z00001", "Z00002")]
WEEK = [date(2026, 12, 28) + timedelta(days=n) for n in range(8)]
"""Days around the end of a year."""


@dataclass
class Said:
    """What the rules say: sentences without the band, by code."""

    barred: set[tuple[str, str]]
    is_minimum_fare: bool = False
    is_checked: bool = True


@dataclass(frozen=True)
class Event:
    """Something that is tested; *clock* is `None` where the time is not known."""

    at: At
    crs: Crs
    clock: datetime | None
    leg: TripLeg
    is_at_change: bool


def all_days(bands: tuple[DateBand, ...]) -> set[date]:
    """Return the days of `WEEK`, and those next to it, that bands cover; without any all."""
    near = [WEEK[0] + timedelta(days=n) for n in range(-2, len(WEEK) + 3)]
    covered = set()
    for one in bands:
        of_year, listed = one.first, set()
        while of_year != one.last:
            listed.add(of_year)
            of_year = of_year % 1300 + 1  # walks over days that there are not as well
        listed.add(one.last)
        covered |= {
            day
            for day in near
            if day.month * 100 + day.day in listed
            and f"{one.weekdays:07b}"[::-1][day.weekday()] == "1"
        }
    return covered if bands else set(near)


def ticket_minute(clock: datetime) -> tuple[date, int]:
    """Return the ticket's day, and the minute that the clock shows."""
    is_night = clock.time() < time(4, 30)
    return clock.date() - timedelta(days=is_night), clock.hour * 60 + clock.minute


def events(trip: Trip) -> Iterator[Event]:
    """Yield the departure at the origin, the arrival at the destination, and all at changes."""
    midnight = datetime.combine(trip.day, time())

    def clock(rail_min: int | None) -> datetime | None:
        return None if rail_min is None else midnight + timedelta(minutes=rail_min)

    for leg in trip.legs:
        is_first, is_last = leg is trip.legs[0], leg is trip.legs[-1]
        start, end = leg.calls[0], leg.calls[-1]
        yield Event(At.DEPARTURE, start.crs, clock(start.departure_min), leg, not is_first)
        yield Event(At.ARRIVAL, end.crs, clock(end.arrival_min), leg, not is_last)
        if not is_last:
            yield Event(At.CHANGE, end.crs, clock(end.arrival_min), leg, is_at_change=True)


def oracle(restriction: Restriction, trip: Trip, direction: Direction) -> Said:
    """Return what the rules say."""
    said = Said(barred=set())
    has_unknown = any(leg.uid is None for leg in trip.legs)
    changes = [leg.calls[0].crs for leg in trip.legs[1:]]
    if restriction.places and not {trip.origin, trip.destination, *changes} & set(
        restriction.places
    ):
        said.is_checked = not has_unknown
        return said
    for crs in changes:
        if not restriction.allows_change and crs not in restriction.changes:
            text = f"changes at {crs}, where the ticket allows no change"
            said.barred.add(("change-not-allowed", text))
    if not restriction.allows_change and has_unknown:
        said.is_checked = False
    for event in events(trip):
        judge(restriction, event, trip, direction, said)
    return said


def judge(
    restriction: Restriction, event: Event, trip: Trip, direction: Direction, said: Said
) -> None:
    """Add what the rules say of one event."""
    day = trip.ticket_day if event.clock is None else ticket_minute(event.clock)[0]
    if day not in all_days(restriction.days):
        return
    are_good = (
        restriction.lists_good_out
        if direction is Direction.OUTWARD
        else restriction.lists_good_return
    )
    listed = [
        train
        for train in restriction.trains
        if train.direction is direction and is_there(train, event, day)
    ]
    is_listed = event.leg.uid in {train.uid for train in listed}
    if listed and event.leg.uid is None and not are_good:
        said.is_checked = False
    if is_listed and not are_good:
        said.barred.add(("train-barred", f"the train {event.leg.uid} is barred for this ticket"))
        return
    for band in restriction.times:
        if band.direction is direction and is_in_force(band, event, day):
            add(band, event, said, is_excused=is_listed)


def is_there(train: ListedTrain, event: Event, day: date) -> bool:
    """Whether a listed train's days, places and kind are those of the event; changes have none."""
    if event.at is At.CHANGE or (train.is_sleeper and not event.leg.is_sleeper):
        return False
    ways = [way for crs, way in train.places if crs == event.crs]
    is_place = not train.places or event.at.value in ways or "B" in ways
    return is_place and day in all_days(train.days)


def is_in_force(band: TimeBand, event: Event, day: date) -> bool:
    """Whether a band may hold at the event, as far as is known."""
    if event.clock is not None:
        barred = set(range(band.from_min, band.to_min + 1))
        if ticket_minute(event.clock)[1] not in barred:
            return False
    return (
        band.at is event.at
        and band.crs in {None, event.crs}
        and day in all_days(band.days)
        and (not band.tocs or event.leg.toc is None or event.leg.toc in band.tocs)
    )


def add(band: TimeBand, event: Event, said: Said, *, is_excused: bool) -> None:
    """Add what a band says that is in force."""
    if is_excused and not band.is_minimum_fare:
        return
    if event.clock is None or (band.tocs and event.leg.toc is None):
        said.is_checked = False
    elif band.is_minimum_fare:
        said.is_minimum_fare = True
    else:
        verb = {At.ARRIVAL: "arrives at", At.DEPARTURE: "leaves", At.CHANGE: "changes at"}[band.at]
        code = "arrives" if band.at is At.ARRIVAL else "departs"
        code += "-before-off-peak" if band.from_min <= 4 * 60 + 30 else "-in-peak"
        text = f"{verb} {event.crs} at {event.clock:%H:%M}"
        said.barred.add(("changes-in-peak" if event.is_at_change else code, text))


def few[Value](values: st.SearchStrategy[Value]) -> st.SearchStrategy[tuple[Value, ...]]:
    """Draw up to two of them, often none."""
    return st.just(()) | st.lists(values, max_size=2).map(tuple)


DIRECTIONS = st.sampled_from(Direction)
OF_YEAR = st.sampled_from([101, 102, 103, 301, 1227, 1229, 1230, 1231])
DATES = st.builds(DateBand, first=OF_YEAR, last=OF_YEAR, weekdays=st.integers(0, 127))
EDGES = [0, 29, 150, 254, 269, 270, 271, 569, 570, 960, 1141, 1438, 1439]
BANDS = st.builds(
    lambda ends, **fields: TimeBand(from_min=min(ends), to_min=max(ends), **fields),
    st.tuples(st.sampled_from(EDGES), st.sampled_from(EDGES)),
    direction=DIRECTIONS,
    at=st.sampled_from(At),
    crs=st.none() | st.sampled_from(PLACES),
    is_minimum_fare=st.booleans(),
    tocs=few(st.sampled_from(TOCS)),
    days=few(DATES),
)
TRAINS = st.builds(
    ListedTrain,
    uid=st.sampled_from(UIDS),
    direction=DIRECTIONS,
    is_sleeper=st.booleans(),
    days=few(DATES),
    places=few(st.tuples(st.sampled_from(PLACES), st.sampled_from("ADB"))),
)
RESTRICTIONS = st.builds(
    Restriction,
    code=st.just(RestrictionCode("9Z")),
    name=st.just(""),
    text_out=st.just(""),
    text_return=st.just(""),
    lists_good_out=st.booleans(),
    lists_good_return=st.booleans(),
    allows_change=st.booleans(),
    days=few(DATES),
    places=few(st.sampled_from(PLACES)),
    changes=few(st.sampled_from(PLACES)),
    times=st.lists(BANDS, min_size=2, max_size=8).map(tuple),
    trains=few(TRAINS),
)
TIMES = st.sampled_from([edge + shift for edge in EDGES for shift in (0, 1, 1440, 1441)])


@st.composite
def known_trips(draw: st.DrawFn) -> Trip:
    """Draw a trip on known trains, with up to two changes."""
    stops = draw(st.lists(st.sampled_from(PLACES), min_size=2, max_size=4, unique=True))
    times = sorted(draw(st.lists(TIMES, min_size=2 * len(stops), max_size=2 * len(stops))))
    legs = tuple(
        TripLeg(
            calls=(
                TripCall(crs=stops[n], departure_min=times[2 * n]),
                TripCall(crs=stops[n + 1], arrival_min=times[2 * n + 1]),
            ),
            uid=draw(st.sampled_from(UIDS)),
            toc=draw(st.none() | st.sampled_from(TOCS)),
            is_sleeper=draw(st.booleans()),
        )
        for n in range(len(stops) - 1)
    )
    return Trip(day=draw(st.sampled_from(WEEK)), legs=legs)


@st.composite
def unknown_trips(draw: st.DrawFn) -> Trip:
    """Draw a trip of which the ends are known, and perhaps when it leaves and arrives."""
    start, end = draw(st.permutations(PLACES))[:2]
    first, last = sorted(draw(st.tuples(TIMES, TIMES)))
    departure = TripCall(crs=start, departure_min=draw(st.sampled_from([None, first])))
    arrival = TripCall(crs=end, arrival_min=draw(st.sampled_from([None, last])))
    return Trip(day=draw(st.sampled_from(WEEK)), legs=(TripLeg(calls=(departure, arrival)),))


def agree(restriction: Restriction, trip: Trip, direction: Direction) -> bool:
    """Whether the verdict is what the rules say."""
    verdict, said = (
        restriction_on(restriction, trip, direction),
        oracle(restriction, trip, direction),
    )
    start = "" if direction is Direction.OUTWARD else "on the way back, "
    found = {(one.code, one.text.split("; ")[0].removeprefix(start)) for one in verdict.reasons}
    assert all(one.text.startswith(start) for one in verdict.reasons)
    assert found == said.barred
    assert verdict.is_minimum_fare is said.is_minimum_fare
    return verdict.is_checked is said.is_checked


@settings(max_examples=300, deadline=None)
@given(RESTRICTIONS, known_trips(), DIRECTIONS)
def test_on_known_trains_the_verdict_is_that_of_the_rules(
    restriction: Restriction, trip: Trip, direction: Direction
) -> None:
    assert agree(restriction, trip, direction)


@settings(max_examples=300, deadline=None)
@given(RESTRICTIONS, unknown_trips(), DIRECTIONS)
def test_on_unknown_trains_the_verdict_is_that_of_the_rules(
    restriction: Restriction, trip: Trip, direction: Direction
) -> None:
    assert agree(restriction, trip, direction)
