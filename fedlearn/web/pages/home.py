"""This is where people read: their home timeline, and what is public here."""

from collections.abc import Mapping
from dataclasses import replace

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.db import timelines as db_timelines
from fedlearn.db.database import Connection
from fedlearn.db.status_views import status_view, status_views
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import STRANGER
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import Invalid
from fedlearn.services import statuses
from fedlearn.services.drafts import MOST_PICTURES
from fedlearn.web.context import instance_of
from fedlearn.web.pages.forms import cursor_of, read_draft, status_id_of, text_of
from fedlearn.web.pages.pictures import read_media, upload_pictures
from fedlearn.web.pages.statuses import render_thread
from fedlearn.web.sessions import current_user, local_path, read_form, require_user
from fedlearn.web.templating import permalink, render_page

A_PAGE = 20


async def home_page(request: Request) -> Response:
    """The home timeline; to somebody who has not signed in, what is public here."""
    user = await current_user(request)
    if user is None:
        return await public_page(request)
    return await _render_home(request, user.actor)


async def _render_home(
    request: Request,
    reader: Actor,
    *,
    status: int = 200,
    draft: FormData | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    async with instance_of(request).db.read() as connection:
        ids = await db_timelines.home_page(
            connection, reader.viewer, before=cursor_of(request), limit=A_PAGE
        )
        views = await status_views(connection, reader.viewer, ids)
        quoted = await _quoted(connection, reader, draft or request.query_params)
    return await render_page(
        request,
        "home.html",
        status=status,
        quoted=quoted,
        views=views,
        older=ids[-1] if len(ids) == A_PAGE else None,
        draft=draft or {},
        errors=errors or {},
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


async def public_page(request: Request) -> Response:
    """Public posts written here, newest first."""
    user = await current_user(request)
    viewer = user.actor.viewer if user else STRANGER
    async with instance_of(request).db.read() as connection:
        ids = await db_timelines.public_page(
            connection, viewer, before=cursor_of(request), limit=A_PAGE
        )
        views = await status_views(connection, viewer, ids)
    older = ids[-1] if len(ids) == A_PAGE else None
    return await render_page(request, "public.html", views=views, older=older)


async def post_status(request: Request) -> Response:
    """The composer was sent; what cannot be posted comes back with what is wrong beside it."""
    sent = await read_form(request, most_files=MOST_PICTURES)
    instance, author = instance_of(request), (await require_user(request)).actor
    form, refused = await upload_pictures(instance, author, sent)
    try:
        draft = replace(read_draft(form), media=read_media(form, refused))
        posted: StatusView = await statuses.post_status(instance, author, draft)
    except Invalid as error:
        errors = error.fields or {"text": str(error)}
        if parent := text_of(form, "in_reply_to_id"):
            return await render_thread(
                request, author.viewer, status_id_of(parent), status=422, draft=form, errors=errors
            )
        return await _render_home(request, author, status=422, draft=form, errors=errors)
    return RedirectResponse(local_path(text_of(form, "next"), permalink(posted)), status_code=303)
