"""This is where ranges of IP addresses are described, and what holds for who comes from one."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from fedlearn.domain.ids import Millis

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Severity(StrEnum):
    """What holds for a range, in the words of the Mastodon API; what is stricter stands below."""

    APPROVAL = "sign_up_requires_approval"
    NO_SIGN_UP = "sign_up_block"
    NO_ACCESS = "no_access"


STRICTNESS = tuple(Severity)
# Behind so many bits an address of the newer net may hold one of the older (RFC 4291, 2.5.5.2).
BITS_BEFORE_OLDER = 96


@dataclass(frozen=True, slots=True)
class IpBlock:
    """A range of addresses of which something was said, and why; None as its end is for good."""

    id: int
    network: Network
    severity: Severity
    comment: str
    created_at: Millis
    expires_at: Millis | None


class IpBlocks:
    """Those that hold, in such order that any request can be held against them."""

    def __init__(self, blocks: Iterable[IpBlock]) -> None:
        self._known = {_key(one.network): one.severity for one in blocks}
        self._sizes = {(version, length) for version, length, _ in self._known}

    def severity_of(self, address: str) -> Severity | None:
        """The strictest that holds for an address; for this very machine none does."""
        if not self._known:
            return None
        ip = read_address(address)
        if ip is None or ip.is_loopback:
            return None
        keys = [
            (version, length, int(ip) >> ip.max_prefixlen - length)
            for version, length in self._sizes
            if version == ip.version
        ]
        found = (self._known[key] for key in keys if key in self._known)
        return max(found, key=STRICTNESS.index, default=None)


def read_address(text: str) -> Address | None:
    """An address, that of an older net as such, however it is written; None for what is none."""
    try:
        ip = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (ip.ipv4_mapped or ip) if isinstance(ip, IPv6Address) else ip


def read_network(text: str) -> Network:
    """A range, that of an older net as such; `ValueError` for what is none."""
    network = ip_network(text.partition("%")[0], strict=False)
    if isinstance(network, IPv4Network) or network.prefixlen < BITS_BEFORE_OLDER:
        return network
    older = network.network_address.ipv4_mapped
    return network if older is None else IPv4Network((older, network.prefixlen - BITS_BEFORE_OLDER))


def _key(network: Network) -> tuple[int, int, int]:
    """A network as a number, without the bits in which its addresses differ."""
    length = network.prefixlen
    first = int(network.network_address)
    return network.version, length, first >> network.max_prefixlen - length
