"""Add and Remove: somebody on another server pins a post to their profile, or unpins it."""

from fedlearn.activitypub.vocabulary.activities import Activity
from fedlearn.db import pins as db_pins
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.domain.statuses import Status
from fedlearn.inbox.outcome import DONE, Ignored, Outcome
from fedlearn.inbox.verify import Sender
from fedlearn.instance import Instance
from fedlearn.remote.statuses import fetch_note, store_note

MOST_PINS = 20


async def on_add(instance: Instance, activity: Activity, sender: Sender) -> Outcome:
    """Pin a post of the sender; one that we do not have is fetched."""
    if not _is_about_pins(activity, sender) or activity.object_uri is None:
        return Ignored("its target is not the sender's collection of pinned posts")
    async with instance.db.read() as connection:
        status = await _own_post(connection, activity, sender)
        is_full = await db_pins.count_pins(connection, sender.actor.id) >= MOST_PINS
    if is_full:
        return Ignored("its sender has pinned too many posts")
    if status is None and not instance.uris.is_ours(activity.object_uri):
        note, author = await fetch_note(instance, activity.object_uri)
        if author.id != sender.actor.id:
            return Ignored("it pins what somebody else wrote")
        async with instance.db.write() as connection:
            stored = await store_note(connection, instance.uris, note, author)
            status = stored.status if stored else None
    if status is None:
        return Ignored("it pins no post of its sender")
    async with instance.db.write() as connection:
        await db_pins.pin(connection, sender.actor.id, status.id)
    return DONE


async def on_remove(instance: Instance, activity: Activity, sender: Sender) -> Outcome:
    """Unpin a post of the sender."""
    if not _is_about_pins(activity, sender):
        return Ignored("its target is not the sender's collection of pinned posts")
    async with instance.db.write() as connection:
        status = await _own_post(connection, activity, sender)
        if status is None:
            return Ignored("it unpins no post of its sender that we have")
        await db_pins.unpin(connection, sender.actor.id, status.id)
    return DONE


def _is_about_pins(activity: Activity, sender: Sender) -> bool:
    featured = sender.actor.profile.featured
    return featured is not None and activity.target == featured


async def _own_post(connection: Connection, activity: Activity, sender: Sender) -> Status | None:
    status = await db_statuses.status_by_uri(connection, activity.object_uri or "")
    is_own = status is not None and status.actor_id == sender.actor.id
    return status if is_own and status and status.boost_of_id is None else None
