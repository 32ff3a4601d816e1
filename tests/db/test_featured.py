"""Whom and what profiles lead to, what is noted down, and which threads are muted."""

from fedlearn.db import endorsements as db_endorsements
from fedlearn.db import featured_hashtags as db_featured_hashtags
from fedlearn.db import muted_threads as db_muted_threads
from fedlearn.db import personal_notes as db_personal_notes
from fedlearn.db import timelines as db_timelines
from fedlearn.db.chosen import Choice
from fedlearn.db.database import Connection
from fedlearn.db.details import Details, replace_details
from fedlearn.db.relations import standings
from fedlearn.db.status_views import status_views
from fedlearn.domain.audience import STRANGER, Reach
from tests.builders import boosts, follows, local, says


async def test_endorsements(connection: Connection) -> None:
    """Who is shown is somebody who is followed; each once, the latest first."""
    alice, bob, carol = [await local(connection, name) for name in ("alice", "bob", "carol")]
    for one in (bob, carol):
        await db_endorsements.endorse(connection, alice.id, one.id)
        await db_endorsements.endorse(connection, alice.id, one.id)
    assert await db_endorsements.endorsed_by(connection, alice.id, limit=9) == []
    for one in (bob, carol):
        await follows(connection, alice, one)
    shown = await db_endorsements.endorsed_by(connection, alice.id, limit=9)
    assert [one.id for _cursor, one in shown] == [carol.id, bob.id]
    cursor = shown[1][0]
    above = await db_endorsements.endorsed_by(
        connection, alice.id, after=cursor, is_upward=True, limit=1
    )
    assert above == shown[:1]
    await db_endorsements.unendorse(connection, alice.id, carol.id)
    known = await standings(connection, alice.id, [bob.id, carol.id])
    assert [known[one.id].endorses for one in (bob, carol)] == [True, False]


async def test_featured_hashtags(connection: Connection) -> None:
    """Those that somebody shows, with what each reader finds behind them; others are offered."""
    alice = await local(connection, "alice")
    for reach in (Reach.PUBLIC, Reach.UNLISTED, Reach.FOLLOWERS):
        post = await says(connection, alice, reach=reach)
        await replace_details(connection, post.id, Details(("bees",), ()))
    for name in ("bees", "bees", "wasps"):
        await db_featured_hashtags.feature_hashtag(connection, alice.id, name)
    shown = await db_featured_hashtags.featured_hashtags(connection, STRANGER, alice.id)
    assert [(one.name, one.posts, one.last_at is None) for one in shown] == [
        ("bees", 2, False),
        ("wasps", 0, True),
    ]
    assert await db_featured_hashtags.often_used_by(connection, alice.id, 9) == []
    await db_featured_hashtags.unfeature_hashtag(connection, alice.id, "bees")
    assert await db_featured_hashtags.often_used_by(connection, alice.id, 9) == ["bees"]
    assert await db_featured_hashtags.hashtags_featured_by(connection, alice.id) == ["wasps"]


async def test_notes(connection: Connection) -> None:
    """The latest note stands in the standing of who wrote it, and in no other."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    for text in ("Bees", "Wasps"):
        await db_personal_notes.write_note(connection, alice.id, bob.id, text)
    assert (await standings(connection, alice.id, [bob.id]))[bob.id].note == "Wasps"
    assert (await standings(connection, bob.id, [alice.id]))[alice.id].note == ""
    await db_personal_notes.delete_note(connection, alice.id, bob.id)
    assert (await standings(connection, alice.id, [bob.id]))[bob.id].note == ""


async def test_muted_threads(connection: Connection) -> None:
    """A thread is muted for one reader, with every post of it."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    post, other = await says(connection, alice), await says(connection, alice)
    answer = await says(connection, bob, answers=post)
    await db_muted_threads.mute_thread(connection, alice.id, answer.conversation)
    views = await status_views(connection, alice.viewer, [post.id, answer.id, other.id])
    assert [view.muted for view in views] == [True, True, False]
    assert await db_muted_threads.is_thread_muted(connection, alice.id, post.id)
    assert not await db_muted_threads.is_thread_muted(connection, bob.id, post.id)
    await db_muted_threads.unmute_thread(connection, alice.id, post.conversation)
    assert not await db_muted_threads.is_thread_muted(connection, alice.id, answer.id)


async def test_part_of_what_somebody_posts(connection: Connection) -> None:
    """Without boosts, without answers, and with hashtags or without: each alone and together."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    other = await says(connection, bob)
    plain, tagged = await says(connection, alice), await says(connection, alice)
    answer = await says(connection, alice, answers=other)
    for post, names in ((tagged, ("bees", "wasps")), (answer, ("bees",))):
        await replace_details(connection, post.id, Details(names, ()))
    boost = await boosts(connection, alice, other)
    for choice, shown in (
        (Choice(), [boost, answer, tagged, plain]),
        (Choice(without_boosts=True), [answer, tagged, plain]),
        (Choice(without_boosts=True, without_answers=True), [tagged, plain]),
        (Choice(with_all=frozenset({"bees", "wasps"})), [tagged]),
        (Choice(with_all=frozenset({"bees"}), with_none=frozenset({"wasps"})), [answer]),
        (Choice(only_media=True), []),
        (Choice(only_remote=True), []),
    ):
        found = await db_timelines.author_page(
            connection, alice.viewer, alice.id, before=None, limit=9, choice=choice
        )
        assert found == [one.id for one in shown], choice
    found = await db_timelines.hashtags_page(
        connection, STRANGER, frozenset({"bees", "wasps"}), before=None, limit=9
    )
    assert found == [answer.id, tagged.id]
