"""Advisories about signatures, on requests and inside documents: each attack beside what is honest.

docs/explanation/security.md has a row for each.
"""

import copy
import json

import httpx
import pytest

from tests.federation.peer import Document, Peer, Person, digest_of
from tests.federation.scenes import is_read_by, is_stored, reads, takes
from tests.federation.server import Server, settle
from tests.federation.wire import rfc9421_headers
from tests.hostile.linked_data import expanded, says_the_same, with_linked_data_signature


def unsaid(person: Person, content: str = "<p>lie</p>") -> Document:
    """A post that a person never wrote: their server does not have it."""
    note = person.note(content)
    del person.peer.documents[note["id"]]
    return note


async def forwarded(alpha: Server, mallory: Person, attack: Document) -> None:
    """Mallory passes on something that is said to be by bob; taken or refused, never an error."""
    answer = await mallory.deliver(alpha, attack)
    assert answer.status_code in {202, 400, 401}, answer.text
    await settle(alpha)


async def is_followed(alpha: Server, by: Person) -> bool:
    """Whether somebody of the peer follows alice."""
    return by.uri in (await alpha.get("/users/alice/followers?page=true")).json()["orderedItems"]


# --- requests ----------------------------------------------------------------------------------------


async def test_cve_2023_49079_ghsa_3f39_6537_3cgc_host_is_ours(
    alpha: Server, beta: Server, bob: Person
) -> None:
    """What bob signed for beta is not taken by alpha, with the Host that was signed or our own."""
    follow = bob.activity("Follow", (await alpha.actor("alice")).uri)
    for changes in ({}, {"host": "alpha.test"}):
        headers: dict[str, str | None] = dict(changes)
        body = json.dumps(follow).encode()
        answer = await _replayed(alpha, beta, bob, body, headers)
        assert answer.status_code == 401
    assert (await bob.deliver(alpha, follow)).status_code == 202


async def _replayed(
    to: Server, meant_for: Server, person: Person, body: bytes, changes: dict[str, str | None]
) -> httpx.Response:
    there = Server(meant_for.host, to.app, to.instance, to.worker, to.http)
    return await person.deliver(there, body, changes=changes)


async def test_cve_2026_28432_what_must_be_covered(alpha: Server, bob: Person) -> None:
    """A signature that leaves out the target, the host, the time or the body proves nothing.

    Neither does one beside headers of the other scheme, nor a digest that is not of the body.
    """
    like = bob.activity("Like", "https://alpha.test/x")
    whole = ["(request-target)", "host", "date", "digest"]
    for lacking in whole:
        covered = [name for name in whole if name != lacking]
        answer = await bob.deliver(alpha, like, covered=covered)
        assert answer.status_code == 401, lacking
    for changes in (
        {"digest": f"SHA-256={digest_of(b'other')}"},
        {"digest": None},
        {"signature-input": 'sig1=("@method");created=1;keyid="x"'},
        {"signature": 'keyId="",signature=""'},
    ):
        told: dict[str, str | None] = dict(changes)
        answer = await bob.deliver(alpha, like, changes=told)
        assert answer.status_code in {400, 401}, changes
    body = json.dumps(like).encode()
    for lacking in ("@method", "@target-uri", "content-digest", "created"):
        headers = rfc9421_headers(bob, alpha, body, without=lacking)
        answer = await alpha.http.post("/inbox", content=body, headers=headers)
        assert answer.status_code == 401, lacking
    assert (await bob.deliver(alpha, like, covered=whole)).status_code == 202


async def test_cve_2025_54888_ghsa_6jcc_xgcr_q3h4_actor_is_the_owner_of_the_key(
    alpha: Server, bob: Person, mallory: Person
) -> None:
    """What mallory signs in bob's name has no effect, whatever it is; the same by bob has."""
    await reads(alpha, "alice", bob)
    note = bob.note()
    await takes(alpha, bob, bob.activity("Create", note))
    edited = {**note, "content": "<p>lie</p>", "updated": "2027-01-01T00:00:00Z"}
    alice = (await alpha.actor("alice")).uri
    attacks = [
        bob.activity("Create", unsaid(bob)),
        bob.activity("Update", edited),
        bob.activity("Delete", note["id"]),
        bob.activity("Delete", bob.uri),
        bob.activity("Follow", alice),
        {**bob.activity("Create", unsaid(bob)), "actor": [bob.uri, mallory.uri]},
    ]
    for attack in attacks:
        await forwarded(alpha, mallory, attack)
    assert not await is_followed(alpha, bob)
    seen = await alpha.seen_by("alice", note["id"])
    assert seen is not None
    assert "lie" not in seen.status.content
    assert not await is_stored(alpha, attacks[0]["object"]["id"])
    await takes(alpha, bob, attacks[1])
    seen = await alpha.seen_by("alice", note["id"])
    assert seen is not None
    assert "lie" in seen.status.content


# --- documents that carry their signature with them -----------------------------------------------------


@pytest.fixture
async def signed(alpha: Server, bob: Person) -> Document:
    """A Create by bob, whom alice reads, signed as a document."""
    await reads(alpha, "alice", bob)
    return with_linked_data_signature(bob.activity("Create", bob.note("<p>truth</p>")), bob)


async def test_signed_document_passed_on_as_it_is(
    alpha: Server, bob: Person, mallory: Person, signed: Document
) -> None:
    """The attacks below would work if anything did: unchanged, what bob signed is taken as his."""
    del bob.peer.documents[signed["object"]["id"]]
    await forwarded(alpha, mallory, signed)
    assert await is_stored(alpha, signed["object"]["id"])


async def says_only_the_truth(alpha: Server, bob: Person, *uris: str) -> None:
    """Nothing of what bob did not say is there; and what he delivers himself is."""
    for uri in uris:
        assert not await is_stored(alpha, uri), uri
    for view in await alpha.home("alice"):
        assert "lie" not in view.status.content
    honest = bob.note("<p>honest</p>")
    await takes(alpha, bob, bob.activity("Create", honest))
    assert await is_stored(alpha, honest["id"])


async def test_cve_2022_24307_terms_redefined(
    alpha: Server, bob: Person, mallory: Person, signed: Document
) -> None:
    """A context that gives a signed document other words for its terms changes nothing that we read.

    To JSON-LD it says what it said before, so the signature holds; to a plain reader it says a lie.
    """
    del bob.peer.documents[signed["object"]["id"]]
    lie = f"{bob.uri}/notes/lie"
    said = {**signed["object"], "said": signed["object"]["content"]}
    del said["content"]
    attack = {
        **signed,
        "@context": [
            *signed["@context"],
            {"said": "as:content", "about": "as:object", "object": None},
        ],
        "about": said,
        "object": {**signed["object"], "id": lie, "content": "<p>lie</p>"},
    }
    assert says_the_same(signed, attack)
    await forwarded(alpha, mallory, attack)
    await says_only_the_truth(alpha, bob, lie)


@pytest.fixture
async def undone(alpha: Server, bob: Person) -> Document:
    """The Undo with which bob, who followed alice, took that back, signed as a document."""
    follow = await is_read_by(alpha, "alice", bob)
    inner = {name: value for name, value in follow.items() if name != "@context"}
    undo = with_linked_data_signature(bob.activity("Undo", inner), bob)
    await takes(alpha, bob, undo)
    assert not await is_followed(alpha, bob)
    return undo


async def does_not_follow_again(
    alpha: Server, bob: Person, mallory: Person, undone: Document, attack: Document
) -> None:
    """The Follow inside the Undo does not come to life when mallory turns the document round.

    Its signature holds, as JSON-LD sees it. When bob himself follows once more, he does.
    """
    assert says_the_same(undone, attack)
    await forwarded(alpha, mallory, attack)
    assert not await is_followed(alpha, bob)
    await takes(alpha, bob, bob.activity("Follow", undone["object"]["object"]))
    assert await is_followed(alpha, bob)


async def test_cve_2026_46349_ghsa_chgx_jx3p_rf73_named_graph(
    alpha: Server, bob: Person, mallory: Person, undone: Document
) -> None:
    """A signed document that was moved into `@graph` lends nothing to what stands around it."""
    follow = undone["object"]
    attack = {
        "@context": [*undone["@context"], dict.fromkeys(follow)],
        **follow,
        "@graph": expanded(undone),
        "signature": undone["signature"],
    }
    await does_not_follow_again(alpha, bob, mallory, undone, attack)


async def test_ghsa_53m7_2wrh_q839_entries_removed(
    alpha: Server, bob: Person, mallory: Person
) -> None:
    """A signed post loses nothing on its way: neither its warning nor its narrow audience.

    Moved into a node of its own, what was removed is still part of what was signed.
    """
    await reads(alpha, "alice", bob)
    alice = (await alpha.actor("alice")).uri
    note = bob.note("<p>truth</p>", summary="careful", to=[bob.followers], cc=[alice])
    del bob.peer.documents[note["id"]]
    whole = with_linked_data_signature(bob.activity("Create", note), bob)
    for removed in ("summary", "to", "cc", "content"):
        attack = copy.deepcopy(whole)
        moved = {"id": note["id"], removed: attack["object"].pop(removed)}
        await forwarded(alpha, mallory, attack)
        tricks: list[Document] = [{"@included": [moved]}, {"attachment": []}]
        for hidden in tricks:
            changed = {**attack, "object": {**attack["object"], **hidden}}
            assert says_the_same(whole, changed) is ("@included" in hidden)
            await forwarded(alpha, mallory, changed)
        assert not await is_stored(alpha, note["id"]), removed
    await forwarded(alpha, mallory, whole)
    assert await is_stored(alpha, note["id"])


async def test_cve_2026_46713_ghsa_w8x2_gpq6_jxvf_compacted_to_something_else(
    alpha: Server, bob: Person, mallory: Person, undone: Document
) -> None:
    """`@included` gives a signed document no second reading, with what is inside it on the outside."""
    inner = {name: undone[name] for name in ("id", "type", "actor", "to", "cc")}
    attack = {
        "@context": undone["@context"],
        **undone["object"],
        "@included": [{**inner, "object": undone["object"]["id"]}],
        "signature": undone["signature"],
    }
    await does_not_follow_again(alpha, bob, mallory, undone, attack)


async def test_cve_2026_42462_ghsa_9rfg_v8g9_9367_reverse_properties(
    alpha: Server, bob: Person, mallory: Person, undone: Document
) -> None:
    """A signed document turned inside out by `@reverse` is none of bob's."""
    inner = {name: undone[name] for name in ("id", "type", "actor", "to", "cc")}
    attack = {
        "@context": undone["@context"],
        **undone["object"],
        "@reverse": {"as:object": inner},
        "signature": undone["signature"],
    }
    await does_not_follow_again(alpha, bob, mallory, undone, attack)


async def test_cve_2024_32983_ghsa_2vxv_pv3m_3wvj_only_what_was_signed_is_read(
    alpha: Server, bob: Person, mallory: Person, signed: Document, peer: Peer
) -> None:
    """What was added to a signed document, or changed in it, is not read as bob's.

    Nor does mallory's own signature as a document make her bob.
    """
    lie = f"{bob.uri}/notes/lie"
    for change in (
        {"object": {**signed["object"], "id": lie, "content": "<p>lie</p>"}},
        {"object": [{**signed["object"], "id": lie, "content": "<p>lie</p>"}, signed["object"]]},
        {"type": ["Create", "Delete"], "object": bob.uri},
        {"id": f"{bob.uri}#other", "object": {**signed["object"], "id": lie, "content": "lie"}},
    ):
        await forwarded(alpha, mallory, {**signed, **change})
    forged = bob.activity("Create", {**unsaid(bob), "id": lie})
    for creator in (mallory.key_id, bob.key_id):
        by_mallory = with_linked_data_signature(forged, bob, key=mallory.key, creator=creator)
        await forwarded(alpha, mallory, by_mallory)
    await says_only_the_truth(alpha, bob, lie)
    known = await alpha.known(bob.uri)
    assert known is not None
    assert known.is_active
