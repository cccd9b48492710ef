"""Who travels, and what they pay together."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from railfair.domain.errors import InvalidParameter

MOST_PEOPLE: Final = 9


@dataclass(frozen=True, slots=True)
class Party:
    """Who travels: up to nine people, children being 5 to 15 years old.

    Raises:
        InvalidParameter: nobody travels, or too many.
    """

    adults: int = 1
    children: int = 0

    def __post_init__(self) -> None:
        for name, number in (("adults", self.adults), ("children", self.children)):
            if not 0 <= number <= MOST_PEOPLE:
                raise InvalidParameter(name, f"has to be from 0 to {MOST_PEOPLE}")
        if self.people == 0:
            raise InvalidParameter("adults", "is 0, and there are no children either")
        if self.people > MOST_PEOPLE:
            detail = f"with the adults that makes {self.people} people, more than {MOST_PEOPLE}"
            raise InvalidParameter("children", detail)

    @property
    def people(self) -> int:
        """How many travel."""
        return self.adults + self.children


class Each(NamedTuple):
    """What an adult and a child pay, in pence; `None`: there is no such fare."""

    adult_p: int | None
    child_p: int | None

    def or_less(self, other: "Each") -> "Each":
        """Return for each the lower price of the two."""
        return Each(_lower(self.adult_p, other.adult_p), _lower(self.child_p, other.child_p))


def total_p(adults: int, children: int, each: Each) -> int | None:
    """Return what so many pay *each*, each for themselves; `None` if somebody cannot have it."""
    if (adults and each.adult_p is None) or (children and each.child_p is None):
        return None
    return adults * (each.adult_p or 0) + children * (each.child_p or 0)


def least_total_p(
    party: Party, plain: Each, with_card: Each, covered: Iterable[tuple[int, int]]
) -> int | None:
    """Return the least that *party* can pay if a railcard covers one of *covered*, or nobody.

    Those are numbers of adults and children. `None` if somebody cannot have the fare.
    """
    totals: list[int] = []
    for adults, children in ((0, 0), *covered):
        with_p = total_p(adults, children, with_card)
        without_p = total_p(party.adults - adults, party.children - children, plain)
        if with_p is not None and without_p is not None:
            totals.append(with_p + without_p)
    return min(totals, default=None)


def _lower(one: int | None, other: int | None) -> int | None:
    return min((price_p for price_p in (one, other) if price_p is not None), default=None)
