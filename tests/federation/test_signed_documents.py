"""Activities that a third party delivers: proven by a signature inside, fetched, or refused."""

import copy
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from fedlearn.domain.policies import Policy
from fedlearn.domain.roles import TERMINAL
from fedlearn.services import moderation
from tests.federation.network import Network
from tests.federation.peer import AS, PUBLIC, Document, Peer, Person
from tests.federation.scenes import is_read_by, is_stored, reads, refusal, takes
from tests.federation.server import Server, settle
from tests.federation.signed import DATA_INTEGRITY, ago, ld_signed, proven, with_proof_key

SENSITIVE = [AS, {"sensitive": "as:sensitive", "Hashtag": "as:Hashtag"}]


@pytest.fixture
def carol(network: Network, peer_keys: list[RSAPrivateKey]) -> Person:
    """An author at far.test, whose posts come by way of others here."""
    return Peer(network, "far.test", peer_keys[1:]).person("carol")


async def a_post(alpha: Server, carol: Person, **changes: Any) -> Document:
    """A post by carol that concerns alice, who is named in it; a Create, not signed yet."""
    alice = await alpha.actor("alice")
    tags = [{"type": "Mention", "href": alice.uri, "name": "@alice@alpha.test"}]
    note = carol.note("<p>as I said</p>", to=[PUBLIC, alice.uri], tag=tags, **changes)
    return carol.activity("Create", note)


async def content_of(alpha: Server, create: Document) -> str:
    """What alice reads in the post of a Create."""
    view = await alpha.seen_by("alice", create["object"]["id"])
    assert view is not None, "the post is not there"
    return view.status.content


def asked_for_post(carol: Person, create: Document) -> int:
    """How often the server asked for the post itself."""
    path = create["object"]["id"].removeprefix(f"https://{carol.peer.host}")
    return carol.peer.asked_for(path)


# --- Linked Data signatures ----------------------------------------------------------------------


async def test_signed_post_comes_by_way_of_others(
    alpha: Server, bob: Person, carol: Person
) -> None:
    """Bob delivers what carol has signed: it counts as hers, and nobody is asked for it.

    Conformance: 112.
    """
    create = await a_post(alpha, carol, summary="careful", attachment=[picture(2), picture(1)])
    await takes(alpha, bob, ld_signed(carol, create))
    view = await alpha.seen_by("alice", create["object"]["id"])
    assert view is not None
    assert view.author.acct == "carol@far.test"
    assert view.status.content == "<p>as I said</p>"
    assert view.status.content_warning == "careful"
    assert [one.url for one in view.attachments] == [picture(2)["url"], picture(1)["url"]]
    assert [one.sender.acct for one in await alpha.notifications("alice")] == ["carol@far.test"]
    assert asked_for_post(carol, create) == 0
    assert (await bob.deliver(alpha, ld_signed(carol, create))).status_code == 202
    await settle(alpha)
    assert len(await alpha.notifications("alice")) == 1


def picture(number: int) -> Document:
    """An attachment."""
    url = f"https://far.test/pictures/{number}.png"
    return {"type": "Document", "mediaType": "image/png", "url": url, "name": f"No. {number}"}


def edits(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each value within a document that says something."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for name, inner in pairs:
            yield from edits(inner, (*path, name))
    elif path[0] != "@context" and path != ("signature", "type"):
        yield path


def edited(document: Document, path: tuple[Any, ...]) -> Document:
    """A document with one value replaced by another of its kind."""
    changed: Any = copy.deepcopy(document)
    place = changed
    for name in path[:-1]:
        place = place[name]
    before = place[path[-1]]
    if path[-1] in {"created", "published"}:
        place[path[-1]] = ago(minutes=5)
    elif before.startswith("http"):
        place[path[-1]] = f"{before}x"
    else:
        place[path[-1]] = f"{'A' if before[0] != 'A' else 'B'}{before[1:]}"
    return dict(changed)


async def test_any_edit_is_refused(alpha: Server, bob: Person, carol: Person) -> None:
    """Whatever whoever passes it on changes in it, the answer is 401 and nothing is kept.

    Conformance: 112.
    """
    await is_read_by(alpha, "alice", carol)
    create = await a_post(alpha, carol, attachment=[picture(1)])
    signed = ld_signed(carol, create)
    paths = list(edits(signed))
    assert len(paths) > 20
    for path in paths:
        answer = await bob.deliver(alpha, edited(signed, path))
        assert answer.status_code == 401, path
        refusal(answer)
    without = copy.deepcopy(signed)
    del without["object"]["tag"]
    added = copy.deepcopy(signed)
    added["object"]["summary"] = "nonsense"
    for tampered in (without, added):
        assert (await bob.deliver(alpha, tampered)).status_code == 401
    async with alpha.instance.db.read() as connection:
        waiting = await connection.fetch_all("SELECT kind FROM job WHERE kind = 'process_activity'")
    assert not waiting
    assert asked_for_post(carol, create) == 0


async def test_post_is_read_as_what_was_signed(alpha: Server, bob: Person, carol: Person) -> None:
    """Other words for the same statements change nothing in what is shown (CVE-2022-24307).

    Conformance: 112.
    """
    signed = ld_signed(carol, await a_post(alpha, carol, summary="careful"))
    note = signed["object"]
    plain = {name: value for name, value in note.items() if name not in {"content", "summary"}}
    context = [
        AS,
        {"truth": "as:content", "warning": "as:summary", "content": None, "summary": None},
    ]
    disguised = {
        **signed,
        "@context": context,
        "object": {
            **plain,
            "truth": note["content"],
            "warning": note["summary"],
            "content": "<p>forged</p>",
            "summary": "forged",
        },
    }
    await takes(alpha, bob, disguised)
    view = await alpha.seen_by("alice", note["id"])
    assert view is not None
    assert view.status.content == "<p>as I said</p>"
    assert view.status.content_warning == "careful"


async def test_nothing_is_hidden_by_another_shape(
    alpha: Server, bob: Person, carol: Person
) -> None:
    """A content warning put where a reader of plain JSON would not look is found again.

    Conformance: 112.
    """
    signed = ld_signed(carol, await a_post(alpha, carol, summary="careful"))
    note = dict(signed["object"])
    aside = {"id": note["id"], "summary": note.pop("summary")}
    await takes(alpha, bob, {**signed, "object": [note, aside]})
    view = await alpha.seen_by("alice", note["id"])
    assert view is not None
    assert view.status.content_warning == "careful"

    other = ld_signed(carol, await a_post(alpha, carol, summary="careful"))
    note = dict(other["object"])
    aside = {"id": note["id"], "summary": note.pop("summary")}
    await takes(alpha, bob, {**other, "object": {**note, "nobodyKnowsThis": aside}})
    view = await alpha.seen_by("alice", note["id"])
    assert view is not None
    assert view.status.content_warning == "careful"


async def test_nothing_is_added_without_a_signature(
    alpha: Server, bob: Person, carol: Person
) -> None:
    """A property that no context defines is signed by nobody, so nobody reads it.

    Conformance: 112.
    """
    signed = ld_signed(carol, await a_post(alpha, carol))
    added = {**signed["object"], "sensitive": True, "quoteUrl": "https://far.test/quoted"}
    await takes(alpha, bob, {**signed, "object": added})
    view = await alpha.seen_by("alice", added["id"])
    assert view is not None
    assert not view.status.is_sensitive
    assert view.status.content == "<p>as I said</p>"

    defined = await a_post(alpha, carol, sensitive=True)
    await takes(alpha, bob, ld_signed(carol, {**defined, "@context": SENSITIVE}))
    view = await alpha.seen_by("alice", defined["object"]["id"])
    assert view is not None
    assert view.status.is_sensitive


@pytest.mark.parametrize(
    ("context", "more"),
    [
        (AS, {"@included": [{"id": "https://far.test/x", "type": "Note"}]}),
        ([AS, {"more": "@included"}], {"more": [{"id": "https://far.test/x", "type": "Note"}]}),
        (AS, {"@reverse": {"replies": {"id": "https://far.test/x"}}}),
        ([AS, {"of": {"@reverse": "as:replies"}}], {"of": {"id": "https://far.test/x"}}),
        ([AS, {"away": "@reverse"}], {"away": {"replies": {"id": "https://far.test/x"}}}),
        (AS, {"preview": {"@graph": [{"id": "https://far.test/x", "type": "Note"}]}}),
        (
            [AS, {"whole": {"@id": "as:preview", "@container": "@graph"}}],
            {"whole": {"id": "https://far.test/x", "type": "Note"}},
        ),
        ([AS, {"g": "@graph"}], {"g": [{"id": "https://far.test/x", "type": "Note"}]}),
    ],
)
async def test_reshaped_documents_count_as_unsigned(
    alpha: Server, bob: Person, carol: Person, context: Any, more: Document
) -> None:
    """With @graph, @included or @reverse, under its name or another, no signature counts.

    Conformance: 111.
    """
    for is_nested in (False, True):
        create = {**await a_post(alpha, carol), "@context": context}
        about = {**create["object"], **more}
        reshaped = {**create, "object": about} if is_nested else {**create, **more}
        await takes(alpha, bob, ld_signed(carol, reshaped))
        # The post is there all the same: its own server was asked for it.
        assert asked_for_post(carol, create) == 1
        assert await content_of(alpha, create) == "<p>as I said</p>"
    follow = carol.activity("Follow", (await alpha.actor("alice")).uri, **more)
    answer = await bob.deliver(alpha, ld_signed(carol, {**follow, "@context": context}))
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "options",
    [
        {"created": ago(days=8)},
        {"created": ago(hours=-2)},
        {"created": "yesterday"},
        {"expires": ago(minutes=1)},
        {"expires": "never"},
        {"expiration": ago(minutes=-5)},
        {"creator": ""},
    ],
)
async def test_signature_out_of_its_time_is_none(
    alpha: Server, bob: Person, carol: Person, options: dict[str, str]
) -> None:
    """What is old, expired or not plain is not believed; the post is looked up instead."""
    create = await a_post(alpha, carol)
    forged = {**create, "object": {**create["object"], "content": "<p>forged</p>"}}
    await takes(alpha, bob, ld_signed(carol, forged, **options))
    assert await content_of(alpha, create) == "<p>as I said</p>"


async def test_unexpired_signature_holds(alpha: Server, bob: Person, carol: Person) -> None:
    """One that says how long it holds is believed until then, within a week."""
    create = await a_post(alpha, carol)
    signed = ld_signed(carol, create, created=ago(days=6), expires=ago(days=-1))
    await takes(alpha, bob, signed)
    assert await content_of(alpha, create) == "<p>as I said</p>"
    assert asked_for_post(carol, create) == 0


async def test_only_its_actor_signs_an_activity(alpha: Server, bob: Person, carol: Person) -> None:
    """Bob's own signature in an activity of carol makes it neither his nor hers.

    Conformance: 90.
    """
    create = await a_post(alpha, carol)
    answer = await bob.deliver(alpha, ld_signed(bob, create))
    assert answer.status_code == 401
    assert carol.uri in refusal(answer)
    posed = ld_signed(bob, create, creator=carol.key_id)
    assert (await bob.deliver(alpha, posed)).status_code == 401
    await settle(alpha)
    assert not await is_stored(alpha, create["object"]["id"])


@pytest.mark.parametrize("kind", ["Follow", "Like", "Announce", "Undo", "Accept", "Block", "Move"])
async def test_only_posts_come_by_way_of_others(
    alpha: Server, bob: Person, carol: Person, kind: str
) -> None:
    """A kept copy of anything else could be brought back after it was undone.

    Conformance: 90.
    """
    activity = carol.activity(kind, (await alpha.actor("alice")).uri)
    answer = await bob.deliver(alpha, ld_signed(carol, activity))
    assert answer.status_code == 401
    disguised = {**activity, "@context": [AS, {"Create": f"as:{kind}"}], "type": "Create"}
    assert (await bob.deliver(alpha, ld_signed(carol, disguised))).status_code == 401
    await settle(alpha)
    assert await alpha.notifications("alice") == []


async def test_unknown_words_are_not_looked_up(
    alpha: Server, bob: Person, carol: Person, network: Network
) -> None:
    """A context that is not bundled is never fetched; such a signature is none."""
    create = await a_post(alpha, carol)
    signed = ld_signed(carol, create)
    await takes(alpha, bob, {**signed, "@context": [AS, "https://far.test/context"]})
    assert carol.peer.asked_for("/context") == 0
    assert asked_for_post(carol, create) == 1
    assert await content_of(alpha, create) == "<p>as I said</p>"


async def test_author_out_of_reach(
    alpha: Server, bob: Person, carol: Person, network: Network
) -> None:
    """While the author's key cannot be fetched the answer is 503; later the same is taken in."""
    signed = ld_signed(carol, await a_post(alpha, carol))
    network.unplug("far.test")
    answer = await bob.deliver(alpha, signed)
    assert answer.status_code == 503
    assert carol.key_id in refusal(answer)
    network.plug_in("far.test")
    await takes(alpha, bob, signed)
    assert await content_of(alpha, signed) == "<p>as I said</p>"


async def test_blocked_author_is_not_heard_by_way_of_others(
    alpha: Server, bob: Person, carol: Person
) -> None:
    """What a blocked domain wrote is dropped, and nothing asked of it; its deliverer is welcome.

    Conformance: 107.
    """
    await moderation.set_domain_policy(alpha.instance, "far.test", Policy.BLOCK, by=TERMINAL)
    signed, unsigned = ld_signed(carol, await a_post(alpha, carol)), await a_post(alpha, carol)
    for activity in (signed, unsigned):
        await takes(alpha, bob, activity)
        assert not await is_stored(alpha, activity["object"]["id"])
    assert carol.peer.requests == []
    await moderation.set_domain_policy(alpha.instance, "peer.test", Policy.BLOCK, by=TERMINAL)
    assert (await bob.deliver(alpha, signed)).status_code == 403


async def test_edit_and_deletion_come_by_way_of_others(
    alpha: Server, bob: Person, carol: Person
) -> None:
    """What carol signs about her post counts, whoever brings it; what bob writes does not."""
    create = await a_post(alpha, carol)
    await takes(alpha, bob, ld_signed(carol, create))
    edit = {**create["object"], "content": "<p>as I meant</p>", "updated": ago()}
    await takes(alpha, bob, ld_signed(carol, carol.activity("Update", edit)))
    assert await content_of(alpha, create) == "<p>as I meant</p>"
    deletion = carol.activity("Delete", {"id": edit["id"], "type": "Tombstone"})
    assert (await bob.deliver(alpha, ld_signed(bob, deletion))).status_code == 401
    assert await is_stored(alpha, edit["id"])
    await takes(alpha, bob, ld_signed(carol, deletion))
    assert not await is_stored(alpha, edit["id"])


# --- integrity proofs ----------------------------------------------------------------------------


async def test_proven_post_comes_by_way_of_others(
    alpha: Server, bob: Person, carol: Person
) -> None:
    """Bob delivers what carol has proven with her Ed25519 key; any edit is refused.

    Conformance: 113.
    """
    key = with_proof_key(carol)
    create = {**await a_post(alpha, carol), "@context": [AS, DATA_INTEGRITY]}
    signed = proven(carol, key, create)
    for path in edits(signed):
        if path[0] == "proof" and path[1] not in {"created", "nonce"}:
            continue
        assert (await bob.deliver(alpha, edited(signed, path))).status_code == 401, path
    added = {**signed, "summary": "nonsense"}
    assert (await bob.deliver(alpha, added)).status_code == 401
    elsewhere = {**signed, "@context": [AS]}
    assert (await bob.deliver(alpha, elsewhere)).status_code == 202  # looked up, as if unsigned
    await settle(alpha)
    await takes(alpha, bob, signed)
    assert await content_of(alpha, create) == "<p>as I said</p>"


async def test_proof_needs_no_request(alpha: Server, bob: Person, carol: Person) -> None:
    """A proven post is not looked up; one with a proof of another kind is.

    Conformance: 113.
    """
    key = with_proof_key(carol)
    create = await a_post(alpha, carol)
    await takes(alpha, bob, proven(carol, key, create))
    assert await content_of(alpha, create) == "<p>as I said</p>"
    assert asked_for_post(carol, create) == 0
    for options in (
        {"cryptosuite": "eddsa-rdfc-2022"},
        {"proofPurpose": "authentication"},
        {"type": "Ed25519Signature2020"},
        {"created": ago(days=8)},
        {"expires": ago(minutes=5)},
        {"previousProof": "urn:uuid:1"},
        {"verificationMethod": "did:key:z1#z1"},
        {"verificationMethod": bob.key_id},
    ):
        other = await a_post(alpha, carol)
        await takes(alpha, bob, proven(carol, key, other, **options))
        assert asked_for_post(carol, other) == 1, options


async def test_key_of_one_kind_is_not_taken_for_another(
    alpha: Server, bob: Person, carol: Person
) -> None:
    """A proof cannot name an RSA key, nor a Linked Data signature an Ed25519 key."""
    key = with_proof_key(carol)
    create = await a_post(alpha, carol)
    as_rsa = proven(carol, key, create, verificationMethod=carol.key_id)
    as_eddsa = ld_signed(carol, create, creator=f"{carol.uri}#ed25519-key")
    for activity in (as_rsa, as_eddsa):
        assert (await bob.deliver(alpha, activity)).status_code == 401
    await takes(alpha, bob, ld_signed(carol, proven(carol, key, create)))
    assert await content_of(alpha, create) == "<p>as I said</p>"


# --- neither -------------------------------------------------------------------------------------


async def test_unsigned_post_is_looked_up(alpha: Server, bob: Person, carol: Person) -> None:
    """What bob says that carol wrote is not trusted: her server is asked, once.

    Conformance: 114.
    """
    create = await a_post(alpha, carol)
    forged = {**create, "object": {**create["object"], "content": "<p>forged</p>"}}
    await takes(alpha, bob, forged)
    await takes(alpha, bob, forged)
    assert await content_of(alpha, create) == "<p>as I said</p>"
    assert asked_for_post(carol, create) == 1
    # What was looked up keeps nothing out that comes from carol herself.
    await takes(alpha, carol, create)
    assert await content_of(alpha, create) == "<p>as I said</p>"


async def test_nothing_is_kept_of_what_its_server_does_not_know(
    alpha: Server, bob: Person, carol: Person
) -> None:
    """A post that is not there, or is by somebody else, comes to nothing.

    Conformance: 90, 114.
    """
    create = await a_post(alpha, carol)
    del carol.peer.documents[create["object"]["id"]]
    await takes(alpha, bob, create)
    assert not await is_stored(alpha, create["object"]["id"])

    dave = carol.peer.person("dave")
    other = await a_post(alpha, carol)
    carol.peer.documents[other["object"]["id"]]["attributedTo"] = dave.uri
    await takes(alpha, bob, other)
    view = await alpha.seen_by("alice", other["object"]["id"])
    assert view is not None
    assert view.author.acct == "dave@far.test"

    foreign = await a_post(alpha, carol)
    carol.peer.documents[foreign["object"]["id"]]["attributedTo"] = bob.uri
    await takes(alpha, bob, foreign)
    assert not await is_stored(alpha, foreign["object"]["id"])


async def test_post_elsewhere_than_its_actor_is_refused(
    alpha: Server, bob: Person, carol: Person
) -> None:
    """Only the server of the actor could confirm it, so it is not even looked up.

    Conformance: 90.
    """
    alice = await alpha.actor("alice")
    for about in (
        {**bob.note(), "attributedTo": carol.uri},
        {"type": "Note", "content": "no id"},
        f"{alice.uri}/statuses/1",
        None,
    ):
        activity = carol.activity("Create", about)
        assert (await bob.deliver(alpha, activity)).status_code == 401, about
    posed = {**bob.activity("Create", f"{alice.uri}/statuses/1"), "actor": alice.uri}
    assert (await bob.deliver(alpha, posed)).status_code == 401


async def test_unsigned_deletion_is_looked_up(alpha: Server, bob: Person, carol: Person) -> None:
    """A post goes when its own server says that it is gone, and not before.

    Conformance: 114.
    """
    create = await a_post(alpha, carol)
    await takes(alpha, carol, create)
    uri = create["object"]["id"]
    deletion = carol.activity("Delete", uri)
    await takes(alpha, bob, deletion)
    assert await is_stored(alpha, uri)
    carol.peer.answers[uri.removeprefix("https://far.test")] = httpx.Response(404)
    await takes(alpha, bob, deletion)
    assert await is_stored(alpha, uri)
    carol.peer.answers[uri.removeprefix("https://far.test")] = httpx.Response(410)
    await takes(alpha, bob, deletion)
    assert not await is_stored(alpha, uri)


async def test_unsigned_edit_is_looked_up(alpha: Server, bob: Person, carol: Person) -> None:
    """An edit that bob brings is made as carol's server shows it, or not at all."""
    create = await a_post(alpha, carol)
    await takes(alpha, carol, create)
    forged = {**create["object"], "content": "<p>forged</p>", "updated": ago()}
    await takes(alpha, bob, carol.activity("Update", forged))
    assert await content_of(alpha, create) == "<p>as I said</p>"
    true = {**create["object"], "content": "<p>as I meant</p>", "updated": ago()}
    carol.peer.documents[true["id"]] = {"@context": AS, **true}
    await takes(alpha, bob, carol.activity("Update", forged))
    assert await content_of(alpha, create) == "<p>as I meant</p>"


async def test_unsigned_post_that_concerns_nobody(
    alpha: Server, bob: Person, carol: Person
) -> None:
    """What is looked up must concern somebody here, like all that comes.

    Conformance: 118.
    """
    note = carol.note()
    await takes(alpha, bob, carol.activity("Create", note))
    assert not await is_stored(alpha, note["id"])
    await reads(alpha, "alice", carol)
    await takes(alpha, bob, carol.activity("Create", note))
    assert await is_stored(alpha, note["id"])
