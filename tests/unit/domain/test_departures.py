"""Departures as they are observed, and what the model learns from them."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest

from railfair.domain.codes import TocCode
from railfair.domain.delays.arrivals import BookedArrival, DayType, booked_arrivals
from railfair.domain.delays.connection import departure_of
from railfair.domain.delays.departures import (
    DEPARTURE_LEVELS,
    FIRST_DEPARTURE,
    BookedDeparture,
    booked_departures,
)
from railfair.domain.delays.distribution import DelayDistribution
from railfair.domain.delays.model import DEPARTURE, MOOD, DelayModel, nodes_for
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
    run,
)

AFTER = DAY + timedelta(days=40)
LATE = run(
    call("AYT", dep="08:00", left="08:04"),
    call("BEE", arr="08:30", came="08:33", dep="08:31", left="08:35"),
    call("CEE", arr="09:00", came="09:01"),
)


def stopping(late: int, leaves_late: int, day: date = DAY) -> Run:
    """A train that calls at BEE for a minute."""
    came, left = f"08:{30 + late}", f"08:{31 + leaves_late}"
    return run(
        call("AYT", dep="08:00", left="08:00"),
        call("BEE", arr="08:30", came=came, dep="08:31", left=left),
        call("CEE", arr="09:00", came="09:00"),
        day=day,
    )


def taught(of_day: Callable[[date], list[Run]]) -> DelayModel:
    model = DelayModel()
    for day in days_from(DAY, 40):
        model.learn(day, arrivals_of(of_day(day), day))
    return model


def at_bee(one: Run) -> tuple[BookedArrival, BookedDeparture]:
    arrival = booked_arrivals(one.train, DayType.WEEKDAY)[1]
    departure = booked_departures(one.train)[1]
    assert arrival is not None
    assert departure is not None
    return arrival, departure


def leaving(model: DelayModel, one: Run, day: date = AFTER) -> DelayDistribution:
    arrival, departure = at_bee(one)
    at_most, cancelled = model.plain(day, [arrival])
    found = model.leaving(day, [departure], at_most)
    return DelayDistribution(at_most=found[0], cancelled=float(cancelled[0]))


def test_reported_departures_are_observed_beside_the_arrivals_at_the_same_calls() -> None:
    block = arrivals_of([ayton_to_ceeham(None), LATE])
    left = block.departures
    assert [one.crs for one in left.departures] == [AYT, BEE]
    assert left.delays.tolist() == [4, 4]
    assert left.runs.tolist() == [1, 1]
    assert left.arrivals.tolist() == [-1, 1]
    assert block.arrivals[1].crs == BEE
    assert block.runs.tolist() == [0, 1, 1]
    assert len(left) == 2


def test_a_day_of_nothing_has_no_departures() -> None:
    assert len(arrivals_of([]).departures) == 0


def test_a_departure_has_a_node_at_every_level() -> None:
    _, departure = at_bee(LATE)
    assert len(set(departure.node_names())) == len(DEPARTURE_LEVELS)
    longer = departure._replace(stop_min=9, departure_min=700)
    shared = [a == b for a, b in zip(departure.node_names(), longer.node_names(), strict=True)]
    assert shared == [False, True, False]
    assert longer.node_names()[0] == departure._replace(stop_min=5).node_names()[0]


def test_a_departure_knows_the_booked_stop() -> None:
    first, second, last = booked_departures(LATE.train)
    assert first == BookedDeparture(TocCode("ZY"), AYT, CEE, AYT, 480, 480, None)
    assert second is not None
    assert (second.leaves_min, second.stop_min) == (511, 1)
    assert last is None


def test_without_history_a_train_leaves_as_its_arrival_and_stop_say() -> None:
    model = DelayModel()
    arrival, _ = at_bee(LATE)
    at_most, cancelled = model.plain(DAY, [arrival])
    forecast = DelayDistribution(at_most=at_most[0], cancelled=float(cancelled[0]))
    expected = departure_of(forecast, 1)
    assert leaving(model, LATE, DAY).at_most == pytest.approx(expected.at_most)


@pytest.mark.parametrize(("late", "leaves_late"), [(0, 3), (4, 0), (2, 2)])
def test_how_long_trains_really_stop_is_learned(late: int, leaves_late: int) -> None:
    model = taught(lambda day: [stopping(late, leaves_late, day)])
    assert abs(leaving(model, LATE).quantile(0.5) - leaves_late) <= 1


def test_trains_that_begin_late_are_learned_to() -> None:
    model = taught(lambda day: [ayton_to_ceeham(6, day)])
    departure = booked_departures(ayton_to_ceeham(0).train)[0]
    assert departure is not None
    found = model.leaving(AFTER, [departure], FIRST_DEPARTURE[None, :])
    assert DelayDistribution(at_most=found[0], cancelled=0.0).quantile(0.5) == 6


def test_a_day_without_departures_teaches_nothing_of_them() -> None:
    cancelled = taught(lambda day: [ayton_to_ceeham(None, day)])
    assert cancelled.dump_changed()[DEPARTURE.name] == {}
    assert cancelled.mood == DelayModel().mood


def test_departures_and_mood_are_the_same_after_being_stored() -> None:
    learned = taught(invented_day)
    arrival, departure = at_bee(invented_day(DAY)[0])
    wanted = nodes_for([arrival], departures=[departure])
    stored = learned.dump_changed()
    few = {
        kind: {name: stored[kind][name] for name in names if name in stored[kind]}
        for kind, names in wanted.items()
    }
    restored = DelayModel.restored(learned.dump_heads(), few)
    assert restored.mood == learned.mood
    rows = [model.plain(AFTER, [arrival])[0] for model in (learned, restored)]
    left = [
        model.leaving(AFTER, [departure], row)
        for model, row in zip((learned, restored), rows, strict=True)
    ]
    assert left[0].tolist() == left[1].tolist()


def test_a_store_from_before_there_were_departures_still_serves_and_learns() -> None:
    learned = taught(invented_day)
    old = {
        name: head
        for name, head in learned.dump_heads().items()
        if name not in {MOOD, DEPARTURE.name}
    }
    restored = DelayModel.restored(old, learned.dump_changed() | {DEPARTURE.name: {}})
    assert restored.mood == DelayModel().mood
    assert restored.learned_until == learned.learned_until
    one = invented_day(DAY)[0]
    arrival, _ = at_bee(one)
    at_most, _ = restored.plain(AFTER, [arrival])
    plainly = departure_of(DelayDistribution(at_most=at_most[0], cancelled=0.0), 1)
    assert leaving(restored, one).at_most == pytest.approx(plainly.at_most)
    restored.learn(AFTER, arrivals_of(invented_day(AFTER), AFTER))
    assert not np.array_equal(leaving(restored, one).at_most, plainly.at_most)


def test_the_mood_of_a_railway_that_is_late_as_a_whole_is_learned() -> None:
    luck = np.random.default_rng(2)

    def of_day(day: date) -> list[Run]:
        late = int(luck.choice([0, 0, 0, 20]))
        hours = range(6, 20)
        return [
            *(ayton_to_ceeham(late, day, dep=f"{hour:02}:00", via=True) for hour in hours),
            *(_back(late, day, hour) for hour in hours),
        ]

    found = taught(of_day).mood
    assert min(found.alike) > 0.3
    assert found.apart == pytest.approx(DelayModel().mood.apart)


def _back(late: int, day: date, hour: int) -> Run:
    """A train from CEE to AYT that calls at BEE some minutes after the other one."""
    return run(
        call("CEE", dep=f"{hour:02}:10", left=f"{hour:02}:{10 + late}"),
        call("BEE", arr=f"{hour:02}:37", came=f"{hour:02}:{37 + late}",
             dep=f"{hour:02}:38", left=f"{hour:02}:{38 + late}"),
        call("AYT", arr=f"{hour + 1:02}:10", came=f"{hour + 1:02}:{10 + late}"),
        day=day, number=2000 + hour,
    )  # fmt: skip
