"""This is where people say that they have heard enough of a conversation, for themselves."""

from fedlearn.db import muted_threads as db_muted_threads
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import StatusId
from fedlearn.instance import Instance
from fedlearn.services.seen import seen


async def mute_thread(instance: Instance, actor: Actor, status_id: StatusId) -> None:
    """Be told nothing more of what happens around a post; `NotFound` for one that is not seen."""
    async with instance.db.write() as connection:
        view = await seen(connection, actor, status_id)
        await db_muted_threads.mute_thread(connection, actor.id, view.status.conversation)


async def unmute_thread(instance: Instance, actor: Actor, status_id: StatusId) -> None:
    """Be told of it again."""
    async with instance.db.write() as connection:
        view = await seen(connection, actor, status_id)
        await db_muted_threads.unmute_thread(connection, actor.id, view.status.conversation)
