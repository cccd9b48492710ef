"""The trains that usually run."""

from datetime import date, timedelta

import pytest

from railfair.domain.codes import Crs
from railfair.domain.delays.arrivals import DayType
from railfair.domain.delays.usual_trains import HALF_LIFE_DAYS, UsualTrain, rides_near, with_day
from railfair.domain.running import Run, TrainKey
from support.running import AYT, BEE, CEE, DAY, ayton_to_ceeham, call, run

WEEKDAY, SUNDAY = DayType.WEEKDAY, DayType.SUNDAY
ENDS = (AYT, CEE)


def usual(*runs: Run, day: date = DAY, kind: DayType = WEEKDAY) -> UsualTrain:
    """Return the usual train that one run makes."""
    trains: dict[TrainKey, UsualTrain] = {}
    with_day(trains, day, kind, runs)
    (found,) = trains.values()
    return found


def test_a_train_counts_by_the_days_it_ran_of_late_on_each_kind_of_day() -> None:
    trains: dict[TrainKey, UsualTrain] = {}
    later = DAY + timedelta(days=HALF_LIFE_DAYS)
    with_day(trains, DAY, WEEKDAY, [ayton_to_ceeham(0)])
    with_day(trains, later, SUNDAY, [ayton_to_ceeham(0, later)])
    (found,) = trains.values()
    assert found.seen == (0.5, 0, 1)
    assert found.last_day == later


def test_a_cancelled_train_is_still_one_that_usually_runs() -> None:
    assert usual(ayton_to_ceeham(None)).seen == (1, 0, 0)


def test_a_train_is_booked_as_it_was_last() -> None:
    trains: dict[TrainKey, UsualTrain] = {}
    with_day(trains, DAY, WEEKDAY, [ayton_to_ceeham(0)])
    with_day(trains, DAY + timedelta(days=1), WEEKDAY, [ayton_to_ceeham(0, via=True)])
    (found,) = trains.values()
    assert len(found.train.calls) == 3
    assert found.ride(AYT, BEE) == (0, 1)


def test_weight_fades_from_the_last_day_on_and_not_before() -> None:
    found = usual(ayton_to_ceeham(0))
    assert found.weight(DAY + timedelta(days=HALF_LIFE_DAYS), WEEKDAY) == 0.5
    assert found.weight(DAY - timedelta(days=9), WEEKDAY) == 1
    assert found.weight(DAY, SUNDAY) == 0


@pytest.mark.parametrize(
    ("ends", "ride"),
    [
        (("AYT", "BEE"), (2, 3)),
        (("BEE", "DEE"), (3, 4)),
        (("DEE", "AYT"), None),
        (("CEE", "CEE"), None),
        (("AYT", "ZZZ"), None),
    ],
)
def test_a_ride_boards_at_the_last_call_before_the_first_arrival(
    ends: tuple[str, str], ride: tuple[int, int] | None
) -> None:
    loop = run(
        call("AYT", dep="08:00"),
        call("CEE", arr="08:10", dep="08:11"),
        call("AYT", arr="08:20", dep="08:21"),
        call("BEE", arr="08:30", dep="08:31"),
        call("DEE", arr="08:40"),
    )
    assert usual(loop).ride(Crs(ends[0]), Crs(ends[1])) == ride


def near(trains: list[UsualTrain], hour: int, kind: DayType = WEEKDAY) -> list[int | None]:
    rides = rides_near(trains, ENDS, DAY, kind, hour)
    return [ride.usual.train.calls[ride.boarding].departure_min for ride in rides]


def test_rides_are_those_of_the_hour_or_of_the_nearest_with_any() -> None:
    trains = [usual(ayton_to_ceeham(0, dep=dep)) for dep in ("08:00", "08:30", "11:15", "23:40")]
    assert near(trains, 8) == [480, 510]
    assert near(trains, 10) == [675]
    assert near(trains, 1) == [1420]  # two hours before, around midnight


def test_a_train_of_the_night_leaves_in_the_hour_of_the_clock() -> None:
    night = run(
        call("BEE", dep="23:30"), call("AYT", arr="24:20", dep="24:21"), call("CEE", arr="25:00")
    )
    assert near([usual(night), usual(ayton_to_ceeham(0))], 0) == [1461]


def test_trains_of_the_kind_of_day_outweigh_the_others() -> None:
    trains = [
        usual(ayton_to_ceeham(0, dep="08:00")),
        usual(ayton_to_ceeham(0, dep="08:30"), kind=SUNDAY),
    ]
    weights = [ride.weight for ride in rides_near(trains, ENDS, DAY, SUNDAY, 8)]
    assert weights == [0.01, 1]


def test_no_train_there_is_no_ride() -> None:
    assert rides_near([usual(ayton_to_ceeham(0))], (CEE, AYT), DAY, WEEKDAY, 8) == []
