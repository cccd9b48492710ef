"""Parts of the service are turned off and on while it runs."""

import time
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from e2e.conftest import Demo, settings_for
from railfair.domain.features import Feature, with_dependents
from railfair.entrypoints.http.features import feature_of
from support.command import PATIENCE_S, POLL_S, serving

DAY = "date=2026-11-24&time=08:00"
PAIR = "origin=NRW&destination=LST"
ADDRESSES = {
    Feature.PREDICTIONS: f"/api/predict?{PAIR}&{DAY}",
    Feature.FARES: f"/api/fares/compare?{PAIR}&{DAY}",
    Feature.TRENDS: f"/api/fares/trends?{PAIR}",
    Feature.JOURNEYS: f"/api/journey/plan?{PAIR}&depart_after=2026-11-24T08:00",
    Feature.DEPARTURES: "/api/stations/NRW/departures",
    Feature.STATIONS: "/api/stations/NRW",
    Feature.ROUTES: "/api/routes/NRW/LST/stats",
    Feature.STATISTICS: "/api/statistics",
}
BATCH = {
    "requests": [{"origin": "NRW", "destination": "LST", "date": "2026-11-24", "time": "08:00"}]
}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("features") / "off"


@pytest.fixture(scope="module")
def api(demo: Demo, file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    settings = {
        **settings_for(demo.database),
        "RAILFAIR_FEATURES_OFF": "statistics",
        "RAILFAIR_FEATURES_FILE": str(file),
        "RAILFAIR_FEATURES_REREAD_S": "0.02",
    }
    with (
        serving(settings, tmp_path_factory.mktemp("service")) as service,
        httpx.Client(base_url=service.url, timeout=30) as client,
    ):
        yield client


def off(api: httpx.Client) -> set[str]:
    return set(api.get("/health").json()["features_off"])


@contextmanager
def turned_off(api: httpx.Client, file: Path, feature: Feature) -> Iterator[None]:
    """Turn *feature* off until the block ends, by the file alone."""
    file.write_text(feature)
    until(api, with_dependents([feature, Feature.STATISTICS]))
    yield
    file.unlink()
    until(api, {Feature.STATISTICS})


def until(api: httpx.Client, wanted: AbstractSet[str]) -> None:
    patience = time.monotonic() + PATIENCE_S
    while off(api) != wanted:
        assert time.monotonic() < patience
        time.sleep(POLL_S)


@pytest.mark.parametrize("feature", sorted(set(ADDRESSES) - {Feature.STATISTICS}))
def test_a_feature_is_turned_off_and_on_again_while_the_service_runs(
    api: httpx.Client, file: Path, feature: Feature
) -> None:
    address = ADDRESSES[feature]
    assert api.get(address).status_code == 200
    assert api.get(address).headers.get("X-Cache") in {None, "HIT", "MISS"}
    with turned_off(api, file, feature):
        refused = api.get(address)
        assert refused.status_code == 503
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert refused.headers["Retry-After"]
        assert refused.json()["type"] == "/problems/feature-off"
        assert feature in refused.json()["detail"]
        assert api.get("/health/ready").status_code == 200
    assert api.get(address).status_code == 200


def test_what_is_off_by_the_settings_stays_off(api: httpx.Client, file: Path) -> None:
    assert api.get("/api/statistics").json()["type"] == "/problems/feature-off"
    with turned_off(api, file, Feature.ROUTES):
        assert api.get("/api/statistics").status_code == 503
    assert api.get("/api/statistics").status_code == 503


def test_batches_are_turned_off_by_themselves_or_with_predictions(
    api: httpx.Client, file: Path
) -> None:
    assert api.post("/api/predict/batch", json=BATCH).status_code == 200
    with turned_off(api, file, Feature.BATCH):
        assert api.post("/api/predict/batch", json=BATCH).status_code == 503
        assert api.get(ADDRESSES[Feature.PREDICTIONS]).status_code == 200
    with turned_off(api, file, Feature.PREDICTIONS):
        assert api.post("/api/predict/batch", json=BATCH).status_code == 503
        assert api.post("/api/predict", json=BATCH["requests"][0]).status_code == 503
        assert api.get(ADDRESSES[Feature.JOURNEYS]).status_code == 200


@pytest.mark.parametrize(
    ("path", "feature"),
    [
        ("/api/predict", Feature.PREDICTIONS),
        ("/api/predict/", Feature.PREDICTIONS),
        ("//api//predict/batch/", Feature.BATCH),
        ("/api/fares/compare", Feature.FARES),
        ("/api/fares/trends", Feature.TRENDS),
        ("/api/journey/plan", Feature.JOURNEYS),
        ("/api/stations", Feature.STATIONS),
        ("/api/stations/NRW/departures", Feature.DEPARTURES),
        ("/api/routes/NRW/LST/stats", Feature.ROUTES),
        ("/api/statistics", Feature.STATISTICS),
        ("/api", None),
        ("/api/predictable", None),
        ("/api/admin/cache/invalidate", None),
        ("/health/ready", None),
        ("/metrics", None),
        ("/docs", None),
        ("/", None),
    ],
)
def test_an_address_belongs_to_one_feature_or_none(path: str, feature: Feature | None) -> None:
    assert feature_of(path) is feature
