"""Signatures in documents: published ones verify, and fail when anything is altered."""

import copy
import json
from typing import Any

import pytest

from fedlearn.activitypub import integrity_proofs, ld_signatures
from fedlearn.activitypub.bundled import BUNDLED, load_context
from fedlearn.activitypub.keys import VerifyingKey, read_public_pem
from fedlearn.activitypub.linked_data import says_the_same
from fedlearn.activitypub.multikeys import read_multibase, read_multikey
from fedlearn.activitypub.proofs import read_claims, without_signatures
from fedlearn.activitypub.values import moment
from fedlearn.domain.ids import DAY_MS, MINUTE_MS, Millis
from fedlearn.errors import RefusedDocument
from tests.federation.signed import base58, foreign_context

AS = "https://www.w3.org/ns/activitystreams"

# The test vector of FEP-8b32.
VECTOR_KEY = read_public_pem(read_multikey("z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"))
LANGUAGES = [AS, "https://w3id.org/security/data-integrity/v1"]
VECTOR: dict[str, Any] = {
    "@context": LANGUAGES,
    "id": "https://server.example/activities/1",
    "type": "Create",
    "actor": "https://server.example/users/alice",
    "object": {
        "id": "https://server.example/objects/1",
        "type": "Note",
        "attributedTo": "https://server.example/users/alice",
        "content": "Hello world",
        "location": {"type": "Place", "longitude": -71.184902, "latitude": 25.273962},
    },
    "proof": {
        "@context": LANGUAGES,
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": "https://server.example/users/alice#ed25519-key",
        "proofPurpose": "assertionMethod",
        "proofValue": "zLaewdp4H9kqtwyrLatK4cjY5oRHwVcw4gibPSUDYDMhi4M49v8pcYk3ZB6D69dNpAPbUmY8ocu"
        "J3m9KhKJEEg7z",
        "created": "2023-02-24T23:36:38Z",
    },
}

# What a Mastodon server signed for the tests of others; published with those of Fedify.
ACADEMY = "https://activitypub.academy/users/brauca_darradiul"
ACADEMY_NOTE = f"{ACADEMY}/statuses/113125611605598678"
ACADEMY_KEY = read_public_pem(
    """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA5W/9rYXddIjKo9Ury/LK
XqQYbj0cOx/c+T1uRHJzced8JbvXdiBCNZXVVrIaygy3G/MOvxMW4kbA1bqeiSYY
V9TXBMI6gVVDnl5VG64uGxswcvUWqQU5Q1mwuwyGCPhexAq3BKe/7uH64AZgx11e
KLl3W3WcIMKmunYn8+z6hm0003hMensXMNpMVfqLoXaeuro7pYnwOSWoHFS3AxWK
llMwAoa5waulgai8gD7/uA5Y9Hvguk/OBYBh9YnIX5N5jScsmY/EYuesNIH2Ct9s
E3aVkTjZUt55JtXnk8Q9eTnrcB/98RtLWH4pJTKJhzxv19i3aZT3yDApPk0Q/biI
JQIDAQAB
-----END PUBLIC KEY-----"""
)
FROM_MASTODON: dict[str, Any] = {
    "@context": [
        AS,
        {
            "ostatus": "http://ostatus.org#",
            "atomUri": "ostatus:atomUri",
            "inReplyToAtomUri": "ostatus:inReplyToAtomUri",
            "conversation": "ostatus:conversation",
            "sensitive": "as:sensitive",
            "toot": "http://joinmastodon.org/ns#",
            "votersCount": "toot:votersCount",
        },
    ],
    "id": f"{ACADEMY_NOTE}/activity",
    "type": "Create",
    "actor": ACADEMY,
    "published": "2024-09-12T16:50:45Z",
    "to": [f"{AS}#Public"],
    "cc": [f"{ACADEMY}/followers"],
    "object": {
        "id": ACADEMY_NOTE,
        "type": "Note",
        "summary": None,
        "inReplyTo": None,
        "published": "2024-09-12T16:50:45Z",
        "url": "https://activitypub.academy/@brauca_darradiul/113125611605598678",
        "attributedTo": ACADEMY,
        "to": [f"{AS}#Public"],
        "cc": [f"{ACADEMY}/followers"],
        "sensitive": False,
        "atomUri": ACADEMY_NOTE,
        "inReplyToAtomUri": None,
        "conversation": "tag:activitypub.academy,2024-09-12:objectId=187606"
        ":objectType=Conversation",
        "content": "<p>Test</p>",
        "contentMap": {"en": "<p>Test</p>"},
        "attachment": [],
        "tag": [],
        "replies": {
            "id": f"{ACADEMY_NOTE}/replies",
            "type": "Collection",
            "first": {
                "type": "CollectionPage",
                "next": f"{ACADEMY_NOTE}/replies?only_other_accounts=true&page=true",
                "partOf": f"{ACADEMY_NOTE}/replies",
                "items": [],
            },
        },
    },
    "signature": {
        "type": "RsaSignature2017",
        "creator": f"{ACADEMY}#main-key",
        "created": "2024-09-12T16:50:46Z",
        "signatureValue": "osp9n4Pubp8XFvBi0iwrpCjDkIpuuUr2klp+r8Jp289ISqRNlUPeHVvNrQSE2vqNm4j/cJG"
        "uQruIqZPTAmTjjB3HtqgawoAG11DA7OPpY6mJLruKnbqadV1cy5V0DJI9CRJXEBuEmMTJRO9gi1cyzlM4QxK30YrjmtQN"
        "LoU9th97da4lumsl+a5cAue38MDuJZvLWDOTZ1EGixwhLP8FevdnZ+jqwctGu9KrgDImBIpBkQaqHFTTGrbE7FlXsj1pn"
        "eOUQTuRDa9zlk2DmgXeEBWN2OJZDjgJ4iBsF2JHtCn6PccKbuI9s2VLhnobPtLB8YdHYKqIPLmv0UOjAM8XrQ==",
    },
}


def at(text: str, later: int = MINUTE_MS) -> Millis:
    """A time, and a while later."""
    moment_of_text = moment(text)
    assert moment_of_text is not None
    return Millis(moment_of_text + later)


SIGNED = [
    (VECTOR, VECTOR_KEY, at("2023-02-24T23:36:38Z")),
    (FROM_MASTODON, ACADEMY_KEY, at("2024-09-12T16:50:46Z")),
]


def is_proven(document: dict[str, Any], key: VerifyingKey, when: Millis) -> bool:
    """Whether a signature in a document is by this key."""
    return any(claim.is_proven_by(key) for claim in read_claims(document, when))


def ways(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to each value that says something; not to contexts."""
    if isinstance(value, dict):
        return [
            way
            for name, inner in value.items()
            if name != "@context"
            for way in ways(inner, (*path, name))
        ]
    if isinstance(value, list):
        return [way for n, inner in enumerate(value) for way in ways(inner, (*path, n))]
    return [path] if value is not None else []


@pytest.mark.parametrize(("document", "key", "when"), SIGNED, ids=["FEP-8b32", "Mastodon"])
def test_published_signatures_verify(
    document: dict[str, Any], key: VerifyingKey, when: Millis
) -> None:
    """The vector of FEP-8b32, and a post as Mastodon signs it.

    Conformance: 112, 113.
    """
    assert is_proven(document, key, when)
    others = {id(VECTOR_KEY): ACADEMY_KEY, id(ACADEMY_KEY): VECTOR_KEY}
    assert not is_proven(document, others[id(key)], when)


@pytest.mark.parametrize(("document", "key", "when"), SIGNED, ids=["FEP-8b32", "Mastodon"])
def test_altered_documents_fail(document: dict[str, Any], key: VerifyingKey, when: Millis) -> None:
    """Whichever value is changed, taken out or added, in the document or in its signature.

    Conformance: 112, 113.
    """
    for way in ways(document):
        changed, without = copy.deepcopy(document), copy.deepcopy(document)
        inner, inner_without = changed, without
        for name in way[:-1]:
            inner, inner_without = inner[name], inner_without[name]
        before = inner[way[-1]]
        inner[way[-1]] = f"{before}x" if isinstance(before, str) else 1.5
        assert not is_proven(changed, key, when), way
        if way[-1] not in {"id", "type"} and isinstance(inner_without, dict):
            del inner_without[way[-1]]
            assert not is_proven(without, key, when), way
    added = {**document, "name": "x"}
    assert not is_proven(added, key, when)


@pytest.mark.parametrize(("document", "key", "when"), SIGNED, ids=["FEP-8b32", "Mastodon"])
def test_signatures_have_their_time(
    document: dict[str, Any], key: VerifyingKey, when: Millis
) -> None:
    """Good for a week, and up to an hour early; then no claim is made at all."""
    for good in (when - DAY_MS // 24, when + 7 * DAY_MS - 120_000):
        assert is_proven(document, key, Millis(good))
    for bad in (when - DAY_MS // 12, when + 7 * DAY_MS):
        assert list(read_claims(document, Millis(bad))) == []


def test_vector_without_its_context_in_the_proof() -> None:
    """Some leave the context out of the proof once it is made; another one is not accepted.

    Conformance: 113.
    """
    when = SIGNED[0][2]
    bare = {name: one for name, one in VECTOR["proof"].items() if name != "@context"}
    assert is_proven({**VECTOR, "proof": bare}, VECTOR_KEY, when)
    assert is_proven({**VECTOR, "proof": [{"type": "Other"}, bare]}, VECTOR_KEY, when)
    with pytest.raises(RefusedDocument, match="another language"):
        integrity_proofs.read({**VECTOR, "proof": {**bare, "@context": AS}}, when)


def test_options_may_name_their_context() -> None:
    """Fedify leaves in the signature which context its options are in; it is always the same."""
    signature = {"@context": "https://w3id.org/identity/v1", **FROM_MASTODON["signature"]}
    assert is_proven({**FROM_MASTODON, "signature": signature}, ACADEMY_KEY, SIGNED[1][2])


def test_only_what_is_proven_comes_out() -> None:
    """A claim holds the document without what signs it; in our own words for Linked Data."""
    proven = integrity_proofs.read({**VECTOR, "signature": {}}, SIGNED[0][2]).document
    assert proven == {name: one for name, one in VECTOR.items() if name != "proof"}
    read = ld_signatures.read(FROM_MASTODON, SIGNED[1][2]).document
    assert read["@context"] == AS
    assert read["object"]["content"] == "<p>Test</p>"
    assert "signature" not in read
    # So it may be passed on as it is.
    assert says_the_same(without_signatures(FROM_MASTODON), read)


@pytest.mark.parametrize(
    "change",
    [
        None,
        "text",
        [],
        {"type": "RsaSignature2018"},
        {"creator": {"id": f"{ACADEMY}#main-key"}},
        {"expiration": "2099-01-01T00:00:00Z"},
        {"expires": "2024-09-12T16:50:47Z"},
        {"expires": ""},
        {"sec:expiration": "2099-01-01T00:00:00Z"},
        {"created": None},
        {"signatureValue": "!"},
        {"creator": "https://a.example/ b"},
        {"@context": AS},
    ],
)
def test_signatures_that_are_not_plain_are_none(change: Any) -> None:
    """Only the usual options, each a string, so that none hides under another name."""
    signature = {**FROM_MASTODON["signature"], **change} if isinstance(change, dict) else change
    if change == []:
        signature = []
    with pytest.raises(RefusedDocument):
        ld_signatures.read({**FROM_MASTODON, "signature": signature}, SIGNED[1][2])


@pytest.mark.parametrize("value", ["z", "", "u1234", "z0OIl", 5, None, "z" * 2000])
def test_unreadable_proof_values_are_none(value: Any) -> None:
    """What is not base58 cannot be checked, and what is no signature does not hold."""
    document = {**VECTOR, "proof": {**VECTOR["proof"], "proofValue": value}}
    assert not is_proven(document, VECTOR_KEY, SIGNED[0][2])


def test_numbers_without_a_canonical_form() -> None:
    """RFC 8785 knows no whole numbers that a double cannot hold."""
    with pytest.raises(RefusedDocument, match="canonical"):
        integrity_proofs.read({**VECTOR, "size": 2**60}, SIGNED[0][2])


def test_zeros_in_front_are_kept() -> None:
    """One signature in 256 begins with a zero, which base58 writes as a letter of its own."""
    for raw in (b"\0\0\1", b"\0" * 5, b"\1\0", bytes(64), b""):
        assert read_multibase(f"z{base58(raw)}") == raw


# --- contexts ------------------------------------------------------------------------------------

FOREIGN = {
    "activitystreams.json": "activitystreams.json",
    "cid-v1.json": "cid-v1.json",
    "data-integrity-v1.json": "security-data-integrity-v1.json",
    "data-integrity-v2.json": "security-data-integrity-v2.json",
    "did-v1.json": "did-v1.json",
    "fep-5711.json": "fep-5711.json",
    "identity-v1.json": "identity-v1.json",
    "join-lemmy.json": "join-lemmy.json",
    "joinmastodon.json": "joinmastodon.json",
    "miscellany.json": "miscellany.json",
    "multikey-v1.json": "security-multikey-v1.json",
    "security-v1.json": "security-v1.json",
    "webfinger.json": "webfinger.json",
}


@pytest.mark.parametrize("uri", sorted(BUNDLED))
def test_contexts_mean_what_they_mean_elsewhere(uri: str) -> None:
    """A term that stood for something else here would spoil every signature over it.

    GoToSocial signs no documents; of its context only what others use is here.
    """
    ours = load_context(uri)["document"]
    if uri == "https://gotosocial.org/ns":
        theirs = foreign_context("gotosocial.json")["@context"]
        assert {name: theirs[name] for name in ours["@context"]} == ours["@context"]
        return
    assert ours == foreign_context(FOREIGN[BUNDLED[uri]])


def test_contexts_of_every_server() -> None:
    """That of Pleroma is the same wherever it is; `.jsonld` and `#` at the end change nothing."""
    one = load_context("https://one.example/schemas/litepub-0.1.jsonld")["document"]
    assert load_context("https://other.example/schemas/litepub-0.1.jsonld")["document"] == one
    assert load_context(f"{AS}.jsonld")["document"] == load_context(AS)["document"]
    assert load_context("http://joinmastodon.org/ns#")["document"]
    for unknown in ("https://far.example/context", "file:///etc/passwd", "", "x", f"{AS}/x"):
        with pytest.raises(RefusedDocument):
            load_context(unknown)


@pytest.mark.parametrize("uri", sorted([*BUNDLED, "https://a.example/schemas/litepub-0.1.jsonld"]))
def test_contexts_do_not_reshape(uri: str) -> None:
    """Only a proof stands in a graph of its own; nothing else is turned around or put aside."""
    text = json.dumps(load_context(uri)["document"])
    assert "@reverse" not in text
    assert "@included" not in text
    assert text.count("@graph") == ("data-integrity" in uri)
