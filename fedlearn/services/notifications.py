"""This is where people are told of what others do."""

from fedlearn.db import blocks as db_blocks
from fedlearn.db import follows as db_follows
from fedlearn.db import notifications as db_notifications
from fedlearn.db.database import Connection
from fedlearn.db.wanted import is_unheard
from fedlearn.domain.actors import Actor
from fedlearn.domain.follows import FollowState
from fedlearn.domain.ids import ActorId, StatusId
from fedlearn.domain.notifications import NotificationKind


async def notify(
    connection: Connection,
    owner: Actor,
    sender: Actor,
    kind: NotificationKind,
    status_id: StatusId | None = None,
) -> None:
    """Tell a person of ours that somebody did something.

    Nobody is told of their own deeds, nor of those of somebody with whom a block stands between, or
    of whom they do not want to hear. Of what is done from a silenced domain only those are told who
    follow whoever does it.
    """
    if not owner.is_local or owner.id == sender.id:
        return
    if await db_blocks.are_apart(connection, owner.id, sender.id):
        return
    if await is_unheard(connection, owner.id, sender.id):
        return
    if sender.is_silenced and not await _follows(connection, owner, sender):
        return
    await db_notifications.insert_notification(
        connection, owner_id=owner.id, sender_id=sender.id, kind=kind, status_id=status_id
    )


async def remind(
    connection: Connection, owner: Actor, kind: NotificationKind, status_id: StatusId
) -> None:
    """Tell a person of ours what became of a post of their own."""
    await db_notifications.insert_notification(
        connection, owner_id=owner.id, sender_id=owner.id, kind=kind, status_id=status_id
    )


async def take_back(
    connection: Connection,
    owner_id: ActorId,
    sender: Actor,
    kind: NotificationKind,
    status_id: StatusId | None = None,
) -> None:
    """What somebody did is undone: nobody needs to be told of it any more."""
    await db_notifications.delete_notification(
        connection, owner_id=owner_id, sender_id=sender.id, kind=kind, status_id=status_id
    )


async def _follows(connection: Connection, reader: Actor, author: Actor) -> bool:
    known = await db_follows.follow_between(connection, reader.id, author.id)
    return known is not None and known.state is FollowState.ACCEPTED
