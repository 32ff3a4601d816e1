"""Follows across servers: asked for, accepted, refused and ended, from either side."""

from typing import Any

import pytest

from fedlearn.db import follows as db_follows
from fedlearn.domain.audience import Reach
from fedlearn.domain.follows import FollowState
from fedlearn.domain.notifications import NotificationKind
from fedlearn.errors import Invalid
from fedlearn.services import accounts, follows
from tests.federation.network import Network
from tests.federation.peer import Document, Peer, Person
from tests.federation.scenes import count, is_read_by, is_stored, reads, takes, told
from tests.federation.server import Server, make_due, settle

FOLLOWERS = "/users/alice/followers"
FOLLOWING = "/users/alice/following"


async def a_follow(alpha: Server, person: Person, **changes: Any) -> Document:
    """A Follow of alice."""
    return person.activity("Follow", (await alpha.actor("alice")).uri, **changes)


async def lock(alpha: Server, name: str) -> None:
    """Somebody wants to be asked before they are followed."""
    actor = await alpha.actor(name)
    await accounts.change_profile(alpha.instance, actor, name="", bio="", is_locked=True)


async def state_of(alpha: Server, name: str, handle: str) -> FollowState | None:
    """How it stands with a follow by somebody here."""
    follower, followee = await alpha.actor(name), await alpha.find(handle)
    async with alpha.instance.db.read() as connection:
        known = await db_follows.follow_between(connection, follower.id, followee.id)
    return known.state if known else None


async def answer(alpha: Server, name: str, *, accept: bool) -> None:
    """Somebody answers the oldest request to follow them."""
    followee = await alpha.actor(name)
    async with alpha.instance.db.read() as connection:
        request, _ = (await db_follows.pending_followers(connection, followee.id))[0]
    await follows.answer_request(alpha.instance, followee, request.id, accept=accept)
    await settle(alpha)


def about(activity: Document) -> tuple[str, str, str, str]:
    """What a Follow says of itself."""
    return activity["type"], activity["id"], activity["actor"], activity["object"]


# --- they follow us ------------------------------------------------------------------------------


async def test_open_account_accepts_at_once(alpha: Server, bob: Person, peer: Peer) -> None:
    """A Follow of an open account is kept and accepted, with the whole Follow in the Accept.

    Conformance: 158.
    """
    follow = await a_follow(alpha, bob)
    await takes(alpha, bob, follow)
    assert await count(alpha, FOLLOWERS) == 1
    page = (await alpha.get(f"{FOLLOWERS}?page=true")).json()
    assert page["orderedItems"] == [bob.uri]
    assert await told(alpha, "alice") == [(NotificationKind.FOLLOW, "bob@peer.test")]
    accept = peer.got("Accept")[0]
    assert accept["actor"] == follow["object"]
    assert accept["to"] == [bob.uri]
    assert accept["id"].startswith("https://alpha.test/users/alice#accepts/")
    assert about(accept["object"]) == about(follow)
    view = await alpha.post("alice", "for my followers", reach=Reach.FOLLOWERS)
    await settle(alpha)
    assert [one["object"]["id"] for one in peer.got("Create")] == [view.status.uri]


async def test_nobody_is_followed_who_is_not_here(alpha: Server, bob: Person, peer: Peer) -> None:
    """A Follow of somebody unknown, or of another server, gets no answer."""
    for uri in ("https://alpha.test/users/nobody", "https://other.test/users/dave", bob.uri, "x"):
        await takes(alpha, bob, bob.activity("Follow", uri))
    assert peer.received == []


async def test_locked_account_is_asked(alpha: Server, bob: Person, peer: Peer) -> None:
    """A Follow of a locked account waits: until it is approved there is no Accept and nothing to see.

    Conformance: 159.
    """
    await lock(alpha, "alice")
    follow = await a_follow(alpha, bob)
    await takes(alpha, bob, follow)
    view = await alpha.post("alice", "for my followers", reach=Reach.FOLLOWERS)
    await settle(alpha)
    path = view.status.uri.removeprefix("https://alpha.test")
    assert peer.received == []
    assert await count(alpha, FOLLOWERS) == 0
    assert (await bob.get(alpha, path)).status_code == 404
    assert await told(alpha, "alice") == [(NotificationKind.FOLLOW_REQUEST, "bob@peer.test")]
    # Nobody can accept in alice's place.
    await takes(alpha, bob, bob.activity("Accept", follow))
    assert await count(alpha, FOLLOWERS) == 0

    await answer(alpha, "alice", accept=True)
    assert await count(alpha, FOLLOWERS) == 1
    assert [about(one["object"]) for one in peer.got("Accept")] == [about(follow)]
    assert await told(alpha, "alice") == [(NotificationKind.FOLLOW, "bob@peer.test")]
    assert (await bob.get(alpha, path)).status_code == 200


async def test_locked_account_says_no(alpha: Server, bob: Person, peer: Peer) -> None:
    """A request that is refused is answered with a Reject, and forgotten."""
    await lock(alpha, "alice")
    follow = await a_follow(alpha, bob)
    await takes(alpha, bob, follow)
    await answer(alpha, "alice", accept=False)
    assert [about(one["object"]) for one in peer.got("Reject")] == [about(follow)]
    assert peer.got("Accept") == []
    assert await count(alpha, FOLLOWERS) == 0
    assert await told(alpha, "alice") == []


async def test_repeated_follow_is_accepted_anew(alpha: Server, bob: Person, peer: Peer) -> None:
    """Who asks again under another id is answered under that id, and is one follower as before.

    Conformance: 160.
    """
    asked = [await a_follow(alpha, bob) for _ in range(3)]
    for follow in asked:
        await takes(alpha, bob, follow)
    accepted = [one["object"]["id"] for one in peer.got("Accept")]
    assert accepted == [follow["id"] for follow in asked]
    assert len({one["id"] for one in peer.got("Accept")}) == 3
    assert await count(alpha, FOLLOWERS) == 1
    assert await told(alpha, "alice") == [(NotificationKind.FOLLOW, "bob@peer.test")]
    # The newest id counts: undoing it ends the follow.
    await takes(alpha, bob, bob.activity("Undo", asked[-1]["id"]))
    assert await count(alpha, FOLLOWERS) == 0


async def test_who_cannot_be_followed(alpha: Server, bob: Person, peer: Peer) -> None:
    """The instance itself, and accounts that have moved or left, answer with a Reject.

    Conformance: 161.
    """
    await alpha.user("alice")
    instance_actor = alpha.instance.actor.uri
    moved, gone = await alpha.actor("moved"), await alpha.actor("gone")
    async with alpha.instance.db.write() as connection:
        await connection.execute(
            "UPDATE actor SET moved_to = 'https://other.test/users/moved' WHERE id = :id",
            id=moved.id,
        )
        await connection.execute("UPDATE actor SET gone_at = 1 WHERE id = :id", id=gone.id)
    for uri in (instance_actor, moved.uri, gone.uri):
        follow = bob.activity("Follow", uri)
        await takes(alpha, bob, follow)
        reject = peer.got("Reject")[-1]
        assert reject["actor"] == uri
        assert about(reject["object"]) == about(follow)
    assert peer.got("Accept") == []
    await takes(alpha, bob, await a_follow(alpha, bob))
    assert len(peer.got("Accept")) == 1


async def test_ended_follow_ends_what_it_brought(alpha: Server, bob: Person, peer: Peer) -> None:
    """After an Undo of the Follow nothing more is sent there, and followers-only posts are closed."""
    follow = await is_read_by(alpha, "alice", bob)
    view = await alpha.post("alice", "for my followers", reach=Reach.FOLLOWERS)
    await settle(alpha)
    assert len(peer.got("Create")) == 1
    path = view.status.uri.removeprefix("https://alpha.test")
    assert (await bob.get(alpha, path)).status_code == 200
    await takes(alpha, bob, bob.activity("Undo", follow))
    await alpha.post("alice", "who listens?")
    await settle(alpha)
    assert len(peer.got("Create")) == 1
    assert (await bob.get(alpha, path)).status_code == 404


# --- we follow them ------------------------------------------------------------------------------


async def test_accept_by_id_and_by_what_was_asked(
    alpha: Server, peer: Peer, network: Network
) -> None:
    """Our follow counts once it is accepted: told by its id, or by who wanted to follow whom.

    Conformance: 162.
    """
    alice = await alpha.actor("alice")

    def without_its_id(follow: Document) -> Document:
        return {name: value for name, value in follow.items() if name != "id"}

    shapes: list[Any] = [
        lambda follow: follow["id"],
        lambda follow: follow,
        lambda follow: follow | {"id": "https://peer.test/follows/of-our-own"},
        without_its_id,
        lambda follow: {"id": follow["id"], "type": "Follow"},
    ]
    for number, shape in enumerate(shapes):
        person = peer.person(f"person{number}")
        await alpha.follow("alice", person.handle)
        await settle(alpha)
        assert await state_of(alpha, "alice", person.handle) is FollowState.PENDING
        asked = peer.got("Follow")[-1]
        assert about(asked) == ("Follow", asked["id"], alice.uri, person.uri)
        note = person.note()
        await takes(alpha, person, person.activity("Create", note))
        assert not await is_stored(alpha, note["id"])

        await takes(alpha, person, person.activity("Accept", shape(asked)))
        assert await state_of(alpha, "alice", person.handle) is FollowState.ACCEPTED, number
        assert await count(alpha, FOLLOWING) == number + 1
        note = person.note()
        await takes(alpha, person, person.activity("Create", note))
        assert note["id"] in [view.status.uri for view in await alpha.home("alice")]


async def test_accept_that_matches_nothing(alpha: Server, bob: Person, peer: Peer) -> None:
    """An Accept of an unknown Follow, or of one between others, makes no follow."""
    alice, carol = await alpha.actor("alice"), await alpha.actor("carol")
    await alpha.follow("alice", bob.handle)
    await settle(alpha)
    unknown = "https://alpha.test/users/alice#follows/1"
    between = {"type": "Follow", "id": unknown, "actor": carol.uri, "object": bob.uri}
    for offered in (
        unknown,
        between,
        between | {"actor": bob.uri, "object": alice.uri},
        {"id": "x"},
    ):
        await takes(alpha, bob, bob.activity("Accept", offered))
    assert await state_of(alpha, "alice", bob.handle) is FollowState.PENDING
    assert await state_of(alpha, "carol", bob.handle) is None
    assert await count(alpha, FOLLOWING) == 0


async def test_only_the_followed_accept(
    alpha: Server, bob: Person, peer: Peer, network: Network, peer_keys: list[Any]
) -> None:
    """An Accept or Reject by anybody but the one who was asked is ignored.

    Conformance: 163.
    """
    await alpha.follow("alice", bob.handle)
    await settle(alpha)
    asked = peer.got("Follow")[0]
    others = (peer.person("carol"), Peer(network, "other.test", peer_keys[1:]).person("dave"))
    for other in others:
        for offered in (asked["id"], asked, asked | {"object": other.uri}):
            await takes(alpha, other, other.activity("Accept", offered))
            assert await state_of(alpha, "alice", bob.handle) is FollowState.PENDING
            await takes(alpha, other, other.activity("Reject", offered))
            assert await state_of(alpha, "alice", bob.handle) is FollowState.PENDING
    await takes(alpha, bob, bob.activity("Accept", asked))
    assert await state_of(alpha, "alice", bob.handle) is FollowState.ACCEPTED
    for other in others:
        await takes(alpha, other, other.activity("Reject", asked))
    assert await state_of(alpha, "alice", bob.handle) is FollowState.ACCEPTED


@pytest.mark.parametrize("embedded", [True, False])
async def test_reject_ends_our_follow(
    alpha: Server, bob: Person, peer: Peer, *, embedded: bool
) -> None:
    """Who has accepted can change their mind: our follow is over, and their posts stay away.

    Conformance: 164.
    """
    await reads(alpha, "alice", bob)
    note = bob.note()
    await takes(alpha, bob, bob.activity("Create", note))
    assert len(await alpha.home("alice")) == 1
    asked = peer.got("Follow")[0]
    await takes(alpha, bob, bob.activity("Reject", asked if embedded else asked["id"]))
    assert await state_of(alpha, "alice", bob.handle) is None
    assert await count(alpha, FOLLOWING) == 0
    assert await alpha.home("alice") == []
    late = bob.note()
    await takes(alpha, bob, bob.activity("Create", late))
    assert not await is_stored(alpha, late["id"])
    # An Accept that comes after it opens nothing again.
    await takes(alpha, bob, bob.activity("Accept", asked))
    assert await count(alpha, FOLLOWING) == 0


async def test_what_we_take_back_is_sent_whole(alpha: Server, bob: Person, peer: Peer) -> None:
    """Our Accept and our Undo embed the whole Follow: Threads and Misskey do not look it up.

    Conformance: 165.
    """
    follow = await is_read_by(alpha, "alice", bob)
    assert about(peer.got("Accept")[0]["object"]) == about(follow)
    await reads(alpha, "alice", bob)
    asked = peer.got("Follow")[0]
    await alpha.unfollow("alice", bob.handle)
    await settle(alpha)
    undo = peer.got("Undo")[0]
    assert (undo["actor"], undo["to"]) == (asked["actor"], [bob.uri])
    assert undo["id"] != asked["id"]
    assert about(undo["object"]) == about(asked)
    assert await count(alpha, FOLLOWING) == 0
    # A wish that was never answered is taken back in the same way.
    await alpha.follow("alice", bob.handle)
    await alpha.unfollow("alice", bob.handle)
    await settle(alpha)
    assert about(peer.got("Undo")[1]["object"]) == about(peer.got("Follow")[1])


async def test_following_again_asks_again(alpha: Server, bob: Person, peer: Peer) -> None:
    """While a follow waits it may be asked for again; once it is accepted, nothing more is sent."""
    for _ in range(2):
        await alpha.follow("alice", bob.handle)
        await settle(alpha)
    asked = peer.got("Follow")
    assert len(asked) == 2
    assert about(asked[0]) == about(asked[1])
    await takes(alpha, bob, bob.activity("Accept", asked[0]))
    await alpha.follow("alice", bob.handle)
    await settle(alpha)
    assert len(peer.got("Follow")) == 2
    with pytest.raises(Invalid):
        await follows.follow(alpha.instance, await alpha.actor("alice"), await alpha.actor("alice"))


async def test_follow_and_undo_keep_their_order(
    alpha: Server, bob: Person, peer: Peer, network: Network
) -> None:
    """Followed, unfollowed and followed while the other server slept: it hears all in that order."""
    await alpha.user("alice")
    await alpha.find(bob.handle)
    network.unplug("peer.test")
    await alpha.follow("alice", bob.handle)
    await settle(alpha)
    await alpha.unfollow("alice", bob.handle)
    await alpha.follow("alice", bob.handle)
    network.plug_in("peer.test")
    await make_due(alpha)
    await settle(alpha)
    assert [one["type"] for one in peer.received] == ["Follow", "Undo", "Follow"]
    assert peer.received[0]["id"] != peer.received[2]["id"]
    assert await state_of(alpha, "alice", bob.handle) is FollowState.PENDING
