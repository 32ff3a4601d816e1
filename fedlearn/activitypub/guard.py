"""This is where it is decided which addresses outgoing requests may reach (SSRF).

The check stands in the resolver, so the address that was checked is the address that is connected
to, and every hop of a redirect passes it again.
"""

import ipaddress
import re
import socket
from collections.abc import Sequence

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from fedlearn.spelling import Network

Resolver = AbstractResolver
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
V4_COMPATIBLE = ipaddress.IPv6Network("::/96")
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
# Set aside by IANA, though some versions of Python count them as global.
NOT_PUBLIC: tuple[Network, ...] = (
    ipaddress.IPv4Network("192.0.0.0/24"),  # protocol assignments
    ipaddress.IPv4Network("192.88.99.0/24"),  # relays of 6to4
    ipaddress.IPv4Network("198.18.0.0/15"),  # benchmarking
    ipaddress.IPv6Network("3fff::/20"),  # documentation
)
# "127.1" and "0x7f000001" are addresses to a C library, though to nobody else.
LEGACY_ADDRESS = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)\.?", re.IGNORECASE)


class ForbiddenAddress(OSError):
    """The address belongs to a private network, or to nobody."""


def is_allowed(address: Address, allowed: Sequence[Network]) -> bool:
    """Whether a request may go to this address: a public one, or one in an allowed network."""
    if any(address in network for network in allowed):
        return True
    inner = _embedded(address)
    if inner is not None:
        return is_allowed(inner, allowed)
    if any(address in network for network in NOT_PUBLIC):
        return False
    if isinstance(address, ipaddress.IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast


def _embedded(address: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for, however it is wrapped."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in NAT64 or address in V4_COMPATIBLE:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def check_literal(host: str, allowed: Sequence[Network]) -> None:
    """Refuse a URL whose host is written as a forbidden address; names are left to the resolver."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        if ":" in host or LEGACY_ADDRESS.fullmatch(host):
            raise ForbiddenAddress(f"{host} is not an address as it is properly written") from None
        return
    if not is_allowed(address, allowed):
        raise ForbiddenAddress(f"{host} is not a public address")


class GuardedResolver(AbstractResolver):
    """Resolves names, and answers with none but allowed addresses."""

    def __init__(self, allowed: Sequence[Network], inner: Resolver | None = None) -> None:
        self._allowed = allowed
        self._inner = inner or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Addresses of a host that may be connected to; `ForbiddenAddress` when there is none."""
        found = await self._inner.resolve(host, port, family)
        good = [
            one for one in found if is_allowed(ipaddress.ip_address(one["host"]), self._allowed)
        ]
        if not good:
            raise ForbiddenAddress(f"{host} has no public address")
        return good

    async def close(self) -> None:
        """Let go of the resolver behind this one."""
        await self._inner.close()
