"""How statuses are remembered, changed and forgotten."""

from dataclasses import replace
from sqlite3 import IntegrityError

import asyncpg
import pytest

from fedlearn.db import details as db_details
from fedlearn.db import homes as db_homes
from fedlearn.db import notifications as db_notifications
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.db.details import Details
from fedlearn.db.status_views import status_view
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.ids import Millis, StatusId, Uri, snowflake
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.statuses import Attachment, Edit
from fedlearn.errors import Unavailable
from tests.builders import a_status, boosts, likes, local, remote, says


async def count(connection: Connection, table: str) -> int:
    """How many rows a table has."""
    row = await connection.fetch_one(f"SELECT count(*) AS n FROM {table}")
    assert row
    return int(row["n"])


# --- keeping ---------------------------------------------------------------------------------------


async def test_status_comes_back_as_it_was_kept(connection: Connection) -> None:
    """Every field of a status is there again, by its id and by its identity."""
    alice = await local(connection)
    parent = await says(connection, alice)
    full = replace(
        a_status(alice, "an answer", reach=Reach.FOLLOWERS, scope=Scope.ORG, answers=parent),
        content_warning="long",
        is_sensitive=True,
        edited_at=Millis(5),
    )
    bare = replace(a_status(alice), source=None, language=None)
    for status in (full, bare):
        assert await db_statuses.insert_status(connection, status, is_local=True)
        assert await db_statuses.status_by_id(connection, status.id) == status
        assert await db_statuses.status_by_uri(connection, status.uri) == status


async def test_unknown_status(connection: Connection) -> None:
    """A status that nobody kept is not there."""
    assert await db_statuses.status_by_id(connection, StatusId(1)) is None
    assert await db_statuses.status_by_uri(connection, "https://far.example/1") is None


async def test_known_status_is_not_kept_again(connection: Connection) -> None:
    """A second status with the same identity changes nothing, and says so."""
    robin = await remote(connection)
    first = await says(connection, robin, "first")
    second = replace(a_status(robin, "second"), uri=first.uri)
    assert not await db_statuses.insert_status(connection, second, is_local=False)
    assert await db_statuses.status_by_uri(connection, first.uri) == first


async def test_two_statuses_with_one_id(connection: Connection) -> None:
    """Another status that happens to get the same id is not lost: it is to be tried again."""
    robin, other = await remote(connection), await remote(connection, "ro@near.example")
    first = await says(connection, robin)
    second = replace(a_status(other), id=first.id)
    with pytest.raises(Unavailable, match="belongs to another post"):
        await db_statuses.insert_status(connection, second, is_local=False)
    again = replace(second, id=StatusId(snowflake()))
    assert await db_statuses.insert_status(connection, again, is_local=False)


async def test_boosting_twice(connection: Connection) -> None:
    """An actor has one boost of a status; others have theirs."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    post = await says(connection, alice)
    boost = await boosts(connection, bob, post)
    again = replace(a_status(bob), boost_of_id=post.id)
    assert not await db_statuses.insert_status(connection, again, is_local=True)
    assert await db_statuses.boost_by(connection, bob.id, post.id) == boost
    assert await db_statuses.boost_by(connection, alice.id, post.id) is None
    both = [post.id, boost.id]
    assert await db_statuses.boosts_among(connection, bob.id, both) == {boost.id}
    assert await db_statuses.boosts_among(connection, alice.id, both) == set()
    assert await db_statuses.boosts_among(connection, bob.id, []) == set()
    by_author = await boosts(connection, alice, post)
    assert await db_statuses.boost_by(connection, alice.id, post.id) == by_author


async def test_answers_that_came_early(connection: Connection) -> None:
    """Answers that waited for their parent are joined to it, and no others."""
    alice, robin = await local(connection), await remote(connection)
    parent = a_status(robin)
    early = replace(a_status(alice), in_reply_to_uri=parent.uri)
    waiting_for_another = replace(a_status(alice), in_reply_to_uri=Uri("https://far.example/other"))
    for answer in (early, waiting_for_another):
        await db_statuses.insert_status(connection, answer, is_local=True)
    await db_statuses.insert_status(connection, parent, is_local=False)
    joined = await db_statuses.status_by_id(connection, early.id)
    assert joined == replace(early, in_reply_to_id=parent.id)
    left = await db_statuses.status_by_id(connection, waiting_for_another.id)
    assert left == waiting_for_another


# --- what belongs to it ----------------------------------------------------------------------------


async def test_details(connection: Connection) -> None:
    """Hashtags and attachments are those of the last time that they were given, in their order."""
    alice = await local(connection)
    post, other = await says(connection, alice), await says(connection, alice)
    film = Attachment("video/mp4", "https://our.example/film.mp4")
    picture = Attachment("image/png", "https://our.example/a.png", "A graph", "LKO2", 640, 480)
    await db_details.replace_details(
        connection,
        other.id,
        Details(
            ("other",),
            (
                film,
                film,
            ),
        ),
    )
    await db_details.replace_details(connection, post.id, Details(("old",), (film,)))
    await db_details.replace_details(
        connection,
        post.id,
        Details(
            (
                "b",
                "a",
                "a",
            ),
            (
                picture,
                film,
            ),
        ),
    )
    view = await status_view(connection, alice.viewer, post.id)
    assert view
    assert view.hashtags == ("a", "b")
    assert view.attachments == (picture, film)
    await db_details.replace_details(connection, post.id, Details((), ()))
    view = await status_view(connection, alice.viewer, post.id)
    assert view
    assert (view.hashtags, view.attachments) == ((), ())
    untouched = await status_view(connection, alice.viewer, other.id)
    assert untouched
    assert (untouched.hashtags, len(untouched.attachments)) == (("other",), 2)


async def test_mentions(connection: Connection) -> None:
    """Naming somebody again is no news; after an edit, only those whom it keeps are named."""
    alice, robin = await local(connection, "alice"), await remote(connection)
    post, other = await says(connection, alice), await says(connection, alice, naming=[robin])
    ids = [alice.id, robin.id]
    assert await db_statuses.add_mentions(connection, post.id, ids[:1], is_silent=False) == ids[:1]
    assert await db_statuses.add_mentions(connection, post.id, ids, is_silent=False) == ids[1:]
    await db_statuses.remove_mentions_except(connection, post.id, [robin.id])
    view = await status_view(connection, alice.viewer, post.id)
    assert view
    assert [mention.acct for mention in view.mentions] == ["robin@far.example"]
    await db_statuses.remove_mentions_except(connection, post.id, [])
    view = await status_view(connection, alice.viewer, post.id)
    assert view
    assert view.mentions == ()
    untouched = await status_view(connection, alice.viewer, other.id)
    assert untouched
    assert [mention.actor_id for mention in untouched.mentions] == [robin.id]


async def test_who_is_named(connection: Connection) -> None:
    """Those who are named in a status are told, not those whom it is only addressed to."""
    alice, bob, robin = await _three(connection)
    post = await says(connection, alice, naming=[bob], silently_to=[robin])
    await says(connection, alice, naming=[robin])
    assert await db_statuses.named_in(connection, post.id) == [bob.id]


# --- editing ---------------------------------------------------------------------------------------


async def test_edits(connection: Connection) -> None:
    """An edit changes what a status says; what it said before is kept with the time of each."""
    alice = await local(connection)
    first = replace(a_status(alice, "one", at=Millis(1000)), content_warning="sharp")
    await db_statuses.insert_status(connection, first, is_local=True)
    second = replace(first, content="<p>two</p>", source="two", edited_at=Millis(2000))
    third = replace(
        second,
        content="<p>three</p>",
        source="three",
        content_warning="",
        is_sensitive=True,
        language="de",
        edited_at=Millis(3000),
    )
    await db_statuses.replace_text(connection, first, second)
    await db_statuses.replace_text(connection, second, third)
    assert await db_statuses.status_by_id(connection, first.id) == third
    assert await db_statuses.edits_of(connection, first.id) == [
        Edit("<p>one</p>", "sharp", Millis(1000)),
        Edit("<p>two</p>", "sharp", Millis(2000)),
    ]


async def test_edit_never_changes_the_audience(connection: Connection) -> None:
    """Whatever an edit says of reach, scope or author, those stay as they were."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    post = await says(connection, alice, reach=Reach.FOLLOWERS, scope=Scope.ORG)
    wider = replace(post, reach=Reach.PUBLIC, scope=Scope.FED, actor_id=bob.id, content="<p>2</p>")
    await db_statuses.replace_text(connection, post, wider)
    kept = await db_statuses.status_by_id(connection, post.id)
    assert kept == replace(post, content="<p>2</p>")


async def test_status_without_edits(connection: Connection) -> None:
    """A status that was never edited has no earlier texts."""
    post = await says(connection, await local(connection))
    assert await db_statuses.edits_of(connection, post.id) == []


# --- deleting --------------------------------------------------------------------------------------


async def test_deleting_takes_along_what_belongs_to_it(connection: Connection) -> None:
    """With a status go its boosts, likes, mentions, edits, entries and notifications; answers stay."""
    alice, bob, robin = await _three(connection)
    post = await says(connection, alice, naming=[bob])
    answer = await says(connection, bob, answers=post)
    boost = await boosts(connection, robin, post)
    await likes(connection, bob, post)
    await db_details.replace_details(
        connection, post.id, Details(("a",), (Attachment("image/png", "https://x/y"),))
    )
    await db_statuses.replace_text(connection, post, replace(post, content="<p>2</p>"))
    await db_homes.add_to_homes(connection, [bob.id], post.id)
    await db_homes.add_to_homes(connection, [bob.id], boost.id)
    await db_notifications.insert_notification(
        connection,
        owner_id=bob.id,
        sender_id=alice.id,
        kind=NotificationKind.MENTION,
        status_id=post.id,
    )
    await db_statuses.delete_status(connection, post.id)
    assert await db_statuses.status_by_id(connection, post.id) is None
    assert await db_statuses.status_by_id(connection, boost.id) is None
    orphan = await db_statuses.status_by_id(connection, answer.id)
    assert orphan == replace(answer, in_reply_to_id=None)
    for table in (
        *("mention", "favourite", "hashtag", "attachment", "status_edit"),
        *("home_entry", "notification"),
    ):
        assert (table, await count(connection, table)) == (table, 0)


async def test_deleting_a_boost_leaves_what_it_boosts(connection: Connection) -> None:
    """The end of a boost is not the end of the post, and the post can be boosted again."""
    alice, bob, _ = await _three(connection)
    post = await says(connection, alice)
    boost = await boosts(connection, bob, post)
    await db_statuses.delete_status(connection, boost.id)
    assert await db_statuses.status_by_id(connection, post.id) == post
    await boosts(connection, bob, post)


async def test_who_must_hear_of_its_end(connection: Connection) -> None:
    """Those who were named, liked, boosted or answered are told, each once, and nobody else."""
    alice, bob, robin = await _three(connection)
    people = {name: await remote(connection, f"{name}@far.example") for name in ("lu", "mo", "no")}
    post = await says(connection, alice, naming=[bob], silently_to=[people["no"]])
    await likes(connection, people["lu"], post)
    await boosts(connection, people["lu"], post)
    await says(connection, people["mo"], answers=post)
    elsewhere = await says(connection, alice, naming=[robin])
    told = await db_statuses.interested_actors(connection, post.id)
    assert {actor.acct for actor in told} == {"bob", *(actor.acct for actor in people.values())}
    assert len(told) == 4
    assert await db_statuses.interested_actors(connection, elsewhere.id) == [robin]


# --- the last look at what leaves ------------------------------------------------------------------


async def test_what_is_kept_inside(connection: Connection) -> None:
    """One post of the organisation among many is found; without any, all may leave."""
    alice = await local(connection)
    outside = [await says(connection, alice, reach=reach) for reach in Reach]
    inside = await says(connection, alice, scope=Scope.ORG)
    ids = [post.id for post in outside]
    assert not await db_statuses.any_kept_inside(connection, [])
    assert not await db_statuses.any_kept_inside(connection, ids)
    assert await db_statuses.any_kept_inside(connection, [*ids, inside.id])


async def test_numbers_that_cannot_be_ids(connection: Connection) -> None:
    """A number too large for the database, which anybody can write in a post, is no id."""
    inside = await says(connection, await local(connection), scope=Scope.ORG)
    assert not await db_statuses.any_kept_inside(connection, [9_999_999_999_999_999_999])
    assert await db_statuses.any_kept_inside(connection, [9_999_999_999_999_999_999, inside.id])


@pytest.mark.parametrize("column", ["reach", "scope"])
async def test_unknown_audience_is_refused(connection: Connection, column: str) -> None:
    """The database itself takes no other words for an audience than those we know."""
    await says(connection, await local(connection))
    with pytest.raises(
        (IntegrityError, asyncpg.CheckViolationError), match=r"(?i)check constraint"
    ):
        await connection.execute(f"UPDATE status SET {column} = 'everybody'")


async def _three(connection: Connection) -> tuple[Actor, Actor, Actor]:
    return (
        await local(connection, "alice"),
        await local(connection, "bob"),
        await remote(connection, "robin@far.example"),
    )
