"""`ports.fares`: editions, what they hold between codes, and what they held, in every storage."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from railfair.adapters.memory.storage import MemoryStorage
from railfair.adapters.sql.engine import PoolSettings, create_engine
from railfair.adapters.sql.storage import SqlStorage
from railfair.domain.codes import (
    FareCode,
    RailcardCode,
    RestrictionCode,
    RouteCode,
    TicketCode,
)
from railfair.domain.fares.dated import OPEN
from railfair.domain.fares.edition import EditionState, FareEdition
from railfair.domain.fares.flow import (
    ANY_CODE,
    ANY_RAILCARD,
    ANY_ROUTE,
    ANY_TICKET,
    DiscountException,
    ExceptionalPrice,
    FareRecord,
    Flow,
    FlowFare,
    Override,
)
from railfair.domain.fares.rulebook import RuleBook
from railfair.domain.feed import FeedSource
from railfair.ports.storage import Storage, UnitOfWork

SPRING = date(2026, 3, 1)
AUTUMN = date(2026, 9, 6)
ANY_PERMITTED = RouteCode("00000")
SOME_RULES = RuleBook(operators={"ZY": "Ayton Railway"})
AY, BE, CE, DE = (FareCode(code) for code in ("0A01", "0B01", "0C01", "Q0D1"))


class Interrupted(Exception):
    """Something that goes wrong in the middle of an import."""


def edition(number: int) -> FareEdition:
    return FareEdition(
        number=number,
        version=f"RJFAF{900 + number}",
        source=FeedSource.IMPORT,
        generated_on=date(2026, 1, number),
        loaded_at=datetime(2026, 2, number, 4, 5, 6, 789, tzinfo=UTC),
        state=EditionState.CURRENT,
    )


def flow(origin: str, destination: str, fare_p: int = 1234, *, route: str = "00000") -> Flow:
    return Flow(
        origin=FareCode(origin),
        destination=FareCode(destination),
        route=RouteCode(route),
        is_reversible=False,
        starts_on=SPRING,
        fares=(FlowFare(TicketCode("SQS"), fare_p, RestrictionCode("")),),
    )


def override(origin: str, destination: str, ticket: str = "SQS", adult_p: int = 900) -> Override:
    return Override(
        origin=FareCode(origin),
        destination=FareCode(destination),
        route=ANY_PERMITTED,
        railcard=RailcardCode(""),
        ticket=TicketCode(ticket),
        starts_on=SPRING,
        ends_on=OPEN,
        quote_on=SPRING,
        adult_p=adult_p,
        child_p=None,
        restriction=RestrictionCode(""),
    )


def exception(origin: str, destination: str, *, route: str = "*****") -> DiscountException:
    return DiscountException(
        origin=FareCode(origin),
        destination=FareCode(destination),
        route=RouteCode(route),
        railcard=ANY_RAILCARD,
        ticket=ANY_TICKET,
        starts_on=SPRING,
        ends_on=OPEN,
        quote_on=SPRING,
        use_code=AY,
        adult=ExceptionalPrice(flag="N", add_on_p=0, is_withheld=False),
        child=ExceptionalPrice(flag="X", add_on_p=0, is_withheld=False),
    )


FULL_FLOW = Flow(
    origin=AY,
    destination=BE,
    route=RouteCode("00071"),
    is_reversible=True,
    starts_on=SPRING,
    ends_on=AUTUMN,
    setter="ZYX",
    cross_london=3,
    has_exceptions=True,
    fares=(
        FlowFare(TicketCode("SQS"), 0, RestrictionCode("1Q")),
        FlowFare(TicketCode("Q A"), 99_999_999, RestrictionCode("")),
        FlowFare(TicketCode("Q  "), 70_000, RestrictionCode(" Q")),
        FlowFare(TicketCode("SQS"), 5, RestrictionCode("  ")),
    ),
)
FULL_OVERRIDE = Override(
    origin=AY,
    destination=BE,
    route=RouteCode("00071"),
    railcard=RailcardCode("QNG"),
    ticket=TicketCode("CQR"),
    starts_on=SPRING,
    ends_on=AUTUMN,
    quote_on=date(2026, 2, 2),
    adult_p=None,
    child_p=450,
    restriction=RestrictionCode("Q4"),
)
FULL_EXCEPTION = DiscountException(
    origin=AY,
    destination=BE,
    route=ANY_ROUTE,
    railcard=RailcardCode(""),
    ticket=TicketCode("CQR"),
    starts_on=SPRING,
    ends_on=AUTUMN,
    quote_on=date(2026, 2, 2),
    use_code=CE,
    adult=ExceptionalPrice(flag="", add_on_p=120, is_withheld=False),
    child=ExceptionalPrice(flag="D", add_on_p=0, is_withheld=True),
)


async def put(
    storage: Storage, number: int, *records: FareRecord, rules: RuleBook | None = None
) -> None:
    async with storage.writing() as unit:
        await unit.fares.put(edition(number), rules or RuleBook(), iter(records))


async def restore(storage: Storage) -> FareEdition | None:
    async with storage.writing() as unit:
        return await unit.fares.restore()


async def between(
    storage: Storage, ones: Iterable[str], others: Iterable[str]
) -> Sequence[FareRecord]:
    async with storage.reading() as unit:
        return await unit.fares.between(*_codes(ones, others))


async def history(
    storage: Storage, ones: Iterable[str], others: Iterable[str]
) -> list[tuple[int, list[FareRecord]]]:
    async with storage.reading() as unit:
        told = await unit.fares.history(*_codes(ones, others))
    return [(one.number, list(records)) for one, records in told]


async def states(storage: Storage) -> list[tuple[int, EditionState]]:
    async with storage.reading() as unit:
        return [(one.number, one.state) for one in await unit.fares.editions()]


async def rules(storage: Storage) -> RuleBook | None:
    async with storage.reading() as unit:
        return await unit.fares.rules()


def _codes(ones: Iterable[str], others: Iterable[str]) -> tuple[set[FareCode], set[FareCode]]:
    return {FareCode(code) for code in ones}, {FareCode(code) for code in others}


async def test_at_first_there_are_no_fares(storage: Storage) -> None:
    async with storage.writing() as unit:
        assert list(await unit.fares.editions()) == []
        assert await unit.fares.rules() is None
        assert list(await unit.fares.between({AY}, {BE})) == []
        assert list(await unit.fares.history({AY}, {BE})) == []
        assert await unit.fares.restore() is None


async def test_an_edition_comes_back_as_it_was_put(storage: Storage) -> None:
    demo = replace(edition(1), source=FeedSource.DEMO)
    async with storage.writing() as unit:
        await unit.fares.put(demo, RuleBook(), [])
    async with storage.reading() as unit:
        assert list(await unit.fares.editions()) == [demo]


async def test_every_edition_is_listed_by_number_with_what_became_of_it(storage: Storage) -> None:
    for number in (1, 2, 3, 4):
        await put(storage, number, flow(AY, BE))
    await restore(storage)
    assert await states(storage) == [
        (1, EditionState.PAST),
        (2, EditionState.PAST),
        (3, EditionState.CURRENT),
        (4, EditionState.WITHDRAWN),
    ]


async def test_the_edition_before_the_current_one_is_the_previous_one(storage: Storage) -> None:
    await put(storage, 1)
    await put(storage, 2)
    assert await states(storage) == [(1, EditionState.PREVIOUS), (2, EditionState.CURRENT)]


@pytest.mark.parametrize("record", [FULL_FLOW, FULL_OVERRIDE, FULL_EXCEPTION])
async def test_a_record_comes_back_as_it_was_put(storage: Storage, record: FareRecord) -> None:
    await put(storage, 1, record)
    assert await between(storage, [AY], [BE]) == [record]


async def test_codes_may_hold_blanks_and_be_short(storage: Storage) -> None:
    records = [flow("  1 ", "1   "), flow("1", "12"), flow("1   ", "12"), flow("A.&-", "    ")]
    await put(storage, 1, *records)
    assert await between(storage, ["1   "], ["  1 "]) == [records[0]]
    assert await between(storage, ["12"], ["1"]) == [records[1]]
    assert await between(storage, ["12", "12   "], ["1   ", "  1 ", "1"]) == records[1:3]
    assert await between(storage, ["A.&-"], ["    "]) == [records[3]]


async def test_records_both_ways_are_found_but_none_of_other_pairs(storage: Storage) -> None:
    there, back = flow(AY, BE), flow(BE, AY)
    await put(storage, 1, there, flow(AY, CE), flow(AY, DE), back, flow(BE, DE))
    assert await between(storage, [AY], [BE]) == [there, back]
    assert await between(storage, [BE], [AY]) == [there, back]


async def test_records_within_one_of_the_two_sets_are_not_between_them(storage: Storage) -> None:
    await put(storage, 1, flow(AY, BE), flow(AY, CE), flow(CE, DE))
    assert await between(storage, [AY, BE], [CE, DE]) == [flow(AY, CE)]


async def test_each_record_comes_once_even_if_a_code_is_at_both_ends(storage: Storage) -> None:
    records: list[FareRecord] = [
        flow(AY, AY),
        flow(AY, BE),
        flow(BE, AY),
        exception(ANY_CODE, AY),
    ]
    await put(storage, 1, *records)
    found = await between(storage, [AY, BE], [AY, BE])
    assert found == [records[3], *records[:3]]


async def test_records_come_by_origin_and_destination_then_as_they_were_put(
    storage: Storage,
) -> None:
    flows = [
        flow(AY, BE, 2),
        flow(AY, BE, 1),
        flow(AY, BE, 1, route="00071"),
        flow(AY, CE),
        flow(CE, AY),
    ]
    overrides = [override(AY, BE, "SQR"), override(AY, BE, "SQA"), override(CE, AY)]
    exceptions = [exception(ANY_CODE, BE), exception(AY, BE, route="00071"), exception(AY, BE)]
    await put(storage, 1, *flows, *overrides, *exceptions)
    found = await between(storage, [AY], [CE, BE])
    assert found == [
        exceptions[0],
        *flows[:3],
        *overrides[:2],
        *exceptions[1:],
        flows[3],
        flows[4],
        overrides[2],
    ]


async def test_discounts_for_any_code_at_an_end_are_found(storage: Storage) -> None:
    wanted = [
        exception(ANY_CODE, ANY_CODE),
        exception(ANY_CODE, AY),
        exception(ANY_CODE, BE),
        exception(AY, ANY_CODE),
        exception(BE, ANY_CODE),
    ]
    others = [exception(ANY_CODE, CE), exception(CE, ANY_CODE)]
    await put(storage, 1, *sorted([*wanted, *others], key=lambda one: one.origin))
    assert await between(storage, [AY], [BE]) == wanted


async def test_between_no_codes_there_is_nothing(storage: Storage) -> None:
    await put(storage, 1, flow(AY, BE))
    assert await between(storage, [], []) == []
    assert await between(storage, [AY], []) == []
    assert await history(storage, [], [BE]) == [(1, [])]


async def test_any_number_of_codes_may_be_asked_for(storage: Storage) -> None:
    codes = [f"{number:04}" for number in range(60)]
    flows = [flow(one, other) for one in codes for other in codes]
    await put(storage, 1, *flows)
    assert await between(storage, codes, codes) == flows
    assert await history(storage, codes, codes) == [(1, flows)]


async def test_only_the_current_edition_answers(storage: Storage) -> None:
    await put(storage, 1, flow(AY, BE, 100), flow(AY, CE, 100))
    await put(storage, 2, flow(AY, BE, 110), flow(BE, AY, 110))
    assert await between(storage, [AY], [BE, CE]) == [flow(AY, BE, 110), flow(BE, AY, 110)]


async def test_rules_are_those_of_the_current_edition(storage: Storage) -> None:
    for number in (1, 2, 3):
        await put(storage, number, rules=RuleBook(operators={"ZY": f"Trains {number}"}))
        assert await rules(storage) == RuleBook(operators={"ZY": f"Trains {number}"})
    await restore(storage)
    assert await rules(storage) == RuleBook(operators={"ZY": "Trains 2"})


async def test_history_tells_each_edition_oldest_first(storage: Storage) -> None:
    for number in (1, 2, 3, 4):
        await put(storage, number, flow(AY, BE, 100 * number), override(AY, BE, adult_p=number))
    assert await history(storage, [BE], [AY]) == [
        (number, [flow(AY, BE, 100 * number), override(AY, BE, adult_p=number)])
        for number in (1, 2, 3, 4)
    ]


async def test_history_says_what_each_edition_is_now(storage: Storage) -> None:
    for number in (1, 2, 3):
        await put(storage, number, flow(AY, BE))
    async with storage.reading() as unit:
        told = await unit.fares.history({AY}, {BE})
        assert [one for one, _ in told] == list(await unit.fares.editions())


async def test_history_tells_editions_that_changed_nothing(storage: Storage) -> None:
    for number in (1, 2, 3):
        await put(storage, number, flow(AY, BE), flow(AY, CE, number))
    assert await history(storage, [AY], [BE]) == [(number, [flow(AY, BE)]) for number in (1, 2, 3)]


async def test_history_tells_of_fares_that_came_and_went_and_came_back(storage: Storage) -> None:
    held: list[list[FareRecord]] = [
        [flow(AY, BE, 100)],
        [flow(AY, BE, 100), flow(BE, AY, 100), exception(ANY_CODE, BE)],
        [flow(BE, AY, 100)],
        [],
        [override(AY, BE)],
        [flow(AY, BE, 100)],
    ]
    for number, records in enumerate(held, start=1):
        await put(storage, number, *records)
    told = await history(storage, [AY], [BE])
    assert [sorted(map(repr, records)) for _, records in told] == [
        sorted(map(repr, records)) for records in held
    ]
    assert await between(storage, [AY], [BE]) == held[-1]


async def test_history_leaves_out_what_was_withdrawn(storage: Storage) -> None:
    for number in (1, 2, 3):
        await put(storage, number, flow(AY, BE, number))
    await restore(storage)
    assert await history(storage, [AY], [BE]) == [(1, [flow(AY, BE, 1)]), (2, [flow(AY, BE, 2)])]
    await put(storage, 4, flow(AY, BE, 4), flow(BE, AY, 4))
    assert await history(storage, [AY], [BE]) == [
        (1, [flow(AY, BE, 1)]),
        (2, [flow(AY, BE, 2)]),
        (4, [flow(AY, BE, 4), flow(BE, AY, 4)]),
    ]


async def test_restoring_brings_back_all_of_the_previous_edition(storage: Storage) -> None:
    before: list[FareRecord] = [FULL_FLOW, flow(AY, CE), FULL_OVERRIDE, FULL_EXCEPTION]
    await put(storage, 1, *before, rules=SOME_RULES)
    await put(storage, 2, flow(AY, BE), flow(AY, DE))
    assert await restore(storage) == edition(1)
    assert await between(storage, [AY], [BE, CE, DE]) == [
        FULL_FLOW,
        FULL_OVERRIDE,
        FULL_EXCEPTION,
        flow(AY, CE),
    ]
    assert await rules(storage) == SOME_RULES


async def test_without_a_previous_edition_nothing_is_restored(storage: Storage) -> None:
    await put(storage, 1, flow(AY, BE))
    assert await restore(storage) is None
    assert await states(storage) == [(1, EditionState.CURRENT)]
    assert await between(storage, [AY], [BE]) == [flow(AY, BE)]


async def test_after_a_restore_there_is_no_previous_edition_until_the_next_one_is_put(
    storage: Storage,
) -> None:
    for number in (1, 2, 3):
        await put(storage, number, flow(AY, BE, number))
    assert await restore(storage) == edition(2)
    assert await restore(storage) is None
    await put(storage, 4, flow(AY, BE, 4))
    assert await restore(storage) == edition(2)
    assert await between(storage, [AY], [BE]) == [flow(AY, BE, 2)]


async def test_an_import_that_breaks_off_changes_nothing(storage: Storage) -> None:
    await put(storage, 1, flow(AY, BE, 1))
    await put(storage, 2, flow(AY, BE, 2))

    def broken() -> Iterator[FareRecord]:
        yield flow(AY, BE, 3)
        raise Interrupted

    async def fails() -> None:
        async with storage.writing() as unit:
            await unit.fares.put(edition(3), RuleBook(), broken())

    with pytest.raises(Interrupted):
        await fails()
    assert await states(storage) == [(1, EditionState.PREVIOUS), (2, EditionState.CURRENT)]
    assert await history(storage, [AY], [BE]) == [(1, [flow(AY, BE, 1)]), (2, [flow(AY, BE, 2)])]


async def test_what_is_taken_back_is_not_remembered_for_the_next_of_its_number(
    storage: Storage,
) -> None:
    async def reads_and_fails() -> None:
        async with storage.writing() as unit:
            await unit.fares.put(edition(1), SOME_RULES, [flow(AY, BE)])
            assert await unit.fares.rules() == SOME_RULES
            assert list(await unit.fares.between({AY}, {BE})) == [flow(AY, BE)]
            raise Interrupted

    with pytest.raises(Interrupted):
        await reads_and_fails()
    await put(storage, 1, flow(AY, CE))
    assert await rules(storage) == RuleBook()
    assert await between(storage, [AY], [BE, CE]) == [flow(AY, CE)]


async def test_readers_keep_the_edition_that_they_began_with(storage: Storage) -> None:
    await put(storage, 1, flow(AY, BE, 1), rules=SOME_RULES)
    async with storage.reading() as reader:
        before = await everything(reader)
        async with storage.writing() as unit:
            await unit.fares.put(edition(2), RuleBook(), [flow(AY, BE, 2)])
            assert await everything(reader) == before
        assert await between(storage, [AY], [BE]) == [flow(AY, BE, 2)]
        assert await everything(reader) == before


async def everything(unit: UnitOfWork) -> tuple[object, ...]:
    return (
        list(await unit.fares.editions()),
        await unit.fares.rules(),
        list(await unit.fares.between({AY}, {BE})),
        list(await unit.fares.history({AY}, {BE})),
    )


CODES = [AY, BE, ANY_CODE]
PRICES = st.lists(
    st.tuples(
        st.sampled_from(CODES[:2]),
        st.sampled_from(CODES[:2]),
        st.integers(min_value=1, max_value=3),
    ),
    max_size=4,
)
EXCEPTIONS = st.lists(st.tuples(st.sampled_from(CODES), st.sampled_from(CODES)), max_size=2)
RESTORE = st.none()
STEPS = st.lists(st.tuples(PRICES, PRICES, EXCEPTIONS) | RESTORE, min_size=1, max_size=8)
type Step = tuple[
    list[tuple[FareCode, FareCode, int]],
    list[tuple[FareCode, FareCode, int]],
    list[tuple[FareCode, FareCode]],
]


def records_of(step: Step) -> list[FareRecord]:
    flows, overrides, exceptions = step
    return [
        *(flow(one, other, fare_p) for one, other, fare_p in sorted(flows)),
        *(override(one, other, adult_p=adult_p) for one, other, adult_p in sorted(overrides)),
        *(exception(one, other) for one, other in sorted(exceptions)),
    ]


async def take(storage: Storage, steps: list[Step | None]) -> list[tuple[object, ...]]:
    """Put and restore as *steps* say; return all that can be seen after each."""
    numbers = count(1)
    seen: list[tuple[object, ...]] = []
    for step in steps:
        if step is None:
            seen.append((await restore(storage),))
        else:
            await put(storage, next(numbers), *records_of(step))
        async with storage.reading() as unit:
            seen.append(await everything(unit))
    return seen


@settings(max_examples=40, deadline=None)
@given(steps=STEPS)
async def test_whatever_is_put_and_restored_files_answer_as_memory_does(
    steps: list[Step | None],
    tmp_path_factory: pytest.TempPathFactory,
    migrated_sqlite: Path,
) -> None:
    file = shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("fares") / "railfair.db")
    engine = create_engine(
        f"sqlite+aiosqlite:///{file}", pool=PoolSettings(size=2), busy_timeout_s=10
    )
    filed = SqlStorage(engine)
    try:
        assert await take(filed, steps) == await take(MemoryStorage(), steps)
    finally:
        await filed.close()
