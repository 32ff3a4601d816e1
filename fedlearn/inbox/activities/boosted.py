"""How a boost by somebody on another server is kept, whatever it came in."""

from fedlearn.activitypub.audience import reach_of
from fedlearn.activitypub.vocabulary.activities import Activity
from fedlearn.db import follows as db_follows
from fedlearn.db import received as db_received
from fedlearn.db import statuses as db_statuses
from fedlearn.db.status_views import status_view_by_uri
from fedlearn.domain.ids import StatusId, Uri, now, snowflake_of_arrival
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.statuses import Status, StatusView, boost_of
from fedlearn.inbox.outcome import DONE, Ignored, Outcome
from fedlearn.inbox.verify import Sender
from fedlearn.instance import Instance
from fedlearn.remote.statuses import fetch_note, store_note
from fedlearn.services.notifications import notify
from fedlearn.services.timelines import distribute


async def keep_boost(instance: Instance, activity: Activity, sender: Sender, uri: str) -> Outcome:
    """Keep the boost; a post that we do not have is fetched from where it belongs first."""
    boosted = await _boosted(instance, uri, sender)
    if isinstance(boosted, Ignored):
        return boosted
    objection = _objection(boosted, sender)
    if objection:
        return Ignored(objection)
    status = _boost(activity, sender, boosted.status)
    async with instance.db.write() as connection:
        if await db_received.is_buried(connection, status.uri, sender.actor.uri):
            return Ignored("it was undone before it came")
        if not await db_statuses.insert_status(connection, status, is_local=False):
            return Ignored("it was boosted before")
        await distribute(connection, status, sender.actor)
        await notify(connection, boosted.author, sender.actor, NotificationKind.BOOST, boosted.id)
    return DONE


def _objection(boosted: StatusView, sender: Sender) -> str:
    """Why this post may not be boosted by the sender, "" if it may."""
    if not boosted.author.is_active:
        return "it boosts a post by somebody who is suspended, blocked or gone"
    if not boosted.status.reach.is_open and boosted.author.id != sender.actor.id:
        return "it boosts a post that is not for everybody"
    return ""


async def _boosted(instance: Instance, uri: str, sender: Sender) -> StatusView | Ignored:
    """The boosted post as its booster may see it."""
    viewer = sender.actor.viewer
    async with instance.db.read() as connection:
        known = await status_view_by_uri(connection, viewer, uri)
        is_read_here = await db_follows.is_followed_locally(connection, sender.actor.id)
    if known is not None:
        return known.boost_of or known
    if instance.uris.is_ours(uri):
        return Ignored("it boosts nothing that its sender may see here")
    if not is_read_here:
        return Ignored("it concerns nobody here")
    note, author = await fetch_note(instance, uri)
    async with instance.db.write() as connection:
        await store_note(connection, instance.uris, note, author)
        stored = await status_view_by_uri(connection, viewer, note.uri)
    return stored or Ignored("it boosts a post that is not for everybody")


def _boost(activity: Activity, sender: Sender, boosted: Status) -> Status:
    published = min(activity.published or now(), now())
    return boost_of(
        boosted,
        status_id=StatusId(snowflake_of_arrival(published)),
        uri=activity.uri or Uri(f"{sender.actor.uri}#boosts/{boosted.id}"),
        actor_id=sender.actor.id,
        reach=reach_of(activity.to, activity.cc, sender.actor.profile.followers),
        at=published,
    )
