"""What a group passes on in an Announce: what its members did (FEP-1b12; Lemmy and its kin).

The group has signed, not the member. So what it says is a hint at most: a post is read where it
belongs, and what cannot be read anywhere, such as a Like, is dropped.
"""

from collections.abc import Awaitable, Callable

from fedlearn.activitypub import values
from fedlearn.activitypub.audience import reach_of
from fedlearn.activitypub.vocabulary.activities import Activity, read_activity
from fedlearn.db import actors as db_actors
from fedlearn.db import blocks as db_blocks
from fedlearn.db import follows as db_follows
from fedlearn.db import received as db_received
from fedlearn.db import statuses as db_statuses
from fedlearn.domain.actors import ActorKind
from fedlearn.domain.ids import Uri
from fedlearn.domain.statuses import Status
from fedlearn.errors import Gone, Missing
from fedlearn.inbox.activities.boosted import keep_boost
from fedlearn.inbox.activities.update import keep_edit
from fedlearn.inbox.outcome import DONE, Ignored, Outcome
from fedlearn.inbox.verify import Sender
from fedlearn.instance import Instance
from fedlearn.remote.statuses import fetch_note, store_note
from fedlearn.remote.threads import want_parent
from fedlearn.services.timelines import distribute

# The Announce, who sent it, what is in it, and which post that is about.
PassedOn = Callable[[Instance, Activity, Sender, Activity, Uri], Awaitable[Outcome]]


async def on_passed_on(instance: Instance, activity: Activity, sender: Sender) -> Outcome:
    """Take in what a member of a group did to a post, as far as the post's own server bears out."""
    if sender.actor.profile.kind is not ActorKind.GROUP:
        return Ignored("only a group passes on what others do")
    inner = read_activity(activity.object or {})
    take = PASSED_ON.get(inner.kind)
    if take is None:
        return Ignored(f"a group cannot vouch for who sent the {inner.kind} in it")
    if inner.object_uri is None:
        return Ignored("it does not say about which post it is")
    return await take(instance, activity, sender, inner, inner.object_uri)


async def _take_create(
    instance: Instance, activity: Activity, sender: Sender, inner: Activity, uri: Uri
) -> Outcome:
    """A post of a member is boosted by the group; an answer joins its conversation."""
    async with instance.db.read() as connection:
        status = await db_statuses.status_by_uri(connection, uri)
    if status is None and not instance.uris.is_ours(uri):
        taken = await _fetch_post(instance, sender, inner, uri)
        if isinstance(taken, Ignored):
            return taken
        status = taken
    if status is not None and status.in_reply_to_uri is not None:
        return DONE
    return await keep_boost(instance, activity, sender, status.uri if status else uri)


async def _fetch_post(
    instance: Instance, sender: Sender, inner: Activity, uri: Uri
) -> Status | Ignored:
    if not await _concerns_us(instance, sender, inner):
        return Ignored("it concerns nobody here")
    note, author = await fetch_note(instance, uri)
    if not reach_of(note.to, note.cc, author.profile.followers).is_open:
        return Ignored("it passes on a post that is not for everybody")
    async with instance.db.write() as connection:
        if not await db_blocks.may_answer(connection, author.id, note.in_reply_to):
            return Ignored("it answers somebody who has blocked its author")
        stored = await store_note(connection, instance.uris, note, author)
        if stored is None:
            return Ignored("its author deleted it before it came")
        await distribute(connection, stored.status, author, stored.named)
        await want_parent(connection, stored.status)
    return stored.status


async def _concerns_us(instance: Instance, sender: Sender, inner: Activity) -> bool:
    """Whether somebody here follows the group, or a post that we have is answered."""
    answered = values.uri((inner.object or {}).get("inReplyTo"))
    async with instance.db.read() as connection:
        if await db_follows.is_followed_locally(connection, sender.actor.id):
            return True
        return bool(answered and await db_statuses.status_by_uri(connection, answered))


async def _take_update(
    instance: Instance, _activity: Activity, _sender: Sender, _inner: Activity, uri: Uri
) -> Outcome:
    """An edited post is read anew."""
    before = await _remote_post(instance, uri)
    if before is None:
        return Ignored("it changes no post of others that we have")
    note, author = await fetch_note(instance, uri)
    if note.uri != before.uri:
        return Ignored("what it changes has another name now")
    async with instance.db.write() as connection:
        await keep_edit(connection, instance, before, note, author)
    return DONE


async def _take_delete(
    instance: Instance, _activity: Activity, _sender: Sender, _inner: Activity, uri: Uri
) -> Outcome:
    """A post is removed if it is gone where it belongs, whoever removed it there."""
    status = await _remote_post(instance, uri)
    if status is None:
        return Ignored("it deletes no post of others that we have")
    if not await _is_gone(instance, uri):
        return Ignored("it is still there, so it is not deleted")
    async with instance.db.write() as connection:
        author = await db_actors.actor_by_id(connection, status.actor_id)
        if author is not None:
            await db_received.bury(connection, uri, author.uri)
        await db_statuses.delete_status(connection, status.id)
    return DONE


async def _remote_post(instance: Instance, uri: Uri) -> Status | None:
    if instance.uris.is_ours(uri):
        return None
    async with instance.db.read() as connection:
        status = await db_statuses.status_by_uri(connection, uri)
    return status if status and status.boost_of_id is None else None


async def _is_gone(instance: Instance, uri: Uri) -> bool:
    try:
        document = await instance.fetcher.fetch(uri, await instance.own_signing_key())
    except (Gone, Missing):
        return True
    return values.kind(document) == "Tombstone"


PASSED_ON: dict[str, PassedOn] = {
    "Create": _take_create,
    "Update": _take_update,
    "Delete": _take_delete,
}
