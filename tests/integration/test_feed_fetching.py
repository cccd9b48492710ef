"""Fetching feeds from services that speak the documented protocols, and that fail at it."""

import io
import json
import logging
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import httpx
import pytest

from railfair.adapters.feeds.fetch import FeedServiceSettings, HttpFeedService
from railfair.adapters.feeds.fetch_http import Endpoint, RetryRules, TryAgain
from railfair.adapters.feeds.hsp import FilePerformanceFeed
from railfair.domain.codes import Crs
from railfair.domain.errors import FeedServiceFailed
from railfair.domain.feed import FeedKind, ImportReport
from railfair.ports.feed_service import PerformanceRequest
from support.feed_server import (
    DETAILS,
    KEY,
    LOG_IN,
    MARKET_FARES,
    MARKET_TIMETABLE,
    METRICS,
    PASSWORD,
    PORTAL_FARES,
    PORTAL_TIMETABLE,
    USERNAME,
    Cut,
    Expiry,
    FeedServer,
    Reply,
    Silence,
)

TODAY = date(2024, 3, 20)
FRIDAY, SATURDAY, SUNDAY = date(2024, 3, 1), date(2024, 3, 2), date(2024, 3, 3)
END = "/!! End of file (2 records) (01/03/2024)"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FeedServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FeedServer().running() as running:
        yield running


@pytest.fixture
def portal(server: FeedServer, tmp_path: Path) -> FeedServiceSettings:
    return FeedServiceSettings(
        feeds_directory=tmp_path,
        nrdp_url=server.url,
        nrdp_username=USERNAME,
        nrdp_password=PASSWORD,
        hsp_url=f"{server.url}/hsp/",
        hsp_username=USERNAME,
        hsp_password=PASSWORD,
        timeout_s=5,
        attempts=3,
        pause_s=0.001,
        pause_max_s=0.004,
        pause_jitter_s=0.001,
        retry_after_max_s=0.002,
    )


@pytest.fixture
def market(server: FeedServer, portal: FeedServiceSettings) -> FeedServiceSettings:
    return replace(
        portal,
        rdm_timetable_url=server.url + MARKET_TIMETABLE,
        rdm_timetable_key=KEY,
        rdm_fares_url=server.url + MARKET_FARES,
        rdm_fares_key=KEY,
        hsp_key=KEY,
    )


def service(settings: FeedServiceSettings, *, today: date = TODAY) -> HttpFeedService:
    return HttpFeedService(settings, today=lambda: today)


def silent(_: int, __: int | None) -> None:
    pass


async def fetch_timetable(settings: FeedServiceSettings) -> tuple[Path, str, bool]:
    fetched = await service(settings).fetch_archive(FeedKind.TIMETABLE, silent)
    return Path(fetched.paths[0]), fetched.version, fetched.is_new


async def refusal(settings: FeedServiceSettings, kind: FeedKind = FeedKind.TIMETABLE) -> str:
    with pytest.raises(FeedServiceFailed) as failed:
        await service(settings).fetch_archive(kind, silent)
    return str(failed.value)


def feed_zip(files: dict[str, str], *, listed: tuple[str, ...] | None = None) -> bytes:
    """Return a zip of *files* and of the manifest that names them (or *listed*)."""
    manifest = next(iter(files)).partition(".")[0] + ".DAT"
    lines = ["/!! Start of file", *(files if listed is None else listed), END]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in {**files, manifest: "\r\n".join(lines)}.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def timetable_files(sequence: int = 900) -> dict[str, str]:
    stem = f"RJTTF{sequence}"
    schedules = "".join(f"BSN{number:<77}\r\n" for number in range(2000))
    return {
        f"{stem}.MCA": f"HD{'':78}\r\n{schedules}ZZ{'':78}\r\n",
        f"{stem}.MSN": f"/!! Start of file\r\nA   NORWICH\r\n{END}",
        f"{stem}.ALF": "M=WALK,O=AFK,D=ASI,T=5,S=0001,E=2359,P=4,R=0000001\n",
    }


def timetable_zip(sequence: int = 900) -> bytes:
    return feed_zip(timetable_files(sequence))


def fares_zip() -> bytes:
    body = f"/!! Start of file\r\nRF1072\r\n{END}\r\n"
    return feed_zip({"RJFAF123.FFL": body, "RJFAF123.TTY": body})


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def ranges(server: FeedServer, path: str) -> list[str | None]:
    return [one.headers["Range"] for one in server.asked_for(path)]


class TestArchives:
    async def test_the_portal_is_logged_into_and_gives_the_timetable(
        self, server: FeedServer, portal: FeedServiceSettings, tmp_path: Path
    ) -> None:
        server.offer(PORTAL_TIMETABLE, timetable_zip())
        told: list[tuple[int, int | None]] = []
        fetched = await service(portal).fetch_archive(
            FeedKind.TIMETABLE, lambda done, of: told.append((done, of))
        )
        path = tmp_path / "timetable" / "RJTTF900.zip"
        assert (fetched.paths, fetched.version, fetched.is_new) == ((str(path),), "RJTTF900", True)
        assert path.read_bytes() == timetable_zip()
        assert files_in(path.parent) == ["RJTTF900.zip"]
        size = len(timetable_zip())
        assert told[0] == (0, size)
        assert told[-1] == (size, size)
        assert told == sorted(told)

    async def test_the_portal_gives_the_fares(
        self, server: FeedServer, portal: FeedServiceSettings, tmp_path: Path
    ) -> None:
        server.offer(PORTAL_FARES, fares_zip())
        fetched = await service(portal).fetch_archive(FeedKind.FARES, silent)
        assert fetched.paths == (str(tmp_path / "fares" / "RJFAF123.zip"),)

    async def test_the_marketplace_goes_first_and_needs_its_key_only(
        self, server: FeedServer, market: FeedServiceSettings
    ) -> None:
        server.offer(MARKET_TIMETABLE, timetable_zip())
        server.offer(MARKET_FARES, fares_zip())
        await fetch_timetable(replace(market, rdm_timetable_key=f" {KEY}\n"))
        await service(market).fetch_archive(FeedKind.FARES, silent)
        assert [one.path for one in server.asked] == [MARKET_TIMETABLE, MARKET_FARES]

    async def test_the_same_feed_again_is_not_new(
        self, server: FeedServer, portal: FeedServiceSettings, tmp_path: Path
    ) -> None:
        server.offer(PORTAL_TIMETABLE, timetable_zip())
        await fetch_timetable(portal)
        path, version, is_new = await fetch_timetable(portal)
        assert (version, is_new) == ("RJTTF900", False)
        assert files_in(tmp_path / "timetable") == [path.name]

    async def test_other_bytes_under_the_same_version_are_new(
        self, server: FeedServer, portal: FeedServiceSettings
    ) -> None:
        server.offer(PORTAL_TIMETABLE, timetable_zip())
        await fetch_timetable(portal)
        changed = feed_zip({**timetable_files(), "RJTTF900.TSI": "AFK,SE,SN,6,\n"})
        server.offer(PORTAL_TIMETABLE, changed)
        path, _, is_new = await fetch_timetable(portal)
        assert is_new
        assert path.read_bytes() == changed

    async def test_the_feed_before_is_kept_and_no_older_one(
        self, server: FeedServer, portal: FeedServiceSettings, tmp_path: Path
    ) -> None:
        for sequence in (900, 901, 902):
            server.offer(PORTAL_TIMETABLE, timetable_zip(sequence))
            assert (await fetch_timetable(portal))[2]
        assert files_in(tmp_path / "timetable") == ["RJTTF901.zip", "RJTTF902.zip"]

    async def test_performance_is_no_archive(self, portal: FeedServiceSettings) -> None:
        with pytest.raises(ValueError, match="performance"):
            await service(portal).fetch_archive(FeedKind.PERFORMANCE, silent)

    async def test_a_folder_that_cannot_be_written_is_named(
        self, portal: FeedServiceSettings, tmp_path: Path
    ) -> None:
        (tmp_path / "timetable").write_text("a file where the folder should be")
        said = await refusal(portal)
        assert str(tmp_path / "timetable") in said
        assert "RAILFAIR_FEEDS_DIRECTORY" in said


class TestCredentials:
    async def test_missing_ones_are_named_before_anything_is_asked(
        self, server: FeedServer, tmp_path: Path
    ) -> None:
        bare = FeedServiceSettings(feeds_directory=tmp_path, nrdp_url=server.url)
        said = await refusal(bare, FeedKind.FARES)
        for name in ("NRDP_USERNAME", "NRDP_PASSWORD", "RDM_FARES_URL", "RDM_FARES_KEY"):
            assert f"RAILFAIR_{name}" in said
        with pytest.raises(FeedServiceFailed, match=r"RAILFAIR_HSP_USERNAME.*RAILFAIR_HSP_KEY"):
            await fetch_days(bare)
        assert server.asked == []

    async def test_a_wrong_password_is_not_tried_again(
        self, server: FeedServer, portal: FeedServiceSettings
    ) -> None:
        said = await refusal(replace(portal, nrdp_password="wrong-secret"))
        assert "401" in said
        assert "RAILFAIR_NRDP_PASSWORD" in said
        assert [one.path for one in server.asked] == [LOG_IN]

    async def test_a_wrong_key_is_not_tried_again(
        self, server: FeedServer, market: FeedServiceSettings
    ) -> None:
        said = await refusal(replace(market, rdm_timetable_key="wrong-secret"))
        assert "401" in said
        assert "RAILFAIR_RDM_TIMETABLE_KEY" in said
        assert len(server.asked) == 1

    async def test_a_forbidden_feed_is_not_asked_for_again(
        self, server: FeedServer, portal: FeedServiceSettings
    ) -> None:
        server.script(PORTAL_TIMETABLE, Reply(status=403))
        assert "403" in await refusal(portal)
        assert len(server.asked_for(PORTAL_TIMETABLE)) == 1

    async def test_an_expired_token_is_renewed_and_the_download_goes_on(
        self, server: FeedServer, portal: FeedServiceSettings
    ) -> None:
        server.offer(PORTAL_TIMETABLE, timetable_zip())
        server.script(PORTAL_TIMETABLE, Cut(after=70_000), Expiry())
        path, _, _ = await fetch_timetable(portal)
        assert path.read_bytes() == timetable_zip()
        assert len(server.asked_for(LOG_IN)) == 2
        assert ranges(server, PORTAL_TIMETABLE) == [None, "bytes=70000-", "bytes=70000-"]

    async def test_a_fresh_token_that_is_refused_ends_it(
        self, server: FeedServer, portal: FeedServiceSettings
    ) -> None:
        server.script(PORTAL_TIMETABLE, Expiry(), Expiry())
        assert "401" in await refusal(portal)
        assert len(server.asked_for(LOG_IN)) == 2

    async def test_a_log_in_without_a_token_is_said(
        self, server: FeedServer, portal: FeedServiceSettings
    ) -> None:
        server.script(LOG_IN, Reply(body=b"<html>closed for maintenance</html>"))
        assert "without a token" in await refusal(portal)

    @pytest.mark.parametrize("key", ["schlüssel-secret", "two\nlines-secret", " "])
    async def test_a_key_that_no_header_can_carry_is_not_sent(
        self, server: FeedServer, market: FeedServiceSettings, key: str
    ) -> None:
        said = await refusal(replace(market, rdm_timetable_key=key))
        assert "RAILFAIR_RDM_TIMETABLE_KEY" in said
        assert "secret" not in said
        assert server.asked == []

    async def test_a_redirect_elsewhere_does_not_take_the_key_along(
        self, server: FeedServer, market: FeedServiceSettings
    ) -> None:
        with FeedServer().running() as elsewhere:
            elsewhere.script("/store?sign=1", Reply(body=timetable_zip()))
            here = Reply(status=307, headers={"Location": MARKET_FARES})
            there = Reply(status=302, headers={"Location": f"{elsewhere.url}/store?sign=1"})
            server.script(MARKET_TIMETABLE, here)
            server.script(MARKET_FARES, there)
            path, _, _ = await fetch_timetable(market)
        assert path.read_bytes() == timetable_zip()
        assert server.asked_for(MARKET_FARES)[0].headers["x-apikey"] == KEY
        assert elsewhere.asked[0].headers["x-apikey"] is None

    async def test_secrets_are_in_no_error_no_log_and_no_repr(
        self,
        server: FeedServer,
        market: FeedServiceSettings,
        caplog: pytest.LogCaptureFixture,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        portal = replace(market, rdm_timetable_key=None)
        caplog.set_level(logging.DEBUG)
        said = [repr(market)]
        for status in (400, 401, 403, 404, 429, 500):
            # Some services repeat in their answer what they were sent.
            echo = Reply(status=status, body=f"{KEY} {PASSWORD}".encode())
            server.script(MARKET_TIMETABLE, *[echo] * 3)
            server.script(LOG_IN, *[echo] * 3)
            server.script(METRICS, *[echo] * 3)
            said += [await refusal(market), await refusal(portal)]
            with pytest.raises(FeedServiceFailed) as failed:
                await fetch_days(market)
            said.append(repr(failed.value))
            server.forget_script()
        server.script(PORTAL_TIMETABLE, Reply(status=404))
        said.append(await refusal(portal))
        with_user = server.url.replace("://", f"://user:{KEY}@") + f"/gone?key={KEY}"
        broken = Endpoint(
            kind=FeedKind.FARES, url=with_user, url_setting="URL", login_settings="KEY"
        )
        said.append(broken.shown)
        everything = "\n".join([*said, caplog.text, *capsys.readouterr()])
        for secret in (KEY, PASSWORD, *server.tokens):
            assert secret not in everything


class TestFaults:
    async def test_a_service_that_recovers_is_asked_until_it_does(
        self, server: FeedServer, portal: FeedServiceSettings
    ) -> None:
        server.offer(PORTAL_TIMETABLE, timetable_zip())
        server.script(LOG_IN, Reply(status=503))
        server.script(PORTAL_TIMETABLE, Reply(status=502), None)
        assert (await fetch_timetable(portal))[1] == "RJTTF900"
        assert len(server.asked_for(PORTAL_TIMETABLE)) == 2

    async def test_a_service_that_does_not_recover_is_given_up(
        self, server: FeedServer, portal: FeedServiceSettings
    ) -> None:
        server.script(PORTAL_TIMETABLE, *[Reply(status=502)] * 3)
        said = await refusal(portal)
        assert f"{server.url}{PORTAL_TIMETABLE} answered 502; asked 3 times" in said
        assert len(server.asked_for(PORTAL_TIMETABLE)) == 3

    async def test_too_many_requests_are_followed_by_a_pause_with_a_limit(
        self, server: FeedServer, portal: FeedServiceSettings
    ) -> None:
        server.offer(PORTAL_TIMETABLE, timetable_zip())
        server.script(PORTAL_TIMETABLE, Reply(status=429, headers={"Retry-After": "86400"}))
        assert (await fetch_timetable(portal))[2]

    async def test_a_silent_service_is_asked_again(
        self, server: FeedServer, portal: FeedServiceSettings
    ) -> None:
        server.offer(PORTAL_TIMETABLE, timetable_zip())
        server.script(PORTAL_TIMETABLE, Silence())
        assert (await fetch_timetable(replace(portal, timeout_s=0.2)))[2]
        server.script(PORTAL_TIMETABLE, Silence())
        said = await refusal(replace(portal, timeout_s=0.2, attempts=1))
        assert "sent nothing in time; asked once" in said

    async def test_a_service_that_is_not_there_is_named(self, portal: FeedServiceSettings) -> None:
        with FeedServer().running() as gone:
            url = gone.url
        assert f"{url}/authenticate could not be reached" in await refusal(
            replace(portal, nrdp_url=url)
        )

    @pytest.mark.parametrize("url", ["opendata.example.org", "ftp://127.0.0.1", "http://[::1"])
    async def test_an_address_that_is_none_is_said_at_once(
        self, portal: FeedServiceSettings, url: str
    ) -> None:
        assert "RAILFAIR_NRDP_URL" in await refusal(replace(portal, nrdp_url=url))

    async def test_a_wrong_address_is_not_asked_again(
        self, server: FeedServer, portal: FeedServiceSettings
    ) -> None:
        said = await refusal(portal)
        assert "404" in said
        assert "RAILFAIR_NRDP_URL" in said
        assert len(server.asked_for(PORTAL_TIMETABLE)) == 1

    async def test_a_cut_download_goes_on_where_it_was_cut(
        self, server: FeedServer, portal: FeedServiceSettings
    ) -> None:
        server.offer(PORTAL_TIMETABLE, timetable_zip(), etag='"v1"')
        server.script(PORTAL_TIMETABLE, Cut(after=100_000), Cut(after=12_345))
        path, _, _ = await fetch_timetable(portal)
        assert path.read_bytes() == timetable_zip()
        assert ranges(server, PORTAL_TIMETABLE) == [None, "bytes=100000-", "bytes=112345-"]
        assert server.asked[-1].headers["If-Range"] == '"v1"'

    async def test_the_next_process_goes_on_too(
        self, server: FeedServer, portal: FeedServiceSettings
    ) -> None:
        modified = "Fri, 01 Mar 2024 03:00:00 GMT"
        server.offer(PORTAL_TIMETABLE, timetable_zip(), etag='W/"weak"', date=modified)
        server.script(PORTAL_TIMETABLE, Cut(after=100_000))
        assert "broke off" in await refusal(replace(portal, attempts=1))
        path, _, _ = await fetch_timetable(portal)
        assert path.read_bytes() == timetable_zip()
        assert ranges(server, PORTAL_TIMETABLE) == [None, "bytes=100000-"]
        assert server.asked[-1].headers["If-Range"] == modified

    async def test_a_feed_that_changed_in_between_is_taken_from_its_start(
        self, server: FeedServer, portal: FeedServiceSettings
    ) -> None:
        server.offer(PORTAL_TIMETABLE, timetable_zip(900), etag='"v1"')
        server.script(PORTAL_TIMETABLE, Cut(after=100_000))
        await refusal(replace(portal, attempts=1))
        server.offer(PORTAL_TIMETABLE, timetable_zip(901), etag='"v2"')
        path, version, _ = await fetch_timetable(portal)
        assert version == "RJTTF901"
        assert path.read_bytes() == timetable_zip(901)

    async def test_a_service_without_ranges_is_asked_for_all_of_it(
        self, server: FeedServer, portal: FeedServiceSettings
    ) -> None:
        server.offer(PORTAL_TIMETABLE, timetable_zip(), ranges=False)
        server.script(PORTAL_TIMETABLE, Cut(after=100_000))
        path, _, _ = await fetch_timetable(portal)
        assert path.read_bytes() == timetable_zip()
        assert ranges(server, PORTAL_TIMETABLE) == [None, "bytes=100000-"]

    async def test_a_service_that_names_no_version_is_never_asked_for_a_rest(
        self, server: FeedServer, portal: FeedServiceSettings
    ) -> None:
        server.offer(PORTAL_TIMETABLE, timetable_zip(), etag="")
        server.script(PORTAL_TIMETABLE, Cut(after=100_000))
        path, _, _ = await fetch_timetable(portal)
        assert path.read_bytes() == timetable_zip()
        assert ranges(server, PORTAL_TIMETABLE) == [None, None]

    @pytest.mark.parametrize(
        "answer",
        [
            Reply(status=416),
            Reply(status=206, body=b"no place is named"),
            Reply(status=206, body=b"x", headers={"Content-Range": "bytes 5-5/170000"}),
            Reply(status=206, body=b"x", headers={"Content-Range": "bytes 100000-100000/100001"}),
        ],
    )
    async def test_a_rest_that_does_not_fit_starts_over_at_once(
        self, server: FeedServer, portal: FeedServiceSettings, answer: Reply
    ) -> None:
        server.offer(PORTAL_TIMETABLE, timetable_zip())
        server.script(PORTAL_TIMETABLE, Cut(after=100_000), answer)
        path, _, _ = await fetch_timetable(replace(portal, attempts=2))
        assert path.read_bytes() == timetable_zip()
        assert ranges(server, PORTAL_TIMETABLE) == [None, "bytes=100000-", None]

    async def test_a_rest_that_is_too_short_is_asked_for_again(
        self, server: FeedServer, portal: FeedServiceSettings
    ) -> None:
        whole = timetable_zip()
        server.offer(PORTAL_TIMETABLE, whole)
        spot = f"bytes 100000-{len(whole) - 1}/{len(whole)}"
        short = Reply(status=206, body=whole[100_000:100_010], headers={"Content-Range": spot})
        server.script(PORTAL_TIMETABLE, Cut(after=100_000), short)
        path, _, _ = await fetch_timetable(portal)
        assert path.read_bytes() == whole
        assert ranges(server, PORTAL_TIMETABLE)[-1] == "bytes=100010-"


def without_end(name: str) -> dict[str, str]:
    files = timetable_files()
    return {**files, name: files[name].replace(END, "").replace(f"ZZ{'':78}", "")}


def garbled(content: bytes) -> bytes:
    """Return the zip *content* with other bytes in the middle of a file, so that its CRC is off."""
    return content[:5000] + b"????" + content[5004:]


def doubled() -> bytes:
    return feed_zip({**timetable_files(900), "RJTTF901.DAT": END})


class TestSanity:
    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (timetable_zip()[:90_000], "is no whole zip file"),
            (garbled(timetable_zip()), "is no whole zip file"),
            (b"<html>please log in</html>", "is no whole zip file"),
            (b"", "is no whole zip file"),
            (fares_zip(), "is no timetable feed"),
            (feed_zip({"RJTTF901.MSN": END}), "holds no RJTTF901.MCA or RJTTF901.CFA"),
            (
                feed_zip(timetable_files(), listed=("RJTTF900.MCA", "RJTTF900.FLF")),
                "lacks RJTTF900.FLF",
            ),
            (feed_zip(without_end("RJTTF900.MCA")), "RJTTF900.MCA is not its end record"),
            (feed_zip(without_end("RJTTF900.MSN")), "RJTTF900.MSN is not its end record"),
            (doubled(), "holds 2 manifests"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    async def test_what_is_no_whole_timetable_replaces_nothing(
        self, server: FeedServer, portal: FeedServiceSettings, content: bytes, said: str
    ) -> None:
        server.offer(PORTAL_TIMETABLE, timetable_zip(899))
        kept, _, _ = await fetch_timetable(portal)
        server.offer(PORTAL_TIMETABLE, content)
        assert said in await refusal(portal)
        assert kept.read_bytes() == timetable_zip(899)
        assert files_in(kept.parent) == ["RJTTF899.zip"]

    async def test_a_timetable_is_no_fares_feed(
        self, server: FeedServer, portal: FeedServiceSettings
    ) -> None:
        server.offer(PORTAL_FARES, timetable_zip())
        assert "is no fares feed" in await refusal(portal, FeedKind.FARES)


def seven(day: date, number: int) -> str:
    return f"{day:%Y%m%d}70{number:05}"


async def fetch_days(
    settings: FeedServiceSettings,
    first: date = FRIDAY,
    last: date = SUNDAY,
    *,
    today: date = TODAY,
    progress: Callable[[int, int | None], None] = silent,
) -> tuple[list[Path], bool]:
    request = PerformanceRequest(origin=Crs("NRW"), destination=Crs("LST"), first=first, last=last)
    fetched = await service(settings, today=today).fetch_performance(request, progress)
    assert fetched.version == f"NRW-LST {first} to {last}"
    return [Path(path) for path in fetched.paths], fetched.is_new


def rids_in(path: Path) -> list[str]:
    answers = [json.loads(line) for line in path.read_text().splitlines()]
    return [answer["serviceAttributesDetails"]["rid"] for answer in answers]


def details_asked(server: FeedServer) -> list[str]:
    return [one.json()["rid"] for one in server.asked_for(DETAILS)]


class TestPerformance:
    @pytest.fixture(autouse=True)
    def runs(self, server: FeedServer) -> None:
        server.runs = {
            FRIDAY: [seven(FRIDAY, 1), seven(FRIDAY, 2), seven(FRIDAY, 3)],
            SUNDAY: [seven(SUNDAY, 4), seven(SUNDAY, 4)],
        }

    async def test_each_day_is_asked_for_by_its_kind_and_kept_in_a_file(
        self, server: FeedServer, portal: FeedServiceSettings, tmp_path: Path
    ) -> None:
        told: list[tuple[int, int | None]] = []
        paths, is_new = await fetch_days(portal, progress=lambda done, of: told.append((done, of)))
        folder = tmp_path / "performance" / "NRW-LST"
        assert paths == [folder / f"hsp-2024-03-0{day}.jsonl" for day in (1, 2, 3)]
        assert is_new
        assert [rids_in(path) for path in paths] == [
            server.runs[FRIDAY],
            [],
            [seven(SUNDAY, 4)],
        ]
        kinds = [one.json()["days"] for one in server.asked_for(METRICS)]
        assert kinds == ["WEEKDAY", "SATURDAY", "SUNDAY"]
        assert told == [(1, None), (2, None), (3, None), (4, None)]
        assert files_in(folder) == [path.name for path in paths]

    async def test_the_files_can_be_imported_as_they_are(self, portal: FeedServiceSettings) -> None:
        paths, _ = await fetch_days(portal)
        assert len(list(FilePerformanceFeed(paths).runs(ImportReport()))) == 4

    async def test_the_key_of_the_marketplace_is_used_if_there_is_one(
        self, server: FeedServer, market: FeedServiceSettings
    ) -> None:
        await fetch_days(market)
        assert {one.headers["x-apikey"] for one in server.asked} == {KEY}
        assert {one.headers["Authorization"] for one in server.asked} == {None}

    async def test_refused_credentials_are_not_tried_again(
        self, server: FeedServer, portal: FeedServiceSettings
    ) -> None:
        with pytest.raises(FeedServiceFailed, match=r"401.*RAILFAIR_HSP_USERNAME"):
            await fetch_days(replace(portal, hsp_password="wrong"))
        assert len(server.asked) == 1

    async def test_a_detail_that_fails_twice_is_asked_for_three_times(
        self, server: FeedServer, portal: FeedServiceSettings
    ) -> None:
        page = Reply(body=b"<html>gateway</html>")
        server.script(DETAILS, None, Reply(status=500), page)
        paths, _ = await fetch_days(portal)
        assert rids_in(paths[0]) == server.runs[FRIDAY]
        second = server.runs[FRIDAY][1]
        assert details_asked(server).count(second) == 3

    @pytest.mark.parametrize("torn", [b'{"serviceAttributesDetails": {"rid": "2024', b"\0\0\n"])
    async def test_a_day_that_was_cut_goes_on_and_days_before_it_are_kept(
        self, server: FeedServer, portal: FeedServiceSettings, tmp_path: Path, torn: bytes
    ) -> None:
        server.runs[SATURDAY] = [seven(SATURDAY, number) for number in (5, 6, 7)]
        server.script(DETAILS, *[None] * 5, Cut(after=40))
        with pytest.raises(FeedServiceFailed, match="broke off"):
            await fetch_days(replace(portal, attempts=1))
        folder = tmp_path / "performance" / "NRW-LST"
        assert files_in(folder) == ["hsp-2024-03-01.jsonl", "hsp-2024-03-02.jsonl.part"]
        with (folder / "hsp-2024-03-02.jsonl.part").open("ab") as part:
            part.write(torn)
        before = len(details_asked(server))
        paths, is_new = await fetch_days(portal)
        assert is_new
        assert rids_in(paths[1]) == server.runs[SATURDAY]
        assert details_asked(server)[before:] == [seven(SATURDAY, 7), seven(SUNDAY, 4)]

    async def test_a_day_that_is_there_is_not_asked_for_again(
        self, server: FeedServer, portal: FeedServiceSettings
    ) -> None:
        await fetch_days(portal)
        before = len(server.asked)
        paths, is_new = await fetch_days(portal)
        assert (len(paths), is_new, len(server.asked)) == (3, False, before)

    async def test_a_day_is_asked_for_again_until_it_was_fetched_settled(
        self, server: FeedServer, portal: FeedServiceSettings
    ) -> None:
        asked: list[tuple[int, bool]] = []
        paths: list[Path] = []
        for today in (4, 4, 30, 30):
            before = len(server.asked_for(METRICS))
            server.actual = f"01{today:02}"
            paths, is_new = await fetch_days(portal, last=FRIDAY, today=date(2024, 3, today))
            asked.append((len(server.asked_for(METRICS)) - before, is_new))
        assert asked == [(1, True), (1, False), (1, True), (0, False)]
        assert "0130" in paths[0].read_text()

    async def test_what_was_cut_before_the_day_settled_is_asked_for_anew(
        self, server: FeedServer, portal: FeedServiceSettings
    ) -> None:
        server.script(DETAILS, None, Reply(status=500))
        with pytest.raises(FeedServiceFailed):
            await fetch_days(replace(portal, attempts=1), last=FRIDAY, today=FRIDAY)
        server.actual = "0122"
        paths, _ = await fetch_days(portal, last=FRIDAY)
        assert rids_in(paths[0]) == server.runs[FRIDAY]
        assert "0101" not in paths[0].read_text()

    async def test_a_day_does_not_lose_its_trains_afterwards(
        self, server: FeedServer, portal: FeedServiceSettings
    ) -> None:
        await fetch_days(portal, last=FRIDAY, today=FRIDAY)
        everything = server.runs.pop(FRIDAY)
        paths, is_new = await fetch_days(portal, last=FRIDAY, today=FRIDAY)
        assert not is_new
        assert rids_in(paths[0]) == everything

    async def test_an_answer_about_another_run_is_not_kept(
        self, server: FeedServer, portal: FeedServiceSettings, tmp_path: Path
    ) -> None:
        other = json.dumps({"serviceAttributesDetails": {"rid": seven(SUNDAY, 9)}})
        server.script(DETAILS, Reply(body=other.encode()))
        with pytest.raises(FeedServiceFailed, match="another one"):
            await fetch_days(portal)
        assert files_in(tmp_path / "performance" / "NRW-LST") == ["hsp-2024-03-01.jsonl.part"]


RULES = RetryRules(attempts=5, pause_s=1, pause_max_s=60, pause_jitter_s=1, retry_after_max_s=300)
FARES = Endpoint(
    kind=FeedKind.FARES, url="https://example.org/fares", url_setting="U", login_settings="K"
)


class TestPauses:
    @pytest.mark.parametrize(
        ("headers", "pause_s"),
        [
            ({}, None),
            ({"Retry-After": "7"}, 7),
            ({"Retry-After": "soon"}, None),
            ({"Retry-After": "Fri, 01 Mar 2024 03:00:30 GMT"}, None),
            (
                {
                    "Retry-After": "Fri, 01 Mar 2024 03:00:30 GMT",
                    "Date": "Fri, 01 Mar 2024 03:00:10 GMT",
                },
                20,
            ),
            (
                {
                    "Retry-After": "Fri, 01 Mar 2024 03:00:00 GMT",
                    "Date": "Fri, 01 Mar 2024 03:00:10 GMT",
                },
                0,
            ),
        ],
    )
    def test_the_pause_that_a_service_asks_for_is_read(
        self, headers: dict[str, str], pause_s: float | None
    ) -> None:
        with pytest.raises(TryAgain) as again:
            FARES.require_success(httpx.Response(429, headers=headers))
        assert again.value.pause_s == pause_s

    @pytest.mark.parametrize(("asked_s", "kept_s"), [(0, 1), (7, 7), (9999, 300), (None, True)])
    def test_it_is_kept_within_limits(self, asked_s: float | None, kept_s: float | bool) -> None:
        assert RULES.pause(TryAgain("busy", pause_s=asked_s)) == kept_s

    def test_other_errors_are_not_asked_again(self) -> None:
        assert RULES.pause(FARES.failed("refused")) is False
