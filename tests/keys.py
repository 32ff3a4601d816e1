"""This is where tests get RSA keys: made once for the whole run, since each takes a while."""

from functools import lru_cache
from itertools import cycle

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

KEYS_OF_SERVERS, KEYS_OF_PEERS = 8, 4


@lru_cache(maxsize=1)
def all_keys() -> list[RSAPrivateKey]:
    """All keys of the run, each different."""
    number = KEYS_OF_SERVERS + KEYS_OF_PEERS
    return [generate_private_key(public_exponent=65537, key_size=2048) for _ in range(number)]


@pytest.fixture(scope="session")
def peer_keys() -> list[RSAPrivateKey]:
    """Keys of servers that tests play."""
    return all_keys()[KEYS_OF_SERVERS:]


@pytest.fixture
def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Actors of fedlearn get ready-made keys instead of waiting for new ones."""
    keys = cycle(all_keys()[:KEYS_OF_SERVERS])
    monkeypatch.setattr("fedlearn.instance.generate_key", lambda: next(keys))
