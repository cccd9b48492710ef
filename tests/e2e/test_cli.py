"""`railfair` on the command line: what it prints, how it ends, and that it never shows a crash."""

import gzip
import json
import shutil
import zipfile
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from e2e.conftest import Demo, Run, railfair
from support.command import RAILFAIR, Ended, Service

COMMANDS: list[tuple[str, ...]] = [
    ("predict",), ("backtest",), ("serve",), ("db", "upgrade"), ("db", "downgrade"),
    ("db", "check"), ("import", "timetable"), ("import", "performance"), ("demo", "build"),
    ("import", "fares"), ("demo", "load"), ("feeds", "fetch"), ("feeds", "list"),
    ("feeds", "restore"),
]  # fmt: skip
ASKED = ("predict", "NRW", "LST", "--date", "2026-11-24", "--time", "08:00")
FIGURES = {"rps", "brier_5", "log_loss_5", "calibration_gap", "coverage_80", "n"}


def assert_refused(ended: Ended, code: int, *words: str) -> None:
    assert ended.code == code, ended.err
    assert "Traceback" not in ended.err
    assert "Traceback" not in ended.out
    said = ended.err.splitlines()[-1]
    for word in words:
        assert word in said


def digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def copy(demo: Demo, tmp_path: Path) -> Path:
    """Return a database of the test's own, with the running of October."""
    database = tmp_path / "copy.db"
    shutil.copy(demo.october, database)
    return database


def folder_beside(copy: Path) -> Path:
    """Return an empty folder for running to import."""
    folder = copy.parent / "performance"
    folder.mkdir()
    return folder


def answer_of(run: Run, database: Path) -> str:
    return run(*ASKED, "--json", database=database).out


def test_the_help_lists_commands_examples_and_exit_codes(run: Run) -> None:
    ended = run("--help")
    assert ended.code == 0
    for word in ("Examples:", "Exit codes:", "RAILFAIR_", *(words[0] for words in COMMANDS)):
        assert word in ended.out


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_help_of_every_command_has_an_example(run: Run, words: tuple[str, ...]) -> None:
    ended = run(*words, "--help")
    assert ended.code == 0
    assert "Example" in ended.out
    assert f"railfair {' '.join(words)}" in ended.out


def test_the_installed_command_is_this_one(run: Run) -> None:
    assert RAILFAIR.exists()
    assert run("--version").out.startswith("railfair, version ")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("nonsense",), "nonsense"),
        (("predict", "NRW"), "DESTINATION"),
        (("predict", "NRW", "LST", "--date", "2026-02-31"), "2026-02-31"),
        (("predict", "NRW", "LST", "--time", "25:61"), "25:61"),
        (("predict", "NRW", "🚂"), "three letters"),
        (("predict", "NRW", "LST", "--limit", "0"), "--limit"),
        (("predict", "NRW", "LST", "--observed-at", "IPS"), "--observed-delay"),
        (("serve", "--port", "70000"), "--port"),
        (("import", "timetable"), "PATH"),
        (("import", "fares"), "PATH"),
        (("feeds", "fetch", "fares", "--force"), "--import"),
        (("feeds", "fetch", "timetable", "--import", "--force"), "fares"),
        (("feeds", "restore", "timetable"), "timetable"),
        (("feeds", "fetch", "performance"), "--origin"),
        (("backtest", "--from", "2026-11-01"), "--to"),
    ],
)
def test_wrong_usage_names_what_is_wrong(run: Run, words: tuple[str, ...], named: str) -> None:
    assert_refused(run(*words), 2, named)


def test_a_wrong_setting_stops_with_one_line_that_names_it(run: Run) -> None:
    ended = run(*ASKED, RAILFAIR_LOG_LEVEL="loud")
    assert_refused(ended, 2, "RAILFAIR_LOG_LEVEL", "loud")
    assert len(ended.err.splitlines()) == 1


def test_a_database_url_that_is_none_is_named(run: Run) -> None:
    ended = run(*ASKED, RAILFAIR_DATABASE_URL="not a url")
    assert_refused(ended, 2, "RAILFAIR_DATABASE_URL")
    assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        (("predict", "NRW", "ZZZ"), 4, "ZZZ"),
        (("predict", "NRW", "EDB"), 4, "NRW to EDB"),
        (("predict", "NRW", "nrw"), 3, "destination"),
        (("predict", "NRW", "LST", "--observed-at", "EDB", "--observed-delay", "7"), 3, "observed"),
        (("import", "timetable", "no-such-file.zip"), 3, "no-such-file.zip"),
        (("import", "performance", "no-such-folder"), 3, "no-such-folder"),
        (("backtest", "--from", "2026-11-20", "--to", "2026-11-01"), 3, "to"),
    ],
)
def test_what_cannot_be_answered_ends_with_a_code_of_its_kind(
    run: Run, words: tuple[str, ...], code: int, named: str
) -> None:
    assert_refused(run(*words), code, named)


def test_the_tables_go_up_are_checked_and_go_down(run: Run, tmp_path: Path) -> None:
    database = tmp_path / "new" / "railfair.db"
    assert_refused(run("db", "check", database=database), 6, "railfair db upgrade")
    assert run("db", "upgrade", database=database).code == 0
    assert run("db", "upgrade", database=database).code == 0
    assert run("db", "check", database=database).code == 0
    assert run("db", "downgrade", "base", database=database).code == 0
    assert_refused(run("db", "check", database=database), 6, "railfair db upgrade")
    assert_refused(run("serve", database=database), 6, "railfair db upgrade")
    assert_refused(run(*ASKED, database=database), 6, "railfair db upgrade")


def test_nothing_loaded_is_said_so(run: Run, tmp_path: Path) -> None:
    database = tmp_path / "railfair.db"
    assert run("db", "upgrade", database=database).code == 0
    assert run(*ASKED, database=database).code in {4, 6}
    assert_refused(
        run("backtest", "--from", "2026-11-01", "--to", "2026-11-02", database=database), 6,
        "performance",
    )  # fmt: skip


def test_a_port_that_is_taken_is_named(run: Run, service: Service) -> None:
    port = service.url.rpartition(":")[2]
    assert_refused(run("serve", "--port", port), 6, f"127.0.0.1:{port}", "--port")


def test_importing_a_timetable_ends_with_a_table(run: Run, demo: Demo, copy: Path) -> None:
    ended = run("import", "timetable", demo.folder / "timetable", database=copy)
    assert ended.code == 0
    for word in ("record", "read", "kept", "station", "schedule", "call", "2,340", "RJTTF001"):
        assert word in ended.out
    assert "covers 2025-11-23 to 2027-02-21 (demo data" in ended.out
    assert "Importing the timetable" in ended.err


def test_importing_the_same_running_again_changes_nothing(run: Run, demo: Demo, copy: Path) -> None:
    again = demo.folder / "performance" / "hsp-2026-10.jsonl.gz"
    before = json.loads(answer_of(run, copy))["forecasts"]
    ended = run("import", "performance", again, database=copy)
    assert ended.code == 0
    new, changed = ([line.split("│")[3].strip() for line in ended.out.splitlines() if what in line]
                    for what in ("that is new", "that changed"))  # fmt: skip
    assert (new, changed) == (["0"], ["0"])
    assert json.loads(answer_of(run, copy))["forecasts"] == before


def test_a_garbled_line_is_rejected_with_its_place(run: Run, demo: Demo, copy: Path) -> None:
    lines = gzip.decompress(demo.november.read_bytes()).splitlines()[:200]
    lines[2] = b'{"serviceAttributesDetails": '
    garbled = folder_beside(copy) / "garbled.jsonl"
    garbled.write_bytes(b"\n".join(lines))
    ended = run("import", "performance", garbled, database=copy)
    assert ended.code == 0, ended.err
    assert "rejected: 1 records" in ended.out
    assert "garbled.jsonl:3 " in ended.out


def test_a_garbled_schedule_is_rejected_with_its_place(run: Run, demo: Demo, copy: Path) -> None:
    folder = copy.parent / "garbled"
    with zipfile.ZipFile(demo.folder / "timetable" / "RJTTF001.zip") as archive:
        archive.extractall(folder)
    [mca] = folder.glob("*.MCA")
    lines = mca.read_text("ascii").splitlines()
    number = next(n for n, line in enumerate(lines) if line.startswith("BS"))
    lines[number] = lines[number][:9] + "261399" + lines[number][15:]
    mca.write_text("\n".join(lines) + "\n", "ascii")
    ended = run("import", "timetable", folder, database=copy)
    assert ended.code == 0, ended.err
    assert f"{mca.name}:{number + 1} BS" in ended.out


@pytest.mark.parametrize(
    ("kind", "file"),
    [("timetable", "performance"), ("performance", "timetable"), ("timetable", "fares"),
     ("timetable", "truth.json.gz"), ("fares", "timetable")],
)  # fmt: skip
def test_a_file_of_the_wrong_kind_is_refused_and_the_data_stay(
    run: Run, demo: Demo, copy: Path, kind: str, file: str
) -> None:
    before = answer_of(run, copy)
    assert_refused(run("import", kind, demo.folder / file, database=copy), 3)
    assert answer_of(run, copy) == before


def test_a_truncated_zip_is_refused_and_the_data_stay(run: Run, demo: Demo, copy: Path) -> None:
    before = answer_of(run, copy)
    cut = copy.with_name("RJTTF002.zip")
    cut.write_bytes((demo.folder / "timetable" / "RJTTF001.zip").read_bytes()[:40_000])
    assert_refused(run("import", "timetable", cut, database=copy), 3, "RJTTF002.zip")
    assert answer_of(run, copy) == before


def test_a_truncated_gzip_is_refused_and_the_data_stay(run: Run, demo: Demo, copy: Path) -> None:
    before = answer_of(run, copy)
    cut = folder_beside(copy) / "hsp-cut.jsonl.gz"
    cut.write_bytes(demo.november.read_bytes()[:40_000])
    assert_refused(run("import", "performance", cut, database=copy), 3, "hsp-cut.jsonl")
    assert answer_of(run, copy) == before


def test_real_running_is_not_mixed_with_the_demos(run: Run, demo: Demo, copy: Path) -> None:
    before = answer_of(run, copy)
    answers = gzip.decompress(demo.november.read_bytes())
    real = copy.with_name("real.jsonl.gz")
    real.write_bytes(gzip.compress(answers.replace(b'"generator":"RailFairDemo",', b"")))
    assert_refused(run("import", "performance", real, database=copy), 5, "demo", "empty database")
    assert answer_of(run, copy) == before


def test_a_prediction_is_a_table_of_trains(run: Run) -> None:
    ended = run(*ASKED)
    assert ended.code == 0
    for word in ("Norwich to London Liverpool Street", "Tuesday 24 November 2026", "leaves",
                 "on time", "cancelled", "08:00", "Greater Anglia", "confidence",
                 "demo railway"):  # fmt: skip
        assert word in ended.out


def test_a_prediction_as_json_is_what_the_http_api_answers(run: Run, api: httpx.Client) -> None:
    query = {"origin": "NRW", "destination": "LST", "date": "2026-11-24", "time": "08:00"}
    printed = run(*ASKED, "--json")
    assert json.loads(printed.out) == api.get("/api/predict", params=query).json()
    seen = run(*ASKED, "--limit", "1", "--observed-at", "ips", "--observed-delay", "7", "--json")
    query |= {"limit": "1", "observed_at": "IPS", "observed_delay_min": "7"}
    assert json.loads(seen.out) == api.get("/api/predict", params=query).json()


def test_a_prediction_explains_itself_when_asked(run: Run) -> None:
    ended = run(*ASKED, "--limit", "1", "--explain")
    assert "Why the 08:00 is on time" in ended.out
    assert "trains on time anywhere in the loaded history" in ended.out


def test_without_a_date_today_is_meant(run: Run) -> None:
    assert json.loads(run("predict", "nrw", "lst", "--json").out)["date"] == "2026-11-23"


def test_a_backtest_scores_model_and_baselines(run: Run, demo: Demo, tmp_path: Path) -> None:
    ended = run(
        "backtest", "--from", "2026-11-16", "--to", "2026-11-22", "--json",
        "--plot", tmp_path / "reliability.png", "--truth", demo.folder / "truth.json.gz",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    result = json.loads(ended.out)
    assert {"model", "climatology", "table"} <= result["overall"].keys()
    groups = [result["overall"], *result["by_operator"].values(), *result["by_route"].values()]
    assert len(groups) > 20
    for group in groups:
        for method in ("model", "climatology", "table"):
            assert group[method].keys() >= FIGURES
    overall = result["overall"]
    assert overall["model"]["rps"] < overall["climatology"]["rps"]
    assert overall["model"]["n"] == overall["climatology"]["n"] > 1000
    assert (tmp_path / "reliability.png").read_bytes().startswith(b"\x89PNG")


def test_a_backtest_is_a_table_of_scores(run: Run) -> None:
    ended = run("backtest", "--from", "2026-11-22", "--to", "2026-11-22")
    assert ended.code == 0, ended.err
    for word in ("climatology", "calibration gap", "By operator", "By route", "better than"):
        assert word in ended.out


def test_the_demo_is_built_with_the_same_bytes_each_time(demo: Demo, tmp_path: Path) -> None:
    options = ("--days", "1", "--today", "2026-11-23", "--seed", "3")
    both = [
        railfair("demo", "build", tmp_path / name, *options, database=demo.database, cwd=tmp_path)
        for name in ("one", "two")
    ]
    for command in both:
        ended = command.ended()
        assert ended.code == 0, ended.err
        assert "68 stations" in ended.out
    assert digest(tmp_path / "one") == digest(tmp_path / "two")


def test_the_demo_is_loaded_only_the_first_time(run: Run, demo: Demo, tmp_path: Path) -> None:
    folder, database = tmp_path / "demo", tmp_path / "railfair.db"
    shutil.copytree(demo.folder, folder)
    (folder / "performance" / "hsp-2026-10.jsonl.gz").unlink()
    first = run("demo", "load", folder, database=database)
    assert first.code == 0, first.err
    assert "schedule" in first.out
    loaded = answer_of(run, database)
    second = run("demo", "load", folder, database=database)
    assert (second.code, second.out) == (0, "")
    assert answer_of(run, database) == loaded


@pytest.mark.parametrize(
    ("words", "setting"),
    [
        (("timetable",), "RAILFAIR_NRDP_USERNAME"),
        (("fares",), "RAILFAIR_NRDP_USERNAME"),
        (("performance", "--origin", "NRW", "--destination", "LST", "--from", "2026-11-01",
          "--to", "2026-11-02"), "RAILFAIR_HSP_"),
    ],
)  # fmt: skip
def test_fetching_without_credentials_names_the_settings(
    run: Run, words: tuple[str, ...], setting: str
) -> None:
    ended = run("feeds", "fetch", *words)
    assert ended.code in {2, 6}
    assert_refused(ended, ended.code, setting)
