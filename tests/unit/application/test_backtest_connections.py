"""Replaying connections: forecasts are made from the days before, then scored."""

from collections.abc import Iterable
from datetime import date

import numpy as np
import pytest

from railfair.adapters.memory.storage import MemoryStorage
from railfair.application.backtest_connections import (
    INDEPENDENT,
    LONGEST_SLACK_MIN,
    MOOD,
    MOST_A_DAY,
    ConnectionsBacktest,
    backtest_connections,
)
from railfair.domain.delays.connection import catch_probability
from railfair.domain.delays.distribution import DelayDistribution
from railfair.domain.delays.model import DelayModel
from railfair.domain.delays.mood import relation, runs_back
from railfair.domain.delays.scoring import ChanceScores, score_chances
from railfair.domain.errors import InvalidParameter, NothingLoaded
from railfair.domain.running import Run
from railfair.domain.station import Station
from support.running import (
    BEE,
    DAY,
    NoHolidays,
    arrivals_of,
    ayton_to_ceeham,
    call,
    days_from,
    invented_days,
    run,
)

DAYS = days_from(DAY, 30)
FIRST, LAST = DAYS[20], DAYS[29]


def crossing(day: date) -> list[Run]:
    """Trains that call at BEE about ten minutes after those of the invented days."""
    luck = np.random.default_rng(day.toordinal() + 1)
    runs = []
    for number in range(8):
        start = 360 + 45 * number
        late = int(luck.choice([-1, 0, 1, 5, 12]))
        calls = [("CEE", None, start), ("BEE", start + 39, start + 41), ("AYT", start + 70, None)]
        runs.append(
            run(
                *(
                    call(crs, arr=clock(arrives), came=clock(arrives, late),
                         dep=clock(leaves), left=clock(leaves, late))
                    for crs, arrives, leaves in calls
                ),
                day=day, number=3000 + number,
            )
        )  # fmt: skip
    return runs


def clock(minute: int | None, late: int = 0) -> str | None:
    return None if minute is None else f"{(minute + late) // 60:02}:{(minute + late) % 60:02}"


RUNS = [*invented_days(DAY, 30), *(one for day in DAYS for one in crossing(day))]


async def replayed(
    runs: Iterable[Run] = RUNS,
    first: date = FIRST,
    last: date = LAST,
    *,
    lag: int = 1,
    change_min: int | None = None,
) -> ConnectionsBacktest:
    storage = MemoryStorage()
    async with storage.writing() as unit:
        await unit.performance.put_runs(runs)
        if change_min is not None:
            await unit.timetable.put_stations([Station(crs=BEE, name="B", change_min=change_min)])
    return await backtest_connections(
        first, last, storage=storage, holidays=NoHolidays(), lag_days=lag
    )


def branch(
    day: date, *, leaves: str = "08:40", left: str | None = "08:40", came: str | None = None
) -> Run:
    """A train from BEE to DEE, where the 08:00 from AYT calls at 08:30."""
    return run(
        call("BEE", dep=leaves, left=left, reason="" if left else "501"),
        call("DEE", arr="09:20", came=came or ("09:20" if left else None),
             reason="" if left else "501"),
        day=day, number=7000,
    )  # fmt: skip


def meeting(late: int | None = 0, **branching: str | None) -> list[Run]:
    """Days on which the train from AYT meets the branch at BEE."""
    return [
        one
        for day in DAYS
        for one in (ayton_to_ceeham(late, day, via=True), branch(day, **branching))  # type: ignore[arg-type]
    ]


def by_hand(lag: int = 1) -> dict[str, ChanceScores]:
    """The figures, replayed pair by pair without the use case."""
    model, blocks = DelayModel(), {}
    chances: dict[str, list[float]] = {MOOD: [], INDEPENDENT: []}
    made: list[bool] = []
    for index, day in enumerate(DAYS):
        blocks[day] = arrivals_of([one for one in RUNS if one.day == day], day)
        if index >= lag:
            model.learn(DAYS[index - lag], blocks[DAYS[index - lag]])
        if day < FIRST:
            continue
        block = blocks[day]
        left = block.departures
        at_most, cancelled = model.plain(day, block.arrivals)
        leaving = model.leaving(day, left.departures, at_most[left.arrivals])
        for one, arrival in enumerate(block.arrivals):
            for two, departure in enumerate(left.departures):
                slack = departure.leaves_min - arrival.arrival_min - 5
                if (
                    departure.crs != arrival.crs
                    or block.cancelled[one]
                    or block.runs[one] == left.runs[two]
                    or not 0 <= slack <= LONGEST_SLACK_MIN
                    or runs_back(arrival, departure)
                ):
                    continue
                same_call = int(left.arrivals[two])
                first = DelayDistribution(at_most=at_most[one], cancelled=float(cancelled[one]))
                second = DelayDistribution(
                    at_most=leaving[two],
                    cancelled=0.0 if same_call < 0 else float(cancelled[same_call]),
                )
                correlations = {
                    MOOD: model.mood.of(relation(arrival, departure), slack),
                    INDEPENDENT: 0.0,
                }
                for method, correlation in correlations.items():
                    found = catch_probability(first, second, slack, correlation=correlation)
                    chances[method].append(found.if_both_run)
                made.append(bool(block.delays[one] <= slack + left.delays[two]))
    assert made
    return {
        method: score_chances(np.array(found), np.array(made)) for method, found in chances.items()
    }


@pytest.mark.parametrize("lag", [1, 4])
async def test_the_figures_are_those_of_a_plain_replay(lag: int) -> None:
    result, expected = await replayed(lag=lag), by_hand(lag)
    for method, scores in expected.items():
        found = result.overall[method]
        assert found.n == scores.n
        assert found.log_loss == pytest.approx(scores.log_loss, abs=1e-6)
        assert found.brier == pytest.approx(scores.brier, abs=1e-6)
        assert found.forecast == pytest.approx(scores.forecast, abs=1e-6)
        assert found.realised == scores.realised


def test_an_event_is_scored_by_its_log_loss_and_brier() -> None:
    found = score_chances(np.array([0.9, 0.6]), np.array([True, False]))
    assert found.log_loss == pytest.approx(-(np.log(0.9) + np.log(0.4)) / 2)
    assert found.brier == pytest.approx((0.01 + 0.36) / 2)
    assert found.forecast == pytest.approx(0.75)
    assert (found.realised, found.n) == (0.5, 2)
    assert score_chances(np.empty(0), np.empty(0, np.bool_)).n == 0


async def test_a_day_that_ran_to_time_has_its_connections_made() -> None:
    overall = (await replayed(meeting())).overall
    assert overall[MOOD].n == overall[INDEPENDENT].n == 10
    assert overall[MOOD].realised == 1
    assert overall[MOOD].forecast > 0.8


@pytest.mark.parametrize(
    ("late", "left", "made"),
    [(5, "08:40", True), (6, "08:40", False), (6, "08:41", True), (6, "08:39", False)],
)
async def test_a_connection_is_made_if_there_was_time_to_change(
    late: int, left: str, made: bool
) -> None:
    # Booked: 08:30 and 08:40, and a change takes 5 minutes.
    overall = (await replayed(meeting(late, left=left))).overall
    assert overall[MOOD].realised == float(made)


@pytest.mark.parametrize(("leaves", "number"), [("08:34", 0), ("08:35", 10), ("08:55", 10)])
async def test_connections_with_too_little_time_are_none(leaves: str, number: int) -> None:
    # With a second branch train that can be caught, so that there is something to score.
    others = [
        run(call("BEE", dep="08:45", left="08:45"), call("DEE", arr="09:30", came="09:30"),
            day=day, number=7001)
        for day in DAYS
    ]  # fmt: skip
    result = await replayed([*meeting(leaves=leaves, left=leaves), *others])
    assert result.overall[MOOD].n == 10 + number


async def test_the_timetable_says_how_long_a_change_takes() -> None:
    runs = meeting(late=3)
    assert (await replayed(runs, change_min=7)).overall[MOOD].realised == 1
    assert (await replayed(runs, change_min=8)).overall[MOOD].realised == 0


async def test_what_was_cancelled_or_not_reported_is_not_scored() -> None:
    lost = [
        run(call("BEE", dep="08:45"), call("DEE", arr="09:30", came="09:30"), day=day, number=7001)
        for day in DAYS
    ]
    gone = [branch(day, left=None) for day in DAYS]
    for others in (lost, gone):
        with pytest.raises(InvalidParameter):
            await replayed([*(ayton_to_ceeham(0, day, via=True) for day in DAYS), *others])


async def test_a_train_that_runs_back_is_no_connection() -> None:
    back = [
        run(call("CEE", dep="09:10", left="09:10"), call("AYT", arr="10:10", came="10:10"),
            day=day, number=7001)
        for day in DAYS
    ]  # fmt: skip
    with pytest.raises(InvalidParameter):
        await replayed([*(ayton_to_ceeham(0, day) for day in DAYS), *back])


async def test_groups_add_up_to_the_whole() -> None:
    result = await replayed()
    for groups in (result.by_slack, result.by_relation, result.by_forecast):
        for method, whole in result.overall.items():
            parts = [group[method] for group in groups.values()]
            assert sum(part.n for part in parts) == whole.n
            total = sum(part.n * part.log_loss for part in parts)
            assert total == pytest.approx(whole.n * whole.log_loss)


async def test_both_methods_are_scored_on_the_same_connections() -> None:
    result = await replayed()
    for group in (*result.by_slack.values(), *result.by_relation.values()):
        assert group[MOOD].realised == group[INDEPENDENT].realised


async def test_trains_that_are_late_together_are_forecast_better_with_the_mood() -> None:
    luck = np.random.default_rng(4)
    runs = []
    for day in days_from(DAY, 90):
        late = int(luck.choice([0, 0, 0, 0, 25]))
        came = f"08:{40 + min(late, 19)}"
        runs += [
            ayton_to_ceeham(late, day, via=True),
            run(call("BEE", dep="08:40", left=came if late < 20 else f"09:{late - 20:02}"),
                call("DEE", arr="09:20", came=f"09:{20 + late}"), day=day, number=7000),
        ]  # fmt: skip
    result = await replayed(runs, DAYS[29], days_from(DAY, 90)[-1])
    assert result.overall[MOOD].log_loss < result.overall[INDEPENDENT].log_loss
    assert result.overall[MOOD].forecast > result.overall[INDEPENDENT].forecast
    assert max(result.mood.alike) > 0.3


async def test_of_very_many_connections_an_even_part_is_scored() -> None:
    number = 15
    runs = [
        one
        for day in DAYS
        for index in range(number)
        for one in (
            run(call("AYT", dep="08:00", left="08:00"),
                call("BEE", arr="09:00", came="09:00"), day=day, number=index),
            run(call("BEE", dep="09:10", left="09:10"),
                call("DEE", arr="10:00", came="10:00"), day=day, number=100 + index),
        )
    ]  # fmt: skip
    assert number**2 > MOST_A_DAY
    assert (await replayed(runs)).overall[MOOD].n == 10 * MOST_A_DAY


async def test_what_comes_later_does_not_change_the_scores_of_a_day() -> None:
    window = (DAYS[20], DAYS[22])
    others = [one for one in RUNS if one.day <= DAYS[22]]
    others += [ayton_to_ceeham(90, day, via=True) for day in DAYS[23:]]
    assert (await replayed(others, *window)).overall == (await replayed(RUNS, *window)).overall


async def test_the_same_replay_gives_the_same_figures() -> None:
    assert await replayed() == await replayed()


@pytest.mark.parametrize(
    ("first", "last", "lag", "parameter"),
    [
        (FIRST, DAYS[19], 1, "to"),
        (FIRST, LAST, 0, "lag"),
        (DAY, LAST, 1, "from"),
        (days_from(LAST, 2)[1], days_from(LAST, 9)[8], 1, "from"),
    ],
    ids=["backwards", "no lag", "nothing before", "nothing there"],
)
async def test_a_window_that_cannot_be_replayed_is_refused(
    first: date, last: date, lag: int, parameter: str
) -> None:
    with pytest.raises(InvalidParameter) as caught:
        await replayed(RUNS, first, last, lag=lag)
    assert caught.value.parameter == parameter


async def test_an_empty_history_cannot_be_replayed() -> None:
    with pytest.raises(NothingLoaded):
        await replayed([])
