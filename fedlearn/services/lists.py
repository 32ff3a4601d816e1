"""This is where people gather others on lists, followed or not. Who is on one is not told."""

from collections.abc import Collection

from fedlearn.db import blocks as db_blocks
from fedlearn.db import lists as db_lists
from fedlearn.db.database import Connection
from fedlearn.db.follows import is_followed_locally
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import HOUR_MS, ListId, now
from fedlearn.domain.lists import PeopleList, RepliesPolicy
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.remote.outboxes import want_outbox
from fedlearn.text.languages import _

MOST_LISTS = 50
MOST_MEMBERS = 200
LONGEST_TITLE = 100
# How often it is written down that a list is read.
NOTED_EVERY_MS = HOUR_MS


async def create_list(instance: Instance, owner: Actor, title: str) -> PeopleList:
    """A new list; `Invalid`, by field, without a title or beyond the limits."""
    title = _read_title(title)
    async with instance.db.write() as connection:
        if len(await db_lists.lists_of(connection, owner.id)) >= MOST_LISTS:
            message = _(
                "You have %(most)s lists, which is as many as there can be.",
                most=MOST_LISTS,
            )
            raise Invalid(message, {"title": message})
        return await db_lists.insert_list(connection, owner.id, title)


async def rename_list(instance: Instance, owner: Actor, list_id: ListId, title: str) -> None:
    """Call a list something else; `Invalid`, by field, without a title."""
    title = _read_title(title)
    async with instance.db.write() as connection:
        await own_list(connection, owner, list_id)
        await db_lists.rename_list(connection, list_id, title)


async def change_list(
    instance: Instance,
    owner: Actor,
    list_id: ListId,
    policy: RepliesPolicy,
    *,
    is_exclusive: bool,
) -> None:
    """Which answers stand on a list, and whether its members' posts leave the home timeline."""
    async with instance.db.write() as connection:
        await own_list(connection, owner, list_id)
        await db_lists.change_list(connection, list_id, policy, is_exclusive=is_exclusive)


async def keep_fresh(instance: Instance, shown: PeopleList) -> None:
    """A list is read: what its members post comes in, be they followed by somebody here or not."""
    at = now()
    if shown.opened_at is not None and shown.opened_at > at - NOTED_EVERY_MS:
        return
    async with instance.db.write() as connection:
        await db_lists.note_opened(connection, shown.id, at)
        for actor in await db_lists.members_to_fetch(connection, shown.id):
            await want_outbox(connection, actor)


async def keep_mine_fresh(instance: Instance, owner: Actor, ids: Collection[ListId]) -> None:
    """The same for several lists that are read together; those of others are passed over."""
    if not ids:
        return
    async with instance.db.read() as connection:
        mine = await db_lists.lists_of(connection, owner.id)
    for shown in mine:
        if shown.id in ids:
            await keep_fresh(instance, shown)


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
            raise Invalid(
                _(
                    "One of you has blocked the other: %(name)s stays off.",
                    name=actor.display_name,
                )
            )
        await db_lists.add_member(connection, list_id, actor.id)
        if not await is_followed_locally(connection, actor.id):
            # Nobody sends here what they post.
            await db_lists.note_opened(connection, list_id, now())
            await want_outbox(connection, actor)
        if len(await db_lists.members_of(connection, list_id)) > MOST_MEMBERS:
            raise Invalid(
                _(
                    "%(most)s people can be on a list, and no more.",
                    most=MOST_MEMBERS,
                )
            )


async def remove_member(instance: Instance, owner: Actor, list_id: ListId, actor: Actor) -> None:
    """Take somebody off a list."""
    async with instance.db.write() as connection:
        await own_list(connection, owner, list_id)
        await db_lists.remove_member(connection, list_id, actor.id)


async def own_list(connection: Connection, owner: Actor, list_id: ListId) -> PeopleList:
    """A list of this person's own; `NotFound` for any other."""
    found = await db_lists.list_by_id(connection, list_id)
    if found is None or found.owner_id != owner.id:
        raise NotFound(_("There is no such list of yours."))
    return found


def _read_title(title: str) -> str:
    title = title.strip()
    if not 0 < len(title) <= LONGEST_TITLE:
        message = _("Give it a name of at most %(most)s characters.", most=LONGEST_TITLE)
        raise Invalid(message, {"title": message})
    return title
