"""The service does what `/openapi.json` says, whatever it is asked: schemathesis tries."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from e2e.conftest import Demo, key_in, settings_for
from support.command import Service, serving

SCHEMATHESIS: Final = Path(sys.executable).with_name("schemathesis")
CONFIG: Final = Path(__file__).with_name("schemathesis.toml")
KEY: Final = '\n[auth.openapi.ApiKey]\napi_key = "{key}"\n'
MOST_S: Final = 120


@pytest.fixture(scope="module")
def key(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> str:
    return key_in(demo.database, tmp_path_factory.mktemp("key"), "--admin")


@pytest.fixture(scope="module")
def unlimited(demo: Demo, key: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Yield a service that knows *key*, and takes in as much feedback as there is."""
    settings = {**settings_for(demo.database), "RAILFAIR_FEEDBACK_LIMIT": "off"}
    with serving(settings, tmp_path_factory.mktemp("unlimited")) as service:
        yield service


def test_schemathesis_finds_nothing(unlimited: Service, key: str, tmp_path: Path) -> None:
    config = tmp_path / CONFIG.name
    config.write_text(CONFIG.read_text("utf-8") + KEY.format(key=key), "utf-8")
    done = subprocess.run(
        [SCHEMATHESIS, f"--config-file={config}", "run", f"{unlimited.url}/openapi.json",
         "--workers=2", "--no-color"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=MOST_S,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert f"✅ {phase}" in done.stdout.replace("  ", " "), done.stdout
