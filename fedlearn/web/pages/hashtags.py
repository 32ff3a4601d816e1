"""This is where people read what is posted with a hashtag, and follow it."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import timelines as db_timelines
from fedlearn.db.followed_hashtags import follows_hashtag
from fedlearn.db.status_views import status_views
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import STRANGER
from fedlearn.domain.ids import ActorId
from fedlearn.instance import Instance
from fedlearn.services import followed_hashtags
from fedlearn.web.context import instance_of
from fedlearn.web.pages.forms import back, cursor_of
from fedlearn.web.sessions import current_user, read_form, require_user
from fedlearn.web.templating import render_page

A_PAGE = 20


async def hashtag_page(request: Request) -> Response:
    """Public posts with one hashtag, newest first."""
    user = await current_user(request)
    viewer = user.actor.viewer if user else STRANGER
    name = request.path_params["name"]
    async with instance_of(request).db.read() as connection:
        ids = await db_timelines.hashtag_page(
            connection, viewer, name, before=cursor_of(request), limit=A_PAGE
        )
        views = await status_views(connection, viewer, ids)
        me = viewer.actor_id or ActorId(0)
        is_followed = await follows_hashtag(connection, me, name.lower())
    return await render_page(
        request,
        "hashtag.html",
        name=name,
        views=views,
        older=ids[-1] if len(ids) == A_PAGE else None,
        is_followed=is_followed,
    )


async def follow_hashtag(request: Request) -> Response:
    """Read a hashtag at home from now on."""
    return await _deal_with(request, followed_hashtags.follow_hashtag)


async def unfollow_hashtag(request: Request) -> Response:
    """Read a hashtag at home no more."""
    return await _deal_with(request, followed_hashtags.unfollow_hashtag)


async def _deal_with(
    request: Request, act: Callable[[Instance, Actor, str], Awaitable[object]]
) -> Response:
    form, me = await read_form(request), (await require_user(request)).actor
    await act(instance_of(request), me, request.path_params["name"])
    return back(form, "/lists")
