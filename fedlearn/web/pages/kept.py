"""This is where people find again what they put aside, and what they liked."""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db.kept import Kind, kept_page
from fedlearn.db.status_views import status_views
from fedlearn.web.context import instance_of
from fedlearn.web.pages.forms import cursor_of, size_of
from fedlearn.web.sessions import require_user
from fedlearn.web.templating import render_page


async def get_bookmarks(request: Request) -> Response:
    """The posts that this person has put aside, the latest first."""
    return await _render_kept(request, "bookmarks.html", "bookmark")


async def get_favourites(request: Request) -> Response:
    """The posts that this person likes, the latest first."""
    return await _render_kept(request, "favourites.html", "favourite")


async def _render_kept(request: Request, template: str, kind: Kind) -> Response:
    viewer = (await require_user(request)).actor.viewer
    async with instance_of(request).db.read() as connection:
        before = cursor_of(request)
        kept = await kept_page(connection, kind, viewer, before=before, limit=size_of(request))
        views = await status_views(connection, viewer, [status_id for _, status_id in kept])
    older = kept[-1][0] if len(kept) == size_of(request) else None
    return await render_page(request, template, views=views, older=older)
