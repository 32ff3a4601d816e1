"""This is where moderators work on a report: they look, talk, and act on what was posted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fedlearn.activitypub.render.activities import render_update
from fedlearn.db import audit as db_audit
from fedlearn.db import received as db_received
from fedlearn.db import reports as db_reports
from fedlearn.db import rules as db_rules
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.db.reported import (
    ReportedCollection,
    ReportedPost,
    reported_collections,
    reported_ids,
    reported_posts,
)
from fedlearn.domain.actors import Actor
from fedlearn.domain.audit import Act, report_name
from fedlearn.domain.ids import ActorId, StatusId, now
from fedlearn.domain.media import MediaAttachment
from fedlearn.domain.reports import Report, ReportCategory, ReportNote, ReportState
from fedlearn.domain.roles import Permission, Steward
from fedlearn.domain.statuses import Status
from fedlearn.domain.warnings import Consequence
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.outbox.publish import publish_status_activity
from fedlearn.outbox.recipients import recipients_of_change
from fedlearn.services.attachments import remove_files
from fedlearn.services.boosts import end_boost
from fedlearn.services.permissions import require, require_above, write_down
from fedlearn.services.seen import seen
from fedlearn.services.statuses import end_status
from fedlearn.services.warnings import check_message, tell
from fedlearn.text.languages import _

LONGEST_NOTE = 2000


@dataclass(frozen=True, slots=True)
class Case:
    """A report with all that a moderator needs to judge it."""

    report: Report
    posts: list[ReportedPost]
    collections: list[ReportedCollection]
    notes: list[ReportNote]


# --- looking -------------------------------------------------------------------------------------


async def find_reports(
    instance: Instance,
    by: Steward,
    state: ReportState,
    *,
    target_id: ActorId | None = None,
    reporter_id: ActorId | None = None,
    before: int | None,
    after: int | None = None,
    is_upward: bool = False,
    limit: int,
) -> list[Report]:
    """Reports in this state, newest first."""
    require(by, Permission.MANAGE_REPORTS)
    async with instance.db.read() as connection:
        return await db_reports.reports_page(
            connection,
            is_open=state is not ReportState.RESOLVED,
            assigned_to=by.actor_id if state is ReportState.MINE else None,
            target_id=target_id,
            reporter_id=reporter_id,
            before=before,
            after=after,
            is_upward=is_upward,
            limit=limit,
        )


async def read_case(instance: Instance, by: Steward, report_id: int) -> Case:
    """A report with what it shows; who was shown what they could not see is written down."""
    require(by, Permission.MANAGE_REPORTS)
    if by.user is None:
        raise AssertionError("reports are read by people who are signed in")
    async with instance.db.write() as connection:
        report = await _report(connection, report_id)
        posts = await reported_posts(connection, report, by.viewer)
        collections = await reported_collections(connection, report, by.viewer)
        exceptions = [one.is_exception for one in posts] + [one.is_exception for one in collections]
        if any(exceptions):
            await _note_reading(connection, by, by.user.actor, report)
        notes = await db_reports.notes_on(connection, report_id)
        return Case(report, posts, collections, notes)


async def _note_reading(connection: Connection, by: Steward, reader: Actor, report: Report) -> None:
    name = report_name(report.id)
    if not await db_audit.has_done(connection, reader.id, Act.READ_REPORTED, name):
        await write_down(connection, by, Act.READ_REPORTED, name, about=report.target)


# --- talking -------------------------------------------------------------------------------------


async def add_note(instance: Instance, by: Steward, report_id: int, text: str) -> None:
    """Say something about a report to the other moderators."""
    require(by, Permission.MANAGE_REPORTS)
    text = text.strip()
    if not text or len(text) > LONGEST_NOTE:
        message = _("Write something, at most %(most)s characters.", most=LONGEST_NOTE)
        raise Invalid(message, {"note": message})
    if by.user is None:
        raise AssertionError("notes are written in a browser")
    async with instance.db.write() as connection:
        report = await _report(connection, report_id)
        await db_reports.insert_report_note(connection, report_id, by.user.actor.id, text)
        await write_down(connection, by, Act.NOTE, report_name(report.id), about=report.target)


async def assign_to_me(instance: Instance, by: Steward, report_id: int) -> None:
    """Say that one looks at a report oneself."""
    await _assign(instance, by, report_id, by.actor_id, Act.ASSIGN)


async def unassign(instance: Instance, by: Steward, report_id: int) -> None:
    """Leave a report to whoever looks at it next."""
    await _assign(instance, by, report_id, None, Act.UNASSIGN)


async def reopen(instance: Instance, by: Steward, report_id: int) -> None:
    """Have a report looked at once more."""
    require(by, Permission.MANAGE_REPORTS)
    async with instance.db.write() as connection:
        report = await _report(connection, report_id)
        if await db_reports.reopen_report(connection, report_id):
            name = report_name(report.id)
            await write_down(connection, by, Act.REOPEN, name, about=report.target)


async def classify(
    instance: Instance,
    by: Steward,
    report_id: int,
    category: ReportCategory,
    rule_ids: Sequence[int],
) -> None:
    """Say what is wrong otherwise than the reporter did; rules where they are what is broken."""
    require(by, Permission.MANAGE_REPORTS)
    async with instance.db.write() as connection:
        report = await _report(connection, report_id)
        await db_reports.set_category(connection, report_id, category)
        await db_rules.forget_report_rules(connection, report_id)
        if category is ReportCategory.VIOLATION:
            await db_rules.insert_report_rules(connection, report_id, rule_ids)
        name = report_name(report.id)
        before, after = report.category.value, category.value
        await write_down(
            connection, by, Act.CLASSIFY, name, about=report.target, before=before, after=after
        )


async def _assign(
    instance: Instance, by: Steward, report_id: int, to: ActorId | None, act: Act
) -> None:
    require(by, Permission.MANAGE_REPORTS)
    async with instance.db.write() as connection:
        report = await _report(connection, report_id)
        await db_reports.assign_report(connection, report_id, to)
        await write_down(connection, by, act, report_name(report.id), about=report.target)


# --- acting --------------------------------------------------------------------------------------


async def delete_posts(
    instance: Instance, by: Steward, report_id: int, ids: Sequence[StatusId], text: str = ""
) -> int:
    """Delete posts that stand on a report, here and wherever they went; how many there were."""
    require(by, Permission.MANAGE_REPORTS)
    check_message(text)
    pictures: list[MediaAttachment] = []
    async with instance.db.write() as connection:
        report, statuses = await _chosen(connection, by, report_id, ids)
        for status in statuses:
            pictures += await _delete(instance, connection, report.target, status)
        await _tell(instance, connection, report, Consequence.DELETE_POSTS, text)
        await _write_down_posts(connection, by, Act.DELETE_POSTS, report, statuses)
    await remove_files(instance, pictures)
    return len(statuses)


async def mark_sensitive(
    instance: Instance, by: Steward, report_id: int, ids: Sequence[StatusId], text: str = ""
) -> int:
    """Put the pictures of posts on a report behind a warning; how many posts there were."""
    require(by, Permission.MANAGE_REPORTS)
    check_message(text)
    async with instance.db.write() as connection:
        report, statuses = await _chosen(connection, by, report_id, ids)
        for status in statuses:
            await _mark(instance, connection, report.target, status)
        await _tell(instance, connection, report, Consequence.MARK_SENSITIVE, text)
        await _write_down_posts(connection, by, Act.MARK_SENSITIVE, report, statuses)
    return len(statuses)


async def _chosen(
    connection: Connection, by: Steward, report_id: int, ids: Sequence[StatusId]
) -> tuple[Report, list[Status]]:
    report = await _report(connection, report_id)
    await require_above(connection, by, report.target)
    on_report = set(await reported_ids(connection, report_id))
    wanted = [await db_statuses.status_by_id(connection, one) for one in ids if one in on_report]
    statuses = [one for one in wanted if one is not None and one.actor_id == report.target.id]
    if not statuses:
        message = _("Choose at least one post.")
        raise Invalid(message, {"posts": message})
    return report, statuses


async def _delete(
    instance: Instance, connection: Connection, author: Actor, status: Status
) -> list[MediaAttachment]:
    if author.is_local and status.boost_of_id is None:
        # Its author may have hidden it a moment ago, and shall not bring it back.
        await db_statuses.show_again(connection, status.id)
        return await end_status(instance, connection, author, status.id)
    if author.is_local:
        await end_boost(instance, connection, author, status)
        return []
    # Remembered, so that it does not come back by way of others.
    await db_received.bury(connection, status.uri, author.uri)
    await db_statuses.delete_status(connection, status.id)
    return []


async def _mark(instance: Instance, connection: Connection, author: Actor, status: Status) -> None:
    if not author.is_local or await db_statuses.is_hidden(connection, author.id, status.id):
        await db_statuses.mark_sensitive(connection, status.id)
        return
    # An edit like any other, so that other servers take it over.
    marked = replace(status, is_sensitive=True, edited_at=now())
    await db_statuses.replace_text(connection, status, marked)
    view = await seen(connection, author, status.id)
    await publish_status_activity(
        connection,
        instance.settings.federation,
        view=view,
        activity=render_update(view, instance.uris),
        recipients=await recipients_of_change(connection, view),
    )


async def _tell(
    instance: Instance, connection: Connection, report: Report, done: Consequence, text: str
) -> None:
    await tell(instance, connection, report.target, done, text, report_id=report.id)


async def _write_down_posts(
    connection: Connection, by: Steward, act: Act, report: Report, statuses: Sequence[Status]
) -> None:
    posts = " ".join(status.uri for status in statuses)
    name, number = report_name(report.id), str(report.id)
    await write_down(connection, by, act, report.target, reason=name, report=number, posts=posts)


async def _report(connection: Connection, report_id: int) -> Report:
    found = await db_reports.report_by_id(connection, report_id)
    if found is None:
        raise NotFound(_("There is no such report."))
    return found
