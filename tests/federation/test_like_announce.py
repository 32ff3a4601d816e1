"""Likes and boosts that come in: which count, once each, and which are nobody's to make."""

from typing import Any

from fedlearn.domain.audience import Reach
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.statuses import StatusView
from tests.federation.network import Network
from tests.federation.peer import PUBLIC, Peer, Person
from tests.federation.scenes import is_read_by, is_stored, reads, takes, told
from tests.federation.server import Server, make_due, settle

FAVOURITE = (NotificationKind.FAVOURITE, "bob@peer.test")
BOOST = (NotificationKind.BOOST, "bob@peer.test")
CAROL = (NotificationKind.BOOST, "carol@other.test")


async def shown(alpha: Server, uri: str, name: str = "alice") -> StatusView:
    """A post as somebody sees it; it must be there."""
    view = await alpha.seen_by(name, uri)
    assert view is not None
    return view


# --- Like ----------------------------------------------------------------------------------------


async def test_like_counts_once_and_only_for_who_may_see(
    alpha: Server, bob: Person, peer: Peer
) -> None:
    """A Like counts once for each who likes; of a post that one may not see it is worth nothing.

    Conformance: 168.
    """
    public = await alpha.post("alice", "hello")
    uri = public.status.uri
    like = bob.activity("Like", uri)
    for activity in (like, like, bob.activity("Like", uri), bob.activity("Like", {"id": uri})):
        await takes(alpha, bob, activity)
    assert (await shown(alpha, uri)).favourites == 1
    assert await told(alpha, "alice") == [FAVOURITE]
    carol = peer.person("carol")
    await takes(alpha, carol, carol.activity("Like", uri))
    assert (await shown(alpha, uri)).favourites == 2

    for reach in (Reach.FOLLOWERS, Reach.DIRECT):
        private = await alpha.post("alice", "not for bob", reach=reach)
        await takes(alpha, bob, bob.activity("Like", private.status.uri))
        assert (await shown(alpha, private.status.uri)).favourites == 0, reach
    await is_read_by(alpha, "alice", bob)
    for_followers = await alpha.post("alice", "for bob, too", reach=Reach.FOLLOWERS)
    await takes(alpha, bob, bob.activity("Like", for_followers.status.uri))
    await takes(alpha, carol, carol.activity("Like", for_followers.status.uri))
    assert (await shown(alpha, for_followers.status.uri)).favourites == 1


async def test_like_of_nothing(alpha: Server, bob: Person, peer: Peer) -> None:
    """A Like of what is not here is not looked up, and tells nobody."""
    await alpha.user("alice")
    note = peer.person("carol").note()
    for uri in ("https://alpha.test/users/alice/statuses/1", note["id"], "x", bob.uri):
        await takes(alpha, bob, bob.activity("Like", uri))
    assert await told(alpha, "alice") == []
    assert not await is_stored(alpha, note["id"])
    assert peer.asked_for(note["id"].removeprefix("https://peer.test")) == 0


async def test_like_of_a_boost_is_a_like_of_the_post(alpha: Server, bob: Person) -> None:
    """Some servers like the boost instead of what is boosted: it counts for the post, once."""
    await reads(alpha, "alice", bob)
    mine = await alpha.post("alice", "hello")
    announce = bob.activity("Announce", mine.status.uri)
    await takes(alpha, bob, announce)
    like = bob.activity("Like", announce["id"])
    await takes(alpha, bob, like)
    assert (await shown(alpha, mine.status.uri)).favourites == 1
    await takes(alpha, bob, bob.activity("Like", mine.status.uri))
    assert (await shown(alpha, mine.status.uri)).favourites == 1
    assert (await told(alpha, "alice")).count(FAVOURITE) == 1
    await takes(alpha, bob, bob.activity("Undo", like | {"id": "https://peer.test/another-id"}))
    assert (await shown(alpha, mine.status.uri)).favourites == 0


# --- Announce ------------------------------------------------------------------------------------


async def test_boost_of_a_known_post(alpha: Server, bob: Person) -> None:
    """A boost of our post is counted once and told to its author, whoever reads the booster."""
    mine = await alpha.post("alice", "hello")
    announce = bob.activity("Announce", mine.status.uri)
    for activity in (announce, announce, bob.activity("Announce", {"id": mine.status.uri})):
        await takes(alpha, bob, activity)
    assert (await shown(alpha, mine.status.uri)).boosts == 1
    assert await told(alpha, "alice") == [BOOST]
    # Nobody here reads bob, so it stands on no timeline but as alice's own post.
    assert [view.boost_of for view in await alpha.home("alice")] == [None]


async def test_boost_of_an_unknown_post(
    alpha: Server, bob: Person, network: Network, peer_keys: list[Any]
) -> None:
    """A boost by somebody read here brings the post from its own server; our authors are told.

    Conformance: 170.
    """
    await reads(alpha, "alice", bob)
    other = Peer(network, "other.test", peer_keys[1:])
    carol = other.person("carol")
    note = carol.note("<p>from its own server</p>")
    # What bob embeds is not believed.
    embedded = note | {"content": "<p>from bob</p>", "attributedTo": bob.uri}
    await takes(alpha, bob, bob.activity("Announce", embedded))
    assert other.asked_for(note["id"].removeprefix("https://other.test")) == 1
    home = await alpha.home("alice")
    assert len(home) == 1
    assert home[0].author.acct == "bob@peer.test"
    boosted = home[0].boost_of
    assert boosted is not None
    assert boosted.author.acct == "carol@other.test"
    assert boosted.status.content == "<p>from its own server</p>"
    assert boosted.boosts == 1

    mine = await alpha.post("alice", "hello")
    await takes(alpha, carol, carol.activity("Announce", mine.status.uri))
    assert await told(alpha, "alice") == [CAROL]


async def test_boost_that_concerns_nobody(alpha: Server, bob: Person, peer: Peer) -> None:
    """A boost by somebody whom nobody here reads does not make us fetch anything."""
    await alpha.user("alice")
    note = peer.person("carol").note()
    await takes(alpha, bob, bob.activity("Announce", note["id"]))
    assert not await is_stored(alpha, note["id"])
    assert peer.asked_for(note["id"].removeprefix("https://peer.test")) == 0


async def test_boost_of_what_cannot_be_had(
    alpha: Server, bob: Person, network: Network, peer_keys: list[Any]
) -> None:
    """A post out of reach is tried again; one that is refused leaves no boost behind."""
    await reads(alpha, "alice", bob)
    other = Peer(network, "other.test", peer_keys[1:])
    note = other.person("carol").note()
    for refused in ("https://other.test/missing", "https://alpha.test/users/alice/statuses/1", "x"):
        await takes(alpha, bob, bob.activity("Announce", refused))
    network.unplug("other.test")
    await takes(alpha, bob, bob.activity("Announce", note["id"]))
    assert await alpha.home("alice") == []
    network.plug_in("other.test")
    await make_due(alpha)
    await settle(alpha)
    home = await alpha.home("alice")
    assert [view.boost_of.status.uri for view in home if view.boost_of] == [note["id"]]


async def test_private_post_is_boosted_by_its_author_alone(
    alpha: Server, bob: Person, peer: Peer
) -> None:
    """A followers-only post is not for others to spread; its author may, to the same followers.

    Conformance: 171.
    """
    carol = peer.person("carol")
    for person in (bob, carol):
        await reads(alpha, "alice", person)
    note = bob.note("<p>for followers</p>", to=[bob.followers], cc=[])
    await takes(alpha, bob, bob.activity("Create", note))
    await takes(alpha, carol, carol.activity("Announce", note["id"]))
    mine = await alpha.post("alice", "for my followers", reach=Reach.FOLLOWERS)
    await is_read_by(alpha, "alice", carol)
    await takes(alpha, carol, carol.activity("Announce", mine.status.uri))
    assert (await shown(alpha, note["id"])).boosts == 0
    assert (await shown(alpha, mine.status.uri)).boosts == 0
    assert (NotificationKind.BOOST, "carol@peer.test") not in await told(alpha, "alice")

    own = bob.activity("Announce", note["id"], to=[PUBLIC], cc=[bob.followers])
    await takes(alpha, bob, own)
    assert (await shown(alpha, note["id"])).boosts == 1
    boost = await shown(alpha, own["id"])
    assert boost.status.reach is Reach.FOLLOWERS
    # Somebody who does not read bob sees neither the post nor its boost.
    await alpha.user("dave")
    for uri in (note["id"], own["id"]):
        assert await alpha.seen_by("dave", uri) is None


async def test_boost_of_an_unknown_private_post(
    alpha: Server, bob: Person, network: Network, peer_keys: list[Any]
) -> None:
    """A post that its server shows us, but not for everybody, is not spread by who boosts it."""
    await reads(alpha, "alice", bob)
    carol = Peer(network, "other.test", peer_keys[1:]).person("carol")
    for to in ([carol.followers], [bob.uri], []):
        note = carol.note(to=to, cc=[])
        await takes(alpha, bob, bob.activity("Announce", note["id"]))
        assert await alpha.seen_by("alice", note["id"]) is None
    assert await alpha.home("alice") == []


async def test_boost_of_a_boost_is_one_of_the_post(alpha: Server, bob: Person, peer: Peer) -> None:
    """Who boosts a boost boosts the post in it."""
    carol = peer.person("carol")
    for person in (bob, carol):
        await reads(alpha, "alice", person)
    mine = await alpha.post("alice", "hello")
    first = bob.activity("Announce", mine.status.uri)
    await takes(alpha, bob, first)
    await takes(alpha, carol, carol.activity("Announce", first["id"]))
    assert (await shown(alpha, mine.status.uri)).boosts == 2
    boosts = [view.boost_of for view in await alpha.home("alice") if view.boost_of]
    assert [boost.status.uri for boost in boosts] == [mine.status.uri] * 2
