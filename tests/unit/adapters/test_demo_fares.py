"""The demo's fares feed, read back from its own records."""

import zipfile
from collections.abc import Iterator
from datetime import date
from itertools import combinations, permutations
from pathlib import Path

import pytest

from railfair.adapters.demo import fare_layouts as layout
from railfair.adapters.demo.network import Railway, make_railway
from railfair.adapters.demo.rjfaf import FareCounts, write_fares
from railfair.adapters.demo.stations import by_crs, real_stations

type Files = dict[str, list[str]]

WIDTHS = {
    "FSC": {25}, "NFO": {67}, "NDF": {67}, "FNS": {68}, "TTY": {113}, "TVL": {82},
    "RLC": {127}, "RCM": {30}, "DIS": {99, 18}, "FRR": {36}, "RTE": {263, 26}, "TOC": {42, 36},
    "TSP": {68}, "TAP": {37}, "FFL": {49, 22}, "LOC": {289, 20, 54, 27, 41},
}  # fmt: skip


@pytest.fixture(scope="module")
def railway() -> Railway:
    return make_railway(today=date(2026, 11, 23), days=365)


@pytest.fixture(scope="module")
def written(railway: Railway, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, FareCounts]:
    path = tmp_path_factory.mktemp("fares") / "RJFAF001.zip"
    return path, write_fares(path, railway, level=1)


@pytest.fixture(scope="module")
def raw(written: tuple[Path, FareCounts]) -> Files:
    with zipfile.ZipFile(written[0]) as archive:
        return {name[-3:]: archive.read(name).decode().split("\r\n") for name in archive.namelist()}


@pytest.fixture(scope="module")
def files(raw: Files) -> Files:
    return {
        name: [line for line in lines if line and not line.startswith("/")]
        for name, lines in raw.items()
    }


@pytest.fixture(scope="module")
def anytime(files: Files) -> dict[tuple[str, str], int]:
    """The anytime singles by the codes of their ends, both ways for reversible flows."""
    ends: dict[str, tuple[str, str, str]] = {}
    prices: dict[tuple[str, str], int] = {}
    for line in files["FFL"]:
        if line[1] == "F":
            flow = layout.FFL_F.read(line)
            ends[flow["flow_id"]] = (flow["origin"], flow["destination"], flow["direction"])
        elif line[9:12] in {"SOS", "SDS"}:
            origin, destination, direction = ends[line[2:9]]
            for pair in ((origin, destination), (destination, origin))[: 1 + (direction == "R")]:
                prices[pair] = min(int(line[12:20]), prices.get(pair, 10**8))
    return prices


def codes_of(files: Files) -> dict[str, set[str]]:
    """Return for each CRS its NLC, its group and its clusters."""
    found: dict[str, set[str]] = {}
    clusters: dict[str, set[str]] = {}
    for line in files["FSC"]:
        clusters.setdefault(line[5:9], set()).add(line[1:5])
    for line in files["LOC"]:
        place = layout.LOC_L.read(line) if line[1] == "L" else {"crs": ""}
        if place["crs"]:
            own = {place["nlc"], place["fare_group"]}
            found[place["crs"]] = own | {c for code in own for c in clusters.get(code, ())}
    return found


def prices_between(
    one: set[str], other: set[str], anytime: dict[tuple[str, str], int]
) -> Iterator[int]:
    return (anytime[pair] for a in one for b in other if (pair := (a, b)) in anytime)


def test_headers_count_the_lines_and_name_the_demo(raw: Files, files: Files) -> None:
    for name, lines in raw.items():
        assert f"/!! Records:       {len(files[name]):07d}" in lines
        assert "/!! Exporter:      RailFairDemo" in lines
        assert lines[-2].startswith("/!! End of file (23/11/2026)")


def test_the_manifest_lists_every_other_file(raw: Files, files: Files) -> None:
    assert {name[-3:] for name in files["DAT"]} == raw.keys() - {"DAT"}
    assert len(raw) == 18


def test_records_have_the_widths_of_the_format(files: Files) -> None:
    for name, widths in WIDTHS.items():
        assert {len(line) for line in files[name]} == widths, name


def test_the_summary_counts_flows_and_fares(files: Files, written: tuple[Path, FareCounts]) -> None:
    kinds = [line[1] for line in files["FFL"]]
    assert (kinds.count("F"), kinds.count("T")) == (written[1].flows, written[1].fares)


def test_every_fare_has_its_flow_ticket_restriction_and_route(files: Files) -> None:
    flows = {line[42:49] for line in files["FFL"] if line[1] == "F"}
    routes = {line[10:15] for line in files["FFL"] if line[1] == "F"}
    fares = [line for line in files["FFL"] if line[1] == "T"]
    assert {line[2:9] for line in fares} == flows
    assert {line[9:12] for line in fares} <= {line[1:4] for line in files["TTY"]}
    known = {line[4:6] for line in files["RST"] if line[1:3] == "RH"} | {"  "}
    assert {line[20:22] for line in fares} <= known
    assert routes <= {line[2:7] for line in files["RTE"] if line[1] == "R"}


def test_every_end_is_a_place_or_a_cluster(files: Files) -> None:
    places = {line[36:40] for line in files["LOC"] if line[1] == "L"}
    clusters = {line[1:5] for line in files["FSC"]}
    ends = {code for line in files["FFL"] if line[1] == "F" for code in (line[2:6], line[6:10])}
    assert ends <= places | clusters
    assert {line[5:9] for line in files["FSC"]} <= places


def test_every_pair_of_stations_has_an_anytime_fare(
    files: Files, anytime: dict[tuple[str, str], int]
) -> None:
    codes = codes_of(files)
    for one, other in permutations(real_stations(), 2):
        same_group = codes[one.crs] & codes[other.crs] & {"1072", "0418", "0438"}
        priced = any(prices_between(codes[one.crs], codes[other.crs], anytime))
        assert priced or same_group, (one.crs, other.crs)


def test_prices_of_shared_ends_stay_between_half_and_twice_the_distance_rate(
    anytime: dict[tuple[str, str], int],
) -> None:
    assert min(anytime.values()) >= 150
    assert max(anytime.values()) < 40_000


def test_some_splits_beat_the_through_fare(anytime: dict[tuple[str, str], int]) -> None:
    nlc = {crs: station.nlc for crs, station in by_crs(real_stations()).items()}
    line = ["1072", *(nlc[crs] for crs in ("MKC", "STA", "CRE", "SPT")), "0438"]
    through = anytime["1072", "0438"]
    splits = [
        anytime[line[0], middle] + anytime[middle, line[-1]]
        for middle in line[1:-1]
        if (line[0], middle) in anytime and (middle, line[-1]) in anytime
    ]
    assert min(splits) < through


def test_both_sets_of_restrictions_hold_the_same_codes(files: Files) -> None:
    def codes(marker: str) -> set[str]:
        return {line[4:6] for line in files["RST"] if line[1:4] == f"RH{marker}"}

    assert codes("C") == codes("F")
    kinds = {line[1:3] for line in files["RST"]}
    assert {"RD", "RH", "HD", "TR", "TD", "TT", "SR", "RR", "CA"} <= kinds


def test_listed_trains_exist(railway: Railway, files: Files) -> None:
    uids = {train.uid for timetable in railway.corridors for train in timetable.trains}
    assert {line[6:12] for line in files["RST"] if line[1:3] == "SR"} <= uids


def test_discounts_and_minimum_fares_are_those_of_the_rules(files: Files) -> None:
    thirds = [layout.DIS_D.read(line) for line in files["DIS"] if line[:4] == "D003"]
    assert {row["percentage"] for row in thirds if row["discount_category"] == "01"} == {
        "340",
        "334",
    }
    minimums = [layout.RCM.read(line) for line in files["RCM"] if line.startswith("YNGSDS")]
    assert {int(row["minimum_fare"]) for row in minimums} == {1200}
    for one, other in combinations(minimums, 2):
        assert one["end_date"][:4] == other["end_date"][:4] == "3006"
        assert one["start_date"][:4] == "0109"


def test_overrides_suppress_replace_and_add(files: Files) -> None:
    rows = [layout.NFO.read(line) for line in files["NFO"]]
    assert any(int(row["adult_fare"]) == 99_999_999 for row in rows)
    assert {row["composite"] for row in rows} == {"Y", "N"}
    assert any(row["railcard_code"] for row in rows)
    assert len(files["NDF"]) == 1
