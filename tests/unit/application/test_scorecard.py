"""How good forecasts were: logged, resolved by the running, and scored as in a backtest."""

from datetime import date, timedelta

import numpy as np
import pytest

from railfair.adapters.clock.clock import FixedClock
from railfair.adapters.memory.storage import MemoryStorage
from railfair.application.backtest import MODEL, backtest
from railfair.application.predict_delay import PredictDelay, Prediction, PredictionQuery
from railfair.application.scorecard import (
    METHODS,
    ForecastLog,
    recomputed,
    replay,
    scorecard,
)
from railfair.application.stations import StationDirectory
from railfair.domain.delays.arrivals import Sighting
from railfair.domain.delays.baselines import CELLS, EVERYTHING
from railfair.domain.errors import InvalidParameter, NothingLoaded
from railfair.domain.feed import FeedKind, FeedSource, LoadedFeed
from railfair.ports.scorecard import LogSource
from railfair.ports.storage import Storage
from support import timetables
from support.running import (
    AYT,
    CEE,
    DAY,
    NoHolidays,
    ayton_to_ceeham,
    days_from,
    invented_days,
    take,
)
from support.timetables import station, train

DAYS = days_from(DAY, 30)
FIRST, LAST = DAYS[20], DAYS[29]


def log_of(storage: Storage, today: date, *, is_on: bool = True) -> ForecastLog:
    return ForecastLog(storage, NoHolidays(), FixedClock(today), is_on=is_on)


async def with_history(days: int) -> MemoryStorage:
    storage = MemoryStorage()
    await take(storage, invented_days(DAY, days))
    return storage


@pytest.mark.parametrize("lag", [1, 3])
async def test_a_replay_is_the_backtest_of_the_same_days(lag: int) -> None:
    storage = await with_history(30)
    tested = await backtest(FIRST, LAST, storage=storage, holidays=NoHolidays(), lag_days=lag)
    number = await replay(FIRST, LAST, storage=storage, holidays=NoHolidays(), lag_days=lag)
    card = await scorecard("operator", LogSource.REPLAYED, storage=storage)
    assert card.overall.scores[MODEL].cancellable == number
    assert tested.overall.keys() == card.overall.scores.keys() == set(METHODS)
    for method, scores in tested.overall.items():
        assert card.overall.scores[method].figures() == pytest.approx(scores.figures(), rel=1e-6)
        assert card.overall.scores[method].reliability() == [
            pytest.approx(one, rel=1e-6) for one in scores.reliability()
        ]
    assert [group.name for group in card.groups] == list(tested.by_operator)
    for group in card.groups:
        for method, scores in tested.by_operator[group.name].items():
            assert group.scores[method].figures() == pytest.approx(scores.figures(), rel=1e-6)


async def test_the_sums_are_those_of_the_log() -> None:
    storage = await with_history(30)
    for _ in range(2):  # another replay takes the place of the first
        await replay(FIRST, LAST, storage=storage, holidays=NoHolidays())
    card = await scorecard("month", LogSource.REPLAYED, storage=storage)
    anew = await recomputed(LogSource.REPLAYED, storage=storage)
    for method, scores in anew.items():
        assert card.overall.scores[method].figures() == pytest.approx(scores.figures())
    assert [group.name for group in card.groups] == ["2026-01", "2026-02"]


async def test_a_replay_of_no_days_is_refused_and_changes_nothing() -> None:
    storage = await with_history(30)
    number = await replay(FIRST, LAST, storage=storage, holidays=NoHolidays())
    for first, last in ((LAST, FIRST), (DAY, LAST), (LAST + timedelta(1), LAST + timedelta(9))):
        with pytest.raises(InvalidParameter):
            await replay(first, last, storage=storage, holidays=NoHolidays())
    with pytest.raises(NothingLoaded):
        await replay(FIRST, LAST, storage=MemoryStorage(), holidays=NoHolidays())
    assert len(await recomputed(LogSource.REPLAYED, storage=storage)) == len(METHODS)
    card = await scorecard("horizon", LogSource.REPLAYED, storage=storage)
    assert card.overall.scores[MODEL].cancellable == number


async def a_railway() -> MemoryStorage:
    """Return a railway with three weeks of history and a train that runs every day."""
    storage = MemoryStorage()
    await take(storage, [ayton_to_ceeham(n % 9, day) for n, day in enumerate(DAYS[:20])])
    async with storage.writing() as unit:
        await unit.timetable.put_stations(
            [station("AYT", "Ayton"), station("BEE", "Beeford"), station("CEE", "Ceeham")]
        )
        booked = train(
            "A10001", timetables.call("AYT", dep="08:00"), timetables.call("CEE", arr="09:00")
        )
        await unit.timetable.put_schedules([booked], are_manual=False)
        await unit.feeds.put(
            LoadedFeed(
                kind=FeedKind.TIMETABLE,
                version="RJTTF901",
                source=FeedSource.IMPORT,
                loaded_at=FixedClock(DAY).now(),
                first_day=DAY,
                last_day=DAY + timedelta(days=365),
            )
        )
    return storage


async def predicted(storage: MemoryStorage, day: date, seen: Sighting | None = None) -> Prediction:
    query = PredictionQuery(origin=AYT, destination=CEE, day=day, time_min=420, seen=seen)
    return await PredictDelay(storage, NoHolidays(), StationDirectory())(query)


async def test_a_served_forecast_is_scored_once_its_day_has_run() -> None:
    storage = await a_railway()
    today, monday = DAYS[20], DAYS[21]
    for asked_on, times in ((today, 3), (monday, 1)):
        log = log_of(storage, asked_on)
        for _ in range(times):
            log.note(await predicted(storage, monday))
        await log.flush()
    card = await scorecard("horizon", LogSource.SERVED, storage=storage)
    assert (card.waiting, card.groups) == (2, ())
    await take(storage, [ayton_to_ceeham(6, monday)], today=monday + timedelta(days=1))
    card = await scorecard("horizon", LogSource.SERVED, storage=storage)
    assert card.waiting == 0
    assert [group.name for group in card.groups] == ["000", "001"]
    forecast = (await predicted(await a_railway(), monday)).trains[0].forecast
    assert forecast is not None
    for group in card.groups:
        assert group.scores.keys() == set(METHODS)
        figures = group.scores[MODEL].figures()
        late = forecast.distribution.late(5) / (1 - forecast.distribution.cancelled)
        assert figures["brier_5"] == pytest.approx((1 - late) ** 2, rel=1e-5)
        assert figures["brier_cancelled"] == pytest.approx(
            forecast.distribution.cancelled**2, rel=1e-5
        )
    anew = await recomputed(LogSource.SERVED, storage=storage)
    for method, scores in anew.items():
        assert card.overall.scores[method].figures() == pytest.approx(scores.figures())


async def test_baselines_know_three_months_before_the_first_forecast() -> None:
    storage = await a_railway()
    days = days_from(DAY, 120)
    await take(storage, [ayton_to_ceeham(0, day) for day in days], today=days[-1])
    tomorrow = days[-1] + timedelta(days=1)
    log = log_of(storage, tomorrow)
    log.note(await predicted(storage, tomorrow))
    await log.flush()
    later = tomorrow + timedelta(days=1)
    await take(storage, [ayton_to_ceeham(0, tomorrow)], today=later)
    async with storage.reading() as unit:
        counts = await unit.scorecard.baselines({name: [EVERYTHING] for name in CELLS})
    arrivals = {int(np.frombuffer(one[EVERYTHING], "<i4")[-1]) for one in counts.values()}
    calls = ayton_to_ceeham(0).train.calls
    assert arrivals == {91 * sum(call.arrival_min is not None for call in calls)}


async def test_what_is_scored_is_not_scored_again() -> None:
    storage = await a_railway()
    log = log_of(storage, DAYS[20])
    log.note(await predicted(storage, DAYS[21]))
    await log.flush()
    await take(storage, [ayton_to_ceeham(6, DAYS[21])], today=DAYS[22])
    before = await scorecard("horizon", LogSource.SERVED, storage=storage)
    await take(storage, [ayton_to_ceeham(60, DAYS[21])], today=DAYS[22])
    await take(storage, [ayton_to_ceeham(1, DAYS[22])], today=DAYS[23])
    after = await scorecard("horizon", LogSource.SERVED, storage=storage)
    figures = [card.overall.scores[MODEL].figures() for card in (before, after)]
    assert figures[0] == figures[1]


async def test_what_is_no_forecast_of_a_day_to_come_is_not_logged() -> None:
    storage = await a_railway()
    known, today = DAYS[19], DAYS[20]
    yesterday_in_time = log_of(storage, known)
    yesterday_in_time.note(await predicted(storage, known))  # its running is known
    late = log_of(storage, DAYS[25])
    late.note(await predicted(storage, DAYS[22]))  # in the past
    off = log_of(storage, today, is_on=False)
    off.note(await predicted(storage, DAYS[22]))
    for log in (yesterday_in_time, late, off):
        await log.flush()
    card = await scorecard("operator", LogSource.SERVED, storage=storage)
    assert (card.waiting, card.groups, card.overall.scores) == (0, (), {})


async def test_a_train_that_did_not_run_as_booked_waits_on() -> None:
    storage = await a_railway()
    log = log_of(storage, DAYS[20])
    log.note(await predicted(storage, DAYS[21]))
    await log.flush()
    await take(storage, [ayton_to_ceeham(6, DAYS[21], dep="10:00")], today=DAYS[22])
    card = await scorecard("operator", LogSource.SERVED, storage=storage)
    assert (card.waiting, card.groups) == (1, ())
