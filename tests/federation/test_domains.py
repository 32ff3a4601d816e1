"""What operators say of other servers, and what follows from it: silence, and the end of it all."""

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.policies import Policy
from fedlearn.domain.roles import TERMINAL
from fedlearn.errors import FetchError, NotFound
from fedlearn.services import boosts, lookup, moderation
from tests.federation.browser import sign_in
from tests.federation.network import Network
from tests.federation.peer import Document, Peer, Person
from tests.federation.scenes import count, is_read_by, is_stored, reads, takes, told
from tests.federation.server import Server, settle

BEES = {"type": "Hashtag", "name": "#bees", "href": "https://peer.test/tags/bees"}


async def say(server: Server, domain: str, policy: Policy) -> None:
    """The operator says something of a domain."""
    await moderation.set_domain_policy(server.instance, domain, policy, by=TERMINAL)


async def mention(server: Server, name: str) -> Document:
    """What names somebody in a post."""
    return {"type": "Mention", "href": (await server.actor(name)).uri}


async def posts(server: Server, person: Person, content: str, **changes: object) -> str:
    """A person of the peer posts, and the server takes it in; the identity of the post."""
    note = person.note(content, **changes)
    await takes(server, person, person.activity("Create", note))
    uri: str = note["id"]
    return uri


# --- silence -------------------------------------------------------------------------------------


async def test_silenced_posts_are_for_those_who_asked_for_them(alpha: Server, bob: Person) -> None:
    """A follower reads on as before; others find the post neither by hashtag nor by its address.

    When the word is taken back, it is there for them, too.
    """
    await reads(alpha, "alice", bob)
    await alpha.user("dan")
    await say(alpha, "peer.test", Policy.SILENCE)
    uri = await posts(alpha, bob, "<p>about #bees</p>", tag=[BEES])
    assert [view.status.uri for view in await alpha.home("alice")] == [uri]
    assert await alpha.seen_by("dan", uri) is None
    with pytest.raises(NotFound):
        await lookup.look_up(alpha.instance, await alpha.actor("dan"), uri)
    browsers = {name: await sign_in(alpha, name) for name in ("alice", "dan")}
    for browser in browsers.values():
        assert "about #bees" not in (await browser.get("/tags/bees")).text
    profile = f"/@{(await alpha.find(bob.handle)).acct}"
    assert "about #bees" in (await browsers["alice"].get(profile)).text
    assert "about #bees" not in (await browsers["dan"].get(profile)).text
    await moderation.forget_domain_policy(alpha.instance, "peer.test", by=TERMINAL)
    assert await alpha.seen_by("dan", uri) is not None
    assert "about #bees" in (await browsers["dan"].get("/tags/bees")).text


async def test_silenced_strangers_are_not_heard(alpha: Server, bob: Person, peer: Peer) -> None:
    """Neither mention, like, boost nor wish to follow rings at whoever does not follow them.

    The post that names somebody can be read by them all the same, and by nobody else. From another
    server, the same rings.
    """
    await alpha.user("dan")
    await say(alpha, "test", Policy.SILENCE)
    ours = await alpha.post("alice", "hello")
    alice = (await alpha.actor("alice")).uri
    uri = await posts(alpha, bob, "<p>hey</p>", cc=[alice], tag=[await mention(alpha, "alice")])
    answer = await posts(alpha, bob, "<p>well</p>", inReplyTo=ours.status.uri)
    for kind in ("Like", "Announce"):
        await takes(alpha, bob, bob.activity(kind, ours.status.uri))
    await takes(alpha, bob, bob.activity("Follow", alice))
    assert await told(alpha, "alice") == []
    for one in (uri, answer):
        assert await alpha.seen_by("alice", one) is not None
        assert await alpha.seen_by("dan", one) is None
    await moderation.forget_domain_policy(alpha.instance, "test", by=TERMINAL)
    await takes(alpha, bob, bob.activity("Like", (await alpha.post("alice", "two")).status.uri))
    assert await told(alpha, "alice") == [(NotificationKind.FAVOURITE, "bob@peer.test")]


async def test_followed_but_silenced_is_heard(alpha: Server, bob: Person) -> None:
    """Who follows somebody there is told of what they do."""
    await reads(alpha, "alice", bob)
    await say(alpha, "peer.test", Policy.SILENCE)
    ours = await alpha.post("alice", "hello")
    await takes(alpha, bob, bob.activity("Like", ours.status.uri))
    assert await told(alpha, "alice") == [(NotificationKind.FAVOURITE, "bob@peer.test")]


async def test_follow_from_a_silenced_domain_waits(
    alpha: Server, bob: Person, network: Network, peer_keys: list[RSAPrivateKey]
) -> None:
    """An open account is asked first, and says so to nobody else; from elsewhere it says yes."""
    await say(alpha, "peer.test", Policy.SILENCE)
    alice = (await alpha.actor("alice")).uri
    await takes(alpha, bob, bob.activity("Follow", alice))
    assert bob.peer.received == []
    assert await count(alpha, "/users/alice/followers") == 0
    browser = await sign_in(alpha, "alice")
    assert "@bob@peer.test" in (await browser.get("/notifications")).text
    await is_read_by(alpha, "alice", Peer(network, "other.test", peer_keys).person("carol"))
    assert await count(alpha, "/users/alice/followers") == 1


async def test_boost_does_not_carry_silenced_posts_around(
    alpha: Server, bob: Person, network: Network, peer_keys: list[RSAPrivateKey]
) -> None:
    """What one of ours boosts is shown to those of their followers who also follow the author."""
    await reads(alpha, "alice", bob)
    await alpha.follow("dan", "alice@alpha.test")
    await alpha.follow("eve", "alice@alpha.test")
    await reads(alpha, "eve", bob)
    await say(alpha, "peer.test", Policy.SILENCE)
    uri = await posts(alpha, bob, "<p>listen</p>")
    seen = await alpha.seen_by("alice", uri)
    assert seen is not None
    await boosts.boost(alpha.instance, await alpha.actor("alice"), seen.id)
    assert await alpha.home("dan") == []
    assert [view.boost_of is not None for view in await alpha.home("eve")] == [True, False]


# --- block ---------------------------------------------------------------------------------------


async def test_block_ends_what_there_was(alpha: Server, bob: Person) -> None:
    """Follows both ways, posts, likes, and what people were told are gone; nothing is sent.

    When the block is taken back, nothing of it is there again, and everything can begin anew.

    Conformance: 107.
    """
    await is_read_by(alpha, "alice", bob)
    await reads(alpha, "alice", bob)
    ours = await alpha.post("alice", "hello")
    await takes(alpha, bob, bob.activity("Like", ours.status.uri))
    uri = await posts(alpha, bob, "<p>spam</p>", tag=[await mention(alpha, "alice")])
    answer = await alpha.reply("alice", uri, "indeed")
    await settle(alpha)
    sent = len(bob.peer.received)
    await say(alpha, "peer.test", Policy.BLOCK)
    for _ in ("blocked", "taken back"):
        assert not await is_stored(alpha, uri)
        assert await told(alpha, "alice") == []
        assert [view.status.uri for view in await alpha.home("alice")] == [
            answer.status.uri,
            ours.status.uri,
        ]
        assert await count(alpha, "/users/alice/followers") == 0
        assert await count(alpha, "/users/alice/following") == 0
        seen = await alpha.seen_by("alice", ours.status.uri)
        assert seen is not None
        assert seen.favourites == 0
        await settle(alpha)
        assert len(bob.peer.received) == sent
        await moderation.forget_domain_policy(alpha.instance, "peer.test", by=TERMINAL)
    await is_read_by(alpha, "alice", bob)
    await reads(alpha, "alice", bob)
    again = await posts(alpha, bob, "<p>sorry</p>")
    assert await alpha.seen_by("alice", again) is not None


async def test_blocked_people_have_no_page_here(alpha: Server, bob: Person) -> None:
    """Their profile is gone, and they cannot be followed or looked up; a neighbour can."""
    await reads(alpha, "alice", bob)
    browser = await sign_in(alpha, "alice")
    assert (await browser.get("/@bob@peer.test")).status_code == 200
    await say(alpha, "peer.test", Policy.BLOCK)
    assert (await browser.get("/@bob@peer.test")).status_code == 404
    with pytest.raises(FetchError):
        await alpha.find(bob.handle)
    await moderation.forget_domain_policy(alpha.instance, "peer.test", by=TERMINAL)
    assert (await browser.get("/@bob@peer.test")).status_code == 200


async def test_what_was_taken_in_before_a_block_has_no_effect(alpha: Server, bob: Person) -> None:
    """What waits in the queue when its domain is blocked is dropped."""
    await reads(alpha, "alice", bob)
    note = bob.note("<p>late</p>")
    assert (await bob.deliver(alpha, bob.activity("Create", note))).status_code == 202
    await say(alpha, "peer.test", Policy.BLOCK)
    await settle(alpha)
    assert not await is_stored(alpha, note["id"])


async def test_nobody_brings_blocked_posts_in(
    alpha: Server, bob: Person, network: Network, peer_keys: list[RSAPrivateKey]
) -> None:
    """A boost of what a blocked server has, or an answer to it, fetches nothing from there.

    Conformance: 107.
    """
    carol = Peer(network, "carol.test", peer_keys).person("carol")
    await reads(alpha, "alice", carol)
    await reads(alpha, "alice", bob)
    await say(alpha, "peer.test", Policy.BLOCK)
    note, asked = bob.note("<p>spam</p>"), len(bob.peer.requests)
    await takes(alpha, carol, carol.activity("Announce", note["id"]))
    answer = await posts(alpha, carol, "<p>so they say</p>", inReplyTo=note["id"])
    assert len(bob.peer.requests) == asked
    assert not await is_stored(alpha, note["id"])
    assert await is_stored(alpha, answer)
    await moderation.forget_domain_policy(alpha.instance, "peer.test", by=TERMINAL)
    await takes(alpha, carol, carol.activity("Announce", note["id"]))
    assert await is_stored(alpha, note["id"])
