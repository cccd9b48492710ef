"""Editions: fares feeds as they were imported, one after the other."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from railfair.domain.feed import FeedSource


class EditionState(StrEnum):
    """What became of an edition.

    `CURRENT` answers; `PREVIOUS` can be restored; of a `PAST` one only the prices that changed are
    kept; a `WITHDRAWN` one was taken back and is not imported again by itself.
    """

    CURRENT = "current"
    PREVIOUS = "previous"
    PAST = "past"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class FareEdition:
    """One imported fares feed; *number* counts up from 1, *version* is its name (`RJFAF900`)."""

    number: int
    version: str
    source: FeedSource
    generated_on: date
    """The day on which the railway made it; the prices are known to hold from then on."""
    loaded_at: datetime
    state: EditionState = EditionState.CURRENT
