"""How it is remembered who blocks whom, and what that hides."""

from fedlearn.db import blocks as db_blocks
from fedlearn.db import homes as db_homes
from fedlearn.db import notifications as db_notifications
from fedlearn.db import timelines as db_timelines
from fedlearn.db.database import Connection
from fedlearn.db.status_views import status_view
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import STRANGER, Reach
from fedlearn.domain.notifications import NotificationKind
from tests.builders import boosts, follows, local, remote, says


async def blocks(connection: Connection, actor: Actor, target: Actor) -> str:
    """One blocks the other; the identity of the block."""
    uri = f"{actor.uri}#blocks/{target.id}"
    assert await db_blocks.insert_block(connection, actor_id=actor.id, target_id=target.id, uri=uri)
    return uri


async def test_blocking_and_taking_it_back(connection: Connection) -> None:
    """A block counts once and in one direction, and tells its identity when it is taken back."""
    alice, robin = await local(connection), await remote(connection)
    uri = await blocks(connection, robin, alice)
    again = await db_blocks.insert_block(
        connection, actor_id=robin.id, target_id=alice.id, uri="https://far.example/another"
    )
    assert not again
    assert await db_blocks.is_blocked(connection, robin.id, alice.id)
    assert not await db_blocks.is_blocked(connection, alice.id, robin.id)
    assert await db_blocks.are_apart(connection, alice.id, robin.id)
    assert await db_blocks.are_apart(connection, robin.id, alice.id)
    assert await db_blocks.target_blocked_as(connection, robin.id, uri) == alice.id
    assert await db_blocks.target_blocked_as(connection, alice.id, uri) is None
    assert await db_blocks.delete_block(connection, alice.id, robin.id) is None
    assert await db_blocks.delete_block(connection, robin.id, alice.id) == uri
    assert not await db_blocks.are_apart(connection, alice.id, robin.id)


async def test_who_blocks(connection: Connection) -> None:
    """Of several people, those are found who block somebody; of posts, whose author does."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    robin = await remote(connection)
    await blocks(connection, alice, robin)
    await blocks(connection, robin, bob)
    people = [alice.id, bob.id, robin.id]
    assert await db_blocks.who_block(connection, people, robin.id) == {alice.id}
    assert await db_blocks.who_block(connection, [bob.id], robin.id) == set()
    by_alice, by_bob = await says(connection, alice), await says(connection, bob)
    assert not await db_blocks.may_answer(connection, robin.id, by_alice.uri)
    assert await db_blocks.may_answer(connection, robin.id, by_bob.uri)
    assert await db_blocks.may_answer(connection, bob.id, by_alice.uri)
    assert await db_blocks.may_answer(connection, robin.id, "https://far.example/unknown")


async def test_block_hides_both_ways(connection: Connection) -> None:
    """Neither sees what the other says, named in it, following or not; everybody else does."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    dora = await local(connection, "dora")
    await follows(connection, bob, alice)
    await follows(connection, dora, alice)
    everything = [
        await says(connection, author, reach=reach, naming=[alice, bob, dora])
        for author in (alice, bob)
        for reach in Reach
    ]
    await blocks(connection, alice, bob)
    for status in everything:
        for reader in (alice, bob):
            view = await status_view(connection, reader.viewer, status.id)
            assert (view is not None) is (status.actor_id == reader.id)
        assert await status_view(connection, dora.viewer, status.id) is not None
        is_open = status.reach.is_open
        assert (await status_view(connection, STRANGER, status.id) is not None) is is_open


async def test_block_takes_posts_off_timelines(connection: Connection) -> None:
    """Home, public and profile pages leave out who is blocked, and boosts of their posts."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    dora = await local(connection, "dora")
    post = await says(connection, bob)
    boost = await boosts(connection, dora, post)
    await db_homes.add_to_homes(connection, [alice.id], post.id)
    await blocks(connection, alice, bob)
    for reader, seen in ((alice, []), (dora, [post.id])):
        viewer = reader.viewer
        public = await db_timelines.public_page(connection, viewer, before=None, limit=10)
        profile = await db_timelines.author_page(connection, viewer, bob.id, before=None, limit=10)
        assert public == profile == seen
    assert await db_timelines.home_page(connection, alice.viewer, before=None, limit=10) == []
    assert await status_view(connection, alice.viewer, boost.id) is None
    assert await status_view(connection, dora.viewer, boost.id) is not None


async def test_notifications_between_two(connection: Connection) -> None:
    """What two were told of each other goes, either way; what others did stays."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    dora = await local(connection, "dora")
    for owner, sender in ((alice, bob), (bob, alice), (alice, dora), (dora, bob)):
        await db_notifications.insert_notification(
            connection,
            owner_id=owner.id,
            sender_id=sender.id,
            kind=NotificationKind.FOLLOW,
            status_id=None,
        )
    await db_notifications.delete_notifications_between(connection, alice.id, bob.id)
    counts = [await db_notifications.count_unread(connection, one.id) for one in (alice, bob, dora)]
    assert counts == [1, 0, 1]
