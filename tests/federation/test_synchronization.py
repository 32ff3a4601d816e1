"""Two servers that disagree about who follows whom find out, and agree again (FEP-8fcf)."""

import re
from typing import Any

import httpx
import pytest

from fedlearn.activitypub.synchronization import MOST_FOLLOWERS, digest_of
from fedlearn.db import follows as db_follows
from fedlearn.domain.audience import Reach
from fedlearn.domain.follows import FollowState
from fedlearn.services import statuses
from tests.federation.network import Network
from tests.federation.peer import AS, Document, Peer, Person, signed_headers
from tests.federation.scenes import count, is_read_by, reads, takes
from tests.federation.server import Server, make_due, settle
from tests.federation.wire import check_cavage

HEADER = "collection-synchronization"
PARTIAL = "/users/alice/followers_synchronization"
NOBODY = "0" * 64
FOLLOWING = "/users/alice/following"


def told(request: httpx.Request) -> dict[str, str]:
    """What the header of a request says."""
    return dict(re.findall(r'(\w+)="([^"]*)"', request.headers[HEADER]))


def posts_to(peer: Peer) -> list[httpx.Request]:
    """What was delivered to a peer so far."""
    return [one for one in peer.requests if one.method == "POST"]


# --- we tell them ----------------------------------------------------------------------------------


async def test_digest_goes_with_posts_for_followers(
    alpha: Server, bob: Person, peer: Peer, network: Network, peer_keys: list[Any]
) -> None:
    """A post for followers brings each server the digest of its own people, under the signature.

    Conformance: 91.
    """
    other = Peer(network, "other.test", peer_keys[1:])
    carol, dave = peer.person("carol"), other.person("dave")
    for person in (bob, carol, dave):
        await is_read_by(alpha, "alice", person)
    peer.requests.clear()
    other.requests.clear()
    await alpha.post("alice", "hello", reach=Reach.FOLLOWERS)
    await settle(alpha)
    alice = await alpha.actor("alice")
    for place, people in ((peer, (bob, carol)), (other, (dave,))):
        (request,) = posts_to(place)
        assert told(request) == {
            "collectionId": f"{alice.uri}/followers",
            "url": f"{alice.uri}/followers_synchronization",
            "digest": digest_of(person.uri for person in people),
        }
        pem = (await alpha.get("/users/alice")).json()["publicKey"]["publicKeyPem"]
        assert HEADER in check_cavage(request, pem)


@pytest.mark.parametrize("reach", [Reach.PUBLIC, Reach.UNLISTED, Reach.DIRECT])
async def test_digest_goes_with_nothing_else(
    alpha: Server, bob: Person, peer: Peer, reach: Reach
) -> None:
    """Posts that are for others than followers, and what is no post, come without a digest.

    Conformance: 91.
    """
    await is_read_by(alpha, "alice", bob)
    view = await alpha.post("alice", f"hello {bob.handle}", reach=reach)
    await settle(alpha)
    await statuses.delete_status(alpha.instance, await alpha.actor("alice"), view.id)
    await alpha.follow("alice", bob.handle)
    await settle(alpha)
    kinds = {one["type"] for one in peer.received}
    assert kinds == {"Accept", "Create", "Delete", "Follow"}
    assert not [one for one in peer.requests if HEADER in one.headers]


async def test_digest_is_of_the_moment_of_sending(
    alpha: Server, bob: Person, peer: Peer, network: Network
) -> None:
    """What waited for a server counts those who follow when it goes, and so do edits and deletions."""
    carol = peer.person("carol")
    await is_read_by(alpha, "alice", bob)
    await is_read_by(alpha, "alice", carol)
    network.unplug("peer.test")
    view = await alpha.post("alice", "hello", reach=Reach.FOLLOWERS)
    await settle(alpha)
    network.plug_in("peer.test")
    await takes(alpha, carol, carol.activity("Undo", {"type": "Follow", **_follow(carol)}))
    alice = await alpha.actor("alice")
    await statuses.edit_status(alpha.instance, alice, view.id, "hello again", "")
    await make_due(alpha)
    await settle(alpha)
    await statuses.delete_status(alpha.instance, alice, view.id)
    await settle(alpha)
    digests = [told(one)["digest"] for one in posts_to(peer) if HEADER in one.headers]
    assert digests == [digest_of([bob.uri])] * 3


async def test_too_many_followers_are_not_counted(
    alpha: Server, bob: Person, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody with more followers than the limit posts without a digest."""
    assert MOST_FOLLOWERS == 25_000
    monkeypatch.setattr("fedlearn.outbox.synchronization.MOST_FOLLOWERS", 1)
    for person, has_digest in ((bob, True), (peer.person("carol"), False)):
        await is_read_by(alpha, "alice", person)
        peer.requests.clear()
        await alpha.post("alice", "hello", reach=Reach.FOLLOWERS)
        await settle(alpha)
        assert [HEADER in one.headers for one in posts_to(peer)] == [has_digest]


async def test_partial_followers(
    alpha: Server, bob: Person, peer: Peer, network: Network, peer_keys: list[Any]
) -> None:
    """Which followers live on a server is told to that server, and to nobody who does not sign.

    Conformance: 93.
    """
    other = Peer(network, "other.test", peer_keys[1:])
    dave, erin = other.person("dave"), other.person("erin")
    for person in (bob, dave):
        await is_read_by(alpha, "alice", person)
    for asking, listed in ((bob, [bob.uri]), (peer.person("carol"), [bob.uri]), (erin, [dave.uri])):
        answer = await asking.get(alpha, PARTIAL)
        assert answer.status_code == 200
        document = answer.json()
        assert document["id"] == f"https://alpha.test{PARTIAL}"
        assert document["type"] == "OrderedCollection"
        assert document["orderedItems"] == listed
        assert "no-store" in answer.headers["cache-control"]
    assert (await alpha.get(PARTIAL)).status_code == 401
    forged = signed_headers(dave.key, bob.key_id, host="alpha.test", target=PARTIAL, method="get")
    assert (await alpha.get(PARTIAL, **forged)).status_code == 401
    assert (await bob.get(alpha, PARTIAL.replace("alice", "nobody"))).status_code == 404


# --- they tell us ----------------------------------------------------------------------------------


async def hears(alpha: Server, person: Person, listed: list[str], **changes: str) -> None:
    """A server says who of alpha follows a person of its own; `changes` tampers with the header."""
    url = f"{person.uri}/synchronization"
    person.peer.documents[url] = {
        "@context": AS,
        "id": url,
        "type": "OrderedCollection",
        "orderedItems": listed,
    }
    header = {
        "collectionId": person.followers,
        "url": url,
        "digest": digest_of(listed),
        **changes,
    }
    await takes_with(alpha, person, header)


async def takes_with(alpha: Server, person: Person, header: dict[str, str]) -> None:
    """A post for followers comes with this header."""
    note = person.note(to=[person.followers], cc=[])
    text = ", ".join(f'{name}="{value}"' for name, value in header.items())
    activity = person.activity("Create", note)
    await takes(alpha, person, activity, changes={HEADER: text})


async def test_follow_that_they_do_not_know_is_over(alpha: Server, bob: Person, peer: Peer) -> None:
    """Who is not on the list of the author's server follows no more; who is on it, does.

    Conformance: 95.
    """
    await reads(alpha, "alice", bob)
    await reads(alpha, "dora", bob)
    dora = await alpha.actor("dora")
    await hears(alpha, bob, [dora.uri])
    assert await count(alpha, FOLLOWING) == 0
    assert await count(alpha, "/users/dora/following") == 1
    assert await alpha.home("alice") == []
    assert len(await alpha.home("dora")) == 1
    # It ends here without a word: the other side knows.
    assert peer.got("Undo") == []


async def test_follow_that_we_do_not_know_is_undone(alpha: Server, bob: Person, peer: Peer) -> None:
    """Who is on the list and does not follow has an Undo sent; who only waited is accepted by it.

    Conformance: 95.
    """
    alice, dora = await alpha.actor("alice"), await alpha.actor("dora")
    await alpha.follow("alice", bob.handle)
    await settle(alpha)
    nobody = "https://alpha.test/users/nobody"
    await hears(alpha, bob, [alice.uri, dora.uri, nobody, bob.uri])
    (undo,) = peer.got("Undo")
    assert undo["actor"] == dora.uri
    follow = undo["object"]
    assert (follow["type"], follow["actor"], follow["object"]) == ("Follow", dora.uri, bob.uri)
    assert await count(alpha, FOLLOWING) == 1


async def test_agreement_asks_for_nothing(alpha: Server, bob: Person, peer: Peer) -> None:
    """A digest that is ours leads to no request; without a header nothing is compared at all."""
    await reads(alpha, "alice", bob)
    alice = await alpha.actor("alice")
    await hears(alpha, bob, [alice.uri])
    await takes(alpha, bob, bob.activity("Create", bob.note()))
    assert peer.asked_for("/users/bob/synchronization") == 0
    assert await count(alpha, FOLLOWING) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"collectionId": "https://peer.test/users/carol/followers"},
        {"collectionId": "https://peer.test/users/bob/following"},
        {"url": "https://other.test/users/bob/synchronization"},
        {"url": "https://peer.test:8443/users/bob/synchronization"},
        {"url": "not an address"},
        {"digest": "short"},
    ],
)
async def test_header_about_others_is_ignored(
    alpha: Server, bob: Person, peer: Peer, network: Network, changes: dict[str, str]
) -> None:
    """What is said of another collection, or listed on another origin, is not even looked at.

    Conformance: 94.
    """
    await reads(alpha, "alice", bob)
    before = len([one for one in network.exchanges if one.request.method == "GET"])
    await hears(alpha, bob, [], **changes)
    assert len([one for one in network.exchanges if one.request.method == "GET"]) == before
    assert await count(alpha, FOLLOWING) == 1
    await hears(alpha, bob, [])
    assert await count(alpha, FOLLOWING) == 0


async def test_list_with_another_digest_changes_nothing(
    alpha: Server, bob: Person, peer: Peer
) -> None:
    """A list that is not the one of the header, or is not there, ends no follow.

    Conformance: 95.
    """
    await reads(alpha, "alice", bob)
    dora = await alpha.actor("dora")
    await hears(alpha, bob, [dora.uri], digest=digest_of(["https://alpha.test/users/erin"]))
    await hears(alpha, bob, [], url="https://peer.test/users/bob/nothing")
    assert await count(alpha, FOLLOWING) == 1
    assert peer.got("Undo") == []
    assert peer.asked_for("/users/bob/synchronization") == 1


async def test_list_in_pages(alpha: Server, bob: Person, peer: Peer) -> None:
    """A list may come in pages; one that goes in circles or astray is not all that was told."""
    await reads(alpha, "alice", bob)
    await reads(alpha, "dora", bob)
    dora = await alpha.actor("dora")
    url, pages = f"{bob.uri}/list", [f"{bob.uri}/list/{number}" for number in range(3)]
    header = {"collectionId": bob.followers, "url": url, "digest": digest_of([dora.uri])}

    def collection(uri: str, kind: str, **facts: Any) -> None:
        peer.documents[uri] = {"@context": AS, "id": uri, "type": kind, **facts}

    collection(url, "Collection", first=pages[0])
    collection(pages[0], "CollectionPage", items=[], next=pages[1])
    for astray in (pages[0], "https://other.test/page", 7):
        collection(pages[1], "CollectionPage", items=[], next=astray)
        await takes_with(alpha, bob, header)
        assert await count(alpha, FOLLOWING) == 1
    collection(pages[1], "CollectionPage", items=dora.uri)
    await takes_with(alpha, bob, header)
    assert await count(alpha, FOLLOWING) == 0
    assert await count(alpha, "/users/dora/following") == 1


async def test_two_servers_agree_again(alpha: Server, beta: Server) -> None:
    """A follow that alpha has lost is undone on beta's side by the next post for followers.

    Conformance: 95.
    """
    await alpha.user("alice")
    for name in ("bob", "carol"):
        await beta.user(name)
        await beta.follow(name, "@alice@alpha.test")
    await settle(alpha, beta)
    bob, alice = await alpha.find("@bob@beta.test"), await alpha.actor("alice")
    async with alpha.instance.db.write() as connection:
        lost = await db_follows.follow_between(connection, bob.id, alice.id)
        assert lost is not None
        await db_follows.delete_follow(connection, lost.id)
    await alpha.post("alice", "hello", reach=Reach.FOLLOWERS)
    await settle(alpha, beta)
    assert await _state(beta, "bob", "@alice@alpha.test") is None
    assert await _state(beta, "carol", "@alice@alpha.test") is FollowState.ACCEPTED
    # The other way round: carol's server forgets, and says so when it is told that she follows.
    async with beta.instance.db.write() as connection:
        await connection.execute("DELETE FROM follow")
    assert await count(alpha, "/users/alice/followers") == 1
    await alpha.post("alice", "hello again", reach=Reach.FOLLOWERS)
    await settle(alpha, beta)
    assert await count(alpha, "/users/alice/followers") == 0


async def _state(server: Server, name: str, handle: str) -> FollowState | None:
    follower, followee = await server.actor(name), await server.find(handle)
    async with server.instance.db.read() as connection:
        known = await db_follows.follow_between(connection, follower.id, followee.id)
    return known.state if known else None


def _follow(person: Person) -> Document:
    return {"actor": person.uri, "object": "https://alpha.test/users/alice"}
