"""The railway's codes, each a type of its own with one parser.

Parsers take text as people type it (any case, blanks around) and raise `InvalidParameter` naming
the parameter; code that reads feeds slices fields itself and never goes through them.
"""

import re
from typing import NewType

from railfair.domain.errors import InvalidParameter

Crs = NewType("Crs", str)
"""Three-letter code of a passenger station (`LST`), as in MSN positions 50-52."""
Tiploc = NewType("Tiploc", str)
"""Timing point of a schedule (`LIVST`), up to 7 characters."""
TocCode = NewType("TocCode", str)
"""Two-letter code of a train operator (`LE`), as in CIF BX positions 12-13."""
TrainUid = NewType("TrainUid", str)
"""Identity of a schedule through its overlays: a letter and 5 digits; reused after its dates."""
Headcode = NewType("Headcode", str)
"""What signallers call a train (`1P44`); not unique."""
FareCode = NewType("FareCode", str)
"""An end of a flow, 4 characters: the NLC of a station or of a group of them, or a cluster."""
RouteCode = NewType("RouteCode", str)
"""The route that a fare is for, 5 digits with leading zeros (`00000` is any permitted)."""
TicketCode = NewType("TicketCode", str)
"""Ticket type, 3 characters (`SVR`)."""
RestrictionCode = NewType("RestrictionCode", str)
"""When a ticket may be used, 2 characters (`1A`); empty where there is no restriction."""
RailcardCode = NewType("RailcardCode", str)
"""Railcard, 3 characters (`YNG`); empty for none."""

# Matched before capitals are made: some letters only become ASCII by them (the ligature of fi).
_CRS = re.compile(r"[A-Za-z]{3}", re.ASCII)
_TOC = re.compile(r"[A-Za-z0-9]{2}", re.ASCII)
_UID = re.compile(r"[A-Za-z0-9]{6}", re.ASCII)
_TICKET = re.compile(r"[A-Za-z0-9]{3}", re.ASCII)
_SHOWN = 20


def crs(text: str, *, parameter: str = "crs") -> Crs:
    """Return the station code in *text*, in capitals; raise `InvalidParameter` if there is none."""
    code = text.strip()
    if not _CRS.fullmatch(code):
        raise InvalidParameter(
            parameter, f"a station code is three letters, such as NRW, not {_shown(text)}"
        )
    return Crs(code.upper())


def toc_code(text: str, *, parameter: str = "toc") -> TocCode:
    """Return the operator code in *text*, in capitals; raise `InvalidParameter` if none."""
    code = text.strip()
    if not _TOC.fullmatch(code):
        raise InvalidParameter(
            parameter, f"an operator code is two characters, such as LE, not {_shown(text)}"
        )
    return TocCode(code.upper())


def train_uid(text: str, *, parameter: str = "train") -> TrainUid:
    """Return the train's identity in *text*, in capitals; raise `InvalidParameter` if none."""
    code = text.strip()
    if not _UID.fullmatch(code):
        raise InvalidParameter(
            parameter, f"a train is six characters, such as C12345, not {_shown(text)}"
        )
    return TrainUid(code.upper())


def railcard_code(text: str, *, parameter: str = "railcard") -> RailcardCode:
    """Return the railcard code in *text*, in capitals; raise `InvalidParameter` if none."""
    code = text.strip()
    if not _TICKET.fullmatch(code):
        raise InvalidParameter(
            parameter, f"a railcard is three characters, such as YNG, not {_shown(text)}"
        )
    return RailcardCode(code.upper())


def ticket_code(text: str, *, parameter: str = "ticket") -> TicketCode:
    """Return the ticket code in *text*, in capitals; raise `InvalidParameter` if none."""
    code = text.strip()
    if not _TICKET.fullmatch(code):
        raise InvalidParameter(
            parameter, f"a ticket is three characters, such as SVR, not {_shown(text)}"
        )
    return TicketCode(code.upper())


def _shown(text: str) -> str:
    if not text.strip():
        return "nothing"
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")
