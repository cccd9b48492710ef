"""Service patterns of the demo railway: who runs where, how often and how fast.

A stop is a CRS, with ``:U`` picks up only, ``:D`` sets down only, ``:P`` passes (the way back
swaps U and D). Minutes between stops come from distances and the service's speed.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Trains of one stopping pattern, in both directions.

    *first* and *last* are departures in minutes after midnight; *speed_kmh* is that between
    stops along the straight line stretched by a sixth; *only* picks one direction.
    """

    toc: str
    stops: tuple[tuple[str, str], ...]
    every_min: int
    first_min: int
    last_min: int
    headcode_class: str
    speed_kmh: float
    category: str = "XX"
    days: str = ""
    only: str = ""
    extra: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Corridor:
    """Services that share a track, hence their delays; *temper* scales those delays."""

    name: str
    services: tuple[Service, ...]
    temper: float = 1.0
    works_offsets: tuple[int, ...] = ()
    works_cancel_every: int = 3
    weekday_works: bool = False
    retimed: bool = False
    worsens: float = 1.0
    extra_offsets: tuple[int, ...] = ()

    @property
    def crs_codes(self) -> tuple[str, ...]:
        """Return every station that a service names, first mention first."""
        return tuple(dict.fromkeys(crs for service in self.services for crs, _ in service.stops))


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """A train operator: *fare_toc* is its code as a fare setter, *power* its price level.

    *lateness* scales delays, *cancelled* is the chance that a whole train does not run.
    """

    toc: str
    fare_toc: str
    name: str
    power: float
    lateness: float
    cancelled: float


OPERATORS: Final = {
    row[0]: Operator(
        toc=row[0],
        fare_toc=row[1],
        name=row[2],
        power=row[3],
        lateness=row[4],
        cancelled=row[5],
    )
    for row in (
        ("VT", "IWC", "AVANTI WEST COAST", 1.40, 1.35, 0.024),
        ("LM", "LMD", "WEST MIDLANDS TRAINS", 0.80, 1.05, 0.022),
        ("GR", "IEC", "LNER", 1.25, 1.20, 0.018),
        ("GW", "GWR", "GREAT WESTERN RAILWAY", 1.30, 1.10, 0.018),
        ("LE", "LER", "GREATER ANGLIA", 1.00, 0.85, 0.012),
        ("NT", "NTH", "NORTHERN", 0.75, 1.10, 0.026),
        ("TP", "TPE", "TRANSPENNINE EXPRESS", 0.90, 1.30, 0.030),
        ("CH", "CHR", "CHILTERN RAILWAYS", 0.85, 0.80, 0.009),
        ("XC", "XCR", "CROSSCOUNTRY", 1.20, 1.30, 0.020),
        ("SR", "SCR", "SCOTRAIL", 0.80, 0.80, 0.014),
        ("CS", "CSL", "CALEDONIAN SLEEPER", 1.50, 1.50, 0.015),
    )
}

# corridor | operator | every | first | last | headcode class | km/h | options | stops
_SERVICES: Final = """
EUS-MAN|VT|60|0600|2000|1|172||EUS WFJ:P MKC RUG:P SOT MAC SPT MAN
EUS-MAN|VT|120|0633|1633|1|172||EUS WFJ:P MKC:P RUG:P STA CRE SPT MAN
EUS-LIV|VT|120|0807|1807|1|168||EUS WFJ:U MKC:P RUG:P STA CRE RUN LIV
EUS-BHM|VT|60|0710|1910|1|158||EUS WFJ:U MKC:P RUG COV BHI BHM WVH
EUS-BHM|LM|120|0554|2154|2|120||EUS WFJ MKC RUG COV BHI BHM
EUS-BHM|LM|60|2330|2330|2|120||EUS WFJ MKC RUG COV BHI BHM
KGX-EDB|GR|60|0700|1800|1|166||KGX SVG:P PBO GRA:P DON:P YRK DAR DHM:P NCL BWK EDB
KGX-EDB|GR|120|0603|1603|1|158||KGX SVG PBO GRA DON YRK DAR DHM NCL
KGX-EDB|GR|60|1635|1635|1|166|extra|KGX PBO YRK DAR NCL EDB
KGX-LDS|GR|120|0733|1933|1|156||KGX SVG PBO GRA:P DON WKF LDS
KGX-LDS|GR|60|2333|2333|1|150||KGX SVG PBO GRA DON WKF LDS
PAD-BRI|GW|60|0600|2000|1|158||PAD RDG DID:P SWI CPM BTH BRI
PAD-BRI|GW|120|0630|1630|1|158||PAD RDG DID SWI CPM BTH BRI
PAD-BRI|GW|60|2332|2332|1|140||PAD RDG DID SWI CPM BTH BRI
PAD-OXF|GW|120|0650|1650|1|140||PAD RDG DID OXF
LST-NRW|LE|60|0600|1900|1|142||LST SRA:U CHM:P COL MNG IPS SMK DIS NRW
LST-NRW|LE|120|0618|2018|2|118||LST SRA CHM COL MNG IPS
LST-NRW|LE|60|2130|2330|1|136||LST SRA:U CHM COL MNG IPS SMK DIS NRW
MCV-LIV|NT|120|0705|1905|2|92||MCV NLW LIV
MCV-LIV|NT|60|2315|2315|2|92||MCV NLW LIV
LIV-YRK|TP|120|0654|2054|1|112||LIV NLW MCV HUD LDS YRK
MCV-LDS|NT|60|0715|1915|2|88||MCV RCD HBD HFX BDI LDS
MYB-OXF|CH|60|0722|1922|1|112||MYB HWY BIT OXP OXF
MYB-BMO|CH|60|0710|1910|1|125||MYB HWY BCS BAN LMS SOL BMO
BRI-MAN|XC|60|0700|1800|1|124||BRI BPW CNM BHM WVH STA SOT MAC SPT MAN
RDG-BHM|XC|120|0711|1711|1|120||RDG DID:P OXF BAN LMS COV BHI BHM
EDB-GLC|SR|60|0715|1915|2|96||EDB HYM CRS MTH GLC
SLEEPER|CS|60|2350|2350|1|96|out 1111101|EUS WFJ:U RUG:P CRE:U CRS:D MTH:D GLC
SLEEPER|CS|60|0702|0702|1|84|out 1111110|CRS HYM:D EDB
SLEEPER|CS|60|2340|2340|1|96|back 1111101|EUS WFJ:U CRE:U CRS:D MTH:D GLC
SLEEPER|CS|60|2334|2334|1|80|back 1111101|CRS HYM:D EDB
"""

_TRAITS: Final[dict[str, dict[str, object]]] = {
    "EUS-MAN": {"works_offsets": (-320, -178, -45, 30), "temper": 1.05},
    "KGX-EDB": {"works_offsets": (-250, -66, 44), "extra_offsets": (-300, -200, -100, -30, 20)},
    "LST-NRW": {"works_offsets": (-290, -150, -24, 58)},
    "PAD-BRI": {"worsens": 1.5},
    "MYB-OXF": {"retimed": True},
    "MYB-BMO": {"works_offsets": (-120,)},
    "LIV-YRK": {"temper": 1.15},
    "SLEEPER": {"temper": 0.8},
}

SPLIT_AT: Final = "CRS"
"""The sleepers from London divide here; those to London join."""

WORSENS_BEFORE_TODAY_DAYS: Final = 120
"""The corridors that get worse do so this many days before the demo's today."""


def minutes(hhmm: str) -> int:
    """Return minutes after midnight of an ``HHMM`` text."""
    return int(hhmm[:2]) * 60 + int(hhmm[2:])


def _stop(token: str) -> tuple[str, str]:
    crs, _, mark = token.partition(":")
    return crs, mark


def _service(row: list[str]) -> Service:
    toc, every, first, last, klass, speed, options, stops = row
    words = options.split()
    return Service(
        toc=toc,
        stops=tuple(_stop(token) for token in stops.split()),
        every_min=int(every),
        first_min=minutes(first),
        last_min=minutes(last),
        headcode_class=klass,
        speed_kmh=float(speed),
        category="XZ" if toc == "CS" else "OO" if klass == "2" else "XX",
        days=next((word for word in words if word.isdigit()), ""),
        only=next((word for word in words if word in {"out", "back"}), ""),
        extra="extra" in words,
    )


def real_corridors() -> tuple[Corridor, ...]:
    """Return the corridors between real stations."""
    by_name: dict[str, list[Service]] = {}
    for line in _SERVICES.strip().splitlines():
        name, *row = line.split("|")
        by_name.setdefault(name, []).append(_service(row))
    return tuple(
        Corridor(name=name, services=tuple(services), **_TRAITS.get(name, {}))  # type: ignore[arg-type]
        for name, services in by_name.items()
    )
