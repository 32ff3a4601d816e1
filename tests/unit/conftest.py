"""Keys, and a web without wires, for whichever test asks."""

from collections.abc import AsyncIterator

import hypothesis
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fedlearn.activitypub.client import FederationClient
from fedlearn.activitypub.keys import SigningKey, VerifyingKey, generate_key
from fedlearn.settings import Settings
from tests.unit.stub_web import StubWeb, let_all_in, let_all_pass

# A busy machine is no reason to fail.
hypothesis.settings.register_profile("unit", deadline=None, max_examples=40)
hypothesis.settings.load_profile("unit")

KEY_ID = "https://far.example/users/robin#main-key"


@pytest.fixture(scope="session")
def key() -> SigningKey:
    """The key of somebody on another server, or of whoever of ours signs."""
    return SigningKey(KEY_ID, generate_key())


@pytest.fixture(scope="session")
def public(key: SigningKey) -> VerifyingKey:
    """The public half of `key`."""
    return VerifyingKey(key.private.public_key())


@pytest.fixture(scope="session")
def stranger() -> VerifyingKey:
    """A public key that signed nothing here."""
    return VerifyingKey(generate_key().public_key())


@pytest.fixture(scope="session")
def ed25519() -> Ed25519PrivateKey:
    """A private key of the kind that some peers have besides RSA."""
    return Ed25519PrivateKey.generate()


@pytest.fixture
def settings() -> Settings:
    """Those of an instance as people run it: on https."""
    return Settings(url="https://our.example")


@pytest.fixture
def web() -> StubWeb:
    """Other servers, as far as a test makes them up."""
    return StubWeb()


@pytest.fixture
async def client(settings: Settings, web: StubWeb) -> AsyncIterator[FederationClient]:
    """A client for which `web` is all there is."""
    client = FederationClient(
        settings,
        user_agent="fedlearn/test",
        egress_guard=let_all_pass,
        host_guard=let_all_in,
        transport=web,
    )
    yield client
    await client.close()
