"""Ticket types, how long they are valid, and on whose trains."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from railfair.domain.codes import RestrictionCode, TicketCode, TocCode


class TicketClass(StrEnum):
    """Class of travel."""

    STANDARD = "standard"
    FIRST = "first"


class TicketKind(StrEnum):
    """What sort of fare a ticket is, as passengers call it."""

    ANYTIME = "anytime"
    OFF_PEAK = "off_peak"
    SUPER_OFF_PEAK = "super_off_peak"
    ADVANCE = "advance"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketType:
    """A ticket for travel, single or return; seasons and supplements are none.

    *most_passengers* share one ticket; *most_children* 0 says that there is no child's version.
    *discount_category* is the key into a status's discounts. Source: TTY.
    """

    code: TicketCode
    name: str
    ticket_class: TicketClass
    is_return: bool
    starts_on: date
    ends_on: date
    quote_on: date
    last_day: date
    """The last day on which any such ticket can be used (LAST_VALID_DAY)."""
    validity: str
    discount_category: str
    fewest_passengers: int = 1
    most_passengers: int = 1
    fewest_adults: int = 0
    most_adults: int = 1
    fewest_children: int = 0
    most_children: int = 1
    reservation: str = "N"
    package: str = "N"

    @property
    def kind(self) -> TicketKind:
        """What sort of fare it is, by the words of its name, of which the feed has no code."""
        name = self.name.upper().replace("-", "").replace(" ", "")
        if "ADVANCE" in name:
            return TicketKind.ADVANCE
        if "SUPEROFFP" in name:
            return TicketKind.SUPER_OFF_PEAK
        if "OFFP" in name:
            return TicketKind.OFF_PEAK
        return TicketKind.ANYTIME if "ANYTIME" in name else TicketKind.OTHER


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """On which days a ticket may be used, counted from the day it is for. Source: TVL.

    *return_after_weekday* is 0 for Monday: the way back is not before such a day has passed.
    """

    code: str
    name: str
    starts_on: date
    ends_on: date
    out_days: int
    out_months: int
    return_days: int
    return_months: int
    return_after_days: int = 0
    return_after_months: int = 0
    return_after_weekday: int | None = None
    breaks_out: bool = True
    breaks_return: bool = True
    text_out: str = ""
    text_return: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorTicket:
    """An operator on whose trains a ticket is good; with any such record, others' are barred.

    *toc* empty: all connecting operators. *restriction_flag* is 0 (with that *restriction*), 1
    (without any) or 2 (always); *direction* O, R or B (both). Source: TSP.
    """

    ticket: TicketCode
    restriction: RestrictionCode
    restriction_flag: str
    direction: str
    toc: TocCode
    is_connecting: bool
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvancePurchase:
    """How long before travel a ticket has to be bought. Source: TAP.

    *check* is 0 (by a date), 1 (hours before departure) or 2 (days before, until *until_min*).
    """

    ticket: TicketCode
    restriction: RestrictionCode
    restriction_flag: str
    toc: TocCode
    starts_on: date
    ends_on: date
    check: str
    value: str
    until_min: int | None

    @property
    def is_by_the_hour(self) -> bool:
        """Whether the time of departure decides."""
        return self.check == "1"
