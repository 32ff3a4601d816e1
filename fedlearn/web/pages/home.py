"""This is where people read their home timeline."""

from collections.abc import Mapping
from functools import partial

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import timelines as db_timelines
from fedlearn.db.database import Connection
from fedlearn.db.status_views import status_view
from fedlearn.domain.actors import Actor
from fedlearn.domain.filters import FilterContext
from fedlearn.domain.statuses import StatusView
from fedlearn.services.reading import read_page
from fedlearn.web.context import instance_of
from fedlearn.web.pages.drafting import composer_values
from fedlearn.web.pages.forms import cursor_of, size_of, status_id_of
from fedlearn.web.pages.public import public_page
from fedlearn.web.sessions import current_user
from fedlearn.web.templating import render_page


async def home_page(request: Request) -> Response:
    """The home timeline; to somebody who has not signed in, what is public here."""
    user = await current_user(request)
    if user is None:
        return await public_page(request)
    return await render_home(request, user.actor)


async def render_home(
    request: Request,
    reader: Actor,
    *,
    status: int = 200,
    draft: FormData | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    """The page of somebody's home timeline; the composer comes back with what is wrong in it."""
    instance = instance_of(request)
    async with instance.db.read() as connection:
        page = await read_page(
            connection,
            reader.viewer,
            FilterContext.HOME,
            partial(db_timelines.home_page, connection, reader.viewer),
            before=cursor_of(request),
            limit=size_of(request),
        )
        quoted = await _quoted(connection, reader, draft or request.query_params)
        values = await composer_values(connection, instance, reader, draft)
    return await render_page(
        request,
        "home.html",
        status=status,
        quoted=quoted,
        views=page.views,
        older=page.older,
        draft=draft or {},
        must_choose=request.query_params.get("choose") == "password",
        errors=errors or {},
        **values,
    )


async def _quoted(
    connection: Connection, reader: Actor, asked: Mapping[str, object]
) -> StatusView | None:
    """The post that the composer is to quote: as a link asks, or as the form has it."""
    text = asked.get("quote") or asked.get("quoted_id")
    if not isinstance(text, str):
        return None
    view = await status_view(connection, reader.viewer, status_id_of(text))
    return (view.boost_of or view) if view else None
