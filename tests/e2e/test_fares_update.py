"""The update of the fares: by hand, and by the service every day, against a portal with faults."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from e2e.conftest import railfair
from railfair.application.update_fares import JOB
from railfair.bootstrap import RailFair, opened
from railfair.config import Settings
from railfair.domain.codes import FareCode
from railfair.domain.fares.flow import Flow
from railfair.ports.jobs import JobState
from support.command import PATIENCE_S, POLL_S, Ended, Service, serving
from support.fares_feed import feed_texts, ffl, flow, write_fares, write_fares_zip
from support.feed_server import PASSWORD, PORTAL_FARES, USERNAME, FeedServer, Silence


class Place:
    """A database, and a portal that offers fares to it."""

    def __init__(self, folder: Path, server: FeedServer) -> None:
        self.folder = folder
        self.server = server
        self.database = folder / "railfair.db"
        # Half a day from now, so that the hour does not come while a test runs.
        hour = (datetime.now(UTC) + timedelta(hours=12)).hour  # noqa: TID251
        self.settings = {
            "RAILFAIR_DATABASE_URL": f"sqlite+aiosqlite:///{self.database}",
            "RAILFAIR_TODAY": "",
            "RAILFAIR_FEEDS_DIRECTORY": str(folder / "feeds"),
            "RAILFAIR_FARES_UPDATE_AT": f"{hour:02}:00",
            "RAILFAIR_NRDP_URL": server.url,
            "RAILFAIR_NRDP_USERNAME": USERNAME,
            "RAILFAIR_NRDP_PASSWORD": PASSWORD,
            "NO_PROXY": "127.0.0.1",
        }

    def run(self, *arguments: str | Path, **settings: str) -> Ended:
        given = {**self.settings, **settings}
        return railfair(*arguments, database=self.database, cwd=self.folder, **given).ended()

    def update(self, *options: str) -> Ended:
        return self.run("feeds", "fetch", "fares", "--import", *options)

    def serve(self, *options: str, **settings: str) -> AbstractContextManager[Service]:
        return serving({**self.settings, **settings}, self.folder, *options)

    def offer(self, sequence: str, fare_p: int, *, without: tuple[str, ...] = ()) -> None:
        """Offer a feed of one price; a feed *without* some files is a whole zip all the same."""
        files = {"FFL": ffl([flow("0001", "0002", fares={"SDS": fare_p})])}
        texts = feed_texts(files, sequence=sequence, without=without)
        path = write_fares_zip(self.folder / f"{sequence}.zip", texts, sequence=sequence)
        self.server.offer(PORTAL_FARES, path.read_bytes(), etag=f'"{sequence}"')

    def take(self, sequence: str, fare_p: int) -> None:
        """Import a feed of one price from files."""
        flows = [flow("0001", "0002", fares={"SDS": fare_p})]
        folder = write_fares(self.folder / sequence, flows=flows, sequence=sequence)
        assert self.run("import", "fares", folder).code == 0

    def prices(self) -> list[int]:
        async def read(railfair: RailFair) -> list[int]:
            async with railfair.storage.reading() as unit:
                found = await unit.fares.between({FareCode("0001")}, {FareCode("0002")})
            return [fare.fare_p for one in found if isinstance(one, Flow) for fare in one.fares]

        return self._with(read)

    def job(self) -> JobState | None:
        async def read(railfair: RailFair) -> JobState | None:
            async with railfair.storage.reading() as unit:
                return await unit.jobs.get(JOB)

        return self._with(read)

    def put_job(self, state: JobState) -> None:
        async def write(railfair: RailFair) -> None:
            async with railfair.storage.writing() as unit:
                await unit.jobs.put(state)

        self._with(write)

    def _with[T](self, work: Callable[[RailFair], Awaitable[T]]) -> T:
        async def done() -> T:
            settings = Settings(database_url=self.settings["RAILFAIR_DATABASE_URL"])
            async with opened(settings) as railfair:
                return await work(railfair)

        return asyncio.run(done())


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with FeedServer().running() as server:
        here = Place(tmp_path, server)
        assert here.run("db", "upgrade").code == 0
        yield here


def until(is_so: Callable[[], bool]) -> None:
    patience = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < patience, "nothing came of it"
        time.sleep(POLL_S)


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the service asks the system's clock as well


class TestByHand:
    def test_newer_fares_are_imported_and_that_is_noted(self, place: Place) -> None:
        place.offer("901", 540)
        ended = place.update()
        assert ended.code == 0, ended.err
        assert ended.out.splitlines()[-1] == "RJFAF901 imported"
        assert place.prices() == [540]
        job = place.job()
        assert job is not None
        assert (job.outcome, job.failures, job.succeeded_at) == (
            "RJFAF901 imported", 0, job.ended_at,
        )  # fmt: skip

    def test_the_same_fares_again_are_nothing_newer(self, place: Place) -> None:
        place.offer("901", 540)
        place.update()
        ended = place.update()
        assert ended.code == 0, ended.err
        assert ended.out.splitlines()[-1] == "nothing newer than RJFAF901"
        assert "last update" in place.run("feeds", "list").out
        place.offer("902", 620)
        assert place.update().out.splitlines()[-1] == "RJFAF902 imported"
        assert place.prices() == [620]

    def test_without_import_they_are_only_fetched(self, place: Place) -> None:
        place.offer("901", 540)
        ended = place.run("feeds", "fetch", "fares")
        assert ended.code == 0, ended.err
        assert ended.out.startswith("fares RJFAF901 (new): ")
        assert place.prices() == []
        assert place.job() is None

    def test_a_broken_zip_is_noted_as_a_failure_and_the_fares_stay(self, place: Place) -> None:
        place.take("901", 540)
        place.server.offer(PORTAL_FARES, b"PK nonsense")
        ended = place.update()
        assert ended.code == 6
        assert "Traceback" not in ended.err
        assert "is no whole zip" in ended.err.splitlines()[-1]
        assert place.prices() == [540]
        job = place.job()
        assert job is not None
        assert (job.failures, job.succeeded_at) == (1, None)
        assert "is no whole zip" in job.failure
        assert "failed 1 times since: fares: " in place.run("feeds", "list").out

    def test_a_feed_that_lacks_a_file_is_noted_as_a_failure_and_the_fares_stay(
        self, place: Place
    ) -> None:
        place.take("901", 540)
        place.offer("902", 620, without=("LOC",))
        ended = place.update()
        assert ended.code == 3
        assert "LOC" in ended.err.splitlines()[-1]
        assert place.prices() == [540]
        place.offer("903", 700)
        assert place.update().code == 0
        assert place.prices() == [700]

    def test_missing_credentials_are_noted_as_a_failure(self, place: Place) -> None:
        ended = place.run("feeds", "fetch", "fares", "--import", RAILFAIR_NRDP_PASSWORD="")
        assert ended.code == 6
        job = place.job()
        assert job is not None
        assert "RAILFAIR_NRDP_PASSWORD" in job.failure

    def test_fares_that_were_taken_back_come_again_by_force_only(self, place: Place) -> None:
        place.take("901", 540)
        place.offer("902", 620)
        place.update()
        assert place.run("feeds", "restore", "fares").code == 0
        assert place.prices() == [540]
        ended = place.update()
        assert ended.code == 0
        assert "RJFAF902 was taken back" in ended.out.splitlines()[-1]
        assert place.prices() == [540]
        assert place.update("--force").code == 0
        assert place.prices() == [620]

    def test_while_one_is_under_way_a_second_is_refused(self, place: Place) -> None:
        place.offer("901", 540)
        place.put_job(JobState(name=JOB, started_at=now()))
        ended = place.update()
        assert ended.code == 5
        assert "are being updated since" in ended.err
        assert place.server.asked == []


def health_of(service: Service) -> dict[str, Any]:
    answer: dict[str, Any] = httpx.get(f"{service.url}/health").json()
    return answer


def update_line(service: Service) -> dict[str, str]:
    [line] = [one for one in health_of(service)["dependencies"] if one["name"] == "fares update"]
    return dict(line)


def figures_of(service: Service) -> dict[tuple[str, str], float]:
    """Return the figures of `/metrics` by name and label."""
    answer = httpx.get(f"{service.url}/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name.removeprefix("railfair_"), "".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def logged(service: Service, event: str) -> list[dict[str, Any]]:
    lines = [line for line in service.log.read_text().splitlines() if line.startswith("{")]
    return [line for line in map(json.loads, lines) if line["event"] == event]


class TestByTheService:
    def test_at_its_start_it_catches_up_and_with_fares_alone_it_is_ready(
        self, place: Place
    ) -> None:
        place.offer("901", 540)
        # The service counts as started once it is ready, which it is by these fares.
        with place.serve() as service:
            assert place.prices() == [540]
            until(lambda: bool(logged(service, "fares update")))
            assert health_of(service)["status"] == "degraded"
            line = update_line(service)
            figures = figures_of(service)
        assert (line["status"], line["detail"].split()[:2]) == ("ok", ["last", "done"])
        assert ", next 20" in line["detail"]
        [told] = logged(service, "fares update")
        assert told["outcome"] == "RJFAF901 imported"
        job = place.job()
        assert job is not None
        assert job.succeeded_at is not None
        assert figures["job_last_success_timestamp_seconds", JOB] == job.succeeded_at.timestamp()
        assert figures["job_last_start_timestamp_seconds", JOB] == job.started_at.timestamp()
        assert figures["job_consecutive_failures", JOB] == 0
        assert figures["feed_loaded_timestamp_seconds", "fares"] > job.started_at.timestamp()
        assert figures["feed_generated_timestamp_seconds", "fares"] == 1767571200
        assert ("feed_loaded_timestamp_seconds", "timetable") not in figures

    def test_what_was_done_since_the_hour_is_not_done_again(self, place: Place) -> None:
        place.offer("901", 540)
        place.update()
        with place.serve() as service:
            assert update_line(service)["detail"].startswith("last done ")
        assert len(place.server.asked_for(PORTAL_FARES)) == 1

    def test_two_workers_update_once(self, place: Place) -> None:
        place.take("901", 540)
        place.put_job(JobState(name=JOB, started_at=now()).succeeded(
            now() - timedelta(days=2), "RJFAF901 imported"
        ))  # fmt: skip
        place.offer("902", 620)
        with place.serve("--workers", "2") as service:
            until(lambda: bool(logged(service, "fares update")))
            assert place.prices() == [620]
            assert service.stop() == 0
        assert len(place.server.asked_for(PORTAL_FARES)) == 1
        assert len(logged(service, "fares update")) == 1

    def test_a_failure_is_told_without_secrets_and_the_fares_stay(self, place: Place) -> None:
        place.take("901", 540)
        place.server.offer(PORTAL_FARES, b"PK nonsense")
        with place.serve() as service:
            until(lambda: bool(logged(service, "fares update failed")))
            line = update_line(service)
            assert httpx.get(f"{service.url}/health/ready").status_code == 200
            assert figures_of(service)["job_consecutive_failures", JOB] == 1
        assert line["status"] == "degraded"
        assert line["detail"].startswith("never done, failed 1 times since, next 20")
        [told] = logged(service, "fares update failed")
        assert "is no whole zip" in told["failure"]
        assert told["failures"] == 1
        assert place.prices() == [540]
        for secret in (PASSWORD, *place.server.tokens):
            assert secret not in service.log.read_text()

    def test_switched_off_it_asks_nothing(self, place: Place) -> None:
        place.take("901", 540)
        with place.serve(RAILFAIR_FARES_UPDATE="off") as service:
            assert (update_line(service)["status"], update_line(service)["detail"]) == ("ok", "off")
        assert place.server.asked == []

    @pytest.mark.parametrize("workers", ["1", "2"])
    def test_told_to_stop_it_stops_the_update_which_has_then_not_failed(
        self, place: Place, workers: str
    ) -> None:
        place.take("901", 540)
        place.server.script(PORTAL_FARES, Silence())
        with place.serve("--workers", workers) as service:
            until(lambda: bool(place.server.asked_for(PORTAL_FARES)))
            assert "running since" in update_line(service)["detail"]
            assert service.stop() == 0
        assert "Traceback" not in service.log.read_text()
        job = place.job()
        assert job is not None
        assert job.ended_at is not None
        assert (job.failures, job.succeeded_at) == (0, None)
        assert place.prices() == [540]
        place.offer("902", 620)
        assert place.update().code == 0
        assert place.prices() == [620]

    def test_killed_it_takes_the_update_with_it(self, place: Place) -> None:
        place.take("901", 540)
        place.server.script(PORTAL_FARES, Silence())
        with place.serve() as service:
            until(lambda: bool(place.server.asked_for(PORTAL_FARES)))
            service.process.kill()
            until(lambda: cast("JobState", place.job()).ended_at is not None)
        job = place.job()
        assert job is not None
        assert (job.failures, job.succeeded_at) == (0, None)
        assert place.prices() == [540]
