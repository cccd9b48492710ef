"""Headers of every answer: what browsers may do with it, and which pages may ask for it."""

from collections.abc import Iterable, Mapping
from typing import Final

type Header = tuple[bytes, bytes]

NOTHING: Final = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
POLICY: Final = b"content-security-policy"
ALWAYS: Final[tuple[Header, ...]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
)
EXPOSED: Final = (
    b"Age, ETag, Link, RateLimit, RateLimit-Policy, Retry-After, Traceparent, X-Cache,"
    b" X-Preferences, X-Request-ID"
)
METHODS: Final = b"GET, HEAD, POST, PUT, DELETE"
ASKABLE: Final = b"Authorization, Content-Type, If-None-Match, Traceparent, X-API-Key, X-Request-ID"
PREFLIGHT_S: Final = b"600"


class Headers:
    """What is added to every answer; pages of *origins* may read it, of any if one is `*`."""

    def __init__(self, *, origins: Iterable[str], hsts_max_age_s: int) -> None:
        self._origins = frozenset(origin.encode() for origin in origins)
        self._is_open = b"*" in self._origins
        added = list(ALWAYS)
        if hsts_max_age_s:
            added.append((b"strict-transport-security", b"max-age=%d" % hsts_max_age_s))
        if self._origins and not self._is_open:
            added.append((b"vary", b"Origin"))
        self._added = tuple(added)
        self._added_to_ours = (*added, (POLICY, NOTHING))

    def added(self, to: Iterable[Header], asked: Mapping[bytes, bytes]) -> list[Header]:
        """Return the headers *to* an answer and those added; *asked* are those of the request."""
        headers = [*to, *self._added]
        if not any(name.lower() == POLICY for name, _ in to):
            headers.append((POLICY, NOTHING))
        if self._is_allowed(asked):
            headers += (self._allowing(asked), (b"access-control-expose-headers", EXPOSED))
        return headers

    def added_to_ours(self, to: Iterable[Header], asked: Mapping[bytes, bytes]) -> list[Header]:
        """Return what `added` does where nothing in *to* says what a page may do."""
        headers = [*to, *self._added_to_ours]
        if self._origins and self._is_allowed(asked):
            headers += (self._allowing(asked), (b"access-control-expose-headers", EXPOSED))
        return headers

    def preflight(self, method: str, asked: Mapping[bytes, bytes]) -> list[Header] | None:
        """Return what a browser that asks whether it may ask is told; `None` if it does not."""
        is_preflight = method == "OPTIONS" and b"access-control-request-method" in asked
        if not is_preflight or not self._is_allowed(asked):
            return None
        return [
            (b"access-control-allow-methods", METHODS),
            (b"access-control-allow-headers", ASKABLE),
            (b"access-control-max-age", PREFLIGHT_S),
        ]

    def _is_allowed(self, asked: Mapping[bytes, bytes]) -> bool:
        if not self._origins:
            return False
        origin = asked.get(b"origin")
        return origin is not None and (self._is_open or origin in self._origins)

    def _allowing(self, asked: Mapping[bytes, bytes]) -> Header:
        return (b"access-control-allow-origin", b"*" if self._is_open else asked[b"origin"])
