"""Servers and peers that the tests of this folder talk to: those of tests/federation."""

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.federation.browser import sign_in
from tests.federation.conftest import (
    alpha,
    authority,
    beta,
    bob,
    network,
    peer,
    peer_keys,
    quick_keys,
    quick_passwords,
    settings_of,
    strict,
)
from tests.federation.network import Network
from tests.federation.peer import Peer, Person
from tests.federation.server import Server
from tests.hostile.soundness import Overseer
from tests.unit.conftest import key, public
from tests.unit.test_client import connect, serve

__all__ = [
    "alpha",
    "authority",
    "beta",
    "bob",
    "connect",
    "key",
    "network",
    "peer",
    "peer_keys",
    "public",
    "quick_keys",
    "quick_passwords",
    "serve",
    "settings_of",
    "strict",
]


@pytest.fixture
def evil(network: Network, peer_keys: list[RSAPrivateKey]) -> Peer:
    """A server that means harm, with keys that nobody else has."""
    return Peer(network, "evil.test", peer_keys[::-1])


@pytest.fixture
def mallory(evil: Peer) -> Person:
    """Somebody at evil.test."""
    return evil.person("mallory")


@pytest.fixture
async def browser(alpha: Server) -> httpx.AsyncClient:
    """A browser in which alice of alpha is signed in."""
    return await sign_in(alpha, "alice")


@pytest.fixture
def overseer(
    alpha: Server, browser: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> Overseer:
    """Whoever looks over alpha after an attack."""
    return Overseer(alpha, browser, caplog)
