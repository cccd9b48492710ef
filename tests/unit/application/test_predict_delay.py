"""Asking how late the direct trains between two stations will be."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from railfair.adapters.clock.clock import FixedClock
from railfair.adapters.memory.performance import MemoryPerformance
from railfair.adapters.memory.storage import MemoryStorage
from railfair.application.predict_delay import PredictDelay, Prediction, PredictionQuery
from railfair.application.stations import StationDirectory
from railfair.domain.codes import Crs, TocCode
from railfair.domain.delays.arrivals import Sighting
from railfair.domain.delays.explanation import confidence
from railfair.domain.errors import InvalidParameter, NothingLoaded, UnknownRoute, UnknownStation
from railfair.domain.feed import FeedKind, FeedSource, LoadedFeed
from railfair.domain.running import Run
from railfair.domain.statistics import OutcomeCounts
from railfair.domain.timetable import Schedule
from support import timetables
from support.running import (
    BEE,
    DAY,
    TOC,
    GivenRuns,
    NoHolidays,
    ayton_to_ceeham,
    days_from,
    last_arrival,
    learned_model,
    take,
)
from support.timetables import cancelled, station, train

TODAY = DAY + timedelta(days=35)
"""A Monday, the day after five weeks of running."""
HOURS = ("07:00", "08:00", "08:30", "11:00")
STATIONS = [station("AYT", "Ayton"), station("BEE", "Beeford"), station("CEE", "Ceeham")]


class RawHistoryRead(Exception):
    """Somebody looked at the runs."""


class Unreadable(MemoryPerformance):
    """A history of which only the stations may be asked."""

    def runs(self, first: date, last: date) -> AsyncIterator[tuple[date, list[Run]]]:
        raise RawHistoryRead(first, last)

    async def days(self) -> tuple[date, date] | None:
        raise RawHistoryRead

    async def route_outcomes(self, origin: Crs, destination: Crs) -> OutcomeCounts:
        raise RawHistoryRead(origin, destination)


def history(delays: Sequence[int | None] = (0, 2, 9, 25)) -> list[Run]:
    """Five weeks in which each train of the day has its own delay."""
    return [
        ayton_to_ceeham(delay, day, dep=dep, via=True)
        for day in days_from(DAY, 35)
        for dep, delay in zip(HOURS, delays, strict=True)
    ]


def booked(uid: str, dep: str, *, toc: str = TOC) -> Schedule:
    """The same train in the timetable: two hours and half past."""
    start = timetables.minutes(dep)

    def at(after: int) -> str:
        return f"{(start + after) // 60:02}:{(start + after) % 60:02}"

    return train(
        uid,
        timetables.call("AYT", dep=dep),
        timetables.call("BEE", arr=at(30), dep=at(31)),
        timetables.call("CEE", arr=at(60)),
        toc=toc,
    )


TIMETABLE = [booked(f"A1000{number}", dep) for number, dep in enumerate(HOURS, start=1)]


async def railway(
    *, runs: Iterable[Run] = (), schedules: Iterable[Schedule] = (), source: str = "import"
) -> MemoryStorage:
    """Return a storage with what is given; nothing of a kind is loaded if nothing is given."""
    storage = MemoryStorage()
    if given := list(runs):
        await take(storage, GivenRuns(given, source=FeedSource(source)))
    if booked_trains := list(schedules):
        async with storage.writing() as unit:
            await unit.timetable.put_stations(STATIONS)
            await unit.timetable.put_schedules(booked_trains, are_manual=False)
            await unit.feeds.put(
                LoadedFeed(
                    kind=FeedKind.TIMETABLE,
                    version="RJTTF901",
                    source=FeedSource.IMPORT,
                    loaded_at=FixedClock(TODAY).now(),
                    first_day=timetables.FIRST_DAY,
                    last_day=timetables.LAST_DAY,
                )
            )
    return storage


async def ask(
    storage: MemoryStorage, origin: str = "AYT", destination: str = "CEE", **others: Any
) -> Prediction:
    asked: dict[str, Any] = {"day": TODAY, "time_min": 0} | others
    query = PredictionQuery(
        origin=Crs(origin),
        destination=Crs(destination),
        **asked,
    )
    return await PredictDelay(storage, NoHolidays(), StationDirectory())(query)


def departures(prediction: Prediction) -> list[str]:
    return [f"{one.ride.departs_at:%d %H:%M}" for one in prediction.trains if one.ride]


@pytest.fixture
async def both() -> MemoryStorage:
    """A timetable and five weeks of running."""
    return await railway(runs=history(), schedules=TIMETABLE)


@pytest.fixture
async def runs_only() -> MemoryStorage:
    """Five weeks of running without a timetable."""
    return await railway(runs=history())


async def test_every_train_of_the_day_gets_its_own_forecast(both: MemoryStorage) -> None:
    prediction = await ask(both)
    assert departures(prediction) == [f"09 {dep}" for dep in HOURS]
    medians = [one.forecast.distribution.quantile(0.5) for one in prediction.trains if one.forecast]
    assert medians == pytest.approx([0, 2, 9, 25], abs=2)
    assert prediction.degraded_reasons == ()


async def test_a_forecast_is_the_models_own(both: MemoryStorage) -> None:
    forecast = (await ask(both, time_min=8 * 60)).trains[0].forecast
    model = await learned_model(both)
    expected = model.forecast(TODAY, last_arrival(history()[1]))
    assert forecast is not None
    assert forecast.on_time_path == pytest.approx(expected.on_time_path)
    assert confidence(forecast) is confidence(expected)


async def test_the_explanation_adds_up_to_the_chance_of_being_on_time(both: MemoryStorage) -> None:
    for one in (await ask(both)).trains:
        assert one.forecast is not None
        assert sum(term.on_time_effect for term in one.explanation) == pytest.approx(
            one.forecast.distribution.on_time
        )
        assert one.explanation[2].text.startswith("trains that end at Ceeham: ")


async def test_trains_leave_at_or_after_the_time_asked_for(both: MemoryStorage) -> None:
    assert departures(await ask(both, time_min=8 * 60 + 1)) == ["09 08:30", "09 11:00"]
    assert departures(await ask(both, time_min=8 * 60, limit=1)) == ["09 08:00"]


async def test_no_more_trains_today_is_an_empty_answer(both: MemoryStorage) -> None:
    prediction = await ask(both, time_min=23 * 60)
    assert prediction.trains == ()
    assert prediction.degraded_reasons == ()


async def test_one_operator_can_be_asked_for_before_the_limit_is_applied() -> None:
    storage = await railway(schedules=[*TIMETABLE, booked("B10001", "12:00", toc="ZX")])
    assert departures(await ask(storage, toc=TocCode("ZX"), limit=1)) == ["09 12:00"]
    assert departures(await ask(storage, toc=TocCode("ZW"))) == []


async def test_trains_of_the_service_day_before_come_first_after_midnight() -> None:
    night = train(
        "N10001",
        timetables.call("BEE", dep="23:30"),
        timetables.call("AYT", arr="24:10", dep="24:12"),
        timetables.call("CEE", arr="25:00"),
    )
    storage = await railway(schedules=[*TIMETABLE, night])
    assert departures(await ask(storage))[:2] == ["09 00:12", "09 07:00"]
    assert departures(await ask(storage, time_min=13)) == [f"09 {dep}" for dep in HOURS]
    first = (await ask(storage, limit=1)).trains[0].ride
    assert first is not None
    assert first.train.day == TODAY - timedelta(days=1)


async def test_a_train_of_the_night_that_did_not_leave_yesterday_does_not_come() -> None:
    night = train(
        "N10001",
        timetables.call("BEE", dep="23:30"),
        timetables.call("AYT", arr="24:10", dep="24:12"),
        timetables.call("CEE", arr="25:00"),
    )
    yesterday = TODAY - timedelta(days=1)
    storage = await railway(schedules=[*TIMETABLE, night, cancelled("N10001", yesterday)])
    assert departures(await ask(storage))[0] == "09 07:00"


async def test_trains_that_are_cancelled_for_the_day_are_absent() -> None:
    storage = await railway(runs=history(), schedules=[*TIMETABLE, cancelled("A10002", TODAY)])
    assert departures(await ask(storage)) == ["09 07:00", "09 08:30", "09 11:00"]


async def test_without_running_trains_come_without_forecasts_and_it_is_said() -> None:
    prediction = await ask(await railway(schedules=TIMETABLE))
    assert departures(prediction) == [f"09 {dep}" for dep in HOURS]
    assert all(one.forecast is None and one.explanation == () for one in prediction.trains)
    assert prediction.degraded_reasons == (
        "no running has been imported yet: there is nothing to forecast from",
    )


async def test_without_a_timetable_the_pair_and_hour_is_forecast_and_it_is_said(
    runs_only: MemoryStorage,
) -> None:
    prediction = await ask(runs_only, time_min=11 * 60)
    (only,) = prediction.trains
    assert only.ride is None
    assert only.forecast is not None
    assert only.forecast.distribution.quantile(0.5) == pytest.approx(25, abs=2)
    assert prediction.degraded_reasons == (f"no loaded timetable covers {TODAY}",)
    assert prediction.origin.name == "AYT"


async def test_the_forecast_of_an_hour_with_two_trains_lies_between_theirs(
    runs_only: MemoryStorage,
) -> None:
    (only,) = (await ask(runs_only, time_min=8 * 60)).trains
    model = await learned_model(runs_only)
    parts = [model.forecast(TODAY, last_arrival(one)).distribution for one in history()[1:3]]
    assert only.forecast is not None
    mixture = only.forecast.distribution
    assert mixture.on_time == pytest.approx(sum(part.on_time for part in parts) / 2)
    assert mixture.late(5) == pytest.approx(sum(part.late(5) for part in parts) / 2)
    assert sum(term.on_time_effect for term in only.explanation) == pytest.approx(mixture.on_time)


async def test_an_hour_without_trains_is_forecast_by_the_nearest_with_any(
    runs_only: MemoryStorage,
) -> None:
    (nearest,) = (await ask(runs_only, time_min=14 * 60)).trains
    (eleven,) = (await ask(runs_only, time_min=11 * 60)).trains
    assert nearest.explanation == eleven.explanation


async def test_a_day_that_the_timetable_does_not_cover_gets_the_pair_and_hour(
    both: MemoryStorage,
) -> None:
    day = timetables.LAST_DAY + timedelta(days=1)
    prediction = await ask(both, day=day, time_min=8 * 60)
    assert prediction.trains[0].ride is None
    assert prediction.degraded_reasons == (f"no loaded timetable covers {day}",)


async def test_a_pair_that_only_the_history_knows_is_forecast_and_it_is_said() -> None:
    storage = await railway(runs=history(), schedules=[booked("A10001", "07:00")])
    async with storage.writing() as unit:
        await unit.timetable.clear()
        await unit.timetable.put_stations(STATIONS)
    prediction = await ask(storage)
    assert prediction.trains[0].ride is None
    assert prediction.degraded_reasons == (
        "the loaded timetable has no direct train between the two",
    )


async def test_trains_that_were_cancelled_every_day_are_forecast_to_be() -> None:
    storage = await railway(
        runs=[ayton_to_ceeham(None, day) for day in days_from(DAY - timedelta(days=365), 400)]
    )
    (only,) = (await ask(storage, time_min=8 * 60)).trains
    assert only.forecast is not None
    distribution = only.forecast.distribution
    assert distribution.cancelled > 0.9
    assert distribution.on_time + distribution.late(1) + distribution.cancelled == pytest.approx(1)


async def test_the_pair_may_be_narrowed_to_an_operator(runs_only: MemoryStorage) -> None:
    assert (await ask(runs_only, toc=TOC)).trains[0].forecast is not None
    with pytest.raises(UnknownRoute):
        await ask(runs_only, toc=TocCode("ZX"))


@pytest.mark.parametrize(
    ("origin", "destination", "parameter"),
    [("ZZZ", "CEE", "origin"), ("AYT", "ZZZ", "destination")],
)
async def test_a_station_that_nothing_mentions_is_not_found(
    both: MemoryStorage, origin: str, destination: str, parameter: str
) -> None:
    with pytest.raises(UnknownStation) as caught:
        await ask(both, origin, destination)
    assert (caught.value.crs, caught.value.parameter) == ("ZZZ", parameter)


async def test_a_pair_that_nothing_runs_between_is_not_found(
    both: MemoryStorage, runs_only: MemoryStorage
) -> None:
    for storage in (both, runs_only, await railway(schedules=TIMETABLE)):
        with pytest.raises(UnknownRoute) as caught:
            await ask(storage, "CEE", "AYT")
        assert (caught.value.origin, caught.value.destination) == ("CEE", "AYT")


async def test_nothing_is_known_where_nothing_is_loaded() -> None:
    with pytest.raises(NothingLoaded, match="railfair import"):
        await ask(MemoryStorage())


async def test_a_journey_has_two_ends(both: MemoryStorage) -> None:
    with pytest.raises(InvalidParameter) as caught:
        await ask(both, "AYT", "AYT")
    assert caught.value.parameter == "destination"


async def test_a_train_seen_late_on_its_way_is_forecast_later(both: MemoryStorage) -> None:
    plain, seen = [
        (await ask(both, time_min=8 * 60, limit=1, seen=seen)).trains[0]
        for seen in (None, Sighting(BEE, 25))
    ]
    assert plain.forecast is not None
    assert seen.forecast is not None
    assert seen.forecast.distribution.on_time < plain.forecast.distribution.on_time
    assert seen.explanation[-1].text.startswith("seen at Beeford with a delay of 25 min")
    assert sum(term.on_time_effect for term in seen.explanation) == pytest.approx(
        seen.forecast.distribution.on_time
    )


async def test_a_sighting_counts_for_the_pair_and_hour_too(runs_only: MemoryStorage) -> None:
    (seen,) = (await ask(runs_only, time_min=8 * 60, seen=Sighting(BEE, 25))).trains
    assert seen.explanation[-1].level == "seen"


async def test_a_sighting_counts_only_for_trains_that_call_there() -> None:
    direct = train(
        "D10001", timetables.call("AYT", dep="08:15"), timetables.call("CEE", arr="08:59")
    )
    storage = await railway(runs=history(), schedules=[*TIMETABLE, direct])
    trains = (await ask(storage, time_min=8 * 60, limit=2, seen=Sighting(BEE, 20))).trains
    assert [one.explanation[-1].level for one in trains] == ["seen", "day_type"]


@pytest.mark.parametrize(
    ("origin", "destination", "at"), [("AYT", "CEE", "CEE"), ("AYT", "BEE", "CEE")]
)
async def test_a_train_cannot_have_been_seen_where_it_has_not_called_yet(
    both: MemoryStorage, runs_only: MemoryStorage, origin: str, destination: str, at: str
) -> None:
    for storage in (both, runs_only):
        with pytest.raises(InvalidParameter) as caught:
            await ask(storage, origin, destination, time_min=480, seen=Sighting(Crs(at), 5))
        assert caught.value.parameter == "observed_at"


async def test_a_train_cannot_have_been_seen_at_a_place_that_nothing_mentions(
    both: MemoryStorage,
) -> None:
    with pytest.raises(UnknownStation) as caught:
        await ask(both, seen=Sighting(Crs("ZZZ"), 5))
    assert caught.value.parameter == "observed_at"


@pytest.mark.parametrize("schedules", [TIMETABLE, []], ids=["timetable", "pair and hour"])
async def test_predicting_never_reads_the_raw_history(schedules: list[Schedule]) -> None:
    storage = await railway(runs=history(), schedules=schedules)
    closed = Unreadable()
    closed._runs = storage._committed.performance._runs
    storage._committed.performance = closed
    assert (await ask(storage, seen=Sighting(BEE, 5))).trains[0].forecast is not None


async def test_fares_that_are_asked_for_and_not_there_are_said_to_be_missing(
    both: MemoryStorage,
) -> None:
    assert (await ask(both, include_fares=True)).degraded_reasons == ("no fares feed is loaded",)


async def test_one_demo_feed_makes_the_whole_answer_a_demo(both: MemoryStorage) -> None:
    assert (await ask(both)).provenance.source is FeedSource.IMPORT
    demo = await railway(runs=history(), schedules=TIMETABLE, source="demo")
    assert (await ask(demo)).provenance.source is FeedSource.DEMO
