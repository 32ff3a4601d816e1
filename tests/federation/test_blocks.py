"""Blocks across servers: by somebody elsewhere, by somebody here, and taken back again."""

import re

import pytest

from fedlearn.db import blocks as db_blocks
from fedlearn.db import follows as db_follows
from fedlearn.db import notifications as db_notifications
from fedlearn.domain.audience import Reach
from fedlearn.domain.notifications import NotificationKind
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import blocks, boosts, favourites, follows
from tests.federation.browser import sign_in
from tests.federation.peer import Document, Peer, Person
from tests.federation.scenes import count, is_read_by, is_stored, reads, takes, told
from tests.federation.server import Server, settle

CSRF = re.compile(r'name="csrf" value="(\w+)"')
FOLLOWERS = "/users/alice/followers"
FOLLOWING = "/users/alice/following"


async def a_block(alpha: Server, person: Person) -> Document:
    """A Block of alice."""
    return person.activity("Block", (await alpha.actor("alice")).uri, to=[], cc=[])


async def blocks_alice(alpha: Server, uri: str) -> bool:
    """Whether an actor is known to block alice."""
    blocker, alice = await alpha.known(uri), await alpha.actor("alice")
    async with alpha.instance.db.read() as connection:
        return blocker is not None and await db_blocks.is_blocked(connection, blocker.id, alice.id)


async def alice_blocks(alpha: Server, person: Person) -> None:
    """Alice blocks somebody, and what follows from it is sent."""
    actor = await alpha.find(person.handle)
    await blocks.block(alpha.instance, await alpha.actor("alice"), actor)
    await settle(alpha)


# --- they block us ---------------------------------------------------------------------------------


async def test_block_ends_both_follows_and_hides_posts(alpha: Server, bob: Person) -> None:
    """Who is blocked from elsewhere reads and is read no more, and all that they were told is gone.

    Conformance: 166.
    """
    await reads(alpha, "alice", bob)
    await is_read_by(alpha, "alice", bob)
    note = bob.note(to=[bob.followers], cc=[])
    await takes(alpha, bob, bob.activity("Create", note))
    assert len(await alpha.home("alice")) == 1
    block = await a_block(alpha, bob)
    await takes(alpha, bob, block)
    assert await count(alpha, FOLLOWERS) == await count(alpha, FOLLOWING) == 0
    assert await alpha.home("alice") == []
    assert await alpha.seen_by("alice", note["id"]) is None
    assert await told(alpha, "alice") == []
    # The same the other way round: what alice writes is not for bob.
    post = await alpha.post("alice", "hello")
    path = post.status.uri.removeprefix("https://alpha.test")
    assert (await bob.get(alpha, path)).status_code == 404
    assert (await alpha.get(path)).status_code == 200


async def test_undone_block_lets_follow_again(alpha: Server, bob: Person, peer: Peer) -> None:
    """An Undo of a Block opens what is public, and makes following possible; it restores no follow.

    Conformance: 166.
    """
    await reads(alpha, "alice", bob)
    note = bob.note()
    await takes(alpha, bob, bob.activity("Create", note))
    for undone in ("whole", "by id", "without an id"):
        block = await a_block(alpha, bob)
        await takes(alpha, bob, block)
        assert await alpha.seen_by("alice", note["id"]) is None
        about = {"whole": block, "by id": block["id"], "without an id": {**block, "id": None}}
        await takes(alpha, bob, bob.activity("Undo", about[undone], to=[], cc=[]))
        assert await alpha.seen_by("alice", note["id"]) is not None, undone
    assert await count(alpha, FOLLOWING) == 0
    await reads(alpha, "alice", bob)
    assert await count(alpha, FOLLOWING) == 1


async def test_nobody_blocks_or_unblocks_for_another(
    alpha: Server, bob: Person, peer: Peer
) -> None:
    """A Block in another's name is refused, and an Undo by somebody else changes nothing."""
    carol = peer.person("carol")
    block = await a_block(alpha, bob)
    assert (await carol.deliver(alpha, block)).status_code == 401
    await settle(alpha)
    assert not await blocks_alice(alpha, bob.uri)
    await takes(alpha, bob, block)
    assert await blocks_alice(alpha, bob.uri)
    for about in (block, block["id"], {**block, "actor": carol.uri}):
        await takes(alpha, carol, carol.activity("Undo", about))
        assert await blocks_alice(alpha, bob.uri)


async def test_block_that_was_undone_first(alpha: Server, bob: Person) -> None:
    """A Block that comes after its own Undo takes no effect; another one does."""
    block = await a_block(alpha, bob)
    await takes(alpha, bob, bob.activity("Undo", block["id"]))
    await takes(alpha, bob, block)
    assert not await blocks_alice(alpha, bob.uri)
    await takes(alpha, bob, await a_block(alpha, bob))
    assert await blocks_alice(alpha, bob.uri)


async def test_block_of_nobody_here(alpha: Server, bob: Person, peer: Peer) -> None:
    """A Block of somebody elsewhere is none of our business."""
    carol = peer.person("carol")
    await alpha.find(carol.handle)
    await takes(alpha, bob, bob.activity("Block", carol.uri))
    async with alpha.instance.db.read() as connection:
        found = await connection.fetch_all("SELECT uri FROM block")
    assert list(found) == []


# --- we block them ---------------------------------------------------------------------------------


async def test_our_block_is_told(alpha: Server, bob: Person, peer: Peer) -> None:
    """Whom alice blocks hears the end of both follows and the Block, and the Undo of it later."""
    await reads(alpha, "alice", bob)
    follow = await is_read_by(alpha, "alice", bob)
    await alice_blocks(alpha, bob)
    alice = await alpha.actor("alice")
    assert await count(alpha, FOLLOWERS) == await count(alpha, FOLLOWING) == 0
    assert peer.got("Undo")[0]["object"]["type"] == "Follow"
    assert peer.got("Reject")[0]["object"]["id"] == follow["id"]
    block = peer.got("Block")[0]
    assert (block["actor"], block["object"], block["to"]) == (alice.uri, bob.uri, [bob.uri])
    await blocks.unblock(alpha.instance, alice, await alpha.find(bob.handle))
    await settle(alpha)
    undo = peer.got("Undo")[-1]
    assert undo["object"] == {key: block[key] for key in block if key != "@context"}
    assert [one["type"] for one in peer.received][-2:] == ["Block", "Undo"]


async def test_follow_by_a_blocked_actor_is_rejected(
    alpha: Server, bob: Person, peer: Peer
) -> None:
    """Who is blocked may not follow, whoever else may; once unblocked they may again.

    Conformance: 161.
    """
    alice, carol = await alpha.actor("alice"), peer.person("carol")
    await alice_blocks(alpha, bob)
    await takes(alpha, bob, bob.activity("Follow", alice.uri))
    assert [one["object"]["actor"] for one in peer.got("Reject")] == [bob.uri]
    assert peer.got("Accept") == []
    assert await told(alpha, "alice") == []
    await takes(alpha, carol, carol.activity("Follow", alice.uri))
    assert [one["object"]["actor"] for one in peer.got("Accept")] == [carol.uri]
    await blocks.unblock(alpha.instance, alice, await alpha.find(bob.handle))
    await takes(alpha, bob, bob.activity("Follow", alice.uri))
    assert await count(alpha, FOLLOWERS) == 2


async def test_blocked_reader_gets_no_post(alpha: Server, bob: Person, peer: Peer) -> None:
    """A post for followers is served to a follower, and not once that follower is blocked.

    Conformance: 30.
    """
    carol = peer.person("carol")
    await is_read_by(alpha, "alice", bob)
    await is_read_by(alpha, "alice", carol)
    post = await alpha.post("alice", "for my followers", reach=Reach.FOLLOWERS)
    path = post.status.uri.removeprefix("https://alpha.test")
    assert (await bob.get(alpha, path)).status_code == 200
    await alice_blocks(alpha, bob)
    assert (await bob.get(alpha, path)).status_code == 404
    assert (await carol.get(alpha, path)).status_code == 200


async def test_what_a_blocked_actor_does_counts_for_nothing(
    alpha: Server, bob: Person, peer: Peer
) -> None:
    """A blocked actor's likes, boosts, answers and mentions are ignored; those of others count."""
    carol = peer.person("carol")
    post = await alpha.post("alice", "hello")
    await alice_blocks(alpha, bob)
    alice, uri = await alpha.actor("alice"), post.status.uri
    for person in (bob, carol):
        note = person.note(inReplyTo=uri, cc=[alice.uri], tag=[_mention(alice.uri)])
        await takes(alpha, person, person.activity("Like", uri))
        await takes(alpha, person, person.activity("Announce", uri))
        await takes(alpha, person, person.activity("Create", note))
        assert await is_stored(alpha, note["id"]) is (person is carol)
    view = await alpha.seen_by("alice", uri)
    assert view
    assert (view.favourites, view.boosts, view.replies) == (1, 1, 1)
    kinds = {NotificationKind.FAVOURITE, NotificationKind.BOOST, NotificationKind.MENTION}
    assert {kind for kind, _ in await told(alpha, "alice")} == kinds
    assert {acct for _, acct in await told(alpha, "alice")} == {"carol@peer.test"}


async def test_posts_of_the_blocked_stay_away(alpha: Server, bob: Person, peer: Peer) -> None:
    """Whoever boosts it, a post of a blocked actor is on no timeline of hers; others read it."""
    carol = peer.person("carol")
    for name in ("alice", "dora"):
        await reads(alpha, name, carol)
    await reads(alpha, "dora", bob)
    note = bob.note()
    await takes(alpha, bob, bob.activity("Create", note))
    await takes(alpha, carol, carol.activity("Announce", note["id"]))
    assert len(await alpha.home("alice")) == 1
    await alice_blocks(alpha, bob)
    assert await alpha.home("alice") == []
    assert len(await alpha.home("dora")) == 2


async def test_block_between_neighbours(alpha: Server, peer: Peer) -> None:
    """Two people of one server who are apart neither follow nor see nor answer each other."""
    alice, dora = await alpha.actor("alice"), await alpha.actor("dora")
    post = await alpha.post("alice", "hello")
    await follows.follow(alpha.instance, dora, alice)
    await favourites.favourite(alpha.instance, dora, post.id)
    await blocks.block(alpha.instance, alice, dora)
    await blocks.block(alpha.instance, alice, dora)
    assert await told(alpha, "alice") == []
    assert await alpha.home("dora") == []
    assert await alpha.seen_by("dora", post.status.uri) is None
    await alpha.post("dora", "hello @alice")
    assert await told(alpha, "alice") == []
    async with alpha.instance.db.read() as connection:
        assert await db_notifications.count_unread(connection, alice.id) == 0
    for refused in (
        follows.follow(alpha.instance, dora, alice),
        follows.follow(alpha.instance, alice, dora),
        boosts.boost(alpha.instance, dora, post.id),
        favourites.favourite(alpha.instance, dora, post.id),
    ):
        with pytest.raises((Invalid, NotFound)):
            await refused
    with pytest.raises(Invalid):
        await blocks.block(alpha.instance, alice, alice)
    await blocks.unblock(alpha.instance, alice, dora)
    assert await alpha.seen_by("dora", post.status.uri) is not None
    assert peer.received == []


async def test_block_by_the_form(alpha: Server, bob: Person, peer: Peer) -> None:
    """A person blocks and unblocks on a profile; without their own session's token nothing happens."""
    browser = await sign_in(alpha, "alice")
    actor = await alpha.find(bob.handle)
    await reads(alpha, "alice", bob)
    profile, act = f"/@{actor.acct}", f"/actors/{actor.id}"
    assert (await browser.post(f"{act}/block", data={"csrf": "x"})).status_code == 403
    assert (await alpha.http.post(f"{act}/block", data={})).status_code in {401, 403}
    assert peer.got("Block") == []
    for deed, offered in (("block", "unblock"), ("unblock", "block")):
        csrf = CSRF.findall((await browser.get(profile)).text)[0]
        answer = await browser.post(f"{act}/{deed}", data={"csrf": csrf})
        assert (answer.status_code, answer.headers["location"]) == (303, profile)
        page = (await browser.get(profile)).text
        assert f"{act}/{offered}" in page
        assert (f"{act}/follow" in page) is (offered == "block")
    await settle(alpha)
    assert [one["type"] for one in peer.received if one["type"] != "Follow"] == [
        "Undo",
        "Block",
        "Undo",
    ]


async def test_two_servers_keep_two_people_apart(alpha: Server, beta: Server) -> None:
    """A block made on alpha ends the follows on beta, too."""
    await alpha.user("alice")
    await beta.user("bob")
    await alpha.follow("alice", "@bob@beta.test")
    await beta.follow("bob", "@alice@alpha.test")
    await settle(alpha, beta)
    await blocks.block(
        alpha.instance, await alpha.actor("alice"), await alpha.find("@bob@beta.test")
    )
    await settle(alpha, beta)
    bob, alice = await beta.actor("bob"), await beta.find("@alice@alpha.test")
    async with beta.instance.db.read() as connection:
        assert await db_follows.count_follows(connection, bob.id) == (0, 0)
        assert await db_blocks.is_blocked(connection, alice.id, bob.id)
    with pytest.raises(Invalid):
        await beta.follow("bob", "@alice@alpha.test")


def _mention(uri: str) -> Document:
    return {"type": "Mention", "href": uri, "name": "@alice@alpha.test"}
