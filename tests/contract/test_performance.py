"""`ports.performance`: the raw history of running, kept by every storage."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

import pytest

from railfair.domain.codes import Crs, TocCode
from railfair.domain.reported_calls import BookedCall, CallRuns, Fate, fates, reported
from railfair.domain.running import Missed, Outcome, Run
from railfair.domain.statistics import OutcomeCounts, first_arrival
from railfair.ports.performance import PutRuns
from railfair.ports.storage import Storage
from support.running import (
    AYT,
    BEE,
    CEE,
    DAY,
    DEE,
    ayton_to_ceeham,
    call,
    days_from,
    invented_day,
    invented_days,
    run,
)

DAYS = days_from(DAY, 5)


async def put(storage: Storage, *runs: Run) -> PutRuns:
    async with storage.writing() as unit:
        return await unit.performance.put_runs(runs)


async def stored(
    storage: Storage, first: date = date.min, last: date = date.max
) -> list[tuple[date, list[Run]]]:
    async with storage.reading() as unit:
        return [one async for one in unit.performance.runs(first, last)]


async def outcomes(storage: Storage, origin: Crs, destination: Crs) -> OutcomeCounts:
    async with storage.reading() as unit:
        return await unit.performance.route_outcomes(origin, destination)


async def stations(storage: Storage) -> list[Crs]:
    async with storage.reading() as unit:
        return await unit.performance.stations()


async def has(storage: Storage, rids: Iterable[str]) -> int:
    async with storage.reading() as unit:
        return await unit.performance.has_runs(rids)


async def test_runs_come_back_as_they_were_put(storage: Storage) -> None:
    runs = [
        run(
            call("AYT", dep="23:40", left="23:41"),
            call("BEE", arr="23:59", dep="24:00", left="24:30", reason="501"),
            call("DEE", dep="24:05"),
            call("CEE", arr="24:30", came="24:55", reason="502"),
            number=1,
        ),
        run(call("AYT", dep="00:00", left="00:00"), call("CEE", arr="00:10"), number=2),
        ayton_to_ceeham(None),
        ayton_to_ceeham(-3, dep="09:00"),
    ]
    await put(storage, *runs)
    assert await stored(storage) == [(DAY, runs)]


async def test_days_come_in_order_each_with_its_runs_by_rid(storage: Storage) -> None:
    runs = invented_days(DAY, 5)
    await put(storage, *runs[::-1])
    assert await stored(storage) == [(day, invented_day(day)) for day in DAYS]


async def test_only_days_of_the_period_that_have_runs_come(storage: Storage) -> None:
    await put(storage, *(ayton_to_ceeham(1, day) for day in (DAYS[0], DAYS[2], DAYS[4])))
    assert [day for day, _ in await stored(storage, DAYS[1], DAYS[4])] == [DAYS[2], DAYS[4]]
    assert await stored(storage, DAYS[3], DAYS[3]) == []


async def test_a_history_begins_empty(storage: Storage) -> None:
    async with storage.reading() as unit:
        assert await unit.performance.days() is None
        assert await unit.performance.stations() == []
        assert await unit.performance.operator_outcomes() == {}
    assert await stored(storage) == []


async def test_the_first_and_last_day_with_runs_are_known(storage: Storage) -> None:
    await put(storage, ayton_to_ceeham(0, DAYS[3]), ayton_to_ceeham(0, DAYS[1]))
    async with storage.reading() as unit:
        assert await unit.performance.days() == (DAYS[1], DAYS[3])


async def test_runs_that_are_new_are_counted_from_the_first_day_on(storage: Storage) -> None:
    done = await put(storage, ayton_to_ceeham(0, DAYS[2]), ayton_to_ceeham(0, DAYS[1]))
    assert done == PutRuns(added=2, changed=0, unchanged=0, first_day=DAYS[1])


async def test_the_same_runs_again_change_nothing(storage: Storage) -> None:
    runs = invented_days(DAY, 3)
    await put(storage, *runs)
    before = await stored(storage)
    assert await put(storage, *runs) == PutRuns(
        added=0, changed=0, unchanged=len(runs), first_day=None
    )
    assert await stored(storage) == before


async def test_a_run_takes_the_place_of_the_one_with_its_rid(storage: Storage) -> None:
    runs = [ayton_to_ceeham(0, day) for day in DAYS]
    await put(storage, *runs)
    late = ayton_to_ceeham(9, DAYS[3])
    done = await put(storage, runs[2], late, ayton_to_ceeham(0, DAYS[4], dep="10:00"))
    assert done == PutRuns(added=1, changed=1, unchanged=1, first_day=DAYS[3])
    assert await stored(storage, DAYS[3], DAYS[3]) == [(DAYS[3], [late])]


async def test_a_change_of_only_a_reason_or_a_booked_time_is_a_change(storage: Storage) -> None:
    first = run(call("AYT", dep="08:00"), call("CEE", arr="09:00"), number=1)
    await put(storage, first)
    for again in (
        run(call("AYT", dep="08:00"), call("CEE", arr="09:00", reason="501"), number=1),
        run(call("AYT", dep="08:00"), call("CEE", arr="09:01"), number=1),
        run(call("AYT", dep="08:00"), call("CEE", arr="09:01"), number=1, toc="ZX"),
    ):
        assert (await put(storage, again)).changed == 1
        assert await stored(storage) == [(DAY, [again])]


async def test_a_run_that_moves_changes_the_day_it_leaves_as_well(storage: Storage) -> None:
    old = ayton_to_ceeham(0, DAYS[1])
    await put(storage, old)
    moved = Run(rid=old.rid, day=DAYS[3], train=old.train, reports=old.reports)
    assert (await put(storage, moved)).first_day == DAYS[1]
    assert await stored(storage) == [(DAYS[3], [moved])]


async def test_of_two_equal_rids_the_last_counts(storage: Storage) -> None:
    done = await put(storage, ayton_to_ceeham(1), ayton_to_ceeham(2))
    assert done == PutRuns(added=1, changed=0, unchanged=0, first_day=DAY)
    assert await stored(storage) == [(DAY, [ayton_to_ceeham(2)])]


async def test_of_equal_rids_put_one_after_another_the_last_counts(storage: Storage) -> None:
    async with storage.writing() as unit:
        await unit.performance.put_runs([ayton_to_ceeham(1)])
        done = await unit.performance.put_runs([ayton_to_ceeham(2), ayton_to_ceeham(0, DAYS[1])])
    assert (done.added, done.changed) == (1, 1)
    assert await stored(storage, DAY, DAY) == [(DAY, [ayton_to_ceeham(2)])]


async def test_nothing_put_is_nothing_changed(storage: Storage) -> None:
    assert await put(storage) == PutRuns(added=0, changed=0, unchanged=0, first_day=None)


async def test_more_runs_than_fit_a_query_are_found_and_replaced(storage: Storage) -> None:
    minute = "{:02}:{:02}".format
    runs = [ayton_to_ceeham(0, dep=minute(*divmod(number, 60))) for number in range(1100)]
    late = [ayton_to_ceeham(5, dep=minute(*divmod(number, 60))) for number in range(1100)]
    await put(storage, *runs)
    assert (await put(storage, *late)).changed == 1100
    assert await has(storage, [one.rid for one in runs]) == 1100


async def test_runs_are_counted_by_their_rids_each_once(storage: Storage) -> None:
    one = ayton_to_ceeham(0)
    await put(storage, one)
    assert await has(storage, [one.rid] * 1200 + ["202601057100999"]) == 1
    assert await has(storage, []) == 0


async def test_arrivals_at_a_station_are_what_the_runs_say(storage: Storage) -> None:
    runs = [*invented_days(DAY, 5), *(ayton_to_ceeham(None, day) for day in DAYS)]
    await put(storage, *runs)
    for crs in (AYT, BEE, CEE, DEE):
        async with storage.reading() as unit:
            found = await unit.performance.runs_at(crs)
        assert told(found) == Counter(
            (one.day, called.arrival_min, one.train.toc, outcome)
            for one in runs
            for called, outcome in zip(one.train.calls, one.outcomes(), strict=True)
            if called.crs == crs and called.arrival_min is not None
        )
        assert Counter((call.begins_at, call.ends_at, call.begins) for call in found.calls) == (
            Counter(
                (train.calls[0].crs, train.calls[-1].crs, position == 0)
                for train in {one.train for one in runs}
                for position, called in enumerate(train.calls)
                if called.crs == crs
            )
        )


async def test_arrivals_of_a_route_are_those_of_rides(storage: Storage) -> None:
    runs = [*invented_days(DAY, 5), *(ayton_to_ceeham(None, day) for day in DAYS)]
    await put(storage, *runs)
    async with storage.reading() as unit:
        found = await unit.performance.runs_between(AYT, CEE)
        backwards = await unit.performance.runs_between(CEE, AYT)
    assert (list(backwards.calls), list(backwards.trains)) == ([], [])
    assert told(found) == Counter(
        (one.day, one.train.calls[position].arrival_min, one.train.toc, one.outcomes()[position])
        for one in runs
        if (position := first_arrival(one.train, AYT, CEE)) is not None
    )


async def test_a_ride_begins_with_the_last_departure_before_its_first_arrival(
    storage: Storage,
) -> None:
    around = run(
        call("CEE", dep="07:00"), call("AYT", arr="07:30", dep="07:32"),
        call("BEE", arr="08:00", dep="08:02"), call("AYT", arr="08:30", dep="08:32"),
        call("CEE", arr="09:00", came="09:03", dep="09:02"), call("CEE", arr="09:30"),
    )  # fmt: skip
    await put(storage, around)
    async with storage.reading() as unit:
        found = await unit.performance.runs_between(AYT, CEE)
        at_cee = await unit.performance.runs_at(CEE)
    [ride] = found.calls
    assert (ride.leaves_min, ride.position, ride.arrival_min) == (512, 4, 540)
    assert told(found) == {(DAY, 540, around.train.toc, 3): 1}
    assert [(call.begins, call.ends) for call in sorted(at_cee.calls, key=position_of)] == [
        (True, False), (False, False), (False, True),
    ]  # fmt: skip


def position_of(call: BookedCall) -> int:
    return call.position


def told(runs: CallRuns) -> Counter[tuple[date, int | None, TocCode, Outcome]]:
    """Return what came of booked arrivals: the train's day, when, its operator, and the outcome."""
    seen = reported(runs)
    missed = {Fate.CANCELLED: Missed.CANCELLED, Fate.UNKNOWN: Missed.UNKNOWN}
    found: Counter[tuple[date, int | None, TocCode, Outcome]] = Counter()
    for index, day, delay, fate in zip(
        seen.calls.tolist(), seen.days.tolist(), *fates(seen, runs.calls), strict=True
    ):
        call = runs.calls[index]
        if call.arrival_min is not None:
            outcome = missed.get(Fate(fate), int(delay))
            found[date.fromordinal(day), call.arrival_min, call.toc, outcome] += 1
    return found


async def test_stations_are_those_where_runs_were_booked_to_call(storage: Storage) -> None:
    await put(storage, run(call("DEE", dep="08:00"), call("BEE", arr="09:00"), number=1))
    await put(storage, ayton_to_ceeham(None))
    assert await stations(storage) == [AYT, BEE, CEE, DEE]


async def test_a_station_is_forgotten_with_the_last_run_that_called_there(
    storage: Storage,
) -> None:
    await put(storage, run(call("AYT", dep="08:00"), call("DEE", arr="09:00"), number=1))
    await put(storage, run(call("AYT", dep="08:00"), call("CEE", arr="09:00"), number=1))
    assert await stations(storage) == [AYT, CEE]


async def test_a_route_counts_what_came_of_its_arrivals(storage: Storage) -> None:
    lost = run(call("AYT", dep="10:00", left="10:00"), call("CEE", arr="11:00"))
    there = [ayton_to_ceeham(delay, day) for delay, day in zip((0, 7, 0, None), DAYS, strict=False)]
    back = run(call("CEE", dep="12:00", left="12:00"), call("AYT", arr="13:00", came="13:40"))
    await put(storage, *there, lost, back)
    assert await outcomes(storage, AYT, CEE) == OutcomeCounts(
        delays={0: 2, 7: 1}, cancelled=1, unknown=1
    )
    assert await outcomes(storage, AYT, DEE) == OutcomeCounts()


async def test_a_run_counts_once_by_its_first_arrival_after_leaving(storage: Storage) -> None:
    loop = run(
        call("CEE", dep="07:30", left="07:30"),
        call("AYT", arr="08:00", came="08:00", dep="08:00", left="08:00"),
        call("CEE", arr="08:30", came="08:33", dep="08:31", left="08:34"),
        call("AYT", arr="09:00", came="09:09", dep="09:00", left="09:09"),
        call("CEE", arr="09:30", came="09:50"),
    )
    await put(storage, loop)
    assert (await outcomes(storage, AYT, CEE)).delays == {3: 1}


@pytest.mark.parametrize(
    ("origin", "destination"), [(CEE, AYT), (BEE, CEE), (DEE, CEE)], ids=["back", "pass", "never"]
)
async def test_a_pair_counts_only_if_one_may_board_at_the_origin(
    storage: Storage, origin: Crs, destination: Crs
) -> None:
    passed = run(call("AYT", dep="08:00"), call("BEE", arr="08:30"), call("CEE", arr="09:00"))
    await put(storage, passed)
    assert await outcomes(storage, origin, destination) == OutcomeCounts()


async def test_figures_of_operators_are_kept_as_they_were_put(storage: Storage) -> None:
    zy = OutcomeCounts(delays={-2: 1, 0: 40, 65: 1}, cancelled=2, unknown=3)
    zx = OutcomeCounts(delays={1: 7})
    async with storage.writing() as unit:
        await unit.performance.put_operator_outcomes({TocCode("ZY"): zy, TocCode("ZW"): zx})
    async with storage.writing() as unit:
        await unit.performance.put_operator_outcomes({TocCode("ZY"): zy, TocCode("ZX"): zx})
    async with storage.reading() as unit:
        found = await unit.performance.operator_outcomes()
    assert found == {"ZX": zx, "ZY": zy}
    assert list(found) == ["ZX", "ZY"]


async def test_what_is_put_shows_only_once_it_is_committed(storage: Storage) -> None:
    async with storage.writing() as unit:
        await unit.performance.put_runs([ayton_to_ceeham(0)])
        assert await stored(storage) == []
        assert await unit.performance.has_runs([ayton_to_ceeham(0).rid]) == 1
    assert len(await stored(storage)) == 1


async def test_days_far_apart_are_one_history(storage: Storage) -> None:
    later = DAY + timedelta(days=4000)
    await put(storage, ayton_to_ceeham(0), ayton_to_ceeham(0, later))
    assert [day for day, _ in await stored(storage)] == [DAY, later]
