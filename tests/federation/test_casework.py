"""How moderators work on reports: what they are shown, say to each other, and do to posts."""

import pytest

from fedlearn.db import audit as db_audit
from fedlearn.db import reports as db_reports
from fedlearn.db import rules as db_rules
from fedlearn.domain.actors import Actor, Role
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.audit import Act, AuditFilter
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.reports import ReportState
from fedlearn.domain.roles import Steward, steward
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import accounts, boosts, casework, reports, rules, taking_back, warnings
from fedlearn.services.accounts import NewAccount
from tests.federation.peer import Person
from tests.federation.scenes import is_read_by, is_stored, reads, takes, told
from tests.federation.server import PASSWORD, Server, make_due, settle


@pytest.fixture
async def morris(alpha: Server) -> Steward:
    """A moderator of alpha."""
    wanted = NewAccount("morris", "morris@alpha.test", PASSWORD, role=Role.MODERATOR)
    return steward(await accounts.create_account(alpha.instance, wanted))


async def reports_posts(server: Server, name: str, target: Actor, *posts: StatusView) -> int:
    """Somebody reports somebody with some posts; the number of the report."""
    reporter = await server.actor(name)
    ids = [post.id for post in posts]
    await reports.report(server.instance, reporter, target, comment="look", status_ids=ids)
    return (await reports.all_reports(server.instance))[0].id


async def acts(server: Server) -> list[Act]:
    """What was done, the latest first."""
    async with server.instance.db.read() as connection:
        found = await db_audit.audit_page(connection, AuditFilter(), before=None, limit=40)
    return [one.done.act for one in found]


# --- what they are shown -------------------------------------------------------------------------


async def test_reported_posts_are_shown_whatever_they_reach(alpha: Server, morris: Steward) -> None:
    """Direct ones too, because who reports shows them; no other, and a line says who looked, once."""
    dora = await alpha.actor("dora")
    await alpha.follow("alice", "dora@alpha.test")
    shown = [
        await alpha.post("dora", "for all"),
        await alpha.post("dora", "for followers", reach=Reach.FOLLOWERS),
        await alpha.post("dora", "@alice a word", reach=Reach.DIRECT),
    ]
    hidden = await alpha.post("dora", "another", reach=Reach.FOLLOWERS)
    number = await reports_posts(alpha, "alice", dora, *shown)
    case = await casework.read_case(alpha.instance, morris, number)
    assert [post.view.id for post in case.posts] == [view.id for view in shown]
    assert [post.is_exception for post in case.posts] == [False, True, True]
    assert await alpha.seen_by("morris", hidden.status.uri) is None
    assert await alpha.seen_by("morris", shown[2].status.uri) is None
    await casework.read_case(alpha.instance, morris, number)
    assert (await acts(alpha)).count(Act.READ_REPORTED) == 1


async def test_reported_posts_come_alone(alpha: Server, morris: Steward) -> None:
    """What a reported post quotes or answers is not shown with it, nor what its author has marked."""
    dora = await alpha.actor("dora")
    await alpha.user("carol")
    await alpha.follow("dora", "carol@alpha.test")
    await alpha.follow("alice", "dora@alpha.test")
    secret = await alpha.post("carol", "a secret", reach=Reach.FOLLOWERS)
    answer = await alpha.reply("dora", secret.status.uri, "an answer")
    number = await reports_posts(alpha, "alice", dora, answer)
    (post,) = (await casework.read_case(alpha.instance, morris, number)).posts
    assert post.view.in_reply_to_author is None
    assert post.view.in_reply_to is None
    assert not post.view.favourited
    assert "a secret" not in repr(post)


async def test_posts_that_nobody_may_see_write_no_line(alpha: Server, morris: Steward) -> None:
    """Where all that was reported is open anyway, nothing is written down."""
    dora = await alpha.actor("dora")
    number = await reports_posts(
        alpha, "alice", dora, await alpha.post("dora", "inside", scope=Scope.ORG)
    )
    await casework.read_case(alpha.instance, morris, number)
    assert Act.READ_REPORTED not in await acts(alpha)


async def test_reports_are_for_moderators(alpha: Server, morris: Steward) -> None:
    """Others find no report, whatever they ask, and there is none of another number."""
    dora = await alpha.actor("dora")
    post = await alpha.post("dora", "rude")
    number = await reports_posts(alpha, "alice", dora, post)
    alice = steward(await alpha.user("alice"))
    for ask in (
        casework.read_case(alpha.instance, alice, number),
        casework.read_case(alpha.instance, morris, number + 1),
        casework.find_reports(alpha.instance, alice, ReportState.OPEN, before=None, limit=9),
        casework.add_note(alpha.instance, alice, number, "hm"),
        casework.assign_to_me(alpha.instance, alice, number),
        casework.reopen(alpha.instance, alice, number),
        casework.delete_posts(alpha.instance, alice, number, [post.id]),
        casework.mark_sensitive(alpha.instance, alice, number, [post.id]),
        reports.resolve(alpha.instance, number, by=alice),
    ):
        with pytest.raises(NotFound):
            await ask
    assert await alpha.seen_by("alice", post.status.uri) is not None


# --- what they say to each other -----------------------------------------------------------------


async def test_reports_are_worked_on(alpha: Server, morris: Steward) -> None:
    """One takes a report, notes, resolves it and opens it again; each leaves a line."""
    number = await reports_posts(alpha, "alice", await alpha.actor("dora"))

    async def listed(state: ReportState) -> list[int]:
        found = await casework.find_reports(alpha.instance, morris, state, before=None, limit=9)
        return [one.id for one in found]

    assert (await listed(ReportState.OPEN), await listed(ReportState.MINE)) == ([number], [])
    await casework.assign_to_me(alpha.instance, morris, number)
    assert await listed(ReportState.MINE) == [number]
    await casework.add_note(alpha.instance, morris, number, " I know them. ")
    for text in (" ", "x" * 2001):
        with pytest.raises(Invalid):
            await casework.add_note(alpha.instance, morris, number, text)
    await reports.resolve(alpha.instance, number, by=morris)
    case = await casework.read_case(alpha.instance, morris, number)
    assert morris.user
    assert case.report.resolved_by == case.report.assigned_to == morris.user.actor
    assert [(note.author.acct, note.text) for note in case.notes] == [("morris", "I know them.")]
    assert await listed(ReportState.RESOLVED) == [number]
    await casework.reopen(alpha.instance, morris, number)
    await casework.unassign(alpha.instance, morris, number)
    assert await listed(ReportState.OPEN) == [number]
    assert (await acts(alpha))[:5] == [
        Act.UNASSIGN,
        Act.REOPEN,
        Act.RESOLVE,
        Act.NOTE,
        Act.ASSIGN,
    ]


async def test_report_names_rules(alpha: Server, morris: Steward) -> None:
    """Which rules were broken stands on the report, also when a rule is given up later."""
    wanted = NewAccount("ada", "ada@alpha.test", PASSWORD, role=Role.ADMIN)
    ada = steward(await accounts.create_account(alpha.instance, wanted))
    for text in ("Be kind.", "Be brief."):
        await rules.add_rule(alpha.instance, ada, text, "")
    kind, _ = await rules.rules(alpha.instance)
    number = await reports_posts(alpha, "alice", await alpha.actor("dora"))
    async with alpha.instance.db.write() as connection:
        await db_rules.insert_report_rules(connection, number, [kind.id, 999])
    await rules.remove_rule(alpha.instance, ada, kind.id)
    assert (await casework.read_case(alpha.instance, morris, number)).report.rules == (kind,)


# --- what they do to posts -----------------------------------------------------------------------


async def test_posts_are_deleted_everywhere(alpha: Server, bob: Person, morris: Steward) -> None:
    """A Delete goes out as if the author had done it, who is told; other posts stay."""
    await is_read_by(alpha, "dora", bob)
    dora = await alpha.actor("dora")
    rude, kept = await alpha.post("dora", "rude"), await alpha.post("dora", "kept")
    boost = await boosts.boost(alpha.instance, dora, (await alpha.post("carol", "hm")).id)
    number = await reports_posts(alpha, "alice", dora, rude, boost)
    wanted = [rude.id, boost.id, kept.id]
    assert await casework.delete_posts(alpha.instance, morris, number, wanted, "Be kind.") == 2
    await settle(alpha)
    assert bob.peer.got("Delete")[-1]["object"]["id"] == rude.status.uri
    assert bob.peer.got("Undo")[-1]["object"]["type"] == "Announce"
    assert not await is_stored(alpha, rude.status.uri)
    assert await is_stored(alpha, kept.status.uri)
    assert (await told(alpha, "dora"))[0] == (NotificationKind.WARNING, "alpha.test")
    (warning,) = await warnings.warnings_of(alpha.instance, dora)
    assert (warning.consequence, warning.text) == ("delete_statuses", "Be kind.")
    with pytest.raises(Invalid, match="at least one"):
        await casework.delete_posts(alpha.instance, morris, number, [kept.id])


async def test_posts_that_their_author_hides_meanwhile(
    alpha: Server, bob: Person, morris: Steward
) -> None:
    """They are deleted with the others, and do not come back; marks stay where they are undone."""
    await is_read_by(alpha, "dora", bob)
    dora = await alpha.actor("dora")
    posts = [await alpha.post("dora", text) for text in ("rude", "loud", "mild")]
    ids = [post.id for post in posts]
    number = await reports_posts(alpha, "alice", dora, *posts)
    for one in ids[1:]:
        await taking_back.delete_soon(alpha.instance, dora, one)
    assert await casework.mark_sensitive(alpha.instance, morris, number, ids) == 3
    assert (await taking_back.undelete(alpha.instance, dora, ids[2])).status.is_sensitive
    assert await casework.delete_posts(alpha.instance, morris, number, ids[:2]) == 2
    with pytest.raises(NotFound):
        await taking_back.undelete(alpha.instance, dora, ids[1])
    await make_due(alpha)
    await settle(alpha)
    gone = [delete["object"]["id"] for delete in bob.peer.got("Delete")]
    assert gone == [post.status.uri for post in posts[:2]]


async def test_posts_from_elsewhere_are_deleted_here(
    alpha: Server, bob: Person, morris: Steward
) -> None:
    """And do not come back, though their server sends them again."""
    await reads(alpha, "alice", bob)
    note = bob.note("<p>rude</p>")
    await takes(alpha, bob, bob.activity("Create", note))
    view = await alpha.seen_by("alice", note["id"])
    assert view is not None
    number = await reports_posts(alpha, "alice", view.author, view)
    await casework.delete_posts(alpha.instance, morris, number, [view.id])
    await takes(alpha, bob, bob.activity("Create", note))
    assert not await is_stored(alpha, note["id"])


async def test_posts_are_marked_as_sensitive(alpha: Server, bob: Person, morris: Steward) -> None:
    """Of ours other servers hear it as an edit; of others only we mark it."""
    await is_read_by(alpha, "dora", bob)
    await reads(alpha, "alice", bob)
    dora, post = await alpha.actor("dora"), await alpha.post("dora", "look")
    number = await reports_posts(alpha, "alice", dora, post)
    await casework.mark_sensitive(alpha.instance, morris, number, [post.id])
    await settle(alpha)
    update = bob.peer.got("Update")[-1]["object"]
    assert (update["id"], update["sensitive"]) == (post.status.uri, True)
    note = bob.note("<p>look</p>")
    await takes(alpha, bob, bob.activity("Create", note))
    view = await alpha.seen_by("alice", note["id"])
    assert view is not None
    number = await reports_posts(alpha, "alice", view.author, view)
    await casework.mark_sensitive(alpha.instance, morris, number, [view.id])
    marked = await alpha.seen_by("alice", note["id"])
    assert marked is not None
    assert marked.status.is_sensitive


async def test_posts_of_who_stands_above_are_left_alone(alpha: Server, morris: Steward) -> None:
    """A moderator deletes nothing of another; the number of open reports is known."""
    wanted = NewAccount("maria", "maria@alpha.test", PASSWORD, role=Role.MODERATOR)
    maria = await accounts.create_account(alpha.instance, wanted)
    post = await alpha.post("maria", "rude")
    number = await reports_posts(alpha, "alice", maria.actor, post)
    with pytest.raises(Invalid, match="below yours"):
        await casework.delete_posts(alpha.instance, morris, number, [post.id])
    async with alpha.instance.db.read() as connection:
        assert await db_reports.count_open(connection) == 1
