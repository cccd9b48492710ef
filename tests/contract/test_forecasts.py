"""`ports.forecasts`: what was learned, kept by every storage."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from railfair.domain.codes import Crs
from railfair.domain.delays.usual_trains import UsualTrain
from railfair.domain.running import Run
from railfair.ports.storage import Storage
from support.running import (
    AYT,
    BEE,
    CEE,
    DAY,
    DEE,
    ayton_to_ceeham,
    call,
    everything_learned,
    invented_days,
    run,
    take,
)

HEADS = {"delay": b"\0head", "cancelled": b""}
NODES = {"delay": {"n": b"\1", "o|ZY": b"\2\0"}, "cancelled": {"n": b"\3"}}


def usual(one: Run, *, weekdays: float = 1.0) -> UsualTrain:
    return UsualTrain(train=one.train, seen=(weekdays, 0.25, 0.0), last_day=DAY)


TO_CEE = usual(ayton_to_ceeham(0))
VIA_BEE = usual(ayton_to_ceeham(0, dep="07:00", via=True), weekdays=2.5)
BACK = usual(run(call("CEE", dep="12:00"), call("AYT", arr="13:00")))
ELSEWHERE = usual(run(call("AYT", dep="12:00"), call("DEE", arr="13:00")))
ALL = [VIA_BEE, TO_CEE, ELSEWHERE, BACK]
"""By operator, origin, booked departure and terminus."""


async def put(
    storage: Storage, heads: Mapping[str, bytes], nodes: Mapping[str, Mapping[str, bytes]]
) -> None:
    async with storage.writing() as unit:
        await unit.forecasts.put(heads, nodes)


async def put_trains(storage: Storage, *trains: UsualTrain) -> None:
    async with storage.writing() as unit:
        await unit.forecasts.put_usual_trains(list(trains))


async def trains(storage: Storage) -> list[UsualTrain]:
    async with storage.reading() as unit:
        return await unit.forecasts.all_usual_trains()


async def test_nothing_is_learned_at_first(storage: Storage) -> None:
    async with storage.reading() as unit:
        assert await unit.forecasts.heads() == {}
        assert await unit.forecasts.all_nodes() == {}
        assert await unit.forecasts.all_usual_trains() == []
        assert not any((await unit.forecasts.nodes({"delay": {"n"}})).values())


async def test_heads_and_nodes_come_back_to_the_byte(storage: Storage) -> None:
    await put(storage, HEADS, NODES)
    async with storage.reading() as unit:
        assert await unit.forecasts.heads() == HEADS
        assert await unit.forecasts.all_nodes() == NODES


async def test_new_bodies_take_the_place_of_old_ones_and_leave_the_others(
    storage: Storage,
) -> None:
    await put(storage, HEADS, NODES)
    await put(storage, {"delay": b"new"}, {"delay": {"n": b"new", "o|ZX": b"\4"}})
    async with storage.reading() as unit:
        assert await unit.forecasts.heads() == HEADS | {"delay": b"new"}
        assert await unit.forecasts.all_nodes() == {
            "delay": {"n": b"new", "o|ZY": b"\2\0", "o|ZX": b"\4"},
            "cancelled": {"n": b"\3"},
        }


async def test_only_the_nodes_wanted_come_and_only_of_their_hierarchy(storage: Storage) -> None:
    await put(storage, HEADS, NODES)
    async with storage.reading() as unit:
        found = await unit.forecasts.nodes({"delay": {"o|ZY", "x"}, "cancelled": {"o|ZY"}})
    assert {name: dict(nodes) for name, nodes in found.items() if nodes} == {
        "delay": {"o|ZY": b"\2\0"}
    }


async def test_any_number_of_nodes_may_be_put_and_wanted(storage: Storage) -> None:
    nodes = {str(number): bytes([number % 256]) for number in range(1300)}
    for _ in range(2):
        await put(storage, {"delay": b""}, {"delay": nodes})
    async with storage.reading() as unit:
        assert (await unit.forecasts.nodes({"delay": set(nodes)}))["delay"] == nodes


async def test_usual_trains_come_back_by_key(storage: Storage) -> None:
    await put_trains(storage, *ALL[::-1])
    assert await trains(storage) == ALL


async def test_usual_trains_take_the_place_of_all_that_were_there(storage: Storage) -> None:
    await put_trains(storage, *ALL)
    later = replace(TO_CEE, seen=(9.0, 0.0, 1.0), last_day=DAY + timedelta(days=9))
    await put_trains(storage, later, BACK)
    assert await trains(storage) == [later, BACK]


async def test_a_train_may_be_booked_anew_under_its_key(storage: Storage) -> None:
    await put_trains(storage, TO_CEE)
    via = usual(ayton_to_ceeham(0, via=True))
    assert via.train.key == TO_CEE.train.key
    await put_trains(storage, via)
    assert await trains(storage) == [via]


@pytest.mark.parametrize(
    ("ends", "found"),
    [
        ((AYT, CEE), [VIA_BEE, TO_CEE, BACK]),
        ((CEE, AYT), [VIA_BEE, TO_CEE, BACK]),
        ((AYT, BEE), [VIA_BEE]),
        ((DEE, CEE), []),
        ((AYT, Crs("ZZZ")), []),
    ],
)
async def test_usual_trains_of_a_pair_are_those_that_call_at_both(
    storage: Storage, ends: tuple[Crs, Crs], found: list[UsualTrain]
) -> None:
    await put_trains(storage, *ALL)
    async with storage.reading() as unit:
        assert await unit.forecasts.usual_trains(*ends) == found


async def test_everything_can_be_forgotten_but_the_history(storage: Storage) -> None:
    await take(storage, invented_days(DAY, 3))
    async with storage.writing() as unit:
        await unit.forecasts.clear()
    heads, nodes, usual_trains, _ = await everything_learned(storage)
    assert (heads, nodes, usual_trains) == ({}, {}, [])
    async with storage.reading() as unit:
        assert await unit.performance.days() is not None


async def test_what_an_import_learned_does_not_depend_on_the_sittings(storage: Storage) -> None:
    runs = invented_days(DAY, 6)
    for part in (runs[:20], runs[20:40], runs[40:], runs[10:30]):
        await take(storage, part)
    stepwise = await everything_learned(storage)
    async with storage.writing() as unit:
        await unit.forecasts.clear()
    late = replace(runs[0], reports=ayton_to_ceeham(3, via=True).reports)
    await take(storage, [late])
    await take(storage, [runs[0]])
    assert await everything_learned(storage) == stepwise
