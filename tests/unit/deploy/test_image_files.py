"""What the Dockerfile does besides installing, and how a container is asked for its health."""

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import distributions
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Final

import pytest
from numba.core.caching import UserProvidedCacheLocator

from railfair.domain.delays import normal

ROOT: Final = Path(__file__).resolve().parents[3]
IMAGE: Final = ROOT / "deploy" / "image"


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, IMAGE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


prepare = loaded("prepare")
LOCK: Final = (ROOT / "requirements.txt").read_text("utf-8")


def test_an_image_gets_what_the_lock_says_without_what_it_never_uses() -> None:
    chosen = prepare.chosen(LOCK, left_out=prepare.UNUSED | prepare.PLOTS, only=None)
    assert "litestar==" in chosen
    assert "matplotlib==" not in chosen
    assert "faker==" not in chosen
    assert "litestar-offline-docs==" in chosen
    for block in chosen.replace(" \\\n    ", " ").splitlines():
        assert "--hash=sha256:" in block


def test_everything_that_is_left_out_is_in_the_lock() -> None:
    names = {line.split("==")[0].lower() for line in LOCK.splitlines() if "==" in line}
    assert names >= prepare.UNUSED | prepare.PLOTS


def test_some_of_a_lock_is_chosen_by_name() -> None:
    chosen = prepare.chosen(LOCK, left_out=frozenset(), only=frozenset({"click", "rich"}))
    assert [line.split("==")[0] for line in chosen.splitlines() if "==" in line] == [
        "click",
        "rich",
    ]
    with pytest.raises(SystemExit, match="no-such-thing"):
        prepare.chosen(LOCK, left_out=frozenset(), only=frozenset({"no-such-thing"}))


def test_tests_and_headers_are_removed_and_nothing_else(tmp_path: Path) -> None:
    kept = ["a/__init__.py", "a/testing/__init__.py", "numpy/testing/__init__.py", "a/test_it.py"]
    gone = ["a/tests/test_it.py", "a/b.pyi", "a/b.pyx", "a/include.h", "numpy/f2py/x.py"]
    for name in [*kept, *gone]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    shutil.copy(shutil.which("true") or "/bin/true", tmp_path / "a" / "b.so")
    prepare.slimmed(tmp_path)
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {*kept, "a/b.so"}


DEBIAN: Final = """Package: libssl3
Status: install ok installed
Architecture: amd64
Version: 3.0.17-1
Description: not of interest

Package: broken
"""


def test_the_bill_of_materials_lists_python_its_packages_and_those_of_debian() -> None:
    bill = json.loads(json.dumps(prepare.bill_of_materials(distributions(), DEBIAN)))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    addresses = {one["purl"] for one in bill["components"]}
    assert "pkg:deb/debian/libssl3@3.0.17-1?arch=amd64" in addresses
    assert any(one.startswith("pkg:pypi/litestar@2.") for one in addresses)
    assert any(one.startswith("pkg:generic/python@3.") for one in addresses)
    assert not any("broken" in one for one in addresses)


class Health(BaseHTTPRequestHandler):
    """Answers that it is ready, and at any other address that it is not."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health/ready" else 503)
        self.end_headers()
        self.wfile.write(b'{"status":"ok"}')

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Health) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def healthcheck(*arguments: str) -> int:
    command = [sys.executable, "-S", str(IMAGE / "healthcheck.py"), *arguments]
    return subprocess.run(command, capture_output=True, check=False).returncode


def test_a_container_is_healthy_when_its_service_is_ready(port: int) -> None:
    assert healthcheck(str(port)) == 0
    assert healthcheck(str(port), "/health/other") == 1


def test_a_container_without_a_service_is_not_healthy() -> None:
    assert healthcheck("1") == 1


def test_kernels_are_found_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locator = loaded("kernels_of_image").Locator
    file = str(normal.__file__)
    monkeypatch.setattr("numba.config.CACHE_DIR", str(tmp_path))
    function = normal.below.py_func
    assert locator.from_function(function, file) is None
    folder = tmp_path / UserProvidedCacheLocator.get_suitable_cache_subpath(file)  # type: ignore[no-untyped-call]
    folder.mkdir()
    folder.chmod(0o555)
    found = locator.from_function(function, file)
    assert found.get_cache_path() == str(folder)
    assert list(folder.iterdir()) == []


def test_compiled_files_are_those_of_modules_that_are_used() -> None:
    files = prepare.compiled(["structlog.dev"])
    wanted = f"/structlog/__pycache__/dev.{sys.implementation.cache_tag}.pyc"
    assert any(file.endswith(wanted) for file in files)
    assert all(file.startswith("lib/python3") for file in files)
