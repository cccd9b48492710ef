"""Restriction codes of the demo: when tickets and railcards are not good.

Times are HHMM, both ends barred. Bands leave out Christmas and New Year's Day.
"""

from dataclasses import dataclass
from typing import Final

LONDON: Final = ("EUS", "KGX", "PAD", "LST", "MYB")
MON_FRI: Final = "YYYYYNN"
BANDS: Final = (("0102", "1224"), ("1227", "1231"))


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeBar:
    """One TR record: *direction* O or R, *event* A or D at *crs* ("" everywhere).

    With *minimum_fare* the ticket is good, at the railcard's lowest price.
    """

    direction: str
    first: str
    last: str
    event: str
    crs: str = ""
    minimum_fare: bool = False
    tocs: tuple[str, ...] = ()
    bands: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """A code; *listed* trains ("P" good, "N" barred) are named by operator and rank."""

    code: str
    name: str
    outward: str
    back: str
    bars: tuple[TimeBar, ...]
    trains_act: str = "N"
    listed: tuple[tuple[str, int], ...] = ()
    only_at: tuple[str, ...] = ()


def _london(direction: str, event: str, *spans: tuple[str, str]) -> tuple[TimeBar, ...]:
    """Return the bars at every London terminal; Paddington has a gap of one good minute."""
    return tuple(
        TimeBar(direction=direction, first=first, last=last, event=event, crs=crs)
        for crs in LONDON
        for span in spans
        for first, last in (_with_gap(*span) if crs == "PAD" else (span,))
    )


def _with_gap(first: str, last: str) -> tuple[tuple[str, str], ...]:
    return ((first, "0938"), ("0940", last)) if first < "0938" < last else ((first, last),)


def _everywhere(last: str, *, minimum_fare: bool = False) -> tuple[TimeBar, ...]:
    return tuple(
        TimeBar(direction=way, first="0430", last=last, event="D", minimum_fare=minimum_fare)
        for way in "OR"
    )


RESTRICTIONS: Final = (
    Restriction(
        code="B1",
        name="OFF-PEAK TO LONDON",
        outward="NOT ARRIVING LONDON BEFORE 1000 MON-FRI",
        back="NOT LEAVING LONDON 1629 TO 1833 MON-FRI",
        bars=_london("O", "A", ("0430", "0959")) + _london("R", "D", ("1629", "1833")),
    ),
    Restriction(
        code="B2",
        name="OFF-PEAK FROM LONDON",
        outward="NOT LEAVING LONDON BEFORE 0930 OR 1559-1859",
        back="NOT ARRIVING LONDON BEFORE 1000 MON-FRI",
        bars=_london("O", "D", ("0430", "0929"), ("1559", "1859"))
        + _london("R", "A", ("0430", "0959")),
        listed=(("VT", 3), ("VT", 5)),
    ),
    Restriction(
        code="B3",
        name="SUPER OFF-PEAK TO LONDON",
        outward="NOT ARRIVING LONDON BEFORE 1115 MON-FRI",
        back="NOT LEAVING LONDON 1459 TO 1903 MON-FRI",
        bars=_london("O", "A", ("0430", "1114")) + _london("R", "D", ("1459", "1903")),
    ),
    Restriction(
        code="B4",
        name="SUPER OFF-PEAK FROM LONDON",
        outward="NOT LEAVING LONDON BEFORE 1030 OR 1459-1903",
        back="NOT ARRIVING LONDON BEFORE 1115 MON-FRI",
        bars=_london("O", "D", ("0430", "1029"), ("1459", "1903"))
        + _london("R", "A", ("0430", "1114")),
        trains_act="P",
        listed=(("GW", 4),),
    ),
    Restriction(
        code="B5",
        name="OFF-PEAK",
        outward="NOT BEFORE 0900 MON-FRI",
        back="NOT BEFORE 0900 MON-FRI",
        bars=_everywhere("0859"),
    ),
    Restriction(
        code="B6",
        name="OFF-PEAK NORTH",
        outward="NOT BEFORE 0900 OR NORTHERN 1601-1829 MON-FRI",
        back="AS OUTWARD",
        bars=(
            *_everywhere("0859"),
            *(
                TimeBar(
                    direction=way, first="1601", last="1829", event="D", crs=crs, tocs=("NT", "TP")
                )
                for way in "OR"
                for crs in ("MAN", "MCV", "LDS")
            ),
        ),
    ),
    Restriction(
        code="B7",
        name="SUPER OFF-PEAK",
        outward="NOT BEFORE 1000 MON-FRI, LATER IN SUMMER",
        back="NOT BEFORE 1000 MON-FRI",
        bars=(
            *_everywhere("0959"),
            TimeBar(direction="O", first="1000", last="1029", event="D", bands=(("0701", "0831"),)),
        ),
        trains_act="P",
        listed=(("XC", 1), ("XC", 2)),
    ),
    Restriction(
        code="E1",
        name="EVENING OUT",
        outward="NOT BEFORE 1730 MON-FRI",
        back="NOT BEFORE 1730 MON-FRI",
        bars=_everywhere("1729"),
    ),
    Restriction(
        code="H1",
        name="OFF-PEAK VIA READING",
        outward="NOT LEAVING READING BEFORE 0900 MON-FRI",
        back="NO RESTRICTION",
        bars=(TimeBar(direction="O", first="0430", last="0859", event="D", crs="RDG"),),
        only_at=("RDG",),
    ),
    Restriction(
        code="Y1",
        name="16-25 MINIMUM FARE",
        outward="MINIMUM FARE BEFORE 1000 MON-FRI",
        back="MINIMUM FARE BEFORE 1000 MON-FRI",
        bars=_everywhere("0959", minimum_fare=True),
    ),
    Restriction(
        code="Y2",
        name="26-30 MINIMUM FARE",
        outward="MINIMUM FARE BEFORE 1000 MON-FRI",
        back="MINIMUM FARE BEFORE 1000 MON-FRI",
        bars=_everywhere("0959", minimum_fare=True),
    ),
    Restriction(
        code="T1",
        name="TWO TOGETHER",
        outward="NOT BEFORE 0930 MON-FRI",
        back="NOT BEFORE 0930 MON-FRI",
        bars=_everywhere("0929"),
    ),
    Restriction(
        code="N1",
        name="NETWORK CARD",
        outward="NOT BEFORE 1000 MON-FRI, MINIMUM FARE AFTER",
        back="AS OUTWARD",
        bars=(
            *_everywhere("0959"),
            *(
                TimeBar(direction=way, first="1000", last="2359", event="D", minimum_fare=True)
                for way in "OR"
            ),
        ),
    ),
    Restriction(
        code="F1",
        name="FAMILY CARD LONDON",
        outward="NOT BEFORE 0930 MON-FRI",
        back="NO RESTRICTION",
        bars=(TimeBar(direction="O", first="0430", last="0929", event="D"),),
    ),
)

CARD_LOCATIONS: Final = {"F1": LONDON}
"""Railcard restrictions that bite only on trips that start at these places."""

# ticket, calendar type, first and last day, weekdays
CALENDAR: Final = (
    ("SSR", "I", "1223", "1226", "YYYYYYY"),
    ("SSS", "I", "1223", "1226", "YYYYYYY"),
    ("EVR", "D", "1218", "1224", "YYYYYNN"),
)


def restriction_code(band: str, *, to_london: bool, from_london: bool, north: bool) -> str:
    """Return the code that *band* (a ticket's restriction) has on a flow."""
    if band == "OFF" and (to_london or from_london):
        return "B1" if to_london else "B2"
    if band == "SUPER" and (to_london or from_london):
        return "B3" if to_london else "B4"
    elsewhere = {"OFF": "B6" if north else "B5", "DAY": "B6" if north else "B5"}
    return {**elsewhere, "SUPER": "B7", "EVE": "E1", "": ""}[band]
