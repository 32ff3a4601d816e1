"""The story of a conversation between fedlearn servers, from the first follow to the last delete."""

from fedlearn.domain.audience import Reach
from fedlearn.domain.notifications import NotificationKind
from fedlearn.services import boosts, favourites, statuses
from tests.federation.network import Network
from tests.federation.server import Server, settle


async def test_follow_brings_posts_home(alpha: Server, beta: Server) -> None:
    """Who follows somebody on another server has their posts on the home timeline."""
    await alpha.user("alice")
    await beta.follow("bob", "@alice@alpha.test")
    await settle(alpha, beta)
    posted = await alpha.post("alice", "What I learned today")
    await settle(alpha, beta)
    home = await beta.home("bob")
    assert [view.status.uri for view in home] == [posted.status.uri]
    assert home[0].status.content == "<p>What I learned today</p>"
    told = await alpha.notifications("alice")
    assert [(one.kind, one.sender.acct) for one in told] == [
        (NotificationKind.FOLLOW, "bob@beta.test")
    ]


async def test_nobody_else_gets_the_posts(alpha: Server, beta: Server, network: Network) -> None:
    """Without a follow nothing is sent, and nothing is shown."""
    await alpha.user("alice")
    await beta.user("bob")
    await alpha.post("alice", "Nobody listens yet")
    await settle(alpha, beta)
    assert network.sent("POST", "beta.test") == []
    assert await beta.home("bob") == []


async def test_reply_boost_edit_and_delete(alpha: Server, beta: Server, gamma: Server) -> None:
    """A post is answered, boosted to a third server, edited and deleted; everybody sees each."""
    await alpha.user("alice")
    await beta.user("bob")
    await beta.follow("bob", "@alice@alpha.test")
    await gamma.follow("carol", "@bob@beta.test")
    await gamma.follow("carol", "@alice@alpha.test")
    await settle(alpha, beta, gamma)

    question = await alpha.post("alice", "Who knows how bees see? @bob@beta.test")
    await settle(alpha, beta, gamma)
    answer = await beta.reply("bob", question.status.uri, "@alice@alpha.test In ultraviolet")
    boosted = await beta.seen_by("bob", question.status.uri)
    assert boosted is not None
    await boosts.boost(beta.instance, await beta.actor("bob"), boosted.id)
    await settle(alpha, beta, gamma)

    told = [(one.kind, one.sender.acct) for one in await alpha.notifications("alice")]
    assert told[:2] == [
        (NotificationKind.BOOST, "bob@beta.test"),
        (NotificationKind.MENTION, "bob@beta.test"),
    ]
    at_alpha = await alpha.seen_by("alice", answer.status.uri)
    assert at_alpha is not None
    assert at_alpha.in_reply_to_author is not None
    assert at_alpha.in_reply_to_author.acct == "alice"
    carols = await gamma.home("carol")
    assert carols[0].boost_of is not None
    assert carols[0].boost_of.status.uri == question.status.uri

    alice = await alpha.actor("alice")
    await statuses.edit_status(alpha.instance, alice, question.id, "Who knows how wasps see?", "")
    await settle(alpha, beta, gamma)
    for server, name in ((beta, "bob"), (gamma, "carol")):
        seen = await server.seen_by(name, question.status.uri)
        assert seen is not None, server.host
        assert seen.status.content == "<p>Who knows how wasps see?</p>", server.host
        assert seen.status.edited_at is not None

    await statuses.delete_status(alpha.instance, alice, question.id)
    await settle(alpha, beta, gamma)
    assert await beta.seen_by("bob", question.status.uri) is None
    assert await gamma.seen_by("carol", question.status.uri) is None
    assert all(view.boost_of is None for view in await gamma.home("carol"))


async def test_likes_come_and_go(alpha: Server, beta: Server) -> None:
    """A like is counted where the post lives and told to its author; taken back, it is neither."""
    await alpha.user("alice")
    await beta.follow("bob", "@alice@alpha.test")
    await settle(alpha, beta)
    posted = await alpha.post("alice", "Like this")
    await settle(alpha, beta)
    bob, seen = await beta.actor("bob"), await beta.seen_by("bob", posted.status.uri)
    assert seen is not None
    await favourites.favourite(beta.instance, bob, seen.id)
    await settle(alpha, beta)
    liked = await alpha.seen_by("alice", posted.status.uri)
    assert liked is not None
    assert liked.favourites == 1
    assert (await alpha.notifications("alice"))[0].kind is NotificationKind.FAVOURITE
    await favourites.unfavourite(beta.instance, bob, seen.id)
    await settle(alpha, beta)
    liked = await alpha.seen_by("alice", posted.status.uri)
    assert liked is not None
    assert liked.favourites == 0
    assert all(o.kind is not NotificationKind.FAVOURITE for o in await alpha.notifications("alice"))


async def test_unfollow_ends_it(alpha: Server, beta: Server, network: Network) -> None:
    """After an unfollow nothing more is sent, and what came leaves the home timeline."""
    await alpha.user("alice")
    await beta.follow("bob", "@alice@alpha.test")
    await settle(alpha, beta)
    await alpha.post("alice", "You will forget me")
    await settle(alpha, beta)
    await beta.unfollow("bob", "@alice@alpha.test")
    await settle(alpha, beta)
    sent = len(network.sent("POST", "beta.test"))
    await alpha.post("alice", "Is anybody there?")
    await settle(alpha, beta)
    assert len(network.sent("POST", "beta.test")) == sent
    assert await beta.home("bob") == []


async def test_direct_post_reaches_only_whom_it_names(
    alpha: Server, beta: Server, gamma: Server
) -> None:
    """A direct post goes to the person named in it; a follower elsewhere never gets it.

    Conformance: 182.
    """
    await alpha.user("alice")
    await beta.user("bob")
    await gamma.follow("carol", "@alice@alpha.test")
    await settle(alpha, beta, gamma)
    secret = await alpha.post("alice", "@bob@beta.test just for you", reach=Reach.DIRECT)
    await settle(alpha, beta, gamma)
    assert await beta.seen_by("bob", secret.status.uri) is not None
    assert await gamma.seen_by("carol", secret.status.uri) is None
    assert await gamma.home("carol") == []
