"""This is where people put posts aside for themselves. Nobody is told, here or elsewhere."""

from fedlearn.db import bookmarks as db_bookmarks
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import StatusId
from fedlearn.instance import Instance
from fedlearn.services.seen import seen


async def bookmark(instance: Instance, actor: Actor, status_id: StatusId) -> None:
    """Put a post aside; `NotFound` for one that this person cannot see."""
    async with instance.db.write() as connection:
        view = await seen(connection, actor, status_id)
        await db_bookmarks.insert_bookmark(connection, actor.id, view.id)


async def unbookmark(instance: Instance, actor: Actor, status_id: StatusId) -> None:
    """Take a post out again, also one that cannot be seen any more."""
    async with instance.db.write() as connection:
        await db_bookmarks.delete_bookmark(connection, actor.id, status_id)
