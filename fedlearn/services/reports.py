"""This is where somebody asks the moderators to look at an account, here and on its own server."""

from collections.abc import Iterable, Sequence

from fedlearn.activitypub.render.activities import render_flag
from fedlearn.db import notifications as db_notifications
from fedlearn.db import reports as db_reports
from fedlearn.db import statuses as db_statuses
from fedlearn.db import users as db_users
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import StatusId, snowflake
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.reports import Report
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.outbox.publish import publish_to_server
from fedlearn.services.notifications import take_back
from fedlearn.services.seen import seen

LONGEST_COMMENT = 5000


async def report(
    instance: Instance,
    reporter: Actor,
    target: Actor,
    *,
    comment: str,
    status_ids: Sequence[StatusId] = (),
    forward: bool = False,
) -> None:
    """A person of ours reports an account with some of its posts; its server is told if they wish.

    The other server learns what is reported, and not by whom. What is local stays here.
    """
    if target.id == reporter.id:
        raise Invalid("You cannot report yourself.")
    if len(comment) > LONGEST_COMMENT:
        message = f"At most {LONGEST_COMMENT} characters."
        raise Invalid(message, {"comment": message})
    is_forwarded = forward and not target.is_local
    uri = f"{instance.actor.uri}#flags/{snowflake()}"
    async with instance.db.write() as connection:
        views = [await seen(connection, reporter, status_id) for status_id in status_ids]
        if any(view.author.id != target.id for view in views):
            raise Invalid("These posts are not all by the account that is reported.")
        await keep_report(
            connection,
            uri=uri,
            reporter=reporter,
            target=target,
            comment=comment,
            status_ids=[view.id for view in views],
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


async def keep_report(
    connection: Connection,
    *,
    uri: str,
    reporter: Actor,
    target: Actor,
    comment: str,
    status_ids: Iterable[StatusId],
    is_forwarded: bool = False,
) -> None:
    """Keep a report once, and tell those who look after the instance."""
    is_new = await db_reports.insert_report(
        connection,
        uri=uri,
        reporter_id=reporter.id,
        target_id=target.id,
        comment=comment,
        is_forwarded=is_forwarded,
        status_ids=status_ids,
    )
    if not is_new:
        return
    for moderator_id in await db_users.moderators(connection):
        # Each reporter's latest report is the one that is told. It is told across blocks, too.
        await take_back(connection, moderator_id, reporter, NotificationKind.REPORT)
        await db_notifications.insert_notification(
            connection,
            owner_id=moderator_id,
            sender_id=reporter.id,
            kind=NotificationKind.REPORT,
            status_id=None,
        )


async def all_reports(instance: Instance) -> list[Report]:
    """The latest reports, newest first."""
    async with instance.db.read() as connection:
        return await db_reports.all_reports(connection)


async def resolve(instance: Instance, report_id: int) -> None:
    """Moderators have looked at a report; `NotFound` when none of this number waits."""
    async with instance.db.write() as connection:
        if not await db_reports.resolve_report(connection, report_id):
            raise NotFound(f"there is no open report {report_id}")


async def _refuse_names_inside(instance: Instance, connection: Connection, comment: str) -> None:
    """`Invalid` when words that are to leave name a post that never does."""
    named = instance.uris.status_ids_in(comment)
    if await db_statuses.any_kept_inside(connection, list(named)):
        message = "It names a post that never leaves the server: leave that out, or do not forward."
        raise Invalid(message, {"comment": message})
