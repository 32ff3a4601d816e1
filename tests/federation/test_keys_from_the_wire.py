"""Keys: where they are found, whose they are, what happens when they change, and RFC 9421."""

import json
import re
import time
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.roles import TERMINAL
from fedlearn.services import accounts
from tests.federation.network import Network
from tests.federation.peer import (
    AS,
    Document,
    Peer,
    Person,
    digest_of,
    pem_of,
    signed_headers,
)
from tests.federation.scenes import count, is_read_by, is_stored, reads, refusal, takes, told
from tests.federation.server import Server, settle
from tests.federation.wire import check_cavage, hs2019_headers, rfc9421_headers

FOLLOWERS = "/users/alice/followers"
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


@dataclass
class ElsewhereKeyed(Person):
    """Somebody whose keyId is not a fragment of their own address."""

    under: str = ""

    @property
    def key_id(self) -> str:
        """Under which the key is found."""
        return self.under


def with_key_under(person: Person, key_id: str) -> ElsewhereKeyed:
    """The same person, signing with another keyId."""
    return ElsewhereKeyed(person.peer, person.name, person.key, person.changes, under=key_id)


def key_document(person: Person, key_id: str) -> Document:
    """A key that says whose it is."""
    key = {"id": key_id, "owner": person.uri, "publicKeyPem": pem_of(person.key)}
    return {"@context": [AS, "https://w3id.org/security/v1"], **key}


async def a_follow(alpha: Server, person: Person) -> Document:
    """A Follow of alice, whose effect is easy to see."""
    return person.activity("Follow", (await alpha.actor("alice")).uri)


async def assert_without_effect(alpha: Server) -> None:
    """Nothing came of anything that was sent."""
    await settle(alpha)
    assert await told(alpha, "alice") == []
    assert await count(alpha, FOLLOWERS) == 0


# --- where a key is found ------------------------------------------------------------------------


async def test_key_behind_a_stub(alpha: Server, bob: Person, peer: Peer) -> None:
    """GoToSocial shows a stub of the actor under its keyId: the whole actor is fetched and kept.

    Conformance: 77.
    """
    key_id = f"{bob.uri}/main-key"
    gts = with_key_under(bob, key_id)
    peer.people["bob"] = gts
    # What it shows under the keyId: no inbox, and the id of the actor.
    shown = gts.document()
    keep = ("@context", "id", "type", "preferredUsername", "publicKey")
    peer.documents[key_id] = {name: shown[name] for name in keep}
    await takes(alpha, gts, await a_follow(alpha, gts))
    assert peer.asked_for("/users/bob/main-key") == 1
    assert peer.asked_for("/users/bob") == 1
    assert await told(alpha, "alice") == [(NotificationKind.FOLLOW, "bob@peer.test")]
    assert len(peer.got("Accept")) == 1
    # From now on the key is known, and nobody is asked for it.
    await takes(alpha, gts, gts.activity("Undo", await a_follow(alpha, gts)))
    assert peer.asked_for("/users/bob/main-key") == 1
    assert await count(alpha, FOLLOWERS) == 0


async def test_key_in_a_document_of_its_own(alpha: Server, bob: Person, peer: Peer) -> None:
    """A keyId may lead to the key alone, if its owner lists it among several."""
    key_id = "https://peer.test/keys/7"
    keyed = with_key_under(bob, key_id)
    other = {"id": f"{bob.uri}#old-key", "owner": bob.uri, "publicKeyPem": pem_of(bob.key)}
    keyed.changes["publicKey"] = [other, key_document(bob, key_id)]
    peer.people["bob"] = keyed
    peer.documents[key_id] = key_document(bob, key_id)
    await takes(alpha, keyed, await a_follow(alpha, keyed))
    assert await count(alpha, FOLLOWERS) == 1


async def test_key_that_its_owner_does_not_list(alpha: Server, bob: Person, peer: Peer) -> None:
    """A key that claims an owner is nothing until the owner claims the key.

    Conformance: 78.
    """
    mallory = peer.person("mallory")
    key_id = "https://peer.test/keys/mine"
    forged = key_document(bob, key_id) | {"publicKeyPem": pem_of(mallory.key)}
    peer.documents[key_id] = forged
    # In three shapes: the key alone, a stub of its owner, and a whole actor that is another.
    stub = {"@context": AS, "id": bob.uri, "type": "Person", "publicKey": forged}
    whole = mallory.document() | {"publicKey": forged}
    for number, shown in enumerate((forged, stub, whole)):
        key_id = f"https://peer.test/keys/{number}"
        text = json.dumps(shown).replace("https://peer.test/keys/mine", key_id)
        peer.documents[key_id] = json.loads(text)
        false_bob = ElsewhereKeyed(peer, "bob", mallory.key, {}, under=key_id)
        answer = await false_bob.deliver(alpha, await a_follow(alpha, bob))
        assert answer.status_code == 401, number
        refusal(answer)
    await assert_without_effect(alpha)
    await takes(alpha, bob, await a_follow(alpha, bob))


async def test_key_on_another_server(
    alpha: Server, bob: Person, network: Network, peer_keys: list[RSAPrivateKey]
) -> None:
    """A key speaks only for actors of its own server, even if both sides say otherwise.

    Conformance: 79.
    """
    evil = Peer(network, "evil.test", peer_keys[1:])
    key_id = "https://evil.test/keys/1"
    evil.documents[key_id] = key_document(bob, key_id)
    remote_key = with_key_under(bob, key_id)
    remote_key.changes["publicKey"] = key_document(bob, key_id)
    bob.peer.people["bob"] = remote_key
    answer = await remote_key.deliver(alpha, await a_follow(alpha, bob))
    assert answer.status_code == 401
    refusal(answer)
    # And the other way round: bob is known here, and evil.test shows an actor that calls itself bob.
    bob.peer.people["bob"] = bob
    bob.changes.clear()
    mallory = evil.person("mallory")
    mallory.changes |= {"id": bob.uri, "publicKey": key_document(bob, mallory.key_id)}
    answer = await mallory.deliver(alpha, await a_follow(alpha, bob))
    assert answer.status_code == 401
    await assert_without_effect(alpha)
    await takes(alpha, bob, await a_follow(alpha, bob))


async def test_our_own_keys_sign_nothing_that_comes_in(alpha: Server, bob: Person) -> None:
    """Somebody who names a key of ours without having it is refused, and nothing is fetched."""
    alice = await alpha.actor("alice")
    await alpha.instance.keys.public_key(alice)
    posing = with_key_under(bob, f"{alice.uri}#main-key")
    for activity in (bob.activity("Follow", alice.uri), bob.activity("Like", "x", actor=alice.uri)):
        assert (await posing.deliver(alpha, activity)).status_code == 401
    assert bob.peer.requests == []
    await assert_without_effect(alpha)


# --- when a key changes --------------------------------------------------------------------------


async def test_changed_key_is_found_by_one_look(
    alpha: Server, bob: Person, peer: Peer, peer_keys: list[RSAPrivateKey]
) -> None:
    """An actor that has a new key and told nobody is believed after one look at its document.

    Conformance: 81.
    """
    await is_read_by(alpha, "alice", bob)
    assert peer.asked_for("/users/bob") == 1
    bob.key = peer_keys[2]
    await takes(alpha, bob, bob.activity("Undo", await a_follow(alpha, bob)))
    assert peer.asked_for("/users/bob") == 2
    assert await count(alpha, FOLLOWERS) == 0
    await takes(alpha, bob, await a_follow(alpha, bob))
    assert peer.asked_for("/users/bob") == 2
    assert await count(alpha, FOLLOWERS) == 1


async def test_bad_signatures_cause_one_fetch(
    alpha: Server, bob: Person, peer: Peer, peer_keys: list[RSAPrivateKey]
) -> None:
    """Whoever signs badly in bob's name causes one look at bob, and then none for a while.

    Conformance: 82.
    """
    await is_read_by(alpha, "alice", bob)
    asked = len(peer.requests)
    false_bob = Person(peer, "bob", peer_keys[3])
    for _ in range(4):
        answer = await false_bob.deliver(alpha, bob.activity("Undo", await a_follow(alpha, bob)))
        assert answer.status_code == 401
        refusal(answer)
    assert peer.asked_for("/users/bob") == 2
    assert len([one for one in peer.requests[asked:] if one.url.path == "/users/bob"]) == 1
    await settle(alpha)
    assert await count(alpha, FOLLOWERS) == 1
    # Meanwhile bob himself is heard as before.
    await takes(alpha, bob, bob.activity("Undo", await a_follow(alpha, bob)))
    assert await count(alpha, FOLLOWERS) == 0


async def test_unknown_key_is_not_asked_for_again_and_again(
    alpha: Server, bob: Person, peer: Peer
) -> None:
    """A key that is not there is looked for once, and then not for a while."""
    peer.answers["/users/bob"] = httpx.Response(404)
    for _ in range(3):
        assert (await bob.deliver(alpha, await a_follow(alpha, bob))).status_code == 401
    assert peer.asked_for("/users/bob") == 1
    await assert_without_effect(alpha)


@pytest.mark.parametrize("status", [500, 502, 503, 429])
async def test_trouble_at_the_server_of_the_key_passes(
    alpha: Server, bob: Person, peer: Peer, status: int
) -> None:
    """While the key cannot be had the answer is 503, and nothing is held against the key."""
    peer.answers["/users/bob"] = httpx.Response(status)
    answer = await bob.deliver(alpha, await a_follow(alpha, bob))
    assert answer.status_code == 503
    assert str(status) in refusal(answer)
    await assert_without_effect(alpha)
    del peer.answers["/users/bob"]
    await takes(alpha, bob, await a_follow(alpha, bob))
    assert await count(alpha, FOLLOWERS) == 1


async def test_silent_and_gone_keys(
    alpha: Server, bob: Person, peer: Peer, network: Network
) -> None:
    """A key host that times out is 503, and one with a 5xx too; of a gone key a Delete is 202.

    Conformance: 83.
    """
    follow = await a_follow(alpha, bob)
    peer.answers["/users/bob"] = httpx.Response(503)
    assert (await bob.deliver(alpha, follow)).status_code == 503
    network.connect("peer.test", never_answers)
    silent = await bob.deliver(alpha, follow)
    assert silent.status_code == 503
    refusal(silent)
    network.connect("peer.test", peer._answer)
    peer.answers["/users/bob"] = httpx.Response(410)
    # A server sends the same to several inboxes, and again when an answer got lost.
    for _ in range(3):
        deleted = await bob.deliver(alpha, bob.activity("Delete", f"{bob.uri}/notes/1"))
        assert deleted.status_code == 202
    other = await bob.deliver(alpha, follow)
    assert other.status_code == 401
    refusal(other)
    assert peer.asked_for("/users/bob") == 2
    await assert_without_effect(alpha)


async def test_actor_that_is_gone_with_its_key(
    alpha: Server, bob: Person, peer: Peer, peer_keys: list[RSAPrivateKey]
) -> None:
    """Where the actor itself is 410, a Delete under a key that we never saw is 202, and it is gone."""
    await is_read_by(alpha, "alice", bob)
    false_bob = Person(peer, "bob", peer_keys[3])
    peer.answers["/users/bob"] = httpx.Response(404)
    answer = await false_bob.deliver(alpha, bob.activity("Delete", bob.uri))
    assert answer.status_code == 401
    await settle(alpha)
    assert await count(alpha, FOLLOWERS) == 1
    alpha.instance.known_keys.refused.clear()
    peer.answers["/users/bob"] = httpx.Response(410)
    assert (await false_bob.deliver(alpha, bob.activity("Delete", bob.uri))).status_code == 202
    await settle(alpha)
    assert await count(alpha, FOLLOWERS) == 0


async def never_answers(request: httpx.Request) -> httpx.Response:
    """What a transport says when nothing came back in time."""
    raise httpx.ReadTimeout("nothing came back in time", request=request)


async def test_our_own_key_changes(alpha: Server, bob: Person, peer: Peer) -> None:
    """A changed key is announced under the old one, and everything after it is signed anew.

    Conformance: 89.
    """
    await is_read_by(alpha, "alice", bob)
    alice = await alpha.actor("alice")
    old = (await alpha.get("/users/alice")).json()["publicKey"]["publicKeyPem"]
    await accounts.rotate_key(alpha.instance, alice, by=TERMINAL)
    await alpha.post("alice", "signed with another key")
    await settle(alpha)
    posted = [one for one in peer.requests if one.method == "POST"]
    update, create = posted[-2:]
    changed = json.loads(update.content)
    assert (changed["type"], changed["object"]["id"]) == ("Update", alice.uri)
    new = changed["object"]["publicKey"]["publicKeyPem"]
    assert new != old
    assert check_cavage(update, old)
    assert json.loads(create.content)["type"] == "Create"
    assert check_cavage(create, new)


# --- RFC 9421 ------------------------------------------------------------------------------------


async def post(alpha: Server, body: bytes, headers: dict[str, str]) -> httpx.Response:
    """POST bytes with these headers to the shared inbox."""
    return await alpha.http.post("/inbox", content=body, headers=headers)


def multibase_of(key: Ed25519PrivateKey) -> str:
    """The public half as a Multikey writes it (FEP-521a)."""
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    number, text = int.from_bytes(b"\xed\x01" + raw, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = BASE58[rest] + text
    return f"z{text}"


@pytest.mark.parametrize("algorithm", ["rsa-v1_5-sha256", None])
async def test_rsa_signature_of_rfc9421(alpha: Server, bob: Person, algorithm: str | None) -> None:
    """What Fedify and Mastodon send is understood, with the algorithm named or not."""
    body = json.dumps(await a_follow(alpha, bob)).encode()
    named = {"alg": algorithm} if algorithm else {}
    headers = rfc9421_headers(bob, alpha, body, parameters=named)
    tampered = await post(alpha, body.replace(b"Follow", b"Block "), headers)
    assert tampered.status_code == 401
    signed_input = headers["signature-input"]
    later = headers | {
        "signature-input": re.sub(r"created=\d+", "created=9999999999", signed_input)
    }
    assert (await post(alpha, body, later)).status_code == 401
    unsigned = headers | {"signature-input": f'{signed_input};nonce="x"'}
    assert (await post(alpha, body, unsigned)).status_code == 401
    await assert_without_effect(alpha)
    assert (await post(alpha, body, headers)).status_code == 202
    await settle(alpha)
    assert await count(alpha, FOLLOWERS) == 1


async def test_ed25519_signature_of_a_multikey(alpha: Server, bob: Person, peer: Peer) -> None:
    """An actor may have an Ed25519 key beside its RSA key, listed under assertionMethod."""
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    key_id = f"{bob.uri}#ed25519-key"
    bob.changes["assertionMethod"] = [
        {
            "id": key_id,
            "type": "Multikey",
            "controller": bob.uri,
            "publicKeyMultibase": multibase_of(key),
        }
    ]
    body = json.dumps(await a_follow(alpha, bob)).encode()
    signed: dict[str, Any] = {"key_id": key_id, "parameters": {"alg": "ed25519"}}
    forged = rfc9421_headers(bob, alpha, body, key=other, **signed)
    assert (await post(alpha, body, forged)).status_code == 401
    await assert_without_effect(alpha)
    headers = rfc9421_headers(bob, alpha, body, key=key, **signed)
    assert (await post(alpha, body, headers)).status_code == 202
    await settle(alpha)
    assert await count(alpha, FOLLOWERS) == 1
    # The RSA key of the same actor serves draft-cavage as ever.
    await takes(alpha, bob, bob.activity("Undo", await a_follow(alpha, bob)))
    assert await count(alpha, FOLLOWERS) == 0


async def test_rfc9421_must_cover_enough(alpha: Server, bob: Person) -> None:
    """Method, target, digest, time and key must all be part of what was signed.

    Conformance: 85.
    """
    body = json.dumps(await a_follow(alpha, bob)).encode()
    for left_out in ("created", "keyid", "@method", "@target-uri", "content-digest"):
        headers = rfc9421_headers(bob, alpha, body, without=left_out)
        answer = await post(alpha, body, headers)
        assert answer.status_code == 401, left_out
        assert left_out in refusal(answer)
    await assert_without_effect(alpha)
    assert (await post(alpha, body, rfc9421_headers(bob, alpha, body))).status_code == 202


async def test_rfc9421_times_and_algorithms(alpha: Server, bob: Person) -> None:
    """The window is that of draft-cavage, and a label that is not ours is refused."""
    body = json.dumps(await a_follow(alpha, bob)).encode()
    now = int(time.time())
    for parameters in (
        {"created": now - 66 * 60},
        {"created": now + 61 * 60},
        {"created": now - 3600, "expires": now - 61 * 60},
        {"alg": "hmac-sha256"},
        {"alg": "rsa-pss-sha512"},
        {"created": "yesterday"},
    ):
        headers = rfc9421_headers(bob, alpha, body, parameters=parameters)
        answer = await post(alpha, body, headers)
        assert answer.status_code == 401, parameters
        refusal(answer)
    await assert_without_effect(alpha)
    good = rfc9421_headers(
        bob, alpha, body, parameters={"created": now - 64 * 60, "nonce": "x", "tag": "y"}
    )
    assert (await post(alpha, body, good)).status_code == 202


async def test_target_is_the_public_address(alpha: Server, bob: Person) -> None:
    """Behind a proxy that speaks plain http to us, what was signed is still the public https address.

    Conformance: 86.
    """
    body = json.dumps(await a_follow(alpha, bob)).encode()
    transport = httpx.ASGITransport(alpha.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://10.0.0.7:8000") as proxied:
        inside = "http://10.0.0.7:8000/inbox"
        headers = rfc9421_headers(bob, alpha, body, target_uri=inside)
        assert (await proxied.post("/inbox", content=body, headers=headers)).status_code == 401
        await assert_without_effect(alpha)
        headers = rfc9421_headers(bob, alpha, body)
        answer = await proxied.post("/inbox", content=body, headers=headers)
        assert answer.status_code == 202
        assert str(answer.request.url) == inside


async def test_content_digest_must_fit(alpha: Server, bob: Person) -> None:
    """A Content-Digest of other bytes is 401, and one that cannot be read 400.

    Conformance: 87.
    """
    body = json.dumps(await a_follow(alpha, bob)).encode()
    headers = rfc9421_headers(bob, alpha, body)
    swapped = await post(alpha, body + b" ", headers)
    assert swapped.status_code == 401
    assert "Content-Digest" in refusal(swapped)
    for unreadable in ("sha-256=:~~~:", ":::", "sha-256=:AAAA:;;", "\u00fc", "x" * 9000):
        broken = {**headers, "content-digest": unreadable}
        sent = [(name.encode(), value.encode()) for name, value in broken.items()]
        answer = await alpha.http.post("/inbox", content=body, headers=sent)
        assert answer.status_code == 400, unreadable
        refusal(answer)
    for other in (f"sha-512=:{digest_of(body)}:", "sha-256=abc", ""):
        without = {**headers, "content-digest": other}
        assert (await post(alpha, body, without)).status_code == 401, other
    await assert_without_effect(alpha)
    assert (await post(alpha, body, headers)).status_code == 202


async def test_structured_headers_that_cannot_be_read(alpha: Server, bob: Person) -> None:
    """Signature-Input and Signature that are no dictionaries, or not of each other, are 400."""
    body = json.dumps(await a_follow(alpha, bob)).encode()
    headers = rfc9421_headers(bob, alpha, body)
    broken: list[dict[str, Any]] = [
        {"signature-input": "sig1=("},
        {"signature-input": "sig1=1"},
        {"signature-input": '"sig1"'},
        {"signature-input": ""},
        {"signature-input": "sig1=(@method)"},
        {"signature-input": "sig1=(1 2);created=1"},
        {"signature-input": "x" * 9000},
        {"signature": "sig1=:@@@:"},
        {"signature": "sig2=:AAAA:"},
        {"signature": 'sig1="AAAA"'},
        {"signature": ""},
    ]
    for change in broken:
        answer = await post(alpha, body, headers | change)
        assert answer.status_code == 400, change
        refusal(answer)
    await assert_without_effect(alpha)
    assert (await post(alpha, body, headers)).status_code == 202


async def test_one_scheme_does_not_lend_its_word_to_the_other(alpha: Server, bob: Person) -> None:
    """A request with both kinds of headers is judged by RFC 9421 alone, which must hold."""
    body = json.dumps(await a_follow(alpha, bob)).encode()
    cavage = signed_headers(bob.key, bob.key_id, host=alpha.host, target="/inbox", body=body)
    both = rfc9421_headers(bob, alpha, body) | {"signature": cavage["signature"]}
    assert (await post(alpha, body, cavage | both)).status_code == 400
    await assert_without_effect(alpha)
    assert (await post(alpha, body, cavage)).status_code == 202
    assert (await post(alpha, body, hs2019_headers(bob, alpha, body))).status_code == 202


async def test_refreshed_key_does_not_lose_posts(
    alpha: Server, bob: Person, peer_keys: list[RSAPrivateKey]
) -> None:
    """What bob posted under his old key stays, and what he posts under the new one comes."""
    await reads(alpha, "alice", bob)
    before = bob.note("<p>before</p>")
    await takes(alpha, bob, bob.activity("Create", before))
    bob.key = peer_keys[3]
    after = bob.note("<p>after</p>")
    await takes(alpha, bob, bob.activity("Create", after))
    assert await is_stored(alpha, before["id"])
    assert await is_stored(alpha, after["id"])
