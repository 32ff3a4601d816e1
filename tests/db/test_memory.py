"""What is remembered of posts and people is never what they were: each change is seen at once.

By another process on the same database it is seen within a moment.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from fedlearn.db import counts as counts_module
from fedlearn.db import sqlite as sqlite_module
from fedlearn.db.actors import store_actor
from fedlearn.db.database import Connection, Database
from fedlearn.db.details import store_preview
from fedlearn.db.opening import open_database
from fedlearn.db.status_views import status_view
from fedlearn.db.statuses import delete_status, replace_text
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import STRANGER, Reach, Scope
from fedlearn.domain.ids import Millis, StatusId
from fedlearn.domain.statuses import Preview, Status, StatusView
from fedlearn.settings import Settings
from tests.builders import follows, likes, local, says


async def seen(db: Database, status_id: StatusId) -> StatusView:
    """The post, read twice: from the database if need be, and from memory if that may be."""
    async with db.read() as connection:
        await status_view(connection, STRANGER, status_id)
    async with db.read() as connection:
        view = await status_view(connection, STRANGER, status_id)
    assert view is not None
    return view


async def wrote(db: Database) -> tuple[Actor, Status]:
    """Somebody who has written something that was read."""
    async with db.write() as connection:
        alice = await local(connection, "alice")
        post = await says(connection, alice, "Before")
    assert (await seen(db, post.id)).status.content == "<p>Before</p>"
    return alice, post


async def renames(connection: Connection, actor: Actor, name: str) -> None:
    """Somebody calls themselves otherwise."""
    await store_actor(connection, replace(actor.profile, name=name), "here.test")


async def edits(connection: Connection, post: Status, text: str) -> None:
    """The post says something else."""
    at = Millis(post.published + 1)
    await replace_text(connection, post, replace(post, content=text, edited_at=at))


async def test_read_once(db: Database) -> None:
    """The same post is the same value for all who read it, and what they do is told apart."""
    alice, post = await wrote(db)
    # Where other processes are not heard for a moment, everything is forgotten: so three times.
    pairs = [(await seen(db, post.id), await seen(db, post.id)) for _ in range(3)]
    assert any(one.status is other.status for one, other in pairs)
    assert any(one.author is other.author for one, other in pairs)
    async with db.write() as connection:
        await likes(connection, alice, post)
    async with db.read() as connection:
        own = await status_view(connection, alice.viewer, post.id)
    assert own is not None
    assert (own.favourited, own.favourites) == (True, 1)
    stranger = await seen(db, post.id)
    assert (stranger.favourited, stranger.favourites) == (False, 1)


async def test_changes_are_seen(db: Database) -> None:
    """An edit, a preview that was found, and another name of the author show at once."""
    alice, post = await wrote(db)
    async with db.write() as connection:
        await edits(connection, post, "<p>After</p>")
    assert (await seen(db, post.id)).status.content == "<p>After</p>"
    async with db.write() as connection:
        await store_preview(connection, post.id, Preview("https://far.example/", "Far"))
    assert (await seen(db, post.id)).preview == Preview("https://far.example/", "Far")
    async with db.write() as connection:
        await renames(connection, alice, "Alice B.")
    assert (await seen(db, post.id)).author.profile.name == "Alice B."


async def test_what_is_no_more_is_not_remembered(db: Database) -> None:
    """A post that was deleted is gone for everybody, whatever is remembered of it."""
    _, post = await wrote(db)
    async with db.write() as connection:
        await delete_status(connection, post.id)
    async with db.read() as connection:
        assert await status_view(connection, STRANGER, post.id) is None


async def test_undone_changes_are_not_remembered(db: Database) -> None:
    """Who writes sees what they write; when it comes to nothing, nobody else ever saw it."""
    alice, post = await wrote(db)
    with pytest.raises(ZeroDivisionError):
        await change_in_vain(db, alice, post)
    view = await seen(db, post.id)
    assert (view.status.content, view.author.profile.name) == ("<p>Before</p>", "")


async def change_in_vain(db: Database, alice: Actor, post: Status) -> None:
    """A transaction that changes both, sees it, and comes to nothing."""
    async with db.write() as connection:
        await renames(connection, alice, "Nobody")
        await edits(connection, post, "<p>Never</p>")
        view = await status_view(connection, STRANGER, post.id)
        assert view is not None
        assert (view.status.content, view.author.profile.name) == ("<p>Never</p>", "Nobody")
        raise ZeroDivisionError


async def test_who_began_before_remembers_nothing_old(db: Database) -> None:
    """What is read as it was before a change is not kept for those who come after it."""
    async with db.write() as connection:
        alice = await local(connection, "alice")
        post = await says(connection, alice)
    async with db.read() as before:
        # From its first question on, a transaction sees one state.
        await before.fetch_one("SELECT count(*) AS n FROM status")
        async with db.write() as connection:
            await renames(connection, alice, "Alice B.")
        view = await status_view(before, STRANGER, post.id)
        assert view is not None
        assert view.author.profile.name == ""
    assert (await seen(db, post.id)).author.profile.name == "Alice B."


@asynccontextmanager
async def another_process(settings: Settings) -> AsyncIterator[Database]:
    """The same database, opened as by another process."""
    other = await open_database(settings)
    try:
        yield other
    finally:
        await other.close()


async def test_other_processes_are_heard(
    db: Database, database_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process's edit is seen at once, and what the post does not tell in a moment."""
    monkeypatch.setattr(sqlite_module, "BETWEEN_LOOKS", 0.02)
    async with another_process(database_settings) as other:
        alice, post = await wrote(db)
        assert (await seen(other, post.id)).author.profile.name == ""
        async with db.write() as connection:
            await edits(connection, post, "<p>After</p>")
            await renames(connection, alice, "Alice B.")
            await follows(connection, await local(connection, "bob"), alice)
        assert (await seen(other, post.id)).status.content == "<p>After</p>"
        async with asyncio.timeout(5):
            while (await seen(other, post.id)).author.profile.name != "Alice B.":  # noqa: ASYNC110
                await asyncio.sleep(0.02)


async def test_what_very_many_like_is_counted_once_a_minute(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A like more or less of thousands shows late, one of a few at once; one's own always."""
    monkeypatch.setattr(counts_module, "MANY", 3)
    _, post = await wrote(db)
    people = []
    for number in range(5):
        async with db.write() as connection:
            people.append(await local(connection, f"reader{number}"))
            await likes(connection, people[-1], post)
        async with db.read() as connection:
            view = await status_view(connection, people[-1].viewer, post.id)
        assert view is not None
        assert view.favourited
        assert view.favourites == min(number + 1, 3)
    async with db.write() as connection:
        exact = await status_view(connection, people[0].viewer, post.id)
    assert exact is not None
    assert exact.favourites == 5


async def test_what_only_some_see_is_not_counted_for_all(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The count of what very many take up is what anybody may know, whoever asked first."""
    monkeypatch.setattr(counts_module, "MANY", 1)
    alice, post = await wrote(db)
    async with db.write() as connection:
        await says(connection, alice, answers=post)
        await says(connection, alice, answers=post, reach=Reach.FOLLOWERS)
        await says(connection, alice, answers=post, scope=Scope.ORG)
        bob = await local(connection, "bob")
    for viewer, replies in ((alice.viewer, 2), (bob.viewer, 2), (STRANGER, 1)):
        async with db.read() as connection:
            view = await status_view(connection, viewer, post.id)
        assert view is not None
        assert view.replies == replies
