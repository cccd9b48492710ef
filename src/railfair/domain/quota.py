"""How much one client may ask for."""

import re
from dataclasses import dataclass
from typing import Final

from railfair.domain.errors import MalformedParameter

PERIODS_S: Final = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
MOST_REQUESTS: Final = 1_000_000_000
WRITTEN: Final = re.compile(r"([1-9]\d{0,9})/(second|minute|hour|day)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """At most *requests* in any *period_s* seconds."""

    requests: int
    period_s: int

    def __str__(self) -> str:
        """Return the quota as `quota` reads it, such as `600/minute`."""
        names = {seconds: name for name, seconds in PERIODS_S.items()}
        return f"{self.requests}/{names[self.period_s]}"


def quota(text: str) -> Quota:
    """Return the quota written as a number, a slash and second, minute, hour or day.

    Raises:
        MalformedParameter: it is written otherwise, or is beyond 1 000 000 000 requests.
    """
    found = WRITTEN.fullmatch(text.strip().lower())
    if found is None or int(found[1]) > MOST_REQUESTS:
        raise MalformedParameter(
            "quota",
            "has to be a number of requests in a second, minute, hour or day, such as 600/minute",
        )
    return Quota(requests=int(found[1]), period_s=PERIODS_S[found[2]])
