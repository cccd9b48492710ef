"""Routes: which way a fare is for."""

from dataclasses import dataclass
from datetime import date

from railfair.domain.codes import Crs, RouteCode

ANY_PERMITTED = "ANY PERMITTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A route; trips pass one of *included* if there are any, and none of *excluded*.

    Source: RTE R and L. That one of several included places is enough is a reading: the feed does
    not say any or all.
    """

    code: RouteCode
    name: str
    starts_on: date
    ends_on: date
    quote_on: date
    included: tuple[Crs, ...] = ()
    excluded: tuple[Crs, ...] = ()

    @property
    def text(self) -> str:
        """The name, or what a route means whose name is a dot."""
        return self.name if self.name.strip(". ") else ANY_PERMITTED
