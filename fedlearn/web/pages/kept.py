"""This is where people find again what they put aside, and what they liked."""

from collections.abc import Sequence
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db.bookmarks import bookmarks_page
from fedlearn.db.database import Connection
from fedlearn.db.favourites import favourites_page
from fedlearn.db.status_views import status_views
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import StatusId
from fedlearn.web.context import instance_of
from fedlearn.web.pages.forms import cursor_of
from fedlearn.web.sessions import require_user
from fedlearn.web.templating import render_page

A_PAGE = 20


class KeptPage(Protocol):
    """A question for posts that belong to somebody, in the order in which they came to."""

    async def __call__(
        self, connection: Connection, viewer: Viewer, /, *, before: int | None, limit: int
    ) -> Sequence[tuple[int, StatusId]]:
        """Each with the cursor below which the next page begins."""


async def get_bookmarks(request: Request) -> Response:
    """The posts that this person has put aside, the latest first."""
    return await _render_kept(request, "bookmarks.html", bookmarks_page)


async def get_favourites(request: Request) -> Response:
    """The posts that this person likes, the latest first."""
    return await _render_kept(request, "favourites.html", favourites_page)


async def _render_kept(request: Request, template: str, kept_page: KeptPage) -> Response:
    viewer = (await require_user(request)).actor.viewer
    async with instance_of(request).db.read() as connection:
        kept = await kept_page(connection, viewer, before=cursor_of(request), limit=A_PAGE)
        views = await status_views(connection, viewer, [status_id for _, status_id in kept])
    older = kept[-1][0] if len(kept) == A_PAGE else None
    return await render_page(request, template, views=views, older=older)
