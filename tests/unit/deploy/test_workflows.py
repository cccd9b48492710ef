"""The workflows on GitHub: as zizmor wants them, pinned, and naming what there is."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

ROOT: Final = Path(__file__).resolve().parents[3]
WORKFLOWS: Final = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED: Final = re.compile(r"uses: [\w-]+/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
SCRIPT: Final = re.compile(r"(?:^|\s)((?:deploy|\.ci)/[\w./-]+)")
TARGET: Final = re.compile(r"make PYTHON=python ([a-z -]+)")
NOTES: Final = ROOT / "deploy" / "release_notes.py"


def read(file: Path) -> dict[Any, Any]:
    return dict(yaml.safe_load(file.read_text("utf-8")))


def test_there_is_one_for_each_thing_to_do() -> None:
    names = [file.stem for file in WORKFLOWS]
    assert names == ["ci", "deploy", "release", "rollback"]


def test_zizmor_finds_nothing() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("zizmor"), "--offline", "--no-progress", ".github"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_actions_are_pinned_by_commits(file: Path) -> None:
    uses = [line for line in file.read_text("utf-8").splitlines() if "uses:" in line]
    assert all(PINNED.search(line) for line in uses), uses


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_jobs_may_do_no_more_than_they_need_to_and_end(file: Path) -> None:
    workflow = read(file)
    assert workflow["permissions"] == {}
    assert workflow["concurrency"]["group"]
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 60
        assert job["permissions"]["contents"] in {"read", "write"}
        assert "write" not in job["permissions"].values() or file.stem == "release"


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_scripts_and_targets_that_are_run_exist(file: Path) -> None:
    text = "\n".join(
        step.get("run", "") for job in read(file)["jobs"].values() for step in job["steps"]
    )
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert all((ROOT / script).is_file() for script in SCRIPT.findall(text))
    for targets in TARGET.findall(text):
        assert all(f"\n{target}:" in makefile for target in targets.split())


@pytest.mark.parametrize("name", ["deploy", "rollback"])
def test_what_is_served_is_changed_only_by_hand_and_approved(name: str) -> None:
    workflow = read(ROOT / ".github" / "workflows" / f"{name}.yml")
    assert list(workflow[True]) == ["workflow_dispatch"]  # YAML reads `on` as true
    assert [job["environment"] for job in workflow["jobs"].values()] == ["production"]
    assert workflow["concurrency"] == {"group": "production", "cancel-in-progress": False}


def in_a_folder(folder: Path, version: str, changelog: str) -> Path:
    (folder / "deploy").mkdir()
    script = folder / "deploy" / NOTES.name
    script.write_text(NOTES.read_text("utf-8"), "utf-8")
    (folder / "pyproject.toml").write_text(f'[project]\nversion = "{version}"\n', "utf-8")
    (folder / "CHANGELOG.md").write_text(changelog, "utf-8")
    return script


CHANGES: Final = "# Changelog\n\n## 0.2.0, 2026-11-25\n\n- New.\n\n## 0.1.0, unreleased\n\n- Old.\n"


@pytest.mark.parametrize(
    ("tag", "version", "code", "said"),
    [
        ("v0.2.0", "0.2.0", 0, "- New.\n"),
        ("v0.2.0", "0.1.0", 1, "the tag is v0.2.0, but pyproject.toml says 0.1.0\n"),
        ("v0.1.0", "0.1.0", 1, "CHANGELOG.md says that 0.1.0 is unreleased\n"),
        ("v0.3.0", "0.3.0", 1, "CHANGELOG.md has no section ## 0.3.0\n"),
        ("main", "0.3.0", 1, "main is no tag of a release: those look like v0.2.0\n"),
    ],
)
def test_notes_of_a_release_are_its_section_of_the_changelog(
    tmp_path: Path, tag: str, version: str, code: int, said: str
) -> None:
    script = in_a_folder(tmp_path, version, CHANGES)
    done = subprocess.run(
        [sys.executable, script, tag], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (code, said)
