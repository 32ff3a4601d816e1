"""Update: a post or a profile on another server has changed."""

from fedlearn.activitypub.vocabulary.activities import Activity
from fedlearn.activitypub.vocabulary.actors import ACTOR_KINDS
from fedlearn.activitypub.vocabulary.notes import NoteDocument
from fedlearn.db import actors as db_actors
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import DAY_MS, now
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.statuses import Status
from fedlearn.inbox.activities.create import keep_note, read_embedded
from fedlearn.inbox.outcome import DONE, Ignored, Outcome
from fedlearn.inbox.verify import Sender
from fedlearn.instance import Instance
from fedlearn.remote.actors import fetch_actor
from fedlearn.remote.previews import want_preview_of_others
from fedlearn.remote.statuses import update_note
from fedlearn.services.notifications import notify, tell_of_edit


async def on_update(instance: Instance, activity: Activity, sender: Sender) -> Outcome:
    """Bring what we know up to date."""
    if activity.object_uri == sender.actor.uri:
        # What its server says now is newer than any copy.
        await fetch_actor(instance, sender.actor.uri)
        return DONE
    if activity.object_kind in ACTOR_KINDS:
        return Ignored("an actor may change only itself")
    return await _update_post(instance, activity, sender)


async def _update_post(instance: Instance, activity: Activity, sender: Sender) -> Outcome:
    note = await read_embedded(instance, activity, sender)
    if isinstance(note, Ignored):
        return note
    async with instance.db.write() as connection:
        before = await db_statuses.status_by_uri(connection, note.uri)
        if before is not None:
            await keep_edit(connection, instance, before, note, sender.actor)
            return DONE
    if not sender.actor.is_active:
        return Ignored("it would be a new post, and its sender is suspended or gone")
    if note.published is not None and note.published < now() - DAY_MS:
        return Ignored("it changes a post that we never had and that is old")
    return await keep_note(instance, note, sender, delivered_to=activity.delivered_to)


async def keep_edit(
    connection: Connection, instance: Instance, before: Status, note: NoteDocument, author: Actor
) -> None:
    """Change a post as its author has, and tell who is newly named in it or has boosted it."""
    stored = await update_note(connection, instance.uris, before, note, author)
    named = await db_actors.actors_by_id(connection, stored.named)
    for actor in named.values():
        await notify(connection, actor, author, NotificationKind.MENTION, before.id)
    if stored.status.edited_at != before.edited_at:
        await tell_of_edit(connection, author, before.id)
        await want_preview_of_others(instance, connection, stored.status)
