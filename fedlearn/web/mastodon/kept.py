"""Methods of bookmarks and favourites, which page by when something was kept."""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db.kept import Kind, kept_page
from fedlearn.db.status_views import status_views
from fedlearn.web.context import instance_of
from fedlearn.web.mastodon.callers import require_user
from fedlearn.web.mastodon.describing import describing
from fedlearn.web.mastodon.entities.statuses import status_entity
from fedlearn.web.mastodon.pagination import paged, read_page
from fedlearn.web.mastodon.parameters import read_parameters

USUAL, MOST = 20, 40


async def get_bookmarks(request: Request) -> Response:
    """What somebody has put aside."""
    return await _respond(request, "bookmark", "read:bookmarks")


async def get_favourites(request: Request) -> Response:
    """What somebody likes."""
    return await _respond(request, "favourite", "read:favourites")


async def _respond(request: Request, kind: Kind, scope: str) -> Response:
    viewer = (await require_user(request, scope)).actor.viewer
    page = read_page(await read_parameters(request), usual=USUAL, most=MOST)
    async with instance_of(request).db.read() as connection:
        kept = await kept_page(connection, kind, viewer, **page.part)
        views = await status_views(connection, viewer, [status_id for _, status_id in kept])
        of = await describing(request, connection, viewer, views=views)
    entities = [status_entity(of, view) for view in views]
    return paged(request, entities, [cursor for cursor, _ in kept], has_more=page.may_go_on(kept))
