"""Who is asking: a key of the API, or else an address on the network.

Addresses are told by whoever connects, and by proxies only where they are trusted: of what
`X-Forwarded-For` says, as much is believed as trusted proxies have added.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from railfair.application.api_keys import KeyRing
from railfair.domain.api_key import ApiKey
from railfair.domain.errors import AdminOnly, ApiKeyRequired
from railfair.domain.quota import Quota

type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network

BEARER: Final = "bearer"
UNKNOWN: Final = "unknown"
IPV6_SITE_BITS: Final = 64
"""What one customer of a network has at least: any of its addresses is the same client."""
MOST_HOPS: Final = 16
REMEMBERED: Final = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Who is asking; *id* is the same for every request of the same client.

    *quota* is how much it may ask for, `None` where that is unlimited.
    """

    id: str
    quota: Quota | None
    key: ApiKey | None = None


class Clients:
    """Tells who is asking; *quota* is that of clients whose key has none, or who have no key."""

    def __init__(self, trusted: Sequence[Network], quota: Quota | None) -> None:
        self._trusted = tuple(trusted)
        self._quota = quota

    async def who(self, peer: str, headers: Iterable[tuple[bytes, bytes]], keys: KeyRing) -> Client:
        """Return the client that connects from *peer* with *headers*, names in lower case.

        Raises:
            InvalidApiKey: it sends a key that is not valid.
            SourceUnavailable: it sends a key, and keys cannot be read.
        """
        secret = _secret(headers)
        if secret is None:
            return self.unnamed(peer, headers)
        key = await keys.key(secret)
        return Client(id=f"key:{key.prefix}", quota=key.quota or self._quota, key=key)

    def unnamed(self, peer: str, headers: Iterable[tuple[bytes, bytes]]) -> Client:
        """Return the client as which *peer* counts that sends no key."""
        return Client(id=self._address(peer, headers), quota=self._quota)

    def _address(self, peer: str, headers: Iterable[tuple[bytes, bytes]]) -> str:
        if not self._trusted:
            return grouped(peer)
        said = [value.decode("latin-1") for name, value in headers if name == b"x-forwarded-for"]
        return grouped(origin(peer, ",".join(said), self._trusted))


def origin(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """Return the address that *peer* asks for: the last that no *trusted* proxy has.

    *forwarded_for* is walked from its end, as long as who added it is trusted. Where it stops
    making sense, the proxy that passed it on is who asks.
    """
    address = _parsed(peer)
    hops = reversed(forwarded_for.split(",")[-MOST_HOPS:]) if forwarded_for else ()
    for hop in hops:
        if address is None or not any(address in network for network in trusted):
            break
        before = _parsed(hop)
        if before is None:
            break
        address = before
    return peer if address is None else str(address)


@lru_cache(REMEMBERED)
def grouped(address: str) -> str:
    """Return what *address* is counted as: itself, or of IPv6 its network of 64 bits."""
    parsed = _parsed(address)
    match parsed:
        case None:
            return UNKNOWN
        case IPv6Address():
            return str(IPv6Network((parsed, IPV6_SITE_BITS), strict=False))
        case _:
            return str(parsed)


def requires_admin(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Let only admins' keys pass, as a guard of routes.

    Raises:
        ApiKeyRequired: there is no key.
        AdminOnly: there is one, but no admin's.
    """
    client: Client = connection.scope["state"]["client"]
    if client.key is None:
        raise ApiKeyRequired
    if not client.key.is_admin:
        raise AdminOnly


def _secret(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Return the key that is sent, or `None`; other kinds of authorization are not ours."""
    for name, value in headers:
        if name == b"x-api-key":
            return value.decode("latin-1").strip()
        if name == b"authorization":
            scheme, _, credentials = value.decode("latin-1").strip().partition(" ")
            if scheme.lower() == BEARER:
                return credentials.strip()
    return None


def _parsed(text: str) -> Address | None:
    """Return the address in *text*, which may have a port or a zone; `None` if there is none."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
