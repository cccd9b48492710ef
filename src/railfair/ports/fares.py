"""The prices and rules of the fares feed, within a unit of work."""

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from railfair.domain.codes import FareCode
from railfair.domain.fares.edition import FareEdition
from railfair.domain.fares.flow import FareRecord
from railfair.domain.fares.rulebook import RuleBook


class Fares(Protocol):
    """The current edition of the fares, the one before it, and what changed since older ones."""

    async def editions(self) -> Sequence[FareEdition]:
        """Return every edition that was ever imported, by number."""
        ...

    async def rules(self) -> RuleBook | None:
        """Return the rules of the current edition, or `None` if there is none."""
        ...

    async def between(
        self, ones: Collection[FareCode], others: Collection[FareCode]
    ) -> Sequence[FareRecord]:
        """Return the current records from a code of *ones* to a code of *others* or back.

        Also those discounts that hold for any code at an end. Each record comes once, by origin and
        destination; those of one such pair in the order in which they were put.
        """
        ...

    async def history(
        self, ones: Collection[FareCode], others: Collection[FareCode]
    ) -> Sequence[tuple[FareEdition, Sequence[FareRecord]]]:
        """Return what `between` returned or would have in each edition, oldest first.

        Editions that were withdrawn are left out.
        """
        ...

    async def put(
        self, edition: FareEdition, rules: RuleBook, records: Iterable[FareRecord]
    ) -> None:
        """Make *edition* the current one, and what was current the previous one.

        *records* come in the order of `ports.fares_feed`. The one that was previous is reduced to
        what changed since.
        """
        ...

    async def restore(self) -> FareEdition | None:
        """Make the previous edition current again, and withdraw the current one.

        Return the edition that is current now, or `None`, and change nothing, if there is no
        previous one.
        """
        ...
