"""Posts about to be deleted are nowhere to be seen, and what is written anew keeps its pictures."""

from fedlearn.db import homes as db_homes
from fedlearn.db import lists as db_lists
from fedlearn.db import media_attachments as db_media_attachments
from fedlearn.db import redrafts as db_redrafts
from fedlearn.db import statuses as db_statuses
from fedlearn.db import threads as db_threads
from fedlearn.db import timelines as db_timelines
from fedlearn.db.database import Connection
from fedlearn.db.details import replace_hashtags
from fedlearn.db.erasing import erase_traces
from fedlearn.db.status_views import status_view, status_views
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import STRANGER
from fedlearn.domain.ids import Millis, StatusId, now, snowflake
from fedlearn.domain.media import MediaAttachment, Picture
from fedlearn.domain.redrafts import Redraft, RedraftId
from fedlearn.domain.statuses import Status
from tests.builders import boosts, follows, local, says

PICTURE = Picture("image/webp", 40, 30, "LEHV6nWB2yk8pyo0adR*.7kCMdnj")


async def everywhere(connection: Connection, reader: Actor, post: Status) -> list[StatusId]:
    """What a reader finds in all the places where a post can stand."""
    viewer = reader.viewer
    mine = await db_lists.insert_list(connection, reader.id, "all")
    await db_lists.add_member(connection, mine.id, post.actor_id)
    pages = [
        await db_timelines.home_page(connection, viewer, before=None, limit=20),
        await db_timelines.public_page(connection, viewer, before=None, limit=20),
        await db_timelines.hashtag_page(connection, viewer, "bees", before=None, limit=20),
        await db_timelines.author_page(connection, viewer, post.actor_id, before=None, limit=20),
        await db_timelines.outbox_page(connection, post.actor_id, before=None, limit=20),
        await db_timelines.author_feed(connection, post.actor_id, 20),
        await db_threads.conversation_page(connection, viewer, post.conversation, 20),
        await db_lists.list_page(connection, viewer, mine.id, before=None, limit=20),
        [view.id for view in await status_views(connection, viewer, [post.id])],
        [view.id for view in await status_views(connection, STRANGER, [post.id])],
    ]
    return [one for page in pages for one in page]


async def test_nobody_sees_what_is_about_to_be_deleted(connection: Connection) -> None:
    """Neither its author nor anybody else, in no place, nor in counts; then it is there again."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    await follows(connection, bob, alice)
    post = await says(connection, alice)
    await replace_hashtags(connection, post.id, ["bees"])
    await db_homes.add_to_homes(connection, [alice.id, bob.id], post.id)
    above = await says(connection, bob)
    answer = await says(connection, alice, answers=above)
    boost = await boosts(connection, bob, post)
    for reader in (alice, bob):
        assert (await everywhere(connection, reader, post)).count(post.id) == 10
    for one in (post, answer):
        await db_statuses.mark_deleted(connection, one.id, now())
    for reader in (alice, bob):
        assert post.id not in await everywhere(connection, reader, post)
    assert await status_views(connection, bob.viewer, [boost.id]) == []
    view = await status_view(connection, alice.viewer, above.id)
    assert view is not None
    assert view.replies == 0
    assert await db_timelines.count_outbox(connection, alice.id) == 0
    assert await db_statuses.own_status(connection, alice.id, post.id) is None
    assert await db_statuses.show_again(connection, post.id) == post
    for reader in (alice, bob):
        assert (await everywhere(connection, reader, post)).count(post.id) == 10


async def test_showing_again_what_was_hidden_then(connection: Connection) -> None:
    """A job ends the hiding that it was made for, and no later one."""
    post = await says(connection, await local(connection))
    assert await db_statuses.show_again(connection, post.id) is None
    await db_statuses.mark_deleted(connection, post.id, Millis(5))
    assert await db_statuses.show_again(connection, post.id, hidden_at=Millis(4)) is None
    assert await db_statuses.show_again(connection, post.id, hidden_at=Millis(5)) == post
    assert await db_statuses.show_again(connection, post.id, hidden_at=Millis(5)) is None


async def test_redraft_holds_on_to_pictures(connection: Connection) -> None:
    """They survive the post and every cleaning, until the redraft is gone."""
    alice = await local(connection, "alice")
    post, kept = await says(connection, alice), MediaAttachment(snowflake(), "ab" * 16, PICTURE)
    other = MediaAttachment(snowflake(), "cd" * 16, PICTURE)
    for media in (kept, other):
        await db_media_attachments.insert_media_attachment(connection, media, alice.id)
    await db_media_attachments.take_media(connection, post.id, [kept.id, other.id])
    made = Redraft(RedraftId(snowflake()), alice.id, post.id, "{}", now())
    await db_redrafts.insert_redraft(connection, made, [kept.id])
    assert await db_redrafts.redrafts_of(connection, alice.id) == [made]
    assert await db_redrafts.redraft_by_id(connection, made.id) == made
    await db_redrafts.let_go_of_media(connection, post.id)
    assert await db_media_attachments.media_of_status(connection, post.id) == [other]
    later = Millis(now() + 1000)
    assert await db_media_attachments.untaken_media(connection, later, 9) == []
    assert set(await db_media_attachments.waiting_media(connection, alice.id, [kept.id])) == {
        kept.id
    }
    await db_redrafts.forget_old_redrafts(connection, made.created_at)
    assert await db_redrafts.redrafts_of(connection, alice.id) == [made]
    await db_redrafts.delete_redrafts_of_status(connection, post.id)
    assert await db_redrafts.redraft_by_id(connection, made.id) is None
    assert await db_media_attachments.untaken_media(connection, later, 9) == [kept]


async def test_redrafts_end(connection: Connection) -> None:
    """They are forgotten when they are old, and go with their author."""
    alice = await local(connection, "alice")
    post = await says(connection, alice)
    old = Redraft(RedraftId(snowflake()), alice.id, post.id, "{}", Millis(5))
    new = Redraft(RedraftId(snowflake()), alice.id, post.id, "{}", Millis(7))
    for one in (old, new):
        await db_redrafts.insert_redraft(connection, one, [])
    await db_redrafts.forget_old_redrafts(connection, Millis(6))
    assert await db_redrafts.redrafts_of(connection, alice.id) == [new]
    await erase_traces(connection, alice.id)
    assert await db_redrafts.redrafts_of(connection, alice.id) == []
