"""Ready-made fares and discounts that are not standard: the files NFO, NDF and FNS."""

from typing import Final

from railfair.adapters.feeds.fares_fields import (
    any_code,
    code,
    day,
    days,
    fare_p,
    number,
    one_of,
    text,
)
from railfair.adapters.feeds.fares_layout import FNS, NFO, Field
from railfair.adapters.feeds.fares_records import RecordFile, RecordKind
from railfair.domain.codes import (
    FareCode,
    RailcardCode,
    RestrictionCode,
    RouteCode,
    TicketCode,
)
from railfair.domain.fares.flow import DiscountException, ExceptionalPrice, Override

USED: Final = "Y"
"""COMPOSITE_INDICATOR of a record that holds; `N` says that the flow file has the price."""
WITHHELD: Final = frozenset("YS")
"""REBOOK flags by which there is no fare."""


def _override_of(file: str) -> RecordKind[Override]:
    """Return how a file is read whose records are of the type *file* (N or O)."""

    def read(line: str) -> Override | None:
        one_of(line, NFO.ND_RECORD_TYPE, file)
        starts_on, ends_on = days(line, NFO)
        found = Override(
            origin=FareCode(code(line, NFO.ORIGIN_CODE)),
            destination=FareCode(code(line, NFO.DESTINATION_CODE)),
            route=RouteCode(code(line, NFO.ROUTE_CODE)),
            railcard=RailcardCode(any_code(line, NFO.RAILCARD_CODE)),
            ticket=TicketCode(code(line, NFO.TICKET_CODE)),
            starts_on=starts_on,
            ends_on=ends_on,
            quote_on=day(line, NFO.QUOTE_DATE),
            adult_p=fare_p(line, NFO.ADULT_FARE),
            child_p=fare_p(line, NFO.CHILD_FARE),
            restriction=RestrictionCode(any_code(line, NFO.RESTRICTION_CODE)),
        )
        return found if one_of(line, NFO.COMPOSITE_INDICATOR, "YN") == USED else None

    return RecordKind(name="override", read=read)


def overrides(nfo: RecordFile, ndf: RecordFile) -> list[Override]:
    """Return the ready-made fares by origin, destination, route and railcard.

    Of two with the same key the NFO's comes first; if their dates are the same too, it is the only
    one.
    """
    found = list(nfo.of_kind(_override_of("O")))
    taken = {(_key(one), one.ticket, one.starts_on, one.ends_on) for one in found}

    def put(one: Override) -> bool:
        is_new = (_key(one), one.ticket, one.starts_on, one.ends_on) not in taken
        if is_new:
            found.append(one)
        return is_new

    ndf.put_each({"": _override_of("N")}, put)
    return sorted(found, key=_key)


def discount_exceptions(fns: RecordFile) -> list[DiscountException]:
    """Return the discounts by origin, destination, route and railcard."""
    return sorted(fns.of_kind(_DISCOUNT_EXCEPTION), key=_key)


def _key(one: Override | DiscountException) -> tuple[str, str, str, str]:
    return one.origin, one.destination, one.route, one.railcard


def _discount_exception(line: str) -> DiscountException:
    starts_on, ends_on = days(line, FNS)
    return DiscountException(
        origin=FareCode(code(line, FNS.ORIGIN_CODE, may_be_any=True)),
        destination=FareCode(code(line, FNS.DESTINATION_CODE, may_be_any=True)),
        route=RouteCode(code(line, FNS.ROUTE_CODE, may_be_any=True)),
        railcard=RailcardCode(any_code(line, FNS.RAILCARD_CODE, may_be_any=True)),
        ticket=TicketCode(code(line, FNS.TICKET_CODE, may_be_any=True)),
        starts_on=starts_on,
        ends_on=ends_on,
        quote_on=day(line, FNS.QUOTE_DATE),
        use_code=FareCode(any_code(line, FNS.USE_NLC)),
        adult=_price(line, FNS.ADULT_NODIS_FLAG, FNS.ADULT_ADD_ON_AMOUNT, FNS.ADULT_REBOOK_FLAG),
        child=_price(line, FNS.CHILD_NODIS_FLAG, FNS.CHILD_ADD_ON_AMOUNT, FNS.CHILD_REBOOK_FLAG),
    )


def _price(line: str, flag: Field, add_on: Field, rebook: Field) -> ExceptionalPrice:
    """Return what takes the place of a discount; beside a flag the amount may be blank."""
    kind = one_of(line, flag, "NXD ").strip()
    return ExceptionalPrice(
        flag=kind,
        add_on_p=number(line, add_on) if text(line, add_on) or not kind else 0,
        is_withheld=one_of(line, rebook, "NYS") in WITHHELD,
    )


_DISCOUNT_EXCEPTION: Final = RecordKind(name="discount exception", read=_discount_exception)
