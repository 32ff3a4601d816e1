"""This is where people read what is public: written here, on other servers, or anywhere."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import timelines as db_timelines
from fedlearn.domain.filters import FilterContext
from fedlearn.services.reading import read_page
from fedlearn.web.context import instance_of
from fedlearn.web.pages.forms import cursor_of, size_of
from fedlearn.web.sessions import current_viewer, require_user
from fedlearn.web.templating import render_page

TIMELINES = {
    "/public": db_timelines.public_page,
    "/public/all": db_timelines.federated_page,
    "/public/remote": db_timelines.remote_page,
}


async def public_page(request: Request) -> Response:
    """Public posts written here, newest first: this is for anybody."""
    return await _render(request, "/public")


async def federated_page(request: Request) -> Response:
    """Public posts of this server and of others."""
    await require_user(request)
    return await _render(request, "/public/all")


async def remote_page(request: Request) -> Response:
    """Public posts of other servers."""
    await require_user(request)
    return await _render(request, "/public/remote")


async def _render(request: Request, place: str) -> Response:
    viewer = await current_viewer(request)
    async with instance_of(request).db.read() as connection:
        page = await read_page(
            connection,
            viewer,
            FilterContext.PUBLIC,
            partial(TIMELINES[place], connection, viewer),
            before=cursor_of(request),
            limit=size_of(request),
        )
    return await render_page(request, "public.html", views=page.views, older=page.older)
