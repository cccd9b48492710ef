"""Fares that are older than those they take the place of: imported, and said to be."""

from datetime import date
from pathlib import Path

from railfair.adapters.clock.clock import FixedClock
from railfair.adapters.feeds.fares import FileFaresFeed
from railfair.adapters.memory.storage import MemoryStorage
from railfair.application.import_fares import import_fares
from railfair.domain.feed import FeedKind, ImportReport
from support.fares_feed import GENERATED, feed_texts, write_texts


async def notes(storage: MemoryStorage, folder: Path, sequence: str, day: str) -> list[str]:
    """Import a feed that was made on *day*; return what is told of it."""
    report = ImportReport()
    texts = {
        kind: text.replace(GENERATED, day) for kind, text in feed_texts(sequence=sequence).items()
    }
    await import_fares(
        FileFaresFeed([write_texts(folder / sequence, texts, sequence=sequence)]),
        report,
        storage=storage,
        clock=FixedClock(date(2026, 2, 1)),
        tolerance=0.05,
    )
    return [note for note in report.notes if "newer" in note]


async def test_older_fares_are_imported_and_said_to_be_older(tmp_path: Path) -> None:
    storage = MemoryStorage()
    assert await notes(storage, tmp_path, "902", "12/01/2026") == []
    [note] = await notes(storage, tmp_path, "901", "05/01/2026")
    assert note.startswith("RJFAF901, made on 2026-01-05, takes the place of newer fares: RJFAF902")
    async with storage.reading() as unit:
        loaded = await unit.feeds.get(FeedKind.FARES)
    assert loaded is not None
    assert loaded.version == "RJFAF901"


async def test_fares_of_the_same_day_or_newer_are_not(tmp_path: Path) -> None:
    storage = MemoryStorage()
    for sequence, day in (("901", "05/01/2026"), ("902", "05/01/2026"), ("903", "06/01/2026")):
        assert await notes(storage, tmp_path, sequence, day) == []
