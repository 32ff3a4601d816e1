"""Accounts that move to another server, in and out, and take their followers along."""

from typing import Any

import pytest

from fedlearn.domain.ids import DAY_MS
from fedlearn.errors import Invalid
from fedlearn.services import blocks, follows, moving
from tests.federation.network import Network
from tests.federation.peer import Document, Peer, Person
from tests.federation.scenes import count, is_read_by, reads, takes
from tests.federation.server import Server, make_due, settle

FOLLOWING = "/users/alice/following"
EIGHT_DAYS = 8 * DAY_MS


@pytest.fixture
def robin(network: Network, peer_keys: list[Any]) -> Person:
    """Where bob moves to."""
    return Peer(network, "new.test", peer_keys[1:]).person("robin")


def agree(origin: Person, target: Person) -> None:
    """The two accounts say of each other that they are one."""
    origin.changes["movedTo"] = target.uri
    target.changes["alsoKnownAs"] = [origin.uri]


def a_move(person: Person, target: str, **changes: Any) -> Document:
    """A Move to another account."""
    return person.activity("Move", person.uri, target=target, to=[person.followers], **changes)


async def follows_whom(server: Server, name: str) -> list[str]:
    """Whom somebody here follows, accepted by them or not."""
    actor = await server.actor(name)
    async with server.instance.db.read() as connection:
        found = await connection.fetch_all(
            "SELECT a.uri FROM follow f JOIN actor a ON a.id = f.followee_id"
            " WHERE f.follower_id = :id ORDER BY a.uri",
            id=actor.id,
        )
    return [row["uri"] for row in found]


async def as_if_it_were_long_ago(server: Server) -> None:
    """Whoever moved did so more than a week ago."""
    async with server.instance.db.write() as connection:
        await connection.execute(
            "UPDATE actor SET moved_at = moved_at - :while", **{"while": EIGHT_DAYS}
        )


# --- they move -------------------------------------------------------------------------------------


async def test_followers_go_along(alpha: Server, bob: Person, robin: Person, peer: Peer) -> None:
    """Who followed the old account asks to follow the new one, and follows the old one no more.

    Conformance: 167.
    """
    for name in ("alice", "dora"):
        await reads(alpha, name, bob)
    agree(bob, robin)
    await takes(alpha, bob, a_move(bob, robin.uri))
    for name in ("alice", "dora"):
        assert await follows_whom(alpha, name) == [robin.uri]
    asked = {one["actor"] for one in robin.peer.got("Follow")}
    left = {one["actor"] for one in peer.got("Undo")}
    assert asked == left == {"https://alpha.test/users/alice", "https://alpha.test/users/dora"}
    moved = await alpha.known(bob.uri)
    assert moved
    with pytest.raises(Invalid):
        await follows.follow(alpha.instance, await alpha.actor("alice"), moved)


async def test_both_must_say_so_now(alpha: Server, bob: Person, robin: Person, peer: Peer) -> None:
    """What was fetched earlier does not count, nor does the word of one side alone.

    Conformance: 167.
    """
    await reads(alpha, "alice", bob)
    agree(bob, robin)
    # Known as it should be, but changed since.
    await alpha.find(robin.handle)
    del robin.changes["alsoKnownAs"]
    await takes(alpha, bob, a_move(bob, robin.uri))
    robin.changes["alsoKnownAs"] = [peer.person("carol").uri, robin.uri]
    await takes(alpha, bob, a_move(bob, robin.uri))
    robin.changes["alsoKnownAs"] = bob.uri
    bob.changes["movedTo"] = peer.person("carol").uri
    await takes(alpha, bob, a_move(bob, robin.uri))
    del bob.changes["movedTo"]
    await takes(alpha, bob, a_move(bob, robin.uri))
    assert await follows_whom(alpha, "alice") == [bob.uri]
    bob.changes["movedTo"] = robin.uri
    await takes(alpha, bob, a_move(bob, robin.uri))
    assert await follows_whom(alpha, "alice") == [robin.uri]


async def test_nobody_moves_somebody_else(
    alpha: Server, bob: Person, robin: Person, peer: Peer
) -> None:
    """A Move of another account, or to nowhere, changes nothing; nor does one that nobody signed.

    Conformance: 167.
    """
    await reads(alpha, "alice", bob)
    agree(bob, robin)
    carol = peer.person("carol", movedTo=robin.uri)
    move = a_move(bob, robin.uri)
    await takes(alpha, carol, {**move, "id": f"{carol.uri}#1", "actor": carol.uri})
    await takes(alpha, bob, a_move(bob, robin.uri) | {"object": carol.uri})
    await takes(alpha, bob, a_move(bob, bob.uri))
    await takes(alpha, bob, a_move(bob, "https://nowhere.test/users/bob"))
    await takes(alpha, bob, {key: move[key] for key in move if key not in {"target", "id"}})
    assert (await carol.deliver(alpha, move)).status_code == 401
    assert await follows_whom(alpha, "alice") == [bob.uri]


async def test_second_move_must_wait(alpha: Server, bob: Person, robin: Person, peer: Peer) -> None:
    """Within a week after one Move another is ignored; later it counts.

    Conformance: 167.
    """
    await reads(alpha, "alice", bob)
    carol = peer.person("carol")
    agree(bob, robin)
    await takes(alpha, bob, a_move(bob, robin.uri))
    await follows.unfollow(
        alpha.instance, await alpha.actor("alice"), await alpha.find(robin.handle)
    )
    del bob.changes["movedTo"]
    await takes(alpha, bob, bob.activity("Update", bob.document()))
    await reads(alpha, "dora", bob)
    agree(bob, carol)
    await takes(alpha, bob, a_move(bob, carol.uri))
    assert await follows_whom(alpha, "dora") == [bob.uri]
    await as_if_it_were_long_ago(alpha)
    await takes(alpha, bob, a_move(bob, carol.uri))
    assert await follows_whom(alpha, "dora") == [carol.uri]


async def test_move_to_somebody_here(alpha: Server, bob: Person, peer: Peer) -> None:
    """Somebody comes to this server: followers here follow them at once, and they not themselves."""
    await reads(alpha, "alice", bob)
    await reads(alpha, "bobby", bob)
    await moving.set_alias(alpha.instance, await alpha.actor("bobby"), bob.handle, is_alias=True)
    bobby = await alpha.actor("bobby")
    bob.changes["movedTo"] = bobby.uri
    await takes(alpha, bob, a_move(bob, bobby.uri))
    assert await follows_whom(alpha, "alice") == [bobby.uri]
    assert await follows_whom(alpha, "bobby") == []
    assert await count(alpha, "/users/bobby/followers") == 1


async def test_blocked_account_gets_no_followers(alpha: Server, bob: Person, robin: Person) -> None:
    """Who has blocked the new account follows neither; everybody else goes along."""
    for name in ("alice", "dora"):
        await reads(alpha, name, bob)
    await blocks.block(alpha.instance, await alpha.actor("alice"), await alpha.find(robin.handle))
    agree(bob, robin)
    await takes(alpha, bob, a_move(bob, robin.uri))
    assert await follows_whom(alpha, "alice") == []
    assert await follows_whom(alpha, "dora") == [robin.uri]


# --- we move ---------------------------------------------------------------------------------------


async def test_alias_is_shown_and_told(alpha: Server, bob: Person, peer: Peer) -> None:
    """An alias stands in the actor, followers' servers hear of it, and it can be taken away."""
    await is_read_by(alpha, "alice", bob)
    carol = peer.person("carol")
    for is_alias in (True, False):
        alice = await alpha.actor("alice")
        for _ in range(2):
            await moving.set_alias(alpha.instance, alice, carol.handle, is_alias=is_alias)
            alice = await alpha.actor("alice")
        await settle(alpha)
        expected = [carol.uri] if is_alias else []
        assert peer.got("Update")[-1]["object"]["alsoKnownAs"] == expected
    assert len(peer.got("Update")) == 2
    for handle in ("alice", "not a handle", "@"):
        with pytest.raises(Invalid):
            await moving.set_alias(alpha.instance, alice, handle, is_alias=True)


async def test_aliases_chosen_at_once_are_both_kept(alpha: Server, peer: Peer) -> None:
    """What one window says of other accounts does not undo what another has said meanwhile."""
    alice, others = await alpha.actor("alice"), [peer.person(name) for name in ("carol", "dan")]
    for other in others:
        await moving.set_alias(alpha.instance, alice, other.handle, is_alias=True)
    known = (await alpha.actor("alice")).profile.also_known_as
    assert known == tuple(other.uri for other in others)
    await moving.drop_alias(alpha.instance, alice, others[0].uri)
    assert (await alpha.actor("alice")).profile.also_known_as == (others[1].uri,)


async def test_our_move_is_told(alpha: Server, bob: Person, robin: Person, peer: Peer) -> None:
    """Who moves away says so in the actor and by Move; nobody can follow the old account any more.

    Conformance: 161.
    """
    await is_read_by(alpha, "alice", bob)
    await alpha.follow("dora", "alice@alpha.test")
    alice = await alpha.actor("alice")
    with pytest.raises(Invalid):
        await moving.move(alpha.instance, alice, robin.handle)
    robin.changes["alsoKnownAs"] = [alice.uri]
    await moving.move(alpha.instance, alice, robin.handle)
    await settle(alpha)
    assert (await alpha.get("/users/alice")).json()["movedTo"] == robin.uri
    assert peer.got("Update")[-1]["object"]["movedTo"] == robin.uri
    # The actor that others look up may be shown as it was for some seconds.
    assert peer.got("Move") == []
    await make_due(alpha)
    await settle(alpha)
    (move,) = peer.got("Move")
    assert (move["actor"], move["object"], move["target"]) == (alice.uri, alice.uri, robin.uri)
    assert move["to"] == [f"{alice.uri}/followers"]
    assert await follows_whom(alpha, "dora") == [robin.uri]
    await takes(alpha, bob, bob.activity("Follow", alice.uri))
    assert [one["object"]["actor"] for one in peer.got("Reject")] == [bob.uri]
    with pytest.raises(Invalid):
        await alpha.follow("dora", "alice@alpha.test")
    page = await alpha.get("/@alice", "text/html")
    assert "has moved to" in page.text
    assert robin.document()["url"] in page.text


async def test_alias_whose_server_is_gone(alpha: Server, network: Network, robin: Person) -> None:
    """An alias can be taken away when nobody answers there any more; a stranger's is left."""
    alice = await alpha.actor("alice")
    await moving.set_alias(alpha.instance, alice, robin.handle, is_alias=True)
    network.unplug("new.test")
    for uri, left in (("https://new.test/other", [robin.uri]), (robin.uri, [])):
        await moving.drop_alias(alpha.instance, await alpha.actor("alice"), uri)
        assert list((await alpha.actor("alice")).profile.also_known_as) == left


async def test_coming_back(alpha: Server, bob: Person, robin: Person, peer: Peer) -> None:
    """Who comes back can be followed again, says so to others, and moves no earlier for that."""
    await is_read_by(alpha, "alice", bob)
    alice = await alpha.actor("alice")
    robin.changes["alsoKnownAs"] = [alice.uri]
    await moving.move(alpha.instance, alice, robin.handle)
    await moving.come_back(alpha.instance, await alpha.actor("alice"))
    await make_due(alpha)
    await settle(alpha)
    assert peer.got("Move") == []
    assert "movedTo" not in peer.got("Update")[-1]["object"]
    await alpha.follow("dora", "alice@alpha.test")
    with pytest.raises(Invalid):
        await moving.move(alpha.instance, await alpha.actor("alice"), robin.handle)


async def test_our_second_move_must_wait(alpha: Server, bob: Person, robin: Person) -> None:
    """Who has moved cannot move again within a week, nor to themselves or a moved account."""
    alice = await alpha.actor("alice")
    for target in (bob, robin):
        target.changes["alsoKnownAs"] = [alice.uri]
    with pytest.raises(Invalid):
        await moving.move(alpha.instance, alice, "alice")
    bob.changes["movedTo"] = robin.uri
    with pytest.raises(Invalid):
        await moving.move(alpha.instance, alice, bob.handle)
    del bob.changes["movedTo"]
    await moving.move(alpha.instance, alice, bob.handle)
    with pytest.raises(Invalid):
        await moving.move(alpha.instance, await alpha.actor("alice"), robin.handle)
    await as_if_it_were_long_ago(alpha)
    await moving.move(alpha.instance, await alpha.actor("alice"), robin.handle)
    assert (await alpha.actor("alice")).profile.moved_to == robin.uri


async def test_move_between_two_servers(alpha: Server, beta: Server, gamma: Server) -> None:
    """Alice goes from alpha to beta, and carol on gamma, who follows her, finds her there.

    Conformance: 167.
    """
    await alpha.user("alice")
    await beta.user("alice")
    await gamma.user("carol")
    await gamma.follow("carol", "@alice@alpha.test")
    await settle(alpha, beta, gamma)
    there = await beta.actor("alice")
    await moving.set_alias(beta.instance, there, "@alice@alpha.test", is_alias=True)
    await moving.move(alpha.instance, await alpha.actor("alice"), "@alice@beta.test")
    _forget_documents(alpha, beta)
    await make_due(alpha)
    await settle(alpha, beta, gamma)
    assert await follows_whom(gamma, "carol") == [there.uri]
    assert await count(alpha, "/users/alice/followers") == 0
    assert await count(beta, "/users/alice/followers") == 1
    view = await beta.post("alice", "hello from here")
    await settle(alpha, beta, gamma)
    assert [one.status.uri for one in await gamma.home("carol")] == [view.status.uri]


def _forget_documents(*servers: Server) -> None:
    """Pretend that the seconds have passed for which documents are kept."""
    for server in servers:
        server.app.state.parts.documents.forget("actor alice")
