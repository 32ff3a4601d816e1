"""Whom somebody may want to follow, who is here, and who took up a post."""

from fedlearn.db import blocks as db_blocks
from fedlearn.db import directory as db_directory
from fedlearn.db import follows as db_follows
from fedlearn.db import suggestions as db_suggestions
from fedlearn.db import taken_up as db_taken_up
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import STRANGER
from tests.builders import boosts, follows, likes, local, says, signs_up


def names(people: list[Actor]) -> list[str]:
    """How they are called."""
    return [one.profile.username for one in people]


async def test_friends_of_friends(connection: Connection) -> None:
    """First whom most friends follow; nobody who is followed, hidden, blocked, or not wanted."""
    alice, bob, carol = [await local(connection, name) for name in ("alice", "bob", "carol")]
    often, once, hidden, blocked, unwanted = [
        await local(connection, name, is_discoverable=name != "hidden")
        for name in ("often", "once", "hidden", "blocked", "unwanted")
    ]
    secretive = await local(connection, "secretive", hides_follows=True)
    for friend in (bob, carol, secretive):
        await follows(connection, alice, friend)
    for friend, others in (
        (bob, (carol, often, once, hidden, blocked, unwanted, alice)),
        (carol, (often,)),
        (secretive, (await local(connection, "secret"),)),
    ):
        for other in others:
            await follows(connection, friend, other)
    await db_blocks.insert_block(
        connection, actor_id=alice.id, target_id=blocked.id, uri="https://our.example/1"
    )
    await db_suggestions.never_suggest(connection, alice.id, unwanted.id)
    await db_suggestions.never_suggest(connection, alice.id, unwanted.id)
    found = await db_suggestions.friends_of_friends(connection, alice.viewer, 9)
    assert names(found) == ["often", "once"]
    assert names(await db_suggestions.friends_of_friends(connection, alice.viewer, 1)) == ["often"]
    left_out = await db_suggestions.unwanted_among(connection, alice.id)
    assert left_out == {bob.id, carol.id, secretive.id, unwanted.id}


async def test_who_of_friends_follows_somebody(connection: Connection) -> None:
    """Those whom one follows, if they do not hide it; the latest first."""
    alice, bob, carol = [await local(connection, name) for name in ("alice", "bob", "carol")]
    secretive = await local(connection, "secretive", hides_follows=True)
    star, hiding = await local(connection, "star"), await local(connection, "h", hides_follows=True)
    for friend in (bob, carol, secretive):
        await follows(connection, alice, friend)
        await follows(connection, friend, star)
        await follows(connection, friend, hiding)
    await follows(connection, await local(connection, "stranger"), star)
    found = await db_follows.familiar_followers(connection, alice.id, star.id)
    assert names(found) == ["carol", "bob"]
    assert await db_follows.familiar_followers(connection, alice.id, hiding.id) == []


async def test_directory(connection: Connection) -> None:
    """People with an account who want to be found, by age or by their latest public post."""
    bob, carol = [(await signs_up(connection, name)).actor for name in ("bob", "carol")]
    hidden = (await signs_up(connection, "hidden")).actor
    await connection.execute(
        "UPDATE actor SET is_discoverable = FALSE WHERE id = :id", id=hidden.id
    )
    await local(connection, "nobody")
    await says(connection, bob)

    async def page(offset: int = 0, *, by_age: bool = False) -> list[str]:
        return names(
            await db_directory.directory_page(
                connection, STRANGER, by_age=by_age, offset=offset, limit=9
            )
        )

    assert await page(by_age=True) == ["carol", "bob"]
    assert await page() == ["bob", "carol"]
    assert await page(1) == ["carol"]
    await db_blocks.insert_block(
        connection, actor_id=carol.id, target_id=bob.id, uri="https://our.example/1"
    )
    of_carol = await db_directory.directory_page(
        connection, carol.viewer, by_age=True, offset=0, limit=9
    )
    assert names(of_carol) == ["carol"]


async def test_who_took_it_up(connection: Connection) -> None:
    """Who likes and who boosted a post, page by page, in both directions."""
    alice, bob, carol = [await local(connection, name) for name in ("alice", "bob", "carol")]
    post = await says(connection, alice)
    for fan in (bob, carol):
        await likes(connection, fan, post)
        await boosts(connection, fan, post)

    async def pages(before: int | None, after: int | None, *, is_upward: bool) -> list[list[str]]:
        liked = await db_taken_up.favourited_by(
            connection, status_id=post.id, before=before, after=after, is_upward=is_upward, limit=1
        )
        boosted = await db_taken_up.boosted_by(
            connection,
            viewer=STRANGER,
            status_id=post.id,
            before=before,
            after=after,
            is_upward=is_upward,
            limit=1,
        )
        return [[one.profile.username for _, one in found] for found in (liked, boosted)]

    assert await pages(None, None, is_upward=False) == [["carol"], ["carol"]]
    assert await pages(None, None, is_upward=True) == [["bob"], ["bob"]]
    assert await pages(None, 2**62 - 1, is_upward=False) == [[], []]
