"""Readable fares feeds: records as literals, and the files that carry them. All is invented.

The lines are laid out here by column, apart from the reader's own table of fields, so that a
mistake in either shows. `write_fares` fills in what a test does not speak of:

    write_fares(folder, flows=[flow("0001", "0002", fares={"SDS": 540, "SVR": (990, "1A")})])
"""

import zipfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from support.fares_rst_lines import rd
from support.fares_rule_lines import (
    ALWAYS,
    OPEN,
    SINCE,
    Days,
    amounts,
    backwards,
    discount,
    location,
    railcard,
    route,
    status,
    ticket,
)
from support.timetables import columns

SEQUENCE = "901"
GENERATED = "05/01/2026"
NO_FARE = 99_999_999

type Fare = int | tuple[int, str]
"""Pence, or pence and restriction."""


# --- prices --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowLiteral:
    """A flow without its number, and its fares: pence, or pence and restriction, by ticket."""

    line: str
    fares: Mapping[str, Fare]


def flow(
    origin: str, destination: str, route: str = "00000", *, fares: Mapping[str, Fare],
    reversible: bool = False, days: Days = ALWAYS, setter: str = "ZYR", cross_london: str = "0",
    discounts: str = "0", status: str = "000", usage: str = "A",
) -> FlowLiteral:  # fmt: skip
    """Return a flow with its fares: `flow("0001", "0002", fares={"SDS": 540})`."""
    line = f_line(
        0, origin, destination, route, reversible=reversible, days=days, setter=setter,
        cross_london=cross_london, discounts=discounts, status=status, usage=usage,
    )  # fmt: skip
    return FlowLiteral(line=line, fares=fares)


def f_line(
    flow_id: int, origin: str, destination: str, route: str = "00000", *, reversible: bool = False,
    days: Days = ALWAYS, setter: str = "ZYR", cross_london: str = "0", discounts: str = "0",
    status: str = "000", usage: str = "A", marker: str = "R",
) -> str:  # fmt: skip
    """Return the F record of a flow."""
    return columns(
        49,
        {1: f"{marker}F", 3: origin, 7: destination, 11: route, 16: status, 19: usage}
        | {20: "R" if reversible else "S", 21: backwards(days), 37: setter}
        | {40: cross_london, 41: discounts, 42: "N", 43: f"{flow_id:07d}"},
    )


def t_line(flow_id: int, code: str, fare_p: int, restriction: str = "") -> str:
    """Return the T record of a fare."""
    return columns(
        22, {1: "RT", 3: f"{flow_id:07d}", 10: code, 13: amounts(fare_p), 21: restriction}
    )


def ffl(flows: Iterable[FlowLiteral]) -> list[str]:
    """Return the lines of *flows*, numbered from 1: every flow, then every fare."""
    heads, fares = [], []
    for number, one in enumerate(flows, start=1):
        heads.append(f"{one.line[:42]}{number:07d}")
        for code, price in one.fares.items():
            fare_p, restriction = (price, "") if isinstance(price, int) else price
            fares.append(t_line(number, code, fare_p, restriction))
    return heads + fares


def override(
    origin: str, destination: str, route: str, ticket: str, adult_p: int, child_p: int = NO_FARE, *,
    railcard: str = "", restriction: str = "", days: Days = ALWAYS, quote: str = SINCE,
    used: str = "Y", kind: str = "O",
) -> str:  # fmt: skip
    """Return a record of the NFO, or with the *kind* N of the NDF."""
    return columns(
        67,
        {1: "R", 2: origin, 6: destination, 10: route, 15: railcard, 18: ticket, 21: kind}
        | {22: backwards(days), 38: quote, 46: "N", 47: amounts(adult_p, child_p)}
        | {63: restriction, 65: f"{used}NN"},
    )


def exception(
    origin: str = "****", destination: str = "****", route: str = "*****", *, railcard: str = "***",
    ticket: str = "***", adult: str = "N        N", child: str = "N        N", use: str = "",
    days: Days = ALWAYS, quote: str = SINCE,
) -> str:  # fmt: skip
    """Return a record of the FNS; *adult* and *child* are flag (1), amount (8) and rebooking."""
    return columns(
        68,
        {1: "R", 2: origin, 6: destination, 10: route, 15: railcard, 18: ticket}
        | {21: backwards(days), 37: quote, 45: use, 49: adult, 59: child},
    )


# --- files ---------------------------------------------------------------------------------------

NEEDED: Mapping[str, tuple[str, ...]] = {
    "FFL": tuple(ffl([flow("0001", "0002", fares={"SDS": 540})])),
    "FSC": (),
    "LOC": (
        location("0001", "AYT", "AYTON"),
        location("0002", "BEE", "BEEFORD"),
        location("0003", "CEE", "CEEHAM PARKWAY"),
    ),
    "TTY": (ticket("SDS"), ticket("SVR", "OFF-PEAK R", kind="R")),
    "RTE": (route("00000", "ANY PERMITTED"),),
    "RST": (rd("C"), rd("F", ("01012027", OPEN))),
    "RLC": (railcard("", "NO RAILCARD", people=(999, 1, 998, 0, 998, 0)),),
    "DIS": (status("000"), discount("000", "01", 0), status("001"), discount("001", "01", 500)),
}
"""The files that no feed lacks, as short as can be: three stations, one flow, no restriction."""


def feed_text(
    extension: str, lines: Iterable[str], *, sequence: str = SEQUENCE, exporter: str = "Invented",
    generated: str = GENERATED, newline: str = "\r\n", records: int | None = None,
    old: bool = False,
) -> str:  # fmt: skip
    """Return a whole file; an *old* one counts its *records* in its last line."""
    body = list(lines)
    number = len(body) if records is None else records
    header = [
        "/!! Start of file",
        f"/!! Content type:  {extension}",
        f"/!! Sequence:      {sequence}",
        *([] if old else [f"/!! Records:       {number:07d}"]),
        *([f"/!! Generated:     {generated}"] if generated else []),
        f"/!! Exporter:      {exporter}",
    ]
    count = f" ({number} records)" if old else ""
    day = generated or GENERATED
    return "".join(f"{one}{newline}" for one in [*header, *body, f"/!! End of file{count} ({day})"])


def feed_texts(
    files: Mapping[str, Iterable[str]] | None = None, *, sequence: str = SEQUENCE,
    exporter: str = "Invented", without: Collection[str] = (),
) -> dict[str, str]:  # fmt: skip
    """Return the files of a feed by their endings, a manifest among them."""
    lines = {kind: list(one) for kind, one in {**NEEDED, **(files or {})}.items()}
    kept = {kind: one for kind, one in lines.items() if kind not in without}
    names = [f"RJFAF{sequence}.{kind}" for kind in sorted(kept)]
    return {
        kind: feed_text(kind, one, sequence=sequence, exporter=exporter)
        for kind, one in {**kept, "DAT": names}.items()
    }


def write_fares(
    folder: Path, *, flows: Iterable[FlowLiteral] | None = None, sequence: str = SEQUENCE,
    exporter: str = "Invented", without: Collection[str] = (), **files: Iterable[str],
) -> Path:  # fmt: skip
    """Write a feed as a folder; *files* are lines by ending: `RST=[rd(), rh("1A")]`."""
    if flows is not None:
        files["FFL"] = ffl(flows)
    texts = feed_texts(files, sequence=sequence, exporter=exporter, without=without)
    return write_texts(folder, texts, sequence=sequence)


def write_texts(folder: Path, texts: Mapping[str, str], *, sequence: str = SEQUENCE) -> Path:
    """Write files as they are given, by their endings."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, text in texts.items():
        (folder / f"RJFAF{sequence}.{kind}").write_text(text, encoding="latin-1", newline="")
    return folder


def write_fares_zip(path: Path, texts: Mapping[str, str], *, sequence: str = SEQUENCE) -> Path:
    """Write a feed as a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for kind, text in texts.items():
            archive.writestr(f"RJFAF{sequence}.{kind}", text.encode("latin-1"))
    return path
