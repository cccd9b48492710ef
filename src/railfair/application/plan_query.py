"""The question for journeys, and its limits."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from railfair.domain.codes import Crs, RailcardCode
from railfair.domain.errors import InvalidParameter
from railfair.domain.fares.rulebook import NO_RAILCARD
from railfair.domain.fares.ticket import TicketClass
from railfair.domain.fares.till import Party
from railfair.domain.planner.search import Terms
from railfair.domain.railtime import MINUTES_A_DAY

MOST_CHANGES: Final = 8
LONGEST_WINDOW_MIN: Final = MINUTES_A_DAY
MOST_VIA: Final = 5
MOST_SHOWN: Final = 30
DEADLINE_WINDOW_MIN: Final = 240
"""How long before a deadline journeys are looked for, if no longer window is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanQuery:
    """Journeys that leave at *time_min* of *day* or later, or with *arrives* by then.

    *window_min* is the length of the period of departures (or arrivals). *certainty* (0-1) is how
    sure one wants to be there by then. *latest_first* is said by pages: whether it goes back from
    journeys already shown, so that of those there is no room for the first are left out, or on.
    """

    origin: Crs
    destination: Crs
    day: date
    time_min: int
    arrives: bool = False
    window_min: int = 120
    max_changes: int = 4
    via: tuple[Crs, ...] = ()
    avoid: tuple[Crs, ...] = ()
    extra_interchange_min: int = 0
    party: Party = field(default_factory=lambda: Party(1, 0))
    railcard: RailcardCode = NO_RAILCARD
    ticket_class: TicketClass | None = TicketClass.STANDARD
    certainty: float | None = None
    value_of_time_p_per_hour: int = 1200
    limit: int = 8
    latest_first: bool | None = None

    def __post_init__(self) -> None:
        if self.origin == self.destination:
            raise InvalidParameter("destination", "is the same station as origin")
        ends = {self.origin, self.destination}
        for name, codes in (("via", self.via), ("avoid", self.avoid)):
            if len(codes) > MOST_VIA:
                raise InvalidParameter(name, f"has to be at most {MOST_VIA} stations")
        if len(set(self.via)) < len(self.via):
            raise InvalidParameter("via", "names a station twice")
        if ends & set(self.via):
            raise InvalidParameter("via", "is the origin or the destination")
        if ends & set(self.avoid):
            raise InvalidParameter("avoid", "is the origin or the destination")
        if set(self.via) & set(self.avoid):
            raise InvalidParameter("avoid", "is a station to go via")
        if self.certainty is not None and not self.arrives:
            raise InvalidParameter("arrive_with_certainty", "needs arrive_by")

    @property
    def terms(self) -> Terms:
        """What its journeys have to keep to."""
        return Terms(
            origin=self.origin,
            destination=self.destination,
            most_changes=self.max_changes,
            via=self.via,
            avoid=frozenset(self.avoid),
            extra_min=self.extra_interchange_min,
        )

    @property
    def takes_last(self) -> bool:
        """Whether the last journeys are shown where there is no room for all."""
        return self.arrives if self.latest_first is None else self.latest_first

    @property
    def is_beyond(self) -> bool:
        """Whether it goes on from an end of what was shown, behind which all was shown already.

        An earlier page ends, by departure, where another begins; a later one of arrivals begins
        where another ends.
        """
        return self.latest_first is not None and self.latest_first != self.arrives

    @property
    def period(self) -> tuple[int, int]:
        """The first and the last minute of the window."""
        if not self.arrives:
            return self.time_min, self.time_min + self.window_min - 1
        window = self.window_min
        if self.certainty is not None:
            window = max(window, DEADLINE_WINDOW_MIN)
        return self.time_min - window + 1, self.time_min
