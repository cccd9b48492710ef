"""Importing fares as editions: all of one or nothing, and the one before comes back."""

from datetime import date
from pathlib import Path

import pytest

from railfair.adapters.clock.clock import FixedClock
from railfair.adapters.feeds.fares import DEMO_EXPORTER, FileFaresFeed
from railfair.adapters.memory.storage import MemoryStorage
from railfair.application.import_fares import import_fares, restore_fares, why_not_wanted
from railfair.domain.codes import FareCode
from railfair.domain.errors import BadFeed, Conflict, MixedSources
from railfair.domain.fares.dated import OPEN
from railfair.domain.fares.flow import Flow
from railfair.domain.feed import FeedKind, FeedSource, ImportReport, LoadedFeed
from support.fares_feed import (
    NEEDED,
    NO_FARE,
    feed_text,
    feed_texts,
    ffl,
    flow,
    override,
    write_fares,
    write_texts,
)
from support.fares_rule_lines import location, ticket

TODAY = date(2026, 1, 6)


@pytest.fixture
def storage() -> MemoryStorage:
    return MemoryStorage()


def feed(folder: Path, sequence: str, fare_p: int = 540, *, exporter: str = "Invented") -> Path:
    """Write a feed with one price."""
    flows = [flow("0001", "0002", fares={"SDS": fare_p})]
    return write_fares(folder / sequence, flows=flows, sequence=sequence, exporter=exporter)


async def take(
    storage: MemoryStorage,
    path: Path,
    *,
    report: ImportReport | None = None,
    tolerance: float = 0.05,
) -> LoadedFeed:
    return await import_fares(
        FileFaresFeed([path]),
        report or ImportReport(),
        storage=storage,
        clock=FixedClock(TODAY),
        tolerance=tolerance,
    )


async def loaded(storage: MemoryStorage) -> LoadedFeed | None:
    async with storage.reading() as unit:
        return await unit.feeds.get(FeedKind.FARES)


async def prices(storage: MemoryStorage) -> list[int]:
    async with storage.reading() as unit:
        records = await unit.fares.between({FareCode("0001")}, {FareCode("0002")})
    return [fare.fare_p for one in records if isinstance(one, Flow) for fare in one.fares]


async def states(storage: MemoryStorage) -> list[tuple[int, str, str]]:
    async with storage.reading() as unit:
        return [(one.number, one.version, one.state) for one in await unit.fares.editions()]


async def test_the_loaded_feed_says_what_came_and_when(
    storage: MemoryStorage, tmp_path: Path
) -> None:
    report = ImportReport()
    taken = await take(storage, feed(tmp_path, "901"), report=report)
    assert taken == await loaded(storage)
    assert (taken.kind, taken.version, taken.source) == ("fares", "RJFAF901", "import")
    assert (taken.first_day, taken.last_day) == (date(2026, 1, 5), OPEN)
    assert taken.loaded_at == FixedClock(TODAY).now()
    assert await prices(storage) == [540]
    assert report.kept["fare"] == 1


async def test_every_import_is_an_edition_of_its_own(
    storage: MemoryStorage, tmp_path: Path
) -> None:
    for sequence in ("901", "902", "903"):
        await take(storage, feed(tmp_path, sequence, int(sequence)))
    assert await prices(storage) == [903]
    assert await states(storage) == [
        (1, "RJFAF901", "past"),
        (2, "RJFAF902", "previous"),
        (3, "RJFAF903", "current"),
    ]


async def test_the_fares_before_come_back_once(storage: MemoryStorage, tmp_path: Path) -> None:
    first = await take(storage, feed(tmp_path, "901", 540))
    await take(storage, feed(tmp_path, "902", 620))
    assert await restore_fares(storage=storage) == first
    assert await loaded(storage) == first
    assert await prices(storage) == [540]
    assert await states(storage) == [(1, "RJFAF901", "current"), (2, "RJFAF902", "withdrawn")]
    with pytest.raises(Conflict, match="no earlier version"):
        await restore_fares(storage=storage)
    assert await prices(storage) == [540]


async def test_without_any_fares_there_is_nothing_to_bring_back(storage: MemoryStorage) -> None:
    with pytest.raises(Conflict, match="no earlier version"):
        await restore_fares(storage=storage)


@pytest.mark.parametrize(
    ("there", "given"), [("Invented", DEMO_EXPORTER), (DEMO_EXPORTER, "Invented")]
)
async def test_real_fares_and_the_demos_do_not_mix(
    storage: MemoryStorage, tmp_path: Path, there: str, given: str
) -> None:
    before = await take(storage, feed(tmp_path, "901", 540, exporter=there))
    with pytest.raises(MixedSources, match="empty database"):
        await take(storage, feed(tmp_path, "902", 620, exporter=given))
    assert await loaded(storage) == before
    assert await prices(storage) == [540]


async def test_the_demos_fares_say_that_they_are(storage: MemoryStorage, tmp_path: Path) -> None:
    taken = await take(storage, feed(tmp_path, "901", exporter=DEMO_EXPORTER))
    assert taken.source is FeedSource.DEMO


async def test_too_many_bad_records_leave_the_fares_as_they_were(
    storage: MemoryStorage, tmp_path: Path
) -> None:
    before = await take(storage, feed(tmp_path, "901", 540))
    lines = ffl([flow("0001", "0002", fares={"SDS": 620})])
    texts = feed_texts({"FFL": [*lines, *["RTnonsense"] * 20]}, sequence="902")
    with pytest.raises(BadFeed, match=r"RJFAF902\.FFL:\d+: .*nothing was imported"):
        await take(storage, write_texts(tmp_path / "902", texts, sequence="902"))
    assert await loaded(storage) == before
    assert await prices(storage) == [540]
    assert await states(storage) == [(1, "RJFAF901", "current")]


async def test_what_is_no_feed_is_said_before_that_it_would_be_mixed(
    storage: MemoryStorage, tmp_path: Path
) -> None:
    await take(storage, feed(tmp_path, "901", exporter=DEMO_EXPORTER))
    for content in (b"", b"\x8f\x02\x00" * 99):
        bad = feed(tmp_path, "902")
        (bad / "RJFAF902.FFL").write_bytes(content)
        with pytest.raises(BadFeed, match=r"RJFAF902\.FFL"):
            await take(storage, bad)


@pytest.mark.parametrize("kind", sorted(NEEDED))
async def test_no_file_may_be_lost_however_small_it_is(
    kind: str, storage: MemoryStorage, tmp_path: Path
) -> None:
    bad = write_texts(tmp_path, feed_texts({kind: ["nonsense"]}))
    with pytest.raises(BadFeed, match=rf"^RJFAF901\.{kind}:7: .*nothing was imported"):
        await take(storage, bad)
    assert await loaded(storage) is None


@pytest.mark.parametrize(("read", "bad"), [(2, 1), (39, 1), (40, 2), (100, 5)])
async def test_a_share_of_a_file_may_be_bad_and_always_one_record_among_others(
    read: int, bad: int, storage: MemoryStorage, tmp_path: Path
) -> None:
    report = ImportReport()
    good = [override("0001", "0002", "00000", f"S{n:02}", n) for n in range(read - bad)]
    path = write_fares(tmp_path / "901", NFO=[*good, *["nonsense"] * bad])
    await take(storage, path, report=report)
    assert [(one.file, one.line) for one in report.rejected] == [
        ("RJFAF901.NFO", 7 + line) for line in range(read - bad, read)
    ]


@pytest.mark.parametrize(("read", "bad"), [(1, 1), (3, 2), (39, 2), (100, 6)])
async def test_a_file_with_more_bad_records_gives_the_import_up(
    read: int, bad: int, storage: MemoryStorage, tmp_path: Path
) -> None:
    good = [override("0001", "0002", "00000", f"S{n:02}", n) for n in range(read - bad)]
    path = write_fares(tmp_path / "901", NFO=[*["nonsense"] * bad, *good])
    with pytest.raises(BadFeed, match=rf"RJFAF901\.NFO:7: .*in all {bad} of {read} records"):
        await take(storage, path)


async def test_where_nothing_is_tolerated_not_even_one_of_many_is(
    storage: MemoryStorage, tmp_path: Path
) -> None:
    good = [override("0001", "0002", "00000", f"S{n:02}", n) for n in range(99)]
    path = write_fares(tmp_path / "901", NFO=["nonsense", *good])
    with pytest.raises(BadFeed, match="in all 1 of 100 records"):
        await take(storage, path, tolerance=0)


async def test_fares_that_are_said_to_be_none_count_against_no_file(
    storage: MemoryStorage, tmp_path: Path
) -> None:
    report = ImportReport()
    flows = [flow("0001", "0002", fares={"SDS": 540, **{f"S{n:02}": NO_FARE for n in range(9)}})]
    await take(storage, write_fares(tmp_path, flows=flows), report=report)
    assert [one.line for one in report.rejected] == list(range(9, 18))
    assert report.notes == ["RJFAF901.FFL: 9 x FARE is 99999999, which counts as no fault"]


@pytest.mark.parametrize(
    ("files", "what"),
    [
        ({"LOC": []}, "station"),
        ({"LOC": [location("0001", "AYT", area="87 ")]}, "station"),
        ({"TTY": [ticket("7DS", kind="N")]}, "ticket"),
        ({"RTE": []}, "route"),
        ({"TTY": [], "RTE": []}, "ticket and no route"),
    ],
)
async def test_a_feed_needs_a_station_a_ticket_and_a_route(
    files: dict[str, list[str]], what: str, storage: MemoryStorage, tmp_path: Path
) -> None:
    with pytest.raises(BadFeed, match=f"RJFAF901: holds no {what} that could be read"):
        await take(storage, write_texts(tmp_path, feed_texts(files)))
    assert await loaded(storage) is None


async def test_a_feed_that_is_cut_short_leaves_the_fares_as_they_were(
    storage: MemoryStorage, tmp_path: Path
) -> None:
    await take(storage, feed(tmp_path, "901", 540))
    cut = feed(tmp_path, "902", 620)
    flows = cut / "RJFAF902.FFL"
    flows.write_bytes(flows.read_bytes()[:-60])
    with pytest.raises(BadFeed, match=r"RJFAF902\.FFL"):
        await take(storage, cut)
    assert await prices(storage) == [540]


async def test_a_feed_without_a_fare_is_none(storage: MemoryStorage, tmp_path: Path) -> None:
    texts = feed_texts() | {"FFL": feed_text("FFL", [])}
    with pytest.raises(BadFeed, match="no fare that can be offered"):
        await take(storage, write_texts(tmp_path / "901", texts))
    assert await loaded(storage) is None


async def test_the_update_wants_what_was_never_there_or_is_long_gone(
    storage: MemoryStorage, tmp_path: Path
) -> None:
    for sequence in ("901", "902", "903"):
        await take(storage, feed(tmp_path, sequence))
    await restore_fares(storage=storage)
    await take(storage, feed(tmp_path, "904"))
    async with storage.reading() as unit:
        against = {n: await why_not_wanted(unit, f"RJFAF{n}") for n in range(901, 906)}
    assert against[901] == against[905] == ""
    assert against[902] == "nothing newer than RJFAF902"
    assert "was taken back" in against[903]
    assert against[904] == "nothing newer than RJFAF904"


async def test_what_was_taken_back_and_imported_again_is_simply_there(
    storage: MemoryStorage, tmp_path: Path
) -> None:
    await take(storage, feed(tmp_path, "901"))
    await take(storage, feed(tmp_path, "902"))
    await restore_fares(storage=storage)
    await take(storage, feed(tmp_path, "902"))
    async with storage.reading() as unit:
        assert await why_not_wanted(unit, "RJFAF902") == "nothing newer than RJFAF902"
