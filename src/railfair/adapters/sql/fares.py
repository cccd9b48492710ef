"""The fares, in the tables `fare_edition`, `fare_rules`, `fare_directory` and `fare_entry`.

An entry is all records of one kind between two codes, packed into one body (see `fare_bodies`).
The current and the previous edition have all their entries; of older ones `fare_change` tells:
it keeps, for each entry that an edition changed, what it was before.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import batched, groupby
from typing import Any, Final

from sqlalchemy import CompoundSelect, delete, insert, literal, or_, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from railfair.adapters.sql.bulk import chunks, insert_plain
from railfair.adapters.sql.fare_bodies import (
    KINDS,
    entry_of,
    origin_destination_kind,
    pack,
    pack_rules,
    unpack,
    unpack_rules,
)
from railfair.adapters.sql.fare_directory import FareDirectory, merged
from railfair.adapters.sql.schema import (
    fare_change,
    fare_directory,
    fare_edition,
    fare_entry,
    fare_rules,
)
from railfair.domain.codes import FareCode
from railfair.domain.fares.edition import EditionState, FareEdition
from railfair.domain.fares.flow import FareRecord
from railfair.domain.fares.rulebook import RuleBook
from railfair.domain.feed import FeedSource

BATCH: Final = 2_000
"""Entries that are packed at once: other work of the process waits no longer than that takes."""


@dataclass(slots=True)
class OpenedEdition:
    """What was read of an edition that is current: reading it again would take a while."""

    edition: FareEdition
    rules: RuleBook | None = None
    directory: FareDirectory | None = None


class OpenedFares:
    """The edition that was opened last, shared by units of work that only read."""

    def __init__(self) -> None:
        self._last: OpenedEdition | None = None

    def of(self, edition: FareEdition) -> OpenedEdition:
        """Return what was read of *edition* so far."""
        if self._last is None or self._last.edition != edition:
            self._last = OpenedEdition(edition)
        return self._last


class SqlFares:
    """See `ports.fares`."""

    def __init__(self, connection: AsyncConnection, opened: OpenedFares) -> None:
        self._connection = connection
        self._shared = opened
        self._opened: OpenedEdition | None = None

    async def editions(self) -> list[FareEdition]:
        """Return every edition that was ever imported, by number."""
        query = select(fare_edition).order_by(fare_edition.c.number)
        return [_edition(row) for row in (await self._connection.execute(query)).mappings()]

    async def rules(self) -> RuleBook | None:
        """Return the rules of the current edition, or `None` if there is none."""
        opened = await self._current()
        if opened is None:
            return None
        if opened.rules is None:
            kept = fare_rules.c.edition == opened.edition.number
            query = select(fare_rules.c.document).where(kept)
            document: bytes = (await self._connection.execute(query)).scalar_one()
            opened.rules = unpack_rules(document)
        return opened.rules

    async def between(
        self, ones: Collection[FareCode], others: Collection[FareCode]
    ) -> list[FareRecord]:
        """Return the current records from a code of *ones* to a code of *others* or back."""
        opened = await self._current()
        if opened is None:
            return []
        return _in_order(await self._entries(opened, await self._names(opened, ones, others)))

    async def history(
        self, ones: Collection[FareCode], others: Collection[FareCode]
    ) -> list[tuple[FareEdition, Sequence[FareRecord]]]:
        """Return what `between` returned or would have in each edition, oldest first."""
        opened = await self._current()
        if opened is None:
            return []
        names = await self._names(opened, ones, others)
        entries = await self._entries(opened, names)
        changes = await self._changes(names)
        told: list[tuple[FareEdition, Sequence[FareRecord]]] = []
        records = _in_order(entries)
        for edition in reversed(await self.editions()):
            if edition.state is EditionState.WITHDRAWN:
                continue
            told.append((edition, records))
            if edition.number in changes:
                entries |= changes[edition.number]
                records = _in_order(entries)
        return told[::-1]

    async def put(
        self, edition: FareEdition, rules: RuleBook, records: Iterable[FareRecord]
    ) -> None:
        """Make *edition* the current one, and what was current the previous one."""
        former = await self._current()
        self._opened = None
        for number in await self._numbers(EditionState.PREVIOUS):
            await self._drop_entries(number)
        await self._turn(EditionState.PREVIOUS, EditionState.PAST)
        await self._turn(EditionState.CURRENT, EditionState.PREVIOUS)
        current = replace(edition, state=EditionState.CURRENT)
        await self._connection.execute(insert(fare_edition).values(**asdict(current)))
        document = pack_rules(rules)
        await insert_plain(self._connection, fare_rules, [(edition.number, document)])
        pairs = await self._put_entries(edition.number, records)
        before = {} if former is None else await self._pairs(former.edition.number)
        await self._put_directory(edition.number, merged(pairs, before))
        if former is not None:
            await self._put_changes(edition.number, former.edition.number)

    async def restore(self) -> FareEdition | None:
        """Make the previous edition current again, and withdraw the current one."""
        self._opened = None
        if not await self._numbers(EditionState.PREVIOUS):
            return None
        for number in await self._numbers(EditionState.CURRENT):
            await self._drop_entries(number)
            stale = fare_change.c.edition == number
            await self._connection.execute(delete(fare_change).where(stale))
        await self._turn(EditionState.CURRENT, EditionState.WITHDRAWN)
        await self._turn(EditionState.PREVIOUS, EditionState.CURRENT)
        opened = await self._current()
        return None if opened is None else opened.edition

    async def _current(self) -> OpenedEdition | None:
        """Return the current edition; it is looked up once, until it is another."""
        if self._opened is not None:
            return self._opened
        is_current = fare_edition.c.state == EditionState.CURRENT.value
        rows = await self._connection.execute(select(fare_edition).where(is_current))
        row = rows.mappings().one_or_none()
        self._opened = None if row is None else self._shared.of(_edition(row))
        return self._opened

    async def _numbers(self, state: EditionState) -> list[int]:
        query = select(fare_edition.c.number).where(fare_edition.c.state == state.value)
        return list(await self._connection.scalars(query))

    async def _turn(self, before: EditionState, after: EditionState) -> None:
        editions = update(fare_edition).where(fare_edition.c.state == before.value)
        await self._connection.execute(editions.values(state=after.value))

    async def _names(
        self, opened: OpenedEdition, ones: Collection[FareCode], others: Collection[FareCode]
    ) -> list[str]:
        if opened.directory is None:
            opened.directory = FareDirectory(await self._pairs(opened.edition.number))
        return opened.directory.entries(ones, others)

    async def _pairs(self, number: int) -> dict[str, bytes]:
        query = select(fare_directory.c.kind, fare_directory.c.pairs)
        rows = await self._connection.execute(query.where(fare_directory.c.edition == number))
        return {row.kind: row.pairs for row in rows}

    async def _entries(
        self, opened: OpenedEdition, names: Sequence[str]
    ) -> dict[str, Sequence[FareRecord]]:
        """Return the records of those of the entries *names* that the edition has."""
        entries: dict[str, Sequence[FareRecord]] = {}
        for part in chunks(names):
            query = select(fare_entry.c.entry, fare_entry.c.body).where(
                fare_entry.c.edition == opened.edition.number, fare_entry.c.entry.in_(part)
            )
            rows = await self._connection.execute(query)
            entries |= {row.entry: unpack(row.entry, row.body) for row in rows}
        return entries

    async def _changes(self, names: Sequence[str]) -> dict[int, dict[str, Sequence[FareRecord]]]:
        """Return by edition the records that each of the entries *names* had before it."""
        changes: dict[int, dict[str, Sequence[FareRecord]]] = {}
        for part in chunks(names):
            query = select(fare_change).where(fare_change.c.entry.in_(part))
            for row in await self._connection.execute(query):
                before = () if row.before is None else unpack(row.entry, row.before)
                changes.setdefault(row.edition, {})[row.entry] = before
        return changes

    async def _put_entries(
        self, number: int, records: Iterable[FareRecord]
    ) -> Mapping[str, bytearray]:
        """Insert *records*; return their pairs of codes by kind, each 8 bytes."""
        pairs = {kind: bytearray() for kind in KINDS}
        for rows in batched(_packed(number, records), BATCH):
            await insert_plain(self._connection, fare_entry, rows)
            for _, entry, _ in rows:
                pairs[entry[0]] += entry[1:].encode("ascii")
        return pairs

    async def _put_directory(self, number: int, pairs: Mapping[str, bytes]) -> None:
        rows = [(number, kind, stored) for kind, stored in pairs.items()]
        await insert_plain(self._connection, fare_directory, rows)

    async def _put_changes(self, number: int, former: int) -> None:
        """Keep what *former* had in the entries that *number* changed."""
        # As one INSERT … SELECT, SQLite would hold in memory what it takes to undo all of it.
        changes = await self._connection.stream(_differences(number, former))
        async for rows in changes.partitions(BATCH):
            await insert_plain(self._connection, fare_change, [tuple(row) for row in rows])

    async def _drop_entries(self, number: int) -> None:
        for table in (fare_entry, fare_directory, fare_rules):
            await self._connection.execute(delete(table).where(table.c.edition == number))


def _edition(row: Mapping[Any, Any]) -> FareEdition:
    enums = {"source": FeedSource(row["source"]), "state": EditionState(row["state"])}
    return FareEdition(**{**row, **enums})


def _differences(number: int, former: int) -> CompoundSelect[*tuple[Any, ...]]:
    """Return rows of `fare_change`: what *former* had where *number* has not the same."""
    new, old = fare_entry.alias("new"), fare_entry.alias("old")
    was_there = (old.c.edition == former) & (old.c.entry == new.c.entry)
    is_there = (new.c.edition == number) & (new.c.entry == old.c.entry)
    changed = (
        select(new.c.entry, literal(number), old.c.body)
        .select_from(new.outerjoin(old, was_there))
        .where(new.c.edition == number, or_(old.c.entry.is_(None), old.c.body != new.c.body))
    )
    gone = select(old.c.entry, literal(number), old.c.body).where(
        old.c.edition == former, ~select(new.c.entry).where(is_there).exists()
    )
    return union_all(changed, gone)


def _packed(number: int, records: Iterable[FareRecord]) -> Iterator[tuple[int, str, bytes]]:
    return ((number, entry, pack(entry, same)) for entry, same in groupby(records, key=entry_of))


def _in_order(entries: Mapping[str, Sequence[FareRecord]]) -> list[FareRecord]:
    return [
        record
        for entry in sorted(entries, key=origin_destination_kind)
        for record in entries[entry]
    ]
