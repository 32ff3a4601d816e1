"""How it is remembered who follows a hashtag, and whose home timelines its posts come to."""

from fedlearn.db import followed_hashtags as db_followed_hashtags
from fedlearn.db import homes as db_homes
from fedlearn.db import timelines as db_timelines
from fedlearn.db.database import Connection
from fedlearn.db.details import replace_hashtags
from fedlearn.db.erasing import erase_traces
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach
from fedlearn.domain.ids import StatusId
from fedlearn.domain.statuses import Status
from tests.builders import boosts, follows, local, remote, says


async def tagged(
    connection: Connection, author: Actor, *names: str, reach: Reach = Reach.PUBLIC
) -> Status:
    """A post with hashtags."""
    post = await says(connection, author, reach=reach)
    await replace_hashtags(connection, post.id, names)
    return post


async def test_following_hashtags(connection: Connection) -> None:
    """A hashtag is followed once, by name, and by each for themselves, until they leave."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    for name in ("bees", "ants", "bees"):
        await db_followed_hashtags.follow_hashtag(connection, alice.id, name)
    await db_followed_hashtags.follow_hashtag(connection, bob.id, "bees")
    followed = db_followed_hashtags.hashtags_followed_by
    assert await followed(connection, alice.id) == ["ants", "bees"]
    await db_followed_hashtags.unfollow_hashtag(connection, alice.id, "bees")
    assert not await db_followed_hashtags.follows_hashtag(connection, alice.id, "bees")
    assert await db_followed_hashtags.follows_hashtag(connection, bob.id, "bees")
    await erase_traces(connection, alice.id)
    assert await followed(connection, alice.id) == []


async def test_whose_home_a_hashtag_reaches(connection: Connection) -> None:
    """Only public posts, and each owner once, whatever brings it; a boost is not such a post."""
    alice, bob, robin = (
        await local(connection, "alice"),
        await local(connection, "bob"),
        await remote(connection),
    )
    await follows(connection, bob, robin)
    for reader, names in ((alice, ("bees", "ants")), (bob, ("bees",))):
        for name in names:
            await db_followed_hashtags.follow_hashtag(connection, reader.id, name)
    post = await tagged(connection, robin, "bees", "ants")
    assert sorted(await db_homes.home_owners(connection, post)) == [alice.id, bob.id]
    for other in (
        await tagged(connection, robin, "wasps"),
        await tagged(connection, robin, "bees", reach=Reach.UNLISTED),
        await tagged(connection, robin, "bees", reach=Reach.FOLLOWERS),
        await boosts(connection, robin, post),
    ):
        assert await db_homes.home_owners(connection, other) == [bob.id]


async def test_what_a_hashtag_alone_has_brought(connection: Connection) -> None:
    """When it is followed no more, what a follow or another hashtag brings stays, and one's own."""
    alice, robin, wren = (
        await local(connection, "alice"),
        await remote(connection),
        await remote(connection, "wren@far.example"),
    )
    await follows(connection, alice, wren)
    await db_followed_hashtags.follow_hashtag(connection, alice.id, "ants")
    posts = [
        await tagged(connection, robin, "bees"),
        await tagged(connection, robin, "bees", "ants"),
        await tagged(connection, wren, "bees"),
        await tagged(connection, alice, "bees"),
        await tagged(connection, robin, "ants"),
    ]
    for post in posts:
        await db_homes.add_to_homes(connection, [alice.id], post.id)

    async def home() -> list[StatusId]:
        return await db_timelines.home_page(connection, alice.viewer, before=None, limit=20)

    assert await home() == [one.id for one in posts[::-1]]
    await db_followed_hashtags.empty_home_of_hashtag(connection, alice.id, "bees")
    assert await home() == [one.id for one in posts[:0:-1]]
