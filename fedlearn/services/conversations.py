"""This is where direct posts are read as conversations, and where it is settled who is in one.

Nobody is added by being mentioned: an answer goes to those who are in the post that it answers, and
to whom its writer adds. So does a first post that says to whom it goes. Any other name in the text
stays a name.
"""

import asyncio
from collections.abc import Mapping, Sequence

from fedlearn.db import direct_posts as db_direct_posts
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach
from fedlearn.domain.conversations import Conversation, ConversationId
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.services.drafts import Draft
from fedlearn.services.naming import actor_named
from fedlearn.text.languages import _

MOST_ADDED = 10


async def people_addressed(
    instance: Instance, author: Actor, parent: StatusView | None, draft: Draft
) -> list[Actor] | None:
    """To whom a direct post goes; None where that is said by its text, or by its reach.

    `Invalid` where somebody whom it adds is not found.
    """
    is_answer = parent is not None and parent.status.reach is Reach.DIRECT
    if draft.reach is not Reach.DIRECT or not (is_answer or draft.adding):
        return None
    added = await _added(instance, draft.adding)
    people: list[Actor] = []
    if parent is not None and is_answer:
        async with instance.db.read() as connection:
            people = await db_direct_posts.people_in(connection, parent, author.id)
    by_id = {actor.id: actor for actor in (*people, *added) if actor.id != author.id}
    return list(by_id.values())


def only(people: Sequence[Actor], named: Mapping[str, Actor]) -> dict[str, Actor]:
    """Of those whom handles in a text mean, these people; the other handles are mere text."""
    ids = {actor.id for actor in people}
    return {typed: actor for typed, actor in named.items() if actor.id in ids}


async def own_conversation(
    connection: Connection, owner: Actor, conversation_id: ConversationId
) -> Conversation:
    """A conversation that this person has; `NotFound` for any other."""
    found = await db_direct_posts.conversation_by_id(connection, conversation_id)
    if found is None or found.owner_id != owner.id:
        raise NotFound(_("There is no such conversation of yours."))
    return found


async def mark_read(
    instance: Instance, owner: Actor, conversation_id: ConversationId, *, is_unread: bool = False
) -> None:
    """This person has read a conversation, or wants it to count as unread."""
    async with instance.db.write() as connection:
        await own_conversation(connection, owner, conversation_id)
        await db_direct_posts.mark_conversation_read(
            connection, conversation_id, is_unread=is_unread
        )


async def remove(instance: Instance, owner: Actor, conversation_id: ConversationId) -> None:
    """Take a conversation off one's list. Its posts stay, and a new one brings it back."""
    async with instance.db.write() as connection:
        await own_conversation(connection, owner, conversation_id)
        await db_direct_posts.delete_conversation(connection, conversation_id)


async def _added(instance: Instance, adding: Sequence[str]) -> list[Actor]:
    handles = list(dict.fromkeys(filter(None, (one.strip().removeprefix("@") for one in adding))))
    if len(handles) > MOST_ADDED:
        message = _("At most %(most)s people are added at once.", most=MOST_ADDED)
        raise Invalid(message, {"adding": message})
    found = await asyncio.gather(*(actor_named(instance, one) for one in handles))
    missing = [one for one, actor in zip(handles, found, strict=True) if actor is None]
    if missing:
        message = _("Nobody was found as %(handles)s.", handles=", ".join(missing))
        raise Invalid(message, {"adding": message})
    return [actor for actor in found if actor is not None]
