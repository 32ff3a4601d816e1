"""Which addresses outgoing requests may reach, however they are written."""

import ipaddress
import socket

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given
from hypothesis import strategies as st

from fedlearn.activitypub.guard import (
    ForbiddenAddress,
    GuardedResolver,
    check_literal,
    is_allowed,
)

PUBLIC = [
    "93.184.216.34",
    "8.8.8.8",
    "172.15.255.255",
    "172.32.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "198.17.255.255",
    "198.20.0.1",
    "2606:2800:220:1:248:1893:25c8:1946",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2002:808:808::1",
]
FORBIDDEN = {
    "this host": "127.0.0.1",
    "all of 127/8": "127.255.255.254",
    "this host in IPv6": "::1",
    "no host": "0.0.0.0",
    "no host in IPv6": "::",
    "this network": "0.1.2.3",
    "private 10": "10.0.0.1",
    "private 172.16": "172.16.0.1",
    "private 172.31": "172.31.255.255",
    "private 192.168": "192.168.1.1",
    "carrier-grade NAT": "100.64.0.1",
    "end of carrier-grade NAT": "100.127.255.255",
    "link-local, and cloud metadata": "169.254.169.254",
    "benchmarking": "198.18.0.1",
    "end of benchmarking": "198.19.255.255",
    "protocol assignments": "192.0.0.8",
    "documentation": "203.0.113.7",
    "relays of 6to4": "192.88.99.1",
    "multicast": "224.0.0.1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "unique local": "fd00::1",
    "link-local in IPv6": "fe80::1",
    "link-local with a zone": "fe80::1%eth0",
    "site-local": "fec0::1",
    "multicast in IPv6": "ff02::1",
    "global multicast in IPv6": "ff0e::1",
    "documentation in IPv6": "2001:db8::1",
    "newer documentation in IPv6": "3fff::1",
    "Teredo": "2001:0:7f00:1::1",
    "segment routing": "5f00::1",
    "v4 mapped": "::ffff:10.0.0.1",
    "v4 mapped, this host": "::ffff:127.0.0.1",
    "v4 mapped, metadata": "::ffff:169.254.169.254",
    "v4 compatible": "::127.0.0.1",
    "v4 translated": "::ffff:0:127.0.0.1",
    "NAT64": "64:ff9b::10.0.0.1",
    "NAT64, this host": "64:ff9b::7f00:1",
    "NAT64 of local use": "64:ff9b:1::8.8.8.8",
    "6to4": "2002:7f00:1::1",
    "6to4, private": "2002:a00:1::1",
}


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_are_allowed(text: str) -> None:
    """What anybody may reach, we may, also where IPv6 only wraps it."""
    assert is_allowed(ipaddress.ip_address(text), ())
    check_literal(text, ())


@pytest.mark.parametrize("text", FORBIDDEN.values(), ids=FORBIDDEN)
def test_other_addresses_are_forbidden(text: str) -> None:
    """What is private, special or nobody's, is out of reach, wrapped in IPv6 or not."""
    assert not is_allowed(ipaddress.ip_address(text), ())
    with pytest.raises(ForbiddenAddress):
        check_literal(text, ())
    with pytest.raises(ForbiddenAddress):
        check_literal(f"[{text}]", ())


def test_networks_can_be_allowed() -> None:
    """A lab names its own networks; their neighbours stay out of reach."""
    lab = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("fd00:1::/32"))
    for text in ("127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::127.0.0.1", "fd00:1::5"):
        assert is_allowed(ipaddress.ip_address(text), lab)
    for text in ("10.0.0.1", "::1", "::ffff:10.0.0.1", "fd00:2::5"):
        assert not is_allowed(ipaddress.ip_address(text), lab)


@given(st.ip_addresses(v=4))
def test_wrapping_changes_nothing(inner: ipaddress.IPv4Address) -> None:
    """An IPv4 address is as good mapped, translated or tunnelled in IPv6 as by itself."""
    number = int(inner)
    wrapped = [
        ipaddress.IPv6Address((0xFFFF << 32) | number),
        ipaddress.IPv6Address((0x64FF9B << 96) | number),
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80) | 1),
    ]
    assert [is_allowed(one, ()) for one in wrapped] == [is_allowed(inner, ())] * 3


@pytest.mark.parametrize(
    "host",
    [
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "0",
        "8.8.8.8.",
        "127.0.0.1.",
        "256.256.256.256",
        "example.1",
        "1:2",
    ],
)
def test_legacy_spellings_are_refused(host: str) -> None:
    """What only a C library takes for an address is refused before it gets to see it."""
    with pytest.raises(ForbiddenAddress):
        check_literal(host, (ipaddress.ip_network("0.0.0.0/0"),))


@pytest.mark.parametrize(
    "host",
    ["far.example", "localhost", "1and1.example", "0x7f.example", "4chan", "xn--d1acufc.xn--p1ai"],
)
def test_names_are_left_to_the_resolver(host: str) -> None:
    """A name is no address yet."""
    check_literal(host, ())


# --- names ---------------------------------------------------------------------------------------


class Dns(AbstractResolver):
    """Knows the addresses that it is given."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses
        self.is_closed = False

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """All of them, whatever the host."""
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in self.addresses
        ]

    async def close(self) -> None:
        """Remember it."""
        self.is_closed = True


async def test_name_may_lead_to_public_addresses() -> None:
    """A name is resolved as usual where its addresses are public."""
    resolver = GuardedResolver((), Dns("93.184.216.34", "2606:2800:220:1::1"))
    found = await resolver.resolve("far.example", 443)
    assert [one["host"] for one in found] == ["93.184.216.34", "2606:2800:220:1::1"]
    assert {one["port"] for one in found} == {443}


async def test_private_addresses_of_a_name_are_dropped() -> None:
    """Of a name that leads to both kinds, only the public addresses are left to connect to."""
    resolver = GuardedResolver((), Dns("127.0.0.1", "93.184.216.34", "::ffff:10.0.0.1"))
    assert [one["host"] for one in await resolver.resolve("far.example")] == ["93.184.216.34"]


@pytest.mark.parametrize("addresses", [("127.0.0.1",), ("10.0.0.1", "::1", "fe80::1%eth0"), ()])
async def test_name_without_public_address_is_forbidden(addresses: tuple[str, ...]) -> None:
    """A name that leads only inside (DNS rebinding), or nowhere, is out of reach."""
    with pytest.raises(ForbiddenAddress, match="no public address"):
        await GuardedResolver((), Dns(*addresses)).resolve("inside.example")


async def test_allowed_network_holds_for_names_too() -> None:
    """In a lab, names may lead to the networks that it names."""
    lab = (ipaddress.ip_network("127.0.0.0/8"),)
    found = await GuardedResolver(lab, Dns("127.0.0.1", "10.0.0.1")).resolve("lab.example")
    assert [one["host"] for one in found] == ["127.0.0.1"]


async def test_closing_closes_what_is_behind() -> None:
    """The resolver behind is closed with the guard."""
    dns = Dns()
    await GuardedResolver((), dns).close()
    assert dns.is_closed
