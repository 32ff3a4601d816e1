"""How it is remembered what people put aside, and what they like."""

from fedlearn.db import bookmarks as db_bookmarks
from fedlearn.db.database import Connection
from fedlearn.db.erasing import erase_traces
from fedlearn.db.kept import kept_page
from fedlearn.db.status_views import status_view
from fedlearn.db.statuses import delete_status
from fedlearn.domain.audience import Reach, Viewer
from fedlearn.domain.ids import StatusId
from tests.builders import follows, likes, local, remote, says


async def kept(connection: Connection, viewer: Viewer) -> list[StatusId]:
    """What somebody has put aside, read two at a time."""
    found: list[StatusId] = []
    before = None
    while page := await kept_page(connection, "bookmark", viewer, before=before, limit=2):
        found += [status_id for _, status_id in page]
        before = page[-1][0]
    return found


async def test_bookmarks_in_the_order_of_keeping(connection: Connection) -> None:
    """The latest kept comes first, however old the post; keeping twice is keeping once."""
    alice, robin = await local(connection), await remote(connection)
    posts = [await says(connection, robin) for _ in range(3)]
    for post in (posts[1], posts[2], posts[0], posts[1]):
        await db_bookmarks.insert_bookmark(connection, alice.id, post.id)
    assert await kept(connection, alice.viewer) == [posts[0].id, posts[2].id, posts[1].id]
    assert await kept(connection, robin.viewer) == []
    view = await status_view(connection, alice.viewer, posts[0].id)
    assert view
    assert view.bookmarked
    view = await status_view(connection, robin.viewer, posts[0].id)
    assert view
    assert not view.bookmarked
    await db_bookmarks.delete_bookmark(connection, alice.id, posts[2].id)
    await db_bookmarks.delete_bookmark(connection, robin.id, posts[0].id)
    assert await kept(connection, alice.viewer) == [posts[0].id, posts[1].id]
    await delete_status(connection, posts[0].id)
    assert await kept(connection, alice.viewer) == [posts[1].id]
    await erase_traces(connection, alice.id)
    assert await kept(connection, alice.viewer) == []


async def test_what_is_kept_may_be_out_of_sight(connection: Connection) -> None:
    """A bookmark or a like of a post is no key to it: both pages ask who may see it."""
    alice, robin = await local(connection), await remote(connection)
    post = await says(connection, robin, reach=Reach.FOLLOWERS)
    await db_bookmarks.insert_bookmark(connection, alice.id, post.id)
    await likes(connection, alice, post)
    page = await kept_page(connection, "favourite", alice.viewer, before=None, limit=5)
    assert page == await kept_page(connection, "bookmark", alice.viewer, before=None, limit=5)
    assert page == []
    await follows(connection, alice, robin)
    [(like_id, liked)] = await kept_page(
        connection, "favourite", alice.viewer, before=None, limit=5
    )
    assert liked == post.id
    assert await kept(connection, alice.viewer) == [post.id]
    assert not await kept_page(connection, "favourite", alice.viewer, before=like_id, limit=5)
