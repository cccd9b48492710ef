"""Import a fares feed as a new edition, and take the newest edition back."""

from collections.abc import Iterable
from typing import Protocol

from railfair.application.importing import CountedFile, check_files, check_source
from railfair.domain.errors import BadFeed, Conflict
from railfair.domain.fares.dated import OPEN
from railfair.domain.fares.edition import EditionState, FareEdition
from railfair.domain.fares.rulebook import RuleBook
from railfair.domain.feed import FeedKind, ImportReport, LoadedFeed
from railfair.ports.clock import Clock
from railfair.ports.fares_feed import FaresFeed
from railfair.ports.storage import Storage, UnitOfWork


class CountedFeed(FaresFeed, Protocol):
    """A fares feed that says of each of its files how many records are bad."""

    @property
    def counted(self) -> Iterable[CountedFile]:
        """The files that have been read so far."""
        ...


async def import_fares(
    feed: CountedFeed, report: ImportReport, *, storage: Storage, clock: Clock, tolerance: float
) -> LoadedFeed:
    """Import *feed* as a whole or not at all; count in *report* what was read and kept.

    Readers see the old fares until the new ones are complete; the old ones can be restored.

    Raises:
        BadFeed: it is no whole fares feed, or more than the share *tolerance* of a file is bad.
        MixedSources: it is real and the loaded fares a demo's, or the other way round.
    """
    header = feed.header()
    async with storage.writing() as unit:
        before = await unit.feeds.get(FeedKind.FARES)
        check_source(before, header.source)
        editions = await unit.fares.editions()
        edition = FareEdition(
            number=1 + max((one.number for one in editions), default=0),
            version=header.version,
            source=header.source,
            generated_on=header.generated_on,
            loaded_at=clock.now(),
        )
        rules = feed.rules(report)
        check_files(feed.counted, tolerance)
        _check_rules(header.version, rules)
        await unit.fares.put(edition, rules, feed.prices(report))
        check_files(feed.counted, tolerance)
        if not report.kept.get("fare"):
            raise BadFeed(header.version, "holds no fare that can be offered")
        _note_age(edition, before, report)
        loaded = _loaded(edition)
        await unit.feeds.put(loaded)
        return loaded


async def restore_fares(*, storage: Storage) -> LoadedFeed:
    """Make the fares before the last import current again; return what is loaded now.

    The fares taken back are not imported again by the daily update.

    Raises:
        Conflict: there are no earlier fares to go back to.
    """
    async with storage.writing() as unit:
        restored = await unit.fares.restore()
        if restored is None:
            raise Conflict("there is no earlier version of the fares to go back to")
        loaded = _loaded(restored)
        await unit.feeds.put(loaded)
        return loaded


async def why_not_wanted(unit: UnitOfWork, version: str) -> str:
    """Return why the daily update should not import a feed *version*; nothing if it should.

    It imports none that is there or that was taken back. Names come round again in the end, so
    one that has long been replaced says nothing.
    """
    states = {one.state for one in await unit.fares.editions() if one.version == version}
    if states & {EditionState.CURRENT, EditionState.PREVIOUS}:
        return f"nothing newer than {version}"
    if EditionState.WITHDRAWN in states:
        return f"{version} was taken back, so it is not imported again by itself (--force does)"
    return ""


def _check_rules(version: str, rules: RuleBook) -> None:
    """Raise `BadFeed` if *rules* lack something without which there is no fare."""
    needed = {"station": rules.locations, "ticket": rules.tickets, "route": rules.routes}
    missing = [what for what, held in needed.items() if not held]
    if missing:
        raise BadFeed(version, f"holds no {' and no '.join(missing)} that could be read")


def _note_age(edition: FareEdition, before: LoadedFeed | None, report: ImportReport) -> None:
    """Tell in *report* that *edition* is older than the fares *before* it, if it is."""
    if before is not None and edition.generated_on < before.first_day:
        report.notes.append(
            f"{edition.version}, made on {edition.generated_on}, takes the place of newer fares:"
            f" {before.version}, made on {before.first_day} (railfair feeds restore fares)"
        )


def _loaded(edition: FareEdition) -> LoadedFeed:
    return LoadedFeed(
        kind=FeedKind.FARES,
        version=edition.version,
        source=edition.source,
        loaded_at=edition.loaded_at,
        first_day=edition.generated_on,
        last_day=OPEN,
    )
