"""The server that apps talk to."""

from tests.federation.conftest import (
    alpha,
    beta,
    bob,
    network,
    peer,
    peer_keys,
    quick_keys,
    quick_passwords,
    settings_of,
)

__all__ = [
    "alpha",
    "beta",
    "bob",
    "network",
    "peer",
    "peer_keys",
    "quick_keys",
    "quick_passwords",
    "settings_of",
]
