"""This is where people are told of what others do."""

from collections.abc import Collection, Sequence

from fedlearn.db import blocks as db_blocks
from fedlearn.db import follow_wishes as db_follow_wishes
from fedlearn.db import notifications as db_notifications
from fedlearn.db import quotes as db_quotes
from fedlearn.db import statuses as db_statuses
from fedlearn.db import users as db_users
from fedlearn.db.database import Connection
from fedlearn.db.muted_threads import is_thread_muted
from fedlearn.db.paging import LAST
from fedlearn.db.wanted import is_unheard
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach
from fedlearn.domain.ids import ActorId, CollectionId, StatusId
from fedlearn.domain.notifications import NotificationKind, Verdict
from fedlearn.domain.statuses import Status
from fedlearn.errors import NotFound
from fedlearn.instance import Instance
from fedlearn.services.notification_policies import judge
from fedlearn.services.push import plan_waking
from fedlearn.text.languages import _


async def notify(
    connection: Connection,
    owner: Actor,
    sender: Actor,
    kind: NotificationKind,
    status_id: StatusId | None = None,
    *,
    collection_id: CollectionId | None = None,
) -> None:
    """Tell a person of ours that somebody did something.

    Nobody is told of their own deeds, nor of those of somebody with whom a block stands between, or
    of whom they do not want to hear, nor of what happens in conversations of which they have heard
    enough. Of what silenced people do only those are told who follow
    them, or want to be.
    """
    if not owner.is_local or owner.id == sender.id:
        return
    if await db_blocks.are_apart(connection, owner.id, sender.id):
        return
    if await is_unheard(connection, owner.id, sender.id):
        return
    if status_id is not None and await is_thread_muted(connection, owner.id, status_id):
        return
    await _tell(connection, owner.id, sender, kind, status_id, collection_id=collection_id)


async def remind(
    connection: Connection, owner: Actor, kind: NotificationKind, status_id: StatusId | None = None
) -> None:
    """Tell a person of ours what became of a post of their own, sent or still to come."""
    await _tell(connection, owner.id, owner, kind, status_id)


async def tell_moderators(connection: Connection, sender: Actor, kind: NotificationKind) -> None:
    """Tell those who look after the instance, across blocks too; of each sender the latest."""
    for moderator_id in await db_users.moderators(connection):
        await take_back(connection, moderator_id, sender, kind)
        await _tell(connection, moderator_id, sender, kind, None)


async def tell_of_edit(connection: Connection, author: Actor, status_id: StatusId) -> None:
    """Tell people of ours that a post which they have boosted or quoted says something else now."""
    concerned = {
        NotificationKind.UPDATE: await db_statuses.local_boosters(connection, status_id),
        NotificationKind.QUOTED_UPDATE: await db_quotes.local_quoters(connection, status_id),
    }
    for kind, people in concerned.items():
        for one in people:
            # Of each post the latest edit.
            await take_back(connection, one.id, author, kind, status_id)
            await notify(connection, one, author, kind, status_id)


async def tell_of_post(
    connection: Connection, status: Status, author: Actor, named: Collection[ActorId]
) -> None:
    """Tell people of ours who asked for it of a new post: not of boosts, nor of answers to others.

    Who is named in it is told of that.
    """
    if status.boost_of_id is not None or status.reach is Reach.DIRECT:
        return
    if not await _begins_or_goes_on(connection, status):
        return
    for reader in await db_follow_wishes.who_is_told(connection, author.id):
        if reader.id not in named:
            await notify(connection, reader, author, NotificationKind.STATUS, status.id)


async def mark_read(
    instance: Instance,
    owner: Actor,
    up_to: int = LAST,
    kinds: Collection[NotificationKind] = db_notifications.EVERY_KIND,
) -> None:
    """A person of ours has seen what they were told: all, or up to some, or only of these kinds."""
    async with instance.db.write() as connection:
        await db_notifications.mark_read(connection, owner.id, up_to, kinds)


async def dismiss(instance: Instance, owner: Actor, ids: Sequence[int]) -> None:
    """A person of ours wants to keep these no longer; `NotFound` where there are none of theirs."""
    async with instance.db.write() as connection:
        if not await db_notifications.dismiss_notifications(connection, owner.id, ids):
            raise NotFound(_("There is no such notification."))


async def clear(instance: Instance, owner: Actor) -> None:
    """A person of ours wants to keep nothing of what they were told so far."""
    async with instance.db.write() as connection:
        await db_notifications.clear_notifications(connection, owner.id)


async def take_back(
    connection: Connection,
    owner_id: ActorId,
    sender: Actor,
    kind: NotificationKind,
    status_id: StatusId | None = None,
    *,
    collection_id: CollectionId | None = None,
) -> None:
    """What somebody did is undone: nobody needs to be told of it any more."""
    await db_notifications.delete_notification(
        connection,
        owner_id=owner_id,
        sender_id=sender.id,
        kind=kind,
        status_id=status_id,
        collection_id=collection_id,
    )


async def _tell(
    connection: Connection,
    owner_id: ActorId,
    sender: Actor,
    kind: NotificationKind,
    status_id: StatusId | None,
    *,
    collection_id: CollectionId | None = None,
) -> None:
    """Tell, as far as somebody wants to be told."""
    verdict = await judge(connection, owner_id, sender, kind, status_id)
    if verdict is not Verdict.DROP:
        told_id = await db_notifications.insert_notification(
            connection,
            owner_id=owner_id,
            sender_id=sender.id,
            kind=kind,
            status_id=status_id,
            collection_id=collection_id,
            is_filtered=verdict is Verdict.FILTER,
        )
        if told_id is not None:
            await plan_waking(connection, owner_id, kind, told_id)


async def _begins_or_goes_on(connection: Connection, status: Status) -> bool:
    """Whether a post answers nobody but its own author."""
    if status.in_reply_to_uri is None:
        return True
    parent_id = status.in_reply_to_id
    parent = await db_statuses.status_by_id(connection, parent_id) if parent_id else None
    return parent is not None and parent.actor_id == status.actor_id
