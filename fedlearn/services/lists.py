"""This is where people gather others on lists, followed or not. Who is on one is not told."""

from fedlearn.db import blocks as db_blocks
from fedlearn.db import lists as db_lists
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import ListId
from fedlearn.domain.lists import PeopleList
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance

MOST_LISTS = 50
MOST_MEMBERS = 200
LONGEST_TITLE = 100


async def create_list(instance: Instance, owner: Actor, title: str) -> PeopleList:
    """A new list; `Invalid`, by field, without a title or beyond the limits."""
    title = _read_title(title)
    async with instance.db.write() as connection:
        if len(await db_lists.lists_of(connection, owner.id)) >= MOST_LISTS:
            message = f"You have {MOST_LISTS} lists, which is as many as there can be."
            raise Invalid(message, {"title": message})
        return await db_lists.insert_list(connection, owner.id, title)


async def rename_list(instance: Instance, owner: Actor, list_id: ListId, title: str) -> None:
    """Call a list something else; `Invalid`, by field, without a title."""
    title = _read_title(title)
    async with instance.db.write() as connection:
        await own_list(connection, owner, list_id)
        await db_lists.rename_list(connection, list_id, title)


async def delete_list(instance: Instance, owner: Actor, list_id: ListId) -> None:
    """Give a list up; nobody is followed less for it."""
    async with instance.db.write() as connection:
        await own_list(connection, owner, list_id)
        await db_lists.delete_list(connection, list_id)


async def add_member(instance: Instance, owner: Actor, list_id: ListId, actor: Actor) -> None:
    """Put somebody on a list; `Invalid` for whom a block stands between, and on a full list."""
    async with instance.db.write() as connection:
        await own_list(connection, owner, list_id)
        if await db_blocks.are_apart(connection, owner.id, actor.id):
            raise Invalid(f"One of you has blocked the other: {actor.display_name} stays off.")
        await db_lists.add_member(connection, list_id, actor.id)
        if len(await db_lists.members_of(connection, list_id)) > MOST_MEMBERS:
            raise Invalid(f"{MOST_MEMBERS} people can be on a list, and no more.")


async def remove_member(instance: Instance, owner: Actor, list_id: ListId, actor: Actor) -> None:
    """Take somebody off a list."""
    async with instance.db.write() as connection:
        await own_list(connection, owner, list_id)
        await db_lists.remove_member(connection, list_id, actor.id)


async def own_list(connection: Connection, owner: Actor, list_id: ListId) -> PeopleList:
    """A list of this person's own; `NotFound` for any other."""
    found = await db_lists.list_by_id(connection, list_id)
    if found is None or found.owner_id != owner.id:
        raise NotFound("There is no such list of yours.")
    return found


def _read_title(title: str) -> str:
    title = title.strip()
    if not 0 < len(title) <= LONGEST_TITLE:
        message = f"Give it a name of at most {LONGEST_TITLE} characters."
        raise Invalid(message, {"title": message})
    return title
