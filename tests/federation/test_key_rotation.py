"""A person here gets another signing key, and nobody who reads them loses a post over it."""

import pytest
from cryptography.exceptions import InvalidSignature

from fedlearn.domain.roles import TERMINAL
from fedlearn.services import accounts
from tests.federation.network import Network
from tests.federation.peer import Peer
from tests.federation.scenes import is_read_by
from tests.federation.server import Server, make_due, settle
from tests.federation.wire import check_cavage


async def test_the_old_key_announces_the_new_one(alpha: Server, peer: Peer) -> None:
    """The Update that brings the new key is signed with the old one, what follows with the new.

    Conformance: 89.
    """
    await is_read_by(alpha, "alice", peer.person("bob"))
    before = (await alpha.get("/users/alice")).json()["publicKey"]
    alpha.app.state.parts.documents.forget("actor alice")
    await accounts.rotate_key(alpha.instance, await alpha.actor("alice"), by=TERMINAL)
    await settle(alpha)
    announced, sent = peer.got("Update")[-1], peer.requests[-1]
    after = announced["object"]["publicKey"]
    assert after["id"] == before["id"]
    assert after["publicKeyPem"] != before["publicKeyPem"]
    check_cavage(sent, before["publicKeyPem"])
    with pytest.raises(InvalidSignature):
        check_cavage(sent, after["publicKeyPem"])
    assert (await alpha.get("/users/alice")).json()["publicKey"] == after

    await alpha.post("alice", "Signed with the new key")
    await settle(alpha)
    check_cavage(peer.requests[-1], after["publicKeyPem"])
    with pytest.raises(InvalidSignature):
        check_cavage(peer.requests[-1], before["publicKeyPem"])


async def test_an_announcement_that_waited_is_signed_with_the_old_key_still(
    alpha: Server, peer: Peer, network: Network
) -> None:
    """A peer that was away during the change hears of it later from the key that it knows."""
    await is_read_by(alpha, "alice", peer.person("bob"))
    before = (await alpha.get("/users/alice")).json()["publicKey"]
    network.unplug(peer.host)
    await accounts.rotate_key(alpha.instance, await alpha.actor("alice"), by=TERMINAL)
    await settle(alpha)
    assert peer.got("Update") == []
    network.plug_in(peer.host)
    await make_due(alpha)
    await settle(alpha)
    assert len(peer.got("Update")) == 1
    check_cavage(peer.requests[-1], before["publicKeyPem"])
