"""This is where somebody asks the moderators to look at an account, here and on its own server."""

from collections.abc import Iterable, Sequence

from fedlearn.activitypub.render.activities import render_flag
from fedlearn.db import collections as db_collections
from fedlearn.db import idempotency as db_idempotency
from fedlearn.db import reports as db_reports
from fedlearn.db import rules as db_rules
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.audit import Act, report_name
from fedlearn.domain.ids import CollectionId, StatusId, snowflake
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.reports import Report, ReportCategory
from fedlearn.domain.roles import Permission, Steward
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.outbox.publish import publish_to_server
from fedlearn.services.notifications import tell_moderators
from fedlearn.services.permissions import require, write_down
from fedlearn.services.seen import seen
from fedlearn.text.languages import _

LONGEST_COMMENT = 5000


async def report(
    instance: Instance,
    reporter: Actor,
    target: Actor,
    *,
    comment: str,
    status_ids: Sequence[StatusId] = (),
    collection_ids: Sequence[CollectionId] = (),
    category: ReportCategory = ReportCategory.OTHER,
    rule_ids: Sequence[int] = (),
    forward: bool = False,
    key: str = "",
) -> int | None:
    """A person of ours reports an account, with posts and collections; its server hears if wished.

    The other server learns what is reported, and not by whom. What is local stays here. Rules are
    named where they are what is broken. Sent again with the same key, it is one report. Its
    number comes back, when it is new.
    """
    _check(reporter, target, comment)
    is_forwarded = forward and not target.is_local
    uri = f"{instance.actor.uri}#flags/{snowflake()}"
    async with instance.db.write() as connection:
        if key and not await db_idempotency.claim_key(connection, reporter.id, key):
            return None
        views = await _posts_of(connection, reporter, target, status_ids)
        await _check_collections(connection, reporter, target, collection_ids)
        report_id = await keep_report(
            connection,
            uri=uri,
            reporter=reporter,
            target=target,
            comment=comment,
            status_ids=[view.id for view in views],
            collection_ids=collection_ids,
            category=category,
            rule_ids=rule_ids if category is ReportCategory.VIOLATION else (),
            is_forwarded=is_forwarded,
        )
        if is_forwarded:
            await _refuse_names_inside(instance, connection, comment)
            named = [target.uri, *(view.status.uri for view in views)]
            await publish_to_server(
                connection,
                instance.settings.federation,
                sender=instance.actor,
                activity=render_flag(uri, instance.actor.uri, named, comment),
                of=target,
            )
    return report_id


def _check(reporter: Actor, target: Actor, comment: str) -> None:
    if target.id == reporter.id:
        raise Invalid(_("You cannot report yourself."))
    if len(comment) > LONGEST_COMMENT:
        message = _("At most %(most)s characters.", most=LONGEST_COMMENT)
        raise Invalid(message, {"comment": message})


async def _posts_of(
    connection: Connection, reporter: Actor, target: Actor, ids: Sequence[StatusId]
) -> list[StatusView]:
    """Posts that stand on a report, as far as its sender may see them; no others."""
    views = [await seen(connection, reporter, status_id) for status_id in ids]
    if any(view.author.id != target.id for view in views):
        raise Invalid(_("These posts are not all by the account that is reported."))
    return views


async def _check_collections(
    connection: Connection, reporter: Actor, target: Actor, ids: Sequence[CollectionId]
) -> None:
    """`NotFound` for what a reporter may not see, `Invalid` for what is somebody else's."""
    views = await db_collections.collection_views(connection, reporter.viewer, ids)
    if set(ids) - set(views):
        raise NotFound(_("There is no such collection."))
    if any(view.owner.id != target.id for view in views.values()):
        raise Invalid(_("These collections are not all by the account that is reported."))


async def keep_report(
    connection: Connection,
    *,
    uri: str,
    reporter: Actor,
    target: Actor,
    comment: str,
    status_ids: Iterable[StatusId],
    collection_ids: Iterable[CollectionId] = (),
    category: ReportCategory = ReportCategory.OTHER,
    rule_ids: Sequence[int] = (),
    is_forwarded: bool = False,
) -> int | None:
    """Keep a report once, and tell those who look after the instance; its number when it is new."""
    report_id = await db_reports.insert_report(
        connection,
        uri=uri,
        reporter_id=reporter.id,
        target_id=target.id,
        comment=comment,
        is_forwarded=is_forwarded,
        status_ids=status_ids,
        collection_ids=collection_ids,
        category=category,
    )
    if report_id is not None:
        await db_rules.insert_report_rules(connection, report_id, rule_ids)
        await tell_moderators(connection, reporter, NotificationKind.REPORT)
    return report_id


async def all_reports(instance: Instance) -> list[Report]:
    """The latest reports, newest first."""
    async with instance.db.read() as connection:
        return await db_reports.all_reports(connection)


async def resolve(instance: Instance, report_id: int, *, by: Steward) -> None:
    """Moderators have looked at a report; `NotFound` when none of this number waits."""
    require(by, Permission.MANAGE_REPORTS)
    async with instance.db.write() as connection:
        if not await db_reports.resolve_report(connection, report_id, by.actor_id):
            raise NotFound(_("There is no open report %(number)s.", number=report_id))
        found = await db_reports.report_by_id(connection, report_id)
        about = found.target if found else None
        await write_down(connection, by, Act.RESOLVE, report_name(report_id), about=about)


async def resolve_about(instance: Instance, target: Actor, *, by: Steward) -> None:
    """Something was done about somebody: no report of them waits any more."""
    require(by, Permission.MANAGE_REPORTS)
    async with instance.db.write() as connection:
        for report_id in await db_reports.open_about(connection, target.id):
            await db_reports.resolve_report(connection, report_id, by.actor_id)
            await write_down(connection, by, Act.RESOLVE, report_name(report_id), about=target)


async def _refuse_names_inside(instance: Instance, connection: Connection, comment: str) -> None:
    """`Invalid` when words that are to leave name a post that never does."""
    named = instance.uris.status_ids_in(comment)
    if await db_statuses.any_kept_inside(connection, list(named)):
        message = _(
            "It names a post that never leaves the server: leave that out, or do not forward."
        )
        raise Invalid(message, {"comment": message})
