"""Downloads that survive cut connections, expired log-ins and the end of the process."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, Protocol

import httpx
import msgspec

from railfair.adapters.feeds.fetch_http import Endpoint, RetryRules, TryAgain, persist
from railfair.ports.feed_service import DownloadProgress

HOPS: Final = 5
"""Redirects followed."""
API_KEY: Final = "x-apikey"
TOKEN: Final = "X-Auth-Token"  # noqa: S105 - the name of a header
CONTENT_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(\d+)")


class Access(Protocol):
    """Opens the door to one address."""

    @property
    def endpoint(self) -> Endpoint:
        """The address."""
        ...

    async def headers(self, client: httpx.AsyncClient) -> dict[str, str]:
        """Return the headers that prove who asks; raise as `Endpoint.require_success` does."""
        ...

    def renew(self) -> bool:
        """Forget a proof that was refused; return whether another one can be had."""
        ...


class KeyAccess:
    """Rail Data Marketplace: every request carries the key of the product."""

    def __init__(self, endpoint: Endpoint, key: str) -> None:
        self.endpoint = endpoint
        self._key = key

    async def headers(self, client: httpx.AsyncClient) -> dict[str, str]:  # noqa: ARG002
        """Return the header with the key."""
        return {API_KEY: self.endpoint.header_value(self._key)}

    def renew(self) -> bool:
        """Return that there is no other key."""
        return False


class _LoggedIn(msgspec.Struct):
    token: str


class PortalAccess:
    """National Rail data portal: a token is had for user and password, and lasts for a while."""

    def __init__(
        self, endpoint: Endpoint, *, log_in_at: Endpoint, username: str, password: str
    ) -> None:
        self.endpoint = endpoint
        self._log_in_at = log_in_at
        self._form = {"username": username, "password": password}
        self._token: str | None = None
        self._renewals_left = 1

    async def headers(self, client: httpx.AsyncClient) -> dict[str, str]:
        """Return the header with the token, logging in if there is none."""
        if self._token is None:
            self._token = await self._log_in(client)
        return {TOKEN: self._token}

    def renew(self) -> bool:
        """Forget the token; return whether to log in anew, which is worth one try."""
        self._token = None
        self._renewals_left -= 1
        return self._renewals_left >= 0

    async def _log_in(self, client: httpx.AsyncClient) -> str:
        with self._log_in_at.faults_translated():
            response = await client.post(self._log_in_at.url, data=self._form)
        self._log_in_at.require_success(response)
        try:
            token = msgspec.json.decode(response.content, type=_LoggedIn).token
        except msgspec.MsgspecError:
            raise self._log_in_at.failed("answered the log-in without a token") from None
        return self._log_in_at.header_value(token)


class _Origin(msgspec.Struct, frozen=True):
    """Where the bytes in a part come from; *validator* names the version that they belong to."""

    url: str
    validator: str
    length: int | None


class PartFile:
    """The bytes of a download that have arrived; a small file beside it says whose they are."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._note = path.with_name(path.name + ".json")

    @property
    def size(self) -> int:
        """Bytes that have arrived."""
        return self.path.stat().st_size if self.path.exists() else 0

    def origin(self) -> _Origin | None:
        """Return where the bytes come from, or None if that is not known."""
        try:
            return msgspec.json.decode(self._note.read_bytes(), type=_Origin)
        except (FileNotFoundError, msgspec.MsgspecError):
            return None

    def range_headers(self, url: str) -> dict[str, str]:
        """Return the headers that ask for the rest, none if it cannot be asked for."""
        origin = self.origin()
        if origin is None or origin.url != url or not origin.validator or not self.size:
            return {}
        return {"Range": f"bytes={self.size}-", "If-Range": origin.validator}

    def start(self, origin: _Origin) -> None:
        """Begin with nothing; in this order, no bytes are ever taken for those of *origin*."""
        self.drop()
        self.path.touch()
        self._note.write_bytes(msgspec.json.encode(origin))

    def drop(self) -> None:
        """Forget everything."""
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    async def receive(self, response: httpx.Response, progress: DownloadProgress) -> None:
        """Append what *response* brings, keeping all of it even if it is cut."""
        size = self.size
        origin = self.origin()
        length = None if origin is None else origin.length
        progress(size, length)
        with self.path.open("ab") as stream:
            async for block in response.aiter_raw():
                size += stream.write(block)
                progress(size, length)
        if length is not None and size != length:
            raise TryAgain(f"{size} of {length} bytes came")


class Download:
    """Brings one file down into *part*, going on where the last attempt was cut."""

    def __init__(self, client: httpx.AsyncClient, access: Access, part: PartFile) -> None:
        self._client = client
        self._access = access
        self._part = part

    async def run(self, rules: RetryRules, progress: DownloadProgress) -> None:
        """Return once all is there; tell *progress* the bytes.

        Raises:
            FeedServiceFailed: the service refused or kept failing; what arrived is kept.
        """

        async def attempt() -> None:
            while not await self._is_brought(progress):
                pass

        await persist(self._access.endpoint.kind, rules, attempt)

    async def _is_brought(self, progress: DownloadProgress) -> bool:
        """Ask for what is missing; return False if it has to be asked for differently, at once."""
        endpoint = self._access.endpoint
        ranged = self._part.range_headers(endpoint.url)
        # An encoding would make the bytes on the way others than those of the file.
        headers = {**await self._access.headers(self._client), "Accept-Encoding": "identity"}
        with endpoint.faults_translated():
            async with self._answer(headers | ranged) as response:
                if response.status_code == httpx.codes.UNAUTHORIZED and self._access.renew():
                    return False
                if ranged and not self._can_go_on(response):
                    self._part.drop()
                    return False
                endpoint.require_success(response)
                if not ranged or response.status_code != httpx.codes.PARTIAL_CONTENT:
                    self._part.start(_origin(endpoint.url, response))
                await self._part.receive(response, progress)
        return True

    def _can_go_on(self, response: httpx.Response) -> bool:
        """Whether *response*, to a question for the rest, fits what is there."""
        if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            return False
        if response.status_code != httpx.codes.PARTIAL_CONTENT:
            return True
        sent = CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        origin = self._part.origin()
        if sent is None or origin is None:
            return False
        return int(sent[1]) == self._part.size and origin.length in (None, int(sent[2]))

    @asynccontextmanager
    async def _answer(self, headers: dict[str, str]) -> AsyncIterator[httpx.Response]:
        """Open the answer, following redirects; only the address itself is shown the secrets."""
        request = self._client.build_request("GET", self._access.endpoint.url, headers=headers)
        home = _site(request.url)
        response = await self._client.send(request, stream=True)
        for _ in range(HOPS):
            following = response.next_request
            if following is None:
                break
            if _site(following.url) != home:
                following.headers.pop(API_KEY, None)
                following.headers.pop(TOKEN, None)
            await response.aclose()
            response = await self._client.send(following, stream=True)
        try:
            yield response
        finally:
            await response.aclose()


def _site(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _origin(url: str, response: httpx.Response) -> _Origin:
    length = response.headers.get("Content-Length", "")
    return _Origin(
        url=url,
        validator=_validator(response),
        length=int(length) if length.isascii() and length.isdigit() else None,
    )


def _validator(response: httpx.Response) -> str:
    """Return what names the version of the bytes, empty if nothing does."""
    etag = response.headers.get("ETag", "")
    # A weak tag does not promise the same bytes, so that no range may be asked for with it.
    strong = "" if etag.startswith("W/") else etag
    validator = strong or response.headers.get("Last-Modified", "")
    return validator if validator.isascii() else ""
