"""Tickets, railcards, routes and clusters of the demo's fares: all invented but for their codes.

Prices are pence; discounts per mille.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A ticket type; *factor* times the anytime single is its price.

    *restriction* is a band of restriction (OFF, SUPER, DAY or "" for none), *reach* whether it is
    sold on short or long flows, *category* the discount category.
    """

    code: str
    name: str
    ticket_class: str
    kind: str
    validity: str
    category: str
    reach: str
    factor: float
    restriction: str = ""

    @property
    def advance(self) -> bool:
        """Tell whether the ticket is sold from a quota for one train."""
        return self.name.startswith("ADVANCE")


def _ticket(row: str) -> Ticket:
    code, name, klass, kind, validity, category, reach, factor, restriction = row.split("|")
    return Ticket(
        code=code,
        name=name,
        ticket_class=klass,
        kind=kind,
        validity=validity,
        category=category,
        reach=reach,
        factor=float(factor),
        restriction=restriction,
    )


# code | name | class | single/return | validity | discount category | reach | factor | restriction
TICKETS: Final = tuple(
    _ticket(row)
    for row in """
SDS|ANYTIME DAY S|2|S|01|01|short|1.00|
SDR|ANYTIME DAY R|2|R|01|01|short|1.72|
CDS|OFF-PEAK DAY S|2|S|01|01|short|0.72|DAY
CDR|OFF-PEAK DAY R|2|R|01|01|short|1.12|DAY
EVR|EVENING OUT R|2|R|01|01|short|0.80|EVE
FDS|ANYTIME DAY 1ST|1|S|01|03|short|1.60|
FDR|ANYTIME DY R1ST|1|R|01|03|short|2.75|
AD1|ADVANCE DAY|2|S|06|02|short|0.58|
AD2|ADVANCE DAY 2|2|S|06|02|short|0.44|
SOS|ANYTIME S|2|S|02|01|long|1.00|
SOR|ANYTIME R|2|R|03|01|long|1.94|
SVS|OFF-PEAK S|2|S|01|01|long|0.66|OFF
SVR|OFF-PEAK R|2|R|04|01|long|0.74|OFF
SSS|SUPER OFFPEAK S|2|S|01|01|long|0.47|SUPER
SSR|SUPER OFFPEAK R|2|R|04|01|long|0.56|SUPER
FOS|FIRST ANYTIME S|1|S|02|03|long|1.78|
FOR|FIRST ANYTIME R|1|R|03|03|long|3.40|
AV1|ADVANCE|2|S|06|02|long|0.54|
AV2|ADVANCE 2|2|S|06|02|long|0.37|
AV3|ADVANCE 3|2|S|06|02|long|0.23|
AF1|ADVANCE 1ST|1|S|06|04|long|0.82|
AF2|ADVANCE 1ST 2|1|S|06|04|long|0.55|
""".strip().splitlines()
)

# code, description, days out, days back, months back, breaks out, breaks back, texts
VALIDITIES: Final = (
    ("01", "ONE DAY", 1, 1, 0, "Y", "Y", "ON DATE SHOWN", "ON DATE SHOWN"),
    ("02", "TWO DAYS", 2, 0, 0, "Y", "Y", "TWO DAYS", ""),
    ("03", "FIVE DAYS AND MONTH", 5, 0, 1, "Y", "Y", "FIVE DAYS", "ONE MONTH"),
    ("04", "DAY OUT AND MONTH", 1, 0, 1, "N", "Y", "ON DATE SHOWN", "ONE MONTH"),
    ("06", "BOOKED TRAIN ONLY", 1, 0, 0, "N", "N", "BOOKED TRAIN", ""),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Railcard:
    """A railcard and the statuses that discount its holders.

    *people* is (most passengers, fewest, most adults, fewest adults, most children, fewest).
    *minimum_p* applies in the minimum-fare times, *summer_gap* lifts it in July and August.
    """

    code: str
    name: str
    adult_status: str
    child_status: str
    people: tuple[int, int, int, int, int, int]
    price_p: int = 3500
    area: bool = False
    minimum_p: int = 0
    summer_gap: bool = False
    restriction: str = ""


_ALONE: Final = (1, 1, 1, 1, 0, 0)
RAILCARDS: Final = (
    Railcard(
        code="",
        name="NO RAILCARD",
        adult_status="000",
        child_status="001",
        price_p=0,
        people=(999, 1, 998, 0, 998, 0),
    ),
    Railcard(
        code="YNG",
        name="16-25 RAILCARD",
        adult_status="003",
        child_status="XXX",
        people=_ALONE,
        minimum_p=1200,
        summer_gap=True,
        restriction="Y1",
    ),
    Railcard(
        code="TST",
        name="26-30 RAILCARD",
        adult_status="004",
        child_status="XXX",
        people=_ALONE,
        minimum_p=1200,
        restriction="Y2",
    ),
    Railcard(
        code="SRN", name="SENIOR RAILCARD", adult_status="005", child_status="XXX", people=_ALONE
    ),
    Railcard(
        code="2TR",
        name="TWO TOGETHER",
        adult_status="006",
        child_status="XXX",
        people=(2, 2, 2, 2, 0, 0),
        restriction="T1",
    ),
    Railcard(
        code="NEW",
        name="NETWORK RAILCARD",
        adult_status="007",
        child_status="008",
        area=True,
        people=(8, 1, 4, 1, 4, 0),
        minimum_p=1300,
        restriction="N1",
    ),
    Railcard(
        code="FAM",
        name="FAMILY & FRIENDS",
        adult_status="009",
        child_status="010",
        people=(8, 2, 4, 1, 4, 1),
        restriction="F1",
    ),
    Railcard(
        code="DIC",
        name="DISABLED PERSONS",
        adult_status="011",
        child_status="XXX",
        people=(2, 1, 2, 1, 0, 0),
        price_p=2000,
    ),
    Railcard(
        code="HMF",
        name="HM FORCES",
        adult_status="012",
        child_status="001",
        people=(8, 1, 4, 1, 4, 0),
        price_p=2100,
    ),
)

STATUSES: Final = {
    "000": ("ADULT", 0),
    "001": ("CHILD", 500),
    "003": ("Y-P", 334),
    "004": ("26-30", 334),
    "005": ("SEN", 334),
    "006": ("2TOG", 334),
    "007": ("NET", 334),
    "008": ("NETCH", 0),
    "009": ("FAM", 334),
    "010": ("FAMCH", 600),
    "011": ("DIS", 334),
    "012": ("HMF", 334),
}
"""Printed text and per mille off by status."""

THIRD: Final = 334
THIRD_BEFORE: Final = 340
"""A third off was 34.0 % until 14 September 2024."""
FLAT_CHILD_STATUS: Final = "008"
FLAT_CHILD_SINGLE_P: Final = 100
NO_FIRST_WALK_UP: Final = frozenset({"003", "004", "010"})
FIRST_WALK_UP_CATEGORY: Final = "03"
CATEGORIES: Final = ("01", "02", "03", "04")
CARD_AREA: Final = frozenset({"LON", "SE"})
"""Regions in which the area card is good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A route code; *places* are (CRS, I or E)."""

    code: str
    text: str
    places: tuple[tuple[str, str], ...] = ()


ROUTES: Final = (
    Route(code="00000", text="ANY PERMITTED"),
    Route(code="01000", text="."),
    Route(code="00700", text="NOT VIA LONDON", places=(("EUS", "E"),)),
    Route(code="00910", text="WM TRAINS ONLY"),
    Route(code="00920", text="CHILTERN ONLY"),
    Route(code="00930", text="LNER ONLY"),
    Route(code="00410", text="VIA CREWE", places=(("CRE", "I"),)),
    Route(code="00420", text="VIA BICESTER", places=(("BIT", "I"), ("BCS", "I"))),
    Route(code="00430", text="VIA HUDDERSFIELD", places=(("HUD", "I"),)),
    Route(code="00440", text="VIA READING", places=(("RDG", "I"), ("MYB", "E"))),
)

CLUSTERS: Final = {
    "Q101": ("SMK", "DIS", "MNG"),
    "Q102": ("HWY", "BIT", "OXP", "BCS"),
    "Q103": ("RCD", "HBD", "HFX", "BDI"),
    "Q104": ("COV", "BHI", "SOL", "LMS"),
    "Q105": ("BTH", "CPM", "SWI"),
    "Q106": ("HYM", "MTH", "CRS"),
    "Q107": ("STA", "SOT", "CRE", "MAC"),
    "Q108": ("NLW", "RUN"),
    "Q109": ("DAR", "DHM"),
}

# one end, other end (CRS or group NLC), route, fare setter's operator, share of the usual price
ROUTED: Final = (
    ("1072", "0418", "00920", "CH", 0.78),
    ("1072", "0418", "00910", "LM", 0.62),
    ("1072", "COV", "00910", "LM", 0.64),
    ("1072", "RUG", "00910", "LM", 0.66),
    ("1072", "MKC", "00910", "LM", 0.72),
    ("1072", "LMS", "00920", "CH", 0.86),
    ("1072", "OXF", "00420", "CH", 0.93),
    ("1072", "OXF", "00440", "GW", 0.97),
    ("1072", "LDS", "00930", "GR", 0.91),
    ("1072", "NCL", "00930", "GR", 0.93),
    ("1072", "0438", "00410", "VT", 0.95),
    ("LIV", "YRK", "00430", "TP", 0.88),
    ("LIV", "LDS", "00430", "TP", 0.90),
    ("0438", "YRK", "00430", "TP", 0.89),
    ("RDG", "0418", "00700", "XC", 0.76),
    ("RDG", "0438", "00700", "XC", 0.74),
    ("OXF", "0438", "00700", "XC", 0.80),
    ("RDG", "COV", "00700", "XC", 0.78),
)
"""Fares on narrower routes, cheaper than ANY PERMITTED."""
