"""What stands on the tabs of a profile; who may see it is in test_visibility.py."""

from dataclasses import replace

import pytest

from fedlearn.db import profiles as db_profiles
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.db.details import Details, replace_details
from fedlearn.domain.audience import STRANGER
from fedlearn.domain.ids import StatusId
from fedlearn.domain.statuses import Attachment, Status
from tests.builders import a_status, boosts, local, remote, says

PICTURE = Attachment("image/webp", "https://our.example/media/1.webp", "bees")


async def shows_picture(connection: Connection, post: Status) -> None:
    """A post has a picture."""
    await replace_details(connection, post.id, Details((), (PICTURE,)))


async def test_posts_without_answers(connection: Connection) -> None:
    """On the first tab stand posts, boosts and what goes on from one's own, not answers to others."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    by_bob = await says(connection, bob)
    first = await says(connection, alice)
    shown = [
        first,
        await says(connection, alice, answers=first),
        await boosts(connection, alice, by_bob),
    ]
    await says(connection, alice, answers=by_bob)
    unknown = replace(a_status(alice), in_reply_to_uri=(await remote(connection)).uri)
    await db_statuses.insert_status(connection, unknown, is_local=True)
    page = await db_profiles.posts_page(connection, STRANGER, alice.id, before=None, limit=9)
    assert page == [post.id for post in reversed(shown)]


async def test_posts_with_pictures(connection: Connection) -> None:
    """On the tab of media stand one's own posts that have some, not what one has boosted."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    with_picture, by_bob = await says(connection, alice), await says(connection, bob)
    await says(connection, alice)
    for post in (with_picture, by_bob):
        await shows_picture(connection, post)
    await boosts(connection, alice, by_bob)
    page = await db_profiles.media_page(connection, STRANGER, alice.id, before=None, limit=9)
    assert page == [with_picture.id]


@pytest.mark.parametrize("tab", [db_profiles.posts_page, db_profiles.media_page])
async def test_tabs_hold_everything_once(connection: Connection, tab: db_profiles.Tab) -> None:
    """Page after page, newest first, everything stands there once."""
    alice = await local(connection)
    posts = [await says(connection, alice, str(n)) for n in range(5)]
    for post in posts:
        await shows_picture(connection, post)
    found: list[StatusId] = []
    while page := await tab(
        connection, STRANGER, alice.id, before=found[-1] if found else None, limit=2
    ):
        found += page
    assert found == [post.id for post in reversed(posts)]
