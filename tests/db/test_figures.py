"""What the instance counts of itself."""

from fedlearn.db import actors as db_actors
from fedlearn.db import figures as db_figures
from fedlearn.db import sessions as db_sessions
from fedlearn.db.database import Connection
from fedlearn.db.figures import Figures
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.ids import Millis
from tests.builders import boosts, local, remote, says, signs_up
from tests.clock import DAY, Clock


async def test_empty_instance(connection: Connection) -> None:
    """A new instance counts nothing."""
    assert await db_figures.figures(connection) == Figures(0, 0, 0, 0)
    assert await db_figures.open_web_posts(connection) == 0


async def test_figures(connection: Connection) -> None:
    """People with a login, posts here and from elsewhere without boosts, and servers are counted."""
    alice = (await signs_up(connection, "alice")).actor
    await local(connection, "without_login")
    robin = await remote(connection, "robin@far.example")
    await remote(connection, "ro@far.example")
    await remote(connection, "lou@near.example:8443")
    here, there = await says(connection, alice), await says(connection, robin)
    await says(connection, alice, reach=Reach.DIRECT, scope=Scope.ORG)
    await boosts(connection, alice, there)
    await boosts(connection, robin, here)
    assert await db_figures.figures(connection) == Figures(
        users=1, local_statuses=2, remote_statuses=1, domains=2
    )


async def test_what_everybody_is_told(connection: Connection) -> None:
    """Of all local posts, the world hears the number of those that it may read."""
    alice, robin = await local(connection), await remote(connection)
    for reach in Reach:
        for scope in Scope:
            await says(connection, alice, reach=reach, scope=scope)
    await boosts(connection, alice, await says(connection, robin))
    assert await db_figures.open_web_posts(connection) == 2


async def test_newest_status(connection: Connection) -> None:
    """The newest status is the one written last, whenever it came; at first there is none."""
    assert await db_figures.newest_status_id(connection) is None
    robin = await remote(connection)
    newest = await says(connection, robin, at=Millis(2_000_000_000_000))
    await says(connection, robin, at=Millis(1_000_000_000_000))
    assert await db_figures.newest_status_id(connection) == newest.id


async def test_who_was_here(connection: Connection, clock: Clock) -> None:
    """Each person counts once who used a session or an app since a certain time."""
    alice, bob = await signs_up(connection, "alice"), await signs_up(connection, "bob")
    await db_sessions.insert_session(connection, bob.id, "old", "Firefox")
    then = clock.now
    clock.forward(DAY)
    await db_sessions.insert_session(connection, alice.id, "one", "Firefox")
    await db_sessions.insert_session(connection, alice.id, "two", "Firefox")
    assert await db_figures.active_users(connection, then) == 1
    await db_sessions.touch_session(connection, "old")
    assert await db_figures.active_users(connection, then) == 2


async def test_who_is_here(connection: Connection) -> None:
    """People count who may take part, and posts that stand in public timelines, without boosts."""
    alice = (await signs_up(connection, "alice")).actor
    await signs_up(connection, "waits", approved_at=None)
    suspended = (await signs_up(connection, "suspended")).actor
    await db_actors.set_suspended(connection, suspended.id, Millis(1))
    robin = await remote(connection)
    for reach in Reach:
        for scope in Scope:
            await says(connection, alice, reach=reach, scope=scope)
    await boosts(connection, alice, await says(connection, robin))
    assert await db_figures.people_here(connection) == 1
    assert await db_figures.public_posts(connection) == 1
