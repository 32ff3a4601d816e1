"""Methods of conversations (https://docs.joinmastodon.org/methods/conversations/)."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import direct_posts as db_direct_posts
from fedlearn.domain.actors import Actor
from fedlearn.domain.conversations import ConversationId, ConversationView
from fedlearn.domain.ids import StatusId
from fedlearn.errors import NotFound
from fedlearn.services import conversations
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.callers import require_user
from fedlearn.web.mastodon.describing import describing
from fedlearn.web.mastodon.entities.conversations import conversation_entity
from fedlearn.web.mastodon.entities.describing import Entity
from fedlearn.web.mastodon.pagination import paged, read_page
from fedlearn.web.mastodon.parameters import read_parameters

USUAL, MOST = 20, 40
IS_UNREAD = {"read": False, "unread": True}


async def get_conversations(request: Request) -> Response:
    """Somebody's conversations, the latest first; a page begins at the place of the last one."""
    me = (await require_user(request, "read:statuses")).actor
    page = read_page(await read_parameters(request), usual=USUAL, most=MOST)
    async with instance_of(request).db.read() as connection:
        shown = await db_direct_posts.conversations_page(
            connection,
            me.viewer,
            before=None if page.before is None else StatusId(page.before),
            after=None if page.after is None else StatusId(page.after),
            is_upward=page.is_upward,
            limit=page.limit,
        )
    entities = await _entities(request, me, shown)
    return paged(request, entities, [one.conversation.last_status_id for one in shown])


async def mark(request: Request) -> Response:
    """Somebody has read a conversation, or wants it to count as unread."""
    me = (await require_user(request, "write:conversations")).actor
    is_unread = IS_UNREAD.get(request.path_params["act"])
    if is_unread is None:
        raise NotFound("Record not found")
    instance = instance_of(request)
    await conversations.mark_read(instance, me, _id(request), is_unread=is_unread)
    async with instance.db.read() as connection:
        known = await conversations.own_conversation(connection, me, _id(request))
        shown = await db_direct_posts.conversations_page(
            connection, me.viewer, before=StatusId(known.last_status_id + 1), limit=1
        )
    if not shown or shown[0].conversation.id != known.id:
        raise NotFound("Record not found")
    return json((await _entities(request, me, shown))[0])


async def remove(request: Request) -> Response:
    """Take a conversation off the list, until somebody says more in it."""
    me = (await require_user(request, "write:conversations")).actor
    await conversations.remove(instance_of(request), me, _id(request))
    return json({})


async def _entities(request: Request, me: Actor, shown: Sequence[ConversationView]) -> list[Entity]:
    views = [one.last for one in shown]
    people = [actor for one in shown for actor in one.people]
    async with instance_of(request).db.read() as connection:
        of = await describing(request, connection, me.viewer, views=views, actors=people)
    return [conversation_entity(of, one) for one in shown]


def _id(request: Request) -> ConversationId:
    return ConversationId(request.path_params["conversation_id"])
