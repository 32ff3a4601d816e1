"""This is where people read what is posted with a hashtag, and follow it."""

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import timelines as db_timelines
from fedlearn.db.featured_hashtags import hashtags_featured_by
from fedlearn.db.followed_hashtags import follows_hashtag
from fedlearn.domain.actors import Actor
from fedlearn.domain.filters import FilterContext
from fedlearn.domain.ids import ActorId
from fedlearn.instance import Instance
from fedlearn.services import featured, followed_hashtags
from fedlearn.services.reading import read_page
from fedlearn.web.context import instance_of
from fedlearn.web.pages.forms import back, cursor_of, size_of
from fedlearn.web.sessions import current_viewer, read_form, require_user
from fedlearn.web.templating import render_page


async def hashtag_page(request: Request) -> Response:
    """Public posts with one hashtag, newest first."""
    viewer = await current_viewer(request)
    name = request.path_params["name"]
    async with instance_of(request).db.read() as connection:
        page = await read_page(
            connection,
            viewer,
            FilterContext.PUBLIC,
            partial(db_timelines.hashtag_page, connection, viewer, name),
            before=cursor_of(request),
            limit=size_of(request),
        )
        me = viewer.actor_id or ActorId(0)
        is_followed = await follows_hashtag(connection, me, name.lower())
        is_featured = name.lower() in await hashtags_featured_by(connection, me)
    return await render_page(
        request,
        "hashtag.html",
        name=name,
        views=page.views,
        older=page.older,
        is_followed=is_followed,
        is_featured=is_featured,
    )


async def follow_hashtag(request: Request) -> Response:
    """Read a hashtag at home from now on."""
    return await _deal_with(request, followed_hashtags.follow_hashtag)


async def unfollow_hashtag(request: Request) -> Response:
    """Read a hashtag at home no more."""
    return await _deal_with(request, followed_hashtags.unfollow_hashtag)


async def feature_hashtag(request: Request) -> Response:
    """Show a hashtag on one's profile."""
    return await _deal_with(request, featured.feature_hashtag)


async def unfeature_hashtag(request: Request) -> Response:
    """Show a hashtag no more."""
    return await _deal_with(request, featured.unfeature_hashtag)


async def _deal_with(
    request: Request, act: Callable[[Instance, Actor, str], Awaitable[object]]
) -> Response:
    form, me = await read_form(request), (await require_user(request)).actor
    await act(instance_of(request), me, request.path_params["name"])
    return back(form, "/lists")
