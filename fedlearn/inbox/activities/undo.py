"""Undo: somebody on another server takes a follow, a block, a like or a boost back."""

from collections.abc import Awaitable, Callable

from fedlearn.activitypub import values
from fedlearn.activitypub.uris import same_origin
from fedlearn.activitypub.vocabulary.activities import Activity
from fedlearn.db import actors as db_actors
from fedlearn.db import favourites as db_favourites
from fedlearn.db import follows as db_follows
from fedlearn.db import reactions as db_reactions
from fedlearn.db import received as db_received
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import StatusId
from fedlearn.domain.notifications import NotificationKind
from fedlearn.inbox.activities.block import undo_block
from fedlearn.inbox.outcome import DONE, Ignored, Outcome
from fedlearn.inbox.verify import Sender
from fedlearn.instance import Instance
from fedlearn.services.follows import end_follow
from fedlearn.services.notifications import take_back

# What is undone, by its identity and, where it was embedded, by what it was about.
Undoing = Callable[[Connection, Actor, str, str], Awaitable[bool]]


async def on_undo(instance: Instance, activity: Activity, sender: Sender) -> Outcome:
    """Take it back; if it has not come yet, remember that it must not take effect."""
    undone, about = activity.object_uri, ""
    if activity.object is not None:
        if values.uri(activity.object.get("actor")) != sender.actor.uri:
            return Ignored("it undoes what somebody else did")
        about = values.uri(activity.object.get("object")) or ""
    if undone is None and not about:
        return Ignored("it does not say what is undone")
    kinds = KINDS.get(activity.object_kind, list(UNDOINGS))
    async with instance.db.write() as connection:
        for kind in kinds:
            if await UNDOINGS[kind](connection, sender.actor, undone or "", about):
                # Pixelfed and PeerTube follow again under the same id.
                await db_received.forget_activity(connection, sender.actor.uri, undone or "")
                return DONE
        # Nobody digs graves on other servers, least of all on ours.
        if undone is not None and same_origin(undone, sender.actor.uri):
            await db_received.bury(connection, undone, sender.actor.uri)
    return Ignored("it undoes nothing that we have")


async def _undo_follow(connection: Connection, actor: Actor, uri: str, about: str) -> bool:
    follow = await db_follows.follow_by_uri(connection, uri)
    if follow is None and about:
        followee = await db_actors.actor_by_uri(connection, about)
        if followee is not None:
            follow = await db_follows.follow_between(connection, actor.id, followee.id)
    if follow is None or follow.follower_id != actor.id:
        return False
    await end_follow(connection, follow, actor)
    return True


async def _undo_like(connection: Connection, actor: Actor, uri: str, about: str) -> bool:
    status_id = await db_favourites.status_liked_as(connection, actor.id, uri)
    if status_id is None and about:
        liked = await db_statuses.status_by_uri(connection, about)
        status_id = (liked.boost_of_id or liked.id) if liked else None
    if status_id is None:
        return False
    if await db_favourites.delete_favourite(connection, actor.id, status_id) is None:
        return False
    await _forget(connection, actor, NotificationKind.FAVOURITE, status_id)
    return True


async def _undo_reaction(connection: Connection, actor: Actor, uri: str, _about: str) -> bool:
    status_id = await db_reactions.delete_reaction(connection, actor.id, uri)
    if status_id is None:
        return False
    await _forget(connection, actor, NotificationKind.REACTION, status_id)
    return True


async def _undo_boost(connection: Connection, actor: Actor, uri: str, about: str) -> bool:
    boost = await db_statuses.status_by_uri(connection, uri)
    if boost is None and about:
        boosted = await db_statuses.status_by_uri(connection, about)
        boost = await db_statuses.boost_by(connection, actor.id, boosted.id) if boosted else None
    if boost is None or boost.actor_id != actor.id or boost.boost_of_id is None:
        return False
    await db_statuses.delete_status(connection, boost.id)
    await _forget(connection, actor, NotificationKind.BOOST, boost.boost_of_id)
    return True


async def _forget(
    connection: Connection, actor: Actor, kind: NotificationKind, status_id: StatusId
) -> None:
    status = await db_statuses.status_by_id(connection, status_id)
    if status is not None:
        await take_back(connection, status.actor_id, actor, kind, status_id)


UNDOINGS: dict[str, Undoing] = {
    "Block": undo_block,
    "Follow": _undo_follow,
    "EmojiReact": _undo_reaction,
    "Like": _undo_like,
    "Announce": _undo_boost,
}
# A Like with an emoji is kept as a reaction, so both are looked for.
KINDS = {kind: [kind] for kind in UNDOINGS} | {"Like": ["EmojiReact", "Like"]}
