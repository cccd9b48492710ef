"""Records of a fares feed's restrictions (RST), as literals, laid out by column."""

from support.fares_rule_lines import Days
from support.timetables import columns

ALL_WEEK = "YYYYYYY"
WORKDAYS = "YYYYYNN"


def rd(marker: str = "C", days: Days = ("01012026", "31122026")) -> str:
    """Return the days of a set: here the first comes first."""
    return columns(20, {1: "RRD", 4: marker, 5: days[0], 13: days[1]})


def rh(
    code: str, name: str = "OFF-PEAK", *, out: str = "", back: str = "", types: str = "NN",
    change: str = "Y", marker: str = "C",
) -> str:  # fmt: skip
    """Return the header of a restriction."""
    return columns(
        139,
        {1: "RRH", 4: marker, 5: code, 7: name, 37: out, 87: back, 137: types, 139: change},
    )


def hd(
    code: str, first: str = "0101", last: str = "1231", days: str = WORKDAYS, *, marker: str = "C"
) -> str:
    """Return days on which a restriction works."""
    return columns(21, {1: "RHD", 4: marker, 5: code, 7: first, 11: last, 15: days})


def hl(code: str, crs: str, *, marker: str = "C") -> str:
    """Return a place at which a restriction works."""
    return columns(9, {1: "RHL", 4: marker, 5: code, 7: crs})


def hc(code: str, crs: str, *, marker: str = "C") -> str:
    """Return a place where a change is allowed."""
    return columns(9, {1: "RHC", 4: marker, 5: code, 7: crs})


def tr(
    code: str, sequence: int, start: str, end: str, crs: str = "", *, at: str = "D",
    direction: str = "O", minimum: str = "N", marker: str = "C",
) -> str:  # fmt: skip
    """Return a time: `tr("1A", 1, "0430", "0929", "AYT")`."""
    return columns(
        26,
        {1: "RTR", 4: marker, 5: code, 7: f"{sequence:04d}", 11: direction, 12: start, 16: end}
        | {20: at, 21: crs, 24: "T", 26: minimum},
    )


def td(
    code: str, sequence: int, first: str, last: str, days: str = WORKDAYS, *,
    direction: str = "O", marker: str = "C",
) -> str:  # fmt: skip
    """Return the days of a time."""
    return columns(
        26,
        {1: "RTD", 4: marker, 5: code, 7: f"{sequence:04d}", 11: direction, 12: first, 16: last}
        | {20: days},
    )


def tt(code: str, sequence: int, toc: str, *, direction: str = "O", marker: str = "C") -> str:
    """Return an operator of a time."""
    return columns(13, {1: "RTT", 4: marker, 5: code, 7: f"{sequence:04d}", 11: direction, 12: toc})


def sr(code: str, uid: str, *, direction: str = "O", sleeper: str = "N", marker: str = "C") -> str:
    """Return a listed train."""
    return columns(15, {1: "RSR", 4: marker, 5: code, 7: uid, 13: direction, 14: "N", 15: sleeper})


def sd(
    code: str, uid: str, first: str, last: str, days: str = WORKDAYS, *,
    direction: str = "O", marker: str = "C",
) -> str:  # fmt: skip
    """Return the days of a listed train."""
    return columns(
        28,
        {1: "RSD", 4: marker, 5: code, 7: uid, 13: direction, 14: first, 18: last, 22: days},
    )


def sq(
    code: str, uid: str, crs: str, at: str = "B", *, direction: str = "O", marker: str = "C"
) -> str:
    """Return a place of a listed train."""
    return columns(
        18, {1: "RSQ", 4: marker, 5: code, 7: uid, 13: direction, 14: crs, 17: "N", 18: at}
    )


def rr(
    card: str, restriction: str = "", *, ticket: str = "", route: str = "", crs: str = "",
    ban: str = "", marker: str = "C",
) -> str:  # fmt: skip
    """Return what a railcard brings."""
    return columns(
        25,
        {1: "RRR", 4: marker, 5: card, 8: "0001", 12: ticket, 15: route, 20: crs}
        | {23: restriction, 25: ban},
    )


def ca(
    code: str, kind: str, first: str, last: str, days: str = ALL_WEEK, *, route: str = "",
    country: str = "", marker: str = "C",
) -> str:  # fmt: skip
    """Return days on which a ticket is not sold (I) or restricted (D)."""
    return columns(
        29,
        {1: "RCA", 4: marker, 5: code, 8: kind, 9: route, 14: country, 15: first, 19: last}
        | {23: days},
    )
