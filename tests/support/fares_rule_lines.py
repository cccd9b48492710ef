"""Records of a fares feed that are no prices, as literals: places, ways, tickets, railcards.

The lines are laid out here by column, apart from the reader's own table of fields, so that a
mistake in either shows.
"""

from support.timetables import columns

OPEN = "31122999"
SINCE = "01012026"
ALWAYS = (SINCE, OPEN)
"""The first and the last day of a record, as the feed writes days."""

type Days = tuple[str, str]
type People = tuple[int, int, int, int, int, int]
"""Passengers, adults and children, each the most before the fewest."""


def backwards(days: Days) -> str:
    """Return the last day, then the first, as nearly all records have them."""
    return days[1] + days[0]


def amounts(*pence: int) -> str:
    """Return prices as they stand in a line."""
    return "".join(f"{one:08d}" for one in pence)


def counts(*numbers: int) -> str:
    """Return numbers of people, or a percentage, as they stand in a line."""
    return "".join(f"{one:03d}" for one in numbers)


# --- places and ways -----------------------------------------------------------------------------


def location(
    nlc: str, crs: str = "", name: str = "", *, group: str = "", county: str = "10",
    area: str = "70 ", uic: str = "", days: Days = ALWAYS, quote: str = SINCE, short: str = "",
) -> str:  # fmt: skip
    """Return a location: `location("0001", "AYT", "AYTON")`."""
    return columns(
        289,
        {1: "RL", 3: uic or f"70{nlc}0", 10: backwards(days), 26: quote, 34: area, 37: nlc}
        | {41: short or name[:16], 57: crs, 70: group or nlc, 76: county, 145: name},
    )


def card_area(nlc: str, railcard: str, *, until: str = OPEN) -> str:
    """Return the record that a railcard is good at a location."""
    return columns(20, {1: "RR", 3: f"70{nlc}0", 10: railcard, 13: until})


def member(cluster: str, code: str, *, days: Days = ALWAYS) -> str:
    """Return a member of a cluster."""
    return columns(25, {1: "R", 2: cluster, 6: code, 10: backwards(days)})


def route(code: str, name: str = "", *, days: Days = ALWAYS, quote: str = SINCE) -> str:
    """Return a route."""
    return columns(263, {1: "RR", 3: code, 8: backwards(days), 24: quote, 32: name[:16], 48: name})


def route_place(code: str, crs: str, kind: str = "I", *, until: str = OPEN) -> str:
    """Return a place that trips by a route pass (I) or do not (E)."""
    return columns(26, {1: "RL", 3: code, 8: until, 16: "70 ", 23: crs, 26: kind})


def operator(toc: str, name: str, *, active: str = "Y") -> str:
    """Return a train operator."""
    return columns(42, {1: "T", 2: toc, 4: name, 42: active})


def setter(code: str, toc: str, name: str = "") -> str:
    """Return a fare setter."""
    return columns(36, {1: "F", 2: code, 5: toc, 7: name})


# --- tickets -------------------------------------------------------------------------------------


def ticket(
    code: str, name: str = "ANYTIME DAY S", *, kind: str = "S", klass: str = "2",
    package: str = "N", validity: str = "01", category: str = "01", reservation: str = "N",
    last_day: str = OPEN, people: People = (1, 1, 1, 0, 1, 0), days: Days = ALWAYS,
    quote: str = SINCE,
) -> str:  # fmt: skip
    """Return a ticket type."""
    return columns(
        113,
        {1: "R", 2: code, 5: backwards(days), 21: quote, 29: name[:15], 44: klass, 45: kind}
        | {46: "S", 47: last_day, 55: counts(*people), 73: "NNN", 76: validity, 78: name}
        | {98: "0", 99: reservation, 100: "ZZZN000N", 108: package, 109: "001", 112: category},
    )


def validity(
    code: str, name: str = "ONE DAY", *, spans: str = "010001000000", after: str = "",
    breaks: str = "YY", texts: tuple[str, str] = ("ON DATE SHOWN", ""), days: Days = ALWAYS,
) -> str:  # fmt: skip
    """Return a validity; *spans* are days and months out, back, and before the way back."""
    return columns(
        82,
        {1: code, 3: backwards(days), 19: name, 39: spans, 51: after, 53: breaks}
        | {55: texts[0], 69: texts[1]},
    )


def operator_ticket(
    code: str, toc: str, *, restriction: str = "", flag: str = "2", direction: str = "B",
    kind: str = "M", days: Days = ALWAYS,
) -> str:  # fmt: skip
    """Return a record of the TSP."""
    return columns(
        68,
        {1: code, 4: restriction, 6: flag, 7: direction, 8: toc, 10: kind}
        | {11: backwards(days), 27: "N"},
    )


def advance_purchase(
    code: str, check: str, value: int, time: str = "", *, toc: str = "", restriction: str = "",
    flag: str = "2", days: Days = ALWAYS,
) -> str:  # fmt: skip
    """Return a record of the TAP."""
    return columns(
        37,
        {1: code, 4: restriction, 6: flag, 7: toc, 9: backwards(days), 25: check}
        | {26: amounts(value), 34: time},
    )


# --- railcards -----------------------------------------------------------------------------------


def railcard(
    code: str, name: str, *, adult: str = "000", child: str = "001", area: str = "N",
    people: People = (1, 1, 1, 1, 0, 0), days: Days = ALWAYS,
    quote: str = SINCE,
) -> str:  # fmt: skip
    """Return a railcard."""
    return columns(
        127,
        {1: code, 4: backwards(days), 20: quote, 28: "A", 29: name, 49: "N", 50: area, 51: "NN"}
        | {53: code, 56: "Y", 57: counts(*people[:2]), 63: counts(1, 1, 0, 0)}
        | {75: counts(*people[2:]), 87: amounts(3000, 0), 103: "1200", 115: "N"}
        | {119: adult, 122: child, 125: "XXX"},
    )


def status(
    code: str, *, flat: tuple[int, int, int, int] = (0, 0, 0, 0),
    least: tuple[int, int, int, int] = (0, 0, 0, 0), good_for: str = "YYYY", days: Days = ALWAYS,
) -> str:  # fmt: skip
    """Return a status; *least* are lower and higher in first, then in standard class."""
    return columns(
        99,
        {1: "S", 2: code, 5: backwards(days), 32: amounts(*flat), 64: amounts(*least)}
        | {96: good_for},
    )


def discount(
    code: str, category: str, per_mille: int, *, indicator: str = "0", until: str = OPEN
) -> str:
    """Return what a status takes off a category of tickets."""
    return columns(
        18, {1: "D", 2: code, 5: until, 13: category, 15: indicator, 16: counts(per_mille)}
    )


def minimum(card: str, code: str, fare_p: int, *, days: Days = ALWAYS) -> str:
    """Return the minimum fare of a railcard with a ticket."""
    return columns(30, {1: card, 4: code, 7: backwards(days), 23: amounts(fare_p)})


def rounding(rule: str, position: int, up_to_p: int, step_p: int, *, days: Days = ALWAYS) -> str:
    """Return a rounding band."""
    return columns(
        36,
        {1: rule, 3: days[1], 11: f"{position:02d}", 13: days[0], 21: amounts(up_to_p, step_p)},
    )
