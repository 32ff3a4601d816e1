"""This is where people see what others did: answers, boosts, likes, new followers."""

from collections.abc import Collection

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import follows as db_follows
from fedlearn.db import notification_policies as db_policies
from fedlearn.db import notifications as db_notifications
from fedlearn.db.direct_posts import count_unread_conversations
from fedlearn.domain.notifications import NotificationKind
from fedlearn.services import notifications
from fedlearn.services.reading import unfiltered
from fedlearn.web.context import instance_of
from fedlearn.web.pages.forms import back, cursor_of, size_of
from fedlearn.web.sessions import read_form, require_user
from fedlearn.web.templating import render_page

PAGE = "/notifications"

Kinds = Collection[NotificationKind]


async def notifications_page(request: Request) -> Response:
    """What happened, newest first. To look at it is to have seen it."""
    return await _render(request, "all", db_notifications.EVERY_KIND)


async def mentions_page(request: Request) -> Response:
    """Who named or answered this person."""
    return await _render(request, "mentions", (NotificationKind.MENTION,))


async def mark_all_read(request: Request) -> Response:
    """Nothing is new any more."""
    form, me = await read_form(request), (await require_user(request)).actor
    await notifications.mark_read(instance_of(request), me)
    return back(form, PAGE)


async def clear(request: Request) -> Response:
    """Forget what was told so far."""
    form, me = await read_form(request), (await require_user(request)).actor
    await notifications.clear(instance_of(request), me)
    return back(form, PAGE)


async def _render(request: Request, tab: str, kinds: Kinds) -> Response:
    me, size = (await require_user(request)).actor, size_of(request)
    is_all = tab == "all" and cursor_of(request) is None
    async with instance_of(request).db.read() as connection:
        shown = await db_notifications.notifications_page(
            connection, me.viewer, before=cursor_of(request), limit=size, kinds=kinds
        )
        told = await unfiltered(connection, me.viewer, shown)
        unread_messages = await count_unread_conversations(connection, me.id)
        waiting = await db_follows.pending_followers(connection, me.id) if is_all else []
        put_aside, _much = await db_policies.count_put_aside(connection, me.id)
    response = await render_page(
        request,
        "notifications.html",
        tab=tab,
        shown=told,
        waiting=waiting,
        unread_messages=unread_messages,
        put_aside=put_aside if is_all else 0,
        older=shown[-1].id if len(shown) == size else None,
    )
    if any(not one.is_read for one in shown):
        await notifications.mark_read(instance_of(request), me, shown[0].id, kinds)
    return response
