"""How direct posts become conversations of our people, and who is in one."""

from fedlearn.db import direct_posts
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.db.erasing import erase_traces
from fedlearn.db.mutes import store_mute
from fedlearn.db.status_views import status_view
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach
from fedlearn.domain.conversations import ConversationView
from fedlearn.domain.ids import StatusId
from fedlearn.domain.mutes import Mute
from fedlearn.domain.statuses import Status
from tests.builders import local, remote, says


async def whispers(
    connection: Connection,
    author: Actor,
    *naming: Actor,
    answers: Status | None = None,
    text: str = "psst",
) -> Status:
    """Somebody posts to a few, and it reaches their conversations."""
    post = await says(connection, author, text, reach=Reach.DIRECT, naming=naming, answers=answers)
    await direct_posts.gather_direct(connection, post)
    return post


async def conversations_of(
    connection: Connection, owner: Actor, before: StatusId | None = None, limit: int = 20
) -> list[ConversationView]:
    """What stands on somebody's list."""
    return await direct_posts.conversations_page(
        connection, owner.viewer, before=before, limit=limit
    )


async def test_thread_is_one_conversation(connection: Connection) -> None:
    """Each of our people in it has it once, with its last post and the others in that."""
    alice, bob, robin = (
        await local(connection, "alice"),
        await local(connection, "bob"),
        await remote(connection),
    )
    first = await whispers(connection, alice, bob, robin)
    second = await whispers(connection, robin, alice, answers=first)
    other = await whispers(connection, bob, alice)
    [latest, earlier] = await conversations_of(connection, alice)
    assert [latest.last.id, earlier.last.id] == [other.id, second.id]
    assert [actor.id for actor in earlier.people] == [robin.id]
    [his_latest, his_earlier] = await conversations_of(connection, bob)
    assert [his_latest.last.id, his_earlier.last.id] == [other.id, first.id]
    assert {actor.id for actor in his_earlier.people} == {alice.id, robin.id}
    page = await direct_posts.direct_page(
        connection, alice.viewer, earlier.conversation.uri, before=None, limit=20
    )
    assert page == [second.id, first.id]
    # An aside between two is not for the third.
    assert await direct_posts.direct_page(
        connection, bob.viewer, earlier.conversation.uri, before=None, limit=20
    ) == [first.id]
    [last] = await conversations_of(connection, alice, before=latest.last.id, limit=1)
    assert last == earlier


async def test_what_is_unread(connection: Connection) -> None:
    """What others say is unread until it is read or answered; one's own words are read."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    post = await whispers(connection, bob, alice)
    assert await direct_posts.count_unread_conversations(connection, bob.id) == 0
    assert await direct_posts.count_unread_conversations(connection, alice.id) == 1
    [one] = await conversations_of(connection, alice)
    await direct_posts.mark_conversation_read(connection, one.conversation.id)
    assert await direct_posts.count_unread_conversations(connection, alice.id) == 0
    # The same post once more is no news.
    await direct_posts.gather_direct(connection, post)
    assert await direct_posts.count_unread_conversations(connection, alice.id) == 0
    await whispers(connection, bob, alice, answers=post)
    assert await direct_posts.count_unread_conversations(connection, alice.id) == 1
    await whispers(connection, alice, bob, answers=post)
    assert await direct_posts.count_unread_conversations(connection, alice.id) == 0
    assert await direct_posts.count_unread_conversations(connection, bob.id) == 1


async def test_what_leaves_the_list(connection: Connection) -> None:
    """A conversation that is taken off, or in which nothing can be seen; a new post brings it back."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    first = await whispers(connection, bob, alice)
    second = await whispers(connection, bob, alice, answers=first)
    await db_statuses.delete_status(connection, second.id)
    [one] = await conversations_of(connection, alice)
    assert one.last.id == first.id
    await direct_posts.delete_conversation(connection, one.conversation.id)
    assert await conversations_of(connection, alice) == []
    assert len(await conversations_of(connection, bob)) == 1
    third = await whispers(connection, bob, alice, answers=first)
    [one] = await conversations_of(connection, alice)
    assert one.last.id == third.id
    await store_mute(connection, alice.id, Mute(bob.id, True, None))
    assert await conversations_of(connection, alice) == []
    assert await conversations_of(connection, bob) != []
    for post in (first, third):
        await db_statuses.delete_status(connection, post.id)
    assert await conversations_of(connection, bob) == []
    await erase_traces(connection, bob.id)
    assert await direct_posts.conversation_by_id(connection, one.conversation.id) is not None


async def test_people_in_a_post(connection: Connection) -> None:
    """Whoever wrote it comes first, then whom it names; the reader is not told of themselves."""
    alice, bob, robin = (
        await local(connection, "alice"),
        await local(connection, "bob"),
        await remote(connection),
    )
    post = await whispers(connection, robin, alice, bob)
    view = await status_view(connection, alice.viewer, post.id)
    assert view is not None
    people = await direct_posts.people_in(connection, view, alice.id)
    assert [actor.id for actor in people] == [robin.id, bob.id]
