"""Profiles of the real server, for admins."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from e2e.conftest import Demo, key_in, settings_for
from support.command import Service, serving

PLAN = "/api/journey/plan?origin=NRW&destination=BRI&depart_after=2026-11-24T{:02}:{:02}"
PROFILE = "/api/admin/profile"


@pytest.fixture(scope="module")
def folder(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("profiled")
    shutil.copy(demo.database, folder / "railfair.db")
    return folder


@pytest.fixture(scope="module")
def admin(folder: Path) -> dict[str, str]:
    return {"X-API-Key": key_in(folder / "railfair.db", folder, "--admin")}


@pytest.fixture(scope="module")
def profiled(folder: Path, admin: dict[str, str]) -> Iterator[Service]:
    settings = {**settings_for(folder / "railfair.db"), "RAILFAIR_DEADLINE_S": "1"}
    with serving(settings, folder) as service:
        yield service


def test_admins_get_the_stacks_of_a_worker_that_goes_on_and_one_at_a_time(
    profiled: Service, admin: dict[str, str]
) -> None:
    with ThreadPoolExecutor(2) as hands, httpx.Client(base_url=profiled.url) as client:
        params = {"seconds": "3"}
        asked = hands.submit(
            httpx.post, profiled.url + PROFILE, params=params, headers=admin, timeout=30
        )
        minute, second = 0, None
        while not asked.done():
            client.get(PLAN.format(6 + minute // 60, minute % 60), timeout=30)
            minute += 1
            if second is None and minute > 3:
                second = client.post(PROFILE, params=params, headers=admin)
        taken = asked.result()
    assert taken.status_code == 200, taken.text
    assert taken.headers["X-Worker"] == str(profiled.process.pid)
    assert "railfair.application.plan_journeys" in taken.text
    assert all(line.rpartition(" ")[2].isdigit() for line in taken.text.splitlines())
    assert second is not None
    assert (second.status_code, second.json()["type"]) == (409, "/problems/profile-running")


def test_it_takes_the_key_of_an_admin_and_a_time_that_is_bounded(
    profiled: Service, admin: dict[str, str]
) -> None:
    assert httpx.post(profiled.url + PROFILE).status_code == 401
    for seconds, status in (("61", 422), ("0", 422), ("x", 400)):
        answer = httpx.post(profiled.url + PROFILE, params={"seconds": seconds}, headers=admin)
        assert answer.status_code == status, answer.text
