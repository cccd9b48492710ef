"""The demo as a whole: the same bytes every time, marked as a demo, at both scales."""

import gzip
import json
import zipfile
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import islice
from pathlib import Path

import pytest

from railfair.adapters.demo import DemoSummary, Progress, build_demo
from railfair.adapters.demo.layout import NUMBER, Layout
from railfair.adapters.demo.national import (
    STATIONS,
    line_clusters,
    line_corridors,
    line_flows,
    make_lines,
)
from railfair.adapters.demo.network import make_railway
from railfair.adapters.demo.stations import real_stations

TODAY = date(2026, 11, 23)


def build(directory: Path, *, seed: int = 5, progress: Progress | None = None) -> DemoSummary:
    return build_demo(
        directory, scale="small", seed=seed, days=2, today=TODAY, progress=progress, truth_days=20
    )


def digests(directory: Path) -> dict[str, str]:
    return {
        str(path.relative_to(directory)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    directory: Path
    summary: DemoSummary
    steps: list[tuple[str, float]]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    steps: list[tuple[str, float]] = []
    directory = tmp_path_factory.mktemp("demo")
    summary = build(directory, progress=lambda step, share: steps.append((step, share)))
    return Built(directory=directory, summary=summary, steps=steps)


def test_the_same_arguments_give_the_same_bytes_and_another_seed_other_running(
    built: Built, tmp_path: Path
) -> None:
    build(tmp_path / "again")
    build(tmp_path / "other", seed=6)
    first = digests(built.directory)
    again, other = (digests(tmp_path / name) for name in ("again", "other"))
    assert first == again
    changed = {name for name in first if first[name] != other[name]}
    assert changed == {
        "README.txt", "demo.json", "performance/hsp-2026-11.jsonl.gz", "truth.json.gz"
    }  # fmt: skip


def test_the_folder_says_that_it_is_a_demo(built: Built) -> None:
    marker = json.loads((built.directory / "demo.json").read_text())
    assert marker == {
        "generator": "railfair demo",
        "scale": "small",
        "seed": 5,
        "days": 2,
        "today": "2026-11-23",
        "source": "demo",
    }
    for path in (built.summary.timetable, built.summary.fares_feed):
        with zipfile.ZipFile(path) as archive:
            assert archive.comment == b"RailFairDemo"
            assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


def test_progress_only_grows_and_ends_at_one(built: Built) -> None:
    shares = [share for _, share in built.steps]
    assert shares == sorted(shares)
    assert built.steps[-1] == ("done", 1.0)


def test_the_summary_counts_what_was_written(built: Built) -> None:
    lines = [
        line
        for path in built.summary.performance
        for line in gzip.decompress(path.read_bytes()).splitlines()
    ]
    assert built.summary.runs == len(lines) > 600
    assert built.summary.calls == sum(line.count(b'"location"') for line in lines)
    assert built.summary.truth_rows > 5000


def test_less_than_a_day_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="days is 0"):
        build_demo(tmp_path, scale="small", seed=1, days=0, today=TODAY)


def test_a_layout_reads_back_what_it_wrote() -> None:
    layout = Layout(12, ("name", 2, 4), ("pence", 8, 5, NUMBER))
    line = layout.line(name="ab", pence=42)
    assert line == " ab    00042"
    assert layout.read(line) == {"name": "ab", "pence": "00042"}
    assert layout.template("pence", name="ab") % 42 == line


def test_a_value_wider_than_its_field_is_refused() -> None:
    layout = Layout(4, ("name", 1, 2))
    with pytest.raises(ValueError, match="wider than 2"):
        layout.line(name="abc")


def test_overlapping_fields_are_refused() -> None:
    with pytest.raises(ValueError, match="overlaps"):
        Layout(9, ("one", 1, 4), ("two", 4, 2))


def test_the_national_network_has_unique_codes_and_reaches_everywhere() -> None:
    lines = make_lines()
    invented = [station for *_, found in lines for station in found]
    everywhere = [*real_stations(), *invented]
    assert len(everywhere) == STATIONS
    for codes in (
        {s.crs for s in everywhere},
        {s.tiploc for s in everywhere},
        {s.nlc for s in everywhere},
        {s.name for s in everywhere},
    ):
        assert len(codes) == STATIONS
    assert max(len(s.name) for s in invented) <= 26
    hubs = {hub.crs for line in lines for hub in line[:2]}
    assert hubs == {hub.crs for hub in real_stations()}


def test_a_national_line_has_the_trains_and_fares_of_its_scale() -> None:
    lines = make_lines()[:2]
    railway = make_railway(
        today=TODAY,
        days=7,
        stations=tuple(station for *_, found in lines for station in found),
        corridors=line_corridors(lines),
    )
    trains = railway.corridors[-1].booked_on(date(2026, 11, 18))
    assert 170 <= len(trains) <= 200
    assert max(len(train.pattern.calls) for train in trains) == 23
    assert sum(len(found) for found in line_clusters(lines).values()) == 42
    flows = list(islice(line_flows(railway, lines), 500))
    assert all(flow.fares and flow.origin != flow.destination for flow in flows)
