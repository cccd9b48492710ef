"""Records that hold for some days of travel only, and are sold from some day on.

Source: END_DATE, START_DATE and QUOTE_DATE of the fares feed; both ends are included.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final, Protocol

OPEN: Final = date(2999, 12, 31)
"""The last day of a record without an end."""


class Dated(Protocol):
    """Holds for travel from *starts_on* to *ends_on*, both included."""

    @property
    def starts_on(self) -> date:
        """The first day of travel."""
        ...

    @property
    def ends_on(self) -> date:
        """The last day of travel."""
        ...


class Quoted(Dated, Protocol):
    """Also is sold from a day on."""

    @property
    def quote_on(self) -> date:
        """The first day of sale."""
        ...


def in_force[Record: Dated](records: Iterable[Record], day: date) -> Record | None:
    """Return the first of *records* that holds for travel on *day*, or `None`."""
    return next((one for one in records if one.starts_on <= day <= one.ends_on), None)


def on_sale[Record: Quoted](records: Iterable[Record], day: date, sold_on: date) -> Record | None:
    """Return the first of *records* for travel on *day* that is sold on *sold_on*, or `None`."""
    return in_force((one for one in records if one.quote_on <= sold_on), day)
