"""Answers to our posts that are passed on to those who follow their authors."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.policies import Policy
from fedlearn.domain.roles import TERMINAL
from fedlearn.domain.statuses import StatusView
from fedlearn.services import blocks, moderation
from tests.federation.network import Exchange, Network
from tests.federation.peer import AS, PUBLIC, Document, Peer, Person
from tests.federation.scenes import is_read_by, is_stored, takes
from tests.federation.server import Server, settle
from tests.federation.signed import ago, ld_signed, proven, with_proof_key
from tests.federation.wire import check_cavage

FOLLOWERS = "https://alpha.test/users/alice/followers"


@pytest.fixture
async def bob(alpha: Server, peer: Peer) -> Person:
    """A follower of alice at peer.test."""
    bob = peer.person("bob")
    await is_read_by(alpha, "alice", bob)
    return bob


@pytest.fixture
def carol(network: Network, peer_keys: list[RSAPrivateKey]) -> Person:
    """Somebody at far.test, who answers alice."""
    return Peer(network, "far.test", peer_keys[1:]).person("carol")


def an_answer(carol: Person, post: StatusView, **changes: Any) -> Document:
    """A public answer by carol, addressed as Mastodon does it; a Create, not signed yet."""
    usual = {
        "inReplyTo": post.status.uri,
        "to": [PUBLIC],
        "cc": [carol.followers, post.author.uri],
    }
    note = carol.note("<p>indeed</p>", **(usual | changes))
    return carol.activity("Create", note)


def forwarded(network: Network, host: str, activity: Document) -> list[Exchange]:
    """What came to a host of an activity by somebody else."""
    body = json.dumps(activity).encode()
    return [one for one in network.sent("POST", host) if one.body == body]


async def test_signed_answer_is_forwarded(
    alpha: Server, bob: Person, carol: Person, network: Network
) -> None:
    """What carol has signed goes to alice's followers byte for byte; what she has not, does not.

    It is signed over HTTP by alice, goes to each server once, and never back to carol's.

    Conformance: 145.
    """
    await is_read_by(alpha, "alice", bob.peer.person("erin"))
    await is_read_by(alpha, "alice", carol.peer.person("dave"))
    post = await alpha.post("alice", "Bees see ultraviolet")
    await settle(alpha)
    unsigned, signed = an_answer(carol, post), ld_signed(carol, an_answer(carol, post))
    await takes(alpha, carol, unsigned)
    await takes(alpha, carol, signed)
    assert forwarded(network, "peer.test", unsigned) == []
    came = forwarded(network, "peer.test", signed)
    assert [one.url for one in came] == ["https://peer.test/inbox"]
    assert forwarded(network, "far.test", signed) == []

    alice = await alpha.actor("alice")
    pem = (await alpha.instance.keys.public_key(alice)).pem
    assert "digest" in check_cavage(came[0].request, pem)
    assert f'keyId="{alice.uri}#main-key"' in came[0].request.headers["signature"]


async def test_answer_is_forwarded_once(
    alpha: Server, bob: Person, carol: Person, network: Network
) -> None:
    """Neither the same activity nor another about the same post is forwarded again.

    Conformance: 145.
    """
    post = await alpha.post("alice", "Bees see ultraviolet")
    signed = ld_signed(carol, an_answer(carol, post))
    await takes(alpha, carol, signed)
    await takes(alpha, carol, signed)
    again = carol.activity("Create", signed["object"])
    await takes(alpha, carol, ld_signed(carol, again))
    # By way of others it is known as well.
    await takes(alpha, bob, signed)
    assert len(forwarded(network, "peer.test", signed)) == 1
    assert forwarded(network, "peer.test", ld_signed(carol, again)) == []


async def test_edit_and_deletion_follow(
    alpha: Server, bob: Person, carol: Person, network: Network
) -> None:
    """Whoever got an answer gets its edit and its end, in this order."""
    post = await alpha.post("alice", "Bees see ultraviolet")
    create = an_answer(carol, post)
    edit = {**create["object"], "content": "<p>in green as well</p>", "updated": ago()}
    deletion = carol.activity("Delete", {"id": edit["id"], "type": "Tombstone"}, to=[PUBLIC])
    story = [
        ld_signed(carol, activity)
        for activity in (create, carol.activity("Update", edit), deletion)
    ]
    for activity in story:
        await takes(alpha, carol, activity)
    bodies = [json.dumps(activity).encode() for activity in story]
    came = [one.body for one in network.sent("POST", "peer.test")]
    assert [body for body in came if body in bodies] == bodies
    assert not await is_stored(alpha, edit["id"])


async def test_other_answers_stay(
    alpha: Server, bob: Person, carol: Person, network: Network
) -> None:
    """Followers of alice get neither what is not for them, nor what answers somebody else.

    Conformance: 145.
    """
    post = await alpha.post("alice", "Bees see ultraviolet")
    alice = post.author.uri
    direct = an_answer(carol, post, to=[alice], cc=[])
    for_hers = an_answer(carol, post, to=[carol.followers], cc=[alice])
    beginning = carol.activity("Create", carol.note(to=[PUBLIC], cc=[alice]))
    kept = [ld_signed(carol, one) for one in (direct, for_hers, beginning)]
    for_ours = ld_signed(carol, an_answer(carol, post, to=[FOLLOWERS], cc=[alice]))
    for activity in (*kept, for_ours):
        await takes(alpha, carol, activity)
    assert [len(forwarded(network, "peer.test", one)) for one in kept] == [0, 0, 0]
    assert len(forwarded(network, "peer.test", for_ours)) == 1
    # The end of a private answer would tell that there was one.
    deletion = ld_signed(carol, carol.activity("Delete", direct["object"]["id"], to=[PUBLIC]))
    await takes(alpha, carol, deletion)
    assert forwarded(network, "peer.test", deletion) == []


async def test_what_is_answered_must_go_to_followers(
    alpha: Server, bob: Person, carol: Person, network: Network
) -> None:
    """Answers to a direct post are nobody's business; those to one for the organisation stay.

    Conformance: 145.
    """
    for facts, times in (
        ({"reach": Reach.UNLISTED}, 1),
        ({"reach": Reach.FOLLOWERS}, 1),
        ({"reach": Reach.DIRECT}, 0),
        ({"scope": Scope.ORG}, 0),
    ):
        post = await alpha.post("alice", "Bees see ultraviolet", **facts)
        signed = ld_signed(carol, an_answer(carol, post))
        await takes(alpha, carol, signed)
        assert len(forwarded(network, "peer.test", signed)) == times, facts


async def test_what_is_not_sound_stays(
    alpha: Server, bob: Person, carol: Person, network: Network
) -> None:
    """A signature that does not hold, or a text that is another for readers of plain JSON.

    The answer itself is carol's: she has signed its delivery.

    Conformance: 145.
    """
    post = await alpha.post("alice", "Bees see ultraviolet")
    tampered = ld_signed(carol, an_answer(carol, post))
    tampered["object"]["content"] = "<p>changed</p>"
    by_another = ld_signed(carol.peer.person("dave"), an_answer(carol, post))
    double = an_answer(carol, post)
    double["@context"] = [AS, {"truth": "as:content", "content": "as:name"}]
    double["object"]["truth"] = "<p>for some</p>"
    undefined = ld_signed(carol, an_answer(carol, post))
    undefined["object"]["quoteUrl"] = "https://far.test/quoted"
    for activity in (tampered, by_another, ld_signed(carol, double), undefined):
        await takes(alpha, carol, activity)
        assert await is_stored(alpha, activity["object"]["id"])
        assert forwarded(network, "peer.test", activity) == []


async def test_unwelcome_answers_stay(
    alpha: Server, bob: Person, carol: Person, network: Network
) -> None:
    """Whom alice has blocked, and whose domain is silenced, does not speak to her followers."""
    post = await alpha.post("alice", "Bees see ultraviolet")
    await moderation.set_domain_policy(alpha.instance, "far.test", Policy.SILENCE, by=TERMINAL)
    silenced = ld_signed(carol, an_answer(carol, post))
    await takes(alpha, carol, silenced)
    await moderation.forget_domain_policy(alpha.instance, "far.test", by=TERMINAL)
    alice = await alpha.actor("alice")
    await blocks.block(alpha.instance, alice, await alpha.find(carol.handle))
    blocked = ld_signed(carol, an_answer(carol, post))
    await takes(alpha, carol, blocked)
    for activity in (silenced, blocked):
        assert forwarded(network, "peer.test", activity) == []


async def test_proven_answer_is_forwarded(
    alpha: Server, bob: Person, carol: Person, network: Network
) -> None:
    """An integrity proof is as good as a Linked Data signature."""
    key = with_proof_key(carol)
    post = await alpha.post("alice", "Bees see ultraviolet")
    signed = proven(carol, key, an_answer(carol, post))
    await takes(alpha, carol, signed)
    assert len(forwarded(network, "peer.test", signed)) == 1


async def test_leak_guard_reads_what_is_forwarded(
    alpha: Server, bob: Person, carol: Person, network: Network
) -> None:
    """An answer that names a post of the organisation does not leave, whoever wrote it.

    Conformance: 145.
    """
    inside = await alpha.post("alice", "Honey for us", scope=Scope.ORG)
    post = await alpha.post("alice", "Bees see ultraviolet")
    signed = ld_signed(carol, an_answer(carol, post, name=f"see {inside.status.uri}"))
    await takes(alpha, carol, signed)
    assert await is_stored(alpha, signed["object"]["id"])
    assert forwarded(network, "peer.test", signed) == []


async def test_followers_elsewhere_see_the_conversation(
    alpha: Server, beta: Server, carol: Person
) -> None:
    """Bob at beta follows alice: carol's answer, of which beta would not hear, joins the thread.

    Conformance: 112, 145.
    """
    await alpha.user("alice")
    await beta.follow("bob", "alice@alpha.test")
    await settle(alpha, beta)
    post = await alpha.post("alice", "Bees see ultraviolet")
    await settle(alpha, beta)
    signed = ld_signed(carol, an_answer(carol, post))
    await takes(alpha, carol, signed)
    await settle(alpha, beta)
    seen = await beta.seen_by("bob", signed["object"]["id"])
    assert seen is not None
    assert seen.author.acct == "carol@far.test"
    assert seen.in_reply_to_author is not None
    assert seen.in_reply_to_author.acct == "alice@alpha.test"
    # It is in the thread, not on the home timeline of who follows only alice.
    assert [one.status.uri for one in await beta.home("bob")] == [post.status.uri]
