"""Real stations of the demo railway: public codes and rounded positions.

Names, CRS, TIPLOC and NLC are public facts; positions are rounded to about 500 m. Interchange
minutes, categories and regions are the demo's own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import cos, hypot, radians, sin, sqrt, tan
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A station; the grid is the British one in metres, *change_min* the interchange time."""

    crs: str
    name: str
    tiploc: str
    nlc: str
    easting_m: int
    northing_m: int
    change_min: int
    region: str

    @property
    def category(self) -> int:
        """Return the interchange status of the station list: 0 none to 3 large."""
        return min(3, self.change_min // 5 + (self.change_min > 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A fixed link, good both ways: *minutes* between *first* and *last* (HHMM)."""

    mode: str
    origin: str
    destination: str
    minutes: int
    first: str = "0001"
    last: str = "2359"


@dataclass(frozen=True, slots=True, kw_only=True)
class StationGroup:
    """A fare group: one NLC that stands for all its *members* (CRS)."""

    nlc: str
    name: str
    members: tuple[str, ...]


# CRS, name, TIPLOC, NLC, latitude, longitude, interchange minutes, region
_TABLE: Final = """
EUS|LONDON EUSTON|EUSTON|1444|51.528|-0.134|15|LON
KGX|LONDON KINGS CROSS|KNGX|6121|51.531|-0.123|15|LON
PAD|LONDON PADDINGTON|PADTON|3087|51.516|-0.177|15|LON
LST|LONDON LIVERPOOL STREET|LIVST|6965|51.518|-0.081|15|LON
MYB|LONDON MARYLEBONE|MARYLBN|1475|51.523|-0.163|10|LON
SRA|STRATFORD (LONDON)|STFD|6969|51.542|-0.003|5|LON
WFJ|WATFORD JUNCTION|WATFDJ|1402|51.664|-0.396|5|SE
MKC|MILTON KEYNES CENTRAL|MKNSCEN|1378|52.034|-0.774|5|SE
RUG|RUGBY|RUGBY|1087|52.379|-1.250|5|WM
COV|COVENTRY|COVNTRY|1030|52.401|-1.513|5|WM
BHI|BIRMINGHAM INTERNATIONAL|BHAMINT|1215|52.451|-1.725|5|WM
BHM|BIRMINGHAM NEW STREET|BHAMNWS|1127|52.478|-1.899|12|WM
BMO|BIRMINGHAM MOOR STREET|BHAMMRS|4515|52.479|-1.892|5|WM
WVH|WOLVERHAMPTON|WVRMPTN|1218|52.588|-2.119|5|WM
STA|STAFFORD|STAFFRD|1268|52.804|-2.122|5|WM
SOT|STOKE-ON-TRENT|STOKEOT|1314|53.008|-2.181|5|NW
CRE|CREWE|CREWE|1243|53.089|-2.433|7|NW
MAC|MACCLESFIELD|MACLSFD|2871|53.259|-2.121|4|NW
SPT|STOCKPORT|STKP|2771|53.406|-2.163|6|NW
MAN|MANCHESTER PICCADILLY|MNCRPIC|2968|53.477|-2.230|10|NW
MCV|MANCHESTER VICTORIA|MNCRVIC|2970|53.488|-2.242|7|NW
RUN|RUNCORN|RUNCORN|2291|53.339|-2.739|4|NW
LIV|LIVERPOOL LIME STREET|LVRPLSH|2246|53.407|-2.977|7|NW
NLW|NEWTON-LE-WILLOWS|NWTNLW|2257|53.453|-2.614|4|NW
SVG|STEVENAGE|STEVNGE|6092|51.902|-0.207|4|SE
PBO|PETERBOROUGH|PBRO|6133|52.575|-0.250|8|EA
GRA|GRANTHAM|GTHM|6469|52.907|-0.642|5|EM
DON|DONCASTER|DONC|6417|53.522|-1.140|6|YH
WKF|WAKEFIELD WESTGATE|WKFLDWG|8591|53.682|-1.506|4|YH
LDS|LEEDS|LEEDS|8487|53.795|-1.548|10|YH
YRK|YORK|YORK|8263|53.958|-1.093|8|YH
DAR|DARLINGTON|DLTN|7877|54.521|-1.547|5|NE
DHM|DURHAM|DRHM|7745|54.779|-1.582|5|NE
NCL|NEWCASTLE|NWCSTLE|7728|54.968|-1.617|7|NE
BWK|BERWICK-UPON-TWEED|BRWCKUT|7791|55.774|-2.011|4|NE
EDB|EDINBURGH|EDINBUR|9328|55.952|-3.190|10|SC
HYM|HAYMARKET|HAYMRKT|9419|55.946|-3.218|5|SC
CRS|CARSTAIRS|CRSTRS|9704|55.691|-3.669|4|SC
MTH|MOTHERWELL|MOTHRWL|9691|55.792|-3.994|5|SC
GLC|GLASGOW CENTRAL|GLGC|9813|55.859|-4.258|10|SC
RDG|READING|RDNGSTN|3149|51.459|-0.972|6|SE
DID|DIDCOT PARKWAY|DIDCOTP|3030|51.611|-1.243|5|SE
SWI|SWINDON|SDON|3333|51.566|-1.785|5|SW
CPM|CHIPPENHAM|CHIPNHM|3267|51.462|-2.115|4|SW
BTH|BATH SPA|BATHSPA|3271|51.378|-2.357|5|SW
BRI|BRISTOL TEMPLE MEADS|BRSTLTM|3231|51.449|-2.581|8|SW
BPW|BRISTOL PARKWAY|BRSTPWY|3230|51.514|-2.542|5|SW
CNM|CHELTENHAM SPA|CHLTNHM|4731|51.897|-2.100|5|SW
CHM|CHELMSFORD|CHLMSFD|6836|51.737|0.469|4|EA
COL|COLCHESTER|CLCHSTR|6861|51.901|0.893|5|EA
MNG|MANNINGTREE|MANNGTR|6856|51.949|1.045|4|EA
IPS|IPSWICH|IPSWICH|7217|52.051|1.144|5|EA
SMK|STOWMARKET|STWMRKT|7355|52.190|1.000|4|EA
DIS|DISS|DISS|7348|52.374|1.124|4|EA
NRW|NORWICH|NRCH|7309|52.627|1.307|5|EA
HWY|HIGH WYCOMBE|HWYCOMB|3054|51.630|-0.745|4|SE
BIT|BICESTER VILLAGE|BCSTRTN|3104|51.893|-1.148|4|SE
OXP|OXFORD PARKWAY|OXFPWAY|3121|51.804|-1.274|4|SE
OXF|OXFORD|OXFD|3115|51.753|-1.270|6|SE
BCS|BICESTER NORTH|BCSTN|3048|51.903|-1.150|4|SE
BAN|BANBURY|BNBR|4502|52.060|-1.328|5|SE
LMS|LEAMINGTON SPA|LMNGTNS|4597|52.284|-1.536|5|WM
SOL|SOLIHULL|SOLIHUL|4527|52.414|-1.788|4|WM
HUD|HUDDERSFIELD|HDRSFLD|8437|53.649|-1.785|6|YH
RCD|ROCHDALE|RCHDALE|2924|53.610|-2.154|4|NW
HBD|HEBDEN BRIDGE|HBDNBDG|8524|53.738|-2.009|4|YH
HFX|HALIFAX|HLFX|8411|53.721|-1.854|4|YH
BDI|BRADFORD INTERCHANGE|BRADIN|8345|53.791|-1.749|5|YH
"""

GROUPS: Final = (
    StationGroup(nlc="1072", name="LONDON TERMINALS", members=("EUS", "KGX", "PAD", "LST", "MYB")),
    StationGroup(nlc="0418", name="BIRMINGHAM STNS", members=("BHM", "BMO")),
    StationGroup(nlc="0438", name="MANCHESTER STNS", members=("MAN", "MCV")),
)

# mode, origin, destination, minutes, first, last
_LINKS: Final = """
WALK|EUS|KGX|12|0001|2359
TUBE|EUS|LST|25|0530|2359
TUBE|EUS|PAD|24|0530|2359
TUBE|EUS|MYB|22|0530|2359
TUBE|KGX|LST|22|0530|2359
TUBE|KGX|PAD|25|0530|2359
TUBE|KGX|MYB|24|0530|2359
TUBE|PAD|LST|28|0530|2359
TUBE|PAD|MYB|15|0530|2359
TUBE|LST|MYB|27|0530|2359
TUBE|KGX|SRA|30|0530|2359
WALK|BHM|BMO|8|0001|2359
METRO|MAN|MCV|14|0600|2300
WALK|MAN|MCV|20|0001|2359
WALK|BIT|BCS|17|0001|2359
"""

_AIRY: Final = (6_377_563.396, 6_356_256.909)
_ORIGIN: Final = (radians(49.0), radians(-2.0), 400_000.0, -100_000.0, 0.999_601_271_7)


def _meridian_arc(latitude: float) -> float:
    """Return metres along the meridian from the grid's true origin (Redfearn's series)."""
    a, b = _AIRY
    n = (a - b) / (a + b)
    below, total = latitude - _ORIGIN[0], latitude + _ORIGIN[0]
    return (
        b
        * _ORIGIN[4]
        * (
            (1 + n + 1.25 * n**2 + 1.25 * n**3) * below
            - (3 * n + 3 * n**2 + 21 / 8 * n**3) * sin(below) * cos(total)
            + (15 / 8 * (n**2 + n**3)) * sin(2 * below) * cos(2 * total)
            - 35 / 24 * n**3 * sin(3 * below) * cos(3 * total)
        )
    )


def british_grid(latitude: float, longitude: float) -> tuple[int, int]:
    """Return easting and northing in metres; the datum shift (about 100 m) is left out."""
    a, b = _AIRY
    phi, lam = radians(latitude), radians(longitude) - _ORIGIN[1]
    eccentricity = 1 - (b / a) ** 2
    nu = a * _ORIGIN[4] / sqrt(1 - eccentricity * sin(phi) ** 2)
    eta = (1 - eccentricity * sin(phi) ** 2) / (1 - eccentricity) - 1
    across = lam * cos(phi)
    easting = _ORIGIN[2] + nu * across * (1 + across**2 / 6 * (1 - tan(phi) ** 2 + eta))
    northing = _ORIGIN[3] + _meridian_arc(phi) + nu * tan(phi) * across**2 / 2
    return round(easting), round(northing)


def _station(row: str) -> Station:
    crs, name, tiploc, nlc, latitude, longitude, change, region = row.split("|")
    easting, northing = british_grid(float(latitude), float(longitude))
    return Station(
        crs=crs,
        name=name,
        tiploc=tiploc,
        nlc=nlc,
        easting_m=easting,
        northing_m=northing,
        change_min=int(change),
        region=region,
    )


@cache
def real_stations() -> tuple[Station, ...]:
    """Return the real stations in the order of the table."""
    return tuple(_station(row) for row in _TABLE.strip().splitlines())


@cache
def real_links() -> tuple[Link, ...]:
    """Return the fixed links between real stations."""
    rows = (row.split("|") for row in _LINKS.strip().splitlines())
    return tuple(
        Link(mode=mode, origin=o, destination=d, minutes=int(minutes), first=first, last=last)
        for mode, o, d, minutes, first, last in rows
    )


def by_crs(stations: Iterable[Station]) -> dict[str, Station]:
    """Return the stations keyed by CRS."""
    return {station.crs: station for station in stations}


def distance_km(one: Station, other: Station) -> float:
    """Return the straight distance in kilometres."""
    return hypot(one.easting_m - other.easting_m, one.northing_m - other.northing_m) / 1000
