"""How it is remembered what was reported."""

from typing import Any

from fedlearn.db import reports as db_reports
from fedlearn.db import rules as db_rules
from fedlearn.db import users as db_users
from fedlearn.db.collections import delete_collection, insert_collection
from fedlearn.db.database import Connection
from fedlearn.db.reported import posts_seen_anyway, reported_collections, reported_posts
from fedlearn.domain.actors import Actor, Role
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.collections import CollectionDraft
from fedlearn.domain.ids import StatusId
from fedlearn.domain.reports import ReportCategory
from fedlearn.domain.statuses import Status
from tests.builders import boosts, local, remote, says, signs_up
from tests.clock import Clock


async def reports(
    connection: Connection, reporter: Actor, target: Actor, uri: str, *posts: Status
) -> bool:
    """Somebody reports somebody with some posts; whether that was news."""
    made = await db_reports.insert_report(
        connection,
        uri=uri,
        reporter_id=reporter.id,
        target_id=target.id,
        comment=f"about {target.acct}",
        is_forwarded=False,
        status_ids=[post.id for post in posts],
        category=ReportCategory.SPAM,
    )
    return made is not None


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
    assert first.category is ReportCategory.SPAM
    assert (second.target, second.statuses) == (dora, ())
    assert await db_reports.resolve_report(connection, first.id)
    assert not await db_reports.resolve_report(connection, first.id)
    assert not await db_reports.resolve_report(connection, second.id + 1)
    still, resolved = await db_reports.all_reports(connection)
    assert (still.resolved_at, resolved.resolved_at) == (None, clock.now)


async def test_report_outlives_its_collections(connection: Connection) -> None:
    """A collection that is removed is on no report any more; what is left of others, is."""
    alice, robin = await local(connection), await remote(connection)
    made = [
        (await insert_collection(connection, alice.id, CollectionDraft("Rude"))).id
        for _ in range(3)
    ]
    await db_reports.insert_report(
        connection,
        uri="https://far.example/1",
        reporter_id=robin.id,
        target_id=alice.id,
        comment="",
        is_forwarded=False,
        status_ids=[],
        collection_ids=[made[1], made[0], made[1]],
    )
    (report,) = await db_reports.all_reports(connection)
    assert report.collections == (made[0], made[1])
    shown = await reported_collections(connection, report, robin.viewer)
    assert [one.view.collection.id for one in shown] == made[:2]
    await delete_collection(connection, made[0])
    (report,) = await db_reports.all_reports(connection)
    assert report.collections == (made[1],)


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


async def test_reports_are_listed_by_state(connection: Connection) -> None:
    """Open or resolved, those of a moderator, about somebody or by somebody, page by page."""
    alice, dora, mo = [await local(connection, name) for name in ("alice", "dora", "mo")]
    for number, (reporter, target) in enumerate(((alice, dora), (dora, alice), (alice, dora))):
        assert await reports(connection, reporter, target, f"https://our.example/{number}")

    async def listed(*, is_open: bool = True, **wanted: Any) -> list[int]:
        page = {"before": None, "limit": 9} | wanted
        found = await db_reports.reports_page(connection, is_open=is_open, **page)
        return [one.id for one in found]

    third, second, first = await listed()
    assert await listed(before=third, limit=1) == [second]
    assert await listed(target_id=dora.id) == [third, first]
    assert await listed(reporter_id=dora.id) == [second]
    await db_reports.assign_report(connection, second, mo.id)
    assert await listed(assigned_to=mo.id) == [second]
    assert await db_reports.resolve_report(connection, second, mo.id)
    assert (await listed(), await listed(is_open=False)) == ([third, first], [second])
    assert await db_reports.count_open(connection) == 2
    found = await db_reports.report_by_id(connection, second)
    assert found is not None
    assert (found.assigned_to, found.resolved_by) == (mo, mo)
    assert await db_reports.reopen_report(connection, second)
    assert not await db_reports.reopen_report(connection, second)
    assert await db_reports.count_open(connection) == 3
    assert await db_reports.report_by_id(connection, third + 1) is None


async def test_what_stands_on_a_report(connection: Connection, clock: Clock) -> None:
    """Notes oldest first, rules in their order, and posts whatever they reach, but nothing else."""
    alice, dora, mo = [await local(connection, name) for name in ("alice", "dora", "mo")]
    shown = [await says(connection, dora, reach=reach) for reach in (Reach.PUBLIC, Reach.DIRECT)]
    await says(connection, dora, "another")
    number = await db_reports.insert_report(
        connection,
        uri="https://our.example/1",
        reporter_id=alice.id,
        target_id=dora.id,
        comment="",
        is_forwarded=False,
        status_ids=[post.id for post in shown],
    )
    assert number is not None
    for text in ("one", "two"):
        await db_reports.insert_report_note(connection, number, mo.id, text)
        await db_rules.insert_rule(connection, text, "")
    rules = [rule.id for rule in await db_rules.rules(connection)]
    await db_rules.insert_report_rules(connection, number, [*reversed(rules), 999])
    found = await db_reports.report_by_id(connection, number)
    assert found is not None
    assert [rule.text for rule in found.rules] == ["one", "two"]
    assert await db_reports.open_about(connection, dora.id) == [number]
    assert await db_reports.open_about(connection, alice.id) == []
    seen = await posts_seen_anyway(connection, [found], mo.viewer)
    assert {one: [view.id for view in views] for one, views in seen.items()} == {
        number: [shown[0].id]
    }
    notes = await db_reports.notes_on(connection, number)
    assert [(note.author, note.text) for note in notes] == [(mo, "one"), (mo, "two")]
    posts = await reported_posts(connection, found, mo.viewer)
    assert [(post.view.id, post.is_exception) for post in posts] == [
        (shown[0].id, False),
        (shown[1].id, True),
    ]
