"""A small demo railway, imported by the real command line and served by the real server."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx
import pytest

from railfair.adapters.demo import build_demo
from support.command import Command, Ended, Service, serving

TODAY = date(2026, 11, 23)

type Run = Callable[..., Ended]
"""Runs `railfair` with the arguments over the demo railway's database, or over `database=`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """The demo railway: its files, and the databases made of them.

    *database* holds everything; *october* has yet to import the running of November, whose file is
    *november*.
    """

    folder: Path
    database: Path
    october: Path
    november: Path


def settings_for(database: Path) -> dict[str, str]:
    return {
        "RAILFAIR_DATABASE_URL": f"sqlite+aiosqlite:///{database}",
        "RAILFAIR_TODAY": TODAY.isoformat(),
        "RAILFAIR_RATE_LIMIT": "off",
    }


def railfair(*arguments: str | Path, database: Path, cwd: Path, **settings: str) -> Command:
    """Start a command; it runs in an empty folder, so that no `.env` or demo of ours is found."""
    return Command([str(one) for one in arguments], {**settings_for(database), **settings}, cwd)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo")
    early, full = folder / "october.db", folder / "railfair.db"
    upgrade = railfair("db", "upgrade", database=early, cwd=folder)
    build_demo(folder / "demo", scale="small", seed=1, days=45, today=TODAY, truth_days=200)
    october, november = sorted((folder / "demo" / "performance").iterdir())
    assert upgrade.ended().code == 0

    def done(*arguments: str | Path, database: Path) -> None:
        ended = railfair(*arguments, database=database, cwd=folder).ended()
        assert ended.code == 0, ended.err

    done("import", "timetable", folder / "demo" / "timetable", database=early)
    done("import", "fares", folder / "demo" / "fares", database=early)
    done("import", "performance", october, database=early)
    shutil.copy(early, full)
    done("import", "performance", november, database=full)
    return Demo(folder=folder / "demo", database=full, october=early, november=november)


def key_in(database: Path, cwd: Path, *options: str) -> str:
    """Make a key of the API in *database*, and return it."""
    ended = railfair("keys", "create", "tester", "--json", *options, database=database, cwd=cwd)
    return str(json.loads(ended.ended().out)["key"])


@pytest.fixture
def run(demo: Demo, tmp_path: Path) -> Run:
    def ended(*arguments: str | Path, database: Path = demo.database, **settings: str) -> Ended:
        return railfair(*arguments, database=database, cwd=tmp_path, **settings).ended()

    return ended


@pytest.fixture(scope="session")
def service(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(settings_for(demo.database), tmp_path_factory.mktemp("service")) as service:
        yield service


@pytest.fixture(scope="session")
def api(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.url, timeout=30) as client:
        yield client
