"""Relays, which pass public posts on: an inbox in the way of Mastodon, an actor in that of LitePub."""

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.policies import Policy
from fedlearn.domain.relays import RelayState
from fedlearn.domain.roles import TERMINAL
from fedlearn.errors import FetchError, Invalid, NotFound
from fedlearn.services import measures, moderation, relays, statuses
from tests.federation.network import Network
from tests.federation.peer import PUBLIC, Document, Peer, Person
from tests.federation.scenes import is_stored, takes
from tests.federation.server import Server, settle
from tests.federation.signed import ld_signed

INSTANCE = "https://alpha.test/actor"
INBOX = "https://relay.test/inbox"


@pytest.fixture
def relay(network: Network, peer_keys: list[RSAPrivateKey]) -> Person:
    """The actor of a relay at relay.test."""
    peer = Peer(network, "relay.test", peer_keys[2:])
    return peer.person("relay", type="Application")


@pytest.fixture
def carol(network: Network, peer_keys: list[RSAPrivateKey]) -> Person:
    """Somebody at far.test, whom nobody here follows."""
    return Peer(network, "far.test", peer_keys[1:]).person("carol")


async def joins(alpha: Server, relay: Person, url: str = INBOX) -> Document:
    """The server takes part in a relay, which has accepted; the Follow that it got."""
    await relays.add_relay(alpha.instance, url)
    await settle(alpha)
    follow = relay.peer.got("Follow")[-1]
    await takes(alpha, relay, relay.activity("Accept", follow))
    return follow


async def state_of(alpha: Server) -> RelayState:
    """How it stands with the only relay."""
    return (await relays.all_relays(alpha.instance))[0].state


# --- joining and leaving -------------------------------------------------------------------------


async def test_relay_is_asked_and_left(alpha: Server, relay: Person) -> None:
    """The instance follows the public collection, is accepted by the Follow's id, and undoes it."""
    follow = await joins(alpha, relay)
    assert follow["actor"] == INSTANCE
    assert follow["object"] == PUBLIC
    assert [one.url.path for one in relay.peer.requests if one.method == "POST"] == ["/inbox"]
    assert await state_of(alpha) is RelayState.ACCEPTED
    with pytest.raises(Invalid):
        await relays.add_relay(alpha.instance, INBOX)

    await relays.remove_relay(alpha.instance, INBOX)
    await settle(alpha)
    undo = relay.peer.got("Undo")[0]
    assert undo["object"].items() >= {"id": follow["id"], "type": "Follow"}.items()
    assert await relays.all_relays(alpha.instance) == []
    with pytest.raises(NotFound):
        await relays.remove_relay(alpha.instance, INBOX)


async def test_answer_by_the_id_alone(alpha: Server, relay: Person) -> None:
    """An Accept or Reject that names only the Follow's id is understood."""
    await relays.add_relay(alpha.instance, INBOX)
    await settle(alpha)
    uri = relay.peer.got("Follow")[0]["id"]
    await takes(alpha, relay, relay.activity("Accept", uri))
    assert await state_of(alpha) is RelayState.ACCEPTED
    await takes(alpha, relay, relay.activity("Reject", uri))
    assert await state_of(alpha) is RelayState.REJECTED


async def test_nobody_else_answers_for_a_relay(alpha: Server, relay: Person, carol: Person) -> None:
    """An Accept from another server opens nothing, nor does one of another Follow."""
    await relays.add_relay(alpha.instance, INBOX)
    await settle(alpha)
    follow = relay.peer.got("Follow")[0]
    await takes(alpha, carol, carol.activity("Accept", follow))
    await takes(alpha, relay, relay.activity("Accept", {**follow, "id": f"{INSTANCE}#relays/1"}))
    assert await state_of(alpha) is RelayState.PENDING


async def test_what_cannot_be_a_relay(alpha: Server, relay: Person) -> None:
    """Our own inbox, no address, what is not there, and what we do not talk with."""
    for url in ("https://alpha.test/inbox", "relay.test", "ftp://relay.test/inbox"):
        with pytest.raises(Invalid):
            await relays.add_relay(alpha.instance, url)
    with pytest.raises(FetchError):
        await relays.add_relay(alpha.instance, "https://relay.test/nothing")
    await moderation.set_domain_policy(alpha.instance, "relay.test", Policy.BLOCK, by=TERMINAL)
    with pytest.raises(Invalid):
        await relays.add_relay(alpha.instance, INBOX)
    assert relay.peer.received == []


# --- what we send --------------------------------------------------------------------------------


async def test_public_posts_go_to_the_relay(alpha: Server, relay: Person) -> None:
    """A public post, its edit and its end go there; nothing of narrower reach does."""
    await joins(alpha, relay)
    posted = await alpha.post("alice", "How do bees see?")
    for facts in ({"reach": Reach.UNLISTED}, {"reach": Reach.FOLLOWERS}, {"scope": Scope.ORG}):
        await alpha.post("alice", "not for all", **facts)
    await settle(alpha)
    creates = relay.peer.got("Create")
    assert [one["object"]["id"] for one in creates] == [posted.status.uri]
    alice = await alpha.actor("alice")
    await statuses.edit_status(alpha.instance, alice, posted.id, "How do wasps see?", "")
    await statuses.delete_status(alpha.instance, alice, posted.id)
    await settle(alpha)
    kinds = [one["type"] for one in relay.peer.received]
    assert kinds == ["Follow", "Create", "Update", "Delete"]


async def test_silenced_posts_stay_away_from_relays(alpha: Server, relay: Person) -> None:
    """What somebody silenced posts is not passed around; that an older post is gone, still is."""
    await joins(alpha, relay)
    before = await alpha.post("alice", "for everybody")
    await settle(alpha)
    assert len(relay.peer.got("Create")) == 1
    await measures.silence(alpha.instance, TERMINAL, await alpha.actor("alice"))
    await alpha.post("alice", "for followers")
    await statuses.delete_status(alpha.instance, await alpha.actor("alice"), before.id)
    await settle(alpha)
    assert len(relay.peer.got("Create")) == 1
    assert relay.peer.got("Delete")[0]["object"]["id"] == before.status.uri


async def test_nothing_goes_to_a_relay_that_has_not_accepted(alpha: Server, relay: Person) -> None:
    """Neither before it has answered, nor after it has said no, nor when it was left."""
    await relays.add_relay(alpha.instance, INBOX)
    await alpha.post("alice", "early")
    await settle(alpha)
    follow = relay.peer.got("Follow")[0]
    await takes(alpha, relay, relay.activity("Reject", follow))
    await alpha.post("alice", "refused")
    await relays.remove_relay(alpha.instance, INBOX)
    await joins(alpha, relay)
    await relays.remove_relay(alpha.instance, INBOX)
    await alpha.post("alice", "late")
    await settle(alpha)
    assert relay.peer.got("Create") == []


async def test_relay_that_is_an_actor(alpha: Server, relay: Person) -> None:
    """In the way of LitePub its actor is followed, and told of posts by an Announce of ours."""
    follow = await joins(alpha, relay, relay.uri)
    assert follow["object"] == relay.uri
    posted = await alpha.post("alice", "How do bees see?")
    await alpha.post("alice", "not for all", reach=Reach.UNLISTED)
    await settle(alpha)
    assert relay.peer.got("Create") == []
    announces = relay.peer.got("Announce")
    assert [one["object"] for one in announces] == [posted.status.uri]
    assert announces[0]["actor"] == INSTANCE
    assert announces[0]["to"] == [PUBLIC]
    await statuses.delete_status(alpha.instance, await alpha.actor("alice"), posted.id)
    await settle(alpha)
    assert [one["object"]["id"] for one in relay.peer.got("Delete")] == [posted.status.uri]

    # Such a relay follows back, and gives up on those who say no.
    await takes(alpha, relay, relay.activity("Follow", INSTANCE))
    assert relay.peer.got("Accept")[0]["object"]["actor"] == relay.uri
    assert relay.peer.got("Reject") == []


# --- what it passes on ---------------------------------------------------------------------------


async def test_signed_post_by_way_of_a_relay(alpha: Server, relay: Person, carol: Person) -> None:
    """What strangers wrote is taken in when a relay brings it; it shows on no home timeline.

    Conformance: 112.
    """
    await joins(alpha, relay)
    create = carol.activity("Create", carol.note("<p>to whom it may concern</p>"))
    signed = ld_signed(carol, create)
    tampered = {**signed, "object": {**signed["object"], "content": "<p>forged</p>"}}
    assert (await relay.deliver(alpha, tampered)).status_code == 401
    await takes(alpha, relay, signed)
    view = await alpha.seen_by("alice", create["object"]["id"])
    assert view is not None
    assert view.status.content == "<p>to whom it may concern</p>"
    assert view.author.acct == "carol@far.test"
    assert await alpha.home("alice") == []
    assert await alpha.notifications("alice") == []


async def test_unsigned_post_by_way_of_a_relay(alpha: Server, relay: Person, carol: Person) -> None:
    """It is looked up where it belongs.

    Conformance: 114.
    """
    await joins(alpha, relay)
    create = carol.activity("Create", carol.note("<p>true</p>"))
    forged = {**create, "object": {**create["object"], "content": "<p>forged</p>"}}
    await takes(alpha, relay, forged)
    view = await alpha.seen_by("alice", create["object"]["id"])
    assert view is not None
    assert view.status.content == "<p>true</p>"


async def test_relay_points_to_a_post(alpha: Server, relay: Person, carol: Person) -> None:
    """The Announce of a relay brings the post, and is no boost; its end is heard of as well."""
    await joins(alpha, relay, relay.uri)
    note = carol.note("<p>to whom it may concern</p>")
    await takes(alpha, relay, relay.activity("Announce", note["id"]))
    view = await alpha.seen_by("alice", note["id"])
    assert view is not None
    assert view.boosts == 0
    assert await alpha.home("alice") == []
    private = carol.note(to=[carol.followers], cc=[])
    await takes(alpha, relay, relay.activity("Announce", private["id"]))
    assert not await is_stored(alpha, private["id"])
    carol.peer.answers[note["id"].removeprefix("https://far.test")] = httpx.Response(410)
    await takes(alpha, relay, relay.activity("Announce", note["id"]))
    assert not await is_stored(alpha, note["id"])


async def test_strangers_are_no_relay(alpha: Server, relay: Person, carol: Person) -> None:
    """Before it has accepted, and once it was left, it brings no more than anybody else.

    Conformance: 118.
    """

    async def brings_something() -> bool:
        note = carol.note()
        await takes(alpha, relay, ld_signed(carol, carol.activity("Create", note)))
        other = carol.note()
        await takes(alpha, relay, relay.activity("Announce", other["id"]))
        third = carol.note()
        await takes(alpha, relay, carol.activity("Create", third))
        return any([await is_stored(alpha, one["id"]) for one in (note, other, third)])

    assert not await brings_something()
    await relays.add_relay(alpha.instance, INBOX)
    await settle(alpha)
    assert not await brings_something()
    await takes(alpha, relay, relay.activity("Accept", relay.peer.got("Follow")[0]))
    assert await brings_something()
    await relays.remove_relay(alpha.instance, INBOX)
    assert not await brings_something()


async def test_relay_does_not_bring_what_is_private(
    alpha: Server, relay: Person, carol: Person
) -> None:
    """What is not addressed to all is not for a relay to give."""
    await joins(alpha, relay)
    for cc in ([PUBLIC], []):
        note = carol.note(to=[carol.followers], cc=cc)
        await takes(alpha, relay, ld_signed(carol, carol.activity("Create", note)))
        assert not await is_stored(alpha, note["id"])


async def test_two_servers_meet_at_a_relay(alpha: Server, beta: Server, relay: Person) -> None:
    """Alice's post reaches beta by way of a relay that passes on what it gets, as it is."""
    await joins(alpha, relay)
    await relays.add_relay(beta.instance, INBOX)
    await settle(beta)
    await takes(beta, relay, relay.activity("Accept", relay.peer.got("Follow")[-1]))
    posted = await alpha.post("alice", "How do bees see?")
    await settle(alpha)
    await takes(beta, relay, relay.peer.got("Create")[0])
    seen = await beta.seen_by("bob", posted.status.uri)
    assert seen is not None
    assert seen.author.acct == "alice@alpha.test"
    assert await beta.home("bob") == []
