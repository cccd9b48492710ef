"""Fares on the command line: imported as a whole or not at all, listed, and brought back."""

import json
from pathlib import Path
from typing import Any

import pytest

from e2e.conftest import Demo, Run, railfair
from railfair.adapters.feeds.fares import DEMO_EXPORTER
from support.command import Ended
from support.fares_feed import (
    f_line,
    feed_texts,
    ffl,
    flow,
    write_fares,
    write_fares_zip,
    write_texts,
)
from support.fares_rule_lines import location, member


class Fares:
    """A database for fares, and feeds of one price each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "railfair.db"

    def run(self, *arguments: str | Path) -> Ended:
        return railfair(*arguments, database=self.database, cwd=self.folder).ended()

    def feed(self, sequence: str, fare_p: int = 540, *, exporter: str = "Invented") -> Path:
        flows = [flow("0001", "0002", fares={"SDS": fare_p})]
        folder = self.folder / sequence
        return write_fares(folder, flows=flows, sequence=sequence, exporter=exporter)

    def take(self, sequence: str, fare_p: int = 540, *, exporter: str = "Invented") -> None:
        ended = self.run("import", "fares", self.feed(sequence, fare_p, exporter=exporter))
        assert ended.code == 0, ended.err

    def listed(self) -> dict[str, str]:
        """Return the state of each version."""
        ended = self.run("feeds", "list", "--json")
        assert ended.code == 0, ended.err
        return {one["version"]: one["state"] for one in json.loads(ended.out)["fares"]}


@pytest.fixture
def fares(tmp_path: Path) -> Fares:
    here = Fares(tmp_path)
    assert here.run("db", "upgrade").code == 0
    return here


def test_importing_fares_ends_with_a_table(fares: Fares) -> None:
    ended = fares.run("import", "fares", fares.feed("901"))
    assert ended.code == 0, ended.err
    for word in ("record", "read", "kept", "flow", "ticket type", "location", "fares RJFAF901"):
        assert word in ended.out
    assert "covers 2026-01-05 and later (import data" in ended.out
    assert "Importing the fares" in ended.err


def test_a_zip_is_imported_as_it_came(fares: Fares) -> None:
    path = write_fares_zip(fares.folder / "RJFAF901.zip", feed_texts())
    assert fares.run("import", "fares", path).code == 0
    assert fares.listed() == {"RJFAF901": "current"}


def test_a_garbled_record_is_rejected_with_its_place(fares: Fares) -> None:
    flows = [flow("0001", "0002", fares={"SDS": 540})] * 40
    lines = ffl(flows)
    lines[-1] = lines[-1][:12] + "nonsense"
    texts = feed_texts({"FFL": lines})
    ended = fares.run("import", "fares", write_texts(fares.folder / "901", texts))
    assert ended.code == 0, ended.err
    number = texts["FFL"].splitlines().index(lines[-1]) + 1
    assert "rejected: 1 records" in ended.out
    assert f"RJFAF901.FFL:{number} " in ended.out


def test_a_code_that_is_none_is_rejected_and_the_others_are_asked_for(fares: Fares) -> None:
    numbers = range(1, 31)
    flows = [flow(f"{n:04}", "0002", fares={"SDS": 540}) for n in numbers]
    texts = feed_texts(
        {
            "FFL": [*ffl(flows), f_line(99, "00\xe91", "0002")],
            "LOC": [location(f"{n:04}", f"A{chr(64 + n)}Y") for n in range(1, 25)]
            + [location("0099", "BYE", group="\xe9\xe9\xe9\xe9")],
            "FSC": [member("Q001", f"{n:04}") for n in numbers] + [member("\xe9001", "0001")],
        }
    )
    ended = fares.run("import", "fares", write_texts(fares.folder / "901", texts))
    assert ended.code == 0, ended.err
    assert "rejected: 3 records" in ended.out
    for where in ("FFL:67 F: ORIGIN_CODE", "LOC:31 L: FARE_GROUP", "FSC:37 FSC: CLUSTER_ID"):
        assert f"RJFAF901.{where}" in ended.out
    asked = fares.run("fares", "AAY", "ABY", "--date", "2026-11-24")
    assert asked.code == 0, asked.err
    assert "5.40" in asked.out


def test_a_feed_that_lacks_a_file_is_refused_and_the_fares_stay(fares: Fares) -> None:
    fares.take("901")
    broken = write_fares(fares.folder / "902", sequence="902", without=("LOC",))
    ended = fares.run("import", "fares", broken)
    assert ended.code == 3
    assert "LOC" in ended.err.splitlines()[-1]
    assert fares.listed() == {"RJFAF901": "current"}


@pytest.mark.parametrize(
    ("there", "given"), [("Invented", DEMO_EXPORTER), (DEMO_EXPORTER, "Invented")]
)
def test_real_fares_and_the_demos_do_not_mix(fares: Fares, there: str, given: str) -> None:
    fares.take("901", exporter=there)
    ended = fares.run("import", "fares", fares.feed("902", exporter=given))
    assert ended.code == 5
    assert "empty database" in ended.err.splitlines()[-1]
    assert fares.listed() == {"RJFAF901": "current"}


def test_the_fares_before_the_last_import_come_back(fares: Fares) -> None:
    fares.take("901")
    fares.take("902")
    ended = fares.run("feeds", "restore", "fares")
    assert ended.code == 0, ended.err
    assert "RJFAF901, generated on 2026-01-05, loaded 20" in ended.out
    assert fares.listed() == {"RJFAF901": "current", "RJFAF902": "withdrawn"}


def test_where_nothing_was_before_nothing_comes_back(fares: Fares) -> None:
    fares.take("901")
    ended = fares.run("feeds", "restore", "fares")
    assert ended.code == 5
    assert ended.err == "railfair: there is no earlier version of the fares to go back to\n"
    assert fares.listed() == {"RJFAF901": "current"}


def test_the_editions_are_listed_newest_first(fares: Fares) -> None:
    assert "no fares were imported yet" in fares.run("feeds", "list").out
    for sequence in ("901", "902", "903"):
        fares.take(sequence)
    ended = fares.run("feeds", "list")
    assert ended.code == 0
    rows = [line.split("│")[2:5] for line in ended.out.splitlines() if "RJFAF" in line]
    assert [[cell.strip() for cell in row] for row in rows] == [
        ["RJFAF903", "current", "import"],
        ["RJFAF902", "previous", "import"],
        ["RJFAF901", "past", "import"],
    ]


def test_the_editions_are_listed_as_json(fares: Fares) -> None:
    fares.take("901")
    listed: dict[str, Any] = json.loads(fares.run("feeds", "list", "--json").out)
    [edition] = listed["fares"]
    assert edition.pop("loaded_at").startswith("2026-11-23T")
    assert edition == {
        "number": 1,
        "version": "RJFAF901",
        "state": "current",
        "source": "import",
        "generated_on": "2026-01-05",
    }
    assert listed["fares_update"] is None


def test_the_demos_fares_are_loaded_where_they_are_missing(
    run: Run, demo: Demo, tmp_path: Path
) -> None:
    database = tmp_path / "railfair.db"
    assert run("db", "upgrade", database=database).code == 0
    for kind in ("timetable", "performance"):
        there = next((demo.folder / kind).iterdir())
        assert run("import", kind, there, database=database).code == 0
    ended = run("demo", "load", demo.folder, database=database)
    assert ended.code == 0, ended.err
    assert "fares RJFAF001" in ended.out
    assert "timetable RJTTF001" not in ended.out
    assert run("demo", "load", demo.folder, database=database).out == ""


def test_the_demo_is_not_loaded_beside_what_is_real(fares: Fares, demo: Demo) -> None:
    fares.take("901")
    ended = fares.run("demo", "load", demo.folder)
    assert (ended.code, ended.out) == (0, "")
    assert fares.listed() == {"RJFAF901": "current"}
