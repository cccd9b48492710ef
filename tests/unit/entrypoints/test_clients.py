"""Who is asking: keys, addresses, and what proxies say of them."""

import secrets
from datetime import date
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railfair.adapters.clock.clock import FixedClock
from railfair.adapters.memory.storage import MemoryStorage
from railfair.application.api_keys import KeyRing, create_key
from railfair.domain.errors import InvalidApiKey
from railfair.domain.quota import Quota, quota
from railfair.entrypoints.http.clients import UNKNOWN, Clients, grouped, origin

TRUSTED = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
EVERYBODYS = quota("600/minute")
CLOCK = FixedClock(date(2026, 3, 2))
outside = st.ip_addresses(v=4).filter(lambda one: one not in ip_network("10.0.0.0/8"))
proxies = st.ip_addresses(v=4, network="10.0.0.0/8").map(str)


@pytest.mark.parametrize(
    ("peer", "said", "who"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # nobody trusts who connects
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("fd00::1", "[2001:db8::7]:443", "2001:db8::7"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, unknown", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1,,10.0.0.2", "10.0.0.2"),
        ("garbage", "198.51.100.1", "garbage"),
    ],
)
def test_what_proxies_say_is_believed_as_far_as_they_are_trusted(
    peer: str, said: str, who: str
) -> None:
    assert origin(peer, said, TRUSTED) == who


@given(st.text(), outside, st.lists(proxies, max_size=5))
def test_whatever_a_client_claims_it_is_known_by_what_the_first_trusted_proxy_saw(
    claimed: str, client: IPv4Address, chain: list[str]
) -> None:
    said = ",".join([claimed, str(client), *chain])
    assert origin("10.0.0.1", said, TRUSTED) == str(client)


@given(outside, st.text())
def test_who_is_not_trusted_is_known_by_its_own_address(peer: IPv4Address, said: str) -> None:
    assert origin(str(peer), said, TRUSTED) == str(peer)


@given(st.text(), st.text())
def test_anything_at_all_is_some_client(peer: str, said: str) -> None:
    assert grouped(origin(peer, said, TRUSTED))


@given(st.ip_addresses(v=6, network="2000::/3"), st.integers(0, 2**64 - 1))
def test_all_addresses_of_an_ipv6_site_are_one_client(address: IPv6Address, host: int) -> None:
    neighbour = IPv6Address(int(address) >> 64 << 64 | host)
    assert grouped(str(address)) == grouped(str(neighbour))
    elsewhere = IPv6Address(int(neighbour) ^ 1 << 64)
    assert grouped(str(elsewhere)) != grouped(str(address))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_a_client_whichever_way_it_is_written(address: IPv4Address) -> None:
    assert grouped(str(address)) == grouped(f"::ffff:{address}") == str(address)
    assert isinstance(ip_address(grouped(f"{address}:80")), IPv4Address)


def test_what_is_no_address_is_one_client_together() -> None:
    assert grouped("garbage") == grouped("") == grouped("/run/railfair.sock") == UNKNOWN


@pytest.mark.parametrize("own", [None, quota("5/second")])
@pytest.mark.parametrize(
    "header", ["x-api-key: {}", "authorization: Bearer {}", "authorization: bearer {} "]
)
async def test_a_key_comes_before_the_address_and_brings_its_own_quota(
    header: str, own: Quota | None
) -> None:
    storage = MemoryStorage()
    made = await create_key(
        "app", storage=storage, clock=CLOCK, entropy=secrets.token_bytes, quota=own
    )
    ring = KeyRing(storage, CLOCK, lambda: 0.0, reread_s=1)
    name, _, value = header.format(made.secret).partition(": ")
    client = await Clients((), EVERYBODYS).who(
        "203.0.113.9", [(name.encode(), value.encode())], ring
    )
    assert (client.id, client.key) == (f"key:{made.key.prefix}", made.key)
    assert client.quota == own or (own is None and client.quota == EVERYBODYS)


async def test_without_a_key_the_address_is_who_asks() -> None:
    ring = KeyRing(MemoryStorage(), CLOCK, lambda: 0.0, reread_s=1)
    clients = Clients([IPv4Network("10.0.0.0/8")], EVERYBODYS)
    headers = [
        (b"authorization", b"Basic Zm9vOmJhcg=="),
        (b"x-forwarded-for", b"6.6.6.6"),
        (b"x-forwarded-for", b"198.51.100.1, 10.9.9.9"),
    ]
    client = await clients.who("10.0.0.1", headers, ring)
    assert (client.id, client.quota, client.key) == ("198.51.100.1", EVERYBODYS, None)
    assert (await clients.who("10.0.0.1", [], ring)).id == "10.0.0.1"


async def test_a_key_that_is_not_valid_is_no_address_either() -> None:
    ring = KeyRing(MemoryStorage(), CLOCK, lambda: 0.0, reread_s=1)
    with pytest.raises(InvalidApiKey):
        await Clients((), None).who("203.0.113.9", [(b"x-api-key", b"made up")], ring)
