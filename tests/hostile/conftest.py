"""Servers and peers that the tests of this folder talk to: those of tests/federation."""

from tests.federation.conftest import (
    alpha,
    network,
    peer,
    peer_keys,
    quick_keys,
    quick_passwords,
    settings_of,
    bob,
)
