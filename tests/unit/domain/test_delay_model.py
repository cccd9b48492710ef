"""What the model learns from days of running, seen through its forecasts."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

import numpy as np
import pytest

from railfair.domain.codes import Crs, TocCode
from railfair.domain.delays.arrivals import BookedArrival, Sighting
from railfair.domain.delays.distribution import EDGES
from railfair.domain.delays.explanation import Confidence, confidence
from railfair.domain.delays.model import DELAY, DelayModel, nodes_for
from railfair.domain.running import Run
from support.running import (
    AYT,
    BEE,
    CEE,
    DAY,
    arrivals_of,
    ayton_to_ceeham,
    call,
    days_from,
    invented_day,
    last_arrival,
    run,
)

TRAIN = last_arrival(ayton_to_ceeham(0))
AFTER_60 = DAY + timedelta(days=60)


def taught(*days: Iterable[Run], first: date = DAY, model: DelayModel | None = None) -> DelayModel:
    """Return a model that learned *days* in a row."""
    model = model or DelayModel()
    for day, runs in zip(days_from(first, len(days)), days, strict=True):
        model.learn(day, arrivals_of(runs, day))
    return model


def daily(delay: Callable[[int], int | None], number: int = 60) -> list[list[Run]]:
    """Return days of one train; *delay* is told the number of the day."""
    return [
        [ayton_to_ceeham(delay(index), day)] for index, day in enumerate(days_from(DAY, number))
    ]


def median(model: DelayModel, day: date, arrival: BookedArrival = TRAIN) -> int:
    return model.forecast(day, arrival).distribution.quantile(0.5)


@pytest.fixture(scope="module")
def learned() -> DelayModel:
    """A model of 60 invented days."""
    return taught(*(invented_day(day) for day in days_from(DAY, 60)))


@pytest.mark.parametrize("delay", [0, 10, -3, 25])
def test_a_train_that_always_came_the_same_is_forecast_so(delay: int) -> None:
    model = taught(*daily(lambda _: delay))
    assert abs(median(model, AFTER_60) - delay) <= 1
    distribution = model.forecast(AFTER_60, TRAIN).distribution
    assert (distribution.on_time > 0.8) is (delay <= 0)


def test_a_train_cancelled_every_other_day_is_forecast_to_be_cancelled_often() -> None:
    model = taught(*daily(lambda index: None if index % 2 else 0))
    often = model.forecast(AFTER_60, TRAIN).distribution.cancelled
    assert 0.2 < often < 0.6


def test_forecasts_move_within_days_once_a_train_runs_differently() -> None:
    model = taught(*daily(lambda _: 0, 90))
    changed = DAY + timedelta(days=90)
    assert median(model, changed) == 0
    taught(
        *([ayton_to_ceeham(12, day)] for day in days_from(changed, 7)), first=changed, model=model
    )
    week_later = model.forecast(changed + timedelta(days=7), TRAIN).distribution
    assert week_later.late(5) > 0.5


def test_two_trains_of_one_route_are_told_apart() -> None:
    late = last_arrival(ayton_to_ceeham(0, dep="08:10"))
    model = taught(
        *(
            [ayton_to_ceeham(0, day), ayton_to_ceeham(12, day, dep="08:10")]
            for day in days_from(DAY, 60)
        )
    )
    assert median(model, AFTER_60) <= 1
    assert median(model, AFTER_60, late) >= 10


def test_a_train_never_seen_is_forecast_as_its_operator_or_else_as_the_network() -> None:
    model = taught(
        *(
            [ayton_to_ceeham(0, day), ayton_to_ceeham(15, day, dep="09:10", toc="ZX")]
            for day in days_from(DAY, 60)
        )
    )
    new = TRAIN._replace(crs=BEE, terminus=BEE, origin=CEE)
    of = {
        toc: model.forecast(AFTER_60, new._replace(toc=TocCode(toc))).distribution.on_time
        for toc in ("ZY", "ZW", "ZX")
    }
    assert of["ZY"] > of["ZW"] > of["ZX"]
    assert of["ZW"] == pytest.approx(0.5, abs=0.1)


def test_an_arrival_never_seen_takes_no_steps_below_the_level_that_is_known() -> None:
    model = taught(*daily(lambda _: 3))
    path = model.forecast(AFTER_60, TRAIN._replace(crs=BEE, terminus=BEE)).on_time_path
    assert path[1] != path[2]
    assert len(set(path[2:])) == 1


def test_three_trains_are_no_ground_for_any_confidence() -> None:
    model = taught(*daily(lambda _: 0, 3))
    assert confidence(model.forecast(DAY + timedelta(days=3), TRAIN)) is Confidence.VERY_LOW


def test_confidence_grows_with_what_was_seen_and_fades_with_time() -> None:
    found = [
        confidence(taught(*daily(lambda _: 0, number)).forecast(DAY + timedelta(days=ahead), TRAIN))
        for number, ahead in ((3, 3), (15, 15), (60, 60), (200, 200), (200, 600))
    ]
    low, medium = Confidence.LOW, Confidence.MEDIUM
    assert found == [Confidence.VERY_LOW, low, medium, medium, Confidence.VERY_LOW]


def test_confidence_is_high_where_the_train_and_its_route_are_well_known() -> None:
    model = taught(
        *([ayton_to_ceeham(0, day, dep=f"{hour:02}:00") for hour in (7, 8, 9)] for day in
          days_from(DAY, 60))
    )  # fmt: skip
    assert confidence(model.forecast(AFTER_60, TRAIN)) is Confidence.HIGH
    assert confidence(model.forecast(AFTER_60, TRAIN._replace(departure_min=1))) is (
        Confidence.MEDIUM
    )


def test_a_forecast_far_ahead_falls_back_on_what_is_known_in_general() -> None:
    model = taught(
        *(
            [ayton_to_ceeham(0, day), ayton_to_ceeham(12, day, dep="15:10")]
            for day in days_from(DAY, 60)
        )
    )
    on_time = [
        model.forecast(AFTER_60 + timedelta(days=ahead), TRAIN).distribution.on_time
        for ahead in (0, 30, 90, 365)
    ]
    assert on_time == sorted(on_time, reverse=True)
    assert on_time[0] > 0.85


def test_a_train_seen_late_is_forecast_later_than_one_not_seen() -> None:
    luck = np.random.default_rng(3)
    model = taught(
        *(
            [ayton_to_ceeham(int(luck.choice([0, 0, 0, 20])), day, via=True)]
            for day in days_from(DAY, 60)
        )
    )
    unseen = model.forecast(AFTER_60, TRAIN)
    seen = {
        delay: model.forecast(AFTER_60, TRAIN, Sighting(BEE, delay)).distribution
        for delay in (0, 20)
    }
    assert seen[20].quantile(0.5) >= 15 > unseen.distribution.quantile(0.5)
    assert seen[0].on_time > unseen.distribution.on_time > seen[20].on_time


def test_a_train_seen_stuck_on_its_way_may_well_not_arrive() -> None:
    def fate(index: int, day: date) -> Run:
        stuck = index % 4 == 0
        return run(
            call("AYT", dep="08:00", left="08:40" if stuck else "08:00"),
            call("CEE", arr="09:00", came=None if stuck else "09:00", reason="501"),
            day=day,
        )

    model = taught(*([fate(index, day)] for index, day in enumerate(days_from(DAY, 60))))
    cancelled = [
        model.forecast(AFTER_60, TRAIN, seen).distribution.cancelled
        for seen in (Sighting(AYT, 0), None, Sighting(AYT, 40))
    ]
    assert cancelled == sorted(cancelled)
    assert cancelled[2] > 2 * cancelled[0]


def test_a_sighting_that_was_never_learned_changes_nothing(learned: DelayModel) -> None:
    plain = learned.forecast(AFTER_60, TRAIN)
    nowhere = learned.forecast(AFTER_60, TRAIN._replace(toc=TocCode("ZW")), Sighting(Crs("EFF"), 9))
    assert nowhere.on_time_path[-1] == pytest.approx(nowhere.on_time_path[-2])
    assert learned.forecast(AFTER_60, TRAIN).on_time_path == plain.on_time_path


def test_sightings_do_not_touch_forecasts_made_without_them() -> None:
    runs = [invented_day(day) for day in days_from(DAY, 20)]
    blind = DelayModel()
    for day, of_day in zip(days_from(DAY, 20), runs, strict=True):
        block = arrivals_of(of_day, day)
        blind.learn(day, type(block)(**{**vars(block), "sightings": ()}))
    arrivals = [last_arrival(one) for one in runs[0]]
    for ours, theirs in zip(
        taught(*runs).plain(AFTER_60, arrivals), blind.plain(AFTER_60, arrivals), strict=True
    ):
        assert (ours == theirs).all()


def test_every_forecast_is_a_distribution_function(learned: DelayModel) -> None:
    for ahead in (0, 14, 90):
        for one in invented_day(DAY):
            for seen in (None, Sighting(AYT, 0), Sighting(BEE, 25), Sighting(BEE, -9)):
                forecast = learned.forecast(
                    AFTER_60 + timedelta(days=ahead), last_arrival(one), seen
                )
                at_most = forecast.distribution.at_most
                assert (np.diff(at_most) >= -1e-12).all()
                assert at_most[0] >= 0
                assert at_most[-1] <= 1
                assert 0 < forecast.distribution.cancelled < 1


def test_the_path_ends_where_the_forecast_is(learned: DelayModel) -> None:
    for seen in (None, Sighting(BEE, 5)):
        forecast = learned.forecast(AFTER_60, last_arrival(invented_day(DAY)[1]), seen)
        assert forecast.on_time_path[-1] == pytest.approx(forecast.distribution.on_time)
        assert len(forecast.on_time_path) == len(forecast.sample_sizes) + 1


def test_many_arrivals_at_once_are_forecast_like_one_by_one(learned: DelayModel) -> None:
    arrivals = [last_arrival(one) for one in invented_day(DAY)]
    at_most, cancelled = learned.plain(AFTER_60, arrivals)
    for index, arrival in enumerate(arrivals):
        distribution = learned.forecast(AFTER_60, arrival).distribution
        assert (distribution.at_most == at_most[index]).all()
        assert distribution.cancelled == cancelled[index]


def test_a_model_that_learned_nothing_forecasts_something_wide() -> None:
    model = DelayModel()
    assert model.learned_until is None
    distribution = model.forecast(DAY, TRAIN).distribution
    assert 0.2 < distribution.on_time < 0.8
    assert distribution.quantile(0.9) - distribution.quantile(0.1) > 8
    assert confidence(model.forecast(DAY, TRAIN)) is Confidence.VERY_LOW


def test_a_day_of_lost_reports_counts_as_learned() -> None:
    lost = run(call("AYT", dep="08:00", left="08:00"), call("CEE", arr="09:00"))
    assert taught([ayton_to_ceeham(0)], [lost]).learned_until == DAY + timedelta(days=1)


def test_a_day_on_which_nothing_ran_teaches_cancellations_only() -> None:
    model = taught(*daily(lambda _: 0, 30))
    before = model.forecast(DAY + timedelta(days=31), TRAIN).distribution
    taught([ayton_to_ceeham(None)], first=DAY + timedelta(days=30), model=model)
    after = model.forecast(DAY + timedelta(days=31), TRAIN).distribution
    assert (after.at_most == before.at_most).all()
    assert after.cancelled > before.cancelled


def test_a_restored_model_forecasts_exactly_the_same(learned: DelayModel) -> None:
    nodes = learned.dump_changed()
    restored = DelayModel.restored(learned.dump_heads(), nodes)
    assert restored.learned_until == learned.learned_until
    for one in invented_day(DAY):
        arrival, seen = last_arrival(one), Sighting(BEE, 8)
        ours, theirs = (model.forecast(AFTER_60, arrival, seen) for model in (learned, restored))
        assert ours.on_time_path == theirs.on_time_path
        assert ours.sample_sizes == theirs.sample_sizes
        assert (ours.distribution.at_most == theirs.distribution.at_most).all()


def test_a_forecast_needs_only_the_nodes_that_are_asked_for(learned: DelayModel) -> None:
    arrival, seen = last_arrival(invented_day(DAY)[1]), Sighting(BEE, 8)
    wanted = nodes_for([arrival], [(arrival, seen)])
    few = {
        hierarchy: {name: body for name, body in nodes.items() if name in wanted[hierarchy]}
        for hierarchy, nodes in learned.dump_changed().items()
    }
    assert len(few[DELAY.name]) == 6
    restored = DelayModel.restored(learned.dump_heads(), few)
    ours, theirs = (model.forecast(AFTER_60, arrival, seen) for model in (learned, restored))
    assert ours.on_time_path == theirs.on_time_path


def test_learning_in_two_sittings_is_learning_in_one() -> None:
    runs = [invented_day(day) for day in days_from(DAY, 30)]
    first = taught(*runs[:15])
    second = DelayModel.restored(first.dump_heads(), first.dump_changed())
    taught(*runs[15:], first=DAY + timedelta(days=15), model=second)
    assert second.dump_heads() == taught(*runs).dump_heads()


def test_forecasts_of_plain_luck_are_calibrated() -> None:
    luck = np.random.default_rng(7)
    sums, n = np.zeros((2, len(EDGES))), 0
    model = DelayModel()
    for index, day in enumerate(days_from(DAY, 150)):
        runs = [
            ayton_to_ceeham(int(luck.exponential(4.0)) - 2, day, dep=f"{hour:02}:00")
            for hour in range(6, 22)
        ]
        block = arrivals_of(runs, day)
        if index >= 60:
            sums += (
                model.plain(day, block.arrivals)[0].sum(axis=0),
                (block.delays[:, None] <= EDGES).sum(axis=0),
            )
            n += len(block)
        model.learn(day, block)
    forecast, frequency = sums / n
    assert np.abs(forecast - frequency).max() < 0.02
