"""Create: somebody on another server has posted."""

from fedlearn.activitypub.audience import SPELLINGS_OF_PUBLIC
from fedlearn.activitypub.uris import same_origin
from fedlearn.activitypub.vocabulary.activities import Activity
from fedlearn.activitypub.vocabulary.notes import STATUS_KINDS, NoteDocument, read_note
from fedlearn.db import actors as db_actors
from fedlearn.db import blocks as db_blocks
from fedlearn.db import follows as db_follows
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import Uri
from fedlearn.domain.statuses import Status
from fedlearn.inbox.activities.vote import on_vote
from fedlearn.inbox.outcome import DONE, Ignored, Outcome
from fedlearn.inbox.verify import Sender
from fedlearn.instance import Instance
from fedlearn.remote.previews import want_preview_of_others
from fedlearn.remote.statuses import local_addressees, store_note
from fedlearn.remote.threads import want_parent
from fedlearn.services.timelines import distribute


async def on_create(instance: Instance, activity: Activity, sender: Sender) -> Outcome:
    """Keep the post if it concerns somebody here, and show it to them; count it, if it votes."""
    note = await read_embedded(instance, activity, sender)
    if isinstance(note, Ignored):
        return note
    if note.is_vote:
        return await on_vote(instance, activity, note, sender)
    return await keep_note(instance, note, sender, delivered_to=activity.delivered_to)


async def read_embedded(
    instance: Instance, activity: Activity, sender: Sender
) -> NoteDocument | Ignored:
    """The post in an activity, trusted only from its author; one named by id alone is fetched."""
    if activity.object_uri is None or not same_origin(activity.object_uri, sender.actor.uri):
        return Ignored("its object is not on the server of its sender")
    if activity.object is None:
        signer = await instance.own_signing_key()
        return read_note(await instance.fetcher.fetch(activity.object_uri, signer))
    if activity.object_kind not in STATUS_KINDS:
        return Ignored(f"objects of type {activity.object_kind} are not understood yet")
    return read_note(activity.object, activity)


async def keep_note(
    instance: Instance, note: NoteDocument, sender: Sender, *, delivered_to: Uri | None = None
) -> Outcome:
    """Store a post by its sender and show it; what concerns nobody here is dropped.

    `delivered_to` is the actor of ours to whose own inbox it came, so it is meant for them.
    """
    async with instance.db.write() as connection:
        if not await db_blocks.may_answer(connection, sender.actor.id, note.in_reply_to):
            return Ignored("it answers somebody who has blocked its sender")
        owner = await _owner_of_inbox(connection, delivered_to, sender)
        if owner is None and not await _concerns_us(connection, instance, note, sender):
            return Ignored("it concerns nobody here")
        stored = await store_note(connection, instance.uris, note, sender.actor)
        if stored is None:
            return Ignored("its author deleted it before it came")
        if owner is not None and not stored.status.reach.is_open:
            await let_read(connection, stored.status, owner)
        await distribute(connection, stored.status, sender.actor, stored.named)
        await want_parent(connection, stored.status)
        await want_preview_of_others(instance, connection, stored.status)
    return DONE


async def _owner_of_inbox(
    connection: Connection, delivered_to: Uri | None, sender: Sender
) -> Actor | None:
    """Whose own inbox it came to, unless they have blocked the sender."""
    owner = await db_actors.actor_by_uri(connection, delivered_to) if delivered_to else None
    if owner is None or await db_blocks.is_blocked(connection, owner.id, sender.actor.id):
        return None
    return owner


async def let_read(connection: Connection, status: Status, owner: Actor) -> None:
    """Whoever gets a private post in their own inbox may read it, named in it or not."""
    await db_statuses.add_mentions(connection, status.id, [owner.id], is_silent=True)


async def _concerns_us(
    connection: Connection, instance: Instance, note: NoteDocument, sender: Sender
) -> bool:
    """Whether the author is followed here, somebody here is addressed, or a known post answered.

    What a relay passes on is for everybody.
    """
    if await db_follows.is_followed_locally(connection, sender.actor.id):
        return True
    if sender.by_relay and SPELLINGS_OF_PUBLIC.intersection(note.to):
        return True
    addressed = [actor.id for actor in await local_addressees(connection, instance.uris, note)]
    if set(addressed) - await db_blocks.who_block(connection, addressed, sender.actor.id):
        return True
    if note.in_reply_to is None:
        return False
    return await db_statuses.status_by_uri(connection, note.in_reply_to) is not None
