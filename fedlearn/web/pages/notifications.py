"""This is where people see what others did: answers, boosts, likes, new followers."""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import follows as db_follows
from fedlearn.db import notifications as db_notifications
from fedlearn.web.context import instance_of
from fedlearn.web.pages.forms import cursor_of
from fedlearn.web.sessions import require_user
from fedlearn.web.templating import render_page

A_PAGE = 30


async def notifications_page(request: Request) -> Response:
    """What happened, newest first. To look at it is to have seen it."""
    me = (await require_user(request)).actor
    db = instance_of(request).db
    async with db.read() as connection:
        shown = await db_notifications.notifications_page(
            connection, me.viewer, before=cursor_of(request), limit=A_PAGE
        )
        waiting = await db_follows.pending_followers(connection, me.id)
    response = await render_page(
        request,
        "notifications.html",
        shown=shown,
        waiting=waiting,
        older=shown[-1].id if len(shown) == A_PAGE else None,
    )
    if any(not one.is_read for one in shown):
        async with db.write() as connection:
            await db_notifications.mark_read(connection, me.id, shown[0].id)
    return response
