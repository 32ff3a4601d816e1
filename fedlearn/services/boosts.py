"""This is where people boost posts, and take that back."""

from fedlearn.activitypub.render.activities import render_announce, render_undo
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach
from fedlearn.domain.ids import StatusId, Uri, now, snowflake
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.statuses import Status, StatusView, boost_of
from fedlearn.errors import Forbidden
from fedlearn.instance import Instance
from fedlearn.outbox.publish import publish_status_activity
from fedlearn.outbox.recipients import recipients_of_boost
from fedlearn.services.notifications import notify, take_back
from fedlearn.services.seen import seen
from fedlearn.services.timelines import distribute
from fedlearn.text.languages import _


async def boost(
    instance: Instance, actor: Actor, status_id: StatusId, reach: Reach | None = None
) -> StatusView:
    """Show a post to one's followers, or to as many as may see it. Twice is once."""
    async with instance.db.write() as connection:
        boosted = await seen(connection, actor, status_id)
        if boosted.boost_of:
            boosted = boosted.boost_of
        known = await db_statuses.boost_by(connection, actor.id, boosted.id)
        if known:
            return await seen(connection, actor, known.id)
        _check_boost(boosted, actor)
        status = _new_boost(instance, actor, boosted.status, reach or boosted.status.reach)
        await db_statuses.insert_status(connection, status, is_local=True)
        await distribute(connection, status, actor)
        await notify(connection, boosted.author, actor, NotificationKind.BOOST, boosted.id)
        view = await seen(connection, actor, status.id)
        recipients = await recipients_of_boost(connection, view)
        activity = render_announce(view)
        await publish_status_activity(
            connection,
            instance.settings.federation,
            view=view,
            activity=activity,
            recipients=recipients,
        )
    return view


async def unboost(instance: Instance, actor: Actor, status_id: StatusId) -> None:
    """Take a boost back."""
    async with instance.db.write() as connection:
        known = await db_statuses.boost_by(connection, actor.id, status_id)
        if known is None:
            return
        await end_boost(instance, connection, actor, known)


async def end_boost(
    instance: Instance, connection: Connection, actor: Actor, known: Status
) -> None:
    """The same inside a transaction, for the boost itself."""
    view = await seen(connection, actor, known.id)
    recipients = await recipients_of_boost(connection, view)
    activity = render_undo(render_announce(view))
    await publish_status_activity(
        connection,
        instance.settings.federation,
        view=view,
        activity=activity,
        recipients=recipients,
    )
    await db_statuses.delete_status(connection, known.id)
    if view.boost_of:
        boosted = view.boost_of
        await take_back(connection, boosted.author.id, actor, NotificationKind.BOOST, boosted.id)


def _check_boost(boosted: StatusView, actor: Actor) -> None:
    """Anybody may boost what is open to anybody; one's own posts for followers, only oneself."""
    is_own = boosted.author.id == actor.id
    if boosted.status.reach.is_open or (is_own and boosted.status.reach is Reach.FOLLOWERS):
        return
    raise Forbidden(_("This post is not meant for everybody, so it cannot be boosted."))


def _new_boost(instance: Instance, actor: Actor, boosted: Status, reach: Reach) -> Status:
    status_id = StatusId(snowflake())
    uri = f"{instance.uris.status(actor.profile.username, status_id)}/activity"
    return boost_of(
        boosted,
        status_id=status_id,
        uri=Uri(uri),
        actor_id=actor.id,
        reach=reach,
        at=now(),
    )
