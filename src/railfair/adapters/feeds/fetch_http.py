"""Asking the railway's services over HTTP: what is asked again, what is not, and what is said.

No error quotes a header, a form or a body: keys, passwords and tokens travel there.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final

import httpx
import stamina

from railfair.domain.errors import FeedServiceFailed
from railfair.domain.feed import FeedKind

REFUSED: Final = frozenset({httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN})
PASSING: Final = frozenset({httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS})
"""Client errors that say nothing against the question itself."""


class TryAgain(Exception):
    """A fault that may pass; *pause_s* is how long the service asked to be left alone."""

    def __init__(self, detail: str, *, pause_s: float | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.pause_s = pause_s


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRules:
    """How often to ask, and how long to pause in between, in seconds.

    Pauses double from *pause_s* up to *pause_max_s*, each longer by up to *pause_jitter_s* so
    that many installations do not come back at once. A service that names a pause gets it, up to
    *retry_after_max_s*.
    """

    attempts: int
    pause_s: float
    pause_max_s: float
    pause_jitter_s: float
    retry_after_max_s: float

    def pause(self, error: Exception) -> bool | float:
        """Return whether to ask again after *error*, or after how many seconds."""
        if not isinstance(error, TryAgain):
            return False
        if error.pause_s is None:
            return True
        return min(max(error.pause_s, self.pause_s), self.retry_after_max_s)


async def persist[T](kind: FeedKind, rules: RetryRules, ask: Callable[[], Awaitable[T]]) -> T:
    """Return what *ask* returns, calling it until it no longer raises `TryAgain`.

    Raises:
        FeedServiceFailed: it still does after as many attempts as *rules* allow.
    """
    try:
        async for attempt in stamina.retry_context(
            on=rules.pause,
            attempts=rules.attempts,
            timeout=None,
            wait_initial=rules.pause_s,
            wait_max=rules.pause_max_s,
            wait_jitter=rules.pause_jitter_s,
        ):
            with attempt:
                return await ask()
    except TryAgain as last:
        times = "once" if rules.attempts == 1 else f"{rules.attempts} times"
        raise FeedServiceFailed(
            kind, f"{last.detail}; asked {times}. What has arrived is kept: try again later"
        ) from last
    raise AssertionError("the last attempt returns or raises")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An address that is asked for a feed, and the settings that say where and with what."""

    kind: FeedKind
    url: str
    url_setting: str
    login_settings: str

    @property
    def shown(self) -> str:
        """The address without its user and query, which can hold secrets."""
        try:
            url = httpx.URL(self.url)
        except httpx.InvalidURL:
            url = httpx.URL()
        if not url.host:
            return f"the address in {self.url_setting}"
        port = "" if url.port is None else f":{url.port}"
        return f"{url.scheme}://{url.host}{port}{url.path}"

    def failed(self, why: str) -> FeedServiceFailed:
        """Return the error that says that this address *why*."""
        return FeedServiceFailed(self.kind, f"{self.shown} {why}")

    def header_value(self, secret: str) -> str:
        """Return *secret* without blanks around it, as a header can carry it.

        Raises:
            FeedServiceFailed: no header can.
        """
        value = secret.strip()
        if not value or not value.isascii() or not value.isprintable():
            raise self.failed(
                f"was not asked: {self.login_settings} must be plain printable characters"
            )
        return value

    def require_success(self, response: httpx.Response) -> None:
        """Return if *response* is what was asked for.

        Raises:
            TryAgain: the service is too busy or broken just now.
            FeedServiceFailed: asking again would not help.
        """
        status = response.status_code
        if response.is_success:
            return
        if status in REFUSED:
            raise self.failed(f"refused the request ({status}): check {self.login_settings}")
        if status in PASSING or response.is_server_error:
            raise TryAgain(f"{self.shown} answered {status}", pause_s=_retry_after_s(response))
        raise self.failed(f"answered {status}: check {self.url_setting}")

    @contextmanager
    def faults_translated(self) -> Iterator[None]:
        """Turn what goes wrong below HTTP into `TryAgain` or, if it cannot pass, into an error.

        Raises:
            TryAgain: no connection, a cut one, or a service that is silent for too long.
            FeedServiceFailed: the address or the credentials can never be sent.
        """
        try:
            yield
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError):
            # Their messages quote what could not be sent, and that may be a key.
            raise self.failed(
                f"cannot be asked: check {self.url_setting} and {self.login_settings}"
            ) from None
        except httpx.TimeoutException as error:
            raise TryAgain(f"{self.shown} sent nothing in time") from error
        except httpx.ConnectError as error:
            raise TryAgain(f"{self.shown} could not be reached ({error})") from error
        except httpx.RequestError as error:
            raise TryAgain(f"{self.shown} broke off its answer") from error


def _retry_after_s(response: httpx.Response) -> float | None:
    """Return the pause that the service asks for; a moment is taken by the service's own clock."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
        pause = until - parsedate_to_datetime(response.headers.get("Date", ""))
    except (TypeError, ValueError):
        return None
    return max(0.0, pause.total_seconds())
