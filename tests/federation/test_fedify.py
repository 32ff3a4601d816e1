"""Conversations with a live server on Fedify, where carol is; alice is at alpha.

Everything goes over sockets and TLS, and each side checks the other's signatures in its own way.
"""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio

from fedlearn.activitypub.fetch import ACCEPT
from fedlearn.activitypub.keys import read_public_pem
from fedlearn.activitypub.proofs import READERS
from fedlearn.db import actors as db_actors
from fedlearn.domain.actors import PublicKey
from fedlearn.domain.audience import Reach
from fedlearn.domain.ids import now
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.roles import TERMINAL
from fedlearn.remote.actors import fetch_actor
from fedlearn.services import accounts, boosts, favourites, statuses
from fedlearn.settings import Settings
from tests.federation.live import Authority, LiveServer, introduce, run_live
from tests.federation.server import make_due
from tests.peers.foreign import CAVAGE, FedifyPeer, run_fedify

HANDLE = "@alice@alpha.test"
ALICE = "https://alpha.test/users/alice"
RFC9421_TAKEN, CAVAGE_TAKEN = ("rfc9421", 202), ("cavage", 202)
RFC9421_REFUSED, CAVAGE_REFUSED = ("rfc9421", 401), ("cavage", 401)


@asynccontextmanager
async def fedify_at(host: str, authority: Authority, **facts: Any) -> AsyncIterator[FedifyPeer]:
    """A server on Fedify under this name."""
    certificate, key = authority.certificate(host)
    async with run_fedify(
        origin_host=host, certificate=certificate, key=key, ca=authority.ca, **facts
    ) as peer:
        yield peer


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fedify(authority: Authority) -> AsyncIterator[FedifyPeer]:
    """The server of most stories here, which knocks with RFC 9421 first."""
    async with fedify_at("fedify.test", authority) as peer:
        yield peer


@pytest.fixture
async def alpha(
    authority: Authority, settings_of: Callable[..., Settings], quick_keys: None
) -> AsyncIterator[LiveServer]:
    """A fedlearn server at alpha.test, where alice is."""
    async with run_live(settings_of("alpha.test"), authority) as server:
        await server.user("alice")
        yield server


@pytest.fixture
async def beta(
    authority: Authority, settings_of: Callable[..., Settings], quick_keys: None
) -> AsyncIterator[LiveServer]:
    """A fedlearn server at beta.test."""
    async with run_live(settings_of("beta.test"), authority) as server:
        yield server


@pytest.fixture
async def carol(fedify: FedifyPeer, alpha: LiveServer) -> AsyncIterator[FedifyPeer]:
    """Carol, who has forgotten all earlier stories; her server has no trouble with this one."""
    await fedify.reset()
    await introduce(alpha, fedify)
    yield fedify
    assert await fedify.troubles() == []


async def alice_follows(alpha: LiveServer, carol: FedifyPeer) -> None:
    """Alice follows carol, and carol's server agrees."""
    await alpha.follow("alice", carol.handle)
    await alpha.until_following("alice", carol.actor)


async def carol_follows(carol: FedifyPeer) -> None:
    """Carol follows alice, and alice's server agrees."""
    await carol.follow(HANDLE)
    await carol.wait_for("Accept", actor=ALICE)


def whole_follow(uri: str, follower: str, followee: str) -> dict[str, str]:
    """What a Follow must hold to be understood where only it comes back."""
    return {"id": uri, "type": "Follow", "actor": follower, "object": followee}


async def knocks_at(peer: FedifyPeer) -> list[tuple[str | None, int]]:
    """How each delivery to a peer was signed and answered."""
    came = [one for one in await peer.requests() if one["method"] == "POST"]
    return [(one["signature"], one["status"]) for one in came]


# --- from follow to unfollow -----------------------------------------------------------------------


async def test_alice_reads_carol(alpha: LiveServer, carol: FedifyPeer) -> None:
    """Alice follows carol, who accepts; what carol posts stands on alice's home, made harmless."""
    await alice_follows(alpha, carol)
    followed = await carol.wait_for("Follow", actor=ALICE, object=carol.actor)
    assert followed["signature"] == "cavage"
    assert await carol.followers() == [ALICE]

    note = await carol.note("Bees see <strong>ultraviolet</strong><script>alert(1)</script>")
    view = await alpha.until_home("alice", note)
    assert view.status.content == "<p>Bees see <strong>ultraviolet</strong></p>"
    assert view.author.acct == "carol@fedify.test"
    assert view.author.display_name == "Carol Fedify"


async def test_carol_reads_alice(alpha: LiveServer, carol: FedifyPeer) -> None:
    """Carol follows alice and gets an Accept with her Follow in it, then what alice posts.

    Conformance: 158.
    """
    follow = await carol.follow(HANDLE)
    accept = await carol.wait_for("Accept", actor=ALICE)
    assert accept["body"]["object"].items() >= whole_follow(follow, carol.actor, ALICE).items()
    told = await alpha.until_told("alice", NotificationKind.FOLLOW)
    assert told.sender.acct == "carol@fedify.test"

    posted = await alpha.post("alice", "How do bees see? #bees")
    create = await carol.wait_for("Create", actor=ALICE, object=posted.status.uri)
    assert create["content"] == posted.status.content
    assert create["signature"] == "cavage"


async def test_conversation(alpha: LiveServer, carol: FedifyPeer) -> None:
    """Carol answers alice, who is told and finds the thread joined; alice answers, naming carol."""
    await carol_follows(carol)
    question = await alpha.post("alice", "How do bees see?")
    await carol.wait_for("Create", object=question.status.uri)

    answer = await carol.note("In ultraviolet", mention=HANDLE, reply=question.status.uri)
    told = await alpha.until_told("alice", NotificationKind.MENTION)
    assert told.status is not None
    assert told.status.status.uri == answer
    assert told.status.status.in_reply_to_id == question.id
    assert told.status.status.conversation == question.status.conversation

    thanks = await alpha.reply("alice", answer, f"{carol.handle} I had no idea")
    got = await carol.wait_for("Create", object=thanks.status.uri)
    assert got["inReplyTo"] == answer
    assert carol.actor in got["body"]["cc"]
    mentions = [tag for tag in got["body"]["object"]["tag"] if tag["type"] == "Mention"]
    assert [mention["href"] for mention in mentions] == [carol.actor]


async def test_thread_is_completed(alpha: LiveServer, carol: FedifyPeer) -> None:
    """When carol answers a post that alpha never saw, alpha asks her server for it."""
    earlier = await carol.note("Has anybody asked a bee?")
    await alice_follows(alpha, carol)
    later = await carol.note("Nobody has", reply=earlier)
    await alpha.until_home("alice", later)
    await alpha.until_seen("alice", earlier)
    joined = await alpha.until_seen(
        "alice", later, lambda view: view.in_reply_to_author is not None
    )
    assert joined.status.in_reply_to_uri == earlier
    assert [view.status.uri for view in await alpha.home("alice")] == [later]


async def test_likes_come_and_go(alpha: LiveServer, carol: FedifyPeer) -> None:
    """Each likes what the other posted, and takes it back."""
    await alice_follows(alpha, carol)
    posted = await alpha.post("alice", "Bees dance")
    await carol.like(posted.status.uri)
    told = await alpha.until_told("alice", NotificationKind.FAVOURITE)
    assert told.sender.acct == "carol@fedify.test"
    await alpha.until_seen("alice", posted.status.uri, lambda view: view.favourites == 1)
    await carol.unlike(posted.status.uri)
    await alpha.until_seen("alice", posted.status.uri, lambda view: view.favourites == 0)
    await alpha.until_untold("alice", NotificationKind.FAVOURITE)

    alice, note = await alpha.actor("alice"), await carol.note("They do")
    seen = await alpha.until_home("alice", note)
    await favourites.favourite(alpha.instance, alice, seen.id)
    liked = await carol.wait_for("Like", actor=ALICE, object=note)
    await favourites.unfavourite(alpha.instance, alice, seen.id)
    undone = await carol.wait_for("Undo", actor=ALICE, objectType="Like")
    assert undone["object"] == liked["id"]


async def test_boosts_come_and_go(alpha: LiveServer, carol: FedifyPeer) -> None:
    """Each boosts what the other posted, and takes it back."""
    await alice_follows(alpha, carol)
    await carol_follows(carol)
    posted = await alpha.post("alice", "Bees dance")
    boost = await carol.boost(posted.status.uri)
    told = await alpha.until_told("alice", NotificationKind.BOOST)
    assert told.sender.acct == "carol@fedify.test"
    assert (await alpha.until_home("alice", boost)).boost_of is not None
    await carol.unboost(posted.status.uri)
    await alpha.until_seen("alice", posted.status.uri, lambda view: view.boosts == 0)
    await alpha.until_untold("alice", NotificationKind.BOOST)
    assert [view.id for view in await alpha.home("alice")] == [posted.id]

    alice, note = await alpha.actor("alice"), await carol.note("They do")
    seen = await alpha.until_home("alice", note)
    await boosts.boost(alpha.instance, alice, seen.id)
    boosted = await carol.wait_for("Announce", actor=ALICE, object=note)
    await boosts.unboost(alpha.instance, alice, seen.id)
    undone = await carol.wait_for("Undo", actor=ALICE, objectType="Announce")
    assert undone["object"] == boosted["id"]


async def test_boost_brings_a_post_further(
    alpha: LiveServer, beta: LiveServer, carol: FedifyPeer
) -> None:
    """Bob at beta follows carol, who boosts alice: beta asks alpha for the post and shows it.

    Conformance: 170.
    """
    await introduce(alpha, beta, carol)
    await beta.follow("bob", carol.handle)
    await beta.until_following("bob", carol.actor)
    posted = await alpha.post("alice", "Bees dance")
    assert await beta.seen_by("bob", posted.status.uri) is None

    boost = await carol.boost(posted.status.uri)
    shown = await beta.until_home("bob", boost)
    assert shown.boost_of is not None
    assert shown.boost_of.author.acct == "alice@alpha.test"
    assert shown.boost_of.status.content == posted.status.content
    told = await alpha.until_told("alice", NotificationKind.BOOST)
    assert told.sender.acct == "carol@fedify.test"


async def test_signed_answer_goes_further(
    alpha: LiveServer, beta: LiveServer, carol: FedifyPeer
) -> None:
    """Bob at beta reads alice: carol's answer to her comes to him by way of alpha, and is believed.

    Fedify signs it twice, with a Linked Data signature and an integrity proof; each holds by itself.

    Conformance: 112, 113, 145.
    """
    await introduce(alpha, beta, carol)
    await beta.follow("bob", HANDLE)
    await beta.until_following("bob", ALICE)
    question = await alpha.post("alice", "How do bees see?")
    await beta.until_home("bob", question.status.uri)

    answer = await carol.note("In ultraviolet", mention=HANDLE, reply=question.status.uri)
    seen = await beta.until_seen("bob", answer)
    assert seen.author.acct == "carol@fedify.test"
    assert seen.in_reply_to_author is not None
    asked = [one["path"] for one in await carol.requests() if one["method"] == "GET"]
    assert answer.removeprefix("https://fedify.test") not in asked

    async with beta.instance.db.read() as connection:
        keys = await db_actors.keys_of_actor(connection, seen.author.id)
    async with alpha.instance.db.read() as connection:
        row = await connection.fetch_one(
            "SELECT body FROM outgoing_activity WHERE order_key = :answer", answer=answer
        )
    assert row is not None
    document = json.loads(row["body"])
    for name, read in READERS.items():
        claim = read(document, now())
        assert claim.is_proven_by(read_public_pem(pem_of(keys, claim.key_id))), name
        changed = {**document, "object": {**document["object"], "content": "<p>changed</p>"}}
        claim = read(changed, now())
        assert not claim.is_proven_by(read_public_pem(pem_of(keys, claim.key_id))), name


def pem_of(keys: list[PublicKey], key_id: str) -> str:
    """The key with this identity."""
    return next(key.pem for key in keys if key.uri == key_id)


async def test_edits_arrive(alpha: LiveServer, carol: FedifyPeer) -> None:
    """What each changes is changed for the other.

    Conformance: 183.
    """
    await alice_follows(alpha, carol)
    await carol_follows(carol)
    posted = await alpha.post("alice", "How do bees see?")
    create = await carol.wait_for("Create", object=posted.status.uri)
    alice = await alpha.actor("alice")
    await statuses.edit_status(alpha.instance, alice, posted.id, "How do wasps see?", "")
    update = await carol.wait_for("Update", object=posted.status.uri, content_has="wasps")
    assert update["id"] != create["id"]
    assert update["id"].startswith(f"{posted.status.uri}#updates/")
    edited = update["body"]["object"]
    assert edited["id"] == create["body"]["object"]["id"]
    assert edited["published"] == create["body"]["object"]["published"]
    assert edited["updated"] > edited["published"]

    note = await carol.note("In ultraviolet")
    await alpha.until_home("alice", note)
    await carol.update(note, "In green, blue and ultraviolet")
    seen = await alpha.until_seen("alice", note, lambda view: view.status.edited_at is not None)
    assert seen.status.content == "<p>In green, blue and ultraviolet</p>"


async def test_deletes_arrive(alpha: LiveServer, carol: FedifyPeer) -> None:
    """What each deletes is gone for the other."""
    await alice_follows(alpha, carol)
    await carol_follows(carol)
    posted = await alpha.post("alice", "Bees are blind")
    await carol.wait_for("Create", object=posted.status.uri)
    await statuses.delete_status(alpha.instance, await alpha.actor("alice"), posted.id)
    deletion = await carol.wait_for("Delete", actor=ALICE, object=posted.status.uri)
    assert deletion["objectType"] == "Tombstone"

    note = await carol.note("They are not")
    await alpha.until_home("alice", note)
    await carol.delete(note)
    await alpha.until_gone("alice", note)
    assert await alpha.home("alice") == []


async def test_audiences(alpha: LiveServer, carol: FedifyPeer) -> None:
    """Carol gets what is for followers and what is for her alone, and neither is called public."""
    await carol_follows(carol)
    for_followers = await alpha.post("alice", "Among us", reach=Reach.FOLLOWERS)
    for_carol = await alpha.post("alice", f"{carol.handle} a secret", reach=Reach.DIRECT)
    got = [
        (await carol.wait_for("Create", object=posted.status.uri))["body"]
        for posted in (for_followers, for_carol)
    ]
    followers = f"{ALICE}/followers"
    assert [(one["to"], one["cc"]) for one in got] == [([followers], []), ([carol.actor], [])]
    paths = [one["path"] for one in await carol.requests() if one["method"] == "POST"]
    assert sorted(paths[-2:]) == ["/inbox", "/users/carol/inbox"]


async def test_unfollow(alpha: LiveServer, carol: FedifyPeer) -> None:
    """Each ends it with the other; alice's Undo holds the whole Follow, as her Accept did.

    Conformance: 165.
    """
    await alice_follows(alpha, carol)
    follow = await carol.follow(HANDLE)
    accept = await carol.wait_for("Accept", actor=ALICE)
    assert accept["body"]["object"].items() >= whole_follow(follow, carol.actor, ALICE).items()
    note = await carol.note("You will forget me")
    await alpha.until_home("alice", note)

    await alpha.unfollow("alice", carol.handle)
    undo = await carol.wait_for("Undo", actor=ALICE, objectType="Follow")
    asked = await carol.wait_for("Follow", actor=ALICE)
    undone = undo["body"]["object"]
    assert undone.items() >= whole_follow(asked["id"], ALICE, carol.actor).items()
    assert await carol.followers() == []
    assert await alpha.home("alice") == []

    await carol.unfollow(HANDLE)
    await alpha.until_untold("alice", NotificationKind.FOLLOW)
    unread = await alpha.post("alice", "Is anybody there?")
    named = await alpha.post("alice", f"{carol.handle} at least you?")
    await carol.wait_for("Create", object=named.status.uri)
    await alpha.until_figures(waiting=0)
    assert unread.status.uri not in {entry["object"] for entry in await carol.log()}


# --- signatures ------------------------------------------------------------------------------------


async def test_carol_knocks_with_rfc_9421(alpha: LiveServer, carol: FedifyPeer) -> None:
    """Carol's server signs by RFC 9421, and we take that at the first knock; it takes our cavage."""
    await alice_follows(alpha, carol)
    await carol_follows(carol)
    await alpha.until_home("alice", await carol.note("Hello"))
    assert set(alpha.deliveries_from_outside()) == {RFC9421_TAKEN}
    assert set(await knocks_at(carol)) == {CAVAGE_TAKEN}


async def test_second_knock(alpha: LiveServer, carol: FedifyPeer, authority: Authority) -> None:
    """A server that refuses cavage is asked again by RFC 9421, and from then on at once.

    Fedify checks all that we sign: deliveries and fetches, both ways. Others still get cavage first.

    Conformance: 59, 63.
    """
    async with fedify_at(
        "strict.test", authority, refuse_cavage=True, authorized_fetch=True
    ) as strict:
        await introduce(alpha, carol, strict)
        await alice_follows(alpha, strict)
        assert await knocks_at(strict) == [CAVAGE_REFUSED, RFC9421_TAKEN]
        posted = await alpha.post("alice", f"{strict.handle} Hello")
        created = await strict.wait_for("Create", object=posted.status.uri)
        assert created["signature"] == "rfc9421"
        await fetch_actor(alpha.instance, strict.actor)
        assert await knocks_at(strict) == [CAVAGE_REFUSED, RFC9421_TAKEN, RFC9421_TAKEN]
        fetches = [
            (one["signature"], one["status"])
            for one in await strict.requests()
            if (one["method"], one["path"]) == ("GET", "/users/carol")
        ]
        assert (fetches[0], fetches[-1]) == (("cavage", 200), ("rfc9421", 200))

        await alice_follows(alpha, carol)
        assert await knocks_at(carol) == [CAVAGE_TAKEN]


async def test_both_ask_for_signatures(
    authority: Authority, settings_of: Callable[..., Settings], quick_keys: None
) -> None:
    """Two servers that show nothing to the unsigned still find each other and exchange posts.

    Carol's server signs all by draft-cavage here, as older ones do.
    """
    settings = settings_of("alpha.test", authorized_fetch=True)
    async with (
        run_live(settings, authority) as alpha,
        fedify_at("closed.test", authority, authorized_fetch=True, first_knock=CAVAGE) as carol,
    ):
        await alpha.user("alice")
        await introduce(alpha, carol)
        for uri in (ALICE, carol.actor):
            unsigned = await alpha.instance.client.get(uri, accept=ACCEPT, signer=None)
            assert unsigned.status == 401, uri

        await alice_follows(alpha, carol)
        await carol_follows(carol)
        await alpha.until_home("alice", await carol.note("Hello"))
        posted = await alpha.post("alice", "Hello yourself")
        await carol.wait_for("Create", object=posted.status.uri)
        await carol.like(posted.status.uri)
        await alpha.until_told("alice", NotificationKind.FAVOURITE)
        assert set(alpha.deliveries_from_outside()) == {CAVAGE_TAKEN}
        assert set(await knocks_at(carol)) == {CAVAGE_TAKEN}
        assert await carol.troubles() == []


async def test_changed_key(alpha: LiveServer, carol: FedifyPeer) -> None:
    """After alice's key was changed, carol's server still believes her, though it knew the old one."""
    await carol_follows(carol)
    await accounts.rotate_key(alpha.instance, await alpha.actor("alice"), by=TERMINAL)
    # As after a quarter of a minute, for which documents are kept.
    alpha.app.state.parts.documents.forget("actor alice")
    await carol.wait_for("Update", actor=ALICE, object=ALICE)
    posted = await alpha.post("alice", "It is still me")
    await carol.wait_for("Create", object=posted.status.uri)
    await alpha.until_figures(waiting=0)


# --- what goes wrong on the way --------------------------------------------------------------------


async def test_carol_cannot_ask_for_our_key(alpha: LiveServer, carol: FedifyPeer) -> None:
    """While carol's server cannot check who we are it refuses us; the delivery waits for that.

    Fedify does not even ask for ten minutes once it could not fetch a key, so one more try is not
    enough.
    """
    await carol.set_hosts({})
    await alpha.follow("alice", carol.handle)
    await alpha.until_figures(waiting=1, tried=1)
    assert await knocks_at(carol) == 1 * [CAVAGE_REFUSED, RFC9421_REFUSED]

    await introduce(alpha, carol)
    await make_due(alpha)
    await alpha.until_figures(waiting=1, tried=2)
    assert await knocks_at(carol) == 2 * [CAVAGE_REFUSED, RFC9421_REFUSED]

    await carol.reset()
    await make_due(alpha)
    await alpha.until_following("alice", carol.actor)
    await alpha.until_figures(waiting=0)
    assert await knocks_at(carol) == [CAVAGE_TAKEN]


async def test_carol_cannot_be_reached(
    authority: Authority,
    settings_of: Callable[..., Settings],
    quick_keys: None,
    fedify: FedifyPeer,
) -> None:
    """What alice posts while carol's server is nowhere waits, and arrives when it is back."""
    settings = settings_of("alpha.test")
    await fedify.reset()
    async with run_live(settings, authority) as alpha:
        await alpha.user("alice")
        await introduce(alpha, fedify)
        await carol_follows(fedify)
        await alpha.until_figures(waiting=0)

    # After a new start alpha has no connection left that would lead to carol all the same.
    async with run_live(settings, authority) as alpha:
        posted = await alpha.post("alice", "Are you there?")
        await alpha.until_figures(waiting=1, tried=1)
        assert posted.status.uri not in {entry["object"] for entry in await fedify.log()}

        await introduce(alpha, fedify)
        await make_due(alpha)
        got = await fedify.wait_for("Create", object=posted.status.uri)
        assert got["content"] == posted.status.content
        await alpha.until_figures(waiting=0)
