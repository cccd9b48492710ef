"""Bank holidays as they are given."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date


class MemoryBankHolidays:
    """See `ports.bank_holidays`: the days given by flag, and no others."""

    def __init__(self, days: Mapping[str, AbstractSet[date]]) -> None:
        self._days = days

    def flags(self, day: date) -> frozenset[str]:
        """Return the CIF bank holiday flags that bar running on *day*."""
        return frozenset(flag for flag, days in self._days.items() if day in days)
