"""`ports.storage`: units of work, kept by every storage."""

import asyncio

import pytest

from railfair.domain.codes import Crs
from railfair.ports.storage import Storage, UnitOfWork
from support.timetables import call, station, train

AYTON = station("AYT", "Ayton", "AYTON")


class Interrupted(Exception):
    """Something that goes wrong in the middle of a unit."""


async def count(storage: Storage) -> int:
    async with storage.reading() as unit:
        return len(await unit.timetable.stations())


async def put(unit: UnitOfWork, crs: str) -> None:
    await unit.timetable.put_stations([station(crs)])


async def test_a_unit_that_ends_is_committed(storage: Storage) -> None:
    async with storage.writing() as unit:
        await put(unit, "AYT")
    assert await count(storage) == 1


async def test_a_unit_sees_what_it_has_written(storage: Storage) -> None:
    async with storage.writing() as unit:
        await put(unit, "AYT")
        assert len(await unit.timetable.stations()) == 1


async def test_a_unit_that_raises_changes_nothing(storage: Storage) -> None:
    async with storage.writing() as unit:
        await unit.timetable.put_stations([AYTON])
        await unit.timetable.put_schedules([train("A10001")], are_manual=False)

    async def fails() -> None:
        async with storage.writing() as unit:
            await unit.timetable.clear()
            await put(unit, "BEE")
            raise Interrupted

    with pytest.raises(Interrupted):
        await fails()
    async with storage.reading() as unit:
        assert await unit.timetable.stations() == [AYTON]
        assert await unit.timetable.count_schedules() == 1


async def test_a_unit_that_is_cancelled_changes_nothing_and_lets_the_next_one_write(
    storage: Storage,
) -> None:
    begun = asyncio.Event()

    async def never_ends() -> None:
        async with storage.writing() as unit:
            await put(unit, "AYT")
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(never_ends())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await count(storage) == 0
    async with storage.writing() as unit:
        await put(unit, "BEE")
    assert await count(storage) == 1


async def test_a_reader_does_not_see_what_is_not_committed_and_does_not_wait_for_it(
    storage: Storage,
) -> None:
    async with storage.writing() as unit:
        await put(unit, "AYT")
        assert await asyncio.wait_for(count(storage), timeout=5) == 0
    assert await count(storage) == 1


async def test_a_reader_sees_one_state_while_a_writer_commits(storage: Storage) -> None:
    async with storage.writing() as unit:
        await put(unit, "AYT")
    async with storage.reading() as reader:
        before = await reader.timetable.stations()
        async with storage.writing() as writer:
            await put(writer, "BEE")
            await writer.timetable.put_schedules(
                [train("A10001", call("AYT", dep="10:00"), call("BEE", arr="10:20"))],
                are_manual=False,
            )
        assert await count(storage) == 2
        assert await reader.timetable.stations() == before
        assert await reader.timetable.count_schedules() == 0
        assert not await reader.timetable.knows_route(Crs("AYT"), Crs("BEE"))


async def test_a_writer_does_not_wait_for_readers(storage: Storage) -> None:
    async with storage.reading() as reader:
        await reader.timetable.stations()

        async def write() -> None:
            async with storage.writing() as unit:
                await put(unit, "AYT")

        await asyncio.wait_for(write(), timeout=5)


async def test_one_unit_writes_at_a_time_and_another_waits(storage: Storage) -> None:
    happened: list[str] = []
    begun = asyncio.Event()

    async def first() -> None:
        async with storage.writing() as unit:
            begun.set()
            await put(unit, "AYT")
            await asyncio.sleep(0.05)
            happened.append("the first ends")

    async def second() -> None:
        await begun.wait()
        async with storage.writing() as unit:
            happened.append(f"the second sees {len(await unit.timetable.stations())}")

    await asyncio.gather(first(), second())
    assert happened == ["the first ends", "the second sees 1"]


async def test_no_write_is_lost_when_many_write(storage: Storage) -> None:
    async def add(letter: str) -> None:
        async with storage.writing() as unit:
            there = await unit.timetable.stations()
            await put(unit, f"X{letter}{chr(65 + len(there))}")

    await asyncio.gather(*(add(letter) for letter in "ABCDE"))
    async with storage.reading() as unit:
        codes = [s.crs for s in await unit.timetable.stations()]
    assert sorted(code[1] for code in codes) == list("ABCDE")
    assert sorted(code[2] for code in codes) == list("ABCDE")


async def test_many_read_at_once(storage: Storage) -> None:
    async with storage.writing() as unit:
        await put(unit, "AYT")
    assert await asyncio.gather(*(count(storage) for _ in range(12))) == [1] * 12
