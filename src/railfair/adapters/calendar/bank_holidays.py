"""Bank holidays, from the `holidays` package."""

from datetime import date

import holidays


class GreatBritain:
    """See `ports.bank_holidays`: `X` for England and Wales, `G` for Scotland."""

    def __init__(self) -> None:
        self._calendars = {
            "X": holidays.country_holidays("GB", subdiv="ENG"),
            "G": holidays.country_holidays("GB", subdiv="SCT"),
        }

    def flags(self, day: date) -> frozenset[str]:
        """Return the CIF bank holiday flags that bar running on *day*."""
        return frozenset(flag for flag, calendar in self._calendars.items() if day in calendar)
