"""Days on which trains with a bank holiday flag stay at home."""

from datetime import date
from typing import Protocol


class BankHolidays(Protocol):
    """Knows the bank holidays of England and of Glasgow."""

    def flags(self, day: date) -> frozenset[str]:
        """Return the CIF bank holiday flags that bar running on *day*.

        `X` on bank holidays of England and Wales, `G` on those of Scotland; empty on other days.
        Source: RSPS5046 BS position 29.
        """
        ...
