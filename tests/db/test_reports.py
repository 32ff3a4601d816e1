"""How it is remembered what was reported."""

from fedlearn.db import reports as db_reports
from fedlearn.db import users as db_users
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor, Role
from fedlearn.domain.audience import Scope
from fedlearn.domain.ids import StatusId
from fedlearn.domain.statuses import Status
from tests.builders import boosts, local, remote, says, signs_up
from tests.clock import Clock


async def reports(
    connection: Connection, reporter: Actor, target: Actor, uri: str, *posts: Status
) -> bool:
    """Somebody reports somebody with some posts; whether that was news."""
    return await db_reports.insert_report(
        connection,
        uri=uri,
        reporter_id=reporter.id,
        target_id=target.id,
        comment=f"about {target.acct}",
        is_forwarded=False,
        status_ids=[post.id for post in posts],
    )


async def test_report_comes_back_as_it_was_kept(connection: Connection, clock: Clock) -> None:
    """Reports come newest first with their posts; one identity counts once for each account."""
    alice, dora = await local(connection), await local(connection, "dora")
    robin = await remote(connection)
    posts = [await says(connection, alice) for _ in range(2)]
    assert await reports(connection, robin, alice, "https://far.example/1", *posts, posts[0])
    assert await reports(connection, robin, dora, "https://far.example/1")
    assert not await reports(connection, robin, alice, "https://far.example/1")
    second, first = await db_reports.all_reports(connection)
    assert (first.reporter, first.target, first.comment) == (robin, alice, "about alice")
    assert first.statuses == tuple(post.uri for post in posts)
    assert (first.created_at, first.resolved_at, first.is_forwarded) == (clock.now, None, False)
    assert (second.target, second.statuses) == (dora, ())
    assert await db_reports.resolve_report(connection, first.id)
    assert not await db_reports.resolve_report(connection, first.id)
    assert not await db_reports.resolve_report(connection, second.id + 1)
    still, resolved = await db_reports.all_reports(connection)
    assert (still.resolved_at, resolved.resolved_at) == (None, clock.now)


async def test_report_outlives_its_posts(connection: Connection) -> None:
    """A post that is deleted is on no report any more; the report stays."""
    alice, robin = await local(connection), await remote(connection)
    await reports(connection, robin, alice, "https://far.example/1", await says(connection, alice))
    await connection.execute("DELETE FROM status")
    (one,) = await db_reports.all_reports(connection)
    assert one.statuses == ()


async def test_authors_of_local_posts(connection: Connection) -> None:
    """Found are posts that were written here and may leave: no others, and no boosts."""
    alice, robin = await local(connection), await remote(connection)
    post, far = await says(connection, alice), await says(connection, robin)
    inside = await says(connection, alice, scope=Scope.ORG)
    boost = await boosts(connection, alice, far)
    ids = [post.id, far.id, inside.id, boost.id, StatusId(7)]
    assert await db_reports.authors_of_local(connection, ids) == {post.id: alice.id}
    assert await db_reports.authors_of_local(connection, []) == {}


async def test_who_looks_after_the_instance(connection: Connection) -> None:
    """Moderators, admins and the owner are told of reports; users, and those who left, are not."""
    people = {role: await signs_up(connection, role.value, role=role) for role in Role}
    gone = await signs_up(connection, "gone", role=Role.ADMIN)
    await connection.execute("UPDATE actor SET gone_at = 1 WHERE id = :id", id=gone.actor.id)
    expected = {people[role].actor.id for role in Role if role is not Role.USER}
    assert set(await db_users.moderators(connection)) == expected
