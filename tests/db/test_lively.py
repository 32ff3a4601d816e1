"""What is lively: what several people do lately, in what was posted here for everybody."""

from dataclasses import replace
from typing import Any

from fedlearn.db import actors as db_actors
from fedlearn.db import details as db_details
from fedlearn.db import lively as db_lively
from fedlearn.db import mutes as db_mutes
from fedlearn.db.database import Connection
from fedlearn.db.details import Details
from fedlearn.db.lively import LivelyHashtag, LivelyLink
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import STRANGER, Reach, Scope
from fedlearn.domain.ids import Millis, now
from fedlearn.domain.mutes import Mute
from fedlearn.domain.statuses import Preview, Status
from tests.builders import OUR_HOST, boosts, likes, local, remote, says, signs_up
from tests.clock import DAY, Clock

LONG_AGO = Millis(0)


async def says_with(connection: Connection, author: Actor, *names: str, **facts: Any) -> Status:
    """Somebody posts with hashtags."""
    status = await says(connection, author, **facts)
    await db_details.replace_details(connection, status.id, Details(names, (), None))
    return status


async def is_under(connection: Connection, actor: Actor, policy: str | None) -> None:
    """An operator has said this of an actor's domain, or nothing."""
    await connection.execute(
        "UPDATE actor SET policy = :policy WHERE id = :id", policy=policy, id=actor.id
    )


async def test_hashtags_of_several_people(connection: Connection) -> None:
    """A hashtag is lively that two people used; how often one alone used it does not matter."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    carol, robin = await local(connection, "carol"), await remote(connection)
    for author in (alice, bob, carol, carol):
        await says_with(connection, author, "bees")
    for author in (alice, bob):
        await says_with(connection, author, "ants", "lone" if author is alice else "bees")
    for _ in range(9):
        await says_with(connection, alice, "lone")
    await says_with(connection, robin, "lone")
    found = await db_lively.lively_hashtags(connection, STRANGER, LONG_AGO, 9)
    assert found == [LivelyHashtag("bees", 3, 5), LivelyHashtag("ants", 2, 2)]
    assert await db_lively.lively_hashtags(connection, STRANGER, LONG_AGO, 1) == found[:1]


async def test_hashtags_of_what_is_not_for_everybody(connection: Connection) -> None:
    """What is quiet, for some, kept inside, old, or by who is suspended makes no hashtag lively."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    await says_with(connection, alice, "bees")
    for reach in Reach:
        for scope in Scope:
            if (reach, scope) != (Reach.PUBLIC, Scope.FED):
                await says_with(connection, bob, "bees", reach=reach, scope=scope)
    week = Millis(now() - 7 * DAY)
    await says_with(connection, bob, "bees", at=Millis(week - 1000))
    assert await db_lively.lively_hashtags(connection, STRANGER, week, 9) == []
    assert len(await db_lively.lively_hashtags(connection, STRANGER, Millis(week - 2000), 9)) == 1
    await db_actors.set_suspended(connection, bob.id, now())
    assert await db_lively.lively_hashtags(connection, STRANGER, LONG_AGO, 9) == []


async def test_links_of_several_people(connection: Connection) -> None:
    """A page is lively to which two people led in public; it is shown as who was last saw it."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")

    async def leads(author: Actor, name: str, title: str, **facts: Any) -> Status:
        status, url = await says(connection, author, **facts), f"https://{name}.example/"
        await db_details.store_preview(connection, status.id, Preview(url, title))
        return status

    for author, name in ((alice, "bees"), (alice, "lone"), (alice, "lone"), (alice, "quiet")):
        await leads(author, name, "old")
    await leads(await remote(connection), "lone", "elsewhere")
    for reach in Reach:
        for scope in Scope:
            if (reach, scope) != (Reach.PUBLIC, Scope.FED):
                await leads(bob, "quiet", "secret", reach=reach, scope=scope)
    latest = await leads(bob, "bees", "new")
    found = await db_lively.lively_links(connection, STRANGER, LONG_AGO, 9)
    assert found == [LivelyLink(Preview("https://bees.example/", "new"), latest.id, 2, 2)]
    (day,) = await db_lively.days_of_links(
        connection, STRANGER, LONG_AGO, ["https://bees.example/"]
    )
    assert (day.name, day.people, day.posts) == ("https://bees.example/", 2, 2)
    await db_actors.set_suspended(connection, bob.id, now())
    assert await db_lively.lively_links(connection, STRANGER, LONG_AGO, 9) == []


async def test_posts_that_several_people_take_up(connection: Connection) -> None:
    """A post is lively that two others liked or answered; each counts once, its author never."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    carol, robin = await local(connection, "carol"), await remote(connection)
    answered, liked, lone = [await says(connection, alice) for _ in range(3)]
    for other in (bob, robin, carol):
        await says(connection, other, answers=answered)
    await likes(connection, bob, liked)
    await likes(connection, robin, liked)
    await likes(connection, bob, lone)
    for author in (alice, alice, bob, bob):
        await says(connection, author, answers=lone)
    await boosts(connection, carol, lone)
    found = await db_lively.lively_statuses(connection, STRANGER, LONG_AGO, 9)
    assert found == [answered.id, liked.id]
    assert await db_lively.lively_statuses(connection, STRANGER, LONG_AGO, 1) == [answered.id]


async def test_who_makes_no_post_lively(connection: Connection) -> None:
    """Who is silenced, blocked or suspended does not count, nor do answers that few may read."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    carol, robin = await local(connection, "carol"), await remote(connection)
    post = await says(connection, alice)
    await likes(connection, bob, post)
    await says(connection, carol, answers=post, reach=Reach.FOLLOWERS)
    await likes(connection, robin, post)
    for policy in ("silence", "block"):
        await is_under(connection, robin, policy)
        assert await db_lively.lively_statuses(connection, STRANGER, LONG_AGO, 9) == []
    await is_under(connection, robin, None)
    assert await db_lively.lively_statuses(connection, STRANGER, LONG_AGO, 9) == [post.id]
    await db_actors.set_suspended(connection, bob.id, now())
    assert await db_lively.lively_statuses(connection, STRANGER, LONG_AGO, 9) == []


async def test_posts_that_are_not_for_everybody(connection: Connection) -> None:
    """However many like it, what is not public, or came from elsewhere, is not lively here."""
    alice, robin = await local(connection, "alice"), await remote(connection)
    others = [await local(connection, name) for name in ("bob", "carol")]
    posts = [
        await says(connection, alice, reach=reach, scope=scope)
        for reach in Reach
        for scope in Scope
    ]
    for post in [*posts, await says(connection, robin)]:
        for other in others:
            await likes(connection, other, post)
    public = next(one for one in posts if (one.reach, one.scope) == (Reach.PUBLIC, Scope.FED))
    assert await db_lively.lively_statuses(connection, STRANGER, LONG_AGO, 9) == [public.id]


async def test_new_people(connection: Connection, clock: Clock) -> None:
    """Who joined lately and wants to be found is shown, newest first, to all but who is blocked."""
    await signs_up(connection, "old")
    clock.forward(DAY)
    then = clock.now
    names = ("alice", "bob", "waits", "suspended", "moved", "hides")
    users = [
        await signs_up(connection, name, **({"approved_at": None} if name == "waits" else {}))
        for name in names
    ]
    alice, bob, _, suspended, moved, hides = (user.actor for user in users)
    await local(connection, "without_login")
    await db_actors.set_suspended(connection, suspended.id, now())
    for actor, change in ((moved, {"moved_to": alice.uri}), (hides, {"is_discoverable": False})):
        profile = replace(actor.profile, **change)
        await db_actors.store_actor(connection, profile, OUR_HOST)
    found = await db_lively.new_people(connection, STRANGER, then, 9)
    assert [one.id for one in found] == [bob.id, alice.id]
    assert len(await db_lively.new_people(connection, STRANGER, then, 1)) == 1
    to_alice = await db_lively.new_people(connection, alice.viewer, then, 9)
    assert [one.id for one in to_alice] == [bob.id]
    await db_mutes.store_mute(connection, alice.id, Mute(bob.id, False, None))
    assert await db_lively.new_people(connection, alice.viewer, then, 9) == []


async def test_whom_the_reader_mutes(connection: Connection) -> None:
    """Who is muted makes nothing lively for who mutes them; what is inside does for nobody."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    carol = await local(connection, "carol")
    post = await says_with(connection, bob, "bees")
    await says_with(connection, carol, "bees")
    await likes(connection, carol, post)
    await says(connection, alice, answers=post, scope=Scope.ORG)
    assert await db_lively.lively_statuses(connection, alice.viewer, LONG_AGO, 9) == []
    await likes(connection, alice, post)
    for viewer in (STRANGER, alice.viewer):
        assert len(await db_lively.lively_hashtags(connection, viewer, LONG_AGO, 9)) == 1
        assert len(await db_lively.lively_statuses(connection, viewer, LONG_AGO, 9)) == 1
    await db_mutes.store_mute(connection, alice.id, Mute(bob.id, False, None))
    assert await db_lively.lively_hashtags(connection, alice.viewer, LONG_AGO, 9) == []
    assert await db_lively.lively_statuses(connection, alice.viewer, LONG_AGO, 9) == []
    assert len(await db_lively.lively_hashtags(connection, STRANGER, LONG_AGO, 9)) == 1


async def test_days_of_hashtags(connection: Connection, clock: Clock) -> None:
    """How a hashtag was used is told day by day, the latest first; others are not."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    for author in (alice, bob, bob):
        await says_with(connection, author, "bees", "ants")
    first = Millis(clock.now // DAY * DAY)
    clock.forward(DAY)
    await says_with(connection, alice, "bees")
    found = await db_lively.days_of_hashtags(connection, STRANGER, LONG_AGO, ["bees"])
    assert [(one.name, one.day, one.people, one.posts) for one in found] == [
        ("bees", first + DAY, 1, 1),
        ("bees", first, 2, 3),
    ]
