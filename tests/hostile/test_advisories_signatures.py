"""Advisories about signatures, on requests and inside documents: each attack beside what is honest.

docs/explanation/security.md has a row for each. Whether a signature inside a document counts at all
is not the question here: no trick with one may make bob say what he did not.
"""

import copy
import json
from typing import Any

import httpx
import pytest

from tests.federation.peer import AS, PUBLIC, Document, Peer, Person, digest_of
from tests.federation.scenes import is_stored, reads, takes
from tests.federation.server import Server, settle
from tests.federation.wire import rfc9421_headers
from tests.hostile.linked_data import with_linked_data_signature


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

    The signed text stays the same when `content` is renamed, and a new `content` is called nonsense.
    """
    attack = copy.deepcopy(signed)
    lie = f"{bob.uri}/notes/lie"
    attack["@context"] = [
        AS,
        {"said": "as:content", "content": None, "object": None, "about": "as:object"},
    ]
    attack["about"] = {**attack["object"], "said": attack["object"]["content"]}
    attack["object"] = {**attack["object"], "id": lie, "content": "<p>lie</p>"}
    await forwarded(alpha, mallory, attack)
    aliased = copy.deepcopy(signed)
    aliased["@context"] = [AS, {"truth": "@type", "type": "as:summary"}]
    aliased["type"] = "Delete"
    await forwarded(alpha, mallory, aliased)
    await says_only_the_truth(alpha, bob, lie)


def buried(signed: Document, keyword: str) -> Document:
    """The signed document inside a keyword of JSON-LD, below something else."""
    inner = {name: value for name, value in signed.items() if name not in {"@context", "signature"}}
    lie = {
        "id": f"{signed['actor']}/notes/lie",
        "type": "Note",
        "attributedTo": signed["actor"],
        "content": "<p>lie</p>",
        "to": [PUBLIC],
    }
    outer: Document = {
        "@context": signed["@context"],
        "id": f"{signed['actor']}#lie",
        "type": "Create",
        "actor": signed["actor"],
        "object": lie,
        "to": [PUBLIC],
        "signature": signed["signature"],
    }
    hidden: Any = {"as:object": inner} if keyword == "@reverse" else [inner]
    return {**outer, keyword: hidden}


async def test_cve_2026_46349_ghsa_chgx_jx3p_rf73_named_graph(
    alpha: Server, bob: Person, mallory: Person, signed: Document
) -> None:
    """A signed document that was moved into `@graph` lends nothing to what stands around it."""
    attack = buried(signed, "@graph")
    await forwarded(alpha, mallory, attack)
    named = {"id": f"{bob.uri}#g", "@graph": attack["@graph"]}
    await forwarded(alpha, mallory, {**attack, "object": {**attack["object"], **named}})
    await says_only_the_truth(alpha, bob, attack["object"]["id"])


async def test_ghsa_53m7_2wrh_q839_entries_removed(
    alpha: Server, bob: Person, mallory: Person
) -> None:
    """A signed post loses nothing on its way: neither its warning nor its narrow audience."""
    await reads(alpha, "alice", bob)
    alice = (await alpha.actor("alice")).uri
    note = bob.note("<p>truth</p>", summary="careful", to=[bob.followers], cc=[alice])
    del bob.peer.documents[note["id"]]
    whole = with_linked_data_signature(bob.activity("Create", note), bob)
    for removed in ("summary", "to", "cc", "content"):
        attack = copy.deepcopy(whole)
        del attack["object"][removed]
        await forwarded(alpha, mallory, attack)
        hidden = copy.deepcopy(whole)
        hidden["object"]["@included"] = [{removed: hidden["object"].pop(removed)}]
        await forwarded(alpha, mallory, hidden)
        assert not await is_stored(alpha, note["id"]), removed
    await says_only_the_truth(alpha, bob, note["id"])


async def test_cve_2026_46713_ghsa_w8x2_gpq6_jxvf_compacted_to_something_else(
    alpha: Server, bob: Person, mallory: Person, signed: Document
) -> None:
    """`@included`, `@nest` and terms of our own names give a signed document no second reading."""
    lies = []
    for keyword in ("@included", "@nest"):
        attack = buried(signed, keyword)
        await forwarded(alpha, mallory, attack)
        lies.append(attack["object"]["id"])
    doubled = copy.deepcopy(signed)
    doubled["as:object"] = {
        **signed["object"],
        "id": f"{bob.uri}/notes/lie2",
        "content": "<p>lie</p>",
    }
    await forwarded(alpha, mallory, doubled)
    doubled[f"{AS}#content"] = "<p>lie</p>"
    await forwarded(alpha, mallory, doubled)
    await says_only_the_truth(alpha, bob, *lies, f"{bob.uri}/notes/lie2")


async def test_cve_2026_42462_ghsa_9rfg_v8g9_9367_reverse_properties(
    alpha: Server, bob: Person, mallory: Person, signed: Document
) -> None:
    """A signed document turned inside out by `@reverse`, at any depth, is none of bob's."""
    attack = buried(signed, "@reverse")
    await forwarded(alpha, mallory, attack)
    deep = copy.deepcopy(signed)
    deep["object"] = {**deep["object"], "id": f"{bob.uri}/notes/lie3", "content": "<p>lie</p>"}
    deep["object"]["tag"] = [{"type": "Mention", "@reverse": {"as:tag": signed["object"]}}]
    await forwarded(alpha, mallory, deep)
    await says_only_the_truth(alpha, bob, attack["object"]["id"], deep["object"]["id"])


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
