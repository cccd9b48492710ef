"""Ready-made fares of the demo (NFO and NDF): each shows one thing that overrides can do."""

from dataclasses import dataclass
from typing import Final

from railfair.adapters.demo.fares import ANY_PERMITTED

NO_FARE_P: Final = 99_999_999
"""The price that says that there is no such fare."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A ready-made fare (NFO, NDF) by CRS or group NLC; *railcard* "" is the public price."""

    origin: str
    destination: str
    route_code: str
    ticket: str
    adult_p: int
    child_p: int
    railcard: str = ""
    restriction: str = ""
    used: bool = True


OVERRIDES: Final = (
    Override(  # a suppression: no super off-peak single here
        origin="NRW",
        destination="IPS",
        route_code=ANY_PERMITTED,
        ticket="CDS",
        adult_p=NO_FARE_P,
        child_p=NO_FARE_P,
    ),
    Override(
        origin="YRK",
        destination="NCL",
        route_code=ANY_PERMITTED,
        ticket="SSS",
        adult_p=NO_FARE_P,
        child_p=NO_FARE_P,
    ),
    Override(  # a price below the flow's
        origin="BTH",
        destination="BRI",
        route_code=ANY_PERMITTED,
        ticket="CDR",
        adult_p=690,
        child_p=340,
        restriction="B5",
    ),
    Override(  # a fare that no flow has
        origin="OXF",
        destination="1072",
        route_code=ANY_PERMITTED,
        ticket="EVR",
        adult_p=1750,
        child_p=875,
        restriction="E1",
    ),
    Override(  # ready for one railcard: neither discounted nor rounded again
        origin="LIV",
        destination="0438",
        route_code=ANY_PERMITTED,
        ticket="SDR",
        adult_p=1111,
        child_p=NO_FARE_P,
        railcard="YNG",
    ),
    Override(  # no child price, adult price stands
        origin="EDB",
        destination="GLC",
        route_code=ANY_PERMITTED,
        ticket="SDR",
        adult_p=2480,
        child_p=NO_FARE_P,
    ),
    Override(  # marked as not to be used: the flow has the price
        origin="LDS",
        destination="YRK",
        route_code=ANY_PERMITTED,
        ticket="SDS",
        adult_p=1,
        child_p=1,
        used=False,
    ),
)
NON_DERIVABLE: Final = Override(
    origin="CRS",
    destination="EDB",
    route_code=ANY_PERMITTED,
    ticket="SDR",
    adult_p=1590,
    child_p=795,
)
