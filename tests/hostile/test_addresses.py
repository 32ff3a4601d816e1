"""Addresses that look like others: of our people, of servers that are blocked, of each other's keys."""

import json
import secrets

import httpx
import pytest

from fedlearn.activitypub.uris import origin_of
from fedlearn.domain.policies import Policy
from fedlearn.domain.roles import TERMINAL
from fedlearn.services.moderation import set_domain_policy
from tests.federation.network import Network
from tests.federation.peer import AS, Document, Peer, Person, account, activity_json, signed_headers
from tests.federation.scenes import is_stored, reads, takes
from tests.federation.server import Server, settle
from tests.hostile.soundness import Overseer

ALIASES_OF_ALICE = [
    "https://ALPHA.test/users/alice",
    "https://alpha.test:443/users/alice",
    "https://alpha.test/users/al%69ce",
    "https://alpha.test/users/alice/",
    "https://alpha.test/users/alice#main-key",
    "https://alpha.test/users/alice?",
    "https://alpha.test./users/alice",
    "https://\uff41lpha.test/users/alice",
    "https://alpha.test/@alice",
    " https://alpha.test/users/alice",
]


@pytest.mark.parametrize("alias", ALIASES_OF_ALICE)
async def test_nobody_writes_in_the_name_of_ours(
    alias: str, alpha: Server, bob: Person, peer: Peer
) -> None:
    """Another spelling of alice's address is neither an author nor an id that others may use."""
    await reads(alpha, "alice", bob)
    for note in (bob.note(attributedTo=alias), bob.note(id=f"{alias}/statuses/1")):
        await takes(alpha, bob, bob.activity("Create", note))
        assert not await is_stored(alpha, note["id"])
    answer = await bob.deliver(alpha, bob.activity("Create", bob.note(), actor=alias))
    assert answer.status_code == 401
    sound = bob.note()
    await takes(alpha, bob, bob.activity("Create", sound))
    assert await is_stored(alpha, sound["id"])


BLOCKED = [
    "peer.test",
    "PEER.test",
    "peer.test.",
    "\uff50eer.test",
    "peer.te\u017ft",
    "peer%2etest",
]


@pytest.mark.parametrize("host", BLOCKED)
async def test_block_holds_for_every_spelling(
    host: str, alpha: Server, bob: Person, network: Network
) -> None:
    """A blocked server gets in under no other spelling of its name, and is asked for nothing."""
    note = bob.note()
    await set_domain_policy(alpha.instance, "peer.test", Policy.BLOCK, by=TERMINAL)
    network.connect(host, network._hosts["peer.test"])
    key_id = bob.key_id.replace("peer.test", host)
    body = json.dumps(bob.activity("Create", note, actor=bob.uri.replace("peer.test", host)))
    headers = signed_headers(
        bob.key, key_id, host="alpha.test", target="/inbox", body=body.encode()
    )
    raw = [(name.encode(), value.encode("utf-8")) for name, value in headers.items()]
    answer = await alpha.http.post("/inbox", content=body.encode(), headers=raw)
    assert answer.status_code in {401, 403}
    assert not bob.peer.requests


async def test_blocked_server_is_not_brought_in_by_others(
    alpha: Server, bob: Person, mallory: Person, browser: httpx.AsyncClient, evil: Peer
) -> None:
    """Neither a boost, a redirect nor another name leads us to a server that is blocked.

    Before it was blocked, the same post is fetched.
    """
    await reads(alpha, "alice", bob)
    first, second, third = mallory.note(), mallory.note(), mallory.note()
    await takes(alpha, bob, bob.activity("Announce", first["id"]))
    assert await is_stored(alpha, first["id"])
    await set_domain_policy(alpha.instance, "evil.test", Policy.BLOCK, by=TERMINAL)
    evil.requests.clear()
    await takes(alpha, bob, bob.activity("Announce", second["id"]))
    bob.peer.answers["/x"] = httpx.Response(302, headers={"location": third["id"]})
    calls_itself_otherwise = {"@context": AS, **third}
    bob.peer.documents["https://peer.test/y"] = calls_itself_otherwise
    for address in (second["id"], "https://peer.test/x", "https://peer.test/y"):
        assert (await browser.get("/search", params={"q": address})).status_code == 404
    reply = bob.note(inReplyTo=third["id"])
    await takes(alpha, bob, bob.activity("Create", reply))
    assert await is_stored(alpha, reply["id"])
    for note in (second, third):
        assert not await is_stored(alpha, note["id"])
    assert evil.requests == []


@pytest.mark.parametrize(
    "named", ["evil.te\u017ft", "e\u200bvil.test", "evil.test.", "\u0435vil.test"]
)
async def test_handle_is_of_a_plain_domain(
    named: str, alpha: Server, mallory: Person, browser: httpx.AsyncClient
) -> None:
    """No letter that only looks like another makes a handle of another domain."""
    mallory.changes = {"webfinger": f"mallory@{named}"}
    mallory.peer.accounts["mallory"] = account(f"mallory@{named}", mallory.uri)
    answer = await browser.get("/search", params={"q": mallory.uri})
    assert answer.status_code == 404
    mallory.changes = {}
    del mallory.peer.accounts["mallory"]
    assert (await browser.get("/search", params={"q": mallory.uri})).status_code == 303


async def test_address_with_letters_of_other_scripts(
    alpha: Server, network: Network, peer: Peer, browser: httpx.AsyncClient
) -> None:
    """Whoever pastes an address with an umlaut in its host means the name that DNS has for it."""
    elsewhere = Peer(network, "xn--bcher-kva.test", peer._keys)
    note = elsewhere.person("robin").note()
    pasted = note["id"].replace("xn--bcher-kva", "b\u00fccher")
    assert origin_of(pasted) is None
    assert (await browser.get("/search", params={"q": pasted})).status_code == 303
    assert await is_stored(alpha, note["id"])


async def test_who_lists_the_key_of_a_neighbour(alpha: Server, bob: Person, peer: Peer) -> None:
    """Somebody of the same server who lists bob's keyId first neither speaks for bob nor mutes him."""
    eve = peer.person("eve")
    stolen = {**eve.document()["publicKey"], "id": bob.key_id}
    eve.changes = {"publicKey": [eve.document()["publicKey"], stolen]}
    await reads(alpha, "alice", eve)
    forged = bob.note("<p>forged</p>")
    del peer.documents[forged["id"]]
    body = json.dumps(bob.activity("Create", forged)).encode()
    headers = signed_headers(eve.key, bob.key_id, host="alpha.test", target="/inbox", body=body)
    answer = await alpha.http.post("/inbox", content=body, headers=headers)
    assert answer.status_code in {202, 401}
    await settle(alpha)
    assert not await is_stored(alpha, forged["id"])
    alpha.instance.known_keys.refused.clear()  # five minutes pass
    await reads(alpha, "alice", bob)
    note = bob.note()
    await takes(alpha, bob, bob.activity("Create", note))
    assert await is_stored(alpha, note["id"])
    assert not await is_stored(alpha, forged["id"])
    # eve is still heard under her own name and key.
    hers = eve.note()
    await takes(alpha, eve, eve.activity("Create", hers))
    assert await is_stored(alpha, hers["id"])


def long_id(person: Person, length: int) -> str:
    """An id of so many bytes that nothing can compress."""
    uri = f"{person.uri}/"
    return uri + secrets.token_hex(length)[: length - len(uri)]


async def test_ids_have_a_length(alpha: Server, bob: Person, overseer: Overseer) -> None:
    """An id of 1,024 bytes is kept; a longer one is none, counted in bytes."""
    await reads(alpha, "alice", bob)
    for identity, is_kept in (
        (long_id(bob, 1024), True),
        (long_id(bob, 1025), False),
        (f"{bob.uri}/" + "\u00e9" * 490, True),
        (f"{bob.uri}/" + "\u00e9" * 500, False),
    ):
        note = bob.note(id=identity)
        await takes(alpha, bob, bob.activity("Create", note))
        assert await is_stored(alpha, identity) is is_kept
    await overseer.looks_over()


async def test_object_is_one_thing(alpha: Server, bob: Person, overseer: Overseer) -> None:
    """Of several objects the first counts: its id does not go with the contents of another."""
    await reads(alpha, "alice", bob)
    first, second = bob.note("<p>first</p>"), bob.note("<p>second</p>")
    await takes(alpha, bob, bob.activity("Create", [first["id"], {**second}]))
    assert await is_stored(alpha, first["id"])
    assert not await is_stored(alpha, second["id"])
    await takes(alpha, bob, bob.activity("Create", [second, first["id"]], to=second["to"]))
    assert await is_stored(alpha, second["id"])
    await overseer.looks_over()


async def test_boost_is_not_edited(alpha: Server, bob: Person, overseer: Overseer) -> None:
    """An Update under the id of a boost gives the boost no text; one of a post changes the post."""
    await reads(alpha, "alice", bob)
    post = (await alpha.post("alice", "hello")).status.uri
    boost = bob.activity("Announce", post)
    await takes(alpha, bob, boost)
    note = bob.note(id=f"{bob.uri}/b")
    await takes(alpha, bob, bob.activity("Create", note))
    for identity in (boost["id"], note["id"]):
        edited: Document = bob.note("<p>edited</p>", id=identity, updated="2027-01-01T00:00:00Z")
        await takes(alpha, bob, bob.activity("Update", edited))
    seen = await alpha.seen_by("alice", note["id"])
    assert seen is not None
    assert "edited" in seen.status.content
    await overseer.looks_over()


TIMES = ["9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59-15:00", "1970-01-01T00:00:00+14:00"]


async def test_times_beyond_all_years(alpha: Server, bob: Person, overseer: Overseer) -> None:
    """Edits at the end of time and posts before its beginning are kept where a page can show them."""
    await reads(alpha, "alice", bob)
    for published in TIMES:
        note = bob.note(published=published)
        await takes(alpha, bob, bob.activity("Create", note))
        for text, updated in enumerate(
            [*TIMES[:2], "9999-12-31T23:59:58Z", "9999-12-31T23:59:59Z"]
        ):
            edited = {**note, "content": f"<p>{text}</p>", "updated": updated}
            await takes(alpha, bob, bob.activity("Update", edited))
        await overseer.looks_over()
        await overseer.opens_pages()


async def test_name_that_turns_the_page_round(
    alpha: Server, mallory: Person, browser: httpx.AsyncClient
) -> None:
    """A name with a right-to-left override stands apart from the handle beside it."""
    mallory.changes = {"name": "\u202etset.ahpla@ecila"}
    await reads(alpha, "alice", mallory)
    await takes(alpha, mallory, mallory.activity("Create", mallory.note()))
    page = (await browser.get("/")).text
    assert "<bdi>\u202etset.ahpla@ecila</bdi>" in page
    assert "<bdi>@mallory@evil.test</bdi>" in page


async def test_type_with_a_line_of_its_own(
    alpha: Server, bob: Person, caplog: pytest.LogCaptureFixture
) -> None:
    """No type writes a second line into the log; a type that is one is named there."""
    with caplog.at_level("INFO"):
        for kind in ("Sing\nERROR all is lost", "Dance"):
            answer = await bob.deliver(alpha, bob.activity("x", bob.uri, type=kind))
            assert answer.status_code == (202 if kind == "Dance" else 400)
        await settle(alpha)
    assert any("Dance" in one.getMessage() for one in caplog.records)
    assert not any("lost" in one.getMessage() for one in caplog.records)


async def test_document_under_another_host_name(
    alpha: Server, peer: Peer, bob: Person, network: Network
) -> None:
    """An actor whose id has a dot behind its host, as DNS allows, is nobody."""
    network.connect("peer.test.", network._hosts["peer.test"])
    uri = bob.uri.replace("peer.test", "peer.test.")
    changed = {**bob.document(), "id": uri, "inbox": f"{uri}/inbox"}
    peer.answers["/users/bob"] = activity_json(httpx.Request("GET", uri), changed)
    body = json.dumps(bob.activity("Like", "x", actor=uri)).encode()
    headers = signed_headers(
        bob.key, f"{uri}#main-key", host="alpha.test", target="/inbox", body=body
    )
    answer = await alpha.http.post("/inbox", content=body, headers=headers)
    assert answer.status_code == 401
