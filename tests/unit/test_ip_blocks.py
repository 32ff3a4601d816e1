"""Which of the ranges that were named holds for an address."""

from ipaddress import ip_network

import pytest

from fedlearn.domain.ids import Millis
from fedlearn.domain.ip_blocks import IpBlock, IpBlocks, Severity

SAID = {
    "192.0.2.0/24": Severity.APPROVAL,
    "192.0.2.128/25": Severity.NO_SIGN_UP,
    "192.0.2.200/32": Severity.NO_ACCESS,
    "198.51.100.0/22": Severity.NO_ACCESS,
    "2001:db8::/32": Severity.NO_ACCESS,
    "127.0.0.0/8": Severity.NO_ACCESS,
    "::/0": Severity.APPROVAL,
}
BLOCKS = IpBlocks(
    IpBlock(number, ip_network(network), severity, "", Millis(0), None)
    for number, (network, severity) in enumerate(SAID.items())
)


@pytest.mark.parametrize(
    ("address", "severity"),
    [
        ("192.0.2.1", Severity.APPROVAL),
        ("192.0.2.129", Severity.NO_SIGN_UP),
        ("192.0.2.200", Severity.NO_ACCESS),
        ("::ffff:192.0.2.200", Severity.NO_ACCESS),
        ("192.0.3.0", None),
        ("198.51.103.255", Severity.NO_ACCESS),
        ("198.51.104.0", None),
        ("2001:db8:1::1", Severity.NO_ACCESS),
        ("fe80::1%eth0", Severity.APPROVAL),
        # Who sits at the machine itself, and who comes by a socket without an address.
        ("127.0.0.1", None),
        ("::1", None),
        ("", None),
        ("unix:", None),
    ],
)
def test_strictest_holds(address: str, severity: Severity | None) -> None:
    """The strictest of all ranges that hold an address, however it is written."""
    assert BLOCKS.severity_of(address) is severity


def test_nothing_said() -> None:
    """Where nothing is said of any range, nothing holds."""
    assert IpBlocks(()).severity_of("192.0.2.1") is None
