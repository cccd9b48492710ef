"""The fares, in dicts: every edition whole, whatever became of it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import product

from railfair.domain.codes import FareCode
from railfair.domain.fares.edition import EditionState, FareEdition
from railfair.domain.fares.flow import ANY_CODE, DiscountException, FareRecord
from railfair.domain.fares.rulebook import RuleBook

type Pair = tuple[FareCode, FareCode]
type Records = dict[Pair, list[FareRecord]]
"""Records by origin and destination, in the order in which they were put."""


class MemoryFares:
    """See `ports.fares`."""

    def __init__(self) -> None:
        self._editions: dict[int, FareEdition] = {}
        self._rules: dict[int, RuleBook] = {}
        self._records: dict[int, Records] = {}

    def copy(self) -> "MemoryFares":
        """Return a copy that can be written without touching this one."""
        other = MemoryFares()
        other._editions = dict(self._editions)
        other._rules = dict(self._rules)
        other._records = dict(self._records)
        return other

    async def editions(self) -> list[FareEdition]:
        """Return every edition that was ever imported, by number."""
        return [self._editions[number] for number in sorted(self._editions)]

    async def rules(self) -> RuleBook | None:
        """Return the rules of the current edition, or `None` if there is none."""
        current = self._one(EditionState.CURRENT)
        return None if current is None else self._rules[current.number]

    async def between(
        self, ones: Collection[FareCode], others: Collection[FareCode]
    ) -> list[FareRecord]:
        """Return the current records from a code of *ones* to a code of *others* or back."""
        current = self._one(EditionState.CURRENT)
        return [] if current is None else _between(self._records[current.number], ones, others)

    async def history(
        self, ones: Collection[FareCode], others: Collection[FareCode]
    ) -> list[tuple[FareEdition, Sequence[FareRecord]]]:
        """Return what `between` returned or would have in each edition, oldest first."""
        return [
            (edition, _between(self._records[edition.number], ones, others))
            for edition in await self.editions()
            if edition.state is not EditionState.WITHDRAWN
        ]

    async def put(
        self, edition: FareEdition, rules: RuleBook, records: Iterable[FareRecord]
    ) -> None:
        """Make *edition* the current one, and what was current the previous one."""
        by_pair: Records = {}
        for record in records:
            by_pair.setdefault((record.origin, record.destination), []).append(record)
        self._turn(EditionState.PREVIOUS, EditionState.PAST)
        self._turn(EditionState.CURRENT, EditionState.PREVIOUS)
        self._editions[edition.number] = replace(edition, state=EditionState.CURRENT)
        self._rules[edition.number] = rules
        self._records[edition.number] = by_pair

    async def restore(self) -> FareEdition | None:
        """Make the previous edition current again, and withdraw the current one."""
        if self._one(EditionState.PREVIOUS) is None:
            return None
        self._turn(EditionState.CURRENT, EditionState.WITHDRAWN)
        self._turn(EditionState.PREVIOUS, EditionState.CURRENT)
        return self._one(EditionState.CURRENT)

    def _one(self, state: EditionState) -> FareEdition | None:
        return next((one for one in self._editions.values() if one.state is state), None)

    def _turn(self, before: EditionState, after: EditionState) -> None:
        edition = self._one(before)
        if edition is not None:
            self._editions[edition.number] = replace(edition, state=after)


def _between(
    records: Records, ones: Collection[FareCode], others: Collection[FareCode]
) -> list[FareRecord]:
    named = _pairs(ones, others)
    return [
        record
        for pair in sorted(_pairs({*ones, ANY_CODE}, {*others, ANY_CODE}))
        for record in records.get(pair, ())
        if pair in named or isinstance(record, DiscountException)
    ]


def _pairs(ones: Collection[FareCode], others: Collection[FareCode]) -> set[Pair]:
    return {*product(ones, others), *product(others, ones)}
