"""Servers and peers that the tests of this folder talk to."""

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from fedlearn.settings import Settings
from tests.federation.live import Authority
from tests.federation.network import Network
from tests.federation.peer import Peer, Person
from tests.federation.server import Server, run_server
from tests.keys import peer_keys, quick_keys

__all__ = [
    "alpha",
    "authority",
    "beta",
    "gamma",
    "network",
    "peer",
    "peer_keys",
    "quick_keys",
    "settings_of",
    "strict",
]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Whom servers with sockets trust; they are in tests/federation/live.py."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed in no time: nothing here depends on how long that should take."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("fedlearn.services.passwords._hasher", quick)


@pytest.fixture
def network() -> Network:
    """An empty network."""
    return Network()


@pytest.fixture
def settings_of(tmp_path: Path, sqlite_template: Path) -> Callable[..., Settings]:
    """Settings of a server with its own folders; a test says what differs."""

    def make(host: str, **changes: Any) -> Settings:
        home = tmp_path / host.replace(":", "_")
        (home / "data").mkdir(parents=True)
        shutil.copyfile(sqlite_template, home / "data" / "fedlearn.db")
        return Settings(
            **{
                "url": f"https://{host}",
                "data_dir": home / "data",
                "keys_dir": home / "keys",
                "embedded_worker": False,
                "rate_limits": False,
                **changes,
            }
        )

    return make


@pytest.fixture
async def alpha(
    network: Network, settings_of: Callable[..., Settings], quick_keys: None
) -> AsyncIterator[Server]:
    """A fedlearn server at alpha.test."""
    async with run_server(settings_of("alpha.test"), network) as server:
        yield server


@pytest.fixture
async def beta(
    network: Network, settings_of: Callable[..., Settings], quick_keys: None
) -> AsyncIterator[Server]:
    """A fedlearn server at beta.test."""
    async with run_server(settings_of("beta.test"), network) as server:
        yield server


@pytest.fixture
async def gamma(
    network: Network, settings_of: Callable[..., Settings], quick_keys: None
) -> AsyncIterator[Server]:
    """A fedlearn server at gamma.test."""
    async with run_server(settings_of("gamma.test"), network) as server:
        yield server


@pytest.fixture
async def strict(
    network: Network, settings_of: Callable[..., Settings], quick_keys: None
) -> AsyncIterator[Server]:
    """A fedlearn server at strict.test, which shows documents to signed requests only."""
    async with run_server(settings_of("strict.test", authorized_fetch=True), network) as server:
        yield server


@pytest.fixture
def peer(network: Network, peer_keys: list[RSAPrivateKey]) -> Peer:
    """A server at peer.test that is not fedlearn."""
    return Peer(network, "peer.test", peer_keys)


@pytest.fixture
def bob(peer: Peer) -> Person:
    """Somebody at peer.test."""
    return peer.person("bob")
