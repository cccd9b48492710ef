"""Fetching feeds: National Rail data portal, Rail Data Marketplace and HSP."""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import httpx

from railfair.adapters.feeds.fetch_archive import NotWhole, archive_version, publish
from railfair.adapters.feeds.fetch_download import (
    API_KEY,
    Access,
    Download,
    KeyAccess,
    PartFile,
    PortalAccess,
)
from railfair.adapters.feeds.fetch_http import Endpoint, RetryRules
from railfair.adapters.feeds.fetch_performance import DayFile, Hsp
from railfair.domain.errors import FeedServiceFailed
from railfair.domain.feed import FeedKind
from railfair.ports.feed_service import DownloadProgress, FetchedFeed, PerformanceRequest

PORTAL_PATHS: Final = {
    FeedKind.TIMETABLE: "/api/staticfeeds/3.0/timetable",
    FeedKind.FARES: "/api/staticfeeds/2.0/fares",
}
PORTAL_LOGIN: Final = "RAILFAIR_NRDP_USERNAME and RAILFAIR_NRDP_PASSWORD"
HSP_LOGIN: Final = "RAILFAIR_HSP_USERNAME and RAILFAIR_HSP_PASSWORD"
HSP_KEY: Final = "RAILFAIR_HSP_KEY"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedServiceSettings:
    """Where feeds are kept and asked for, with what, and how patiently.

    The names are those of the settings (`RAILFAIR_NRDP_URL`, …). *timeout_s* is how long a service
    may be silent, *attempts* how often a thing is asked for. Pauses between attempts grow from
    *pause_s* to *pause_max_s*, each longer by up to *pause_jitter_s*; a pause that a service asks
    for itself (Retry-After) is kept up to *retry_after_max_s*. All of them are seconds.
    """

    feeds_directory: Path
    nrdp_url: str = "https://opendata.nationalrail.co.uk"
    nrdp_username: str | None = None
    nrdp_password: str | None = field(default=None, repr=False)
    rdm_timetable_url: str | None = None
    rdm_timetable_key: str | None = field(default=None, repr=False)
    rdm_fares_url: str | None = None
    rdm_fares_key: str | None = field(default=None, repr=False)
    hsp_url: str = "https://hsp-prod.rockshore.net/api/v1"
    hsp_username: str | None = None
    hsp_password: str | None = field(default=None, repr=False)
    hsp_key: str | None = field(default=None, repr=False)
    timeout_s: float = 60.0
    attempts: int = 5
    pause_s: float = 1.0
    pause_max_s: float = 60.0
    pause_jitter_s: float = 1.0
    retry_after_max_s: float = 300.0

    @property
    def retry_rules(self) -> RetryRules:
        """How often to ask, and how long to pause in between."""
        return RetryRules(
            attempts=self.attempts,
            pause_s=self.pause_s,
            pause_max_s=self.pause_max_s,
            pause_jitter_s=self.pause_jitter_s,
            retry_after_max_s=self.retry_after_max_s,
        )

    def marketplace(self, kind: FeedKind) -> tuple[str | None, str | None]:
        """Return the address and the key of the feed *kind* at the Rail Data Marketplace."""
        if kind is FeedKind.TIMETABLE:
            return self.rdm_timetable_url, self.rdm_timetable_key
        return self.rdm_fares_url, self.rdm_fares_key


class HttpFeedService:
    """Fetches feeds over HTTP into folders by kind; see `ports.feed_service`.

    The timetable and the fares lie there as zips with the name of their version, the current one
    and the one before; performance as one file a day in a folder for each pair of stations. One
    fetch of a kind (of a pair) at a time: two would write to the same unfinished file.
    """

    def __init__(self, settings: FeedServiceSettings, *, today: Callable[[], date]) -> None:
        self._settings = settings
        self._today = today

    async def fetch_archive(self, kind: FeedKind, progress: DownloadProgress) -> FetchedFeed:
        """Fetch the current timetable or fares feed; tell *progress* the bytes.

        Raises:
            FeedServiceFailed: as the port says; the feed fetched before stays.
        """
        if kind not in PORTAL_PATHS:
            raise ValueError(f"{kind} is no feed that comes as one archive")
        access = self._access(kind)
        folder = self._settings.feeds_directory / kind
        with _disk_faults_translated(kind, folder):
            part = PartFile(_made(folder) / "download.part")
            async with self._client() as client:
                download = Download(client, access, part)
                await download.run(self._settings.retry_rules, progress)
            return await asyncio.to_thread(_published, part, access.endpoint, folder)

    async def fetch_performance(
        self, request: PerformanceRequest, progress: DownloadProgress
    ) -> FetchedFeed:
        """Fetch the runs of *request*; tell *progress* the answers, whose number is not known.

        The paths are those of the days, in their order; a day without trains has an empty file.
        A day that has settled is asked for once only.

        Raises:
            FeedServiceFailed: as the port says; the runs that arrived are kept.
        """
        endpoint = self._hsp_endpoint()
        pair = f"{request.origin}-{request.destination}"
        folder = self._settings.feeds_directory / FeedKind.PERFORMANCE / pair
        with _disk_faults_translated(FeedKind.PERFORMANCE, folder):
            days = _days(request, _made(folder))
            async with self._hsp_client(endpoint) as client:
                hsp = Hsp(client, endpoint, self._settings.retry_rules)
                changed = await self._fetch_days(hsp, request, days, progress)
        return FetchedFeed(
            paths=tuple(str(file.path) for file in days.values()),
            version=f"{pair} {request.first} to {request.last}",
            is_new=changed,
        )

    async def _fetch_days(
        self,
        hsp: Hsp,
        request: PerformanceRequest,
        days: dict[date, DayFile],
        progress: DownloadProgress,
    ) -> bool:
        """Fetch the days that have not settled; return whether anything changed."""
        today = self._today()
        answers = 0
        changed = False
        for day, file in days.items():
            if file.is_settled(today):
                continue
            rids = await hsp.rids(request.origin, request.destination, day)
            here = file.begin(today)
            for rid in rids:
                if rid not in here:
                    file.append(await hsp.details(rid))
                answers += 1
                progress(answers, None)
            changed |= file.publish()
        return changed

    def _client(self, headers: dict[str, str] | None = None) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            timeout=self._settings.timeout_s,
            headers={"User-Agent": "RailFair"} | (headers or {}),
            verify=_trusted(),
        )

    def _access(self, kind: FeedKind) -> Access:
        given = self._settings
        url, key = given.marketplace(kind)
        settings = f"RAILFAIR_RDM_{kind.upper()}_URL", f"RAILFAIR_RDM_{kind.upper()}_KEY"
        if url and key:
            endpoint = Endpoint(
                kind=kind, url=url, url_setting=settings[0], login_settings=settings[1]
            )
            return KeyAccess(endpoint, key)
        if given.nrdp_username and given.nrdp_password:
            return PortalAccess(
                _portal(kind, given.nrdp_url, PORTAL_PATHS[kind]),
                log_in_at=_portal(kind, given.nrdp_url, "/authenticate"),
                username=given.nrdp_username,
                password=given.nrdp_password,
            )
        raise FeedServiceFailed(
            kind,
            f"credentials are missing: set {PORTAL_LOGIN} (National Rail data portal), "
            f"or {settings[0]} and {settings[1]} (Rail Data Marketplace)",
        )

    def _hsp_endpoint(self) -> Endpoint:
        given = self._settings
        if not given.hsp_key and not (given.hsp_username and given.hsp_password):
            raise FeedServiceFailed(
                FeedKind.PERFORMANCE,
                f"credentials are missing: set {HSP_LOGIN}, "
                f"or {HSP_KEY} with RAILFAIR_HSP_URL (Rail Data Marketplace)",
            )
        return Endpoint(
            kind=FeedKind.PERFORMANCE,
            url=given.hsp_url.rstrip("/"),
            url_setting="RAILFAIR_HSP_URL",
            login_settings=HSP_KEY if given.hsp_key else HSP_LOGIN,
        )

    def _hsp_client(self, endpoint: Endpoint) -> httpx.AsyncClient:
        given = self._settings
        if given.hsp_key:
            return self._client({API_KEY: endpoint.header_value(given.hsp_key)})
        client = self._client()
        client.auth = httpx.BasicAuth(given.hsp_username or "", given.hsp_password or "")
        return client


@cache
def _trusted() -> ssl.SSLContext:
    """Return the authorities that are trusted; reading them takes longer than a small fetch."""
    return httpx.create_ssl_context()


def _portal(kind: FeedKind, url: str, path: str) -> Endpoint:
    return Endpoint(
        kind=kind,
        url=url.rstrip("/") + path,
        url_setting="RAILFAIR_NRDP_URL",
        login_settings=PORTAL_LOGIN,
    )


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _days(request: PerformanceRequest, folder: Path) -> dict[date, DayFile]:
    number = (request.last - request.first).days + 1
    days = (request.first + timedelta(days=ahead) for ahead in range(number))
    return {day: DayFile(folder, day) for day in days}


def _published(part: PartFile, endpoint: Endpoint, folder: Path) -> FetchedFeed:
    try:
        version = archive_version(part.path, endpoint.kind)
    except NotWhole as error:
        part.drop()
        raise endpoint.failed(
            f"sent a file that {error}. It was thrown away; what was fetched before is untouched"
        ) from error
    path, is_new = publish(part.path, folder, version)
    part.drop()
    return FetchedFeed(paths=(str(path),), version=version, is_new=is_new)


@contextmanager
def _disk_faults_translated(kind: FeedKind, folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FeedServiceFailed(
            kind,
            f"nothing can be kept in {folder} ({error.strerror or error}): "
            "check RAILFAIR_FEEDS_DIRECTORY and the room on the disk",
        ) from error
