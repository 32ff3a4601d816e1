"""How it is remembered who likes what."""

from fedlearn.db import favourites as db_favourites
from fedlearn.db.database import Connection
from fedlearn.db.status_views import status_view
from fedlearn.domain.audience import STRANGER
from fedlearn.domain.statuses import Status
from tests.builders import likes, local, remote, says


async def count(connection: Connection, status: Status) -> int:
    """How many like a status."""
    view = await status_view(connection, STRANGER, status.id)
    assert view
    return view.favourites


async def test_liking_twice(connection: Connection) -> None:
    """Liking again is no news and changes nothing, whatever identity it has; others like, too."""
    alice, robin = await local(connection), await remote(connection)
    post, other = await says(connection, alice), await says(connection, alice)
    first = await likes(connection, robin, post)
    again = await db_favourites.insert_favourite(
        connection, actor_id=robin.id, status_id=post.id, uri="https://far.example/another"
    )
    assert not again
    await likes(connection, alice, post)
    await likes(connection, robin, other)
    assert await count(connection, post) == 2
    assert await db_favourites.status_liked_as(connection, robin.id, first) == post.id
    other_uri = "https://far.example/another"
    assert await db_favourites.status_liked_as(connection, robin.id, other_uri) is None


async def test_liking_no_more(connection: Connection) -> None:
    """A like that is taken back tells its identity once, and those of others stay."""
    alice, robin = await local(connection), await remote(connection)
    post = await says(connection, alice)
    uri = await likes(connection, robin, post)
    await likes(connection, alice, post)
    assert await db_favourites.delete_favourite(connection, robin.id, post.id) == uri
    assert await db_favourites.delete_favourite(connection, robin.id, post.id) is None
    assert await count(connection, post) == 1
    await likes(connection, robin, post)
    assert await count(connection, post) == 2


async def test_like_of_somebody_else(connection: Connection) -> None:
    """The identity of a like means something only together with who likes."""
    alice, robin = await local(connection), await remote(connection)
    uri = await likes(connection, robin, await says(connection, alice))
    assert await db_favourites.status_liked_as(connection, alice.id, uri) is None
